"""The simulation loop: drain commands, step for about 8 ms, publish if the last frame was taken, trackers.

It knows no Qt; whoever owns it calls `Loop.run` on a thread of its own. The wall clock decides how many
macro ticks are done in a turn, never their order, so the physics does not depend on the display.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from tauscope.engine.base import BlowUp, Command
from tauscope.engine.condition import Held
from tauscope.engine.errors import BadInput
from tauscope.engine.events import Event, EventLog
from tauscope.engine.loop_meters import Meters, ScalarPace, Shares
from tauscope.engine.loop_wishes import LoopWishes
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.past import Arrival, Past
from tauscope.engine.trackers import Tracker, unchecked
from tauscope.engine.world import World


def refusal(found: BlowUp) -> BadInput:
    """Why a run that has ended does not go on, and what to do."""
    if found.kept:
        return BadInput(
            f"The engine {found.engine} has stopped the run at tick {found.tick}: {found.limit}.",
            key="state",
            remedy="Acknowledge it to go on, go back to the last good state, or reset the run.",
        )
    return BadInput(
        f"The run broke a limit at tick {found.tick} and cannot go on.",
        key="state",
        remedy="Go back to the last good state, or reset the run.",
    )


class Loop(LoopWishes):
    """Runs a world on whichever thread calls `run`.

    Parameters
    ----------
    world : World
        What runs; `replace` swaps it.
    mailbox : Mailbox
        Where frames go.
    budget : float
        Seconds of stepping between two looks at the commands.
    """

    def __init__(self, world: World, mailbox: Mailbox, budget: float = 0.008) -> None:
        super().__init__()
        self.world = world
        self.mailbox = mailbox
        self.budget = budget
        self.display_interval = 1.0 / 60.0
        self.trackers: list[Tracker] = []
        self.watchers: list[Callable[[World], object]] = []
        """Called between ticks whenever the world may have changed; they only read, and at little cost."""
        self.speed: float | None = None
        self.blow_up: BlowUp | None = None
        self.meters = Meters()
        self.past = Past()
        self.past.begin(world)
        self.on_blow_up: Callable[[BlowUp], None] = lambda _found: None
        self.on_error: Callable[[BaseException], None] = lambda _error: None
        self.on_event: Callable[[Event], None] = lambda _event: None
        self.on_stopped: Callable[[int], None] = lambda _tick: None
        self.on_held: Callable[[Held], None] = lambda _held: None
        self._target: int | None = None
        self._stepping = False
        """Whether the target is that of steps."""
        self._good: Mapping[str, Any] | None = None
        self._good_events = 0
        self._ticks_per_second = 1000.0
        self._owed = 0.0
        self._last_turn = time.perf_counter()
        self._last_frame = 0.0
        self._frame_cost = 0.0
        self._good_cost = 0.0
        self._last_good = 0.0
        self._clock = Shares()
        self._scalar_pace = ScalarPace()

    # -- from any thread

    def play(self) -> Future[None]:
        """Run until paused; refused, in the future, after a limit was broken."""
        return self._ask(True, lambda _world: self._start(None))

    def pause(self) -> None:
        """Stop after the present chunk."""
        self._ask(False, lambda _world: self._stop())

    def step(self, ticks: int = 1) -> Future[None]:
        """Do exactly ``ticks`` macro ticks from where the world stands, then pause.

        Steps that are asked for while others are not done yet come after them: none is lost.
        """
        if ticks < 1:
            raise BadInput(f"Cannot step {ticks} ticks.", key="ticks", value=ticks, allowed="1, 2, …")

        def start(world: World) -> None:
            done = self._target if self._stepping else None
            self._start((world.macro_tick if done is None else done) + ticks)
            self._stepping = True

        return self._ask(False, start)

    def run_to(self, macro_tick: int) -> Future[None]:
        """Run to a macro tick, then pause; refused when it lies in the past."""

        def start(world: World) -> None:
            if macro_tick <= world.macro_tick:
                raise BadInput(
                    f"Tick {macro_tick} is not ahead: the world stands at tick {world.macro_tick}.",
                    key="tick",
                    value=macro_tick,
                    allowed=f"more than {world.macro_tick}",
                )
            self._start(macro_tick)

        return self._ask(False, start)

    def replace(self, world: World) -> Future[None]:
        """Swap the world for another; it starts paused and its frames are of a newer generation."""
        return self.call(lambda _world: self.swap(world))

    def go_back(self) -> Future[int]:
        """Return to the last checkpoint that passed every check; the future holds its macro tick.

        Raises
        ------
        BadInput
            In the future, when there is no checkpoint yet.
        """

        def back(world: World) -> int:
            if self._good is None:
                raise BadInput("There is no good state to go back to.", key="state", remedy="Reset the run.")
            world.restore(self._good)
            world.events = EventLog(world.events.since(0)[: self._good_events])
            self.blow_up = None
            self._stop()
            return world.macro_tick

        return self.call(back)

    def travel(
        self, tick: int, line: int | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Future[Arrival]:
        """Pause, and bring the world to a tick of its past; the future holds where it came to.

        As `Past.go`; from there the run goes on as it did then, and what is changed begins a new line.
        """

        def go(world: World) -> Arrival:
            self._stop()
            found = self.blow_up or world.check()
            if found is None or found.kept:
                self.past.keep(world)  # the way back to where it stands now
            frame = self.past.go(world, tick, line, cancelled)
            self._good, self._good_events, self.blow_up = frame.state, frame.events, None
            return Arrival.of(world)

        return self._ask(False, go)

    # -- on the simulation thread

    def run(self, stop: threading.Event) -> None:
        """Turn until ``stop`` is set; an exception of an engine pauses the run and is reported.

        What was asked before the end is still done; what comes later holds `LoopEnded`.
        """
        self._inbox.begin()
        try:
            while not stop.is_set():
                try:
                    idle = self.turn()
                except Exception as error:  # noqa: BLE001 - reported, and the window lives on
                    self._stop()
                    self.on_error(error)
                    idle = 0.05
                if idle > 0:
                    self._inbox.wake.wait(idle)
                self._inbox.wake.clear()
        finally:
            self._inbox.end()
            self._inbox.serve(self.world)
            self._drain(last=True)

    def swap(self, world: World) -> None:
        """`replace`, for a caller already on the simulation thread."""
        world.generation = self.world.generation + 1
        self.world = world
        self._stop()
        self.past.begin(world)
        self.blow_up = None
        self._good = None
        self._last_good = 0.0
        self._ticks_per_second = 1000.0
        self._clock.alone = 0.0
        self._scalar_pace = ScalarPace()

    def rewind(self, state: Mapping[str, Any], events: EventLog) -> None:
        """Return to a checkpoint of this world, for a caller on the simulation thread; it runs on if it ran.

        Raises
        ------
        BadInput
            A checkpoint of other engines or another size; nothing is changed then.
        """
        self.world.restore(state)
        self.world.events = events
        self.blow_up = None
        if self._target is not None and self._target <= self.world.macro_tick:
            self._stop()
        self._keep_good()
        self._dirty = True

    def hold(self, held: Held) -> None:
        """Pause at the present tick, for a tracker whose condition holds; no tick is done after it."""
        self._stop()
        self.on_held(held)

    def turn(self) -> float:
        """Do one turn; returns how many seconds it may idle."""
        self._inbox.serve(self.world)
        self._drain()
        if self.blow_up is None:
            self.past.follow(self.world)
        self._watch()
        now = time.perf_counter()
        elapsed, self._last_turn = now - self._last_turn, now
        began = time.perf_counter(), time.thread_time()
        if self.running and self.blow_up is None:
            self._advance(self._allowance(elapsed))
            self._watch()
        self._inbox.serve(self.world)
        self._publish()
        self._clock.turn(time.perf_counter() - began[0], time.thread_time() - began[1])
        self.meters = self._clock.meters(len(self._inbox), self.meters)
        if self.running:
            return 0.0 if self.speed is None else min(0.004, 1.0 / max(self.speed, 1e-3))
        return 0.005 if self._dirty else 0.05

    def _watch(self) -> None:
        for watch in tuple(self.watchers):
            watch(self.world)

    def _start(self, target: int | None) -> None:
        if self.blow_up is None and self._good is None:
            found = self.world.check()
            if found is None:
                self._keep_good()
            elif found.kept:  # it had stopped before it was put in place
                self.blow_up = found
        if self.blow_up is not None:
            raise refusal(self.blow_up)
        self._target, self._stepping = target, False
        self._owed, self._last_turn = 0.0, time.perf_counter()
        self.running = True

    def _keep_good(self) -> None:
        self._good, self._good_events = self.past.keep(self.world), len(self.world.events)

    def _stop(self) -> None:
        was_running, self.running, self._target = self.running, False, None
        self._dirty = True
        if was_running:
            self.on_stopped(self.world.macro_tick)

    def _drain(self, last: bool = False) -> None:
        paced = not last and self.running and self.speed is not None
        for item, future in self._inbox.take(self.world.macro_tick, paced):
            try:
                future.set_result(self._apply(item) if isinstance(item, Command) else item(self.world))
            except Exception as error:  # noqa: BLE001 - the asker gets it through the future
                future.set_exception(error)
            self._dirty = True

    def _apply(self, command: Command) -> Event:
        event = self.world.apply(command)
        if self.blow_up is not None and command.name == "acknowledge" and self.world.check() is None:
            self.blow_up = None  # an engine that had stopped by itself at a good state may go on
        self.on_event(event)
        return event

    def _allowance(self, elapsed: float) -> int:
        """Macro ticks to do in this turn."""
        ticks = max(1, int(self._ticks_per_second * self.budget))
        if self.speed is not None:
            self._owed = min(self._owed + elapsed * self.speed, max(1.0, self.speed))
            ticks = min(ticks, int(self._owed))
            self._owed -= ticks
        if self._target is not None:
            ticks = min(ticks, self._target - self.world.macro_tick)
        return max(ticks, 0)

    def _advance(self, ticks: int) -> None:
        world = self.world
        end = world.macro_tick + ticks
        started = time.perf_counter()
        tracked, pieces = 0.0, 0
        while world.macro_tick < end and self.running:
            wishes = [(d, t) for t in self.trackers if (d := t.next_due(world.macro_tick)) is not None]
            here = min([end, *(d for d, _ in wishes)])
            due = [tracker for tick, tracker in wishes if tick == here]
            try:
                world.advance(here - world.macro_tick)
            except Exception:
                if world.torn:
                    self.past.mend(world)
                raise
            pieces += 1
            self._dirty = True
            whole = here == end or not unchecked(due) or world.macro_tick < here
            if whole and (found := world.check()) is not None:
                self._halt(found)
                return
            for tracker in due:
                tracked += self._sample(tracker)
        spent = time.perf_counter() - started - tracked
        done = ticks - (end - world.macro_tick)
        self._clock.add(done, spent, tracked, broken_up=pieces > 1)
        if done and spent > 0:
            measured = done / spent
            self._ticks_per_second = min(
                max(measured, self._ticks_per_second / 4), self._ticks_per_second * 4
            )
        before = time.perf_counter()
        self.past.follow(world)
        stale = before - self._last_good > max(1.0, 20 * self._good_cost)
        if self.past.due(world, self._ticks_per_second) or stale:
            self._keep_good()
            self._last_good = time.perf_counter()
            self._good_cost = self._last_good - before
        if self._target is not None and world.macro_tick >= self._target:
            self._stop()

    def _sample(self, tracker: Tracker) -> float:
        """Let a tracker sample; returns the seconds it took."""
        light = getattr(tracker, "light", False)
        before, worked = time.perf_counter(), 0.0 if light else time.thread_time()
        tracker.sample(self.world)
        spent = time.perf_counter() - before
        self._clock.tracked(type(tracker), spent, 0.0 if light else spent - (time.thread_time() - worked))
        return spent

    def _halt(self, found: BlowUp) -> None:
        self.blow_up = found
        self._stop()
        self._dirty = found.kept  # a state that is not good never reaches the screen
        self.on_blow_up(found)

    def _publish(self) -> None:
        now = time.perf_counter()
        # A large lattice's frame costs much: while it runs, frames take at most a third of the time.
        interval = max(self.display_interval, 2 * self._frame_cost if self.running else 0.0)
        due = now - self._last_frame >= interval
        shown = self.blow_up is None or self.blow_up.kept
        if shown and self._dirty and due and self.mailbox.wanted:
            # Before the wishes are read: one that comes while the frame is made asks for another.
            self._dirty = False
            requests = [request for wanted in self._requests.values() for request in wanted]
            scalars, spent = self._scalars(now)
            self.mailbox.put(self.world.frame(requests, self.meters.rate, self.running, scalars))
            self._last_frame = time.perf_counter()
            self._frame_cost = self._last_frame - now - spent
            self._clock.frame(self._frame_cost + spent)

    def _scalars(self, now: float) -> tuple[Mapping[str, Mapping[str, float]], float]:
        """Scalars for a frame, or none where they would take too much of a run, and the seconds they took."""
        if self.running and not self._scalar_pace.due(now):
            return {}, 0.0
        found = self.world.scalars()
        ended = time.perf_counter()
        self._scalar_pace.took(now, ended)
        return found, ended - now
