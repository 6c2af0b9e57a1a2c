"""Lawson's Runge-Kutta of order 4 for clusters of many oscillators: four passes a step, one for each stage.

A pass reads H of its stage, finds every oscillator's next stage and sums it to the next order parameters.
`sweep` keeps the stages in scratch arrays, and y = r z in place of z. Beyond the caches it is quicker to find
them again, so `sweep_again` keeps only s3; its numbers are the same bit for bit. The four passes of each
stand in one function, because what surrounds them takes the compiler longer than they do.

Parameters are named alike everywhere:

z, r, s, g : pairs of float64 arrays (N,)
    Real and imaginary parts of the phasors, of the half-step rotations, of the newest stage, and of what the
    last stage needs of the earlier ones.
stage : int
    1 to 4: which stage's H is known.
A : pair of float64 arrays (C,), or for `sweep_again` an array (4, 2, C)
    h H / 4 of the stage, or of all stages up to it, real and imaginary parts.
clusters : tuple of offsets, frozen
    First oscillator of each cluster and the end, int64 (C + 1,); clusters that are left alone, bool (C,).
Z : float64 array (C, 2)
    Order parameters of the stage found.
x : pair of float64 arrays (LANES,)
    Scratch of sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.jit import piece
from tauscope.gpu.kuramoto.stages import fourth, gathered, pushed, second, stepped, turned
from tauscope.gpu.kuramoto.sums import LANES, cleared, mean


@piece
def sweep(stage: Any, z: Any, r: Any, s: Any, g: Any, A: Any, clusters: Any, Z: Any, x: Any) -> None:
    """Second stages to s, third and fourth in their place, or phasors after the step to z."""
    zr, zi = z
    rr, ri = r
    sr, si = s
    gr, gi = g
    offsets, frozen = clusters
    xr, xi = x
    lanes = np.uint64(LANES)
    for c in range(frozen.size):
        if frozen[c]:
            continue
        size, end = offsets[c + 1] - offsets[c], np.uint64(offsets[c + 1])
        ar, ai = A[0][c], A[1][c]
        cleared(xr, xi, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            count = min(lanes, end - b)
            if stage == 1:
                for j in range(count):
                    i = b + j
                    yr, yi, tr, ti = second(zr[i], zi[i], rr[i], ri[i], ar, ai)
                    zr[i], zi[i] = yr, yi
                    sr[i], si[i] = tr, ti
                    xr[j] += tr
                    xi[j] += ti
            elif stage == 2:
                for j in range(count):
                    i = b + j
                    tr, ti = pushed(zr[i], zi[i], sr[i], si[i], ar, ai)
                    gr[i], gi[i] = gathered(zr[i], zi[i], sr[i], si[i], tr, ti)
                    sr[i], si[i] = tr, ti
                    xr[j] += tr
                    xi[j] += ti
            elif stage == 3:
                for j in range(count):
                    i = b + j
                    tr, ti = fourth(zr[i], zi[i], sr[i], si[i], rr[i], ri[i], ar, ai)
                    sr[i], si[i] = tr, ti
                    xr[j] += tr
                    xi[j] += ti
            else:
                for j in range(count):
                    i = b + j
                    tr, ti = stepped(gr[i], gi[i], sr[i], si[i], rr[i], ri[i], ar, ai)
                    zr[i], zi[i] = tr, ti
                    xr[j] += tr
                    xi[j] += ti
        mean(Z, c, xr, xi, size)


@piece
def sweep_again(stage: Any, z: Any, r: Any, s: Any, A: Any, clusters: Any, Z: Any, x: Any) -> None:
    """Only sums of second and fourth stages, third stages to s, or phasors after the step to z."""
    zr, zi = z
    rr, ri = r
    sr, si = s
    offsets, frozen = clusters
    xr, xi = x
    lanes = np.uint64(LANES)
    for c in range(frozen.size):
        if frozen[c]:
            continue
        size, end = offsets[c + 1] - offsets[c], np.uint64(offsets[c + 1])
        ar, ai, br, bi = A[0, 0, c], A[0, 1, c], A[1, 0, c], A[1, 1, c]
        cr, ci, dr, di = A[2, 0, c], A[2, 1, c], A[3, 0, c], A[3, 1, c]
        cleared(xr, xi, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            count = min(lanes, end - b)
            if stage == 1:
                for j in range(count):
                    i = b + j
                    _, _, tr, ti = second(zr[i], zi[i], rr[i], ri[i], ar, ai)
                    xr[j] += tr
                    xi[j] += ti
            elif stage == 2:
                for j in range(count):
                    i = b + j
                    yr, yi, tr, ti = second(zr[i], zi[i], rr[i], ri[i], ar, ai)
                    tr, ti = pushed(yr, yi, tr, ti, br, bi)
                    sr[i], si[i] = tr, ti
                    xr[j] += tr
                    xi[j] += ti
            elif stage == 3:
                for j in range(count):
                    i = b + j
                    yr, yi = turned(rr[i], ri[i], zr[i], zi[i])
                    tr, ti = fourth(yr, yi, sr[i], si[i], rr[i], ri[i], cr, ci)
                    xr[j] += tr
                    xi[j] += ti
            else:
                for j in range(count):
                    i = b + j
                    p, q = rr[i], ri[i]
                    yr, yi, tr, ti = second(zr[i], zi[i], p, q, ar, ai)
                    ur, ui = gathered(yr, yi, tr, ti, sr[i], si[i])
                    tr, ti = fourth(yr, yi, sr[i], si[i], p, q, cr, ci)
                    tr, ti = stepped(ur, ui, tr, ti, p, q, dr, di)
                    zr[i], zi[i] = tr, ti
                    xr[j] += tr
                    xi[j] += ti
        mean(Z, c, xr, xi, size)
