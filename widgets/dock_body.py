"""What a dock holds: a panel that needs much width scrolls, so that it does not widen its neighbours."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

NARROWEST = 220
"""Width to which every dock can be drawn."""


class DockBody(QScrollArea):
    """Panel that scrolls sideways where its dock is narrower than it needs.

    Parameters
    ----------
    panel : QWidget
        What is shown.
    """

    def __init__(self, panel: QWidget) -> None:
        super().__init__()
        self._panel = panel
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(panel)

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
