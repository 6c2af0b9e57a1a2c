"""Scale of a slider: from a value to the share of the way along the track, and back to a tidy value."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tauscope.widgets.controls.numbers import tidy, tidy_digits

STEPS = 100
STEPS_PER_DECADE = 20
_LOG_FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Scale:
    """Range of a slider.

    Parameters
    ----------
    low, high : float
        Ends, ``low < high``.
    log : bool
        Whether equal ways are equal ratios; ends at or below zero are raised by `Scale.of`.
    whole : bool
        Whether only whole numbers are reached.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    @classmethod
    def of(
        cls, low: float | None, high: float | None, default: float, *, log: bool = False, whole: bool = False
    ) -> Scale:
        """Scale from whatever ends are known; missing ones are laid around the default."""
        size = abs(default) or 1.0
        if low is None:
            low = size / 100 if log else min(0.0, default - size)
        if high is None:
            high = max(low, size * 100 if log else default + size)
        if log:
            high = high if high > 0 else 1.0
            low = low if low > 0 else high * _LOG_FLOOR
        if not low < high:
            high = low + 1.0 if not log else low * 10.0
        return cls(low, high, log, whole)

    def share(self, value: float) -> float:
        """Share of the way from low to high, 0 to 1; values outside lie at the ends."""
        if self.log:
            if value <= self.low:
                return 0.0
            part = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, part))

    def value(self, share: float, pixels: int = STEPS) -> float:
        """Tidy value at a share of the way, no finer than one of ``pixels`` can tell; the ends are exact."""
        if share <= 0.0:
            return self.low
        if share >= 1.0:
            return self.high
        if self.log:
            raw = self.low * (self.high / self.low) ** share
            digits = 2 if math.log10(self.high / self.low) * 40 > pixels else 3
            return float(round(raw)) if self.whole else self._inside(tidy_digits(raw, digits))
        raw = self.low + (self.high - self.low) * share
        return float(round(raw)) if self.whole else self._inside(tidy(raw, self._quantum(pixels)))

    def stepped(self, value: float, count: float) -> float:
        """Value so many steps on; a step is a hundredth of the range, or a twentieth of a decade."""
        if self.log:
            start = min(self.high, max(self.low, value))
            moved = tidy_digits(start * 10.0 ** (count / STEPS_PER_DECADE), 3)
            if self.whole:
                same = round(moved) == round(start)
                moved = start + math.copysign(1.0, count) if same else float(round(moved))
        else:
            quantum = 1.0 if self.whole else self._quantum(STEPS)
            moved = tidy(value + count * quantum, quantum / 10)
        return min(self.high, max(self.low, moved))

    def _quantum(self, pixels: int) -> float:
        """Power of ten next below one pixel's worth."""
        return float(10.0 ** math.floor(math.log10((self.high - self.low) / max(pixels, 1)) + 1e-9))

    def _inside(self, value: float) -> float:
        return min(self.high, max(self.low, value))
