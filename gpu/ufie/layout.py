"""How the sites of nine axes lie in memory: bricks of two axes, and a table of each brick's neighbours.

Fields are real arrays (bricks, 2 B): of each brick the real parts of its B sites, then the imaginary ones.
Sites of a brick lie in C order of its axes. Of the seven slow axes the table has two columns each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

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


def strides_of(sizes: Sequence[int]) -> Integers:
    """C strides of an array of these sizes, in items, shape (9,); 0 for axes of one item."""
    steps = np.cumprod([1, *reversed(sizes)])[:-1][::-1].astype(np.int64)
    return np.where(np.asarray(sizes) == 1, 0, steps)


class Layout:
    """Where the sites of a shape lie in memory.

    Parameters
    ----------
    shape : nine ints
        Sizes of the axes.

    Raises
    ------
    ValueError
        As `checked`.
    """

    def __init__(self, shape: Sequence[int]) -> None:
        self.shape = checked(shape)
        self.axes = brick_axes(shape)
        self.slow = slow_axes(shape)
        self.slow_shape = slow_shape(shape)
        self.rows, self.columns = (self.shape[d] for d in self.axes)
        self.sites = self.rows * self.columns
        """Sites of a brick, B."""
        self.bricks = math.prod(self.slow_shape)
        """Bricks of the whole torus."""
        self._slow_strides = strides_of(self.slow_shape)

    def coordinates(self, numbers: npt.ArrayLike) -> tuple[Integers, ...]:
        """Place of bricks along each of the nine axes; 0 along those of a brick."""
        return tuple(np.asarray(x, np.int64) for x in np.unravel_index(np.asarray(numbers), self.slow_shape))

    def split(self, sites: npt.ArrayLike) -> tuple[Integers, Integers]:
        """Brick numbers and places in the brick of site numbers, both int64 (n,).

        Raises
        ------
        ValueError
            If a site number is none of this shape.
        """
        at = np.unravel_index(np.asarray(sites, np.int64).ravel(), self.shape)
        return self.places(tuple(np.asarray(x, np.int64) for x in at))

    def places(self, at: Sequence[Integers]) -> tuple[Integers, Integers]:
        """Brick numbers and places in the brick of coordinates, nine arrays that broadcast together."""
        number = sum(stride * x for stride, x in zip(self._slow_strides.tolist(), at, strict=True))
        a, b = self.axes
        return np.asarray(number, np.int64), np.asarray(at[a] * self.columns + at[b], np.int64)

    def site(self, number: int, place: int) -> int:
        """Site number of a place in a brick."""
        at = [int(x) for x in self.coordinates(number)]
        at[self.axes[0]], at[self.axes[1]] = divmod(place, self.columns)
        return int(np.ravel_multi_index(at, self.shape))

    def beside(self, numbers: Integers) -> Integers:
        """Numbers of the bricks beside bricks, shape (n, 14): after and before, of each slow axis."""
        at = self.coordinates(numbers)
        columns = []
        for d in self.slow:
            for step in (1, -1):
                moved = (at[d] + step) % self.slow_shape[d]
                columns.append(numbers + (moved - at[d]) * self._slow_strides[d])
        return np.stack(columns, axis=1)

    def near(self) -> npt.NDArray[np.int32]:
        """Places beside each place of a brick, shape (4, B): after and before, of both of its axes."""
        place = np.arange(self.sites, dtype=np.int32).reshape(self.rows, self.columns)
        return np.stack([np.roll(place, -step, axis).ravel() for axis in (0, 1) for step in (1, -1)])

    def gathered(self, values: npt.NDArray[Any], numbers: Integers) -> npt.NDArray[Any]:
        """Values of bricks, shape (n, B, *rest), of an array that broadcasts to (*shape, *rest).

        ``values`` has nine axes before those of ``rest``, each of the axis' size or 1.
        """
        rest = values.shape[9:]
        whole = np.broadcast_to(values, (*self.shape, *rest))
        moved = np.moveaxis(whole, self.axes, (7, 8))
        at = self.coordinates(numbers)
        return moved[tuple(at[d] for d in self.slow)].reshape(numbers.size, self.sites, *rest)

    def spread(self, bricks: npt.NDArray[Any], numbers: Integers) -> npt.NDArray[Any]:
        """Array of the shape from values of bricks (n, B); 0 where there is no brick."""
        sizes = [self.shape[d] for d in (*self.slow, *self.axes)]
        whole = np.zeros(sizes, bricks.dtype)
        at = self.coordinates(numbers)
        whole[tuple(at[d] for d in self.slow)] = bricks.reshape(-1, self.rows, self.columns)
        return np.ascontiguousarray(np.moveaxis(whole, (7, 8), self.axes))

    def as_nine(self, name: str, values: npt.ArrayLike, rest: int = 0) -> npt.NDArray[np.float64]:
        """Real values with nine axes before ``rest`` others, each of the axis' size or 1.

        Raises
        ------
        ValueError
            If they do not broadcast to the shape.
        """
        given = np.asarray(values, np.float64)
        if given.ndim < 9 + rest:
            lead = (1,) * (9 + rest - given.ndim)
            given = given.reshape(*lead, *given.shape)
        if given.ndim != 9 + rest or any(
            size not in (1, full) for size, full in zip(given.shape, self.shape, strict=False)
        ):
            raise ValueError(f"{name} of the shape {given.shape} does not broadcast to {self.shape}.")
        return given
