"""Labels: captions in the muted colour, headings, and texts that shorten themselves."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QWidget

from tauscope.widgets import theme

MUCH_LESS = 0.6
"""Share of the room it has below which a text gives some of it back."""

_LONG = 20
"""Characters of a word from which it may be broken, after one of `_JOINT`."""
_JOINT = re.compile(r"([/\\_.\-])")
_PIECE = re.compile(rf".{{{_LONG}}}(?=.)")
_BREAK = "\u200b"
_PARAGRAPH = "\u2029"
"""Stands for the end of a line in what Qt gives as selected."""


class Label(QLabel):
    """Plain text in the part that ``role`` plays in the style sheet.

    Wrapped, it is as tall as its width asks where there is room, and asks for one line at least, so that a
    long text never forces a dock to grow.
    """

    def __init__(self, text: str = "", role: str = "", wrap: bool = False) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        if wrap:
            self.setWordWrap(True)
            policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        """One line where wrapped."""
        return QSize(1, self.fontMetrics().height()) if self.wordWrap() else super().minimumSizeHint()


class Caption(Label):
    """Text in the muted colour."""

    def __init__(self, text: str = "", wrap: bool = False) -> None:
        super().__init__(text, "muted", wrap)


class Heading(Label):
    """Bold text: the muted head of a section, or with role ``title`` the name of a thing."""

    def __init__(self, text: str = "", wrap: bool = False, role: str = "heading") -> None:
        super().__init__(text, role, wrap)


class Copied(Label):
    """Wrapped text that the mouse selects; what is copied has no break but its own."""

    def __init__(self) -> None:
        super().__init__(wrap=True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def set_text(self, text: str) -> None:
        """Show a text whose long words may be broken."""
        self.setText(breakable(text))

    def plain(self) -> str:
        """What is selected, with its own breaks alone."""
        return self.selectedText().replace(_BREAK, "").replace(_PARAGRAPH, "\n")

    def copy(self) -> None:
        """Put what is selected on the clipboard."""
        QGuiApplication.clipboard().setText(self.plain())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let a middle click elsewhere insert what is selected, where the system has that."""
        super().mouseReleaseEvent(event)
        clipboard = QGuiApplication.clipboard()
        if self.hasSelectedText() and clipboard.supportsSelection():
            clipboard.setText(self.plain(), clipboard.Mode.Selection)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy, all where nothing is selected."""
        if not self.hasSelectedText():
            self.setSelection(0, len(self.text()))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy", self.copy)
        menu.popup(event.globalPos())


def breakable(text: str) -> str:
    """Return a sentence whose long words, file names most of all, may go on in the next line.

    Where nothing in a word ends a part of it, it may be broken anywhere.
    """
    words = []
    for word in text.split(" "):
        joined = _JOINT.sub(f"\\1{_BREAK}", word) if len(word) > _LONG else word
        words.append(_BREAK.join(_PIECE.sub(f"\\g<0>{_BREAK}", part) for part in joined.split(_BREAK)))
    return " ".join(words)


class Elided(QWidget):
    """One line of text, cut in the middle or at its end where there is no room; the tooltip has it whole.

    Parameters
    ----------
    text : str
        Text.
    mode : Qt.TextElideMode
        Where it is cut.
    ink : str
        Name of a theme colour.
    right : bool
        Whether it stands at the right of its room, as numbers do.

    Notes
    -----
    A number that changes many times a second asks for a new layout only where it needs much less room or
    more: each layout of a dock lays out the window.
    """

    def __init__(
        self,
        text: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        ink: str = "text",
        right: bool = False,
    ) -> None:
        super().__init__()
        self._ink = ink
        self._right = right
        self._room = 0
        self._text = ""
        self._mode = mode
        self._hint = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def text(self) -> str:
        """Whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show a text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            wanted = self._wanted()
            if not MUCH_LESS * self._room <= wanted <= self._room:
                self._room = wanted
                self.updateGeometry()
            self.update()
            self._tell()

    def fitting(self, width: int) -> str:
        """Text as it is shown in so much room."""
        return self.fontMetrics().elidedText(self._text, self._mode, width)

    def set_ink(self, ink: str) -> None:
        """Name of a theme colour."""
        if ink != self._ink:
            self._ink = ink
            self.update()

    def set_hint(self, hint: str) -> None:
        """Set a tooltip that stands whether the text is cut or not."""
        self._hint = hint
        self._tell()

    def sizeHint(self) -> QSize:
        """Whole text."""
        return QSize(max(self._room, self._wanted()), self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Three letters."""
        return QSize(
            min(self.sizeHint().width(), self.fontMetrics().horizontalAdvance("mmm")),
            self.sizeHint().height(),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Decide anew whether the tooltip is needed."""
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Text, cut where there is no room."""
        painter = QPainter(self)
        painter.setPen(QColor(getattr(theme.current(), self._ink)))
        text = self.fitting(self.width())
        side = Qt.AlignmentFlag.AlignRight if self._right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | side, text)

    def _wanted(self) -> int:
        return self.fontMetrics().horizontalAdvance(self._text) + 2 if self._text else 0

    def _tell(self) -> None:
        cut = self.fontMetrics().horizontalAdvance(self._text) > self.width()
        tip = "\n".join(part for part in (self._text if cut else "", self._hint) if part)
        if tip != self.toolTip():
            self.setToolTip(tip)


def set_role(widget: QWidget, role: str) -> None:
    """Choose the part that a widget plays in `theme.stylesheet`; "" is the plain one."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def bold(widget: QWidget) -> None:
    """Make the font of a widget that paints its own text half bold."""
    widget.setFont(theme.text_font(semibold=True))
