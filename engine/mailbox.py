"""What goes in and out of the simulation thread: commands and questions in, frames out."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from itertools import compress
from typing import Any, TypeAlias

from tauscope.engine.base import Command, Frame
from tauscope.engine.errors import TauscopeError
from tauscope.engine.world import World

Item: TypeAlias = tuple[Command | Callable[[World], Any], Future[Any]]


class LoopEnded(TauscopeError):
    """What was asked of a loop that has ended; nobody would ever do it."""


class Mailbox:
    """One-slot mailbox: the newest frame replaces one that was not taken."""

    def __init__(self) -> None:
        self._slot: Frame | None = None
        self._lock = threading.Lock()

    @property
    def wanted(self) -> bool:
        """Whether the last frame was taken."""
        return self._slot is None

    def put(self, frame: Frame) -> None:
        """Leave a frame."""
        with self._lock:
            self._slot = frame

    def take(self) -> Frame | None:
        """Newest frame, once, or None."""
        with self._lock:
            frame, self._slot = self._slot, None
        return frame


class Inbox:
    """What other threads ask of a loop, in order, with the futures that hold what came of it."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._looks: deque[tuple[Callable[[World], Any], Future[Any]]] = deque()
        self._changed: tuple[int, set[str]] = (-1, set())
        """Newest tick with changes that newer ones replace, and what they changed."""
        self._posting = threading.Lock()
        self._ended = False
        self.wake = threading.Event()
        """Set when something has come."""

    def __len__(self) -> int:
        return len(self._items)

    # -- from any thread

    def post(self, item: Command | Callable[[World], Any]) -> Future[Any]:
        """Queue a command, or a function that may change the world."""
        return self._put(self._items, item)

    def look(self, function: Callable[[World], Any]) -> Future[Any]:
        """Queue a function that only reads; it comes before what is posted."""
        return self._put(self._looks, function)

    def _put(self, queue: deque[Any], item: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with self._posting:  # nothing may come between the end of the loop and its last look at these
            ended = self._ended
            if not ended:
                queue.append((item, future))
        if ended:
            future.set_exception(LoopEnded("The simulation has ended.", "Start the program again."))
        self.wake.set()
        return future

    # -- on the simulation thread

    def begin(self) -> None:
        """Take what comes."""
        self._ended = False

    def end(self) -> None:
        """Refuse what comes from now on; what is here can still be done."""
        with self._posting:
            self._ended = True

    def serve(self, world: World) -> None:
        """Read what somebody waits for."""
        while self._looks:
            function, future = self._looks.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(function(world))
            except Exception as error:  # noqa: BLE001 - the asker gets it through the future
                future.set_exception(error)

    def take(self, tick: int, paced: bool) -> Iterator[Item]:
        """Items to do now, one after another, without those that were cancelled or that newer ones replace.

        The latter are answered with None. In a paced run a second value of what changed at this tick waits
        for the next, but only where nothing else was asked for: what comes after a change may count on it.
        """
        items = [self._items.popleft() for _ in range(len(self._items))]
        if paced:
            items = self._due(items, tick)
        newest = {key: index for index, (item, _) in enumerate(items) if (key := coalesced(item))}
        for index, (item, future) in enumerate(items):
            if not future.set_running_or_notify_cancel():
                continue
            key = coalesced(item)
            if key and newest[key] != index:
                future.set_result(None)
                continue
            if key:
                if self._changed[0] != tick:
                    self._changed = (tick, set())
                self._changed[1].add(key)
            yield item, future

    def _due(self, items: list[Item], tick: int) -> list[Item]:
        if tick != self._changed[0] or not all(coalesced(item) for item, _ in items):
            return items
        waits = [coalesced(item) in self._changed[1] for item, _ in items]
        self._items.extendleft(reversed(list(compress(items, waits))))
        return [entry for entry, later in zip(items, waits, strict=True) if not later]


def coalesced(item: Command | Callable[[World], Any]) -> str:
    """Key under which newer commands replace an item, "" for none."""
    return item.coalesce if isinstance(item, Command) else ""
