"""Shortcuts while a field is typed in: those with Ctrl or Alt are the window's, the rest the field's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QSpinBox, QWidget

from tauscope.app.lab import Lab
from tauscope.widgets.controls.parameter_form import SearchField
from tests.support.gui import pump, wait_for

EDITING = {"Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+Y", "Ctrl+Shift+Z"}
CONTROL = Qt.KeyboardModifier.ControlModifier
Count = dict[str, int]


@pytest.fixture
def counted(make_lab: Callable[..., Lab]) -> tuple[Lab, Count]:
    """Return a lab whose actions only count how often they were asked for."""
    lab = make_lab()
    lab.set_playing(False)
    count: Count = {}
    for key in lab.actions.specs:
        action = lab.actions[key]
        assert action.disconnect(action)
        action.triggered.connect(lambda _on=False, key=key: count.__setitem__(key, count.get(key, 0) + 1))
    return lab, count


def every_shortcut(lab: Lab) -> list[tuple[str, QKeySequence]]:
    """Key of the action and keys of every shortcut there is."""
    found = [(key, keys) for key in lab.actions.specs for keys in lab.actions[key].shortcuts()]
    assert len(found) > 30
    return found


def first(keys: QKeySequence) -> QKeyCombination:
    """Return keys of a shortcut that has one stroke."""
    assert keys.count() == 1
    return cast("QKeyCombination", cast("Any", keys)[0])


def is_for_the_window(keys: QKeySequence) -> bool:
    """Whether a shortcut holds while a field is typed in."""
    modifiers = first(keys).keyboardModifiers()
    strong = bool(modifiers & (CONTROL | Qt.KeyboardModifier.AltModifier))
    function = Qt.Key.Key_F1 <= first(keys).key() <= Qt.Key.Key_F35
    return (strong or function) and keys.toString() not in EDITING


def press(app: QApplication, widget: QWidget, keys: QKeySequence) -> None:
    """Press keys on what has the focus."""
    QTest.keyClick(widget, first(keys).key(), first(keys).keyboardModifiers())
    app.processEvents()


def made(lab: Lab, kind: type[QWidget]) -> QWidget:
    """Return a field of a kind in a panel of the window."""
    if kind is SearchField:
        return lab.window.parameters.findChildren(SearchField)[0]
    field = kind(lab.window.centre)
    field.show()
    return field


@pytest.mark.parametrize("kind", [QLineEdit, QSpinBox, SearchField])
def test_strong_shortcuts_work_from_a_field_and_editing_and_plain_keys_are_its_own(
    counted: tuple[Lab, Count], qapp: QApplication, kind: type[QWidget]
) -> None:
    lab, count = counted
    field = made(lab, kind)
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    wait_for(qapp, field.hasFocus, "the field has the focus")
    wrong = []
    for key, keys in every_shortcut(lab):
        lab.actions[key].setEnabled(True)  # as where something is selected
        if isinstance(field, QLineEdit) and key in ("undo", "redo"):
            QTest.keyClicks(field, "x")  # something of its own to undo; else these are the document's
            if key == "redo":
                field.undo()
        count.clear()
        press(qapp, field, keys)
        if isinstance(field, QLineEdit) and key == "undo":
            field.redo()
        plain = not is_for_the_window(keys)
        if plain and kind is QSpinBox and keys.toString() not in EDITING and not keys.toString().isdigit():
            continue  # a letter is nothing to a number
        if count != ({} if plain else {key: 1}):
            wrong.append((keys.toString(), key, dict(count)))
    assert not wrong
    if kind is not QSpinBox:
        assert "[" in field.property("text")
        assert " " in field.property("text")


def test_a_field_undoes_and_redoes_its_own_typing(lab: Lab, qapp: QApplication) -> None:
    field = made(lab, QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    wait_for(qapp, field.hasFocus, "the field has the focus")
    QTest.keyClicks(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert field.text() == ""
    QTest.keyClick(field, Qt.Key.Key_Y, CONTROL)
    assert field.text() == "abc"


def test_record_and_open_session_answer_from_the_search(lab: Lab, qapp: QApplication) -> None:
    search = lab.window.parameters.findChildren(SearchField)[0]
    search.setFocus(Qt.FocusReason.MouseFocusReason)
    wait_for(qapp, search.hasFocus, "the search has the focus")
    QTest.keyClick(search, Qt.Key.Key_E, CONTROL)
    wait_for(qapp, lambda: lab.record.active, "the recording runs")
    QTest.keyClick(search, Qt.Key.Key_E, CONTROL)
    wait_for(qapp, lambda: not lab.record.active, "the recording has ended")
    QTest.keyClick(search, Qt.Key.Key_O, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    dialogs = lambda: [d for d in lab.window.findChildren(QDialog) if d.isVisible()]  # noqa: E731
    wait_for(qapp, lambda: bool(dialogs()), "the dialog is open")
    for dialog in dialogs():
        dialog.reject()
    pump(qapp, 0.1)
