"""Where the arrays of the lattice lie in memory: padded rows, aligned, never on the same cache sets.

Every array of a lattice has the shape (ny + 2, width): one halo row above and below, `PAD` columns before
the first site (a whole number of cache lines) and at least one after the last. Site (y, x) is
``[y + 1, x + PAD]``.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

PAD = 16
"""Columns before the first site, a whole number of 64-byte lines in 4- and 8-byte types."""

_LINE = 64
_PAGE = 4096
_SLOT_LINES = 7
_DEFAULT_CACHE = 512 * 1024
_LEAST_CACHE = 64 * 1024
_GLIBC_LEVEL2_CACHE_SIZE = 191
_MAX_BLOCK = 16


def row_width(nx: int) -> int:
    """Columns of a padded row: an odd number of 16-element groups, which spreads rows over the cache sets."""
    groups = -(-(PAD + nx + 1) // 16)
    return 16 * (groups | 1)


def allocate(shape: tuple[int, ...], dtype: npt.DTypeLike, slot: int) -> Array:
    """Zeroed C-contiguous array whose start is `slot` steps of 448 bytes into a page.

    Arrays read in step at the same column would otherwise share one 8-way cache set
    (large allocations all start at the same offset in a page).
    """
    item = np.dtype(dtype).itemsize
    size = int(np.prod(shape)) * item
    raw = np.zeros(size + 2 * _PAGE, np.uint8)
    start = -raw.ctypes.data % _PAGE + (slot * _SLOT_LINES * _LINE) % _PAGE
    return raw[start : start + size].view(dtype).reshape(shape)


def inner(array: Array, nx: int) -> Array:
    """View of the sites, shape (..., ny, nx), of a padded array, shape (..., ny + 2, width)."""
    return array[..., 1:-1, PAD : PAD + nx]


@cache
def second_level_cache() -> int:
    """Bytes of the per-core second-level cache; 512 KiB where the system does not say."""
    return _told_by_the_c_library() or _DEFAULT_CACHE


def _told_by_the_c_library() -> int:
    """Size in bytes as glibc's `sysconf` tells it, under a number for which Python has no name; else 0."""
    try:
        found = int(ctypes.CDLL(None).sysconf(_GLIBC_LEVEL2_CACHE_SIZE))
    except (AttributeError, OSError, TypeError):
        return 0  # another C library
    return found if sys.platform == "linux" and found >= _LEAST_CACHE else 0


def ticks_per_sweep(row_bytes: int, rows: int, cache: int | None = None) -> int:
    """Ticks that one sweep over the lattice carries out, so that the rows in flight stay in the cache.

    Parameters
    ----------
    row_bytes : int
        Bytes of one row over all arrays of the state.
    rows : int
        Rows of the lattice; a periodic sweep needs twice the ticks in rows.
    cache : int, optional
        Bytes of the cache; the machine's second level by default.
    """
    budget = second_level_cache() if cache is None else cache
    return max(1, min(_MAX_BLOCK, budget // row_bytes - 2, rows // 2))
