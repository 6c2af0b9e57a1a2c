"""Strokes on a map: which cells a brush covers, a segment, the region of equal value.

Positions are in cells, cell centres at integers; maps are [row, column] with row 0 at the bottom. A brush
stroke is the union of discs stamped along the pointer's path, so that it may be extended bit by bit and is
the same however often it was looked at in between.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Box = tuple[slice, slice]
"""Rows and columns of a rectangle."""

Of = Callable[[Floats, Floats], npt.ArrayLike]
"""Number for each place: a function of columns x and rows y, in cells."""

LARGEST_RADIUS = 2048.0
_SPACING = 0.5
_SPACINGS_A_RADIUS = 8.0
"""Stamps so close that the edge between two of them stays within 1/500 of the radius."""


class Stroke:
    """One stroke on a map, from its beginning to its end.

    Parameters
    ----------
    base : array, shape (ny, nx), float64
        Map before the stroke; not changed.
    value : callable
        New value of a cell as a function of its column and row.
    radius : callable
        Radius of the brush in cells as a function of where it is.
    least : float
        Smallest value that the map may hold; ``above`` says whether it must be more than that.
    above : bool
        Whether values must be more than ``least``.
    """

    def __init__(self, base: Floats, value: Of, radius: Of, least: float = 0.0, above: bool = False) -> None:
        self.base = base
        self.mask: Mask = np.zeros(base.shape, np.bool_)
        self._value, self._radius = value, radius
        self._least, self._above = least, above
        self._last: tuple[float, float] | None = None

    def extend(self, x: float, y: float) -> None:
        """Go on to a point: the first one is stamped, a later one is reached along a straight line.

        Raises
        ------
        BadInput
            A radius that is not finite, negative or larger than `LARGEST_RADIUS`; so does `draw_line`.
        """
        points = np.array([[x, y]]) if self._last is None else self._along(self._last, (x, y))
        self._last = (x, y)
        cover(self.mask, points, self._radii(points))

    def draw_line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Cover the segment between two points, and nothing else."""
        self.mask[...] = False
        points = np.concatenate([[start], self._along(start, end)])
        cover(self.mask, points, self._radii(points))

    def fill(self, x: float, y: float) -> None:
        """Cover the region of equal value about a cell."""
        self.mask |= region(self.base, x, y)

    def result(self) -> Floats:
        """Map with the stroke on it.

        Raises
        ------
        BadInput
            A value that is not finite or too small, with its cell.
        """
        after = np.array(self.base)
        box = bounds(self.mask)
        if box is None:
            return after
        y, x = (at.astype(np.float64) for at in np.nonzero(self.mask))
        after[self.mask] = values_of(self._value, x, y, self._least, self._above)
        return after

    def _along(self, start: tuple[float, float], end: tuple[float, float]) -> Floats:
        """Stamps after ``start`` up to ``end``."""
        way = np.subtract(end, start)
        least = float(self._radii(np.array([start, end], np.float64)).min())
        count = max(1, math.ceil(float(np.hypot(*way)) / max(_SPACING, least / _SPACINGS_A_RADIUS)))
        share = np.arange(1, count + 1)[:, np.newaxis] / count
        return np.asarray(np.asarray(start) + share * way)

    def _radii(self, points: Floats) -> Floats:
        return radii_of(self._radius, points[:, 0], points[:, 1])


def values_of(value: Of, x: Floats, y: Floats, least: float = 0.0, above: bool = False) -> Floats:
    """Values at cells (x, y), of their shape.

    Raises
    ------
    BadInput
        A value that is not finite, or less than ``least`` (or equal to it, where it must be ``above``).
    """
    values = _numbers(value(x, y), x.shape)
    good = np.isfinite(values) & (values > least if above else values >= least)
    if not good.all():
        at = np.unravel_index(int(np.argmin(good)), good.shape)
        raise BadInput(
            f"The value is {values[at]:g} at x {x[at]:g}, y {y[at]:g}.",
            key="value",
            value=float(values[at]),
            allowed=f"finite numbers {'above' if above else 'of at least'} {least:g}",
        )
    return values


def radii_of(radius: Of, x: Floats, y: Floats) -> Floats:
    """Radii at places (x, y), of their shape.

    Raises
    ------
    BadInput
        A radius that is not finite, negative, or larger than `LARGEST_RADIUS`.
    """
    radii = _numbers(radius(x, y), x.shape)
    good = (radii >= 0) & (radii <= LARGEST_RADIUS)
    if not good.all():
        at = np.unravel_index(int(np.argmin(good)), good.shape)
        raise BadInput(
            f"The radius is {radii[at]:g} cells at x {x[at]:.4g}, y {y[at]:.4g}.",
            key="radius",
            value=float(radii[at]),
            allowed=f"0 to {LARGEST_RADIUS:g} cells",
        )
    return radii


def cover(mask: Mask, points: Floats, radii: Floats) -> None:
    """Mark every cell whose centre lies in a disc; the cell under a disc's centre belongs to it always.

    Parameters
    ----------
    mask : array, shape (ny, nx), bool
        Changed in place.
    points : array, shape (n, 2)
        Centres x, y in cells; those outside cover what reaches inside.
    radii : array, shape (n,)
        Radii in cells.
    """
    ny, nx = mask.shape
    for (x, y), radius in zip(points.tolist(), radii.tolist(), strict=True):
        i, j = math.floor(x + 0.5), math.floor(y + 0.5)
        if 0 <= i < nx and 0 <= j < ny:
            mask[j, i] = True
        bottom, top = max(math.ceil(y - radius), 0), min(math.floor(y + radius) + 1, ny)
        left, right = max(math.ceil(x - radius), 0), min(math.floor(x + radius) + 1, nx)
        if bottom < top and left < right:
            dx, dy = np.arange(left, right) - x, np.arange(bottom, top) - y
            mask[bottom:top, left:right] |= (dx * dx)[np.newaxis] + (dy * dy)[
                :, np.newaxis
            ] <= radius * radius


def region(array: Floats, x: float, y: float) -> Mask:
    """Cells of the value under a point that are joined to it through their edges; none outside the map."""
    i, j = math.floor(x + 0.5), math.floor(y + 0.5)
    if not (0 <= j < array.shape[0] and 0 <= i < array.shape[1]):
        return np.zeros(array.shape, np.bool_)
    parts, _count = ndimage.label(array == array[j, i])
    return np.asarray(parts == parts[j, i])


def bounds(mask: Mask) -> Box | None:
    """Smallest rectangle with every marked cell, or None where there is none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _numbers(values: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
    return np.array(np.broadcast_to(np.asarray(values, np.float64), shape))
