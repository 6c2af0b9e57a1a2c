"""Rows of what is varied: a parameter, found as it is typed, and its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button

VALUES_TIP = "start:stop:n, or a list a,b,c; start:stop is enough for random points"
MOST_ROWS = 6
POPUP_MARGIN = 40
"""Pixels beside a name in the list that completes it: margins and a scroll bar."""


class AxisRow(QWidget):
    """One parameter and its values.

    Signals
    -------
    changed(), removed()
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, model: QStandardItemModel) -> None:
        super().__init__()
        self.path, self.values = QLineEdit(), QLineEdit()
        self.path.setPlaceholderText("parameter")
        self.path.setAccessibleName("Parameter that is varied")
        self.path.setToolTip("Parameter that is varied: type a part of its name")
        self.values.setPlaceholderText("start:stop:n")
        self.values.setAccessibleName("Its values")
        self.values.setToolTip(VALUES_TIP)
        self.completer = QCompleter(model, self)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setCompletionColumn(0)
        self.path.setCompleter(self.completer)
        self.gone = Button("", "close", "Vary this parameter no more", "ghost")
        self.gone.clicked.connect(self.removed)
        for line in (self.path, self.values):
            line.textChanged.connect(lambda _text: self.changed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.path, 3)
        row.addWidget(self.values, 2)
        row.addWidget(self.gone)

    def fit_popup(self, width: int) -> None:
        """Let the list of names be so wide that none is clipped."""
        if (popup := self.completer.popup()) is not None:
            popup.setMinimumWidth(width)


class AxesForm(QWidget):
    """Parameters that are varied.

    Signals
    -------
    changed()
        A parameter or its values were changed.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model = QStandardItemModel(self)
        self.rows: list[AxisRow] = []
        self._wide = 0
        self.more = Button("Vary one more", "plus", "Vary one more parameter")
        self.more.clicked.connect(lambda: self._add("", "").path.setFocus())
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def axes(self) -> tuple[tuple[str, str], ...]:
        """Paths and values, those without either left out."""
        found = ((row.path.text().strip(), row.values.text().strip()) for row in self.rows)
        return tuple(one for one in found if any(one))

    def set_axes(self, axes: Sequence[tuple[str, str]]) -> None:
        """Show these; emits nothing."""
        for row in list(self.rows):
            self._drop(row)
        for path, values in axes or (("", ""),):
            self._add(path, values)

    def set_known(self, parameters: Mapping[str, str]) -> None:
        """Offer these parameters, each with what it is."""
        self.model.clear()
        for path, what in parameters.items():
            item = QStandardItem(path)
            item.setToolTip(what)
            self.model.appendRow(item)
        metrics = self.fontMetrics()
        self._wide = max((metrics.horizontalAdvance(path) for path in parameters), default=0) + POPUP_MARGIN
        for row in self.rows:
            row.fit_popup(self._wide)

    def _add(self, path: str, values: str) -> AxisRow:
        row = AxisRow(self.model)
        row.path.setText(path)
        row.values.setText(values)
        row.fit_popup(self._wide)
        for line in (row.path, row.values):
            line.setCursorPosition(0)  # else a long text shows its end
        row.changed.connect(self.changed)
        row.removed.connect(lambda: self._removed(row))
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)
        self.more.setEnabled(len(self.rows) < MOST_ROWS)
        return row

    def _removed(self, row: AxisRow) -> None:
        self._drop(row)
        self.changed.emit()

    def _drop(self, row: AxisRow) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self.more.setEnabled(True)
