"""Direct digital synthesis: 64-bit phases, a table of sines, and exact sums of tuning words.

Whole numbers make the drive the same bits on every device and in every replay. Source: ufie.md, section E;
section 4.5 of the wave-interference document, with its mask and its shift put right.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]

TABLE_BITS = 14
TURN = 1 << 64
"""A whole turn in the units of a phase."""

QUARTER = np.uint64(1 << 62)

_SHIFT = np.uint64(64 - TABLE_BITS)
_MASK = np.uint64((1 << (64 - TABLE_BITS)) - 1)
_PART = math.ldexp(1.0, TABLE_BITS - 64)
_TABLE = np.sin(2.0 * np.pi * np.arange((1 << TABLE_BITS) + 1) / (1 << TABLE_BITS))
_TABLE[[0, 1 << (TABLE_BITS - 1), 1 << TABLE_BITS]] = 0.0
"""16,384 sines of one turn and the first again, for interpolation."""


def word(turns: float) -> int:
    """A number of turns as a whole number of 2^-64 turns, of which only the fraction counts.

    Written with ``ldexp``: the shift ``1 << 64`` of the document is undefined for a 64-bit number.
    """
    return round(math.ldexp(math.fmod(turns, 1.0), 64)) % TURN


def tuning_word(frequency: float, dt: float) -> int:
    """What a phase gains in a step: frequency in Hz, step in s."""
    return word(frequency * dt)


def golden_words(first: float, second: float, dt: float, count: int) -> list[int]:
    """Tuning words of frequencies in golden ratio, of which each is the sum of the two before, exactly.

    Words that are rounded one by one leave a residue of up to 8 units, which grows with every step.
    """
    words = [tuning_word(first, dt), tuning_word(second, dt)]
    while len(words) < count:
        words.append((words[-1] + words[-2]) % TURN)
    return words[:count]


def phases(start: Words, words: Words, steps: int) -> Words:
    """Phase at the start of each of the next steps, shape (steps, emitters), modulo a turn."""
    count = np.arange(steps, dtype=np.uint64)[:, None]
    found: Words = start[None, :] + count * words[None, :]
    return found


def sine(phase: Words) -> Floats:
    """Sine of phases, by the table with linear interpolation: largest error 1.84e-8, spurs below -168 dB."""
    index = (phase >> _SHIFT).astype(np.intp)
    part = (phase & _MASK).astype(np.float64) * _PART
    low = _TABLE[index]
    found: Floats = low + (_TABLE[index + 1] - low) * part
    return found


def cosine(phase: Words) -> Floats:
    """Cosine of phases: the sine a quarter of a turn later."""
    return sine(phase + QUARTER)
