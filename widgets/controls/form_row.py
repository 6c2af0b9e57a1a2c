"""What every row of a form has: a name, an editor, a way back, and what was wrong beneath."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.track import Track
from tauscope.widgets.texts import Caption, Elided, set_role

BUTTON_WIDTH = 18
"""Width of the small buttons of a row, px."""
_HEIGHT = 24


class Message(QLabel):
    """Sentence as high as its width needs: the form's groups ask for heights without naming the width."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height that the new width needs."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Ask for the height that the present text and width need."""
        self.setMinimumHeight(self.heightForWidth(self.width()) if self.text() else 0)


class FormRow(QWidget):
    """Row of a form; subclasses make the editor and say what the entry is.

    Parameters
    ----------
    label : str
        Name of the entry.
    words : str
        Everything that a search for the entry may name.
    back : str
        Tooltip of the way back.

    Signals
    -------
    reset_requested()
        Back to the default.
    """

    reset_requested = Signal()

    def __init__(self, label: str, words: str, back: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.track: Track | None = None
        self._value: Any = None
        self._why: str | None = None
        self._words = words.casefold()
        self.label = Elided(label)
        self.label.setFont(theme.text_font(theme.SMALL_SIZE))
        self.label.setFixedHeight(_HEIGHT)
        self.back = self.small_button("back-to-default", back)
        self.back.clicked.connect(self.reset_requested)
        self.message = Message()
        self.message.setFont(theme.text_font(10))
        set_role(self.message, "trouble")
        self.message.hide()
        self.note = Caption(wrap=True)
        self.note.setFont(theme.text_font(10))
        self.note.hide()
        self.names = QHBoxLayout()

    @property
    def value(self) -> Any:
        """Value shown."""
        return self._value

    def explained(self) -> str:
        """Tooltip of the entry."""
        raise NotImplementedError

    def set_unused(self, why: str) -> None:
        """Say why the entry does nothing at present, and disable it; "" enables it."""
        if why == self._why:
            return
        self._why = why
        self.setEnabled(not why)
        told = "\n".join(part for part in (why, self.explained()) if part)
        self.setToolTip(told)
        self.label.set_hint(told)

    def add_words(self, words: str) -> None:
        """Let a search find the entry by these words too: those of the group that it stands in."""
        self._words = f"{self._words} {words.casefold()}"

    def matches(self, words: list[str]) -> bool:
        """Whether every word, in small letters, occurs in what is known of the entry."""
        return all(word in self._words for word in words)

    def set_error(self, message: str) -> None:
        """Say what was wrong beneath the row; "" takes it back."""
        if message != self.message.text():
            self.message.setText(message)
            self.message.setVisible(bool(message))
            self.message.fit()

    def set_note(self, text: str) -> None:
        """Say beneath the row what its value means for the machine; "" says nothing."""
        if text != self.note.text():
            self.note.setText(text)
            self.note.setVisible(bool(text))

    def error(self) -> str:
        """What was wrong, or ""."""
        return self.message.text()

    @staticmethod
    def small_button(icon: str, tip: str) -> Button:
        """Button as high as the row."""
        button = Button("", icon, tip, "ghost")
        button.setFixedSize(BUTTON_WIDTH, _HEIGHT)
        return button

    def lay_out(self, editor: QWidget, *beside: QWidget) -> None:
        """Name and way back, editor and what stands beside it, slider, message."""
        self.names.setSpacing(0)
        self.names.addWidget(self.label, 1)
        self.names.addWidget(self.back)
        entry = QHBoxLayout()
        entry.setSpacing(0)
        entry.addWidget(editor, 1)
        for part in beside:
            entry.addWidget(part)
        for part in (self.label, editor):
            policy = part.sizePolicy()
            policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
            part.setSizePolicy(policy)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for half, share in ((self.names, 10), (entry, 11)):
            line.addLayout(half, share)
            line.setAlignment(half, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(2)
        column.addLayout(line)
        if self.track is not None:
            column.addWidget(self.track)
        column.addWidget(self.note)
        column.addWidget(self.message)
