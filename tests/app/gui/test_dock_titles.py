"""Docks: floating is seen, docking again keeps the size, a field's name drags its dock, sizes suit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QTabBar, QToolButton, QWidget

from tauscope.app.lab import Lab
from tauscope.app.labs import by_key
from tauscope.app.main_window import MainWindow
from tauscope.widgets.dock_tabs import TabTools
from tauscope.widgets.dock_title import DockTitle
from tests.support.gui import in_front, pump, still, wait_for

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.mark.parametrize("key", ["parameters", "phi"])
def test_a_dock_floats_beside_its_place_and_comes_back_in_its_size(
    lab: Lab, qapp: QApplication, key: str
) -> None:
    window, dock = lab.window, lab.window.docks[key]
    window.resizeDocks([dock], [407], Qt.Orientation.Horizontal)
    size, place = still(qapp, lambda: (dock.size(), dock.mapToGlobal(QPoint(0, 0))), "the dock")
    title = dock.titleBarWidget()
    assert isinstance(title, DockTitle)
    title.float_button.click()
    wait_for(qapp, dock.isFloating, "it floats")
    wait_for(qapp, lambda: (dock.pos() - place).manhattanLength() >= 16, "beside its place")
    still(qapp, dock.geometry, "the floating dock")
    assert (dock.pos() - place).manhattanLength() >= 16
    title.float_button.click()
    wait_for(qapp, lambda: not dock.isFloating(), "it is back")
    wait_for(
        qapp,
        lambda: abs(dock.width() - size.width()) <= 2 and abs(dock.height() - size.height()) <= 2,
        "it has its size",
    )


def tab_bar(qapp: QApplication, window: MainWindow, dock: QDockWidget) -> QTabBar:
    """Row of tabs that a dock is in; Qt rebuilds them a moment after the docks have moved."""
    found: list[QTabBar] = []

    def looked() -> bool:
        found[:] = [bar for bar in window.tabs.bars() if dock in window.tabs.docks_of(bar)]
        return bool(found)

    wait_for(qapp, looked, f"the row of tabs has {dock.windowTitle()}")
    return found[0]


def test_going_round_the_labs_leaves_no_handles_or_rows_of_tabs_behind(lab: Lab, qapp: QApplication) -> None:
    def kept() -> tuple[int, int]:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        here = Qt.FindChildOption.FindDirectChildrenOnly
        handles = lab.window.findChildren(QWidget, "qt_qmainwindow_extended_splitter", here)
        return len(handles), len(lab.window.tabs.bars())

    def go_round() -> None:
        for key in ("kuramoto", "ufie", "gravity"):
            lab.window.show_lab(by_key(key))
            pump(qapp, 0.05)

    go_round()
    first = still(qapp, kept, "handles and tabs")
    for _ in range(3):
        go_round()
    handles, bars = still(qapp, kept, "handles and tabs")
    assert handles <= first[0] + 2
    assert bars <= first[1] + 2


def test_the_name_of_a_floating_field_drags_its_window(lab: Lab, qapp: QApplication) -> None:
    dock = lab.window.docks["phi"]
    title = dock.titleBarWidget()
    assert isinstance(title, DockTitle)
    title.toggle()
    name = lab.window.views["phi"].header.title
    in_front(qapp, name)
    dock.move(100, 100)
    start = still(qapp, dock.pos, "the floating dock")
    at = QPoint(12, 12)
    QTest.mousePress(name, LEFT, PLAIN, at)
    for step in range(1, 9):
        # Relative to the window, which follows the mouse.
        target = start + QPoint(10 * step, 6 * step) + name.mapTo(dock, at)
        QTest.mouseMove(name, name.mapFromGlobal(target))
        pump(qapp, 0.03)
    QTest.mouseRelease(name, LEFT, PLAIN, name.mapFromGlobal(target))
    wait_for(qapp, lambda: (dock.pos() - start).manhattanLength() > 40, "it has moved")
    assert not lab.window.views["phi"].header._fields.isVisible()


def test_at_first_the_small_window_shows_sliders_monitors_and_the_form(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab(width=1280, height=800)
    lab.shell.reset_layout()
    docks = lab.window.docks
    wait_for(
        qapp,
        lambda: docks["monitors"].height() >= 340 and docks["parameters"].height() >= 250,
        "monitors and form have room",
    )


@pytest.mark.parametrize("width", [960, 1180, 1280])
def test_no_tool_goes_out_of_reach(lab: Lab, qapp: QApplication, width: int) -> None:
    lab.window.resize(width, 600)
    wait_for(qapp, lambda: lab.window.width() == width, "the size")
    tools = (*lab.window.tools, lab.window.transport.speed, lab.window.meters)
    ends = still(
        qapp, lambda: [w.mapTo(lab.window, QPoint(0, 0)).x() + w.width() for w in tools], "the toolbar"
    )
    more = lab.window.toolbar.findChild(QToolButton, "qt_toolbar_ext_button")
    assert more is None or not more.isVisible()
    assert all(widget.isVisible() for widget in tools)
    assert max(ends) <= width


@pytest.mark.parametrize(("width", "height"), [(960, 600), (1440, 900), (1920, 1080)])
def test_fields_below_are_of_one_width_or_share_a_place(
    make_lab: Callable[..., Lab], qapp: QApplication, width: int, height: int
) -> None:
    lab = make_lab(width=width, height=height)
    window = lab.window
    for _ in range(2):
        still(qapp, lambda: [dock.geometry() for dock in window.docks.values()], "the docks")
        tau, phi = window.docks["tau"], window.docks["phi"]
        if phi in window.tabifiedDockWidgets(tau):
            assert width < 1120
            assert tau.width() >= 480
        else:
            assert abs(tau.width() - phi.width()) <= 2
            assert phi.width() >= 380
        lab.shell.reset_layout()


def test_tabbed_panels_have_no_row_of_their_own_and_still_float_and_close(
    lab: Lab, qapp: QApplication
) -> None:
    window = lab.window
    lab.shell.reset_layout()
    monitors = window.docks["monitors"]
    title: Any = monitors.titleBarWidget()
    wait_for(qapp, lambda: title.height() == 0, "the tab is its title")
    wait_for(qapp, lambda: window.docks["parameters"].titleBarWidget().height() > 20, "one without a tab")
    bar = tab_bar(qapp, window, monitors)
    tools: Any = bar.findChild(TabTools)
    wait_for(qapp, tools.isVisible, "the tools of the tab")
    QTest.mouseClick(tools.float_button, LEFT)
    wait_for(qapp, monitors.isFloating, "it floats")
    wait_for(qapp, lambda: title.height() > 20 and title.name.isVisible(), "it has a title")
    QTest.mouseClick(title.float_button, LEFT)
    wait_for(qapp, lambda: not monitors.isFloating() and title.height() == 0, "it is a tab again")
    tools = tab_bar(qapp, window, monitors).findChild(TabTools)
    QTest.mouseClick(tools.close_button, LEFT)
    wait_for(qapp, monitors.isHidden, "it is closed")


def test_a_right_click_on_a_tab_offers_to_float_and_close(lab: Lab, qapp: QApplication) -> None:
    window = lab.window
    lab.shell.reset_layout()
    still(qapp, lambda: [dock.geometry() for dock in window.docks.values()], "the docks")
    bar = tab_bar(qapp, window, window.docks["presets"])
    at = window.tabs.docks_of(bar).index(window.docks["presets"])
    menu: Any = window.tabs.menu(bar, at)
    assert [action.text() for action in menu.actions()] == ["&Float Presets", "&Close Presets"]
    menu.actions()[1].trigger()
    menu.deleteLater()
    wait_for(qapp, window.docks["presets"].isHidden, "it is closed")
    center = still(qapp, lambda: bar.tabRect(0).center(), "the tabs")
    QTest.mouseDClick(bar, LEFT, PLAIN, center)
    wait_for(qapp, window.docks["sources"].isFloating, "a double click floats it")


def test_the_left_tabs_are_readable_with_the_brush_open(lab: Lab, qapp: QApplication) -> None:
    window = lab.window
    lab.shell.reset_layout()
    window.docks["paint"].show()
    still(qapp, lambda: [dock.geometry() for dock in window.docks.values()], "the docks")
    bar = tab_bar(qapp, window, window.docks["paint"])
    wait_for(qapp, lambda: bar.width() >= bar.sizeHint().width(), "all tabs have room")


def test_notifications_stand_over_the_right_column_and_cover_no_field(lab: Lab, qapp: QApplication) -> None:
    window = lab.window
    for width, height in ((960, 600), (1280, 800)):
        window.resize(width, height)
        wait_for(qapp, lambda w=width, h=height: (window.width(), window.height()) == (w, h), "the size")  # type: ignore[misc]
        lab.shell.reset_layout()
        window.notifications.clear()
        lab.notify("error", "Something broke, and this says in a sentence of some length why it did.")
        banner = window.notifications.visible()[0]

        def places(banner: QWidget = banner) -> list[QRect]:
            seen = (banner, *window.views.values())
            return [QRect(each.mapTo(window, QPoint(0, 0)), each.size()) for each in seen]

        place = still(qapp, places, "banner and fields")[0]
        assert window.rect().contains(place)
        for view in window.views.values():
            if view.isVisible() and not view.visibleRegion().isEmpty():
                assert not QRect(view.mapTo(window, QPoint(0, 0)), view.size()).intersects(place)


def test_in_the_least_window_names_of_tabs_are_whole_and_arrows_reach_the_others(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab("redshifted_clocks", width=960, height=600)
    window = lab.window
    bar = tab_bar(qapp, window, window.docks["tau"])
    assert bar.sizeHint().width() > bar.width(), "there are more tabs than fit"
    for at in range(bar.count()):
        whole = bar.fontMetrics().horizontalAdvance(bar.tabText(at))
        assert bar.tabRect(at).width() >= whole, bar.tabText(at)
    last = bar.count() - 1
    assert not bar.rect().contains(bar.tabRect(last))
    arrow = next(b for b in bar.findChildren(QToolButton) if b.arrowType() == Qt.ArrowType.RightArrow)
    assert arrow.isVisible()
    for _ in range(bar.count()):
        QTest.mouseClick(arrow, LEFT)
    wait_for(qapp, lambda: bar.tabRect(last).right() <= arrow.x() + arrow.width(), "the last is in sight")
    QTest.mouseClick(bar, LEFT, PLAIN, QPoint(bar.tabRect(last).left() + 4, bar.height() // 2))
    shown = window.tabs.docks_of(bar)[last]
    assert shown is not None
    wait_for(qapp, shown.isVisible, "its panel")


def test_a_form_that_fills_a_wide_column_leaves_menu_and_toolbar_free_of_notes(
    lab: Lab, qapp: QApplication
) -> None:
    window = lab.window
    window.resize(960, 600)
    wait_for(qapp, lambda: window.width() == 960, "the size")
    for key, dock in window.docks.items():
        dock.setVisible(key == "recording")
    window.resizeDocks([window.docks["recording"]], [560], Qt.Orientation.Horizontal)
    still(qapp, window.docks["recording"].geometry, "the form")
    lab.notify("error", "Something broke, and this says in a sentence of some length why.", key="recording")
    banner = window.notifications.visible()[0]
    place = still(qapp, lambda: banner.mapTo(window, QPoint(0, 0)), "the banner")
    assert place.y() > window.toolbar.geometry().bottom()
    assert window.rect().contains(QRect(place, banner.size()))
