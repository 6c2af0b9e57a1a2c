"""The log file: what the program tells, with tracebacks and stacks, over sessions and bounded in size."""

from __future__ import annotations

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

from tauscope.app.settings import settings_path

NAME = "tauscope.log"
MOST_BYTES = 1 << 20
FILES = 3
"""Older files beside the present one; each is at most 1 MiB."""
_FORM = "%(asctime)s %(process)d %(levelname)s %(message)s"


def log_path() -> Path:
    """File of the log; beside the settings where ``TAUSCOPE_SETTINGS`` names others."""
    if os.environ.get("TAUSCOPE_SETTINGS"):
        return settings_path().parent / NAME
    return Path(platformdirs.user_log_dir("tauscope", appauthor=False)) / NAME


class LogFile:
    """Writes the records of the program's logger, and what has no record, to the log file.

    A folder that refuses it costs the log and nothing else.
    """

    def __init__(self) -> None:
        self.path = log_path()
        self._handler: RotatingFileHandler | None = None

    def open(self) -> None:
        """Begin to write."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(self.path, maxBytes=MOST_BYTES, backupCount=FILES, encoding="utf-8")
        except OSError:
            return  # the class says what that costs; there is nowhere to write it down
        handler.setFormatter(logging.Formatter(_FORM))
        self._handler = handler
        logging.getLogger("tauscope").addHandler(handler)

    @property
    def stream(self) -> int | None:
        """Number of the open file, for what writes without Python; None where there is none."""
        stream = self._handler.stream if self._handler is not None else None
        return stream.fileno() if stream is not None else None

    def note(self, text: str) -> None:
        """Write a text of many lines, from any thread."""
        if self._handler is not None:
            record = logging.LogRecord("tauscope", logging.ERROR, "", 0, text.rstrip(), None, None)
            self._handler.handle(record)

    def close(self) -> None:
        """End."""
        handler, self._handler = self._handler, None
        if handler is not None:
            logging.getLogger("tauscope").removeHandler(handler)
            handler.close()
