"""Hatching over what is not there: cells of a lattice, dimmed and crossed with lines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.plates import TextPlate
from tauscope.widgets.canvas.shapes import Shape, ShapeKind

Mask = npt.NDArray[np.bool_]
Box = tuple[int, int, int, int]
"""First column and row, and those after the last."""

SPACING = 9.0
"""Pixels between two lines."""
MOST = 900
"""Lines at most; of more there is only the dimming."""
DIM = (0.05, 0.06, 0.08, 0.55)
LINE = (0.62, 0.66, 0.72, 0.55)


def boxes(mask: Mask) -> list[Box]:
    """Rectangles that cover the true cells of [rows, columns], none twice: runs of a row, joined upwards."""
    found: list[Box] = []
    open_runs: dict[tuple[int, int], int] = {}
    for row in range(mask.shape[0] + 1):
        runs: set[tuple[int, int]] = set()
        if row < mask.shape[0]:
            edges = np.flatnonzero(np.diff(np.concatenate([[0], mask[row].astype(np.int8), [0]])))
            runs = set(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
        for run in [run for run in open_runs if run not in runs]:
            found.append((run[0], open_runs.pop(run), run[1], row))  # noqa: PERF401 - it empties the runs
        for run in runs - open_runs.keys():
            open_runs[run] = row
    return sorted(found)


def hatching(mask: Mask) -> Callable[[Camera], tuple[tuple[Shape, ...], tuple[TextPlate, ...]]] | None:
    """What a canvas draws over the true cells of [rows, columns]; None where there are none."""
    found = boxes(mask)
    if not found:
        return None

    def drawn(camera: Camera) -> tuple[tuple[Shape, ...], tuple[TextPlate, ...]]:
        shapes: list[Shape] = []
        lines: list[Shape] = []
        for left, bottom, right, top in found:
            ax, ay = camera.to_pixel(left - 0.5, top - 0.5)
            bx, by = camera.to_pixel(right - 0.5, bottom - 0.5)
            shapes.append(Shape(ShapeKind.BOX, ax, ay, bx, by, DIM))
            inside = (max(ax, 0.0), max(ay, 0.0), min(bx, camera.width), min(by, camera.height))
            lines += _lines(*inside)
        return (*shapes, *(lines if len(lines) <= MOST else ())), ()

    return drawn


def _lines(left: float, top: float, right: float, bottom: float) -> list[Shape]:
    """Lines from lower left to upper right, at places that neighbouring boxes share."""
    if right <= left or bottom <= top:
        return []
    found = []
    first = np.ceil((left + top) / SPACING) * SPACING
    for place in np.arange(first, right + bottom, SPACING).tolist():
        x1, x2 = max(left, place - bottom), min(right, place - top)
        if x2 > x1:
            found.append(Shape(ShapeKind.SEGMENT, x1, place - x1, x2, place - x2, LINE, 1.0))
    return found
