"""Implicit steps of the coupled equations: Crank and Nicolson's and backward Euler's, by Newton's method.

A step solves, with means of new and old by weights t (1/2 or 1) and 1 - t,

    rho' - rho = dt mean(div(g rho grad phi)),  phi' - phi = dt alpha lap mean(I),
    I' - I = -dt gamma mean(I - rho^2).

I' and then phi' follow from rho', so Newton's method solves for rho' alone. Central differences, as in the
explicit scheme.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import splu

Floats = npt.NDArray[np.float64]

MOST_ITERATIONS = 12
CONVERGED = 1e-10
"""Largest change of rho', relative to the largest |rho'| or 1, after which a step is solved."""

SHARE = {"crank_nicolson": 0.5, "backward_euler": 1.0}


@dataclass(frozen=True)
class Solved:
    """A step: the new fields, or why there are none.

    Parameters
    ----------
    fields : tuple of arrays or None
        rho, phi, I after the step; None where Newton's method failed.
    iterations : int
        Iterations done.
    residual : float
        Largest change of rho in the last one, relative.
    """

    fields: tuple[Floats, Floats, Floats] | None
    iterations: int
    residual: float


@cache
def _operators(size: int) -> tuple[Any, Any, Any]:
    """Central differences along x and y, and the five-point Laplacian, at spacing 1, as sparse matrices."""
    ahead = sparse.csr_array((np.ones(size), (np.arange(size), (np.arange(size) + 1) % size)))
    one = sparse.eye_array(size, format="csr")
    difference = 0.5 * (ahead - ahead.T)
    second = ahead + ahead.T - 2.0 * one
    return (
        sparse.csr_array(sparse.kron(one, difference)),
        sparse.csr_array(sparse.kron(difference, one)),
        sparse.csr_array(sparse.kron(one, second) + sparse.kron(second, one)),
    )


def step(
    fields: tuple[Floats, Floats, Floats],
    scheme: str,
    *,
    dt: float,
    alpha: float,
    gamma: float,
    g: float,
    spacing: float,
) -> Solved:
    """One implicit step of rho, phi, I, each [L, L].

    Parameters
    ----------
    fields : three arrays
        State.
    scheme : str
        ``crank_nicolson`` or ``backward_euler``.
    dt, alpha, gamma, g, spacing : float
        As in the configuration.
    """
    shape = fields[0].shape
    dx, dy, lap = _operators(shape[0])
    dx, dy, lap = dx / spacing, dy / spacing, lap / spacing**2
    r0, f0, c0 = (part.ravel() for part in fields)
    t = SHARE[scheme]

    def moved(r: Floats, f: Floats) -> Floats:
        return np.asarray(g * (dx @ (r * (dx @ f)) + dy @ (r * (dy @ f))))

    def follow(r: Floats) -> tuple[Floats, Floats]:
        pull = t * r * r + (1 - t) * r0 * r0
        c = (c0 * (1 - (1 - t) * dt * gamma) + dt * gamma * pull) / (1 + t * dt * gamma)
        return f0 + dt * alpha * (lap @ (t * c + (1 - t) * c0)), c

    known = r0 + (1 - t) * dt * moved(r0, f0)
    r, residual = r0.copy(), np.inf
    identity = sparse.eye_array(r.size, format="csc")
    with np.errstate(over="ignore", invalid="ignore"):
        for iteration in range(1, MOST_ITERATIONS + 1):
            f, _ = follow(r)
            wrong = r - known - t * dt * moved(r, f)
            turn = lap @ sparse.diags_array(dt * alpha * t * 2 * t * dt * gamma * r / (1 + t * dt * gamma))
            jacobian = identity
            for d in (dx, dy):
                inner = sparse.diags_array(d @ f) + sparse.diags_array(r) @ (d @ turn)
                jacobian = jacobian - t * dt * g * (d @ inner)
            try:
                change = splu(sparse.csc_array(jacobian)).solve(wrong)
            except (RuntimeError, ValueError):  # singular, or not finite
                return Solved(None, iteration, float("inf"))
            r = r - change
            residual = float(np.abs(change).max() / max(1.0, float(np.abs(r).max())))
            if not np.isfinite(residual):
                return Solved(None, iteration, float("inf"))
            if residual <= CONVERGED:
                f, c = follow(r)
                return Solved((r.reshape(shape), f.reshape(shape), c.reshape(shape)), iteration, residual)
    return Solved(None, MOST_ITERATIONS, residual)
