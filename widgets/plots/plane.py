"""Plane: one plot of any quantity over any other: curves, error bars, clouds, marks, and points to pick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import measured
from tauscope.widgets.plots.bare import BarePlot, line_color
from tauscope.widgets.plots.cloud import Cloud
from tauscope.widgets.plots.legend import Legend
from tauscope.widgets.texts import Caption, Elided

Floats = npt.NDArray[np.float64]
Style = Literal["line", "dash", "dots", "both"]
Axis = Literal["x", "y"]
LEAST = 90
NEAR = 10
"""Pixels from which a press still means a point."""
STILL = 4
"""Pixels that the pointer may move between press and release of a click."""
DIGITS = 5


@dataclass(frozen=True)
class Series:
    """Values over places.

    Parameters
    ----------
    key, name : str
        Identity, and name in the legend; "" leaves it out there.
    color : str
        ``#rrggbb``, or the name of a theme colour.
    x, y : float64 array [n]
        What is not finite is left out, and parts the line.
    style : Style
        Line, dashed line, dots, or dots joined by a line.
    error : float64 array [n] or None
        Half length of the error bars.
    """

    key: str
    name: str
    color: str
    x: Floats
    y: Floats
    style: Style = "line"
    error: Floats | None = None


FIRST_WORD, WORD_ROW = 0.92, 0.12
"""Place of the first mark's word along its line, and from one word to the next, as shares of the plot."""


@dataclass(frozen=True)
class Mark:
    """Straight line across the plane at a value of one axis, with a word beside it."""

    key: str
    at: float
    text: str
    axis: Axis = "x"
    color: str = "muted"
    dashed: bool = True


