"""Behaviour 6: strokes with real mouse and key events, against NumPy, and images dropped as files."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.document import plain, sources_of
from tauscope.app.lab import Lab
from tauscope.app.parts.painting import Painting
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.sources import emission_map
from tauscope.engine.strokes import Stroke
from tauscope.widgets.docks.source_tiles import SourcePalette
from tauscope.widgets.field_view import FieldView
from tests.support.gui import LEFT, PATIENCE, PLAIN, in_place, paused, point_of, pump, wait_for

Floats = np.ndarray


def painting(lab: Lab) -> Painting:
    return next(part for part in lab.parts if isinstance(part, Painting))


def emission(lab: Lab) -> Floats:
    """What the engine emits now, by its own account."""
    return np.asarray(
        lab.simulation.loop.call(lambda world: world.engine("gravity").field("emission")).result(PATIENCE)
    )


def capacity_map(lab: Lab) -> Floats:
    """Factors of the capacity in the engine's configuration."""
    found = lab.simulation.loop.call(lambda world: world.engine("gravity").config).result(PATIENCE)
    assert isinstance(found, GravityConfig)
    return np.ones((found.ny, found.nx)) if found.capacity_map is None else found.capacity_map.array


def base_of(lab: Lab) -> Floats:
    """Emission of the document's sources."""
    config = lab.document.content.config
    assert isinstance(config, GravityConfig)
    return emission_map(config)


def move(view: FieldView, where: QPoint, held: bool = True) -> None:
    """Move with the left button held (QTest's own move forgets it)."""
    native = view.canvas_native
    buttons = LEFT if held else Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(where), QPointF(native.mapToGlobal(where)), Qt.MouseButton.NoButton,
        buttons, PLAIN,
    )  # fmt: skip
    QApplication.sendEvent(native, event)


def stroke(
    app: QApplication, view: FieldView, cells: list[tuple[float, float]], release: bool = True
) -> list[tuple[float, float]]:
    """Press, move and release over points in cells; returns where the events really were, in cells."""
    points = [point_of(view, x, y) for x, y in cells]
    QTest.mousePress(view.canvas_native, LEFT, PLAIN, points[0])
    for point in points[1:]:
        move(view, point)
        pump(app, 0.012)
    if release:
        QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, points[-1])
    return [view.pixel_to_world(p.x(), p.y()) for p in points]


def expected(
    base: Floats, path: list[tuple[float, float]], value: Callable[..., Any], radius: float
) -> Floats:
    """Brush stroke in NumPy; the rasterisation has a brute-force reference of its own."""
    reference = Stroke(base, value, lambda _x, _y: radius)
    for x, y in path:
        reference.extend(x, y)
    return reference.result()


def settled(lab: Lab, app: QApplication, what: str, wanted: Floats) -> None:
    single = wanted.astype(np.float32)
    wait_for(app, lambda: np.array_equal(emission(lab), single), what)


PATH = [(30.0, 30.0), (36.0, 33.0), (45.0, 31.0), (52.0, 40.0), (51.0, 52.0)]


def test_a_stroke_while_running_equals_numpy_and_is_one_undo(lab: Lab, qapp: QApplication) -> None:
    view, before = lab.window.views["hero"], base_of(lab)
    content, steps = lab.document.content, lab.history.stack.count()
    QTest.keyClick(view.canvas_native, Qt.Key.Key_2)
    assert painting(lab).tool == "brush"
    path = stroke(qapp, view, PATH)
    drawn = expected(np.zeros(before.shape), path, lambda x, y: 0.004, 3.0)
    assert np.count_nonzero(drawn) > 100
    settled(lab, qapp, "the stroke emits", before + drawn)
    assert lab.simulation.loop.running
    assert lab.history.stack.count() == steps + 1
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled(lab, qapp, "the undo", before)
    assert lab.document.content == content
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    settled(lab, qapp, "the redo", before + drawn)


