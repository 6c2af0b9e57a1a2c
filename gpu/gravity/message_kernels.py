"""Kernels of the rules literal and strict on the CPU: messages on links, and nothing that is relayed.

Every link of a node has the node's capacity and carries the same messages, so its links are always in the
same state: one queue a node stands for all of them, and one count of delivered messages for the inboxes of
all its neighbours. `tauscope.engine.gravity.reference_literal` keeps every queue and message by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tauscope.gpu.gravity.layout import PAD
from tauscope.gpu.jit import kernel, variant


@kernel
def advance_literal(
    e: Any, q: Any, b: Any, c: Any, n: Any, g: Any, src: int, ticks: int, rest: Any, alpha: Any
) -> int:
    """Do whole ticks of the rule literal; returns the buffer of ``e`` that then holds the bits sent last.

    No node depends on another, so each row does all its ticks while it is in the cache.

    Parameters
    ----------
    e : array (2, ny, nx)
        Bits sent on each link in the last tick, double-buffered.
    q, b, c, g : array (ny, nx)
        Bits queued on each link, bits of a new message, C of each link, moving average of the realized share.
    n : int32 array (ny, nx)
        Realized updates.
    src, ticks : int
        Buffer of ``e`` that holds the bits sent last; ticks to do.
    rest, alpha : scalars of e's dtype
        Share of C that is rounding, and the weight of a tick in the moving average.
    """
    ny, nx = q.shape
    zero, one = alpha - alpha, alpha / alpha
    for y in range(ny):
        for k in range(ticks):
            dst = (src + k + 1) & 1
            for x in range(nx):
                # A message is read whether it is wanted or not: a read under a condition is a masked one.
                capacity, waiting, message = c[y, x], q[y, x], b[y, x]
                clear = waiting == zero
                load = message if clear else waiting
                sent = load if load < capacity else capacity
                left = load - sent
                q[y, x] = zero if left <= rest * capacity else left
                e[dst, y, x] = sent
                n[y, x] += 1 if clear else 0
                g[y, x] += alpha * ((one if clear else zero) - g[y, x])
    return (src + ticks) & 1


@cache
def advance_strict(moore: bool) -> Callable[..., int]:
    """Kernel that does whole ticks of the rule strict, with 4 neighbours or with 8.

    Each neighbourhood is compiled on its own: with a flag in the inner loop the compiler reads the diagonal
    nodes under a mask and repacks every comparison, at half the speed. The parameters are those of
    `advance_literal` and, behind ``c`` and before ``rest``, these.

    v : int32 array (2, ny + 2, width)
        Messages that each node has delivered on each of its links, laid out as in
        `tauscope.gpu.gravity.layout`, with a halo; double-buffered as ``e``. It may wrap around, since only
        differences of neighbours count.
    wraps : bool
        Whether the edges are periodic.
    """

    def advance_strict(
        e: Any,
        q: Any,
        b: Any,
        c: Any,
        v: Any,
        n: Any,
        g: Any,
        src: int,
        ticks: int,
        wraps: bool,
        rest: Any,
        alpha: Any,
    ) -> int:
        ny, nx = q.shape
        zero, one = alpha - alpha, alpha / alpha
        nothing, single = np.int32(0), np.int32(1)
        for k in range(ticks):
            now = (src + k) & 1
            dst = 1 - now
            _fill_halo(v, now, nx, wraps)
            for y in range(ny):
                above, row, below = y + 2, y + 1, y
                for x in range(nx):
                    west, here, east = np.uint64(x + PAD - 1), np.uint64(x + PAD), np.uint64(x + PAD + 1)
                    capacity, waiting, message = c[y, x], q[y, x], b[y, x]
                    clear = waiting == zero
                    own = v[now, row, here]
                    # A clear node has used as many messages of each inbox as it delivered, and each inbox
                    # began with one: a neighbour that delivered no fewer has left one there.
                    ready = (
                        clear
                        & (np.int32(v[now, below, here] - own) >= 0)
                        & (np.int32(v[now, above, here] - own) >= 0)
                        & (np.int32(v[now, row, west] - own) >= 0)
                        & (np.int32(v[now, row, east] - own) >= 0)
                    )
                    if moore:
                        ready = (
                            ready
                            & (np.int32(v[now, below, west] - own) >= 0)
                            & (np.int32(v[now, below, east] - own) >= 0)
                            & (np.int32(v[now, above, west] - own) >= 0)
                            & (np.int32(v[now, above, east] - own) >= 0)
                        )
                    load = message if ready else waiting
                    sent = load if load < capacity else capacity
                    left = load - sent
                    all_sent = left <= rest * capacity
                    q[y, x] = zero if all_sent else left
                    e[dst, y, x] = sent
                    delivered = all_sent & (ready | (not clear))
                    v[dst, row, here] = np.int32(own + (single if delivered else nothing))
                    n[y, x] += 1 if ready else 0
                    g[y, x] += alpha * ((one if ready else zero) - g[y, x])
        return (src + ticks) & 1

    compiled: Callable[..., int] = variant(advance_strict, moore)
    return compiled


@kernel
def _fill_halo(v: Any, buffer: int, nx: int, wraps: bool) -> None:
    """Counts beyond the edge: those of the other side, or of the edge itself, which never hold a node up."""
    rows, first, last = v.shape[1] - 1, PAD, PAD + nx - 1
    for x in range(first, last + 1):
        v[buffer, 0, x] = v[buffer, rows - 1 if wraps else 1, x]
        v[buffer, rows, x] = v[buffer, 1 if wraps else rows - 1, x]
    for y in range(rows + 1):
        v[buffer, y, first - 1] = v[buffer, y, last if wraps else first]
        v[buffer, y, last + 1] = v[buffer, y, first if wraps else last]


@kernel
def broken_sites(e: Any, q: Any, c: Any, src: int, traffic_limit: float, waiting_limit: float) -> int:
    """Nodes whose links sent a share of C, or queue bits, that are NaN or not in [0, limit]."""
    count = 0
    ny, nx = q.shape
    for y in range(ny):
        for x in range(nx):
            sent, waiting = e[src, y, x], q[y, x]
            good = (sent >= 0) & (sent <= traffic_limit * c[y, x]) & (waiting >= 0)
            count += 0 if good & (waiting <= waiting_limit) else 1
    return count
