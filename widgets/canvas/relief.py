"""A field as a height map: what both of its surfaces show, as plain data, and the frame around it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array
from tauscope.widgets.canvas import plates, scaling
from tauscope.widgets.canvas.orbit import Orbit
from tauscope.widgets.canvas.plates import LABEL_PIXELS, Plate, TextPlate
from tauscope.widgets.canvas.shapes import Shape, ShapeKind, rgba

Floats = npt.NDArray[np.float32]

BEYOND = 0.5
"""Values outside the colour limits stand out of the frame by up to this share of it."""
_LIGHT = np.array([-0.45, 0.35, 0.82])
_AXIS_TICKS = 4


@dataclass
class Relief:
    """Content of a height map.

    Parameters
    ----------
    array : array [ny, nx] or None
        The field, by reference.
    limits : tuple of float
        Values at the floor and the ceiling of the frame, the ends of the colour bar.
    thresh : float
        Threshold of the symlog scale, 0 for the linear one; heights follow it as colours do.
    cmap, unit, label, background, ink : str
        Colour map, unit and name of the field, ground, and colour of frame and text.
    signed : bool
        Whether the bar writes plus signs.
    serial : int
        Changes with the content.
    """

    array: Array | None = None
    limits: tuple[float, float] = (0.0, 1.0)
    thresh: float = 0.0
    cmap: str = "bids:viridis"
    unit: str = ""
    label: str = ""
    background: str = "#0d0f12"
    ink: str = "#98a2b0"
    signed: bool = False
    orbit: Orbit = field(default_factory=Orbit)
    serial: int = 0

    def stride(self, most: int) -> int:
        """Every so many-th cell is taken for a mesh of at most ``most`` by ``most`` points."""
        return 1 if self.array is None else math.ceil(max(self.array.shape) / most)

    def shares(self, most: int) -> Floats:
        """Heights as shares of the colour bar, [rows, columns] of at most ``most`` points a side."""
        if self.array is None:
            return np.zeros((0, 0), np.float32)
        stride = self.stride(most)
        values = np.asarray(self.array[::stride, ::stride], np.float64)
        low, high = (scaling.symlog(value, self.thresh) for value in self.limits)
        with np.errstate(invalid="ignore", over="ignore"):
            scaled = scaling.symlog_array(values, self.thresh) if self.thresh > 0 else values
            shares = (scaled - low) / (high - low) if high > low else np.full_like(scaled, 0.5)
        return np.clip(shares, -BEYOND, 1 + BEYOND).astype(np.float32)

    def places(self, most: int) -> tuple[Floats, Floats]:
        """Positions x [columns] and y [rows] of the mesh in units of the longer side, about the middle."""
        if self.array is None:
            return np.zeros(0, np.float32), np.zeros(0, np.float32)
        ny, nx = self.array.shape
        stride, side = self.stride(most), max(nx, ny)
        x = (np.arange(0, nx, stride) - (nx - 1) / 2) / side
        y = (np.arange(0, ny, stride) - (ny - 1) / 2) / side
        return x.astype(np.float32), y.astype(np.float32)

    def shade(self, shares: Floats, most: int) -> Floats:
        """Brightness 0.55 to 1 of each point under a light from above; 1 where the surface is level."""
        if min(shares.shape) < 2 or self.array is None:
            return np.ones_like(shares)
        step = self.stride(most) / max(self.array.shape)
        level = np.where(np.isfinite(shares), shares, np.float32(0.5))
        slope_y, slope_x = np.gradient(level * np.float32(self.orbit.lift / step))
        lit = -slope_x * _LIGHT[0] - slope_y * _LIGHT[1] + _LIGHT[2]
        lit /= np.sqrt(1 + slope_x**2 + slope_y**2) * _LIGHT[2]
        shade: Floats = np.clip(0.6 + 0.4 * lit, 0.55, 1.0).astype(np.float32)
        return shade

    # ----- frame and labels

    def frame(self, width: float, height: float) -> tuple[Shape, ...]:
        """Edges of the floor, and the value axis at the corner that lies farthest left."""
        corners = self._corners()
        if corners is None:
            return ()
        px, py, _ = self.orbit.project(corners, width, height)
        color = rgba(self.ink)
        pairs = [(0, 1), (1, 2), (2, 3), (3, 0)]
        left = int(np.argmin(px[:4]))
        pairs.append((left, left + 4))
        edges = [
            Shape(ShapeKind.SEGMENT, float(px[a]), float(py[a]), float(px[b]), float(py[b]), color, 1.0)
            for a, b in pairs
        ]
        for x, y, _text in self._value_ticks(px, py, left):
            edges.append(Shape(ShapeKind.SEGMENT, x - 4, y, x, y, color, 1.0))
        return tuple(edges)

    def labels(self, width: float, height: float) -> tuple[Plate, ...]:
        """Names and ends of the axes, values on the value axis, and the colour bar."""
        corners = self._corners()
        if corners is None or self.array is None:
            return (plates.notice("No field yet", self.ink, width, height, bare=True),)
        px, py, _ = self.orbit.project(corners, width, height)
        left = int(np.argmin(px[:4]))
        ny, nx = self.array.shape
        found: list[Plate] = []
        middle = px[:4].mean(), py[:4].mean()
        # The two floor edges that meet in front carry the names of their axes.
        front = int(np.argmax(py[:4]))
        for other in ((front + 1) % 4, (front - 1) % 4):
            along_x = {front, other} in ({0, 1}, {2, 3})
            name, cells = ("x", nx) if along_x else ("y", ny)
            mid = (px[front] + px[other]) / 2, (py[front] + py[other]) / 2
            found.append(self._beside(f"{name} (cells), 0–{cells - 1}", mid, middle))
        for x, y, text in self._value_ticks(px, py, left):
            wide, tall = plates.text_size(text, LABEL_PIXELS)
            found.append(
                TextPlate(text, max(x - wide - 2, 0.0), y - tall / 2, LABEL_PIXELS, bare=True, ink=self.ink)
            )
        bar = plates.bar_plate(self.cmap, self.limits, self.unit, self.signed, width, height, self.thresh)
        return (*found, bar) if bar else tuple(found)

    def _beside(self, text: str, at: tuple[float, float], middle: tuple[float, float]) -> TextPlate:
        wide, _tall = plates.text_size(text, LABEL_PIXELS)
        dx, dy = at[0] - middle[0], at[1] - middle[1]
        size = math.hypot(dx, dy) or 1.0
        x = at[0] + dx / size * (wide / 2 + 6) - wide / 2
        return TextPlate(text, x, at[1] + abs(dy) / size * 8, LABEL_PIXELS, bare=True, ink=self.ink)

    def _corners(self) -> npt.NDArray[np.float64] | None:
        """Corners of the floor, counterclockwise, then those of the ceiling."""
        if self.array is None:
            return None
        ny, nx = self.array.shape
        x, y = nx / 2 / max(nx, ny), ny / 2 / max(nx, ny)
        floor = [(-x, -y), (x, -y), (x, y), (-x, y)]
        return np.array([(a, b, c) for c in (0.0, 1.0) for a, b in floor])

    def _value_ticks(
        self, px: npt.NDArray[np.float64], py: npt.NDArray[np.float64], corner: int
    ) -> list[tuple[float, float, str]]:
        low, high = self.limits
        span = float(py[corner] - py[corner + 4])
        if span < 40:
            return []
        found = []
        for value in scaling.round_values(low, high, _AXIS_TICKS, self.thresh):
            share = scaling.share_of(value, low, high, self.thresh)
            text = plates.tick_text(value, low, high, self.signed, self.thresh)
            found.append((float(px[corner]), float(py[corner]) - share * span, text))
        return found
