"""The header's wishes: field, colour map, limits, fit, snapshot."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from tauscope.widgets.canvas import plates
from tauscope.widgets.limits_dialog import LimitsDialog
from tauscope.widgets.state import ViewOptions
from tests.support.canvas import LEFT, Heard, at, smooth_field, wheel


def entries(menu):
    menu.aboutToShow.emit()
    return {action.text().partition("\t")[0]: action for action in menu.actions() if action.text()}


def button(view, part):
    return next(b for b in view.header.findChildren(QToolButton) if part in b.toolTip())


def test_the_title_names_the_field_and_offers_the_others(view):
    assert view.header.title.text() == "f(x) — update fraction"
    heard = Heard(view.field_chosen)
    offered = entries(view.header.title.menu())
    assert list(offered) == ["f(x) — update fraction", "τ(x) — proper time", "ϕ(x) — time sag"]
    assert offered["f(x) — update fraction"].isChecked()
    offered["τ(x) — proper time"].trigger()
    assert heard.calls == [("tau",)]
    assert view.options.field == "f"


def test_maps_offered_suit_the_field(view):
    options = entries(button(view, "Colour map").menu())
    maps = entries(options["Colour map"].menu())
    assert {"magma", "viridis", "cividis"} <= set(maps)
    assert maps["magma"].isChecked()
    maps["viridis"].trigger()
    assert view.options.cmap == "bids:viridis"
    view.set_options(ViewOptions("phi", "crameri:vik"))
    maps = entries(entries(button(view, "Colour map").menu())["Colour map"].menu())
    assert {"vik", "RdBu_r"} <= set(maps)
    assert "magma" not in maps


def test_freezing_keeps_the_limits_and_following_lets_them_go(view):
    view.set_array(smooth_field())
    limits = view.colour_limits
    modes = entries(entries(button(view, "Colour map").menu())["Colour limits"].menu())
    assert modes["Follow"].isChecked()
    modes["Frozen"].trigger()
    assert (view.options.autoscale, view.options.low, view.options.high) == ("frozen", *limits)
    view.set_array(smooth_field() * 3)
    assert view.colour_limits == limits
    entries(entries(button(view, "Colour map").menu())["Colour limits"].menu())["Follow"].trigger()
    assert (view.options.autoscale, view.options.low) == ("continuous", None)
    assert view.colour_limits == pytest.approx(tuple(3 * limit for limit in limits))


def test_exact_limits_are_typed(view, qtbot):
    view.set_array(smooth_field())
    entries(button(view, "Colour map").menu())["Set limits…"].trigger()
    dialog = view.findChild(LimitsDialog)
    dialog.low.setText("2")
    dialog.high.setText("1")
    assert dialog.values() is None
    assert "top above the bottom" in dialog.problem.text()
    dialog.low.setText("−0.25")
    dialog.high.setText("1e1")
    dialog.buttons.button(dialog.buttons.StandardButton.Ok).click()
    assert view.colour_limits == (-0.25, 10.0)
    qtbot.waitUntil(lambda: view.findChild(LimitsDialog) is None)


def test_buttons_fit_and_ask_for_a_snapshot(view):
    whole = view.camera
    wheel(view, at(view, 20, 20), 4)
    QTest.mouseClick(button(view, "Fit"), LEFT)
    assert view.camera == whole
    heard = Heard(view.snapshot_requested)
    QTest.mouseClick(button(view, "picture of this view"), LEFT)
    assert heard.calls == [()]


def test_an_unknown_map_falls_back_to_one_that_suits(view):
    view.set_array(smooth_field())
    view.set_options(ViewOptions("f", "no-such-map"))
    view.set_array(smooth_field())
    view.stage.painted(100, 100, 1.0)
    assert view.stage.scene.cmap == "bids:magma"


@pytest.mark.parametrize("width", [160, 230, 400, 900])
def test_a_notice_wraps_in_a_narrow_view(view, width):
    text = "This rule has no such field: choose another one from the title"
    plate = plates.notice(text, "#98a2b0", width, 300)
    assert plate.text.split() == text.split()
    assert plate.x >= 0
    assert plate.x + plate.size()[0] <= width
    assert plate.y >= 0
    assert plate.y + plate.size()[1] <= 300
    view.resize(width, 300)
    view.clear(text)
    QTest.qWait(50)
    shown = view.stage.scene.plates
    assert [one.text.split() for one in shown] == [text.split()]
    assert shown[0].size()[0] <= view.camera.width
    assert ("\n" in plate.text) == (width < 900)


def test_problems_of_the_limits_are_read_whole(view):
    dialog = LimitsDialog(0.0, 1.0, "", view)
    dialog.show()
    dialog.low.setText("3")
    QTest.qWait(20)
    problem = dialog.problem
    assert problem.height() >= problem.heightForWidth(problem.width())
    dialog.close()


def test_the_world_one_sees_as_is_named_whole_or_not_at_all(view):
    header = view.header
    assert not header.observer.isVisible()
    header.set_note("EMA 300 · steady 33.8 e-folds")
    header.set_observer("Hidden", "#8a7bff")
    for width in (900, 520, 320, 220, 90):
        header.resize(width, header.height())
        header.layout().activate()
        plate = header.observer
        if plate.isVisible():
            assert plate.width() >= plate.fontMetrics().horizontalAdvance("as Hidden"), width
            assert plate.geometry().right() < header._more.geometry().left()
        assert plate.isVisible() is (width >= 220), width
    header.resize(900, header.height())
    assert header.observer.isVisible()
    header.set_observer("")
    assert not header.observer.isVisible()


def test_a_narrow_header_has_a_sign_where_the_words_would_be_cut(view, qtbot):
    header = view.header
    header.set_raster("OpenGL is switched off.")
    note = header.warning
    view.resize(700, 300)
    qtbot.waitUntil(lambda: note.text() == "Without OpenGL")
    assert note.width() >= note.fontMetrics().horizontalAdvance(note.text())
    view.resize(230, 300)
    qtbot.waitUntil(lambda: not note.text() and not note.pixmap().isNull())
    assert note.isVisible() and note.width() >= note.pixmap().deviceIndependentSize().width()
    assert "switched off" in note.toolTip() and "Without OpenGL" in note.toolTip()
