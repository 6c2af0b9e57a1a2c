"""Behaviour 5 for the field view: real events on the native canvas, and what they ask for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tauscope.widgets.canvas.marks import handles
from tauscope.widgets.state import SOURCE_KINDS, SourceMark
from tests.support.canvas import (
    LEFT,
    MIDDLE,
    NONE,
    NX,
    NY,
    RIGHT,
    Heard,
    PaletteDrag,
    at,
    begin_drag,
    drag,
    gaussian,
    pixels,
    send_move,
    smooth_field,
    wheel,
)  # fmt: skip

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def filled(view):
    view.set_array(smooth_field())
    view.set_sources((gaussian("a"), gaussian("b", 70.0, 20.0), SourceMark("p", "p", "point", 20, 50, 1e-3)))
    pixels(view)
    return view


def phases(heard, key):
    return [phase for one, _values, phase in heard.calls if one == key]


@pytest.mark.parametrize("cell", [(0, 0), (NX - 1, NY - 1), (17, 43)])
@pytest.mark.parametrize(("zoom", "pan"), [(0, (0, 0)), (16, (0, 0)), (-5, (60, -35)), (7, (25, 40))])
def test_a_point_lands_on_exactly_the_pointers_cell(filled, cell, zoom, pan):
    view = filled
    if zoom:
        wheel(view, at(view, *cell), zoom)
    if pan != (0, 0):
        drag(view, QPoint(300, 200), QPoint(300 + pan[0], 200 + pan[1]), button=RIGHT)
    heard = Heard(view.source_dropped)
    where = at(view, *cell)
    carried = PaletteDrag(view, "point")
    assert carried.over(where + QPoint(3, 3), enter=True)
    carried.over(where)
    assert view.ghost is not None
    assert carried.drop(where)
    assert view.ghost is None
    assert heard.calls == [("point", float(cell[0]), float(cell[1]))]


@pytest.mark.parametrize("kind", SOURCE_KINDS)
def test_every_kind_can_be_dropped_and_shows_a_ghost(filled, kind):
    heard = Heard(filled.source_dropped)
    before = pixels(filled)
    carried = PaletteDrag(filled, kind)
    where = at(filled, 50.3, 40.6)
    assert carried.over(where, enter=True)
    around = (slice(where.y() - 20, where.y() + 20), slice(where.x() - 20, where.x() + 20))
    assert (pixels(filled)[around] != before[around]).any()
    carried.drop(where)
    np.testing.assert_array_equal(pixels(filled)[around], before[around])
    name, x, y = heard.last
    cell = 0.5 if kind == "point" else 1 / filled.camera.scale
    assert name == kind
    assert abs(x - 50.3) <= cell
    assert abs(y - 40.6) <= cell


def test_drops_outside_the_lattice_and_foreign_drops_are_refused(filled):
    heard = Heard(filled.source_dropped)
    wheel(filled, at(filled, 40, 30), -4)
    carried = PaletteDrag(filled, "gaussian")
    carried.over(at(filled, 40, 30), enter=True)
    assert not carried.over(at(filled, -2, 30))
    assert filled.ghost is None
    assert not carried.drop(at(filled, -2, 30))
    assert not PaletteDrag(filled, "teapot").drop(at(filled, 40, 30))
    assert not PaletteDrag(filled, "point", "text/plain").over(at(filled, 40, 30), enter=True)
    filled.set_interactive(False)
    carried = PaletteDrag(filled, "point")
    assert carried.over(at(filled, 40, 30), enter=True)
    assert filled.ghost is None, "nothing will stand there"
    assert heard.calls == []
    carried.drop(at(filled, 40, 30))
    assert len(heard.calls) == 1, "the application says why not"


def test_the_disc_bounds_drops(filled):
    filled.set_lattice(NX, NY, "disc", 20.0)
    heard = Heard(filled.source_dropped)
    assert not PaletteDrag(filled, "point").drop(at(filled, 2, 2))
    assert PaletteDrag(filled, "point").drop(at(filled, 47, 31))
    assert heard.calls == [("point", 47.0, 31.0)]


def test_leaving_with_a_palette_source_removes_the_ghost(filled):
    from PySide6.QtGui import QDragLeaveEvent
    from PySide6.QtWidgets import QApplication

    PaletteDrag(filled, "ring").over(at(filled, 40, 30), enter=True)
    assert filled.ghost is not None
    QApplication.sendEvent(filled.canvas_native, QDragLeaveEvent())
    assert filled.ghost is None


@pytest.mark.parametrize("zoom", [0, 6, 12])
def test_a_gaussian_lands_exactly_where_it_is_dragged(filled, zoom):
    view = filled
    if zoom:
        wheel(view, at(view, 40.25, 30.5), zoom)
    heard = Heard(view.source_edited)
    start = at(view, 40.25, 30.5)
    end = start + QPoint(47, -31)
    drag(view, start, end)
    assert phases(heard, "a")[0] == "press"
    assert phases(heard, "a")[-1] == "release"
    assert set(phases(heard, "a")[1:-1]) == {"drag"}
    assert heard.calls[0][1] == {"x": 40.25, "y": 30.5}
    pixel = 1 / view.camera.scale
    _key, values, _phase = heard.last
    assert values["x"] == pytest.approx(40.25 + 47 * pixel, abs=1e-9)
    assert values["y"] == pytest.approx(30.5 + 31 * pixel, abs=1e-9)
    under = view.pixel_to_world(end.x(), end.y())
    assert math.dist(under, (values["x"], values["y"])) <= pixel
    assert view.selection == {"a"}


@pytest.mark.parametrize("modifier", [SHIFT, ALT])
def test_a_modifier_snaps_to_cells(filled, modifier):
    heard = Heard(filled.source_edited)
    filled.choose(frozenset({"a"}))
    begin_drag(filled, at(filled, 40.25, 30.5), at(filled, 50.4, 35.7), modifier)
    _key, values, _phase = heard.last
    assert values in ({"x": 50.0, "y": 36.0}, {"x": 50.0, "y": 35.0})
    QTest.mouseRelease(filled.canvas_native, LEFT, modifier, at(filled, 50.4, 35.7))


def test_a_point_moves_from_cell_to_cell(filled):
    heard = Heard(filled.source_edited)
    drag(filled, at(filled, 20, 50), at(filled, 33.4, 41.6), steps=40)
    assert heard.last == ("p", {"x": 33.0, "y": 42.0}, "release")
    assert all(values["x"] == round(values["x"]) for _key, values, _phase in heard.calls)


def test_a_click_only_selects(filled):
    heard, chosen = Heard(filled.source_edited), Heard(filled.selection_changed)
    QTest.mouseClick(filled.canvas_native, LEFT, NONE, at(filled, 70, 20))
    assert chosen.calls == [(frozenset({"b"}),)]
    QTest.mouseClick(filled.canvas_native, LEFT, CONTROL, at(filled, 20, 50))
    assert filled.selection == {"b", "p"}
    QTest.mouseClick(filled.canvas_native, LEFT, CONTROL, at(filled, 20, 50))
    assert filled.selection == {"b"}
    QTest.mouseClick(filled.canvas_native, LEFT, NONE, at(filled, 90, 60))
    assert filled.selection == frozenset()
    assert heard.calls == []


def test_several_move_together(filled):
    filled.set_selection(frozenset({"a", "p"}))
    heard = Heard(filled.source_edited)
    start = at(filled, 40.25, 30.5)
    drag(filled, start, start + QPoint(40, 0))
    last = {key: values for key, values, phase in heard.calls if phase == "release"}
    way = 40 / filled.camera.scale
    assert last["a"] == pytest.approx({"x": 40.25 + way, "y": 30.5})
    assert last["p"] == {"x": float(round(20 + way)), "y": 50.0}
    assert phases(heard, "p")[0] == "press"
    assert "b" not in last


def test_a_rubber_band_selects_what_lies_inside(filled):
    heard = Heard(filled.selection_changed)
    begin_drag(filled, at(filled, 5, 60), at(filled, 50, 25))
    with_band = pixels(filled)
    QTest.mouseRelease(filled.canvas_native, LEFT, NONE, at(filled, 50, 25))
    assert heard.last == (frozenset({"a", "p"}),)
    assert (pixels(filled) != with_band).any()
    drag(filled, at(filled, 60, 30), at(filled, 80, 10), SHIFT)
    assert filled.selection == {"a", "b", "p"}


def test_the_width_handle_changes_the_width(filled):
    filled.set_selection(frozenset({"a"}))
    heard = Heard(filled.source_edited)
    px, py = handles(filled.marks["a"], filled.camera)["width"]
    start = QPoint(round(px), round(py))
    drag(filled, start, start + QPoint(33, 0))
    key, values, phase = heard.last
    assert (key, phase) == ("a", "release")
    assert set(values) == {"width"}
    assert values["width"] == pytest.approx(4 + 33 / filled.camera.scale, abs=0.02)
    assert heard.calls[0] == ("a", {"width": 4.0}, "press")


def test_the_strength_handle_multiplies(filled):
    filled.set_selection(frozenset({"a"}))
    heard = Heard(filled.source_edited)
    px, py = handles(filled.marks["a"], filled.camera)["strength"]
    start = QPoint(round(px), round(py))
    begin_drag(filled, start, start - QPoint(0, 50))
    assert heard.last[1]["strength"] == pytest.approx(4e-3 * 10**0.5)
    texts = [getattr(plate, "text", "") for plate in filled.stage.scene.plates]
    pixels(filled)
    texts = [getattr(plate, "text", "") for plate in filled.stage.scene.plates]
    assert "strength 0.0126 bit" in texts
    QTest.mouseRelease(filled.canvas_native, LEFT, NONE, start - QPoint(0, 50))


@pytest.mark.parametrize(
    ("mark", "part", "changed"),
    [
        (SourceMark("r", "r", "ring", 40, 30, 1e-3, width=2.0, radius=10.0), "radius", 10.0),
        (SourceMark("r", "r", "ring", 40, 30, 1e-3, width=2.0, radius=10.0), "width", 2.0),
        (SourceMark("r", "r", "disc", 40, 30, 1e-3, radius=10.0), "radius", 10.0),
    ],
)
def test_rings_and_discs_have_their_handles(filled, mark, part, changed):
    filled.set_sources((mark,))
    filled.set_selection(frozenset({"r"}))
    heard = Heard(filled.source_edited)
    px, py = handles(mark, filled.camera)[part]
    start = QPoint(round(px), round(py))
    cx, cy = filled.world_to_pixel(40, 30)
    away = math.hypot(px - cx, py - cy)
    end = QPoint(round(px + 24 * (px - cx) / away), round(py + 24 * (py - cy) / away))
    drag(filled, start, end)
    assert heard.last[1][part] == pytest.approx(changed + 24 / filled.camera.scale, abs=0.2)


def test_lines_are_moved_by_their_ends(filled):
    filled.set_sources((SourceMark("l", "l", "line", 20, 20, 1e-3, x2=60, y2=40),))
    filled.set_selection(frozenset({"l"}))
    heard = Heard(filled.source_edited)
    drag(filled, at(filled, 60, 40), at(filled, 70, 50))
    assert heard.last[1] == pytest.approx({"x2": 70, "y2": 50}, abs=1 / filled.camera.scale)


def test_escape_cancels_a_drag_and_its_ghost(filled):
    heard = Heard(filled.source_edited)
    before = pixels(filled)
    begin_drag(filled, at(filled, 40.25, 30.5), at(filled, 60, 45))
    assert (pixels(filled) != before).any()
    QTest.keyClick(filled.canvas_native, Qt.Key.Key_Escape)
    assert heard.last == ("a", {"x": 40.25, "y": 30.5}, "cancel")
    count = len(heard.calls)
    send_move(filled, at(filled, 65, 45), button=LEFT)
    QTest.mouseRelease(filled.canvas_native, LEFT, NONE, at(filled, 65, 45))
    assert len(heard.calls) == count
    assert not filled.input.dragging
    dots = [shape for shape in filled.stage.scene.shapes if shape.dash]
    pixels(filled)
    dots = [shape for shape in filled.stage.scene.shapes if shape.dash]
    assert dots == []


def test_the_dragged_source_and_its_old_place_are_shown(filled):
    begin_drag(filled, at(filled, 40.25, 30.5), at(filled, 60, 45))
    pixels(filled)
    dashed = [shape for shape in filled.stage.scene.shapes if shape.dash]
    full = [shape for shape in filled.stage.scene.shapes if not shape.dash and shape.kind == 0]
    old, new = filled.world_to_pixel(40.25, 30.5), at(filled, 60, 45)
    assert any(math.dist((s.a, s.b), old) < 1 for s in dashed)
    assert any(math.dist((s.a, s.b), (new.x(), new.y())) < 2 for s in full)
    QTest.mouseRelease(filled.canvas_native, LEFT, NONE, new)


def test_a_refused_drag_goes_back_by_itself(filled, qtbot):
    drag(filled, at(filled, 40.25, 30.5), at(filled, 60, 45))
    old = filled.world_to_pixel(40.25, 30.5)

    def is_back():
        dots = [(shape.a, shape.b) for shape in filled.stage.scene.shapes if shape.kind == 1]
        return any(math.dist(dot, old) < 1 for dot in dots)

    pixels(filled)
    assert not is_back()
    qtbot.waitUntil(is_back)


def test_a_source_that_vanishes_under_the_drag_ends_it(filled):
    heard = Heard(filled.source_edited)
    begin_drag(filled, at(filled, 40.25, 30.5), at(filled, 60, 45))
    filled.set_sources((gaussian("b", 70.0, 20.0),))
    count = len(heard.calls)
    QTest.mouseRelease(filled.canvas_native, LEFT, NONE, at(filled, 60, 45))
    assert len(heard.calls) == count


def test_dragging_waits_for_the_application_when_it_may_not_edit(filled):
    filled.set_interactive(False)
    heard, chosen = Heard(filled.source_edited), Heard(filled.selection_changed)
    drag(filled, at(filled, 40.25, 30.5), at(filled, 60, 45))
    assert heard.calls == []
    assert chosen.calls == [(frozenset({"a"}),)]


@pytest.mark.parametrize(
    ("key", "modifiers", "way"),
    [
        (Qt.Key.Key_Right, NONE, (1, 0)), (Qt.Key.Key_Left, NONE, (-1, 0)), (Qt.Key.Key_Up, NONE, (0, 1)),
        (Qt.Key.Key_Down, SHIFT, (0, -10)), (Qt.Key.Key_Up, CONTROL, (0, 0.1)),
    ],
)  # fmt: skip
def test_arrow_keys_nudge(filled, key, modifiers, way):
    filled.set_selection(frozenset({"a"}))
    heard = Heard(filled.nudge_requested)
    QTest.keyClick(filled.canvas_native, key, modifiers)
    assert heard.calls == [pytest.approx(way)]


def test_delete_copy_paste_and_duplicate_are_asked_for(filled):
    native = filled.canvas_native
    signals = (filled.delete_requested, filled.copy_requested, filled.duplicate_requested)
    heard = [Heard(signal) for signal in signals]
    keys = ((Qt.Key.Key_Delete, NONE), (Qt.Key.Key_C, CONTROL), (Qt.Key.Key_D, CONTROL))
    for key, modifiers in keys:
        QTest.keyClick(native, key, modifiers)
    assert [one.calls for one in heard] == [[], [], []]
    filled.set_selection(frozenset({"a"}))
    for key, modifiers in keys:
        QTest.keyClick(native, key, modifiers)
    assert [one.calls for one in heard] == [[()], [()], [()]]
    pasted = Heard(filled.paste_requested)
    send_move(filled, at(filled, 12, 34))
    QTest.keyClick(native, Qt.Key.Key_V, CONTROL)
    assert pasted.last == pytest.approx((12, 34), abs=1 / filled.camera.scale)


def test_keys_that_are_not_ours_go_on(filled):
    seen = []
    filled.keyPressEvent = lambda event: seen.append(event.key())
    QTest.keyClick(filled.canvas_native, Qt.Key.Key_Space)
    assert seen == [Qt.Key.Key_Space]


def test_right_click_asks_for_a_menu_right_drag_pans(filled):
    heard = Heard(filled.context_requested)
    QTest.mouseClick(filled.canvas_native, RIGHT, NONE, at(filled, 70, 20))
    _where, key, x, y = heard.last
    assert key == "b"
    assert (x, y) == pytest.approx((70, 20), abs=1 / filled.camera.scale)
    QTest.mouseClick(filled.canvas_native, RIGHT, NONE, at(filled, 10, 10))
    assert heard.last[1] == ""
    count, center = len(heard.calls), filled.camera
    for button in (RIGHT, MIDDLE):
        drag(filled, QPoint(300, 200), QPoint(340, 180), button=button)
    assert len(heard.calls) == count
    assert filled.camera.cx == pytest.approx(center.cx - 80 / center.scale)
    assert filled.camera.cy == pytest.approx(center.cy - 40 / center.scale)


def test_the_wheel_zooms_about_the_pointer_and_f_and_double_click_fit(filled):
    whole = filled.camera
    where = at(filled, 70, 20)
    before = filled.pixel_to_world(where.x(), where.y())
    wheel(filled, where, 5)
    assert filled.pixel_to_world(where.x(), where.y()) == pytest.approx(before)
    assert filled.camera.scale > 2 * whole.scale
    QTest.keyClick(filled.canvas_native, Qt.Key.Key_F)
    assert filled.camera == whole
    wheel(filled, where, 2)
    QTest.mouseDClick(filled.canvas_native, LEFT, NONE, at(filled, 90, 60))
    assert filled.camera == whole


def test_the_fit_follows_the_size_and_a_chosen_camera_does_not(filled):
    filled.resize(400, 420)
    pixels(filled)
    assert filled.camera.scale == pytest.approx(400 / NX)
    wheel(filled, QPoint(200, 200), 3)
    scale = filled.camera.scale
    filled.resize(640, 480)
    pixels(filled)
    assert filled.camera.scale == scale


def test_a_wider_colour_bar_moves_the_names_out_of_its_way(filled):
    camera = filled.camera
    filled.outlines(camera, camera.width)
    right = max(plate.x + plate.size()[0] for plate in filled.labels)
    filled.outlines(camera, right - 2)
    assert max(plate.x + plate.size()[0] for plate in filled.labels) < right - 2
