"""Shortcuts while a field is typed in: its editing keys are its own, every other with Ctrl or Alt is ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_EDITING = frozenset(
    QKeySequence(keys)
    for keys in ("Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+Y", "Ctrl+Shift+Z")
)
_REDO = QKeySequence("Ctrl+Y")
_MOVES = frozenset(
    {
        Qt.Key.Key_Backspace,
        Qt.Key.Key_Delete,
        Qt.Key.Key_Insert,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)


def is_field(widget: QWidget | None) -> bool:
    """Whether text or a number is typed into a widget."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, QLineEdit | QAbstractSpinBox | QPlainTextEdit | QTextEdit)


class FieldKeys(QObject):
    """Gives a window's shortcuts back what its text fields would take for lines of a terminal.

    On X11 a line edit claims Ctrl+E, Ctrl+K, Ctrl+D and others for the end of the line, deleting and the
    like. Only the field that has the focus is listened to, so that no other event passes through here.

    Parameters
    ----------
    window : QWidget
        Window whose fields are meant.
    shortcuts : iterable of QKeySequence
        Shortcuts of its actions.
    """

    def __init__(self, window: QWidget, shortcuts: Iterable[QKeySequence]) -> None:
        super().__init__(window)
        self._window = window
        self._ours = frozenset(keys for keys in shortcuts if stands_above(keys))
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow)

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None and isValid(old):
            old.removeEventFilter(self)
        if new is not None and is_field(new) and self._holds(new):
            new.installEventFilter(self)

    def _holds(self, widget: QWidget) -> bool:
        """Whether the window's shortcuts reach a widget: in it, or in a dock that floats."""
        top = widget.window()
        if top.windowType() == Qt.WindowType.Tool and (owner := top.parentWidget()) is not None:
            top = owner.window()
        return top is self._window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave our keys to the window, and the editing keys to the field."""
        kind = event.type()
        if kind not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) or not isinstance(
            event, QKeyEvent
        ):
            return False
        keys = pressed(event)
        if keys in self._ours and kind == QEvent.Type.ShortcutOverride:
            event.ignore()
            return True
        if keys != _REDO:  # Qt knows it as an editing key elsewhere, but not on X11
            return False
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()
        else:
            redo(watched)
        return True


def redo(field: QObject) -> None:
    """Do again what was undone in a field."""
    typed = field if isinstance(field, QLineEdit | QPlainTextEdit | QTextEdit) else field.findChild(QLineEdit)
    if typed is not None:
        typed.redo()


def stands_above(keys: QKeySequence) -> bool:
    """Whether a shortcut holds also while a field is typed in."""
    if keys in _EDITING or not keys.count():
        return False
    first = cast("Any", keys)[0]  # the stubs leave this out
    key, modifiers = first.key(), first.keyboardModifiers()
    if modifiers & (_CONTROL | _ALT):
        return key not in _MOVES
    return bool(Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35)


def pressed(event: QKeyEvent) -> QKeySequence:
    """Keys of an event, as a shortcut would name them."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
