"""Typing, stepping, refusing and reverting a number, by real events."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tauscope.widgets import theme
from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.controls.scale import Scale
from tests.support.controls import Spy, type_text

Show = Callable[[QWidget, int, int], QWidget]


@pytest.fixture
def field(shown: Show) -> NumberField:
    field = NumberField("bits per tick", Bounds(0.0, 10.0), Scale(0.0, 2.0), name="Gain")
    field.set_value(1.0)
    shown(field, 160, 60)
    return field


@pytest.fixture
def spy(field: NumberField) -> Spy:
    spy = Spy()
    field.edited.connect(spy)
    return spy


def wheel(widget: QWidget, notches: int) -> None:
    place = widget.rect().center()
    event = QWheelEvent(
        QPointF(place), QPointF(widget.mapToGlobal(place)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_typing_is_exact_and_one_commit(field: NumberField, spy: Spy) -> None:
    QTest.mouseClick(field.edit, Qt.MouseButton.LeftButton)
    field.edit.selectAll()
    type_text(field.edit, "0.123456789")
    assert spy == [(0.123456789, "commit")]
    assert field.edit.text() == "0.123456789"
    assert field.edit.hasFocus(), "typing goes on here, and Tab goes to the next number"


def test_scientific_notation_with_a_unit(field: NumberField, spy: Spy) -> None:
    field.edit.setFocus()
    field.edit.selectAll()
    type_text(field.edit, "4e-3 bits/tick")
    assert spy == [(4e-3, "commit")]
    assert field.edit.text() == "4.0e−3"


def test_enter_without_a_change_says_nothing(field: NumberField, spy: Spy) -> None:
    field.edit.setFocus()
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    field.edit.selectAll()
    type_text(field.edit, "1.0")
    assert spy == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [("11", "Must be at most 10.00."), ("-1", "Must be at least 0.00."), ("abc", "is not a number")],
)
def test_a_refused_value_is_explained_beneath_and_kept_for_mending(
    field: NumberField, spy: Spy, text: str, reason: str
) -> None:
    field.edit.setFocus()
    field.edit.selectAll()
    type_text(field.edit, text)
    assert spy == []
    assert reason in field.error()
    assert field.message.isVisible()
    assert field.edit.text() == text
    corner = field.edit.geometry().topLeft() + QPoint(40, 0)
    assert field.grab().toImage().pixelColor(corner).name() == QColor(theme.DARK.trouble).name()
    field.edit.selectAll()
    type_text(field.edit, "2")
    assert (spy, field.error()) == ([(2.0, "commit")], "")


def test_escape_reverts(field: NumberField, spy: Spy) -> None:
    field.edit.setFocus()
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "7")
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert (field.edit.text(), spy) == ("1.00", [])


def test_leaving_commits_what_is_right_and_drops_what_is_wrong(shown: Show, qtbot: QtBot) -> None:
    window, field, other = QWidget(), NumberField("", Bounds(0.0)), QPushButton("other")
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(other)
    field.set_value(1.0)
    shown(window, 160, 100)
    spy = Spy()
    field.edited.connect(spy)
    for text in ("3", "-3"):
        field.edit.setFocus()
        field.edit.selectAll()
        QTest.keyClicks(field.edit, text)
        other.setFocus()
    assert spy == [(3.0, "commit")]
    assert field.edit.text() == "3.00"
    assert "at least" in field.error(), "the reason can be read for a while"
    assert field.edit.property("state") == "", "the value is right again, and looks so"
    field._fading.start(0)
    qtbot.waitUntil(lambda: field.error() == "")
    assert field.message.isHidden()


def test_a_complaint_has_room_for_all_of_its_lines(shown: Show, qtbot: QtBot) -> None:
    window, field = QWidget(), NumberField("cells", Bounds(-0.5, 255.5))
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addStretch(1)
    shown(window, 140, 300)
    field.edit.setFocus()
    type_text(field.edit, "1e999")
    needed = lambda: field.message.heightForWidth(field.message.width())  # noqa: E731
    qtbot.waitUntil(lambda: field.message.height() >= needed() > 2 * field.message.fontMetrics().height())


def test_arrow_keys_are_one_undo(field: NumberField, spy: Spy, qtbot: QtBot) -> None:
    field.edit.setFocus()
    for _ in range(3):
        QTest.keyClick(field.edit, Qt.Key.Key_Up)
    QTest.keyClick(field.edit, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: spy.phases()[-1] == "release")
    assert spy == [(1.01, "press"), (1.02, "drag"), (1.03, "drag"), (0.93, "drag"), (0.93, "release")]


def test_escape_cancels_a_burst(field: NumberField, spy: Spy) -> None:
    field.edit.setFocus()
    QTest.keyClick(field.edit, Qt.Key.Key_Up)
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert spy == [(1.01, "press"), (1.0, "cancel")]
    assert field.edit.text() == "1.00"


def test_the_wheel_steps_only_with_the_focus(field: NumberField, spy: Spy, qtbot: QtBot) -> None:
    field.edit.clearFocus()
    wheel(field.edit, 1)
    assert spy == []
    field.edit.setFocus()
    wheel(field.edit, 2)
    qtbot.waitUntil(lambda: len(spy) == 2)
    assert spy == [(1.02, "press"), (1.02, "release")]


def test_steps_stop_at_the_bounds(field: NumberField, spy: Spy) -> None:
    field.set_value(0.0)
    field.edit.setFocus()
    QTest.keyClick(field.edit, Qt.Key.Key_Down)
    assert spy == []


def test_a_value_of_the_model_says_nothing_and_leaves_typing_alone(field: NumberField, spy: Spy) -> None:
    field.set_value(1.5)
    assert field.edit.text() == "1.50"
    field.edit.setFocus()
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "1.2")
    field.set_value(1.75)
    assert field.edit.text() == "1.2"
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert (field.edit.text(), spy) == ("1.75", [])


def test_whole_numbers_and_optional_ones(shown: Show) -> None:
    field = NumberField("cells", Bounds(3), whole=True, optional=True)
    field.set_value(64)
    shown(field, 120, 60)
    spy, cleared = Spy(), Spy()
    field.edited.connect(spy)
    field.cleared.connect(cleared)
    assert field.edit.text() == "64"
    field.edit.setFocus()
    field.edit.selectAll()
    type_text(field.edit, "65.5")
    assert "whole" in field.error()
    field.edit.selectAll()
    type_text(field.edit, "128")
    field.edit.selectAll()
    QTest.keyClick(field.edit, Qt.Key.Key_Delete)
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert (spy, len(cleared), field.value) == ([(128.0, "commit")], 1, None)


def test_the_unit_makes_room_for_the_number(field: NumberField) -> None:
    assert field.edit.unit_shown() == "bits/tick"
    field.resize(130, 60)
    field.set_value(1.23456789012)
    QApplication.processEvents()
    assert field.edit.unit_shown() != "bits/tick"
    shown = field.edit.fontMetrics().horizontalAdvance(field.edit.text()) + field.edit.textMargins().right()
    assert shown <= field.edit.width() - 8


def test_space_stays_the_windows_key(shown: Show, qtbot: QtBot) -> None:
    window = QWidget()
    field = NumberField("", Bounds())
    QVBoxLayout(window).addWidget(field)
    field.set_value(1.0)
    shown(window, 160, 80)
    played = Spy()
    QShortcut(QKeySequence(Qt.Key.Key_Space), window).activated.connect(played)
    field.edit.setFocus()
    QTest.keyClick(field.edit, Qt.Key.Key_Space)
    assert (len(played), field.edit.text()) == (1, "1.00")
