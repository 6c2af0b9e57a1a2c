"""Sums and extremes over a lattice on the CPU, each in one pass that takes about as long as a tick, or less.

A pass works on every column by itself, so that the processor does several at once without a change of the
order of additions. Sums then go over the columns from left to right. The result is float64 and the same at
every call: it depends on the numbers alone.

Arrays are C-contiguous, (rows, width); row r counts from column ``lo[r]`` up to, not including, ``hi[r]``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.jit import kernel

Array = npt.NDArray[Any]


def total(a: Array, lo: Array, hi: Array) -> float:
    """Sum of a."""
    return float(add(a, lo, hi, np.zeros(a.shape[1])))


def total_product(a: Array, b: Array, lo: Array, hi: Array) -> float:
    """Sum of a b."""
    return float(add_product(a, b, lo, hi, np.zeros(a.shape[1])))


def largest(a: Array, lo: Array, hi: Array) -> float:
    """Largest a, at least 0."""
    columns = np.zeros(a.shape[1], a.dtype)
    raise_to(a, lo, hi, columns)
    return float(columns.max())


def largest_sum(a: Array, b: Array, lo: Array, hi: Array) -> float:
    """Largest a + b, at least 0; whole numbers are added as int64, others as float64."""
    columns = np.zeros(a.shape[1], np.int64 if a.dtype.kind == "i" else np.float64)
    raise_to_sum(a, b, lo, hi, columns, columns.dtype.type(0))
    return float(columns.max())


def largest_share(a: Array, b: Array, c: Array, lo: Array, hi: Array) -> float:
    """Largest (a + b) / c, at least 0."""
    columns = np.zeros(a.shape[1])
    raise_to_share(a, b, c, lo, hi, columns)
    return float(columns.max())


def least(a: Array, lo: Array, hi: Array) -> float:
    """Least a; without sites the largest number that a could hold."""
    columns = np.full(a.shape[1], _most(a.dtype), a.dtype)
    lower_to(a, lo, hi, columns)
    return float(columns.min())


def least_sum(a: Array, b: Array, shift: int, lo: Array, hi: Array) -> float:
    """Least a + b in b's number type; column x of a stands beside column x - shift of b.

    Without sites it is the largest number that b could hold.
    """
    columns = np.full(a.shape[1], _most(b.dtype), b.dtype)
    lower_to_sum(a, b, np.uint64(shift), lo, hi, columns)
    return float(columns.min())


def _most(dtype: np.dtype[Any]) -> Any:
    return np.iinfo(dtype).max if dtype.kind == "i" else np.finfo(dtype).max


@kernel
def add(a: Any, lo: Any, hi: Any, columns: Any) -> float:
    """Sum of a; ``columns`` are zeros."""
    for row in range(lo.size):
        first = lo[row]
        for i in range(hi[row] - first):
            x = np.uint64(first + i)
            columns[x] += np.float64(a[row, x])
    found = 0.0
    for value in columns:
        found += value
    return found


@kernel
def add_product(a: Any, b: Any, lo: Any, hi: Any, columns: Any) -> float:
    """Sum of a b; ``columns`` are zeros."""
    for row in range(lo.size):
        first = lo[row]
        for i in range(hi[row] - first):
            x = np.uint64(first + i)
            columns[x] += np.float64(a[row, x]) * np.float64(b[row, x])
    found = 0.0
    for value in columns:
        found += value
    return found


@kernel
def raise_to(a: Any, lo: Any, hi: Any, columns: Any) -> None:
    """Raise every column to its largest a."""
    for row in range(lo.size):
        first = lo[row]
        for i in range(hi[row] - first):
            x = np.uint64(first + i)
            columns[x] = np.maximum(columns[x], a[row, x])


@kernel
def raise_to_sum(a: Any, b: Any, lo: Any, hi: Any, columns: Any, zero: Any) -> None:
    """Raise every column to its largest a + b, added in the number type of ``zero``."""
    for row in range(lo.size):
        first = lo[row]
        for i in range(hi[row] - first):
            x = np.uint64(first + i)
            columns[x] = np.maximum(columns[x], (zero + a[row, x]) + b[row, x])


@kernel
def raise_to_share(a: Any, b: Any, c: Any, lo: Any, hi: Any, columns: Any) -> None:
    """Raise every column to its largest (a + b) / c."""
    for row in range(lo.size):
        first = lo[row]
        for i in range(hi[row] - first):
            x = np.uint64(first + i)
            value = (np.float64(a[row, x]) + np.float64(b[row, x])) / np.float64(c[row, x])
            columns[x] = np.maximum(columns[x], value)


@kernel
def lower_to(a: Any, lo: Any, hi: Any, columns: Any) -> None:
    """Lower every column to its least a."""
    for row in range(lo.size):
        first = lo[row]
        for i in range(hi[row] - first):
            x = np.uint64(first + i)
            columns[x] = np.minimum(columns[x], a[row, x])


@kernel
def lower_to_sum(a: Any, b: Any, shift: Any, lo: Any, hi: Any, columns: Any) -> None:
    """Lower every column to its least a + b; column x of a stands beside column x - shift of b."""
    for row in range(lo.size):
        first = lo[row]
        for i in range(hi[row] - first):
            x = np.uint64(first + i)
            columns[x] = np.minimum(columns[x], a[row, x] + b[row, x - shift])
