"""The curve of a spectrum with named vertical lines (pyqtgraph)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyqtgraph
from PySide6.QtCore import QEvent, Qt, Signal

from tauscope.widgets import theme
from tauscope.widgets.plots.bare import BarePlot, line_color

Floats = npt.NDArray[np.float64]
MarkKind = Literal["emitter", "mode", "product"]
LEAST = 90
FLOOR = 1e-30
"""Power below which a spectrum is rounding, as -300 dB."""
DEPTH = 120.0
"""Decibels below the peak that are shown at first."""
COLORS: dict[MarkKind, str] = {"emitter": "accent", "mode": "edge", "product": "warning"}
ROWS = 2
"""Rows over which the names of neighbouring lines of a kind are spread."""
HIGH = 0.075
"""Height of a row, as a share of the plot's."""
TOP: dict[MarkKind, float] = {"emitter": 0.95, "mode": 0.79, "product": 0.63}
"""Height of the first row of each kind."""
NEAR = 0.03
"""Share of the width within which the pointer means a line."""


@dataclass(frozen=True, slots=True)
class LineMark:
    """A frequency with a name.

    Parameters
    ----------
    name : str
        As shown.
    frequency : float
        Hz.
    kind : MarkKind
        Tone of an emitter, free wave, or mixing product.
    """

    name: str
    frequency: float
    kind: MarkKind


def decibels(power: Floats) -> Floats:
    """``10 log10`` of a power, from -300 dB."""
    return np.asarray(10.0 * np.log10(np.maximum(power, FLOOR)))


