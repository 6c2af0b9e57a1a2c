"""The main window: hero canvas in the centre, docks around it, toolbar and status bar; it holds no state."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QSizePolicy,
    QTabWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from tauscope.widgets.canvas.budget import RedrawBudget
from tauscope.widgets.dock_body import body_of
from tauscope.widgets.dock_tabs import DockTabs
from tauscope.widgets.dock_title import DockTitle
from tauscope.widgets.docks.log import LogPanel
from tauscope.widgets.docks.monitors import MonitorsPanel
from tauscope.widgets.docks.parameters import ParametersPanel
from tauscope.widgets.docks.presets import PresetsPanel
from tauscope.widgets.docks.recording import RecordingPanel
from tauscope.widgets.docks.sources import SourcesPanel
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.meters import MetersBar, StatusMeters
from tauscope.widgets.notifications import Notifications, corner
from tauscope.widgets.player import PlayerBar
from tauscope.widgets.theme import Theme
from tauscope.widgets.transport import Transport

LAYOUT_VERSION = 1
FRAME = 110
"""Height of menu, toolbar and status bar."""
NARROW = 1180
"""Width of the window below which the toolbar shows icons without their words."""
SMALL = 1120
"""Width of the window below which the fields share one place, as tabs."""
WIDE = 1600
"""Width of the window from which the side columns are wider."""
HEROES = 270
"""Height of the parameters with three large sliders and the search."""
VIEWS = {"hero": "f_live", "f": "f", "tau": "tau", "phi": "phi"}
"""Views by key, with the field each shows at first; ``hero`` is the centre and never re-parented."""

DOCKS = {
    "sources": "Sources",
    "presets": "Presets",
    "f": "f(x)",
    "tau": "τ(x)",
    "phi": "ϕ(x)",
    "parameters": "Parameters",
    "monitors": "Monitors",
    "recording": "Recording",
    "log": "Log",
}


class MainWindow(QMainWindow):
    """Builds and lays out the widgets.

    Signals
    -------
    closing : ()
        The user wants to close the window; whoever listens shuts down, then accepts.
    """

    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Tauscope")
        self.setObjectName("main")
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setMinimumSize(QSize(960, 600))
        self.redraw = RedrawBudget()
        self.views = {key: FieldView(budget=self.redraw) for key in VIEWS}
        self.sources = SourcesPanel()
        self.presets = PresetsPanel()
        self.parameters = ParametersPanel()
        self.monitors = MonitorsPanel()
        self.recording = RecordingPanel()
        self.log = LogPanel()
        self.player = PlayerBar()
        self.transport = Transport()
        self.meters = MetersBar()
        self.status_meters = StatusMeters()
        self.tools: list[QToolButton] = []
        self._beside: dict[str, tuple[str, bool]] = {}
        self._laid_out = False
        self._forced = QSize()
        self.docks: dict[str, QDockWidget] = {}
        self.tabs = DockTabs(self, self.docks)
        self.notifications = Notifications(self, self._notes_area)
        self._make_docks()
        self._make_centre()
        self._make_toolbar()
        self.statusBar().addPermanentWidget(self.status_meters, 1)
        self.statusBar().setSizeGripEnabled(False)
        self.notifications.badge.setFixedHeight(20)  # the bar keeps its height
        self.statusBar().addPermanentWidget(self.notifications.badge)
        self.close_accepted = False
        self.reset_layout()

    def _make_docks(self) -> None:
        bodies: dict[str, QWidget] = {
            "sources": self.sources,
            "presets": self.presets,
            "f": self.views["f"],
            "tau": self.views["tau"],
            "phi": self.views["phi"],
            "parameters": self.parameters,
            "monitors": self.monitors,
            "recording": self.recording,
            "log": self.log,
        }
        for key, title in DOCKS.items():
            self.docks[key] = self._make_dock(key, title, bodies[key])

    def _make_dock(self, key: str, title: str, body: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock:{key}")
        dock.setWidget(body_of(body))
        DockTitle(dock, self.views[key].header if key in self.views else None)
        self.tabs.watch(dock)
        dock.installEventFilter(self)
        return dock

    def add_dock(self, key: str, title: str, body: QWidget, beside: str, shown: bool = True) -> QDockWidget:
        """Add a dock in the tab group of another; call `reset_layout` when all are there."""
        self.docks[key] = self._make_dock(key, title, body)
        self._beside[key] = (beside, shown)
        return self.docks[key]

    def _make_centre(self) -> None:
        self.centre = centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.views["hero"], 1)
        column.addWidget(self.player)
        self.player.hide()
        self.setCentralWidget(centre)

    def _make_toolbar(self) -> None:
        bar = QToolBar("Run")
        bar.setObjectName("toolbar:run")
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        bar.addWidget(self.transport)
        bar.addSeparator()
        self.toolbar = bar
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.toolbar_end = bar.addWidget(spacer)
        bar.addWidget(self.meters)
        self.addToolBar(bar)

    def add_tool(self, action: QAction, role: str = "") -> None:
        """Show an action in the toolbar, icon beside text; a role of the style sheet colours it."""
        self.toolbar.insertAction(self.toolbar_end, action)
        button = self.toolbar.widgetForAction(action)
        if isinstance(button, QToolButton):
            self.tools.append(button)
            button.setToolButtonStyle(self._tool_style())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("role", role)

    def _tool_style(self) -> Qt.ToolButtonStyle:
        style = Qt.ToolButtonStyle
        return style.ToolButtonIconOnly if self.width() < NARROW else style.ToolButtonTextBesideIcon

    # -- layout

    def reset_layout(self) -> None:
        """Put every dock back where it stood at the first start."""
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        bottom = Qt.DockWidgetArea.BottomDockWidgetArea
        for edge, area in (
            (Qt.Corner.TopLeftCorner, left),
            (Qt.Corner.BottomLeftCorner, left),
            (Qt.Corner.TopRightCorner, right),
            (Qt.Corner.BottomRightCorner, right),
        ):
            self.setCorner(edge, area)
        docks = self.docks
        for dock in docks.values():
            dock.setFloating(False)
            self.removeDockWidget(dock)
        self.addDockWidget(left, docks["sources"])
        self.tabifyDockWidget(docks["sources"], docks["presets"])
        small, wide = self.width() < SMALL, self.width() >= WIDE
        self.addDockWidget(bottom, docks["tau"])
        if small:
            self.tabifyDockWidget(docks["tau"], docks["phi"])
        else:
            self.splitDockWidget(docks["tau"], docks["phi"], Qt.Orientation.Horizontal)
        self.tabifyDockWidget(docks["tau"], docks["f"])
        self.addDockWidget(right, docks["parameters"])
        self.splitDockWidget(docks["parameters"], docks["monitors"], Qt.Orientation.Vertical)
        self.tabifyDockWidget(docks["monitors"], docks["recording"])
        self.tabifyDockWidget(docks["recording"], docks["log"])
        for key, (beside, _shown) in self._beside.items():
            self.tabifyDockWidget(docks[beside], docks[key])
        for key, dock in docks.items():
            dock.setVisible(self._beside.get(key, ("", True))[1])
        for key in ("sources", "tau", "monitors"):
            docks[key].raise_()
        horizontal = Qt.Orientation.Horizontal
        left_width, right_width = (230, 320) if wide else (200, 240) if small else (200, 280)
        self.resizeDocks([docks["sources"], docks["parameters"]], [left_width, right_width], horizontal)
        half = max((self.width() - left_width - right_width) // 2, 1)
        if not small:
            self.resizeDocks([docks["tau"], docks["phi"]], [half, half], horizontal)
        self.resizeDocks(
            [docks["tau"]],
            [max(180 if small else 220, int(self.height() * (0.3 if small else 0.36)))],
            Qt.Orientation.Vertical,
        )
        # The hero sliders above; below them room for monitors and for the whole form of a recording.
        column = max(self.height() - FRAME, 1)
        above = min(max(int(column * 0.42), HEROES), column // 2)
        self.resizeDocks(
            [docks["parameters"], docks["monitors"]], [above, column - above], Qt.Orientation.Vertical
        )

    def save_layout(self) -> tuple[str, str]:
        """Geometry and dock layout as base64 text."""
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        layout = bytes(self.saveState(LAYOUT_VERSION).toBase64().data()).decode("ascii")
        return geometry, layout

    def restore_layout(self, geometry: str, layout: str) -> bool:
        """Restore what `save_layout` gave; False (and the built-in layout) where Qt refuses it."""
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii")))
        if layout and not self.restore_docks(QByteArray.fromBase64(layout.encode("ascii"))):
            self.reset_layout()
            return False
        if not layout:
            self.reset_layout()
        return True

    def keep_docks(self) -> QByteArray:
        """Return what `restore_docks` takes."""
        return self.saveState(LAYOUT_VERSION)

    def restore_docks(self, layout: QByteArray) -> bool:
        """Put the docks back as they stood; False where Qt refuses it, with the docks put away.

        Every dock is taken out first: Qt would leave the tabs of the present arrangement standing.
        """
        drawn = self.updatesEnabled()
        self.setUpdatesEnabled(False)
        try:
            for dock in self.docks.values():
                self.removeDockWidget(dock)
            if (rows := self.layout()) is not None:
                rows.activate()  # lets go of the tabs
            return self.restoreState(layout, LAYOUT_VERSION)
        finally:
            self.setUpdatesEnabled(drawn)

    def arrangement(self) -> object:
        """Return which docks are open, floating and tabbed together, and where; sizes do not count."""
        return {
            key: (
                dock.isHidden(),
                dock.isFloating(),
                self.dockWidgetArea(dock),
                frozenset(mate.objectName() for mate in self.tabifiedDockWidgets(dock)),
            )
            for key, dock in self.docks.items()
        }

    def hide_panels(self, hidden: bool) -> None:
        """Hide every dock, or show those that stood before."""
        if hidden:
            self._before_hiding = self.keep_docks()
            for dock in self.docks.values():
                if not dock.isFloating():
                    dock.hide()
        elif getattr(self, "_before_hiding", None) is not None:
            self.restore_docks(self._before_hiding)

    def set_theme(self, theme: Theme) -> None:
        """Colours of the canvases; everything else follows the application's palette."""
        for view in self.views.values():
            view.set_theme(theme)

    def _notes_area(self) -> QRect:
        """Where notifications stand: over the right column, so that no field is covered; else the corner."""
        column = QRect()
        for dock in self.docks.values():
            right = self.dockWidgetArea(dock) == Qt.DockWidgetArea.RightDockWidgetArea
            if not right or not dock.isVisible() or dock.isFloating():
                continue
            place = QRect(dock.mapTo(self, QPoint(0, 0)), dock.size())
            if self.rect().contains(place):  # what stands behind another tab is kept outside
                column = column.united(place)
        top = self.toolbar.geometry().bottom()
        room = QRect(0, top, self.width(), self.statusBar().y() - top)
        if column.right() < self.width() - 8:
            return corner(room)  # no column there
        room.setBottom(min(room.bottom(), column.bottom()))  # a row of fields may run below the column
        return corner(room, column.width() - 16)

    # -- events

    def showEvent(self, event: QShowEvent) -> None:
        """Lay the docks out for the size in which the window is first seen."""
        if not self._laid_out:
            self._laid_out = True
            self.reset_layout()
        super().showEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let notifications follow the docks."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide):
            self.notifications.place()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the toolbar in a narrow window, so that nothing of it goes out of reach."""
        super().resizeEvent(event)
        self._keep_least()
        narrow = self.width() < NARROW
        self.meters.drawing.setVisible(not narrow)
        for button in self.tools:
            button.setToolButtonStyle(self._tool_style())

    def _keep_least(self) -> None:
        """Ask for the least size again where the window was forced below it; once, as some never yield."""
        least = self.size().expandedTo(self.minimumSize())
        if least != self.size() and self.size() != self._forced:
            self._forced = self.size()
            QTimer.singleShot(0, self, lambda: self.resize(least))
        elif least == self.size():
            self._forced = QSize()

    def focusNextPrevChild(self, next_one: bool) -> bool:
        """Let Tab pass over what stands behind other tabs: Qt keeps it outside the window, in the chain."""
        met: list[QWidget] = []
        while super().focusNextPrevChild(next_one):
            found = self.focusWidget()
            if found in met[:1] or self._in_sight(found):
                return True
            met.append(found)
        return False

    def _in_sight(self, widget: QWidget) -> bool:
        for dock in self.docks.values():
            if dock.isAncestorOf(widget):
                widget = dock  # what is scrolled away in it comes into sight by itself
        if widget.window() is not self:
            return True
        return self.rect().intersects(QRect(widget.mapTo(self, QPoint(0, 0)), widget.size()))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.close_accepted:
            self.closing.emit()
        event.setAccepted(self.close_accepted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.notifications.dismiss_top():
            return
        super().keyPressEvent(event)
