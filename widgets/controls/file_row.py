"""An entry that names a file: its name, a button that asks for another, and files dropped on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from tauscope.engine.config import Leaf
from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.parameter_row import explain
from tauscope.widgets.texts import Elided, set_role

_NONE = "none"
_WIDTH = 18


class FileRow(QWidget):
    """Row of a form for an entry whose file is read when it is chosen; the form itself reads nothing.

    Parameters
    ----------
    leaf : Leaf
        The entry.

    Signals
    -------
    file_wished(path)
        A file is to be read; "" asks which.
    reset_requested()
        The file's name is to be forgotten; what was read stays.
    """

    file_wished = Signal(str)
    reset_requested = Signal()

    def __init__(self, leaf: Leaf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.leaf = leaf
        self.track = None
        self._value = ""
        self._why: str | None = None
        self.setAcceptDrops(True)
        self.label = Elided(leaf.label)
        self.label.setFont(theme.text_font(theme.SMALL_SIZE))
        self.label.setFixedHeight(24)
        self.editor = Elided(_NONE, Qt.TextElideMode.ElideMiddle, "muted")
        self.editor.setFont(theme.text_font(theme.SMALL_SIZE))
        self.choose = Button("", "folder", f"{leaf.label}: choose a file, or drop one here", "ghost")
        self.choose.setFixedSize(_WIDTH, 24)
        self.choose.clicked.connect(lambda: self.file_wished.emit(""))
        tip = f"{leaf.label}: forget the name, keep what was read"
        self.back = Button("", "back-to-default", tip, "ghost")
        self.back.setFixedSize(_WIDTH, 24)
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
        self.set_value("")

    @property
    def value(self) -> str:
        """Path of the file that was read, or ""."""
        return self._value

    def set_value(self, value: object) -> None:
        """Show a path of the model; emits nothing."""
        self._value = str(value or "")
        self.editor.set_text(Path(self._value).name or _NONE)
        self.editor.set_ink("text" if self._value else "muted")
        self.editor.set_hint(self._value)
        self.back.setVisible(bool(self._value))

    def set_unused(self, why: str) -> None:
        """Say why the entry does nothing at present, and disable it; "" enables it."""
        if why == self._why:
            return
        self._why = why
        self.setEnabled(not why)
        told = "\n".join(part for part in (why, explain(self.leaf), "Drop a file here.") if part)
        self.setToolTip(told)
        self.label.set_hint(told)

    def matches(self, words: list[str]) -> bool:
        """Whether every word occurs in name, path or definition."""
        leaf = self.leaf
        text = " ".join((leaf.label, leaf.path, leaf.description)).casefold()
        return all(word in text for word in words)

    def set_error(self, message: str) -> None:
        """Say what was wrong beneath the row; "" takes it back."""
        self.message.setText(message)
        self.message.setVisible(bool(message))

    def error(self) -> str:
        """What was wrong, or ""."""
        return self.message.text()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file."""
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Wish that the file is read; another kind of file is refused by whoever reads it."""
        event.acceptProposedAction()
        self.file_wished.emit(event.mimeData().urls()[0].toLocalFile())

    def _lay_out(self) -> None:
        names = self.names
        names.setSpacing(0)
        names.addWidget(self.label, 1)
        names.addWidget(self.back)
        entry = QHBoxLayout()
        entry.setSpacing(0)
        entry.addWidget(self.editor, 1)
        entry.addWidget(self.choose)
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
