"""Colour limits that follow the data, and the symmetric logarithmic scale."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import FieldSpec, Limits
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


def from_zero(limits: tuple[float, float]) -> tuple[float, float]:
    """Limits of a modulus, from 0, so that black means that there is nothing."""
    return (0.0, limits[1]) if limits[1] > 0 else (0.0, 1.0)


def fixed(spec: FieldSpec | None) -> tuple[float, float] | None:
    """Limits that a field has whatever its data: an angle's; None for every other field."""
    if spec is None or spec.palette != "cyclic" or spec.dtype.startswith("complex") or spec.unit != "rad":
        return None
    return -math.pi, math.pi


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
            # Data outside the limits would all look alike: only narrowing takes time.
            share = 1 - math.exp(-max(elapsed, 0.0) / self._settle)
            (low, high), (least, most) = self.value, wanted
            self.value = (min(least, low + share * (least - low)), max(most, high + share * (most - high)))
        return self.value


# ----- symmetric logarithm

LINEAR_SHARE = 0.01
"""Threshold of the symlog scale as a share of the larger limit, where none is given."""


def threshold(given: float | None, low: float, high: float) -> float:
    """Threshold of the symlog scale between two limits; more than 0."""
    if given is not None and given > 0:
        return given
    return LINEAR_SHARE * max(abs(low), abs(high)) or 1.0


def symlog(value: float, thresh: float) -> float:
    """``value / thresh`` up to the threshold and ``1 + ln(|value| / thresh)`` with its sign beyond.

    Value and slope are continuous. A threshold of 0 or less leaves the value as it is.
    """
    if thresh <= 0:
        return value
    size = abs(value) / thresh
    return math.copysign(size if size <= 1 else 1 + math.log(size), value)


def symlog_back(scaled: float, thresh: float) -> float:
    """Inverse of `symlog`."""
    if thresh <= 0:
        return scaled
    size = abs(scaled)
    return math.copysign(thresh * (size if size <= 1 else math.exp(size - 1)), scaled)


def symlog_array(values: npt.NDArray[Any], thresh: float) -> npt.NDArray[np.float32]:
    """`symlog` of an array, in float32; NaN stays NaN. A new array, in place from there on."""
    size: npt.NDArray[np.float32] = np.abs(values).astype(np.float32)
    size *= np.float32(1 / thresh)
    far = np.maximum(size, np.float32(1))
    np.log(far, out=far)
    np.minimum(size, np.float32(1), out=size)
    size += far
    np.copysign(size, values, out=size)
    return size


def share_of(value: float, low: float, high: float, thresh: float = 0.0) -> float:
    """Place of a value on a colour bar, 0 at ``low`` and 1 at ``high``, on the linear or symlog scale."""
    bottom, top = symlog(low, thresh), symlog(high, thresh)
    return (symlog(value, thresh) - bottom) / (top - bottom) if top > bottom else 0.0


def round_values(low: float, high: float, count: int, thresh: float = 0.0) -> list[float]:
    """At most ``count`` round values between two limits, about evenly spread on the scale in use.

    On the linear scale multiples of 1, 2 or 5 times a power of ten; on the symlog scale 0 and powers of ten
    of both signs, every so many as fit.
    """
    span = high - low
    if not span > 0 or not math.isfinite(span) or count < 1:
        return []
    if thresh > 0:
        return _decades(low, high, count, thresh)
    raw = span / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999), 10 * power)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _decades(low: float, high: float, count: int, thresh: float) -> list[float]:
    first = math.ceil(math.log10(thresh) - 1e-9)
    last = math.floor(math.log10(max(abs(low), abs(high))) + 1e-9)
    for every in range(1, max(last - first, 0) + 2):
        for parts in ((1, 2, 5), (1, 3), (1,)) if every == 1 else ((1,),):
            powers = range(last, first - 1, -every)
            sizes = [part * 10.0**power for power in powers for part in parts]
            found = sorted({0.0, *sizes, *(-size for size in sizes)})
            inside = [value for value in found if low <= value <= high]
            if len(inside) <= count:
                return inside
    return [value for value in (0.0,) if low <= value <= high]


def _jumped(old: tuple[float, float], new: tuple[float, float]) -> bool:
    before, after = old[1] - old[0], new[1] - new[0]
    apart = new[0] > old[1] or new[1] < old[0]
    return apart or after > JUMP * before or before > JUMP * after
