"""Streams of a device: steps on one, copies to the device and from it on two others, so that they overlap.

Copies go through pinned memory. Where the processor stands for a device there are no streams and all is done
at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

DELTAS = 256
"""Rows of the table of neighbours that cross the bus together."""


class Streams:
    """The three streams of a wave.

    Parameters
    ----------
    xp : module
        CuPy, or NumPy where the processor stands for a device.
    """

    def __init__(self, xp: Any) -> None:
        self._cuda = getattr(xp, "cuda", None)
        if self._cuda is not None:
            self._steps, self._up, self._down = (self._cuda.Stream(non_blocking=True) for _ in range(3))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Within it launches go to the stream of steps; at its end all three have done their work."""
        if self._cuda is None:
            yield
            return
        self._cuda.get_current_stream().synchronize()
        try:
            with self._steps:
                yield
        finally:
            for stream in (self._steps, self._up, self._down):
                stream.synchronize()

    def pinned(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Array of the host that can be copied beside other work."""
        if self._cuda is None:
            return np.zeros(shape, dtype)
        kind, count = np.dtype(dtype), int(np.prod(shape))
        memory = self._cuda.alloc_pinned_memory(max(1, count * kind.itemsize))
        found = np.frombuffer(memory, kind, count).reshape(shape)
        found[...] = 0
        return found

    def upload(self, target: Any, source: npt.NDArray[Any], after: Any = None) -> None:
        """Copy a pinned array to the device, once ``after`` has come; steps launched later wait for it."""
        if self._cuda is None:
            target[...] = source
            return
        if after is not None:
            self._up.wait_event(after)
        self._copy(target, source, source.nbytes, "memcpyHostToDevice", self._up)
        self._steps.wait_event(self._marked(self._up))

    def download(self, target: npt.NDArray[Any], source: Any) -> Any:
        """Copy what the steps launched so far leave in an array; gives what `wait` waits for."""
        if self._cuda is None:
            target[...] = source
            return None
        self._down.wait_event(self._marked(self._steps))
        self._copy(target, source, target.nbytes, "memcpyDeviceToHost", self._down)
        return self._marked(self._down)

    def mark(self) -> Any:
        """What comes when the steps launched so far are done."""
        return None if self._cuda is None else self._marked(self._steps)

    def wait(self, mark: Any) -> None:
        """Let the host wait; other threads run meanwhile."""
        if mark is not None:
            mark.synchronize()

    def _marked(self, stream: Any) -> Any:
        event = self._cuda.Event(disable_timing=True)  # type: ignore[union-attr]
        event.record(stream)
        return event

    def _copy(self, target: Any, source: Any, size: int, kind: str, stream: Any) -> None:
        runtime = self._cuda.runtime  # type: ignore[union-attr]
        addresses = (address(target), address(source))
        runtime.memcpyAsync(*addresses, size, getattr(runtime, kind), stream.ptr)


class Side:
    """One of two sets of buffers that take turns: while steps work on one, the other is filled or read.

    Parameters
    ----------
    streams : Streams
        Of the wave.
    xp : module
        Where device arrays come from.
    """

    def __init__(self, streams: Streams, xp: Any) -> None:
        self._streams, self._xp = streams, xp
        self._free: Any = None
        self._kept: Any = None
        self.drives: Any = xp.zeros((1, 1), np.float32)
        self.totals: Any = xp.zeros((1, 1), np.float64)

    def load(self, drives: npt.NDArray[Any], room: int, sums: int) -> None:
        """Send the drives of a batch, and have room for sums, at addresses that stay while sizes do."""
        shape = (room, *drives.shape[1:])
        if self.drives.shape != shape or self.drives.dtype != drives.dtype:
            self.drives = self._xp.zeros(shape, drives.dtype)
            self._staged = self._streams.pinned(shape, drives.dtype)
        if sums and self.totals.shape != (room, sums):
            self.totals = self._xp.zeros((room, sums), np.float64)
            self._kept = self._streams.pinned((room, sums), np.float64)
        self._streams.wait(self._free)
        self._staged[: len(drives)] = drives
        self._streams.upload(self.drives, self._staged)

    def finish(self, wanted: bool) -> None:
        """All steps of the batch are launched: bring its sums back if they are wanted."""
        self._free = self._streams.download(self._kept, self.totals) if wanted else self._streams.mark()

    def rows(self, count: int) -> npt.NDArray[np.float64]:
        """Sums of the batch, once they have come."""
        self._streams.wait(self._free)
        return np.array(self._kept[:count])


class Links:
    """Rows of the table of neighbours that changed on the host and not yet on the device.

    They go in batches of `DELTAS` before the next step, each with its new content, never the whole table.

    Parameters
    ----------
    streams : Streams
        Of the wave.
    xp : module
        Where device arrays come from.
    relink : callable
        Given deltas on the device and how many there are, writes them into the table.
    """

    def __init__(self, streams: Streams, xp: Any, relink: Callable[[Any, int], None]) -> None:
        self._streams, self._relink = streams, relink
        self._rows: list[npt.NDArray[np.int64]] = []
        shape = (DELTAS, 15)
        self._staged = [streams.pinned(shape, np.int32) for _ in range(2)]
        self._deltas = [xp.zeros(shape, np.int32) for _ in range(2)]
        self._free: list[Any] = [None, None]

    def note(self, rows: npt.NDArray[np.int64]) -> None:
        """Rows that changed."""
        self._rows.append(rows)

    def forget(self) -> None:
        """The device has the whole table."""
        self._rows.clear()

    def flush(self, table: npt.NDArray[np.int32]) -> None:
        """Send what changed; ``table`` is that of the host."""
        if not self._rows:
            return
        rows = np.unique(np.concatenate(self._rows))
        self._rows.clear()
        for n, first in enumerate(range(0, rows.size, DELTAS)):
            part, side = rows[first : first + DELTAS], n % 2
            self._streams.wait(self._free[side])
            staged = self._staged[side]
            staged[: part.size, 0], staged[: part.size, 1:] = part, table[part]
            self._streams.upload(self._deltas[side], staged)
            self._relink(self._deltas[side], part.size)
            self._free[side] = self._streams.mark()


def address(array: Any) -> int:
    """Where an array lies, on the device or on the host."""
    found = getattr(getattr(array, "data", None), "ptr", None)
    return int(array.ctypes.data if found is None else found)
