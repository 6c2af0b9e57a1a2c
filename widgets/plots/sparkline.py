"""Sparkline: one small curve against the tick, with a cursor, without axes.

Painted directly: pyqtgraph's plot item makes context menus that outlive it, and a bare view box of it
crashed under PySide6 6.11 when it was shown.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from tauscope.widgets import theme
from tauscope.widgets.plots.history import FloatArray

HEIGHT = 38
MARGIN = 4.0
"""Pixels left free on every side but the left, for the dot at the curve's end."""
COLORS = ("accent", "good", "warning")
"""Theme colours of curves, taken in turn."""


class Sparkline(QWidget):
    """Curve of one scalar; several share their range of ticks through `set_span`.

    Signals
    -------
    hovered : (object)
        Tick under the mouse, None when it leaves.

    Parameters
    ----------
    color : str
        Name of a theme colour.
    """

    hovered = Signal(object)

    def __init__(self, color: str = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = color
        self._span = (0.0, 1.0)
        self._ticks: FloatArray = np.empty(0)
        self._values: FloatArray = np.empty(0)
        self._cursor: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(40)
        self.setMouseTracking(True)

    def set_curve(self, ticks: FloatArray, values: FloatArray) -> None:
        """Show values against ticks, both float64 [n]; gaps stand where a value is not finite."""
        self._ticks, self._values = ticks.copy(), values.copy()
        self.update()

    def set_span(self, first: float, last: float) -> None:
        """Range of ticks from left to right."""
        self._span = (first, last if last > first else first + 1.0)
        self.update()

    def set_cursor(self, tick: float | None) -> None:
        """Show the cursor at a tick, or hide it."""
        if tick != self._cursor:
            self._cursor = tick
            self.update()

    def tick_at(self, x: float) -> float:
        """Tick at a position in pixels, within the range."""
        first, last = self._span
        part = x / max(self.width() - MARGIN, 1.0)
        return first + (last - first) * min(max(part, 0.0), 1.0)

    def limits(self) -> tuple[float, float]:
        """Values at the bottom and at the top; a constant curve lies in the middle."""
        kept = self._values[np.isfinite(self._values)]
        if not len(kept):
            return 0.0, 1.0
        low, high = float(kept.min()), float(kept.max())
        # Differences at the level of rounding are no shape worth showing.
        if high - low <= 1e-12 * max(abs(low), abs(high)):
            margin = max(abs(high), 1e-300)
            return low - margin, high + margin
        return low, high

    def points(self) -> FloatArray:
        """Curve in pixels, float64 [n, 2], the gaps as NaN."""
        first, last = self._span
        low, high = self.limits()
        result = np.full((len(self._ticks), 2), np.nan)
        shown = np.isfinite(self._values) & (self._ticks >= first)
        width, height = self.width() - MARGIN, self.height() - 2 * MARGIN
        result[shown, 0] = (self._ticks[shown] - first) / (last - first) * width
        result[shown, 1] = MARGIN + height * (
            0.5 - (self._values[shown] - 0.5 * low - 0.5 * high) / (high - low)
        )
        return result

    def sizeHint(self) -> QSize:
        """Any width, two lines high."""
        return QSize(120, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cursor, curve, dot at the newest value."""
        colors = theme.current()
        color = QColor(getattr(colors, self._color))
        painter = QPainter(self)
        if self._cursor is not None:
            first, last = self._span
            x = round((self._cursor - first) / (last - first) * (self.width() - MARGIN))
            painter.fillRect(QRectF(x, 0, 1, self.height()), QColor(colors.muted))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 1.5))
        points = self.points()
        for piece in pieces(points):
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in piece]))
        known = points[np.isfinite(points[:, 1])]
        if len(known):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(*known[-1]), 2.2, 2.2)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the tick under the mouse."""
        tick = self.tick_at(event.position().x())
        if math.isfinite(tick):
            self.hovered.emit(tick)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the mouse has left."""
        super().leaveEvent(event)
        self.hovered.emit(None)


def pieces(points: FloatArray) -> list[list[list[float]]]:
    """Runs of finite points, one vertical stroke a pixel column where several share it."""
    finite = np.isfinite(points[:, 1])
    edges = np.flatnonzero(np.diff(np.concatenate(([False], finite, [False])).astype(np.int8)))
    return [_thin(points[start:stop]).tolist() for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _thin(run: FloatArray) -> FloatArray:
    """Lowest and highest point of each pixel column in order, and both ends, where columns are crowded."""
    columns = np.floor(run[:, 0])
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
    if len(run) <= 2 * len(starts):
        return run
    heights = run[:, 1]
    order = np.lexsort((heights, columns))
    ends = np.append(starts[1:], len(run)) - 1
    kept = np.unique(np.concatenate(([0], order[starts], order[ends], [len(run) - 1])))
    thinned: FloatArray = run[kept]
    return thinned
