"""Fixtures of the widget tests: the theme in force, and a shown widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget
    from pytestqt.qtbot import QtBot

Shown = TypeVar("Shown", bound="QWidget")
PATIENCE_MS = 90_000


@pytest.fixture(autouse=True, scope="session")
def _patience() -> Iterator[None]:
    """Wait as long as a busy machine needs: pytest-qt gives up after five seconds."""
    from pytestqt.qtbot import QtBot

    with pytest.MonkeyPatch.context() as patch:
        for name in ("waitUntil", "waitSignal", "waitSignals", "waitActive", "waitExposed"):
            patch.setitem(getattr(QtBot, name).__kwdefaults__, "timeout", PATIENCE_MS)
        yield


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
        qtbot.waitUntil(widget.isActiveWindow)
        return widget

    theme.apply(qapp, theme.DARK)
    return show
