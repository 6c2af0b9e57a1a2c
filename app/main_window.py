"""The main window: hero canvas in the centre, docks around it, toolbar and status bar; it holds no state."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from tauscope.app.arranging import LOW
from tauscope.app.docked_window import DockedWindow
from tauscope.app.labs import CENTRES, FIELDS, GRAVITY, LabSpec
from tauscope.widgets.berth import Berth
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

NARROW = 1180
"""Width of the window below which the toolbar shows icons without their words."""
EDGE = 8
"""Pixels within which a dock stands at the edge of the window."""
TABS = 34
"""Height of the tabs above a dock, which belong to it."""
REFITTED = "The panels did not fit into the window; they stand as at first."
OF_RECORDING = frozenset(("recording", "disk", "full"))
"""Keys of notifications that speak of the recording."""
VIEWS = ("hero", "f", "tau", "phi")
"""Field views; ``hero`` stands in the centre and stays there."""

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
OF_LATTICES = {"sources": ("gravity",), **dict.fromkeys(("f", "tau", "phi"), FIELDS)}
"""Docks that show or edit a lattice, and the engines beside which they are offered."""


class MainWindow(DockedWindow):
    """Builds and lays out the widgets.

    Signals
    -------
    closing : ()
        The user wants to close the window; whoever listens shuts down, then accepts.
    """

    closing = Signal()

    def __init__(self) -> None:
        super().__init__(GRAVITY, OF_LATTICES)
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
        self._berths: dict[str, Berth] = {}
        self._laid_out = False
        self._forced = QSize()
        self.tabs = DockTabs(self, self.docks)
        self.notifications = Notifications(self, self._notes_areas)
        self._make_docks()
        self._make_centre()
        self._make_toolbar()
        self.statusBar().addPermanentWidget(self.status_meters, 1)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(0, 0, 10, 0)
        self.notifications.badge.setFixedHeight(20)  # the bar keeps its height
        self.statusBar().addPermanentWidget(self.notifications.badge)
        self.refitted.connect(lambda: self.log.append("info", REFITTED))
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
        row = body.row if isinstance(body, Berth) else None
        DockTitle(dock, self.views[key].header if key in self.views else row)
        self.tabs.watch(dock)
        dock.installEventFilter(self)
        return dock

    def add_dock(
        self,
        key: str,
        title: str,
        body: QWidget,
        beside: str,
        shown: bool = True,
        engines: tuple[str, ...] = (),
    ) -> QDockWidget:
        """Add a dock in the tab group of another, for some engines or all; `reset_layout` places them."""
        self.docks[key] = self._make_dock(key, title, body)
        self._beside[key] = (beside, shown)
        self._engines[key] = engines
        return self.docks[key]

    def _make_centre(self) -> None:
        self.centre = centre = QWidget()
        self.stack = QStackedWidget()
        self.centres: dict[str, QWidget] = {}
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stack, 1)
        column.addWidget(self.player)
        self.add_centre("hero", self.views["hero"])
        self.player.hide()
        self.setCentralWidget(centre)

    def add_centre(self, key: str, view: QWidget) -> None:
        """Add a view that labs may show in the centre; in those that do not, it stands in a dock."""
        self.centres[key] = view
        self.stack.addWidget(view)
        if key in CENTRES:
            title, engines = CENTRES[key]
            self._berths[key] = Berth()
            self.add_dock(key, title, self._berths[key], "monitors", engines=engines)
            self._settle_views()

    def _settle_views(self) -> None:
        """Let every view stand in the centre, or in its dock where the lab has another there."""
        for key, berth in self._berths.items():
            view = self.centres[key]
            if key == self._lab.centre and not berth.empty:
                berth.give(view)
                self.stack.addWidget(view)
            elif key != self._lab.centre and berth.empty:
                self.stack.removeWidget(view)
                berth.take(view)
        self.stack.setCurrentWidget(self.centres.get(self._lab.centre, self.views["hero"]))

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

    def home(self) -> QWidget:
        """Canvas in the centre, which has the keyboard when nothing else wants it."""
        native = getattr(self.stack.currentWidget(), "canvas_native", None)
        return native if isinstance(native, QWidget) else self.views["hero"].canvas_native

    def show_lab(self, lab: LabSpec) -> None:
        """Show the centre of a lab and its docks, as they stood when it was left or as its layout says."""
        if lab is self._lab:
            return
        drawn = self.updatesEnabled()
        self.setUpdatesEnabled(False)
        try:
            self.hide_panels(False)
            self._layouts[self._lab.key] = self.keep_docks()
            self._lab = lab
            self._settle_views()
            kept = self._layouts.get(lab.key)
            if kept is None or not self.restore_docks(kept):
                self.reset_layout()
        finally:
            self.setUpdatesEnabled(drawn)
        self._fitting.start()

    def set_theme(self, theme: Theme) -> None:
        """Colours of the canvases; everything else follows the application's palette."""
        for view in self.views.values():
            view.set_theme(theme)

    def _notes_areas(self, keys: frozenset[str]) -> list[QRect]:
        """Where notifications may stand: never over the form that one of them speaks of."""
        area, form = self._notes_area(), QRect()
        if keys & OF_RECORDING:
            form = self._in_view(self.docks["recording"])
        if not area.intersects(form):
            return [area]
        above = QRect(area)
        above.setBottom(form.top() - TABS)
        wide = QRect(0, area.top(), form.left(), area.height())
        if wide.width() > form.width():
            return [above, corner(wide)]
        # Where the form fills the column they stand over it: better than over menu and toolbar.
        return [above] if above.height() > TABS else [area]

    def _in_view(self, dock: QDockWidget) -> QRect:
        """Rectangle of a dock in the window; none where it is closed, floats or stands behind another tab."""
        if not dock.isVisible() or dock.isFloating():
            return QRect()
        place = QRect(dock.mapTo(self, QPoint(0, 0)), dock.size())
        seen = place.intersected(self.rect())
        return seen if 2 * seen.width() > place.width() else QRect()  # what is behind is kept outside

    def _notes_area(self) -> QRect:
        """Where notifications stand: over the right column, so that no field is covered; else the corner."""
        column = QRect()
        for dock in self.docks.values():
            if self.dockWidgetArea(dock) == Qt.DockWidgetArea.RightDockWidgetArea:
                seen = self._in_view(dock)
                if seen.right() >= self.width() - EDGE:  # beside it another column of the area may stand
                    column = column.united(seen)
        top = self.toolbar.geometry().bottom()
        room = QRect(0, top, self.width(), self.statusBar().y() - top)
        if column.isNull():
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
        self._keep_right_column()
        self._fitting.start()
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

    def _keep_right_column(self) -> None:
        """Let no lower row reach below the right column of a low window: its panels need the height."""
        corner, right = Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea
        layout = self.layout()
        if self.height() < LOW and self.corner(corner) != right and layout is not None:
            self.setCorner(corner, right)
            layout.activate()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.close_accepted:
            self.closing.emit()
        event.setAccepted(self.close_accepted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.notifications.dismiss_top():
            return
        super().keyPressEvent(event)
