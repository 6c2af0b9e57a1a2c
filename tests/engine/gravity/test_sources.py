"""Emission maps against NumPy formulas, one kind of source after the other."""

import time

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity import editing
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.sources import emission_map, sink_mask
from tauscope.gpu.gravity import sources as source_kernels

NY, NX = 40, 50
Y, X = np.indices((NY, NX), dtype=float)


def emission(*sources, **options):
    return emission_map(GravityConfig.load({"nx": NX, "ny": NY, "sources": list(sources), **options}))


def distance(x, y):
    return np.hypot(X - x, Y - y)


def test_no_source_emits_nothing():
    assert not emission().any()


@pytest.mark.parametrize(
    ("x", "y", "cell"), [(3, 4, (4, 3)), (3.4, 4.49, (4, 3)), (2.5, 3.5, (4, 3)), (49.4, -0.5, (0, 49))]
)
def test_point_is_the_nearest_cell(x, y, cell):
    got = emission({"kind": "point", "x": x, "y": y, "strength": 0.25})
    assert np.argwhere(got).tolist() == [list(cell)]
    assert got[cell] == 0.25


def test_gaussian(kernels=source_kernels):
    out = np.zeros((NY, NX))
    kernels.add_product(
        out, np.exp(-((np.arange(NY) - 18.5) ** 2) / 18), np.exp(-((np.arange(NX) - 20.25) ** 2) / 18), 0.7
    )
    expected = 0.7 * np.exp(-(distance(20.25, 18.5) ** 2) / (2 * 3.0**2))
    # Two exponentials multiplied against one of the sum: a few units in the last place.
    np.testing.assert_allclose(out, expected, rtol=1e-13, atol=0)
    if kernels is source_kernels:
        got = emission({"kind": "gaussian", "x": 20.25, "y": 18.5, "strength": 0.7, "width": 3})
        # Beyond twelve standard deviations the map is zero; a Gaussian is below 1e-31 there.
        np.testing.assert_allclose(got, expected, rtol=1e-13, atol=1e-31)


def test_ring_and_disc(kernels=source_kernels):
    out = np.zeros((NY, NX))
    kernels.add_band(out, 20.0, 18.0, 20.0, 18.0, 8.0, 12.0, False, 0.5)
    kernels.add_band(out, 30.25, 20.0, 30.25, 20.0, -1.0, 5.0, True, 0.25)
    expected = 0.5 * (np.abs(distance(20, 18) - 10) < 2) + 0.25 * (distance(30.25, 20) <= 5)
    assert np.array_equal(out, expected)
    if kernels is source_kernels:
        got = emission(
            {"kind": "ring", "x": 20, "y": 18, "strength": 0.5, "radius": 10, "width": 2},
            {"kind": "disc", "x": 30.25, "y": 20, "strength": 0.25, "radius": 5},
        )
        assert np.array_equal(got, expected)


def test_ring_wider_than_its_radius_includes_the_centre():
    got = emission({"kind": "ring", "x": 20, "y": 18, "strength": 1, "radius": 3, "width": 5})
    assert np.array_equal(got, (distance(20, 18) < 8).astype(float))


def segment_distance(x0, y0, x1, y1):
    length2 = (x1 - x0) ** 2 + (y1 - y0) ** 2
    along = np.clip(((X - x0) * (x1 - x0) + (Y - y0) * (y1 - y0)) / length2, 0, 1)
    return np.hypot(X - x0 - along * (x1 - x0), Y - y0 - along * (y1 - y0))


def test_line(kernels=source_kernels):
    out = np.zeros((NY, NX))
    kernels.add_band(out, 5.3, 6.1, 40.2, 30.7, -1.0, 2.0, True, 0.125)
    expected = 0.125 * (segment_distance(5.3, 6.1, 40.2, 30.7) <= 2)
    assert np.array_equal(out, expected)
    if kernels is source_kernels:
        line = {"kind": "line", "x": 5.3, "y": 6.1, "x2": 40.2, "y2": 30.7, "width": 4, "strength": 0.125}
        assert np.array_equal(emission(line), expected)


