"""Engines panel: what runs in a session, how the engines feed one another, and which is in focus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from tauscope.widgets.amounts import count, measured, plural, share
from tauscope.widgets.buttons import Button, CheckBox
from tauscope.widgets.texts import Caption, Heading

FOCUS_TIP = "The form of the parameters shows this engine"
TURN_TIP = "Let the form of the parameters show this engine; the run goes on"
COUPLING_TIP = "Let them exchange or not. The run starts again at tick 0; undo takes it back."


@dataclass(frozen=True, slots=True)
class EngineRow:
    """An engine as the panel shows it.

    Parameters
    ----------
    key, title : str
        Name in code, and for people.
    device : str
        Where it runs, "" while that is not known.
    tick : int
        Its ticks done.
    time : float
        Its simulated time, NaN while that is not known.
    ratio : int
        Its ticks in one macro tick.
    share : float
        Its share of the time that all engines take, 0 to 1; NaN while that is not known.
    rate : float
        Its ticks a second of wall clock, NaN while that is not known.
    """

    key: str
    title: str
    device: str = ""
    tick: int = 0
    time: float = math.nan
    ratio: int = 1
    share: float = math.nan
    rate: float = math.nan

    def sentence(self) -> str:
        """Tick, time, ratio and share."""
        parts = [f"tick {count(self.tick)}"]
        if math.isfinite(self.time):
            parts.append(f"t = {measured(self.time, '1', 5)}")
        parts.append(f"{plural(self.ratio, 'tick', 'ticks')} a macro tick")
        if math.isfinite(self.rate):
            parts.append(f"{count(self.rate)} ticks/s")
        if math.isfinite(self.share):
            parts.append(f"{share(self.share)} of the computing")
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class CouplingRow:
    """A coupling as the panel shows it.

    Parameters
    ----------
    title, sentence : str
        Which engines it joins, and what it does.
    on : bool
        Whether they exchange.
    """

    title: str
    sentence: str
    on: bool = True


class FocusSwitch(QWidget):
    """A button for each engine, of which the one in focus is lit; hidden where one engine runs alone.

    Signals
    -------
    focus_wished(key)
        Another engine shall be in focus.
    """

    focus_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, Button] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 6, 8, 0)
        self._row.setSpacing(6)
        self.hide()

    def set_engines(self, titles: Sequence[tuple[str, str]], focus: str) -> None:
        """Offer engines by key and title."""
        if [key for key, _ in titles] != list(self.buttons):
            _clear(self._row)
            self.buttons = {key: self._button(key, title) for key, title in titles}
        for key, title in titles:
            button = self.buttons[key]
            button.set_look(title, "", "primary" if key == focus else "plain")
            button.setToolTip(FOCUS_TIP if key == focus else TURN_TIP)
            button.setAccessibleName(f"{title}, in focus" if key == focus else title)
        self.setVisible(len(titles) > 1)

    def _button(self, key: str, title: str) -> Button:
        button = Button(title)
        button.clicked.connect(lambda: self.focus_wished.emit(key))
        self._row.addWidget(button, 1)
        return button


class EnginesPanel(QWidget):
    """Each engine with its device, ticks, time, ratio and share of the computing, and the couplings below.

    Signals
    -------
    focus_wished(key)
        Another engine shall be in focus.
    coupling_wished(number, on)
        A coupling shall be switched.
    """

    focus_wished = Signal(str)
    coupling_wished = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.switches: list[CheckBox] = []
        self.couplings: tuple[CouplingRow, ...] = ()
        self.rows: dict[str, _Row] = {}
        self.hint = Caption("No engine runs yet. Load a preset.", wrap=True)
        self.heading = Heading("Couplings")
        self.alone = Caption("None: the engines run side by side.", wrap=True)
        body = QWidget()
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(8)
        column.addWidget(self.hint)
        column.addLayout(self._list)
        column.addWidget(self.heading)
        column.addWidget(self.alone)
        self._joined = QVBoxLayout()
        self._joined.setSpacing(8)
        column.addLayout(self._joined)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(10, 8, 6, 8)
        outer.addWidget(scroll)
        self.set_couplings(())

    def set_engines(self, rows: Sequence[EngineRow], focus: str) -> None:
        """Show these engines, one of them in focus; only what changed is drawn anew."""
        if [row.key for row in rows] != list(self.rows):
            _clear(self._list)
            self.rows = {row.key: _Row(self, row.key) for row in rows}
            for made in self.rows.values():
                self._list.addWidget(made)
        for row in rows:
            self.rows[row.key].show_row(row, row.key == focus)
        self.hint.setVisible(not rows)

    def set_couplings(self, rows: Sequence[CouplingRow]) -> None:
        """Say how the engines feed one another, with a switch each."""
        self.heading.setVisible(len(self.rows) > 1 or bool(rows))
        self.alone.setVisible(len(self.rows) > 1 and not rows)
        if tuple(rows) == self.couplings:
            return
        self.couplings = tuple(rows)
        self.switches = []
        _clear(self._joined)
        for number, row in enumerate(rows):
            self._joined.addWidget(self._coupling(number, row))

    def _coupling(self, number: int, row: CouplingRow) -> QWidget:
        made = QWidget()
        switch = CheckBox(row.title)
        switch.setChecked(row.on)
        switch.setToolTip(COUPLING_TIP)
        switch.toggled.connect(lambda on: self.coupling_wished.emit(number, on))
        said = Caption(row.sentence, wrap=True)
        said.setEnabled(row.on)
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(switch)
        column.addWidget(said)
        self.switches.append(switch)
        return made

    def refuse_coupling(self) -> None:
        """Show the switches as they were: what was wished is not allowed now."""
        for switch, row in zip(self.switches, self.couplings, strict=True):
            blocked = switch.blockSignals(True)
            switch.setChecked(row.on)
            switch.blockSignals(blocked)


class _Row(QWidget):
    """One engine: button with its title and device, and its numbers below."""

    def __init__(self, panel: EnginesPanel, key: str) -> None:
        super().__init__()
        self.button = Button("")
        self.button.clicked.connect(lambda: panel.focus_wished.emit(key))
        self.device = Caption("")
        self.numbers = Caption("", wrap=True)
        above = QHBoxLayout()
        above.setSpacing(8)
        above.addWidget(self.button)
        above.addWidget(self.device, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(above)
        column.addWidget(self.numbers)

    def show_row(self, row: EngineRow, focus: bool) -> None:
        """Show present values."""
        self.button.set_look(row.title, "", "primary" if focus else "plain")
        self.button.setToolTip(FOCUS_TIP if focus else TURN_TIP)
        self.button.setAccessibleName(f"{row.title}, in focus" if focus else row.title)
        self.device.setText(row.device)
        self.numbers.setText(row.sentence())


def _clear(layout: QHBoxLayout | QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()  # until it is deleted, Qt would show it as a window
            widget.deleteLater()
