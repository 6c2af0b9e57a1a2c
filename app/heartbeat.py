"""Heartbeat: where the GUI thread stands still, what every thread does is written to the log file."""

from __future__ import annotations

import faulthandler
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable
from typing import IO

from PySide6.QtCore import QObject, QTimer

PATIENCE = 5.0
"""Seconds after which a GUI thread that has not answered is looked at."""
BEAT_MS = 1000
LOOKS = 0.25
"""Seconds between two looks at the beat."""
_HEAD = re.compile(r"(?:Current thread|Thread) (0x[0-9a-f]+)")


class Heartbeat(QObject):
    """A timer of the window beats once a second; a thread looks on, and writes all stacks when it stays away.

    The thread is one of Python's and holds the interpreter's lock, so that no stack changes while it is
    read: faulthandler's own watchdog reads those of running threads, and ended the program. Where a library
    keeps the lock all that time, the stacks are written as soon as it gives it back.

    Parameters
    ----------
    write : callable
        Told of the stacks, a text of many lines, on the thread that looks on.
    tell : callable
        Told, once the window answers again, of the seconds for which it did not.
    patience : float
        Seconds.
    """

    def __init__(
        self, write: Callable[[str], object], tell: Callable[[float], object], patience: float = PATIENCE
    ) -> None:
        super().__init__()
        self._write, self._tell, self._patience = write, tell, patience
        self._beat = 0.0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._on_beat)

    def start(self) -> None:
        """Begin to watch."""
        self._beat = time.monotonic()
        self._ended.clear()
        self._thread = threading.Thread(target=self._watch, name="heartbeat", daemon=True)
        self._thread.start()
        self._timer.start()

    def stop(self) -> None:
        """End."""
        self._timer.stop()
        self._ended.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def _on_beat(self) -> None:
        stood, self._beat = time.monotonic() - self._beat - BEAT_MS / 1000, time.monotonic()
        if stood > self._patience:
            self._tell(stood)

    def _watch(self) -> None:
        """Body of the thread: write the stacks, once for each beat that stays away."""
        seen = 0.0
        while not self._ended.wait(LOOKS):
            beat = self._beat
            stands = time.monotonic() - beat - BEAT_MS / 1000
            if beat != seen and stands > self._patience:
                seen = beat
                self._write(f"The window has not answered for {stands:.1f} s.\n{stacks()}")


def stacks() -> str:
    """What every thread but the one that asks is doing, the newest call first, as text of many lines.

    faulthandler reads the stacks in one go, with the interpreter's lock held, and takes no hold of any frame.
    Frames that Python hands out keep the variables of a call that returns meanwhile: a painter that is still
    there after its paint event, and is ended by another thread, crashes the program.
    """
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    with _scratch() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        text = file.read().decode("utf-8", "replace")
    parts = []
    for part in text.strip().split("\n\n"):
        head, _, calls = part.partition("\n")
        found = _HEAD.match(head)
        if found is not None and int(found[1], 16) != threading.get_ident():
            name = names.get(int(found[1], 16), "unknown to Python")
            parts.append(f"Thread {found[1]} ({name}), most recent call first:\n{calls}")
    return "\n\n".join(parts)


def _scratch() -> IO[bytes]:
    """A file in memory, where the system has such, so that no disk is waited for."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("stacks"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)
