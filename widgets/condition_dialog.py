"""Dialog for a condition that pauses the run; what is typed is checked while it is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from tauscope.engine.errors import BadInput
from tauscope.widgets.buttons import CheckBox
from tauscope.widgets.count_box import CountBox
from tauscope.widgets.dialogs import SmallDialog, sentence
from tauscope.widgets.texts import Caption, set_role

LARGEST_EVERY = 1_000_000


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A name that a condition may use.

    Parameters
    ----------
    name, title : str
        As it is typed, and what it is.
    value : float or None
        Its present number.
    """

    name: str
    title: str
    value: float | None = None


class ConditionDialog(SmallDialog):
    """Asks for a condition, how often it is looked at, and whether it is.

    Parameters
    ----------
    text : str
        Present condition.
    every : int
        Ticks between two looks.
    enabled : bool
        Whether it is looked at.
    names : sequence of NamedValue
        What may be typed; a double click puts a name into the text.
    check : callable
        Raises BadInput for a text that is no condition.
    done : callable
        Called with text, ticks between looks, and whether it is on.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(
        self,
        text: str,
        every: int,
        enabled: bool,
        names: Sequence[NamedValue],
        check: Callable[[str], object],
        done: Callable[[str, int, bool], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Pause when", parent)
        self._check, self._done = check, done
        question = sentence("Pause the run as soon as this holds:")
        self.field = QLineEdit(text)
        self.field.setPlaceholderText("f_traffic_min < 0.5")
        self.field.setAccessibleName("Condition")
        self.field.setClearButtonEnabled(True)
        question.setBuddy(self.field)
        self.verdict = sentence("")
        self.on = CheckBox("On")
        self.on.setChecked(enabled)
        self.on.setToolTip("Whether the condition is looked at")
        self.every = CountBox(every, 1, LARGEST_EVERY, "ticks")
        self.every.setToolTip("Ticks between two looks; 1 is exact to the tick and costs most")
        self.every.setAccessibleName("Ticks between two looks")
        self.table = QTreeWidget()
        self._build(question, names)
        self.add_button("Cancel", self.reject)
        self.accept_button = self.add_button("Set", self.answer, "primary")
        self.field.textChanged.connect(self._judge)
        self.on.toggled.connect(self._judge)
        self._judge()
        self.field.setFocus()

    def _build(self, question: QWidget, names: Sequence[NamedValue]) -> None:
        completer = QCompleter([item.name for item in names], self)
        self.field.setCompleter(completer)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.on)
        row.addStretch(1)
        row.addWidget(Caption("Look every"))
        row.addWidget(self.every)
        self.table.setHeaderLabels(["Name", "What it is", "Now"])
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.header().setStretchLastSection(False)
        for item in names:
            number = "" if item.value is None else f"{item.value:.6g}"
            line = QTreeWidgetItem(self.table, [item.name, item.title, number])
            line.setToolTip(1, item.title)
        for column in (0, 2):
            self.table.resizeColumnToContents(column)
        self.table.setToolTip("Double-click puts a name into the condition")
        self.table.itemDoubleClicked.connect(self._insert)
        self.column.addWidget(question)
        self.column.addWidget(self.field)
        self.column.addWidget(self.verdict)
        self.column.addLayout(row)
        self.column.addWidget(Caption("Names to use, with tick and time:"))
        self.column.addWidget(self.table, 1)

    def _insert(self, item: QTreeWidgetItem, _column: int) -> None:
        self.field.insert(item.text(0))
        self.field.setFocus()

    def _judge(self) -> None:
        """Say whether the text is a condition, and let only one be set."""
        text, problem = self.field.text().strip(), ""
        if text:
            try:
                self._check(text)
            except BadInput as error:
                problem = (
                    f"{error.message} {f'Did you mean “{error.nearest}”?' if error.nearest else ''}".strip()
                )
        set_role(self.verdict, "trouble" if problem else "muted")
        fine = "Nothing pauses the run." if not text or not self.on.isChecked() else f"Pauses when {text}."
        self.verdict.setText(problem or fine)
        self.accept_button.setEnabled(not problem)

    def answer(self) -> None:
        """Set the condition and close; a text that is no condition keeps the dialog open."""
        if self.accept_button.isEnabled():
            self.accept()
            self._done(self.field.text().strip(), self.every.value(), self.on.isChecked())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter answers."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.answer()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Room for the names."""
        return QSize(520, 480)
