"""F3 and F4: every state in which a death or a power cut leaves a recording; rebuilding by the journal."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tauscope.app.recording import Recorder, RecordingFile, journal, layout, recover, replay, superblock
from tauscope.app.recording.journal import Journal, journal_path
from tauscope.app.recording.recover import interrupted
from tauscope.app.recording.writer import RecordingWriter
from tauscope.engine.base import Command
from tauscope.engine.errors import Cancelled
from tauscope.engine.world import World
from tests.faults import torn_states
from tests.recording import crash_states
from tests.recording.conftest import Recording
from tests.recording.running import drive

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def tried(folder: Path, kind: str, count: int, *options: str) -> dict[str, int]:
    """Try states in a process of its own; its counts."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "tests.faults.torn_states", str(folder), kind, str(count), *options]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the reader died ({done.returncode}): {done.stderr[-2000:]}"
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("death", 30),
        ("power", 40),
        pytest.param("death", 0, marks=pytest.mark.slow),
        pytest.param("power", 300, marks=pytest.mark.slow),
    ],
)
def test_no_acknowledged_frame_is_lost(tmp_path: Path, kind: str, count: int) -> None:
    """All prefixes of all writes where the count is 0."""
    if not count:
        steps = torn_states.logged_run()
        count = len(steps)
    found = tried(tmp_path, kind, count)
    assert found["states"] == count
    assert found["frames"] == crash_states.FRAMES
    assert (found["lost"], found["wrong"]) == (0, 0)
    if kind == "power":
        assert found["anew"] > count / 2


def test_without_a_journal_a_power_cut_loses_frames(tmp_path: Path) -> None:
    """The states above are bad enough to show what the journal is for."""
    assert tried(tmp_path, "power", 40, "nojournal")["lost"] > 5


# -- recordings of a world ----------


