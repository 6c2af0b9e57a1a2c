"""Behaviour 21 for the field view: what is on the canvas, read back from rendered pixels."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from tauscope.engine.base import Limits
from tauscope.widgets import theme
from tauscope.widgets.canvas import colormaps, scene
from tauscope.widgets.canvas.raster import RasterSurface
from tauscope.widgets.state import ViewOptions
from tests.support.canvas import (
    NX,
    NY,
    Heard,
    as_array,
    at,
    color_of_cell,
    gaussian,
    pixels,
    send_move,
    settle,
    smooth_field,
    wheel,
)  # fmt: skip

CELLS = [(5, 5), (32, 16), (60, 50), (20, 58), (80, 30)]


def expected(view, value):
    low, high = view.colour_limits
    return np.array(colormaps.color_at(view.options.cmap, (value - low) / (high - low)), int)


@pytest.fixture
def assert_agrees(tolerances):
    """Return a function that says whether cells of the picture have the colours of their values."""
    allowed = tolerances["canvas"]["pixel"]

    def agrees(view, array, cells=CELLS):
        picture = pixels(view)
        for i, j in cells:
            seen = color_of_cell(view, picture, i, j).astype(int)
            assert np.abs(seen - expected(view, float(array[j, i]))).max() <= allowed, (i, j, seen)

    return agrees


def test_the_canvas_is_a_valid_opengl_widget(view):
    assert view.canvas_native.isValid()
    assert view.stage.reason == ""
    assert not view.header.warning.isVisible()


@pytest.mark.parametrize(
    ("field", "cmap", "dtype"),
    [
        ("f", "bids:magma", np.float32),
        ("tau", "bids:viridis", np.int64),
        ("phi", "colorbrewer:RdBu_r", np.float64),
    ],
)
def test_colours_are_those_of_the_field(make, field, cmap, dtype, assert_agrees):
    view = make(field, cmap)
    scale, shift = {"f": (1, 0), "tau": (48210, 0), "phi": (1, -1)}[field]
    array = (smooth_field().astype(np.float64) * scale + shift).astype(dtype)
    view.set_array(array)
    assert_agrees(view, array)
    assert len(np.unique(pixels(view).reshape(-1, 3), axis=0)) >= 50
    if field == "phi":
        assert view.colour_limits[0] == -view.colour_limits[1]


def test_the_picture_changes_with_the_data_and_keeps_when_nothing_does(view, assert_agrees):
    array = smooth_field()
    view.set_array(array)
    first = pixels(view)
    np.testing.assert_array_equal(pixels(view), first)
    other = np.ascontiguousarray(array[::-1])
    view.set_array(other)
    assert (pixels(view) != first).any(axis=2).mean() > 0.5
    assert_agrees(view, other)


@pytest.mark.parametrize("steps", [6, 14, -4])
def test_colours_agree_at_every_zoom(view, steps, assert_agrees):
    array = smooth_field()
    view.set_array(array)
    wheel(view, at(view, 60, 50), steps)
    assert view.camera.scale > scene.SMOOTH_BELOW or steps != 14
    assert_agrees(view, array, [(60, 50)])


def test_cells_have_sharp_edges_close_up(view):
    array = smooth_field()
    array[50, 60] += 0.3
    view.set_array(array)
    wheel(view, at(view, 60, 50), 14)
    picture = pixels(view)
    px, py = view.world_to_pixel(60, 50)
    half = view.camera.scale / 2
    center = picture[int(py), int(px)]
    np.testing.assert_array_equal(picture[int(py), int(px + half - 2)], center)
    assert (picture[int(py), int(px + half + 2)] != center).any()


def test_nan_is_grey_and_does_not_spread_to_the_limits(view, assert_agrees):
    array = smooth_field()
    array[40:44, 60:64] = np.nan
    view.set_array(array)
    picture = pixels(view)
    px, py = view.world_to_pixel(61.5, 41.5)
    grey = [int(scene.NAN_COLOR[k : k + 2], 16) for k in (1, 3, 5)]
    assert np.abs(picture[int(py), int(px)].astype(int) - grey).max() <= 1
    assert np.isfinite(view.colour_limits).all()
    assert_agrees(view, array)


def test_limits_follow_freeze_and_can_be_set(make, assert_agrees):
    moment = [0.0]
    view = make(clock=lambda: moment[0])
    array = smooth_field()
    view.set_array(array)
    start = view.colour_limits
    assert start == (float(array.min()), float(array.max()))
    moment[0] += 0.05
    view.set_array(array * np.float32(1.5))
    assert view.colour_limits[1] == pytest.approx(1.5 * start[1])  # wider at once
    moment[0] += 0.05
    view.set_array(array)
    assert start[1] < view.colour_limits[1] < 1.5 * start[1]  # narrower in time
    view.set_array(array * np.float32(1.5))
    view.autoscale_once()
    assert view.colour_limits[1] == pytest.approx(1.5 * start[1])
    view.set_options(ViewOptions("f", "bids:magma", "frozen", 0.0, 2.0))
    view.set_array(array)
    assert view.colour_limits == (0.0, 2.0)
    assert_agrees(view, array)
    heard = Heard(view.options_changed)
    view.autoscale_once()
    assert heard.last[0].autoscale == "frozen"
    assert view.colour_limits == start


def test_robust_limits_ignore_a_hot_cell(view):
    array = smooth_field()
    array[0, 0] = 50.0
    view.set_options(ViewOptions("f", "bids:magma", "robust"))
    view.set_array(array)
    found = Limits.of(array)
    assert view.colour_limits == (found.robust_low, found.robust_high)
    assert view.colour_limits[1] < 2


def test_the_colour_bar_shows_the_map_with_its_largest_value_on_top(view):
    view.set_array(smooth_field())
    picture = pixels(view)
    bar = view.stage.scene.plates[-1]
    x = int(bar.x + bar.width - 9 - 4)
    top = picture[int(bar.y + 24), x].astype(int)
    bottom = picture[int(bar.y + bar.height - 24), x].astype(int)
    table = colormaps.table("bids:magma")[:, :3].astype(int)
    assert np.abs(table[-12:] - top).max(axis=1).min() <= 4
    assert np.abs(table[:12] - bottom).max(axis=1).min() <= 4


def test_value_under_the_pointer_follows_the_data(view):
    array = smooth_field()
    view.set_array(array)
    view.set_value_error(0.002)
    heard = Heard(view.pointer_moved)
    send_move(view, at(view, 60, 50))
    x, y, inside = heard.last
    assert inside
    assert (round(x), round(y)) == (60, 50)
    assert view.readout() == f"x 60  y 50  f {array[50, 60]:.3f} ± 0.002"
    before = pixels(view)
    view.set_array(array + np.float32(0.25), Limits.of(array))
    assert view.readout() == f"x 60  y 50  f {array[50, 60] + 0.25:.3f} ± 0.002"
    corner = (slice(-40, None), slice(0, 160))
    assert (pixels(view)[corner] != before[corner]).any()
    assert view.value_at(-3, 0) is None
    assert view.value_at(5, 7) == pytest.approx(array[7, 5] + 0.25)


def test_a_lattice_that_grows_under_the_pointer_has_no_value_before_its_field_comes(view):
    array = smooth_field()
    view.set_array(array)
    send_move(view, at(view, 60, 50))
    view.set_lattice(4 * array.shape[1], 4 * array.shape[0], "disc", 20.0)
    assert view.value_at(array.shape[1], 0) is None and view.value_at(0, array.shape[0]) is None
    view.resolve()  # as a paint event does, which was an error with every picture
    assert view.array is None and view.empty_text == "Preparing…", "the old data are not stretched"
    view.set_array(array)  # a last frame of the old run is shown in its own extent
    assert (view.lattice.nx, view.lattice.ny) == (NX, NY)
    assert view.value_at(5, 7) == pytest.approx(array[7, 5])
    larger = smooth_field(4 * NX, 4 * NY)
    view.set_array(larger)
    assert view.lattice.is_disc and view.lattice.nx == 4 * NX
    assert view.value_at(300, 200) == pytest.approx(larger[200, 300])
    view.set_lattice(4 * NX, 4 * NY, "periodic")
    assert view.array is larger, "another boundary of the same lattice"


def test_tau_shows_its_unit(make):
    view = make("tau", "bids:viridis")
    view.set_array(np.full((NY, NX), 21400, np.int64) + np.arange(NX))
    send_move(view, at(view, 10, 10))
    assert view.readout() == "x 10  y 10  τ 21,410 ticks"
    pixels(view)
    assert view.stage.scene.plates[-1].unit == "ticks"


def test_sources_are_drawn_where_they_are(view):
    array = np.full((NY, NX), 0.5, np.float32)
    view.set_options(ViewOptions("f", "bids:magma", "frozen", 0.0, 1.0))
    view.set_array(array)
    plain = pixels(view)
    view.set_sources((gaussian(x=30.0, y=20.0, width=6.0),))
    marked = pixels(view)
    px, py = view.world_to_pixel(30, 20)
    assert marked[int(py), int(px)].min() > 230
    rim = view.world_to_pixel(36, 20)
    assert (marked[int(rim[1]), int(rim[0]) - 2 : int(rim[0]) + 3].min(axis=1) > 180).any()
    far = view.world_to_pixel(70, 50)
    np.testing.assert_array_equal(marked[int(far[1]), int(far[0])], plain[int(far[1]), int(far[0])])
    view.set_selection(frozenset({"s1"}))
    chosen = pixels(view)
    left = view.world_to_pixel(24, 20)
    red, _green, blue = chosen[int(left[1]), int(left[0]) - 1 : int(left[0]) + 2].astype(int).mean(axis=0)
    assert blue > red + 60


def test_an_empty_view_says_what_to_do(make):
    view = make()
    picture = pixels(view)
    middle = picture[picture.shape[0] // 2 - 12 : picture.shape[0] // 2 + 12]
    assert (middle.max(axis=2) > 100).sum() > 100
    view.set_array(smooth_field())
    pixels(view)
    view.clear()
    np.testing.assert_array_equal(pixels(view), picture)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_both_themes_are_readable(view, name):
    colors = theme.THEMES[name]
    view.set_theme(colors)
    view.set_note("EMA 300 · nearly steady 4.1 e-folds (2 % left)")
    view.set_array(smooth_field())
    picture = pixels(view)
    background = [int(colors.canvas[k : k + 2], 16) for k in (1, 3, 5)]
    wheel(view, QPoint(320, 200), -3)
    np.testing.assert_allclose(pixels(view)[5, 5], background, atol=1)
    header = as_array(view.header.grab().toImage()).astype(int)
    panel = [int(colors.panel[k : k + 2], 16) for k in (1, 3, 5)]
    assert np.abs(header[2, header.shape[1] // 2] - panel).max() <= 1
    ink = np.abs(header - panel).max(axis=2)
    assert ink[:, : header.shape[1] // 2].max() > 120
    assert picture.shape == (view.canvas_native.height(), view.canvas_native.width(), 3)


def test_painted_matches_the_graphics_card(view):
    view.set_array(smooth_field())
    view.set_sources((gaussian(),))
    size = view.canvas_native.size()
    drawn = pixels(view).astype(int)
    painted = as_array(view.painted(size.width(), size.height())).astype(int)
    apart = np.abs(drawn - painted).max(axis=2)
    assert np.median(apart) <= 4
    assert (apart > 40).mean() < 0.01
    twice = as_array(view.painted(size.width(), size.height(), 2.0))
    assert twice.shape[:2] == (2 * size.height(), 2 * size.width())
    np.testing.assert_array_equal(pixels(view).astype(int), drawn)


def test_raster_fallback_shows_the_same_and_says_so(view, assert_agrees):
    array = smooth_field()
    view.set_array(array)
    view.set_sources((gaussian(),))
    drawn = pixels(view).astype(int)
    view.stage.fall_back("No OpenGL here.")
    assert isinstance(view.canvas_native, RasterSurface)
    assert view.header.warning.isVisible()
    assert_agrees(view, array)
    assert (np.abs(pixels(view).astype(int) - drawn).max(axis=2) > 40).mean() < 0.01
    heard = Heard(view.selection_changed)
    from PySide6.QtTest import QTest

    from tests.support.canvas import LEFT, NONE

    QTest.mouseClick(view.canvas_native, LEFT, NONE, at(view, 40.25, 30.5))
    assert heard.last == (frozenset({"s1"}),)


OFFSCREEN = """
import sys
from PySide6.QtWidgets import QApplication
import numpy as np
app = QApplication(sys.argv)
from tauscope.widgets.canvas import gl
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.state import ViewOptions
view = FieldView()
view.set_options(ViewOptions("f", "bids:magma"))
y, x = np.mgrid[:64, :64]
view.set_array((x * y).astype(np.float32))
view.resize(300, 300)
view.show()
app.processEvents()
image = view.picture()
colors = {image.pixel(i, j) for i in range(0, image.width(), 3) for j in range(0, image.height(), 3)}
kind = type(view.canvas_native).__name__
print(kind, len(colors) >= 50, bool(gl.problem()), view.header.warning.isVisible())
"""


def test_without_opengl_the_view_is_painted():
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "TAUSCOPE_RASTER": "1"}
    done = subprocess.run(
        [sys.executable, "-c", OFFSCREEN],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["RasterSurface", "True", "True", "True"]


def test_a_lost_context_is_rebuilt_from_what_is_held(view):
    array = smooth_field()
    view.set_array(array)
    view.set_sources((gaussian(),))
    before = pixels(view)
    surface = view.canvas_native
    surface.makeCurrent()
    held = surface._drawing.target.context.shared.parser._objects
    assert len(held) > 5
    for one in held.values():
        one.delete()  # as textures, buffers and programs go with the context that is lost
    surface.initializeGL()  # what Qt calls with a new context in place of a lost one
    surface.doneCurrent()
    np.testing.assert_array_equal(pixels(view), before)
    assert surface.contexts == 2


def on_screen(view):
    settle(view)
    native = view.canvas_native
    corner = native.mapToGlobal(QPoint(0, 0))
    box = (corner.x(), corner.y(), native.width(), native.height())
    grab = QGuiApplication.primaryScreen().grabWindow(0, *box)
    return as_array(grab.toImage())


def float_and_dock(view, qtbot, cycles):
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QDockWidget, QWidget

    window = QMainWindow()
    window.setCentralWidget(QWidget())
    docks = [QDockWidget(name) for name in ("view", "other")]
    docks[0].setWidget(view)
    docks[1].setWidget(QWidget())
    for dock in docks:
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    window.resize(900, 600)
    window.show()
    qtbot.waitExposed(window)
    array = smooth_field()
    view.set_array(array)
    black = 0
    for cycle in range(cycles):
        docks[0].setFloating(True)
        black += looks_black(view)
        docks[0].setFloating(False)
        window.tabifyDockWidget(docks[1], docks[0])
        docks[1].raise_()
        qtbot.wait(5)
        docks[0].raise_()
        black += looks_black(view)
        docks[0].hide()
        qtbot.wait(5)
        docks[0].show()
        docks[0].raise_()
        view.set_array(array + np.float32(0.001 * cycle))
        black += looks_black(view)
    assert black == 0
    view.canvas_native.makeCurrent()
    assert view.canvas_native.context().functions().glGetError() == 0
    view.canvas_native.doneCurrent()
    assert view.canvas_native.isValid()
    view.setParent(None)
    window.close()
    window.deleteLater()


def looks_black(view):
    picture = on_screen(view)
    return len(np.unique(picture.reshape(-1, 3), axis=0)) < 50


def test_floating_docking_and_hiding_keep_the_picture(view, qtbot):
    float_and_dock(view, qtbot, 5)


@pytest.mark.slow
def test_floating_docking_and_hiding_25_times(view, qtbot):
    float_and_dock(view, qtbot, 25)
