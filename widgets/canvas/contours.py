"""Contours: lines of equal value over a field, traced at bounded cost on a lattice as coarse as it takes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import contourpy
import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.plates import LABEL_PIXELS, TextPlate, text_size
from tauscope.widgets.readout import significant

CONTOUR_COLOR = (0.97, 0.98, 0.99, 0.9)
CONTOUR_FRINGE = (0.0, 0.0, 0.0, 0.4)
"""Light lines with a dark fringe, to be read on any colour of any map."""
CONTOUR_WIDTH = 1.1
MOST_CELLS = 160
"""Longest side of the lattice that is traced; of a larger one every so many-th cell is taken."""
MOST_POINTS = 6000
"""Lines with more points than this (noise) are traced on a coarser lattice the next time."""
MOST_LEVELS = 40
_MOST_LABELS = 16
_LABEL_LEAST = 60.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Level:
    """Lines of one value.

    Parameters
    ----------
    value : float
        The field has this value on the lines.
    points : array [n, 2]
        Points (x, y) of all lines, one line after the other, in cells.
    offsets : array of int [lines + 1]
        Where each line begins among the points, and the number of points.
    """

    value: float
    points: Floats
    offsets: npt.NDArray[np.int64]

    def longest(self, count: int) -> list[Floats]:
        """Lines with the most points."""
        order = np.argsort(np.diff(self.offsets))[::-1][:count]
        return [self.points[self.offsets[k] : self.offsets[k + 1]] for k in order]


@dataclass(eq=False)
class Contours:
    """Traced lines.

    Parameters
    ----------
    levels : tuple of Level
        Levels that have lines.
    stride : int
        Every so many-th cell was taken.
    rough : bool
        Whether that is fewer cells than the size of the field alone would ask for, because it is noise.
    path : object
        Kept by the raster surface.
    """

    levels: tuple[Level, ...] = ()
    stride: int = 1
    rough: bool = False
    path: Any = None

    @cached_property
    def size(self) -> int:
        """Number of points."""
        return sum(len(level.points) for level in self.levels)

    @cached_property
    def segments(self) -> npt.NDArray[np.float32]:
        """Straight pieces of all lines: x, y of one end and of the other, float32 [n, 4]."""
        parts = [np.zeros((0, 4))]
        for level in self.levels:
            joined = np.ones(len(level.points) - 1, bool)
            joined[level.offsets[1:-1] - 1] = False
            parts.append(np.concatenate([level.points[:-1], level.points[1:]], axis=1)[joined])
        return np.concatenate(parts).astype(np.float32)


class Tracer:
    """Traces the contours of one view, frame after frame.

    A field of noise has lines through every cell; then the lattice is coarsened step by step, from frame to
    frame, until the lines have fewer points than `MOST_POINTS`, and refined again when they become simple.
    """

    def __init__(self) -> None:
        self._coarser = 1

    def trace(self, array: Array, levels: tuple[float, ...], cyclic: bool = False) -> Contours:
        """Contours of an array [ny, nx]; cells that are not finite are left out.

        Those of complex numbers are of the modulus; ``cyclic`` values are angles in radians.
        """
        stride = math.ceil(max(array.shape) / MOST_CELLS) * self._coarser
        found = trace(array, levels, stride, cyclic)
        points, found.rough = found.size, self._coarser > 1
        if points > MOST_POINTS and min(array.shape) // (2 * stride) >= 8:
            self._coarser *= 2
            if points > 4 * MOST_POINTS:  # not even for one frame
                return self.trace(array, levels, cyclic)
        elif points < MOST_POINTS / 16 and self._coarser > 1:
            self._coarser //= 2
        return found


def trace(array: Array, levels: tuple[float, ...], stride: int = 1, cyclic: bool = False) -> Contours:
    """Contours through every ``stride``-th cell, linear between cell centres.

    Parameters
    ----------
    array : array [ny, nx]
        Any real dtype, or complex numbers, whose modulus is traced.
    levels : tuple of float
        Values; at most `MOST_LEVELS` are traced.
    stride : int
        1 or more.
    cyclic : bool
        Whether values are angles in radians, which have no line where they jump by a turn.
    """
    part = array[::stride, ::stride]
    values = np.asarray(np.abs(part) if part.dtype.kind == "c" else part, np.float64)
    if min(values.shape) < 2 or not levels:
        return Contours((), stride)
    generator = None if cyclic else _generator(values)
    found = []
    for level in levels[:MOST_LEVELS]:
        # Of an angle the line is where its distance from the level, within half a turn, is none.
        from_level, at = (_generator(_away(values, level)), 0.0) if generator is None else (generator, level)
        chunks: Any = from_level.lines(at)  # one chunk: points, and where lines begin, None without lines
        points, offsets = chunks[0][0], chunks[1][0]
        if points is not None:
            found.append(Level(level, np.asarray(points) * stride, np.asarray(offsets, np.int64)))
    return Contours(tuple(found), stride)


def _generator(values: Floats) -> Any:
    bad = ~np.isfinite(values)
    return contourpy.contour_generator(
        z=np.ma.masked_array(values, bad) if bad.any() else values,
        line_type=contourpy.LineType.ChunkCombinedOffset,
    )


def _away(angles: Floats, level: float) -> Floats:
    """Angles less a level, from -pi/2 to pi/2; farther ones are NaN."""
    away = np.mod(angles - level + np.pi, 2 * np.pi) - np.pi
    return np.where(np.abs(away) < np.pi / 2, away, np.nan)


def label_plates(contours: Contours, camera: Camera, taken: Iterable[TextPlate] = ()) -> list[TextPlate]:
    """Values of the levels, each on a long line of its level in view; none on another or on what is taken."""
    found: list[TextPlate] = []
    boxes = [(plate.x, plate.y, *plate.size()) for plate in taken]
    for level in contours.levels[:_MOST_LABELS]:
        place = _place(level, camera)
        if place is None:
            continue
        text = significant(level.value, 2)
        wide, tall = text_size(text, LABEL_PIXELS)
        plate = TextPlate(text, place[0] - wide / 2, place[1] - tall / 2, LABEL_PIXELS)
        x, y = plate.x, plate.y
        if all(x >= a + w or a >= x + wide or y >= b + h or b >= y + tall for a, b, w, h in boxes):
            found.append(plate)
            boxes.append((x, y, wide, tall))
    return found


def _place(level: Level, camera: Camera) -> tuple[float, float] | None:
    best: tuple[float, tuple[float, float]] | None = None
    for line in level.longest(3):
        px = camera.width / 2 + (line[:, 0] - camera.cx) * camera.scale
        py = camera.height / 2 - (line[:, 1] - camera.cy) * camera.scale
        inside = (px > 20) & (px < camera.width - 20) & (py > 12) & (py < camera.height - 12)
        reach = float(np.hypot(np.diff(px), np.diff(py))[inside[:-1]].sum())
        if reach > _LABEL_LEAST and (best is None or reach > best[0]):
            places = np.flatnonzero(inside)
            middle = places[len(places) // 2]
            best = reach, (float(px[middle]), float(py[middle]))
    return best[1] if best else None
