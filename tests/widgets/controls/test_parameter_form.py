"""A form made from a configuration class."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tauscope.engine.errors import BadInput
from tauscope.widgets.buttons import CheckBox
from tauscope.widgets.controls.choice import Choice
from tauscope.widgets.controls.number_field import NumberField
from tauscope.widgets.controls.parameter_form import ParameterForm
from tests.support.controls import Spy, Toy, type_text

LEFT = Qt.MouseButton.LeftButton
Show = Callable[[QWidget, int, int], QWidget]


@pytest.fixture
def form(shown: Show) -> ParameterForm:
    form = ParameterForm()
    form.set_config_type(Toy)
    form.set_values(Toy().dump())
    shown(form, 204, 420)
    return form


@pytest.fixture
def spy(form: ParameterForm) -> Spy:
    spy = Spy()
    form.edited.connect(spy)
    return spy


def number(form: ParameterForm, path: str) -> NumberField:
    editor = form.rows[path].editor
    assert isinstance(editor, NumberField)
    return editor


def enter(form: ParameterForm, path: str, text: str) -> None:
    line = number(form, path).edit
    line.setFocus()
    line.selectAll()
    type_text(line, text)


def test_every_parameter_has_a_row_of_its_type(form: ParameterForm) -> None:
    kinds = {path: type(row.editor) for path, row in form.rows.items()}
    assert kinds == {
        "gain": NumberField, "window": NumberField, "size": NumberField, "rule": Choice,
        "wrap": CheckBox, "note": QLineEdit, "radius": NumberField,
    }  # fmt: skip
    assert [path for path, row in form.rows.items() if row.track is not None] == ["window"]


def test_intentions_carry_path_value_phase_and_whether_it_is_live(form: ParameterForm, spy: Spy) -> None:
    enter(form, "gain", "1.25")
    enter(form, "size", "128")
    enter(form, "radius", "4")
    enter(form, "radius", "")
    QTest.mouseClick(form.rows["wrap"].editor, LEFT, pos=form.rows["wrap"].editor.rect().center())
    assert spy[:3] == [
        ("gain", 1.25, "commit", True), ("size", 128, "commit", False), ("radius", 4.0, "commit", False)
    ]  # fmt: skip
    assert isinstance(spy[1][1], int)


def test_an_emptied_optional_number_is_none(form: ParameterForm, spy: Spy) -> None:
    enter(form, "radius", "4")
    line = number(form, "radius").edit
    line.setFocus()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Backspace)
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert spy[-1] == ("radius", None, "commit", False)
    assert line.placeholderText() == "automatic" or line.text() == ""


def test_choice_bool_and_text(form: ParameterForm, spy: Spy) -> None:
    choice = form.rows["rule"].editor
    choice.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(choice, Qt.Key.Key_Down)
    box = form.rows["wrap"].editor
    box.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(box, Qt.Key.Key_Space)
    line = form.rows["note"].editor
    line.setFocus(Qt.FocusReason.TabFocusReason)
    type_text(line, "hello")
    assert spy == [
        ("rule", "fluid", "commit", False), ("wrap", True, "commit", True), ("note", "hello", "commit", False)
    ]  # fmt: skip


def test_setting_values_emits_nothing(form: ParameterForm, spy: Spy) -> None:
    form.set_values(
        {"gain": 0.5, "window": 30.0, "size": 3, "rule": "fluid", "wrap": True, "note": "x", "radius": 2.0}
    )
    assert spy == []
    assert [row.value for row in form.rows.values()] == [0.5, 30.0, 3, "fluid", True, "x", 2.0]
    assert all(row.back.isVisible() for row in form.rows.values())
    form.set_values(Toy().dump())
    assert not any(row.back.isVisible() for row in form.rows.values())
    assert spy == []


def test_search_leaves_what_matches_name_unit_or_meaning(form: ParameterForm) -> None:
    QTest.keyClicks(form.search, "cells grid")
    assert form.shown() == ["size"]
    assert not form.rows["gain"].isVisible()
    form.search.selectAll()
    QTest.keyClicks(form.search, "zzz")
    assert form.shown() == []
    assert "zzz" in form.nothing.text()
    assert form.nothing.isVisible()
    QTest.keyClick(form.search, Qt.Key.Key_Escape)
    assert len(form.shown()) == 7


def test_live_and_restart_are_told_apart(form: ParameterForm) -> None:
    live, restart = form.findChild(QWidget, "group:live"), form.findChild(QWidget, "group:restart")
    assert live is not None
    assert restart is not None
    assert live.isAncestorOf(form.rows["gain"])
    assert restart.isAncestorOf(form.rows["size"])


def test_an_error_stands_beneath_its_row_until_it_is_taken_back(form: ParameterForm) -> None:
    form.set_error("rule", "The rule was refused.")
    assert form.rows["rule"].message.isVisible()
    form.set_error("", "")
    assert not form.rows["rule"].message.isVisible()
    with pytest.raises(BadInput, match="gain"):
        form.set_error("gian", "x")


def test_reset_asks_by_path(form: ParameterForm) -> None:
    asked = Spy()
    form.reset_requested.connect(asked)
    form.set_values({"size": 100})
    QTest.mouseClick(form.rows["size"].back, LEFT)
    assert asked == [("size",)]


def test_a_logarithmic_track_and_its_field_move_together(form: ParameterForm, spy: Spy) -> None:
    track = form.rows["window"].track
    assert track is not None
    place = track.rect().center()
    place.setX(round(track.x_of(1000.0)))
    QTest.mouseClick(track, LEFT, pos=place)
    assert spy.phases(2) == ["press", "release"]
    value = float(spy[-1][1])
    assert value == pytest.approx(1000, rel=0.03)
    assert number(form, "window").value == value
    enter(form, "window", "30")
    assert track.number == 30.0


def test_the_column_is_never_wider_than_the_dock(form: ParameterForm) -> None:
    form.resize(180, 420)
    QApplication.processEvents()
    assert form.minimumSizeHint().width() <= 180


def test_a_long_refusal_is_shown_whole_beneath_its_field(form: ParameterForm, qapp: QApplication) -> None:
    form.set_error("gain", "With this gain a step is too long, and the waves would grow. " * 5)
    row = form.rows["gain"]
    qapp.processEvents()
    qapp.processEvents()
    message = row.message
    assert message.height() >= message.heightForWidth(message.width()) > 4 * message.fontMetrics().height()
    assert message.geometry().bottom() <= row.height()
    assert row.editor.geometry().bottom() < message.geometry().top()
