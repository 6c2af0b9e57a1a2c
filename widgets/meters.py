"""Honest meters: rate, frames, drawing share in the toolbar; device, recording, queue in the status bar."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import UNKNOWN, count, data_rate, plural, share, time_left
from tauscope.widgets.docks.recording_status import AMBER, RED
from tauscope.widgets.state import RecordingStatus
from tauscope.widgets.texts import Caption, Elided

GIVEN_UP = ("queue", "no loss", "slow", "rate", "file", "disk")
"""Parts of the status bar that a narrow window leaves to tooltips, the least important first."""
HEAD = ("word", "file")
SPACES = 60
"""Pixels that stand between its parts for the eye."""


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


class _Whole(Elided):
    """Text that is not cut while anything else can be."""

    def minimumSizeHint(self) -> QSize:
        """All of it."""
        return self.sizeHint()


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
        self._rooms: dict[str, int] = {}
        """Widest that each part about a recording was, so that none comes and goes with a digit."""
        self._status = RecordingStatus()
        self._seen = self._seen_path = ""
        self.slow = Elided(ink="muted")
        self.queue = Caption()
        self.queue.setToolTip("Changes that the simulation has not applied yet; it does so between two ticks")
        self.tick = _Whole(ink="muted", right=True)
        self.tick.setFont(theme.number_font())
        self.saved = Caption()
        self._build()
        self.set_meters(MeterValues(), RecordingStatus())

    def _build(self) -> None:
        self._row = row = QHBoxLayout(self)
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
        _say(self.queue, plural(values.queue, "change waits", "changes wait") if values.queue else "")
        self.set_tick(values.tick)
        _say(self.saved, f"Saved {plural(recording.saved, 'frame', 'frames')}" if recording.path else "")
        for caption in (self.queue, self.saved):
            caption.setVisible(bool(caption.text()))
        self._show_recording(recording)
        self._fit()

    def set_tick(self, tick: int) -> None:
        """Show the macro tick of what is on the screen."""
        self.tick.set_text(f"tick {count(tick)}")

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

    def _fit(self) -> None:
        """Say what there is room for; whole parts are left to the tooltip, the least important first."""
        status, slow = self._status, self.slow.text()
        if self.recording.isHidden():
            self.slow.setVisible(bool(slow))
            return
        parts = recording_parts(status)
        if status.path != self._seen_path:
            self._seen_path, self._rooms = status.path, {}
        metrics = self.recording.fontMetrics()
        for name, text in parts.items():
            self._rooms[name] = max(self._rooms.get(name, 0), metrics.horizontalAdvance(f"{text} · "))
        rooms = {name: self._rooms[name] for name in parts}
        if slow:
            rooms["slow"] = self.slow.sizeHint().width() + self._row.spacing()
        for name in GIVEN_UP:
            if sum(rooms.values()) <= self._free():
                break
            rooms.pop(name, None)
        self.slow.setVisible("slow" in rooms)
        self.recording.set_hint(_whole(status) + (f"\n{slow}" if slow and "slow" not in rooms else ""))
        self.recording.setMaximumWidth(sum(room for name, room in rooms.items() if name != "slow"))
        self.recording.set_text(_line({name: text for name, text in parts.items() if name in rooms}))

    def _free(self) -> int:
        """Width that recording and speed may share."""
        lights: list[QWidget] = [self.device_dot, self.device, self.badge, self.recording_dot]
        taken = [one for one in (*lights, self.queue, self.tick, self.saved) if not one.isHidden()]
        margins, gaps = self._row.contentsMargins(), (len(taken) + 2) * self._row.spacing()
        needed = sum(one.sizeHint().width() for one in taken) + margins.left() + margins.right()
        return self.width() - needed - gaps - SPACES

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say more or less."""
        super().resizeEvent(event)
        self._fit()


def recording_parts(status: RecordingStatus) -> dict[str, str]:
    """Parts of the line about a recording; what is as it should be has a name in `GIVEN_UP`."""
    if status.error:
        return {"state": "Recording stopped"}
    parts = {"word": "Recording", "file": PurePath(status.path).name}
    if math.isfinite(status.rate):
        parts["rate"] = data_rate(status.rate)
    parts["queue" if status.queue < AMBER else "full queue"] = f"queue {share(status.queue)}"
    parts["no loss" if not status.dropped else "loss"] = f"{count(status.dropped)} dropped"
    if status.rate > 0 and math.isfinite(status.disk_left):
        parts["disk"] = f"{time_left(status.disk_left / status.rate)} of disk"
    if status.waits_for_room:
        parts["state"] = "disk full: waiting"
    elif status.limited:
        parts["state"] = "simulation slowed"
    return parts


def recording_text(status: RecordingStatus) -> str:
    """One line about a recording."""
    return _line(recording_parts(status))


def _whole(status: RecordingStatus) -> str:
    """Tooltip of the line about a recording."""
    if status.error:
        return f"Recording stopped: {status.error}\n{status.path}\nClick to dismiss."
    return f"{recording_text(status)}\n{status.path}"


def _line(parts: Mapping[str, str]) -> str:
    head = " ".join(parts[name] for name in HEAD if name in parts)
    return " · ".join(filter(None, (head, *(text for name, text in parts.items() if name not in HEAD))))


def rate_text(rate: float) -> str:
    """Ticks a second: whole from 10 on, else with a decimal."""
    if not math.isfinite(rate):
        return UNKNOWN
    return f"{rate:.1f}" if 0 < rate < 9.95 else count(rate)


def _say(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
