"""Phase circles under real mouse and key events: what is selected, and what is asked of the application."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.support.canvas import Heard
from tests.support.circles import (
    ALT,
    CONTROL,
    LEFT,
    MIDDLE,
    NONE,
    RIGHT,
    SHIFT,
    at,
    begin_drag,
    drag,
    fill,
    grid,
    move,
    order_of,
    pixels,
    ring_of_six,
    settle,
    wheel,
)


@pytest.fixture
def filled(circles):
    """The hub and its ring of six, 12 oscillators each, shown."""
    fill(circles, *ring_of_six(), 12)
    settle(circles)
    return circles


def click(view, where, modifiers=NONE, button=LEFT):
    QTest.mouseClick(view.canvas_native, button, modifiers, where)


def around(view, cluster, start, turned, radii=0.9, steps=12):
    """Points on the way round a cluster's centre."""
    return [at(view, cluster, start + turned * k / steps, radii) for k in range(steps + 1)]


def test_a_click_selects_and_ctrl_adds_and_takes_away(filled):
    heard = Heard(filled.selection_changed)
    click(filled, at(filled, 3))
    assert filled.selection() == {3}
    click(filled, at(filled, 5, 1.0, 0.9), CONTROL)
    assert filled.selection() == {3, 5}
    click(filled, at(filled, 3), CONTROL)
    assert filled.selection() == {5}
    click(filled, at(filled, 0))
    assert filled.selection() == {0}
    click(filled, QPoint(5, 5))
    assert heard.calls == [({3},), ({3, 5},), ({5},), ({0},), (frozenset(),)]


def test_a_band_over_empty_ground_selects_what_it_holds(filled):
    places = [at(filled, k) for k in range(7)]
    right = [k for k, place in enumerate(places) if place.x() > filled.width() / 2 + 5]
    middle = round(filled.width() / 2 + 5)
    start, end = (
        QPoint(filled.canvas_native.width() - 3, 3),
        QPoint(middle, filled.canvas_native.height() - 3),
    )
    assert filled.cluster_at(start.x(), start.y()) == -1
    begin_drag(filled, [start, end])
    assert filled.rubber is not None
    assert filled.selection() == set(right)
    QTest.mouseRelease(filled.canvas_native, LEFT, NONE, end)
    assert filled.rubber is None
    assert len(right) >= 2
    click(filled, at(filled, 0), CONTROL)
    drag(filled, [start, QPoint(middle, start.y() + 1)], CONTROL)
    assert filled.selection() == {0, *right}
    begin_drag(filled, [start, end])
    QTest.keyClick(filled.canvas_native, Qt.Key.Key_Escape)
    assert filled.selection() == {0, *right}
    assert filled.rubber is None


@pytest.mark.parametrize("turned", [0.8, -2.1, 2 * math.pi + 0.5])
def test_dragging_a_selected_circle_round_kicks_by_the_angle(filled, turned):
    heard, chosen = Heard(filled.kicked), Heard(filled.selection_changed)
    filled.set_selection(frozenset({2, 4}))
    way = around(filled, 4, 0.4, turned, steps=24)
    begin_drag(filled, way)
    assert heard.calls == []
    assert filled.gesture.turned == pytest.approx(turned, abs=0.03)
    assert "kick" in filled.gesture.text
    QTest.mouseRelease(filled.canvas_native, LEFT, NONE, way[-1])
    clusters, amount = heard.last
    assert clusters == {2, 4}
    assert amount == pytest.approx(math.remainder(turned, 2 * math.pi), abs=0.03)
    assert len(heard.calls) == 1
    assert chosen.calls == []
    assert filled.gesture is None


def test_a_ghost_arrow_shows_the_kick_and_escape_gives_it_up(filled):
    heard = Heard(filled.kicked)
    filled.set_selection(frozenset({1}))
    before = pixels(filled)
    way = around(filled, 1, 0.0, 1.5)
    begin_drag(filled, way)
    assert (pixels(filled) != before).any(axis=2).sum() > 50
    assert len(filled.stage.scene.shapes) > 2
    QTest.keyClick(filled.canvas_native, Qt.Key.Key_Escape)
    assert filled.gesture is None
    QTest.mouseRelease(filled.canvas_native, LEFT, NONE, way[-1])
    settle(filled)
    assert filled.stage.scene.shapes == ()
    assert heard.calls == []
    assert filled.selection() == {1}


def test_ctrl_snaps_a_kick_to_twelfths_of_a_half_turn(filled):
    heard = Heard(filled.kicked)
    filled.set_selection(frozenset({3}))
    way = around(filled, 3, 0.0, 0.83, steps=6)
    QTest.mousePress(filled.canvas_native, LEFT, NONE, way[0])
    for where in way[1:]:
        move(filled, where, CONTROL, LEFT)
    QTest.mouseRelease(filled.canvas_native, LEFT, CONTROL, way[-1])
    assert heard.last[1] == pytest.approx(math.pi / 4, abs=1e-9)