def test_a_stroke_shows_before_it_ends_and_escape_takes_it_back(lab: Lab, qapp: QApplication) -> None:
    view, before, content = lab.window.views["hero"], base_of(lab), lab.document.content
    lab.set_playing(False)
    QTest.keyClick(view.canvas_native, Qt.Key.Key_2)
    path = stroke(qapp, view, PATH, release=False)
    drawn = expected(np.zeros(before.shape), path, lambda x, y: 0.004, 3.0)
    settled(lab, qapp, "the stroke emits while the button is down", before + drawn)
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Escape)
    settled(lab, qapp, "the stroke is taken back", before)
    assert lab.document.content == content
    assert not lab.history.stack.canRedo()
    move(view, point_of(view, 60, 60))
    QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, point_of(view, 60, 60))
    pump(qapp, 0.1)
    assert lab.document.content == content


def test_later_strokes_go_on_the_same_brush_and_the_eraser_takes_from_it(
    lab: Lab, qapp: QApplication
) -> None:
    view, before = lab.window.views["hero"], base_of(lab)
    part = painting(lab)
    part.set_tool("brush")
    drawn = expected(np.zeros(before.shape), stroke(qapp, view, PATH), lambda x, y: 0.004, 3.0)
    part.set_text("value", "0.01")
    part.set_text("radius", "1.5")
    drawn = expected(drawn, stroke(qapp, view, [(40, 20), (40, 60)]), lambda x, y: 0.01, 1.5)
    QTest.keyClick(view.canvas_native, Qt.Key.Key_3)
    drawn = expected(drawn, stroke(qapp, view, [(44, 25), (48, 45)]), lambda x, y: 0.0, 1.5)
    settled(lab, qapp, "three strokes", before + drawn)
    assert [s.kind for s in sources_of(lab.document.content.config)].count("brush") == 1


def test_line_fill_and_picker_by_keys(lab: Lab, qapp: QApplication) -> None:
    view, before, part = lab.window.views["hero"], base_of(lab), painting(lab)
    native = view.canvas_native
    part.set_text("radius", "1")
    QTest.keyClick(native, Qt.Key.Key_4)
    corners = [(20.0, 20.0), (40.0, 20.0), (40.0, 40.0), (20.0, 40.0)]
    drawn = np.zeros(before.shape)
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        middle = (70.0, 70.0)  # a line shown on the way, of which nothing may stay
        ends = stroke(qapp, view, [start, middle, end])
        reference = Stroke(drawn, lambda x, y: 0.004, lambda x, y: 1.0)
        reference.draw_line(ends[0], ends[-1])
        drawn = reference.result()
    settled(lab, qapp, "four lines", before + drawn)
    QTest.keyClick(native, Qt.Key.Key_5)
    part.set_text("value", "0.002")
    QTest.mouseClick(native, LEFT, PLAIN, point_of(view, 30, 30))
    inside = np.zeros(before.shape, bool)
    inside[20:41, 20:41] = True  # to the middle of the lines; what is 0 of it lies within them
    drawn = np.where(inside & (drawn == 0), 0.002, drawn)
    settled(lab, qapp, "the square is filled", before + drawn)
    QTest.keyClick(native, Qt.Key.Key_6)
    QTest.mouseClick(native, LEFT, PLAIN, point_of(view, 20, 30))
    assert part.panel.value.text() == "0.004"
    QTest.mouseClick(native, LEFT, PLAIN, point_of(view, 30, 30))
    assert part.panel.value.text() == "0.002"
    QTest.keyClick(native, Qt.Key.Key_1)
    assert part.tool == "select"
    assert part.panel.tools["select"].kind == "primary"