@pytest.mark.parametrize("end", [(40.0, 10.0), (10.0, 35.0), (40.0, 35.0), (33.0, 17.0), (40.0, 10.4)])
def test_thinnest_line_has_no_gap(end):
    got = (
        emission(
            {"kind": "line", "x": 10.2, "y": 10.4, "x2": end[0], "y2": end[1], "width": 0.01, "strength": 1}
        )
        > 0
    )
    steps = np.linspace(0, 1, 500)
    for t in steps:
        x, y = 10.2 + t * (end[0] - 10.2), 10.4 + t * (end[1] - 10.4)
        near = got[int(y) : int(y) + 2, int(x) : int(x) + 2]
        assert near.any(), f"no cell near ({x:.2f}, {y:.2f})"


def test_all_adders_add_and_the_background_comes_once():
    one = {"kind": "disc", "x": 20, "y": 18, "strength": 0.5, "radius": 4, "world": "A"}
    two = {"kind": "gaussian", "x": 22, "y": 18, "strength": 0.25, "width": 2, "world": "B"}
    worlds = [{"name": "A"}, {"name": "B"}]
    both = emission(one, two, worlds=worlds, background=0.125)
    apart = emission(one) + emission({**two, "world": "A"}) + 0.125
    np.testing.assert_allclose(both, apart, rtol=1e-15)


def test_a_source_near_the_edge_is_cut_not_wrapped():
    got = emission({"kind": "disc", "x": 0, "y": 0, "strength": 1, "radius": 3}, boundary="periodic")
    assert np.array_equal(got, (distance(0, 0) <= 3).astype(float))


def test_sinks_do_not_emit():
    config = GravityConfig.load(
        {"nx": NX, "ny": NY, "boundary": "disc", "disc_radius": 10, "background": 0.5}
    )
    sinks = sink_mask(config)
    got = emission_map(config)
    assert not got[sinks].any()
    assert (got[~sinks] == 0.5).all()
    assert np.array_equal(sinks, distance((NX - 1) / 2, (NY - 1) / 2) > 10)


def test_rendering_is_deterministic():
    sources = [
        {"kind": "gaussian", "x": 10 + i, "y": 20, "strength": 0.01 * i, "width": 2 + i} for i in range(8)
    ]
    assert np.array_equal(emission(*sources), emission(*sources))


@pytest.mark.slow
def test_ten_sources_on_512_render_in_a_few_milliseconds():
    config = GravityConfig.load(
        {
            "nx": 512,
            "ny": 512,
            "sources": [{"kind": "gaussian", "x": 50 * i + 20, "y": 256, "width": 9} for i in range(10)],
        }
    )
    emission_map(config)
    taken = []
    for _ in range(20):
        started = time.process_time()
        emission_map(config)
        taken.append(time.process_time() - started)
    assert min(taken) < 0.005


def area_mean(array, x, y, width, strength):
    """Mean of the picture over every cell, pixel by pixel, in exact fractions of a cell."""
    rows, columns = array.shape
    side = width / columns
    out = np.zeros((NY, NX))
    for r in range(rows):
        for c in range(columns):
            left, bottom = x - width / 2 + c * side, y - rows * side / 2 + r * side
            wide = np.clip(np.minimum(left + side, X + 0.5) - np.maximum(left, X - 0.5), 0, None)
            tall = np.clip(np.minimum(bottom + side, Y + 0.5) - np.maximum(bottom, Y - 0.5), 0, None)
            out += array[r, c] * wide * tall
    return out * strength / array.max()


