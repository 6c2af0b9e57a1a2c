"""Behaviour 6: a stroke is in the picture before the engine answers, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts import painting as module
from tauscope.app.parts.painting import Painting
from tauscope.engine.base import Frame
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.sources import emission_map
from tauscope.engine.strokes import Stroke
from tauscope.widgets.field_view import FieldView
from tests.support.gui import LEFT, PLAIN, in_place, paused, point_of, pump, wait_for

Floats = np.ndarray
PATH = [(30.0, 30.0), (36.0, 33.0), (45.0, 31.0), (52.0, 40.0)]
CELL = (36.0, 33.0)


@pytest.fixture
def held(lab: Lab, qapp: QApplication) -> Iterator[list[Frame]]:
    """The hero view shows the emission; new frames wait in a list until they are shown by hand."""
    lab.editing.set_view("hero", replace(lab.document.content.views["hero"], field="emission"))
    view = lab.window.views["hero"]
    wait_for(qapp, lambda: view.spec is not None and view.spec.name == "emission", "the emission")
    paused(qapp, lab)
    frames: list[Frame] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lab.live, "show", frames.append)
        yield frames


def drawn(view: FieldView, value: float, radius: float = 3.0) -> Floats:
    """The path in NumPy, through the pixels that the events hit."""
    spots = [point_of(view, *place) for place in PATH]
    assert view.array is not None
    reference = Stroke(np.zeros(view.array.shape), lambda _x, _y: value, lambda _x, _y: radius)
    for spot in spots:
        reference.extend(*view.pixel_to_world(spot.x(), spot.y()))
    return reference.result()


def press_and_move(view: FieldView) -> None:
    """The path with the button down; the window does not get to live meanwhile."""
    points = [point_of(view, *place) for place in PATH]
    QTest.mousePress(view.canvas_native, LEFT, PLAIN, points[0])
    for point in points[1:]:
        QTest.mouseMove(view.canvas_native, point)
        view.painter.moved.emit(*view.pixel_to_world(point.x(), point.y()))


def release(view: FieldView) -> None:
    QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, point_of(view, *PATH[-1]))


def painting(lab: Lab) -> Painting:
    return next(part for part in lab.parts if isinstance(part, Painting))


def base_of(lab: Lab) -> Floats:
    config = lab.document.content.config
    assert isinstance(config, GravityConfig)
    return emission_map(config)


def close(view: FieldView, wanted: Floats, tolerances: dict[str, Any]) -> None:
    assert view.shown is not None
    single = wanted.astype(np.float32)
    np.testing.assert_allclose(view.shown, single, rtol=tolerances["painting"]["wet"], atol=0)


def test_the_picture_has_the_stroke_before_the_engine_answers(
    lab: Lab, qapp: QApplication, held: list[Frame], tolerances: dict[str, Any]
) -> None:
    view, before = lab.window.views["hero"], base_of(lab)
    frame = view.array
    assert frame is not None
    kept = frame.copy()
    painting(lab).set_tool("brush")
    press_and_move(view)
    close(view, before + drawn(view, 0.004), tolerances)
    assert view.limits is not None
    assert view.limits.high >= float(view.shown.max())  # type: ignore[union-attr]
    assert view.array is frame, "what snapshots read is the frame's"
    assert np.array_equal(frame, kept)
    copied = lab.files._shown("hero")
    assert copied is not None
    assert np.array_equal(copied["array"], kept)
    assert not held
    release(view)
    close(view, before + drawn(view, 0.004), tolerances)


def test_it_dries_with_the_frame_that_shows_it_and_never_flickers(
    lab: Lab, qapp: QApplication, held: list[Frame]
) -> None:
    view, part = lab.window.views["hero"], painting(lab)
    part.set_tool("brush")
    values = [view.value_at(*CELL)]
    press_and_move(view)
    old, new = values[0], view.value_at(*CELL)
    assert old is not None
    assert new == pytest.approx(old + 0.004)
    request = lab.live._requests["hero"]
    assert lab.frame is not None
    stale = lab.frame
    view.set_array(stale.arrays[request], stale.limits[request])  # a late frame without the stroke
    values.append(view.value_at(*CELL))
    release(view)
    view.set_array(stale.arrays[request], stale.limits[request])
    values.append(view.value_at(*CELL))
    assert view.shown is not view.array
    painted = np.float32(base_of(lab))

    def answered() -> bool:
        return any(np.array_equal(frame.arrays[request], painted) for frame in held)

    wait_for(qapp, answered, "the engine's frame")
    for frame in held:
        view.set_array(frame.arrays[request], frame.limits[request])
        values.append(view.value_at(*CELL))
    assert view.shown is view.array, "the paint went with the frame that has it"
    assert values[1:] == pytest.approx([new] * (len(values) - 1), rel=1e-6)


def test_escape_and_refusals_take_it_away_at_once(lab: Lab, qapp: QApplication, held: list[Frame]) -> None:
    view, part = lab.window.views["hero"], painting(lab)
    part.set_tool("brush")
    press_and_move(view)
    assert view.shown is not view.array
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Escape)
    assert view.shown is view.array
    release(view)
    part.set_text("value", "0.004 + 1 / (x - 44)")  # less than 0 left of 44
    press_and_move(view)
    assert view.shown is view.array
    assert any("was not painted" in text for text in lab.window.notifications.texts())
    release(view)


def test_undo_right_after_the_stroke_shows_the_old_values(
    lab: Lab, qapp: QApplication, held: list[Frame]
) -> None:
    view, part = lab.window.views["hero"], painting(lab)
    part.set_tool("brush")
    old = view.value_at(*CELL)
    press_and_move(view)
    release(view)
    assert view.value_at(*CELL) != old
    lab.undo()
    assert view.value_at(*CELL) == old


def test_a_line_leaves_nothing_where_it_was_on_the_way(
    lab: Lab, qapp: QApplication, held: list[Frame], tolerances: dict[str, Any]
) -> None:
    view, before = lab.window.views["hero"], base_of(lab)
    part = painting(lab)
    part.set_tool("line")
    press_and_move(view)
    ends = [view.pixel_to_world(p.x(), p.y()) for p in (point_of(view, *PATH[0]), point_of(view, *PATH[-1]))]
    reference = Stroke(np.zeros(before.shape), lambda _x, _y: 0.004, lambda _x, _y: 3.0)
    reference.draw_line(*ends)
    close(view, before + reference.result(), tolerances)
    release(view)


def test_a_view_of_another_field_tints_what_was_swept(lab: Lab, qapp: QApplication) -> None:
    view = lab.window.views["hero"]
    assert view.options.field != "emission"
    paused(qapp, lab)
    painting(lab).set_tool("brush")
    press_and_move(view)
    view.resolve()
    tint = view.stage.scene.plates[0]
    left, top = view.world_to_pixel(PATH[0][0] - 3.5, max(y for _x, y in PATH) + 3.5)
    cell = view.camera.scale
    assert tint.x == pytest.approx(left, abs=1.5 * cell + 2)
    assert tint.y == pytest.approx(top, abs=1.5 * cell + 2)
    assert view.shown is view.array
    release(view)
    view.resolve()
    assert not any(type(plate) is type(tint) for plate in view.stage.scene.plates)


def test_nothing_is_painted_in_a_sink(lab: Lab, qapp: QApplication) -> None:
    config = type(lab.document.content.config).load({"nx": 64, "ny": 64, "boundary": "disc"})
    lab.document.replace(replace(lab.document.content, config=config))
    lab.editing.set_view("hero", replace(lab.document.content.views["hero"], field="emission"))
    view = lab.window.views["hero"]
    in_place(qapp, lab)

    def name() -> str:
        return view.spec.name if view.spec is not None else ""

    wait_for(
        qapp,
        lambda: view.array is not None and view.array.shape == (64, 64) and name() == "emission",
        "the disc",
    )
    painting(lab).set_tool("brush")
    painting(lab).set_text("radius", "6")
    QTest.mousePress(view.canvas_native, LEFT, PLAIN, point_of(view, 31.5, 4))
    assert view.shown is not None
    assert view.value_at(31, 0) == 0.0
    assert view.value_at(31, 8) == pytest.approx(0.004)
    QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, point_of(view, 31.5, 4))


@pytest.mark.parametrize("pause", [0.0, 0.03])
def test_maps_packed_by_a_worker_are_all_there_when_the_stroke_ends(
    lab: Lab, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, pause: float
) -> None:
    monkeypatch.setattr(module, "LARGE", 0)
    lab.set_playing(False)
    view, before, steps = lab.window.views["hero"], base_of(lab), lab.history.stack.count()
    painting(lab).set_tool("brush")
    points = [point_of(view, *place) for place in PATH]
    QTest.mousePress(view.canvas_native, LEFT, PLAIN, points[0])
    for point in points[1:]:
        pump(qapp, pause)
        view.painter.moved.emit(*view.pixel_to_world(point.x(), point.y()))
    release(view)
    wanted = before + drawn(view, 0.004)
    assert np.array_equal(base_of(lab), wanted)
    pump(qapp, 0.2)
    assert np.array_equal(base_of(lab), wanted), "what was packed on the way comes too late and stays out"
    assert lab.history.stack.count() == steps + 1
    lab.undo()
    assert np.array_equal(base_of(lab), before)
