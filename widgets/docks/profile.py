"""Profile: fields along a line probe, and a theory of one's own drawn over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button, CheckBox
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.docks.probe_state import ProbeMark
from tauscope.widgets.docks.theory_bar import TheoryBar
from tauscope.widgets.plots.chart import Chart, Pane, scrolled
from tauscope.widgets.texts import Elided

EMPTY = "There is no line to cut along. Press Line here, then drag along a line on a field."
WAITING = "The profile appears with the next frame of the run."


class ProfilePanel(QWidget):
    """Profile dock.

    Signals
    -------
    line_requested()
        A line is to be placed.
    view_changed()
        Another line, other fields, another theory.
    fit_requested(), export_requested()
        Buttons.
    """

    line_requested = Signal()
    view_changed = Signal()
    fit_requested = Signal()
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profile")
        self.fields: tuple[str, ...] = ()
        self._offered: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self.line = Pick("Line")
        self.line.chosen.connect(lambda _value: self._line_chosen())
        self.choose = Button("", "eye", "Which fields are shown along the line")
        self.choose.set_menu(self._menu)
        self.add = Button("", "line", "New line: then drag on a field")
        self.add.clicked.connect(self.line_requested)
        self.log = CheckBox("log x")
        self.log.setToolTip("Logarithmic distance: a potential a + b log r is a straight line")
        self.log.toggled.connect(lambda _on: self.view_changed.emit())
        self.export = Button("", "export", "Save the profile as CSV or HDF5", "ghost")
        self.export.clicked.connect(self.export_requested)
        self.tick = Elided(ink="muted")
        self.chart = Chart(EMPTY)
        self.theory = TheoryBar("a + b*log(r)", "r (cells from the line's start), x, y (cells), t (ticks)")
        self.theory.edited.connect(self.view_changed)
        self.theory.fit_requested.connect(self.fit_requested)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.add)
        head.addWidget(self.line, 1)
        head.addWidget(self.choose)
        head.addWidget(self.log)
        head.addWidget(self.tick, 1)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(scrolled(self.chart), 1)
        column.addWidget(self.chart.take_readout())
        column.addWidget(self.theory)
        self.set_marks(())

    def sizeHint(self) -> QSize:
        """Room for a curve and its residual."""
        return QSize(420, 300)

    @property
    def shown_line(self) -> str:
        """Id of the line shown, or ""."""
        return self.line.value

    def set_quantities(self, fields: Mapping[str, str]) -> None:
        """Fields on offer, labels by name."""
        self._offered = dict(fields)
        self.fields = tuple(name for name in self.fields if name in self._offered)

    def set_marks(self, marks: Sequence[ProbeMark]) -> None:
        """Lines on offer; a new one is shown, with the field it measures."""
        lines = {mark.id: mark for mark in marks if mark.kind == "line"}
        new = [key for key in lines if key not in self._own]
        self._own = {key: mark.quantity for key, mark in lines.items()}
        kept = new[-1] if new else self.line.value if self.line.value in lines else next(iter(lines), "")
        changed = kept != self.line.value
        self.line.set_entries([(key, mark.name) for key, mark in lines.items()], kept)
        self.line.setVisible(bool(lines))
        if kept and (changed or not self.fields):
            self.fields = (self._own[kept],)
        self.chart.set_hint(WAITING if lines else EMPTY)

    def choose_line(self, key: str) -> None:
        """Show another line."""
        if key in self._own and key != self.line.value:
            self.line.set_value(key)
            self._line_chosen()

    def set_data(self, panes: Sequence[Pane], tick: str) -> None:
        """Draw the profile."""
        self.tick.set_text(tick)
        self.chart.set_panes(panes, "distance / cells", "r", self.log.isChecked())

    def _line_chosen(self) -> None:
        self.fields = (self._own.get(self.line.value, ""),)
        self.view_changed.emit()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, label in self._offered.items():
            action = menu.addAction(label)
            action.setCheckable(True)
            action.setChecked(name in self.fields)
            action.toggled.connect(lambda on, name=name: self.toggle(name, on))
        return menu

    def toggle(self, name: str, on: bool) -> None:
        """Show or hide a field."""
        self.fields = (*(f for f in self.fields if f != name), *((name,) if on else ()))
        self.view_changed.emit()
