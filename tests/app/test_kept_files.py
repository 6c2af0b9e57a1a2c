"""Files that are kept: written whole or not at all, with the user's own rights, and refused where damaged."""

from __future__ import annotations

import errno
import json
import os
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.app import checkpoint, presets, run_trackers, settings, snapshot
from tauscope.app.compose import moment_text
from tauscope.app.preset_model import Preset
from tauscope.app.probe_files import ProbeLog, read_samples
from tauscope.app.recording import Recorder, views
from tauscope.app.recording.writing import Writing
from tauscope.app.storage import StorageTrouble, replacing
from tauscope.engine.base import FieldSpec
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.engine.world import World
from tests.app.conftest import HEAT, Place

Tauscope = Callable[..., tuple[int, str, str]]
SPEC = FieldSpec("u", "u", "u", ("y", "x"), "float64", "1")


@pytest.fixture
def private() -> Iterator[None]:
    """A user whose new files are for nobody else."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def full(*_args: Any, **_keywords: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.skipif(os.name == "nt", reason="rights of files are others there")
def test_files_get_the_rights_of_the_users_mask(private: None, tmp_path: Path) -> None:
    with replacing(tmp_path / "a.txt", "file") as part:
        part.write_text("mine")
    world = World.single("gravity", {"nx": 8, "ny": 8})
    checkpoint.save(tmp_path / "a.npz", checkpoint.of(world))
    snapshot.publish({tmp_path / "a.png": b"picture"})
    settings.save(settings.Settings.model_validate({}), tmp_path / "a.json")
    assert {path.name: mode(path) for path in tmp_path.iterdir()} == dict.fromkeys(
        ("a.txt", "a.npz", "a.png", "a.json"), 0o600
    )


def test_settings_are_never_away_and_never_mixed(tmp_path: Path) -> None:
    """Saved from several threads at once, while another reads: each read finds a whole file."""
    path = tmp_path / "settings.json"
    kept = settings.Settings.model_validate({"preset": "first"})
    settings.save(kept, path)
    wrong: list[object] = []
    done = threading.Event()

    def write() -> None:
        try:
            for _number in range(15):
                settings.save(kept, path)
        except Exception as error:  # noqa: BLE001 - looked at below
            wrong.append(error)

    def read() -> None:
        while not done.is_set():
            found, refused = settings.load(path)
            if found.preset != "first" or refused:
                wrong.append((found.preset, refused))

    writers = [threading.Thread(target=write) for _number in range(4)]
    reader = threading.Thread(target=read)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert wrong == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["settings.bak", "settings.json"]


def test_a_full_disk_leaves_the_former_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.json"
    settings.save(settings.Settings.model_validate({"preset": "kept"}), path)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StorageTrouble, match="the disk is full"):
        settings.save(settings.Settings.model_validate({"preset": "new"}), path)
    assert settings.load(path)[0].preset == "kept"
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.json"]


def test_settings_that_lie_too_deep_do_not_stop_the_start(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("[" * 200_000)
    found, refused = settings.load(path)
    assert found == settings.Settings.model_validate({}) and len(refused) == 1


@pytest.mark.parametrize("text", ["[" * 200_000, f'{{"seed": {"9" * 5000}}}'], ids=["deep", "long number"])
def test_hostile_json_is_a_broken_preset_and_no_crash(
    place: Place, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place.folder / "presets" / "odd.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"odd\.json cannot be read"):
        presets.read(path)
    found = presets.catalogue()
    assert [broken.path for broken in found.broken] == [path]
    assert "heat" in {preset.name for preset in found.presets}


def test_a_full_disk_leaves_no_half_preset(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its name would be taken by a file that is none."""
    preset = Preset.model_validate({**HEAT, "title": "Mine"}).named("mine")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with pytest.raises(BadInput, match="the disk is full"):
            presets.save_own(preset)
    assert [entry.name for entry in (place.folder / "presets").iterdir()] == ["heat.json"]
    assert presets.read(presets.save_own(preset)).title == "Mine"


