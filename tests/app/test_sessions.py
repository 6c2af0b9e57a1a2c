"""Session files: bits kept, refusals with cause and remedy, an older file never lost."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tauscope.app import cli, session
from tauscope.app.document import Content, content_of
from tauscope.app.outputs import fresh
from tauscope.app.recording import RecordingFile, layout
from tauscope.app.session import Moment, Origin
from tauscope.app.storage import StorageTrouble, replacing
from tauscope.app.trace import script
from tauscope.engine.base import Command, hash_state
from tauscope.engine.errors import BadInput
from tauscope.engine.probes import Probe
from tauscope.engine.world import World
from tauscope.widgets.state import ViewOptions

CONFIG: dict[str, Any] = {
    "nx": 40,
    "ny": 32,
    "survival": 0.999,
    "sources": [{"kind": "gaussian", "x": 12, "y": 14, "strength": 0.02, "width": 2}],
}


FEW = {"engine": "gravity", "config": CONFIG, "seed": 1, "views": {}, "preset": "", "title": "", "probes": []}


def content() -> Content:
    views = {"hero": ViewOptions("tau", "viridis", "frozen", 0.0, 9.5)}
    probes = (Probe("p1", "point", "f_live", 3, 4, name="near"),)
    made = content_of("gravity", CONFIG, seed=5, views=views, preset="two_bodies", title="Evening")
    return replace(made, probes=probes)


def world() -> World:
    made = World.single("gravity", CONFIG, seed=5)
    made.advance(60)
    made.apply(Command("gravity", "set", {"path": "survival", "value": 0.99}))
    made.advance(7)
    made.apply(Command("gravity", "add_source", {"kind": "point", "x": 30, "y": 9, "strength": 0.5}))
    made.advance(30)
    return made


def hashes(made: World) -> dict[str, str]:
    return hash_state(made.engine("gravity").state())


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    origin = Origin("gravity", CONFIG, 5)
    window = {"speed": 100.0, "condition": {"text": "f_mean < 0.5"}}
    return session.save(tmp_path / "a.tauscope", content(), Moment.of(world()), origin=origin, window=window)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_a_loaded_run_equals_the_uninterrupted_one_bit_for_bit(tmp_path: Path, dtype: str) -> None:
    straight = World.single("gravity", {**CONFIG, "dtype": dtype}, seed=5)
    straight.advance(41)
    path = session.save(tmp_path / "a.tauscope", content(), Moment.of(straight))
    straight.advance(133)
    again = session.world_of(path)
    assert again.macro_tick == 41
    again.advance(133)
    assert hashes(again) == hashes(straight)
    assert again.engine("gravity").tick == 174


def test_document_events_origin_and_window_come_back(saved: Path) -> None:
    found = session.load(saved)
    assert found.content == content()
    assert found.tick == 97
    assert [event.command.name for event in found.events] == ["set", "add_source"]
    assert found.origin is not None and found.origin.config["survival"] == 0.999
    assert found.window["speed"] == 100.0
    again = session.world_of(saved)
    assert again.apply(Command("gravity", "set", {"path": "capacity", "value": 2.0})).seq == 2


def test_the_state_of_a_session_is_a_recording_for_other_readers(saved: Path) -> None:
    with RecordingFile(saved) as file:
        assert (file.frames, int(file.ticks[0])) == (1, 97)
        np.testing.assert_array_equal(file.frame("f", 0), world().field("gravity", "f"))


def test_the_trace_of_a_session_goes_back_to_tick_0(saved: Path) -> None:
    found = session.load(saved)
    assert found.origin is not None
    names: dict[str, Any] = {}
    exec(compile(script(found.origin, found.events, found.tick), "trace", "exec"), names)
    assert hash_state(names["eng"].state()) == hashes(world())


def test_nothing_is_overwritten_unless_asked_for(saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(BadInput, match="exists"):
        session.save(saved, content(), Moment.of(world()))
    assert saved.read_bytes() == before
    later = world()
    later.advance(10)
    session.save(saved, content(), Moment.of(later), over=True)
    assert session.load(saved).tick == 107


def test_a_full_disk_keeps_the_older_file_and_says_so(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def full(*_arguments: Any, **_names: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageTrouble, match=r"the disk is full\. Free some space"):
        session.save(saved, content(), Moment.of(world()), over=True)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = shutil.which("mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("needs the right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_real_disk_that_fills_up_keeps_the_older_file(small_disk: Path) -> None:
    path = small_disk / "a.tauscope"
    path.write_bytes(b"older")
    big = World.single("gravity", {"nx": 200, "ny": 200, "sources": CONFIG["sources"]}, seed=5)
    big.advance(50)
    with pytest.raises(StorageTrouble, match="the disk is full"):
        session.save(path, content(), Moment.of(big), over=True)
    assert path.read_bytes() == b"older"
    assert [item.name for item in small_disk.iterdir()] == ["a.tauscope"]
    session.save(fresh(small_disk.parent / path.name), content(), Moment.of(big))
    assert session.load(small_disk.parent / "a.tauscope").tick == 50


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"

    def half() -> None:
        with replacing(path, "text") as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert list(tmp_path.iterdir()) == []
    with replacing(path, "text") as part:
        part.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    with pytest.raises(BadInput, match="exists"), replacing(path, "text") as part:
        part.write_text("other")
    assert path.read_text() == "whole"
    with pytest.raises(StorageTrouble, match="the folder is gone"), replacing(tmp_path / "no" / "x", "text"):
        pass


def edited(path: Path, **changes: Any) -> Path:
    """Copy whose document has entries changed."""
    target = path.with_name("edited.tauscope")
    shutil.copy(path, target)
    with h5py.File(target, "r+") as file:
        document = json.loads(bytes(file[layout.SESSION][()]))
        del file[layout.SESSION]
        layout.write_json(file, layout.SESSION, {**document, **changes})
    return target


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2}, "newer Tauscope"),
        ({"version": "x"}, "newer Tauscope"),
        ({"format": "other"}, "no session that can be read"),
        ({"content": {}}, "is damaged"),
        ({"content": {**FEW, "config": {"nx": -3}}}, "nx"),
        ({"events": ["{}"]}, "event log"),
        ({"events": 7}, "is damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_cause(
    saved: Path, changes: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = edited(saved, **changes)
    with pytest.raises(BadInput, match=said):
        session.load(path)
    assert cli.main([str(path)]) == 2
    assert said in capsys.readouterr().err


def test_every_truncation_is_refused(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    part = tmp_path / "part.tauscope"
    for length in (0, 7, 48, 2000, len(whole) // 2, len(whole) - 1):
        part.write_bytes(whole[:length])
        with pytest.raises(BadInput):
            session.load(part)


def test_flipped_bytes_are_refused_or_harmless(saved: Path, tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    whole, refusals = saved.read_bytes(), 0
    part = tmp_path / "part.tauscope"
    for place in generator.integers(0, len(whole), 24):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        part.write_bytes(bytes(damaged))
        try:
            session.load(part)
        except BadInput:
            refusals += 1
    assert refusals > 0


def test_a_state_that_does_not_fit_is_a_sentence(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def misfit(self: World, state: object) -> None:
        raise KeyError("edge_load")

    monkeypatch.setattr(World, "restore", misfit)
    with pytest.raises(BadInput, match=r"does not fit its set-up .*edge_load"):
        session.open_run(saved)


def test_a_recording_is_no_session(tmp_path: Path, saved: Path) -> None:
    plain = tmp_path / "plain.tauscope"
    shutil.copy(saved, plain)
    with h5py.File(plain, "r+") as file:
        del file["session"]
    with pytest.raises(BadInput, match="Open it as a recording"):
        session.load(plain)


def test_probes_of_sites_come_back_with_a_session():
    probe = Probe("p1", "site", "real", engine="ufie", site=(0, 0, 0, 0, 0, 0, 3, 5, 1))
    content = content_of("ufie", {"shape": [1, 1, 1, 1, 1, 1, 8, 8, 3], "emitters": []})
    content = replace(content, probes=(probe, Probe("p2", "global", "H", engine="ufie")))
    kept = json.loads(json.dumps(session.dump_content(content)))
    assert session.load_content(kept).probes == content.probes


def test_a_text_is_refused_as_no_session(tmp_path: Path) -> None:
    path = tmp_path / f"notes{session.SUFFIX}"
    path.write_text("Nothing of a run stands here.\n", encoding="utf-8")
    with pytest.raises(BadInput, match="is a text file, not a session") as caught:
        session.load(path)
    assert session.SUFFIX in caught.value.remedy
