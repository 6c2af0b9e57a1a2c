"""Traces: order, synchrony, drift, readiness and choice over time, with the bounds of readiness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.plots.chart import Chart, Curve, Pane, scrolled
from tauscope.widgets.texts import Elided

EMPTY = "Nothing has been measured yet. Press play, or Space."
NONE_SHOWN = "No trace is chosen. Choose some with the eye above."
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """One scalar, and where it stands.

    Parameters
    ----------
    name, label, color, unit : str
        Name of the scalar, name in the interface, theme colour or ``#rrggbb``, unit.
    pane : str
        Label of the pane that it shares.
    """

    name: str
    label: str
    color: str
    pane: str
    unit: str = ""


TRACES = (
    Trace("R_total", "R total", "accent", "R"),
    Trace("R_mean", "R mean", "#f2b84b", "R"),
    Trace("cross_sync", "cross sync", "#b48ce0", "cross sync"),
    Trace("drift", "drift", "#5fc9a5", "drift / rad/step", "rad/step"),
    Trace("ready", "ready", "good", "ready, choice"),
    Trace("choice_score", "choice score", "#ff8f6b", "ready, choice"),
)
SHOWN_AT_FIRST = ("R_total", "R_mean", "cross_sync", "drift", "ready", "choice_score")


class TracesPanel(QWidget):
    """Curves of the run's measures, one pane for each kind.

    Signals
    -------
    view_changed()
        Other traces are to be shown.
    """

    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("traces")
        self.shown: tuple[str, ...] = SHOWN_AT_FIRST
        self.bounds: Mapping[str, tuple[tuple[float, str], ...]] = {}
        self.chart = Chart(EMPTY)
        self.reach = Elided(ink="muted")
        self.choose = Button("", "eye", "Choose which traces are shown", "ghost")
        self.choose.set_menu(self._menu)
        self.export = Button("", "export", "Save the traces as CSV", "ghost")
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.reach, 1)
        head.addWidget(self.choose)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(scrolled(self.chart), 1)
        column.addWidget(self.chart.take_readout())

    def sizeHint(self) -> QSize:
        """Room for three panes."""
        return QSize(420, 300)

    def set_bounds(self, bounds: Mapping[str, Sequence[tuple[float, str]]]) -> None:
        """Lines to draw for a trace, by its name: each a value and what it is."""
        self.bounds = {name: tuple(lines) for name, lines in bounds.items()}

    def set_data(self, times: Floats, values: Mapping[str, Floats], x_label: str, reach: str = "") -> None:
        """Draw the traces.

        Parameters
        ----------
        times : float64 array [n]
            Places on the horizontal axis.
        values : mapping of str to float64 array [n]
            Scalars by name; NaN where one has no value yet.
        x_label : str
            Of the horizontal axis, with its unit.
        reach : str
            What is kept, for the line above.
        """
        self.reach.set_text(reach)
        self.chart.set_hint(EMPTY if self.shown else NONE_SHOWN)
        panes: dict[str, list[Curve]] = {}
        for trace in TRACES:
            if trace.name in self.shown and trace.name in values:
                curves = panes.setdefault(trace.pane, [])
                curves += self._bound_curves(trace, times)
                curves.append(
                    Curve(trace.name, trace.label, trace.color, times, values[trace.name], unit=trace.unit)
                )
        self.chart.set_panes(
            [Pane(label, tuple(curves)) for label, curves in panes.items()],
            x_label,
            x_label.partition(" ")[0],
        )

    def _bound_curves(self, trace: Trace, times: Floats) -> list[Curve]:
        if len(times) < 2:
            return []
        ends = np.array([times[0], times[-1]])
        return [
            Curve(f"{trace.name}:{text}", text, "muted", ends, np.full(2, value), "dash", quiet=True)
            for value, text in self.bounds.get(trace.name, ())
        ]

    def toggle(self, name: str, on: bool) -> None:
        """Show or hide a trace."""
        wanted = {*self.shown, name} if on else set(self.shown) - {name}
        self.shown = tuple(trace.name for trace in TRACES if trace.name in wanted)
        self.view_changed.emit()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for trace in TRACES:
            action = menu.addAction(trace.label)
            action.setCheckable(True)
            action.setChecked(trace.name in self.shown)
            action.toggled.connect(lambda on, name=trace.name: self.toggle(name, on))
        return menu
