"""The document's array: eight emitters in golden ratio, one on each axis, and a synchroniser at the centre.

The frequencies come from the formula; the document's table rounds them by up to 8 mHz, and its 3.25 Hz for
the synchroniser is 0.13 % off. Source: section 4.1 of the wave-interference document; ufie.md, section E.
"""

from __future__ import annotations

import math

RATIO = (1.0 + math.sqrt(5.0)) / 2.0
"""Golden ratio."""

THIRD = 32.0 / 27.0
"""Pythagorean minor third."""

PRIMES = (23.0, 19.0, 17.0, 13.0, 11.0, 7.0, 5.0, 3.0)
"""Degrees by which the phases of e1 to e8 turn for each unit of the phase control."""

RATIO_NAMES = tuple(f"e{number}" for number in range(1, 9))
SYNCHRONISER = "e9"
NAMES = (*RATIO_NAMES, SYNCHRONISER)

DEFAULT_AMPLITUDE = 1000.0


def frequency(name: str) -> float:
    """Frequency of an emitter of the array in Hz: pi phi^n for e1 to e8, pi sqrt(2) 32/27 / phi for e9."""
    if name == SYNCHRONISER:
        return math.pi / RATIO * math.sqrt(2.0) * THIRD
    return math.pi * RATIO ** (RATIO_NAMES.index(name) + 1)


def prime(name: str) -> float:
    """Degrees per unit of the phase control; 0 for the synchroniser and for emitters of the user's own."""
    return PRIMES[RATIO_NAMES.index(name)] if name in RATIO_NAMES else 0.0


def axis(name: str) -> int | None:
    """Number of the axis at whose antipode an emitter stands; None for the centre."""
    return RATIO_NAMES.index(name) if name in RATIO_NAMES else None


def array() -> list[dict[str, object]]:
    """Entries of the nine emitters as a configuration has them: what follows from the name is left open."""
    return [{"name": name, "amplitude": 0.0 if name == SYNCHRONISER else DEFAULT_AMPLITUDE} for name in NAMES]
