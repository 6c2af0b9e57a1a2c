"""Notifications: stack, counting, keys, waiting, actions, details, place; never blocking."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from tauscope.engine.errors import BadInput
from tauscope.widgets import banner as module
from tauscope.widgets import theme
from tauscope.widgets.notifications import VISIBLE, Notifications


@pytest.fixture
def notes(shown):
    over = shown(QWidget(), 800, 500)
    over.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    over.setFocus()
    made: Any = Notifications(over)
    made.over = over
    return made


def texts(notes):
    return [banner.note.text for banner in notes.visible()]


def test_the_newest_stands_on_top_in_the_lower_right_corner(notes, qtbot):
    notes.show("info", "first")
    notes.show("error", "second")
    assert texts(notes) == ["second", "first"]
    stack = notes.visible()[0].parentWidget()
    qtbot.waitUntil(stack.isVisible)
    qtbot.waitUntil(lambda: 480 <= stack.geometry().bottom() < 500 and 780 <= stack.geometry().right() < 800)
    assert notes.visible()[0].y() < notes.visible()[1].y()


def test_it_stays_in_the_corner_when_the_window_changes(notes, qtbot):
    notes.show(
        "warning", "A sentence that is long enough to need two lines when there is little room for it."
    )
    for width in (1100, 420):
        notes.over.resize(width, 400)
        stack = notes.visible()[0].parentWidget()
        qtbot.waitUntil(lambda width=width, stack=stack: width - 20 <= stack.geometry().right() < width)
        banner = notes.visible()[0]
        assert banner.sentence.height() >= banner.sentence.heightForWidth(banner.sentence.width())
        assert stack.width() <= width


def test_equal_notes_are_counted(notes):
    for _ in range(4):
        notes.show("warning", "Outside the lattice.")
    (banner,) = notes.visible()
    assert banner.times.text() == "×4"
    notes.show("warning", "Something else.")
    notes.show("warning", "Outside the lattice.")
    assert texts(notes) == ["Outside the lattice.", "Something else."]
    assert notes.visible()[0].times.text() == "×5"


def test_equal_notes_call_the_newest_action(notes, qtbot):
    called = []
    for number in range(2):
        notes.show("error", "It broke.", actions=[("Go back", lambda number=number: called.append(number))])
    qtbot.mouseClick(notes.visible()[0].buttons[0], Qt.MouseButton.LeftButton)
    assert called == [1]


def test_a_key_replaces(notes):
    notes.show("info", "Working out…", key="warm")
    notes.show("warning", "Other.")
    notes.show_message("info", "Done.", "", (), "warm")
    assert texts(notes) == ["Done.", "Other."]


def test_never_more_than_three_and_the_rest_comes_back(notes, qtbot):
    for number in range(5):
        notes.show("error", f"error {number}")
    assert texts(notes) == ["error 4", "error 3", "error 2"]
    assert notes.waiting == 5 - VISIBLE
    qtbot.mouseClick(notes.visible()[1].close_button, Qt.MouseButton.LeftButton)
    assert texts(notes) == ["error 4", "error 2", "error 1"]
    assert notes.waiting == 1


def test_escape_dismisses_the_newest_only_while_there_is_one(notes, qtbot):
    notes.show("error", "one")
    notes.show("error", "two")
    qtbot.keyClick(notes.over, Qt.Key.Key_Escape)
    assert texts(notes) == ["one"]
    assert notes.dismiss_top()
    assert texts(notes) == []
    assert not notes.dismiss_top()


def test_an_action_dismisses_and_is_called(notes, qtbot):
    called = []
    notes.show(
        "error", "It broke.", actions=[("Go back", lambda: called.append("back")), ("Reset", called.clear)]
    )
    qtbot.mouseClick(notes.visible()[0].buttons[0], Qt.MouseButton.LeftButton)
    assert called == ["back"]
    assert texts(notes) == []


def test_details_are_folded_and_copied(notes, qtbot):
    notes.show("error", "It broke.", "Traceback\n  line 1")
    banner = notes.visible()[0]
    folded = banner.height()
    assert not banner.details.isVisible()
    qtbot.mouseClick(banner.fold, Qt.MouseButton.LeftButton)
    assert banner.details.isVisible()
    qtbot.waitUntil(lambda: banner.height() > folded + 40)
    qtbot.mouseClick(banner.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "It broke.\n\nTraceback\n  line 1"
    qtbot.mouseClick(banner.fold, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: banner.height() == folded)


def test_information_leaves_by_itself_errors_stay(notes, qtbot, monkeypatch):
    monkeypatch.setattr(module, "INFO_MS", 60)
    notes.show("info", "Saved.")
    notes.show("info", "Choose.", actions=[("Open", lambda: None)])
    notes.show("error", "It broke.")
    qtbot.waitUntil(lambda: texts(notes) == ["It broke.", "Choose."])


def test_warnings_leave_after_a_while_unless_the_mouse_is_over_them(notes, qtbot, monkeypatch):
    monkeypatch.setattr(module, "WARNING_MS", 150)
    notes.show("error", "It broke.")
    notes.show("warning", "Outside the lattice.")
    notes.show("warning", "The disk is nearly full.", actions=[("Stop", lambda: None)])
    notes.show("warning", "Beyond the sink.")
    hovered = notes.visible()[0]
    QApplication.sendEvent(hovered, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    qtbot.mouseClick(notes.visible()[1].close_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: texts(notes) == ["Beyond the sink.", "It broke."])
    qtbot.wait(300)
    assert texts(notes) == ["Beyond the sink.", "It broke."]
    QApplication.sendEvent(hovered, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: texts(notes) == ["It broke."])


def test_warnings_of_another_set_up_are_cleared(notes):
    notes.show("error", "It broke.")
    notes.show("warning", "Outside the lattice.")
    notes.show("warning", "The disk is nearly full.", actions=[("Stop", lambda: None)])
    notes.clear_warnings()
    assert texts(notes) == ["The disk is nearly full.", "It broke."]


def test_the_level_is_seen_in_its_colour(notes, qtbot):
    for level, name in (("info", "accent"), ("warning", "warning"), ("error", "trouble")):
        notes.show(level, f"a {level}")

        def edge():
            image = notes.visible()[0].grab().toImage()
            return image.pixelColor(1, image.height() // 2)

        qtbot.waitUntil(lambda name=name: edge() == QColor(getattr(theme.current(), name)))


def test_the_rest_of_the_window_stays_usable(notes, qtbot):
    pressed = []
    notes.over.mousePressEvent = lambda event: pressed.append(event.position().toPoint())
    notes.show("error", "It broke.")
    qtbot.wait(20)
    qtbot.mouseClick(notes.over, Qt.MouseButton.LeftButton, pos=notes.over.rect().bottomRight() / 2)
    assert len(pressed) == 1
    assert notes.over.childAt(5, 250) is None


def test_the_mouse_reaches_what_lies_beneath_a_banner_but_not_its_buttons(notes, qtbot):
    beneath = QWidget(notes.over)
    beneath.setGeometry(notes.over.rect())
    beneath.show()
    heard = []
    beneath.mousePressEvent = lambda event: heard.append(("press", event.position().toPoint()))
    beneath.mouseMoveEvent = lambda event: heard.append(("move", event.position().toPoint()))
    beneath.mouseReleaseEvent = lambda event: heard.append(("release", event.position().toPoint()))
    notes.show("error", "It broke.", actions=[("Reset", lambda: None)])
    qtbot.wait(20)
    banner = notes.visible()[0]
    places = [QPoint(40, 12), QPoint(60, 14), QPoint(90, 16)]
    qtbot.mousePress(banner.sentence, Qt.MouseButton.LeftButton, pos=places[0])
    qtbot.mouseMove(banner, banner.mapFromGlobal(banner.sentence.mapToGlobal(places[1])))
    qtbot.mouseRelease(banner.sentence, Qt.MouseButton.LeftButton, pos=places[2])
    expected = [beneath.mapFromGlobal(banner.sentence.mapToGlobal(place)) for place in places]
    assert [where for kind, where in heard if kind == "press"] == [expected[0]]
    assert [where for kind, where in heard if kind == "release"] == [expected[2]]
    heard.clear()
    qtbot.mouseClick(banner.buttons[0], Qt.MouseButton.LeftButton)
    assert heard == []


def test_an_offer_becomes_a_badge_and_comes_back_until_it_is_dismissed(notes, qtbot, monkeypatch):
    monkeypatch.setattr(module, "STAY_MS", 60)
    notes.badge.setParent(notes.over)
    notes.show("info", "It is saved.", actions=[("Open it", lambda: None)])
    notes.show("info", "It is closed.", actions=[("Undo", lambda: None)])
    qtbot.waitUntil(lambda: notes.visible() == [])
    assert notes.badge.isVisible()
    assert notes.badge.text() == "2 messages"
    assert notes.texts() == ["It is closed.", "It is saved."]
    assert not notes.dismiss_top()
    monkeypatch.setattr(module, "STAY_MS", 60_000)
    qtbot.mouseClick(notes.badge, Qt.MouseButton.LeftButton)
    assert texts(notes) == ["It is closed.", "It is saved."]
    assert not notes.badge.isVisible()
    assert notes.dismiss_top()


def test_what_may_hold_the_only_remedy_stays_until_it_is_answered(notes, qtbot, monkeypatch):
    for name in ("INFO_MS", "WARNING_MS", "STAY_MS"):
        monkeypatch.setattr(module, name, 60)
    answered: list[str] = []
    notes.show("error", "It broke.")
    notes.show("warning", "The disk is full.", actions=[("Stop", lambda: answered.append("stop"))])
    notes.show("warning", "The disk is full.", actions=[("Stop", lambda: answered.append("stop"))])
    QApplication.sendEvent(notes.visible()[0], QEvent(QEvent.Type.Leave))
    notes.show("info", "It goes on.")
    qtbot.waitUntil(lambda: len(notes.visible()) == 2)
    qtbot.wait(200)
    assert texts(notes) == ["The disk is full.", "It broke."] and not notes.badge.isVisible()
    qtbot.mouseClick(notes.visible()[0].buttons[0], Qt.MouseButton.LeftButton)
    assert answered == ["stop"] and texts(notes) == ["It broke."]


def test_buttons_that_do_not_fit_beside_each_other_stand_below(notes, qtbot):
    notes.over.resize(300, 500)
    answers = [("Go back and set dt to 0.0125", lambda: None), ("Go back", lambda: None)]
    notes.show("error", "It broke.", actions=[*answers, ("Reset", lambda: None)])
    banner = notes.visible()[0]

    def fit():
        for button in banner.buttons:
            assert button.width() >= button.sizeHint().width()
            assert button.geometry().right() <= banner.width()
            assert button.geometry().bottom() <= banner.height()

    qtbot.wait(20)
    qtbot.waitUntil(fit)


def test_long_file_names_are_not_cut(notes, qtbot):
    notes.over.resize(280, 500)
    notes.show(
        "info", "Saved /home/someone/Documents/Tauscope/two_bodies-20261121-104120-again-and-again.png."
    )
    qtbot.wait(20)
    sentence = notes.visible()[0].sentence
    qtbot.waitUntil(lambda: sentence.minimumSizeHint().width() <= sentence.width())
    assert notes.visible()[0].note.text.endswith("again.png.")


def test_unknown_levels_are_refused(notes):
    with pytest.raises(BadInput, match="notification level"):
        notes.show("fatal", "x")


def test_the_badge_says_the_present_words_of_what_it_holds(notes, qtbot, monkeypatch):
    monkeypatch.setattr(module, "STAY_MS", 20)
    notes.show("info", "Room for 3 frames is missing.", actions=[("Stop", lambda: None)], key="full")
    qtbot.waitUntil(notes.badge.isVisible)
    notes.reword("full", "Room for 9 frames is missing.")
    assert "9 frames" in notes.badge.toolTip() and "3 frames" not in notes.badge.toolTip()
