"""A hero slider under mouse, wheel and keys, and what it shows."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tauscope.widgets import theme
from tauscope.widgets.controls.hero_slider import HeroSlider, split_label
from tauscope.widgets.controls.number_field import Bounds
from tauscope.widgets.controls.scale import Scale
from tests.support.controls import Spy, type_text

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
Show = Callable[[QWidget, int, int], QWidget]


@pytest.fixture
def hero(shown: Show) -> HeroSlider:
    hero = HeroSlider("Phase Δϕ", "rad", Scale(0.0, 2.0), 1.0, Bounds(0.0, 10.0), "Relational phase.")
    shown(hero, 204, 80)
    return hero


@pytest.fixture
def spy(hero: HeroSlider) -> Spy:
    spy = Spy()
    hero.edited.connect(spy)
    return spy


def at(hero: HeroSlider, value: float) -> QPoint:
    return QPoint(round(hero.track.x_of(value)), hero.track.height() // 2)


def test_a_drag_at_120_events_a_second_is_press_drags_release(hero: HeroSlider, spy: Spy) -> None:
    start, end, count = at(hero, 1.0), at(hero, 1.8), 120
    QTest.mousePress(hero.track, LEFT, NONE, start)
    for step in range(1, count + 1):
        QTest.mouseMove(hero.track, start + (end - start) * step / count)
        QApplication.processEvents()
        # The model answers at once, as it does in the window.
        hero.set_value(float(spy[-1][0]))
        time.sleep(1 / 120)
    QTest.mouseRelease(hero.track, LEFT, NONE, end)
    phases = spy.phases()
    assert phases[0] == "press"
    assert phases[-1] == "release"
    assert set(phases[1:-1]) == {"drag"}
    assert 20 <= len(phases) - 2 <= count
    values = [float(value) for value, _ in spy]
    assert values[0] == 1.0
    assert values == sorted(values)
    assert values[-1] == pytest.approx(1.8, abs=0.02)
    assert all(len(f"{value!r}") <= 5 for value in values)
    assert hero.value.edit.text() == f"{values[-1]:.2f}"


def test_a_press_beside_the_handle_brings_it_there(hero: HeroSlider, spy: Spy) -> None:
    QTest.mouseClick(hero.track, LEFT, NONE, at(hero, 0.5))
    assert spy.phases() == ["press", "release"]
    assert spy[-1][0] == pytest.approx(0.5, abs=0.02)


def test_escape_while_dragging_goes_back(hero: HeroSlider, spy: Spy) -> None:
    QTest.mousePress(hero.track, LEFT, NONE, at(hero, 1.0))
    QTest.mouseMove(hero.track, at(hero, 1.6))
    QTest.keyClick(hero.track, Qt.Key.Key_Escape)
    QTest.mouseRelease(hero.track, LEFT, NONE, at(hero, 1.6))
    assert spy[-1] == (1.0, "cancel")
    assert (hero.number, hero.track.number, hero.value.edit.text()) == (1.0, 1.0, "1.00")


def test_a_refused_drag_ends_where_the_model_says(hero: HeroSlider) -> None:
    hero.edited.connect(lambda value, phase: hero.set_value(min(value, 1.2)))
    QTest.mousePress(hero.track, LEFT, NONE, at(hero, 1.0))
    QTest.mouseMove(hero.track, at(hero, 1.6))
    QTest.mouseRelease(hero.track, LEFT, NONE, at(hero, 1.6))
    assert (hero.number, hero.track.number, hero.value.edit.text()) == (1.2, 1.2, "1.20")


def test_keys_alone_do_everything(hero: HeroSlider, spy: Spy, qtbot: QtBot) -> None:
    hero.track.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_Left):
        QTest.keyClick(hero.track, key)
    qtbot.waitUntil(lambda: spy.phases()[-1] == "release")
    assert spy == [(1.01, "press"), (1.11, "drag"), (1.1, "drag"), (1.1, "release")]
    spy.clear()
    QTest.keyClick(hero.track, Qt.Key.Key_End)
    hero.track.clearFocus()
    assert spy == [(2.0, "press"), (2.0, "release")]
    hero.value.edit.setFocus(Qt.FocusReason.TabFocusReason)
    hero.value.edit.selectAll()
    type_text(hero.value.edit, "7.25")
    assert spy[-1] == (7.25, "commit")
    assert hero.track.value() == hero.track.maximum()


def test_the_button_and_the_menu_reset(hero: HeroSlider) -> None:
    asked = Spy()
    hero.reset_requested.connect(asked)
    assert not hero.back.isVisible()
    hero.set_value(1.5)
    assert hero.back.isVisible()
    QTest.mouseClick(hero.back, LEFT)
    menu = hero.make_menu()
    menu.actions()[0].trigger()
    assert len(asked) == 2


def test_the_range_is_edited_on_its_ends(hero: HeroSlider, spy: Spy) -> None:
    QTest.mouseDClick(hero.high, LEFT)
    editor = hero.findChildren(QLineEdit)[-1]
    editor.selectAll()
    type_text(editor, "4")
    assert hero.track.scale.high == 4.0
    assert hero.high.text() == "4"
    assert not hero.set_range(5.0, 3.0)
    assert hero.set_range(-3.0, 99.0)
    assert (hero.track.scale.low, hero.track.scale.high) == (0.0, 10.0)
    hero.reset_range()
    assert hero.track.scale == Scale(0.0, 2.0)
    assert spy == []


def test_a_value_of_the_model_says_nothing(hero: HeroSlider, spy: Spy) -> None:
    for value in (0.25, 1.75, 5.0):
        hero.set_value(value)
        assert (hero.track.number, hero.number) == (value, value)
    hero.set_default(0.5)
    hero.set_error("Refused.")
    assert spy == []
    assert hero.value.message.isVisible()


@pytest.mark.parametrize("colors", theme.THEMES.values(), ids=theme.THEMES)
def test_pixels_of_groove_fill_handle_and_tick(
    hero: HeroSlider, qapp: QApplication, colors: theme.Theme
) -> None:
    theme.apply(qapp, colors)
    hero.set_value(0.4)
    qapp.processEvents()
    image = hero.track.grab().toImage()
    middle = hero.track.height() // 2 - 1
    assert image.pixelColor(12, middle).name() == colors.accent
    assert image.pixelColor(round(hero.track.x_of(1.6)), middle).name() == colors.line
    assert image.pixelColor(round(hero.track.x_of(0.4)), middle).name() == colors.text
    tick = round(hero.track.x_of(1.0))
    below = [image.pixelColor(x, middle + 8).name() for x in range(tick - 1, tick + 2)]
    assert colors.muted in below
    theme.apply(qapp, theme.DARK)


def test_everything_stays_inside_a_narrow_column(hero: HeroSlider) -> None:
    hero.resize(180, 80)
    hero.set_value(1.23456789012)
    QApplication.processEvents()
    assert hero.minimumSizeHint().width() <= 180
    for part in (hero.symbol, hero.value, hero.track, hero.low, hero.high, hero.back):
        assert part.geometry().left() >= 0
        assert part.geometry().right() < 180


def test_labels_are_split_into_symbol_and_name() -> None:
    assert split_label("Capacity C") == ("C", "Capacity")
    assert split_label("Background b₀") == ("b₀", "Background")
    assert split_label("Δϕ") == ("Δϕ", "")
    assert split_label("Window of f_live") == ("Window of f_live", "")
