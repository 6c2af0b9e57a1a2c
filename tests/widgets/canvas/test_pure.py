"""What needs no window: camera, limits, numbers, hit tests, gestures, the redraw budget's arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tauscope.engine.base import Limits
from tauscope.widgets.canvas import colormaps, gestures, marks, scaling, scene, shapes
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.lattice import Lattice
from tauscope.widgets.readout import exponent, measured, on_scale, plain, significant
from tauscope.widgets.state import SourceMark

LATTICE = Lattice(96, 64)
CAMERA = Camera.fit(96, 64, 640, 452)


def limits(low: float, high: float) -> Limits:
    return Limits(low, high, low + 0.1 * (high - low), high - 0.1 * (high - low), True)


@given(
    st.floats(-50, 150), st.floats(-50, 150), st.floats(0.2, 5), st.floats(0, 640), st.floats(0, 452)
)  # fmt: skip
def test_camera_maps_there_and_back_and_zooms_about_the_pixel(x, y, factor, px, py):
    back = CAMERA.to_world(*CAMERA.to_pixel(x, y))
    assert back == pytest.approx((x, y), abs=1e-9)
    zoomed = CAMERA.zoomed(factor, px, py, 1e-3)
    assert zoomed.to_world(px, py) == pytest.approx(CAMERA.to_world(px, py), abs=1e-9)


def test_fit_shows_the_whole_lattice_with_y_up():
    left, top = CAMERA.to_pixel(-0.5, 63.5)
    right, bottom = CAMERA.to_pixel(95.5, -0.5)
    assert left >= -1e-9
    assert top >= -1e-9
    assert right <= 640 + 1e-9
    assert bottom <= 452 + 1e-9
    assert (right - left) / (bottom - top) == pytest.approx(96 / 64)
    assert math.isclose(right - left, 640) or math.isclose(bottom - top, 452)


def test_limits_by_mode():
    data = limits(-1.0, 3.0)
    assert scaling.target(data, "continuous", None) == (-1.0, 3.0)
    assert scaling.target(data, "robust", None) == pytest.approx((-0.6, 2.6))
    assert scaling.target(data, "symmetric", None) == (-3.0, 3.0)
    assert scaling.target(data, "continuous", 1.0) == (-1.0, 3.0)
    assert scaling.target(data, "continuous", 0.5) == (-2.0, 3.0)


@pytest.mark.parametrize("value", [0.0, 1.0, -2.5, 1e9])
@pytest.mark.parametrize("center", [None, 0.0, 1.0])
def test_a_constant_field_gets_a_range_that_holds_it(value, center):
    low, high = scaling.target(limits(value, value), "continuous", center)
    assert low < high
    assert low <= value <= high


def test_rounding_noise_is_not_blown_up_to_the_whole_map():
    low, high = scaling.target(limits(1 - 1e-8, 1.0), "continuous", None)
    assert high - low > 1e-3


def test_smoothing_moves_towards_the_limits_and_jumps_when_told():
    smoother = scaling.Smoother(settle=1.0)
    assert smoother.follow((0.0, 1.0), 0.0) == (0.0, 1.0)
    low, high = smoother.follow((0.0, 0.5), 0.5)
    assert 0.5 < high < 1.0
    assert low == 0.0
    assert smoother.follow((0.0, 0.5), 5.0) == (0.0, 0.5)
    assert smoother.follow((10.0, 12.0), 5.01) == (10.0, 12.0)
    smoother.reset()
    assert smoother.follow((10.5, 12.0), 5.02) == (10.5, 12.0)


def test_a_growing_field_never_leaves_the_limits():
    """As τ at 2000 ticks/s, fed 60 times a second: its lowest value lags, its highest must not."""
    smoother = scaling.Smoother(settle=0.25)
    for frame in range(1, 60):
        tau = 2000 * frame / 60
        low, high = smoother.follow((0.6 * tau, tau), frame / 60)
        assert low <= 0.6 * tau and high >= tau
    assert smoother.follow((-50.0, tau), 1.0)[0] == -50.0


@pytest.mark.parametrize(
    ("value", "low", "high", "signed", "text"),
    [
        (0.44, 0.44, 1.0, False, "0.44"), (1.0, 0.44, 1.0, False, "1.00"),
        (48210, 21000, 48210, False, "48 k"),
        (0.56, -0.56, 0.56, True, "+0.56"), (-0.56, -0.56, 0.56, True, "−0.56"),
        (0.0, -0.56, 0.56, True, "0"),
        (0.9996, 0.9996, 1.0, False, "0.99960"), (4e-5, 0.0, 4e-5, False, "4.0e−5"),
        (3.0, 0.0, 30.0, False, "3"),
        (2.5e6, 0.0, 2.5e6, False, "2.5 M"),
    ],
)  # fmt: skip
def test_numbers_on_a_colour_bar(value, low, high, signed, text):
    assert on_scale(value, low, high, signed=signed) == text


def test_numbers_carry_their_error_and_no_false_digits():
    assert measured(0.8123, 0.002, 0.5) == "0.812 ± 0.002"
    assert measured(0.1 + 0.2, None, 1.0) == "0.30"
    assert measured(21400.0, None, 27000.0) == "21,400"
    assert plain(-0.0001, 2) == "0.00"
    assert plain(float("nan"), 2) == "NaN"
    assert exponent(4e-3, 1) == "4.0e−3"
    assert significant(0.00123) == "0.00123"


def test_every_offered_map_exists_and_has_256_colours():
    for names in colormaps.CHOICES.values():
        for name in names:
            assert colormaps.table(name).shape == (256, 4)
    assert colormaps.color_at("bids:magma", 0.0) == tuple(colormaps.table("bids:magma")[0][:3])
    assert colormaps.color_at("bids:magma", 2.0) == tuple(colormaps.table("bids:magma")[-1][:3])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.int32])
def test_conversion_keeps_small_differences_of_large_counters(dtype):
    base = 0.0 if dtype == np.float32 else 2.0**28
    array = (np.arange(12).reshape(3, 4) + base).astype(dtype)
    content = scene.Scene()
    content.set_field(array, base, base + 11)
    assert content.field is not None
    assert content.field.dtype == np.float32
    np.testing.assert_array_equal(content.field + (content.offset - base), np.arange(12).reshape(3, 4))
    content.limits = (base, base + 11)
    assert content.clims == (base - content.offset, base + 11 - content.offset)


def test_float32_is_taken_without_a_copy():
    array = np.zeros((4, 4), np.float32)
    content = scene.Scene()
    content.set_field(array)
    assert content.field is array


def source(kind: str, **values: float) -> SourceMark:
    return SourceMark("s", "s", kind, 40.0, 30.0, 1e-3, **values)  # type: ignore[arg-type]


def test_handles_come_before_bodies_and_only_when_selected():
    mark = source("gaussian", width=4.0)
    px, py = marks.handles(mark, CAMERA)["width"]
    assert marks.hit([mark], frozenset("s"), CAMERA, px, py) == marks.Hit("s", "width")
    assert marks.hit([mark], frozenset(), CAMERA, px, py) == marks.Hit("s", "body")
    assert marks.hit([mark], frozenset(), CAMERA, px + 60, py) is None


def test_a_large_ring_lets_the_pointer_through_to_what_lies_inside():
    ring = source("ring", radius=20.0, width=2.0)
    px, py = CAMERA.to_pixel(45, 33)
    assert marks.hit([ring], frozenset(), CAMERA, px, py) is None
    rim = CAMERA.to_pixel(60, 30)
    assert marks.hit([ring], frozenset(), CAMERA, *rim) == marks.Hit("s", "body")


def test_points_stay_on_cells_others_move_exactly_and_all_stay_inside():
    point, blob = source("point"), source("gaussian", width=4.0)
    assert gestures.moved(point, 1.4, -2.6, LATTICE, False) == {"x": 41.0, "y": 27.0}
    assert gestures.moved(blob, 1.4, -2.6, LATTICE, False) == {"x": 41.4, "y": 27.4}
    assert gestures.moved(blob, 1.4, -2.6, LATTICE, True) == {"x": 41.0, "y": 27.0}
    assert gestures.moved(blob, 500, -500, LATTICE, False) == {"x": 95.0, "y": 0.0}
    disc = Lattice(96, 64, "disc", 20.0)
    x, y = gestures.moved(blob, 500, 0, disc, False).values()
    assert math.hypot(x - 47.5, y - 31.5) == pytest.approx(20.0)


def test_lines_move_as_a_whole():
    line = SourceMark("s", "s", "line", 10, 10, 1e-3, x2=20, y2=15)
    assert gestures.moved(line, -15, 3, LATTICE, False) == {"x": 0, "y": 13, "x2": 10, "y2": 18}
    end = gestures.begin({"s": line}, frozenset("s"), "s", "end", LATTICE, CAMERA, *CAMERA.to_pixel(20, 15))
    assert end.at(CAMERA, *CAMERA.to_pixel(30, 25), False)["s"] == pytest.approx({"x2": 30, "y2": 25})


def test_a_hundred_pixels_are_a_factor_of_ten():
    gesture = gestures.begin({"s": source("point")}, frozenset("s"), "s", "strength", LATTICE, CAMERA, 0, 300)
    assert gesture.at(CAMERA, 0, 200, False)["s"]["strength"] == pytest.approx(1e-2)
    assert gesture.at(CAMERA, 0, 400, False)["s"]["strength"] == pytest.approx(1e-4)


def test_shapes_cover_what_they_draw():
    kinds = shapes.ShapeKind
    content = (
        shapes.Shape(kinds.CIRCLE, 50, 50, 40, 0, (1, 1, 1, 1)),
        shapes.Shape(kinds.DOT, 5, 5, 3, 0, (1, 1, 1, 1)),
        shapes.Shape(kinds.SEGMENT, 0, 0, 30, 40, (1, 1, 1, 1)),
        shapes.Shape(kinds.SEGMENT, 7, 7, 7, 7, (1, 1, 1, 1)),
        shapes.Shape(kinds.BOX, 9, 9, 2, 2, (1, 1, 1, 1)),
    )
    rows = shapes.vertices(content)
    assert rows.shape == (24 * 6 + 4 * 6, shapes.FLOATS)
    assert np.isfinite(rows).all()
    ring = rows[: 24 * 6, :2] - 50
    reach = np.hypot(ring[:, 0], ring[:, 1])
    assert reach.min() < 40 < reach.max()
    assert shapes.vertices(()).shape == (0, shapes.FLOATS)
