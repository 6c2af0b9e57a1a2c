"""Kernels of waves that ride on a lattice, where they are not part of its own sweep, and of what they hold.

Arrays are those of `tauscope.gpu.gravity.cpu.advance`. The moving average g may lie in memory otherwise than
the waves: its row 0 is their row ``1 - down``, its column 0 their column ``PAD - across``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tauscope.gpu.jit import kernel, variant


@cache
def step(moore: bool) -> Callable[..., None]:
    """Kernel of one tick of all waves: from buffer ``old`` of P to buffer ``new``, on an edge 0, 1 or 2."""

    def step(
        P: Any,
        V: Any,
        stiff: Any,
        g: Any,
        shift_row: int,
        shift: int,
        lo: Any,
        hi: Any,
        old: int,
        new: int,
        edge: int,
        pace: Any,
    ) -> None:
        rows = lo.size
        left, back = np.uint64(1), np.uint64(shift)
        one = pace / pace
        four = one + one + one + one
        sixth = one / (four + one + one)
        for w in range(stiff.size):
            hold = stiff[w]
            for row in range(rows):
                first, end, r = lo[row], hi[row], row + 1
                above, below = r - 1, r + 1
                if edge == 2:
                    above = rows if row == 0 else above
                    below = 1 if row == rows - 1 else below
                for i in range(end - first):
                    x = np.uint64(first + i)
                    psi = P[w, old, r, x]
                    pull = (P[w, old, above, x] + P[w, old, below, x]) + (
                        P[w, old, r, x - left] + P[w, old, r, x + left]
                    )
                    if moore:
                        across = (P[w, old, above, x - left] + P[w, old, above, x + left]) + (
                            P[w, old, below, x - left] + P[w, old, below, x + left]
                        )
                        pull = sixth * (four * pull + across)
                    rate = pace * g[r - shift_row, x - back]
                    speed = V[w, r, x] + rate * (pull - hold * psi)
                    V[w, r, x] = speed
                    P[w, new, r, x] = psi + rate * speed
                if edge == 2 and first < end:
                    P[w, new, r, first - 1] = P[w, new, r, end - 1]
                    P[w, new, r, end] = P[w, new, r, first]

    compiled: Callable[..., None] = variant(step, moore)
    return compiled


@cache
def energy(moore: bool) -> Callable[..., None]:
    """Kernel that adds up twice the energy of a wave by columns.

    The energy is what leapfrog conserves exactly while g stands still::

        1/2 sum pi^2 + 1/2 sum (psi - h g pi) (m^2 - lap) psi

    where ``psi - h g pi`` is the psi of the tick before.
    """

    def energy(
        psi: Any,
        pi: Any,
        hold: Any,
        g: Any,
        shift_row: int,
        shift: int,
        lo: Any,
        hi: Any,
        edge: int,
        pace: Any,
        columns: Any,
    ) -> None:
        rows = lo.size
        left, back = np.uint64(1), np.uint64(shift)
        one = pace / pace
        four = one + one + one + one
        sixth = one / (four + one + one)
        for row in range(rows):
            first, end, r = lo[row], hi[row], row + 1
            above, below = r - 1, r + 1
            if edge == 2:
                above = rows if row == 0 else above
                below = 1 if row == rows - 1 else below
            for i in range(end - first):
                x = np.uint64(first + i)
                here, speed = psi[r, x], pi[r, x]
                pull = (psi[above, x] + psi[below, x]) + (psi[r, x - left] + psi[r, x + left])
                if moore:
                    across = (psi[above, x - left] + psi[above, x + left]) + (
                        psi[below, x - left] + psi[below, x + left]
                    )
                    pull = sixth * (four * pull + across)
                before = here - pace * g[r - shift_row, x - back] * speed
                columns[x] += np.float64(speed * speed + before * (hold * here - pull))

    compiled: Callable[..., None] = variant(energy, moore)
    return compiled


@kernel
def weigh(
    psi: Any,
    pi: Any,
    mass2: Any,
    half: Any,
    lo: Any,
    hi: Any,
    edge: int,
    every: int,
    middle: float,
    period: float,
    weight: Any,
    moment: Any,
) -> None:
    """Add up by columns where a wave is: its weight, and weight times rows from ``middle``.

    The weight, never negative, is twice the density of energy, ``pi^2 + m^2 psi^2 + |grad psi|^2``, with the
    squared differences to all four sides, halved (``half`` is 0.5). Only ``every``-th row is read: the
    density changes over a quarter of a wavelength, and an envelope is much longer. Rows farther than half of
    ``period`` from the middle count on its other side; 0 for no period.
    """
    rows = lo.size
    left = np.uint64(1)
    for row in range(0, rows, every):
        first, end, r = lo[row], hi[row], row + 1
        above, below = r - 1, r + 1
        if edge == 2:
            above = rows if row == 0 else above
            below = 1 if row == rows - 1 else below
        off = row - middle
        if period > 0.0:
            off -= period * np.floor(off / period + 0.5)
        for i in range(end - first):
            x = np.uint64(first + i)
            here, speed = psi[r, x], pi[r, x]
            up, down = here - psi[above, x], here - psi[below, x]
            west, east = here - psi[r, x - left], here - psi[r, x + left]
            slope = half * ((up * up + down * down) + (west * west + east * east))
            density = np.float64((speed * speed + mass2 * here * here) + slope)
            weight[x] += density
            moment[x] += off * density


@kernel
def trace(f: Any, place: Any, momentum: Any, mass: float, pace: float, ticks: int) -> None:
    """Carry a particle (``mass`` > 0) or a ray (0) over a patch of f, by Runge-Kutta steps of a tick.

    With the Hamiltonian ``H = c0 f sqrt(m^2 + p^2)``, c0 the wave step::

        dx/dt = c0 f p / sqrt(m^2 + p^2),    dp/dt = -c0 sqrt(m^2 + p^2) grad f

    ``f`` (rows, columns) is interpolated by Catmull-Rom splines, whose own gradient is taken, so that H is
    conserved as far as the steps are small. ``place`` (x, y) is in cells from the patch's first node, at
    least 2 cells inside it; it and ``momentum`` (px, py) are changed in place.
    """
    k = np.empty((4, 4))
    found = np.empty(3)
    weights = np.empty((2, 4))
    slopes = np.empty((2, 4))
    for _ in range(ticks):
        for stage in range(4):
            x, y, px, py = place[0], place[1], momentum[0], momentum[1]
            if stage > 0:
                part = 1.0 if stage == 3 else 0.5
                x += part * k[stage - 1, 0]
                y += part * k[stage - 1, 1]
                px += part * k[stage - 1, 2]
                py += part * k[stage - 1, 3]
            i, j = int(np.floor(x)), int(np.floor(y))
            for axis in range(2):
                t = x - i if axis == 0 else y - j
                weights[axis, 0] = 0.5 * t * (t * (2.0 - t) - 1.0)
                weights[axis, 1] = 0.5 * (t * t * (3.0 * t - 5.0) + 2.0)
                weights[axis, 2] = 0.5 * t * (t * (4.0 - 3.0 * t) + 1.0)
                weights[axis, 3] = 0.5 * t * t * (t - 1.0)
                slopes[axis, 0] = 0.5 * (t * (4.0 - 3.0 * t) - 1.0)
                slopes[axis, 1] = 0.5 * t * (9.0 * t - 10.0)
                slopes[axis, 2] = 0.5 * (t * (8.0 - 9.0 * t) + 1.0)
                slopes[axis, 3] = 0.5 * t * (3.0 * t - 2.0)
            found[:] = 0.0
            for b in range(4):
                for a in range(4):
                    value = f[j - 1 + b, i - 1 + a]
                    found[0] += value * weights[0, a] * weights[1, b]
                    found[1] += value * slopes[0, a] * weights[1, b]
                    found[2] += value * weights[0, a] * slopes[1, b]
            energy = np.sqrt(mass * mass + px * px + py * py)
            k[stage, 0] = pace * found[0] * px / energy
            k[stage, 1] = pace * found[0] * py / energy
            k[stage, 2] = -pace * energy * found[1]
            k[stage, 3] = -pace * energy * found[2]
        for axis in range(2):
            place[axis] += (k[0, axis] + 2.0 * k[1, axis] + 2.0 * k[2, axis] + k[3, axis]) / 6.0
            momentum[axis] += (
                k[0, 2 + axis] + 2.0 * k[1, 2 + axis] + 2.0 * k[2, 2 + axis] + k[3, 2 + axis]
            ) / 6.0
