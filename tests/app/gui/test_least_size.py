"""A window that was forced below its least size asks for it again, so that no dock lies over another."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tests.support.gui import still, wait_for


def test_a_window_forced_too_low_grows_until_nothing_overlaps(lab: Lab, qapp: QApplication) -> None:
    window = lab.window
    handle = window.windowHandle()
    assert handle is not None
    handle.resize(1280, 300)
    wait_for(qapp, lambda: window.height() < 600, "the window is too low")
    wait_for(qapp, lambda: window.height() >= 600, "the window has its least size")
    wait_for(qapp, lambda: handle.height() >= 600, "the display has given it that size")

    def seen() -> list[QRect]:
        places = [
            QRect(dock.mapTo(window, QPoint(0, 0)), dock.size())
            for dock in window.docks.values()
            if dock.isVisible()
        ]
        return [place for place in places if window.rect().contains(place)]

    found = still(qapp, seen, "the docks")
    assert len(found) >= 5
    assert not any(a.intersects(b) for a, b in combinations(found, 2))
