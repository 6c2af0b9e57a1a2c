"""Fixtures of the widget tests: the theme in force, and a shown widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget
    from pytestqt.qtbot import QtBot

Shown = TypeVar("Shown", bound="QWidget")


@pytest.fixture(params=["dark", "light"])
def each_theme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """Dress the application in each theme in turn."""
    from tauscope.widgets import theme

    theme.apply(qapp, theme.by_name(request.param))
    yield request.param
    theme.apply(qapp, theme.DARK)


@pytest.fixture
def shown(qtbot: QtBot, qapp: QApplication) -> Callable[[Shown, int, int], Shown]:
    """Show a widget at a size, in the dark theme, and close it after the test."""
    from tauscope.widgets import theme

    def show(widget: Shown, width: int, height: int) -> Shown:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        widget.show()
        qtbot.waitExposed(widget)
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow, timeout=3000)
        return widget

    theme.apply(qapp, theme.DARK)
    return show
