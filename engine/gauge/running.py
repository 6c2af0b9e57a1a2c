"""Running mean of the plaquette, with its error and autocorrelation time, since the last change."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.autocorrelation import Mean, mean_of

ROOM = 4096
"""Bins that are kept; when they are full, neighbours are joined and bins become twice as wide."""
LEAST = 20
"""Bins below which no error is given."""


class Running:
    """Samples since the last change, in equally wide bins.

    Parameters
    ----------
    thermalisation : int
        Sweeps that are left out after a change.
    """

    def __init__(self, thermalisation: int) -> None:
        self.thermalisation = thermalisation
        self.bins: npt.NDArray[np.float64] = np.zeros(ROOM)
        self.count, self.width, self.since = 0, 1, 0
        self.waiting, self.sum = 0, 0.0
        self.anchor, self.apart, self.square = 0.0, 0.0, 0.0

    def clear(self) -> None:
        """Forget everything; thermalisation begins anew."""
        self.bins[:] = 0.0
        self.count, self.width, self.since = 0, 1, 0
        self.waiting, self.sum = 0, 0.0
        self.anchor, self.apart, self.square = 0.0, 0.0, 0.0

    def note(self, values: Iterable[float]) -> None:
        """Take the values of further sweeps, one each."""
        for value in values:
            self.since += 1
            if self.since <= self.thermalisation:
                continue
            if self.count == 0 and self.waiting == 0:
                self.anchor = float(
                    value
                )  # scatter about a sample: squares of the values themselves would cancel
            self.sum += float(value)
            self.apart += float(value) - self.anchor
            self.square += (float(value) - self.anchor) ** 2
            self.waiting += 1
            if self.waiting == self.width:
                self.bins[self.count] = self.sum / self.width
                self.count, self.waiting, self.sum = self.count + 1, 0, 0.0
                if self.count == ROOM:
                    self._join()

    def _join(self) -> None:
        half = ROOM // 2
        self.bins[:half] = 0.5 * (self.bins[0::2] + self.bins[1::2])
        self.bins[half:] = 0.0
        self.count, self.width = half, 2 * self.width

    @property
    def samples(self) -> npt.NDArray[np.float64]:
        """Bins that are complete, in order, shape (count,)."""
        return self.bins[: self.count]

    def mean(self) -> float:
        """Mean of the complete bins, NaN without any."""
        return float(self.samples.mean()) if self.count else math.nan

    def statistics(self) -> Mean | None:
        """Mean with error and autocorrelation time in sweeps; None while there are too few bins."""
        if self.count < LEAST:
            return None
        found = mean_of(self.samples)
        sweeps, all_seen = self.count * self.width, self.count * self.width + self.waiting
        scatter = (self.square - self.apart**2 / all_seen) / (all_seen - 1)
        tau = 0.5 * found.error**2 * sweeps / scatter if scatter > 0.0 else 0.5
        return Mean(found.value, found.error, max(0.5, tau), sweeps, found.effective)

    def state(self) -> dict[str, Any]:
        """Entries of a checkpoint."""
        return {
            "bins": self.bins.copy(),
            "bin_count": self.count,
            "bin_width": self.width,
            "since": self.since,
            "waiting": self.waiting,
            "waiting_sum": self.sum,
            "anchor": self.anchor,
            "apart": self.apart,
            "square": self.square,
        }

    def restore(self, arrays: Any, scalars: Any) -> None:
        """Take what `state` gave, checked before."""
        self.bins = np.array(arrays["bins"])
        self.count, self.width = int(scalars["bin_count"]), int(scalars["bin_width"])
        self.since, self.waiting = int(scalars["since"]), int(scalars["waiting"])
        self.sum = float(scalars["waiting_sum"])
        self.anchor, self.apart, self.square = (
            float(scalars[name]) for name in ("anchor", "apart", "square")
        )
