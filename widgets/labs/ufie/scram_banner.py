"""Banner of SCRAM: what happened, what the program did, and how the drive comes back; above the slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.icons import renderer
from tauscope.widgets.texts import Elided, Label, bold

TINT = 0.12
"""Share of the level's colour in the ground."""
EDGE = 4


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the banner says.

    Parameters
    ----------
    level : {"warning", "error"}
        Amber while the run goes on, red where it has stopped.
    title : str
        In a few words.
    happened, done : str
        What was seen, with site, step and time, and what the program did, as sentences.
    can_go_back, can_acknowledge : bool
        Which buttons are offered.
    """

    level: Literal["warning", "error"]
    title: str
    happened: str
    done: str
    can_go_back: bool = False
    can_acknowledge: bool = True


class ScramBanner(QWidget):
    """Hidden while there is nothing to say.

    Signals
    -------
    acknowledged : ()
        The user has read it.
    go_back_requested : ()
        Return to the last good state before the stop.
    """

    acknowledged = Signal()
    go_back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scram")
        self.alarm: Alarm | None = None
        """What is said, None while hidden."""
        self.title = Label("")
        bold(self.title)
        self.live = Elided()
        self.live.setFont(theme.number_font(theme.SMALL_SIZE))
        self.happened = Label("", wrap=True)
        self.done = Label("", wrap=True)
        self.acknowledge = Button(
            "Acknowledge",
            "check",
            "You have seen it: attempts count anew, and a stopped run may go on",
        )
        self.acknowledge.clicked.connect(self.acknowledged)
        self.go_back = Button("Go back", "undo", "Return to the last good state before the run stopped")
        self.go_back.clicked.connect(self.go_back_requested)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._build()
        self.hide()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title)
        head.addStretch(1)
        for button in (self.go_back, self.acknowledge):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(38, 6, 8, 8)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.live)
        column.addWidget(self.happened)
        column.addWidget(self.done)

    def set_alarm(self, alarm: Alarm | None) -> None:
        """Say something, or hide."""
        if alarm == self.alarm:
            return
        self.alarm = alarm
        self.setVisible(alarm is not None)
        if alarm is None:
            return
        self.title.setText(alarm.title)
        self.happened.setText(alarm.happened)
        self.done.setText(alarm.done)
        self.go_back.setVisible(alarm.can_go_back)
        self.acknowledge.setVisible(alarm.can_acknowledge)
        self.setAccessibleName(f"{alarm.title}. {alarm.happened} {alarm.done}")
        self.update()

    def set_live(self, text: str) -> None:
        """How the drive stands now, in a line of numbers."""
        self.live.set_text(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tinted ground, edge and icon in the colour of the level."""
        if self.alarm is None:
            return
        colors = theme.current()
        color = colors.trouble if self.alarm.level == "error" else colors.warning
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(theme.mix(colors.panel, color, TINT)))
        painter.fillRect(0, 0, EDGE, self.height(), QColor(color))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(colors.line))
        top = self.title.y() + (self.title.height() - 18) / 2
        renderer(self.alarm.level, color).render(painter, QRectF(13, max(top, 8.0), 18, 18))
