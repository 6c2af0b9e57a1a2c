"""Heat map: values over two axes as colours or as named classes, with lines over them, and cells to pick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import measured
from tauscope.widgets.canvas import colormaps
from tauscope.widgets.plots.bare import BarePlot, line_color
from tauscope.widgets.plots.heat_types import SEQUENTIAL, Heat, Line
from tauscope.widgets.plots.scattered import NEAR, Dots, Scattered

LEAST = 60
STILL = 4
"""Pixels that the pointer may move between press and release of a click."""
BAR, TEXT = 10, 46
HALF_TICK = 8
"""Pixels beyond the ends of an axis that a number there needs."""
WIDEST = 110
"""Width of a colour bar with a long name above it."""
ENOUGH_MS = 250
"""Time without zooming after which the range is told."""


class HeatMap(QWidget):
    """Colours with axes, lines, and a colour bar; wheel zooms, drag pans, double click shows all.

    With the keyboard (Tab), arrow keys go from cell to cell and Enter picks one.

    Signals
    -------
    hovered : (object)
        ``(row, column)`` that is pointed at, None when the pointer leaves.
    picked : (int, int)
        Row and column of a cell that was clicked, or chosen with Enter.
    zoomed : (float, float, float, float)
        Least and largest x, least and largest y in view, a moment after the user changed them.
    restored : ()
        The user asked to see everything.

    Parameters
    ----------
    name : str
        Name for screen readers.
    """

    hovered = Signal(object)
    picked = Signal(int, int)
    zoomed = Signal(float, float, float, float)
    restored = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.heat: Heat | None = None
        self.cell: tuple[int, int] | None = None
        """Cell that is pointed at."""
        self.chosen: tuple[int, int] | None = None
        self.pickable = True
        self.keeps_square = True
        """Whether it keeps square cells itself; of maps with one camera, only one must."""
        self.plot = _HeatPlot(self)
        self.bar = ColorBar()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.plot, 1)
        row.addWidget(self.bar)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        """Enough to read."""
        return QSize(360, 280)

    def minimumSizeHint(self) -> QSize:
        """A low map with its labels."""
        return QSize(150, LEAST + 40)

    def show_heat(self, heat: Heat, fit: bool = True) -> None:
        """Show a map, and all of it where ``fit`` is true."""
        same = self.heat is not None and self.heat.cells == heat.cells
        self.heat = heat
        if not same:
            self.cell = self.chosen = None
        self.plot.show_heat(heat, fit)
        self.bar.setVisible(heat.inks is None)
        self.bar.show_limits(heat)
        self.plot.mark(self.chosen)

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Draw these lines over the map, and no others."""
        self.plot.show_lines(lines)

    def choose(self, cell: tuple[int, int] | None) -> None:
        """Mark a cell; emits nothing."""
        self.chosen = cell
        self.plot.mark(cell)

    def pixel_of(self, row: int, column: int) -> QPointF:
        """Middle of a cell on the plot, in pixels."""
        assert self.heat is not None
        return self.plot.to_pixel(*self.heat.at(row, column))

    # -- pointer and keys

    def pointed(self, point: tuple[float, float] | None) -> None:
        """The pointer is over a point, or has left."""
        found = None if point is None else self.cell_at(point)
        near = found is not None and self.pickable
        self.plot.setCursor(Qt.CursorShape.PointingHandCursor if near else Qt.CursorShape.ArrowCursor)
        if found != self.cell:
            self.cell = found
            self.hovered.emit(found)

    def pick_at(self, point: tuple[float, float] | None) -> None:
        """Pick the cell under a point."""
        found = None if point is None else self.cell_at(point)
        if found is not None and self.pickable:
            self.choose(found)
            self.picked.emit(*found)

    def cell_at(self, point: tuple[float, float]) -> tuple[int, int] | None:
        """Cell at a point in axis units; of scattered points the nearest, if it is near."""
        if self.heat is None:
            return None
        if isinstance(self.heat, Scattered):
            return self._dot_at(self.heat, point)
        column, row = self.heat.x.cell(point[0]), self.heat.y.cell(point[1])
        return None if row is None or column is None else (row, column)

    def _dot_at(self, heat: Scattered, point: tuple[float, float]) -> tuple[int, int] | None:
        if not len(heat.places):
            return None
        across, up = self.plot.getPlotItem().getViewBox().viewPixelSize()
        away = np.hypot((heat.places[:, 0] - point[0]) / across, (heat.places[:, 1] - point[1]) / up)
        nearest = int(np.argmin(away))
        return (0, nearest) if away[nearest] <= NEAR else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from cell to cell, and pick."""
        steps = {
            Qt.Key.Key_Up: (1, 0), Qt.Key.Key_Down: (-1, 0),
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if self.heat is None or not self.pickable:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cell is not None:
            self.choose(self.cell)
            self.picked.emit(*self.cell)
        elif key in steps:
            rows, columns = self.heat.cells
            row, column = self.cell or self.chosen or (0, -1)
            by = steps[key]
            self.cell = min(max(row + by[0], 0), rows - 1), min(max(column + by[1], 0), columns - 1)
            self.plot.mark(self.cell)
            self.hovered.emit(self.cell)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget the cell."""
        super().focusOutEvent(event)
        self.cell = None
        self.plot.mark(self.chosen)
        self.hovered.emit(None)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if hasattr(self, "bar") and theme.is_new(self, event):
            self.plot.dress()
            self.bar.update()


