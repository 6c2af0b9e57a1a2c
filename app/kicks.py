"""Kicks of clusters: physics that undo takes back by returning to the state before them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tauscope.app.document import Content
from tauscope.app.parts.kuramoto_feed import ENGINE
from tauscope.engine.base import Command
from tauscope.engine.events import Event, EventLog
from tauscope.engine.world import World
from tauscope.widgets.amounts import plural

if TYPE_CHECKING:
    from tauscope.app.lab import Lab
    from tauscope.app.session import Origin

MOST_BYTES = 256 << 20
"""Bytes of states before kicks that are kept; beyond them the oldest are let go."""


@dataclass(slots=True)
class Before:
    """A world as it stood just before a kick.

    Parameters
    ----------
    state : mapping
        Checkpoint of the world.
    events : tuple of Event
        Every command until then.
    tick : int
        Macro tick.
    bytes : int
        Size of the arrays.
    """

    state: Mapping[str, Any]
    events: tuple[Event, ...]
    tick: int
    bytes: int

    @classmethod
    def of(cls, world: World) -> Before:
        """State of a world now; to be called where the world advances."""
        state = world.state()
        return cls(state, world.events.since(0), world.macro_tick, _bytes(state))


class Kicks:
    """Kicks clusters, each in a step of the history whose undo is a return to the state before.

    Parameters
    ----------
    lab : Lab
        Whose run is kicked.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._kept: deque[Kick] = deque()

    def kick(self, clusters: list[int], amount: float) -> None:
        """Add ``amount`` rad to all phases of clusters."""
        lab = self.lab
        if ENGINE not in lab.simulation.loop.world.engines:
            lab.notify("warning", "There is no run yet that could be kicked.")
            return
        step = Kick(self, clusters, amount)
        lab.history.push(
            lab.document.content, f"Kick {plural(len(clusters), 'cluster', 'clusters')}", put=step.put
        )

    def keep(self, kick: Kick) -> None:
        """Keep the state before a kick, as long as there is room; the newest is always kept."""
        if kick in self._kept:
            self._kept.remove(kick)
        self._kept.append(kick)
        while len(self._kept) > 1 and sum(k.bytes for k in self._kept) > MOST_BYTES:
            self._kept.popleft().before = None


class Kick:
    """Step of the history that kicks clusters, and takes that back, in turn."""

    def __init__(self, kicks: Kicks, clusters: list[int], amount: float) -> None:
        self._kicks, self._clusters, self._amount = kicks, clusters, amount
        self.before: Before | None = None
        self._origin: Origin | None = None
        self._done = False
        self._asked = False

    @property
    def bytes(self) -> int:
        """Size of the state that is kept."""
        return self.before.bytes if self.before is not None else 0

    def put(self, content: Content) -> None:
        """Kick, take it back, or kick again."""
        lab = self._kicks.lab
        lab.document.replace(content)
        self._done = not self._done
        if self._done:
            self._apply()
        else:
            self._return()

    def _apply(self) -> None:
        from tauscope.app.parts.sessions import part_of
        from tauscope.app.parts.trace import Trace

        lab, loop = self._kicks.lab, self._kicks.lab.simulation.loop
        args = {"clusters": self._clusters, "amount": self._amount}
        self._origin = part_of(lab, Trace).origin

        def work(world: World) -> Before:
            # Kept here and not where it is told, so that an undo that comes at once finds it.
            before = self.before = Before.of(world)
            event = world.apply(Command(ENGINE, "kick", args))
            loop.on_event(event)
            return before

        def told(before: Before) -> None:
            self._asked = False
            self._kicks.keep(self)
            many = plural(len(self._clusters), "cluster", "clusters")
            lab.notify(
                "info",
                f"Kicked {many} by {math.degrees(self._amount):+.0f}° at tick {before.tick:,}. "
                "A kick is physics, not the document: undo returns to the state before it.",
                key="kick",
            )

        self._asked = True
        lab.background.watch(loop.call(work), told)

    def _return(self) -> None:
        from tauscope.app.parts.sessions import part_of
        from tauscope.app.parts.trace import Trace

        lab, loop = self._kicks.lab, self._kicks.lab.simulation.loop
        if self.before is None and not self._asked:
            lab.notify(
                "warning",
                "The state before this kick was let go for newer ones, so the phases stay as they are.",
                key="kick",
            )
            return
        lab.files.continue_in_part()  # a recording never goes back in time
        part_of(lab, Trace).origin = self._origin

        def back(_world: World) -> int | None:
            before = self.before
            if before is None:  # the kick was refused
                return None
            loop.rewind(before.state, EventLog(before.events))
            return before.tick

        def told(tick: int | None) -> None:
            lab.files.resume_part()
            if tick is not None:
                lab.notify(
                    "info",
                    f"Back at tick {tick:,}, in the state before the kick; what came after it is gone.",
                    key="kick",
                )

        lab.background.watch(loop.call(back), told)


def _bytes(state: Any) -> int:
    """Bytes of all arrays of a checkpoint."""
    if isinstance(state, Mapping):
        return sum(_bytes(item) for item in state.values())
    return state.nbytes if isinstance(state, np.ndarray) else 0
