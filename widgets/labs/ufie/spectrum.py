"""Spectrum of the wave at a site: the curve, the lines that belong to it, and what is under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import measured, plural
from tauscope.widgets.buttons import Button
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.labs.ufie.spectrum_plot import LineMark, SpectrumPlot, decibels
from tauscope.widgets.texts import Caption, Elided

Floats = npt.NDArray[np.float64]

EMPTY = "Press play: the spectrum appears as soon as there are 32 samples of the wave."
LENGTHS = tuple(1 << power for power in range(8, 17))
USUAL = 1 << 12
CENTRE = "centre"
"""Key of the site in the middle of the torus."""
SIDES = {"real": "Re Ψ, f ≥ 0", "both": "Ψ, both sides"}
SWITCHES: dict[str, tuple[str, str, bool]] = {
    "db": ("dB", "Power in decibels, 10 log₁₀ of |Ψ|², else in |Ψ|²", True),
    "log": ("log f", "Logarithmic frequencies: the golden tones stand at equal distances", True),
    "average": ("Average", "Mean over everything that is kept, in segments that overlap by half", True),
    "modes": (
        "Modes",
        "Free waves of the torus: the uniform field, one period along each axis, band top",
        True,
    ),
    "products": ("Mixing", "Where two tones mix: sums, differences and third and fifth orders", False),
}


@dataclass(frozen=True)
class SpectrumData:
    """A spectrum as it is shown.

    Parameters
    ----------
    frequency : float64 array [n]
        Hz, rising.
    power : float64 array [n]
        Power at each, in squares of psi.
    bin, span : float
        Resolution 1/T in Hz, and T in s.
    segments : int
        Averaged segments.
    peak, peak_power : float
        Largest line other than the constant part: Hz, and its power.
    kept : int
        Samples kept so far.
    """

    frequency: Floats
    power: Floats
    bin: float
    span: float
    segments: int
    peak: float
    peak_power: float
    kept: int


class SpectrumPanel(QWidget):
    """Spectrum dock.

    Signals
    -------
    view_changed()
        Another length, side or average, or other lines are wanted.
    site_chosen(key)
        Another site: `CENTRE`, or the id of a probe.
    """

    view_changed = Signal()
    site_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spectrum")
        self.data: SpectrumData | None = None
        self.site = Pick("Site")
        self.site.setToolTip(
            "Where Ψ is sampled, as often as its band needs: the centre of the torus, or a probe"
        )
        self.site.set_entries([(CENTRE, "Centre")], CENTRE)
        self.site.chosen.connect(self.site_chosen)
        self.length = Pick("Length")
        self.length.setToolTip("Length T of a segment; lines closer than about 2/T are one")
        self.sides = Pick("Side")
        self.sides.setToolTip(
            "One side: of Re Ψ, where A cos(2πft) has the power A²/2. Both: of Ψ, where A exp(2πift) has A²"
        )
        self.sides.set_entries(list(SIDES.items()), "real")
        self.switches: dict[str, Button] = {}
        for key, (text, tip, on) in SWITCHES.items():
            button = self.switches[key] = Button(text, kind="ghost", tip=tip)
            button.setCheckable(True)
            button.setChecked(on)
            button.clicked.connect(lambda _checked=False: self._changed())
        self.first, self.second = Pick("First tone"), Pick("Second tone")
        for pick in (self.length, self.sides, self.first, self.second):
            pick.chosen.connect(lambda _value: self._changed())
        self.mixing = QWidget()
        self.export = Button("", "export", "Save the spectrum as CSV", "ghost")
        self.plot = SpectrumPlot()
        self.plot.hovered.connect(self._hovered)
        self.hint = Caption(EMPTY, wrap=True)
        self.readout, self.note = Elided(ink="muted"), Elided(ink="muted")
        for line in (self.readout, self.note):
            line.setFont(theme.number_font(theme.SMALL_SIZE))
        self.set_interval(2.5e-4)
        self._build()
        self._show_switches()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        for pick in (self.site, self.length, self.sides):
            top.addWidget(pick, 1)
        top.addWidget(self.export)
        switches = QHBoxLayout()
        switches.setSpacing(2)
        for button in self.switches.values():
            switches.addWidget(button)
        switches.addStretch(1)
        pair = QHBoxLayout(self.mixing)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(4)
        for pick in (self.first, self.second):
            pair.addWidget(pick)
        switches.addWidget(self.mixing, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(switches)
        column.addWidget(self.hint)
        column.addWidget(self.plot, 1)
        column.addWidget(self.readout)
        column.addWidget(self.note)

    def sizeHint(self) -> QSize:
        """Room for the curve."""
        return QSize(420, 280)

    def minimumSizeHint(self) -> QSize:
        """As other plots."""
        return QSize(300, 200)

    # -- choices

    @property
    def samples(self) -> int:
        """Samples of a segment."""
        return int(self.length.value)

    def on(self, key: str) -> bool:
        """Whether a switch of `SWITCHES` is on."""
        return self.switches[key].isChecked()

    def set_sites(self, sites: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer sites, key and text each."""
        self.site.set_entries(list(sites), chosen)

    def set_interval(self, interval: float) -> None:
        """Time between two samples in s: lengths are told in seconds."""
        value = self.length.value or str(USUAL)
        entries = [(str(n), f"T {measured(n * interval, 's', 3)}") for n in LENGTHS]
        self.length.set_entries(entries, value)

    def set_tones(self, names: Sequence[str]) -> None:
        """Offer tones that can mix."""
        entries = [(name, name) for name in names]
        for number, pick in enumerate((self.first, self.second)):
            fallback = names[min(number, len(names) - 1)] if names else ""
            pick.set_entries(entries, pick.value if pick.value in names else fallback)
        self.switches["products"].setEnabled(len(names) > 1)

    # -- what is shown

    def set_marks(self, marks: Sequence[LineMark]) -> None:
        """Mark lines."""
        self.plot.set_marks(marks)

    def set_data(self, data: SpectrumData | None, hint: str = "") -> None:
        """Show a spectrum, or why there is none."""
        self.data = data
        self.hint.setText(hint or EMPTY)
        self.hint.setVisible(data is None)
        self.plot.setVisible(data is not None)
        if data is None:
            self.note.set_text("")
            self.readout.set_text("")
            return
        log = self.on("log") and self.sides.value == "real"
        self.plot.show_spectrum(data.frequency, data.power, log, self.on("db"))
        filled = f" ({round(100 * data.kept / self.samples)} % so far)" if data.kept < self.samples else ""
        self.note.set_text(
            f"T {measured(data.span, 's', 3)}{filled} · 1/T {measured(data.bin, 'Hz', 3)} · Hann, "
            f"{plural(data.segments, 'segment', 'segments')}"
        )
        if self.plot.place is None:
            self._hovered(None)

    def _changed(self) -> None:
        self._show_switches()
        self.view_changed.emit()

    def _show_switches(self) -> None:
        self.mixing.setVisible(self.on("products"))
        self.switches["log"].setEnabled(self.sides.value == "real")

    def _hovered(self, place: float | None) -> None:
        data = self.data
        if data is None:
            return
        if place is None:
            self.readout.set_text(f"peak {self._line_text(data.peak, data.peak_power)}")
            return
        at = int(np.argmin(np.abs(data.frequency - place)))
        text = self._line_text(float(data.frequency[at]), float(data.power[at]))
        near = self.plot.nearest(place)
        self.readout.set_text(f"{text} · {near.name} {measured(near.frequency, 'Hz', 6)}" if near else text)

    def _line_text(self, frequency: float, power: float) -> str:
        level = f"{float(decibels(np.array([power]))[0]):.1f} dB"
        return f"{measured(frequency, 'Hz', 6)} · {level} · {measured(power, '|Ψ|²', 4)}"
