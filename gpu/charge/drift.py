"""Explicit steps of the coupled equations of rho, phi and I on a torus, one sweep a step.

    rho' = div(g rho grad phi) - lam rho + D lap rho,  phi' = alpha lap I + nu lap phi - beta rho,
    I' = -gamma (I - rho^2)

Arrays are [ny, nx] float64. rho and phi take the old values, I the new rho, as the experiment has it. Source:
charge-and-gauge.md, "charge: the PDE, settled".
"""

from __future__ import annotations

from typing import Any

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
    old: Any, new: Any, held: Any, rows: Any, columns: Any, scheme: Any, rates: Any, relaxes: Any, limit: Any
) -> Any:
    """One site, by rows and columns of itself and its neighbours up to two away; 1 where rho ran away."""
    rho, phi, intent = old
    yss, ys, y, yn, ynn = rows
    xww, xw, x, xe, xee = columns
    dt, g, alpha, nu, D, lam, beta, gamma = rates
    r, f, c = rho[y, x], phi[y, x], intent[y, x]
    re, rw, rn, rs = rho[y, xe], rho[y, xw], rho[yn, x], rho[ys, x]
    fe, fw, fn, fs = phi[y, xe], phi[y, xw], phi[yn, x], phi[ys, x]
    if scheme == CENTRAL:
        moved = (central(re, phi[y, xee], f) + central(rw, phi[y, xww], f)) + (
            central(rn, phi[ynn, x], f) + central(rs, phi[yss, x], f)
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
    after = r if held[y, x] != 0 else after
    bend = ((intent[y, xe] + intent[y, xw]) + (intent[yn, x] + intent[ys, x])) - 4.0 * c
    curve = ((fe + fw) + (fn + fs)) - 4.0 * f
    new[0][y, x] = after
    new[1][y, x] = f + dt * ((alpha * bend + nu * curve) - beta * r)
    new[2][y, x] = c + dt * (gamma * (after * after - c)) if relaxes else c
    return 0 if abs(after) <= limit else 1


@piece
def sweep(old: Any, new: Any, held: Any, scheme: Any, rates: Any, relaxes: Any, limit: Any) -> Any:
    """One step of every site; how many of them ran away."""
    ny, nx = old[0].shape
    bad = 0
    for y in range(ny):
        rows = (y + ny - 2) % ny, (y + ny - 1) % ny, y, (y + 1) % ny, (y + 2) % ny
        for x in range(2, nx - 2):
            columns = x - 2, x - 1, x, x + 1, x + 2
            bad += sweep_cell(old, new, held, rows, columns, scheme, rates, relaxes, limit)
        for k in range(4):
            x = (nx - 2 + k) % nx
            columns = (x + nx - 2) % nx, (x + nx - 1) % nx, x, (x + 1) % nx, (x + 2) % nx
            bad += sweep_cell(old, new, held, rows, columns, scheme, rates, relaxes, limit)
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