def test_formulas_of_place_and_tick(lab: Lab, qapp: QApplication) -> None:
    view, before, part = lab.window.views["hero"], base_of(lab), painting(lab)
    tick = paused(qapp, lab)
    part.set_tool("brush")
    typed(part.panel.value, "1e-3 * (1 + x / 100) + 1e-9 * t")
    typed(part.panel.radius, "2 + y / 20")
    path = stroke(qapp, view, [(30.0, 20.0), (60.0, 60.0)])
    reference = Stroke(
        np.zeros(before.shape), lambda x, y: 1e-3 * (1 + x / 100) + 1e-9 * tick, lambda x, y: 2 + y / 20
    )
    for x, y in path:
        reference.extend(x, y)
    settled(lab, qapp, "the formula emits", before + reference.result())


def typed(line: Any, text: str) -> None:
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, text)


WRONG = [
    ("value", "1e-3 *", "no formula"),
    ("value", "x - 10", "The value is -10"),
    ("value", "speed", "no name"),
    ("radius", "-1", "The radius is -1"),
    ("radius", "", "empty"),
]


def test_a_wrong_entry_says_so_while_typed_and_paints_nothing(lab: Lab, qapp: QApplication) -> None:
    part, content, view = painting(lab), lab.document.content, lab.window.views["hero"]
    palette = lab.window.sources.palette_row
    assert isinstance(palette, SourcePalette)
    QTest.mouseClick(palette.paint, LEFT)
    wait_for(qapp, part.panel.isVisible, "the palette opens the panel")
    QTest.keyClick(view.canvas_native, Qt.Key.Key_2)
    for entry, text, why in WRONG:
        line = part.panel.value if entry == "value" else part.panel.radius
        label = part.panel.errors["value" if entry == "value" else "radius"]
        typed(line, text)
        assert why in label.text()
        assert not label.isHidden()
        stroke(qapp, view, [(5.0, 5.0), (8.0, 6.0)])
        pump(qapp, 0.05)
        assert lab.document.content == content
        typed(line, "2")
        assert label.isHidden()


PARTLY = [
    ("value", "0.004*log(x-40)", "The value is no number at x 0, y 0."),
    ("value", "x - 30", "The value is -30 at x 0, y 0."),
    ("radius", "sqrt(x - 40)", "The radius is no number at x 0, y 0."),
]


@pytest.mark.parametrize(("entry", "text", "why"), PARTLY)
def test_an_entry_that_is_good_in_places_warns_and_paints_there(
    lab: Lab, qapp: QApplication, entry: str, text: str, why: str
) -> None:
    part, view, content = painting(lab), lab.window.views["hero"], lab.document.content
    part.set_tool("brush")
    line = part.panel.value if entry == "value" else part.panel.radius
    label = part.panel.errors["value" if entry == "value" else "radius"]
    typed(line, text)
    assert label.text() == f"{why} A stroke that comes there is not painted."
    assert (label.property("role"), line.property("state") or "") == ("warning", "")
    stroke(qapp, view, [(5.0, 40.0), (8.0, 41.0)])
    assert lab.document.content == content
    stroke(qapp, view, [(55.0, 40.0), (60.0, 44.0)])
    assert lab.document.content != content
    typed(line, "0 - x - 1")  # bad wherever one looks
    assert (label.property("role"), line.property("state")) == ("trouble", "error")
    assert "not painted" not in label.text()


def test_brush_size_by_keys(lab: Lab) -> None:
    part, native = painting(lab), lab.window.views["hero"].canvas_native
    QTest.keyClick(native, Qt.Key.Key_BracketRight)
    assert part.panel.radius.text() == "4"
    QTest.keyClick(native, Qt.Key.Key_BracketLeft)
    QTest.keyClick(native, Qt.Key.Key_BracketLeft)
    assert part.panel.radius.text() == "2.5"


