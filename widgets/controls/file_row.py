"""An entry that names a file: its name, a button that asks for another, and files dropped on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from tauscope.engine.config import Leaf
from tauscope.widgets import theme
from tauscope.widgets.controls.form_row import FormRow
from tauscope.widgets.controls.parameter_row import explain
from tauscope.widgets.texts import Elided

_NONE = "none"


class FileRow(FormRow):
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

    def __init__(self, leaf: Leaf, parent: QWidget | None = None) -> None:
        back = f"{leaf.label}: forget the name, keep what was read"
        super().__init__(leaf.label, " ".join((leaf.label, leaf.path, leaf.description)), back, parent)
        self.leaf = leaf
        self.setAcceptDrops(True)
        self.editor = Elided(_NONE, Qt.TextElideMode.ElideMiddle, "muted")
        self.editor.setFont(theme.text_font(theme.SMALL_SIZE))
        self.choose = self.small_button("folder", f"{leaf.label}: choose a file, or drop one here")
        self.choose.clicked.connect(lambda: self.file_wished.emit(""))
        self.lay_out(self.editor, self.choose)
        self.set_unused("")
        self.set_value("")

    def explained(self) -> str:
        """Tooltip of a parameter, and that files may be dropped."""
        return f"{explain(self.leaf)}\nDrop a file here."

    def set_value(self, value: object) -> None:
        """Show a path of the model; emits nothing."""
        self._value = str(value or "")
        self.editor.set_text(Path(self._value).name or _NONE)
        self.editor.set_ink("text" if self._value else "muted")
        self.editor.set_hint(self._value)
        self.back.setVisible(bool(self._value))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file."""
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Wish that the file is read; another kind of file is refused by whoever reads it."""
        event.acceptProposedAction()
        self.file_wished.emit(event.mimeData().urls()[0].toLocalFile())