@pytest.mark.parametrize(
    ("shape", "x", "y", "width"),
    [
        ((12, 17), 24.3, 18.6, 17.0),
        ((40, 60), 25.0, 20.0, 13.5),
        ((3, 4), 20.2, 15.7, 31.0),
        ((9, 9), 2.0, 38.0, 20.0),
    ],
)
def test_image_is_the_mean_over_each_cell(shape, x, y, width, kernels=source_kernels):
    array = np.random.default_rng(5).random(shape) * 3
    expected = area_mean(array, x, y, width, 0.2)
    side = width / shape[1]
    out = np.zeros((NY, NX))
    kernels.add_scaled(out, array, x - width / 2, y - shape[0] * side / 2, side, 0.2 / array.max())
    # Sums of at most some dozen products in another order.
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-14)
    if kernels is source_kernels:
        got = emission({"kind": "image", "x": x, "y": y, "width": width, "strength": 0.2, "array": array})
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


def test_scaled_picture(kernels=source_kernels):
    """One case of the above, for planted errors."""
    test_image_is_the_mean_over_each_cell((12, 17), 24.3, 18.6, 13.5, kernels=kernels)


def test_a_thin_line_of_an_image_keeps_its_sum():
    array = np.zeros((200, 200))
    array[:, 77] = 1.0
    got = emission({"kind": "image", "x": 25, "y": 20, "width": 20, "strength": 1.0, "array": array})
    # 200 pixels of a hundredth of a cell's area each.
    np.testing.assert_allclose(got.sum(), 200 * 0.01, rtol=1e-12)


@pytest.mark.parametrize(
    ("x", "y"), [(0, 0), (3.4, 5.6), (-7, -2.2), (NX - 4, NY - 3), (NX + 5, 2), (-40, 0)]
)
def test_brush_is_its_map_cut_at_the_edges(x, y):
    array = np.random.default_rng(2).random((11, 13))
    got = emission({"kind": "brush", "x": x, "y": y, "strength": 0.5, "array": array})
    expected = np.zeros((NY, NX))
    for j in range(11):
        for i in range(13):
            row, column = int(np.floor(y + 0.5)) + j, int(np.floor(x + 0.5)) + i
            if 0 <= row < NY and 0 <= column < NX:
                expected[row, column] = 0.5 * array[j, i]
    assert np.array_equal(got, expected)


def test_brush_is_at_the_origin_with_strength_one_by_default():
    array = np.random.default_rng(3).random((NY, NX))
    assert np.array_equal(emission({"kind": "brush", "array": array}), array)


def painted_config():
    array = np.random.default_rng(4).random((8, 9))
    return GravityConfig.load({"nx": NX, "ny": NY, "sources": [
        {"id": "b", "kind": "brush", "x": 3, "y": 2, "array": array},
        {"id": "p", "kind": "point", "x": 3, "y": 2},
    ]})  # fmt: skip


def test_a_patch_replaces_a_rectangle_of_a_brush():
    config = painted_config()
    patch = np.full((2, 3), 0.5)
    after = editing.with_painted(config, "b", 4, 5, patch)
    expected = np.array(config.sources[0].array.array)
    expected[5:7, 4:7] = 0.5
    assert np.array_equal(after.sources[0].array.array, expected)
    assert after.sources[1] == config.sources[1]
    assert np.array_equal(config.sources[0].array.array, np.random.default_rng(4).random((8, 9)))


@pytest.mark.parametrize(
    ("source", "x", "y", "patch"),
    [("b", 7, 5, np.ones((2, 3))), ("b", -1, 0, np.ones((2, 3))), ("b", 0, 0, np.ones(3)),
     ("b", 0, 0, [[-1.0]]),
     ("b", 0, 0, [[np.nan]]), ("b", 0.5, 0, [[1.0]]), ("p", 0, 0, [[1.0]]), ("q", 0, 0, [[1.0]]),
     ("b", 0, 0, np.ones((0, 2)))],
)  # fmt: skip
def test_patches_that_do_not_fit_are_refused(source, x, y, patch):
    with pytest.raises(BadInput):
        editing.with_painted(painted_config(), source, x, y, patch)
