"""Curves along a line of a slice: the row under the pointer, and all of a plane of one row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tauscope.widgets.canvas import gl
from tauscope.widgets.labs.ufie import names
from tauscope.widgets.labs.ufie.slice_view import SliceView
from tauscope.widgets.state import SliceOptions, ViewOptions
from tests.support.canvas import LEFT, at, send_move

SHAPE = (3, 1, 4, 1, 5, 3, 24, 16, 7)


def wave(ny: int = 16, nx: int = 24) -> Any:
    """A plane of every phase, without symmetry."""
    y, x = np.mgrid[:ny, :nx]
    size = 3 * np.exp(-((x - nx / 3) ** 2 + (y - ny / 4) ** 2) / (nx * ny / 4))
    return (size * np.exp(1j * (0.7 * x + 0.31 * y))).astype(np.complex64)


@pytest.fixture
def view(qtbot: Any, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[SliceView]:
    """Return a shown slice view."""
    monkeypatch.setattr(gl, "problem", lambda: "OpenGL is switched off by the test.")
    found = SliceView()
    qtbot.addWidget(found)
    found.set_shape(SHAPE)
    found.set_slice(SliceOptions())
    found.set_plane(wave())
    found.resize(660, 620)
    found.show()
    qtbot.waitExposed(found)
    yield found
    found.release()


def test_the_row_under_the_pointer_is_drawn_as_curves(view: SliceView, qtbot: Any) -> None:
    QTest.mouseClick(view.bar.line, LEFT)
    assert view.line.shown
    assert view.bar.line.toolTip() == "Hide the curves"
    QApplication.processEvents()  # the picture has less room now
    send_move(view.canvas, at(view.canvas, 7, 5))
    qtbot.waitUntil(lambda: bool(view.line.cut.chart.panes) and "y 5" in view.line.cut.chart.plots[0].x_label)
    assert view.line.row == 5
    curves = {curve.key: curve for curve in view.line.cut.chart.panes[0].curves}
    np.testing.assert_allclose(curves["modulus"].y, np.abs(wave()[5]), atol=1e-6)
    np.testing.assert_allclose(curves["real"].y, wave()[5].real, atol=1e-6)
    np.testing.assert_allclose(curves["imaginary"].y, wave()[5].imag, atol=1e-6)
    assert view.line.cut.chart.value_text().startswith("x 7")
    view.canvas.resolve()
    across = [shape for shape in view.canvas.stage.scene.shapes if shape.dash == 5.0]
    assert across[0].b == pytest.approx(view.canvas.world_to_pixel(0, 5)[1])
    view.set_plane(2 * wave())
    qtbot.waitUntil(
        lambda: np.allclose(view.line.cut.chart.panes[0].curves[-1].y, 2 * np.abs(wave()[5]), atol=1e-5)
    )
    view.line.cut.hovered.emit(12.2)
    view.canvas.point_away()
    assert view.canvas.cursor_cell == (12, 5)
    view.line.cut.hovered.emit(None)
    view.set_slice(SliceOptions(("z", "x")))
    assert view.line.row == 12  # the middle of the other axis
    view.set_slice(SliceOptions())
    QTest.mouseClick(view.bar.line, LEFT)
    assert not view.line.shown


def test_a_real_field_is_one_curve_and_an_angle_is_dots(view: SliceView) -> None:
    view.line.set_wanted(True)
    for field, style in (("amplitude", "line"), ("phase", "dots")):
        view.canvas.set_options(ViewOptions(field, names.CMAPS[field]))
        view.set_plane(wave())
        view.line.arrange()
        (curve,) = view.line.cut.chart.panes[0].curves
        assert (curve.name, curve.style) == (names.SPECS[field].label, style)
    view.line.set_wanted(None)
    assert not view.line.shown


@pytest.mark.parametrize(("axes", "shape"), [(("x", "y"), (1, 40)), (("y", "x"), (40, 1))])
def test_a_plane_of_one_row_is_drawn_as_curves_by_itself(
    view: SliceView, axes: tuple[str, str], shape: tuple[int, int]
) -> None:
    view.set_shape((1, 1, 1, 1, 1, 1, 40, 1, 1))
    view.set_slice(SliceOptions(axes))
    QApplication.processEvents()
    values = np.exp(0.3j * np.arange(40)).astype(np.complex64) * np.arange(40)
    view.set_plane(values.reshape(shape))
    view.line.arrange()
    assert view.line.shown
    assert view.line.cut.height() > view.canvas.stage.height()
    np.testing.assert_allclose(view.line.cut.chart.panes[0].curves[-1].y, np.arange(40), atol=1e-5)
    assert view.line.cut.chart.plots[0].x_label == "x / sites"
    view.clear("The wave does not run")
    assert view.line.cut.chart.panes == ()
    view.set_shape(SHAPE)
    assert not view.line.shown


# ----- the menu, whose submenus go with the view


def test_the_menu_has_no_choice_that_nobody_answers(view: SliceView) -> None:
    menu = view.canvas.header._menu
    menu.aboutToShow.emit()
    found = {action.text(): action for action in menu.actions()}
    assert not {"Compare with…", "Show as surface", "Link cameras and cursors"} & set(found)
    modes = found["Colour limits"].menu()
    assert isinstance(modes, QMenu)
    assert [action.text() for action in modes.actions()] == [
        "Follow",
        "Once",
        "Robust",
        "Symmetric",
        "Frozen",
    ]
