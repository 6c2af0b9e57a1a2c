"""Growth: the mode of the charge model and what it is, the measured growth rate against theory, its trace."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.choice import Choice
from tauscope.widgets.controls.numbers import format_value
from tauscope.widgets.plots.chart import Chart, Curve, Mark, Pane, scrolled
from tauscope.widgets.texts import Caption, Label

Floats = npt.NDArray[np.float64]
EMPTY = "Nothing has been measured yet. Press play, or Space."
RATE, THEORY, LARGEST, FREE, ENERGY = (
    "growth_rate",
    "growth_rate_theory",
    "rho_max",
    "free_energy",
    "energy",
)
NAMES = (RATE, THEORY, LARGEST, FREE, ENERGY)
"""Scalars that are drawn, where the mode has them."""
PANES: Sequence[tuple[str, bool, Sequence[tuple[str, str, str, str]]]] = (
    (
        "growth rate / 1/time",
        False,
        ((RATE, "measured", "accent", "line"), (THEORY, "theory", "warning", "dash")),
    ),
    ("largest |ρ| / e per cell", True, ((LARGEST, "largest |ρ|", "#ff8f6b", "line"),)),
    ("free energy F", False, ((FREE, "F", "good", "line"),)),
    ("field energy", False, ((ENERGY, "E", "#b48ce0", "line"),)),
)
NO_GROWTH = 1e-9
"""Rate in 1/time below which theory says that nothing grows: what is left is rounding."""
LEAST_SHARE = 0.01
"""Share of the largest rate from which it is told: once ρ is huge, theory says only that it ends soon."""
UNITS = {RATE: "1/time", THEORY: "1/time", LARGEST: "e/cell"}


class GrowthPanel(QWidget):
    """Mode chooser, growth meter and traces.

    Parameters
    ----------
    modes : mapping of str to (str, str)
        Title and explanation of every mode, by its name, in the order of the list.

    Signals
    -------
    mode_chosen(mode)
        The user wants another mode, which starts the run anew.
    """

    mode_chosen = Signal(str)

    def __init__(self, modes: Mapping[str, tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("growth")
        self._modes = modes
        self.mode = Choice(tuple(modes), "Mode of the charge model")
        for number, (title, _text) in enumerate(modes.values()):
            self.mode.setItemText(number, title)
        self.mode.setToolTip("Equations that run; another choice starts the run anew and can be undone")
        self.mode.chosen.connect(self.mode_chosen)
        self.what = Caption(wrap=True)
        self.meter = Label(wrap=True)
        self.meter.setFont(theme.number_font())
        self.meter.setToolTip(
            "Rate at which small waves of ρ grow, fitted to the newest steps, beside the largest that linear "
            "theory gives on this lattice; both in 1/time"
        )
        self.message = Label("", "trouble", wrap=True)
        self.message.hide()
        self.chart = Chart(EMPTY)
        self.export = Button("", "export", "Save the traces as CSV", "ghost")
        self._lay_out()

    def _lay_out(self) -> None:
        head, line = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(Caption("Mode"))
        head.addWidget(self.mode, 1)
        line.setSpacing(6)
        line.addWidget(self.meter, 1)
        line.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.what)
        column.addWidget(self.message)
        column.addLayout(line)
        column.addWidget(scrolled(self.chart), 1)
        column.addWidget(self.chart.take_readout())

    def sizeHint(self) -> QSize:
        """Room for the texts and two panes."""
        return QSize(360, 300)

    def set_mode(self, mode: str) -> None:
        """Show which mode runs and say what it is; emits nothing."""
        self.mode.set_value(mode)
        self.what.setText(self._modes[mode][1] if mode in self._modes else "")

    def set_locked(self, locked: bool) -> None:
        """Forbid another mode, while a recording is shown."""
        self.mode.setEnabled(not locked)

    def set_message(self, text: str, more: str = "") -> None:
        """Say how the run ended, or nothing; ``more`` stands in the tooltip."""
        self.message.setText(text)
        self.message.setToolTip(more)
        self.message.setVisible(bool(text))

    def set_rates(self, measured: float, theory: float) -> None:
        """Show the growth rate and what theory gives, 1/time; NaN where there is none."""
        self.meter.setText(rates_text(measured, theory))

    def set_data(
        self, x: Floats, values: Mapping[str, Floats], x_label: str, marks: Sequence[Mark] = ()
    ) -> None:
        """Draw the traces that have values.

        Parameters
        ----------
        x : float64 array [n]
            Times or ticks.
        values : mapping of str to float64 array [n]
            Scalars by name; NaN where one has no value.
        x_label : str
            Of the horizontal axis, with its unit.
        marks : sequence of Mark
            When the run ended.
        """
        panes = []
        for label, log, entries in PANES:
            curves = tuple(
                Curve(name, text, color, x, values[name], "dash" if style == "dash" else "line",
                      UNITS.get(name, ""))
                for name, text, color, style in entries
                if name in values
            )  # fmt: skip
            if any(np.isfinite(curve.y).any() for curve in curves):
                panes.append(Pane(label, curves, log))
        self.chart.set_panes(panes, x_label, x_label.partition(" ")[0])
        self.chart.set_marks(marks)


def rates_text(measured: float, theory: float) -> str:
    """Growth rate and theory in a line."""
    if not math.isfinite(measured) and not math.isfinite(theory):
        return "No growth rate: in this mode ρ is fixed, or its energy can only fall."
    found = []
    if math.isfinite(measured):
        verb = "falls" if measured < 0 else "grows"
        found.append(f"{verb} at {format_value(abs(measured), '1/time', 3)}")
    else:
        found.append("growth not measured yet")
    if math.isfinite(theory) and theory < NO_GROWTH:
        found.append("theory: nothing grows")
    elif math.isfinite(theory):
        found.append(f"theory for the present ρ at most {format_value(theory, '1/time', 3)}")
        if math.isfinite(measured) and theory > 0 and measured >= LEAST_SHARE * theory:
            found.append(f"{measured / theory:.0%} of it")
    return "  ·  ".join(found)
