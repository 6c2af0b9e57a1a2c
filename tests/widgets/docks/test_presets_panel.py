"""Presets: gallery, search, keyboard, marks, loading."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage

from tauscope.widgets import theme
from tauscope.widgets.docks.presets import PresetsPanel
from tauscope.widgets.state import PresetCard
from tests.support.gui import wait_for


@pytest.fixture
def cards(tmp_path):
    picture = tmp_path / "mass.png"
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff00ff"))
    assert image.save(str(picture))
    return (
        PresetCard("mine", "My own set-up", "Saved on Tuesday.", own=True),
        PresetCard(
            "single-mass", "Single mass", "One source.", "A well.", ("Drag it.", "Widen it."), str(picture)
        ),
        PresetCard("two-bodies", "Two bodies", "Two sources whose slowness adds.", "Two wells."),
        PresetCard("ring", "Ring galaxy", "A ring around a core."),
    )


@pytest.fixture
def panel(shown, cards):
    panel = PresetsPanel()
    panel.set_cards(cards)
    panel.chosen = []
    panel.preset_chosen.connect(panel.chosen.append)
    return shown(panel, 210, 560)


def test_own_presets_come_last_and_are_marked(panel):
    assert list(panel.cards) == ["single-mass", "two-bodies", "ring", "mine"]
    assert panel.cards["mine"].picture.badge == "Your own"
    assert panel.cards["ring"].picture.badge == ""


def test_the_picture_is_shown_and_a_missing_one_is_drawn(panel):
    with_file = panel.cards["single-mass"].picture.grab().toImage()
    assert with_file.pixelColor(with_file.width() // 2, with_file.height() // 2) == QColor("#ff00ff")
    without = panel.cards["ring"].picture.grab().toImage()
    colors = {
        without.pixelColor(x, y).name() for x in range(without.width()) for y in range(without.height())
    }
    assert {theme.current().canvas, theme.current().accent} <= colors


def test_a_click_unfolds_what_to_see_and_try_and_folds_the_others(panel, qtbot):
    qtbot.mouseClick(panel.cards["single-mass"].picture, Qt.MouseButton.LeftButton)
    assert panel.selected == "single-mass"
    assert panel.cards["single-mass"].details.isVisible()
    qtbot.mouseClick(panel.cards["two-bodies"].picture, Qt.MouseButton.LeftButton)
    assert panel.selected == "two-bodies"
    assert not panel.cards["single-mass"].details.isVisible()
    assert panel.chosen == []


def test_the_load_button_stands_above_the_texts(panel, qtbot):
    panel.select("single-mass")
    card = panel.cards["single-mass"]
    qtbot.waitUntil(card.load.isVisible)
    shown = panel.gallery.viewport()
    qtbot.waitUntil(lambda: card.load.mapTo(card, card.load.rect().bottomLeft()).y() < 240)
    assert card.load.mapTo(shown, card.load.rect().bottomLeft()).y() < shown.height()


def test_double_click_button_and_enter_load(panel, qtbot):
    first = panel.cards["single-mass"]
    qtbot.mouseDClick(first.picture, Qt.MouseButton.LeftButton)
    panel.select("single-mass")
    qtbot.mouseClick(first.load, Qt.MouseButton.LeftButton)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(first, Qt.Key.Key_Return)
    assert panel.chosen == ["single-mass"] * 3


def test_arrows_walk_through_the_cards_from_the_search_and_back(panel, qtbot):
    panel.search.setFocus()
    qtbot.keyClick(panel.search, Qt.Key.Key_Down)
    qtbot.keyClick(panel.cards["single-mass"], Qt.Key.Key_Down)
    assert panel.selected == "two-bodies"
    assert panel.cards["two-bodies"].hasFocus()
    qtbot.keyClick(panel.cards["two-bodies"], Qt.Key.Key_Up)
    qtbot.keyClick(panel.cards["single-mass"], Qt.Key.Key_Up)
    assert panel.search.hasFocus()


def test_the_selected_card_is_scrolled_into_view(panel, qtbot):
    panel.select("mine")

    def visible():
        card, area = panel.cards["mine"], panel.gallery.viewport()
        return card.visibleRegion().boundingRect().height() == min(card.height(), area.height())

    qtbot.waitUntil(visible)


def test_search_finds_words_of_all_texts_and_enter_loads_the_first(panel, qtbot):
    panel.search.setFocus()
    qtbot.keyClicks(panel.search, "WELL two")
    assert [card.card.name for card in panel.shown()] == ["two-bodies"]
    assert not panel.cards["single-mass"].isVisible()
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert panel.chosen == ["two-bodies"]
    qtbot.keyClicks(panel.search, "zzz")
    assert panel.empty.isVisible()
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert len(panel.shown()) == 4
    assert not panel.empty.isVisible()


def test_the_loaded_preset_is_marked_also_in_new_cards(panel, cards):
    panel.set_current("ring")
    panel.set_cards(cards)
    assert [name for name, card in panel.cards.items() if "Loaded" in card.picture.badge] == ["ring"]
    panel.set_current("mine")
    assert panel.cards["mine"].picture.badge == "Loaded · Your own"
    assert panel.chosen == []


def test_columns_follow_the_width_and_no_card_is_cut(panel, qtbot):
    for width, columns in ((210, 1), (480, 2), (700, 3), (230, 1)):
        panel.resize(width, 560)
        qtbot.waitUntil(lambda columns=columns: len({card.x() for card in panel.cards.values()}) == columns)

        def fit():
            room = panel.gallery.viewport().width()
            assert all(card.x() + card.width() <= room for card in panel.cards.values())
            pictures = [card.picture for card in panel.cards.values()]
            assert all(picture.height() == picture.width() * 9 // 16 for picture in pictures)

        qtbot.waitUntil(fit)


def test_saving_is_asked_for(panel, qtbot):
    with qtbot.waitSignal(panel.save_requested):
        qtbot.mouseClick(panel.save, Qt.MouseButton.LeftButton)


def test_an_empty_gallery_says_what_to_do(shown):
    panel = shown(PresetsPanel(), 210, 300)
    assert panel.empty.isVisible()
    assert "Save" in panel.empty.text()


@pytest.mark.parametrize(("width", "height"), [(200, 360), (230, 800), (470, 300)])
def test_scrolling_ends_at_the_last_card(shown, qtbot, width, height):
    long = "A source that is much larger than what its links can carry, so that its neighbours wait for it."
    panel = PresetsPanel()
    panel.set_cards(tuple(PresetCard(f"p{n}", f"Preset {n}", long, long, (long, long)) for n in range(12)))
    shown(panel, width, height)
    for name in ("", "p3", "p11"):
        panel.select(name)

        def ends(name=name):
            bar = panel.gallery.verticalScrollBar()
            bottom = max(card.y() + card.height() for card in panel.cards.values())
            end = bar.maximum() + panel.gallery.viewport().height()
            assert 0 <= end - bottom <= 16, (name, end, bottom)
            needed = [card.heightForWidth(card.width()) for card in panel.cards.values()]
            heights = [card.height() for card in panel.cards.values()]
            assert width >= 400 or heights == needed

        qtbot.wait(60)
        qtbot.waitUntil(ends)


def test_presets_stand_in_groups_and_the_loaded_one_comes_into_view(shown, qapp):
    panel = PresetsPanel()
    made = [PresetCard(f"g{k}", f"Lattice {k}", "A lattice.", group="Gravity") for k in range(12)]
    made += [PresetCard(f"k{k}", f"Ring {k}", "Phases.", group="Kuramoto") for k in range(3)]
    panel.set_cards(tuple(made))
    shown(panel, 220, 400)
    assert [*panel.headings] == ["Gravity", "Kuramoto"]
    tops = {name: card.y() for name, card in panel.cards.items()}
    headings = {name: heading.y() for name, heading in panel.headings.items()}
    assert headings["Gravity"] < tops["g0"] < tops["g11"] < headings["Kuramoto"] < tops["k0"] < tops["k2"]
    assert panel.gallery.verticalScrollBar().value() == 0
    panel.set_current("k1")
    bar = panel.gallery.verticalScrollBar()
    wait_for(qapp, lambda: bar.value() > 0, "the loaded preset is shown")
    bar.setValue(0)  # as a layout does that comes late
    wait_for(qapp, lambda: bar.value() > 0, "and shown again")
    area, card = panel.gallery.viewport(), panel.cards["k1"]
    place = QRect(card.mapTo(area, QPoint(0, 0)), card.size())
    assert area.rect().contains(place)
    panel.search.setText("ring")
    assert not panel.headings["Gravity"].isVisible()
    assert panel.headings["Kuramoto"].isVisible()


def test_presets_of_one_group_need_no_heading(shown):
    panel = PresetsPanel()
    panel.set_cards(
        (PresetCard("a", "A", "One.", group="Gravity"), PresetCard("b", "B", "Two.", group="Gravity"))
    )
    shown(panel, 220, 400)
    assert panel.headings == {}
