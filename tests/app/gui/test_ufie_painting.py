"""Strokes on r and s with real mouse and key events, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.changes import difference
from tauscope.app.parts.painting import Painting
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_emitters import UfieEmitters
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.session import dump_content, load_content
from tauscope.engine.strokes import Stroke
from tauscope.engine.ufie.axes import AXES
from tauscope.widgets.state import SliceOptions
from tests.support.gui import LEFT, PLAIN, point_of, wait_for
from tests.support.waves import SHAPE, engine_field, put_back, waves

CONTROL = Qt.KeyboardModifier.ControlModifier
PATH = [(2.0, 2.0), (4.0, 3.5), (7.0, 3.0), (9.0, 6.0)]
RADIUS = 1.5


@pytest.fixture(autouse=True)
def _no_leaks() -> None:
    """What is left behind is looked for once, when the window of all these tests is closed."""


@pytest.fixture(scope="module")
def window(qapp, tmp_path_factory):
    yield from waves(qapp, tmp_path_factory.mktemp("painting"), emitters=[])


@pytest.fixture
def lab(window, qapp):
    put_back(qapp, window, window.__dict__.setdefault("_start", window.document.content))
    part = painting(window)
    part.set_tool("select")
    part.set_target("resonance")
    part.set_reach("through")
    part.set_text("radius", f"{RADIUS}")
    part.set_text("value", "0.9")
    canvas(window).fit()
    seen = (SHAPE[7], SHAPE[6])
    wait_for(
        qapp, lambda: canvas(window).array is not None and canvas(window).array.shape == seen, "the slice"
    )
    return window


def painting(lab) -> Painting:
    return part_of(lab, Painting)


def canvas(lab):
    return part_of(lab, UfieSlices).views["slice"].canvas


def show(lab, qapp, **options) -> None:
    part_of(lab, UfieSlices).wish("slice", SliceOptions(**options), "commit")
    across, up = (SHAPE[AXES.index(name)] for name in options.get("axes", ("x", "y")))
    view = canvas(lab)
    wait_for(qapp, lambda: view.array is not None and view.array.shape == (up, across), "the plane is shown")
    lab.history.clear()


def move(view, where: QPoint) -> None:
    native = view.canvas_native
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(where), QPointF(native.mapToGlobal(where)), Qt.MouseButton.NoButton,
        LEFT, PLAIN,
    )  # fmt: skip
    QApplication.sendEvent(native, event)


def stroke(qapp, view, cells=PATH, release=True) -> list[tuple[float, float]]:
    """Press, move and release over cells; returns where the events really were, in cells."""
    points = [point_of(view, x, y) for x, y in cells]
    QTest.mousePress(view.canvas_native, LEFT, PLAIN, points[0])
    for point in points[1:]:
        move(view, point)
        qapp.processEvents()
    if release:
        QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, points[-1])
    return [view.pixel_to_world(p.x(), p.y()) for p in points]


def covered(path, shape) -> np.ndarray:
    """Cells of a brush stroke, [up, across]; the rasterisation has a brute-force reference of its own."""
    reference = Stroke(np.zeros(shape), lambda _x, _y: 1.0, lambda _x, _y: RADIUS)
    for x, y in path:
        reference.extend(x, y)
    return np.asarray(reference.result() == 1.0)


def settled(lab, qapp, name: str, wanted: np.ndarray, what: str) -> None:
    wait_for(qapp, lambda: np.array_equal(engine_field(lab, name), wanted), what)


def whole(value: float) -> np.ndarray:
    return np.full(SHAPE, value)


def test_a_stroke_through_all_axes_equals_numpy_and_is_one_undo(lab, qapp) -> None:
    view, digest = canvas(lab), lab.document.content.digest()
    lab.set_playing(True)
    QTest.keyClick(view.canvas_native, Qt.Key.Key_2)
    assert painting(lab).tool == view.painter.tool == "brush"
    mask = covered(stroke(qapp, view), (10, 12))
    wanted = whole(0.5)
    wanted[..., mask.T, :] = 0.9
    assert 20 < mask.sum() < 100
    settled(lab, qapp, "resonance", wanted, "the stroke is in the engine")
    assert lab.history.stack.count() == 1
    after = lab.document.content.digest()
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Z, CONTROL)
    settled(lab, qapp, "resonance", whole(0.5), "the undo")
    assert lab.document.content.digest() == digest
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Y, CONTROL)
    settled(lab, qapp, "resonance", wanted, "the redo")
    assert lab.document.content.digest() == after


def test_a_stroke_in_this_cut_only(lab, qapp) -> None:
    show(lab, qapp, index=(2, 0, 0, 0, 0, 0, 0, 0, 1))
    part = painting(lab)
    part.set_reach("cut")
    part.set_tool("brush")
    mask = covered(stroke(qapp, canvas(lab)), (10, 12))
    wanted = whole(0.5)
    wanted[2, 0, 0, 0, 0, 0, mask.T, 1] = 0.9
    settled(lab, qapp, "resonance", wanted, "the stroke is in the engine")


@pytest.mark.parametrize(
    ("axes", "cells"), [(("y", "x"), [(2.0, 2.0), (6.0, 9.0)]), (("x", "r"), [(1, 0), (6, 1)])]
)
def test_on_other_axes(lab, qapp, axes, cells) -> None:
    part = painting(lab)
    part.set_target("state_index")
    part.set_text("value", "1.25")
    part.set_tool("brush")
    show(lab, qapp, axes=axes)
    shape = canvas(lab).array.shape
    mask = covered(stroke(qapp, canvas(lab), cells), shape)
    across, up = (AXES.index(name) for name in axes)
    wanted = whole(0.0)
    for row, column in np.argwhere(mask):
        index = [slice(None)] * 9
        index[across], index[up] = column, row
        wanted[tuple(index)] = 1.25
    settled(lab, qapp, "state_index", wanted, "the stroke is in the engine")


def test_swapped_axes_share_a_plane_and_a_later_stroke_lies_above(lab, qapp) -> None:
    part = painting(lab)
    part.set_tool("brush")
    first = covered(stroke(qapp, canvas(lab)), (10, 12))
    show(lab, qapp, axes=("y", "x"))
    part.set_text("value", "0.2")
    second = covered(stroke(qapp, canvas(lab), [(2.0, 2.0), (3.0, 8.0)]), (12, 10))
    wanted = whole(0.5)
    wanted[..., first.T, :] = 0.9
    wanted[..., second, :] = 0.2
    assert (first.T & second).any()
    settled(lab, qapp, "resonance", wanted, "both strokes")
    assert len(lab.document.content.configs["ufie"].painted) == 1


def test_values_are_held_within_the_range_and_may_be_formulas(lab, qapp) -> None:
    part = painting(lab)
    part.set_text("value", "x / 6 - 0.25")
    part.set_tool("brush")
    mask = covered(stroke(qapp, canvas(lab)), (10, 12))
    column = np.clip(np.arange(12) / 6 - 0.25, 0.0, 1.0)
    plane = np.where(mask, column[None, :], 0.5)
    settled(lab, qapp, "resonance", np.broadcast_to(plane.T[:, :, None], SHAPE), "a formula, clamped")


def test_the_eraser_brings_the_number_back_that_later_follows_the_slider(lab, qapp) -> None:
    part = painting(lab)
    part.set_tool("fill")
    QTest.mouseClick(canvas(lab).canvas_native, LEFT, PLAIN, point_of(canvas(lab), 5, 5))
    settled(lab, qapp, "resonance", whole(0.9), "filled")
    QTest.keyClick(canvas(lab).canvas_native, Qt.Key.Key_3)
    mask = covered(stroke(qapp, canvas(lab)), (10, 12))
    wanted = whole(0.9)
    wanted[..., mask.T, :] = 0.5
    settled(lab, qapp, "resonance", wanted, "erased")
    lab.editing.set_parameter("resonance", 0.25)
    wanted[..., mask.T, :] = 0.25
    settled(lab, qapp, "resonance", wanted, "the slider moves what no stroke covers")
    part.panel.clear.click()
    settled(lab, qapp, "resonance", whole(0.25), "cleared")
    assert lab.document.content.configs["ufie"].painted == ()


def test_an_eraser_over_a_plane_on_other_axes(lab, qapp) -> None:
    part = painting(lab)
    show(lab, qapp, axes=("x", "r"))
    part.set_tool("fill")
    QTest.mouseClick(canvas(lab).canvas_native, LEFT, PLAIN, point_of(canvas(lab), 5, 1))
    settled(lab, qapp, "resonance", whole(0.9), "filled")
    show(lab, qapp)
    part.set_tool("eraser")
    mask = covered(stroke(qapp, canvas(lab)), (10, 12))
    wanted = whole(0.9)
    wanted[..., mask.T, :] = 0.5
    settled(lab, qapp, "resonance", wanted, "erased through all axes")


def test_wet_paint_shows_at_once_and_escape_takes_it_back(lab, qapp) -> None:
    slices = part_of(lab, UfieSlices)
    slices.choose_field("slice", "resonance")
    view = canvas(lab)
    wait_for(qapp, lambda: view.array is not None and view.array.min() == 0.5, "r is shown")
    lab.history.clear()
    digest = lab.document.content.digest()
    painting(lab).set_tool("brush")
    mask = covered(stroke(qapp, view, release=False), (10, 12))
    np.testing.assert_allclose(view.shown, np.where(mask, 0.9, 0.5), atol=1e-6)  # no frame was waited for
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Escape)
    assert lab.document.content.digest() == digest
    settled(lab, qapp, "resonance", whole(0.5), "nothing is left of it")
    QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, point_of(view, *PATH[-1]))
    assert painting(lab).tool == "brush"
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Escape)
    assert painting(lab).tool == "select"


def test_picker_and_line(lab, qapp) -> None:
    part, view = painting(lab), canvas(lab)
    part.set_tool("line")
    part.set_text("radius", "0")
    stroke(qapp, view, [(2.0, 3.0), (9.0, 8.0), (7.0, 3.0)])
    wanted = whole(0.5)
    wanted[..., 2:8, 3, :] = 0.9
    settled(lab, qapp, "resonance", wanted, "a straight line")
    part.set_text("value", "0.1")
    QTest.keyClick(view.canvas_native, Qt.Key.Key_6)
    QTest.mouseClick(view.canvas_native, LEFT, PLAIN, point_of(view, 4.0, 3.0))
    assert part.panel.value.text() == "0.9"


def test_a_projection_has_no_cut_to_paint_alone(lab, qapp) -> None:
    show(lab, qapp, mode="max")
    part = painting(lab)
    part.set_reach("cut")
    part.set_tool("brush")
    stroke(qapp, canvas(lab))
    assert lab.history.stack.count() == 0
    assert any("projection shows all cuts" in text for text in lab.window.notifications.texts())


def test_an_array_dropped_on_a_slice_is_painted_about_the_place(lab, qapp, tmp_path) -> None:
    array = np.random.default_rng(2).uniform(0.0, 1.5, (3, 4))
    np.save(tmp_path / "map.npy", array)
    canvas(lab).files_dropped.emit([str(tmp_path / "map.npy")], 5.0, 4.0)
    wanted = whole(0.5)
    wanted[..., 4:8, 3:6, :] = np.clip(array, 0.0, 1.0).T[:, :, None]
    settled(lab, qapp, "resonance", wanted, "the array is painted")
    assert lab.history.stack.count() == 1


def test_the_button_of_the_dock_opens_the_panel_for_the_medium(lab, qapp) -> None:
    lab.window.docks["emitters"].raise_()
    QTest.mouseClick(part_of(lab, UfieEmitters).panel.paint, LEFT)
    panel = painting(lab).panel
    wait_for(qapp, panel.isVisible, "the panel opens")
    assert (painting(lab).tool, painting(lab).target) == ("brush", "resonance")
    assert [panel.target.itemData(n) for n in range(panel.target.count())] == ["resonance", "state_index"]
    lab.window.docks["paint"].hide()


def test_it_is_part_of_the_document(lab, qapp) -> None:
    painting(lab).set_tool("brush")
    mask = covered(stroke(qapp, canvas(lab)), (10, 12))
    wanted = whole(0.5)
    wanted[..., mask.T, :] = 0.9
    settled(lab, qapp, "resonance", wanted, "painted")
    content = lab.document.content
    again = load_content(dump_content(content))
    assert again.digest() == content.digest()
    assert difference(content, again) == []
    generation = lab.simulation.loop.world.generation
    lab.reset()
    wait_for(qapp, lambda: lab.simulation.loop.world.generation != generation, "the run starts again")
    settled(lab, qapp, "resonance", wanted, "a reset keeps it")
