"""A loop on a thread of its own, for tests: what it reports, waiting for it, and its world's digest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from tauscope.engine.base import hash_state
from tauscope.engine.events import Event
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.world import World

PATIENCE = 60.0


class Every:
    """Tracker that notes the ticks and the field it saw."""

    def __init__(self, interval: int) -> None:
        self.interval = interval
        self.ticks: list[int] = []
        self.hashes: list[str] = []

    def next_due(self, macro_tick: int) -> int | None:
        return (macro_tick // self.interval + 1) * self.interval

    def sample(self, world: World) -> None:
        self.ticks.append(world.macro_tick)
        self.hashes.append(digest(world)["u"])


class Running:
    """A loop on a thread of its own, with everything it reported."""

    def __init__(self, world: World) -> None:
        self.loop = Loop(world, Mailbox())
        self.stopped: list[int] = []
        self.errors: list[BaseException] = []
        self.events: list[Event] = []
        self.halted = threading.Event()
        self.loop.on_stopped = self._on_stopped
        self.loop.on_error = self.errors.append
        self.loop.on_event = self.events.append
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.loop.run, args=(self._stop,))
        self._thread.start()

    def _on_stopped(self, tick: int) -> None:
        self.stopped.append(tick)
        self.halted.set()

    def wait(self) -> int:
        """Tick at which it paused."""
        assert self.halted.wait(PATIENCE)
        self.halted.clear()
        return self.stopped[-1]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.001)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


def result(future: Future[Any]) -> Any:
    """What a future holds, once it does."""
    return future.result(PATIENCE)


def digest(world: World) -> dict[str, str]:
    """Hashes of the state of the first engine."""
    return hash_state(next(iter(world.engines.values())).state())
