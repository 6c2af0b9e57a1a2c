"""What a Qt test may not leave behind: threads, timers, windows."""

from __future__ import annotations

import gc
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

PATIENCE_SECONDS = 2.0
_BUSY_THREADS = ("simulation",)
_QT_OWN_WINDOWS = {"QTipLabel", "QDesktopWidget"}


@dataclass(frozen=True)
class Living:
    """Weak references to the Qt objects alive at one moment, and the identities of Python threads."""

    objects: weakref.WeakSet[Any]
    threads: frozenset[int]


def snapshot() -> Living:
    """Return what is alive now, and leave it to its reference counts.

    Collecting walks everything that Python knows, a million objects after the engines' tests: frozen, they
    cost nothing at the end of each test, and what is found there is of that test.
    """
    gc.collect()
    gc.freeze()
    return Living(weakref.WeakSet(_qt_objects()), frozenset(t.ident or 0 for t in threading.enumerate()))


def left_behind(before: Living, patience: float = PATIENCE_SECONDS) -> list[str]:
    """Return one phrase for each thing that lives now and did not live in `before`.

    Waits up to `patience` seconds for threads that are about to end.
    """
    deadline = time.monotonic() + patience
    while True:
        let_qt_delete()
        left = _new_qt(before) + _new_threads(before)
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def let_qt_delete() -> None:
    """Collect garbage and carry out what Qt was asked to delete later."""
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()


def _qt_objects() -> list[Any]:
    import shiboken6
    from PySide6.QtCore import QThread, QTimer
    from PySide6.QtWidgets import QApplication

    # Verdicts are kept by type: there are some million objects and a few thousand types. And type(), not
    # isinstance(): proxies of lazy modules answer isinstance by importing.
    verdicts: dict[type, bool] = {}
    found = []
    with _undisturbed():
        for thing in gc.get_objects():
            kind = type(thing)
            wanted = verdicts.get(kind)
            if wanted is None:
                wanted = verdicts[kind] = issubclass(kind, QThread | QTimer)
            if wanted and shiboken6.isValid(thing):
                found.append(thing)
        thing = None
    active = [o for o in found if (o.isActive() if isinstance(o, QTimer) else o.isRunning())]
    return active + list(QApplication.topLevelWidgets())


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no other thread have the interpreter meanwhile.

    A thread that is making a tuple from an iterator fails where somebody else holds the unfinished tuple, as
    whoever asks for all objects does (SystemError in tupleobject.c).
    """
    if not any(t.name.startswith(_BUSY_THREADS) for t in threading.enumerate()):
        yield
        return
    before = sys.getswitchinterval()
    sys.setswitchinterval(1.0)
    try:
        time.sleep(0.02)  # whoever waits by the old interval has its turn first
        yield
    finally:
        sys.setswitchinterval(before)


def _new_qt(before: Living) -> list[str]:
    from PySide6.QtCore import QThread

    current = QThread.currentThread()
    return [
        f"{type(o).__name__} {o.objectName()!r}"
        for o in _qt_objects()
        if o not in before.objects and o is not current and type(o).__name__ not in _QT_OWN_WINDOWS
    ]


def _new_threads(before: Living) -> list[str]:
    return [
        f"thread {t.name!r}"
        for t in threading.enumerate()
        if t.is_alive() and not t.daemon and (t.ident or 0) not in before.threads
    ]
