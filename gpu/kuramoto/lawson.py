"""Lawson's Runge-Kutta of order 4 for clusters of many oscillators: four passes a step, one for each stage.

A pass reads H of its stage, finds every oscillator's next stage and sums it to the next order parameters.
`pass1` to `pass4` keep the stages in scratch arrays, and y = r z in place of z. Beyond the caches it is
quicker to find them again, so `repeat1` to `repeat4` keep only s3; their numbers are the same bit for bit.

Parameters are named alike everywhere:

z, r, s, g : pairs of float64 arrays (N,)
    Real and imaginary parts of the phasors, of the half-step rotations, of the newest stage, and of what the
    last stage needs of the earlier ones.
A1, A2, A3, A4 : float64 array (2, C)
    h H / 4 of each stage, real and imaginary parts.
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

from tauscope.gpu.jit import kernel
from tauscope.gpu.kuramoto.stages import fourth, gathered, pushed, second, stepped, turned
from tauscope.gpu.kuramoto.sums import LANES, cleared, mean


@kernel
def pass1(z: Any, r: Any, s: Any, A1: Any, clusters: Any, Z: Any, x: Any) -> None:
    """Second stages to s, and y = r z in place of z."""
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
        ar, ai = A1[0, c], A1[1, c]
        cleared(xr, xi, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                i = b + j
                yr, yi, tr, ti = second(zr[i], zi[i], rr[i], ri[i], ar, ai)
                zr[i], zi[i] = yr, yi
                sr[i], si[i] = tr, ti
                xr[j] += tr
                xi[j] += ti
        mean(Z, c, xr, xi, size)


@kernel
def pass2(z: Any, s: Any, g: Any, A2: Any, clusters: Any, Z: Any, x: Any) -> None:
    """Third stages in place of the second ones, of y that stands in z."""
    zr, zi = z
    sr, si = s
    gr, gi = g
    offsets, frozen = clusters
    xr, xi = x
    lanes = np.uint64(LANES)
    for c in range(frozen.size):
        if frozen[c]:
            continue
        size, end = offsets[c + 1] - offsets[c], np.uint64(offsets[c + 1])
        ar, ai = A2[0, c], A2[1, c]
        cleared(xr, xi, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                i = b + j
                tr, ti = pushed(zr[i], zi[i], sr[i], si[i], ar, ai)
                gr[i], gi[i] = gathered(zr[i], zi[i], sr[i], si[i], tr, ti)
                sr[i], si[i] = tr, ti
                xr[j] += tr
                xi[j] += ti
        mean(Z, c, xr, xi, size)


@kernel
def pass3(z: Any, r: Any, s: Any, A3: Any, clusters: Any, Z: Any, x: Any) -> None:
    """Fourth stages in place of the third ones, of y that stands in z."""
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
        ar, ai = A3[0, c], A3[1, c]
        cleared(xr, xi, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                i = b + j
                tr, ti = fourth(zr[i], zi[i], sr[i], si[i], rr[i], ri[i], ar, ai)
                sr[i], si[i] = tr, ti
                xr[j] += tr
                xi[j] += ti
        mean(Z, c, xr, xi, size)


@kernel
def pass4(z: Any, r: Any, s: Any, g: Any, A4: Any, clusters: Any, Z: Any, x: Any) -> None:
    """Phasors after the step."""
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
        ar, ai = A4[0, c], A4[1, c]
        cleared(xr, xi, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                i = b + j
                tr, ti = stepped(gr[i], gi[i], sr[i], si[i], rr[i], ri[i], ar, ai)
                zr[i], zi[i] = tr, ti
                xr[j] += tr
                xi[j] += ti
        mean(Z, c, xr, xi, size)


@kernel
def repeat1(z: Any, r: Any, A1: Any, clusters: Any, Z: Any, x: Any) -> None:
    """Order parameters of the second stages; nothing else is kept."""
    zr, zi = z
    rr, ri = r
    offsets, frozen = clusters
    xr, xi = x
    lanes = np.uint64(LANES)
    for c in range(frozen.size):
        if frozen[c]:
            continue
        size, end = offsets[c + 1] - offsets[c], np.uint64(offsets[c + 1])
        ar, ai = A1[0, c], A1[1, c]
        cleared(xr, xi, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                i = b + j
                _, _, tr, ti = second(zr[i], zi[i], rr[i], ri[i], ar, ai)
                xr[j] += tr
                xi[j] += ti
        mean(Z, c, xr, xi, size)


@kernel
def repeat2(z: Any, r: Any, s: Any, A1: Any, A2: Any, clusters: Any, Z: Any, x: Any) -> None:
    """Third stages to s."""
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
        ar, ai, br, bi = A1[0, c], A1[1, c], A2[0, c], A2[1, c]
        cleared(xr, xi, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                i = b + j
                yr, yi, tr, ti = second(zr[i], zi[i], rr[i], ri[i], ar, ai)
                tr, ti = pushed(yr, yi, tr, ti, br, bi)
                sr[i], si[i] = tr, ti
                xr[j] += tr
                xi[j] += ti
        mean(Z, c, xr, xi, size)


@kernel
def repeat3(z: Any, r: Any, s: Any, A3: Any, clusters: Any, Z: Any, x: Any) -> None:
    """Order parameters of the fourth stages, of the third ones in s."""
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
        ar, ai = A3[0, c], A3[1, c]
        cleared(xr, xi, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                i = b + j
                yr, yi = turned(rr[i], ri[i], zr[i], zi[i])
                tr, ti = fourth(yr, yi, sr[i], si[i], rr[i], ri[i], ar, ai)
                xr[j] += tr
                xi[j] += ti
        mean(Z, c, xr, xi, size)


@kernel
def repeat4(z: Any, r: Any, s: Any, A1: Any, A3: Any, A4: Any, clusters: Any, Z: Any, x: Any) -> None:
    """Phasors after the step, of the third stages in s."""
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
        ar, ai, br, bi, cr, ci = A1[0, c], A1[1, c], A3[0, c], A3[1, c], A4[0, c], A4[1, c]
        cleared(xr, xi, size)
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                i = b + j
                p, q = rr[i], ri[i]
                yr, yi, tr, ti = second(zr[i], zi[i], p, q, ar, ai)
                ur, ui = gathered(yr, yi, tr, ti, sr[i], si[i])
                tr, ti = fourth(yr, yi, sr[i], si[i], p, q, br, bi)
                tr, ti = stepped(ur, ui, tr, ti, p, q, cr, ci)
                zr[i], zi[i] = tr, ti
                xr[j] += tr
                xi[j] += ti
        mean(Z, c, xr, xi, size)