class Plane(QWidget):
    """One plot with axes, a legend and a readout; wheel zooms, drag pans, double click shows all.

    With the keyboard (Tab), arrow keys go from point to point and Enter picks one.

    Signals
    -------
    picked : (str, int)
        A point was clicked, or chosen with Enter: key of its series, and its index.

    Parameters
    ----------
    name : str
        Name for screen readers.
    hint : str
        What to do while there is nothing to draw.
    """

    picked = Signal(str, int)

    def __init__(self, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.series: tuple[Series, ...] = ()
        self.marks: tuple[Mark, ...] = ()
        self.pickable = False
        """Whether points can be picked."""
        self._labels = ("", "")
        self._at: tuple[str, int] | None = None
        self.plot = _PlanePlot(self)
        self.legend = Legend()
        self.readout = Elided(ink="muted")
        self.readout.setFont(theme.number_font(theme.SMALL_SIZE))
        self.hint = Caption(hint, wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.hint, 1)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        column.addWidget(self.readout)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._show_what_there_is(False)

    def sizeHint(self) -> QSize:
        """Enough for a plot with its legend."""
        return QSize(320, 220)

    def minimumSizeHint(self) -> QSize:
        """A low plot with its labels."""
        return QSize(180, LEAST + 40)

    def set_hint(self, text: str) -> None:
        """What to do while there is nothing to draw."""
        self.hint.setText(text)

    def set_axes(self, x: str, y: str) -> None:
        """Label both axes, each with its unit."""
        if (x, y) != self._labels:
            self._labels = x, y
            self.plot.set_labels(x, y)

    def set_limits(self, axis: Axis, low: float, high: float) -> None:
        """Show exactly this range of an axis until it is zoomed."""
        box = self.plot.getPlotItem().getViewBox()
        (box.setXRange if axis == "x" else box.setYRange)(low, high, padding=0.02)

    def set_content(self, series: Sequence[Series], marks: Sequence[Mark] = ()) -> None:
        """Draw these curves and marks; those that are gone are removed, zoom and pan stay."""
        self.series, self.marks = tuple(series), tuple(marks)
        if self._at is not None and self._point(self._at) is None:
            self._at = None
        self.plot.show_series(self.series)
        self.plot.show_marks(self.marks)
        self.plot.settle()
        self.legend.set_entries([(s.name, s.color, s.style) for s in self.series if s.name])
        self._show_what_there_is(
            any(np.isfinite(s.y).any() for s in self.series) or len(self.plot.cloud.x) > 0
        )
        self._read()

    def set_cloud(self, x: Floats, y: Floats, colors: npt.NDArray[np.uint8]) -> None:
        """Draw these points behind the curves; see `Cloud.set_points`. Call before `set_content`."""
        self.plot.cloud.set_points(x, y, colors)

    def fit(self) -> None:
        """Show everything, now and as it grows."""
        self.plot.fit()

    def value_text(self) -> str:
        """Readout below the plot."""
        return self.readout.text()

    def pick_at(self, place: QPointF) -> None:
        """Pick the point that is drawn nearest to a place on the plot, if one is near."""
        if (found := self._nearest(place)) is not None:
            self._at = found
            self._read()
            self.picked.emit(*found)

    # -- pointer and keys

    def hovered(self, place: QPointF | None) -> None:
        """The pointer is at a place of the plot, or has left."""
        self._at = self._nearest(place) if place is not None and self.pickable else None
        self._read(None if place is None else self.plot.under(place))
        near = self._at is not None
        self.plot.setCursor(Qt.CursorShape.PointingHandCursor if near else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from point to point, and pick."""
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 0, Qt.Key.Key_Up: 0}
        if not self.pickable or not self._dotted():
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self.picked.emit(*self._at)
        elif event.key() in steps:
            self._go(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _go(self, by: int) -> None:
        dotted = self._dotted()
        keys = [s.key for s in dotted]
        key, index = self._at if self._at is not None and self._at[0] in keys else (keys[0], -1)
        if by == 0:
            key = keys[(keys.index(key) + 1) % len(keys)]
        one = dotted[keys.index(key)]
        self._at = key, min(max(index + by, 0), len(one.x) - 1)
        self._read()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show who has the keyboard."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show who has the keyboard."""
        super().focusOutEvent(event)
        self._at = None
        self._read()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if theme.is_new(self, event):
            self.wear()

    def wear(self) -> None:
        """Take the theme's colours."""
        self.plot.dress()
        self.plot.show_series(self.series)
        self.plot.show_marks(self.marks)
        self.legend.update()

    def _dotted(self) -> list[Series]:
        return [s for s in self.series if s.style in ("dots", "both") and len(s.x)]

    def _nearest(self, place: QPointF) -> tuple[str, int] | None:
        best, found = float(NEAR), None
        for one in self._dotted():
            for index, (x, y) in enumerate(zip(one.x, one.y, strict=True)):
                if math.isfinite(x) and math.isfinite(y):
                    away = self.plot.to_pixel(x, y) - place
                    if (length := math.hypot(away.x(), away.y())) <= best:
                        best, found = length, (one.key, index)
        return found

    def _point(self, at: tuple[str, int]) -> tuple[Series, float, float] | None:
        one = next((s for s in self.series if s.key == at[0]), None)
        return None if one is None or at[1] >= len(one.x) else (one, float(one.x[at[1]]), float(one.y[at[1]]))

    def _read(self, under: tuple[float, float] | None = None) -> None:
        """Say what is at the point that is pointed at."""
        chosen = self._point(self._at) if self._at is not None else None
        self.plot.show_spot(None if chosen is None else (chosen[1], chosen[2]))
        if chosen is None:
            text = "" if under is None else f"{self._value('x', under[0])}  ·  {self._value('y', under[1])}"
        else:
            one, x, y = chosen
            bar = "" if one.error is None else f" ± {measured(float(one.error[self._at[1]]), '', 2)}"  # type: ignore[index]
            text = f"{one.name}  ·  {self._value('x', x)}  ·  {self._value('y', y)}{bar}"
        self.readout.set_text(text)

    def _value(self, axis: Axis, value: float) -> str:
        name, _, unit = self._labels[axis == "y"].partition(" / ")
        return f"{name} {measured(value, unit, DIGITS)}"

    def _show_what_there_is(self, something: bool) -> None:
        self.hint.setVisible(not something)
        self.plot.setVisible(something)
        self.readout.setVisible(something)
        self.legend.setVisible(something and bool(self.legend.entries))


class _PlanePlot(BarePlot):
    """Axes of a plane and what is drawn in them."""

    def __init__(self, owner: Plane) -> None:
        super().__init__(self.fit, LEAST)
        self._owner = owner
        self._pressed: QPointF | None = None
        self.items_of: dict[str, tuple[Any, Any]] = {}
        self._lines: dict[str, Any] = {}
        self._dressed: dict[str, tuple[str, str]] = {}
        self._marked: dict[str, tuple[Mark, str]] = {}
        item = self.getPlotItem()
        item.getAxis("left").setWidth(62)
        item.getAxis("bottom").setHeight(36)
        self.cloud = Cloud()
        item.addItem(self.cloud)
        self._spot = pyqtgraph.PlotDataItem(symbol="o", symbolSize=11, pen=None, symbolBrush=None)
        self._spot.setZValue(20)
        item.addItem(self._spot, ignoreBounds=True)
        self.dress()

    def set_labels(self, x: str, y: str) -> None:
        """Label both axes."""
        look = {"font-size": "11px", "color": theme.current().muted}
        for side, text in (("bottom", x), ("left", y)):
            self.getPlotItem().getAxis(side).setLabel(text, **look)

    def dress(self) -> None:
        """Take the theme's colours."""
        super().dress()
        self._spot.setSymbolPen(pyqtgraph.mkPen(theme.current().text, width=2))

    def show_series(self, series: Sequence[Series]) -> None:
        """Draw these curves; those that are gone are removed."""
        item = self.getPlotItem()
        for key in set(self.items_of) - {s.key for s in series}:
            self._dressed.pop(key, None)
            for made in self.items_of.pop(key):
                item.removeItem(made)
        for one in series:
            if one.key not in self.items_of:
                bars = pyqtgraph.ErrorBarItem(x=np.zeros(0), y=np.zeros(0), height=np.zeros(0))
                curve = pyqtgraph.PlotDataItem(connect="finite")
                item.addItem(bars)
                item.addItem(curve)
                self.items_of[one.key] = curve, bars
            self._draw(one, *self.items_of[one.key])

    def _draw(self, one: Series, curve: Any, bars: Any) -> None:
        color = line_color(one.color)
        dress = (color, one.style)
        if dress != self._dressed.get(one.key):  # each of these lets the curve be worked out anew
            self._dressed[one.key] = dress
            self._dress_curve(one, color, curve)
        curve.setData(np.asarray(one.x, np.float64), np.asarray(one.y, np.float64))
        kept = np.isfinite(one.y) & np.isfinite(one.error) if one.error is not None else np.zeros(0, bool)
        height = 2 * one.error[kept] if one.error is not None else np.zeros(0)
        x, y = (one.x[kept], one.y[kept]) if one.error is not None else (np.zeros(0), np.zeros(0))
        bars.setData(x=x, y=y, height=height, beam=0, pen=pyqtgraph.mkPen(color, width=1.5))

    @staticmethod
    def _dress_curve(one: Series, color: str, curve: Any) -> None:
        dashed = Qt.PenStyle.DashLine if one.style == "dash" else Qt.PenStyle.SolidLine
        dots = one.style in ("dots", "both")
        curve.setPen(None if one.style == "dots" else pyqtgraph.mkPen(color, width=1.5, style=dashed))
        curve.setSymbol("o" if dots else None)
        curve.setSymbolSize(6)
        curve.setSymbolPen(None)
        curve.setSymbolBrush(color)

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Draw these straight lines; those that are gone are removed."""
        item = self.getPlotItem()
        for key in set(self._lines) - {m.key for m in marks}:
            item.removeItem(self._lines.pop(key))
            self._marked.pop(key, None)
        rows: dict[str, int] = {}
        for mark in marks:
            if mark.key not in self._lines:
                angle = 90 if mark.axis == "x" else 0
                options = {"position": FIRST_WORD, "movable": False, "fill": None}
                line = pyqtgraph.InfiniteLine(angle=angle, movable=False, label="", labelOpts=options)
                line.label.setFont(theme.text_font(10))
                item.addItem(line, ignoreBounds=True)
                self._lines[mark.key] = line
            line = self._lines[mark.key]
            # One below the other: lines may stand closer together than their words are wide.
            row = rows[mark.axis] = rows.get(mark.axis, -1) + 1
            line.label.setPosition(FIRST_WORD - row % 4 * WORD_ROW)
            if (look := (mark, theme.current().name)) == self._marked.get(mark.key):
                continue
            self._marked[mark.key] = look
            color = line_color(mark.color)
            style = Qt.PenStyle.DashLine if mark.dashed else Qt.PenStyle.SolidLine
            line.setPen(pyqtgraph.mkPen(color, width=1, style=style))
            line.label.setColor(QColor(color))
            line.label.setFormat(mark.text)
            ground = QColor(theme.current().panel)
            ground.setAlpha(200)
            line.label.fill = pyqtgraph.mkBrush(ground)
            line.setVisible(math.isfinite(mark.at))
            if math.isfinite(mark.at):
                line.setValue(mark.at)

    def show_spot(self, at: tuple[float, float] | None) -> None:
        """Ring around the chosen point."""
        x, y = ([], []) if at is None else ([at[0]], [at[1]])
        self._spot.setData(x, y)

    # -- pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click begins."""
        self._pressed = event.position() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that did not move may pick a point."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and self._owner.pickable:
            moved = event.position() - pressed
            if math.hypot(moved.x(), moved.y()) < STILL:
                self._owner.pick_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the plane where the pointer is."""
        super().mouseMoveEvent(event)
        self._owner.hovered(event.position())

    def pointed(self, point: tuple[float, float] | None) -> None:
        """The pointer has left."""
        if point is None:
            self._owner.hovered(None)
