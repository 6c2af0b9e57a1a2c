"""Parameters: sliders and form are two views of one value."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.widgets.controls.number_field import NumberField
from tauscope.widgets.docks.hero_list import HeroGroup
from tauscope.widgets.docks.parameters import ParametersPanel
from tests.support.controls import Spy, Toy, type_text

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
Show = Callable[[QWidget, int, int], QWidget]


@pytest.fixture
def panel(shown: Show) -> ParametersPanel:
    panel = ParametersPanel()
    panel.set_config_type(Toy)
    panel.set_values(Toy().dump())
    shown(panel, 220, 560)
    return panel


@pytest.fixture
def spy(panel: ParametersPanel) -> Spy:
    spy = Spy()
    panel.edited.connect(spy)
    return spy


def test_a_drag_of_a_hero_moves_the_form(panel: ParametersPanel, spy: Spy) -> None:
    track = panel.heroes["gain"].track
    middle = track.height() // 2
    QTest.mousePress(track, LEFT, NONE, QPoint(round(track.x_of(1.0)), middle))
    for value in (1.2, 1.4, 1.5):
        QTest.mouseMove(track, QPoint(round(track.x_of(value)), middle))
    QTest.mouseRelease(track, LEFT, NONE, QPoint(round(track.x_of(1.5)), middle))
    assert spy.phases(2) == ["press", "drag", "drag", "drag", "release"]
    assert {args[0] for args in spy} == {"gain"}
    assert all(args[3] is True for args in spy)
    assert panel.form.rows["gain"].value == spy[-1][1]


def test_typing_in_the_form_moves_the_hero(panel: ParametersPanel, spy: Spy) -> None:
    field = panel.form.rows["gain"].editor
    assert isinstance(field, NumberField)
    field.edit.setFocus()
    field.edit.selectAll()
    type_text(field.edit, "0.375")
    assert spy == [("gain", 0.375, "commit", True)]
    assert panel.heroes["gain"].number == 0.375
    assert panel.heroes["gain"].value.edit.text() == "0.375"


def test_the_model_is_shown_without_an_echo(panel: ParametersPanel, spy: Spy) -> None:
    for gain in (0.1, 0.2, 1.9):
        panel.set_values({**Toy().dump(), "gain": gain, "size": 100})
    assert panel.heroes["gain"].number == 1.9
    assert spy == []


def test_an_error_is_shown_where_the_edit_was_made(panel: ParametersPanel) -> None:
    panel.set_error("gain", "Refused.")
    assert panel.heroes["gain"].value.error() == "Refused."
    assert panel.form.rows["gain"].error() == ""
    panel.set_error("", "")
    assert panel.heroes["gain"].value.error() == ""
    panel.set_error("size", "Too many cells.")
    assert panel.form.rows["size"].message.isVisible()


def test_keys_alone_reach_every_control_in_order(panel: ParametersPanel) -> None:
    panel.heroes["gain"].value.edit.setFocus(Qt.FocusReason.TabFocusReason)
    seen = []
    for _ in range(40):
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus in seen:
            break
        seen.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    hero = panel.heroes["gain"]
    assert seen[:2] == [hero.value.edit, hero.track]
    assert panel.form.search in seen
    editors = [row.editor.focusProxy() or row.editor for row in panel.form.rows.values()]
    assert all(editor in seen for editor in editors)
    assert panel.form.rows["window"].track in seen


def test_the_gravity_engine_fits_a_narrow_column(shown: Show) -> None:
    panel = ParametersPanel()
    assert panel.empty.isVisibleTo(panel)
    panel.set_config_type(GravityConfig)
    assert panel.has_config_type(GravityConfig)
    assert not panel.has_config_type(Toy)
    shown(panel, 220, 560)
    panel.set_values(GravityConfig().dump())
    assert {"capacity", "survival", "background"} <= set(panel.heroes)
    body = panel.scroller.widget()
    assert body is not None
    assert body.minimumSizeHint().width() <= 200
    assert body.width() <= panel.scroller.viewport().width()


def test_what_a_search_finds_is_in_sight_at_once(shown: Show) -> None:
    panel = ParametersPanel()
    panel.set_config_type(GravityConfig)
    shown(panel, 260, 290)
    panel.set_values(GravityConfig().dump())
    QTest.keyClicks(panel.form.search, "sizer")
    QTest.qWait(50)
    editor, view = panel.form.rows["sizer"].editor, panel.scroller.viewport()
    assert view.rect().contains(QRect(editor.mapTo(view, QPoint(0, 0)), editor.size()))
    assert view.rect().contains(panel.form.search.mapTo(view, QPoint(0, 0)))
    panel.form.search.clear()
    assert all(hero.isVisible() for hero in panel.heroes.values())


def test_another_configuration_replaces_the_rows(panel: ParametersPanel) -> None:
    panel.set_config_type(GravityConfig)
    QApplication.processEvents()
    assert "gain" not in panel.heroes
    assert "capacity" in panel.form.rows


def test_a_parameter_that_a_rule_has_no_use_for_is_disabled_with_the_reason(qtbot) -> None:
    panel = ParametersPanel()
    qtbot.addWidget(panel)
    panel.set_config_type(GravityConfig)
    cases = (("airtime", "message_size", "survival"), ("literal", "survival", "message_size"))
    for rule, idle, used in cases:
        panel.set_unused(GravityConfig.load({"rule": rule}).unused())
        assert not panel.form.rows[idle].isEnabled()
        assert rule in panel.form.rows[idle].toolTip()
        assert panel.form.rows[used].isEnabled()
    assert not panel.heroes["survival"].isEnabled()


def test_sliders_of_several_engines_stand_above_the_form_of_one(qtbot: QtBot, shown: Show) -> None:
    groups = (
        HeroGroup("kuramoto", "Kuramoto", KuramotoConfig, ("K", "permeability")),
        HeroGroup("gravity", "Gravity", GravityConfig, ("capacity",)),
    )
    panel = ParametersPanel()
    heard: list[tuple[object, ...]] = []
    panel.edited.connect(lambda *what: heard.append(what))
    panel.other_edited.connect(lambda *what: heard.append(what))
    panel.other_reset.connect(lambda *what: heard.append(what))
    panel.set_config_type(GravityConfig, "gravity", groups)
    panel.set_values({"capacity": 2.0})
    shown(panel, 260, 500)
    assert [*panel.heroes] == ["capacity", "kuramoto.K", "kuramoto.permeability"]
    coupling = panel.heroes["kuramoto.K"]
    assert coupling.name.text() == "Coupling · Kuramoto" and "Kuramoto" in coupling.toolTip()
    form = panel.form
    coupling.edited.emit(0.4, "commit")
    coupling.reset_requested.emit()
    panel.heroes["capacity"].edited.emit(3.0, "commit")
    assert heard == [
        ("kuramoto", "K", 0.4, "commit"),
        ("kuramoto", "K"),
        ("capacity", 3.0, "commit", True),
    ]
    assert form.rows["capacity"].value == 3.0
    sliders = panel.hero_list.of("kuramoto")

    def order() -> list[str]:
        return sorted(sliders, key=lambda path: sliders[path].y())

    qtbot.waitUntil(lambda: len({slider.y() for slider in sliders.values()}) == len(sliders))
    first = order()
    panel.hero_list.set_unused("kuramoto", {first[0]: "It does nothing."})
    qtbot.waitUntil(lambda: order() == [*first[1:], first[0]])
    panel.hero_list.set_unused("kuramoto", {})
    qtbot.waitUntil(lambda: order() == first)
    panel.hero_list.set_unused("kuramoto", {"permeability": "There is one cluster."})
    assert not panel.heroes["kuramoto.permeability"].isEnabled()
    panel.hero_list.set_unused("kuramoto", {})
    assert "Kuramoto" in panel.heroes["kuramoto.permeability"].toolTip(), "its own tip is back"
    panel.set_config_type(KuramotoConfig, "kuramoto", groups)
    assert panel.heroes["K"] is coupling and "permeability" in panel.form.rows and not form.isVisible()
    panel.set_error("gravity.capacity", "Too much.")
    assert panel.heroes["gravity.capacity"].value.message.text()
    panel.set_config_type(GravityConfig, "gravity", groups)
    assert panel.form is form and form.isVisible()


@pytest.mark.parametrize("word", ["size", "shape", "nx", "width"])
def test_the_sides_of_the_lattice_are_found_by_what_they_are_called(shown: Show, word: str) -> None:
    panel = ParametersPanel()
    panel.set_config_type(GravityConfig, "gravity")
    shown(panel, 260, 500)
    panel.form.search.setText(word)
    assert "nx" in panel.form.shown()
    assert "permeability" not in panel.form.shown()
    assert word not in ("size", "shape") or "ny" in panel.form.shown()
