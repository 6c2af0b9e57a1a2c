"""Tabs of docks: a tabbed panel has no title row of its own; float and close stand beside the tabs."""

from __future__ import annotations

from collections.abc import Mapping

import shiboken6
from PySide6.QtCore import QChildEvent, QEvent, QObject, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QMenu, QTabBar, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.dock_title import DockTitle

HINT = "Drag to move, double-click to float, right-click for more"
WIDEST = 320
"""Width up to which a column is widened for the names of its tabs."""


class TabTools(QWidget):
    """Float and close of the panel in front, at the right end of its tabs.

    Parameters
    ----------
    bar : QTabBar
        Tabs over which it stands.
    """

    def __init__(self, bar: QTabBar) -> None:
        super().__init__(bar)
        self.float_button = Button("", "float", "Float this panel", kind="ghost")
        self.close_button = Button("", "close", "Close this panel; View brings it back", kind="ghost")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 4, 0)
        row.setSpacing(0)
        for button in (self.float_button, self.close_button):
            button.setFixedSize(QSize(22, 24))
            row.addWidget(button)
        self.setFixedWidth(2 * 22 + 4)
        self.hide()


class DockTabs(QObject):
    """Keeps titles and tabs of a window's docks in step.

    Parameters
    ----------
    window : QMainWindow
        Whose docks.
    docks : mapping of str to QDockWidget
        Docks by key; may grow.
    """

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
        super().__init__(window)
        self._window, self._docks = window, docks
        self._tools: dict[QTabBar, TabTools] = {}
        self._names: dict[QTabBar, tuple[str, ...]] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        window.installEventFilter(self)

    def watch(self, dock: QDockWidget) -> None:
        """Follow a dock to other tabs and places."""
        for signal in (dock.visibilityChanged, dock.topLevelChanged, dock.dockLocationChanged):
            signal.connect(self._later)
        dock.installEventFilter(self)

    def _later(self, *_changed: object) -> None:
        self._soon.start()  # Qt arranges the tabs after the signals

    def bars(self) -> list[QTabBar]:
        """Tab bars in sight, each of two docks or more."""
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        found = self._window.findChildren(QTabBar, options=direct)
        return [bar for bar in found if bar.isVisible() and bar.count() > 1]

    def docks_of(self, bar: QTabBar) -> list[QDockWidget | None]:
        """Docks of a bar's tabs, in order; None for one that is not ours."""
        ours = {shiboken6.getCppPointer(dock)[0]: dock for dock in self._docks.values()}
        return [ours.get(bar.tabData(at)) for at in range(bar.count())]

    def refresh(self) -> None:
        """Give every dock its title row, or its place in the tabs."""
        tabbed: set[QDockWidget] = set()
        for bar in self.bars():
            docks = self.docks_of(bar)
            tabbed |= {dock for dock in docks if dock is not None}
            if bar not in self._tools:
                self._adopt(bar)
            for at in range(bar.count()):
                bar.setTabToolTip(at, f"{bar.tabText(at)}\n{HINT}")
            self._make_room(bar, docks)
            self._place(bar)
        for dock in self._docks.values():
            title = dock.titleBarWidget()
            if isinstance(title, DockTitle):
                title.set_tabbed(dock in tabbed and not dock.isFloating())

    def _adopt(self, bar: QTabBar) -> None:
        tools = self._tools[bar] = TabTools(bar)
        tools.float_button.clicked.connect(lambda: self._float(self._front(bar)))
        tools.close_button.clicked.connect(lambda: self._close(self._front(bar)))
        # Names stay whole: arrows reach what has no room, and the panel in front is always in sight.
        bar.setElideMode(Qt.TextElideMode.ElideNone)
        bar.setUsesScrollButtons(True)
        bar.installEventFilter(self)
        bar.currentChanged.connect(self._later)
        bar.destroyed.connect(lambda: self._forget(bar))

    def _forget(self, bar: QTabBar) -> None:
        self._tools.pop(bar, None)
        self._names.pop(bar, None)

    def _make_room(self, bar: QTabBar, docks: list[QDockWidget | None]) -> None:
        """Widen a column once, when a tab was added whose name does not fit."""
        names = tuple(bar.tabText(at) for at in range(bar.count()))
        before, self._names[bar] = self._names.get(bar, ()), names
        wanted = bar.sizeHint().width()
        front = next((dock for dock in docks if dock is not None and dock.isVisible()), None)
        # Qt takes a bar that it has no use for any more for other docks, which are all new then.
        added = len(names) > len(before) or not {*names} & {*before}
        if added and front is not None and bar.width() < wanted <= WIDEST:
            self._window.resizeDocks([front], [wanted], Qt.Orientation.Horizontal)

    def _place(self, bar: QTabBar) -> None:
        tools, front = self._tools[bar], self._front(bar)
        title = front.titleBarWidget() if front is not None else None
        # A field's header has both buttons of its own.
        wanted = isinstance(title, DockTitle) and title.name is not None
        tools.setVisible(wanted and bar.sizeHint().width() + tools.width() <= bar.width())
        tools.setGeometry(bar.width() - tools.width(), 0, tools.width(), bar.height() - 2)
        tools.raise_()

    def _front(self, bar: QTabBar) -> QDockWidget | None:
        docks = self.docks_of(bar)
        at = bar.currentIndex()
        return docks[at] if 0 <= at < len(docks) else None

    def _float(self, dock: QDockWidget | None) -> None:
        if dock is not None and isinstance(title := dock.titleBarWidget(), DockTitle):
            title.toggle()

    def _close(self, dock: QDockWidget | None) -> None:
        if dock is not None:
            dock.close()

    def menu(self, bar: QTabBar, at: int) -> QMenu | None:
        """Menu of a tab: float, close; None where there is no dock."""
        docks = self.docks_of(bar)
        dock = docks[at] if 0 <= at < len(docks) else None
        if dock is None:
            return None
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"&Float {dock.windowTitle()}", lambda: self._float(dock))
        menu.addAction(f"&Close {dock.windowTitle()}", lambda: self._close(dock))
        return menu

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the buttons at the end of the tabs; double click and right click on a tab."""
        kind = event.type()
        if watched is self._window:
            if isinstance(event, QChildEvent) and kind == QEvent.Type.ChildPolished:
                self._later()  # it may be a bar that is seen for the first time
            return False
        if isinstance(watched, QDockWidget):
            if kind == QEvent.Type.WindowTitleChange:
                self._later()
            return False
        if not isinstance(watched, QTabBar):
            return False
        if kind in (QEvent.Type.Resize, QEvent.Type.Show) and watched in self._tools:
            self._place(watched)
            if kind == QEvent.Type.Show:
                self._later()
        elif isinstance(event, QMouseEvent):
            return self._clicked(watched, event)
        return False

    def _clicked(self, bar: QTabBar, event: QMouseEvent) -> bool:
        place: QPoint = event.position().toPoint()
        at = bar.tabAt(place)
        right = event.button() == Qt.MouseButton.RightButton
        if event.type() == QEvent.Type.MouseButtonRelease and right and at >= 0:
            menu = self.menu(bar, at)
            if menu is not None:
                menu.popup(bar.mapToGlobal(place))
            return True
        if event.type() == QEvent.Type.MouseButtonDblClick and not right and at >= 0:
            dock = self.docks_of(bar)[at]
            QTimer.singleShot(0, self, lambda: self._float(dock))  # not while the bar handles the click
            return True
        return False
