"""Whole ticks of an ensemble in one call: what acts on the clusters, the passes of a step, noise.

Every driver takes the same arguments, grouped:

state : tuple of zr, zi, br, bi
    Phasors now and one tick before.
rates : tuple of rr, ri
    Half-step rotations, 1 where the cluster is frozen.
scratch : tuple of sr, si, gr, gi, ar, ai
    Arrays (N,) of a step's stages; those that a driver does not use may be empty.
mean_field : tuple of Z, ar, ai, xr, xi
    Order parameters (C, 2), h H / 4 of the clusters (C,), and lanes (LANES,) of a sum, all scratch.
clusters : tuple of offsets, frozen, moving, sites
    As in `tauscope.gpu.kuramoto.lawson`, `narrow` and `noise`.
weights : tuple of dense, starts, columns, values
    As in `tauscope.gpu.kuramoto.coupling`.
drive : tuple of lag, gain, field, mask
    e^{-i alpha}, arrays (steps, 3), complex (steps, 3) and (C,).
kicks : tuple of amplitude, k0, k1, stream, tick, or None
    Amplitude of the noise, key and place of its draws. Without noise it is None, for which numba compiles a
    driver of its own, in which no noise is: that halves what a first run without noise waits for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.jit import kernel, piece
from tauscope.gpu.kuramoto import lawson, narrow, strang, sums
from tauscope.gpu.kuramoto.coupling import acting, weighed
from tauscope.gpu.kuramoto.noise import jolt
from tauscope.gpu.kuramoto.sums import LANES
from tauscope.gpu.normals import fill_normals

MIDDLE = np.intp(1)
"""Middle of a step, of the moments 0, 1 and 2 at which the drive is given; stage s is at moment s // 2."""


@piece
def keep(source: Any, target: Any) -> None:
    """Copy a pair of arrays."""
    for i in range(np.uint64(source[0].size)):
        target[0][i] = source[0][i]
        target[1][i] = source[1][i]


@piece
def act(Z: Any, A: Any, weights: Any, drive: Any, step: int, time: Any, scale: Any) -> None:
    """Scaled H of all clusters into A, two arrays (C,) or one (2, C), at a moment of a step."""
    dense, starts, columns, values = weights
    lag, gain, field, mask = drive
    weighed(Z, dense, starts, columns, values, A[0], A[1])
    acting(A[0], A[1], lag, gain[step, time], field[step, time], mask, scale)


@piece
def kick(state: Any, scratch: Any, clusters: Any, kicks: Any, tick: Any, trial: Any) -> None:
    """Noise after one internal step."""
    amplitude, k0, k1, stream, _ = kicks
    c1 = np.uint32(stream | (trial << 16))
    low = np.uint32(tick & np.uint64(0xFFFFFFFF))
    high = np.uint32(tick >> np.uint64(32))
    fill_normals(scratch[0], k0, k1, c1, low, high)
    jolt(state[0], state[1], scratch[0], clusters[3], clusters[2], amplitude)


