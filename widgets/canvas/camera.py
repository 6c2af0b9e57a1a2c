"""Camera of a two-dimensional view: cells to pixels and back, y up, one scale for both axes."""

from __future__ import annotations

from dataclasses import dataclass, replace

MAX_SCALE = 400.0
MIN_SHARE = 0.1
"""Smallest scale as a share of the one that fits the lattice."""


@dataclass(frozen=True, slots=True)
class Camera:
    """What part of the lattice a canvas shows.

    Cell (i, j) is the unit square about the world point (i, j); pixels are logical and count from the
    top left corner, so the world's y points up and the pixels' y down.

    Parameters
    ----------
    cx, cy : float
        World point at the centre of the canvas, in cells.
    scale : float
        Pixels per cell.
    width, height : float
        Size of the canvas in logical pixels.
    """

    cx: float = 0.0
    cy: float = 0.0
    scale: float = 1.0
    width: float = 1.0
    height: float = 1.0

    @classmethod
    def fit(cls, nx: int, ny: int, width: float, height: float) -> Camera:
        """Camera that shows the whole lattice of ``nx`` by ``ny`` cells, as large as it goes."""
        width, height = max(width, 1.0), max(height, 1.0)
        return cls((nx - 1) / 2, (ny - 1) / 2, min(width / nx, height / ny), width, height)

    def to_pixel(self, x: float, y: float) -> tuple[float, float]:
        """Pixel position of a world point."""
        return self.width / 2 + (x - self.cx) * self.scale, self.height / 2 - (y - self.cy) * self.scale

    def to_world(self, px: float, py: float) -> tuple[float, float]:
        """World point at a pixel position."""
        return self.cx + (px - self.width / 2) / self.scale, self.cy - (py - self.height / 2) / self.scale

    def zoomed(self, factor: float, px: float, py: float, smallest: float) -> Camera:
        """Camera scaled by ``factor``; the world point under the pixel stays where it is."""
        x, y = self.to_world(px, py)
        scale = min(max(self.scale * factor, smallest), MAX_SCALE)
        cx = x - (px - self.width / 2) / scale
        return replace(self, scale=scale, cx=cx, cy=y + (py - self.height / 2) / scale)

    def panned(self, dx: float, dy: float) -> Camera:
        """Camera after dragging the picture by ``(dx, dy)`` pixels."""
        return replace(self, cx=self.cx - dx / self.scale, cy=self.cy + dy / self.scale)

    def resized(self, width: float, height: float) -> Camera:
        """Camera with the same centre and scale on a canvas of another size."""
        return replace(self, width=max(width, 1.0), height=max(height, 1.0))
