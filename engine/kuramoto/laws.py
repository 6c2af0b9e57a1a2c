"""The laws of the sim stack: Mirror, Choice-Collapse, Harmonic Gate, Return Spiral.

The document names the laws and gives no formulas; those below are Tauscope's, from the design's kuramoto
page, "Observables". The ``classic_…`` functions are those that the sim stack's own project published.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Floats = npt.NDArray[np.float64]

READY_R = (0.4, 0.8)
READY_X = (0.3, 0.8)
"""Bounds of order and of cross synchronization between which readiness grows from 0 to 1."""

LOCKED_R, LOCKED_DRIFT, LOCKED_READY = 0.9, 0.004, 0.8
"""Bounds beyond which phases are locked too tightly: R_total above, drift below (rad a step), ready above."""

LARGEST_STEP = 0.05
"""Largest change that the Return Spiral suggests at once."""

SIGN_FLIP = 0.6
"""Factor of the step after a suggestion of the other sign."""

CLASSIC_DECISION = 0.72
"""Readiness from which the sim stack's project takes a decision."""


def mirror_residual(weights: Any, Z: npt.ArrayLike, phase_lag: float = 0.0) -> float:
    """How far action differs from reaction: sum |J + J^T| / sum |J|, from 0 to 2; 0 where nothing acts.

    Parameters
    ----------
    weights : array or scipy sparse array, shape (C, C)
        Coupling W, rad per unit of time.
    Z : complex128 array, shape (C,)
        Order parameters.
    phase_lag : float
        α in rad, which breaks the symmetry by itself.

    Notes
    -----
    The torque on c from d is ``J_cd = W_cd Im(e^{-iα} Z_d conj Z_c)``, for c other than d.
    """
    order = np.exp(-1j * phase_lag), np.asarray(Z, np.complex128)
    found = sp.coo_array(weights)
    apart = found.row != found.col
    row, column, entries = found.row[apart], found.col[apart], found.data[apart]
    torque = sp.csr_array(
        (entries * np.imag(order[0] * order[1][column] * order[1][row].conj()), (row, column)),
        shape=found.shape,
    )
    whole = float(abs(torque).sum())
    return float(abs(torque + torque.T).sum()) / whole if whole > 0 else 0.0