def test_shift_and_a_drag_up_or_down_detune_with_the_value_shown(filled):
    heard = Heard(filled.detuned)
    filled.set_selection(frozenset({0}))
    start = at(filled, 6, 0.0, 0.5)
    drag(filled, [start, start + QPoint(0, -20), start + QPoint(0, -60)], SHIFT)
    said = [(value, phase) for _, value, phase in heard.calls]
    assert said == [(0.0, "press"), (0.1, "drag"), (0.3, "drag"), (0.3, "release")]
    assert heard.last[0] == {6}, "the circle that is held was not chosen before"
    filled.set_selection(frozenset({0, 6}))
    heard.calls.clear()
    begin_drag(filled, [start, start + QPoint(0, 40)], SHIFT)
    assert "−0.200 rad/time" in filled.gesture.text
    QTest.keyClick(filled.canvas_native, Qt.Key.Key_Escape)
    QTest.mouseRelease(filled.canvas_native, LEFT, SHIFT, start)
    assert heard.last == ({0, 6}, 0.0, "cancel")


def test_nothing_is_touched_while_editing_is_forbidden(filled):
    heard = [Heard(one) for one in (filled.kicked, filled.detuned, filled.freeze_wished)]
    filled.set_interactive(False)
    click(filled, at(filled, 2))
    drag(filled, around(filled, 2, 0.0, 1.0))
    drag(filled, [at(filled, 2), at(filled, 2) + QPoint(0, 50)], SHIFT)
    for key in (Qt.Key.Key_K, Qt.Key.Key_Z):
        QTest.keyClick(filled.canvas_native, key)
    QTest.keyClick(filled.canvas_native, Qt.Key.Key_Up, ALT)
    assert [one.calls for one in heard] == [[], [], []]
    assert filled.selection() == {2}


def test_a_double_click_selects_the_layer_or_fits_the_view(circles):
    places, links = ring_of_six()
    both = np.concatenate([places, places + np.array([4, 0])])
    circles.set_structure(both, np.arange(15) * 2, links, np.repeat([0, 1], 7))
    circles.set_frame(np.zeros(28), np.ones(14, complex))
    settle(circles)
    QTest.mouseDClick(circles.canvas_native, LEFT, NONE, at(circles, 9))
    assert circles.selection() == set(range(7, 14))
    QTest.mouseDClick(circles.canvas_native, LEFT, CONTROL, at(circles, 1))
    assert circles.selection() == set(range(14))
    fitted = circles.camera
    wheel(circles, QPoint(10, 10), 3)
    assert circles.camera != fitted
    QTest.mouseDClick(circles.canvas_native, LEFT, NONE, QPoint(3, 3))
    assert circles.camera == fitted


def test_the_wheel_zooms_about_the_pointer_and_drags_move_the_picture(filled):
    where = at(filled, 5)
    before = filled.camera
    wheel(filled, where, 4)
    assert filled.camera.scale == pytest.approx(before.scale * 1.2**4)
    assert np.hypot(*np.subtract(filled.center_of(5), (where.x(), where.y()))) < 1.0
    for button in (MIDDLE, RIGHT):
        place = filled.center_of(0)
        drag(filled, [QPoint(10, 10), QPoint(30, 20), QPoint(50, 45)], NONE, button)
        moved = np.subtract(filled.center_of(0), place)
        np.testing.assert_allclose(moved, (40, 35), atol=1e-6)
    QTest.keyClick(filled.canvas_native, Qt.Key.Key_F)
    assert filled.camera == before


def test_arrow_keys_move_and_extend_the_selection(circles):
    fill(circles, *grid(5), 3)
    settle(circles)
    native = circles.canvas_native
    QTest.keyClick(native, Qt.Key.Key_Right)
    assert circles.selection() == {12}, "the one in the middle"
    for key, expected in (
        (Qt.Key.Key_Right, 13),
        (Qt.Key.Key_Up, 8),
        (Qt.Key.Key_Left, 7),
        (Qt.Key.Key_Down, 12),
    ):
        QTest.keyClick(native, key)
        assert circles.selection() == {expected}
    QTest.keyClick(native, Qt.Key.Key_Right, SHIFT)
    assert circles.selection() == {12, 13}
    QTest.keyClick(native, Qt.Key.Key_A, CONTROL)
    assert len(circles.selection()) == 25
    circles.set_selection(frozenset({14}))
    QTest.keyClick(native, Qt.Key.Key_Right)
    assert circles.selection() == {14}, "nothing lies further right"
    wheel(circles, at(circles, 14), 14)
    circles.pan(0, 0)
    circles.set_selection(frozenset({14}))
    QTest.keyClick(native, Qt.Key.Key_Left)
    px, py = circles.center_of(13)
    assert 0 <= px <= circles.camera.width and 0 <= py <= circles.camera.height


