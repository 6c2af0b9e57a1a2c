"""The recorder: what it takes when, both policies for a slow disk, and how it stops when things go wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tauscope.app.recording import Recorder, RecordingFile, frame_bytes, replay
from tauscope.app.recording import recorder as recorder_module
from tauscope.app.recording import writer as writer_module
from tauscope.app.recording.plan import FrameItem
from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.world import World
from tests.recording.conftest import Recording
from tests.recording.running import drive

PATIENCE = 60.0


class Gate:
    """A disk that takes nothing until it is opened; it opens by itself for a simulation that waits for it."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.waited_for = False

    def wait(self) -> None:
        self.waited_for |= not self.opened.wait(PATIENCE)
        self.opened.set()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Hold every frame before it is written until the gate is open."""
    found, write = Gate(), writer_module.RecordingWriter.append_frame

    def held(self: writer_module.RecordingWriter, frame: FrameItem) -> None:
        found.wait()
        write(self, frame)

    monkeypatch.setattr(writer_module.RecordingWriter, "append_frame", held)
    return found


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every frame take 20 ms to write."""
    quick = writer_module.RecordingWriter.append_frame

    def slow(self: writer_module.RecordingWriter, frame: FrameItem) -> None:
        time.sleep(0.02)
        quick(self, frame)

    monkeypatch.setattr(writer_module.RecordingWriter, "append_frame", slow)


# -- what is recorded ----------


def test_frames_are_the_fields_at_their_ticks(tmp_path: Path) -> None:
    world = World.single("toy", {"nx": 8, "ny": 6, "dtype": "float32"}, seed=9)
    again = World.single("toy", {"nx": 8, "ny": 6, "dtype": "float32"}, seed=9)
    recorder = Recorder(tmp_path / "run.h5", ("u", "slope"), every=7, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 30)
    recorder.close()
    with RecordingFile(recorder.path) as file:
        assert list(file.ticks) == [0, 7, 14, 21, 28]
        assert set(file.fields) == {"u", "slope"}
        for index in range(file.frames):
            again.advance(int(file.ticks[index]) - again.macro_tick)
            for name in ("u", "slope"):
                kept = file.frame(name, index)
                assert kept.dtype == np.float32
                np.testing.assert_array_equal(kept, again.field("toy", name))
            assert file.scalars["mean"][index] == again.engines["toy"].scalars()["mean"]
            assert file.times[index] == again.engines["toy"].time


def test_a_recording_may_start_anywhere(tmp_path: Path, world: World) -> None:
    world.apply(Command("toy", "set", {"path": "D", "value": 0.9}))
    world.advance(13)
    world.apply(Command("toy", "add_spot", {"x": 1, "y": 1, "amount": 2.0}))
    recorder = Recorder(tmp_path / "run.h5", ("u",), every=4, hash_every=10, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 30, {20: Command("toy", "set", {"path": "dt", "value": 0.1})})
    recorder.close()
    with RecordingFile(recorder.path) as file:
        assert list(file.ticks) == [13, 17, 21, 25, 29]
        assert [tick for tick, _, _ in file.hashes()] == [13, 20, 30, 30]
        assert len(file.event_lines()) == 1
    report = replay(recorder.path, verify=True)
    assert report.passed, report.sentence
    assert (report.first_tick, report.last_tick) == (13, 30)


def test_checkpoints_hold_the_newest_whole_state(tmp_path: Path, world: World) -> None:
    recorder = Recorder(
        tmp_path / "run.h5", ("u",), every=10, hash_every=10, checkpoint_seconds=0.0, reserve_bytes=0
    )
    recorder.start(world)
    drive(world, recorder, 35)
    recorder.stop(world)
    recorder.close()
    with RecordingFile(recorder.path) as file:
        found = file.checkpoint()
    assert found is not None
    tick, states = found
    assert tick == 35
    other = World.single("toy", {"nx": 16, "ny": 12}, seed=1)
    other.restore({"macro_tick": tick, "engines": states})
    world.advance(10)
    other.advance(10)
    np.testing.assert_array_equal(other.field("toy", "u"), world.field("toy", "u"))


