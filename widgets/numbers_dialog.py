"""A dialog for many numbers: links, places, frequencies of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from tauscope.engine.config import ListLeaf
from tauscope.engine.errors import BadInput
from tauscope.widgets import theme
from tauscope.widgets.controls.list_row import numbers_of, text_of
from tauscope.widgets.dialogs import SmallDialog, sentence
from tauscope.widgets.texts import set_role


class NumbersDialog(SmallDialog):
    """Numbers as text; what is refused says why and keeps the dialog open.

    Parameters
    ----------
    leaf : ListLeaf
        The entry.
    value : object
        Present value.
    done : callable
        Called with the new value.
    """

    def __init__(self, leaf: ListLeaf, value: Any, done: Callable[[Any], object], parent: QWidget) -> None:
        super().__init__(leaf.label, parent)
        self._leaf, self._done = leaf, done
        self.text = QPlainTextEdit(text_of(value, leaf.whole))
        self.text.setAccessibleName(leaf.label)
        self.text.setFont(theme.number_font(12))
        self.text.setMinimumSize(QSize(320, 180))
        self.problem = sentence("")
        set_role(self.problem, "trouble")
        self.column.addWidget(sentence(leaf.description or "Numbers, parted by commas; a row a line."))
        self.column.addWidget(self.text, 1)
        self.column.addWidget(self.problem)
        self.add_button("Cancel", self.reject)
        self.accept_button = self.add_button("Set", self.answer, "primary")
        self.text.textChanged.connect(lambda: self.problem.setText(""))

    def answer(self) -> None:
        """Hand the numbers on and close, or say what is wrong."""
        try:
            value = numbers_of(self.text.toPlainText(), self._leaf)
        except BadInput as error:
            self.problem.setText(str(error))
            return
        self.accept()
        self._done(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter begins a line in the text, and answers elsewhere."""
        if self.text.hasFocus():
            QDialog.keyPressEvent(self, event)
        else:
            super().keyPressEvent(event)
