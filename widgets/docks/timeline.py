"""Timeline: a bar over the past of the run, its branches, and the memory that its keyframes may take."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import count
from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.choice import Choice
from tauscope.widgets.controls.numbers import format_bytes, format_duration
from tauscope.widgets.count_box import CountBox
from tauscope.widgets.player import FrameSlider
from tauscope.widgets.texts import Caption, Elided

MOST_MIB = 1 << 20
SPAN = 1 << 30
"""Ticks of the bar at most: Qt counts with 32 bits."""
APART = 4.0
"""Pixels between two marks at least."""
QUICK = 0.2
"""Seconds up to which a wait is not worth a word."""
EMPTY = "Nothing to go back to yet. Press play, or Space."
Ticks = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the panel shows.

    Parameters
    ----------
    tick : int
        Macro tick at which the run stands.
    first, tip : int
        First and last macro tick that can be shown.
    marks : tuple of int
        Macro ticks of the keyframes.
    rate : float
        Macro ticks a second of work.
    line : int
        Number of the line that the run is on.
    lines : tuple of (int, int, int)
        Number of each line, macro tick at which it began, and its last.
    bytes : int
        Memory that the keyframes take.
    """

    tick: int = 0
    first: int = 0
    tip: int = 0
    marks: tuple[int, ...] = ()
    rate: float = 1.0
    line: int = 1
    lines: tuple[Ticks, ...] = ((1, 0, 0),)
    bytes: int = 0

    def wait(self, tick: int) -> float:
        """Seconds of work between a tick and the keyframe before it."""
        at = bisect_right(self.marks, tick)
        return max(tick - self.marks[at - 1], 0) / self.rate if at else 0.0

    @property
    def longest(self) -> float:
        """Seconds of work at most for any tick."""
        ends = (*self.marks[1:], self.tip)
        return max((end - mark for mark, end in zip(self.marks, ends, strict=True)), default=0) / self.rate


class PastBar(FrameSlider):
    """Slider over ticks, with a tick mark for each keyframe where there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Tick")
        self.setMouseTracking(True)
        self.marks: tuple[int, ...] = ()
        self.first = 0
        """Tick at its left end."""

    def show_timeline(self, shown: Timeline) -> None:
        """Reach over the past as it is now, unless it is held."""
        if self.isSliderDown():
            return
        self.first = max(shown.first, shown.tip - SPAN)
        with QSignalBlocker(self):
            self.setRange(0, max(shown.tip - self.first, 0))
            self.setPageStep(max((shown.tip - self.first) // 20, 1))
            self.setValue(shown.tick - self.first)
        self.marks = tuple(mark - self.first for mark in shown.marks if mark >= self.first)
        self.setEnabled(shown.tip > self.first)
        self.update()

    @property
    def tick(self) -> int:
        """Tick that it stands at."""
        return self.first + self.value()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Marks below the groove."""
        painter = QPainter(self)
        painter.setPen(QColor(theme.current().muted))
        foot, seen = self.height() / 2 + 7.5, -math.inf
        for mark in self.marks:
            x = self.x_of(mark)
            if x - seen >= APART:
                painter.drawLine(QPointF(x, foot), QPointF(x, foot + 3.0))
                seen = x
        painter.end()
        super().paintEvent(event)


