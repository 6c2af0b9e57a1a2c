"""Pictures of fields: axes in cells, the edge of a disc, grouped digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from tauscope.app import compose
from tauscope.app.document import content_of
from tauscope.engine.base import FieldSpec

SPEC = FieldSpec("f", "f(x)", "update fraction", ("y", "x"), "float32")


def drawn(**config: Any) -> Any:
    axes = Figure().add_subplot()
    compose._draw_sources(axes, {"nx": 96, "ny": 64, "sources": [], **config}, "#ffffff", (64, 96))
    return axes


@pytest.mark.parametrize(("given", "radius"), [(None, 29.5), (20.0, 20.0)])
def test_the_edge_of_a_disc_is_drawn(given: float | None, radius: float) -> None:
    (circle,) = drawn(boundary="disc", disc_radius=given).patches
    assert (circle.center, circle.radius) == ((47.5, 31.5), radius)
    assert not drawn(boundary="absorbing").patches


def test_axes_are_in_cells_and_digits_are_grouped() -> None:
    axes = drawn(boundary="periodic")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x, cells", "y, cells")
    assert compose.moment_text(SPEC, 302987, 302987.0, 1) == "f(x)   tick 302,987   time 302,987   seed 1"
    assert "time 0.25" in compose.moment_text(SPEC, 1, 0.25, 1)
    assert np.isfinite(axes.get_xlim()).all()


def test_images_and_brushes_have_the_outlines_of_the_canvas() -> None:
    painted = np.zeros((64, 96))
    painted[10:20, 30:50] = 1.0
    sources = [
        {"id": "a", "kind": "image", "x": 40, "y": 30, "width": 20, "array": np.ones((5, 10))},
        {"id": "b", "kind": "brush", "array": painted},
    ]
    config = content_of("gravity", {"nx": 96, "ny": 64, "sources": sources}).config.dump()
    image, brush = drawn(**config).patches
    assert image.get_bbox().extents.tolist() == [30, 25, 50, 35]
    assert brush.get_bbox().extents.tolist() == [29.5, 9.5, 49.5, 19.5]
    assert (image.get_linestyle(), brush.get_linestyle()) == ("-", (0, (4, 4)))
    hidden = [{"name": "w", "color": "#ff0000", "visible": False}]
    assert not drawn(worlds=hidden, sources=[{**config["sources"][0], "world": "w"}]).patches
