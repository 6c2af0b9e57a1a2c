"""What a step does to one brick once its Laplacian is known: force, drive, sums, kick and drift.

The fused leapfrog of ufie.md, section C, with e = 1 - d2 = 1 - exp(-gamma dt) in place of d2, because e keeps
its digits in single precision: u = d2 u + g2 (F + E) is u - e u + (dt - dt/2 e) (F + E), psi = psi + dt u.
The material of a brick stands in ``medium``, e and then w/sqrt|g|, and in ``mu``. Rows of scratch are handed
over one by one: of rows of one array the compiler could not know that they do not overlap.
"""

from __future__ import annotations

import math
from typing import Any

from tauscope.gpu.jit import piece

STEP, LOOK, VELOCITY, START, FORCE, LITERAL = 0, 1, 2, 3, 4, 5
"""What to do with a brick: a step; sums alone; the velocity of now into ``out``; ``u`` from a velocity of now
in ``u``; F into ``out``; the step of the document's section 4.6."""

BLIND, BOOKS, ALL = 0, 1, 2
"""Which of the oracle's sums a step makes: none; works and losses, which go into books at every step; all."""


@piece
def plain(psi: Any, out: Any, u: Any, b: Any, B: Any, e: Any, rate: Any, numbers: Any, lap: Any) -> None:
    """Step of a brick of uniform material with the literal cubic and no drive, in one pass.

    It gives the same bits as `forced` and `kicked`.
    """
    dt, half, beta, mass = numbers[0], numbers[1], numbers[2], numbers[3]
    gain = dt - half * e
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
def booked(
    psi: Any,
    out: Any,
    u: Any,
    b: Any,
    B: Any,
    e: Any,
    rate: Any,
    mu: Any,
    numbers: Any,
    lap: Any,
    lost_before: Any,
    lost_after: Any,
) -> None:
    """`plain`, with the losses of `summed` on the way; where nothing drives there is no work."""
    dt, half, beta, mass, a_half = numbers[0], numbers[1], numbers[2], numbers[3], numbers[7]
    gain, heavy = dt - half * e, a_half * mu
    for j in range(B):
        k = j + B
        pr, pi = psi[b, j], psi[b, k]
        s = beta * (pr * pr + pi * pi) - mass
        fr, fi = rate * lap[j] + s * pr, rate * lap[k] + s * pi
        wr, wi = u[b, j], u[b, k]
        vr, vi = wr + half * fr, wi + half * fi
        lost = (heavy * (vr * vr + vi * vi)) * e
        lost_before[j] = -lost
        lost_after[j] = lost * e - lost
        ur, ui = (wr - e * wr) + gain * fr, (wi - e * wi) + gain * fi
        u[b, j] = ur
        u[b, k] = ui
        out[b, j] = pr + dt * ur
        out[b, k] = pi + dt * ui


@piece
def paid(
    psi: Any,
    out: Any,
    u: Any,
    b: Any,
    B: Any,
    e: Any,
    rate: Any,
    mu: Any,
    numbers: Any,
    lap: Any,
    field: Any,
    before: Any,
    after: Any,
    lost_before: Any,
    lost_after: Any,
) -> None:
    """Driven step of a brick of uniform material with the literal cubic, works and losses too, in one pass.

    It gives the same bits as `forced`, `accounted` and `kicked`.
    """
    dt, half, beta, mass = numbers[0], numbers[1], numbers[2], numbers[3]
    one, a_half = numbers[6], numbers[7]
    gain, heavy, kept = dt - half * e, a_half * mu, one - e
    for j in range(B):
        k = j + B
        pr, pi, Er, Ei = psi[b, j], psi[b, k], field[j], field[k]
        s = beta * (pr * pr + pi * pi) - mass
        fr, fi = rate * lap[j] + s * pr, rate * lap[k] + s * pi
        wr, wi, hr, hi = u[b, j], u[b, k], half * Er, half * Ei
        vr, vi = (wr + half * fr) + hr, (wi + half * fi) + hi
        lost = (heavy * (vr * vr + vi * vi)) * e
        before[j] = mu * (hr * (vr - a_half * hr) + hi * (vi - a_half * hi))
        after[j] = mu * (hr * (kept * vr + a_half * hr) + hi * (kept * vi + a_half * hi))
        lost_before[j] = -lost
        lost_after[j] = lost * e - lost
        ur, ui = (wr - e * wr) + gain * (fr + Er), (wi - e * wi) + gain * (fi + Ei)
        u[b, j] = ur
        u[b, k] = ui
        out[b, j] = pr + dt * ur
        out[b, k] = pi + dt * ui


