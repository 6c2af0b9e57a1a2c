"""Trackers: what samples a world at macro ticks of its own choosing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tauscope.engine.world import World


class Tracker(Protocol):
    """Something that samples the world at macro ticks of its own choosing (recorder, probe, series)."""

    def next_due(self, macro_tick: int) -> int | None:
        """First macro tick after ``macro_tick`` at which it wants to sample, or None."""

    def sample(self, world: World) -> None:
        """Take a sample; the world stands at a due macro tick."""


def unchecked(trackers: Iterable[Tracker]) -> bool:
    """Whether all of them can sample a state that was not checked, as probes do at every tick.

    A tracker says so by a true attribute ``light``; the check waits for the end of the chunk then, as it
    does without trackers. At 512 x 512 a check takes as long as a tick.
    """
    return all(getattr(tracker, "light", False) for tracker in trackers)
