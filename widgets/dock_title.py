"""Title bar of a dock: one slim row with its name, or a field view's own header, and float and close."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QMainWindow, QWidget

from tauscope.widgets.buttons import Button

HEIGHT = 28


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
            dock.visibilityChanged.connect(self._name_once)
            dock.topLevelChanged.connect(self._name_once)
        else:
            row.addWidget(header, 1)
        self.float_button = Button("", "float", "Float or dock this panel", kind="ghost")
        self.close_button = Button("", "close", "Close this panel; View brings it back", kind="ghost")
        for button in (self.float_button, self.close_button):
            button.setFixedSize(QSize(22, 24))
            row.addWidget(button)
        self.float_button.clicked.connect(lambda _checked=False: dock.setFloating(not dock.isFloating()))
        self.close_button.clicked.connect(lambda _checked=False: dock.close())
        dock.setTitleBarWidget(self)

    def _name_once(self, _changed: bool) -> None:
        QTimer.singleShot(0, self, self._name)  # the tabs are arranged after the signal

    def _name(self) -> None:
        """Hide the name while a tab shows it already."""
        dock, window = self._dock, self._dock.parentWidget()
        tabbed = isinstance(window, QMainWindow) and bool(window.tabifiedDockWidgets(dock))
        self.name.setVisible(dock.isFloating() or not tabbed)

    def sizeHint(self) -> QSize:
        """Full height, any width."""
        return QSize(120, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Room for the two buttons."""
        return QSize(60, HEIGHT)
