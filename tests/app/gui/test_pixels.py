"""Behaviours 5 and 21: real mouse and key events, read back from pixels and from the engine's sources."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.widgets.canvas.colormaps import color_at
from tauscope.widgets.field_view import FieldView
from tests.support.gui import (
    LEFT,
    PATIENCE,
    PLAIN,
    distinct_colours,
    drag,
    point_of,
    pump,
    screen_of,
    still,
    wait_for,
)

pytestmark = pytest.mark.opengl


def sources(lab: Lab) -> list[dict[str, object]]:
    """The engine's own list."""
    found = lab.simulation.loop.call(lambda world: world.engine("gravity").config.dump()["sources"]).result(
        PATIENCE
    )
    return list(found)


def drop(lab: Lab, view: FieldView, kind: str, x: float, y: float) -> None:
    """Drop a palette tile on the native canvas with Qt's own drag events."""
    mime = QMimeData()
    mime.setData("application/x-tauscope-source", kind.encode())
    place = point_of(view, x, y)
    native = view.canvas_native
    for event in (
        QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, LEFT, PLAIN),
        QDragMoveEvent(place, Qt.DropAction.CopyAction, mime, LEFT, PLAIN),
        QDropEvent(QPointF(place), Qt.DropAction.CopyAction, mime, LEFT, PLAIN),
    ):
        QApplication.sendEvent(native, event)


@pytest.mark.parametrize("key", ["hero", "tau", "phi"])
def test_a_view_shows_its_field_and_changes(lab: Lab, qapp: QApplication, key: str) -> None:
    view = lab.window.views[key]
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick > 2000, "some ticks")
    lab.set_playing(False)
    loop, native = lab.simulation.loop, view.canvas_native
    wait_for(qapp, lambda: not loop.running, "the run pauses")
    wait_for(
        qapp, lambda: lab.frame is not None and lab.frame.macro_tick == loop.world.macro_tick, "its frame"
    )
    # The screen follows a paint event behind the view, and on a busy machine a while.
    wait_for(qapp, lambda: not disagreeing(view), "five points in their colours")
    before = screen_of(native)
    assert distinct_colours(before) >= 50
    lab.step(1000)
    wait_for(qapp, lambda: not loop.running, "1,000 ticks")
    wait_for(qapp, lambda: bool((screen_of(native) != before).any()), "another picture")


