"""Emission maps against NumPy formulas, one kind of source after the other."""

import time

import numpy as np
import pytest

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
