"""Response map: values over a control and a place as colours; a click or Enter picks a value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import measured
from tauscope.widgets.canvas import colormaps
from tauscope.widgets.labs.ufie.bench_types import BenchMap
from tauscope.widgets.plots.bare import BarePlot, line_color
from tauscope.widgets.texts import Elided

MAP = "bids:viridis"
LEAST = 80
STILL = 4
"""Pixels that the pointer may move between press and release of a click."""
BAR, TEXT = 10, 46
DIGITS = 4


class ResponseMap(QWidget):
    """Colours with axes, a colour bar, the present value, and a readout.

    With the keyboard (Tab), left and right go from column to column and Enter picks one.

    Signals
    -------
    picked(value)
        A value of the control was picked: that of a column.
    """

    picked = Signal(float)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.map: BenchMap | None = None
        self.pickable = True
        self.column: int | None = None
        """Column that is pointed at."""
        self.plot = _MapPlot(self)
        self.bar = _Bar()
        self.readout = Elided(ink="muted")
        self.readout.setFont(theme.number_font(theme.SMALL_SIZE))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.plot, 1)
        row.addWidget(self.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row, 1)
        column.addWidget(self.readout)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        """Enough to read."""
        return QSize(320, 220)

    def minimumSizeHint(self) -> QSize:
        """A low map with its labels."""
        return QSize(180, LEAST + 40)

    def show_map(self, shown: BenchMap) -> None:
        """Show a map."""
        self.map, self.column = shown, None
        low, high = limits_of(shown)
        self.plot.show_map(shown, low, high)
        self.bar.show_limits(low, high, shown.value)
        self._read(None)

    def set_now(self, value: float) -> None:
        """Mark the present value of the control."""
        self.plot.set_now(value)

    def x_of(self, column: int) -> float:
        """Value of the control of a column."""
        return float(self.map.at[column]) if self.map is not None else math.nan

    def pixel_of(self, column: int, place: float) -> QPointF:
        """Where a column and a place are on the plot, in pixels."""
        return self.plot.to_pixel(self.x_of(column), place)

    # -- pointer and keys

    def pointed(self, point: tuple[float, float] | None) -> None:
        """The pointer is over a point, or has left."""
        self.column = None if point is None else self._column_at(point[0])
        near = self.column is not None and self.pickable
        self.plot.setCursor(Qt.CursorShape.PointingHandCursor if near else Qt.CursorShape.ArrowCursor)
        self._read(None if point is None else point[1])

    def pick_at(self, point: tuple[float, float] | None) -> None:
        """Pick the column under a point."""
        column = None if point is None else self._column_at(point[0])
        if column is not None and self.pickable:
            self.picked.emit(self.x_of(column))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from column to column, and pick."""
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if self.map is None or not self.pickable:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.column is not None:
            self.picked.emit(self.x_of(self.column))
        elif event.key() in steps:
            start = -1 if self.column is None else self.column
            self.column = min(max(start + steps[Qt.Key(event.key())], 0), len(self.map.at) - 1)
            self._read(None)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget the column."""
        super().focusOutEvent(event)
        self.column = None
        self._read(None)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if theme.is_new(self, event):
            self.plot.dress()
            self.bar.update()

    def _column_at(self, x: float) -> int | None:
        if self.map is None:
            return None
        column = int(np.argmin(np.abs(self.map.at - x)))
        half = 0.5 * step_of(self.map)
        return column if abs(float(self.map.at[column]) - x) <= half * 1.001 else None

    def _read(self, place: float | None) -> None:
        self.plot.show_column(None if self.column is None else self.x_of(self.column))
        if self.map is None or self.column is None:
            self.readout.set_text("")
            return
        x, unit = split(self.map.x)
        text = f"{x} {measured(self.x_of(self.column), unit, DIGITS)}"
        row = self.map.values[self.column]
        y, y_unit = split(self.map.y)
        value, value_unit = split(self.map.value)
        if place is not None and 0 <= (site := round(place)) < len(row):
            text += f"  ·  {y} {site} {y_unit}".rstrip()
            text += f"  ·  {value} {measured(float(row[site]), value_unit, DIGITS)}"
        self.readout.set_text(text)


class _MapPlot(BarePlot):
    """Axes and image."""

    def __init__(self, owner: ResponseMap) -> None:
        super().__init__(self.fit, LEAST)
        self._owner = owner
        self._pressed: QPointF | None = None
        self._labels = ("", "")
        item = self.getPlotItem()
        item.getAxis("bottom").setHeight(36)
        self.image = pyqtgraph.ImageItem(axisOrder="row-major")
        item.addItem(self.image)
        self._now: Any = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self._chosen: Any = pyqtgraph.InfiniteLine(angle=90, movable=False)
        for line in (self._now, self._chosen):
            line.setVisible(False)
            item.addItem(line, ignoreBounds=True)
        self.dress()

    def dress(self) -> None:
        """Take the theme's colours."""
        super().dress()
        self.getPlotItem().showGrid(x=False, y=False)
        self._now.setPen(pyqtgraph.mkPen("#ffffff", width=2))
        self._chosen.setPen(pyqtgraph.mkPen(line_color("accent"), width=1, style=Qt.PenStyle.DashLine))
        self._label()

    def show_map(self, shown: BenchMap, low: float, high: float) -> None:
        """Show colours where they belong: each column about its value, each row about its site."""
        self._labels = shown.x, shown.y
        self._label()
        span = high - low or 1.0
        share = np.clip((shown.values.T - low) / span, 0.0, 1.0)
        known = np.isfinite(share)
        cells = colormaps.table(MAP)[np.round(np.where(known, share, 0.0) * 255).astype(np.int64)].copy()
        cells[~known, 3] = 0
        self.image.setImage(cells, levels=(0, 255))
        step, rows = step_of(shown), shown.values.shape[1]
        left = float(shown.at[0]) - step / 2
        self.image.setRect(QRectF(left, -0.5, step * len(shown.at), float(rows)))
        box = self.getPlotItem().getViewBox()
        box.setLimits(xMin=left, xMax=left + step * len(shown.at), yMin=-0.5, yMax=rows - 0.5)
        self.fit()

    def fit(self) -> None:
        """Show all of it without a margin."""
        if self._owner.map is not None:
            self.getPlotItem().getViewBox().autoRange(padding=0.0)

    def set_now(self, value: float) -> None:
        """Line at the present value."""
        self._now.setVisible(math.isfinite(value))
        if math.isfinite(value):
            self._now.setValue(value)

    def show_column(self, value: float | None) -> None:
        """Line at the column that is pointed at."""
        self._chosen.setVisible(value is not None)
        if value is not None:
            self._chosen.setValue(value)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click begins."""
        self._pressed = event.position() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that did not move picks a column."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None:
            moved = event.position() - pressed
            if math.hypot(moved.x(), moved.y()) < STILL:
                self._owner.pick_at(self.under(event.position()))

    def pointed(self, point: tuple[float, float] | None) -> None:
        """Tell the map."""
        self._owner.pointed(point)

    def _label(self) -> None:
        look = {"font-size": "11px", "color": theme.current().muted}
        for side, text in zip(("bottom", "left"), self._labels, strict=True):
            self.getPlotItem().getAxis(side).setLabel(text, **look)


class _Bar(QWidget):
    """Colour bar with its ends and its middle."""

    def __init__(self) -> None:
        super().__init__()
        self.low, self.high, self.name = 0.0, 1.0, ""
        self.setFixedWidth(BAR + TEXT)

    def show_limits(self, low: float, high: float, name: str) -> None:
        """Show what the colours mean."""
        self.low, self.high, self.name = low, high, name
        self.setToolTip(name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Colours, numbers, and what they are."""
        painter = QPainter(self)
        painter.setFont(theme.text_font(10))
        colors = theme.current()
        top, bottom = 18, max(self.height() - 36, 40)
        shades = np.ascontiguousarray(colormaps.table(MAP)[::-1])
        image = QImage(shades.data, 1, len(shades), 4, QImage.Format.Format_RGBA8888).copy()
        painter.drawImage(QRectF(0, top, BAR, bottom - top), image)
        painter.setPen(QColor(colors.muted))
        painter.drawText(QRectF(0, 0, BAR + TEXT, 14), int(Qt.AlignmentFlag.AlignLeft), split(self.name)[0])
        for value, y in (
            (self.high, top),
            ((self.low + self.high) / 2, (top + bottom) / 2),
            (self.low, bottom),
        ):
            spot = QRectF(BAR + 4, min(max(y - 7, top - 2), bottom - 12), TEXT - 4, 14)
            painter.drawText(spot, int(Qt.AlignmentFlag.AlignVCenter), measured(value, "", 3))


def limits_of(shown: BenchMap) -> tuple[float, float]:
    """Least and largest value."""
    known = shown.values[np.isfinite(shown.values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)


def step_of(shown: BenchMap) -> float:
    """Distance of two columns."""
    return float(shown.at[1] - shown.at[0]) if len(shown.at) > 1 else 1.0


def split(label: str) -> tuple[str, str]:
    """Name and unit of a label ``name / unit``."""
    name, _, unit = label.partition(" / ")
    return name, unit
