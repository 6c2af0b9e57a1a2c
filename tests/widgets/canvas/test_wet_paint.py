"""Wet paint over a field, without an engine: boxes, late frames, another stroke on top, pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tauscope.engine.base import Limits
from tauscope.widgets.canvas import wet_paint
from tauscope.widgets.canvas.wet_paint import WetPaint
from tauscope.widgets.field_view import FieldView
from tests.support.canvas import settle, smooth_field

Box = tuple[slice, slice]


def box(top: int, left: int, size: int = 4) -> Box:
    return slice(top, top + size), slice(left, left + size)


def test_only_the_boxes_are_painted_and_only_on_a_copy() -> None:
    field = smooth_field()
    kept = field.copy()
    paint = WetPaint(field)
    paint.paint(box(3, 5), np.full((4, 4), 2.0))
    paint.paint(box(5, 7), np.full((4, 4), 3.0))
    wanted = kept.copy()
    wanted[box(3, 5)] = kept[box(3, 5)] + 2
    wanted[box(5, 7)] = kept[box(5, 7)] + 3
    assert np.array_equal(paint.shown, wanted)
    assert np.array_equal(field, kept)
    assert paint.limits(Limits.of(field)).high == wanted.max()


def test_newer_frames_show_around_the_stroke_and_not_in_its_box() -> None:
    field = smooth_field()
    paint = WetPaint(field)
    paint.paint(box(3, 5), np.full((4, 4), 2.0))
    newer = field + np.float32(10)
    assert not paint.take(newer)
    paint.paint(box(10, 20), np.full((4, 4), 1.0))
    wanted = newer.copy()
    wanted[3:14, 5:24] = field[3:14, 5:24]
    wanted[box(3, 5)] += 2
    wanted[box(10, 20)] += 1
    assert np.array_equal(paint.shown, wanted)


def test_it_goes_with_the_frame_that_has_it_once_the_stroke_has_ended() -> None:
    field = smooth_field()
    paint = WetPaint(field)
    paint.paint(box(3, 5), np.full((4, 4), 0.5))
    answer = field.copy()
    answer[box(3, 5)] += np.float32(0.5)
    assert not paint.take(answer), "the stroke goes on"
    paint.settled = True
    assert not paint.take(field), "a late frame"
    half = answer.copy()
    half[5, 6] = field[5, 6]
    assert not paint.take(half), "part of it"
    assert paint.take(answer)


def test_a_stroke_begun_before_the_last_was_seen_lies_on_top() -> None:
    field = np.zeros((20, 20), np.float32)
    paint = WetPaint(field)
    paint.paint(box(2, 2), np.ones((4, 4)))
    paint.settled = True
    paint.go_on()
    paint.paint(box(4, 4), np.ones((4, 4)))
    assert (paint.shown[2, 2], paint.shown[4, 4], paint.shown[7, 7]) == (1, 2, 1)
    paint.settled = True
    first = field.copy()
    first[box(2, 2)] = 1
    assert not paint.take(first)
    assert paint.take(paint.shown.copy())


def colour(view: FieldView, x: float, y: float) -> tuple[int, ...]:
    settle(view)
    color = view.picture().pixelColor(*(round(at) for at in view.world_to_pixel(x, y)))
    return color.red(), color.green(), color.blue()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_picture_shows_patches_and_an_empty_map_gets_limits(
    make: Callable[..., FieldView], dtype: type
) -> None:
    view = make()
    empty: npt.NDArray[Any] = np.zeros((64, 96), dtype)
    view.set_array(empty, Limits.of(empty))
    dark = colour(view, 22, 32)
    view.wet.begin()
    view.wet.paint(box(20, 10, 24), np.full((24, 24), 0.004))
    bright = colour(view, 22, 32)
    assert sum(bright) > sum(dark) + 300
    assert view.colour_limits == pytest.approx((0.0, 0.004))
    assert view.value_at(22, 32) == pytest.approx(0.004)
    view.wet.paint(box(26, 16, 12), np.zeros((12, 12)))
    assert colour(view, 22, 32) == dark
    assert colour(view, 12, 22) == bright
    view.wet.drop()
    assert colour(view, 12, 22) == dark
    assert view.value_at(22, 32) == 0
    assert not empty.any()


def test_paint_that_no_frame_shows_is_given_up(
    view: FieldView, monkeypatch: pytest.MonkeyPatch, qtbot: object
) -> None:
    view.set_array(smooth_field())
    view.wet.begin()
    view.wet.paint(box(20, 10), np.ones((4, 4)))
    view.wet.settle()
    assert view.wet._give_up.isActive()
    assert view.wet._give_up.interval() == round(1000 * wet_paint.DRY_SECONDS)
    view.wet._give_up.timeout.emit()
    assert view.shown is view.array
    assert not view.wet._give_up.isActive()


def test_a_difference_and_a_view_without_data_take_no_paint(view: FieldView) -> None:
    view.wet.begin()
    view.wet.paint(box(2, 2), np.ones((4, 4)))
    assert view.shown is None
    view.wet.settle()


def test_swept_cells_are_tinted_once_however_often_they_were_swept(view: FieldView) -> None:
    flat = np.zeros((64, 96), np.float32)
    view.set_array(flat)
    plain = colour(view, 30, 30)
    mask = np.zeros((64, 96), bool)
    mask[28:33, 28:33] = True
    view.wet.sweep(mask, (slice(20, 40), slice(20, 40)))
    tinted = colour(view, 30, 30)
    assert tinted != plain
    assert colour(view, 29, 31) == tinted
    assert colour(view, 24, 24) == plain
    view.wet.sweep(None)
    assert colour(view, 30, 30) == plain