class _HeatPlot(BarePlot):
    """Axes, image and lines."""

    def __init__(self, owner: HeatMap) -> None:
        super().__init__(self.restore, LEAST)
        self._owner = owner
        self._pressed: QPointF | None = None
        self._labels = ("", "")
        self._lines: list[Any] = []
        self._drawn: tuple[Line, ...] = ()
        item = self.getPlotItem()
        item.getAxis("bottom").setHeight(36)
        item.getAxis("left").setWidth(62)
        item.layout.setContentsMargins(0, HALF_TICK, HALF_TICK, 0)  # or the number at its top end is cut
        self.image = pyqtgraph.ImageItem(axisOrder="row-major")
        item.addItem(self.image)
        self._mark = pyqtgraph.PlotDataItem()
        self._mark.setZValue(30)
        item.addItem(self._mark, ignoreBounds=True)
        self._dots = Dots(item)
        self._later = pyqtgraph.QtCore.QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(ENOUGH_MS)
        self._later.timeout.connect(self._tell)
        item.getViewBox().sigRangeChangedManually.connect(lambda *_unused: self._later.start())
        self.dress()

    def dress(self) -> None:
        """Take the theme's colours."""
        super().dress()
        self.getPlotItem().showGrid(x=False, y=False)
        self._mark.setPen(pyqtgraph.mkPen(theme.current().text, width=2))
        self._label()
        self.show_lines(self._drawn)
        if self._owner.heat is not None:
            self._dots.show(self._owner.heat)

    def show_heat(self, heat: Heat, fit: bool) -> None:
        """Show colours where they belong."""
        labels = heat.x.label, heat.y.label
        if labels != self._labels:
            self._labels = labels
            self._label()
        item = self.getPlotItem()
        for side, ladder in (("bottom", heat.x), ("left", heat.y)):
            item.getAxis(side).setTicks([ladder.ticks()] if ladder.names else None)
        self.image.setImage(heat.painted(), levels=(0, 255))
        (left, right), (low, high) = heat.x.ends, heat.y.ends
        self.image.setRect(QRectF(left, low, right - left, high - low))
        self._dots.show(heat)
        box = item.getViewBox()
        if self._owner.keeps_square and heat.square != (box.state["aspectLocked"] is not False):
            box.setAspectLocked(heat.square)
        if fit:
            self.fit()

    def fit(self) -> None:
        """Show all of it without a margin."""
        if self._owner.heat is not None:
            (left, right), (low, high) = self._owner.heat.x.ends, self._owner.heat.y.ends
            self.getPlotItem().getViewBox().setRange(QRectF(left, low, right - left, high - low), padding=0.0)

    def restore(self) -> None:
        """Show all of it, and tell."""
        self._later.stop()
        self.fit()
        self._owner.restored.emit()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Draw these and no others."""
        item = self.getPlotItem()
        self._drawn = tuple(lines)
        while len(self._lines) > len(lines):
            item.removeItem(self._lines.pop())
        while len(self._lines) < len(lines):
            made = pyqtgraph.PlotDataItem(connect="finite")
            made.setZValue(20)
            item.addItem(made, ignoreBounds=True)
            self._lines.append(made)
        for line, made in zip(lines, self._lines, strict=True):
            made.setPen(pyqtgraph.mkPen(line_color(line.color), width=2))
            made.setData(line.x, line.y)

    def mark(self, cell: tuple[int, int] | None) -> None:
        """Frame around a cell, or ring around a point."""
        heat = self._owner.heat
        if isinstance(heat, Scattered):
            self._mark.hide()
            self._dots.mark(heat, cell)
            return
        self._mark.setVisible(cell is not None and heat is not None)
        if cell is None or heat is None:
            return
        row, column = cell
        x, y = heat.at(row, column)
        half, tall = heat.x.step / 2, heat.y.step / 2
        self._mark.setData(
            np.array([x - half, x + half, x + half, x - half, x - half]),
            np.array([y - tall, y - tall, y + tall, y + tall, y - tall]),
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click begins."""
        self._pressed = event.position() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that did not move picks a cell."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None:
            moved = event.position() - pressed
            if math.hypot(moved.x(), moved.y()) < STILL:
                self._owner.pick_at(self.under(event.position()))

    def pointed(self, point: tuple[float, float] | None) -> None:
        """Tell the map."""
        self._owner.pointed(point)

    def _tell(self) -> None:
        (left, right), (low, high) = self.getPlotItem().getViewBox().viewRange()
        self._owner.zoomed.emit(float(left), float(right), float(low), float(high))

    def _label(self) -> None:
        look = {"font-size": "11px", "color": theme.current().muted}
        for side, text in zip(("bottom", "left"), self._labels, strict=True):
            self.getPlotItem().getAxis(side).setLabel(text, **look)