def deflated_archive(path: Path, damage: Callable[[bytearray], None]) -> None:
    """A checkpoint whose entries are compressed, with its bytes changed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("checkpoint.npy", np.arange(5000, dtype=np.uint8).tobytes())
    data = bytearray(path.read_bytes())
    damage(data)
    path.write_bytes(data)


def spoil(data: bytearray) -> None:
    """Change the compressed bytes themselves, from the head of their first block on."""
    data[44:54] = b"\xff" * 10


def encrypt(data: bytearray) -> None:
    """Say that the entry is encrypted, in its own head and in the directory."""
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1


@pytest.mark.parametrize("damage", [spoil, encrypt])
@pytest.mark.parametrize("read", [checkpoint.load, snapshot.read_snapshot])
def test_damaged_archives_are_refused(
    tmp_path: Path, damage: Callable[[bytearray], None], read: Callable[[Path], object]
) -> None:
    path = tmp_path / "a.npz"
    deflated_archive(path, damage)
    if read is snapshot.read_snapshot:
        path.write_bytes(path.read_bytes().replace(b"checkpoint.npy", b"tauscope.npy\0\0"))
    with pytest.raises(BadInput, match=r"a\.npz"):
        read(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"tick,a\n0,one\n"),
        ("a.csv", b"tick,a\n0,1\n1\n"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.h5", b"text"),
    ],
)
def test_files_without_samples_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match="holds no samples of probes"):
        read_samples(path)


def test_a_moment_without_a_finite_time_has_its_line() -> None:
    assert moment_text(SPEC, 3, float("nan"), 1) == "u   tick 3   seed 1"
    assert "time inf" in moment_text(SPEC, 3, float("inf"), 1)


def test_a_recording_that_ends_early_does_not_take_the_state_along(
    tauscope: Tauscope, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Writing, "_append", lambda *_args: full() if len(asked) > 2 else asked.append(True))
    asked: list[bool] = []
    words = ("run", "heat", "--ticks", "400000", "--every", "1", "--record", "a.h5", "--state", "a.npz")
    code, _out, err = tauscope(*words)
    assert code == 1 and "The recording ended early" in err
    kept = checkpoint.load(place.folder / "a.npz")
    assert 0 < kept.tick < 400_000 and f"The state of tick {kept.tick} is in a.npz" in err


@pytest.mark.parametrize(("option", "name"), [("--log", "a.csv"), ("--probe-out", "p.csv")])
def test_a_log_that_fails_does_not_take_the_state_along(
    tauscope: Tauscope, place: Place, monkeypatch: pytest.MonkeyPatch, option: str, name: str
) -> None:
    monkeypatch.setattr(run_trackers.SeriesLog, "sample", lambda self, world: world.macro_tick < 50 or full())
    monkeypatch.setattr(ProbeLog, "sample", lambda self, world: world.macro_tick < 50 or full())
    (place.folder / "probes.json").write_text('[{"kind": "global", "quantity": "mean"}]')
    probes = ("--probes", "probes.json") if option == "--probe-out" else ()
    words = ("run", "heat", "--ticks", "4000", *probes, option, name, "--state", "a.npz")
    code, _out, err = tauscope(*words)
    assert code == 1 and f"{name} cannot be written (No space left on device)" in err
    kept = checkpoint.load(place.folder / "a.npz")
    assert 50 <= kept.tick < 4000 and f"The state of tick {kept.tick} is in a.npz" in err


def test_a_preset_is_opened_though_a_file_has_its_name(place: Place) -> None:
    from tauscope.app.cli_open import check_target

    (place.folder / "heat").write_text("notes")
    assert check_target("heat") == "heat"
    with pytest.raises(TauscopeError, match="There is no file"):
        check_target("nowhere/heat")


def test_the_information_names_the_settings_in_use(
    tauscope: Tauscope, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TAUSCOPE_SETTINGS", str(tmp_path / "own.json"))
    code, out, _err = tauscope("info", "--json")
    assert code == 0 and json.loads(out)["paths"]["settings"] == str(tmp_path / "own.json")


def test_a_sidecar_that_fails_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(tmp_path / "a.h5", fields=("f_live",), reserve_bytes=0)
    recorder.start(World.single("gravity", {"nx": 8, "ny": 8}))
    recorder.close()
    before = sorted(entry.name for entry in tmp_path.iterdir())
    monkeypatch.setattr(views.os, "replace", full)  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="No space left"):
        views.write_sidecar(tmp_path / "a.h5")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == before