def disagreeing(view: FieldView) -> list[tuple[int, int]]:
    """Of five cells away from every mark, those whose pixel on the screen is not of its value's colour."""
    array, limits = view.array, view.colour_limits
    assert array is not None
    screen = screen_of(view.canvas_native)
    rng = np.random.default_rng(3)
    ny, nx = array.shape
    found: list[tuple[int, int]] = []
    checked = 0
    while checked < 5:
        x, y = int(rng.integers(nx // 5, 3 * nx // 5)), int(rng.integers(ny // 5, 4 * ny // 5))
        if any(np.hypot(x - m.x, y - m.y) < 30 or abs(y - m.y) < 20 for m in view.marks.values()):
            continue  # a handle or a name plate may lie over it
        place = point_of(view, x, y)
        share = (float(array[y, x]) - limits[0]) / (limits[1] - limits[0])
        want = color_at(view.options.cmap, share)
        got = screen[place.y(), place.x()].astype(int)
        beside = [array[y + j, x + i] for j in (-1, 0, 1) for i in (-1, 0, 1)]
        reach = (max(beside) - min(beside)) / (limits[1] - limits[0])
        spread = [color_at(view.options.cmap, min(max(share + s, 0.0), 1.0)) for s in (-reach, 0.0, reach)]
        allowed = 2 + np.ptp(np.array(spread, int), axis=0)  # 2/255 of the table; the pixel may be beside
        if not (np.abs(got - np.array(want)) <= allowed).all():
            found.append((x, y))
        checked += 1
    return found


@pytest.mark.parametrize("zoom", [0, 3, -2])
def test_a_point_lands_on_exactly_its_cell_at_any_zoom(lab: Lab, qapp: QApplication, zoom: int) -> None:
    view = lab.window.views["hero"]
    still(qapp, lambda: (view.canvas_native.size(), view.camera), "the view")
    for _ in range(abs(zoom)):
        wheel(view, point_of(view, 60, 50), 120 if zoom > 0 else -120)
        pump(qapp, 0.05)
    before = len(sources(lab))
    drop(lab, view, "point", 60, 50)
    wait_for(qapp, lambda: len(sources(lab)) == before + 1, "the source reaches the engine")
    assert (sources(lab)[-1]["x"], sources(lab)[-1]["y"]) == (60.0, 50.0)
    assert lab.document.selection == {sources(lab)[-1]["id"]}


def wheel(view: FieldView, place: QPoint, delta: int) -> None:
    from PySide6.QtGui import QWheelEvent

    native = view.canvas_native
    event = QWheelEvent(
        QPointF(place), QPointF(native.mapToGlobal(place)), QPoint(0, 0), QPoint(0, delta),
        Qt.MouseButton.NoButton, PLAIN, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(native, event)


def test_a_drag_moves_the_source_in_the_engine_and_is_one_undo(lab: Lab, qapp: QApplication) -> None:
    view = lab.window.views["hero"]
    first = lab.document.content.config.dump()["sources"][0]
    steps = lab.history.stack.index()
    start, end = point_of(view, first["x"], first["y"]), point_of(view, first["x"] + 20, first["y"] + 10)
    drag(qapp, view.canvas_native, start, end)
    moved = still(qapp, lambda: sources(lab)[0], "the source")
    cell = abs(view.pixel_to_world(1, 0)[0] - view.pixel_to_world(0, 0)[0])
    assert moved["x"] == pytest.approx(first["x"] + 20, abs=1.5 * cell)
    assert moved["y"] == pytest.approx(first["y"] + 10, abs=1.5 * cell)
    assert lab.history.stack.index() == steps + 1
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_for(qapp, lambda: sources(lab)[0] == first, "the undo")


def test_escape_cancels_a_drag(lab: Lab, qapp: QApplication) -> None:
    view = lab.window.views["hero"]
    first = lab.document.content.config.dump()["sources"][0]
    drag(
        qapp,
        view.canvas_native,
        point_of(view, first["x"], first["y"]),
        point_of(view, 100, 100),
        release=False,
    )
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Escape)
    QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, point_of(view, 100, 100))
    pump(qapp, 0.3)
    assert sources(lab)[0] == first
    assert not lab.history.stack.canRedo()


def test_keys_nudge_copy_paste_duplicate_and_delete(lab: Lab, qapp: QApplication) -> None:
    view = lab.window.views["hero"]
    native = view.canvas_native
    control = Qt.KeyboardModifier.ControlModifier
    first = lab.document.content.config.dump()["sources"][0]
    QTest.mouseClick(native, LEFT, PLAIN, point_of(view, first["x"], first["y"]))
    wait_for(qapp, lambda: lab.document.selection == {first["id"]}, "a click selects it")
    count = len(sources(lab))
    QTest.keyClick(native, Qt.Key.Key_Right)
    wait_for(qapp, lambda: sources(lab)[0]["x"] == first["x"] + 1, "a nudge")
    QTest.keyClick(native, Qt.Key.Key_C, control)
    QTest.keyClick(native, Qt.Key.Key_V, control)
    wait_for(qapp, lambda: len(sources(lab)) == count + 1, "a copy")
    QTest.keyClick(native, Qt.Key.Key_D, control)
    wait_for(qapp, lambda: len(sources(lab)) == count + 2, "a copy")
    QTest.keyClick(native, Qt.Key.Key_Delete)
    wait_for(qapp, lambda: len(sources(lab)) == count + 1, "it is deleted")
    for _ in range(4):
        QTest.keyClick(native, Qt.Key.Key_Z, control)
        pump(qapp, 0.05)
    wait_for(qapp, lambda: sources(lab)[0] == first and len(sources(lab)) == count, "all is undone")
