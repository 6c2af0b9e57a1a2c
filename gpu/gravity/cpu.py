"""Kernels of the relaying rules of the gravity lattice on the CPU, and the bounds they keep.

Source: "The engine rule, in full" of the design's gravity page.

A sweep carries out several ticks: tick k works on row s - k at sweep step s, so the rows in flight stay in
the second-level cache. Row r of tick k + 1 is done only after tick k has passed row r + 1, hence two buffers
of E are enough. On a periodic lattice each tick starts and ends one row farther from the seam than the tick
before, and the rows left out about the seam follow, tick by tick. Each site's operations, and their order,
are the same for every number of ticks a sweep, and for every number of threads that share the rows.

Arrays are laid out as in `tauscope.gpu.gravity.layout`; columns count from the start of a padded row. Each
variant (rule, neighbourhood, one capacity or a map) is compiled on its own when it is first used.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tauscope.gpu.jit import kernel, variant

AIRTIME, FLUID, UNITS = 0, 1, 2
"""Rules: airtime, its fluid limit, and airtime in whole units (int32)."""

OPEN, REFLECTIVE, PERIODIC = 0, 1, 2
"""Edges: open (absorbing; the disc, whose rows are shorter, as well), reflective, periodic."""

LOSS_BITS = 20
"""The loss of the rule in units is counted in 2^-20 of what arrives."""


@kernel
def fill_halos(E: Any, src: int, lo: Any, hi: Any, edge: int) -> None:
    """Set the columns beside each row's sites in one buffer of E, by the edge's rule."""
    for row in range(lo.size):
        first, end = lo[row], hi[row]
        if first < end:
            r = row + 1
            before, after = E[src, r, first], E[src, r, end - 1]
            if edge == 0:
                before = after = before - before
            elif edge == 2:
                before, after = after, before
            E[src, r, first - 1] = before
            E[src, r, end] = after


@cache
def advance(rule: int, moore: bool, mapped: bool, waves: bool = False) -> Callable[..., int]:
    """Kernel that does whole ticks of one rule and neighbourhood, with one capacity or a map, and its waves.

    Its parameters are

    E : array (2, ny + 2, width)
        Bits sent in the last tick by each node, double-buffered; halo rows are zero. In units: a quarter of
        what was sent, or a twentieth with Moore neighbours.
    q, d, a, g : array (ny + 2, width)
        Outbox, airtime debt, emission per realized update, moving average of the realized share; dtype of E,
        but g is float32 in units.
    n : int32 array (ny + 2, width)
        Realized updates of the airtime rule; not touched by the fluid rule, and may be of one site then.
    m : float64 array (ny + 2, width)
        Realized share, summed, of the fluid rule; likewise.
    c : array (ny + 2, width)
        Capacity of each node if ``mapped``; not touched otherwise.
    P : array (layers, 2, ny + 2, width)
        Wave psi of each layer, double-buffered as E, dtype of g; its halo rows, and on edges that are not
        periodic its halo columns, are zero. Not touched without ``waves``, and so are V and stiff.
    V : array (layers, ny + 2, width)
        Wave momentum pi of each layer, half a tick earlier.
    stiff : array (layers,)
        What psi is pulled back by at the node itself: 4 + m^2, or 10 / 3 + m^2 with Moore neighbours.
    lo, hi : int64 array (ny,)
        First column of each row's sites, and the one after the last; equal where a row has none.
    src : int
        Buffer of E that holds the bits sent last.
    ticks, block : int
        Ticks to do, and ticks a sweep; at most ny / 2 of them on a periodic lattice.
    top, bottom : int
        Rows to do, ``top <= row < bottom``; fewer than all only one tick at a time.
    edge : int
        `OPEN`, `REFLECTIVE` or `PERIODIC`.
    relay, diagonal : scalars of E's dtype
        Share of a near and of a diagonal neighbour's bits that arrives. In units: the share that is lost, in
        2^-20, and 0.
    capacity : scalar of E's dtype
        C where it is the same everywhere.
    alpha : scalar of g's dtype
        Weight of a tick in the moving average.
    pace : scalar of g's dtype
        Wave step h: cells that light goes in a tick where f is 1.

    A wave's time runs at each node as fast as its updates are realized: with the node's own ``h g``, which is
    never differentiated, ``pi += h g (lap psi - m^2 psi)`` and then ``psi += h g pi``.

    It returns the buffer of E that then holds the bits sent last; the other one holds those of the tick
    before, at every site. The columns of E's halo must be filled (`fill_halos`) and are so afterwards.
    """
    fluid, units = rule == FLUID, rule == UNITS

    # One function for the whole sweep: a row that is a call of its own, or pasted in, takes up to twice as
    # long. Whole numbers are cut to 32 bits after every step, or the compiler keeps them in 64.
    def advance(
        E: Any,
        q: Any,
        d: Any,
        a: Any,
        n: Any,
        m: Any,
        g: Any,
        c: Any,
        P: Any,
        V: Any,
        stiff: Any,
        lo: Any,
        hi: Any,
        src: int,
        ticks: int,
        block: int,
        top: int,
        bottom: int,
        edge: int,
        relay: Any,
        diagonal: Any,
        capacity: Any,
        alpha: Any,
        pace: Any,
    ) -> int:
        rows = lo.size
        left = np.uint64(1)
        one = alpha / alpha
        none = alpha - alpha
        four = one + one + one + one
        sixth = one / (four + one + one)
        zero = capacity - capacity
        if units:
            zero = np.int32(0)
            loss_high, loss_low = np.int32(relay >> 10), np.int32(relay & 1023)
        remaining = ticks
        while remaining > 0:
            sweeps = (remaining + block - 1) // block  # all of a length: a short one has few rows to share
            now = (remaining + sweeps - 1) // sweeps
            straight = rows + now - 1
            steps = straight + (now - 1 if edge == 2 else 0)
            for step in range(steps):
                seam = max(0, step - straight + 1)
                for item in range(2 * seam if seam > 0 else now):
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
                    if first >= end or row < top or row >= bottom:
                        continue
                    old = (src + k) & 1
                    new = 1 - old
                    r = row + 1
                    above, below = r - 1, r + 1
                    if edge == 1:
                        above = max(above, 1)
                        below = min(below, rows)
                    elif edge == 2:
                        above = rows if row == 0 else above
                        below = 1 if row == rows - 1 else below
                    if units:
                        for i in range(end - first):
                            x = np.uint64(first + i)
                            limit = c[r, x] if mapped else capacity
                            debt = d[r, x]
                            wait = debt >= limit
                            near = np.int32(
                                np.int32(E[old, above, x] + E[old, below, x])
                                + np.int32(E[old, r, x - left] + E[old, r, x + left])
                            )
                            if moore:
                                corners = np.int32(
                                    np.int32(E[old, above, x - left] + E[old, above, x + left])
                                    + np.int32(E[old, below, x - left] + E[old, below, x + left])
                                )
                                near = np.int32(np.int32(near << 2) + corners)
                            # floor((near k + low bits of the debt) / 2^20), in halves of ten bits
                            high, low = np.int32(near >> 10), np.int32(near & 1023)
                            carry = np.int32(np.int32(low * loss_low) + np.int32(debt & 1048575))
                            middle = np.int32(np.int32(high * loss_low) + np.int32(low * loss_high))
                            middle = np.int32(middle + np.int32(carry >> 10))
                            lost = np.int32(np.int32(high * loss_high) + np.int32(middle >> 10))
                            lost = min(lost, near)
                            emission = a[r, x]
                            value = np.int32(
                                np.int32(q[r, x] + np.int32(near - lost)) + (zero if wait else emission)
                            )
                            whole = value if value < limit else limit
                            if moore:
                                part = np.int32(np.uint32(whole) // np.uint32(20))
                                sent = np.int32(part * 20)
                            else:
                                part = np.int32(whole >> 2)
                                sent = np.int32(part << 2)
                            q[r, x] = np.int32(value - sent)
                            E[new, r, x] = part
                            d[r, x] = np.int32(debt + np.int32(sent - (limit if wait else zero)))
                            n[r, x] += 0 if wait else 1
                            g[r, x] += alpha * ((none if wait else one) - g[r, x])
                    elif fluid:
                        for i in range(end - first):
                            x = np.uint64(first + i)
                            limit = c[r, x] if mapped else capacity
                            share = one - E[old, r, x] / limit
                            near = (E[old, above, x] + E[old, below, x]) + (
                                E[old, r, x - left] + E[old, r, x + left]
                            )
                            arrived = relay * near
                            if moore:
                                corners = (E[old, above, x - left] + E[old, above, x + left]) + (
                                    E[old, below, x - left] + E[old, below, x + left]
                                )
                                arrived = arrived + diagonal * corners
                            value = (q[r, x] + arrived) + share * a[r, x]
                            sent = value if value < limit else limit
                            q[r, x] = value - sent
                            E[new, r, x] = sent
                            m[r, x] += share
                            g[r, x] += alpha * (share - g[r, x])
                    else:
                        for i in range(end - first):
                            x = np.uint64(first + i)
                            limit = c[r, x] if mapped else capacity
                            emission = a[r, x]
                            wait = d[r, x] >= limit
                            near = (E[old, above, x] + E[old, below, x]) + (
                                E[old, r, x - left] + E[old, r, x + left]
                            )
                            arrived = relay * near
                            if moore:
                                corners = (E[old, above, x - left] + E[old, above, x + left]) + (
                                    E[old, below, x - left] + E[old, below, x + left]
                                )
                                arrived = arrived + diagonal * corners
                            value = (q[r, x] + arrived) + (zero if wait else emission)
                            sent = value if value < limit else limit
                            q[r, x] = value - sent
                            E[new, r, x] = sent
                            d[r, x] += sent - (limit if wait else zero)
                            n[r, x] += 0 if wait else 1
                            g[r, x] += alpha * ((none if wait else one) - g[r, x])
                    before, after = E[new, r, first], E[new, r, end - 1]
                    if edge == 0:
                        before = after = zero
                    elif edge == 2:
                        before, after = after, before
                    E[new, r, first - 1] = before
                    E[new, r, end] = after
                    if waves:
                        if edge == 1:  # a wave ends at the edge, where E is mirrored
                            above, below = r - 1, r + 1
                        for w in range(stiff.size):
                            hold = stiff[w]
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
                                rate = pace * g[r, x]
                                speed = V[w, r, x] + rate * (pull - hold * psi)
                                V[w, r, x] = speed
                                P[w, new, r, x] = psi + rate * speed
                            if edge == 2:
                                P[w, new, r, first - 1] = P[w, new, r, end - 1]
                                P[w, new, r, end] = P[w, new, r, first]
            src = (src + now) & 1
            remaining -= now
        return src

    compiled: Callable[..., int] = variant(advance, rule, moore, mapped, waves)
    return compiled


@cache
def broken_sites(mapped: bool) -> Callable[..., int]:
    """Kernel that counts the sites whose traffic / C, outbox or debt / C is not in [0, limit].

    NaN is in no range. ``parts`` of E make the bits that were sent: 1, or what a share is of in units.
    """

    def broken_sites(
        E: Any,
        q: Any,
        d: Any,
        c: Any,
        lo: Any,
        hi: Any,
        src: int,
        capacity: Any,
        parts: Any,
        traffic_limit: Any,
        waiting_limit: Any,
        debt_limit: Any,
    ) -> int:
        count = 0
        for row in range(lo.size):
            r, first = row + 1, lo[row]
            for i in range(hi[row] - first):
                x = np.uint64(first + i)
                own = c[r, x] if mapped else capacity
                sent, waiting, debt = parts * E[src, r, x], q[r, x], d[r, x]
                inside = (sent >= 0) & (sent <= traffic_limit * own) & (waiting >= 0)
                inside = inside & (waiting <= waiting_limit) & (debt >= 0) & (debt <= debt_limit * own)
                count += 0 if inside else 1
        return count

    compiled: Callable[..., int] = variant(broken_sites, mapped)
    return compiled
