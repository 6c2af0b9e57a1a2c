"""Locking of clusters: mean frequencies of a run, who runs together, and the coupling that locks all.

A locked state of ``dpsi_i/dt = omega_i + K sum_j B_ij sin(psi_j - psi_i - alpha)`` is a solution in which all
rates are equal; it is followed downward in K until it is lost in a fold. Ermentrout, J. Math. Biol. 22, 1
(1985); Dörfler and Bullo, Automatica 50, 1539 (2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Mean frequencies of phase signals.

    Parameters
    ----------
    mean : float64 array [C]
        Slope of the straight line of least squares through the unwrapped phase, rad per time.
    scatter : float64 array [C]
        Root mean square distance of the phase from its line, rad.
    """

    mean: Floats
    scatter: Floats


def mean_frequencies(times: npt.ArrayLike, phases: npt.ArrayLike) -> Frequencies:
    """Mean frequency of each signal by least squares of the unwrapped phase.

    The samples must follow one another so closely that no phase moves by pi between two of them.

    Parameters
    ----------
    times : array_like [n]
        Times of the samples, 3 or more, ascending.
    phases : array_like [n, C]
        Phases in rad.

    Raises
    ------
    BadInput
        Fewer than 3 samples, or phases of another length.
    """
    t, wrapped = np.asarray(times, np.float64), np.atleast_2d(np.asarray(phases, np.float64).T).T
    if len(t) < 3 or len(t) != len(wrapped):
        raise BadInput(
            f"{len(t)} times and {len(wrapped)} phases give no frequency.",
            key="samples",
            value=len(t),
            allowed="3 or more, as many of each",
        )
    unwrapped = np.unwrap(wrapped, axis=0)
    middle = t - t.mean()
    slope = middle @ unwrapped / (middle @ middle)
    line = unwrapped.mean(axis=0) + middle[:, None] * slope
    return Frequencies(slope, np.asarray(np.sqrt(np.mean((unwrapped - line) ** 2, axis=0))))


def locked_groups(frequencies: npt.ArrayLike, tolerance: float) -> Integers:
    """Group of each signal, int64 [C]: neighbours in frequency within ``tolerance`` run together.

    Groups are numbered by rising frequency, from 0.

    Parameters
    ----------
    frequencies : array_like [C]
        Mean frequencies.
    tolerance : float
        Largest step between two neighbours of a group, rad per time; ``2 pi`` over the time measured is what
        can be told apart.
    """
    values = np.asarray(frequencies, np.float64)
    order = np.argsort(values, kind="stable")
    groups = np.empty(len(values), np.int64)
    groups[order] = np.concatenate([[0], np.cumsum(np.diff(values[order]) > tolerance)])[: len(values)]
    return groups


def locking_coupling(
    frequencies: npt.ArrayLike, shape: npt.ArrayLike, alpha: float = 0.0, relative: float = 1e-9
) -> float:
    """Smallest K at which oscillators (or clusters that move as one) can all run at one frequency.

    Two with B_12 = B_21 = 1: ``|domega| / (2 cos alpha)``. A chain of three: what its weaker link needs.

    Parameters
    ----------
    frequencies : array_like [C]
        Natural frequencies, rad per time.
    shape : array_like [C, C]
        B of ``W = K B``; the diagonal does nothing without lag.
    alpha : float
        Phase lag in rad.
    relative : float
        Relative accuracy of the result.

    Raises
    ------
    BadInput
        No coupling locks them: the graph falls apart between different frequencies.
    """
    omega, weights = np.asarray(frequencies, np.float64), np.asarray(shape, np.float64)
    spread = float(np.ptp(omega))
    if spread == 0:
        return 0.0
    high, state = _start(omega, weights, alpha, spread)
    low = 0.0
    # Secure steps first: the state is followed, so a step must not jump past the fold to another one.
    step = 0.1 * high
    while step > relative * high:
        trial = high - step
        found = _locked(omega, weights, alpha, trial, state) if trial > low else None
        if found is None:
            low = max(low, trial)
            step = min(step / 2.0, (high - low) / 2.0)
        else:
            high, state = trial, found
            step = min(step, 0.1 * high, max((high - low) / 2.0, 0.0))
    return high


def _start(omega: Floats, weights: Floats, alpha: float, spread: float) -> tuple[float, Floats]:
    """Coupling that locks, and the state, doubled up from one of the order of the spread."""
    off = weights - np.diag(np.diag(weights))
    strongest = float(np.abs(off).sum(axis=1).max())
    if strongest > 0:
        coupling = spread / strongest
        for _ in range(60):
            coupling *= 2.0
            found = _locked(omega, weights, alpha, coupling, np.zeros(len(omega)))
            if found is not None:
                return coupling, found
    raise BadInput(
        "No coupling locks these clusters.",
        key="shape",
        remedy="Connect the clusters that have different frequencies.",
    )


def _locked(omega: Floats, weights: Floats, alpha: float, coupling: float, guess: Floats) -> Floats | None:
    """Stable locked state near a guess, phases relative to the first; None where there is none."""
    count = len(omega)

    def rates(psi: Floats) -> Floats:
        apart = psi[None, :] - psi[:, None] - alpha
        return np.asarray(omega / coupling + (weights * np.sin(apart)).sum(axis=1))

    def misses(free: Floats) -> Floats:
        found = rates(np.concatenate([[0.0], free]))
        return np.asarray(found[1:] - found[0])

    def jacobian(psi: Floats) -> Floats:
        slope = weights * np.cos(psi[None, :] - psi[:, None] - alpha)
        return np.asarray(slope - np.diag(slope.sum(axis=1)))

    def misses_slope(free: Floats) -> Floats:
        full = jacobian(np.concatenate([[0.0], free]))
        return np.asarray((full[1:] - full[0])[:, 1:])

    with np.errstate(all="ignore"):
        found = optimize.root(misses, guess[1:] - guess[0], jac=misses_slope, method="hybr", tol=1e-13)
    psi = np.concatenate([[0.0], np.asarray(found.x)])
    if not np.all(np.abs(misses(psi[1:])) < 1e-9 * max(1.0, float(np.abs(weights).sum()))):
        return None
    growth = np.sort(np.linalg.eigvals(jacobian(psi)).real)
    return psi if count < 2 or growth[-2] < 1e-7 else None
