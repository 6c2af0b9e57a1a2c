"""Colour limits that follow the data: continuous, robust, symmetric or frozen."""

from __future__ import annotations

import math

from tauscope.engine.base import Limits
from tauscope.widgets.state import Autoscale

SETTLE_SECONDS = 0.25
"""Time constant of the smoothing; a view that was not fed for longer takes its limits at once."""
FLAT_SHARE = 1e-6
"""A range smaller than this share of the values is rounding noise and is shown as one colour."""
JUMP = 4.0
"""A range that changes by more than this factor is followed at once."""


def target(limits: Limits, mode: Autoscale, center: float | None) -> tuple[float, float]:
    """Colour limits that suit one frame.

    A field with a centre (diverging map) always gets limits that are symmetric about it.
    """
    low, high = (limits.robust_low, limits.robust_high) if mode == "robust" else (limits.low, limits.high)
    if mode == "symmetric" or center is not None:
        middle = center or 0.0
        reach = max(abs(high - middle), abs(low - middle))
        reach = reach if reach > FLAT_SHARE * abs(middle) and reach > 0 else max(abs(middle), 1.0)
        return middle - reach, middle + reach
    return widened(low, high)


def widened(low: float, high: float) -> tuple[float, float]:
    """Limits as they are, or a small range below a constant field's value, so that it reads as full."""
    size = max(abs(low), abs(high))
    if high - low > FLAT_SHARE * size:
        return low, high
    return (0.0, 1.0) if size == 0 else (high - 0.01 * size, high)


class Smoother:
    """Follows limits in time; deterministic in the moments it is given.

    Parameters
    ----------
    settle : float
        Time constant in seconds.
    """

    def __init__(self, settle: float = SETTLE_SECONDS) -> None:
        self._settle = settle
        self._last: float | None = None
        self.value: tuple[float, float] | None = None

    def reset(self) -> None:
        """Forget the past: the next limits are taken as they are."""
        self.value = None
        self._last = None

    def follow(self, wanted: tuple[float, float], now: float) -> tuple[float, float]:
        """Limits at time ``now`` (seconds) on the way to the wanted ones."""
        elapsed = math.inf if self._last is None else now - self._last
        self._last = now
        if self.value is None or elapsed > self._settle or _jumped(self.value, wanted):
            self.value = wanted
        else:
            share = 1 - math.exp(-max(elapsed, 0.0) / self._settle)
            self.value = (
                self.value[0] + share * (wanted[0] - self.value[0]),
                self.value[1] + share * (wanted[1] - self.value[1]),
            )
        return self.value


def _jumped(old: tuple[float, float], new: tuple[float, float]) -> bool:
    before, after = old[1] - old[0], new[1] - new[0]
    apart = new[0] > old[1] or new[1] < old[0]
    return apart or after > JUMP * before or before > JUMP * after