def test_keys_kick_detune_and_freeze_what_is_selected(filled):
    kicked, detuned, frozen = Heard(filled.kicked), Heard(filled.detuned), Heard(filled.freeze_wished)
    native = filled.canvas_native
    QTest.keyClick(native, Qt.Key.Key_K)
    assert kicked.calls == []
    filled.set_selection(frozenset({1, 2}))
    QTest.keyClick(native, Qt.Key.Key_K)
    QTest.keyClick(native, Qt.Key.Key_K, SHIFT)
    assert [amount for _, amount in kicked.calls] == [math.pi / 6, -math.pi / 6]
    QTest.keyClick(native, Qt.Key.Key_Down, ALT)
    assert detuned.calls == [({1, 2}, 0.0, "press"), ({1, 2}, -0.01, "release")]
    QTest.keyClick(native, Qt.Key.Key_Z)
    filled.set_frozen(frozenset({1}))
    QTest.keyClick(native, Qt.Key.Key_Z)
    filled.set_frozen(frozenset({1, 2, 3}))
    QTest.keyClick(native, Qt.Key.Key_Z)
    assert frozen.calls == [({1, 2}, True), ({1, 2}, True), ({1, 2}, False)]


def test_the_readout_beside_the_pointer_is_true(filled):
    theta, order = filled.stage.phases.theta, filled.stage.phases.order
    move(filled, at(filled, 4))
    assert filled.hovered == 4
    text = filled._composer.readout(4)
    psi, mean = float(np.angle(order[4])), float((0.5 + 0.1 * np.cos(theta[48:60])).mean())
    assert "Cluster 4" in text
    assert f"R {abs(order[4]):.3f}" in text
    assert f"{abs(psi):.2f} rad" in text
    assert f"{mean:+.3f} rad/time" in text
    np.testing.assert_allclose(order, order_of(theta, 7))
    settle(filled)
    assert any(getattr(plate, "text", "") == text for plate in filled.stage.phases.plates)
    filled.set_frozen(frozenset({4}))
    assert "frozen" in filled._composer.readout(4)
    move(filled, QPoint(3, 3))
    assert filled.hovered == -1
    assert filled._composer.readout(-1) == ""


def test_the_menu_is_asked_for_with_the_cluster_under_the_pointer(filled):
    heard = Heard(filled.context_requested)
    click(filled, at(filled, 2), NONE, RIGHT)
    assert heard.last[1] == 2
    assert filled.selection() == {2}
    click(filled, QPoint(3, 3), NONE, RIGHT)
    assert heard.last[1] == -1
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5))
    QApplication.sendEvent(filled.canvas_native, event)
    assert heard.last[1] == 2


def test_header_offers_options_fit_and_snapshot(filled):
    chosen, wanted = Heard(filled.options_changed), Heard(filled.snapshot_requested)
    by_text = {action.text(): action for action in filled.header.menu.actions()}
    by_text["Frequency"].trigger()
    assert chosen.last[0].color_by == "frequency"
    assert filled.stage.phases.frequency is not None
    by_text["Links"].trigger()
    assert not filled.options.links
    assert not filled.stage.phases.links
    by_text["Density"].trigger()
    assert filled.stage.phases.detail == "density"
    assert by_text["Density"].isChecked() and not by_text["As it suits"].isChecked()
    filled.header._snapshot.click()
    assert wanted.calls == [()]
    wheel(filled, QPoint(10, 10), 5)
    filled.header._fit.click()
    assert filled.stage.is_fitted
    assert filled.header.note.text() == "N 84 · C 7 · M 12"


def test_the_keyboard_reaches_everything_and_names_it(filled, qtbot):
    filled.activateWindow()
    qtbot.waitUntil(filled.isActiveWindow)
    assert filled.canvas_native.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert filled.canvas_native.accessibleName() == "Phase circles"
    assert "Alt+Up" in filled.canvas_native.accessibleDescription()
    filled.header._fit.setFocus()
    order = []
    for _ in range(3):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        order.append(QApplication.focusWidget())
    assert order == [filled.header._snapshot, filled.header._more, filled.canvas_native]


def test_a_selection_set_from_outside_is_not_told_back(filled):
    heard = Heard(filled.selection_changed)
    filled.set_selection(frozenset({1, 99}))
    assert filled.selection() == {1}
    filled.set_structure(*_small())
    assert heard.last == (frozenset(),)


def _small():
    return np.zeros((1, 2)), np.array([0, 3]), np.zeros((0, 2), int)
