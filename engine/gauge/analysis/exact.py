"""What is known of compact U(1), exactly or in series: two dimensions in full, three at both ends.

In two dimensions the plaquettes of a torus are independent but for their product, so with Bessel functions
I_n the partition function is Z = sum over n of I_n(beta)^V; a Wilson loop of area A changes n by one inside.
Source: A. A. Migdal, Sov. Phys. JETP 42, 413 (1975); the design's charge-and-gauge page, "gauge: compact
U(1), settled".
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]

ORDERS = 200
"""Orders of Bessel functions that are summed: beyond them nothing is left up to beta = 100."""


def _bessel(beta: float) -> tuple[Floats, Floats]:
    """I_n(beta) and its derivative over I_0(beta), n from -ORDERS to ORDERS."""
    n = np.arange(-ORDERS, ORDERS + 1)
    with np.errstate(under="ignore"):
        scale = float(special.ive(0, beta))
        values = special.ive(np.abs(n), beta) / scale
        slopes = 0.5 * (special.ive(np.abs(n - 1), beta) + special.ive(np.abs(n + 1), beta)) / scale
    return np.asarray(values, np.float64), np.asarray(slopes, np.float64)


def plaquette_2d(beta: float, sites: int) -> float:
    """Mean plaquette of a torus of that many sites, sum of I_n^V (I_n'/I_n) / sum of I_n^V."""
    values, slopes = _bessel(beta)
    with np.errstate(under="ignore"):
        weights = values ** (sites - 1)
        return float((weights * slopes).sum() / (weights * values).sum())


def wilson_2d(beta: float, sites: int, area: int) -> float:
    """Mean Wilson loop around that many plaquettes of a torus, symmetric in both senses of the loop."""
    values, _ = _bessel(beta)
    with np.errstate(under="ignore"):
        outside = values ** (sites - area)
        inside = 0.5 * (np.roll(values, 1) ** area + np.roll(values, -1) ** area)
        return float((outside * inside).sum() / (values**sites).sum())


def polyakov_2d(beta: float, extents: tuple[int, int], separation: int) -> float:
    """Mean of P(x) P*(x + R) on a torus (Nt, L): a strip of area Nt R between two loops."""
    return wilson_2d(beta, extents[0] * extents[1], extents[0] * separation)


def string_tension_2d(beta: float) -> float:
    """Sigma = -ln(I_1 / I_0) of the infinite plane, per plaquette."""
    return -math.log(special.ive(1, beta) / special.ive(0, beta))


def strong_coupling_3d(beta: float) -> float:
    """Mean plaquette in three dimensions up to the first cube: t + 4 t^5 t', t = I_1/I_0, t' its derivative.

    The free energy of a plaquette is ln I_0 plus, of each of its cubes, t^6 shared by six.
    """
    t = float(special.ive(1, beta) / special.ive(0, beta))
    slope = 1.0 - t * t - (t / beta if beta > 0 else 0.5)
    return t + 4.0 * t**5 * slope


def weak_coupling(beta: float, dimensions: int) -> float:
    """Mean plaquette at large beta: P = exp(-1 / (D beta P)), the Gaussian theory made self-consistent.

    Each of the D (D - 1) / 2 plaquettes of a site holds an equal part of its (D - 1) modes.

    Raises
    ------
    ValueError
        Where there is no solution near 1: beta below e / D.
    """
    if beta < math.e / dimensions:
        raise ValueError(f"The Gaussian theory says nothing at beta = {beta:g} in {dimensions} dimensions.")
    found = 1.0
    for _ in range(10_000):
        following = math.exp(-1.0 / (dimensions * beta * found))
        if abs(following - found) < 1e-15:
            break
        found = following
    return found
