"""Radial Schrödinger equation of a screened centre, without dimensions: -u''/2 - g exp(-mu r)/r u = e u.

Lengths are in a = hbar^2 / (m kappa r_s^3), energies in hbar^2 / (m a^2), mu = a / r_s. The grid is even in
s = sqrt(r), with u = sqrt(dr/ds) w, which gives a symmetric tridiagonal matrix.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import brentq

from tauscope.engine.atomx.levels import Floats

STEP = 0.0224
"""Step of s, sqrt(a), of the middle one of three grids."""
BOX_LEAST, BOX_MOST = 60.0, 40_000.0
"""Radius of the box, in a."""
DECAYS = 18.0
"""Decay lengths of the second level within the box; it is cut off at exp(-18)."""
STRENGTHS = (-0.05, -0.025, 0.0, 0.025, 0.05)
"""Relative changes of the potential to which the levels must answer in proportion."""
SLOPE = 1.36
"""k of the second level near its threshold, over mu_c - mu."""
ZERO_TO = 45.0
"""Screening lengths within which the solution at zero energy has become straight."""
SHALLOW, BESIDE = 0.3095, 0.30
"""Screening above which no grid resolves the second level, and the one that gives the bend of k there."""


@dataclass(frozen=True, slots=True)
class State:
    """Two lowest levels with l = 0.

    Parameters
    ----------
    e : float64 array [2]
        Energies; the last of two extrapolations of three grids.
    compat : float64 array [2]
        ``|2<T> - <r V'>| / 2<T>`` on the middle grid: 0 by the virial theorem.
    R2 : float64 array [2]
        Share of the levels' answer to ``STRENGTHS`` that a straight line explains.
    """

    e: Floats
    compat: Floats
    R2: Floats


@dataclass(frozen=True, slots=True)
class Waves:
    """Wave functions: r float64 [N], in a; potential float64 [N]; u float64 [2, N], of norm 1 over r."""

    r: Floats
    potential: Floats
    u: Floats
    e: Floats


@cache
def critical(n: int) -> float:
    """Screening mu_c at which the n-th level with l = 0 is lost, n = 1, 2, 3: 1.190612, 0.310209, 0.139450.

    The solution at zero energy, u'' = -lambda exp(-x)/x u in x = mu r with lambda = 2 / mu, becomes level.

    Raises
    ------
    ValueError
        Another n.
    """
    brackets = {1: (1.0, 3.0), 2: (5.0, 8.0), 3: (12.0, 17.0)}
    if n not in brackets:
        raise ValueError(f"n = {n}: 1, 2 or 3")
    return 2.0 / float(brentq(_last_slope, *brackets[n], xtol=1e-11))


def _last_slope(strength: float) -> float:
    return _at_zero(strength)[1]


def _at_zero(strength: float) -> tuple[float, float, float]:
    """Solution at zero energy where it is straight, its slope there, and the integral of exp(-x)/x u^2."""
    x = 1e-7
    start = [x - strength * x * x / 2.0, 1.0 - strength * x, x * x / 2.0]

    def change(x: float, u: Floats) -> list[float]:
        well = math.exp(-x) / x * u[0]
        return [u[1], -strength * well, well * u[0]]

    found = solve_ivp(change, (x, ZERO_TO), start, method="DOP853", rtol=1e-11, atol=1e-13)
    value, slope, well = found.y[:, -1].tolist()
    return value, slope, well


def shallow(mu: float) -> float:
    """Energy of the second level from `SHALLOW` to its threshold, 0 there: -k^2 / 2 with k bent a little.

    To first order u' = -k u outside, with u' = -(change of lambda) times the integral of exp(-x)/x u^2 for
    u = 1 outside; the second order comes from the level at `BESIDE`. k is right to 1e-4 of itself.
    """
    left = critical(2) - mu
    slope, bend = _threshold()
    return -0.5 * (slope * left + bend * left**2) ** 2


@cache
def _threshold() -> tuple[float, float]:
    """Slope dk / d(mu_c - mu) at the threshold of the second level, and half the second derivative."""
    top = critical(2)
    value, _, well = _at_zero(2.0 / top)
    slope = 2.0 / top * well / value**2
    left = top - BESIDE
    k = math.sqrt(-2.0 * float(solve(BESIDE)[1]))
    return slope, (k / left - slope) / left


def box(mu: float) -> float:
    """Radius of the box for a screening, in a: `DECAYS` decay lengths of the second level."""
    decay = SLOPE * (critical(2) - mu)
    return min(BOX_MOST, max(BOX_LEAST, DECAYS / decay)) if decay > 0 else BOX_MOST


def points(radius: float) -> int:
    """Odd number of points of the middle grid for a box."""
    return 2 * round(math.sqrt(radius) / STEP / 2.0) + 1


def solve(mu: float, g: float = 1.0, radius: float | None = None, count: int | None = None) -> Floats:
    """Two lowest energies, float64 [2], extrapolated from three grids.

    The error of one grid goes as h^2 (A + B ln h): one extrapolation leaves h^2, the second takes that.

    Parameters
    ----------
    mu : float
        Screening.
    g : float
        Strength of the potential.
    radius : float, optional
        Box, in a; that of `box` unless given.
    count : int, optional
        Odd number of points of the middle grid; that of `points` unless given.
    """
    wide = box(mu) if radius is None else radius
    middle = points(wide) if count is None else count
    raw = [energies_on(mu, g, wide, n) for n in ((middle - 1) // 2, middle, 2 * middle + 1)]
    first = [(4.0 * fine - coarse) / 3.0 for coarse, fine in itertools.pairwise(raw)]
    return (4.0 * first[1] - first[0]) / 3.0


def energies_on(mu: float, g: float, radius: float, count: int) -> Floats:
    """Two lowest energies on one grid of ``count`` points, float64 [2]."""
    _, diagonal, beside, _, _ = _matrix(mu, g, radius, count)
    found = eigh_tridiagonal(diagonal, beside, eigvals_only=True, select="i", select_range=(0, 1))
    return np.asarray(found, np.float64)


def waves(mu: float, radius: float | None = None, count: int | None = None) -> Waves:
    """Wave functions of the two lowest levels on the middle grid, and their energies there."""
    wide = box(mu) if radius is None else radius
    s, diagonal, beside, potential, h = _matrix(mu, 1.0, wide, points(wide) if count is None else count)
    e, y = eigh_tridiagonal(diagonal, beside, select="i", select_range=(0, 1))
    # y = J w with u = sqrt(J) w, so u = y / sqrt(J); the integral of u^2 over r is that of y^2 over s.
    u = (y / np.sqrt(2.0 * s)[:, None] / math.sqrt(h)).T
    sign = np.sign(u[:, 0])[:, None]
    return Waves(s * s, potential, u * sign, np.asarray(e, np.float64))


def virial(mu: float, found: Waves) -> Floats:
    """``|2<T> - <r V'>| / 2<T>`` of both levels, float64 [2]; 0 for exact ones."""
    weight = found.u**2 * 2.0 * np.sqrt(found.r)
    weight /= weight.sum(axis=1, keepdims=True)
    kinetic = found.e - weight @ found.potential
    slope = weight @ (np.exp(-mu * found.r) * (1.0 / found.r + mu))
    answer: Floats = np.abs(2.0 * kinetic - slope) / (2.0 * kinetic)
    return answer


