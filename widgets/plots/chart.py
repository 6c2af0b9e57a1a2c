"""Chart: panes of curves over one horizontal axis, with units, a linked cursor and its values (pyqtgraph)."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyqtgraph
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import UNKNOWN, measured
from tauscope.widgets.plots.bare import BarePlot, line_color
from tauscope.widgets.plots.readout_line import ReadoutLine
from tauscope.widgets.texts import Caption

Floats = npt.NDArray[np.float64]
Style = Literal["line", "dots", "dash", "steps"]
LEAST_PANE = 56
BELOW = 42
"""Pixels for the labels of the horizontal axis and the readout."""
LABELS, NO_LABELS = 30, 6
"""Height of the horizontal axis of the lowest pane, and of the others."""
TITLE_Z, TITLE_SHARE = 10, 0.75
"""Titles of panes stand above the curves, on a ground of this opacity."""
DIGITS = 5
MARK_REACH = 6
"""Pixels within which a mark is meant."""
COUNTS = ("tick", "sweep", "step")
"""Names of horizontal axes whose places are whole numbers."""


@dataclass(frozen=True)
class Curve:
    """Values over places, as drawn.

    Parameters
    ----------
    key, name : str
        Identity, and the name in the readout.
    color : str
        ``#rrggbb``, or the name of a theme colour; darkened on light grounds until it reads.
    x, y : float64 array [n]
        What is not finite, or not positive on a logarithmic axis, is left out.
    style : Style
        Line, dots, or dashed line.
    unit : str
        Unit of ``y`` in the readout.
    quiet : bool
        Whether the readout leaves it out, as what says nothing new.
    """

    key: str
    name: str
    color: str
    x: Floats
    y: Floats
    style: Style = "line"
    unit: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Pane:
    """Curves that share a vertical axis.

    Parameters
    ----------
    label : str
        Of the vertical axis, with its unit.
    curves : tuple of Curve
        Back to front.
    log : bool
        Whether the vertical axis is logarithmic.
    share : int
        Height relative to the other panes.
    zero : bool
        Whether a line is drawn at 0.
    corner : (int, int)
        Where the label stands, away from the curves: 0 or 1 from the left, and from the top.
    """

    label: str
    curves: tuple[Curve, ...]
    log: bool = False
    share: int = 1
    zero: bool = False
    corner: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Mark:
    """Something that happened at a place: a line through all panes.

    Parameters
    ----------
    x : float
        Place.
    color : str
        As of a `Curve`.
    text : str
        Sentence about it.
    """

    x: float
    color: str
    text: str


class Chart(QWidget):
    """Panes above one another with a common horizontal axis; wheel zooms, drag pans, double click shows all.

    Signals
    -------
    hovered : (object)
        Place under the pointer, None when it leaves.

    Parameters
    ----------
    hint : str
        What to do while there is nothing to draw.
    """

    hovered = Signal(object)

    def __init__(self, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panes: tuple[Pane, ...] = ()
        self.plots: list[_Plot] = []
        self._x_name = ""
        self.x_unit, self.digits, self.between = "", DIGITS, "  ·  "  # of the readout
        self._log_x = False
        self._cursor: float | None = None
        self.marks: tuple[Mark, ...] = ()
        self.hint = Caption(hint, wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.readout = ReadoutLine()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self.hint, 1)
        self._column.addWidget(self.readout)
        self._apart = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Enough for two panes."""
        return QSize(300, 220)

    def minimumSizeHint(self) -> QSize:
        """Low panes and the readout; put it into a scroll area."""
        second = self.readout.sizeHint().height() * (self.readout.lines - 1) // self.readout.lines
        lines = LABELS - NO_LABELS if self._apart else BELOW + second
        return QSize(160, LEAST_PANE * max(len(self.panes), 1) + lines)

    def take_readout(self) -> ReadoutLine:
        """Return the readout, to stand outside the scroll area in which the panes may be."""
        self._apart = True
        self._column.removeWidget(self.readout)
        self.updateGeometry()
        return self.readout

    def set_hint(self, text: str) -> None:
        """What to do while there is nothing to draw."""
        self.hint.setText(text)

    def set_panes(self, panes: Sequence[Pane], x_label: str, x_name: str = "", log_x: bool = False) -> None:
        """Draw these panes; zoom and pan stay while the number of panes and the scales do.

        Parameters
        ----------
        panes : sequence of Pane
            Top to bottom; those without a drawable point are left out.
        x_label : str
            Of the horizontal axis, with its unit.
        x_name : str
            Before the place in the readout, as in ``tick``.
        log_x : bool
            Whether the horizontal axis is logarithmic.
        """
        shown = tuple(pane for pane in panes if any(len(_points(c, log_x, pane.log)[0]) for c in pane.curves))
        fresh = (len(shown), log_x, [p.log for p in shown]) != (
            len(self.panes), self._log_x, [p.log for p in self.panes],
        )  # fmt: skip
        self.panes, self._log_x, self._x_name = shown, log_x, x_name
        while len(self.plots) < len(shown):
            self._add_plot()
        self.hint.setVisible(not shown)
        self.readout.setVisible(bool(shown))
        for number, plot in enumerate(self.plots):
            used = number < len(shown)
            plot.setVisible(used)
            self._column.setStretch(number, shown[number].share if used else 0)
            if used:
                plot.show_pane(shown[number], x_label if number == len(shown) - 1 else "", log_x)
            else:
                plot.show_pane(Pane("", ()), "", log_x)
        if fresh:
            self.updateGeometry()
            self.fit()
        for plot in self.plots[: len(shown)]:
            plot.settle()
        self._read()

    def fit(self) -> None:
        """Show everything, now and as it grows."""
        for plot in self.plots:
            plot.fit()

    def set_cursor(self, place: float | None) -> None:
        """Show the cursor at a place, or hide it."""
        self._cursor = place
        for plot in self.plots:
            plot.set_cursor(place, self._log_x)
        self._read()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Draw these lines through all panes; on a logarithmic axis those at 0 and below are left out."""
        self.marks = tuple(marks)
        for plot in self.plots:
            plot.set_marks(self.marks, self._log_x)

    def mark_at(self, place: float) -> Mark | None:
        """Mark within a few pixels of a place on the horizontal axis."""
        if not self.marks or not self.plots or self._log_x:
            return None
        pixel = float(self.plots[0].getPlotItem().getViewBox().viewPixelSize()[0])
        nearest = min(self.marks, key=lambda mark: abs(mark.x - place))
        return nearest if abs(nearest.x - place) <= MARK_REACH * pixel else None

    def value_text(self) -> str:
        """Readout at the cursor, or of the newest values without one."""
        return self.readout.text()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if theme.is_new(self, event):
            for plot, pane in zip(self.plots, self.panes, strict=False):
                plot.dress()
                plot.set_marks(self.marks, self._log_x)
                plot.show_pane(pane, plot.x_label, self._log_x)

    def _add_plot(self) -> None:
        plot = _Plot(self._hover, self.fit)
        if self.plots:
            plot.getPlotItem().setXLink(self.plots[0].getPlotItem())
        plot.set_marks(self.marks, self._log_x)
        self._column.insertWidget(len(self.plots), plot, 1)
        self.plots.append(plot)

    def _hover(self, place: float | None) -> None:
        if place is not None and self._log_x:
            place = 10.0 ** min(max(place, -300.0), 300.0)
        self.set_cursor(place)
        self.hovered.emit(place)

    def _read(self) -> None:
        curves = [c for pane in self.panes for c in pane.curves if len(c.x) and not c.quiet]
        if not curves:
            self.readout.set_parts((), "")
            return
        at = self._cursor if self._cursor is not None else float(curves[0].x[-1])
        found = [f"{curve.name} {self._value_text(curve, at)}" for curve in curves]
        place = f"{round(at):,}" if self._x_name in COUNTS else measured(at, self.x_unit, self.digits)
        self.readout.set_parts([f"{self._x_name} {place}".strip(), *found], self.between)

    def _value_text(self, curve: Curve, at: float) -> str:
        value = _value_at(curve, at)
        return UNKNOWN if math.isnan(value) else measured(value, curve.unit, self.digits)


class _Plot(BarePlot):
    """One pane."""

    def __init__(self, hover: Callable[[float | None], None], fit: Callable[[], None]) -> None:
        super().__init__(fit, LEAST_PANE)
        self._hover = hover
        self.x_label = ""
        self.curves: dict[str, Any] = {}
        self._titled = ("", "")
        self._look: object = None
        """What the axes were set to last."""
        self._dressed: dict[str, object] = {}
        """Colour and style that curves have, by their keys."""
        item = self.getPlotItem()
        self.title = pyqtgraph.LabelItem("", size="10px", justify="left")
        self.title.setParentItem(item.getViewBox())
        self.title.setZValue(TITLE_Z)
        self.title.anchor((0, 0), (0, 0), offset=(2, -3))
        self.cursor_line = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self.zero = pyqtgraph.InfiniteLine(pos=0, angle=0, movable=False)
        self.marks: list[Any] = []
        for line in (self.zero, self.cursor_line):
            line.hide()
            item.addItem(line, ignoreBounds=True)
        self.dress()

    def dress(self) -> None:
        """Take the theme's colours."""
        super().dress()
        self.cursor_line.setPen(theme.current().muted)
        self.zero.setPen(theme.current().edge)

    def show_pane(self, pane: Pane, x_label: str, log_x: bool) -> None:
        """Draw a pane's curves; those that are gone are removed."""
        item = self.getPlotItem()
        self.x_label = x_label
        left, bottom = item.getAxis("left"), item.getAxis("bottom")
        self.title.anchor(pane.corner, pane.corner, offset=(2 - 4 * pane.corner[0], 6 * pane.corner[1] - 3))
        if (pane.label, theme.current().text) != self._titled:
            self._titled = pane.label, theme.current().text
            ground = QColor(theme.current().panel)
            plate = (
                f"background-color: rgba({ground.red()}, {ground.green()}, {ground.blue()}, {TITLE_SHARE})"
            )
            text = f"<span style='{plate}'>{html.escape(pane.label)}</span>" if pane.label else ""
            self.title.setText(text, color=theme.current().text)
        look = (x_label, log_x, pane.log, theme.current().name)
        if look != self._look:  # every call of these lets both axes be drawn anew
            self._look = look
            bottom.setLogMode(x=log_x)
            left.setLogMode(y=pane.log)
            bottom.setStyle(showValues=bool(x_label))
            bottom.showLabel(bool(x_label))
            if x_label:
                bottom.setLabel(x_label, **{"font-size": "11px", "color": theme.current().muted})
            bottom.setHeight(LABELS if x_label else NO_LABELS)
            self.setMinimumHeight(LEAST_PANE + (LABELS - NO_LABELS if x_label else 0))
        self.zero.setVisible(pane.zero)
        for key in set(self.curves) - {curve.key for curve in pane.curves}:
            item.removeItem(self.curves.pop(key))
            self._dressed.pop(key, None)
        for curve in pane.curves:
            x, y = _points(curve, log_x, pane.log)
            if curve.key not in self.curves:
                made = self.curves[curve.key] = pyqtgraph.PlotDataItem()
                made.setDownsampling(auto=True, method="peak")
                made.setClipToView(True)
                item.addItem(made)
            dress = (curve.color, curve.style, theme.current().name)
            if dress != self._dressed.get(curve.key):
                self._dressed[curve.key] = dress
                self._dress_curve(self.curves[curve.key], curve)
            self.curves[curve.key].setData(x, y)

    @staticmethod
    def _dress_curve(made: Any, curve: Curve) -> None:
        color = line_color(curve.color)
        dashed = Qt.PenStyle.DashLine if curve.style == "dash" else Qt.PenStyle.SolidLine
        dots = curve.style == "dots"
        made.setPen(None if dots else pyqtgraph.mkPen(color, width=1, style=dashed))
        made.setSymbol("o" if dots else None)
        if dots:
            made.setSymbolSize(4)
            made.setSymbolPen(None)
            made.setSymbolBrush(color)

    def set_cursor(self, place: float | None, log_x: bool) -> None:
        """Show the cursor at a place, or hide it."""
        seen = place is not None and (place > 0 or not log_x)
        self.cursor_line.setVisible(seen)
        if place is not None and seen:
            self.cursor_line.setValue(math.log10(place) if log_x else place)

    def set_marks(self, marks: Sequence[Mark], log_x: bool) -> None:
        """Draw lines at the places of marks; lines that are there are moved."""
        seen = [mark for mark in marks if mark.x > 0 or not log_x]
        while len(self.marks) > len(seen):
            self.getPlotItem().removeItem(self.marks.pop())
        while len(self.marks) < len(seen):
            made = pyqtgraph.InfiniteLine(angle=90, movable=False)
            self.getPlotItem().addItem(made, ignoreBounds=True)
            self.marks.append(made)
        for line, mark in zip(self.marks, seen, strict=True):
            line.setPen(pyqtgraph.mkPen(line_color(mark.color), width=1, style=Qt.PenStyle.DotLine))
            line.setValue(math.log10(mark.x) if log_x else mark.x)

    def pointed(self, point: tuple[float, float] | None) -> None:
        """Follow the pointer."""
        self._hover(None if point is None else point[0])


def scrolled(widget: QWidget) -> QScrollArea:
    """Put a widget into a scroll area that scrolls up and down where its room is less than it needs."""
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return area


def _points(curve: Curve, log_x: bool, log_y: bool) -> tuple[Floats, Floats]:
    """Finite points, as powers of ten where an axis is logarithmic."""
    x, y = np.asarray(curve.x, np.float64), np.asarray(curve.y, np.float64)
    kept = np.isfinite(x) & np.isfinite(y)
    kept &= (x > 0) if log_x else True
    kept &= (y > 0) if log_y else True
    x, y = x[kept], y[kept]
    return np.log10(x) if log_x else x, np.log10(y) if log_y else y


def _value_at(curve: Curve, place: float) -> float:
    """Value at the nearest place; a curve that turns back is read at the first such place."""
    if not len(curve.x):
        return math.nan
    away = np.abs(np.asarray(curve.x, np.float64) - place)
    return math.nan if np.isnan(away).all() else float(curve.y[int(np.nanargmin(away))])
