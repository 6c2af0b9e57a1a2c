"""Note in the header of a view that the processor draws it; a sign alone where there is little room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QLabel

from tauscope.widgets import theme
from tauscope.widgets.icons import icon

TEXT = "Without OpenGL"
ROOMY = 640
"""Width of a header from which the words stand in it."""
SIGN = 16


class RasterNote(QLabel):
    """Words or a sign, with the reason as tooltip; hidden at first."""

    def __init__(self) -> None:
        super().__init__()
        self._words: bool | None = None
        self.setContentsMargins(0, 0, 4, 0)
        self.setAccessibleName(TEXT)
        self.set_room(ROOMY)
        self.hide()

    def set_reason(self, reason: str) -> None:
        """Say why the view could not be drawn by OpenGL; "" hides the note."""
        self.setVisible(bool(reason))
        self.setToolTip(f"{TEXT}: {reason} The processor draws this view, more slowly." if reason else "")

    def set_room(self, width: int) -> None:
        """Show words or the sign, as suits a header of a width."""
        words = width >= ROOMY
        if words == self._words:
            return
        self._words = words
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Take a theme's colours."""
        super().changeEvent(event)
        if theme.is_new(self, event):
            self._show()

    def _show(self) -> None:
        if self._words:
            self.setText(TEXT)
        else:
            self.setPixmap(icon("warning", theme.current().muted, SIGN).pixmap(SIGN, SIGN))

    def minimumSizeHint(self) -> QSize:
        """The sign."""
        return QSize(SIGN + 4, SIGN)
