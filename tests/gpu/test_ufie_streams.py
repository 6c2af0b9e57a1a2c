"""Streams of the wave on a stand-in for a device that does what is queued as late and as oddly as it may.

A real device runs copies and kernels of several streams in any order that events allow. The stand-in draws
that order; if an event were missing, some draw would read a buffer too early or write it too soon.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from tauscope.gpu.ufie import cuda, streams
from tauscope.gpu.ufie.cpu import CpuWave
from tauscope.gpu.ufie.cuda import CudaWave
from tests.engine.ufie.test_kernels import Problem
from tests.gpu.test_ufie_cuda import HostOfSites

Work = Callable[[], None]
SHAPE = (3, 1, 2, 3, 1, 2, 3, 4, 3)


class Queue:
    """Work that waits to be done, in its own order."""

    def __init__(self, device: Runtime, non_blocking: bool = False) -> None:
        self.device, self.ptr = device, id(self)
        self.queue: list[tuple[Work, Callable[[], bool]]] = []
        self.recorded: list[Work] | None = None
        device.streams.append(self)

    def put(self, work: Work, ready: Callable[[], bool] = lambda: True) -> None:
        if self.recorded is not None:
            self.recorded.append(work)
        elif self is self.device.default:
            work()
        else:
            self.queue.append((work, ready))

    def __enter__(self) -> Queue:
        self.device.current.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.device.current.pop()

    def synchronize(self) -> None:
        self.device.run_until(lambda: not self.queue)

    def wait_event(self, event: Moment) -> None:
        self.put(lambda: None, lambda: event.done)

    def begin_capture(self) -> None:
        self.recorded = []

    def end_capture(self) -> Graph:
        found, self.recorded = self.recorded, None
        assert found is not None
        return Graph(found)


class Graph:
    def __init__(self, works: list[Work]) -> None:
        self.works = works

    def launch(self, stream: Queue) -> None:
        stream.device.graphs += 1
        for work in self.works:
            stream.put(work)


class Moment:
    def __init__(self, device: Runtime) -> None:
        self.device, self.done = device, False

    def record(self, stream: Queue) -> None:
        stream.put(lambda: setattr(self, "done", True))

    def synchronize(self) -> None:
        self.device.run_until(lambda: self.done)


class Runtime:
    """What CuPy calls ``cuda``, with its ``runtime``."""

    memcpyHostToDevice, memcpyDeviceToHost = 1, 2

    def __init__(self, seed: int) -> None:
        self.draw = np.random.default_rng(seed)
        self.streams: list[Queue] = []
        self.default = Queue(self)
        self.current = [self.default]
        self.runtime = self
        self.graphs = 0

    def Stream(self, non_blocking: bool) -> Queue:
        assert non_blocking, "a blocking stream waits for the default one"
        return Queue(self)

    def Event(self, disable_timing: bool = False) -> Moment:
        return Moment(self)

    def get_current_stream(self) -> Queue:
        return self.current[-1]

    def alloc_pinned_memory(self, size: int) -> bytearray:
        return bytearray(size)

    def memcpyAsync(self, target: int, source: int, size: int, kind: int, stream: int) -> None:
        found = next(one for one in self.streams if one.ptr == stream)
        found.put(partial(_moved, target, source, size))

    def run_until(self, met: Callable[[], bool]) -> None:
        while not met():
            able = [one for one in self.streams if one.queue and one.queue[0][1]()]
            assert able, "every stream waits for another"
            one = able[int(self.draw.integers(len(able)))]
            for _ in range(int(self.draw.integers(1, 20))):  # a run of works, so that streams get far apart
                if one.queue and one.queue[0][1]():
                    one.queue.pop(0)[0]()


def _moved(target: int, source: int, size: int) -> None:
    ctypes.memmove(target, source, size)


class Late(HostOfSites):
    """The processor as a device with streams."""

    def __init__(self, folder: Any, modules: Any, seed: int) -> None:
        super().__init__(folder)
        self._modules = modules
        self.runtime = Runtime(seed)
        self.launched: list[str] = []
        self.xp = type("Late", (), {"cuda": self.runtime, "__getattr__": lambda _, name: getattr(np, name)})()

    def kernel(self, source: Any, variant: str, name: str) -> Any:
        at_once = super().kernel(source, variant, name)

        def launch(shape: tuple[int, int], arguments: tuple[Any, ...]) -> None:
            self.launched.append(name)
            self.runtime.get_current_stream().put(lambda: at_once(shape, arguments))

        return launch

    def wait(self) -> None:
        self.runtime.get_current_stream().synchronize()


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Late]:
    """Devices by seed, which share what is compiled."""
    folder, modules = tmp_path_factory.mktemp("cuda-late"), dict[Any, Any]()
    return lambda seed: Late(folder, modules, seed)


def run(device: Late, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, Late]:
    """Two waves through batches of four steps, growth, pruning and a return, on device and processor."""
    monkeypatch.setattr(cuda, "BATCH", 4)
    problem = Problem(SHAPE, holes=True)
    drives = np.resize(problem.drives, (23, 2)) * np.linspace(1, 2, 23)[:, None]
    pair = problem.wave("fast", CudaWave, device=device), problem.wave("fast", CpuWave)
    found: tuple[list[Any], list[Any]] = ([], [])
    missing = np.setdiff1d(np.arange(problem.layout.bricks), pair[1].bricks())
    for wave, seen in zip(pair, found, strict=True):
        state = wave.state()
        seen.append(wave.advance(23, drives, oracle=True))
        wave.grow(missing[:5])
        wave.prune(wave.bricks()[1:6])
        seen.append(wave.advance(9, drives[:9], oracle=True))
        wave.advance(13, drives[:13])
        seen.append(wave.psi())
        wave.restore(state)
        seen += [wave.advance(2, drives[:2], oracle=True), wave.velocity(drives[2]), wave.psi()]
    return *found, device


@pytest.mark.parametrize("seed", range(6))
def test_any_order_that_events_allow_gives_the_same_bits(
    seed: int, late: Callable[[int], Late], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs, device = run(late(seed), monkeypatch)
    for a, b in zip(ours, theirs, strict=True):
        assert np.array_equal(a, b)
    assert device.runtime.graphs > 10


def without(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Streams that lack one of their orders."""

    def upload(self: Any, target: Any, source: Any, after: Any = None) -> None:
        self._copy(target, source, source.nbytes, "memcpyHostToDevice", self._up)

    def download(self: Any, target: Any, source: Any) -> Any:
        self._copy(target, source, target.nbytes, "memcpyDeviceToHost", self._down)
        return self._marked(self._down)

    def wait(self: Any, mark: Any) -> None:
        pass

    made = {"upload": upload, "download": download, "wait": wait}[name]
    return lambda patch: patch.setattr(streams.Streams, name, made)