def test_without_fields_the_first_ones_are_recorded(tmp_path: Path, world: World) -> None:
    recorder = Recorder(tmp_path / "run.h5", reserve_bytes=0)
    recorder.start(world)
    recorder.close()
    with RecordingFile(recorder.path) as file:
        assert set(file.fields) == {"u", "visits"}
        assert file.frames == 1
    assert frame_bytes(world, ("u", "visits")) == 2 * 8 * 12 * 16


def test_it_records_beside_the_loop_on_another_thread(tmp_path: Path, world: World) -> None:
    loop, stop = Loop(world, Mailbox()), threading.Event()
    recorder = Recorder(tmp_path / "run.h5", ("u",), every=3, hash_every=20, reserve_bytes=0)
    thread = threading.Thread(target=loop.run, args=(stop,))
    thread.start()
    try:
        loop.call(recorder.start).result(PATIENCE)
        loop.call(lambda _world: loop.trackers.append(recorder)).result(PATIENCE)
        loop.step(50).result(PATIENCE)
        for number in range(5):
            loop.submit(Command("toy", "add_spot", {"x": number, "y": 1})).result(PATIENCE)
        loop.step(50).result(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while world.macro_tick < 50 or loop.running:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        loop.call(recorder.stop).result(PATIENCE)
    finally:
        stop.set()
        thread.join(PATIENCE)
    status = recorder.close()
    assert not status.active
    assert status.saved == len(range(0, world.macro_tick + 1, 3))
    assert replay(recorder.path, verify=True).passed


def test_status_tells_what_is_on_disk(tmp_path: Path, world: World) -> None:
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    assert not recorder.status().active
    recorder.start(world)
    drive(world, recorder, 20)
    deadline = time.monotonic() + PATIENCE
    while recorder.status().saved < 21:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    status = recorder.status()
    assert status.active
    assert status.path == str(recorder.path)
    assert (status.saved, status.dropped) == (21, 0)
    assert 0 < status.bytes_written <= recorder.path.stat().st_size
    assert status.disk_left > 0
    last = recorder.close()
    assert not last.active
    assert last.bytes_written == recorder.path.stat().st_size
    assert sorted(item.name for item in tmp_path.iterdir()) == ["run.h5", "run.vtkhdf"]


# -- slow disks ----------


@pytest.mark.usefixtures("slow_disk")
def test_slow_policy_slows_the_simulation_and_drops_nothing(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "LIMITED_SECONDS", PATIENCE)  # it may be long until we look
    size = frame_bytes(world, ("u",))
    recorder = Recorder(tmp_path / "run.h5", ("u",), queue_bytes=4 * size, hash_every=10_000, reserve_bytes=0)
    recorder.start(world)
    started, fullest = time.monotonic(), 0.0
    for tick in range(1, 61):
        drive(world, recorder, tick)
        fullest = max(fullest, recorder.status().queue)
    took = time.monotonic() - started
    status = recorder.status()
    assert took > 60 * 0.02 * 0.8, "the simulation did not wait for the disk"
    assert status.limited
    assert fullest > 0.5
    assert recorder.close().dropped == 0
    with RecordingFile(recorder.path) as file:
        assert list(file.ticks) == list(range(61))


def test_skip_policy_keeps_speed_and_shows_the_gaps(tmp_path: Path, world: World, gate: Gate) -> None:
    size = frame_bytes(world, ("u",))
    recorder = Recorder(
        tmp_path / "run.h5",
        ("u",),
        when_slow="skip",
        queue_bytes=4 * size,
        hash_every=10_000,
        reserve_bytes=0,
    )
    recorder.start(world)
    for number in range(1, 12):
        drive(world, recorder, 10 * number)
        world.apply(Command("toy", "add_spot", {"x": number, "y": 1}))
        if number == 6:
            assert not gate.waited_for, "the simulation waited for the disk"
            assert recorder.status().dropped > 0
            gate.opened.set()
            deadline = time.monotonic() + PATIENCE
            while recorder.status().queue > 0:
                assert time.monotonic() < deadline
                time.sleep(0.002)
    status = recorder.close()
    assert status.dropped > 0
    assert status.saved + status.dropped == 111
    with RecordingFile(recorder.path) as file:
        gaps = np.diff(file.ticks) - 1
        assert gaps.max() > 0
        np.testing.assert_array_equal(np.diff(file.dropped), gaps)
        assert len(file.event_lines()) == 11
    assert replay(recorder.path, verify=True).passed


@pytest.mark.usefixtures("slow_disk")
def test_closing_frees_a_simulation_that_waits_for_the_disk(tmp_path: Path, world: World) -> None:
    size = frame_bytes(world, ("u",))
    recorder = Recorder(tmp_path / "run.h5", ("u",), queue_bytes=size, hash_every=10_000, reserve_bytes=0)
    recorder.start(world)
    thread = threading.Thread(target=drive, args=(world, recorder, 5000))
    thread.start()
    time.sleep(0.3)
    status = recorder.close()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert status.error == ""
    with RecordingFile(recorder.path) as file:
        assert list(file.ticks) == list(range(file.frames))


# -- refusals ----------


@pytest.mark.parametrize(
    ("options", "key", "words"),
    [
        ({"every": 0}, "every", "every is 0"),
        ({"hash_every": 0}, "hash_every", "hash_every is 0"),
        ({"when_slow": "drop"}, "when_slow", "no policy “drop”"),
    ],
)
def test_refused_options_name_key_and_range(
    tmp_path: Path, options: dict[str, object], key: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        Recorder(tmp_path / "run.h5", **options)  # type: ignore[arg-type]
    assert caught.value.key == key
    assert "Allowed:" in str(caught.value)


def test_an_existing_file_is_never_touched(tmp_path: Path, world: World) -> None:
    path = tmp_path / "run.h5"
    path.write_bytes(b"precious")
    with pytest.raises(BadInput, match=r"run\.h5 exists"):
        Recorder(path)
    path.unlink()
    recorder = Recorder(path, reserve_bytes=0)
    path.write_bytes(b"precious")
    with pytest.raises(BadInput, match=r"run\.h5 exists"):
        recorder.start(world)
    assert path.read_bytes() == b"precious"
    assert [item.name for item in tmp_path.iterdir()] == ["run.h5"]


def test_missing_folder_and_wrong_ending_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder"):
        Recorder(tmp_path / "nowhere" / "run.h5")
    with pytest.raises(BadInput, match="names that end in"):
        Recorder(tmp_path / "run.txt")


def test_a_folder_that_takes_no_files_is_refused() -> None:
    """Folders under /proc refuse new files even to root, as a read-only folder does to others."""
    if not Path("/proc/self").is_dir():
        pytest.skip("this system has no /proc")
    with pytest.raises(BadInput, match="cannot be written to"):
        Recorder(Path("/proc/self/run.h5"))


def test_a_read_only_mount_is_refused(tmp_path: Path) -> None:
    mount = shutil.which("mount")
    if mount is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("needs root to mount")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(tmp_path)], check=False)
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(BadInput, match="cannot be written to"):
            Recorder(tmp_path / "run.h5")
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_unknown_fields_name_the_nearest(tmp_path: Path, world: World) -> None:
    recorder = Recorder(tmp_path / "run.h5", ("visit",), reserve_bytes=0)
    with pytest.raises(BadInput, match=r"no field named “visit”.*Did you mean “visits”"):
        recorder.start(world)
    assert list(tmp_path.iterdir()) == []


