"""How clean synthesised tones are: spurious-free dynamic range, largest error, residue of tuning words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from tauscope.engine.ufie import dds, golden

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]
Sampler = Callable[[Words], Floats]

SAMPLES = 1 << 20
"""Samples of a whole number of periods: 64 phases between two entries of the table."""
PERIODS = 7919
"""Odd, so that every one of the phases comes once."""


@dataclass(frozen=True)
class Cleanness:
    """Figures of a sampler of sines.

    Parameters
    ----------
    sfdr : float
        Spurious-free dynamic range: tone over the largest other line, dB.
    error : float
        Largest deviation from the sine.
    """

    sfdr: float
    error: float


def cleanness(sampler: Sampler) -> Cleanness:
    """Spectrum and largest error of a tone of `PERIODS` whole periods in `SAMPLES` samples.

    Parameters
    ----------
    sampler : callable
        ``sampler(phase)``, uint64 [n] in units of 2^-64 turns to float64 [n].
    """
    step = np.uint64(PERIODS * (dds.TURN // SAMPLES))
    phase = np.arange(SAMPLES, dtype=np.uint64) * step
    values = np.asarray(sampler(phase), np.float64)
    lines = np.abs(fft.rfft(values))
    tone = float(lines[PERIODS])
    lines[PERIODS] = 0.0
    exact = np.sin(2 * math.pi * (PERIODS * np.arange(SAMPLES) % SAMPLES) / SAMPLES)
    spur = max(float(lines.max()), np.finfo(float).tiny)
    return Cleanness(20 * math.log10(tone / spur), float(np.abs(values - exact).max()))


def plain_table(phase: Words) -> Floats:
    """Sine from the table of 2^14 entries without interpolation, as in the document's first algorithm."""
    size = 1 << dds.TABLE_BITS
    index = (phase >> np.uint64(64 - dds.TABLE_BITS)).astype(np.int64)
    return np.asarray(np.sin(2 * math.pi * index / size))


def document_interpolation(phase: Words) -> Floats:
    """The document's interpolation: its mask keeps 42 of the 50 bits of the fraction (section 4.5)."""
    size = 1 << dds.TABLE_BITS
    index = (phase >> np.uint64(50)).astype(np.int64)
    share = (phase & np.uint64(0x0003FFFFFFFFFF)).astype(np.float64) / 2.0**50
    low, high = (np.sin(2 * math.pi * ((index + k) % size) / size) for k in (0, 1))
    return np.asarray(low + (high - low) * share)


def largest_error() -> float:
    """Error of linear interpolation in the table, ``(2 pi/N)^2/8``."""
    return (2 * math.pi / (1 << dds.TABLE_BITS)) ** 2 / 8


def word_residue(words: Sequence[int]) -> int:
    """Largest ``|w_(i+2) - w_(i+1) - w_i|`` modulo a turn, in units of 2^-64 turns."""
    found = 0
    for first, second, third in zip(words, words[1:], words[2:], strict=False):
        residue = (third - second - first) % dds.TURN
        found = max(found, min(residue, dds.TURN - residue))
    return found


def golden_words(dt: float) -> list[int]:
    """Tuning words of e1 to e8, each the sum of the two before."""
    first, second = (golden.frequency(name) for name in golden.RATIO_NAMES[:2])
    return dds.golden_words(first, second, dt, len(golden.RATIO_NAMES))


def rounded_words(dt: float) -> list[int]:
    """Tuning words of e1 to e8, each rounded by itself."""
    return [dds.tuning_word(golden.frequency(name), dt) for name in golden.RATIO_NAMES]
