"""Complex numbers on a canvas: hue is phase, brightness is modulus, on the card and by the processor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from tauscope.engine.base import FieldSpec, Limits
from tauscope.widgets.canvas import colormaps, contours, domain, gl, phase_bar
from tauscope.widgets.canvas.phase_colors import ring_table
from tauscope.widgets.canvas.raster import RasterSurface
from tauscope.widgets.canvas.ring import RING, ring_colors
from tauscope.widgets.canvas.scaling import symlog
from tauscope.widgets.canvas.scene import NAN_COLOR
from tauscope.widgets.canvas.shapes import rgba
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.state import ViewOptions
from tests.support.canvas import Heard, as_array, at, color_of_cell, pixels, send_move, wheel

NX, NY = 24, 16
PSI = FieldSpec("psi", "Ψ", "Wave", ("y", "x"), "complex64", palette="cyclic")
PHASE = FieldSpec("phase", "arg Ψ", "Phase", ("y", "x"), "float64", "rad", palette="cyclic")
SPECS = {"psi": PSI, "phase": PHASE}


def wave(nx: int = NX, ny: int = NY, dtype: str = "complex64") -> Any:
    """Numbers of every phase, of moduli from 0 to 3, without symmetry."""
    y, x = np.mgrid[:ny, :nx]
    size = 3 * np.exp(-((x - nx / 3) ** 2 + (y - ny / 4) ** 2) / (nx * ny / 4))
    return (size * np.exp(1j * (0.7 * x + 0.31 * y + 0.02 * x * y))).astype(dtype)


both = pytest.mark.parametrize("kind", ["card", "painted"])
"""On either surface; what no surface has a part in is looked at on one."""


@pytest.fixture
def kind() -> str:
    """Return the surface of a test that needs but one."""
    return "painted"


@pytest.fixture
def view(kind: str, make: Callable[..., FieldView], monkeypatch: pytest.MonkeyPatch) -> FieldView:
    """Return a view of a wave."""
    if kind == "painted":
        monkeypatch.setattr(gl, "problem", lambda: "OpenGL is switched off by the test.")
    found = make()
    found.set_specs(SPECS)
    found.set_options(ViewOptions("psi", RING))
    assert isinstance(found.stage.surface, RasterSurface) == (kind == "painted")
    return found


def shown_color(value: complex, high: float, thresh: float = 0.0) -> Any:
    """Colour of a number from its definition: the ring at its phase times its share of the scale."""
    share = min(symlog(abs(value), thresh) / symlog(high, thresh), 1.0)
    return domain.ring_at(RING, np.array(np.angle(value))) * share


# ----- the ring


def lab(rgb: Any) -> Any:
    """CIELAB (D65) of sRGB colours 0 to 255, from the definitions: IEC 61966-2-1 and CIE 15:2004."""
    part = np.asarray(rgb, float) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    ratio = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    bent = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def test_the_ring_is_even_and_closes():
    phases = np.linspace(-np.pi, np.pi, 721)
    light, a, b = lab(ring_colors(phases)[:, :3]).T
    chroma, hue = np.hypot(a, b), np.unwrap(np.arctan2(b, a))
    assert np.abs(light - 68).max() < 0.35  # half a step of 8 bits in each channel
    # 52 wherever sRGB has it; elsewhere at the very edge of what sRGB has: one channel at its end.
    edge = ((ring_colors(phases)[:, :3] <= 1) | (ring_colors(phases)[:, :3] >= 254)).any(axis=1)
    assert (np.abs(chroma - 52) < 0.8)[~edge].all()
    assert (chroma < 52.8).all()
    assert chroma.min() > 36
    assert (~edge).mean() > 0.5
    assert np.abs(hue - hue[0] - (phases - phases[0])).max() < 0.025  # evenly, once round
    table = colormaps.table(RING)
    np.testing.assert_array_equal(table[0], table[-1])
    np.testing.assert_array_equal(table[0], ring_table()[0])


def test_the_ring_is_the_default_of_cyclic_fields_and_that_of_the_phase_circles():
    assert colormaps.default_map("cyclic") == RING
    assert colormaps.short_name(RING) == "ring"
    np.testing.assert_array_equal(ring_table()[64], ring_colors(np.array([-np.pi / 2]))[0])


# ----- by table


@pytest.mark.parametrize("thresh", [0.0, 0.05])
def test_the_table_agrees_with_the_definition(tolerances, thresh):
    values = wave(96, 64)
    packed = domain.domain_colors(values, RING, 0.0, 2.5, thresh, 0)
    found = np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], axis=-1).astype(float)
    share = np.clip(
        np.vectorize(lambda size: symlog(size, thresh))(np.abs(values)) / symlog(2.5, thresh), 0, 1
    )
    exact = domain.ring_at(RING, np.angle(values)) * share[..., np.newaxis]
    assert np.abs(found - exact).max() <= tolerances["canvas"]["pixel"]
    assert len(np.unique(packed)) > 3000


def test_numbers_on_the_axes_nothing_and_what_is_no_number():
    values = np.array([[0, 1, 1j, -1, -1j, complex(np.nan, 1), complex(1, np.nan), np.inf]], np.complex64)
    packed = domain.domain_colors(values, RING, 0.0, 1.0, 0.0, 0xFF123456)[0]
    assert packed[0] == 0xFF000000
    assert packed[5] == packed[6] == 0xFF123456
    for place, phase in ((1, 0.0), (2, np.pi / 2), (3, np.pi), (4, -np.pi / 2), (7, 0.0)):
        red, green, blue = domain.ring_at(RING, np.array(phase)).round().astype(int)
        seen = np.array([packed[place] >> 16 & 255, packed[place] >> 8 & 255, packed[place] & 255], int)
        assert np.abs(seen - (red, green, blue)).max() <= 1, phase


# ----- on the canvas


@both
def test_cells_have_the_colours_of_their_numbers(view, tolerances):
    values = wave()
    view.set_array(values)
    picture = pixels(view)
    high = view.colour_limits[1]
    assert view.colour_limits == (0.0, pytest.approx(float(np.abs(values).max())))
    assert view.camera.scale > 8  # cells, not smoothed
    for j in range(0, NY, 3):
        for i in range(0, NX - 4, 2):  # the colour bar covers the rest
            seen = color_of_cell(view, picture, i, j).astype(float)
            if j < 2:
                continue  # under the scale bar
            exact = shown_color(values[j, i], high)
            assert np.abs(seen - exact).max() <= tolerances["canvas"]["pixel"], (i, j, seen, exact)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) >= 50


def test_card_and_processor_paint_the_same_picture(make, monkeypatch, tolerances):
    found = []
    for kind in ("card", "painted"):
        if kind == "painted":
            monkeypatch.setattr(gl, "problem", lambda: "OpenGL is switched off by the test.")
        view = make()
        view.set_specs(SPECS)
        view.set_options(ViewOptions("psi", RING, scale="symlog"))
        values = wave(dtype="complex128")
        values[3, 5] = np.nan
        view.set_array(values)
        picture = pixels(view)
        found.append([color_of_cell(view, picture, i, j).astype(int) for i in range(20) for j in range(NY)])
    assert np.abs(np.array(found[0]) - np.array(found[1])).max() <= tolerances["canvas"]["pixel"]
    assert len({tuple(color) for color in found[0]}) >= 50
    grey = np.array([round(255 * part) for part in rgba(NAN_COLOR)[:3]])
    assert (found[0][5 * NY + 3] == found[1][5 * NY + 3]).all()
    assert np.abs(found[0][5 * NY + 3] - grey).max() <= 1


@both
def test_between_cells_the_number_is_smoothed_and_not_its_phase(view):
    # Two phases on either side of the cut at pi: between them lies no other part of the ring.
    values = np.exp(1j * (np.pi + 0.15 * (-1.0) ** np.arange(200)))[np.newaxis].repeat(150, 0)
    view.set_array(values.astype(np.complex64))
    assert view.camera.scale < 8
    seen = pixels(view)[100:300, 100:400].reshape(-1, 3).astype(float)
    band = domain.ring_at(RING, np.linspace(np.pi - 0.2, np.pi + 0.2, 41))
    away = np.abs(seen[::37, np.newaxis] - band[np.newaxis]).max(axis=2).min(axis=1)
    assert away.max() < 12


@both
def test_symlog_and_frozen_limits_reach_complex_numbers(view, tolerances):
    values = wave()
    view.set_options(ViewOptions("psi", RING, scale="symlog", linthresh=0.02))
    view.set_array(values)
    picture, high = pixels(view), view.colour_limits[1]
    for i, j in ((5, 5), (14, 3), (18, 12)):
        seen = color_of_cell(view, picture, i, j).astype(float)
        assert np.abs(seen - shown_color(values[j, i], high, 0.02)).max() <= tolerances["canvas"]["pixel"]
    view.set_options(ViewOptions("psi", RING, "frozen", 0.0, 1.5))
    picture = pixels(view)
    for i, j in ((5, 5), (14, 3), (18, 12)):
        seen = color_of_cell(view, picture, i, j).astype(float)
        assert np.abs(seen - shown_color(values[j, i], 1.5)).max() <= tolerances["canvas"]["pixel"]


@pytest.mark.parametrize("mode", ["once", "robust", "continuous"])
def test_limits_of_a_modulus_begin_at_zero(view, mode):
    view.set_options(ViewOptions("psi", RING, mode))
    values = wave() + np.complex64(2)
    view.set_array(values, Limits(0.5, 5.0, 0.7, 4.0, True))
    assert view.colour_limits == (0.0, 4.0 if mode == "robust" else 5.0)
    view.set_array(2 * values, Limits(1.0, 10.0, 1.4, 8.0, True))
    view.set_options(replace(view.options, cmap="cmocean:phase"))
    assert view.colour_limits[0] == 0.0
    if mode == "once":
        assert view.colour_limits[1] == 5.0
        QTest.keyClick(view.canvas_native, Qt.Key.Key_A)
        assert view.colour_limits == (0.0, 10.0)


@both
def test_a_field_that_is_none_is_black(view):
    view.set_array(np.zeros((NY, NX), np.complex64))
    assert view.colour_limits == (0.0, 1.0)
    assert (color_of_cell(view, pixels(view), 5, 8) == 0).all()


@both
def test_real_and_complex_fields_follow_one_another(view, tolerances):
    values = wave()
    view.set_array(values)
    pixels(view)
    view.set_specs({**SPECS, "f": FieldSpec("f", "f", "F", ("y", "x"), "float64")})
    view.set_options(ViewOptions("f", "bids:viridis", "frozen", 0.0, 3.0))
    view.set_array(np.abs(values).astype(np.float64))
    exact = np.array(colormaps.color_at("bids:viridis", float(np.abs(values[8, 6])) / 3), int)
    seen = color_of_cell(view, pixels(view), 6, 8).astype(int)
    assert np.abs(seen - exact).max() <= tolerances["canvas"]["pixel"]
    view.set_options(ViewOptions("psi", RING))
    view.set_array(values)
    seen = color_of_cell(view, pixels(view), 6, 8).astype(float)
    exact = shown_color(values[8, 6], view.colour_limits[1])
    assert np.abs(seen - exact).max() <= tolerances["canvas"]["pixel"]


def test_a_map_that_is_not_cyclic_is_not_used_for_phases(view):
    view.set_options(ViewOptions("psi", "bids:magma"))
    view.set_array(wave())
    assert view.known_map == RING
    view.set_options(ViewOptions("psi", "matplotlib:twilight"))
    view.set_array(wave())
    assert view.known_map == "matplotlib:twilight"
    view.set_array(np.abs(wave()))  # a projection, which has no phase
    assert view.known_map == colormaps.default_map("sequential")


def test_the_readout_gives_modulus_and_phase(view):
    values = wave()
    view.set_array(values)
    send_move(view, at(view, 7, 9))
    number = complex(values[9, 7])
    assert view.readout() == f"x 7  y 9  |Ψ| {abs(number):.2f}  arg {np.angle(number):.2f} rad".replace(
        "-", "−"
    )
    assert view.value_at(7, 9) == pytest.approx(abs(number))
    view.set_place(lambda i, j: f"site {i}, {j}")
    assert view.readout().endswith("\nsite 7, 9")


def test_snapshots_paint_the_same_colours_larger(view, tolerances):
    values = wave()
    view.set_array(values)
    pixels(view)
    picture = as_array(view.painted(1200, 900, 1.0))
    scale = 1200 / NX
    for i, j in ((5, 5), (14, 3), (9, 12)):
        seen = picture[round(900 / 2 - (j - (NY - 1) / 2) * scale), round((i + 0.5) * scale)].astype(float)
        exact = shown_color(values[j, i], view.colour_limits[1])
        assert np.abs(seen - exact).max() <= tolerances["canvas"]["pixel"]


# ----- contours


def test_contours_of_complex_numbers_are_of_the_modulus(view):
    values = wave(96, 64)
    view.set_options(replace(view.options, contours=5, contour_labels=True))
    view.set_array(values)
    pixels(view)
    traced = view.stage.scene.contours
    exact = contours.trace(np.abs(values), view.contour_levels)
    assert traced is not None
    assert len(traced.levels) >= 3
    assert [one.value for one in traced.levels] == [one.value for one in exact.levels]
    for one, other in zip(traced.levels, exact.levels, strict=True):
        np.testing.assert_allclose(one.points, other.points, atol=1e-5)


def test_contours_of_an_angle_have_no_line_along_its_jump():
    y, x = np.mgrid[-20:20, -20:20] + 0.5
    for level in (0.0, 1.0, 3.0, -2.0):
        found = contours.trace(np.arctan2(y, x), (level,), cyclic=True)
        assert len(found.levels) == 1
        along = found.levels[0].points - 19.5
        away = np.angle(np.exp(1j * (np.arctan2(along[:, 1], along[:, 0]) - level)))
        far = np.hypot(*along.T) > 3  # next to the origin the angle is not linear between cells
        assert far.sum() > 15
        assert np.abs(away[far]).max() < 0.05


# ----- an angle's own rules


def texts(menu: QMenu) -> dict[str, QAction]:
    """Actions of a menu by text."""
    return {action.text(): action for action in menu.actions() if action.text()}


def test_an_angle_keeps_its_limits(view):
    view.set_options(ViewOptions("phase", RING, "frozen", -0.5, 0.5, scale="symlog"))
    view.set_array(np.angle(wave()))
    heard = Heard(view.options_changed)
    assert view.colour_limits == (-np.pi, np.pi)
    assert view.linear_within == 0.0
    view.autoscale_once()
    assert heard.calls == []
    seen = color_of_cell(view, pixels(view), 6, 8).astype(float)
    exact = domain.ring_at(RING, np.array(np.angle(wave()[8, 6])))
    assert np.abs(seen - exact).max() <= 2
    view.header._menu.aboutToShow.emit()
    menu = texts(view.header._menu)
    assert not menu["Colour limits"].isEnabled()
    assert not menu["Set limits…"].isEnabled()
    assert not menu["Autoscale once\tA"].isEnabled()
    assert "Colour scale" not in menu
    view.set_options(ViewOptions("psi", RING))
    view.header._menu.aboutToShow.emit()
    menu = texts(view.header._menu)
    assert menu["Colour limits"].isEnabled()
    assert menu["Autoscale once\tA"].isEnabled()
    assert "Colour scale" in menu


def test_the_menu_leaves_out_what_is_not_offered(view):
    view.header._menu.aboutToShow.emit()
    assert {"Compare with…", "Show as surface", "Link cameras and cursors"} <= set(texts(view.header._menu))
    view.header.set_offers(frozenset({"compare"}))
    view.header._menu.aboutToShow.emit()
    menu = texts(view.header._menu)
    assert "Compare with…" in menu
    assert not {"Show as surface", "Link cameras and cursors"} & set(menu)


# ----- the colour bar


def test_the_bar_shows_ring_and_brightness_and_names_its_ends(view):
    view.set_array(wave())
    pixels(view)
    bar = next(plate for plate in view.stage.scene.plates if isinstance(plate, phase_bar.PhaseBar))
    assert bar.notes == ("|Ψ|", f"0 – {np.abs(wave()).max():.1f}")
    view.set_options(ViewOptions("psi", RING, scale="symlog"))
    view.set_array(wave())
    pixels(view)
    bar = next(plate for plate in view.stage.scene.plates if isinstance(plate, phase_bar.PhaseBar))
    assert bar.notes[0] == "|Ψ|, log"
    view.set_options(ViewOptions("phase", RING))
    view.set_array(np.angle(wave()))
    pixels(view)
    bar = next(plate for plate in view.stage.scene.plates if isinstance(plate, phase_bar.PhaseBar))
    assert bar.notes == ()


def test_the_legend_is_dark_at_the_left_and_the_ring_at_the_right():
    picture = domain.legend(RING)
    assert (picture[:, 0, :3] == 0).all()
    np.testing.assert_array_equal(picture[:, -1, :3], colormaps.table(RING)[::-1, :3])


def test_there_is_no_bar_where_there_is_no_room():
    assert phase_bar.phase_bar(RING, ("|Ψ|", "0 – 1"), 120, 400) is None
    assert phase_bar.phase_bar(RING, ("|Ψ|", "0 – 1"), 400, 120) is None
    assert phase_bar.phase_bar(RING, (), 400, 120) is not None


def test_close_up_the_wheel_still_zooms_a_complex_field(view, tolerances):
    values = wave()
    view.set_array(values)
    wheel(view, at(view, 6, 8), 6)
    seen = color_of_cell(view, pixels(view), 6, 8).astype(float)
    exact = shown_color(values[8, 6], view.colour_limits[1])
    assert np.abs(seen - exact).max() <= tolerances["canvas"]["pixel"]
