"""What a recording will cost: bytes a frame, bytes a second, time until the disk is full; no Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tauscope.widgets.amounts import count, data_rate, time_left
from tauscope.widgets.controls.numbers import format_bytes

FRAMES_PER_SECOND = 10.0
"""Frames a second that are suggested: smooth to look at, and a disk holds hours of them."""
TIGHT_SECONDS = 600.0
"""Time until the disk is full below which the cost is shown as a warning."""


def suggested_every(ticks_per_second: float, present: int) -> int:
    """Round number of ticks between frames that gives about `FRAMES_PER_SECOND`.

    Parameters
    ----------
    ticks_per_second : float
        Measured rate of the run; 0 while it is paused, which suggests nothing new.
    present : int
        Present number, kept while it gives from half to twice as many, so that it does not flicker.

    Returns
    -------
    int
        1, 2 or 5 times a power of ten.
    """
    if ticks_per_second <= 0:
        return present
    wanted = ticks_per_second / FRAMES_PER_SECOND
    if wanted / 2 <= present <= wanted * 2:
        return present
    if wanted <= 1:
        return 1
    power: int = 10 ** math.floor(math.log10(wanted))
    return next(part * power for part in (1, 2, 5, 10) if part * power >= wanted * (1 - 1e-9))


@dataclass(frozen=True, slots=True)
class Estimate:
    """Cost of a recording before compression.

    Parameters
    ----------
    frame : int
        Bytes of a frame.
    rate : float
        Bytes a second at ``ticks_per_second``.
    ticks_per_second : float
        Rate of the run, 0 while paused.
    disk_left : float
        Free bytes; NaN where unknown.
    """

    frame: int
    rate: float
    ticks_per_second: float
    disk_left: float

    @classmethod
    def of(
        cls,
        fields: Iterable[str],
        sizes: Mapping[str, int],
        every: int,
        ticks_per_second: float,
        disk_left: float,
    ) -> Estimate:
        """Cost of recording ``fields`` of ``sizes`` bytes at every ``every``-th tick."""
        frame = sum(sizes.get(name, 0) for name in fields)
        return cls(frame, frame * ticks_per_second / every, ticks_per_second, disk_left)

    @property
    def seconds_left(self) -> float:
        """Seconds until the disk is full: infinite while nothing is written, NaN where unknown."""
        if math.isnan(self.disk_left):
            return math.nan
        return self.disk_left / self.rate if self.rate > 0 else math.inf

    @property
    def tight(self) -> bool:
        """Whether the disk would be full in less than ten minutes."""
        return self.seconds_left < TIGHT_SECONDS

    def lines(self) -> tuple[str, str]:
        """Cost in two short lines."""
        if not self.frame:
            return "No field is chosen", ""
        first = f"{format_bytes(self.frame)} a frame"
        left = "" if math.isnan(self.disk_left) else f"{format_bytes(self.disk_left)} of disk left"
        if self.rate <= 0:
            return first, " · ".join(part for part in (left, "paused") if part)
        second = f"{time_left(self.seconds_left)} of disk left" if left else ""
        return f"{first} · {data_rate(self.rate)}", second or f"at {count(self.ticks_per_second)} ticks/s"