class FrequencyAxis(pyqtgraph.AxisItem):
    """Axis whose logarithmic ticks stand at 1, 2 and 5 times powers of ten and are written in full."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Any:
        """Levels of ticks: spacing, and places."""
        if not self.logMode:
            return super().tickValues(minVal, maxVal, size)
        powers = range(math.floor(minVal), math.ceil(maxVal) + 1)
        every: list[list[float]] = [[], []]
        for power in powers:
            for digit in range(1, 10):
                place = power + math.log10(digit)
                if minVal <= place <= maxVal:
                    every[digit not in (1, 2, 5)].append(place)
        return [(0.3, every[0]), (None, every[1])]

    def tickStrings(self, values: list[float], scale: float, spacing: float | None) -> list[str]:
        """Texts of the ticks of a level; the finest has none."""
        if not self.logMode:
            return list(super().tickStrings(values, scale, spacing))
        return ["" if spacing is None else f"{10.0**value:.6g}" for value in values]


class SpectrumPlot(BarePlot):
    """Power over frequency; wheel zooms, drag pans, double click shows all.

    Signals
    -------
    hovered(frequency)
        Hz under the pointer, None when it leaves.
    """

    hovered = Signal(object)

    def __init__(self) -> None:
        super().__init__(self.fit, LEAST)
        self.setObjectName("spectrum_plot")
        self.place: float | None = None
        """Frequency under the pointer."""
        self.marks: tuple[LineMark, ...] = ()
        self.curve = pyqtgraph.PlotDataItem()
        self.curve.setDownsampling(auto=True, method="peak")
        self.curve.setClipToView(True)
        self.lines: dict[str, Any] = {}
        self._log, self._db = False, True
        self._auto = True
        self._x, self._y = np.empty(0), np.empty(0)
        self._look: object = None
        item = self.getPlotItem()
        axis = FrequencyAxis("bottom")
        axis.enableAutoSIPrefix(False)
        axis.setStyle(tickFont=theme.number_font(10), autoExpandTextSpace=False)
        item.setAxisItems({"bottom": axis})
        item.addItem(self.curve)
        item.getViewBox().sigRangeChangedManually.connect(self._zoomed)
        self.dress()

    def dress(self) -> None:
        """Take the theme's colours."""
        super().dress()
        self.curve.setPen(pyqtgraph.mkPen(line_color("text"), width=1))
        self._look = None
        for line in self.lines.values():
            self._dress_line(line)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if hasattr(self, "_look") and theme.is_new(self, event):
            self.dress()
            self._label()

    def show_spectrum(self, frequency: Floats, power: Floats, log: bool, db: bool) -> None:
        """Draw a spectrum, on logarithmic frequencies, in decibels."""
        if (log, db) != (self._log, self._db):
            self._log, self._db, self._auto = log, db, True
            self._place_marks()
        self._label()
        kept = frequency > 0 if log else np.ones(len(frequency), np.bool_)
        self._x = np.log10(frequency[kept]) if log else frequency[kept]
        self._y = decibels(power[kept]) if db else power[kept]
        self.curve.setData(self._x, self._y)
        if self._auto:
            self._fit_now()
        self.settle()

    def set_marks(self, marks: Sequence[LineMark]) -> None:
        """Mark lines; those that are gone are removed."""
        if tuple(marks) == self.marks:
            return
        self.marks = tuple(marks)
        self._place_marks()

    def nearest(self, frequency: float) -> LineMark | None:
        """Mark near a frequency, as near as the pointer can be."""
        (left, right), _ = self.getPlotItem().getViewBox().viewRange()
        place = self._across(frequency)
        known = [mark for mark in self.marks if math.isfinite(self._across(mark.frequency))]
        best = min(known, key=lambda mark: abs(self._across(mark.frequency) - place), default=None)
        if best is None or abs(self._across(best.frequency) - place) > NEAR * (right - left):
            return None
        return best

    def fit(self) -> None:
        """Show everything, now and as it grows."""
        self._auto = True
        self._fit_now()

    def pointed(self, point: tuple[float, float] | None) -> None:
        """Follow the pointer."""
        if point is None:
            self.place = None
        else:
            self.place = 10.0 ** min(max(point[0], -30.0), 30.0) if self._log else point[0]
        self.hovered.emit(self.place)

    # -- own

    def _zoomed(self, *_axes: object) -> None:
        self._auto = False

    def _across(self, frequency: float) -> float:
        if not self._log:
            return frequency
        return math.log10(frequency) if frequency > 0 else math.nan

    def _label(self) -> None:
        item, colors = self.getPlotItem(), theme.current()
        look = self._log, self._db, colors.name
        if look == self._look:
            return
        self._look = look
        bottom, left = item.getAxis("bottom"), item.getAxis("left")
        bottom.setLogMode(x=self._log)
        style = {"font-size": "11px", "color": colors.muted}
        bottom.setLabel("frequency / Hz", **style)
        left.setLabel("power / dB" if self._db else "power / |Ψ|²", **style)

    def _place_marks(self) -> None:
        item = self.getPlotItem()
        placed = [mark for mark in self.marks if math.isfinite(self._across(mark.frequency))]
        names = {f"{mark.kind}:{mark.name}" for mark in placed}
        for key in set(self.lines) - names:
            item.removeItem(self.lines.pop(key))
        placed.sort(key=lambda mark: mark.frequency)
        rows: Counter[MarkKind] = Counter()
        for mark in placed:
            key = f"{mark.kind}:{mark.name}"
            line = self.lines.get(key)
            if line is None:
                line = pyqtgraph.InfiniteLine(angle=90, movable=False, label=mark.name)
                line.setAcceptHoverEvents(False)
                line.mark_kind = mark.kind
                self.lines[key] = line
                self._dress_line(line)
                item.addItem(line, ignoreBounds=True)
            line.setValue(self._across(mark.frequency))
            line.label.setPosition(TOP[mark.kind] - HIGH * (rows[mark.kind] % ROWS))
            rows[mark.kind] += 1
        if self._auto:
            self._fit_now()

    @staticmethod
    def _dress_line(line: Any) -> None:
        kind: MarkKind = line.mark_kind
        color = line_color(COLORS[kind])
        dashed = Qt.PenStyle.SolidLine if kind == "emitter" else Qt.PenStyle.DotLine
        line.setPen(pyqtgraph.mkPen(color, width=1, style=dashed))
        line.label.setColor(theme.current().ink(color))
        line.label.setFont(theme.text_font(10))

    def _fit_now(self) -> None:
        if not len(self._x):
            return
        marks = [self._across(mark.frequency) for mark in self.marks]
        marks = [place for place in marks if math.isfinite(place)]
        low, high = float(self._x[0]), float(self._x[-1])
        if marks:
            room = 0.15 * max(max(marks) - min(marks), 0.3 if self._log else 5.0)
            high = min(high, max(marks) + room)
            low = max(low, min(marks) - room) if self._log else (-high if low < 0 else 0.0)
        seen = self._y[(self._x >= low) & (self._x <= high)]
        if not len(seen):
            return
        top = float(seen.max())
        bottom = max(float(seen.min()), top - DEPTH) if self._db else 0.0
        head = 0.35 * max(top - bottom, 1e-30)  # names of lines stand above the curve
        box = self.getPlotItem().getViewBox()
        box.setRange(xRange=(low, high), yRange=(bottom, top + head), padding=0.01, disableAutoRange=True)
