"""Linked cameras and cursors by real wheel, drag and pointer events; colour limits in common."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from tauscope.widgets.state import ViewOptions
from tauscope.widgets.view_group import ViewGroup
from tests.support.canvas import RIGHT, at, drag, pixels, send_move, settle, smooth_field, wheel


@pytest.fixture
def pair(make):
    """Return two linked views of different sizes, and their group."""
    first, second = make(), make("tau", "bids:viridis")
    second.resize(400, 300)
    settle(second)
    first.set_array(smooth_field())
    second.set_array(np.arange(96 * 64, dtype=np.int64).reshape(64, 96))
    group = ViewGroup({"a": first, "b": second})
    group.set_linked(True)
    return first, second, group


def region(view):
    """Centre, and cells across the smaller scale, of what a view shows."""
    camera, lattice = view.camera, view.lattice
    whole = min(camera.width / lattice.nx, camera.height / lattice.ny)
    return camera.cx, camera.cy, camera.scale / whole


def test_wheel_and_drag_move_both_and_fit_brings_both_back(pair):
    first, second, group = pair
    start = region(second)
    wheel(first, at(first, 30, 20), 5)
    assert region(second) == pytest.approx(region(first))
    assert region(second)[2] > 2 * start[2]
    drag(second, QPoint(200, 120), QPoint(150, 160), button=RIGHT)
    assert region(first) == pytest.approx(region(second))
    second.fit()
    assert region(first) == pytest.approx(start)
    group.set_linked(False)
    wheel(first, at(first, 30, 20), 3)
    assert region(second) == pytest.approx(start)


def test_views_of_another_lattice_go_their_own_way(pair):
    first, second, _ = pair
    second.set_array(np.zeros((20, 30), np.int64))
    before = region(second)
    wheel(first, at(first, 30, 20), 5)
    assert region(second) == before


def test_the_pointer_is_a_cross_with_the_value_at_the_same_cell(pair):
    first, second, group = pair
    plain = pixels(second)
    send_move(first, at(first, 70, 11))
    assert second.readout() == f"x 70  y 11  τ {11 * 96 + 70:,} ticks"
    crossed = pixels(second)
    px, py = (round(v) for v in second.world_to_pixel(70, 11))
    row, column = crossed[py, :].astype(int), crossed[:, px].astype(int)
    assert (np.abs(row - plain[py, :]).max(axis=1) > 20).mean() > 0.5
    assert (np.abs(column - plain[:, px]).max(axis=1) > 20).mean() > 0.5
    np.testing.assert_array_equal(crossed[py, px], plain[py, px])  # the cell itself is left free
    first.point_away()
    assert second.readout() == ""
    np.testing.assert_array_equal(pixels(second), plain)
    group.set_linked(False)
    send_move(first, at(first, 40, 40))
    assert second.cursor_cell is None


def test_shared_limits_hold_the_values_of_all_views_of_one_kind(make):
    moment = [0.0]
    first, second, other = make("phi", "crameri:vik"), make("phi", "crameri:vik"), make("tau", "bids:viridis")
    group = ViewGroup({"a": first, "b": second, "c": other}, clock=lambda: moment[0])
    for view in (first, second):
        view.set_options(ViewOptions("phi", "crameri:vik", "shared"))
    other.set_options(ViewOptions("tau", "bids:viridis", "shared"))
    first.set_array(np.full((64, 96), -0.25) + smooth_field() * 0.1)
    second.set_array(smooth_field() * 2.0)
    other.set_array(np.arange(96 * 64, dtype=np.int64).reshape(64, 96))
    top = 2.0 * float(smooth_field().max())
    assert first.colour_limits == second.colour_limits == pytest.approx((-top, top))
    assert other.colour_limits == (0, 96 * 64 - 1)
    moment[0] += 1.0
    second.set_array(smooth_field() * 0.5)
    assert first.colour_limits == second.colour_limits
    assert first.colour_limits[1] < top / 2
    second.set_options(ViewOptions("phi", "crameri:vik"))
    second.set_array(smooth_field() * 5.0)
    assert first.colour_limits[1] < top
    assert group.linked is False


def test_once_keeps_the_limits_of_the_first_frame(view):
    view.set_options(ViewOptions("f", "bids:magma", "once"))
    view.set_array(smooth_field())
    limits = view.colour_limits
    view.set_array(smooth_field() * 3)
    assert view.colour_limits == limits
    view.autoscale_once()
    assert view.colour_limits == pytest.approx(tuple(3 * one for one in limits))