@piece
def material(loss: Any, rate: Any, weight: Any, b: Any, B: Any, medium: Any, mu: Any) -> None:
    """Material of a brick into scratch, from arrays that are all (bricks, 1) or all (bricks, B)."""
    if loss.shape[1] == 1:
        e, speed, heavy = loss[b, 0], rate[b, 0], weight[b, 0]
        for j in range(B):
            medium[j] = e
            medium[j + B] = speed
            mu[j] = heavy
    else:
        for j in range(B):
            medium[j] = loss[b, j]
            medium[j + B] = rate[b, j]
            mu[j] = weight[b, j]


@piece
def forced(psi: Any, b: Any, B: Any, numbers: Any, medium: Any, force: Any) -> None:
    """F from the Laplacian, both in ``force``; the cubic is divided by 1 + |psi|^2 / A_s^2."""
    beta, mass, ease, one = numbers[2], numbers[3], numbers[4], numbers[6]
    for j in range(B):
        k = j + B
        pr, pi = psi[b, j], psi[b, k]
        square = pr * pr + pi * pi
        s = (beta * square) / (one + ease * square) - mass
        force[j] = medium[k] * force[j] + s * pr
        force[k] = medium[k] * force[k] + s * pi


@piece
def driven(
    B: Any, first: Any, end: Any, who: Any, row: Any, factor: Any, table: Any, drive: Any, field: Any
) -> None:
    """E of a brick into ``field``: the sum over its entries of D_who factor table[row], and the constant.

    ``drive`` has the values of the emitters and, last, what is the same at every site, (2, emitters + 1).
    """
    last = drive.shape[1] - 1
    for j in range(B):
        field[j] = drive[0, last]
        field[j + B] = drive[1, last]
    for n in range(first, end - (end - first) % 2, 2):  # in pairs: half as much to load and store
        x, y = factor[n] * drive[0, who[n]], factor[n] * drive[1, who[n]]
        v, w = factor[n + 1] * drive[0, who[n + 1]], factor[n + 1] * drive[1, who[n + 1]]
        r, q = row[n], row[n + 1]
        for j in range(B):
            field[j] = (field[j] + x * table[r, j]) + v * table[q, j]
            field[j + B] = (field[j + B] + y * table[r, j]) + w * table[q, j]
    if (end - first) % 2:
        n = end - 1
        x, y = factor[n] * drive[0, who[n]], factor[n] * drive[1, who[n]]
        r = row[n]
        for j in range(B):
            field[j] += x * table[r, j]
            field[j + B] += y * table[r, j]


@piece
def summed(
    psi: Any,
    u: Any,
    b: Any,
    B: Any,
    numbers: Any,
    medium: Any,
    mus: Any,
    force: Any,
    field: Any,
    kinetic: Any,
    gradient: Any,
    squares: Any,
    fourths: Any,
    forces: Any,
    before: Any,
    after: Any,
    lost_before: Any,
    lost_after: Any,
) -> None:
    """What each place of a brick gives to the oracle's nine sums, (B,) each, in the number type of the field.

    With v3 = u + dt/2 (F + E) the velocity after both kicks of half a step, before damping:
    |v|^2 = (1 - e) |v3|^2 and, after the damping that follows, v1 = (1 - e) v3.
    """
    half, beta, mass, ease = numbers[1], numbers[2], numbers[3], numbers[4]
    one, a_half = numbers[6], numbers[7]
    for j in range(B):
        k = j + B
        pr, pi, fr, fi = psi[b, j], psi[b, k], force[j], force[k]
        hr, hi = half * field[j], half * field[k]
        vr, vi = (u[b, j] + half * fr) + hr, (u[b, k] + half * fi) + hi
        e, mu = medium[j], mus[j]
        kept = one - e
        energy = (a_half * mu) * (vr * vr + vi * vi)
        lost = energy * e
        square = pr * pr + pi * pi
        s = (beta * square) / (one + ease * square) - mass
        near = mu * square
        kinetic[j] = energy - lost
        gradient[j] = mu * ((s * square) - (pr * fr + pi * fi))
        squares[j] = near
        fourths[j] = near * square
        forces[j] = mu * (fr * fr + fi * fi)
        before[j] = mu * (hr * (vr - a_half * hr) + hi * (vi - a_half * hi))
        after[j] = mu * (hr * (kept * vr + a_half * hr) + hi * (kept * vi + a_half * hi))
        lost_before[j] = -lost
        lost_after[j] = lost * e - lost