class TimelinePanel(QWidget):
    """Bar over the past, with buttons between keyframes and a choice of lines.

    Signals
    -------
    tick_requested : (int)
        Show this tick.
    released : ()
        The user has let go of the bar.
    back_requested, forward_requested, end_requested : ()
        To the keyframe before, to the one behind, and to where the line ends.
    line_requested : (int)
        Show the end of this line.
    budget_changed : (int)
        Keyframes may take so many MiB.
    """

    tick_requested = Signal(int)
    released = Signal()
    back_requested = Signal()
    forward_requested = Signal()
    end_requested = Signal()
    line_requested = Signal(int)
    budget_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.shown = Timeline()
        self.back = Button("", "chevron-left", "Back one keyframe (,)", "ghost")
        self.forward = Button("", "chevron-right", "On one keyframe (;)", "ghost")
        self.end = Button("", "last", "To the end of this line", "ghost")
        self.bar = PastBar()
        self.where = Elided()
        self.where.setFont(theme.number_font())
        self.lines = Choice((), "Line of the run")
        self.lines.setToolTip("Lines of this run: an edit in the past begins another")
        self.budget = CountBox(1024, 0, MOST_MIB, "MiB")
        self.budget.setToolTip("Memory that the keyframes of all engines may take")
        self.budget.setAccessibleName("Memory for keyframes")
        self.used = Elided(ink="muted")
        self.reach = Caption(EMPTY, wrap=True)
        self._build()
        self._connect()
        self.show_timeline(Timeline())

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2)
        for button in (self.back, self.forward, self.end):
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(self.where, 1)
        memory = QHBoxLayout()
        memory.setSpacing(8)
        memory.addWidget(self.used, 1)
        memory.addWidget(self.budget)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self.bar)
        column.addLayout(row)
        column.addWidget(self.lines)
        column.addWidget(self.reach)
        column.addLayout(memory)
        column.addStretch(1)

    def _connect(self) -> None:
        self.back.clicked.connect(self.back_requested)
        self.forward.clicked.connect(self.forward_requested)
        self.end.clicked.connect(self.end_requested)
        self.bar.valueChanged.connect(self._scrub)
        self.bar.sliderReleased.connect(self.released)
        self.lines.activated.connect(lambda at: self.line_requested.emit(int(self.lines.itemData(at))))
        self.budget.value_changed.connect(self.budget_changed)

    # -- content

    def set_budget(self, mib: int) -> None:
        """Show the memory that keyframes may take, without asking for it."""
        with QSignalBlocker(self.budget):
            self.budget.set_value(mib)

    def show_timeline(self, shown: Timeline) -> None:
        """Show the past as it is now; a bar that is held keeps its place."""
        same_lines = (shown.line, shown.lines) == (self.shown.line, self.shown.lines)
        self.shown = shown
        self.bar.show_timeline(shown)
        if not same_lines or not self.lines.count():
            self._show_lines(shown.lines, shown.line)
        self.back.setEnabled(shown.tick > shown.first)
        self.forward.setEnabled(shown.tick < shown.tip)
        self.end.setEnabled(shown.tick < shown.tip)
        self.used.set_text(f"{format_bytes(shown.bytes)} of")
        self._tell(shown.tick)

    def _show_lines(self, lines: Sequence[Ticks], present: int) -> None:
        with QSignalBlocker(self.lines):
            self.lines.clear()
            for number, begun, tip in lines:
                span = f"tick {count(begun)} to {count(tip)}" if begun else f"to tick {count(tip)}"
                self.lines.addItem(f"Line {number} · {span}", number)
            self.lines.setCurrentIndex(self.lines.findData(present))
        self.lines.setVisible(len(lines) > 1)

    def _tell(self, tick: int) -> None:
        shown = self.shown
        text = f"tick {count(tick)}"
        if shown.tip > tick:
            text += f" of {count(shown.tip)}"
        wait = shown.wait(tick)
        if wait > QUICK and tick != shown.tick:
            text += f" · about {format_duration(wait)}"
        self.where.set_text(text)
        if not shown.marks or shown.tip <= shown.first:
            self.reach.setText(EMPTY)
            return
        longest = shown.longest
        speed = "any of them at once" if longest <= QUICK else f"each within about {format_duration(longest)}"
        self.reach.setText(
            f"Back to tick {count(shown.first)}, {speed}. An edit there begins another line; "
            "this one stays within reach."
        )

    def _scrub(self) -> None:
        self._tell(self.bar.tick)
        self.tick_requested.emit(self.bar.tick)
        if not self.bar.isSliderDown():
            self.released.emit()

    # -- events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say how long the tick below the pointer would take."""
        at = self.bar.mapFrom(self, event.position().toPoint())
        if self.bar.rect().contains(at) and not self.bar.isSliderDown():
            self._tell(self.bar.first + self.bar.frame_at(at.x()))
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End go to either end of the line."""
        if event.key() == Qt.Key.Key_End:
            self.end_requested.emit()
        elif event.key() == Qt.Key.Key_Home:
            self.tick_requested.emit(self.bar.first)
            self.released.emit()
        else:
            super().keyPressEvent(event)
