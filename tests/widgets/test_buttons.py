"""Buttons and boxes: Space belongs to the window unless Tab brought the focus; numbers are checked."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QKeySequence
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button, CheckBox, RadioButton
from tauscope.widgets.count_box import CountBox


@pytest.fixture
def window(shown):
    """Window with a Space action, a canvas that takes the focus, and one of each button."""
    window: Any = QWidget()
    window.played = 0
    action = QAction(window)
    action.setShortcut(QKeySequence("Space"))
    action.triggered.connect(lambda: setattr(window, "played", window.played + 1))
    window.addAction(action)
    window.canvas = QWidget()
    window.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    window.canvas.setMinimumSize(50, 50)
    window.button, window.check, window.radio = Button("Press", "step"), CheckBox("tick"), RadioButton("one")
    window.box = CountBox(100, 1, 5000, "ticks")
    column = QVBoxLayout(window)
    for widget in (window.canvas, window.button, window.check, window.radio, window.box):
        column.addWidget(widget)
    window.clicks = 0
    window.button.clicked.connect(lambda: setattr(window, "clicks", window.clicks + 1))
    return shown(window, 240, 260)


@pytest.mark.parametrize("name", ["button", "check", "radio"])
def test_after_a_click_space_still_plays(window, qtbot, name):
    window.canvas.setFocus()
    widget = getattr(window, name)
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
    clicks, ticked = window.clicks, window.check.isChecked()
    assert window.canvas.hasFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    assert window.played == 1
    assert (window.clicks, window.check.isChecked()) == (clicks, ticked)


@pytest.mark.parametrize("name", ["button", "check"])
def test_after_tab_space_presses(window, qtbot, name):
    widget = getattr(window, name)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(widget, Qt.Key.Key_Space)
    assert window.played == 0
    assert window.clicks == 1 or window.check.isChecked()


def test_a_click_on_a_button_that_tab_focused_gives_space_back(window, qtbot):
    window.button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.mouseClick(window.button, Qt.MouseButton.LeftButton)
    assert not window.button.hasFocus()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert (window.played, window.clicks) == (1, 1)


def test_enter_presses_a_focused_button(window, qtbot):
    window.button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(window.button, Qt.Key.Key_Return)
    assert window.clicks == 1


def test_space_in_a_number_box_plays_and_in_a_text_box_types(window, qtbot):
    window.box.setFocus()
    qtbot.keyClick(window.box, Qt.Key.Key_Space)
    assert window.played == 1
    assert window.box.text() == "100 ticks"
    text = QLineEdit(window)
    text.show()
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_Space)
    assert (window.played, text.text()) == (1, " ")


def test_words_of_a_disabled_primary_button_can_be_read(each_theme, qtbot):
    button = Button("MMMMMMMM", kind="primary")
    qtbot.addWidget(button)
    button.setEnabled(False)
    image = button.grab().toImage()
    ground = image.pixelColor(4, image.height() // 2).lightnessF()
    middle = [image.pixelColor(x, image.height() // 2).lightnessF() for x in range(8, image.width() - 8)]
    assert max(abs(light - ground) for light in middle) > 0.25


def test_a_primary_button_is_filled_with_the_accent(each_theme, qtbot):
    button = Button("Play", "play", kind="primary")
    qtbot.addWidget(button)
    button.resize(90, 28)
    image = button.grab().toImage()
    assert image.pixelColor(5, 14) == QColor(theme.current().accent)
    ink = QColor(theme.current().on_accent)
    assert any(image.pixelColor(x, y) == ink for x in range(90) for y in range(28))


def test_a_button_keeps_the_width_it_reserved(qtbot):
    button = Button("Play", "play")
    qtbot.addWidget(button)
    button.reserve("Pause")
    wide = button.sizeHint().width()
    button.set_look("Pause", "pause", "primary")
    assert button.sizeHint().width() == wide


@pytest.mark.parametrize(("typed", "value"), [("7", 7), ("1,234", 1234), ("2e3", 2000), ("12 ticks", 12)])
def test_numbers_are_taken_while_typed(window, qtbot, typed, value):
    told: list[int] = []
    window.box.value_changed.connect(told.append)
    window.box.setFocus()
    window.box.selectAll()
    qtbot.keyClicks(window.box, typed)
    assert window.box.value() == value
    assert told[-1] == value
    assert window.box.property("state") == ""
    with qtbot.waitSignal(window.box.entered):
        qtbot.keyClick(window.box, Qt.Key.Key_Return)
    assert window.box.text() == f"{value:,} ticks"


@pytest.mark.parametrize("typed", ["0", "-3", "x", "0.5", "9999", ""])
def test_what_is_no_number_in_the_range_is_marked_and_undone(window, qtbot, typed):
    window.box.setFocus()
    window.box.setText("")
    window.box.insert(typed)
    assert window.box.value() == 100
    assert window.box.property("state") == "error"
    assert "1 to 5,000" in window.box.toolTip() or "number" in window.box.toolTip()
    with qtbot.assertNotEmitted(window.box.entered):
        qtbot.keyClick(window.box, Qt.Key.Key_Return)
    assert window.box.text() == "100 ticks"
    assert window.box.property("state") == ""


def test_arrows_step_and_escape_undoes(window, qtbot):
    box = window.box
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    qtbot.keyClick(box, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert box.value() == 111
    box.selectAll()
    qtbot.keyClicks(box, "9")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == "111 ticks"
    assert box.value() == 111
    box.set_value(-3)
    assert box.value() == 1
