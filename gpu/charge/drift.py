"""Explicit steps of the coupled equations of rho, phi and I on a torus, one sweep a step.

    rho' = div(g rho grad phi) - lam rho + D lap rho,  phi' = alpha lap I + nu lap phi - beta rho,
    I' = -gamma (I - rho^2)

Arrays are [ny, nx] float64. rho and phi take the old values, I the new rho, as the experiment has it. Source:
charge-and-gauge.md, "charge: the PDE, settled".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.jit import kernel, piece

CENTRAL, COMPACT, UPWIND = 0, 1, 2
"""Schemes of the current: central differences, means on faces, the cell that is left."""


@piece
def central(near: Any, far: Any, here: Any) -> Any:
    """Share of one neighbour in div(rho grad phi), with its own neighbour's phi beyond it."""
    return near * (far - here)


@piece
def compact(rho: Any, near: Any, rise: Any) -> Any:
    """Share of one face, whose rho is the mean of both cells."""
    return 0.5 * (rho + near) * rise


@piece
def upwind(rho: Any, near: Any, rise: Any) -> Any:
    """Share of one face, whose rho is that of the cell that the current leaves."""
    return (rho if rise < 0.0 else near) * rise


@piece
def sweep_cell(
    old: Any, new: Any, held: Any, columns: Any, scheme: Any, rates: Any, relaxes: Any, limit: Any
) -> Any:
    """One site of a row, by the columns of itself and its neighbours up to two away; 1 where rho ran away."""
    (rho_s, rho, rho_n), (phi_ss, phi_s, phi, phi_n, phi_nn), (intent_s, intent, intent_n) = old
    xww, xw, x, xe, xee = columns
    dt, g, alpha, nu, D, lam, beta, gamma = rates
    r, f, c = rho[x], phi[x], intent[x]
    re, rw, rn, rs = rho[xe], rho[xw], rho_n[x], rho_s[x]
    fe, fw, fn, fs = phi[xe], phi[xw], phi_n[x], phi_s[x]
    if scheme == CENTRAL:
        moved = (central(re, phi[xee], f) + central(rw, phi[xww], f)) + (
            central(rn, phi_nn[x], f) + central(rs, phi_ss[x], f)
        )
    elif scheme == COMPACT:
        moved = (compact(r, re, fe - f) + compact(r, rw, fw - f)) + (
            compact(r, rn, fn - f) + compact(r, rs, fs - f)
        )
    else:
        moved = (upwind(r, re, fe - f) + upwind(r, rw, fw - f)) + (
            upwind(r, rn, fn - f) + upwind(r, rs, fs - f)
        )
    spread = ((re + rw) + (rn + rs)) - 4.0 * r
    after = r + dt * ((g * moved - lam * r) + D * spread)
    after = r if held[x] != 0 else after
    bend = ((intent[xe] + intent[xw]) + (intent_n[x] + intent_s[x])) - 4.0 * c
    curve = ((fe + fw) + (fn + fs)) - 4.0 * f
    new[0][x] = after
    new[1][x] = f + dt * ((alpha * bend + nu * curve) - beta * r)
    new[2][x] = c + dt * (gamma * (after * after - c)) if relaxes else c
    return 0 if abs(after) <= limit else 1


@piece
def sweep(old: Any, new: Any, held: Any, scheme: Any, rates: Any, relaxes: Any, limit: Any) -> Any:
    """One step of every site; how many of them ran away."""
    rho, phi, intent = old
    ny, nx = rho.shape
    two, end = np.uint64(2), np.uint64(nx) - np.uint64(2)
    one = np.uint64(1)
    bad = 0
    for y in range(ny):
        yss, ys, yn, ynn = (y + ny - 2) % ny, (y + ny - 1) % ny, (y + 1) % ny, (y + 2) % ny
        phases = phi[yss], phi[ys], phi[y], phi[yn], phi[ynn]
        rows = (rho[ys], rho[y], rho[yn]), phases, (intent[ys], intent[y], intent[yn])
        out = new[0][y], new[1][y], new[2][y]
        here = held[y]
        for x in range(two, end):
            columns: Any = (x - two, x - one, x, x + one, x + two)
            bad += sweep_cell(rows, out, here, columns, scheme, rates, relaxes, limit)
        for k in range(4):
            at = (nx - 2 + k) % nx
            columns = (
                np.uint64((at + nx - 2) % nx),
                np.uint64((at + nx - 1) % nx),
                np.uint64(at),
                np.uint64((at + 1) % nx),
                np.uint64((at + 2) % nx),
            )
            bad += sweep_cell(rows, out, here, columns, scheme, rates, relaxes, limit)
    return bad


@kernel
def advance(
    rho: Any,
    phi: Any,
    intent: Any,
    rho2: Any,
    phi2: Any,
    intent2: Any,
    held: Any,
    steps: Any,
    scheme: Any,
    rates: Any,
    relaxes: Any,
    limit: Any,
) -> Any:
    """Steps to and fro between two sets of arrays; how many were good.

    The step that takes |rho| of a site beyond ``limit``, or off the numbers, is not one of them: the set it
    began with stays. After an odd number of good steps the second set holds the state, else the first.

    Parameters
    ----------
    rho, phi, intent, rho2, phi2, intent2 : float64 [ny, nx]
        Present and other set.
    held : uint8 [ny, nx]
        Cells whose rho stands still.
    steps, scheme : int
        Most steps, and one of `CENTRAL`, `COMPACT`, `UPWIND`.
    rates : tuple of eight float
        dt, g, alpha, nu, D, lam, beta, gamma, the derivatives' spacing divided out.
    relaxes : bool
        Whether I moves at all.
    limit : float
        Largest |rho|.
    """
    old, new = (rho, phi, intent), (rho2, phi2, intent2)
    for step in range(steps):
        if scheme == CENTRAL:
            bad = sweep(old, new, held, CENTRAL, rates, relaxes, limit)
        elif scheme == COMPACT:
            bad = sweep(old, new, held, COMPACT, rates, relaxes, limit)
        else:
            bad = sweep(old, new, held, UPWIND, rates, relaxes, limit)
        if bad > 0:
            return step
        old, new = new, old
    return steps
