"""Realized updates of a gravity lattice, counted since tick 0 and since the last reset of the statistics."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.gravity.protocol import GravityLattice

Array = npt.NDArray[Any]

FLUSH_TICKS = 2**30
"""Ticks after which the kernels' int32 counts are moved to int64, long before they overflow."""


def read_at(lattice: GravityLattice, name: str, index: tuple[Any, ...]) -> Array:
    """Cells of a quantity; a lattice that has ``read_at`` reads no others."""
    own: Any = getattr(lattice, "read_at", None)
    return np.array(own(name, index) if own is not None else lattice.read(name)[index])


class Counts:
    """Adds up what the kernels count: int64 updates in the airtime rule, float64 shares in the fluid rule.

    Parameters
    ----------
    lattice : GravityLattice
        Whose ``realized`` it reads and sets to zero.
    sinks : bool array (ny, nx)
        Nodes that have nothing to send, and so realize every update.
    """

    def __init__(self, lattice: GravityLattice, sinks: Array) -> None:
        self._lattice = lattice
        self._sinks = sinks if sinks.any() else None
        self._sink_count = int(sinks.sum())
        counted = lattice.read("realized")
        self._whole = counted.dtype.kind == "i"
        dtype = np.int64 if self._whole else np.float64
        self.before: Array = np.zeros(counted.shape, dtype)
        self._moved: Array | None = None
        self._earlier: Array | None = None
        self._since_move = 0
        self.window_start = 0

    def room(self) -> int:
        """Ticks that may be done before `note` must be called."""
        return FLUSH_TICKS - self._since_move

    def note(self, ticks: int) -> None:
        """Take note of ticks that were done."""
        self._since_move += ticks
        if self._since_move >= FLUSH_TICKS:
            self._since_move = 0
            if self._whole:
                self._moved = self.window()
                self._note_earlier()
                self._lattice.clear_realized()

    def window(self) -> Array:
        """Realized updates since the last reset, int64 or float64 (ny, nx); zero on sinks."""
        counted = self._lattice.read("realized").astype(self.before.dtype)
        return counted if self._moved is None else counted + self._moved

    def reset(self, tick: int) -> None:
        """Begin to count f anew at ``tick``; proper time goes on."""
        self.before = self.before + self.window()
        self._lattice.clear_realized()
        self._moved, self._since_move, self.window_start = None, 0, tick
        self._note_earlier()

    def restore(self, before: Array, window: Array, window_start: int) -> None:
        """Return to counts of a checkpoint."""
        self.before = before.copy()
        self._since_move, self.window_start = 0, window_start
        if self._whole:
            self._moved = window.copy() if window.any() else None
            self._lattice.clear_realized()
        else:
            self._moved = None
            self._lattice.write("realized", window)
        self._note_earlier()

    def _note_earlier(self) -> None:
        """Keep what must be added to the kernels' counts, None while that is nothing."""
        earlier = self.before if self._moved is None else self.before + self._moved
        self._earlier = earlier if earlier.any() else None

    def f(self, tick: int) -> Array:
        """Realized / possible updates since the last reset, float64 (ny, nx).

        It is 1 before the first tick and on sinks.
        """
        possible = tick - self.window_start
        if possible == 0:
            return np.ones(self.before.shape)
        counted = self._lattice.read("realized") if self._moved is None else self.window()
        share = np.divide(counted, possible, dtype=np.float64)
        if self._sinks is not None:
            share[self._sinks] = 1.0
        return share

    def at(self, name: str, tick: int, index: tuple[Any, ...]) -> Array:
        """Cells of ``f`` or ``tau``, equal to those of the whole field."""
        window = read_at(self._lattice, "realized", index)
        if self._moved is not None:
            window = window.astype(self.before.dtype) + self._moved[index]
        possible = tick - self.window_start
        if name == "tau":
            found = np.asarray((self.before[index] + window.astype(self.before.dtype)).astype(np.int64))
        elif possible:
            found = np.asarray(np.divide(window, possible, dtype=np.float64))
        else:
            found = np.ones(window.shape)
        return (
            found
            if self._sinks is None
            else np.where(self._sinks[index], tick if name == "tau" else 1, found)
        )

    def tau(self, tick: int) -> Array:
        """Proper time, int64 (ny, nx): updates realized since tick 0, whole ones in the fluid rule."""
        total = np.asarray((self.before + self.window()).astype(np.int64))
        if self._sinks is not None:
            total[self._sinks] = tick
        return total

    def lag(self, tick: int) -> float:
        """Updates by which the slowest node is behind ``tick``."""
        return tick - min(self._lattice.least_count(self._earlier), float(tick))

    def mean(self, tick: int) -> float:
        """Mean of `f` over all nodes but sinks."""
        possible = tick - self.window_start
        if possible == 0:
            return 1.0
        total = self._lattice.measure("counted")
        if self._moved is not None:
            total += float(self._moved.sum())
        nodes = self.before.size - self._sink_count
        return total / (possible * nodes)
