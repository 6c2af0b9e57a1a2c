"""Lines: what became of one run, each a list of commands with the keyframes along it."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tauscope.engine.events import Event
from tauscope.engine.keyframes import Holdings, Keyframe

Place = tuple[int, int]
"""Macro tick and number of commands applied by then."""


@dataclass(slots=True, eq=False)
class Line:
    """One course of a run.

    Parameters
    ----------
    number : int
        Its name, from 1.
    begun : int
        Macro tick at which it left the line it comes from.
    tip : int
        Last macro tick it reached.
    events : list of Event
        Every command since tick 0, in order.
    frames : list of Keyframe
        By place; lines that share their beginning share its keyframes.
    """

    number: int
    begun: int = 0
    tip: int = 0
    events: list[Event] = field(default_factory=list)
    frames: list[Keyframe] = field(default_factory=list)

    def before(self, place: Place) -> Keyframe | None:
        """Last keyframe at a place or before it."""
        at = bisect_right(self.frames, place, key=_place)
        return self.frames[at - 1] if at else None

    def after(self, place: Place) -> Keyframe | None:
        """First keyframe behind a place."""
        at = bisect_right(self.frames, place, key=_place)
        return self.frames[at] if at < len(self.frames) else None

    def place(self, tick: int) -> Place:
        """Place of a tick with all commands that were given at it."""
        return tick, bisect_right(self.events, tick, key=_tick)

    def holds(self, place: Place, log: list[Event]) -> bool:
        """Whether a run with this log stands somewhere on the line, or goes on where it ends."""
        tick, count = place
        if count > len(self.events):
            return False
        if count < len(self.events) and self.events[count].macro_tick < tick:
            return False
        return self.common(log) == count

    def common(self, log: list[Event]) -> int:
        """Number of commands that the line has in common with a log, from the first on."""
        for index, (own, other) in enumerate(zip(self.events, log, strict=False)):
            if own is not other:
                return index
        return min(len(self.events), len(log))

    def branch(self, number: int, place: Place) -> Line:
        """A line that leaves this one at a place."""
        tick, count = place
        shared = [frame for frame in self.frames if frame.tick <= tick and frame.events <= count]
        return Line(number, tick, tick, self.events[:count], shared)


class Lines:
    """All lines of a run and what their keyframes hold.

    Parameters
    ----------
    most : int
        Lines that are kept; beyond them the oldest are let go.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.all: list[Line] = []
        self.held = Holdings()
        self._numbers = 0

    def __iter__(self) -> Iterator[Line]:
        return iter(self.all)

    def begin(self) -> Line:
        """Forget everything and begin the first line of a run."""
        self.all, self.held, self._numbers = [], Holdings(), 1
        self.all.append(Line(1))
        return self.all[0]

    def branch(self, line: Line, place: Place) -> Line:
        """Add a line that leaves another at a place."""
        self._numbers += 1
        made = line.branch(self._numbers, place)
        self.all.append(made)
        while len(self.all) > self.most:
            self.drop(next(one for one in self.all if one is not made and one is not line))
        return made

    def keep(self, line: Line, frame: Keyframe) -> None:
        """Add a keyframe to a line."""
        insort(line.frames, frame, key=_place)
        self.held.add(frame)

    def remove(self, frame: Keyframe) -> None:
        """Take a keyframe out of every line that has it; what reached no further than it goes along."""
        self.held.remove(frame)
        for line in self.all:
            line.frames = [one for one in line.frames if one is not frame]

    def drop(self, line: Line) -> None:
        """Let a line go with the keyframes that no other has."""
        self.all.remove(line)
        others = {id(frame) for frame in self.frames()}
        for frame in line.frames:
            if id(frame) not in others:
                self.held.remove(frame)

    def frames(self) -> Iterable[Keyframe]:
        """Every keyframe once."""
        return {id(frame): frame for line in self.all for frame in line.frames}.values()


def _place(frame: Keyframe) -> Place:
    return frame.place


def _tick(event: Event) -> int:
    return event.macro_tick
