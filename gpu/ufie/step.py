"""What a step does to one brick once ``work[0]`` holds the Laplacian: force, drive, sums, kick and drift.

The fused leapfrog of ufie.md, section C, with e = 1 - d2 = 1 - exp(-gamma dt) in place of d2, because e keeps
its digits in single precision: u = d2 u + g2 (F + E) is u - e u + (dt - dt/2 e) (F + E), psi = psi + dt u.
The material of a brick stands in rows of ``work``: e | w/sqrt|g| in row 2 and mu in row 3; E in row 4.
"""

from __future__ import annotations

import math
from typing import Any

from tauscope.gpu.jit import piece

STEP, LOOK, VELOCITY, START, FORCE, LITERAL = 0, 1, 2, 3, 4, 5
"""What to do with a brick: a step; sums alone; the velocity of now into ``out``; ``u`` from a velocity of now
in ``u``; F into ``out``; the step of the document's section 4.6."""


@piece
def plain(psi: Any, out: Any, u: Any, b: Any, B: Any, e: Any, rate: Any, numbers: Any, work: Any) -> None:
    """Step of a brick of uniform material with the literal cubic and no drive, in one pass.

    It gives the same bits as `forced` and `kicked`.
    """
    dt, half, beta, mass = numbers[0], numbers[1], numbers[2], numbers[3]
    gain = dt - half * e
    lap = work[0]
    for j in range(B):
        k = j + B
        pr, pi = psi[b, j], psi[b, k]
        s = beta * (pr * pr + pi * pi) - mass
        fr, fi = rate * lap[j] + s * pr, rate * lap[k] + s * pi
        ur = (u[b, j] - e * u[b, j]) + gain * fr
        ui = (u[b, k] - e * u[b, k]) + gain * fi
        u[b, j] = ur
        u[b, k] = ui
        out[b, j] = pr + dt * ur
        out[b, k] = pi + dt * ui


@piece
def material(loss: Any, rate: Any, weight: Any, b: Any, B: Any, work: Any) -> None:
    """Material of a brick into ``work``, from arrays that are all (bricks, 1) or all (bricks, B)."""
    uniform = loss.shape[1] == 1
    for j in range(B):
        n = B - B if uniform else j
        work[2, j] = loss[b, n]
        work[2, j + B] = rate[b, n]
        work[3, j] = weight[b, n]


@piece
def forced(psi: Any, b: Any, B: Any, numbers: Any, work: Any) -> None:
    """F from the Laplacian, both in ``work[0]``; the cubic is divided by 1 + |psi|^2 / A_s^2."""
    beta, mass, ease, one = numbers[2], numbers[3], numbers[4], numbers[6]
    for j in range(B):
        k = j + B
        pr, pi = psi[b, j], psi[b, k]
        square = pr * pr + pi * pi
        s = (beta * square) / (one + ease * square) - mass
        work[0, j] = work[2, k] * work[0, j] + s * pr
        work[0, k] = work[2, k] * work[0, k] + s * pi


@piece
def driven(
    B: Any, first: Any, end: Any, who: Any, row: Any, factor: Any, table: Any, drive: Any, work: Any
) -> None:
    """E of a brick into ``work[4]``: the sum over its entries of D_who factor table[row], and the constant.

    ``drive`` has the values of the emitters and, last, what is the same at every site, (2, emitters + 1).
    """
    field = work[4]
    last = drive.shape[1] - 1
    for j in range(B):
        field[j] = drive[0, last]
        field[j + B] = drive[1, last]
    for n in range(first, end):
        x, y = factor[n] * drive[0, who[n]], factor[n] * drive[1, who[n]]
        r = row[n]
        for j in range(B):
            field[j] += x * table[r, j]
            field[j + B] += y * table[r, j]


