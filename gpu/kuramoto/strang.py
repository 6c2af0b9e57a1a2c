"""Strang's splitting: half a turn, the exact Moebius map of a constant H, half a turn.

Under z' = (H - conj(H) z^2) / 2 with H constant for a time h, a phasor goes to conj(z) w^2 / |w|^2, with
w = z + tanh(|H| h / 2) H / |H|. H is taken at mid-step, to which the means are extrapolated by
dZ/dt = (H - conj(H) <z^2>) / 2. Source: kuramoto.md, "Integrator".

Oscillators are turned half a step ahead as they are written, so that a step reads each of them once:

s : pair of float64 arrays (N,)
    Phasors half a turn ahead, y = r z.
Y, Y2 : float64 array (C, 2)
    Means of y and y^2.
x2 : pair of float64 arrays (LANES,)
    More scratch of sums; all else as in `tauscope.gpu.kuramoto.lawson`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.intrinsics import fma
from tauscope.gpu.jit import piece
from tauscope.gpu.kuramoto.stages import turned
from tauscope.gpu.kuramoto.sums import LANES, cleared, mean


@piece
def ahead(z: Any, r: Any, s: Any, offsets: Any, Y: Any, Y2: Any, x: Any, x2: Any) -> None:
    """Turn all phasors half a step ahead; those of frozen clusters, where r is 1, are only copied."""
    zr, zi = z
    rr, ri = r
    sr, si = s
    xr, xi = x
    x2r, x2i = x2
    lanes = np.uint64(LANES)
    for c in range(offsets.size - 1):
        size, end = offsets[c + 1] - offsets[c], np.uint64(offsets[c + 1])
        cleared(xr, xi, size)
        cleared(x2r, x2i, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                i = b + j
                tr, ti = turned(rr[i], ri[i], zr[i], zi[i])
                sr[i], si[i] = tr, ti
                xr[j] += tr
                xi[j] += ti
                x2r[j] += fma(tr, tr, -(ti * ti))
                x2i[j] += 2.0 * (tr * ti)
        mean(Y, c, xr, xi, size)
        mean(Y2, c, x2r, x2i, size)


@piece
def middle(Y: Any, Y2: Any, A: Any, frozen: Any, Z: Any) -> None:
    """Order parameters half way through the map, of h H / 4 at its start, a pair of arrays (C,)."""
    for c in range(frozen.size):
        x, y = A[0][c], A[1][c]
        if frozen[c]:
            x, y = 0.0, 0.0
        Z[c, 0] = Y[c, 0] + (x - fma(x, Y2[c, 0], y * Y2[c, 1]))
        Z[c, 1] = Y[c, 1] + (y - fma(x, Y2[c, 1], -(y * Y2[c, 0])))


@piece
def pole(A: Any) -> None:
    """Turn h H / 4 into u = tanh(|H| h / 2) H / |H|, in place, a pair of arrays (C,)."""
    for c in range(A[0].size):
        strength = np.hypot(A[0][c], A[1][c])
        # tanh(2 x) / x tends to 2 as x goes to 0.
        factor = np.tanh(2.0 * strength) / strength if strength > 1e-150 else 2.0
        A[0][c] *= factor
        A[1][c] *= factor


@piece
def step(z: Any, r: Any, s: Any, u: Any, clusters: Any, keep: bool, Y: Any, Y2: Any, x: Any, x2: Any) -> None:
    """One step from y to y of all clusters that move, u a pair of arrays (C,); z is written if it is kept."""
    zr, zi = z
    rr, ri = r
    sr, si = s
    offsets, frozen = clusters
    xr, xi = x
    x2r, x2i = x2
    lanes = np.uint64(LANES)
    for c in range(frozen.size):
        if frozen[c]:
            continue
        size, end = offsets[c + 1] - offsets[c], np.uint64(offsets[c + 1])
        ur, ui = u[0][c], u[1][c]
        cleared(xr, xi, size)
        cleared(x2r, x2i, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            count = min(lanes, end - b)
            if keep:
                for j in range(np.uint64(0), count):
                    i = b + j
                    zr[i], zi[i] = mapped(sr[i], si[i], rr[i], ri[i], ur, ui)
            for j in range(np.uint64(0), count):
                i = b + j
                tr, ti = mapped(sr[i], si[i], rr[i], ri[i], ur, ui)
                tr, ti = turned(rr[i], ri[i], tr, ti)
                sr[i], si[i] = tr, ti
                xr[j] += tr
                xi[j] += ti
                x2r[j] += fma(tr, tr, -(ti * ti))
                x2i[j] += 2.0 * (tr * ti)
        mean(Y, c, xr, xi, size)
        mean(Y2, c, x2r, x2i, size)


@piece
def mapped(sr: Any, si: Any, p: Any, q: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """Phasor after the map and half a turn, of y = sr + i si, r = p + i q and u, its length mended."""
    wr, wi = sr + x, si + y
    vr, vi = fma(wr, wr, -(wi * wi)), 2.0 * (wr * wi)
    # conj(s) w^2 / |w|^2: rounding alone moves its length off 1, and one Newton step brings it back.
    mend = fma(fma(sr, sr, si * si), -0.5, 1.5) / fma(wr, wr, wi * wi)
    tr, ti = turned(sr * mend, -(si * mend), vr, vi)
    return turned(p, q, tr, ti)
