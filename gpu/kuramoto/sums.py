"""Sums over the oscillators of clusters, in an order that depends on the cluster alone.

A cluster's oscillators are dealt to `LANES` lanes in turn, each lane is summed in order, then the lanes. So
the compiler may work on several lanes at once and every kernel that sums gets the same bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.intrinsics import fma
from tauscope.gpu.jit import kernel, piece

LANES = 128
"""Lanes of a sum: enough for any vector unit, few enough for the first-level cache."""


@piece
def cleared(xr: Any, xi: Any, size: Any) -> None:
    """Set the lanes that a cluster of ``size`` oscillators uses to zero."""
    for j in range(min(LANES, size)):
        xr[j] = 0.0
        xi[j] = 0.0


@piece
def folded(x: Any, size: Any) -> Any:
    """Sum of the lanes that a cluster of ``size`` oscillators uses."""
    used = min(LANES, size)
    whole = used - used % 4
    s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    for j in range(0, whole, 4):
        s0 += x[j]
        s1 += x[j + 1]
        s2 += x[j + 2]
        s3 += x[j + 3]
    for j in range(whole, used):
        s0 += x[j]
    return (s0 + s1) + (s2 + s3)


@piece
def mean(Z: Any, c: Any, xr: Any, xi: Any, size: Any) -> None:
    """Order parameter of cluster c, from its lanes."""
    Z[c, 0] = folded(xr, size) / size
    Z[c, 1] = folded(xi, size) / size


@kernel
def means(zr: Any, zi: Any, offsets: Any, Z: Any, xr: Any, xi: Any) -> None:
    """Order parameters of all clusters.

    Parameters
    ----------
    zr, zi : float64 array (N,)
        Phasors.
    offsets : int64 array (C + 1,)
        First oscillator of each cluster and the end.
    Z : float64 array (C, 2)
        Result: real and imaginary parts.
    xr, xi : float64 array (LANES,)
        Scratch.
    """
    lanes = np.uint64(LANES)
    for c in range(offsets.size - 1):
        size = offsets[c + 1] - offsets[c]
        if size == 1:
            Z[c, 0], Z[c, 1] = zr[offsets[c]], zi[offsets[c]]
            continue
        cleared(xr, xi, size)
        end = np.uint64(offsets[c + 1])
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                xr[j] += zr[b + j]
                xi[j] += zi[b + j]
        mean(Z, c, xr, xi, size)


@kernel
def mean_squares(zr: Any, zi: Any, offsets: Any, Z2: Any, xr: Any, xi: Any) -> None:
    """Means of z^2 of all clusters; parameters as of `means`."""
    lanes = np.uint64(LANES)
    for c in range(offsets.size - 1):
        size = offsets[c + 1] - offsets[c]
        cleared(xr, xi, size)
        end = np.uint64(offsets[c + 1])
        for b in range(np.uint64(offsets[c]), end, lanes):
            for j in range(np.uint64(0), min(lanes, end - b)):
                x, y = zr[b + j], zi[b + j]
                xr[j] += fma(x, x, -(y * y))
                xi[j] += 2.0 * (x * y)
        mean(Z2, c, xr, xi, size)
