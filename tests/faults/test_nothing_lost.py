"""What was handed over is written or told of, however slow the disk and whenever the end comes."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from tauscope.app.recording import Recorder, ring, sinks
from tauscope.app.recording.plan import Item
from tauscope.app.recording.queue import HandOver
from tauscope.app.recording.recorder import WRITER
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tests.faults.test_writer_process import PATIENCE, replay, until
from tests.recording.running import drive


@pytest.mark.parametrize("writer", ["process", "thread"])
def test_what_comes_and_the_end_while_the_disk_stands_still_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World, writer: str
) -> None:
    """The writer finds nothing, then the disk keeps it; the rest and the end come meanwhile."""
    monkeypatch.setenv(WRITER, writer)
    monkeypatch.setattr(sinks, "ENTRY", "tests.faults.slow_writer")
    monkeypatch.setenv("TAUSCOPE_TEST_HOLD", str(tmp_path))
    held, go = tmp_path / "held", tmp_path / "go"
    if writer == "thread":
        take = HandOver.get

        def get(self: HandOver, timeout: float) -> Item | None:
            found = take(self, timeout)
            if found is None and not held.exists():
                held.touch()
                until(go.exists, "the disk moves on")
            return found

        monkeypatch.setattr(HandOver, "get", get)
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    recorder.start(world)
    until(held.exists, "the disk stands still")
    drive(world, recorder, 10)
    recorder.stop(world)
    go.touch()
    status = recorder.close()
    assert (status.saved, status.error) == (11, "")
    assert replay(recorder.path, verify=True).passed


def test_what_a_writer_leaves_behind_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    """A process that says that all is well while something waits is not believed."""
    monkeypatch.setenv(WRITER, "process")
    monkeypatch.setattr(sinks, "ENTRY", "tests.faults.slow_writer")
    monkeypatch.setenv("TAUSCOPE_TEST_HOLD", str(tmp_path))
    monkeypatch.setenv("TAUSCOPE_TEST_LEAVES", "1")
    errors: list[BaseException] = []
    recorder = Recorder(tmp_path / "run.h5", ("u",), on_error=errors.append, reserve_bytes=0)
    recorder.start(world)
    until((tmp_path / "held").exists, "the disk stands still")
    drive(world, recorder, 10)
    recorder.stop(world)
    (tmp_path / "go").touch()
    status = recorder.close()
    assert status.saved == 1
    assert "did not reach it" in status.error and "Saved frames in it: 1." in status.error
    assert [str(error) for error in errors] == [status.error]


def test_a_ring_that_nobody_empties_lets_go_after_its_end_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "STANDS_STILL", 0.3)
    queue = ring.RingQueue(1 << 20, 1000)
    queue.attended = True
    reader = ring.RingReader(queue.ring.path)
    small = np.zeros(400_000, np.uint8)
    for _ in range(2):
        queue.put(small)
    thread = threading.Thread(target=lambda: queue.put(small, wait=False))
    thread.start()
    until(queue._lock.locked, "it waits for room")
    queue.close()
    assert not reader.closed, "who writes would leave before the last item"
    thread.join(PATIENCE)
    assert reader.closed and queue.left and queue.lost == 1
    assert queue.put(small) == 0.0
    assert queue.lost == 1, "after the end nothing is taken in"


@pytest.mark.parametrize("writer", ["process", "thread"])
def test_a_file_that_comes_right_after_the_look_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World, writer: str
) -> None:
    """F7: the name was free when the recorder looked, and somebody takes it before the file is made."""
    monkeypatch.setenv(WRITER, writer)
    monkeypatch.setattr("tauscope.app.recording.recorder.check_output", lambda *_args: None)
    path = tmp_path / "run.h5"
    recorder = Recorder(path, ("u",), reserve_bytes=0)
    path.write_bytes(b"precious")
    with pytest.raises(BadInput, match=r"run\.h5 exists"):
        recorder.start(world)
    assert path.read_bytes() == b"precious"
    assert [one.name for one in tmp_path.iterdir()] == ["run.h5"]
