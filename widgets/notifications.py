"""Notifications: banners in a corner, at most three at a time, and a badge for what waits for an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tauscope.engine.errors import unknown_name
from tauscope.widgets.banner import LEVELS, Action, Banner, Note
from tauscope.widgets.buttons import Button

VISIBLE = 3
WAITING = 50
"""Banners that wait for room at most; the oldest are dropped (the log keeps all)."""
WIDTH = 420
_MARGIN = 8
_LEAST = 220
"""Narrower than this a sentence is hard to read."""


class Notifications(QObject):
    """Stack of banners in the lower right corner of a widget, newest on top.

    Equal notes are counted on one banner; a note with a key replaces the one of that key. More than
    `VISIBLE` wait, the oldest first, and come back as room is made. Informations and warnings without a
    button leave by themselves; an information with buttons becomes a badge, until it is dismissed. Neither
    happens while the mouse is over it. Errors, and warnings with buttons, stay until they are dismissed or
    answered. To be called on the GUI thread.

    Parameters
    ----------
    over : QWidget
        Widget in which they stand.
    areas : callable, optional
        Told the keys of the notes that are shown, returns rectangles of ``over``, in its pixels, at the
        bottom of the first of which that has room they stand; else of the last. By itself its lower right
        corner.
    """

    def __init__(
        self, over: QWidget, areas: Callable[[frozenset[str]], Sequence[QRect]] | None = None
    ) -> None:
        super().__init__(over)
        self._over = over
        self._areas = areas or self._corner
        self._stack = QWidget(over)
        self._stack.setObjectName("notifications")
        self._column = QVBoxLayout(self._stack)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._more = Button("", kind="plain")
        self._more.setToolTip("Dismiss all")
        self._more.clicked.connect(self.clear)
        self._column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignHCenter)
        self.badge = Button("", kind="ghost", parent=over)
        """Counts the notes that wait for an answer; a click shows them again. The window gives it a place."""
        self.badge.setObjectName("notes-badge")
        self.badge.clicked.connect(self.expand)
        self.badge.hide()
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
        return max(0, len(self._expanded()) - VISIBLE)

    def dismiss_top(self) -> bool:
        """Dismiss the newest banner; False where none is to be seen."""
        if not self._banners:
            return False
        self._dismiss(self._banners[0].note)
        return True

    def expand(self) -> None:
        """Show again, as banners, what became a badge."""
        for note in self._notes:
            note.collapsed = False
        self._arrange()

    def _expanded(self) -> list[Note]:
        return [note for note in self._notes if not note.collapsed]

    def _collapse(self, note: Note) -> None:
        note.collapsed = True
        self._arrange()

    def clear(self) -> None:
        """Dismiss all."""
        self._notes = []
        self._arrange()

    def withdraw(self, key: str) -> None:
        """Dismiss the note of a key, as what it speaks of is over."""
        if any(note.key == key for note in self._notes):
            self._notes = [note for note in self._notes if note.key != key]
            self._arrange()

    def reword(self, key: str, text: str) -> None:
        """Change the sentence of the note of a key where it stands; nothing where it was dismissed."""
        note = next((note for note in self._notes if note.key == key), None)
        if note is None or note.text == text:
            return
        note.text = text
        for banner in self._banners:
            if banner.note is note:
                banner.reword()
        self._tell()
        self.place()

    def clear_warnings(self) -> None:
        """Dismiss the warnings without a button, as what they speak of is gone."""
        self._notes = [note for note in self._notes if note.level != "warning" or note.actions]
        self._arrange()

    def _dismiss(self, note: Note) -> None:
        self._notes = [old for old in self._notes if old is not note]
        self._arrange()

    def _arrange(self, renewed: Note | None = None) -> None:
        wanted = self._expanded()[:VISIBLE]
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
        self._tell()
        self.place()

    def _tell(self) -> None:
        """Let the badge say what it holds."""
        held = [note for note in self._notes if note.collapsed]
        self.badge.setVisible(bool(held))
        if not held:
            return
        self.badge.set_look(f"{len(held)} message{'s' if len(held) > 1 else ''}", "info", "ghost")
        texts = "\n".join(note.text for note in held[:VISIBLE])
        self.badge.setToolTip(f"{texts}\nClick to read and answer.")

    def _make(self, note: Note) -> Banner:
        banner = Banner(note, self._stack)
        banner.dismissed.connect(lambda: self._dismiss(banner.note))
        banner.collapsed.connect(lambda: self._collapse(banner.note))
        banner.unfolded.connect(self.place)
        banner.show()
        return banner

    def place(self) -> None:
        """Stand at the bottom of an area; called when that has changed."""
        if not self._banners:
            return
        areas = self._areas(frozenset(banner.note.key for banner in self._banners))
        area, height = areas[0], 0
        for area in areas:
            height = self._height(min(WIDTH, area.width()))
            if height <= area.height():
                break
        width, height = min(WIDTH, area.width()), min(height, self._over.height())
        left, top = area.x() + area.width() - width, max(area.y() + area.height() - height, 0)
        self._stack.setGeometry(left, top, width, height)
        self._stack.raise_()

    def _height(self, width: int) -> int:
        """Height of the banners at a width."""
        height = sum(banner.fit(width) for banner in self._banners)
        self._column.activate()
        height += self._column.spacing() * (len(self._banners) - 1)
        if self.waiting:
            height += self._column.spacing() + self._more.sizeHint().height()
        return height

    def _corner(self, _keys: frozenset[str]) -> list[QRect]:
        return [corner(self._over.rect())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner; Esc dismisses the newest."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.LayoutRequest):
            self.place()
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            return self.dismiss_top()
        return super().eventFilter(watched, event)


def corner(room: QRect, width: int = WIDTH) -> QRect:
    """Lower right part of a rectangle, with a margin, as wide as asked for where there is room."""
    wide = min(max(width, _LEAST), max(room.width() - 2 * _MARGIN, 1))
    right, bottom = room.x() + room.width() - _MARGIN, room.y() + room.height() - _MARGIN
    return QRect(right - wide, room.y(), wide, bottom - room.y())
