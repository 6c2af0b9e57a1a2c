"""Spectra of sampled series: one-sided, with the window stated and the peak located between bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import signal

from tauscope.engine.errors import BadInput, unknown_name

Floats = npt.NDArray[np.float64]
Window = Literal["hann", "boxcar", "blackman"]
WINDOWS: tuple[Window, ...] = get_args(Window)
LEAST = 16
"""Samples below which no spectrum is worked out."""


@dataclass(frozen=True)
class Spectrum:
    """One-sided power spectral density of an evenly sampled series.

    Parameters
    ----------
    frequency : float64 array [n]
        Cycles per tick, the constant part left out; evenly spaced by ``bin``.
    power : float64 array [n]
        Power spectral density, unit^2 ticks.
    bin : float
        Width of a bin in cycles per tick: 1 / (samples * stride).
    peak : float
        Frequency of the largest peak, interpolated between bins by a parabola through the logarithms.
    amplitude : float
        Amplitude of a sine at the peak, from the power within two bins of it, in the series' unit.
    window : Window
        Taper.
    samples : int
        Samples used.
    """

    frequency: Floats
    power: Floats
    bin: float
    peak: float
    amplitude: float
    window: Window
    samples: int


def spectrum(values: npt.ArrayLike, stride: int = 1, window: Window = "hann") -> Spectrum:
    """Periodogram of a series without its straight-line trend (scipy.signal.periodogram).

    Parameters
    ----------
    values : array_like of float [n]
        Evenly spaced samples; those before the last that is not finite are left out.
    stride : int
        Ticks between two samples.
    window : Window
        Taper; ``boxcar`` is none.

    Raises
    ------
    BadInput
        Fewer than `LEAST` samples, or an unknown window.
    """
    if window not in WINDOWS:
        raise unknown_name("window", window, WINDOWS, key="window")
    series = np.asarray(values, np.float64)
    gaps = np.flatnonzero(~np.isfinite(series))
    series = series[gaps[-1] + 1 :] if len(gaps) else series
    if len(series) < LEAST:
        raise BadInput(
            f"There are {len(series)} samples without a gap, too few for a spectrum.",
            key="samples",
            value=len(series),
            allowed=f"{LEAST} or more",
            remedy="Let the run go on.",
        )
    with np.errstate(under="ignore"):
        frequency, power = signal.periodogram(
            signal.detrend(series), fs=1.0 / stride, window=window, detrend=False
        )
    frequency, power = np.asarray(frequency[1:], np.float64), np.asarray(power[1:], np.float64)
    width = 1.0 / (len(series) * stride)
    top = int(np.argmax(power))
    near = power[max(top - 2, 0) : top + 3]
    return Spectrum(
        frequency,
        power,
        width,
        float(frequency[top]) + width * _offset(power, top),
        float(np.sqrt(2.0 * near.sum() * width)),
        window,
        len(series),
    )


def _offset(power: Floats, top: int) -> float:
    """Place of the peak beside the highest bin, in bins, -0.5 to 0.5."""
    if not 0 < top < len(power) - 1 or min(power[top - 1 : top + 2]) <= 0:
        return 0.0
    left, middle, right = np.log(power[top - 1 : top + 2])
    curvature = left - 2 * middle + right
    return 0.0 if curvature == 0 else float(np.clip(0.5 * (left - right) / curvature, -0.5, 0.5))