@piece
def accounted(
    u: Any,
    b: Any,
    B: Any,
    numbers: Any,
    medium: Any,
    mus: Any,
    force: Any,
    field: Any,
    before: Any,
    after: Any,
    lost_before: Any,
    lost_after: Any,
) -> None:
    """Works and losses of `summed` alone, the same bits."""
    half, one, a_half = numbers[1], numbers[6], numbers[7]
    for j in range(B):
        k = j + B
        hr, hi = half * field[j], half * field[k]
        vr, vi = (u[b, j] + half * force[j]) + hr, (u[b, k] + half * force[k]) + hi
        e, mu = medium[j], mus[j]
        kept = one - e
        lost = ((a_half * mu) * (vr * vr + vi * vi)) * e
        before[j] = mu * (hr * (vr - a_half * hr) + hi * (vi - a_half * hi))
        after[j] = mu * (hr * (kept * vr + a_half * hr) + hi * (kept * vi + a_half * hi))
        lost_before[j] = -lost
        lost_after[j] = lost * e - lost


@piece
def widened(terms: Any, totals: Any) -> None:
    """Add terms in the number type of the field to totals in double precision."""
    for j in range(terms.size):
        totals[j] += terms[j]


@piece
def saturated(psi: Any, b: Any, B: Any, numbers: Any, mu: Any, fourths: Any) -> None:
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
        fourths[j] += mu[j] * (value - square * square)


@piece
def kicked(
    psi: Any, out: Any, u: Any, b: Any, B: Any, numbers: Any, medium: Any, force: Any, field: Any
) -> None:
    """Kick and drift with F in ``force`` and E in ``field``."""
    dt, half = numbers[0], numbers[1]
    for j in range(B):
        k = j + B
        e = medium[j]
        gain = dt - half * e
        ur = (u[b, j] - e * u[b, j]) + gain * (force[j] + field[j])
        ui = (u[b, k] - e * u[b, k]) + gain * (force[k] + field[k])
        u[b, j] = ur
        u[b, k] = ui
        out[b, j] = psi[b, j] + dt * ur
        out[b, k] = psi[b, k] + dt * ui


@piece
def turned(
    out: Any, u: Any, b: Any, B: Any, mode: Any, numbers: Any, medium: Any, force: Any, field: Any
) -> None:
    """`VELOCITY`, `START` or `FORCE`, with F in ``force`` and E in ``field``."""
    half = numbers[1]
    for j in range(B + B):
        if mode == FORCE:
            out[b, j] = force[j]
        else:
            damped = math.sqrt(numbers[6] - medium[j % B])
            if mode == VELOCITY:
                out[b, j] = damped * (u[b, j] + half * (force[j] + field[j]))
            else:
                u[b, j] = u[b, j] / damped - half * (force[j] + field[j])


@piece
def literal(
    psi: Any, out: Any, u: Any, b: Any, B: Any, numbers: Any, medium: Any, lap: Any, field: Any
) -> None:
    """The document's kernel: damping, kick, drift, kick with the Laplacian of the old psi, damping.

    ``lap`` holds that Laplacian, ``u`` the velocity of now. Source: section 4.6 of the document.
    """
    dt, half, beta, mass, ease, one = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[6]
    for j in range(B):
        k = j + B
        damped = math.sqrt(one - medium[j])
        pr, pi = psi[b, j], psi[b, k]
        lr, li = medium[k] * lap[j] + field[j], medium[k] * lap[k] + field[k]
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