@kernel
def advance_wide(
    state: Any,
    rates: Any,
    scratch: Any,
    mean_field: Any,
    clusters: Any,
    weights: Any,
    drive: Any,
    kicks: Any,
    h: float,
    ticks: int,
    substeps: int,
) -> None:
    """Lawson's method for clusters of many oscillators, stages kept."""
    z, before, r = (state[0], state[1]), (state[2], state[3]), rates
    s, g = (scratch[0], scratch[1]), (scratch[2], scratch[3])
    known = (clusters[0], clusters[1])
    Z, A, x = mean_field[0], (mean_field[1], mean_field[2]), (mean_field[3], mean_field[4])
    steps, scale = ticks * substeps, 0.25 * h
    sums.means(z[0], z[1], clusters[0], Z, x[0], x[1])
    for k in range(steps):
        if k == steps - substeps:
            keep(z, before)
        for stage in range(1, 5):
            act(Z, A, weights, drive, k, stage // 2, scale)
            lawson.sweep(stage, z, r, s, g, A, known, Z, x)
        if kicks is not None:
            kick(state, scratch, clusters, kicks, kicks[4] + np.uint64(k // substeps), k % substeps)
            sums.means(z[0], z[1], clusters[0], Z, x[0], x[1])


@kernel
def advance_repeating(
    state: Any,
    rates: Any,
    scratch: Any,
    mean_field: Any,
    clusters: Any,
    weights: Any,
    drive: Any,
    kicks: Any,
    h: float,
    ticks: int,
    substeps: int,
) -> None:
    """Lawson's method for clusters of many oscillators, stages found again instead of kept."""
    z, before, r = (state[0], state[1]), (state[2], state[3]), rates
    s = (scratch[0], scratch[1])
    known = (clusters[0], clusters[1])
    Z, A, x = mean_field[0], np.empty((4, 2, known[1].size)), (mean_field[3], mean_field[4])
    steps, scale = ticks * substeps, 0.25 * h
    sums.means(z[0], z[1], clusters[0], Z, x[0], x[1])
    for k in range(steps):
        if k == steps - substeps:
            keep(z, before)
        for stage in range(1, 5):
            act(Z, A[stage - 1], weights, drive, k, stage // 2, scale)
            lawson.sweep_again(stage, z, r, s, A, known, Z, x)
        if kicks is not None:
            kick(state, scratch, clusters, kicks, kicks[4] + np.uint64(k // substeps), k % substeps)
            sums.means(z[0], z[1], clusters[0], Z, x[0], x[1])


@kernel
def advance_narrow(
    state: Any,
    rates: Any,
    scratch: Any,
    mean_field: Any,
    clusters: Any,
    weights: Any,
    drive: Any,
    kicks: Any,
    h: float,
    ticks: int,
    substeps: int,
) -> None:
    """Lawson's method for clusters of few oscillators."""
    zr, zi, br, bi = state
    rr, ri = rates
    sr, si, gr, gi, ar, ai = scratch
    offsets, frozen, moving, _ = clusters
    Z, A = mean_field[0], (mean_field[1], mean_field[2])
    steps, scale = ticks * substeps, 0.25 * h
    narrow.gather(zr, zi, offsets, Z)
    for k in range(steps):
        if k == steps - substeps:
            keep((zr, zi), (br, bi))
        for stage in range(1, 5):
            act(Z, A, weights, drive, k, stage // 2, scale)
            narrow.spread(A[0], A[1], offsets, frozen, ar, ai)
            if stage == 1:
                narrow.stage2(zr, zi, rr, ri, sr, si, ar, ai)
            elif stage == 2:
                narrow.stage3(zr, zi, sr, si, gr, gi, ar, ai)
            elif stage == 3:
                narrow.stage4(zr, zi, rr, ri, sr, si, ar, ai)
            else:
                narrow.stage5(zr, zi, rr, ri, sr, si, gr, gi, ar, ai, moving)
            if stage < 4:
                narrow.gather(sr, si, offsets, Z)
        if kicks is not None:
            kick(state, scratch, clusters, kicks, kicks[4] + np.uint64(k // substeps), k % substeps)
        narrow.gather(zr, zi, offsets, Z)


@kernel
def advance_strang(
    state: Any,
    rates: Any,
    scratch: Any,
    mean_field: Any,
    clusters: Any,
    weights: Any,
    drive: Any,
    kicks: Any,
    h: float,
    ticks: int,
    substeps: int,
) -> None:
    """Strang's splitting, for clusters of any size."""
    z, before, r = (state[0], state[1]), (state[2], state[3]), rates
    s = (scratch[0], scratch[1])
    known = (clusters[0], clusters[1])
    Z, A = mean_field[0], (mean_field[1], mean_field[2])
    Y, Y2 = np.empty((known[1].size, 2)), np.empty((known[1].size, 2))
    x, x2 = (mean_field[3], mean_field[4]), (np.empty(LANES), np.empty(LANES))
    steps, noisy = ticks * substeps, kicks is not None
    strang.ahead(z, r, s, known[0], Y, Y2, x, x2)
    for k in range(steps):
        if k == steps - substeps:
            keep(z, before)
        written = noisy or k == steps - 1 or k == steps - substeps - 1
        act(Y, A, weights, drive, k, MIDDLE, 0.25 * h)
        strang.middle(Y, Y2, A, known[1], Z)
        act(Z, A, weights, drive, k, MIDDLE, 0.25 * h)
        strang.pole(A)
        strang.step(z, r, s, A, known, written, Y, Y2, x, x2)
        if kicks is not None:
            kick(state, scratch, clusters, kicks, kicks[4] + np.uint64(k // substeps), k % substeps)
            strang.ahead(z, r, s, known[0], Y, Y2, x, x2)
