"""Phase circles in pixels, on the graphics card and painted: every oscillator where its phase says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tauscope.widgets import theme
from tauscope.widgets.canvas import gl
from tauscope.widgets.canvas.phase_circles import BAR
from tauscope.widgets.canvas.phase_colors import ALIGNED, OPPOSED, phase_colors, share_colors
from tauscope.widgets.canvas.phase_plates import CompassPlate
from tauscope.widgets.labs.kuramoto.circles_view import CirclesView
from tests.support.canvas import as_array
from tests.support.circles import fill, grid, is_painted, on_circle, order_of, pixels, ring_of_six, settle

GROUND = np.array([0x0D, 0x0F, 0x12])


@pytest.fixture
def bare(circles):
    """Circles without links, names and legend, so that nothing lies over the points."""
    circles.set_options(replace(circles.options, links=False, names=False, legend=False))
    return circles


def color_at(picture, px, py):
    """Colour of the pixel that holds a point."""
    return picture[int(py), int(px)].astype(int)


def test_every_oscillator_stands_at_its_phase_in_its_colour(bare, tolerances):
    places, links = ring_of_six()
    size = 5
    bare.set_structure(places, np.arange(8) * size, links)
    theta = np.concatenate([np.linspace(-3, 2, size) + 0.21 * k for k in range(7)])
    bare.set_frame(theta, order_of(theta, 7))
    picture = pixels(bare)
    assert bare.stage.phases.seen(20_000).mode == "points"
    for k, phase in enumerate(theta):
        seen = color_at(picture, *on_circle(bare, k // size, phase))
        assert np.abs(seen - phase_colors(np.array(phase))).max() <= tolerances["circles"]["point"], (
            k,
            phase,
        )
    between = color_at(picture, *on_circle(bare, 0, 2.8))
    assert np.ptp(between) < 40, "no colour where no oscillator is"


def test_a_new_frame_moves_the_points_and_clears_where_they_were(bare, tolerances):
    places, links = ring_of_six()
    bare.set_structure(places, np.arange(8), links)
    first = np.full(7, 0.5)
    bare.set_frame(first, np.exp(1j * first))
    before = pixels(bare)
    second = np.full(7, -2.0)
    bare.set_frame(second, np.exp(1j * second))
    after = pixels(bare)
    allowed = tolerances["circles"]["point"]
    for cluster in range(7):
        here, there = on_circle(bare, cluster, 0.5), on_circle(bare, cluster, -2.0)
        assert np.abs(color_at(before, *here) - phase_colors(np.array(0.5))).max() <= allowed
        assert np.abs(color_at(after, *there) - phase_colors(np.array(-2.0))).max() <= allowed
        assert np.ptp(color_at(after, *here)) < 40
        assert np.ptp(color_at(before, *there)) < 40


def test_oscillators_are_coloured_by_their_frequency_where_that_is_chosen(bare, tolerances):
    places, links = ring_of_six()
    size = 5
    bare.set_structure(places, np.arange(8) * size, links)
    theta = np.tile(np.linspace(-2.6, 2.4, size), 7)
    frequency = np.linspace(-1, 1, 7 * size)
    bare.set_options(replace(bare.options, color_by="frequency"))
    bare.set_frame(theta, order_of(theta, 7), None, frequency)
    picture = pixels(bare)
    low, high = bare.stage.phases.limits
    assert (low, high) == tuple(np.percentile(frequency, (2, 98)))
    for k in range(0, 7 * size, 3):
        seen = color_at(picture, *on_circle(bare, k // size, theta[k]))
        expected = share_colors(np.array((frequency[k] - low) / (high - low)))
        assert np.abs(seen - expected).max() <= tolerances["circles"]["point"], k


def test_the_arrow_of_a_cluster_is_its_order_parameter(bare):
    places, links = ring_of_six()
    bare.set_structure(places, np.arange(8) * 10, links)
    theta = np.zeros(70)
    order = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]) * np.exp(1j * np.linspace(-2.9, 2.9, 7))
    bare.set_frame(theta, order)
    picture = pixels(bare)
    for cluster, each in enumerate(order):
        size, psi = abs(each), float(np.angle(each))
        along = color_at(picture, *on_circle(bare, cluster, psi, 0.6 * size))
        beyond = color_at(picture, *on_circle(bare, cluster, psi, size + 0.06))
        behind = color_at(picture, *on_circle(bare, cluster, psi + np.pi, 0.2))
        assert along.min() > 200, (cluster, along)
        assert np.abs(beyond - GROUND).max() < 25
        assert np.abs(behind - GROUND).max() < 25


@pytest.mark.parametrize("given", [True, False])
def test_links_tell_the_alignment_of_what_they_join(circles, given):
    places, links = ring_of_six()
    circles.set_structure(places, np.arange(8), links)
    psi = np.array([0, 0, np.pi, 0, np.pi, np.pi / 2, 0.3])
    order = 0.7 * np.exp(1j * psi)
    alignment = np.cos(psi[links[:, 0]] - psi[links[:, 1]])
    circles.set_frame(psi, order, alignment if given else None)
    np.testing.assert_allclose(circles.stage.phases.alignment, alignment, atol=1e-12)
    picture = pixels(circles)
    for (first, second), value in zip(links[:6], alignment[:6], strict=True):
        start, end = np.array(circles.center_of(first)), np.array(circles.center_of(second))
        near = np.round((start + end) / 2).astype(int)
        patch = picture[near[1] - 2 : near[1] + 3, near[0] - 2 : near[0] + 3].reshape(-1, 3).astype(int)
        seen = patch[np.ptp(patch, axis=1).argmax()]
        if abs(value) < 0.1:
            assert np.ptp(seen) < 30
            continue
        wanted = np.array(ALIGNED if value > 0 else OPPOSED)
        assert seen.argmax() == wanted.argmax(), (first, second, value, seen)
        assert seen.max() > 60


def test_crowded_circles_show_bars_as_long_as_the_root_of_the_density(bare):
    places, links = ring_of_six()
    size = 4000
    bare.set_structure(places, np.arange(8) * size, links)
    even = np.linspace(-np.pi, np.pi, size, endpoint=False)
    tight = np.full(size, 0.7) + 0.004 * np.linspace(-1, 1, size)
    theta = np.concatenate([even, tight, *[even] * 5])
    bare.set_frame(theta, order_of(theta, 7))
    picture = pixels(bare)
    assert bare.stage.phases.seen(20_000).mode == "density"
    top = 1 + BAR / np.sqrt(8)
    for angle in (-2.0, 0.4, 3.0):
        inside = color_at(picture, *on_circle(bare, 0, angle, top - 0.05))
        outside = color_at(picture, *on_circle(bare, 0, angle, top + 0.06))
        assert np.abs(inside - phase_colors(np.array(angle))).max() < 12, angle
        assert np.abs(outside - GROUND).max() < 12
    full = color_at(picture, *on_circle(bare, 1, 0.7, 1 + BAR - 0.05))
    assert np.abs(full - phase_colors(np.array(0.7))).max() < 12
    for angle in (-2.0, 0.4, 1.0, 3.0):
        assert np.abs(color_at(picture, *on_circle(bare, 1, angle, 1.1)) - GROUND).max() < 12, angle


def test_detail_can_be_chosen(bare):
    fill(bare, *ring_of_six(), 3000)
    density = pixels(bare)
    assert bare.stage.phases.seen(10**6).mode == "density"
    bare.set_options(replace(bare.options, detail="points"))
    assert bare.stage.phases.seen(10**6).mode == "points"
    if not is_painted(bare):  # so many are painted as a density whatever was chosen
        assert (pixels(bare) != density).any(axis=2).mean() > 0.01
    bare.set_options(replace(bare.options, detail="density"))
    np.testing.assert_array_equal(pixels(bare), density)


def test_many_clusters_are_discs_in_the_colour_of_their_mean_phase(bare):
    side = 60
    places, links = grid(side)
    bare.set_structure(places, np.arange(side * side + 1), links)
    psi = np.linspace(-np.pi, np.pi, side * side, endpoint=False)
    size = np.where(np.arange(side * side) % 2 == 0, 1.0, 0.0)
    bare.set_frame(psi, size * np.exp(1j * psi))
    picture = pixels(bare)
    assert bare.stage.phases.seen(20_000).mode == "discs"
    for cluster in range(120, side * side - 120, 382):
        seen = color_at(picture, *bare.center_of(cluster))
        assert np.abs(seen - phase_colors(psi[cluster : cluster + 1])[0]).max() < 8, cluster
        assert color_at(picture, *bare.center_of(cluster + 1)).max() < 45


def test_zooming_in_turns_discs_into_circles_with_points_of_those_in_view(bare, tolerances):
    side, size = 50, 8
    theta = fill(bare, *grid(side), size)
    assert bare.stage.phases.seen(20_000).mode == "discs"
    cluster = 25 * side + 25
    bare.zoom(14.0, *bare.center_of(cluster))
    picture = pixels(bare)
    seen = bare.stage.phases.seen(20_000)
    assert seen.mode == "points"
    assert cluster in seen.index
    assert len(seen.index) < 100
    own = theta[cluster * size : (cluster + 1) * size]
    apart = np.abs(np.angle(np.exp(1j * (own[:, None] - own)))) + 9 * np.eye(size)
    clear = own[apart.min(axis=1) > 0.2]
    assert len(clear) > 2
    for phase in clear:
        found = color_at(picture, *on_circle(bare, cluster, phase))
        assert np.abs(found - phase_colors(np.array(phase))).max() <= tolerances["circles"]["point"]


def test_selected_and_frozen_circles_are_outlined(bare):
    fill(bare, *ring_of_six(), 1)
    bare.set_selection(frozenset({2}))
    bare.set_frozen(frozenset({4}))
    picture = pixels(bare).astype(int)
    accent = np.array([int(theme.DARK.accent[k : k + 2], 16) for k in (1, 3, 5)])
    angles = np.linspace(-np.pi, np.pi, 360)

    def ring(cluster):
        return np.array([color_at(picture, *on_circle(bare, cluster, a)) for a in angles])

    assert (np.abs(ring(2) - accent).max(axis=1) < 60).mean() > 0.8
    assert (np.abs(ring(1) - accent).max(axis=1) < 60).mean() < 0.05
    dashed = ring(4).max(axis=1)
    assert 0.3 < (dashed > 90).mean() < 0.7, "half of a frozen outline is left out"
    assert (ring(1).max(axis=1) > 50).mean() > 0.8


def test_names_stand_under_circles_that_are_large_enough(circles):
    circles.set_options(replace(circles.options, legend=False))
    fill(circles, *ring_of_six(), 5, names=[f"petal {k}" for k in range(7)])
    pixels(circles)
    assert [plate.text for plate in circles.stage.phases.names] == [f"petal {k}" for k in range(7)]
    with_names = pixels(circles)
    circles.set_options(replace(circles.options, names=False))
    without = pixels(circles)
    px, py = circles.center_of(0)
    below = slice(int(py + circles.camera.scale) + 4, int(py + circles.camera.scale) + 22)
    assert (
        with_names[below, int(px) - 25 : int(px) + 25] != without[below, int(px) - 25 : int(px) + 25]
    ).any()
    fill(circles, *grid(30), 2)
    pixels(circles)
    assert circles.stage.phases.names == ()


def test_the_corner_shows_the_order_of_all_oscillators(circles):
    places, links = ring_of_six()
    sizes = np.array([1, 2, 3, 4, 5, 6, 7])
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    circles.set_structure(places, offsets, links)
    theta = np.random.default_rng(1).uniform(-np.pi, np.pi, 28)
    order = np.add.reduceat(np.exp(1j * theta), offsets[:-1]) / sizes
    circles.set_frame(theta, order)
    assert circles.pooled == pytest.approx(np.exp(1j * theta).mean(), abs=1e-12)
    before = pixels(circles)[-60:, :130]
    circles.set_frame(theta * 0.1, np.add.reduceat(np.exp(0.1j * theta), offsets[:-1]) / sizes)
    assert (pixels(circles)[-60:, :130] != before).any(axis=2).sum() > 20


def test_frames_of_other_clusters_are_refused(circles):
    fill(circles, *ring_of_six(), 4)
    kept = circles.stage.phases.theta
    assert not circles.set_frame(np.zeros(27), np.zeros(7, complex))
    assert not circles.set_frame(np.zeros(28), np.zeros(6, complex))
    assert not circles.set_frame(np.zeros(28), np.zeros(7, complex), None, np.zeros(5))
    assert circles.stage.phases.theta is kept
    with pytest.raises(ValueError, match="offsets"):
        circles.set_structure(np.zeros((3, 2)), np.arange(3), np.zeros((0, 2), int))


def test_an_empty_view_says_what_to_do(circles):
    assert len(np.unique(pixels(circles).reshape(-1, 3), axis=0)) > 5
    fill(circles, *ring_of_six(), 4)
    pixels(circles)
    circles.clear("The run has ended")
    settle(circles)
    assert circles.stage.phases.plates[0].text == "The run has ended"


def test_the_ground_is_that_of_every_canvas_in_both_themes(circles, each_theme):
    circles.set_theme(theme.by_name(each_theme))
    fill(circles, *ring_of_six(), 20)
    picture = pixels(circles)
    np.testing.assert_array_equal(picture[5, 5], GROUND)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) >= 50


@pytest.mark.parametrize(("side", "size"), [(2, 40), (6, 900), (40, 5)])
def test_card_and_processor_draw_the_same_picture(make_circles, monkeypatch, tolerances, side, size):
    pictures = []
    for reason in ("", "OpenGL is switched off by the test."):
        monkeypatch.setattr(gl, "problem", lambda reason=reason: reason)
        view = make_circles()
        fill(view, *grid(side), size)
        view.set_selection(frozenset({1}))
        view.set_frozen(frozenset({2}))
        pictures.append(pixels(view).astype(int))
        assert is_painted(view) == bool(reason)
    apart = np.abs(pictures[0] - pictures[1]).max(axis=2)
    allowed = tolerances["circles"]
    assert (apart > 40).mean() <= allowed["surfaces_share"]
    assert apart.mean() <= allowed["surfaces_mean"]
    assert (pictures[0] != GROUND).any(axis=2).mean() > 0.02


def test_a_picture_can_be_painted_without_a_window(qapp, make_circles, monkeypatch):
    monkeypatch.setattr(gl, "problem", lambda: "OpenGL is switched off by the test.")
    shown = make_circles()
    fill(shown, *ring_of_six(), 30)
    on_screen = pixels(shown)
    unseen = CirclesView()
    fill(unseen, *ring_of_six(), 30)
    height, width = on_screen.shape[:2]
    painted = as_array(unseen.painted(width, height, 1.0))
    np.testing.assert_array_equal(painted, on_screen)
    large = as_array(unseen.painted(width, height, 2.0))
    assert large.shape == (2 * height, 2 * width, 3)
    small = large.reshape(height, 2, width, 2, 3).astype(int).mean(axis=(1, 3))
    assert np.abs(small - painted).mean() < 2
    unseen.release()
    unseen.deleteLater()


def test_it_lives_through_resizing_and_hiding(make_circles):
    view = make_circles()
    fill(view, *ring_of_six(), 60)
    assert not is_painted(view)
    for k in range(25):
        view.resize(500 + 17 * k, 620 - 9 * k)
        if k % 3 == 0:
            view.hide()
            view.show()
        picture = pixels(view)
        assert (picture != GROUND).any(axis=2).mean() > 0.01, k
        view.canvas_native.makeCurrent()
        assert view.canvas_native.context().functions().glGetError() == 0
        view.canvas_native.doneCurrent()
    assert view.header.warning.isHidden()


def test_a_lost_card_leaves_the_same_circles_painted(make_circles):
    view = make_circles()
    fill(view, *ring_of_six(), 20)
    before = pixels(view).astype(int)
    view.stage.fall_back("The graphics card went away.")
    assert is_painted(view)
    assert not view.header.warning.isHidden()
    assert np.abs(pixels(view).astype(int) - before).mean() < 1.0


def test_the_pooled_arrow_is_that_of_the_picture_which_may_be_older(circles, monkeypatch):
    def arrow():
        return next(plate.psi for plate in circles.stage.phases.plates if isinstance(plate, CompassPlate))

    places, links = ring_of_six()
    circles.set_structure(places, np.arange(8), links)
    circles.set_frame(np.zeros(7), np.ones(7) + 0j)
    settle(circles)
    assert arrow() == pytest.approx(0.0)
    surface = circles.stage.surface
    if is_painted(circles):
        surface._cost = 1.0  # so slow that pictures are painted in the thread, which does not come to it
        monkeypatch.setattr(surface.worker, "ask", lambda _work: None)
    circles.set_frame(np.full(7, 2.0), np.exp(2j) * np.ones(7))
    settle(circles)
    assert arrow() == pytest.approx(0.0 if is_painted(circles) else 2.0)
    if is_painted(circles):
        monkeypatch.undo()
        surface._asked = None
        settle(circles)
        assert arrow() == pytest.approx(2.0)


def test_the_lowest_name_stands_within_a_flat_canvas(circles):
    circles.set_options(replace(circles.options, legend=False))
    circles.resize(500, 150)
    fill(circles, np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0, 1]]), 2000)
    pixels(circles)
    camera, names = circles.camera, circles.stage.phases.names
    assert len(names) == 2
    assert all(name.y + name.size()[1] <= camera.height for name in names)
