"""How long compiling kernels has taken in this process, for the "preparing" badge and the tests."""

from __future__ import annotations

import threading
import time
from typing import Any

from numba.core import event


class _CompileTimer(event.Listener):
    """Adds up the wall time of outermost compilations; kernels that call kernels are not counted twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0
        self._started = 0.0
        self.seconds = 0.0
        self.count = 0

    def on_start(self, event: Any) -> None:
        with self._lock:
            if self._depth == 0:
                self._started = time.perf_counter()
            self._depth += 1

    def on_end(self, event: Any) -> None:
        with self._lock:
            self._depth -= 1
            self.count += 1
            if self._depth == 0:
                self.seconds += time.perf_counter() - self._started


_TIMER = _CompileTimer()
_started = False


def start() -> None:
    """Begin to listen, once; done before the first kernel is defined."""
    global _started
    if not _started:
        event.register("numba:compile", _TIMER)
        _started = True


def compile_seconds() -> float:
    """Seconds of wall time spent compiling kernels so far; loading from the disk cache is not counted."""
    return _TIMER.seconds


def compile_count() -> int:
    """Number of kernel specialisations compiled so far; 0 after a start with a warm disk cache."""
    return _TIMER.count
