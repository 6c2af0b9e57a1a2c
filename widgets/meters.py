"""Honest meters: rate, frames, drawing share in the toolbar; device, recording, queue in the status bar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import PurePath

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import UNKNOWN, count, data_rate, plural, share
from tauscope.widgets.controls.numbers import format_duration
from tauscope.widgets.docks.recording_status import AMBER, RED
from tauscope.widgets.state import RecordingStatus
from tauscope.widgets.texts import Caption, Elided


@dataclass(frozen=True, slots=True)
class MeterValues:
    """What the meters show.

    Parameters
    ----------
    ticks_per_second : float
        Macro ticks a second of wall clock, 0 while paused.
    fps : float
        Frames shown a second.
    drawing : float
        Share of the GUI thread's time spent drawing, 0 to 1.
    queue : int
        Commands that wait for the simulation thread.
    preparing : bool
        Whether kernels are being compiled or a run is being made.
    device : str
        Where the engine runs, as in ``"CPU · numba · 1 thread"``.
    tick : int
        Macro tick of the newest frame.
    speed_line, speed_hint : str
        What binds the speed, as a sentence, or "", and where the time goes.
    """

    ticks_per_second: float = 0.0
    fps: float = 0.0
    drawing: float = 0.0
    queue: int = 0
    preparing: bool = False
    device: str = ""
    tick: int = 0
    speed_line: str = ""
    speed_hint: str = ""


class Reading(QWidget):
    """A number in bold and its unit in the muted colour, with room for the widest number it has shown.

    Parameters
    ----------
    before, after : str
        Words before and after the number.
    widest : str
        Number whose width is kept free from the start.
    """

    def __init__(self, before: str, after: str, widest: str) -> None:
        super().__init__()
        self._before, self._after = before, after
        self._number = UNKNOWN
        self._widest = widest
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Words and number."""
        return " ".join(part for part in (self._before, self._number, self._after) if part)

    def set_number(self, number: str) -> None:
        """Show a number."""
        if number == self._number:
            return
        self._number = number
        self.setAccessibleName(self.text())
        if self._bold().horizontalAdvance(number) > self._bold().horizontalAdvance(self._widest):
            self._widest = number
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Words and the widest number."""
        plain, words = QFontMetrics(theme.text_font()), [w for w in (self._before, self._after) if w]
        width = sum(plain.horizontalAdvance(f"{word} ") for word in words)
        return QSize(width + self._bold().horizontalAdvance(self._widest) + 4, plain.height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Right-aligned, so that the units stand still."""
        painter = QPainter(self)
        x = float(self.width() - 1)
        colors = theme.current()
        parts = [
            (f" {self._after}" if self._after else "", colors.muted, theme.number_font()),
            (self._number, colors.text, theme.number_font(semibold=True)),
            (f"{self._before} " if self._before else "", colors.muted, theme.number_font()),
        ]
        for text, color, font in parts:
            painter.setFont(font)
            painter.setPen(QColor(color))
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(
                QRectF(x - width, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, text
            )
            x -= width

    @staticmethod
    def _bold() -> QFontMetrics:
        return QFontMetrics(theme.number_font(semibold=True))


class MetersBar(QWidget):
    """Rate, frames a second and drawing share, for the end of the toolbar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("meters")
        self.rate = Reading("", "ticks/s", "88,888")
        self.fps = Reading("", "fps", "88")
        self.drawing = Reading("drawing", "", "88 %")
        self.rate.setToolTip("Ticks a second of wall clock over the last half second; 0 while paused")
        self.fps.setToolTip("Frames that reached the screen a second; only changed fields are drawn")
        self.drawing.setToolTip(
            "Share of the window's own thread that drawing takes; the simulation has another"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 10, 0)
        row.setSpacing(16)
        for reading in (self.rate, self.fps, self.drawing):
            row.addWidget(reading)

    def set_meters(self, values: MeterValues) -> None:
        """Show new values."""
        self.rate.set_number(rate_text(values.ticks_per_second))
        self.fps.set_number(count(values.fps))
        self.drawing.set_number(share(values.drawing))


class Dot(QWidget):
    """Round light in one of the theme's colours."""

    def __init__(self, color: str) -> None:
        super().__init__()
        self._color = color
        self.setFixedSize(9, 16)

    def set_color(self, color: str) -> None:
        """Name of a theme colour."""
        if color != self._color:
            self._color = color
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A disc."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(theme.current(), self._color)))
        painter.drawEllipse(QRectF(0.5, self.height() / 2 - 4, 8, 8))


class StatusMeters(QWidget):
    """Device, recording, waiting commands and saved frames, for the status bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status meters")
        self.device_dot = Dot("good")
        self.device = Caption()
        self.badge = QLabel("preparing (compiling)…")
        self.badge.setProperty("role", "badge")
        self.badge.setToolTip("Kernels are compiled once for each machine and kept; the run starts by itself")
        self.recording_dot = Dot("trouble")
        self.recording = Elided(ink="muted")
        self.recording.installEventFilter(self)
        self._status = RecordingStatus()
        self._seen = ""
        self.slow = Elided(ink="muted")
        self.queue = Caption()
        self.queue.setToolTip("Changes that the simulation has not applied yet; it does so between two ticks")
        self.tick = Elided(ink="muted", right=True)
        self.tick.setFont(theme.number_font())
        self.saved = Caption()
        self._build()
        self.set_meters(MeterValues(), RecordingStatus())

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(6)
        for light, text in ((self.device_dot, self.device), (None, self.badge)):
            if light is not None:
                row.addWidget(light)
            row.addWidget(text)
            row.addSpacing(12)
        row.addWidget(self.recording_dot)
        row.addWidget(self.recording)
        row.addWidget(self.slow)
        row.addStretch(1)
        for caption in (self.queue, self.tick, self.saved):
            row.addWidget(caption)
            row.addSpacing(6)

    def set_meters(self, values: MeterValues, recording: RecordingStatus) -> None:
        """Show new values."""
        _say(self.device, values.device or "no engine yet")
        self.device_dot.set_color("warning" if values.preparing else "good" if values.device else "muted")
        self.badge.setVisible(values.preparing)
        self.slow.set_text(values.speed_line)
        self.slow.set_hint(values.speed_hint)
        self.slow.setVisible(bool(values.speed_line))
        _say(self.queue, plural(values.queue, "change waits", "changes wait") if values.queue else "")
        self.tick.set_text(f"tick {count(values.tick)}")
        _say(self.saved, f"Saved {plural(recording.saved, 'frame', 'frames')}" if recording.path else "")
        for caption in (self.queue, self.saved):
            caption.setVisible(bool(caption.text()))
        self._show_recording(recording)

    def dismiss(self) -> None:
        """Say no more of the recording that an error has ended."""
        if self._status.error and not self._status.active:
            self._seen = self._status.path
            self._show_recording(self._status)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Dismiss with a click what an error left."""
        if watched is self.recording and event.type() == QEvent.Type.MouseButtonPress:
            self.dismiss()
        return False

    def _show_recording(self, status: RecordingStatus) -> None:
        self._status = status
        if status.active or status.path != self._seen:
            self._seen = ""
        seen = status.active or bool(status.error and not self._seen)
        self.recording_dot.setVisible(seen)
        self.recording.setVisible(seen)
        if not seen:
            return
        warns = status.dropped > 0 or status.queue >= AMBER or status.limited
        bad = bool(status.error) or status.queue >= RED or status.waits_for_room
        self.recording.set_ink("trouble" if bad else "warning" if warns else "muted")
        self.recording.set_text(recording_text(status))
        self.recording.set_hint(
            f"Recording stopped: {status.error}\n{status.path}\nClick to dismiss."
            if status.error
            else status.path
        )


def recording_text(status: RecordingStatus) -> str:
    """One line about a recording."""
    if status.error:
        return "Recording stopped"
    parts = [
        f"Recording {PurePath(status.path).name}",
        data_rate(status.rate),
        f"queue {share(status.queue)}",
    ]
    parts.append(f"{count(status.dropped)} dropped")
    if status.rate > 0:
        parts.append(f"{format_duration(status.disk_left / status.rate)} of disk")
    if status.waits_for_room:
        parts.append("disk full: waiting")
    elif status.limited:
        parts.append("simulation slowed")
    return " · ".join(parts)


def rate_text(rate: float) -> str:
    """Ticks a second: whole from 10 on, else with a decimal."""
    if not math.isfinite(rate):
        return UNKNOWN
    return f"{rate:.1f}" if 0 < rate < 9.95 else count(rate)


def _say(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
