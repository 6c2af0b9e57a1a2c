"""Shown phase circles on both surfaces, released at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.widgets.canvas import gl
from tauscope.widgets.labs.kuramoto.circles_view import CirclesView


@pytest.fixture
def make_circles(qapp: QApplication, qtbot: Any) -> Iterator[Callable[..., CirclesView]]:
    """Return a maker of shown circles."""
    views: list[CirclesView] = []

    def build(width: int = 700, height: int = 620, **keys: Any) -> CirclesView:
        view = CirclesView(**keys)
        qtbot.addWidget(view)
        view.resize(width, height)
        view.show()
        qtbot.waitExposed(view)
        views.append(view)
        return view

    yield build
    for view in views:
        view.release()


@pytest.fixture(params=["card", "painted"])
def surface_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return each kind of surface in turn, which the views made after have."""
    if request.param == "painted":
        monkeypatch.setattr(gl, "problem", lambda: "OpenGL is switched off by the test.")
    return str(request.param)


@pytest.fixture
def circles(surface_kind: str, make_circles: Callable[..., CirclesView]) -> CirclesView:
    """Return shown circles on either surface."""
    return make_circles()
