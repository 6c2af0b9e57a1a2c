"""What is asked of a simulation loop from other threads: commands, functions, frames, starts and stops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import TypeVar

from tauscope.engine.base import Command, FrameRequest
from tauscope.engine.events import Event
from tauscope.engine.mailbox import Inbox
from tauscope.engine.world import World

Result = TypeVar("Result")


class LoopWishes:
    """Takes wishes on any thread, for a loop that sees to them on its own."""

    def __init__(self) -> None:
        self.running = False
        self._asked: tuple[object, bool] | None = None
        self._requests: dict[str, tuple[FrameRequest, ...]] = {}
        self._subscribing = threading.Lock()
        self._inbox = Inbox()
        self._dirty = True

    @property
    def will_run(self) -> bool:
        """Whether it goes on running once all that was asked of it is done; `running` lags behind.

        A step or a run to a tick that was asked for ends by itself.
        """
        asked = self._asked
        return self.running if asked is None else asked[1]

    def submit(self, command: Command) -> Future[Event | None]:
        """Queue a command; the future holds its event, None when a newer one replaced it, or the refusal."""
        return self._inbox.post(command)

    def call(self, function: Callable[[World], Result]) -> Future[Result]:
        """Queue a function of the world, run between ticks on the simulation thread."""
        return self._inbox.post(function)

    def look(self, function: Callable[[World], Result]) -> Future[Result]:
        """Queue a function that only reads the world; it comes before commands and the next frame.

        Unlike `call` it makes no frame: that costs the sums of every engine, and the user waits for a plane.
        """
        return self._inbox.look(function)

    def subscribe(self, key: str, requests: Iterable[FrameRequest], now: bool = True) -> None:
        """Set what subscriber ``key`` wants in frames; an empty list unsubscribes.

        Parameters
        ----------
        key : str
            Name of the subscriber.
        requests : iterable of FrameRequest
            What it wants.
        now : bool
            Whether a frame is made for it while the run is paused.
        """
        wanted = tuple(requests)
        with self._subscribing:
            kept = {k: v for k, v in self._requests.items() if k != key}
            self._requests = {**kept, key: wanted} if wanted else kept
        if now:
            self._refresh()

    def _ask(self, runs: bool, function: Callable[[World], Result]) -> Future[Result]:
        """Queue a start or a stop; until it is done `will_run` tells what it asks for."""
        asked = self._asked = object(), runs

        def done(_future: Future[Result]) -> None:
            if self._asked is asked:
                self._asked = None

        future = self.call(function)
        future.add_done_callback(done)
        return future

    def _refresh(self) -> None:
        self._dirty = True
        self._inbox.wake.set()
