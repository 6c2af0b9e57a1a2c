"""The log file: what the program tells, with tracebacks and stacks, over sessions and bounded in size."""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path

import platformdirs

from tauscope.app.settings import settings_path
from tauscope.app.storage import why

NAME = "tauscope.log"
MOST_BYTES = 1 << 20
FILES = 3
"""Older files beside the present one; each is at most 1 MiB."""
CLOSE_SECONDS = 2.0
"""How long closing waits for a disk that does not answer; what it has not taken by then is lost."""
_LEVELS = {"warning": logging.WARNING, "error": logging.ERROR}
_FORM = "%(asctime)s %(process)d %(levelname)s %(message)s"


def log_path() -> Path:
    """File of the log; beside the settings where ``TAUSCOPE_SETTINGS`` names others."""
    if os.environ.get("TAUSCOPE_SETTINGS"):
        return settings_path().parent / NAME
    return Path(platformdirs.user_log_dir("tauscope", appauthor=False)) / NAME


class LogFile:
    """Writes the records of the program's logger, and what has no record, to the log file.

    A thread of its own writes, so that a disk that stands still holds nobody up. A folder or a disk that
    refuses it costs the log and nothing else.
    """

    def __init__(self) -> None:
        self.path = log_path()
        self._queue: QueueHandler | None = None
        self._listener: QueueListener | None = None
        self._file: _File | None = None
        self.refused = ""
        """Why there is no file, as a sentence."""

    def open(self) -> None:
        """Begin to write."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _File(self.path, maxBytes=MOST_BYTES, backupCount=FILES, encoding="utf-8")
        except OSError as error:
            self.refused = f"The log file {self.path} cannot be written: {why(error)[0]}."
            _complain(self.path, error)
            return
        self._file.setFormatter(logging.Formatter(_FORM))
        lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._queue, self._listener = QueueHandler(lines), QueueListener(lines, self._file)
        self._listener.start()
        logging.getLogger("tauscope").addHandler(self._queue)

    @property
    def opened(self) -> bool:
        """Whether there is a file that is written."""
        return self._file is not None

    def note(self, text: str, level: str = "error") -> None:
        """Write a text of many lines, from any thread, as a warning or an error."""
        if self._queue is not None:
            record = logging.LogRecord("tauscope", _LEVELS[level], "", 0, text.rstrip(), None, None)
            self._queue.handle(record)

    def close(self) -> None:
        """Write what waits, and end."""
        lines, listener, file = self._queue, self._listener, self._file
        self._queue = self._listener = self._file = None
        if lines is None or listener is None or file is None:
            return
        logging.getLogger("tauscope").removeHandler(lines)

        def end() -> None:
            listener.stop()
            file.close()

        ending = threading.Thread(target=end, name="log file", daemon=True)
        ending.start()
        ending.join(CLOSE_SECONDS)


class _File(RotatingFileHandler):
    """The file; what it refuses is said once, where only a terminal can say it."""

    _said = False

    def handleError(self, record: logging.LogRecord) -> None:
        """Say it once: a full disk refuses every line."""
        if not self._said:
            self._said = True
            _complain(Path(self.baseFilename), sys.exc_info()[1])

    def close(self) -> None:
        """Close the file, which writes what a full disk has refused before, or refuses it again."""
        try:
            super().close()
        except OSError as error:
            _complain(Path(self.baseFilename), error)


def _complain(path: Path, error: BaseException | None) -> None:
    print(f"The log file {path} cannot be written ({error}).", file=sys.stderr, flush=True)
