"""Symlog, contours, differences and scale bar, in both surfaces and in snapshots, read from pixels."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import SymLogNorm

from tauscope.widgets.canvas import colormaps, contours, gl, plates, raster, scaling
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.field_view import FieldView, ordinal
from tauscope.widgets.limits_dialog import NumbersDialog
from tauscope.widgets.state import ViewOptions
from tests.support.canvas import NX, NY, as_array, at, color_of_cell, pixels, send_move, settle, smooth_field

DECADES = ViewOptions("phi", "crameri:vik", "frozen", -10.0, 10.0, scale="symlog", linthresh=0.01)
CELLS = [(4, 4), (30, 20), (48, 32), (60, 50), (80, 10), (10, 55)]


def decades() -> Any:
    """Values of both signs over four decades."""
    x = np.linspace(-1, 1, NX)[np.newaxis] + 0.1 * np.linspace(-1, 1, NY)[:, np.newaxis]
    return np.sign(x) * 10 ** (4 * np.abs(x) - 3.4)


@pytest.fixture(params=["card", "painted"])
def shown(
    request: pytest.FixtureRequest, make: Callable[..., FieldView], monkeypatch: pytest.MonkeyPatch
) -> FieldView:
    """Return a shown view of phi on either surface."""
    if request.param == "painted":
        monkeypatch.setattr(gl, "problem", lambda: "OpenGL is switched off by the test.")
    view = make("phi", "crameri:vik")
    assert isinstance(view.stage.surface, raster.RasterSurface) == (request.param == "painted")
    return view


# ----- symlog


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e3))
def test_symlog_is_matplotlibs_with_natural_logarithm_and_goes_back(value, thresh):
    norm = SymLogNorm(thresh, linscale=1 - 1 / np.e, base=np.e, vmin=-1e6, vmax=1e6)
    with np.errstate(all="ignore"):
        wanted = float(norm(value))
    assert scaling.share_of(value, -1e6, 1e6, thresh) == pytest.approx(wanted, abs=1e-9)
    assert scaling.symlog_back(scaling.symlog(value, thresh), thresh) == pytest.approx(value, rel=1e-9)
    found = scaling.symlog_array(np.array([value]), thresh)
    assert float(found[0]) == pytest.approx(scaling.symlog(value, thresh), rel=1e-5, abs=1e-30)


def test_symlog_colours_agree_with_numpy_and_the_pointer_reads_raw_values(shown, tolerances):
    array = decades()
    array[39:42, 4:7] = np.nan
    shown.set_options(DECADES)
    shown.set_array(array)
    assert shown.linear_within == 0.01
    picture, snapshot = pixels(shown), as_array(shown.painted(640, 452))
    low, high = scaling.symlog(-10.0, 0.01), scaling.symlog(10.0, 0.01)
    for i, j in CELLS:
        value = float(array[j, i])
        size = abs(value) / 0.01
        scaled = np.sign(value) * (size if size <= 1 else 1 + np.log(size))
        wanted = np.array(colormaps.color_at("crameri:vik", float((scaled - low) / (high - low))), int)
        for image in (picture, snapshot):
            seen = color_of_cell(shown, image, i, j).astype(int)
            assert np.abs(seen - wanted).max() <= tolerances["canvas"]["smoothed"], (i, j, seen, wanted)
    grey = color_of_cell(shown, picture, 5, 40).astype(int)
    assert np.abs(grey - [0x6B, 0x74, 0x80]).max() <= 1
    send_move(shown, at(shown, 60, 50))
    assert shown.readout().startswith(f"x 60  y 50  ϕ {array[50, 60]:.1f}")


def test_symlog_and_linear_differ_and_the_bar_follows(shown):
    shown.set_options(DECADES)
    shown.set_array(decades())
    log = pixels(shown)
    texts = [text for _, text in shown.stage.scene.plates[-1]._ticks()]
    assert "0" in texts
    assert any("e" in text or text.endswith("0.1") for text in texts)
    shown.set_options(ViewOptions("phi", "crameri:vik", "frozen", -10.0, 10.0))
    assert (pixels(shown) != log).any(axis=2).mean() > 0.3
    assert shown.stage.scene.plates[-1].thresh == 0


def test_large_counters_keep_their_differences_on_the_symlog_scale(make):
    view = make("tau", "bids:viridis")
    array = 100_000_000 + 3 * np.arange(NX, dtype=np.int64)[np.newaxis] * np.ones((NY, 1), np.int64)
    view.set_options(ViewOptions("tau", "bids:viridis", scale="symlog"))
    view.set_array(array)
    assert len(np.unique(pixels(view)[200, 150:500], axis=0)) > 50


@pytest.mark.parametrize(
    ("low", "high", "thresh"), [(-10, 10, 0.01), (0, 3e5, 1), (1e-6, 1, 0.01), (-5, 0, 5)]
)
def test_ticks_are_round_few_and_inside(low, high, thresh):
    found = scaling.round_values(low, high, 7, thresh)
    assert 1 <= len(found) <= 7
    assert all(low <= value <= high for value in found)
    shares = [scaling.share_of(value, low, high, thresh) for value in found]
    assert shares == sorted(shares)


# ----- contours


def test_points_of_contours_have_the_value_of_their_level():
    array = smooth_field().astype(np.float64)
    found = contours.trace(array, (0.6, 0.8, 1.0))
    assert [level.value for level in found.levels] == [0.6, 0.8, 1.0]
    for level in found.levels:
        x, y = level.points.T
        i, j = np.floor(x).astype(int), np.floor(y).astype(int)
        i, j = np.minimum(i, NX - 2), np.minimum(j, NY - 2)
        u, v = x - i, y - j
        value = (
            array[j, i] * (1 - u) * (1 - v) + array[j, i + 1] * u * (1 - v)
            + array[j + 1, i] * (1 - u) * v + array[j + 1, i + 1] * u * v
        )  # fmt: skip
        # Points lie on the edges between cells, where interpolation is linear.
        np.testing.assert_allclose(value, level.value, rtol=0, atol=1e-12)
    pieces = found.segments
    assert len(pieces) == sum(len(one.points) - (len(one.offsets) - 1) for one in found.levels)
    assert np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]).max() <= np.sqrt(2) + 1e-6


def test_contours_leave_out_what_is_no_number_and_large_or_noisy_fields_are_coarsened():
    array = np.tile(np.arange(64.0), (64, 1))
    array[20:40] = np.nan
    y = np.concatenate([level.points[:, 1] for level in contours.trace(array, (30.5,)).levels])
    assert ((y <= 19) | (y >= 40)).all()
    large = np.tile(np.arange(2048.0), (2048, 1))
    found = contours.Tracer().trace(large, (1000.0,))
    assert found.stride == 13
    np.testing.assert_allclose(found.levels[0].points[:, 0], 1000.0)
    tracer, noise = contours.Tracer(), np.random.default_rng(1).random((150, 150))
    for _ in range(4):
        found = tracer.trace(noise, (0.3, 0.5, 0.7))
    assert found.size <= contours.MOST_POINTS
    assert found.stride > 1
    for _ in range(6):
        found = tracer.trace(np.tile(np.arange(150.0), (150, 1)), (100.5,))
    assert found.stride == 1


def test_contours_are_drawn_where_the_field_has_their_value(shown):
    array = np.tile(np.linspace(-1, 1, NX), (NY, 1))
    options = ViewOptions("phi", "crameri:vik", "frozen", -1.0, 1.0)
    shown.set_options(options)
    shown.set_array(array)
    plain, before = pixels(shown), as_array(shown.painted(640, 452))
    shown.set_options(ViewOptions("phi", "crameri:vik", "frozen", -1.0, 1.0, levels=(-0.5, 0.25)))
    drawn, after = pixels(shown), as_array(shown.painted(640, 452))
    row = int(shown.world_to_pixel(0, 20.5)[1])
    for old, new in ((plain, drawn), (before, after)):
        changed = np.flatnonzero((old[row] != new[row]).any(axis=1))
        for level in (-0.5, 0.25):
            px = shown.world_to_pixel((level + 1) / 2 * (NX - 1), 0)[0]
            near = changed[np.abs(changed + 0.5 - px) < 4]
            assert 1 <= len(near) <= 6
            line = new[row, near].astype(int).max(axis=0)
            assert line.min() > 140  # light in the middle
        px = [shown.world_to_pixel((level + 1) / 2 * (NX - 1), 0)[0] for level in (-0.5, 0.25)]
        assert all(min(abs(x + 0.5 - p) for p in px) < 4 for x in changed if 20 < x < 520)


def test_levels_by_number_are_round_and_labelled_and_move_with_the_camera(shown):
    shown.set_options(ViewOptions("phi", "crameri:vik", contours=5, contour_labels=True))
    shown.set_array(np.tile(np.linspace(-1, 1, NX), (NY, 1)))
    settle(shown)
    assert shown.contour_levels == pytest.approx((-0.5, 0.0, 0.5), abs=1e-9)
    texts = [p for p in shown.stage.scene.plates if isinstance(p, plates.TextPlate)]
    assert {"−0.50", "0", "0.50"} <= {p.text for p in texts}
    before = {p.text: p.x for p in texts}
    shown.pan(30, 0)
    settle(shown)
    after = {p.text: p.x for p in shown.stage.scene.plates if isinstance(p, plates.TextPlate)}
    assert after["0.50"] == pytest.approx(before["0.50"] + 30, abs=1)
    shown.set_options(ViewOptions("phi", "crameri:vik"))
    settle(shown)
    assert shown.stage.scene.contours is None


def test_levels_and_threshold_are_typed(view):
    view.set_array(smooth_field())
    view.header.levels_wished.emit()
    dialog = view.findChild(NumbersDialog)
    dialog.edit.setText("0.7, x")
    assert not dialog.buttons.button(dialog.buttons.StandardButton.Ok).isEnabled()
    dialog.edit.setText("0.9, 0.7")
    dialog.buttons.button(dialog.buttons.StandardButton.Ok).click()
    assert view.options.levels == (0.7, 0.9)
    view.header.threshold_wished.emit()
    dialog = next(d for d in view.findChildren(NumbersDialog) if d.isVisible())
    dialog.edit.setText("-1")
    assert "above 0" in dialog.problem.text()
    dialog.edit.setText("0.05")
    dialog.buttons.button(dialog.buttons.StandardButton.Ok).click()
    assert (view.options.scale, view.linear_within) == ("symlog", 0.05)


# ----- differences, scale bar, decimation


def test_a_difference_shows_both_values_and_never_one_field_alone(view):
    a, b = smooth_field(), np.full((NY, NX), 0.25, np.float32)
    view.set_options(ViewOptions("f", "colorbrewer:RdBu_r", "symmetric", minus="phi"))
    view.set_array(a)
    assert view.array is None
    view.set_array(a - b, None, (a, b))
    assert view.header.title.text() == "f(x) − ϕ(x)"
    assert view.colour_limits[0] == -view.colour_limits[1]
    send_move(view, at(view, 60, 50))
    value = a[50, 60]
    assert view.readout() == (f"x 60  y 50  difference {value - np.float32(0.25):.2f}\nf {value:.2f}  ϕ 0.25")


def test_the_scale_bar_is_as_long_as_it_says(shown):
    shown.set_array(smooth_field().astype(np.float64))
    for zoom in (1.0, 3.7, 2.2):
        shown.zoom(zoom, 300, 200)
        settle(shown)
        ruler = next(p for p in shown.stage.scene.plates if isinstance(p, plates.RulerPlate))
        assert ruler.length == pytest.approx(ruler.cells * shown.camera.scale)
        assert ruler.length >= plates.RULER_LEAST
        assert str(ruler.cells).strip("0") in {"1", "2", "5"}


def test_a_large_lattice_is_coloured_where_it_is_seen():
    field = np.arange(2048 * 2048, dtype=np.float32).reshape(2048, 2048)
    found = raster.Scene(array=field, limits=(0.0, 2048.0 * 2048), camera=Camera.fit(2048, 2048, 900, 900))
    window = raster.window_of(found)
    assert (window.stride, window.i0, window.i1) == (2, 0, 2048)
    found.camera = Camera(1000.0, 700.0, 1.0, 400, 300)
    window = raster.window_of(found)
    assert (window.i0 <= 800, window.i1 >= 1201, window.j0 <= 550, window.j1 >= 851) == (True,) * 4
    assert (window.i1 - window.i0) * (window.j1 - window.j0) < 2 * 400 * 300
    colored = raster.colored(found, window)
    assert (colored.image.width(), colored.image.height()) == (window.i1 - window.i0, window.j1 - window.j0)
    color = colored.image.pixelColor(0, window.j1 - 1 - window.j0)
    share = field[window.j0, window.i0] / (2048.0 * 2048)
    wanted = colormaps.table(found.cmap)[int(255 * share + 0.5)]
    assert (color.red(), color.green(), color.blue()) == tuple(wanted[:3])


def test_ordinals():
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip


def test_a_painted_view_loads_no_opengl():
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([])\n"
        "from tauscope.widgets.surface_view import SurfaceView; s = SurfaceView(); s.show()\n"
        "app.processEvents(); s.release(); sys.exit('vispy.gloo.gl' in sys.modules)"
    )
    environment = {**os.environ, "TAUSCOPE_RASTER": "1"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=120)
