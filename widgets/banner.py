"""One notification: a plate with a sentence and buttons; the mouse reaches what lies beneath it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFontDatabase,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.icons import renderer
from tauscope.widgets.texts import Caption, Label, breakable

Action = tuple[str, Callable[[], object]]
"""Text of a button, and what it does."""
LEVELS = {"info": "accent", "warning": "warning", "error": "trouble"}
"""Levels, and the theme colour of each."""
INFO_MS = 7000
WARNING_MS = 12_000
"""A warning leaves, too: it speaks of one refused deed, and the log keeps it."""
STAY_MS = 15_000
"""An information with buttons then becomes a badge, from which it comes back."""


@dataclass(slots=True)
class Note:
    """What a banner says, and how often it was said."""

    level: str
    text: str
    details: str = ""
    actions: tuple[Action, ...] = ()
    key: str = ""
    times: int = field(default=1)
    collapsed: bool = field(default=False)

    @property
    def stays(self) -> bool:
        """Whether it is to be dismissed or answered: its buttons may be the only remedy."""
        return self.level == "error" or (self.level == "warning" and bool(self.actions))

    def same(self, other: Note) -> bool:
        """Whether the other says the same thing."""
        return (self.level, self.text, self.key) == (other.level, other.text, other.key)


class Banner(QWidget):
    """One notification.

    Signals
    -------
    dismissed : ()
        The user has read it, or its time is over.
    collapsed : ()
        Its time is over, but what it offers can still be had.
    unfolded : ()
        Its height changed.
    """

    dismissed = Signal()
    collapsed = Signal()
    unfolded = Signal()

    def __init__(self, note: Note, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note = note
        self._below: QWidget | None = None
        self.setObjectName(f"banner:{note.level}")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sentence = Label(breakable(note.text), wrap=True)
        self.times = Caption()
        self.close_button = Button("", "close", "Dismiss (Esc)", "ghost")
        self.close_button.clicked.connect(self.dismissed)
        self.fold = Button("Details", "chevron-right", "What the program was doing", "ghost")
        self.fold.clicked.connect(self._unfold)
        self.copy = Button("Copy", "copy", "Copy the message and its details", "ghost")
        self.copy.clicked.connect(self._copy)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.hide()
        self.buttons = [self._button(text, run) for text, run in note.actions]
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        offers = note.level == "info" and bool(note.actions)
        leaves = WARNING_MS if note.level == "warning" else INFO_MS
        self._timer.setInterval(STAY_MS if offers else leaves)
        self._timer.timeout.connect(self.collapsed if offers else self.dismissed)
        self._build()
        self.renew(note)

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addSpacing(26)
        top.addWidget(self.sentence, 1)
        top.addWidget(self.times)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self._answers = answers = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        answers.setSpacing(6)
        for button in self.buttons:
            answers.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        answers.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addSpacing(26)
        more = QVBoxLayout()
        more.addLayout(answers)
        look = QHBoxLayout()
        look.addWidget(self.fold)
        look.addWidget(self.copy)
        look.addStretch(1)
        more.addLayout(look)
        row.addLayout(more, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addLayout(row)
        column.addWidget(self.details)
        self.fold.setVisible(bool(self.note.details))
        self.copy.setVisible(bool(self.note.details))
        self.details.setPlainText(self.note.details)
        lines = min(max(self.note.details.count("\n") + 1, 3), 12)
        self.details.setFixedHeight(self.details.fontMetrics().lineSpacing() * lines + 24)
        self.setAccessibleName(self.note.text)

    def _button(self, text: str, run: Callable[[], object]) -> Button:
        button = Button(text)

        def pressed() -> None:
            self.dismissed.emit()
            run()

        button.clicked.connect(pressed)
        return button

    def renew(self, note: Note) -> None:
        """Say that it happened again, and start its time anew."""
        self.note = note
        self.times.setText(f"×{note.times}" if note.times > 1 else "")
        if not (self.underMouse() or note.stays):
            self._timer.start()

    def reword(self) -> None:
        """Show the sentence anew, which has changed."""
        self.sentence.setText(breakable(self.note.text))
        self.setAccessibleName(self.note.text)

    def fit(self, width: int) -> int:
        """Put the buttons below each other where a width has no room for a row; returns the height."""
        row = sum(button.sizeHint().width() + 6 for button in self.buttons) + 60
        directions = QBoxLayout.Direction
        self._answers.setDirection(directions.LeftToRight if row <= width else directions.TopToBottom)
        return self.heightForWidth(width)

    def _unfold(self) -> None:
        folded = not self.details.isHidden()
        self.details.setHidden(folded)
        self.fold.set_look("Details", "chevron-right" if folded else "chevron-down", "ghost")
        self._timer.stop()
        self.unfolded.emit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.note.text}\n\n{self.note.details}".strip())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while the mouse is over it."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Start its time anew."""
        super().leaveEvent(event)
        if self.details.isHidden():
            self.renew(self.note)

    # A banner is read, not clicked: outside its buttons the mouse reaches what lies beneath.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Hand a press on, and the rest of the drag after it."""
        self._below = self._beneath(event.globalPosition().toPoint())
        if self._below is not None and self._below.focusPolicy() & Qt.FocusPolicy.ClickFocus:
            self._below.setFocus(Qt.FocusReason.MouseFocusReason)
        self._hand_on(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hand a drag on."""
        self._hand_on(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Hand the end of a drag on."""
        self._hand_on(event)
        if not event.buttons():
            self._below = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Hand a double click on."""
        self._below = self._beneath(event.globalPosition().toPoint())
        self._hand_on(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Hand the wheel on."""
        below = self._beneath(event.globalPosition().toPoint())
        if below is not None:
            QApplication.sendEvent(
                below,
                QWheelEvent(
                    below.mapFromGlobal(event.globalPosition()),
                    event.globalPosition(),
                    event.pixelDelta(),
                    event.angleDelta(),
                    event.buttons(),
                    event.modifiers(),
                    event.phase(),
                    event.inverted(),
                ),
            )
        event.accept()

    def _beneath(self, place: QPoint) -> QWidget | None:
        stack, window = self.parentWidget(), self.window()
        if stack is None or stack is window:
            return None
        stack.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, True)
        found = window.childAt(window.mapFromGlobal(place))
        stack.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
        return found or window

    def _hand_on(self, event: QMouseEvent) -> None:
        event.accept()
        if self._below is None:
            return
        QApplication.sendEvent(
            self._below,
            QMouseEvent(
                event.type(),
                self._below.mapFromGlobal(event.globalPosition()),
                event.globalPosition(),
                event.button(),
                event.buttons(),
                event.modifiers(),
            ),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Raised plate, line and icon in the colour of the level."""
        colors = theme.current()
        color = QColor(getattr(colors, LEVELS[self.note.level]))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(colors.line), 1))
        painter.setBrush(QColor(colors.panel))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(0, 0, 4, self.height()), 2, 2)
        top = self.close_button.y() + (self.close_button.height() - 18) / 2
        renderer(self.note.level, color.name()).render(painter, QRectF(14, top, 18, 18))
