"""The oracle's plots: energy, power, residual and drive over time, with what SCRAM did as marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QVBoxLayout, QWidget

from tauscope.engine.base import ScalarSpec
from tauscope.widgets.buttons import Button
from tauscope.widgets.plots.chart import Chart, Curve, Mark, Pane, scrolled
from tauscope.widgets.texts import Elided

EMPTY = "Nothing has been measured yet. Press play, or Space."
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A scalar of the oracle, and how it is drawn.

    Parameters
    ----------
    name, color : str
        Name of the scalar, and theme colour or ``#rrggbb``.
    size : bool
        Whether its modulus is drawn.
    steps : bool
        Whether it keeps its value until the next sample.
    """

    name: str
    color: str
    size: bool = False
    steps: bool = False


@dataclass(frozen=True)
class Group:
    """Lines that share a pane: its label with unit, whether it is logarithmic, and its relative height."""

    label: str
    lines: tuple[Line, ...]
    log: bool = False
    share: int = 2


GROUPS = (
    Group("energy H, Ĥ / s⁻²", (Line("H", "#f2b84b"), Line("H_hat", "accent"))),
    Group("power in, lost / s⁻³", (Line("P_in", "good"), Line("P_diss", "#ff8f6b"))),
    Group(
        "|residual|",
        (Line("residual", "#b48ce0", size=True), Line("residual_recent", "accent", size=True)),
        log=True,
    ),
    Group(
        "drive, attempts",
        (Line("drive_gain", "good", steps=True), Line("scram_attempts", "#f2b84b", steps=True)),
        share=1,
    ),
)
NAMES = tuple(line.name for group in GROUPS for line in group.lines)
"""Scalars that are drawn."""
LABELS: Mapping[str, str] = {
    "H": "H",
    "H_hat": "Ĥ",
    "P_in": "P in",
    "P_diss": "P lost",
    "residual": "residual",
    "residual_recent": "recent",
    "drive_gain": "drive",
    "scram_attempts": "attempts",
}
RESIDUALS = 2
"""Number of the group of residuals, which has limits."""


class OraclePanel(QWidget):
    """Four panes over one axis of time.

    Signals
    -------
    reset_requested : ()
        Begin the account of energy anew.
    pause_toggled : (bool)
        Whether the plots stand still; samples are taken all the same.
    """

    reset_requested = Signal()
    pause_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("oracle")
        self.chart = Chart(EMPTY)
        self.chart.hovered.connect(self._hovered)
        self.said = ""
        """Sentence of the mark under the pointer."""
        self.limits: tuple[float, float] | None = None
        self.reach = Elided(ink="muted")
        self.hold = Button("", "pause", "Let the plots stand still; samples are taken all the same", "ghost")
        self.hold.setCheckable(True)
        self.hold.toggled.connect(self._hold)
        self.reset = Button(
            "", "reset", "Begin the account of energy anew: the residual counts from now on", "ghost"
        )
        self.reset.clicked.connect(self.reset_requested)
        self.export = Button("", "export", "Save the samples as CSV", "ghost")
        self._definitions: Mapping[str, ScalarSpec] = {}
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.reach, 1)
        for button in (self.hold, self.reset, self.export):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 4, 6, 4)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(scrolled(self.chart), 1)
        column.addWidget(self.chart.take_readout())

    def sizeHint(self) -> QSize:
        """Room for four panes."""
        return QSize(420, 330)

    @property
    def held(self) -> bool:
        """Whether the plots stand still."""
        return self.hold.isChecked()

    def set_definitions(self, specs: Mapping[str, ScalarSpec]) -> None:
        """Units and definitions of the scalars, for tooltips and the readout."""
        self._definitions = specs

    def set_limits(self, soft: float, hard: float) -> None:
        """Limits of the recent residual, drawn as lines."""
        self.limits = soft, hard

    def set_data(
        self,
        times: Floats,
        values: Mapping[str, Floats],
        marks: Sequence[Mark] = (),
        reach: str = "",
        label: str = "t / s",
    ) -> None:
        """Draw the samples.

        Parameters
        ----------
        times : float64 array [n]
            Places on the horizontal axis.
        values : mapping of str to float64 array [n]
            Scalars by name; NaN where one has no value.
        marks : sequence of Mark
            What SCRAM did.
        reach : str
            What is kept and what it costs, for the line above.
        label : str
            Of the horizontal axis, with its unit.
        """
        self.reach.set_text(reach)
        panes = [self._pane(number, times, values) for number in range(len(GROUPS))] if len(times) else []
        self.chart.set_panes(panes, label, label.partition(" ")[0])
        if tuple(marks) != self.chart.marks:
            self.chart.set_marks(marks)
        for plot, pane in zip(self.chart.plots, self.chart.panes, strict=False):
            group = next(group for group in GROUPS if group.label == pane.label)
            plot.setToolTip(self._definition(group))

    def _pane(self, number: int, times: Floats, values: Mapping[str, Floats]) -> Pane:
        group = GROUPS[number]
        curves = self._limit_curves(times) if number == RESIDUALS else []
        for line in group.lines:
            if line.name in values:
                x, y = times, np.abs(values[line.name]) if line.size else values[line.name]
                if line.steps:
                    x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
                spec = self._definitions.get(line.name)
                unit = spec.unit if spec is not None and spec.unit != "1" else ""
                curves.append(Curve(line.name, LABELS[line.name], line.color, x, y, unit=unit))
        return Pane(group.label, tuple(curves), log=group.log, share=group.share)

    def _limit_curves(self, times: Floats) -> list[Curve]:
        if self.limits is None or len(times) < 2:
            return []
        ends = np.array([times[0], times[-1]])
        named = zip(("soft limit", "hard limit"), ("warning", "trouble"), self.limits, strict=True)
        return [
            Curve(text, text, color, ends, np.full(2, value), "dash", quiet=True)
            for text, color, value in named
        ]

    def _definition(self, group: Group) -> str:
        """Units and definitions of a pane."""
        found = []
        for line in group.lines:
            spec = self._definitions.get(line.name)
            if spec is not None:
                unit = f" [{spec.unit}]" if spec.unit != "1" else ""
                found.append(f"{LABELS[line.name]}{unit}: {spec.note}")
        if group is GROUPS[RESIDUALS] and self.limits is not None:
            soft, hard = self.limits
            found.append(f"Dashed: soft limit {soft:g}, a warning; hard limit {hard:g}, a roll-back.")
        return "\n".join(found)

    def _hold(self, held: bool) -> None:
        self.hold.set_look("", "play" if held else "pause", "ghost")
        self.hold.setToolTip(
            "Let the plots go on" if held else "Let the plots stand still; samples are taken all the same"
        )
        self.pause_toggled.emit(held)

    def _hovered(self, place: float | None) -> None:
        mark = None if place is None else self.chart.mark_at(place)
        said = "" if mark is None else mark.text
        if said != self.said:
            self.said = said
            if said:
                QToolTip.showText(QCursor.pos(), said, self.chart)
            else:
                QToolTip.hideText()
