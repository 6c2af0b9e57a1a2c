"""Docks: floating is seen, docking again keeps the size, a field's name drags its dock, sizes suit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from tauscope.app.lab import Lab
from tauscope.widgets.dock_title import DockTitle
from tests.support.gui import pump

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.mark.parametrize("key", ["parameters", "phi"])
def test_a_dock_floats_beside_its_place_and_comes_back_in_its_size(
    lab: Lab, qapp: QApplication, key: str
) -> None:
    window, dock = lab.window, lab.window.docks[key]
    window.resizeDocks([dock], [407], Qt.Orientation.Horizontal)
    pump(qapp, 0.2)
    size, place = dock.size(), dock.mapToGlobal(QPoint(0, 0))
    title = dock.titleBarWidget()
    assert isinstance(title, DockTitle)
    title.float_button.click()
    pump(qapp, 0.3)
    assert dock.isFloating()
    assert (dock.pos() - place).manhattanLength() >= 16
    title.float_button.click()
    pump(qapp, 0.3)
    assert not dock.isFloating()
    assert abs(dock.width() - size.width()) <= 2
    assert abs(dock.height() - size.height()) <= 2


def test_the_name_of_a_floating_field_drags_its_window(lab: Lab, qapp: QApplication) -> None:
    dock = lab.window.docks["phi"]
    title = dock.titleBarWidget()
    assert isinstance(title, DockTitle)
    title.toggle()
    dock.move(100, 100)
    pump(qapp, 0.2)
    name, start = lab.window.views["phi"].header.title, dock.pos()
    at = QPoint(12, 12)
    QTest.mousePress(name, LEFT, PLAIN, at)
    for step in range(1, 9):
        # Relative to the window, which follows the mouse.
        target = start + QPoint(10 * step, 6 * step) + name.mapTo(dock, at)
        QTest.mouseMove(name, name.mapFromGlobal(target))
        pump(qapp, 0.03)
    QTest.mouseRelease(name, LEFT, PLAIN, name.mapFromGlobal(target))
    pump(qapp, 0.2)
    assert (dock.pos() - start).manhattanLength() > 40
    assert not lab.window.views["phi"].header._fields.isVisible()


def test_at_first_the_small_window_shows_sliders_monitors_and_the_form(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab(width=1280, height=800)
    lab.shell.reset_layout()
    pump(qapp, 0.4)
    docks = lab.window.docks
    assert docks["monitors"].height() >= 340
    assert docks["parameters"].height() >= 250


@pytest.mark.parametrize("width", [960, 1180, 1280])
def test_no_tool_goes_out_of_reach(lab: Lab, qapp: QApplication, width: int) -> None:
    lab.window.resize(width, 600)
    pump(qapp, 0.3)
    more = lab.window.toolbar.findChild(QToolButton, "qt_toolbar_ext_button")
    assert more is None or not more.isVisible()
    for widget in (*lab.window.tools, lab.window.transport.speed, lab.window.meters):
        assert widget.isVisible()
        assert widget.mapTo(lab.window, QPoint(0, 0)).x() + widget.width() <= width
