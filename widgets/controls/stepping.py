"""Stepping by wheel or keys: a burst of steps is one edit, so that it is one undo."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

IDLE_MS = 400


class Stepping(QObject):
    """Turns a burst of values into press, drag, …, release; the burst ends after a pause.

    Signals
    -------
    edited(value, phase)
        Every value with its phase.
    """

    edited = Signal(float, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._value: float | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self.finish)

    @property
    def active(self) -> bool:
        """Whether a burst is under way."""
        return self._value is not None

    def step(self, value: float) -> None:
        """Take the next value of the burst."""
        phase = "press" if self._value is None else "drag"
        self._value = value
        self._idle.start()
        self.edited.emit(value, phase)

    def finish(self) -> None:
        """End the burst now, if there is one."""
        self._idle.stop()
        if self._value is not None:
            value, self._value = self._value, None
            self.edited.emit(value, "release")

    def cancel(self, value: float) -> bool:
        """Drop the burst, back to ``value``; False if there was none."""
        self._idle.stop()
        if self._value is None:
            return False
        self._value = None
        self.edited.emit(value, "cancel")
        return True
