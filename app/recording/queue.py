"""Bounded hand-over between the simulation and the writer thread, measured in bytes and in age."""

from __future__ import annotations

import threading
import time
from collections import deque

from tauscope.app.recording.plan import Item


class HandOver:
    """Queue with a byte limit; one item always fits, however large.

    Parameters
    ----------
    limit : int
        Bytes that may wait.
    age : float
        Seconds that the oldest item may wait before nothing more is taken in, however small; it bounds what a
        death of the process can lose.
    """

    def __init__(self, limit: int, age: float) -> None:
        self._limit = limit
        self._age = age
        self._items: deque[tuple[float, Item]] = deque()
        self._bytes = 0
        self._closed = False
        self._coming = 0
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """Bytes that wait."""
        return self._bytes

    @property
    def filled(self) -> float:
        """Filled share, 0 to 1."""
        return min(self._bytes / self._limit, 1.0)

    @property
    def closed(self) -> bool:
        """Whether nothing more is coming."""
        return self._closed

    @property
    def ending(self) -> bool:
        """Whether room on the disk is waited for no more."""
        return self._closed

    @property
    def drained(self) -> bool:
        """Whether it is closed, and all that was put in before that was taken."""
        with self._changed:
            return self._closed and not self._items and not self._coming

    def fits(self, nbytes: int) -> bool:
        """Whether an item of that size would go in at once."""
        if not self._items:
            return True
        return self._bytes + nbytes <= self._limit and time.perf_counter() - self._items[0][0] <= self._age

    def put(self, item: Item, *, wait: bool = True) -> float:
        """Add an item, waiting for room; returns the seconds waited for it. After `close` it is left out.

        Getting the lock is not counted: with a busy interpreter it can take milliseconds while there is room.
        """
        waited = 0.0
        with self._changed:
            if self._closed:
                return 0.0
            if wait and not self.fits(item.nbytes):
                started = time.perf_counter()
                self._coming += 1  # who takes may not leave before it is in
                self._changed.wait_for(lambda: self._closed or self.fits(item.nbytes))
                self._coming -= 1
                waited = time.perf_counter() - started
            self._items.append((time.perf_counter(), item))
            self._bytes += item.nbytes
            self._changed.notify_all()
        return waited

    def get(self, timeout: float) -> Item | None:
        """Oldest item, or None after the timeout or when all is done; its room is freed by `done`."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items) or self._closed, timeout)
            return self._items[0][1] if self._items else None

    def done(self) -> None:
        """Free the room of the item that `get` gave."""
        with self._changed:
            self._bytes -= self._items.popleft()[1].nbytes
            self._changed.notify_all()

    def close(self) -> None:
        """Say that nothing more is coming, and let a waiting `put` through."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Forget what waits; a waiting `put` goes through."""
        with self._changed:
            self._items.clear()
            self._bytes = 0
            self._closed = True
            self._changed.notify_all()