def test_the_capacity_is_painted_and_undone(lab: Lab, qapp: QApplication) -> None:
    view, part, content = lab.window.views["hero"], painting(lab), lab.document.content
    part.set_target("capacity")
    part.set_tool("brush")
    data = plain(content.config)
    path = stroke(qapp, view, PATH)
    drawn = expected(np.ones((data["ny"], data["nx"])), path, lambda x, y: 0.5, 3.0)
    wait_for(qapp, lambda: np.array_equal(capacity_map(lab), drawn), "the capacity is painted")
    lab.editing.set_view("hero", replace(content.views["hero"], field="capacity"))
    shown = (data["capacity"] * drawn).astype(np.float32)
    wait_for(qapp, lambda: view.array is not None and np.array_equal(view.array, shown), "it is seen")
    lab.undo()
    part.set_tool("picker")
    part.set_target("emission")
    QTest.mouseClick(view.canvas_native, LEFT, PLAIN, point_of(view, *PATH[2]))
    assert (part.target, part.panel.value.text()) == ("capacity", "0.5")
    lab.undo()
    wait_for(qapp, lambda: bool((capacity_map(lab) == 1).all()), "the capacity is as before")
    assert lab.document.content == content


def test_a_hidden_world_is_not_painted(lab: Lab, qapp: QApplication) -> None:
    data = plain(lab.document.content.config)
    data["worlds"] = [{**world, "visible": False} for world in data["worlds"]]
    config = type(lab.document.content.config).load(data)
    lab.document.replace(replace(lab.document.content, config=config))
    in_place(qapp, lab)
    content = lab.document.content
    view = lab.window.views["hero"]
    assert not view.marks
    painting(lab).set_tool("brush")
    stroke(qapp, view, PATH)
    pump(qapp, 0.1)
    assert lab.document.content == content
    assert "World A is hidden" in " ".join(lab.window.notifications.texts())


def drop(view: FieldView, path: Path, where: QPoint) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    native, copy = view.canvas_native, Qt.DropAction.CopyAction
    QApplication.sendEvent(native, QDragEnterEvent(where, copy, data, LEFT, PLAIN))
    QApplication.sendEvent(native, QDragMoveEvent(where, copy, data, LEFT, PLAIN))
    assert view.ghost is not None
    assert view.ghost.kind == "image"
    event = QDropEvent(QPointF(where), copy, data, LEFT, PLAIN)
    event.ignore()
    QApplication.sendEvent(native, event)
    return event.isAccepted()


def test_a_dropped_picture_becomes_a_source(
    lab: Lab, qapp: QApplication, tmp_path: Path, tolerances: dict[str, Any]
) -> None:
    pixels = np.random.default_rng(1).integers(1, 256, (10, 16), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "spiral.png")
    view, count = lab.window.views["hero"], len(sources_of(lab.document.content.config))
    where = point_of(view, 50, 40)
    assert drop(view, tmp_path / "spiral.png", where)
    assert view.ghost is None
    wait_for(qapp, lambda: len(sources_of(lab.document.content.config)) == count + 1, "the image is there")
    image = sources_of(lab.document.content.config)[-1]
    x, y = view.pixel_to_world(where.x(), where.y())
    assert (image.kind, image.name, image.width) == ("image", "spiral", 16.0)
    assert (image.x, image.y) == (round(x, 2), round(y, 2))
    settled(lab, qapp, "the image emits", base_of(lab))
    # Gray is the same sum of three channels, rounded.
    np.testing.assert_allclose(
        image.array.array, pixels[::-1] / 255, rtol=0, atol=tolerances["painting"]["gray"]
    )
    lab.undo()
    assert len(sources_of(lab.document.content.config)) == count


