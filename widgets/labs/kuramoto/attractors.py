"""Attractors: bifurcation, rotation number and phase portrait of the signals that may drive a run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.plots.bare import line_color
from tauscope.widgets.plots.plane import Mark, Plane, Series
from tauscope.widgets.texts import Elided, Label

Floats = npt.NDArray[np.float64]
View = Literal["bifurcation", "rotation", "portrait"]
VIEWS: Mapping[View, str] = {
    "bifurcation": "Bifurcation", "rotation": "Rotation number", "portrait": "Phase portrait",
}  # fmt: skip
EMPTY = "Choose an attractor and a plot above; it is worked out beside the run."


@dataclass(frozen=True)
class Attractor:
    """What is on offer for one attractor.

    Parameters
    ----------
    label : str
        Name in the interface.
    formula : str
        Its equations, in one line.
    views : tuple of View
        Plots that it has.
    """

    label: str
    formula: str
    views: tuple[View, ...]


@dataclass(frozen=True)
class AttractorPlot:
    """One plot, worked out.

    Parameters
    ----------
    x, y : float64 array [n]
        Points of a bifurcation or a portrait; a curve of rotation numbers.
    x_label, y_label : str
        Axes with units.
    present : float
        Parameter that the run's signal has, NaN where the axis is none.
    present_text : str
        What stands beside that mark.
    points : tuple of float64 arrays
        Present point of the signal, as x and y of one entry; empty where unknown.
    note : str
        How it was worked out.
    curve : bool
        Whether the points are a curve.
    """

    x: Floats
    y: Floats
    x_label: str
    y_label: str
    present: float = math.nan
    present_text: str = ""
    points: tuple[Floats, Floats] = field(default=(np.zeros(0), np.zeros(0)))
    note: str = ""
    curve: bool = False


class AttractorsPanel(QWidget):
    """A choice of attractor and of plot, and the plot.

    Signals
    -------
    view_changed()
        Another attractor or plot is wanted.
    drive_requested(kind)
        The attractor is to drive the run.
    """

    view_changed = Signal()
    drive_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attractors")
        self.offered: Mapping[str, Attractor] = {}
        self.data: AttractorPlot | None = None
        self.kind = Pick("Attractor")
        self.kind.chosen.connect(lambda _value: self._chosen())
        self.view = Pick("Plot")
        self.view.chosen.connect(lambda _value: self.view_changed.emit())
        self.drive = Button(
            "Drive with it", "", "Make this attractor the drive of the run; undo takes it back"
        )
        self.drive.clicked.connect(lambda: self.drive_requested.emit(self.kind.value))
        self.export = Button("", "export", "Save the points as CSV", "ghost")
        self.formula = Label(wrap=True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.note = Elided(ink="muted")
        self.plane = Plane("Attractor", EMPTY)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.kind, 1)
        head.addWidget(self.view, 1)
        head.addWidget(self.drive)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.formula)
        column.addWidget(self.progress)
        column.addWidget(self.plane, 1)
        column.addWidget(self.note)
        self.set_progress(None)
        self.set_plot(None)

    def sizeHint(self) -> QSize:
        """Room for a plot."""
        return QSize(420, 320)

    @property
    def shown(self) -> tuple[str, View]:
        """Attractor and plot that are chosen."""
        view: View = next((key for key in VIEWS if key == self.view.value), "bifurcation")
        return self.kind.value, view

    def set_offered(self, offered: Mapping[str, Attractor], kind: str) -> None:
        """Offer these attractors and show one."""
        self.offered = dict(offered)
        self.kind.set_entries([(key, one.label) for key, one in offered.items()], kind)
        self._offer_views()

    def choose(self, kind: str) -> None:
        """Show another attractor, as when the run's drive was changed."""
        if kind in self.offered and kind != self.kind.value:
            self.kind.set_value(kind)
            self._chosen()

    def set_drive(self, kind: str, why_not: str = "") -> None:
        """Which attractor drives the run ("" or none of these: none does), and why it may not be changed."""
        driving = kind == self.kind.value
        self.drive.setEnabled(not driving and not why_not)
        self.drive.setToolTip(
            why_not
            or (
                "It drives the run already"
                if driving
                else "Make this attractor the drive of the run; a restart"
            )
        )
        self.drive.set_look("Drives the run" if driving else "Drive with it", "", "plain")

    def set_progress(self, fraction: float | None) -> None:
        """Show how far the plot is; None: none is worked out."""
        self.progress.setVisible(fraction is not None)
        self.progress.setValue(round(1000 * (fraction or 0.0)))

    def set_plot(self, data: AttractorPlot | None) -> None:
        """Draw a plot."""
        fresh = data is None or self.data is None or (data.x_label, data.y_label) != (
            self.data.x_label, self.data.y_label,
        )  # fmt: skip
        self.data = data
        self.export.setEnabled(data is not None)
        if data is None:
            self.plane.set_cloud(np.zeros(0), np.zeros(0), np.zeros((1, 3), np.uint8))
            self.plane.set_content(())
            self.note.set_text("")
            return
        self.plane.set_axes(data.x_label, data.y_label)
        self._draw(data)
        self.note.set_text(data.note)
        if fresh:
            self.plane.fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        data = getattr(self, "data", None)  # Qt sends the first event before there is one
        if data is not None and theme.is_new(self, event):
            self._draw(data)

    def _draw(self, data: AttractorPlot) -> None:
        color = line_color("accent")
        rgb = np.array([[int(color[k : k + 2], 16) for k in (1, 3, 5)]], np.uint8)
        cloud = (np.zeros(0), np.zeros(0)) if data.curve else (data.x, data.y)
        self.plane.set_cloud(*cloud, rgb)
        series = [Series("curve", "", "accent", data.x, data.y)] if data.curve else []
        if len(data.points[0]):
            series.append(Series("now", "now", "warning", *data.points, "dots"))
        self.plane.set_content(series, [Mark("present", data.present, data.present_text, color="warning")])

    def _chosen(self) -> None:
        self._offer_views()
        self.view_changed.emit()

    def _offer_views(self) -> None:
        one = self.offered.get(self.kind.value)
        views = one.views if one else ()
        kept = self.view.value if self.view.value in views else next(iter(views), "")
        self.view.set_entries([(key, VIEWS[key]) for key in views], kept)
        self.formula.setText(one.formula if one else "")
