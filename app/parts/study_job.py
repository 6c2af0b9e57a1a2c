"""One study of a lab in a worker process, with progress and cancel, told on the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from tauscope.app.studies import StudyRun, StudyRunner, StudyTask
from tauscope.engine.errors import Cancelled, TauscopeError
from tauscope.engine.study import Report


class StudyJob(QObject):
    """Runs one study at a time.

    Signals
    -------
    advanced(fraction, text)
        How far it is.
    done(report)
        It ended with a report.
    failed(text)
        It ended without, and why, as a sentence; "" where it was cancelled.
    """

    advanced = Signal(float, str)
    done = Signal(object)
    failed = Signal(str)
    _told = Signal(object, float, str)
    _ended = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = StudyRunner()
        self._run: StudyRun | None = None
        self._start = object()
        """Stands for the start of the present run: the first messages may come before the run is known."""
        self._told.connect(self._tell)
        self._ended.connect(self._collect)

    @property
    def running(self) -> bool:
        """Whether a study runs that was not dropped."""
        return self._run is not None

    def start(self, task: StudyTask) -> None:
        """Start a study; nothing while one runs.

        Raises
        ------
        BadInput
            Unknown engine or study.
        """
        if self._run is None:
            start = self._start = object()
            self._run = self._runner.start(
                task, lambda fraction, text: self._told.emit(start, fraction, text), self._ended.emit
            )

    def cancel(self) -> None:
        """Ask it to stop."""
        if self._run is not None:
            self._run.cancel()

    def drop(self) -> None:
        """Ask it to stop, and hear no more of it."""
        self.cancel()
        self._run = None

    def close(self) -> None:
        """End it, and wait until its process has ended."""
        self._run = None
        self._runner.close()

    def _tell(self, start: object, fraction: float, text: str) -> None:
        if start is self._start and self._run is not None:
            self.advanced.emit(fraction, text)

    def _collect(self, run: StudyRun) -> None:
        if run is not self._run:
            return
        self._run = None
        try:
            report: Report = run.result(0)
        except Cancelled:
            self.failed.emit("")
        except TauscopeError as error:
            self.failed.emit(str(error))
        else:
            self.done.emit(report)
