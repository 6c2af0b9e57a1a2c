"""The simulation thread: one `Loop` on a thread of its own, and Qt signals for what happens seldom.

Frames do not travel by signal: the window takes the newest from the mailbox with a timer.
"""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import Future

from PySide6.QtCore import QObject, Signal

from tauscope.app import memory_check
from tauscope.engine.base import BlowUp
from tauscope.engine.events import Event
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.setup import Setup
from tauscope.engine.world import World

NICENESS = 5
NICEST = 19
SWITCH_SECONDS = 0.0005
WARM_UP_TICKS = 1


class Simulation(QObject):
    """Owns the loop and its thread.

    Signals
    -------
    prepared : (object)
        A world was built, compiled and put in place; carries its token.
    failed : (object)
        An exception on the simulation thread; the run is paused.
    blown_up : (object)
        A `BlowUp`; the run is paused and the last good picture stays.
    applied : (object)
        An `Event` was applied.
    stopped : (int)
        The run paused at this macro tick.
    """

    prepared = Signal(object)
    failed = Signal(object)
    blown_up = Signal(object)
    applied = Signal(object)
    stopped = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mailbox = Mailbox()
        self.loop = Loop(World({}), self.mailbox)
        self.loop.on_blow_up = self._on_blow_up
        self.loop.on_error = self._on_error
        self.loop.on_event = self._on_event
        self.loop.on_stopped = self.stopped.emit
        # One thread counts each, so that neither needs a lock.
        self._asked = self._built = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulation", daemon=True)

    def start(self) -> None:
        """Start the thread; the interpreter changes hands often, so the window never waits for long."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def preparing(self) -> bool:
        """Whether a world that was asked for is not in place yet."""
        return self._asked != self._built

    def shutdown(self, timeout: float = 10.0) -> bool:
        """Stop the thread; True when it ended in time."""
        self._stop.set()
        self.loop.call(lambda _world: None)
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def load(self, setup: Setup, seed: int, token: object = None, device: str = "auto") -> Future[None]:
        """Build and compile a world on the simulation thread, then put it in place, paused at tick 0.

        The future holds a refusal; ``prepared`` is emitted with the token when the world is in place.
        """
        self._asked += 1

        def build(_world: World) -> None:
            try:
                memory_check.refuse(setup)
                World.of(setup, seed, device).advance(WARM_UP_TICKS)
                self.loop.swap(World.of(setup, seed, device))
            finally:
                self._built += 1
            self.prepared.emit(token)

        return self.loop.call(build)

    def _run(self) -> None:
        if sys.platform == "linux":
            # A thread's own priority there: on few cores the window and the display server come first. It
            # counts from that of the program, which may have been started as a nice one.
            own = threading.get_native_id()
            nice = os.getpriority(os.PRIO_PROCESS, own) + NICENESS
            os.setpriority(os.PRIO_PROCESS, own, min(nice, NICEST))
        self.loop.run(self._stop)

    def _on_blow_up(self, found: BlowUp) -> None:
        self.blown_up.emit(found)

    def _on_error(self, error: BaseException) -> None:
        self.failed.emit(error)

    def _on_event(self, event: Event) -> None:
        self.applied.emit(event)
