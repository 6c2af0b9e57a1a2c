"""scram.log: one line for each event of SCRAM, in the folder where this system keeps the logs of programs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from tauscope.app.storage import trouble
from tauscope.engine.notices import Noticed

LARGEST = 1_000_000
"""Bytes after which the log begins anew; the former one stays beside it."""


def log_path() -> Path:
    """File of the log; on Linux below ``~/.local/state/tauscope/log``."""
    return Path(platformdirs.user_log_dir("tauscope", appauthor=False)) / "scram.log"


class ScramLog:
    """Appends ``YYYY-MM-DD HH:MM:SS | Attempt n | reason`` lines; files are not for the GUI thread.

    A disk that refuses them is told of once, and those are lost; what comes later is tried all the same.

    Parameters
    ----------
    path : Path, optional
        File, `log_path` by default.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = log_path() if path is None else path
        self._told = False
        self._waiting: list[str] = []
        self._taking, self._writing = threading.Lock(), threading.Lock()

    def put(self, found: Sequence[Noticed], now: float | None = None) -> None:
        """Keep lines for `flush`, in order; at no cost, on any thread.

        Parameters
        ----------
        found : sequence of Noticed
            Events, oldest first.
        now : float, optional
            Seconds since the epoch, the present by default.
        """
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
        with self._taking:
            self._waiting += [f"{stamp} | {' '.join(item.notice.line.split())}\n" for item in found]

    def write(self, found: Sequence[Noticed], now: float | None = None) -> str:
        """`put` and `flush`."""
        self.put(found, now)
        return self.flush()

    def flush(self) -> str:
        """Append what waits; whoever comes first writes all of it, so that lines stay in order.

        Returns
        -------
        str
            Why they were not written, the first time that they were not; else "".
        """
        with self._writing:
            with self._taking:
                text, self._waiting = "".join(self._waiting), []
            if not text:
                return ""
            try:
                self._append(text.encode("utf-8"))
            except OSError as error:
                told, self._told = self._told, True
                return "" if told else str(trouble(error, self.path, "log of SCRAM"))
        return ""

    def _append(self, data: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size + len(data) > LARGEST:
            os.replace(self.path, self.path.with_name(f"{self.path.name}.1"))
        with self.path.open("ab") as file:
            file.write(data)
