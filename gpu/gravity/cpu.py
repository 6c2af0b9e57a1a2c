"""Kernels of the gravity lattice on the CPU: the airtime rule, its fluid limit, and the bounds they keep.

Source: "The engine rule, in full" of the design's gravity page; von Neumann neighbours.

A sweep carries out several ticks: tick k works on row s - k at sweep step s, so the rows in flight stay in
the second-level cache. Row r of tick k + 1 is done only after tick k has passed row r + 1, hence two buffers
of E are enough. On a periodic lattice each tick starts and ends one row farther from the seam than the tick
before, and the rows left out about the seam follow, tick by tick. Each site's operations, and their order,
are the same for every number of ticks a sweep.

Arrays are laid out as in `tauscope.gpu.gravity.layout`; columns count from the start of a padded row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.jit import kernel

AIRTIME, FLUID = 0, 1
"""Rules."""

OPEN, REFLECTIVE, PERIODIC = 0, 1, 2
"""Edges: open (absorbing; the disc, whose rows are shorter, as well), reflective, periodic."""


@kernel
def advance(
    E: Any,
    q: Any,
    d: Any,
    a: Any,
    n: Any,
    m: Any,
    g: Any,
    lo: Any,
    hi: Any,
    src: int,
    ticks: int,
    block: int,
    rule: int,
    edge: int,
    relay: Any,
    capacity: Any,
    alpha: Any,
) -> int:
    """Do whole ticks, ``block`` of them a sweep; returns the buffer of E that then holds the bits sent last.

    The other buffer then holds the bits sent in the tick before, at every site: a sweep ends all rows.

    Parameters
    ----------
    E : array (2, ny + 2, width)
        Bits sent in the last tick by each node, double-buffered; halo rows are zero.
    q, d, a, g : array (ny + 2, width)
        Outbox, airtime debt, emission per realized update, moving average of the realized share; dtype of E.
    n : int32 array (ny + 2, width)
        Realized updates of the airtime rule; not touched by the fluid rule, and may be of one site then.
    m : float64 array (ny + 2, width)
        Realized share, summed, of the fluid rule; likewise.
    lo, hi : int64 array (ny,)
        First column of each row's sites, and the one after the last; equal where a row has none.
    src : int
        Buffer of E that holds the bits sent last.
    ticks, block : int
        Ticks to do, and ticks a sweep; at most ny / 2 of them on a periodic lattice.
    rule, edge : int
        `AIRTIME` or `FLUID`; `OPEN`, `REFLECTIVE` or `PERIODIC`.
    relay, capacity, alpha : scalars of E's dtype
        A quarter of the survival, C, and the weight of a tick in the moving average.
    """
    for row in range(lo.size):
        if lo[row] < hi[row]:
            _fill_halo(E, src, row + 1, lo[row], hi[row], edge)
    left = ticks
    while left > 0:
        now = min(left, block)
        _sweep(E, q, d, a, n, m, g, lo, hi, src, now, rule, edge, relay, capacity, alpha)
        src = (src + now) & 1
        left -= now
    return src


@kernel
def _fill_halo(E: Any, buffer: int, r: int, first: int, end: int, edge: int) -> None:
    before, after = E[buffer, r, first], E[buffer, r, end - 1]
    if edge == 0:
        before = after = before - before
    elif edge == 2:
        before, after = after, before
    E[buffer, r, first - 1] = before
    E[buffer, r, end] = after


# One function for the whole sweep: a row that is a call of its own, or pasted in, takes up to twice as long.
@kernel
def _sweep(
    E: Any,
    q: Any,
    d: Any,
    a: Any,
    n: Any,
    m: Any,
    g: Any,
    lo: Any,
    hi: Any,
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
    left = np.uint64(1)
    straight = rows + ticks - 1
    steps = straight + (ticks - 1 if edge == 2 else 0)
    for step in range(steps):
        seam = max(0, step - straight + 1)
        for item in range(2 * seam if seam > 0 else ticks):
            if seam > 0:
                k = seam
                row = (rows - seam + item) % rows
            else:
                k = item
                row = step - k
                margin = k if edge == 2 else 0
                if row < margin or row > rows - 1 - margin:
                    continue
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
            if rule == 0:
                for i in range(end - first):
                    x = np.uint64(first + i)
                    emission = a[r, x]
                    wait = d[r, x] >= capacity
                    near = (E[src, above, x] + E[src, below, x]) + (E[src, r, x - left] + E[src, r, x + left])
                    value = (q[r, x] + relay * near) + (zero if wait else emission)
                    sent = value if value < capacity else capacity
                    q[r, x] = value - sent
                    E[dst, r, x] = sent
                    d[r, x] += sent - (capacity if wait else zero)
                    n[r, x] += 0 if wait else 1
                    g[r, x] += alpha * ((zero if wait else one) - g[r, x])
            else:
                for i in range(end - first):
                    x = np.uint64(first + i)
                    share = one - E[src, r, x] / capacity
                    near = (E[src, above, x] + E[src, below, x]) + (E[src, r, x - left] + E[src, r, x + left])
                    value = (q[r, x] + relay * near) + share * a[r, x]
                    sent = value if value < capacity else capacity
                    q[r, x] = value - sent
                    E[dst, r, x] = sent
                    m[r, x] += share
                    g[r, x] += alpha * (share - g[r, x])
            before, after = E[dst, r, first], E[dst, r, end - 1]
            if edge == 0:
                before = after = zero
            elif edge == 2:
                before, after = after, before
            E[dst, r, first - 1] = before
            E[dst, r, end] = after


@kernel
def broken_sites(
    E: Any,
    q: Any,
    d: Any,
    lo: Any,
    hi: Any,
    src: int,
    traffic_limit: Any,
    waiting_limit: Any,
    debt_limit: Any,
) -> int:
    """Number of sites whose traffic, outbox or debt is not in [0, limit]; NaN is in no range."""
    count = 0
    for row in range(lo.size):
        r, first = row + 1, lo[row]
        for i in range(hi[row] - first):
            x = np.uint64(first + i)
            sent, waiting, debt = E[src, r, x], q[r, x], d[r, x]
            inside = (sent >= 0) & (sent <= traffic_limit) & (waiting >= 0) & (waiting <= waiting_limit)
            count += 0 if inside & (debt >= 0) & (debt <= debt_limit) else 1
    return count


@kernel
def totals(
    E: Any, q: Any, a: Any, g: Any, lo: Any, hi: Any, src: int
) -> tuple[float, float, float, float, float, float]:
    """Sums and extremes over all sites, float64.

    Returns
    -------
    tuple of float
        Sum of E, largest sum of E over the last two ticks, largest q, sum of a, sum of a g, sum of g.
    """
    traffic, emission, realized, share, top = 0.0, 0.0, 0.0, 0.0, 0.0
    waiting = q[0, 0]
    for row in range(lo.size):
        r = row + 1
        for x in range(lo[row], hi[row]):
            sent, source, live = np.float64(E[src, r, x]), np.float64(a[r, x]), np.float64(g[r, x])
            traffic += sent
            emission += source
            realized += source * live
            share += live
            top = max(top, sent + np.float64(E[1 - src, r, x]))
            waiting = max(waiting, q[r, x])
    return traffic, top, np.float64(waiting), emission, realized, share
