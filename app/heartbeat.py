"""Heartbeat: where the GUI thread stands still, what every thread does is written to the log file."""

from __future__ import annotations

import faulthandler
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from tauscope.app.log_file import LogFile

PATIENCE = 5.0
"""Seconds after which a GUI thread that has not answered is looked at."""
BEAT_MS = 1000


class Heartbeat(QObject):
    """Winds up a watchdog once a second; where that stays away it writes all stacks, without the interpreter.

    Parameters
    ----------
    log_file : LogFile
        Where the stacks go.
    tell : callable
        Told, once the window answers again, of the seconds for which it did not.
    patience : float
        Seconds.
    """

    def __init__(
        self, log_file: LogFile, tell: Callable[[float], object], patience: float = PATIENCE
    ) -> None:
        super().__init__()
        self._log_file, self._tell, self._patience = log_file, tell, patience
        self._beat = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._on_beat)

    def start(self) -> None:
        """Begin to watch."""
        self._beat = time.monotonic()
        self._wind()
        self._timer.start()

    def stop(self) -> None:
        """End."""
        self._timer.stop()
        faulthandler.cancel_dump_traceback_later()

    def _on_beat(self) -> None:
        stood, self._beat = time.monotonic() - self._beat - BEAT_MS / 1000, time.monotonic()
        self._wind()
        if stood > self._patience:
            self._tell(stood)

    def _wind(self) -> None:
        stream = self._log_file.stream
        if stream is not None:
            faulthandler.dump_traceback_later(self._patience + BEAT_MS / 1000, file=stream)
