"""Several populations and small networks: Ott-Antonsen equations, chimera weights, beat, twisted states.

Ott and Antonsen, Chaos 18, 037113 (2008); Abrams, Mirollo, Strogatz and Wiley, Phys. Rev. Lett. 101, 084103
(2008); Wiley, Strogatz and Girvan, Chaos 16, 015103 (2006).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import integrate

from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

TOLERANCE = 1e-10
"""Relative and absolute tolerance of the integration (DOP853)."""
ROUNDING = 1e-12
"""Rates below this share of the weight are zero."""


@dataclass(frozen=True, slots=True)
class Breathing:
    """Order of the population that is not synchronous, over a window: mean and extremes."""

    mean: float
    low: float
    high: float


def ott_antonsen_populations(
    times: npt.ArrayLike,
    weights: npt.ArrayLike,
    start: npt.ArrayLike,
    alpha: float = 0.0,
    gamma: npt.ArrayLike = 0.0,
    omega: npt.ArrayLike = 0.0,
) -> Complexes:
    """Order parameters Z_c(t), complex128 [n, C], of infinite populations on the Poisson manifold.

    ``dZ_c/dt = (i omega_c - gamma_c) Z_c + (H_c - conj(H_c) Z_c^2) / 2`` with
    ``H_c = e^{-i alpha} sum_d W_cd Z_d``. Exact for Lorentzian frequencies of half width gamma_c about
    omega_c, and with gamma = 0 for identical oscillators whose phases are drawn from a Poisson kernel.

    Parameters
    ----------
    times : array_like [n]
        Ascending times; the first is that of ``start``.
    weights : array_like [C, C]
        W, rad per time.
    start : array_like of complex [C]
        Z_c at the first time, ``|Z_c| <= 1``.
    alpha : float
        Phase lag in rad.
    gamma, omega : array_like, float or [C]
        Half widths and centres, rad per time.
    """
    t = np.asarray(times, np.float64)
    turned = np.exp(-1j * alpha) * np.asarray(weights, np.float64)
    linear = 1j * np.asarray(omega, np.float64) - np.asarray(gamma, np.float64)

    def slope(_t: float, packed: Floats) -> Floats:
        z = packed.view(np.complex128)
        force = turned @ z
        return np.asarray((linear * z + (force - np.conj(force) * z * z) / 2.0).view(np.float64))

    first = np.array(start, np.complex128).view(np.float64)
    with np.errstate(under="ignore"):
        solved = integrate.solve_ivp(
            slope, (t[0], t[-1]), first, "DOP853", t_eval=t, rtol=TOLERANCE, atol=TOLERANCE
        )
    return np.ascontiguousarray(solved.y.T).view(np.complex128)


def chimera_weights(difference: float) -> Floats:
    """Weights [2, 2] of Abrams' two populations: ``(1 + A)/2`` within and ``(1 - A)/2`` between.

    In the engine's terms ``K = (1 + A)/2`` and ``permeability = (1 - A)/(1 + A)`` on two clusters.
    """
    within, between = (1.0 + difference) / 2.0, (1.0 - difference) / 2.0
    return np.array([[within, between], [between, within]])


def breathing(order: npt.ArrayLike) -> Breathing:
    """Mean over whole periods, and extremes, of an evenly sampled order parameter [n].

    The mean is taken between the first and the last rise through the middle of the extremes, with the series
    as a line between its samples, so that neither window nor samples need fit the period; of a series with
    fewer than two rises it is the mean of all.
    """
    series = np.asarray(order, np.float64)
    low, high = float(series.min()), float(series.max())
    middle = (low + high) / 2.0
    above = series > middle
    rises = np.flatnonzero(~above[:-1] & above[1:])
    if len(rises) < 2:
        return Breathing(float(series.mean()), low, high)
    before, after = series[rises], series[rises + 1]
    places = rises + (middle - before) / (after - before)
    inside = slice(rises[0] + 1, rises[-1] + 1)
    at = np.concatenate([[places[0]], np.arange(inside.start, inside.stop), [places[-1]]])
    values = np.concatenate([[middle], series[inside], [middle]])
    return Breathing(float(np.trapezoid(values, at) / (at[-1] - at[0])), low, high)


def beat_frequency(detuning: float, strength: float, alpha: float = 0.0) -> float:
    """Mean rate of the phase difference of two oscillators, rad per time; 0 where they lock.

    ``phi' = detuning - s sin phi`` with ``s = 2 W cos(alpha)`` beats at ``sqrt(detuning^2 - s^2)`` (Adler).

    Parameters
    ----------
    detuning : float
        Difference of the natural frequencies.
    strength : float
        W_12 + W_21, rad per time.
    alpha : float
        Phase lag in rad, for ``W_12 = W_21``.
    """
    reach = strength * math.cos(alpha)
    return math.copysign(math.sqrt(max(0.0, detuning**2 - reach**2)), detuning)


def locked_difference(detuning: float, strength: float, alpha: float = 0.0) -> float:
    """Phase difference in rad at which two oscillators lock: ``asin(detuning / s)``.

    Raises
    ------
    BadInput
        They do not lock.
    """
    reach = strength * math.cos(alpha)
    if abs(detuning) > abs(reach):
        raise BadInput(
            f"Oscillators {detuning:g} rad per time apart do not lock at a strength of {reach:g}.",
            key="detuning",
            value=detuning,
            allowed=f"up to {abs(reach):g}",
        )
    return math.asin(detuning / reach)


def twisted_rates(count: int, twist: int, weight: float, alpha: float = 0.0, reach: int = 1) -> Complexes:
    """Growth rates, complex128 [count], of all disturbances of a twisted state of a ring.

    The state ``theta_j = 2 pi q j / N`` of identical oscillators, each coupled with ``weight`` to ``reach``
    neighbours on either side. The disturbance with m waves grows as
    ``sum over k of w cos(2 pi q k / N - alpha) (e^{2 pi i m k / N} - 1)``, k = -reach … reach.
    Nearest neighbours without lag: stable where ``|q| < N / 4``.

    Raises
    ------
    BadInput
        Fewer than 3 oscillators, or a reach of half the ring or more.
    """
    if count < 3 or not 1 <= reach < count / 2:
        raise BadInput(
            f"A ring of {count} has no neighbours {reach} steps away on either side.",
            key="reach",
            value=reach,
            allowed="1 to less than half the ring, of 3 or more",
        )
    waves = np.arange(count)
    total = np.zeros(count, np.complex128)
    for k in [*range(-reach, 0), *range(1, reach + 1)]:
        slope = weight * math.cos(2 * math.pi * twist * k / count - alpha)
        total += slope * (np.exp(2j * np.pi * waves * k / count) - 1.0)
    return total


def twisted_is_stable(count: int, twist: int, weight: float, alpha: float = 0.0, reach: int = 1) -> bool:
    """Whether every disturbance of a twisted state decays, but for the turn of the whole ring.

    A rate of rounding's size, as at a quarter of the ring, does not count as decay.

    Raises
    ------
    BadInput
        As in `twisted_rates`.
    """
    rates = twisted_rates(count, twist, weight, alpha, reach)[1:]
    return bool(np.all(rates.real < -ROUNDING * abs(weight)))
