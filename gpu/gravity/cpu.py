"""Kernels of the gravity lattice on the CPU: the airtime rule, its fluid limit, and the bounds they keep.

Source: "The engine rule, in full" of the design's gravity page; von Neumann neighbours.

A sweep carries out several ticks: tick k works on row s - k at sweep step s, so the rows in flight stay in the
second-level cache. Row r of tick k + 1 is done only after tick k has passed row r + 1, hence two buffers of E are
enough. Each site's operations, and their order, are the same for every number of ticks a sweep.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.gravity.layout import PAD, allocate, inner, row_width, ticks_per_sweep
from tauscope.gpu.jit import kernel

Array = npt.NDArray[Any]

AIRTIME, FLUID = 0, 1
OPEN, REFLECTIVE, PERIODIC = 0, 1, 2
"""Edges: open (absorbing, and the disc, whose sites are row spans), reflective, periodic."""


@kernel
def _fill_column_halo(E: Array, src: int, lo: Array, hi: Array, edge: int) -> None:
    for row in range(lo.size):
        first, end = lo[row], hi[row]
        if first >= end:
            continue
        left, right = E[src, row + 1, first], E[src, row + 1, end - 1]
        if edge == 0:
            left = right = left - left
        elif edge == 2:
            left, right = right, left
        E[src, row + 1, first - 1] = left
        E[src, row + 1, end] = right


@kernel
def _sweep(
    E: Array,
    q: Array,
    d: Array,
    a: Array,
    n: Array,
    m: Array,
    g: Array,
    lo: Array,
    hi: Array,
    src0: int,
    ticks: int,
    rule: int,
    edge: int,
    relay: Any,
    capacity: Any,
    alpha: Any,
) -> None:
    rows = lo.size
    zero = capacity - capacity
    one = capacity / capacity
    seam_steps = ticks - 1 if edge == 2 else 0
    straight = rows + ticks - 1
    for step in range(straight + seam_steps):
        seam = step - straight + 1
        items = ticks if seam <= 0 else 2 * seam
        for item in range(items):
            if seam <= 0:
                k = item
                row = step - k
                margin = k if edge == 2 else 0
                if row < margin or row > rows - 1 - margin:
                    continue
            else:
                k = seam
                row = (rows - seam + item) % rows
            first, end = lo[row], hi[row]
            if first >= end:
                continue
            src = (src0 + k) & 1
            dst = 1 - src
            r = row + 1
            above, below = r - 1, r + 1
            if edge == 1:
                above = max(above, 1)
                below = min(below, rows)
            elif edge == 2:
                above = rows if row == 0 else above
                below = 1 if row == rows - 1 else below
            count = end - first
            if rule == 0:
                for i in range(count):
                    x = np.uint64(first + i)
                    emission = a[r, x]
                    wait = d[r, x] >= capacity
                    near = (E[src, above, x] + E[src, below, x]) + (E[src, r, x - np.uint64(1)] + E[src, r, x + np.uint64(1)])
                    value = (q[r, x] + relay * near) + (zero if wait else emission)
                    sent = value if value < capacity else capacity
                    q[r, x] = value - sent
                    E[dst, r, x] = sent
                    d[r, x] += sent - (capacity if wait else zero)
                    n[r, x] += 0 if wait else 1
                    g[r, x] += alpha * ((zero if wait else one) - g[r, x])
            else:
                for i in range(count):
                    x = np.uint64(first + i)
                    share = one - E[src, r, x] / capacity
                    near = (E[src, above, x] + E[src, below, x]) + (E[src, r, x - np.uint64(1)] + E[src, r, x + np.uint64(1)])
                    value = (q[r, x] + relay * near) + share * a[r, x]
                    sent = value if value < capacity else capacity
                    q[r, x] = value - sent
                    E[dst, r, x] = sent
                    m[r, x] += share
                    g[r, x] += alpha * (share - g[r, x])
            left, right = E[dst, r, first], E[dst, r, end - 1]
            if edge == 0:
                left = right = zero
            elif edge == 2:
                left, right = right, left
            E[dst, r, first - 1] = left
            E[dst, r, end] = right