def test_a_refused_file_is_explained(lab: Lab, qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("1,2\n3,-4\n")
    content, view = lab.document.content, lab.window.views["hero"]
    drop(view, tmp_path / "bad.csv", point_of(view, 50, 40))
    wait_for(qapp, lambda: any("negative" in t for t in lab.window.notifications.texts()), "the refusal")
    assert lab.document.content == content


def test_nothing_is_painted_while_a_recording_is_shown(lab: Lab, qapp: QApplication) -> None:
    view, content = lab.window.views["hero"], lab.document.content
    QTest.keyClick(view.canvas_native, Qt.Key.Key_2)
    stroke(qapp, view, PATH[:2], release=False)
    wait_for(qapp, lambda: lab.document.content != content, "the stroke began")
    lab.lock_edits("A recording is shown.")
    assert lab.document.content == content
    QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, point_of(view, *PATH[1]))
    stroke(qapp, view, PATH)
    lab.window.sources.image_requested.emit()
    pump(qapp, 0.05)
    assert lab.document.content == content
    assert any("A recording is shown" in text for text in lab.window.notifications.texts())


def pixel(view: FieldView, where: QPoint) -> Floats:
    """Colour that the X server shows at a pixel of a canvas; nothing is drawn anew for it."""
    at = view.canvas_native.mapToGlobal(where)
    color = QGuiApplication.primaryScreen().grabWindow(0, at.x(), at.y(), 1, 1).toImage().pixelColor(0, 0)
    return np.array([color.red(), color.green(), color.blue()])


@pytest.mark.slow
@pytest.mark.parametrize(
    "renderer", [pytest.param("insisted", marks=pytest.mark.opengl), pytest.param("chosen")]
)
@pytest.mark.parametrize("running", [False, True])
def test_a_stroke_shows_within_50_ms(
    renderer: str,
    make_lab: Callable[..., Lab],
    qapp: QApplication,
    running: bool,
    tolerances: dict[str, Any],
) -> None:
    """Median time from a mouse event to the cell's value in the view, and to its colour on screen, 256^2."""
    lab = make_lab()
    view, part = lab.window.views["hero"], painting(lab)
    lab.editing.set_view("hero", replace(lab.document.content.views["hero"], field="emission"))
    part.set_tool("brush")
    part.set_text("radius", "8")
    lab.set_playing(running)
    pump(qapp, 1.0)
    values: list[float] = []
    pixels: list[float] = []
    frames: list[float] = []
    for number in range(10):
        start = (24.0 + 18 * number, 20.0)
        QTest.mousePress(view.canvas_native, LEFT, PLAIN, point_of(view, *start))
        pump(qapp, 0.1)
        for step in range(1, 7):
            x, y = start[0], start[1] + 18.0 * step
            # Beside the pointer, and within the ring about it: neither is drawn there.
            cell = (x + 4.0, y)
            before, there = view.value_at(*cell), point_of(view, *cell)
            assert before is not None
            color, wanted = pixel(view, there), np.float32(before + 0.004)
            value = seen = frame = None
            began = time.perf_counter()
            move(view, point_of(view, x, y))
            while None in (value, seen, frame) and time.perf_counter() - began < 2:
                now = time.perf_counter() - began
                if value is None and np.isclose(view.value_at(*cell) or 0.0, wanted, rtol=1e-6):
                    value = now
                if seen is None and np.abs(pixel(view, there) - color).max() > 8:
                    seen = now
                array = view.array
                if array is not None and np.isclose(array[round(y), round(x) + 4], wanted, rtol=1e-6):
                    frame = now
                qapp.processEvents()
            for found, times in ((value, values), (seen, pixels), (frame, frames)):
                times.append(2.0 if found is None else found)
        QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, point_of(view, x, y))
        pump(qapp, 0.05)
    kind = type(view.canvas_native).__name__
    print(f"\n{kind}, {'running' if running else 'paused'}, ms (median, 90 %):")
    for what, times in (("value", values), ("pixel on screen", pixels), ("engine's frame", frames)):
        print(f"  {what}: {1e3 * np.median(times):.1f}, {1e3 * np.quantile(times, 0.9):.1f}")
    limit = tolerances["painting"]["median_seconds"]
    assert np.median(values) <= limit
    assert np.median(pixels) <= limit