def linearity(mu: float, radius: float | None = None, count: int | None = None) -> Floats:
    """R^2 of a straight line through both levels against the strength of the potential, float64 [2]."""
    wide = box(mu) if radius is None else radius
    grid = points(wide) if count is None else count
    x = np.array(STRENGTHS)
    y = np.array([energies_on(mu, 1.0 + change, wide, grid) for change in STRENGTHS])
    y = y - y.mean(axis=0)
    slope = (x @ y) / (x @ x)
    left = ((y - np.outer(x, slope)) ** 2).sum(axis=0)
    answer: Floats = 1.0 - left / (y**2).sum(axis=0)
    return answer


def state(mu: float) -> State:
    """Levels and gates of one screening of 0 to mu_c of the second level: some 1/60 s, 0.2 s at its end."""
    e = solve(mu)
    if mu > SHALLOW:
        e = np.array([e[0], shallow(mu)])
    return State(e, virial(mu, waves(mu)), linearity(mu))


def _matrix(mu: float, g: float, radius: float, count: int) -> tuple[Floats, Floats, Floats, Floats, float]:
    """Grid of s, diagonal, side diagonal, potential, and step."""
    h = math.sqrt(radius) / (count + 1)
    s: Floats = h * np.arange(1, count + 1, dtype=np.float64)
    J = 2.0 * s
    potential = -g * np.exp(-mu * s * s) / (s * s)
    diagonal = (1.0 / h**2 + 0.375 / s**2) / J**2 + potential
    return s, diagonal, -0.5 / h**2 / (J[:-1] * J[1:]), potential, h
