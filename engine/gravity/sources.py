"""Emission maps: what every node emits per realized update, from sources that each add to the background."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.gravity.config import GravityConfig, PatternConfig, SourceConfig
from tauscope.gpu.gravity import sources as kernels

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_HALF_CELL = 0.5
"""A line of a smaller half width could pass between cells and reach none."""

_REACH = 12.0
"""Standard deviations beyond which a Gaussian (5e-32 of its peak) counts as zero."""


def emission_map(config: GravityConfig, patterns: bool = True) -> Floats:
    """Emission a(x) in bits per realized update, [ny, nx] float64, at least 0; zero on sinks.

    The background is added once, however many worlds there are. With ``patterns`` what they emit where they
    start is added: of clocks that is what they always emit.
    """
    emission = np.full((config.ny, config.nx), config.background)
    add_sources(emission, config.sources)
    for pattern in config.patterns if patterns else ():
        if pattern.activity > 0:
            row, column = math.floor(pattern.y + 0.5), math.floor(pattern.x + 0.5)
            add_activity(emission, pattern, pattern.activity, row, column)
    if config.boundary == "disc":
        emission[sink_mask(config)] = 0.0
    return emission


def add_sources(out: Floats, sources: Iterable[SourceConfig]) -> None:
    """Add the excess emission of sources to ``out`` [ny, nx] in their order."""
    for source in sources:
        _ADDERS[source.kind](out, source)


def add_activity(out: Floats, pattern: PatternConfig, activity: float, row: int, column: int) -> None:
    """Add what a pattern on a node emits, by its profile, to ``out`` [ny, nx]."""
    if pattern.profile == "uniform":
        half = math.floor(pattern.size)
        rows, columns = (
            slice(max(row - half, 0), row + half + 1),
            slice(max(column - half, 0), column + half + 1),
        )
        out[rows, columns] += activity
        return
    place = {"x": float(column), "y": float(row), "strength": activity, "width": pattern.size}
    source = SourceConfig.model_validate({"kind": pattern.profile, **place})
    _ADDERS[source.kind](out, source)


def sink_mask(config: GravityConfig) -> Mask:
    """Sink nodes of the disc boundary, [ny, nx] bool; all False with any other boundary."""
    if config.boundary != "disc":
        return np.zeros((config.ny, config.nx), np.bool_)
    y, x = np.indices((config.ny, config.nx), dtype=np.float64)
    distance = np.hypot(x - (config.nx - 1) / 2, y - (config.ny - 1) / 2)
    return np.asarray(distance > config.sink_radius)


def _point(out: Floats, source: SourceConfig) -> None:
    out[math.floor(source.y + 0.5), math.floor(source.x + 0.5)] += source.strength


def _gaussian(out: Floats, source: SourceConfig) -> None:
    ny, nx = out.shape
    column = _bell(np.arange(ny, dtype=np.float64) - source.y, source.width)
    row = _bell(np.arange(nx, dtype=np.float64) - source.x, source.width)
    kernels.add_product(out, column, row, source.strength)


def _bell(distance: Floats, width: float) -> Floats:
    scaled = np.minimum(np.abs(distance) / width, _REACH)
    return np.asarray(np.where(scaled < _REACH, np.exp(-0.5 * scaled * scaled), 0.0))


def _ring(out: Floats, source: SourceConfig) -> None:
    x, y = source.x, source.y
    inner, outer = source.radius - source.width, source.radius + source.width
    kernels.add_band(out, x, y, x, y, inner, outer, False, source.strength)


def _disc(out: Floats, source: SourceConfig) -> None:
    x, y = source.x, source.y
    kernels.add_band(out, x, y, x, y, -1.0, source.radius, True, source.strength)


def _line(out: Floats, source: SourceConfig) -> None:
    x2 = source.x if source.x2 is None else source.x2
    y2 = source.y if source.y2 is None else source.y2
    half = max(0.5 * source.width, _HALF_CELL)
    kernels.add_band(out, source.x, source.y, x2, y2, -1.0, half, True, source.strength)


def _image(out: Floats, source: SourceConfig) -> None:
    if source.array is None:
        return
    rows, columns = source.array.shape
    side = source.width / columns
    left, bottom = source.x - 0.5 * columns * side, source.y - 0.5 * rows * side
    scale = source.strength / source.array.peak
    kernels.add_scaled(out, source.array.array, left, bottom, side, scale)


def _brush(out: Floats, source: SourceConfig) -> None:
    if source.array is None:
        return
    inside, mine = overlap(out.shape, source.array.shape, source.x, source.y)
    out[inside] += source.strength * source.array.array[mine]


def overlap(
    shape: tuple[int, ...], size: tuple[int, int], x: float, y: float
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Where a map lies on a lattice: the lattice's part and the map's part, each as rows and columns.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns of the lattice.
    size : (int, int)
        Rows and columns of the map, whose first entry is on the cell nearest to (x, y).
    """
    starts = (math.floor(y + 0.5), math.floor(x + 0.5))
    lattice: list[slice] = []
    own: list[slice] = []
    for start, length, side in zip(starts, size, shape, strict=True):
        low, high = max(start, 0), min(start + length, side)
        high = max(low, high)
        lattice.append(slice(low, high))
        own.append(slice(low - start, high - start))
    return (lattice[0], lattice[1]), (own[0], own[1])


_ADDERS: dict[str, Any] = {
    "point": _point,
    "gaussian": _gaussian,
    "ring": _ring,
    "disc": _disc,
    "line": _line,
    "image": _image,
    "brush": _brush,
}
