"""A list of numbers in a form: a short one as a line of text, any other as a summary with a dialog."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from tauscope.engine.config import ListLeaf
from tauscope.engine.errors import BadInput
from tauscope.widgets.controls.form_row import FormRow
from tauscope.widgets.controls.numbers import parse_number

if TYPE_CHECKING:
    from tauscope.widgets.numbers_dialog import NumbersDialog

SHORT = 12
"""Numbers of a list that are edited in one line."""
LONGEST = 5000
"""Numbers that are edited as text; of more only their number is said."""
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


class ListRow(FormRow):
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
    typed(value)
        What the text would give if it were finished now.
    """

    edited = Signal(object, str)
    typed = Signal(object)

    def __init__(self, leaf: ListLeaf, parent: QWidget | None = None) -> None:
        words = " ".join((leaf.label, leaf.path, leaf.description))
        super().__init__(leaf.label, words, f"{leaf.label}: back to the default", parent)
        self.leaf = leaf
        self.editor = QLineEdit()
        self.editor.setAccessibleName(leaf.label)
        self.editor.setPlaceholderText(_NONE)
        self.editor.editingFinished.connect(self._line_done)
        self.editor.textEdited.connect(self.tell)
        self.more = self.small_button("more", f"{leaf.label}: edit the numbers in a window")
        self.more.clicked.connect(self.ask)
        self.lay_out(self.editor, self.more)
        self.set_unused("")
        self.set_value(leaf.default)

    def explained(self) -> str:
        """Name, definition, and when a change takes effect."""
        leaf = self.leaf
        effect = "Takes effect at the next tick." if leaf.live else "A change begins the run anew."
        return "\n".join(part for part in (leaf.label, leaf.description, effect) if part)

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

    def ask(self) -> NumbersDialog:
        """Edit the numbers in a window of their own."""
        from tauscope.widgets.numbers_dialog import NumbersDialog  # which is made of forms itself

        dialog = NumbersDialog(self.leaf, self._value, lambda value: self._edited(value), self.window())
        dialog.open()
        return dialog

    @property
    def unfinished(self) -> bool:
        """Whether something is typed that is no value yet."""
        return self.editor.isModified()

    def tell(self) -> None:
        """Emit `typed` for the text as it stands, where it is one of numbers."""
        with suppress(BadInput):  # half a number; leaving the field complains
            self.typed.emit(numbers_of(self.editor.text(), self.leaf))

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
