"""A sweep that runs beside the window: its thread, pause, and results told on the GUI thread."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from tauscope.app.sweep import Outcome, Pool, check, sweep
from tauscope.app.sweep_file import SweepData

CLOSING_SECONDS = 10.0


class SweepJob(QObject):
    """Runs one sweep at a time.

    Signals
    -------
    checked()
        The set-up was accepted, and the runs begin.
    result(result)
        A run has ended.
    ended(outcome)
        An `Outcome`, or the error that ended it.
    """

    checked = Signal()
    result = Signal(object)
    ended = Signal(object)
    _over = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._over.connect(self._end)

    @property
    def running(self) -> bool:
        """Whether a sweep runs."""
        return self._thread is not None

    def stopping(self) -> bool:
        """Whether it was asked to stop; for any thread."""
        return self._stop.is_set()

    def start(self, path: Path, data: SweepData, pool: Pool, fresh: bool) -> None:
        """Start or go on with a sweep; nothing while one runs.

        Parameters
        ----------
        path : Path
            Its file.
        data : SweepData
            What is known; the thread has it for itself from now on.
        pool : Pool
            Where runs are done.
        fresh : bool
            Whether nothing has run, and the first point is to be tried before anything does.
        """
        if self._thread is not None:
            return
        self._stop = stop = threading.Event()

        def work() -> None:
            outcome: Outcome | BaseException
            try:
                if fresh:
                    check(data)
                self.checked.emit()
                outcome = sweep(
                    path, data, pool, stop=stop, on_result=lambda one, _done: self.result.emit(one)
                )
            except Exception as error:  # noqa: BLE001 - shown as a fault of the program, where it is told
                outcome = error
            self._over.emit(outcome)

        self._thread = threading.Thread(target=work, name="sweep", daemon=True)
        self._thread.start()

    def pause(self) -> None:
        """Ask it to stop; runs under way are given up and done again when it goes on."""
        self._stop.set()

    def close(self) -> None:
        """Stop it and wait until its file is whole and its processes have ended."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(CLOSING_SECONDS)

    def _end(self, outcome: object) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()
            self.ended.emit(outcome)
