"""Where the links of a periodic lattice lie in memory: even and odd sites apart, rows with edges.

A site's parity is that of the sum of its coordinates. Sites of one parity in a row along the last axis lie
side by side: column k of row r and parity p is the site x = 2 k + s with s = (parity of r + p) mod 2. From
there the neighbours of the other parity lie in column k of the rows next to it and, within the row, in k + s
and k + s - 1; so loops along k read whole runs of memory. Columns 0 and w + 1 repeat w and 1: no loop wraps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Rows of a lattice and their neighbours.

    Parameters
    ----------
    shape : tuple of int
        Even extents, slowest axis first.
    half : int
        Sites w of one parity in a row, half the last extent.
    up, down : int64 array (D, R)
        Row one step forward and back along each axis; along the last the row itself.
    parity : int64 array (R,)
        Parity of each row's other coordinates.
    """

    shape: tuple[int, ...]
    half: int
    up: Ints
    down: Ints
    parity: Ints

    @property
    def rows(self) -> int:
        """Rows R along the last axis."""
        return int(self.parity.size)

    @property
    def sites(self) -> int:
        """Sites V."""
        return math.prod(self.shape)

    @property
    def planes(self) -> int:
        """Planes of two axes, D (D - 1) / 2."""
        return len(self.shape) * (len(self.shape) - 1) // 2


def layout_of(shape: tuple[int, ...]) -> Layout:
    """Layout of a lattice.

    Raises
    ------
    ValueError
        If it has not two to four axes, or an extent that is not even and positive.
    """
    if not 2 <= len(shape) <= 4 or any(extent < 2 or extent % 2 for extent in shape):
        raise ValueError(f"A lattice of two to four even extents is needed, not {shape}.")
    rows = np.arange(math.prod(shape[:-1])).reshape(shape[:-1])
    parity = (np.indices(shape[:-1]).sum(axis=0) % 2).astype(np.int64)
    turned = [[np.roll(rows, by, axis) for axis in range(len(shape) - 1)] for by in (-1, 1)]
    up, down = (np.array([part.ravel() for part in (*parts, rows)], np.int64) for parts in turned)
    return Layout(tuple(shape), shape[-1] // 2, up, down, parity.ravel())


def split(whole: npt.ArrayLike, layout: Layout) -> Reals:
    """Numbers of links, shape (D, *shape), in the order of the kernels, shape (D, 2, R, w + 2)."""
    flat = np.asarray(whole, np.float64).reshape(len(layout.shape), layout.rows, layout.half, 2)
    found = np.empty((len(layout.shape), 2, layout.rows, layout.half + 2))
    for p in range(2):
        for q in range(2):
            rows = layout.parity == q
            found[:, p, rows, 1:-1] = flat[..., (q + p) % 2][:, rows]
    found[..., 0], found[..., -1] = found[..., -2], found[..., 1]
    return found


def joined(parts: Reals, layout: Layout) -> Reals:
    """Numbers of links, shape (D, *shape), from those in the order of the kernels; undoes `split`."""
    found = np.empty((len(layout.shape), layout.rows, layout.half, 2))
    for p in range(2):
        for q in range(2):
            rows = layout.parity == q
            found[..., (q + p) % 2][:, rows] = parts[:, p, rows, 1:-1]
    return found.reshape(len(layout.shape), *layout.shape)