@piece
def summed(psi: Any, u: Any, b: Any, B: Any, numbers: Any, work: Any, lanes: Any) -> None:
    """Add what a brick gives to the oracle's sums to ``lanes``, float64 (9, B): one lane a place.

    With v3 = u + dt/2 (F + E) the velocity after both kicks of half a step, before damping:
    |v|^2 = (1 - e) |v3|^2 and, after the damping that follows, v1 = (1 - e) v3.
    """
    half, beta, mass, ease = numbers[1], numbers[2], numbers[3], numbers[4]
    one, a_half = numbers[6], numbers[7]
    for j in range(B):
        k = j + B
        pr, pi, fr, fi = psi[b, j], psi[b, k], work[0, j], work[0, k]
        er, ei, e, mu = work[4, j], work[4, k], work[2, j], work[3, j]
        hr, hi = half * er, half * ei
        vr, vi = (u[b, j] + half * fr) + hr, (u[b, k] + half * fi) + hi
        kept = one - e
        energy = (a_half * mu) * (vr * vr + vi * vi)
        lost = energy * e
        square = pr * pr + pi * pi
        s = (beta * square) / (one + ease * square) - mass
        near = mu * square
        lanes[0, j] += energy - lost
        lanes[1, j] += mu * ((s * square) - (pr * fr + pi * fi))
        lanes[2, j] += near
        lanes[3, j] += near * square
        lanes[4, j] += mu * (fr * fr + fi * fi)
        lanes[5, j] += mu * (hr * (vr - a_half * hr) + hi * (vi - a_half * hi))
        lanes[6, j] += mu * (hr * (kept * vr + a_half * hr) + hi * (kept * vi + a_half * hi))
        lanes[7, j] -= lost
        lanes[8, j] -= lost - lost * e


@piece
def saturated(psi: Any, b: Any, B: Any, numbers: Any, work: Any, lanes: Any) -> None:
    """Replace |psi|^4 of `summed` by 2 A_s^2 (|psi|^2 - A_s^2 log(1 + |psi|^2 / A_s^2)), if saturated.

    Where |psi|^2 is small beside A_s^2 the series of the logarithm keeps the digits.
    """
    ease, one = numbers[4], numbers[6]
    two = one + one
    for j in range(B):
        k = j + B
        square = psi[b, j] * psi[b, j] + psi[b, k] * psi[b, k]
        x = ease * square
        if x < numbers[8]:
            value = square * square * (one - x * (numbers[9] - x * numbers[7]))
        else:
            value = two / ease * (square - math.log1p(x) / ease)
        lanes[3, j] += work[3, j] * (value - square * square)


@piece
def kicked(psi: Any, out: Any, u: Any, b: Any, B: Any, numbers: Any, work: Any) -> None:
    """Kick and drift with F + E in ``work[0]``."""
    dt, half = numbers[0], numbers[1]
    for j in range(B):
        k = j + B
        e = work[2, j]
        gain = dt - half * e
        ur = (u[b, j] - e * u[b, j]) + gain * work[0, j]
        ui = (u[b, k] - e * u[b, k]) + gain * work[0, k]
        u[b, j] = ur
        u[b, k] = ui
        out[b, j] = psi[b, j] + dt * ur
        out[b, k] = psi[b, k] + dt * ui


@piece
def turned(out: Any, u: Any, b: Any, B: Any, mode: Any, numbers: Any, work: Any) -> None:
    """`VELOCITY`, `START` or `FORCE`, with F + E in ``work[0]``."""
    half = numbers[1]
    for j in range(B + B):
        if mode == FORCE:
            out[b, j] = work[0, j]
        else:
            damped = math.sqrt(numbers[6] - work[2, j % B])
            if mode == VELOCITY:
                out[b, j] = damped * (u[b, j] + half * work[0, j])
            else:
                u[b, j] = u[b, j] / damped - half * work[0, j]


@piece
def literal(psi: Any, out: Any, u: Any, b: Any, B: Any, numbers: Any, work: Any) -> None:
    """The document's kernel: damping, kick, drift, kick with the Laplacian of the old psi, damping.

    ``work[0]`` holds that Laplacian, ``u`` the velocity of now. Source: section 4.6 of the document.
    """
    dt, half, beta, mass, ease, one = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[6]
    for j in range(B):
        k = j + B
        damped = math.sqrt(one - work[2, j])
        pr, pi = psi[b, j], psi[b, k]
        lr, li = work[2, k] * work[0, j] + work[4, j], work[2, k] * work[0, k] + work[4, k]
        square = pr * pr + pi * pi
        s = (beta * square) / (one + ease * square) - mass
        vr = damped * u[b, j] + half * (lr + s * pr)
        vi = damped * u[b, k] + half * (li + s * pi)
        pr += dt * vr
        pi += dt * vi
        square = pr * pr + pi * pi
        s = (beta * square) / (one + ease * square) - mass
        u[b, j] = damped * (vr + half * (lr + s * pr))
        u[b, k] = damped * (vi + half * (li + s * pi))
        out[b, j] = pr
        out[b, k] = pi
