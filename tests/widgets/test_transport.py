"""Transport: every button asks for what it says; setters ask for nothing."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from tauscope.widgets import theme
from tauscope.widgets.dialogs import Prompt
from tauscope.widgets.transport import SPEEDS, Transport, speed_text

SIGNALS = ("play_toggled", "step_requested", "run_to_requested", "reset_requested", "speed_changed")


@pytest.fixture
def transport(shown):
    transport = Transport()
    transport.told = []
    for name in SIGNALS:
        getattr(transport, name).connect(lambda *args, name=name: transport.told.append((name, *args)))
    return shown(transport, 760, 44)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def prompt():
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, Prompt) and w.isVisible())


def test_play_asks_for_the_opposite_of_what_runs(transport, qtbot):
    click(qtbot, transport.play)
    transport.set_running(True, 5)
    assert transport.play.text() == "Pause"
    click(qtbot, transport.play)
    assert transport.told == [("play_toggled", True), ("play_toggled", False)]


def test_play_is_the_one_filled_with_the_accent(transport):
    image = transport.grab().toImage()
    accent = QColor(theme.current().accent)
    columns = {
        x
        for x in range(image.width())
        for y in range(0, image.height(), 3)
        if image.pixelColor(x, y) == accent
    }
    assert columns
    assert columns <= set(range(transport.play.x(), transport.play.geometry().right() + 1))


def test_steps_are_exact(transport, qtbot):
    click(qtbot, transport.step)
    transport.count.setFocus()
    transport.count.selectAll()
    qtbot.keyClicks(transport.count, "137")
    qtbot.keyClick(transport.count, Qt.Key.Key_Return)
    click(qtbot, transport.step_many)
    assert transport.told == [("step_requested", 1), ("step_requested", 137), ("step_requested", 137)]
    assert transport.step_count == 137


def test_reset_asks_once(transport, qtbot):
    click(qtbot, transport.reset)
    assert transport.told == [("reset_requested",)]


def test_run_to_refuses_the_past_and_asks_for_the_future(transport, qtbot):
    transport.set_running(False, 48_210)
    click(qtbot, transport.run_to)
    dialog = prompt()
    dialog.field.selectAll()
    qtbot.keyClicks(dialog.field, "48,000")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert "is not ahead" in dialog.problem.text()
    assert transport.told == []
    dialog.field.selectAll()
    qtbot.keyClicks(dialog.field, "50,000")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert transport.told == [("run_to_requested", 50_000)]


def test_speed_from_the_list(transport, qtbot):
    click(qtbot, transport.speed)
    menu = transport.speed.open_menu()
    labels = [action.text() for action in menu.actions() if action.text()]
    assert labels[:2] == ["as fast as possible", "10,000 ticks/s"]
    assert next(action.isChecked() for action in menu.actions())
    next(action for action in menu.actions() if action.text() == "300 ticks/s").trigger()
    menu.close()
    assert transport.told == [("speed_changed", 300.0)]
    assert transport.speed.text() == "Speed  300 ticks/s"


def test_an_exact_speed_is_typed(transport, qtbot):
    click(qtbot, transport.speed)
    menu = transport.speed.open_menu()
    menu.actions()[-1].trigger()
    menu.close()
    dialog = prompt()
    dialog.field.selectAll()
    qtbot.keyClicks(dialog.field, "12.5")
    click(qtbot, dialog.accept_button)
    assert transport.told == [("speed_changed", 12.5)]
    assert transport.speed.text() == "Speed  12.5 ticks/s"


def test_setters_ask_for_nothing(transport):
    transport.set_running(True, 7)
    transport.set_speed(None)
    transport.set_speed(42.0)
    transport.set_step_count(9)
    assert transport.told == []


def test_no_button_takes_the_focus_by_mouse(transport, qtbot):
    for button in (transport.play, transport.step, transport.step_many, transport.reset):
        click(qtbot, button)
        assert not button.hasFocus()
        assert button.focusPolicy() == Qt.FocusPolicy.TabFocus


def test_speeds_are_logarithmic_and_named():
    ratios = [a / b for a, b in itertools.pairwise(speed for speed in SPEEDS if speed)]
    assert all(2.5 < ratio < 4 for ratio in ratios)
    assert speed_text(None) == "as fast as possible"
    assert speed_text(10_000.0) == "10,000 ticks/s"
    assert speed_text(0.5) == "0.5 ticks/s"
