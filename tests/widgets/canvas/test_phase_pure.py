"""What phase circles are made of, without a window: places, colours, densities, what is seen, gestures."""

from __future__ import annotations

import gc
import math
import threading

import numpy as np
import pytest

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.phase_circles import (
    CROWDED,
    DISC_BELOW,
    MOST_LINKS,
    RADIUS_SHARE,
    circles_of,
    dot_of,
    seen_of,
)
from tauscope.widgets.canvas.phase_colors import link_look, phase_colors, phase_rows, ring_table
from tauscope.widgets.canvas.phase_density import bars_of, counts_of, heights_of
from tauscope.widgets.canvas.phase_pixels import square, stamp
from tauscope.widgets.canvas.phase_worker import Newest
from tauscope.widgets.labs.kuramoto.circles_options import Detune, Kick, wrapped
from tests.support.circles import grid, phases, ring_of_six


def lab_of(rgb):
    """CIELAB of sRGB colours of 255, D65 (the way back of what makes the ring)."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                       [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
    ratio = (linear @ to_xyz.T) / np.array([0.95047, 1.0, 1.08883])
    bent = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack(
        [116 * bent[:, 1] - 16, 500 * (bent[:, 0] - bent[:, 1]), 200 * (bent[:, 1] - bent[:, 2])], 1
    )


def test_the_ring_of_colours_is_isoluminant_and_closed():
    table = ring_table()[:, :3].astype(float)
    lab = lab_of(table)
    assert np.abs(lab[:, 0] - 68).max() < 0.6
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    assert chroma.max() < 52.6
    assert 0.6 < (chroma > 51.5).mean() < 0.9, "where sRGB ends, the chroma is less"
    assert chroma.min() > 35
    apart = np.linalg.norm(np.diff(np.vstack([lab, lab[:1]]), axis=0), axis=1)
    assert apart.max() < 2.5, "no jump, not at pi either"
    np.testing.assert_array_equal(phase_rows(np.array([-np.pi, 0.0, np.pi])), [0, 128, 0])
    np.testing.assert_array_equal(phase_colors(np.array([0.3])), phase_colors(np.array([0.3 + 2 * np.pi])))


def test_links_are_bright_where_clusters_agree_or_oppose():
    rgba, width = link_look(np.array([1.0, 0.5, 0.0, -1.0]))
    assert rgba[0, 2] > rgba[0, 0] and rgba[3, 0] > rgba[3, 2]
    assert rgba[0, 3] > rgba[1, 3] > rgba[2, 3]
    assert width[0] > width[1] > width[2] == 1.0


def test_circles_take_a_third_of_the_way_to_their_neighbours():
    places, links = ring_of_six()
    for unit in (1.0, 37.5):
        circles = circles_of(unit * places, np.arange(8) * 4, links)
        assert np.hypot(*(circles.centers[1] - circles.centers[0])) == pytest.approx(1 / RADIUS_SHARE)
        lengths = np.hypot(*(circles.ends[:, 2:] - circles.ends[:, :2]).T)
        np.testing.assert_allclose(lengths, 1 / RADIUS_SHARE - 2.16, rtol=1e-5)
    assert circles.at(*circles.centers[3]) == 3
    assert circles.at(*(circles.centers[3] + (1.2, 0))) == -1
    assert circles.at(*(circles.centers[3] + (1.2, 0)), 0.25) == 3
    camera = circles.fit(600, 400)
    for x, y in circles.centers:
        px, py = camera.to_pixel(x, y)
        assert camera.scale <= px <= 600 - camera.scale
        assert camera.scale <= py <= 400 - camera.scale
    assert circles_of(np.zeros((1, 2)), [0, 9], np.zeros((0, 2))).clusters == 1
    with pytest.raises(ValueError, match="offsets"):
        circles_of(places, np.arange(7), links)


def test_of_very_many_links_some_are_left_out():
    count = 400
    places = np.random.default_rng(0).normal(size=(count, 2))
    pairs = np.stack(np.triu_indices(count, 1), axis=1)
    circles = circles_of(places, np.arange(count + 1), pairs)
    assert circles.links == len(pairs)
    assert circles.stride == math.ceil(len(pairs) / MOST_LINKS) > 1
    assert len(circles.link) <= MOST_LINKS
    assert (circles.link % circles.stride == 0).all()


def test_counts_are_those_of_a_histogram():
    sizes = np.array([3, 70_000, 1, 500, 40_000])
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    theta = np.random.default_rng(2).uniform(-np.pi, np.pi, offsets[-1])
    theta[:2] = -np.pi, np.pi
    weights = np.cos(3 * theta)
    edges = np.linspace(-np.pi, np.pi, 33)
    for index in (np.arange(5), np.array([1, 3]), np.array([4, 0, 2]), np.array([], np.int64)):
        found, summed = (counts_of(theta, offsets, index, 32, w) for w in (None, weights))
        assert found.shape == (len(index), 32)
        for row, total, cluster in zip(found, summed, index, strict=True):
            part = slice(offsets[cluster], offsets[cluster + 1])
            inside = np.where(theta[part] == np.pi, -np.pi, theta[part])  # pi and -pi are the same place
            np.testing.assert_array_equal(row, np.histogram(inside, edges)[0])
            np.testing.assert_allclose(
                total, np.histogram(inside, edges, weights=weights[part])[0], atol=1e-9
            )


def test_bars_have_areas_as_numbers():
    even, tight = np.full((1, 64), 10.0), np.zeros((1, 64))
    tight[0, :8] = 80
    np.testing.assert_allclose(heights_of(even), 1 / np.sqrt(8))
    np.testing.assert_allclose(heights_of(tight)[0], [1.0] * 8 + [0.0] * 56)
    half = heights_of(np.array([[4.0, 1.0, 1.0, 1.0]]))[0]
    assert half[0] / half[1] == pytest.approx(2.0)
    np.testing.assert_array_equal(heights_of(np.zeros((1, 4))), 0.0)


def test_bars_are_coloured_by_angle_or_by_the_mean_frequency():
    circles = circles_of(np.zeros((1, 2)), [0, 1000], np.zeros((0, 2)))
    theta = np.linspace(-np.pi, np.pi, 1000, endpoint=False)
    bars = bars_of(circles, np.array([0]), 16, theta, None, (0, 1))
    middles = -np.pi + (np.arange(16) + 0.5) * np.pi / 8
    np.testing.assert_array_equal(bars[0, :, :3], phase_colors(middles))
    slow = bars_of(circles, np.array([0]), 16, theta, np.where(theta < 0, -1.0, 1.0), (-1.0, 1.0))
    assert (slow[0, :8, 2] > slow[0, :8, 0]).all() and (slow[0, 8:, 0] > slow[0, 8:, 2]).all()


def test_detail_follows_the_size_of_the_circles_and_how_crowded_they_are():
    circles = circles_of(grid(10)[0], np.arange(101) * 50, grid(10)[1])
    near = Camera(*circles.fit(800, 800).to_world(400, 400), 60.0, 800, 800)
    assert seen_of(circles, near, "auto", 10**6).mode == "points"
    assert seen_of(circles, near, "density", 10**6).mode == "density"
    assert seen_of(circles, near, "points", 100).mode == "density"
    far = Camera(near.cx, near.cy, DISC_BELOW - 0.1, 800, 800)
    assert seen_of(circles, far, "points", 10**6).mode == "discs"
    radius = 50 * dot_of(10.0) / (2 * math.pi * CROWDED)
    assert seen_of(circles, Camera(0, 0, radius * 0.99, 800, 800), "auto", 10**6).mode == "density"
    assert seen_of(circles, Camera(0, 0, radius * 1.01, 800, 800), "auto", 10**6).mode == "points"


def test_only_what_is_in_view_is_drawn_and_kept_while_it_stays():
    places, links = grid(10)
    offsets = np.concatenate([[0], np.cumsum(np.arange(1, 101))])
    circles = circles_of(places, offsets, links)
    whole = seen_of(circles, circles.fit(2000, 2000), "points", 10**6)
    assert len(whole.index) == 100 and whole.points is None
    near = Camera(*circles.centers[44], 100.0, 500, 500)
    seen = seen_of(circles, near, "points", 10**6, whole)
    assert 44 in seen.index and len(seen.index) < 20
    owner = np.searchsorted(offsets, seen.points, side="right") - 1
    np.testing.assert_array_equal(np.unique(owner), seen.index)
    assert len(seen.points) == circles.sizes[seen.index].sum()
    again = seen_of(circles, near.panned(1, 1), "points", 10**6, seen)
    assert again.index is seen.index and again.points is seen.points


def test_stamps_are_laid_over_and_cut_at_the_edges():
    pixels = np.full((6, 8), 0xFF000000, np.uint32)
    rgb, alpha = np.array([[[200.0, 100.0, 50.0]]], np.float32), np.array([[0.5]], np.float32)
    stamp(
        pixels, (np.array([2, 7, -1]), np.array([1, 5, 0])), (np.array([0, 1]), np.array([0, 0])), rgb, alpha
    )
    expected = np.full((6, 8), 0xFF000000, np.uint32)
    expected[1, 2] = expected[1, 3] = expected[5, 7] = expected[0, 0] = 0xFF643219
    np.testing.assert_array_equal(pixels, expected)
    columns, rows = square(1.0)
    assert len(columns) == 25 and columns.min() == rows.min() == -2


def test_a_kick_is_followed_round_and_a_detuning_is_steep_enough():
    kick = Kick(0, 3.0)
    for angle in np.linspace(3.0, 3.0 + 7.0, 40):
        kick = kick.to(wrapped(angle), False)
    assert kick.turned == pytest.approx(7.0)
    assert kick.amount == pytest.approx(7.0 - 2 * math.pi)
    assert Kick(0, 0.0).to(0.3, True).turned == pytest.approx(math.pi / 12)
    assert Detune(0, 100.0).to(60.0, False).value == pytest.approx(0.2)
    assert Detune(0, 100.0).to(77.0, True).value == pytest.approx(0.1)
    assert wrapped(np.pi) == np.pi and wrapped(-np.pi) == np.pi


def test_of_much_work_only_the_newest_is_done(qapp, qtbot):
    worker = Newest(qapp)
    go, done = threading.Event(), []
    worker.done.connect(done.append)
    collecting = gc.isenabled()

    def first():
        go.wait(60)
        return gc.isenabled()

    worker.ask(first)
    for k in range(5):
        worker.ask(lambda k=k: k)
    assert worker.busy
    go.set()
    qtbot.waitUntil(lambda: len(done) == 2)
    assert done == [False, 4], "no cycle is collected on the thread"
    assert gc.isenabled() == collecting
    assert not worker.busy
    worker.stop()
    worker.ask(lambda: done.append(9))
    assert not worker.busy
    worker.deleteLater()


def test_a_fault_in_a_thread_is_raised_where_it_is_seen(qapp, qtbot):
    worker = Newest(qapp)
    with qtbot.captureExceptions() as caught:
        worker.ask(lambda: 1 / 0)
        qtbot.waitUntil(lambda: not worker.busy)
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]
    worker.stop()
    worker.deleteLater()


def test_phases_of_the_support_are_spread():
    theta = phases(7, 20)
    assert theta.shape == (140,) and np.ptp(theta) > 5


def test_circles_keep_clear_of_plates_where_there_is_room() -> None:
    centers = np.array([(x, y) for x in range(8) for y in range(3)], float)
    circles = circles_of(centers, np.arange(25) * 10, np.zeros((0, 2), int))
    taken = ((0.0, 310.0, 128.0, 372.0), (700.0, 0.0, 800.0, 150.0))
    plain, clear = circles.fit(800, 372), circles.fit(800, 372, taken)

    def covered(camera: Camera) -> int:
        pixels = [camera.to_pixel(x, y) for x, y in circles.centers.tolist()]
        near = camera.scale
        return sum(
            x + near > left and x - near < right and y + near > top and y - near < bottom
            for x, y in pixels
            for left, top, right, bottom in taken
        )

    assert covered(plain) > 0
    assert covered(clear) == 0
    assert 0.6 * plain.scale < clear.scale < plain.scale
    for x, y in circles.centers.tolist():
        px, py = clear.to_pixel(x, y)
        assert clear.scale <= px <= 800 - clear.scale
        assert clear.scale <= py <= 372 - clear.scale
    assert circles.fit(800, 372, ((0.0, 366.0, 20.0, 372.0),)) == plain, "a plate beside all circles"
    crowded = ((0.0, 0.0, 790.0, 300.0),)
    assert circles.fit(800, 372, crowded) == plain, "there is no room"
