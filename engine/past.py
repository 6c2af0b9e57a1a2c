"""The past of a run: keyframes within a budget of memory, the lines it took, and the way back to any tick.

A run is a pure function of its set-up, its event log and the number of ticks, so any moment is the last
keyframe before it and what was done since, done once more. What is edited in the past begins a new line; the
line it leaves stays within reach. Everything here belongs to the simulation thread.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tauscope.engine.config import EngineConfig
from tauscope.engine.errors import BadInput
from tauscope.engine.events import Event, EventLog
from tauscope.engine.keyframes import Keyframe, shared
from tauscope.engine.lines import Line, Lines, Place
from tauscope.engine.world import World

BUDGET = 1 << 30
"""Bytes that keyframes of all engines may take."""
NEAR_TICKS = 10_000
"""Ticks behind the end of a line that keep their keyframes longest."""
SPACING_SECONDS = 0.05
"""Work between two keyframes: so long it takes to do again, which with all the rest stays below 0.2 s."""
SPACING_EVENTS = 32
"""Commands between two keyframes; some cost as much as many ticks."""
COST_SHARE = 20
"""A keyframe is made at most once in so many times what it costs: 5 % of the run."""
MOST_WAIT = 2.0
"""Seconds of work between two keyframes that are thinned out; beyond them the oldest are let go."""
MOST_LINES = 12
PIECE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Reach:
    """What of the past can be shown, at one moment.

    Parameters
    ----------
    line : int
        Number of the line that the run is on.
    tick : int
        Macro tick at which it stands.
    first, tip : int
        First and last macro tick of that line that can be reached.
    marks : tuple of int
        Macro ticks of the keyframes between them.
    lines : tuple of (int, int, int)
        Number, macro tick at which it began, and last macro tick of every line.
    bytes, budget : int
        Memory that the keyframes take, and that they may take.
    rate : float
        Macro ticks a second of work.
    """

    line: int = 1
    tick: int = 0
    first: int = 0
    tip: int = 0
    marks: tuple[int, ...] = ()
    lines: tuple[tuple[int, int, int], ...] = ()
    bytes: int = 0
    budget: int = BUDGET
    rate: float = 1000.0

    def wait(self, tick: int) -> float:
        """Seconds of work that lie between a tick and the keyframe before it."""
        at = bisect_right(self.marks, tick)
        return max(tick - self.marks[at - 1], 0) / self.rate if at else 0.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a world came to.

    Parameters
    ----------
    tick : int
        Macro tick.
    configs : mapping of str to EngineConfig
        What the engines run there.
    """

    tick: int
    configs: Mapping[str, EngineConfig]

    @classmethod
    def of(cls, world: World) -> Arrival:
        """Where a world stands."""
        return cls(world.macro_tick, {key: engine.config for key, engine in world.engines.items()})


