"""Kernels that add sources to an emission map, one site after the other, in float64.

Distances are in cells from cell centres at integers; each function adds, none overwrites.
"""

from __future__ import annotations

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
def add_ring(out: Any, x0: float, y0: float, inner: float, outer: float, strength: float) -> None:
    """Add ``strength`` where ``inner < distance < outer``; a negative ``inner`` includes the centre."""
    top, bottom = max(0, int(y0 - outer)), min(out.shape[0], int(y0 + outer) + 2)
    low, high = max(0, int(x0 - outer)), min(out.shape[1], int(x0 + outer) + 2)
    near = inner * inner if inner >= 0.0 else -1.0
    for y in range(top, bottom):
        dy2 = (y - y0) * (y - y0)
        for x in range(low, high):
            r2 = (x - x0) * (x - x0) + dy2
            if near < r2 < outer * outer:
                out[y, x] += strength


@kernel
def add_disc(out: Any, x0: float, y0: float, radius: float, strength: float) -> None:
    """Add ``strength`` where ``distance <= radius``."""
    top, bottom = max(0, int(y0 - radius)), min(out.shape[0], int(y0 + radius) + 2)
    low, high = max(0, int(x0 - radius)), min(out.shape[1], int(x0 + radius) + 2)
    for y in range(top, bottom):
        dy2 = (y - y0) * (y - y0)
        for x in range(low, high):
            if (x - x0) * (x - x0) + dy2 <= radius * radius:
                out[y, x] += strength


@kernel
def add_line(out: Any, x0: float, y0: float, x1: float, y1: float, half: float, strength: float) -> None:
    """Add ``strength`` where the distance from the segment (x0, y0)-(x1, y1) is at most ``half``."""
    top, bottom = max(0, int(min(y0, y1) - half)), min(out.shape[0], int(max(y0, y1) + half) + 2)
    low, high = max(0, int(min(x0, x1) - half)), min(out.shape[1], int(max(x0, x1) + half) + 2)
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy
    for y in range(top, bottom):
        for x in range(low, high):
            along = 0.0
            if length2 > 0.0:
                along = min(max(((x - x0) * dx + (y - y0) * dy) / length2, 0.0), 1.0)
            ex, ey = x - x0 - along * dx, y - y0 - along * dy
            if ex * ex + ey * ey <= half * half:
                out[y, x] += strength
