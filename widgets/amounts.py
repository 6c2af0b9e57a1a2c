"""Counts, shares and data rates as meters and panels show them."""

from __future__ import annotations

import math

from tauscope.widgets.controls.numbers import format_bytes, format_duration, format_value

UNKNOWN = "–"
MINUTE = 60.0


def count(value: float) -> str:
    """Whole number with commas, as in ``6,284``."""
    return f"{round(value):,}" if math.isfinite(value) else UNKNOWN


def measured(value: float, unit: str, digits: int) -> str:
    """Measured value with its unit."""
    return format_value(value, unit, digits)


def plural(number: int, one: str, many: str) -> str:
    """Count with its noun, as in ``1 frame`` and ``2,884 frames``."""
    return f"{count(number)} {one if number == 1 else many}"


def share(part: float) -> str:
    """Percentage without decimals."""
    return f"{round(100 * part)} %" if math.isfinite(part) else UNKNOWN


def size(number: float) -> str:
    """Bytes, as in ``1.31 GB``; a dash where they are not known."""
    return format_bytes(number) if math.isfinite(number) else UNKNOWN


def time_left(seconds: float) -> str:
    """Time until something is used up, as in ``41 min``; of the last minute no seconds are counted."""
    return "less than a minute" if seconds < MINUTE else format_duration(seconds)


def data_rate(bytes_per_second: float) -> str:
    """Bytes a second, as in ``60.0 MB/s``."""
    return f"{format_bytes(bytes_per_second)}/s" if math.isfinite(bytes_per_second) else UNKNOWN