@pytest.mark.parametrize("name", ["upload", "download", "wait"])
def test_a_missing_order_is_noticed(
    name: str, late: Callable[[int], Late], monkeypatch: pytest.MonkeyPatch
) -> None:
    without(name)(monkeypatch)
    same = True
    for seed in range(6):
        ours, theirs, _ = run(late(seed), monkeypatch)
        same = same and all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
    assert not same


def test_deltas_go_in_batches_before_the_next_step(late: Callable[[int], Late]) -> None:
    """A change of many bricks crosses in rows of what changed, 256 together, and the table is the host's."""
    device: Any = late(1)
    wave = CudaWave((4, 4, 4, 4, 4, 3, 2, 3, 1), device=device, present=np.arange(500))
    wave.set_material(1e-4, 0.0, 1e4)
    wave.grow(np.arange(500, 1100))
    assert "relink" not in device.launched
    wave.advance(1)
    wave.advance(1)
    table, count = wave._topology.beside, wave._topology.count
    assert count == 1100
    assert np.array_equal(wave._beside[:count], table[:count])
    grown = device.launched.count("relink")
    changed = np.union1d(np.arange(500, 1100), table[500:count])
    assert grown == -(-changed.size // 256) >= 3
    wave.prune([7, 601])
    wave.advance(1)
    assert device.launched.count("relink") == grown + 1
    assert np.array_equal(wave._beside[: count - 2], wave._topology.beside[: count - 2])


def test_both_sides_take_turns(late: Callable[[int], Late], monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies are queued before the steps of the batch before them are done."""
    monkeypatch.setattr(cuda, "BATCH", 4)
    device = late(0)
    problem = Problem(SHAPE)
    wave = problem.wave("fast", CudaWave, device=device)
    most, put = [0], Queue.put

    def counted(self: Queue, work: Work, ready: Callable[[], bool] = lambda: True) -> None:
        put(self, work, ready)
        most[0] = max(most[0], sum(bool(one.queue) for one in device.runtime.streams))

    monkeypatch.setattr(Queue, "put", counted)
    wave.advance(16, np.resize(problem.drives, (16, 2)), oracle=True)
    assert most[0] == 3
