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
        self._after = np.array(base)
        self._value, self._radius = value, radius
        self._least, self._above = least, above
        self._last: tuple[float, float] | None = None
        self._box: Box | None = None
        self._stale: Box | None = None
        self._untold: Box | None = None

    def extend(self, x: float, y: float) -> None:
        """Go on to a point: the first one is stamped, a later one is reached along a straight line.

        Raises
        ------
        BadInput
            A radius that is not finite, negative or larger than `LARGEST_RADIUS`; so does `draw_line`.
        """
        points = np.array([[x, y]]) if self._last is None else self._along(self._last, (x, y))
        self._last = (x, y)
        self._stamp(points)

    def draw_line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Cover the segment between two points, and nothing else."""
        points = np.concatenate([[start], self._along(start, end)])
        if self._box is not None:
            self.mask[self._box] = False
            self._touch(self._box)
        self._box = None
        self._stamp(points)

    def fill(self, x: float, y: float) -> None:
        """Cover the region of equal value about a cell."""
        self.mask |= region(self.base, x, y)
        self._box = bounds(self.mask)
        self._touch(self._box)

    @property
    def box(self) -> Box | None:
        """A rectangle with every covered cell, or None where nothing is covered."""
        return self._box

    @property
    def after(self) -> Floats:
        """Map with the stroke on it; the stroke goes on changing it. It costs what was covered since.

        Raises
        ------
        BadInput
            As `result`.
        """
        box = self._stale
        if box is not None:
            mask, part = self.mask[box], np.array(self.base[box])
            rows, columns = (at.astype(np.float64) for at in np.nonzero(mask))
            x, y = columns + box[1].start, rows + box[0].start
            part[mask] = values_of(self._value, x, y, self._least, self._above)
            self._after[box] = part
            self._stale = None
        return self._after

    def take_changed(self) -> Box | None:
        """A rectangle with every cell of `after` that changed since the last call, or None."""
        box, self._untold = self._untold, None
        return box

    def result(self) -> Floats:
        """Copy of the map with the stroke on it.

        Raises
        ------
        BadInput
            A value that is not finite or too small, with its cell.
        """
        return np.array(self.after)

    def _stamp(self, points: Floats) -> None:
        radii = self._radii(points)
        cover(self.mask, points, radii)
        box = _reach(points, radii, self.mask.shape)
        self._box = united(self._box, box)
        self._touch(box)

    def _touch(self, box: Box | None) -> None:
        self._stale, self._untold = united(self._stale, box), united(self._untold, box)

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
    good = _paintable(values, least, above)
    allowed = f"finite numbers {'above' if above else 'of at least'} {least:g}"
    _require(good, values, (x, y), "value", "The value is {} at x {:g}, y {:g}.", allowed)
    return values


def good_somewhere(value: Of, x: Floats, y: Floats, least: float = 0.0, above: bool = False) -> bool:
    """Whether `values_of` takes the value at some of the cells (x, y) at least."""
    return bool(_paintable(_numbers(value(x, y), x.shape), least, above).any())


def _paintable(values: Floats, least: float, above: bool) -> Mask:
    return np.asarray(np.isfinite(values) & (values > least if above else values >= least))


def radii_of(radius: Of, x: Floats, y: Floats) -> Floats:
    """Radii at places (x, y), of their shape.

    Raises
    ------
    BadInput
        A radius that is not finite, negative, or larger than `LARGEST_RADIUS`.
    """
    radii = _numbers(radius(x, y), x.shape)
    good = _sized(radii)
    text = "The radius is {} at x {:.4g}, y {:.4g}."
    _require(good, radii, (x, y), "radius", text, f"0 to {LARGEST_RADIUS:g} cells")
    return radii


def sized_somewhere(radius: Of, x: Floats, y: Floats) -> bool:
    """Whether `radii_of` takes the radius at some of the places (x, y) at least."""
    return bool(_sized(_numbers(radius(x, y), x.shape)).any())


def _sized(radii: Floats) -> Mask:
    return np.asarray((radii >= 0) & (radii <= LARGEST_RADIUS))


def _require(
    good: Mask, numbers: Floats, place: tuple[Floats, Floats], key: str, text: str, allowed: str
) -> None:
    """Refuse the first number that is not good, with its place; ``text`` has room for it and x and y."""
    if good.all():
        return
    at = np.unravel_index(int(np.argmin(good)), good.shape)
    found = float(numbers[at])
    said = "no number" if math.isnan(found) else f"{found:g}"
    raise BadInput(text.format(said, place[0][at], place[1][at]), key=key, value=found, allowed=allowed)


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
    from scipy import ndimage  # slow to import, and every configuration with a map comes by here

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


def united(first: Box | None, second: Box | None) -> Box | None:
    """Smallest rectangle with both, either of which may be missing."""
    if first is None or second is None:
        return second if first is None else first
    rows, columns = (
        slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(first, second, strict=True)
    )
    return rows, columns


def _reach(points: Floats, radii: Floats, shape: tuple[int, ...]) -> Box | None:
    """Rectangle of the lattice with all cells that discs may cover, or None where they lie outside."""
    wide = np.maximum(radii, 0.5)[:, np.newaxis]
    low = np.floor((points - wide).min(axis=0)).astype(int).tolist()
    high = np.ceil((points + wide).max(axis=0)).astype(int).tolist()
    left, bottom = max(low[0], 0), max(low[1], 0)
    right, top = min(high[0] + 1, shape[1]), min(high[1] + 1, shape[0])
    return (slice(bottom, top), slice(left, right)) if left < right and bottom < top else None
