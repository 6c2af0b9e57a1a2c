"""Compact U(1) lattice gauge theory in readable NumPy, straight from its equations.

Links are complex numbers U of modulus 1, shape (D, *shape); U[mu] at site x goes from x to the next site
along axis mu. Nothing here is fast; tests compare every kernel with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Links = npt.NDArray[np.complex128]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def ahead(values: Links, axis: int, steps: int = 1) -> Links:
    """Values at x + ``steps`` sites along ``axis``, for every x."""
    return np.roll(values, -steps, axis)


def planes(dimensions: int) -> list[tuple[int, int]]:
    """Planes (mu, nu), mu < nu, in the order of the axes."""
    return list(itertools.combinations(range(dimensions), 2))


def plaquette(U: Links, mu: int, nu: int) -> Links:
    """U_mu(x) U_nu(x+mu) U_mu(x+nu)* U_nu(x)* for every x, shape ``shape``."""
    found: Links = U[mu] * ahead(U[nu], mu) * np.conj(ahead(U[mu], nu)) * np.conj(U[nu])
    return found


def mean_plaquette(U: Links) -> float:
    """Mean of the real parts of all plaquettes."""
    return float(np.mean([plaquette(U, mu, nu).real.mean() for mu, nu in planes(len(U))]))


def action(U: Links, beta: float) -> float:
    """S = beta times the sum over plaquettes of 1 - Re U_p."""
    return float(beta * sum((1.0 - plaquette(U, mu, nu).real).sum() for mu, nu in planes(len(U))))


def staple(U: Links, mu: int) -> Links:
    """Sum A over the planes through each link of direction mu: its part of -S/beta is Re(U A)."""
    total = np.zeros(U.shape[1:], np.complex128)
    for nu in range(len(U)):
        if nu == mu:
            continue
        total += ahead(U[nu], mu) * np.conj(ahead(U[mu], nu)) * np.conj(U[nu])
        below = np.conj(ahead(U[nu], mu)) * np.conj(U[mu]) * U[nu]
        total += ahead(below, nu, -1)
    return total


def parity(shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Sum of the coordinates of each site, modulo 2."""
    return np.asarray(np.indices(shape).sum(axis=0) % 2, np.int64)


def overrelax(U: Links) -> Links:
    """Every link reflected at its staple, U -> (A*)^2 U* / |A|^2, direction by direction, even first."""
    U, even = U.copy(), parity(U.shape[1:])
    for mu in range(len(U)):
        for p in range(2):
            A, here = staple(U, mu), even == p
            U[mu][here] = np.conj(A[here]) ** 2 * np.conj(U[mu][here]) / np.abs(A[here]) ** 2
    return U


def metropolis(U: Links, beta: float, delta: float, turn: Reals, chance: Reals) -> tuple[Links, int]:
    """One proposal for every link, and how many were taken.

    Parameters
    ----------
    U : complex array (D, *shape)
        Links.
    beta, delta : float
        Inverse coupling; half width of t.
    turn, chance : float64 array (D, *shape)
        Uniform numbers: t = delta (2 turn - 1) turns a link by 2 arctan t; taken if chance < exp(-dS).
    """
    U, even, taken = U.copy(), parity(U.shape[1:]), 0
    for mu in range(len(U)):
        for p in range(2):
            A, here = staple(U, mu), even == p
            new = U[mu] * np.exp(2j * np.arctan(delta * (2.0 * turn[mu] - 1.0)))
            good = here & (np.log(chance[mu]) < beta * ((new - U[mu]) * A).real)
            U[mu][good] = new[good]
            taken += int(good.sum())
    return U, taken


def best_fisher(kappa: Reals, turn: Reals, chance: Reals, side: Bools) -> tuple[Reals, Bools]:
    """Angles proposed for the density exp(kappa cos theta), and which are accepted.

    Source: D. J. Best, N. I. Fisher, J. R. Stat. Soc. C 28, 152 (1979).
    """
    tau = 1.0 + np.sqrt(1.0 + 4.0 * kappa**2)
    rho = (tau - np.sqrt(2.0 * tau)) / (2.0 * kappa)
    r = (1.0 + rho**2) / (2.0 * rho)
    z = np.cos(np.pi * turn)
    f = (1.0 + r * z) / (r + z)
    c = kappa * (r - f)
    accepted = np.log(c / chance) + 1.0 - c >= 0.0
    return np.where(side, -1.0, 1.0) * np.arccos(np.clip(f, -1.0, 1.0)), accepted


def heat_bath(
    U: Links, beta: float, draw: Callable[[int, int], tuple[Reals, Reals, Bools]]
) -> tuple[Links, int]:
    """Every link drawn from exp(beta Re(U A)), direction by direction, even sites first; and the trials made.

    Parameters
    ----------
    U : complex array (D, *shape)
        Links.
    beta : float
        Inverse coupling.
    draw : callable
        ``draw(trial, mu)`` gives ``turn``, ``chance`` and ``side`` of `best_fisher`, shape ``shape``.
    """
    U, even, trials = U.copy(), parity(U.shape[1:]), 0
    for mu in range(len(U)):
        for p in range(2):
            A, waiting, trial = staple(U, mu), even == p, 0
            while waiting.any():
                angle, accepted = best_fisher(beta * np.abs(A), *draw(trial, mu))
                now = waiting & accepted
                U[mu][now] = (np.exp(1j * angle) * np.conj(A) / np.abs(A))[now]
                trials += int(waiting.sum())
                waiting, trial = waiting & ~accepted, trial + 1
    return U, trials


def wilson_loop(U: Links, mu: int, nu: int, m: int, n: int) -> Links:
    """Product around a rectangle of m steps along mu and n along nu, for every corner x."""
    loop = np.ones(U.shape[1:], np.complex128)
    for k in range(m):
        loop = loop * ahead(U[mu], mu, k)
    for k in range(n):
        loop = loop * ahead(ahead(U[nu], nu, k), mu, m)
    for k in range(m):
        loop = loop * np.conj(ahead(ahead(U[mu], mu, k), nu, n))
    for k in range(n):
        loop = loop * np.conj(ahead(U[nu], nu, k))
    return loop


def polyakov_loop(U: Links) -> Links:
    """Product of the links along axis 0, once around, shape ``shape[1:]``."""
    found: Links = np.prod(U[0], axis=0)
    return found


def gauge_transform(U: Links, angles: Reals) -> Links:
    """Links after U_mu(x) -> e^{i a(x)} U_mu(x) e^{-i a(x+mu)}, angles a of shape ``shape``."""
    g = np.exp(1j * angles)
    return np.array([g * U[mu] * np.conj(np.roll(g, -1, mu)) for mu in range(len(U))])
