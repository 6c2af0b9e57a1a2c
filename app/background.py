"""File work and analysis off the GUI thread, with results handed back on it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, Slot

Result = TypeVar("Result")


class Background(QObject):
    """Two worker threads for files and analysis.

    Parameters
    ----------
    fail : callable
        Told of an exception, on the GUI thread.
    """

    _deliver = Signal(object)

    def __init__(self, fail: Callable[[BaseException], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fail = fail
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="background")
        self._deliver.connect(self._run)

    def run(self, work: Callable[[], Result], then: Callable[[Result], None] | None = None) -> Future[Result]:
        """Do ``work`` on a worker thread, then ``then(result)`` on the GUI thread."""
        future = self._pool.submit(work)
        self.watch(future, then)
        return future

    def watch(self, future: Future[Result], then: Callable[[Result], None] | None = None) -> None:
        """Hand a future's result to ``then``, or its exception to ``fail``, on the GUI thread."""

        def done(finished: Future[Result]) -> None:
            if finished.cancelled():
                return
            error = finished.exception()
            if error is not None:
                self._deliver.emit(lambda: self._fail(error))
            elif then is not None:
                result = finished.result()
                self._deliver.emit(lambda: then(result))

        future.add_done_callback(done)

    def shutdown(self) -> None:
        """Finish what was begun and end the thread."""
        self._pool.shutdown(wait=True, cancel_futures=False)

    @Slot(object)
    def _run(self, thunk: Callable[[], None]) -> None:
        thunk()
