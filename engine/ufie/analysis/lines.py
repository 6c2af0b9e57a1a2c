"""Spectra of complex probes, with the amplitude at the lines of the emitters and of their products."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

from tauscope.engine.errors import BadInput
from tauscope.engine.ufie.config import UfieConfig

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

LEAST = 16
"""Samples below which no spectrum is worked out."""
WINDOW = "blackmanharris"
"""Taper: side lobes below -92 dB, so that a strong tone does not drown a weak one some bins away."""
WIDTH = 4
"""Half width of a line in bins with this taper."""


@dataclass(frozen=True)
class LineSpectrum:
    """Two-sided amplitude spectrum of a complex series, and its amplitude at marked frequencies.

    Parameters
    ----------
    frequency : float64 array [n]
        Hz, rising from negative to positive; evenly spaced by ``bin``.
    amplitude : float64 array [n]
        Amplitude of ``exp(2 pi i f t)`` at each.
    bin : float
        Hz.
    marks : mapping of str to (float, float)
        Frequency in Hz and amplitude at it, by the name of the line.
    samples : int
        Samples used.
    """

    frequency: Floats
    amplitude: Floats
    bin: float
    marks: Mapping[str, tuple[float, float]]
    samples: int


def line_spectrum(values: npt.ArrayLike, interval: float, lines: Mapping[str, float]) -> LineSpectrum:
    """Spectrum of a probe, with what stands at named frequencies.

    Parameters
    ----------
    values : complex array_like [n]
        Evenly spaced samples; those before the last that is not finite are left out.
    interval : float
        Time between two samples, s.
    lines : mapping of str to float
        Frequencies to be marked, Hz, by name.

    Raises
    ------
    BadInput
        Fewer than `LEAST` samples.
    """
    series = np.asarray(values, np.complex128)
    gaps = np.flatnonzero(~np.isfinite(series))
    series = series[gaps[-1] + 1 :] if len(gaps) else series
    count = len(series)
    if count < LEAST:
        raise BadInput(
            f"There are {count} samples without a gap, too few for a spectrum.",
            key="samples",
            value=count,
            allowed=f"{LEAST} or more",
            remedy="Let the run go on.",
        )
    taper = signal.get_window(WINDOW, count)
    amplitude = np.abs(fft.fftshift(fft.fft(taper * series))) / taper.sum()
    frequency = fft.fftshift(fft.fftfreq(count, interval))
    marks = {name: (line, float(abs(tapered_line(series, interval, line)))) for name, line in lines.items()}
    return LineSpectrum(frequency, amplitude, 1.0 / (count * interval), marks, count)


def tapered_line(values: Complexes, interval: float, frequency: float) -> complex:
    """Complex amplitude of ``exp(2 pi i f t)`` in a series, t = 0 at its first sample, by a tapered sum."""
    taper = signal.get_window(WINDOW, len(values))
    turn = np.exp(-2j * math.pi * frequency * interval * np.arange(len(values)))
    return complex(np.sum(taper * turn * values) / taper.sum())


def emitter_lines(config: UfieConfig) -> dict[str, float]:
    """Frequencies of the emitters that sound, detuned, Hz by name: the marks of a probe's spectrum."""
    return {emitter.name: emitter.tone for emitter in config.emitters if emitter.on and emitter.amplitude > 0}


def products(names: Sequence[str], frequencies: Sequence[float]) -> dict[str, float]:
    """Mixing products of two or three tones, Hz by name: second and third order, and fifth of each pair.

    Parameters
    ----------
    names, frequencies : sequences of two or three
        The tones, as in ``("f1", "f2")``, and their frequencies, Hz.
    """
    weights: dict[str, tuple[int, ...]] = {}
    count = len(names)
    for i, j in itertools.combinations(range(count), 2):
        pairs = _pair_weights(names[i], names[j])
        weights |= {name: _placed(count, {i: k, j: n}) for name, (k, n) in pairs.items()}
    if count == 3:
        a, b, c = names
        weights |= {
            f"{a} + {b} - {c}": (1, 1, -1),
            f"{a} - {b} + {c}": (1, -1, 1),
            f"{b} + {c} - {a}": (-1, 1, 1),
            f"{a} + {b} + {c}": (1, 1, 1),
        }
    return {
        name: sum(k * f for k, f in zip(many, frequencies, strict=True)) for name, many in weights.items()
    }


def _pair_weights(a: str, b: str) -> dict[str, tuple[int, int]]:
    """Products of two tones by name, as multiples of each."""
    return {
        f"{b} - {a}": (-1, 1),
        f"{a} + {b}": (1, 1),
        f"2 {a}": (2, 0),
        f"2 {b}": (0, 2),
        f"2 {a} - {b}": (2, -1),
        f"2 {b} - {a}": (-1, 2),
        f"2 {a} + {b}": (2, 1),
        f"{a} + 2 {b}": (1, 2),
        f"3 {a}": (3, 0),
        f"3 {b}": (0, 3),
        f"3 {a} - 2 {b}": (3, -2),
        f"3 {b} - 2 {a}": (-2, 3),
    }


def _placed(count: int, multiples: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(multiples.get(place, 0) for place in range(count))
