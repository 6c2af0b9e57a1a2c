"""Player of an opened recording: scrub, play, step through frames, verify, back to the live run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import count, measured, plural
from tauscope.widgets.buttons import Button
from tauscope.widgets.count_box import CountBox
from tauscope.widgets.texts import Caption, Elided, bold

FASTEST = 60
HANDLE = 7.0
VERIFY = "Run the recording again in a new process and compare every bit"


class FrameSlider(QSlider):
    """Slider over frames, drawn from the theme; a press anywhere jumps there and drags on."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(80)
        self.setAccessibleName("Frame")

    def x_of(self, frame: int) -> float:
        """Middle of the handle for a frame, in pixels."""
        span = max(self.maximum() - self.minimum(), 1)
        return HANDLE + (self.width() - 2 * HANDLE) * (frame - self.minimum()) / span

    def frame_at(self, x: float) -> int:
        """Frame nearest to a position in pixels."""
        part = (x - HANDLE) / max(self.width() - 2 * HANDLE, 1)
        return self.minimum() + round(min(max(part, 0.0), 1.0) * (self.maximum() - self.minimum()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the pressed frame."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setSliderPosition(self.frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag on."""
        if self.isSliderDown():
            self.setSliderPosition(self.frame_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)

    def sizeHint(self) -> QSize:
        """As high as a button."""
        return QSize(160, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove, part before the frame, handle."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.45)
        painter.setPen(Qt.PenStyle.NoPen)
        x, middle = self.x_of(self.sliderPosition()), self.height() / 2
        painter.setBrush(QColor(colors.line))
        painter.drawRoundedRect(QRectF(0, middle - 2, self.width(), 4), 2, 2)
        painter.setBrush(QColor(colors.accent))
        painter.drawRoundedRect(QRectF(0, middle - 2, x, 4), 2, 2)
        painter.setBrush(QColor(colors.accent if self.hasFocus() else colors.text))
        painter.drawEllipse(QPointF(x, middle), HANDLE, HANDLE)


class ShareBar(QWidget):
    """Thin bar, filled from the left."""

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self.setFixedSize(80, 16)

    def set_share(self, share: float) -> None:
        """Fill so much of it, 0 to 1."""
        self.share = share
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove and filled part."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(0, self.height() / 2 - 2, self.width(), 4)
        painter.setBrush(QColor(colors.line))
        painter.drawRoundedRect(groove, 2, 2)
        if self.share > 0:
            groove.setWidth(max(4.0, groove.width() * min(self.share, 1.0)))
            painter.setBrush(QColor(colors.accent))
            painter.drawRoundedRect(groove, 2, 2)


class PlayerBar(QWidget):
    """Bar below the main view while a recording is shown.

    Signals
    -------
    frame_requested : (int)
        Show this frame.
    field_chosen : (str)
        Show this recorded field in the main view.
    closed : ()
        Back to the live run.
    verify_requested : ()
        Re-execute the recording and compare.
    verify_stopped : ()
        End the re-execution.
    export_requested : ()
        Make a film, pictures or a table of the recording.
    """

    frame_requested = Signal(int)
    field_chosen = Signal(str)
    closed = Signal()
    verify_requested = Signal()
    verify_stopped = Signal()
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("player")
        self._ticks: tuple[int, ...] = ()
        self._times: tuple[float, ...] = ()
        self._index = 0
        self.title = Elided(mode=Qt.TextElideMode.ElideMiddle)
        self.gaps = Caption()
        self.first = Button("", "first", "First frame (Home)", "ghost")
        self.back = Button("", "chevron-left", "One frame back (←)", "ghost")
        self.play = Button("", "play", "Play the recording", "plain")
        self.forward = Button("", "chevron-right", "One frame on (→)", "ghost")
        self.last = Button("", "last", "Last frame (End)", "ghost")
        self.slider = FrameSlider()
        self.where = QLabel()
        self.field = QComboBox()
        self.speed = CountBox(20, 1, FASTEST, "fps")
        self.verified = ShareBar()
        self.verified_text = Caption()
        self.verify = Button("Verify by replay", "check", VERIFY)
        self._verifying = False
        self.export = Button("Export…", "export", "Film, pictures, table or arrays of the recording")
        self.live = Button("Back to live", "live", "Close the recording and return to the run (Esc)")
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._next)
        self._prepare()
        self._build()
        self._connect()
        self.set_verifying(None)

    def _prepare(self) -> None:
        bold(self.title)
        self.where.setFont(theme.number_font())
        self.where.setTextFormat(Qt.TextFormat.PlainText)
        self.where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.field.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.field.setToolTip("Recorded field in the main view")
        self.field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.speed.setToolTip("Frames a second while playing")
        self.speed.setAccessibleName("Frames a second")
        self.speed.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.title, 1)
        top.addWidget(self.gaps)
        top.addWidget(self.field)
        top.addWidget(self.verified_text)
        top.addWidget(self.verified)
        top.addWidget(self.verify)
        top.addWidget(self.export)
        top.addWidget(self.live)
        bottom = QHBoxLayout()
        bottom.setSpacing(2)
        for button in (self.first, self.back, self.play, self.forward, self.last):
            bottom.addWidget(button)
        bottom.addSpacing(8)
        bottom.addWidget(self.slider, 1)
        bottom.addSpacing(8)
        bottom.addWidget(self.where)
        bottom.addSpacing(8)
        bottom.addWidget(self.speed)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(bottom)

    def _connect(self) -> None:
        self.first.clicked.connect(lambda: self._ask(0))
        self.back.clicked.connect(lambda: self._ask(self._index - 1))
        self.forward.clicked.connect(lambda: self._ask(self._index + 1))
        self.last.clicked.connect(lambda: self._ask(len(self._ticks) - 1))
        self.play.clicked.connect(lambda: self.set_playing(not self.playing))
        self.slider.valueChanged.connect(self._scrub)
        self.speed.value_changed.connect(lambda fps: self._timer.setInterval(round(1000 / fps)))
        self.field.activated.connect(lambda at: self.field_chosen.emit(str(self.field.itemData(at))))
        self.verify.clicked.connect(self._verify)
        self.export.clicked.connect(self.export_requested)
        self.live.clicked.connect(self.close_recording)

    # -- content

    def set_recording(
        self,
        title: str,
        ticks: tuple[int, ...],
        fields: Sequence[str | tuple[str, str]],
        times: Sequence[float] = (),
    ) -> None:
        """Show a recording, at its first frame, paused.

        Parameters
        ----------
        title : str
            Name of the file.
        ticks : tuple of int
            Tick of each frame.
        fields : sequence of str or (str, str)
            Recorded fields, by name, or by name and label.
        times : sequence of float, optional
            Time of each frame.
        """
        self.set_playing(False)
        self._ticks, self._times = tuple(int(tick) for tick in ticks), tuple(times)
        self._index = 0
        self.title.set_text(title)
        with QSignalBlocker(self.field), QSignalBlocker(self.slider):
            self.field.clear()
            for entry in fields:
                name, label = (entry, entry) if isinstance(entry, str) else entry
                self.field.addItem(label, name)
            self.slider.setRange(0, max(len(ticks) - 1, 0))
            self.slider.setPageStep(max(len(ticks) // 20, 1))
            self.slider.setValue(0)
        self.field.setVisible(len(fields) > 1)
        self._tell_gaps()
        self._show_place()

    def set_frame_index(self, index: int) -> None:
        """Say which frame is shown, without asking for it."""
        if not self._ticks:
            return
        self._index = min(max(index, 0), len(self._ticks) - 1)
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(self._index)
        self._show_place()

    def set_field(self, name: str) -> None:
        """Say which field is shown, without asking for it."""
        at = self.field.findData(name)
        if at >= 0:
            self.field.setCurrentIndex(at)

    @property
    def frame_index(self) -> int:
        """Frame that is shown or was asked for last."""
        return self._index

    @property
    def playing(self) -> bool:
        """Whether frames go by."""
        return self._timer.isActive()

    def set_playing(self, playing: bool) -> None:
        """Let frames go by, from the start where the end is reached, or stop."""
        if playing and len(self._ticks) > 1:
            if self._index >= len(self._ticks) - 1:
                self._ask(0)
            self._timer.start(round(1000 / self.speed.value()))
        else:
            self._timer.stop()
        self.play.set_look("", "pause" if self.playing else "play", "plain")
        self.play.setToolTip("Pause the recording" if self.playing else "Play the recording")

    def set_verifying(self, share: float | None, where: str = "") -> None:
        """Show how far the re-execution is, 0 to 1; None where none runs."""
        self._verifying = share is not None
        self.verified.setVisible(self._verifying)
        self.verified_text.setVisible(self._verifying)
        self.verified.set_share(share or 0.0)
        self.verified_text.setText(f"replaying · {100 * (share or 0.0):.0f} %")
        self.verified_text.setToolTip(where)
        if self._verifying:
            self.verify.set_look("Cancel", "close", "plain")
            self.verify.setToolTip("Stop the replay; nothing is said of the recording then")
        else:
            self.verify.set_look("Verify by replay", "check", "plain")
            self.verify.setToolTip(VERIFY)

    def _verify(self) -> None:
        (self.verify_stopped if self._verifying else self.verify_requested).emit()

    def close_recording(self) -> None:
        """Stop playing and ask to go back to the live run."""
        self.set_playing(False)
        self.closed.emit()

    # -- frames

    def _ask(self, index: int) -> None:
        if not self._ticks:
            return
        index = min(max(index, 0), len(self._ticks) - 1)
        if index != self._index:
            self.set_frame_index(index)
            self.frame_requested.emit(index)

    def _scrub(self, index: int) -> None:
        self._ask(index)

    def _next(self) -> None:
        if self._index >= len(self._ticks) - 1:
            self.set_playing(False)
        else:
            self._ask(self._index + 1)

    def _show_place(self) -> None:
        total = len(self._ticks)
        for button, usable in (
            (self.first, self._index > 0),
            (self.back, self._index > 0),
            (self.forward, self._index < total - 1),
            (self.last, self._index < total - 1),
            (self.play, total > 1),
            (self.slider, total > 1),
        ):
            button.setEnabled(usable)
        if not total:
            self.where.setText("no frame")
            return
        parts = [
            f"frame {count(self._index + 1)} of {count(total)}",
            f"tick {count(self._ticks[self._index])}",
        ]
        if self._times and math.isfinite(self._times[self._index]):  # a chain of sweeps has no time
            parts.append(f"t {_time_text(self._times[self._index])}")
        widest = f"frame {count(total)} of {count(total)} · tick {count(self._ticks[-1])}"
        self.where.setMinimumWidth(self.where.fontMetrics().horizontalAdvance(widest) + 4)
        self.where.setText(" · ".join(parts))

    def _tell_gaps(self) -> None:
        steps = [b - a for a, b in zip(self._ticks, self._ticks[1:], strict=False)]
        usual = min(steps, default=0)
        gaps = sum(step > usual for step in steps)
        self.gaps.setText(plural(gaps, "gap", "gaps") if gaps else "")
        self.gaps.setToolTip("Places where frames are missing because the disk was too slow" if gaps else "")
        self.gaps.setVisible(bool(gaps))

    # -- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys, Home and End walk through the frames; Esc goes back to the live run."""
        targets = {
            Qt.Key.Key_Left: self._index - 1,
            Qt.Key.Key_Right: self._index + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._ticks) - 1,
        }
        if event.key() in targets:
            self._ask(targets[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape:
            self.close_recording()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop playing when out of sight."""
        super().hideEvent(event)
        self.set_playing(False)


def _time_text(time: float) -> str:
    return count(time) if time == int(time) else measured(time, "", 7)
