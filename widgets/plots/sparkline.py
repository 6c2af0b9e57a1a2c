"""Sparkline: one small curve against the tick, with a cursor, without axes."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from tauscope.widgets import theme
from tauscope.widgets.plots.history import FloatArray

HEIGHT = 38
COLORS = ("accent", "good", "warning")
"""Theme colours of curves, taken in turn."""


class Sparkline(pg.PlotWidget):
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
        super().__init__(parent, background=None, enableMenu=False)
        self._color = color
        self._span = (0.0, 1.0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(40)
        item = self.getPlotItem()
        item.hideButtons()
        item.hideAxis("left")
        item.hideAxis("bottom")
        item.setMouseEnabled(False, False)
        item.getViewBox().setDefaultPadding(0.0)
        item.layout.setContentsMargins(0, 0, 0, 0)
        self._curve = pg.PlotCurveItem(connect="finite")
        self._end = pg.ScatterPlotItem(size=4)
        self._cursor = pg.InfiniteLine(angle=90)
        self._cursor.hide()
        for part in (self._curve, self._end, self._cursor):
            self.addItem(part, ignoreBounds=True)
        self.setMouseTracking(True)
        self.restyle()

    def restyle(self) -> None:
        """Take the colours of the present theme."""
        colors = theme.current()
        color = QColor(getattr(colors, self._color))
        self._curve.setPen(pg.mkPen(color, width=1.4))
        self._end.setBrush(pg.mkBrush(color))
        self._end.setPen(pg.mkPen(None))
        self._cursor.setPen(pg.mkPen(colors.muted, width=1))

    def set_curve(self, ticks: FloatArray, values: FloatArray) -> None:
        """Show values against ticks, both float64 [n]; gaps stand where a value is not finite."""
        finite = np.isfinite(values)
        self._curve.setData(ticks.copy(), values.copy())
        if not finite.any():
            self._end.setData([], [])
            return
        kept = values[finite]
        low, high = float(kept.min()), float(kept.max())
        margin = 0.12 * (high - low) if high > low else max(abs(high) * 0.5, 1e-12)
        self.getViewBox().setYRange(low - margin, high + margin, padding=0)
        self._end.setData(ticks[finite][-1:], kept[-1:])

    def set_span(self, first: float, last: float) -> None:
        """Range of ticks from left to right."""
        span = (first, last if last > first else first + 1.0)
        if span != self._span:
            self._span = span
            # The last two pixels are left free for the dot at the curve's end.
            room = (span[1] - span[0]) * 3.0 / max(self.width(), 40)
            self.getViewBox().setXRange(span[0], span[1] + room, padding=0)

    def set_cursor(self, tick: float | None) -> None:
        """Show the cursor at a tick, or hide it."""
        self._cursor.setVisible(tick is not None)
        if tick is not None:
            self._cursor.setValue(tick)

    def sizeHint(self) -> QSize:
        """Any width, two lines high."""
        return QSize(120, HEIGHT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the tick under the mouse."""
        first, last = self._span
        tick = first + (last - first) * event.position().x() / max(self.width(), 1)
        if math.isfinite(tick):
            self.hovered.emit(min(max(tick, first), last))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Leave the press to the panel."""
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Leave the release to the panel."""
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the mouse has left."""
        self.hovered.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the scroll area."""
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the room for the dot."""
        super().resizeEvent(event)
        span, self._span = getattr(self, "_span", (0.0, 1.0)), (math.nan, math.nan)
        if hasattr(self, "_curve"):
            self.set_span(*span)
