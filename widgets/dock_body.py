"""What a dock holds: a panel that needs much width scrolls, so that it does not widen its neighbours."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

NARROWEST = 220
"""Width to which every dock can be drawn."""


class DockBody(QScrollArea):
    """Panel that scrolls sideways where its dock is narrower than it needs.

    Qt's own resizing gives a panel with wrapped texts the height that it would like to have, so that its foot
    is cut off in a lower dock; here it has the height of the dock.

    Parameters
    ----------
    panel : QWidget
        What is shown.
    """

    def __init__(self, panel: QWidget) -> None:
        super().__init__()
        self._panel = panel
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(panel)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the dock."""
        super().resizeEvent(event)
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what the panel needs at least."""
        if watched is self._panel and event.type() == QEvent.Type.LayoutRequest:
            self._fill()
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _fill(self) -> None:
        least = self._panel.minimumSizeHint().expandedTo(self._panel.minimumSize())
        room = self.maximumViewportSize()
        bar = self.horizontalScrollBar().sizeHint().height() if least.width() > room.width() else 0
        self._panel.resize(least.expandedTo(QSize(room.width(), room.height() - bar)))

    def sizeHint(self) -> QSize:
        """The panel's own."""
        return self._panel.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """The panel's own, but narrow enough."""
        least = self._panel.minimumSizeHint()
        return QSize(min(least.width(), NARROWEST), least.height())


def body_of(panel: QWidget) -> QWidget:
    """Return the panel, or a scrolling body around it where it needs more than the narrowest dock."""
    least = max(panel.minimumSizeHint().width(), panel.minimumWidth())
    return DockBody(panel) if least > NARROWEST else panel
