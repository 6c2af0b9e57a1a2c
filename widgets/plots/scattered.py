"""Scattered points over two axes, coloured by their values, with an interpolated map under them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph
from PySide6.QtGui import QColor

from tauscope.widgets import theme
from tauscope.widgets.plots.heat_types import Floats, Heat, Ladder

FAINT = 110
"""Opacity of what is interpolated, of 255, so that what was measured stands out."""
DOT, NEAR = 11, 14
"""Diameter of a point, and how near the pointer has to come, in pixels."""
NOTES = {
    "linear": "Points were run; the pale colours between them are interpolated linearly, not run.",
    "nearest": "Points were run; the pale colours around each are those of the nearest one, not run.",
    "": "Only the points were run.",
}
"""What lies under the points, by the way of interpolation; it is said wherever they are shown."""


@dataclass(frozen=True)
class Scattered(Heat):
    """Points over an interpolated map, whose ``values`` are NaN where nothing can be interpolated.

    Parameters
    ----------
    places : float64 array [n, 2]
        x and y of the points.
    found : float64 array [n]
        Their values, NaN where there is none.
    texts : tuple of str
        What is told of each point besides its value.
    way : str
        ``linear``, ``nearest``, or "" where only points are shown.
    """

    places: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    found: Floats = field(default_factory=lambda: np.zeros(0))
    texts: Sequence[str] = ()
    way: str = ""

    @property
    def cells(self) -> tuple[int, int]:
        """Points as one row, for keys."""
        return 1, len(self.found)

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the colours: of what was measured."""
        if self.limits is not None:
            return self.limits
        known = self.found[np.isfinite(self.found)]
        return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)

    @property
    def note(self) -> str:
        """What lies under the points."""
        return NOTES[self.way]

    def text(self, row: int, column: int) -> str:
        """Values of a point and what came out there."""
        name, _, unit = self.label.partition(" / ")
        value = float(self.found[column])
        shown = f"{value:.5g} {unit}".strip() if math.isfinite(value) else "no value"
        return f"{self.texts[column]}  ·  {name} {shown}"

    def at(self, row: int, column: int) -> tuple[float, float]:
        """Place of a point."""
        return float(self.places[column, 0]), float(self.places[column, 1])

    def painted(self) -> npt.NDArray[np.uint8]:
        """Pale colours of what is interpolated."""
        cells = super().painted()
        cells[..., 3] = np.where(cells[..., 3] > 0, FAINT, 0)
        return cells

    def dots(self) -> npt.NDArray[np.uint8]:
        """Colours of the points, uint8 [n, 4]; transparent where there is no value."""
        row = Heat(self.x, self.y, self.found[None, :], self.label, self.ends, self.cmap)
        colors: npt.NDArray[np.uint8] = row.painted()[0]
        return colors


def interpolated(x: Ladder, y: Ladder, places: Floats, found: Floats, way: str) -> tuple[Floats, str]:
    """Values over cells, and the way that was possible: "" where the points span no plane.

    Parameters
    ----------
    x, y : Ladder
        Cells.
    places, found : float64 arrays [n, 2], [n]
        Points and their values; those without a value are left out.
    way : str
        ``linear`` (between corners of Delaunay triangles, NaN outside their hull) or ``nearest``.
    """
    # SciPy's interpolators take a quarter of a second to import, and most windows show no points.
    from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
    from scipy.spatial import QhullError

    shape = (len(y.at), len(x.at))
    known = np.isfinite(found)
    ends = np.array([x.ends, y.ends])
    scaled = (places[known] - ends[:, 0]) / (ends[:, 1] - ends[:, 0])
    across, up = ((ladder.at - low) / (high - low) for ladder, (low, high) in zip((x, y), ends, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    try:
        if way == "nearest" and known.any():
            return np.asarray(NearestNDInterpolator(scaled, found[known])(grid), np.float64), way
        if way == "linear" and known.sum() > 2:
            return np.asarray(LinearNDInterpolator(scaled, found[known])(grid), np.float64), way
    except QhullError:  # all on one line
        pass
    return np.full(shape, np.nan), ""


class Dots:
    """Points on a plot, each in the colour of its value; hollow where it has none."""

    def __init__(self, item: Any) -> None:
        self._dots = pyqtgraph.ScatterPlotItem(size=DOT, pxMode=True)
        self._dots.setZValue(25)
        self._ring = pyqtgraph.ScatterPlotItem(size=DOT + 7, pxMode=True, brush=None)
        self._ring.setZValue(31)
        for part in (self._dots, self._ring):
            part.setAcceptedMouseButtons(pyqtgraph.QtCore.Qt.MouseButton.NoButton)
            part.hide()
            item.addItem(part, ignoreBounds=True)

    def show(self, heat: Heat) -> None:
        """Show the points of a map, none of any other."""
        here = isinstance(heat, Scattered)
        self._dots.setVisible(here)
        if isinstance(heat, Scattered):
            colors = theme.current()
            brushes = [QColor(*map(int, rgba)) for rgba in heat.dots()]
            edge = pyqtgraph.mkPen(colors.text, width=1)
            self._dots.setData(pos=heat.places, brush=brushes, pen=edge)
        else:
            self._ring.hide()

    def mark(self, heat: Scattered, cell: tuple[int, int] | None) -> None:
        """Ring around a point."""
        self._ring.setVisible(cell is not None)
        if cell is not None:
            self._ring.setData(
                pos=heat.places[cell[1] : cell[1] + 1], pen=pyqtgraph.mkPen(theme.current().text, width=2)
            )