def test_a_recorder_records_once(tmp_path: Path, world: World) -> None:
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    recorder.start(world)
    recorder.close()
    assert recorder.next_due(0) is None
    recorder.sample(world)
    with pytest.raises(BadInput, match="started before"):
        recorder.start(world)


def test_two_recorders_do_not_share_a_file(tmp_path: Path, world: World) -> None:
    first, second = (Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0) for _ in range(2))
    first.start(world)
    with pytest.raises(BadInput, match=r"exists|being recorded"):
        second.start(world)
    drive(world, first, 10)
    assert first.close().saved == 11


# -- runs that change under the recorder ----------


@pytest.mark.parametrize("how", ["rewound", "replaced"])
def test_another_run_ends_the_recording_with_a_sentence(tmp_path: Path, world: World, how: str) -> None:
    errors: list[BaseException] = []
    recorder = Recorder(tmp_path / "run.h5", ("u",), every=5, on_error=errors.append, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 12)
    good = world.state()
    drive(world, recorder, 22)
    if how == "rewound":
        world.restore(good)
    else:
        world = World.single("toy", {"nx": 16, "ny": 12}, seed=4)
    world.apply(Command("toy", "add_spot", {"x": 1, "y": 1}))
    world.advance(recorder.next_due(world.macro_tick) - world.macro_tick)  # type: ignore[operator]
    recorder.sample(world)
    status = recorder.close()
    assert "went back or was replaced" in status.error
    assert len(errors) == 1
    assert recorder.next_due(world.macro_tick) is None
    with RecordingFile(recorder.path) as file:
        assert list(file.ticks) == [0, 5, 10, 15, 20]
        assert file.event_lines() == []
    assert replay(recorder.path, verify=True).passed


