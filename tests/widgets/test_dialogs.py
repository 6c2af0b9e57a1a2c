"""Dialogs: prompts check what is typed, confirm asks, shortcuts are found, about can be copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from tauscope.widgets import dialogs
from tauscope.widgets.buttons import Button


@pytest.fixture
def parent(shown):
    return shown(QWidget(), 600, 400)


def button(dialog, text):
    return next(found for found in dialog.findChildren(Button) if found.text() == text)


def click(qtbot, found):
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def type_into(qtbot, dialog, text):
    dialog.field.setFocus()
    dialog.field.selectAll()
    qtbot.keyClicks(dialog.field, text)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("abc", "not a number"),
        ("10.5", "whole"),
        ("100", "not ahead"),
        ("-3", "not ahead"),
        ("1e400", "finite"),
    ],
)
def test_a_bad_tick_says_why_and_keeps_the_dialog(parent, qtbot, typed, words):
    answers = []
    dialog = dialogs.ask_tick(parent, 100, answers.append)
    type_into(qtbot, dialog, typed)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert words in dialog.problem.text()
    assert dialog.isVisible()
    assert answers == []
    dialog.reject()


def test_the_suggested_tick_is_ahead_and_enter_takes_it(parent, qtbot):
    answers = []
    dialog = dialogs.ask_tick(parent, 48_210, answers.append)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert answers == [49_000]


def test_cancel_and_escape_answer_nothing(parent, qtbot):
    answers = []
    click(qtbot, button(dialogs.ask_tick(parent, 0, answers.append), "Cancel"))
    dialog = dialogs.ask_speed(parent, None, answers.append)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert answers == []


def test_speeds_outside_the_range_are_refused(parent, qtbot):
    answers = []
    dialog = dialogs.ask_speed(parent, 100.0, answers.append)
    type_into(qtbot, dialog, "0")
    click(qtbot, dialog.accept_button)
    assert "0.01 to 10,000,000" in dialog.problem.text()
    type_into(qtbot, dialog, "0.25")
    click(qtbot, dialog.accept_button)
    assert answers == [0.25]


def test_a_name_is_asked_for_until_there_is_one(parent, qtbot):
    answers = []
    dialog = dialogs.ask_text(parent, "Save as preset", "Title of the preset:", answers.append)
    click(qtbot, dialog.accept_button)
    assert "no name" in dialog.problem.text()
    type_into(qtbot, dialog, "  Three bodies ")
    click(qtbot, dialog.accept_button)
    assert answers == ["Three bodies"]


@pytest.mark.parametrize(("pressed", "called"), [("Reset", ["yes"]), ("Cancel", [])])
def test_confirm(parent, qtbot, pressed, called):
    answers = []
    dialog = dialogs.confirm(
        parent, "Reset", "Resetting ends the run.", "Reset", lambda: answers.append("yes")
    )
    qtbot.waitUntil(button(dialog, "Cancel").hasFocus)
    click(qtbot, button(dialog, pressed))
    assert answers == called


ROWS = [
    ("Run", "Play or pause", "Space"),
    ("Run", "Step N", "Shift+.  >"),
    ("File", "Snapshot…", "Ctrl+Shift+S"),
]


def test_shortcuts_are_listed_by_group_and_found(parent, qtbot):
    dialog = dialogs.ShortcutsDialog(ROWS, parent)
    dialog.open()
    assert dialog.shown() == [
        ("Play or pause", "Space"),
        ("Step N", "Shift+.   >"),
        ("Snapshot", "Ctrl+Shift+S"),
    ]
    for typed, found in (
        ("ctrl", ["Snapshot"]),
        ("run step", ["Step N"]),
        ("SPACE", ["Play or pause"]),
        ("zz", []),
    ):
        dialog.search.clear()
        qtbot.keyClicks(dialog.search, typed)
        assert [text for text, _keys in dialog.shown()] == found
    assert dialog.none.isVisible()
    click(qtbot, button(dialog, "Close"))


def test_about_names_the_version_and_is_copied(parent, qtbot):
    info = {
        "versions": {"python": "3.11.9", "tauscope": "0.1.0"},
        "machine": {"numba_threads": 2},
        "engines": {"gravity": {"title": "2D lattice", "devices": ["cpu", "cuda"]}},
    }
    dialog = dialogs.AboutDialog(info, parent)
    dialog.open()
    click(qtbot, dialog.copy)
    copied = QGuiApplication.clipboard().text()
    assert "  tauscope: 0.1.0" in copied
    assert "gravity: title 2D lattice, devices cpu, cuda" in copied
    assert dialog.table.topLevelItemCount() == 3
    click(qtbot, button(dialog, "Close"))
