"""A list of numbers in a form: a short one as a line of text, any other as a summary with a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from tauscope.engine.config import ListLeaf
from tauscope.engine.errors import BadInput
from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.numbers import parse_number
from tauscope.widgets.texts import Elided, set_role

if TYPE_CHECKING:
    from tauscope.widgets.numbers_dialog import NumbersDialog

SHORT = 12
"""Numbers of a list that are edited in one line."""
LONGEST = 5000
"""Numbers that are edited as text; of more only their number is said."""
_BACK = 18
_NONE = "none"


def text_of(value: Any, whole: bool = False) -> str:
    """Numbers as they are edited: a row a line, entries with commas, each as short as it stays exact."""
    return "\n".join(", ".join(_number(entry, whole) for entry in row) for row in rows_of(value))


def numbers_of(text: str, leaf: ListLeaf) -> Any:
    """Value of an entry from its text; None where there is none.

    Raises
    ------
    BadInput
        Something that is not a number, or not a whole one where whole ones are wanted.
    """
    lines = [line for line in text.replace(";", "\n").splitlines() if line.strip()]
    rows = [[_parsed(word, leaf) for word in line.replace(",", " ").split()] for line in lines]
    if leaf.table:
        return rows or None
    flat = [entry for row in rows for entry in row]
    return flat if flat or leaf.default is not None else None


def summary(value: Any, whole: bool = False) -> str:
    """What an entry holds, in a few words."""
    count = count_of(value)
    if not count:
        return _NONE
    if count <= SHORT:
        return text_of(value, whole).replace("\n", "; ")
    rows = getattr(value, "shape", None)
    return f"{rows[0]:,} rows of {rows[1]}" if rows and rows[0] > 1 else f"{count:,} numbers"


def rows_of(value: Any) -> list[list[float]]:
    """Numbers of an entry as rows: one of a plain list, none where there is no value."""
    if value is None or not count_of(value):
        return []
    rows = getattr(value, "array", None)  # of a map, which is kept packed
    return [[*map(float, row)] for row in rows] if rows is not None else [[*map(float, value)]]


def count_of(value: Any) -> int:
    """How many numbers an entry holds."""
    if value is None:
        return 0
    shape = getattr(value, "shape", None)
    return int(shape[0] * shape[1]) if shape is not None else len(value)


def _number(entry: float, whole: bool) -> str:
    return f"{round(entry)}" if whole or (entry == round(entry) and abs(entry) < 1e15) else repr(entry)


def _parsed(word: str, leaf: ListLeaf) -> float | int:
    try:
        found = parse_number(word)
    except BadInput:
        raise BadInput(
            f"{leaf.label}: “{word}” is not a number.",
            key=leaf.path,
            value=word,
            remedy="Part numbers by commas or spaces, rows by lines.",
        ) from None
    if not leaf.whole:
        return found
    if found != round(found):
        raise BadInput(f"{leaf.label}: {word} is not a whole number.", key=leaf.path, value=word)
    return round(found)


class ListRow(QWidget):
    """Row of a form for an entry of numbers.

    Parameters
    ----------
    leaf : ListLeaf
        The entry.

    Signals
    -------
    edited(value, phase)
        New list, list of rows, or None where an optional one was emptied.
    reset_requested()
        Back to the default.
    """

    edited = Signal(object, str)
    reset_requested = Signal()

    def __init__(self, leaf: ListLeaf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.leaf = leaf
        self.track = None
        self._value: Any = leaf.default
        self._why: str | None = None
        self.label = Elided(leaf.label)
        self.label.setFont(theme.text_font(theme.SMALL_SIZE))
        self.label.setFixedHeight(24)
        self.editor = QLineEdit()
        self.editor.setAccessibleName(leaf.label)
        self.editor.setPlaceholderText(_NONE)
        self.editor.editingFinished.connect(self._line_done)
        self.more = Button("", "more", f"{leaf.label}: edit the numbers in a window", "ghost")
        self.more.setFixedSize(_BACK, 24)
        self.more.clicked.connect(self.ask)
        self.back = Button("", "back-to-default", f"{leaf.label}: back to the default", "ghost")
        self.back.setFixedSize(_BACK, 24)
        self.back.clicked.connect(self.reset_requested)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setFont(theme.text_font(10))
        set_role(self.message, "trouble")
        self.message.hide()
        self.names = QHBoxLayout()
        self._lay_out()
        self.set_unused("")
        self.set_value(leaf.default)

    @property
    def value(self) -> Any:
        """Value shown."""
        return self._value

    def set_unused(self, why: str) -> None:
        """Say why the entry does nothing at present, and disable it; "" enables it."""
        if why == self._why:
            return
        self._why = why
        self.setEnabled(not why)
        leaf = self.leaf
        effect = "Takes effect at the next tick." if leaf.live else "A change begins the run anew."
        told = "\n".join(part for part in (why, leaf.label, leaf.description, effect) if part)
        self.setToolTip(told)
        self.label.set_hint(told)

    def matches(self, words: list[str]) -> bool:
        """Whether every word occurs in name, path or definition."""
        leaf = self.leaf
        text = " ".join((leaf.label, leaf.path, leaf.description)).casefold()
        return all(word in text for word in words)

    def set_value(self, value: Any) -> None:
        """Show a value of the model; emits nothing."""
        self._value = value
        count = count_of(value)
        self.editor.setReadOnly(count > SHORT)
        self.more.setEnabled(count <= LONGEST)
        if not self.editor.isModified():
            self.editor.setText(summary(value, self.leaf.whole) if count else "")
            self.editor.setCursorPosition(0)
        self.back.setVisible(bool(count) and value != self.leaf.default)

    def set_error(self, message: str) -> None:
        """Say what was wrong beneath the row; "" takes it back."""
        self.message.setText(message)
        self.message.setVisible(bool(message))

    def error(self) -> str:
        """What was wrong, or ""."""
        return self.message.text()

    def ask(self) -> NumbersDialog:
        """Edit the numbers in a window of their own."""
        from tauscope.widgets.numbers_dialog import NumbersDialog  # which is made of forms itself

        dialog = NumbersDialog(self.leaf, self._value, lambda value: self._edited(value), self.window())
        dialog.open()
        return dialog

    def _line_done(self) -> None:
        if not self.editor.isModified():
            return
        try:
            value = numbers_of(self.editor.text(), self.leaf)
        except BadInput as error:
            self.set_error(str(error))
            return
        self.editor.setModified(False)
        self._edited(value)

    def _edited(self, value: Any) -> None:
        self.set_error("")
        self.edited.emit(value, "commit")

    def _lay_out(self) -> None:
        names = self.names
        names.setSpacing(0)
        names.addWidget(self.label, 1)
        names.addWidget(self.back)
        entry = QHBoxLayout()
        entry.setSpacing(0)
        entry.addWidget(self.editor, 1)
        entry.addWidget(self.more)
        for part in (self.label, self.editor):
            policy = part.sizePolicy()
            policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
            part.setSizePolicy(policy)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addLayout(names, 10)
        line.addLayout(entry, 11)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.message)
