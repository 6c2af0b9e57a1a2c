"""Title bar of a dock: one slim row with its name, or a field view's own header, and float and close."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QToolButton,
    QWidget,
)

from tauscope.widgets.buttons import Button
from tauscope.widgets.field_header import FieldHeader

HEIGHT = 28
OFFSET = QPoint(32, 32)
"""From its old place to where a dock floats."""


class DockTitle(QWidget):
    """Row that drags its dock; double click floats it.

    Parameters
    ----------
    dock : QDockWidget
        Dock it belongs to.
    header : QWidget or None
        What stands in the row instead of the dock's name.
    """

    def __init__(self, dock: QDockWidget, header: QWidget | None = None) -> None:
        super().__init__(dock)
        self._dock = dock
        self._name_button: QToolButton | None = None
        self._tabbed = False
        self.name: QLabel | None = None
        """Name of the dock; None where a field's header stands in its place."""
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setObjectName("dock-title")
        row = QHBoxLayout(self)
        row.setContentsMargins(0 if header else 10, 0, 4, 0)
        row.setSpacing(0)
        if header is None:
            self.name = QLabel(dock.windowTitle())
            self.name.setObjectName("dock-name")
            row.addWidget(self.name)
            row.addStretch(1)
        else:
            row.addWidget(header, 1)
        self.float_button = Button("", "float", "Float or dock this panel", kind="ghost")
        self.close_button = Button("", "close", "Close this panel; View brings it back", kind="ghost")
        for button in (self.float_button, self.close_button):
            button.setFixedSize(QSize(22, 24))
            row.addWidget(button)
        self.float_button.clicked.connect(lambda _checked=False: self.toggle())
        self.close_button.clicked.connect(lambda _checked=False: dock.close())
        self._docked = QSize()
        self._pressed: QPointF | None = None
        dock.topLevelChanged.connect(self._keep_size)
        if isinstance(header, FieldHeader):
            self._name_button = header.title
            header.title.installEventFilter(self)
        dock.setTitleBarWidget(self)

    def toggle(self) -> None:
        """Float beside the old place, so that it is seen to float; or dock."""
        dock = self._dock
        if dock.isFloating():
            dock.setFloating(False)
            QTimer.singleShot(0, self, dock.raise_)  # in front of the tabs that it comes back to
            return
        place = dock.mapToGlobal(QPoint(0, 0)) + OFFSET
        dock.setFloating(True)
        room = dock.screen().availableGeometry()
        dock.move(
            max(room.left(), min(place.x(), room.right() - dock.width())),
            max(room.top(), min(place.y(), room.bottom() - dock.height())),
        )

    def _keep_size(self, floating: bool) -> None:
        if floating:
            self._docked = self._dock.size()  # still that of its place among the docks
        elif self._docked.isValid():
            QTimer.singleShot(0, self, self._restore_size)

    def _restore_size(self) -> None:
        dock, window = self._dock, self._dock.parentWidget()
        if isinstance(window, QMainWindow) and not dock.isFloating():
            window.resizeDocks([dock], [self._docked.width()], Qt.Orientation.Horizontal)
            window.resizeDocks([dock], [self._docked.height()], Qt.Orientation.Vertical)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Float or dock."""
        self.toggle()
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the name of a field open its menu by a click, and drag the dock."""
        if not isinstance(event, QMouseEvent) or watched is not self._name_button:
            return False
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._hand_on(event)
            return True
        if kind == QEvent.Type.MouseMove and self._pressed is not None:
            if (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
            self._hand_on(event)
            return True
        if kind == QEvent.Type.MouseMove and event.buttons() & Qt.MouseButton.LeftButton:
            self._hand_on(event)
            return True
        if kind == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            clicked, self._pressed = self._pressed is not None, None
            self._hand_on(event)
            if clicked and self._name_button is not None:
                self._name_button.showMenu()
            return True
        return False

    def _hand_on(self, event: QMouseEvent) -> None:
        """Let the dock have the event, as from its own title: it knows how to be dragged."""
        if self._name_button is None:
            return
        where = QPointF(self._name_button.mapTo(self._dock, event.position().toPoint()))
        QApplication.sendEvent(
            self._dock,
            QMouseEvent(
                event.type(),
                where,
                event.globalPosition(),
                event.button(),
                event.buttons(),
                event.modifiers(),
            ),
        )

    def set_tabbed(self, tabbed: bool) -> None:
        """Give the row up while a tab shows the name; a field's header stays, as it does more."""
        if self.name is None or tabbed == self._tabbed:
            return
        self._tabbed = tabbed
        self.setFixedHeight(0 if tabbed else HEIGHT)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Full height, any width."""
        return QSize(120, 0 if self._tabbed else HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Room for the two buttons."""
        return QSize(60, 0 if self._tabbed else HEIGHT)
