"""The height map, on the graphics card and painted: it shows the field, turns under the mouse, follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.widgets.canvas import colormaps, gl, surface3d
from tauscope.widgets.canvas.orbit import Orbit
from tauscope.widgets.canvas.relief import Relief
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.state import ViewOptions
from tauscope.widgets.surface_view import SurfaceView
from tests.support.canvas import NX, NY, as_array, smooth_field


def settle(surface: SurfaceView) -> None:
    """Let a picture be drawn that is newer than everything done so far."""
    before = surface.surface.frames
    surface.surface.update()
    for _ in range(200):
        QApplication.processEvents()
        if surface.surface.frames > before:
            return
        QTest.qWait(5)
    raise AssertionError("the surface was not drawn within a second")


def pixels(surface: SurfaceView) -> Any:
    """Rendered surface, shape (height, width, 3)."""
    settle(surface)
    return as_array(surface.picture())


@pytest.fixture(params=["card", "painted"])
def surface(
    request: pytest.FixtureRequest, qapp: QApplication, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SurfaceView]:
    """Return a shown surface of either kind."""
    if request.param == "painted":
        monkeypatch.setattr(gl, "problem", lambda: "OpenGL is switched off by the test.")
    made = SurfaceView()
    qtbot.addWidget(made)
    made.resize(480, 420)
    made.show()
    qtbot.waitExposed(made)
    kind = surface3d.PaintedRelief if request.param == "painted" else surface3d.GlRelief
    assert isinstance(made.surface, kind)
    yield made
    made.release()


@pytest.fixture
def followed(surface: SurfaceView, make: Callable[..., FieldView]) -> tuple[SurfaceView, FieldView]:
    """Return a surface that follows a view of f."""
    view = make()
    view.set_array(smooth_field())
    surface.follow(view)
    return surface, view


def test_an_empty_surface_says_so(surface):
    assert len(np.unique(pixels(surface).reshape(-1, 3), axis=0)) > 5


def test_it_shows_the_field_in_many_colours_and_turns_under_the_mouse(followed):
    surface, _ = followed
    first = pixels(surface)
    assert len(np.unique(first.reshape(-1, 3), axis=0)) >= 50
    native, before = surface.canvas_native, surface.orbit
    QTest.mousePress(native, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 200))
    QTest.mouseMove(native, QPoint(260, 215))
    QTest.mouseRelease(native, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(260, 215))
    assert surface.orbit.turn != before.turn
    assert surface.orbit.tilt > before.tilt
    turned = pixels(surface)
    assert (turned != first).any(axis=2).mean() > 0.05
    QTest.mouseMove(native, QPoint(100, 100))
    np.testing.assert_array_equal(pixels(surface), turned)


def test_it_follows_the_data_of_its_view(followed, qtbot):
    surface, view = followed
    first = pixels(surface)
    view.set_array(np.ascontiguousarray(smooth_field()[::-1, ::-1]))
    qtbot.waitUntil(lambda: surface.relief.array is view.array)
    assert (pixels(surface) != first).any(axis=2).mean() > 0.05
    view.set_options(ViewOptions("f", "bids:viridis"))
    assert surface.relief.label == "f(x)"


def test_the_keyboard_turns_zooms_lifts_and_resets(followed):
    surface, _ = followed
    native = surface.canvas_native
    native.setFocus()
    for key, modifiers, changed in (
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, "turn"),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, "tilt"),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, "zoom"),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier, "lift"),
    ):
        before, picture = surface.orbit, pixels(surface)
        QTest.keyClick(native, key, modifiers)
        differing = {
            n for n in ("turn", "tilt", "zoom", "lift") if getattr(before, n) != getattr(surface.orbit, n)
        }
        assert differing == {changed}
        assert (pixels(surface) != picture).any()
    QTest.keyClick(native, Qt.Key.Key_F)
    assert surface.orbit == Orbit()


def test_from_above_the_surface_has_the_colours_of_its_cells(followed, tolerances, qtbot):
    surface, view = followed
    array = np.tile(np.linspace(0, 1, NX, dtype=np.float32), (NY, 1))
    view.set_options(ViewOptions("f", "bids:magma", "frozen", 0.0, 1.0))
    view.set_array(array)
    surface.take()
    surface.set_orbit(Orbit(0.0, 90.0, 1.0, 0.02))
    qtbot.waitUntil(lambda: surface.surface.fine)  # a painted one is coarse until it rests
    picture = pixels(surface)
    size = surface.orbit.pixels(surface.canvas_native.width(), surface.canvas_native.height())
    table = colormaps.table("bids:magma").astype(float)
    for i in (10, 40, 80):
        px = surface.orbit.middle(surface.canvas_native.width()) + (i - (NX - 1) / 2) / NX * size
        seen = picture[surface.canvas_native.height() // 2, int(px)].astype(float)
        share = i / (NX - 1)
        expected = table[round(255 * share), :3]
        # A slope of 0.02 of the side darkens by less than one step; the mesh is coarser than the field.
        assert np.abs(seen - expected).max() <= tolerances["canvas"]["surface"], (i, seen, expected)


def test_heights_are_shares_of_the_colour_bar_also_on_the_symlog_scale():
    field = np.array([[0.0, 0.01], [1.0, -1.0]])
    relief = Relief(array=field, limits=(-1.0, 1.0))
    np.testing.assert_allclose(relief.shares(256), (field + 1) / 2, rtol=1e-6)
    relief.thresh = 0.01
    top = 1 + np.log(100)
    np.testing.assert_allclose(relief.shares(256), [[0.5, 0.5 + 0.5 / top], [1, 0]], rtol=1e-6)
    large = Relief(array=np.arange(2048.0 * 1024).reshape(1024, 2048), limits=(0.0, 2048.0 * 1024))
    assert large.shares(256).shape == (128, 256)


def test_faces_are_painted_from_the_farthest_and_cells_without_a_number_left_out():
    field = np.zeros((12, 12))
    field[4, 4] = np.nan
    relief = Relief(array=field, limits=(-1.0, 1.0), orbit=Orbit(0.0, 30.0))
    corners, colors = surface3d.faces(relief, 400, 300, 96)
    assert len(corners) == len(colors) == 11 * 11 - 4
    heights = corners[:, :, 1].mean(axis=1)
    assert (np.diff(heights) >= -1e-9).all()  # nearer faces lie lower on the canvas
