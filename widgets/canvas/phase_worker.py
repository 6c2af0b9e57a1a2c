"""One piece of work at a time in a thread of its own, and of what is asked meanwhile only the newest."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

Work = Callable[[], object]


class _Collector:
    """Python's collector of cycles, held while threads work: on a thread it would free widgets there.

    Taken and given back on the GUI thread. Where the application collects by itself nothing changes.
    """

    def __init__(self) -> None:
        self._holders = 0
        self._was_on = False

    def hold(self) -> None:
        """Collect no cycles from now on."""
        if self._holders == 0:
            self._was_on = gc.isenabled()
            gc.disable()
        self._holders += 1

    def let_go(self) -> None:
        """Collect again, when nobody else holds it."""
        self._holders -= 1
        if self._holders == 0 and self._was_on:
            gc.enable()


_collector = _Collector()


class Newest(QObject):
    """Carries out work beside the GUI thread; `done` brings the result there.

    Work must use nothing that may change meanwhile.
    """

    done = Signal(object)
    """What a piece of work returned."""

    _ended = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None
        self._next: Work | None = None
        self._stopped = False
        self._ended.connect(self._take)

    @property
    def busy(self) -> bool:
        """Whether something is being worked on."""
        return self._thread is not None

    def ask(self, work: Work) -> None:
        """Do this as soon as the thread is free, unless something newer is asked before."""
        if self._stopped:
            return
        if self._thread is None:
            self._start(work)
        else:
            self._next = work

    def _start(self, work: Work) -> None:
        def run() -> None:
            try:
                result: object = work()
            except Exception as error:  # noqa: BLE001 - raised again where it is seen
                self._ended.emit(None, error)
            else:
                self._ended.emit(result, None)

        _collector.hold()
        self._thread = threading.Thread(target=run, name="phase circles", daemon=True)
        self._thread.start()

    @Slot(object, object)
    def _take(self, result: object, error: Exception | None) -> None:
        self._join()
        if self._stopped:
            return
        work, self._next = self._next, None
        if work is not None:
            self._start(work)
        if error is not None:
            raise error
        self.done.emit(result)

    def stop(self) -> None:
        """Wait for the end of what is being done and take no more."""
        self._stopped, self._next = True, None
        self._join()

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            _collector.let_go()
