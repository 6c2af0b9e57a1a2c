"""Line cut: the numbers of a plane along one of its axes, as curves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tauscope.engine.base import Array, FieldSpec
from tauscope.widgets.plots.chart import Chart, Curve, Pane
from tauscope.widgets.sight import in_sight

LIVE_SECONDS = 0.1
"""Curves are drawn this often at most: a plot costs more than the picture."""
EMPTY = "The curves appear with the next plane of the run."


@dataclass(frozen=True, eq=False)
class Line:
    """Numbers along one axis.

    Parameters
    ----------
    values : array, shape (n,)
        Real or complex.
    spec : FieldSpec
        What they are.
    axis : str
        Axis that they run along.
    place : str
        Where the other axis is cut, as in ``y 12``, or "" where it has one site.
    """

    values: Array
    spec: FieldSpec
    axis: str
    place: str = ""


def curves(line: Line) -> tuple[Curve, ...]:
    """What is drawn: of complex numbers the modulus and both parts, which run between it and its negative.

    An angle is drawn as dots, as a line would cross the plot where it jumps by a turn.
    """
    values, label, unit = line.values, line.spec.label, "" if line.spec.unit == "1" else line.spec.unit
    x = np.arange(len(values), dtype=np.float64)

    def curve(key: str, name: str, color: str, numbers: npt.NDArray[np.floating]) -> Curve:
        style = "dots" if line.spec.palette == "cyclic" and values.dtype.kind != "c" else "line"
        return Curve(key, name, color, x, np.asarray(numbers, np.float64), style, unit)  # type: ignore[arg-type]

    if values.dtype.kind != "c":
        name = f"|{label}|" if line.spec.dtype.startswith("complex") else label
        return (curve("value", name, "accent", values),)
    size = np.abs(values)
    below = Curve("below", "", "muted", x, np.asarray(-size, np.float64), "dash", unit, quiet=True)
    return (
        below,
        curve("real", f"Re {label}", "accent", values.real),
        curve("imaginary", f"Im {label}", "warning", values.imag),
        curve("modulus", f"|{label}|", "text", size),
    )


class LineCut(QWidget):
    """Curves along one axis of a plane, drawn a few times a second and only while they are seen.

    Signals
    -------
    hovered(place)
        Place along the axis under the pointer, None when it leaves.
    """

    hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(parent)
        self._clock = clock
        self._line: Line | None = None
        self._fresh = False
        self._drawn_at = -LIVE_SECONDS
        self._frame: tuple[str, str, int, bool] | None = None
        self.chart = Chart(EMPTY)
        self.chart.hovered.connect(self.hovered)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._draw)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 2)
        column.addWidget(self.chart)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Room for one plot."""
        return QSize(320, 170)

    def minimumSizeHint(self) -> QSize:
        """A low plot."""
        return QSize(160, 110)

    @property
    def line(self) -> Line | None:
        """Newest numbers, or None."""
        return self._line

    def offer(self, line: Line | None, at_once: bool = False) -> None:
        """Take newer numbers, or none; drawn soon, or at once where the user waits."""
        self._line, self._fresh = line, True
        if at_once or line is None:
            self._draw()
        elif not self._soon.isActive():
            wait = max(LIVE_SECONDS - (self._clock() - self._drawn_at), 0.0)
            self._soon.start(round(1000 * wait))

    def set_cursor(self, place: float | None) -> None:
        """Show the values at a place along the axis, or of its end with None."""
        self.chart.set_cursor(place)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while it was hidden."""
        super().showEvent(event)
        if self._fresh:
            self._soon.start(0)

    def _draw(self) -> None:
        self._soon.stop()
        line = self._line
        if line is not None and not in_sight(self):
            return
        self._fresh, self._drawn_at = False, self._clock()
        if line is None:
            self.chart.set_panes((), "")
            return
        drawn = curves(line)
        unit = "" if line.spec.unit == "1" else f" / {line.spec.unit}"
        label = f"{line.axis} / sites" + (f"  at {line.place}" if line.place else "")
        pane = Pane(f"{drawn[-1].name if len(drawn) == 1 else line.spec.label}{unit}", drawn, zero=True)
        self.chart.set_panes((pane,), label, line.axis)
        frame = line.spec.name, line.axis, len(line.values), len(drawn) > 1
        if frame != self._frame:
            self._frame = frame
            self.chart.fit()
