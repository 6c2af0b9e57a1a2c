"""Correlated samples of a run: integrated autocorrelation time, effective number of samples, error of a mean.

Madras and Sokal, J. Stat. Phys. 50, 109 (1988): the sum of the autocorrelation is cut at the first lag of at
least `WINDOW` times the time summed so far.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from tauscope.engine.errors import BadInput

WINDOW = 6.0
"""Lags kept, in units of the autocorrelation time."""
STEADY = 1e-13
"""Relative scatter below which a series counts as constant: rounding, no fluctuation."""


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean of correlated samples.

    Parameters
    ----------
    value : float
        Mean.
    error : float
        Standard error, from the scatter and the effective number of samples; NaN for fewer than 2.
    tau : float
        Integrated autocorrelation time in samples, 1/2 where they are independent.
    samples : int
        Samples used.
    effective : float
        As many independent samples would give the same error.
    """

    value: float
    error: float
    tau: float
    samples: int
    effective: float


def integrated_time(series: npt.ArrayLike) -> float:
    """Integrated autocorrelation time of an evenly spaced real or complex series, in samples.

    ``tau = 1/2 + sum over t >= 1 of rho(t)``; of a complex series rho is the real part of the normalised
    autocovariance. It is at least 1/2: samples that anticorrelate count as independent. A series without
    fluctuations has 1/2. The estimate is a few per cent low where the series is shorter than 1000 tau.

    Parameters
    ----------
    series : array_like [n]
        Samples.

    Raises
    ------
    BadInput
        Fewer than 2 samples, or one that is not finite.
    """
    rho = _autocorrelation(_checked(series))
    if rho is None:
        return 0.5
    times = np.cumsum(rho) - 0.5
    enough = np.flatnonzero(np.arange(len(times)) >= WINDOW * times)
    cut = int(enough[0]) if len(enough) else len(times) - 1
    return max(0.5, float(times[cut]))


def effective_samples(series: npt.ArrayLike) -> float:
    """Number of independent samples that are worth as much as the series, 1 to n: ``n / (2 tau)``.

    Raises
    ------
    BadInput
        As in `integrated_time`.
    """
    samples = _checked(series)
    return max(1.0, len(samples) / (2.0 * integrated_time(samples)))


def mean_of(series: npt.ArrayLike) -> Mean:
    """Mean of a real series with its standard error, ``sd / sqrt(n_eff)``.

    Raises
    ------
    BadInput
        As in `integrated_time`.
    """
    samples = np.real(_checked(series))
    tau = integrated_time(samples)
    count = len(samples)
    effective = max(1.0, count / (2.0 * tau))
    scatter = float(samples.std(ddof=1))
    return Mean(float(samples.mean()), scatter / math.sqrt(effective), tau, count, effective)


def _checked(series: npt.ArrayLike) -> npt.NDArray[np.complex128]:
    samples = np.asarray(series, np.complex128).ravel()
    if len(samples) < 2:
        raise BadInput(
            f"{len(samples)} samples have no autocorrelation.",
            key="samples",
            value=len(samples),
            allowed="2 or more",
        )
    if not np.all(np.isfinite(samples)):
        raise BadInput("A sample of the series is not finite.", key="samples", allowed="finite numbers")
    return samples


def _autocorrelation(samples: npt.NDArray[np.complex128]) -> npt.NDArray[np.float64] | None:
    """Autocorrelation at lags 0 … n - 1, 1 at lag 0; None where nothing fluctuates."""
    count = len(samples)
    apart = samples - samples.mean()
    size = float(np.abs(samples).max())
    if float(np.abs(apart).max()) <= STEADY * max(size, 1e-300):
        return None
    with np.errstate(under="ignore"):
        spectrum = fft.fft(apart, fft.next_fast_len(2 * count))
        covariance = np.real(fft.ifft(np.abs(spectrum) ** 2))[:count]
    return np.asarray(covariance / covariance[0], np.float64)
