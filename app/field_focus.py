"""Where the keyboard goes when a field is done with: Enter, Esc, a toolbar click give it to the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLineEdit, QToolBar, QWidget
from shiboken6 import isValid

from tauscope.widgets.controls.number_edit import NumberEdit
from tauscope.widgets.controls.parameter_form import SearchField

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SHIFTED_REDO = QKeySequence("Ctrl+Shift+Z")
_REDO = QKeySequence("Ctrl+Y")


class FieldFocus(QObject):
    """Follows the text field that has the focus, in a window or in a dock of it that floats.

    Enter takes what was typed and Esc takes it back; both leave the field, except where the text is refused,
    and in a search, which is typed on. Undo and redo are the document's while the text is as it was taken.

    Parameters
    ----------
    window : QWidget
        Window whose fields are meant.
    toolbar : QToolBar
        Its toolbar, whose buttons take no focus themselves.
    home : callable
        Gives the widget that is to have the focus afterwards.
    """

    def __init__(self, window: QWidget, toolbar: QToolBar, home: Callable[[], QWidget]) -> None:
        super().__init__(window)
        self._window, self._toolbar, self._home = window, toolbar, home
        self._line: QLineEdit | None = None
        self._taken = ""
        self._buttons: list[QAbstractButton] = []
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow)

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is self._line or not isValid(self._window):
            return
        for watched in (self._line, *self._buttons):
            if watched is not None and isValid(watched):
                watched.removeEventFilter(self)
        if self._line is not None and isValid(self._line):
            self._line.textChanged.disconnect(self._changed)
        self._line, self._buttons = None, []
        if not isinstance(new, QLineEdit) or not self._holds(new) or _in_a_list(new):
            return
        self._line, self._taken = new, new.text()
        new.installEventFilter(self)
        new.textChanged.connect(self._changed)
        self._buttons = list(self._toolbar.findChildren(QAbstractButton))
        for button in self._buttons:
            button.installEventFilter(self)

    def _holds(self, widget: QWidget) -> bool:
        top = widget.window()
        above = top.parentWidget()
        if top is not self._window and top.windowType() == Qt.WindowType.Tool and above is not None:
            top = above.window()
        return top is self._window

    def _changed(self, text: str) -> None:
        """Remember a text that the program wrote: it is what is in force."""
        if self._line is not None and not self._line.isModified():
            self._taken = text

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter, Esc, undo and redo of the field; the end of a click in the toolbar."""
        kind, line = event.type(), self._line
        if line is None:
            return False
        if watched is not line:
            if kind == QEvent.Type.MouseButtonRelease:
                QTimer.singleShot(0, lambda: self._leave(line))
            return False
        if kind not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) or not isinstance(
            event, QKeyEvent
        ):
            return False
        if self._is_the_documents(line, event):
            event.ignore()
            return True
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not plain:
            return False
        if kind == QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            return False
        if event.key() in _ENTER and not isinstance(line, SearchField):
            QTimer.singleShot(0, lambda: self._entered(line))  # when the field has taken it
        return event.key() == Qt.Key.Key_Escape and self._escape(line)

    def _is_the_documents(self, line: QLineEdit, event: QKeyEvent) -> bool:
        """Whether keys mean undo or redo, and the field has nothing of its own to undo or redo."""
        keys = QKeySequence(event.keyCombination())
        if event.matches(QKeySequence.StandardKey.Undo):
            return not line.isModified() or line.text() == self._taken
        if event.matches(QKeySequence.StandardKey.Redo) or keys in (_REDO, _SHIFTED_REDO):
            return not line.isRedoAvailable()
        return False

    def _entered(self, line: QLineEdit) -> None:
        if not isValid(line) or not line.isVisible():
            # A line that was opened for one number closes with Enter; what comes next to it is not meant.
            if self._window.isActiveWindow():
                self._home().setFocus(Qt.FocusReason.OtherFocusReason)
        elif line is self._line and line.property("state") != "error":
            self._taken = line.text()
            self._leave(line)

    def _escape(self, line: QLineEdit) -> bool:
        """Take back what was typed, and leave; True where the field need not be told."""
        if isinstance(line, SearchField) and line.text():
            return False  # it empties itself; the next Esc leaves
        if isinstance(line, NumberEdit):
            line.reverted.emit()
        elif line.isModified() and line.text() != self._taken:
            line.setText(self._taken)
            line.textEdited.emit(self._taken)  # what follows the typing follows it back
            line.setModified(False)
        self._leave(line)
        return True

    def _leave(self, line: QLineEdit) -> None:
        if isValid(line) and line.hasFocus():
            line.deselect()
            if line.window() is not self._window:
                self._window.activateWindow()  # from a dock that floats
            self._home().setFocus(Qt.FocusReason.OtherFocusReason)


def _in_a_list(line: QLineEdit) -> bool:
    """Whether a line edits an entry of a list, which has its own Enter and Esc and takes the focus back."""
    parent = line.parentWidget()
    return parent is not None and isinstance(parent.parentWidget(), QAbstractItemView)
