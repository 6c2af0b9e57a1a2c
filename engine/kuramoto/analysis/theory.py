"""Order parameter of one large population: critical coupling, steady value and transient, with lag and noise.

One population of natural frequencies with density g, coupled through its own mean field:
``dtheta/dt = omega + K Im(e^{-i alpha} Z e^{-i theta}) + noise D``. In the frame that turns with the field an
oscillator sees ``phi' = x - F sin phi + noise`` with ``F = K r`` and ``x = omega - Omega``; its mean phasor
``m(x) = <e^{i phi}>`` gives ``r e^{i alpha} = integral of g m``, which is solved for F and Omega.

Kuramoto, Chemical Oscillations, Waves, and Turbulence (1984); Sakaguchi and Kuramoto, Prog. Theor. Phys. 76,
576 (1986); Sakaguchi, ibid. 79, 39 (1988); Ott and Antonsen, Chaos 18, 037113 (2008).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import optimize

from tauscope.engine.errors import BadInput, unknown_name

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

KINDS = ("lorentzian", "gaussian", "uniform", "identical")
"""Distributions with a theory; ``scale`` is half width at half height, standard deviation, half the range."""

NODES = 400
"""Gauss-Legendre nodes of each part of an average over frequencies."""
REACH = 9.0
"""Standard deviations of a Gaussian that are integrated over; beyond lies 2e-19 of it."""
SMALLEST_FIELD = 1e-6
"""Fields below this, relative to the width of the distribution, count as no order."""


def critical_coupling(kind: str, scale: float, alpha: float = 0.0, noise: float = 0.0) -> float:
    """Coupling K_c above which the incoherent state is unstable.

    ``K_c = 2 / (pi g(0))`` without lag and noise: 2 gamma, sqrt(8 / pi) sigma, 4 gamma / pi, 0. With noise
    the density is smeared by a Lorentzian of width D; with lag the field turns at an Omega of its own.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    scale : float
        Width of the distribution, rad per time.
    alpha : float
        Phase lag in rad, within (-pi/2, pi/2).
    noise : float
        Diffusion D of the phases, rad^2 per time.

    Raises
    ------
    BadInput
        Unknown distribution, negative width or noise, or a lag outside the range.
    """
    _check(kind, scale, alpha, noise)
    if kind == "identical" or scale == 0:
        return 2.0 * noise / math.cos(alpha)
    if kind == "lorentzian":
        return 2.0 * (scale + noise) / math.cos(alpha)
    if alpha == 0 and noise == 0:
        return math.sqrt(8.0 / math.pi) * scale if kind == "gaussian" else 4.0 * scale / math.pi
    return _coupling_of(kind, scale, alpha, noise)(SMALLEST_FIELD * (scale + noise))[0]


def steady_order(K: float, kind: str, scale: float, alpha: float = 0.0, noise: float = 0.0) -> float:
    """Steady order parameter r of an infinite population, 0 below K_c; the most ordered of several.

    Lorentzian without noise: ``sqrt(1 - 2 gamma / (K cos alpha))`` (Ott-Antonsen). Uniform frequencies jump
    to r = pi/4 at K_c.

    Parameters
    ----------
    K : float
        Coupling, rad per time, 0 or more.
    kind, scale, alpha, noise
        As in `critical_coupling`.

    Raises
    ------
    BadInput
        As in `critical_coupling`, or a negative coupling.
    """
    _check(kind, scale, alpha, noise)
    if K < 0:
        raise BadInput(f"K = {K:g} is negative.", key="K", value=K, allowed="0 or more")
    if K == 0:
        return 0.0
    if (kind == "identical" or scale == 0) and noise == 0:
        return 1.0
    if kind == "lorentzian" and noise == 0:
        return math.sqrt(max(0.0, 1.0 - 2.0 * scale / (K * math.cos(alpha))))
    if kind == "uniform" and noise == 0 and alpha == 0:
        # K F / r(F) is flat below the jump, where a search for a crossing would find rounding.
        return _uniform(K, scale)
    return _most_ordered(K, _coupling_of(kind, scale, alpha, noise), scale + noise)


def order_curve(
    couplings: npt.ArrayLike, kind: str, scale: float, alpha: float = 0.0, noise: float = 0.0
) -> Floats:
    """`steady_order` at every coupling, float64 [n].

    Raises
    ------
    BadInput
        As in `steady_order`.
    """
    return np.array(
        [steady_order(float(K), kind, scale, alpha, noise) for K in np.asarray(couplings).ravel()]
    )


def ott_antonsen(times: npt.ArrayLike, K: float, gamma: float, r0: float, alpha: float = 0.0) -> Floats:
    """Order parameter r(t), float64 [n], of a Lorentzian population that starts on the Poisson manifold.

    Solves ``r' = -gamma r + K cos(alpha) r (1 - r^2) / 2``, which is linear in ``1 / r^2``.

    Parameters
    ----------
    times : array_like [n]
        Times since the start.
    K, gamma, alpha : float
        Coupling, half width and phase lag.
    r0 : float
        Order parameter at the start, 0 < r0 <= 1.

    Raises
    ------
    BadInput
        ``r0`` out of range.
    """
    if not 0 < r0 <= 1:
        raise BadInput(
            f"r0 = {r0:g} is no order parameter to start from.", key="r0", value=r0, allowed="0 to 1"
        )
    t = np.asarray(times, np.float64)
    pull = K * math.cos(alpha) / 2.0
    rate = 2.0 * (pull - gamma)
    # u = 1 / r^2 obeys u' = -rate u + 2 pull.
    with np.errstate(over="ignore", under="ignore"):
        growth = -np.expm1(-rate * t) / rate if rate else t
        u = np.exp(-rate * t) / r0**2 + 2.0 * pull * growth
        return np.asarray(1.0 / np.sqrt(u), np.float64)


def mean_phasor(field: float, detuning: npt.ArrayLike, noise: float = 0.0) -> Complexes:
    """Stationary mean phasor ``<e^{i phi}>`` of ``phi' = x - F sin phi + noise``, as ``detuning``.

    Without noise ``sqrt(1 - s^2) + i s`` for a locked oscillator, ``s = x / F``, and
    ``i (s -+ sqrt(s^2 - 1))`` for a drifting one. With noise the modes obey
    ``(n D - i x) z_n = (F / 2) (z_{n-1} - z_{n+1})``, a continued fraction. An imaginary part
    of the detuning, i gamma, averages over a Lorentzian of half width gamma.

    Parameters
    ----------
    field : float
        F > 0, rad per time.
    detuning : array_like
        x in rad per time, real or with an imaginary part of 0 or more.
    noise : float
        D in rad^2 per time.
    """
    x = np.asarray(detuning, np.complex128)
    if noise == 0:
        s = x / field
        root = np.sqrt(1.0 - s * s)
        one, other = 1j * s + root, 1j * s - root
        larger = np.where(np.abs(one) >= np.abs(other), one, other)
        # The roots multiply to -1; the small one by subtraction would lose its digits.
        return np.asarray(np.where((np.abs(s) <= 1) & (s.imag == 0), one, -1.0 / larger))
    half = field / 2.0
    below = np.zeros_like(x)
    for n in range(int(60 + 14 * math.sqrt(field / noise)), 0, -1):
        below = half / (n * noise - 1j * x + half * below)
    return np.asarray(below)


def _uniform(K: float, scale: float) -> float:
    if math.pi * K < 4.0 * scale:
        return 0.0
    if scale == 0:
        return 1.0

    def miss(r: float) -> float:
        s = min(1.0, scale / (K * r))
        return (math.asin(s) / s + math.sqrt(1.0 - s * s)) / 2.0 - r

    # All are locked from r = pi/4 at the threshold upward.
    low = max(math.pi / 4, scale / K)
    return low if miss(low) <= 0 else float(optimize.brentq(miss, low, 1.0, xtol=1e-14))


def _most_ordered(K: float, coupling_of: Callable[[float], tuple[float, float]], width: float) -> float:
    """Largest r with ``coupling_of(F) = (K, r)``: the last crossing from above, searched on a log grid."""
    fields = np.concatenate([[SMALLEST_FIELD * width], np.geomspace(1e-3 * min(width, K), K, 160)])
    needed = np.array([coupling_of(float(field))[0] for field in fields])
    below = np.flatnonzero(needed <= K)
    if not len(below):
        return 0.0
    last = int(below[-1])
    if last == len(fields) - 1:
        return 1.0
    field = optimize.brentq(
        lambda f: coupling_of(float(f))[0] - K, fields[last], fields[last + 1], xtol=1e-14, rtol=1e-13
    )
    return coupling_of(float(field))[1]


def _coupling_of(
    kind: str, scale: float, alpha: float, noise: float
) -> Callable[[float], tuple[float, float]]:
    """Function of the field F that gives the coupling K it needs, and the order r."""

    def average(field: float, turning: float) -> complex:
        if kind == "lorentzian":
            return complex(mean_phasor(field, -turning + 1j * scale, noise))
        if kind == "identical" or scale == 0:
            return complex(mean_phasor(field, -turning, noise))
        return _average(kind, scale, field, turning, noise)

    def solve(field: float) -> tuple[float, float]:
        if alpha == 0:
            mean = average(field, 0.0)
        else:
            width = 3.0 * REACH * scale + 10.0 * (noise + field)
            turning = optimize.brentq(
                lambda w: float((average(field, w) * np.exp(-1j * alpha)).imag), -width, width, xtol=1e-14
            )
            mean = average(field, turning)
        return field / abs(mean), abs(mean)

    return solve


def _average(kind: str, scale: float, field: float, turning: float, noise: float) -> complex:
    """Integral of ``g(omega) m(omega - Omega)`` over the support of a Gaussian or uniform density."""
    reach = REACH * scale if kind == "gaussian" else scale
    x, weight = _detunings(field, -reach - turning, reach - turning)
    if kind == "uniform":
        density = np.full(x.shape, 0.5 / scale)
    else:
        with np.errstate(under="ignore"):
            density = np.exp(-0.5 * ((x + turning) / scale) ** 2) / (scale * math.sqrt(2 * math.pi))
    return complex((weight * density * mean_phasor(field, x, noise)).sum())


def _detunings(field: float, low: float, high: float) -> tuple[Floats, Floats]:
    """Nodes and weights for locked and drifting oscillators: fine about the kinks ``|x| = F``."""
    start, end = (math.asin(min(1.0, max(-1.0, edge / field))) for edge in (low, high))
    angle, weight = _between(start, end)
    places, weights = [field * np.sin(angle)], [weight * field * np.cos(angle)]
    for sign, nearest, furthest in ((1.0, low, high), (-1.0, -high, -low)):
        if furthest > field:
            u, weight = _between(math.acosh(max(1.0, nearest / field)), math.acosh(furthest / field))
            places.append(sign * field * np.cosh(u))
            weights.append(weight * field * np.sinh(u))
    return np.concatenate(places), np.concatenate(weights)


def _between(low: float, high: float) -> tuple[Floats, Floats]:
    """Nodes and weights of Gauss-Legendre from ``low`` to ``high``."""
    half = (high - low) / 2.0
    places, weights = _gauss_legendre()
    return half * places + (high + low) / 2.0, half * weights


@cache
def _gauss_legendre() -> tuple[Floats, Floats]:
    """Nodes and weights from -1 to 1; found when needed, for it takes seconds on a busy machine."""
    places, weights = np.polynomial.legendre.leggauss(NODES)
    return places, weights


def _check(kind: str, scale: float, alpha: float, noise: float) -> None:
    if kind not in KINDS:
        raise unknown_name("distribution", kind, KINDS, key="kind")
    if scale < 0 or noise < 0:
        raise BadInput(
            f"A width of {scale:g} and a noise of {noise:g} make no distribution.",
            key="scale" if scale < 0 else "noise",
            value=min(scale, noise),
            allowed="0 or more",
        )
    if not abs(alpha) < math.pi / 2:
        raise BadInput(
            f"With a phase lag of {alpha:g} rad the population repels itself and has no order parameter.",
            key="phase_lag",
            value=alpha,
            allowed="-π/2 < α < π/2",
        )
