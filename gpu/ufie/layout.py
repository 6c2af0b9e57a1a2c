"""How the sites of nine axes lie in memory: bricks of two axes, and a table of each brick's neighbours.

Fields are real arrays (bricks, 2 B): of each brick the real parts of its B sites, then the imaginary ones.
Sites of a brick lie in C order of its axes. Of the seven slow axes the table has two columns each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Shape = tuple[int, ...]

BEST = 64
"""Sites of a brick that are best: rows long enough for vector registers, small enough for the first cache."""


def checked(shape: Sequence[int]) -> Shape:
    """Nine sizes as a tuple of int.

    Raises
    ------
    ValueError
        If there are not nine, or one is below 1.
    """
    sizes = tuple(int(size) for size in shape)
    if len(sizes) != 9 or min(sizes) < 1:
        raise ValueError(f"A wave has nine axes of at least one site each, not {sizes}.")
    return sizes


def brick_axes(shape: Sequence[int]) -> tuple[int, int]:
    """The two axes of a brick, in ascending order; one of them may have the size 1.

    The pair whose product is closest to `BEST`, and of those the one whose second axis is longest: the
    second axis is what lies in a row.
    """
    sizes = checked(shape)
    pairs = [(a, b) for b in range(9) for a in range(b)]
    return min(pairs, key=lambda p: (abs(math.log(sizes[p[0]] * sizes[p[1]] / BEST)), -sizes[p[1]], -p[1]))


def slow_shape(shape: Sequence[int]) -> Shape:
    """Shape with the axes of a brick set to 1; brick numbers are flat C indices over it."""
    axes = brick_axes(shape)
    return tuple(1 if d in axes else size for d, size in enumerate(checked(shape)))


def slow_axes(shape: Sequence[int]) -> tuple[int, ...]:
    """The seven axes that are not of a brick, in ascending order."""
    axes = brick_axes(shape)
    return tuple(d for d in range(9) if d not in axes)
