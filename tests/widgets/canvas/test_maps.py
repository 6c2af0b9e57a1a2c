"""Images and brushes on a canvas, and the tool in hand: real events on the native widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tauscope.widgets.canvas import gestures
from tauscope.widgets.canvas.lattice import Lattice
from tauscope.widgets.canvas.marks import center, frame, handles
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.state import SourceMark
from tests.support.canvas import LEFT, NONE, Heard, at, drag, send_move, settle, smooth_field

IMAGE = SourceMark("i", "i", "image", 48.0, 32.0, 1e-3, width=20.0, aspect=0.5)
BRUSH = SourceMark("b", "b", "brush", 0.0, 0.0, 1.0, box=(9.5, 19.5, 30.5, 40.5))


@pytest.fixture
def view(make: Callable[..., FieldView]) -> FieldView:
    """A view with an image and a brush."""
    found = make()
    found.set_array(smooth_field())
    found.set_sources((IMAGE, BRUSH))
    settle(found)
    return found


def test_rectangles() -> None:
    assert frame(IMAGE) == (38.0, 27.0, 58.0, 37.0)
    assert frame(BRUSH) == (9.5, 19.5, 30.5, 40.5)
    assert center(BRUSH) == (20.0, 30.0)


def test_an_image_is_moved_and_widened(view: FieldView) -> None:
    heard = Heard(view.source_edited)
    drag(view, at(view, 48, 32), at(view, 40, 30))
    key, changes, phase = heard.last
    start, end = at(view, 48, 32), at(view, 40, 30)
    scale = view.camera.scale
    assert (key, phase) == ("i", "release")
    assert changes["x"] == pytest.approx(48 + (end.x() - start.x()) / scale)
    assert changes["y"] == pytest.approx(32 - (end.y() - start.y()) / scale)
    view.choose(frozenset("i"))
    px, py = handles(IMAGE, view.camera)["width"]
    grip = QPoint(round(px), round(py))
    drag(view, grip, grip + QPoint(30, 0))
    key, changes, phase = heard.last
    assert (key, list(changes), phase) == ("i", ["width"], "release")
    assert changes["width"] == pytest.approx(20 + 2 * 30 / scale, abs=0.5 / scale)


def test_a_brush_is_moved_by_its_edge_on_whole_cells(view: FieldView) -> None:
    heard = Heard(view.source_edited)
    drag(view, at(view, 9.5, 30), at(view, 9.5 + 7.2, 30 + 2.9))
    assert heard.last == ("b", {"x": 7.0, "y": 3.0}, "release")
    drag(view, at(view, 9.5, 30), at(view, -60, 30))
    assert heard.last[1] == {"x": -20.0, "y": 0.0}  # its middle stays inside


def test_a_brush_may_begin_outside() -> None:
    lattice = Lattice(96, 64)
    assert gestures.moved(BRUSH, -15.0, 3.3, lattice, False) == {"x": -15.0, "y": 3.0}


def test_sources_of_hidden_worlds_are_not_on_the_canvas(view: FieldView) -> None:
    view.set_sources((replace(IMAGE, shown=False), BRUSH))
    assert list(view.marks) == ["b"]


def test_the_left_button_paints_while_a_tool_is_in_hand(view: FieldView) -> None:
    began, moved, ended = (Heard(getattr(view.painter, name)) for name in ("began", "moved", "ended"))
    edited = Heard(view.source_edited)
    view.painter.set_tool("brush", lambda _x, _y: 3.0)
    start, end = at(view, 48, 32), at(view, 60, 40)
    drag(view, start, end)
    assert began.last == view.pixel_to_world(start.x(), start.y())
    assert moved.last == view.pixel_to_world(end.x(), end.y())
    assert ended.last == view.pixel_to_world(end.x(), end.y())
    assert edited.calls == []
    assert view.selection == frozenset()
    assert not view.painter.painting
    view.painter.set_tool("select", lambda _x, _y: 3.0)
    drag(view, start, end)
    assert edited.last[0] == "i"


def test_escape_cancels_a_stroke(view: FieldView) -> None:
    cancelled, ended = Heard(view.painter.cancelled), Heard(view.painter.ended)
    view.painter.set_tool("brush", lambda _x, _y: 3.0)
    QTest.mousePress(view.canvas_native, LEFT, NONE, at(view, 20, 20))
    send_move(view, at(view, 30, 20), button=LEFT)
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Escape)
    QTest.mouseRelease(view.canvas_native, LEFT, NONE, at(view, 30, 20))
    assert (len(cancelled.calls), len(ended.calls)) == (1, 0)


def test_the_brush_follows_the_pointer(view: FieldView) -> None:
    view.painter.set_tool("brush", lambda x, _y: x / 10)
    where = at(view, 40, 30)
    send_move(view, where)
    tip = view.painter.tip((float(where.x()), float(where.y())))
    assert tip is not None
    assert tip.place == view.pixel_to_world(where.x(), where.y())
    assert tip.radius == pytest.approx(tip.place[0] / 10)
    settle(view)
    radius = tip.radius * view.camera.scale
    assert any(abs(shape.c - radius) < 1e-9 for shape in view.stage.scene.shapes)
    view.painter.set_tool("select", lambda _x, _y: 3.0)
    settle(view)
    assert not any(abs(shape.c - radius) < 1e-9 for shape in view.stage.scene.shapes)