class Past:
    """Keeps the past of one world after another.

    Attributes
    ----------
    budget : int
        Bytes that keyframes may take; the newest is kept whatever it takes.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self._lines = Lines(MOST_LINES)
        self._line = self._lines.begin()
        self._log = EventLog()
        self._place: Place = (0, 0)
        self._cost = 0.0
        self._kept_at = -math.inf
        self._rate = 1000.0

    def set_budget(self, budget: int) -> Reach:
        """Let keyframes take so many bytes from now on; returns what can be reached then."""
        self.budget = budget
        self._thin()
        return self.reach()

    # -- while the run goes on

    def begin(self, world: World) -> None:
        """Forget all of it: another run is put in place, of whose past nothing is kept."""
        self._line = self._lines.begin()
        self._log, self._place = world.events, (world.macro_tick, len(world.events))
        self._line.events = list(world.events.since(0))
        self._line.begun = self._line.tip = world.macro_tick
        self._cost, self._kept_at = 0.0, -math.inf

    def follow(self, world: World) -> None:
        """Note where the world stands, at a state that broke no limit: further on its line, or off it."""
        tick, count = world.macro_tick, len(world.events)
        if (tick, count) == self._place and world.events is self._log:
            return
        went_on = world.events is self._log and tick >= self._place[0] and count >= self._place[1]
        if not went_on:
            self._find(world)
        seen = self._place[1]
        for event in world.events.since(seen):
            line = self._line
            newest = seen == len(line.events)
            if event.macro_tick < line.tip if newest else line.events[seen] is not event:
                self._line = self._lines.branch(line, (event.macro_tick, seen))
            if seen == len(self._line.events):
                self._line.events.append(event)
            seen += 1
        line = self._line
        if count < len(line.events) and line.events[count].macro_tick < tick:
            # It went past a command without it.
            self._line = self._lines.branch(line, (line.events[count].macro_tick, count))
        self._line.tip = max(self._line.tip, tick)
        self._log, self._place = world.events, (tick, count)

    def due(self, world: World, rate: float) -> bool:
        """Whether a keyframe is to be made of where the world stands.

        Parameters
        ----------
        world : World
            A world that was just followed.
        rate : float
            Macro ticks that it does in a second of work.
        """
        self._rate = max(rate, 1e-6)
        if time.perf_counter() - self._kept_at < COST_SHARE * self._cost:
            return False
        place = world.macro_tick, len(world.events)
        last, following = self._line.before(place), self._line.after(place)
        if last is None:
            return True
        spacing = max(1, math.ceil(self._rate * SPACING_SECONDS))
        if following is not None and following.tick - last.tick <= 2 * spacing:
            return False  # it goes along a way that it knows
        return place[0] - last.tick >= spacing or place[1] - last.events >= SPACING_EVENTS

    def keep(self, world: World, state: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Make a keyframe of where the world stands, a good state; returns the state.

        Parameters
        ----------
        world : World
            The world.
        state : mapping, optional
            Its state, where somebody has it already.
        """
        self.follow(world)
        began = time.perf_counter()
        place = world.macro_tick, len(world.events)
        last = self._line.before(place)
        if last is not None and last.place == place:
            return last.state
        made = world.state() if state is None else state
        if last is not None:
            made = shared(made, last.state)
        self._lines.keep(self._line, Keyframe(*place, made))
        if self._lines.held.bytes > self.budget:
            self._thin()
        self._kept_at = time.perf_counter()
        self._cost = max(self._kept_at - began, 0.5 * self._cost)
        return made

    # -- the way back

    @property
    def here(self) -> Place:
        """Where the world was seen last: tick and number of commands."""
        return self._place

    @property
    def line(self) -> int:
        """Number of the line that the run is on."""
        return self._line.number

    def commands(self) -> tuple[Event, ...]:
        """Every command of the line that the run is on, those ahead of where it stands too."""
        return tuple(self._line.events)

    def reach(self) -> Reach:
        """What can be reached now."""
        line = self._line
        marks = tuple(dict.fromkeys(frame.tick for frame in line.frames))
        return Reach(
            line=line.number,
            tick=self._place[0],
            first=marks[0] if marks else line.tip,
            tip=line.tip,
            marks=marks,
            lines=tuple((one.number, one.begun, one.tip) for one in self._lines),
            bytes=self._lines.held.bytes,
            budget=self.budget,
            rate=self._rate,
        )

    def go(
        self,
        world: World,
        tick: int,
        line: int | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Keyframe:
        """Bring the world to a tick of a line, bit for bit; returns the keyframe before it.

        Parameters
        ----------
        world : World
            The world whose past this is.
        tick : int
            Macro tick; the nearest that can be reached stands for one that cannot.
        line : int, optional
            Number of a line, the present one where it is not given.
        cancelled : callable
            Asked now and then; where it says so the world stops on the way, at a moment of the line.

        Raises
        ------
        BadInput
            A line that is not there, or one of which nothing is kept.
        """
        aim = self._numbered(self._line.number if line is None else line)
        if not aim.frames:
            raise BadInput("Nothing of the past of this run is kept yet.", key="tick", value=tick)
        place = aim.place(min(max(tick, aim.frames[0].tick), aim.tip))
        frame = aim.before(place) or aim.frames[0]
        place = max(place, frame.place)
        here = world.macro_tick, len(world.events)
        ahead = frame.place <= here <= place and here[1] <= place[1] and here == self._place
        if aim is not self._line or world.events is not self._log or not ahead:
            self._start_from(world, aim, frame)
        try:
            self._walk(world, aim, place, cancelled)
        finally:
            self._line, self._log = aim, world.events
            self._place = world.macro_tick, len(world.events)
        return frame

    def mend(self, world: World) -> None:
        """Bring a world whose engine failed amid its work back to where it was followed last.

        Where the engine fails on the way there too, back to the last keyframe.
        """
        frame = self._line.before(self._place)
        if frame is None:
            return
        self._start_from(world, self._line, frame)
        try:
            self._walk(world, self._line, self._place, lambda: False)
        except Exception:  # noqa: BLE001 - it is told already what failed
            self._start_from(world, self._line, frame)
        self._log, self._place = world.events, (world.macro_tick, len(world.events))

    @staticmethod
    def _start_from(world: World, line: Line, frame: Keyframe) -> None:
        world.restore(frame.state)
        world.events = EventLog(line.events[: frame.events])

    def _walk(self, world: World, line: Line, place: Place, cancelled: Callable[[], bool]) -> None:
        """Do once more what was done between where the world stands and a place on its line."""
        piece = max(1, int(self._rate * PIECE_SECONDS))
        for event in line.events[len(world.events) : place[1]]:
            if not self._advance(world, event.macro_tick, piece, cancelled):
                return
            world.again(event)
        self._advance(world, place[0], piece, cancelled)

    @staticmethod
    def _advance(world: World, tick: int, piece: int, cancelled: Callable[[], bool]) -> bool:
        while world.macro_tick < tick:
            if cancelled():
                return False
            before = world.macro_tick
            world.advance(min(piece, tick - before))
            if world.macro_tick == before:
                return False  # an engine stands still at its last good state
        return True

    def _numbered(self, number: int) -> Line:
        for line in self._lines:
            if line.number == number:
                return line
        raise BadInput(f"Line {number} of this run is no longer kept.", key="line", value=number)

    def _find(self, world: World) -> None:
        """Find the line on which a world stands that did not come there by going on."""
        log, place = list(world.events.since(0)), (world.macro_tick, len(world.events))
        known = [self._line, *(line for line in self._lines if line is not self._line)]
        for line in known:
            if line.holds(place, log):
                self._line, self._place = line, place
                return
        count = self._line.common(log)
        parting = (*self._line.events[count : count + 1], *log[count : count + 1])
        tick = min(place[0], *(event.macro_tick for event in parting))
        self._line = self._lines.branch(self._line, (tick, count))
        self._place = tick, count

    # -- memory

    def _thin(self) -> None:
        """Let keyframes go: where least is lost first, the oldest where every gap is as wide as it may be."""
        while self._lines.held.bytes > self.budget:
            newest = self._line.before(self._place)
            costs = {frame: cost for frame, cost in self._costs().items() if frame is not newest}
            if costs:
                self._lines.remove(min(costs, key=lambda frame: costs[frame]))
            elif not self._drop_oldest(newest):
                return

    def _costs(self) -> dict[Keyframe, float]:
        """What letting each keyframe go would cost; those that close a gap too wide are left out."""
        costs: dict[Keyframe, float] = {}
        kept: set[Keyframe] = set()
        for line in self._lines:
            share = 1.0 if line is self._line else 0.3
            for at, frame in enumerate(line.frames):
                following = line.frames[at + 1].tick if at + 1 < len(line.frames) else line.tip
                wait = (following - line.frames[at - 1].tick) / self._rate if at else math.inf
                if wait > MOST_WAIT:
                    kept.add(frame)
                    continue
                behind = line.tip - frame.tick
                near = 100.0 if behind <= NEAR_TICKS else 1.0
                cost = share * near * wait / (1.0 + behind / self._rate)
                costs[frame] = max(costs.get(frame, 0.0), cost)
        return {frame: cost for frame, cost in costs.items() if frame not in kept}

    def _drop_oldest(self, newest: Keyframe | None) -> bool:
        """Let another line go, or else the beginning of this one; False where nothing is left to let go."""
        other = next((line for line in self._lines if line is not self._line), None)
        if other is not None:
            self._lines.drop(other)
            return True
        oldest = self._line.frames[0] if self._line.frames else None
        if oldest is None or oldest is newest:
            return False
        self._lines.remove(oldest)
        return True
