"""What a recording took is given back when its file is closed, whoever still holds the recorder."""

from __future__ import annotations

import gc
import mmap
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from tauscope.app.recording import Recorder
from tauscope.app.recording.recorder import WRITER
from tauscope.app.recording.sinks import ProcessSink
from tauscope.engine.errors import TauscopeError
from tauscope.engine.world import World
from tests.recording.running import drive


@pytest.fixture
def uncollected() -> Iterator[None]:
    """As in the window, where garbage is collected now and then."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def recorded(path: Path) -> Recorder:
    world = World.single("gravity", {"nx": 32, "ny": 24}, seed=3)
    recorder = Recorder(path, ("f",), every=1, hash_every=20, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 60)
    return recorder


@pytest.mark.parametrize("writer", ["process", "thread"])
def test_a_closed_recording_leaves_nothing_for_the_garbage_collector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uncollected: None, writer: str
) -> None:
    monkeypatch.setenv(WRITER, writer)
    recorder = recorded(tmp_path / "run.h5")
    assert recorder.close().saved == 61
    left = {name: weakref.ref(part) for name, part in vars(recorder).items() if name in ("_sink", "_queue")}
    left["recorder"] = weakref.ref(recorder)
    del recorder
    assert [name for name, part in left.items() if part() is not None] == []


def test_a_closed_recording_gives_its_memory_back_and_keeps_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WRITER, "process")
    recorder = recorded(tmp_path / "run.h5")
    sink = recorder._sink
    assert isinstance(sink, ProcessSink)
    memory = weakref.ref(sink._ring_queue.ring.memory)
    assert isinstance(memory(), mmap.mmap)
    recorder.close()
    assert memory() is None
    status = recorder.status()
    assert (status.saved, status.queue, status.active) == (61, 0.0, False)
    assert status.bytes_written == (tmp_path / "run.h5").stat().st_size
    assert status.disk_left > 0
    assert sink.queue.put("too late") == 0.0  # type: ignore[arg-type]


def test_a_recording_that_did_not_begin_gives_its_memory_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WRITER, "process")
    made: list[ProcessSink] = []

    def refuse(sink: ProcessSink) -> None:
        made.append(sink)
        raise TauscopeError("planted for this test")

    monkeypatch.setattr(ProcessSink, "begin", refuse)
    with pytest.raises(TauscopeError, match="planted"):
        recorded(tmp_path / "run.h5")
    assert not isinstance(made[0]._ring_queue.ring.memory, mmap.mmap)
    assert list(tmp_path.iterdir()) == []
