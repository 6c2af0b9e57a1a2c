"""Card of a preset: picture, title and summary; unfolded, what to see and to try."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.icons import renderer
from tauscope.widgets.state import PresetCard
from tauscope.widgets.texts import Caption, Heading

_RADIUS = 6


class Picture(QWidget):
    """Picture of a preset at 16 : 9, or the icon of a field on the canvas colour."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._pixmap = QPixmap(path) if path else QPixmap()
        self.badge = ""
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Keep the proportions."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Nine sixteenths of the width."""
        return width * 9 // 16

    def sizeHint(self) -> QSize:
        """A small picture."""
        return QSize(160, 90)

    def set_badge(self, text: str) -> None:
        """Write a short text on a plate in the corner, none for ""."""
        if text != self.badge:
            self.badge = text
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture cut to the frame, then the badge."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect())
        clip = QPainterPath()
        clip.addRoundedRect(box, 4, 4)
        painter.setClipPath(clip)
        if self._pixmap.isNull():
            painter.fillRect(box, QColor(theme.current().canvas))
            edge = min(box.height() * 0.45, 44)
            spot = QRectF(box.center().x() - edge / 2, box.center().y() - edge / 2, edge, edge)
            renderer("field", theme.current().accent).render(painter, spot)
        else:
            painter.drawPixmap(box, self._pixmap, self._cut(box))
        if self.badge:
            self._paint_badge(painter)

    def _cut(self, box: QRectF) -> QRectF:
        whole = QRectF(self._pixmap.rect())
        scale = min(whole.width() / box.width(), whole.height() / box.height())
        cut = QRectF(0, 0, box.width() * scale, box.height() * scale)
        cut.moveCenter(whole.center())
        return cut

    def _paint_badge(self, painter: QPainter) -> None:
        metrics = self.fontMetrics()
        plate = QRectF(6, 6, metrics.horizontalAdvance(self.badge) + 14, metrics.height() + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(13, 15, 18, 190))
        painter.drawRoundedRect(plate, 4, 4)
        painter.setPen(QColor("#e6e9ee"))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self.badge)


class Card(QWidget):
    """One preset; unfolded while selected.

    Signals
    -------
    selected, chosen : (str)
        Name of the preset that was clicked, or that is to be loaded.
    moved : (int)
        The arrow keys ask for the next card (+1) or the one before (-1).
    """

    selected = Signal(str)
    chosen = Signal(str)
    moved = Signal(int)

    def __init__(self, card: PresetCard) -> None:
        super().__init__()
        self.card = card
        self.unfolded = False
        self._current = False
        self.setObjectName(f"preset:{card.name}")
        self.setAccessibleName(f"{card.title}. {card.summary}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.picture = Picture(card.picture)
        column = QVBoxLayout(self)
        column.setContentsMargins(7, 7, 7, 8)
        column.setSpacing(4)
        column.addWidget(self.picture)
        column.addWidget(Heading(card.title, wrap=True, role="title"))
        column.addWidget(Caption(card.summary, wrap=True))
        column.addStretch(1)
        self._column = column
        self._mark()

    @cached_property
    def details(self) -> QWidget:
        """What to see and to try, with the button that loads; made when the card is first unfolded."""
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        # Above the texts: those may reach below what is in sight.
        column.addWidget(self.load)
        if self.card.see:
            column.addWidget(Heading("What to see"))
            column.addWidget(Caption(self.card.see, wrap=True))
        if self.card.tries:
            column.addWidget(Heading("What to try"))
            for text in self.card.tries:
                column.addWidget(Caption(f"•  {text}", wrap=True))
        body.hide()
        self._column.insertWidget(self._column.count() - 1, body)
        return body

    @cached_property
    def load(self) -> Button:
        """Button that loads the preset."""
        button = Button("Load", "play", f"Load “{self.card.title}” and run it (Enter)", kind="primary")
        button.clicked.connect(lambda: self.chosen.emit(self.card.name))
        return button

    def set_unfolded(self, unfolded: bool) -> None:
        """Show or fold what to see and to try."""
        if unfolded != self.unfolded:
            self.unfolded = unfolded
            self.details.setVisible(unfolded)
            self.update()

    def set_current(self, current: bool) -> None:
        """Mark the preset that is loaded."""
        self._current = current
        self._mark()

    def matches(self, words: list[str]) -> bool:
        """Whether every word stands in one of the texts, the heading of its group among them."""
        card = self.card
        text = " ".join((card.group, card.name, card.title, card.summary, card.see, *card.tries)).casefold()
        return all(word in text for word in words)

    def _mark(self) -> None:
        parts = ["Loaded"] if self._current else []
        self.picture.set_badge(" · ".join([*parts, "Your own"] if self.card.own else parts))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Raised plate; accent line while selected."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        edge = colors.accent if self.unfolded or self.hasFocus() else colors.raised
        painter.setPen(QPen(QColor(edge), 1.5))
        painter.setBrush(QColor(colors.raised))
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.selected.emit(self.card.name)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Load."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.card.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter loads; arrows go to the next card."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.card.name)
        elif event.key() in steps:
            self.moved.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select what the keyboard reached."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selected.emit(self.card.name)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Draw without focus."""
        super().focusOutEvent(event)
        self.update()
