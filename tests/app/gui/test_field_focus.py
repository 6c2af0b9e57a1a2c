"""The keyboard after a field: Enter, Esc and a toolbar click leave it, and undo is then the document's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tauscope.app.lab import Lab
from tauscope.widgets.controls.parameter_form import SearchField
from tests.support.gui import in_front, paused, pump, wait_for

CONTROL = Qt.KeyboardModifier.ControlModifier
Typed = tuple[Lab, QLineEdit]


@pytest.fixture
def box(make_lab: Callable[..., Lab], qapp: QApplication) -> Typed:
    """Return a paused lab at 1440 x 900 with x of a source selected, ready to be typed over."""
    lab = make_lab(width=1440, height=900)
    paused(qapp, lab)
    first = lab.window.sources.sources[0]
    lab.document.select(frozenset({first.id}))
    edit = lab.window.sources.inspector.fields["x"].edit
    in_front(qapp, edit)
    QTest.mouseClick(edit, Qt.MouseButton.LeftButton)
    wait_for(qapp, edit.hasFocus, "the box has the focus")
    edit.selectAll()
    return lab, edit


def hero_has(lab: Lab) -> bool:
    """Whether the keyboard is the main canvas's."""
    return bool(lab.window.views["hero"].canvas_native.hasFocus())


def x_of(lab: Lab) -> float:
    """x of the first source in the document."""
    return lab.window.sources.sources[0].x


def test_enter_commits_and_gives_the_keys_to_the_canvas(box: Typed, qapp: QApplication) -> None:
    lab, edit = box
    before = x_of(lab)
    QTest.keyClicks(edit, "20")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    wait_for(qapp, lambda: hero_has(lab), "the canvas has the keys")
    assert x_of(lab) == 20.0
    tick = lab.frame.macro_tick if lab.frame else 0
    QTest.keyClick(lab.window.views["hero"].canvas_native, Qt.Key.Key_Period)
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick == tick + 1, "one tick")
    QTest.keyClick(lab.window.views["hero"].canvas_native, Qt.Key.Key_Z, CONTROL)
    wait_for(qapp, lambda: x_of(lab) == before, "undone")


def test_escape_takes_the_text_back_and_leaves(box: Typed, qapp: QApplication) -> None:
    lab, edit = box
    before, text = x_of(lab), lab.window.sources.inspector.fields["x"].edit.text()
    QTest.keyClicks(edit, "20")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    wait_for(qapp, lambda: hero_has(lab), "the canvas has the keys")
    assert (x_of(lab), edit.text()) == (before, text)


def test_escape_takes_a_name_back(box: Typed, qapp: QApplication) -> None:
    lab, _edit = box
    name, before = lab.window.sources.inspector.name, lab.window.sources.sources[0].name
    name.setFocus(Qt.FocusReason.MouseFocusReason)
    name.selectAll()
    QTest.keyClicks(name, "other")
    QTest.keyClick(name, Qt.Key.Key_Escape)
    wait_for(qapp, lambda: hero_has(lab), "the canvas has the keys")
    assert (name.text(), lab.window.sources.sources[0].name) == (before, before)


def test_a_click_in_the_toolbar_commits_and_leaves(box: Typed, qapp: QApplication) -> None:
    lab, edit = box
    QTest.keyClicks(edit, "21")
    QTest.mouseClick(lab.window.transport.play, Qt.MouseButton.LeftButton)
    wait_for(qapp, lambda: hero_has(lab), "the canvas has the keys")
    assert x_of(lab) == 21.0


def test_a_refused_text_keeps_the_keys_and_its_reason_is_whole(box: Typed, qapp: QApplication) -> None:
    lab, edit = box
    field = lab.window.sources.inspector.fields["x"]
    QTest.keyClicks(edit, "1e999")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    message = field.message
    wait_for(
        qapp,
        lambda: field.error() != "" and field.height() >= message.geometry().bottom(),
        "there is room for the reason",
    )
    assert message.height() >= message.heightForWidth(message.width())
    assert edit.hasFocus()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    wait_for(qapp, lambda: hero_has(lab), "the canvas has the keys")
    assert (field.error(), edit.property("state")) == ("", "")


def test_undo_is_the_documents_while_the_text_is_as_committed(box: Typed, qapp: QApplication) -> None:
    lab, edit = box
    before = x_of(lab)
    QTest.keyClicks(edit, "20")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    wait_for(qapp, lambda: hero_has(lab), "the canvas has the keys")
    edit = lab.window.sources.inspector.fields["x"].edit
    edit.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClick(edit, Qt.Key.Key_Z, CONTROL)
    wait_for(qapp, lambda: x_of(lab) == before, "undone from within the box")
    edit = lab.window.sources.inspector.fields["x"].edit
    edit.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClick(edit, Qt.Key.Key_Y, CONTROL)
    wait_for(qapp, lambda: x_of(lab) == 20.0, "redone from within the box")
    edit = lab.window.sources.inspector.fields["x"].edit
    edit.setFocus(Qt.FocusReason.MouseFocusReason)
    edit.selectAll()
    QTest.keyClicks(edit, "7")
    QTest.keyClick(edit, Qt.Key.Key_Z, CONTROL)
    wait_for(qapp, lambda: edit.text() != "7", "the typing is undone")
    pump(qapp, 0.05)
    assert x_of(lab) == 20.0, "only the typing was undone"


def test_the_search_stays_on_enter_and_esc_clears_then_leaves(lab: Lab, qapp: QApplication) -> None:
    search = lab.window.parameters.findChildren(SearchField)[0]
    search.setFocus(Qt.FocusReason.MouseFocusReason)
    wait_for(qapp, search.hasFocus, "the search has the focus")
    QTest.keyClicks(search, "cap")
    QTest.keyClick(search, Qt.Key.Key_Return)
    pump(qapp, 0.05)
    assert search.hasFocus()
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert (search.text(), search.hasFocus()) == ("", True)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    wait_for(qapp, lambda: hero_has(lab), "the canvas has the keys")


def test_the_end_of_a_sliders_range_does_not_hand_on_to_the_next_box(lab: Lab, qapp: QApplication) -> None:
    slider = next(iter(lab.window.parameters.heroes.values()))
    editor = slider.high.begin()
    wait_for(qapp, editor.hasFocus, "the line has the focus")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    wait_for(qapp, lambda: hero_has(lab), "the canvas has the keys")


def test_tab_moves_on(box: Typed, qapp: QApplication) -> None:
    lab, edit = box
    QTest.keyClicks(edit, "22")
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    wait_for(qapp, lambda: x_of(lab) == 22.0, "committed")
    assert isinstance(qapp.focusWidget(), QLineEdit)
