"""Bounded history of several scalars against the tick, thinned evenly when it is full; no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class History:
    """Scalars against ticks in a fixed amount of memory.

    Every ``stride``-th sample is kept. When ``capacity`` samples are kept, every second one is dropped and
    the stride doubles, so the kept samples always span the whole run evenly: between ``capacity / 2`` and
    ``capacity`` of them. The newest sample is held besides, so a curve always ends at the present value.
    A sample whose tick lies before kept ones (after a reset or a step back) removes these; one with the tick
    of the newest replaces it.

    Parameters
    ----------
    names : sequence of str
        Scalars, one row each.
    capacity : int
        Kept samples at most; even, at least 4.
    """

    def __init__(self, names: Sequence[str], capacity: int = 1024) -> None:
        if capacity < 4 or capacity % 2:
            raise ValueError(f"The capacity of a history is {capacity}; it must be even and at least 4.")
        self.names = tuple(names)
        self.capacity = capacity
        self._row = {name: row for row, name in enumerate(self.names)}
        self._ticks = np.zeros(capacity)
        self._values = np.full((len(self.names), capacity), np.nan)
        self.clear()

    def __len__(self) -> int:
        """Samples on the curve, the newest included."""
        return self._kept + self._loose

    @property
    def stride(self) -> int:
        """One sample in so many is kept."""
        return self._stride

    @property
    def last_tick(self) -> float:
        """Tick of the newest sample, NaN where there is none."""
        return float(self._ticks[len(self) - 1]) if len(self) else float("nan")

    def clear(self) -> None:
        """Forget every sample."""
        self._kept = 0
        self._loose = 0
        self._stride = 1
        self._seen = 0

    def append(self, tick: int, values: Mapping[str, float]) -> None:
        """Add a sample; names that are missing become NaN, unknown ones are left out."""
        if len(self) and tick == self.last_tick:
            self._write(len(self) - 1, tick, values)
            return
        if len(self) and tick < self.last_tick:
            self._forget_from(tick)
        if self._kept == self.capacity:
            self._thin()
        self._write(self._kept, tick, values)
        keep = self._seen % self._stride == 0
        self._kept += keep
        self._loose = int(not keep)
        self._seen += 1

    def curve(self, name: str) -> tuple[FloatArray, FloatArray]:
        """Ticks and values of one scalar, float64 [n], oldest first; the next sample may change them."""
        return self._ticks[: len(self)], self._values[self._row[name], : len(self)]

    def value_at(self, name: str, tick: float) -> tuple[float, float]:
        """Tick and value of the sample nearest to ``tick``; NaN where there is none."""
        ticks, values = self.curve(name)
        if not len(ticks):
            return float("nan"), float("nan")
        right = min(int(np.searchsorted(ticks, tick)), len(ticks) - 1)
        left = max(right - 1, 0)
        nearest = left if abs(ticks[left] - tick) <= abs(ticks[right] - tick) else right
        return float(ticks[nearest]), float(values[nearest])

    def _write(self, at: int, tick: int, values: Mapping[str, float]) -> None:
        self._ticks[at] = tick
        column = self._values[:, at]
        column.fill(np.nan)
        for name, value in values.items():
            row = self._row.get(name)
            if row is not None:
                column[row] = value

    def _forget_from(self, tick: int) -> None:
        self._kept = int(np.searchsorted(self._ticks[: self._kept], tick))
        self._loose = 0
        self._seen = self._kept * self._stride

    def _thin(self) -> None:
        half = self.capacity // 2
        self._ticks[:half] = self._ticks[0 : self.capacity : 2]
        self._values[:, :half] = self._values[:, 0 : self.capacity : 2]
        self._kept = half
        self._stride *= 2