def power_cut(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Record, and keep what is on the disk while the recording runs, as after another start of the system."""
    live, kept = folder / "live", folder / "kept"
    live.mkdir()
    kept.mkdir()
    recorder = Recorder(live / "run.h5", ("u", "visits"), every=5, hash_every=10, reserve_bytes=0)
    recorder.start(world)
    events = {11: Command("toy", "add_spot", {"x": 3, "y": 4, "amount": 0.5})}
    drive(world, recorder, 50, events)
    deadline = time.monotonic() + PATIENCE
    while recorder.status().saved < 11:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    for one in (recorder.path, journal_path(recorder.path)):
        shutil.copy(one, kept / one.name)
    recorder.close()
    monkeypatch.setattr(journal, "boot", lambda: "after it")
    return kept / "run.h5"


@pytest.mark.parametrize("damage", ["none", "metadata", "head"])
def test_a_recording_is_rebuilt_from_its_journal_and_replays(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    path = power_cut(world, tmp_path, monkeypatch)
    with h5py.File(path, "r", swmr=True) as file:
        first = min(
            file[f"fields/{name}"].id.get_chunk_info_by_coord((0, 0, 0)).byte_offset
            for name in ("u", "visits")
        )
        arrays = [item for item in file["replay/initial/toy/arrays"].values() if item.chunks]
        first = min(first, *(item.id.get_chunk_info(0).byte_offset for item in arrays))
    content = bytearray(path.read_bytes())
    if damage == "metadata":
        content[:first] = bytes(first)
    elif damage == "head":
        content[:48] = bytes(48)
    path.write_bytes(content)
    if damage != "none":
        (tmp_path / "kept" / "run.h5.lock").write_text('{"pid": 1, "started": 1.0, "host": "x"}')
        monkeypatch.setattr("tauscope.app.recording.lock.Holder.alive", lambda _self: False)
        assert interrupted(path.parent) == [path]
    result = recover(path)
    assert result == path.with_name("run.recovered.h5")
    assert path.read_bytes() == bytes(content), "the damaged file was changed"
    assert journal_path(path).exists(), "the journal is the only witness of the damaged file"
    with RecordingFile(result) as file:
        assert list(file.ticks) == list(range(0, 51, 5))
        assert len(file.event_lines()) == 1
        assert [tick for tick, _, _ in file.hashes()] == list(range(0, 51, 10))
        assert file.state == "recovered"
    report = replay(result, verify=True)
    assert report.passed, report.sentence


def test_a_frame_with_a_flipped_bit_ends_what_is_rebuilt(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = power_cut(world, tmp_path, monkeypatch)
    with h5py.File(path, "r", swmr=True) as file:
        offset = file["fields/u"].id.get_chunk_info_by_coord((7, 0, 0)).byte_offset
    content = bytearray(path.read_bytes())
    content[offset + 3] ^= 1
    path.write_bytes(content)
    with RecordingFile(recover(path)) as file:
        assert list(file.ticks) == list(range(0, 35, 5))


def test_a_rebuild_by_journal_that_is_cancelled_leaves_nothing_new(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = power_cut(world, tmp_path, monkeypatch)
    before = {one.name: one.read_bytes() for one in path.parent.iterdir()}

    def tell(_fraction: float, text: str) -> None:
        if text == "Copying the frames":
            raise Cancelled("The repair")

    with pytest.raises(Cancelled):
        recover(path, tell)
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == before


def test_a_death_of_the_process_is_repaired_in_place_and_the_journal_goes(
    tmp_path: Path, world: World
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        path = power_cut(world, tmp_path, patch)
    assert recover(path) == path
    assert sorted(one.name for one in path.parent.iterdir()) == ["run.h5", "run.h5.superblock", "run.vtkhdf"]


def test_a_file_that_lost_frames_is_not_taken_for_whole(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same run of the system, but the file came from a disk that was pulled out."""
    with pytest.MonkeyPatch.context() as patch:
        path = power_cut(world, tmp_path, patch)
    shorter = recover(shutil.copy(path, tmp_path / "shorter.h5"))
    with h5py.File(shorter, "r+") as file:
        for name in ("fields/t", "fields/tick"):
            file[name].resize(4, axis=0)
        file[layout.STATUS].attrs.create("state", np.bytes_(f"{'open':16}"))
    head = superblock.read(Path(shorter))
    assert head is not None
    raw = bytearray(head.raw)
    raw[11] = superblock.OPEN_FOR_WRITE
    raw[44:48] = superblock.lookup3(bytes(raw[:44])).to_bytes(4, "little")
    path.write_bytes(bytes(raw) + Path(shorter).read_bytes()[48:])
    before = path.read_bytes()
    result = recover(path)
    assert result.name == "run.recovered.h5"
    assert path.read_bytes() == before
    with RecordingFile(result) as file:
        assert file.frames == 11


# -- the journal itself ----------


def test_a_closed_recording_has_no_journal(recorded: Recording) -> None:
    path = recorded()
    assert sorted(one.name for one in path.parent.iterdir()) == ["run.h5", "run.vtkhdf"]


def test_a_frame_costs_forty_bytes(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "run.h5", crash_states.plan(), journal=True)
    sizes = []
    for index in range(200):
        frame = (crash_states.frame(index),)
        writer.append_frame(crash_states.FrameItem(index, float(index), 0, 0, frame, (0.0,)))
        if index % 100 == 99:
            writer.flush()
            sizes.append(journal_path(tmp_path / "run.h5").stat().st_size)
    writer.close()
    rows = 5 * (40 + 100 * 8)  # t, tick, dropped, frame_events, mean
    assert sizes[1] - sizes[0] == 100 * 40 + rows


def test_chunks_are_found_without_looking_through_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HDF5 goes through all chunks to find one, so a long recording would come to a standstill."""
    right, asked = RecordingWriter._where, []

    def checked(self: Any, target: Any, place: tuple[int, ...], content: bytes) -> int:
        class Watched:
            class id:
                @staticmethod
                def get_chunk_info_by_coord(place: tuple[int, ...]) -> Any:
                    asked.append(place)
                    return target.id.get_chunk_info_by_coord(place)

        offset = right(self, Watched, place, content)
        assert target.id.get_chunk_info_by_coord(place).byte_offset == offset
        return offset

    monkeypatch.setattr(RecordingWriter, "_where", checked)
    writer = RecordingWriter(tmp_path / "run.h5", crash_states.plan(), journal=True)
    for index in range(1500):
        frame = (crash_states.frame(index),)
        writer.append_frame(crash_states.FrameItem(index, float(index), 0, 0, frame, (0.0,)))
        if index % 15 == 14:
            writer.flush(sync=False)
    writer.close()
    assert len(asked) < 10


def test_the_journal_goes_on_after_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = RecordingWriter(tmp_path / "run.h5", crash_states.plan(), journal=True)
    real, full = Journal.commit, True

    def commit(self: Journal) -> None:
        if full:
            self._stream.write(b"half of a rec")
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self)

    monkeypatch.setattr(Journal, "commit", commit)
    for index in range(12):
        frame = (crash_states.frame(index),)
        writer.append_frame(crash_states.FrameItem(index, float(index), 0, 0, frame, (float(index),)))
        full = 3 <= index < 8
        if full:
            with pytest.raises(OSError, match="No space"):
                writer.flush()
        else:
            writer.flush()
    writer.close()
    monkeypatch.setattr(journal, "boot", lambda: "after it")
    head = (tmp_path / "run.h5").read_bytes()
    (tmp_path / "run.h5").write_bytes(bytes(48) + head[48:])
    with RecordingFile(recover(tmp_path / "run.h5")) as file:
        assert list(file.ticks) == list(range(12))
        np.testing.assert_array_equal(file.frame("u", 7), crash_states.frame(7))
        np.testing.assert_array_equal(file.scalars["mean"], np.arange(12.0))