def smoothstep(x: float, low: float, high: float) -> float:
    """Cubic from 0 at ``low`` to 1 at ``high``, flat beyond both."""
    share = min(max((x - low) / (high - low), 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


def readiness(R: float, X: float) -> float:
    """Readiness of Choice-Collapse from means of R_total and cross_sync over recent rows; 0 without links."""
    if math.isnan(R) or math.isnan(X):
        return 0.0
    return smoothstep(R, *READY_R) * smoothstep(X, *READY_X)


def gate_factors(first: Floats, second: Floats, sigma: float = 0.02, order: int = 4) -> Floats:
    """Harmonic Gate between pairs of frequencies: 1 for 1:1, (p q)^-1/2 at p:q, small away from both.

    ``g = max over p, q of (p q)^-1/2 exp(-((q a - p b) / (sigma max(|a|, |b|) max(p, q)))^2 / 2)``.

    Parameters
    ----------
    first, second : float64 arrays of one shape
        Frequencies a and b of the two ends.
    sigma : float
        Relative width of a resonance.
    order : int
        Largest p and q.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    largest = np.maximum(abs(a), abs(b))
    width = sigma * np.where(largest > 0, largest, 1.0)  # two clusters at rest are 1:1
    best = np.zeros(np.broadcast_shapes(a.shape, b.shape))
    for p in range(1, order + 1):
        for q in range(1, order + 1):
            away = (q * a - p * b) / (width * max(p, q))
            best = np.maximum(best, np.exp(-0.5 * away**2) / math.sqrt(p * q))
    return best


def gate_matrix(frequencies: npt.ArrayLike, sigma: float = 0.02, order: int = 4) -> Floats:
    """Harmonic Gate between all clusters, shape (C, C); symmetric, 1 on the diagonal."""
    found = np.asarray(frequencies, np.float64)
    return gate_factors(found[:, None], found[None, :], sigma, order)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the Return Spiral suggests, and what it needs to know about itself the next time.

    Parameters
    ----------
    dK, dpi : float
        Changes of K and of the permeability; 0 for none.
    reason : str
        Why, as a sentence.
    step_K, step_pi : float
        Present sizes of a step.
    sign_K, sign_pi : int
        Sign of the last change that was not 0.
    """

    dK: float
    dpi: float
    reason: str
    step_K: float = LARGEST_STEP
    step_pi: float = LARGEST_STEP
    sign_K: int = 0
    sign_pi: int = 0


def return_spiral(
    R: float, X: float, drift: float, ready: float, R_mean: float, last: Suggestion | None = None
) -> Suggestion:
    """Small changes of K and of the permeability towards order that is neither lost nor clamped.

    Parameters
    ----------
    R, X, drift, ready, R_mean : float
        R_total, cross_sync, drift (rad per step), ready and R_mean, as means over recent rows.
    last : Suggestion or None
        The one before: a change of the other sign is 0.6 times as large.

    Notes
    -----
    Locked too tightly (R > 0.9, drift < 0.004, ready > 0.8): K down, and the permeability too if X > 0.95.
    Order below 0.75: the permeability up if clusters are in order by themselves (R_mean > 0.6) but not with
    one another (X < 0.7), else K up. Only X below 0.7: the permeability up. Otherwise nothing.
    """
    sign_K, sign_pi, reason = _direction(R, X, drift, ready, R_mean)
    before = last or Suggestion(0.0, 0.0, "")
    step_K = before.step_K * (SIGN_FLIP if sign_K * before.sign_K < 0 else 1.0)
    step_pi = before.step_pi * (SIGN_FLIP if sign_pi * before.sign_pi < 0 else 1.0)
    return Suggestion(
        sign_K * step_K,
        sign_pi * step_pi,
        reason,
        step_K,
        step_pi,
        sign_K or before.sign_K,
        sign_pi or before.sign_pi,
    )


def _direction(R: float, X: float, drift: float, ready: float, R_mean: float) -> tuple[int, int, str]:
    if R > LOCKED_R and drift < LOCKED_DRIFT and ready > LOCKED_READY:
        if X > 0.95:
            return -1, -1, "The phases are locked tightly, within clusters and between them: less K and π."
        return -1, 0, "The phases are locked tightly: less K."
    if R < 0.75:
        if X < 0.7 and R_mean > 0.6:
            return 0, 1, "Clusters are in order by themselves, but not with one another: more π."
        return 1, 0, "There is little order: more K."
    if X < 0.7:
        return 0, 1, "Clusters are not in step with one another: more π."
    return 0, 0, "Order is neither lost nor clamped: nothing needs to change."


# -- as the sim stack's own project published them ----------------------------------------------------------


def classic_ready(R: float, X: float, drift: float) -> float:
    """Readiness clip(0.5 R + 0.4 X + 0.1 exp(-3 drift), 0, 1); 0 without pairs of clusters."""
    if math.isnan(X):
        return 0.0
    return min(max(0.5 * R + 0.4 * X + 0.1 * math.exp(-3.0 * drift), 0.0), 1.0)


def classic_choice_score(consent: bool, paths: int, irreversible: int = 0) -> float:
    """Score of a choice: 0 without consent, else (paths - 1) / 4 less half of irreversible / 5, 0 to 1."""
    if not consent:
        return 0.0
    return max(min(max(paths - 1, 0), 4) / 4 - 0.5 * min(irreversible, 5) / 5, 0.0)


def classic_mirror(theta: npt.ArrayLike, psi: npt.ArrayLike) -> Floats:
    """Step of phases towards their mirror: 0.02 wrap(psi - theta), rad."""
    apart = np.asarray(psi, np.float64) - np.asarray(theta, np.float64)
    found: Floats = 0.02 * (np.mod(apart + np.pi, 2.0 * np.pi) - np.pi)
    return found


def classic_return(x: float, target: float) -> float:
    """One turn of the Return Spiral: x + 0.02 (target - x)."""
    return x + 0.02 * (target - x)


def classic_gate(
    integrity: float, stamina: float, humility: float, destabilizer: float = 0.0, time_kernel: float = 1.0
) -> float:
    """Gate factor clip(integrity stamina humility (1 - 0.6 destabilizer) / time_kernel, 0, 1.5)."""
    found = integrity * stamina * humility * (1.0 - 0.6 * destabilizer) / time_kernel
    return min(max(found, 0.0), 1.5)