def test_a_change_that_has_no_written_form_ends_the_recording(tmp_path: Path, world: World) -> None:
    errors: list[BaseException] = []
    recorder = Recorder(tmp_path / "run.h5", ("u",), every=5, on_error=errors.append, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 12)
    world.events.append(12, 12, Command("toy", "add_spot", {"x": 1, "y": 1, "amount": float("inf")}), None)
    drive(world, recorder, 30)
    assert "cannot be written down" in recorder.close().error
    assert len(errors) == 1
    with RecordingFile(recorder.path) as file:
        assert list(file.ticks) == [0, 5, 10]
        assert file.event_lines() == []


# -- disks that fail ----------


def current_umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def test_a_disk_that_fills_while_the_file_is_laid_out_leaves_nothing(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HDF5 cannot close the file then either; the cause is told, and the name is free again."""
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    monkeypatch.setenv("TAUSCOPE_WRITER", "thread")
    real = writer_module.RecordingWriter._create

    class Full:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

        def close(self) -> None:
            self.inner.close()
            raise RuntimeError("Can't destroy cache (slist already enabled?)")

    def full(*_asked: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(writer_module.RecordingWriter, "_create", lambda self, path: Full(real(self, path)))
        patch.setattr(writer_module, "lay_out", full)
        with pytest.raises(BadInput, match="the disk is full"):
            recorder.start(world)
    assert list(tmp_path.iterdir()) == []
    again = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    again.start(world)
    assert again.close().error == ""


def test_a_removed_folder_stops_the_recording_and_what_was_saved_is_rescued(
    tmp_path: Path, world: World
) -> None:
    errors: list[BaseException] = []
    folder = tmp_path / "here"
    folder.mkdir()
    recorder = Recorder(folder / "run.h5", ("u",), on_error=errors.append, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 40)
    while recorder.status().saved < 41:
        time.sleep(0.02)
    shutil.rmtree(folder)
    deadline = time.monotonic() + PATIENCE
    while recorder.status().active:
        assert time.monotonic() < deadline, "the loss was not noticed"
        world.advance(1)
        recorder.sample(world)
        time.sleep(0.01)
    assert len(errors) == 1
    assert "was removed or replaced" in str(errors[0])
    if not Path("/proc/self/fd").is_dir():
        return
    (rescued,) = tmp_path.glob("*.h5")  # beside the folder that is gone
    assert rescued.stat().st_mode & 0o777 == 0o666 & ~current_umask(), "readable as other recordings are"
    assert str(rescued) in str(errors[0])
    with RecordingFile(rescued) as file:
        assert file.frames == recorder.status().saved >= 41
    assert replay(rescued, verify=True).passed


def test_an_error_of_the_disk_keeps_what_is_saved(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors: list[BaseException] = []
    quick = writer_module.RecordingWriter.append_frame

    def failing(self: writer_module.RecordingWriter, frame: FrameItem) -> None:
        if frame.tick == 30:
            raise OSError(28, "No space left on device")
        quick(self, frame)

    monkeypatch.setattr(writer_module.RecordingWriter, "append_frame", failing)
    recorder = Recorder(tmp_path / "run.h5", ("u",), on_error=errors.append, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 60)
    status = recorder.close()
    assert "is full" in status.error
    assert [type(error) for error in errors] == [TauscopeError]
    with RecordingFile(recorder.path) as file:
        assert list(file.ticks) == list(range(30))
        assert file.state == "closed"
    assert replay(recorder.path, verify=True).passed


def test_an_unforeseen_error_of_the_writer_does_not_hold_the_simulation_up(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors: list[BaseException] = []
    quick = writer_module.RecordingWriter.append_frame

    def failing(self: writer_module.RecordingWriter, frame: FrameItem) -> None:
        if frame.tick == 20:
            raise MemoryError
        quick(self, frame)

    monkeypatch.setattr(writer_module.RecordingWriter, "append_frame", failing)
    recorder = Recorder(tmp_path / "run.h5", ("u",), on_error=errors.append, reserve_bytes=0, queue_bytes=1)
    recorder.start(world)
    run = threading.Thread(target=drive, args=(world, recorder, 60), daemon=True)
    run.start()
    run.join(30.0)
    assert world.macro_tick == 60, "the simulation waits for a thread that has ended"
    assert "MemoryError" in recorder.close().error and len(errors) == 1
    with RecordingFile(recorder.path) as file:
        assert list(file.ticks) == list(range(20))


def test_a_first_frame_that_cannot_be_taken_leaves_nothing_behind(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: World, engine: str, name: str) -> None:
        raise FloatingPointError(f"no {name} of {engine}")

    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    with monkeypatch.context() as patch:
        patch.setattr(World, "field", failing)
        with pytest.raises(FloatingPointError):
            recorder.start(world)
    assert list(tmp_path.iterdir()) == []
    assert recorder.next_due(0) is None and not recorder.status().active
    again = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    again.start(world)
    again.close()


def fill(folder: Path) -> None:
    """Write a file until not a byte is left."""
    with open(folder / "filler", "wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(4096))
        except OSError:
            return


@pytest.mark.parametrize("reserve", [0, 2_000_000])
def test_a_full_disk(tmp_path: Path, reserve: int) -> None:
    """A disk of 24 MB that fills up: nothing dies, what is saved stays, the recorder says why it stopped."""
    mount = shutil.which("mount")
    if mount is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("needs root to mount a small disk")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(tmp_path)], check=False)
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    errors: list[BaseException] = []
    world = World.single("toy", {"nx": 256, "ny": 256, "dtype": "float32"})
    try:
        recorder = Recorder(tmp_path / "run.h5", ("u",), on_error=errors.append, reserve_bytes=reserve)
        recorder.start(world)
        drive(world, recorder, 20)
        while recorder.status().saved < 21:
            time.sleep(0.02)
        if reserve == 0:
            fill(tmp_path)
        deadline = time.monotonic() + PATIENCE
        while recorder.status().active:
            assert time.monotonic() < deadline
            world.advance(1)
            recorder.sample(world)
        saved = recorder.status().saved
        assert len(errors) == 1, "the recorder did not say why it stopped"
        assert ("left" if reserve else "is full") in str(errors[0])
        with RecordingFile(recorder.path) as file:
            assert file.frames >= saved >= 21
            assert list(file.ticks) == list(range(file.frames))
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


# -- files ----------


def test_chunks_decode_to_what_was_written(recorded: Recording) -> None:
    with h5py.File(recorded(), "r") as file:
        assert file["fields/visits"].dtype == np.int64
        assert file["fields/visits"][-1].sum() == 2
        assert file["series/spots/value"][-1] == 2.0
