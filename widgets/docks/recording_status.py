"""Rows that say how a recording goes: file, rate, size, saved, dropped, queue, error."""

from __future__ import annotations

import math
from pathlib import PurePath

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import count, data_rate, plural, share, size, time_left
from tauscope.widgets.controls.numbers import format_bytes
from tauscope.widgets.docks.estimate import TIGHT_SECONDS
from tauscope.widgets.state import RecordingStatus
from tauscope.widgets.texts import Caption, Copied, Elided, Heading, Label, set_role

AMBER, RED = 0.75, 1.0
"""Filled shares of the queue from which it warns and from which frames wait or are lost."""


class QueueBar(QWidget):
    """Filled share of the hand-over queue; amber from 75 %, red at 100 %."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filled = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "Frames that wait for the disk. When it is full the run waits, or frames are left out."
        )

    def set_filled(self, filled: float) -> None:
        """Show a share from 0 to 1."""
        if filled != self.filled:
            self.filled = filled
            self.update()

    def color(self) -> str:
        """Colour of the filled part."""
        colors = theme.current()
        if self.filled >= RED:
            return colors.trouble
        return colors.warning if self.filled >= AMBER else colors.accent

    def sizeHint(self) -> QSize:
        """A thin bar."""
        return QSize(60, 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove and filled part."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(0, self.height() / 2 - 2.5, self.width(), 5)
        painter.setBrush(QColor(theme.current().line))
        painter.drawRoundedRect(groove, 2.5, 2.5)
        if self.filled > 0:
            groove.setWidth(groove.width() * min(max(self.filled, 0.02), 1.0))
            painter.setBrush(QColor(self.color()))
            painter.drawRoundedRect(groove, 2.5, 2.5)


class StatusRows(QWidget):
    """State of a recording that runs, or of the last one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = RecordingStatus()
        self.title = Heading()
        self.file = Elided(mode=Qt.TextElideMode.ElideMiddle)
        self.values = {name: Label() for name in ("Saved", "Dropped", "Size", "Rate", "Disk left", "Queue")}
        self.captions = {name: Caption(name) for name in self.values}
        self.bar = QueueBar()
        self.notice = Copied()
        self._live: list[QWidget] = [self.bar]
        self._build()

    def _build(self) -> None:
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.file, 1)
        column.addLayout(head)
        column.addLayout(self._grid)
        column.addWidget(self.bar)
        column.addWidget(self.notice)
        for name, value in self.values.items():
            value.setFont(theme.number_font())
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._live += [self.captions[name], value]
        self._wide = True
        self.set_wide(False)

    def set_wide(self, wide: bool) -> None:
        """Two columns of values, or one."""
        if wide == self._wide:
            return
        self._wide = wide
        columns = 2 if wide else 1
        rows = -(-len(self.values) // columns)
        for index, (name, value) in enumerate(self.values.items()):
            at = 3 * (index // rows)
            self._grid.addWidget(self.captions[name], index % rows, at)
            self._grid.addWidget(value, index % rows, at + 1)
        for column in (1, 4):
            self._grid.setColumnStretch(column, int(column == 1 or wide))
        self._grid.setColumnMinimumWidth(2, 24 if wide else 0)

    def set_status(self, status: RecordingStatus) -> None:
        """Show a state."""
        self._status = status
        path = PurePath(status.path)
        self.title.setText(
            "Recording" if status.active else "Stopped by an error" if status.error else "Saved"
        )
        self.file.set_text(path.name)
        self.file.set_hint(str(path))
        texts = {
            "Saved": f"{count(status.saved)} frames",
            "Dropped": count(status.dropped),
            "Size": size(status.bytes_written or math.nan),
            "Rate": data_rate(status.rate),
            "Disk left": self._disk_left(status),
            "Queue": share(status.queue),
        }
        for name, text in texts.items():
            self.values[name].setText(text)
        self.bar.set_filled(status.queue)
        for widget in self._live:
            widget.setVisible(status.active)
        self._show_notice()
        tight = status.active and status.rate > 0 and status.disk_left < TIGHT_SECONDS * status.rate
        set_role(self.values["Disk left"], "warning" if tight else "")

    @staticmethod
    def _disk_left(status: RecordingStatus) -> str:
        if not status.rate > 0:  # nothing is written, or it is not measured yet
            return size(status.disk_left)
        return f"{size(status.disk_left)} · {time_left(status.disk_left / status.rate)}"

    def _show_notice(self) -> None:
        status = self._status
        text, role = "", "muted"
        if status.active and status.waits_for_room:
            text, role = (
                f"The disk is full: free {size(status.missing)} more, and the recording goes on.",
                "trouble",
            )
        elif status.active and status.ending:
            text = "What waits is being written."
        elif status.active and status.limited:
            text, role = (
                "The disk cannot follow: the simulation is slowed so that no frame is lost.",
                "warning",
            )
        elif not status.active:
            dropped = f", {count(status.dropped)} left out" if status.dropped else ""
            kept = (
                f"{plural(status.saved, 'frame', 'frames')}{dropped} · {format_bytes(status.bytes_written)}"
            )
            text, role = (f"{status.error}\n{kept}", "trouble") if status.error else (kept, "muted")
        self.notice.set_text(text)
        self.notice.setVisible(bool(text))
        set_role(self.notice, role)
        set_role(self.values["Dropped"], "trouble" if status.dropped else "")
        set_role(self.title, "trouble" if status.error else "heading")
