"""Recordings that cannot be begun: the true cause, the remedy that helps, and nothing left behind."""

from __future__ import annotations

import errno
import os
import platform
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.app.recording import Recorder, guard, lock, memory, ring
from tauscope.app.recording.recorder import WRITER
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tests.recording.running import drive

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")


@pytest.fixture(autouse=True)
def _process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WRITER, "process")


def rings() -> list[str]:
    """Memory of this process that has a name."""
    return [one.name for place in memory.folders() for one in Path(place).glob(f"{memory.own_prefix()}*")]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file of this process become larger for a moment."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_name_that_is_too_long_wants_a_shorter_one(tmp_path: Path, world: World) -> None:
    """250 letters are a name, but not with the ending of a lock."""
    recorder = Recorder(tmp_path / f"{'r' * 247}.h5", ("u",), reserve_bytes=0)
    with pytest.raises(BadInput, match="the name is too long") as caught:
        recorder.start(world)
    assert caught.value.remedy == "Choose a shorter name."
    assert not list(tmp_path.iterdir())


def test_a_limit_that_no_recording_fits_into_is_named(tmp_path: Path, world: World) -> None:
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    with largest_file(100_000), pytest.raises(BadInput, match=r"may have 0\.1 MB at most") as caught:
        recorder.start(world)
    assert "ulimit -f" in str(caught.value.remedy)
    assert not list(tmp_path.iterdir())
    assert not rings()


def test_memory_without_room_is_named_by_its_folder(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _size: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(memory, "reserve", full)
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    with pytest.raises(BadInput, match=f"there is no room in {memory.folders()[-1]}"):
        recorder.start(world)
    assert not list(tmp_path.iterdir())
    assert not rings()


def test_a_frame_too_large_to_be_handed_over_ends_the_recording_and_not_the_run(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0, on_error=told.append)
    recorder.start(world)
    drive(world, recorder, 5)

    def too_large(*_arguments: Any) -> Any:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))

    monkeypatch.setattr(ring.RingQueue, "_place", too_large)
    drive(world, recorder, 10)
    assert world.macro_tick == 10
    assert [str(one) for one in told] == [recorder.close().error]
    assert "cannot be handed over" in str(told[0])
    assert recorder.status().saved == 6


def test_items_too_large_for_the_ring_leave_no_memory_behind_that_nobody_takes() -> None:
    before = set(rings())
    queue = ring.RingQueue(1 << 20, 1000)
    reader = ring.RingReader(queue.ring.path)
    small, large = np.zeros(1000), np.zeros(1 << 20)
    for _ in range(100):  # on to its end, and over it
        queue.put(small, wait=False)
        assert reader.get(1.0) is not None
        reader.done()
    for item in (small, large, *([small] * 80), large):
        queue.put(item, wait=False)
    assert len(set(rings()) - before) == 2, "two files of their own wait"
    queue.abandon()
    assert set(rings()) == before
    assert queue.waiting == 0
    queue.let_go()


def test_what_is_handed_over_before_the_writer_is_there_never_waits_for_it() -> None:
    """A run with a large state under `ulimit -f` waited for ever for room that nobody could make."""
    before = set(rings())
    queue = ring.RingQueue(1 << 20, 1000)
    items = [
        np.full(size, number) for number, size in enumerate((60_000, 50_000, 40_000, 30_000, 20_000, 9, 9))
    ]
    sender = threading.Thread(target=lambda: [queue.put(item, wait=False) for item in items], daemon=True)
    sender.start()
    sender.join(30.0)
    assert not sender.is_alive()
    reader = ring.RingReader(queue.ring.path)
    for item in items:
        for _twice in range(2):  # who cannot write an item may look at it again
            np.testing.assert_array_equal(np.asarray(reader.get(1.0)), item)
        reader.done()
    queue.close()
    assert reader.get(0.0) is None
    assert set(rings()) == before
    queue.let_go()


def test_hdf5s_words_of_a_limit_of_file_sizes_are_read(tmp_path: Path) -> None:
    said = "Unable to flush dataset (file write failed: file descriptor = 3, errno = 27, error message = 'x')"
    with largest_file(3_000_000):
        error = guard.explained(RuntimeError(said), tmp_path / "run.h5")
    assert str(error).startswith(
        "“run.h5” reached the largest size that files of this program may have, 3 MB."
    )
    assert "ulimit -f" in str(error)


@pytest.mark.parametrize("number", ["-1", "1e400", "123456789012345678901234567890", "null", '"x"'])
def test_a_lock_with_an_impossible_number_holds_nothing(tmp_path: Path, number: str) -> None:
    path = tmp_path / "run.h5"
    text = f'{{"pid": {number}, "started": 1.0, "host": "{platform.node()}"}}'
    lock.lock_path(path).write_text(text, encoding="utf-8")
    assert lock.holder(path) is None
    lock.refuse_if_held(path)
