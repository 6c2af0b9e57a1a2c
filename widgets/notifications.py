"""Notifications: banners at the top of the centre that never block, at most three at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFontDatabase,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from tauscope.engine.errors import unknown_name
from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.icons import renderer
from tauscope.widgets.texts import Caption, Label

Action = tuple[str, Callable[[], object]]
"""Text of a button, and what it does."""
LEVELS = {"info": "accent", "warning": "warning", "error": "trouble"}
"""Levels, and the theme colour of each."""
VISIBLE = 3
WAITING = 50
"""Banners that wait for room at most; the oldest are dropped (the log keeps all)."""
WIDTH = 560
INFO_MS = 7000
WARNING_MS = 12_000
"""A warning leaves, too: it speaks of one refused deed, and the log keeps it."""
_MARGIN = 12
_TOP = 40
"""Pixels above the first banner, so that the header of the view below stays readable."""


@dataclass(slots=True)
class Note:
    """What a banner says, and how often it was said."""

    level: str
    text: str
    details: str = ""
    actions: tuple[Action, ...] = ()
    key: str = ""
    times: int = field(default=1)

    def same(self, other: Note) -> bool:
        """Whether the other says the same thing."""
        return (self.level, self.text, self.key) == (other.level, other.text, other.key)


class Banner(QWidget):
    """One notification.

    Signals
    -------
    dismissed : ()
        The user has read it.
    unfolded : ()
        Its height changed.
    """

    dismissed = Signal()
    unfolded = Signal()

    def __init__(self, note: Note, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note = note
        self.setObjectName(f"banner:{note.level}")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sentence = Label(note.text, wrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sentence.setFocusPolicy(Qt.FocusPolicy.NoFocus)
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
        self._timer.setInterval(WARNING_MS if note.level == "warning" else INFO_MS)
        self._timer.timeout.connect(self.dismissed)
        self._build()
        self.renew(note)

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addSpacing(26)
        top.addWidget(self.sentence, 1)
        top.addWidget(self.times)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addSpacing(30)
        for button in self.buttons:
            row.addWidget(button)
        row.addWidget(self.fold)
        row.addWidget(self.copy)
        row.addStretch(1)
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
        if note.level != "error" and not note.actions and not self.underMouse():
            self._timer.start()

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


class Notifications(QObject):
    """Stack of banners over a widget, newest on top.

    Equal notes are counted on one banner; a note with a key replaces the one of that key. More than
    `VISIBLE` wait, the oldest first, and come back as room is made. Informations and warnings without a
    button leave by themselves, unless the mouse is over them. To be called on the GUI thread.

    Parameters
    ----------
    over : QWidget
        Widget at whose top centre they stand.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._stack = QWidget(over)
        self._stack.setObjectName("notifications")
        self._column = QVBoxLayout(self._stack)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._more = Button("", kind="plain")
        self._more.setToolTip("Dismiss all")
        self._more.clicked.connect(self.clear)
        self._column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignHCenter)
        self._notes: list[Note] = []
        self._banners: list[Banner] = []
        self._stack.hide()
        over.installEventFilter(self)

    def show(
        self, level: str, text: str, details: str = "", actions: Sequence[Action] = (), key: str = ""
    ) -> None:
        """Show a note.

        Parameters
        ----------
        level : {"info", "warning", "error"}
            How bad it is.
        text : str
            Sentence: what happened, why, what to do.
        details : str
            Traceback or the like, folded at first.
        actions : sequence of (str, callable)
            Buttons; pressing one dismisses the note and calls it.
        key : str
            A note replaces the one that has the same non-empty key.

        Raises
        ------
        BadInput
            Unknown level.
        """
        if level not in LEVELS:
            raise unknown_name("notification level", level, LEVELS)
        note = Note(level, text, details, tuple(actions), key)
        equal = next((old for old in self._notes if old.same(note)), None)
        if equal is not None:
            note.times = equal.times + 1
        self._notes = [old for old in self._notes if old is not equal and not (key and old.key == key)]
        self._notes = [note, *self._notes][: VISIBLE + WAITING]
        self._arrange(equal)

    show_message = show

    def visible(self) -> list[Banner]:
        """Banners on the screen, newest first."""
        return list(self._banners)

    def texts(self) -> list[str]:
        """Sentences of all notes, newest first."""
        return [note.text for note in self._notes]

    @property
    def waiting(self) -> int:
        """Notes that wait for room."""
        return max(0, len(self._notes) - VISIBLE)

    def dismiss_top(self) -> bool:
        """Dismiss the newest; False where there is none."""
        if not self._notes:
            return False
        self._dismiss(self._notes[0])
        return True

    def clear(self) -> None:
        """Dismiss all."""
        self._notes = []
        self._arrange()

    def clear_warnings(self) -> None:
        """Dismiss the warnings without a button, as what they speak of is gone."""
        self._notes = [note for note in self._notes if note.level != "warning" or note.actions]
        self._arrange()

    def _dismiss(self, note: Note) -> None:
        self._notes = [old for old in self._notes if old is not note]
        self._arrange()

    def _arrange(self, renewed: Note | None = None) -> None:
        wanted = self._notes[:VISIBLE]
        kept: dict[int, Banner] = {}
        for banner in self._banners:
            if renewed is not None and banner.note is renewed and wanted[0].actions == renewed.actions:
                banner.renew(wanted[0])
            if any(banner.note is note for note in wanted):
                kept[id(banner.note)] = banner
            else:
                banner.hide()
                self._column.removeWidget(banner)
                banner.deleteLater()
        self._banners = [kept.get(id(note)) or self._make(note) for note in wanted]
        for index, banner in enumerate(self._banners):
            self._column.insertWidget(index, banner)
        self._more.setVisible(self.waiting > 0)
        self._more.set_look(f"{self.waiting} more, dismiss all", "", "plain")
        self._stack.setVisible(bool(wanted))
        self._place()

    def _make(self, note: Note) -> Banner:
        banner = Banner(note, self._stack)
        banner.dismissed.connect(lambda: self._dismiss(banner.note))
        banner.unfolded.connect(self._place)
        banner.show()
        return banner

    def _place(self) -> None:
        if not self._notes:
            return
        width = min(WIDTH, max(self._over.width() - 2 * _MARGIN, 200))
        self._column.activate()
        height = sum(banner.heightForWidth(width) for banner in self._banners)
        height += self._column.spacing() * (len(self._banners) - 1)
        if self.waiting:
            height += self._column.spacing() + self._more.sizeHint().height()
        self._stack.setGeometry((self._over.width() - width) // 2, _TOP, width, height)
        self._stack.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the top centre; Esc dismisses the newest."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            return self.dismiss_top()
        return super().eventFilter(watched, event)
