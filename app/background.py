"""File work and analysis off the GUI thread, with results handed back on it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

Result = TypeVar("Result")
Job = Callable[[], None]

WORKERS = 4
KEEPERS = 2
KEEP_SECONDS = 30.0
"""How long closing waits for files that are being written; what is cut off then can be recovered."""
GRACE_SECONDS = 0.5
"""How long closing waits for work whose result nobody will see."""


class Background(QObject):
    """Worker threads for files and analysis.

    Python cannot stop a thread, and an exact solution may take a minute: the threads are daemons, and only
    what is written for keeps is waited for at the end.

    Parameters
    ----------
    fail : callable
        Told of an exception, on the GUI thread.
    """

    _deliver = Signal(object)

    def __init__(self, fail: Callable[[BaseException], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fail = fail
        self._closed = False
        self._pending: dict[Future[Any], bool] = {}
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._keeps: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        # Always later, also of a future that is done already: who asks has not finished yet.
        self._deliver.connect(self._run, Qt.ConnectionType.QueuedConnection)
        for name, jobs, count in (("background", self._jobs, WORKERS), ("files", self._keeps, KEEPERS)):
            for number in range(count):
                threading.Thread(target=_work, args=(jobs,), name=f"{name}_{number}", daemon=True).start()

    def run(
        self, work: Callable[[], Result], then: Callable[[Result], None] | None = None, keep: bool = False
    ) -> Future[Result]:
        """Do ``work`` on a worker thread, then ``then(result)`` on the GUI thread.

        Parameters
        ----------
        work : callable
            File work or analysis.
        then : callable, optional
            Told of the result.
        keep : bool
            Whether closing waits for it, as for files that are written; else it is dropped then.
        """
        future: Future[Result] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            # SystemExit too: handed on, it is shown; here it would end the thread without a word.
            except BaseException as error:  # noqa: BLE001
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._lock:
            self._pending[future] = keep
        future.add_done_callback(self._ended)
        self.watch(future, then)
        (self._keeps if keep else self._jobs).put(job)
        return future

    def watch(
        self,
        future: Future[Result],
        then: Callable[[Result], None] | None = None,
        fail: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Hand a future's result to ``then``, or its exception to ``fail``, on the GUI thread.

        Where no ``fail`` is given, it is that of the background.
        """
        refused = fail or self._fail

        def done(finished: Future[Result]) -> None:
            if finished.cancelled() or self._closed:
                return
            error = finished.exception()
            if error is not None:
                self._send(lambda: refused(error))
            elif then is not None:
                result = finished.result()
                self._send(lambda: then(result))

        future.add_done_callback(done)

    def shutdown(self, grace: float = GRACE_SECONDS) -> bool:
        """Finish what is kept, drop the rest, and end the threads that are free.

        Returns
        -------
        bool
            Whether nothing runs any more; else the process must not wait for its threads.
        """
        self._closed = True
        with self._lock:
            kept = [future for future, keep in self._pending.items() if keep]
            rest = [future for future, keep in self._pending.items() if not keep]
        running = [future for future in rest if not future.cancel()]
        wait(kept, KEEP_SECONDS)
        wait(running, grace)
        for _number in range(WORKERS):
            self._jobs.put(None)
        for _number in range(KEEPERS):
            self._keeps.put(None)
        return self.idle

    @property
    def idle(self) -> bool:
        """Whether no work is pending."""
        with self._lock:
            return not self._pending

    def _ended(self, future: Future[Any]) -> None:
        with self._lock:
            self._pending.pop(future, None)

    def _send(self, thunk: Job) -> None:
        with suppress(RuntimeError):  # the window, and this object with it, may be deleted by now
            self._deliver.emit(thunk)

    @Slot(object)
    def _run(self, thunk: Job) -> None:
        if not self._closed:
            thunk()


def _work(jobs: queue.SimpleQueue[Job | None]) -> None:
    """Body of a worker thread; holds no reference to the window."""
    while (job := jobs.get()) is not None:
        job()
        del job
