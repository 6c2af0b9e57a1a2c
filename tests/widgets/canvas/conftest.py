"""A shown field view, released at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.widgets.field_view import FieldView
from tests.support.canvas import make_view, settle


@pytest.fixture
def make(qapp: QApplication, qtbot: Any) -> Iterator[Callable[..., FieldView]]:
    """Return a maker of shown views."""
    views: list[FieldView] = []

    def show(view: FieldView) -> None:
        qtbot.addWidget(view)
        view.show()
        qtbot.waitExposed(view)
        settle(view)

    def build(*args: Any, **keys: Any) -> FieldView:
        view = make_view(show, *args, **keys)
        views.append(view)
        return view

    yield build
    for view in views:
        view.release()


@pytest.fixture
def view(make: Callable[..., FieldView]) -> FieldView:
    """Return a shown view of f."""
    return make()
