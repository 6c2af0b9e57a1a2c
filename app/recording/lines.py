"""A growing log of text lines in a recording: bytes, and the offset after each line."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np


class LineLog:
    """Lines on their way to two datasets; the offsets count, so that half a line is never read.

    Parameters
    ----------
    log, end : str
        Paths of the bytes (uint8) and of the offsets (int64).
    """

    def __init__(self, log: str, end: str) -> None:
        self._log, self._end = log, end
        self._waiting: list[bytes] = []
        self._lines_saved = self._bytes_saved = 0

    def append(self, line: str) -> None:
        """Add a line; it is saved after the next flush."""
        self._waiting.append(line.encode("utf-8") + b"\n")

    def changes(self) -> list[tuple[str, int, Any]]:
        """Dataset, first row and values of what waits, bytes before offsets."""
        if not self._waiting:
            return []
        ends = self._bytes_saved + np.cumsum([len(line) for line in self._waiting], dtype=np.int64)
        data = np.frombuffer(b"".join(self._waiting), np.uint8)
        return [(self._log, self._bytes_saved, data), (self._end, self._lines_saved, ends)]

    def saved(self) -> None:
        """Take what waited as written."""
        self._lines_saved += len(self._waiting)
        self._bytes_saved += sum(len(line) for line in self._waiting)
        self._waiting = []


def lines_of(log: bytes, ends: Any) -> list[str]:
    """Whole lines of a log, given its bytes and offsets."""
    bounds = [0, *(int(end) for end in ends)]
    return [log[a:b].decode("utf-8", "replace").rstrip("\n") for a, b in itertools.pairwise(bounds)]
