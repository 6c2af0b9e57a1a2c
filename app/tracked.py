"""Trackers of parts: they sample while they are wanted, and are let go on the simulation thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tauscope.engine.trackers import Tracker
from tauscope.engine.world import World

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


class Starting(Tracker, Protocol):
    """Tracker that begins in a world."""

    def start(self, world: World) -> None:
        """Begin; called on the simulation thread."""


Kind = TypeVar("Kind", bound=Starting)


class Tracked(Generic[Kind]):
    """Holds the one tracker of a part.

    Parameters
    ----------
    lab : Lab
        Whose simulation samples.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.tracker: Kind | None = None
        """What samples now; None while nothing is wanted."""

    def put(self, new: Kind | None) -> None:
        """Let the present tracker go and another begin."""
        old, self.tracker = self.tracker, new
        if old is None and new is None:
            return
        loop = self._lab.simulation.loop

        def exchange(world: World) -> None:
            if old in loop.trackers:
                loop.trackers.remove(old)
            if new is not None:
                new.start(world)
                loop.trackers.append(new)

        self._lab.background.watch(loop.call(exchange))
