"""What a recording will cost: bytes a frame, bytes a second, time until the disk is full; no Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tauscope.widgets.amounts import count, data_rate
from tauscope.widgets.controls.numbers import format_bytes, format_duration


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

    def lines(self) -> tuple[str, str]:
        """Cost in two short lines."""
        if not self.frame:
            return "No field is chosen", ""
        first = f"{format_bytes(self.frame)} a frame"
        left = "" if math.isnan(self.disk_left) else f"{format_bytes(self.disk_left)} of disk left"
        if self.rate <= 0:
            return first, " · ".join(part for part in (left, "paused") if part)
        second = f"{format_duration(self.seconds_left)} of disk left" if left else ""
        return f"{first} · {data_rate(self.rate)}", second or f"at {count(self.ticks_per_second)} ticks/s"
