"""A window that was forced below its least size asks for it again, so that no dock lies over another."""

from __future__ import annotations

from itertools import combinations, pairwise

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.main_window import MainWindow
from tests.support.gui import still, wait_for


def places(window: MainWindow) -> list[QRect]:
    """Where docks that are seen lie in the window."""
    found = [
        QRect(dock.mapTo(window, QPoint(0, 0)), dock.size())
        for dock in window.docks.values()
        if dock.isVisible()
    ]
    return [place for place in found if window.rect().contains(place)]


def test_a_window_forced_too_low_grows_until_nothing_overlaps(lab: Lab, qapp: QApplication) -> None:
    window = lab.window
    handle = window.windowHandle()
    assert handle is not None
    handle.resize(1280, 300)
    wait_for(qapp, lambda: window.height() < 600, "the window is too low")
    wait_for(qapp, lambda: window.height() >= 600, "the window has its least size")
    wait_for(qapp, lambda: handle.height() >= 600, "the display has given it that size")

    found = still(qapp, lambda: places(window), "the docks")
    assert len(found) >= 5
    assert not any(a.intersects(b) for a, b in combinations(found, 2))


def test_a_window_that_becomes_too_narrow_for_its_columns_arranges_them_anew(
    lab: Lab, qapp: QApplication
) -> None:
    window = lab.window
    window.resize(1800, 1000)
    wait_for(qapp, lambda: window.width() == 1800, "a large window")
    beside = [
        window.docks[key] for key in ("sources", "presets", "parameters", "monitors", "recording", "tau")
    ]
    for left, right in pairwise(beside):
        window.splitDockWidget(left, right, Qt.Orientation.Horizontal)
    still(qapp, lambda: places(window), "the docks")
    layout = window.layout()
    assert layout is not None and layout.minimumSize().width() > 960
    window.resize(960, 600)
    wait_for(qapp, lambda: layout.minimumSize().width() <= window.width() == 960, "it fits")
    found = still(qapp, lambda: places(window), "the docks")
    assert len(found) >= 4
    assert not any(a.intersects(b) for a, b in combinations(found, 2))
