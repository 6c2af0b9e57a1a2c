"""In which order clusters lie in memory: as they are, or so that coupled clusters lie close to each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import reverse_cuthill_mckee

Integers = npt.NDArray[np.int64]

REORDER_FROM = 16_384
"""Clusters from which on an order is looked for: fewer order parameters fit the first caches anyhow."""

DENSE_SHARE = 0.5
"""Share of weights other than 0 from which on a dense product is quicker than compressed rows."""

WORTH = 0.5
"""Distance of coupled clusters in memory, of what it was, below which another order pays."""


def is_dense(weights: Any) -> bool:
    """Whether W is better kept dense."""
    least = DENSE_SHARE * weights.shape[0] ** 2
    # Entries that are stored are counted in no time, those other than 0 of a million clusters in a second.
    if getattr(weights, "nnz", weights.shape[0] ** 2) < least:
        return False
    return bool(sparse.coo_array(weights).count_nonzero() >= least)


def order_of(weights: Any) -> Integers | None:
    """Order of the clusters (C,) in memory, or None where their own order is as good.

    Source: E. Cuthill, J. McKee, Proc. 24th ACM Nat. Conf., 157 (1969), reversed.
    """
    if weights.shape[0] < REORDER_FROM:
        return None
    order = np.asarray(reverse_cuthill_mckee(weights, symmetric_mode=False), np.int64)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    pairs = weights.tocoo()
    before = np.abs(pairs.row.astype(np.int64) - pairs.col).sum()
    after = np.abs(place[pairs.row] - place[pairs.col]).sum()
    return order if after < WORTH * before else None


def sites_of(offsets: Integers, order: Integers) -> Integers:
    """Public numbers of the oscillators, shape (N,), in the order of memory."""
    sizes = np.diff(offsets)[order]
    starts = np.concatenate(([0], np.cumsum(sizes)))
    shift = np.repeat(offsets[order] - starts[:-1], sizes)
    return np.arange(starts[-1], dtype=np.int64) + shift