def digits_of(low: float, high: float) -> int:
    """Significant digits that tell the ends of a range from its middle."""
    size, span = max(abs(low), abs(high)), high - low
    if not size or not span > 0:
        return 3
    return min(max(3, 2 + math.ceil(math.log10(size / span))), 6)


class ColorBar(QWidget):
    """Colour bar with its ends and its middle, and as far as there is room the name of what it shows."""

    def __init__(self) -> None:
        super().__init__()
        self._ends, self._cmap, self._name = (0.0, 1.0), SEQUENTIAL, ""
        self.named = True
        """Whether the name stands above it; not where it stands above the map already."""
        self.setFixedWidth(BAR + TEXT)

    def show_limits(self, heat: Heat) -> None:
        """Show what the colours mean."""
        self._ends, self._cmap, self._name = heat.ends, heat.cmap, heat.label
        self.setToolTip(heat.label)
        wide = QFontMetrics(theme.text_font(10)).horizontalAdvance(self._title) + 2
        self.setFixedWidth(min(max(BAR + TEXT, wide), WIDEST))
        self.update()

    @property
    def _title(self) -> str:
        return self._name.partition(" / ")[0] if self.named else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Colours, numbers, and what they are."""
        painter = QPainter(self)
        painter.setFont(theme.text_font(10))
        top, bottom = 18, max(self.height() - 36, 40)
        shades = np.ascontiguousarray(colormaps.table(self._cmap)[::-1])
        image = QImage(shades.data, 1, len(shades), 4, QImage.Format.Format_RGBA8888).copy()
        painter.drawImage(QRectF(0, top, BAR, bottom - top), image)
        painter.setPen(QColor(theme.current().muted))
        name = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRectF(0, 0, self.width(), 14), int(Qt.AlignmentFlag.AlignLeft), name)
        low, high = self._ends
        digits = digits_of(low, high)
        for value, y in ((high, top), ((low + high) / 2, (top + bottom) / 2), (low, bottom)):
            spot = QRectF(BAR + 4, min(max(y - 7, top - 2), bottom - 12), TEXT - 4, 14)
            painter.drawText(spot, int(Qt.AlignmentFlag.AlignVCenter), measured(value, "", digits))
