"""F1, F2 and F5 to F11: deaths of either process, full, lost and slow disks, limits, readers that stay."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import h5py
import numpy as np
import psutil
import pytest

from tauscope.app.recording import Recorder, RecordingFile, layout, lock, memory, recover, ring, sinks
from tauscope.app.recording.recorder import WRITER
from tauscope.app.recording.replay import ReplayReport
from tauscope.app.recording.rerun import rerun
from tauscope.app.recording.sinks import ProcessSink, WriterDied
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tests.recording.running import drive
from tests.support.crowding import crowding
from tests.support.disks import fill, small_disk

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
KILLS = [
    pytest.param(2, id="2"),
    pytest.param(20, id="20", marks=pytest.mark.slow),
]


@pytest.fixture(autouse=True)
def _process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Write in a process, and leave no shared memory behind."""
    monkeypatch.setenv(WRITER, "process")
    yield
    deadline = time.monotonic() + PATIENCE
    while rings() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not rings(), "shared memory was left behind"


def rings() -> list[str]:
    """Names of rings of this process."""
    return [one.name for one in Path(memory.folder()).glob(f"{memory.own_prefix()}*")]


def until(condition: Callable[[], bool], what: str, within: float = PATIENCE) -> float:
    """Wait for something; returns the seconds it took."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < within, f"{what} did not happen within {within:g} s"
        time.sleep(0.005)
    return time.monotonic() - started


def replay(path: Path, verify: bool = False) -> ReplayReport:
    """Replay in this process; a new one takes seconds."""
    return rerun(path, verify, lambda _done, _text: None)


def writer_of(recorder: Recorder) -> psutil.Process:
    """Process that writes a recording."""
    sink = recorder._sink
    assert isinstance(sink, ProcessSink)
    return psutil.Process(sink.pid)


# -- F1: the program is killed ----------


@pytest.mark.parametrize("times", KILLS)
def test_a_kill_of_the_program_leaves_a_closed_file_with_every_frame(tmp_path: Path, times: int) -> None:
    moments = random.Random(7)
    for number in range(times):
        path = tmp_path / f"run{number}.h5"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "tests.recording.victim", str(path), "toy", "1e9"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as victim:
            assert victim.stdout is not None
            first = victim.stdout.readline()
            assert first, "the victim died before it recorded"
            time.sleep(moments.uniform(0.05, 1.5))
            victim.send_signal(signal.SIGKILL)
            rest = victim.stdout.read()
        reports = [json.loads(line) for line in (first + rest).splitlines() if line.endswith("]")]
        handed, saved = max(int(report[1]) for report in reports), max(int(r[2]) for r in reports)
        until(lambda path=path: lock.holder(path) is None, "the end of the writing process")  # type: ignore[misc]
        with h5py.File(path, "r") as plain:
            assert plain["fields/t"].shape[0] >= handed >= saved
            assert bytes(plain["status"].attrs["state"]).strip() == layout.ORPHANED.encode()
        beside = {one.name for one in tmp_path.glob(f"run{number}*")}
        assert beside == {f"run{number}.h5", f"run{number}.vtkhdf"}
        if number == 0:
            report = replay(path, verify=True)
            assert report.passed, report.sentence
    assert not list(Path(memory.folder()).glob(f"{memory.PREFIX}{victim.pid}-*"))


# -- F2: the writing process is killed ----------


@pytest.mark.parametrize("times", KILLS)
def test_a_kill_of_the_writing_process_loses_no_saved_frame(tmp_path: Path, times: int) -> None:
    moments = random.Random(8)
    for number in range(times):
        world = World.single("toy", {"nx": 48, "ny": 32}, seed=5)
        errors: list[BaseException] = []
        path = tmp_path / f"run{number}.h5"
        recorder = Recorder(
            path, ("u", "visits"), every=3, hash_every=50, reserve_bytes=0, on_error=errors.append
        )
        recorder.start(world)
        until(lambda: recorder.status().saved > 0 or bool(errors), "the first commit")  # noqa: B023
        end = time.monotonic() + moments.uniform(0.0, 0.8)
        while time.monotonic() < end:
            drive(world, recorder, world.macro_tick + 30)
        writer_of(recorder).kill()
        killed = time.monotonic()
        saved = recorder.status().saved
        while recorder.next_due(world.macro_tick) is not None:
            drive(world, recorder, world.macro_tick + 1)
            assert time.monotonic() - killed < 2.0, "the death was noticed late"
        until(lambda: recorder.error is not None, "the repair")  # noqa: B023
        before = world.macro_tick
        drive(world, recorder, before + 300)
        status = recorder.close()
        assert isinstance(errors[0], WriterDied) and len(errors) == 1
        assert "died (signal 9)" in status.error and f"are in “{path.name}”" in status.error
        with RecordingFile(path) as file:
            assert file.frames >= saved, "a saved frame is missing"
            assert file.state == layout.RECOVERED
        if number == 0:
            report = replay(path, verify=True)
            assert report.passed, report.sentence
        again = Recorder(tmp_path / f"run{number}_002.h5", ("u",), every=3, reserve_bytes=0)
        again.start(world)
        drive(world, again, world.macro_tick + 30)
        assert again.close().error == ""


def test_the_writing_process_imports_no_window_and_no_kernel(tmp_path: Path, world: World) -> None:
    code = (
        "import sys; from tauscope.app.recording.process import main;"
        "print([n for n in ('PySide6', 'numba', 'vispy', 'scipy', 'matplotlib') if n in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_memory_of_a_killed_program_is_removed_at_the_next_start(tmp_path: Path, world: World) -> None:
    folder = Path(memory.folder())
    dead = folder / f"{memory.PREFIX}{os.getpid()}-1-test{memory.SUFFIX}"
    just_dead = folder / f"{memory.PREFIX}{os.getpid()}-20-test{memory.SUFFIX}"  # its writer may be starting
    alive = folder / f"{memory.own_prefix()}test{memory.SUFFIX}"
    for one in (dead, just_dead, alive):
        one.write_bytes(b"x")
    for one in (dead, alive):
        os.utime(one, (time.time() - 2 * memory.GRACE,) * 2)
    try:
        recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
        recorder.start(world)
        recorder.close()
        assert not dead.exists() and alive.exists() and just_dead.exists()
    finally:
        alive.unlink()
        just_dead.unlink()


def test_items_of_any_size_come_in_order(tmp_path: Path) -> None:
    queue = ring.RingQueue(1 << 20, 1000)
    reader = ring.RingReader(queue.ring.path)
    assert not queue.ring.path.exists()
    random_sizes = np.random.Generator(np.random.PCG64(2)).integers(1, 300_000, 200)
    sizes = [*(int(size) for size in random_sizes), 3_000_000, 5, 1_500_000, 7]

    def put() -> None:
        for number, size in enumerate(sizes):
            queue.put((number, np.full(size, number % 251, np.uint8), np.asfortranarray(np.eye(3)[:, ::2])))
        queue.close()

    thread = threading.Thread(target=put)
    thread.start()
    taken = 0
    while (item := reader.get(PATIENCE)) is not None:
        number, array, small = item  # type: ignore[misc]
        assert number == taken and array.size == sizes[number] and (array == number % 251).all()
        np.testing.assert_array_equal(small, np.eye(3)[:, ::2])
        taken += 1
        reader.done()
    thread.join()
    assert taken == len(sizes)


# -- F5 and F6: disks that fill up or go away ----------


@pytest.mark.parametrize("policy", ["slow", pytest.param("skip", marks=pytest.mark.slow)])
def test_a_disk_that_is_full_to_the_last_byte_is_waited_for(
    tmp_path: Path, policy: Literal["slow", "skip"]
) -> None:
    world = World.single("toy", {"nx": 64, "ny": 64, "dtype": "float32"})
    errors: list[BaseException] = []
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, "8m"):
        recorder = Recorder(
            disk / "run.h5", ("u",), on_error=errors.append, reserve_bytes=0, when_full="wait",
            when_slow=policy, queue_bytes=1 << 20,
        )  # fmt: skip
        recorder.start(world)
        drive(world, recorder, 20)
        until(lambda: recorder.status().saved >= 21, "the first frames")
        filler = fill(disk)
        running = threading.Event()

        def run() -> None:
            while not running.is_set():
                drive(world, recorder, world.macro_tick + 1)
                time.sleep(0.002)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            told = until(lambda: recorder.status().waits_for_room, "the word that it waits")
            time.sleep(0.5)
            tick = world.macro_tick
            time.sleep(0.3)
            if policy == "skip":
                assert world.macro_tick > tick, "the simulation waits"
            assert writer_of(recorder).is_running() and not errors
            filler.unlink()
            until(lambda: not recorder.status().waits_for_room, "that it goes on")
            saved = recorder.status().saved
            until(lambda: recorder.status().saved > saved + 20, "new frames")
        finally:
            running.set()
            thread.join(PATIENCE)
        assert not thread.is_alive()
        assert told < 1.0 * crowding(), f"told after {told:.2f} s"
        status = recorder.close()
        assert status.error == "" and not errors
        with RecordingFile(recorder.path) as file:
            assert file.frames == status.saved
            gaps = np.diff(file.ticks) - 1
            np.testing.assert_array_equal(np.diff(file.dropped), gaps)
            assert (gaps.max() > 0) == (policy == "skip")
        assert replay(recorder.path, verify=True).passed


def test_a_recording_that_waits_for_room_can_be_ended(tmp_path: Path) -> None:
    world = World.single("toy", {"nx": 64, "ny": 64, "dtype": "float32"})
    errors: list[BaseException] = []
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, "8m"):
        recorder = Recorder(
            disk / "run.h5",
            ("u",),
            on_error=errors.append,
            reserve_bytes=0,
            when_full="wait",
            queue_bytes=1 << 20,
        )
        recorder.start(world)
        drive(world, recorder, 20)
        until(lambda: recorder.status().saved >= 21, "the first frames")
        filler = fill(disk)
        thread = threading.Thread(target=drive, args=(world, recorder, 5000), daemon=True)
        thread.start()
        until(lambda: recorder.status().waits_for_room, "the word that it waits")
        recorder.let_go()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the simulation waits for a disk that nobody waits for"
        until(lambda: not recorder.status().active, "the end of the writing process")
        saved = recorder.close().saved
        assert "full" in str(errors[0])
        filler.unlink(missing_ok=True)
        with RecordingFile(recover(recorder.path)) as file:
            assert file.frames >= saved


@pytest.mark.parametrize("fits", [True, False], ids=["all fits", "not all fits"])
def test_frames_that_wait_at_the_end_get_the_room_that_was_kept_free(tmp_path: Path, fits: bool) -> None:
    noise = {"nx": 256, "ny": 256, "dtype": "float32", "D": 0.0}  # which cannot be packed
    world = World.single("toy", noise)
    errors: list[BaseException] = []
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, "64m"):
        recorder = Recorder(
            disk / "run.h5", ("u",), on_error=errors.append, when_full="wait",
            reserve_bytes=24_000_000, queue_bytes=10 << 20,
        )  # fmt: skip
        recorder.start(world)
        drive(world, recorder, 5)
        until(lambda: recorder.status().saved >= 6, "the first frames")
        fill(disk, 20_000_000 if fits else 0)
        until(lambda: recorder.status().waits_for_room, "the word that it waits")
        drive(world, recorder, 35)
        until(lambda: recorder.status().missing > 0, "how much is missing")
        status = recorder.status()
        free = shutil.disk_usage(disk).free
        assert status.missing == pytest.approx(24_000_000 - free, abs=200_000) and not status.ending
        assert (status.at_risk == 0) == fits
        assert status.saved < 35
        at_risk = status.at_risk
        recorder.let_go()
        recorder.stop(world)
        until(lambda: not recorder.status().active, "the end of the writing process")
        status = recorder.status()
        beside = set(os.listdir(disk)) - {"filler", "run.h5"}
        shutil.copy(recorder.path, tmp_path / "copy.h5")
    with RecordingFile(tmp_path / "copy.h5") as file:
        assert file.frames == status.saved
    if fits:
        assert status.saved == 36 and not errors and not status.error
        assert beside == {"run.vtkhdf"}
        assert replay(tmp_path / "copy.h5", verify=True).passed
    else:
        # 6 MiB of the ballast take 24 frames of 256 KiB at least, as packed ones are smaller.
        assert 6 + 20 < status.saved < 36 and status.saved >= 36 - at_risk > 6
        assert f"{36 - status.saved} frames that waited are not in the file" in status.error


def test_a_removed_folder_is_noticed_and_its_frames_are_rescued(tmp_path: Path, world: World) -> None:
    errors: list[BaseException] = []
    folder = tmp_path / "here"
    folder.mkdir()
    recorder = Recorder(folder / "run.h5", ("u",), on_error=errors.append, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 40)
    until(lambda: recorder.status().saved >= 41, "frames")
    assert not recorder.status().trouble
    shutil.rmtree(folder)
    told = until(lambda: bool(recorder.status().trouble or errors), "the word that it is gone")
    assert "removed or replaced" in recorder.status().trouble
    until(lambda: bool(errors), "the word where it is")
    assert told < 2.0 * crowding(), f"told after {told:.2f} s"
    recorder.close()
    assert "was removed or replaced" in str(errors[0])
    if not Path("/proc/self/fd").is_dir():
        return
    (rescued,) = tmp_path.glob("*.h5")
    assert str(rescued) in str(errors[0])
    with RecordingFile(rescued) as file:
        assert list(file.ticks) == list(range(41))
    assert replay(rescued, verify=True).passed


# -- F7 and F8: refusals ----------


def test_refusals_come_before_the_first_tick_and_nothing_is_overwritten(tmp_path: Path, world: World) -> None:
    taken = tmp_path / "run.h5"
    recorder = Recorder(taken, ("u",), reserve_bytes=0)
    taken.write_bytes(b"precious")
    before = hashlib.sha256(taken.read_bytes()).hexdigest()
    with pytest.raises(BadInput, match="exists"):
        recorder.start(world)
    with pytest.raises(BadInput, match="no folder"):
        Recorder(tmp_path / "nowhere" / "run.h5")
    assert hashlib.sha256(taken.read_bytes()).hexdigest() == before
    assert [one.name for one in tmp_path.iterdir()] == ["run.h5"] and not rings()
    long = tmp_path / "/".join("Δϕ κόσμος" * 6 for _ in range(3))
    long.mkdir(parents=True)
    recorder = Recorder(long / "Ψ – τ.h5", ("u",), reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 10)
    assert recorder.close().error == ""
    assert replay(recorder.path, verify=True).passed


def test_a_second_instance_is_refused_with_the_holder(tmp_path: Path, world: World) -> None:
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    second = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    recorder.start(world)
    until(lambda: recorder.status().saved > 0, "the first frame")
    pid = writer_of(recorder).pid
    with pytest.raises(BadInput, match=f"exists|by process {pid}"):
        second.start(world)
    with pytest.raises(BadInput, match=f"by process {pid}"):
        recover(tmp_path / "run.h5")
    drive(world, recorder, 10)
    assert recorder.close().saved == 11
    with RecordingFile(recorder.path) as file:
        assert list(file.ticks) == list(range(11))


@pytest.mark.parametrize("renamed", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_live_recording_is_not_recovered_where_its_lock_was_removed_by_hand(
    tmp_path: Path, world: World, renamed: bool
) -> None:
    path = tmp_path / "run.h5"
    recorder = Recorder(path, ("u",), reserve_bytes=0)
    recorder.start(world)
    until(lambda: recorder.status().saved > 0, "the first frame")
    pid = writer_of(recorder).pid
    lock.lock_path(path).unlink()
    beside = path.with_name("other.h5") if renamed else path
    if renamed:  # a second name, as the recording itself ends where its own is gone
        os.link(path, beside)
    with pytest.raises(BadInput, match=f"recorded by process {pid}.*Stop that recording"):
        recover(beside)
    drive(world, recorder, 10)
    status = recorder.close()
    assert status.error == "" and status.saved == 11
    assert replay(path, verify=True).passed
    if renamed:
        assert recover(beside) == beside, "of a writer that has ended nothing is refused"


# -- F9: a slow disk ----------


@pytest.mark.parametrize("policy", ["slow", pytest.param("skip", marks=pytest.mark.slow)])
def test_a_throttled_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: Literal["slow", "skip"]
) -> None:
    monkeypatch.setattr(sinks, "ENTRY", "tests.faults.slow_writer")
    monkeypatch.setenv("TAUSCOPE_TEST_DISK", "5e6")
    world = World.single("toy", {"nx": 256, "ny": 256, "dtype": "float32"})
    recorder = Recorder(
        tmp_path / "run.h5",
        ("u",),
        when_slow=policy,
        queue_bytes=2 << 20,
        hash_every=10_000,
        reserve_bytes=0,
    )
    recorder.start(world)
    until(lambda: recorder.status().saved > 0, "the first frame")
    memory = psutil.Process().memory_info().rss
    started, limited, fullest = time.monotonic(), False, 0.0
    for _ in range(40):
        drive(world, recorder, world.macro_tick + 1)
        status = recorder.status()
        limited, fullest = limited or status.limited, max(fullest, status.queue)
        if policy == "skip":
            time.sleep(0.01)
    took = time.monotonic() - started
    assert psutil.Process().memory_info().rss - memory < 50e6
    status = recorder.close()
    assert status.error == ""
    with RecordingFile(recorder.path) as file:
        gaps = np.diff(file.ticks) - 1
        np.testing.assert_array_equal(np.diff(file.dropped), gaps)
    assert fullest > 0.75, "the meter never came to amber"
    if policy == "slow":
        assert limited and status.dropped == 0 and file.frames == world.macro_tick + 1
        assert took > 1.0
    else:
        assert status.dropped > 0 and not limited


# -- F10: files of limited size ----------


def test_a_recording_goes_on_in_the_next_part_before_its_file_is_too_large(tmp_path: Path) -> None:
    script = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20))
from pathlib import Path
from tauscope.app.recording import Recorder
from tauscope.engine.world import World
from tests.recording.running import drive
from tests.support.disks import fill, small_disk
world = World.single("toy", {"nx": 128, "ny": 128})
recorder = Recorder(Path(sys.argv[1]), ("u",), reserve_bytes=0)
recorder.start(world)
while recorder.path == Path(sys.argv[1]) or world.macro_tick % 50:
    drive(world, recorder, world.macro_tick + 1)
    time.sleep(0.01)
    assert recorder.error is None, recorder.error
status = recorder.close()
assert status.saved == world.macro_tick + 1 and status.error == "", status
print(world.macro_tick)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "run.h5")],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    parts = sorted(tmp_path.glob("*.h5"))
    assert [one.name for one in parts[:2]] == ["run.h5", "run_002.h5"]
    ticks: list[int] = []
    for part in parts:
        assert part.stat().st_size <= 4 << 20
        with RecordingFile(part) as file:
            ticks += [int(tick) for tick in file.ticks]
    assert ticks == list(range(int(done.stdout) + 1))
    assert replay(parts[-1], verify=True).passed


# -- F11: readers that stay ----------


def test_a_reader_that_stays_disturbs_neither_writing_nor_closing(tmp_path: Path, world: World) -> None:
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    recorder.start(world)
    until(lambda: recorder.status().saved > 0, "the first frame")
    code = (
        "import h5py, sys; f = h5py.File(sys.argv[1], 'r', swmr=True, locking=True);"
        "print(len(f['fields/t']), flush=True); sys.stdin.read()"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(recorder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None and reader.stdin is not None
    assert int(reader.stdout.readline()) >= 1
    drive(world, recorder, 60)
    status = recorder.close()
    assert status.error == "" and status.saved == 61
    with RecordingFile(recorder.path) as file:
        assert file.frames == 61 and file.state == layout.CLOSED
    reader.communicate()
    assert replay(recorder.path, verify=True).passed
