"""Kernels that add sources to an emission map, one site after the other, in float64.

Distances are in cells from cell centres at integers; each function adds, none overwrites.
"""

from __future__ import annotations

import math
from typing import Any

from tauscope.gpu.jit import kernel


@kernel
def add_product(out: Any, column: Any, row: Any, strength: float) -> None:
    """Add ``strength * column[y] * row[x]`` to ``out`` [ny, nx]: a Gaussian from its two factors."""
    for y in range(out.shape[0]):
        scale = strength * column[y]
        if scale > 0.0:
            for x in range(out.shape[1]):
                out[y, x] += scale * row[x]


@kernel
def add_band(
    out: Any,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    inner: float,
    outer: float,
    closed: bool,
    strength: float,
) -> None:
    """Add ``strength`` in a band about the segment (x0, y0)-(x1, y1), or about a point where the ends agree.

    The band is ``inner < distance < outer``, or ``distance <= outer`` as well if ``closed``; a negative
    ``inner`` includes the segment itself.
    """
    top, bottom = max(0, int(min(y0, y1) - outer)), min(out.shape[0], int(max(y0, y1) + outer) + 2)
    low, high = max(0, int(min(x0, x1) - outer)), min(out.shape[1], int(max(x0, x1) + outer) + 2)
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy
    near2 = inner * inner if inner >= 0.0 else -1.0
    far2 = outer * outer
    for y in range(top, bottom):
        for x in range(low, high):
            along = 0.0
            if length2 > 0.0:
                along = min(max(((x - x0) * dx + (y - y0) * dy) / length2, 0.0), 1.0)
            ex, ey = x - x0 - along * dx, y - y0 - along * dy
            r2 = ex * ex + ey * ey
            if r2 > near2 and (r2 < far2 or (closed and r2 == far2)):
                out[y, x] += strength


@kernel
def add_scaled(out: Any, array: Any, left: float, bottom: float, side: float, scale: float) -> None:
    """Add ``scale`` times a picture to ``out`` [ny, nx]: each cell gets the mean over its area.

    Entry (r, c) of ``array`` is a square of ``side`` cells whose lower left corner is at
    (left + c side, bottom + r side). What hangs over the edge is left out; nothing is lost or counted twice
    inside, so a line thinner than a cell keeps its sum.
    """
    for r in range(array.shape[0]):
        low_y, high_y = bottom + r * side, bottom + (r + 1) * side
        first_y = int(min(max(math.floor(low_y + 0.5), 0.0), float(out.shape[0])))
        last_y = int(min(max(math.floor(high_y + 0.5) + 1.0, 0.0), float(out.shape[0])))
        for c in range(array.shape[1]):
            value = scale * array[r, c]
            if value > 0.0:
                low_x, high_x = left + c * side, left + (c + 1) * side
                first_x = int(min(max(math.floor(low_x + 0.5), 0.0), float(out.shape[1])))
                last_x = int(min(max(math.floor(high_x + 0.5) + 1.0, 0.0), float(out.shape[1])))
                for y in range(first_y, last_y):
                    tall = min(high_y, y + 0.5) - max(low_y, y - 0.5)
                    if tall > 0.0:
                        for x in range(first_x, last_x):
                            wide = min(high_x, x + 0.5) - max(low_x, x - 0.5)
                            if wide > 0.0:
                                out[y, x] += value * wide * tall
