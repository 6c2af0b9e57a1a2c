"""Meters of the simulation loop: what its time went into, over windows of half a second."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

WINDOW_SECONDS = 0.5
"""Time over which the meters are taken."""


@dataclass(frozen=True, slots=True)
class Meters:
    """Honest meters over the last half second.

    Parameters
    ----------
    rate : float
        Macro ticks a second of wall clock.
    step_share, frame_share, tracker_share : float
        Shares of wall time spent stepping, making frames, and in trackers (0 to 1).
    frames : float
        Published frames a second.
    queue : int
        Commands that wait.
    trackers : mapping of type to float
        Shares of wall time in the trackers of each class (0 to 1).
    waiting_share : float
        Share of wall time in which the thread had work and was not let run: the interpreter or the processor
        was taken. Trackers that block are not counted here.
    alone : float
        Macro ticks a second of stepping in chunks that no tracker broke up, smoothed over some ten turns; 0
        where this world has not run so yet.
    broken_up : bool
        Whether trackers asked for samples within chunks.
    """

    rate: float = 0.0
    step_share: float = 0.0
    frame_share: float = 0.0
    tracker_share: float = 0.0
    frames: float = 0.0
    queue: int = 0
    trackers: Mapping[type, float] = field(default_factory=dict)
    waiting_share: float = 0.0
    alone: float = 0.0
    broken_up: bool = False


SCALAR_SHARE = 0.05
"""Share of the time that the scalars of frames may take while a world runs."""


class ScalarPace:
    """When frames hold scalars: always, unless their sums over large fields would slow the run down."""

    def __init__(self) -> None:
        self._last = self._next = 0.0

    def due(self, now: float) -> bool:
        """Whether a frame of a running world at ``now``, s, has them."""
        return now >= self._next

    def took(self, began: float, ended: float) -> None:
        """Scalars were worked out from ``began`` to ``ended``, s."""
        # Once is no measure: the thread may have waited for the interpreter or for compilation meanwhile.
        self._last, before = ended - began, self._last
        self._next = began + min(self._last, before) / SCALAR_SHARE


class Shares:
    """Accumulates what the meters show, over windows of `WINDOW_SECONDS`."""

    def __init__(self) -> None:
        self.alone = 0.0
        self.reset()

    def reset(self) -> None:
        """Begin a window."""
        self._since = time.perf_counter()
        self._ticks = self._frames = 0
        self._step = self._frame = self._tracked = self._waited = 0.0
        self._kinds: dict[type, float] = {}
        self._broken_up = False

    def add(self, ticks: int, spent: float, tracked: float, broken_up: bool) -> None:
        """Ticks of a turn, and the seconds of stepping and of trackers."""
        self._ticks += ticks
        self._step += spent
        self._tracked += tracked
        self._broken_up |= broken_up
        if not broken_up and ticks > 1 and spent > 0:
            measured = ticks / spent
            self.alone = measured if not self.alone else self.alone + 0.1 * (measured - self.alone)

    def tracked(self, kind: type, spent: float, blocked: float) -> None:
        """Seconds in one tracker, and how many of them it slept."""
        self._kinds[kind] = self._kinds.get(kind, 0.0) + spent
        self._waited -= blocked

    def turn(self, wall: float, worked: float) -> None:
        """Seconds of a turn with work to do, and those in which the thread ran."""
        self._waited += wall - worked

    def frame(self, spent: float) -> None:
        """Seconds of making a frame."""
        self._frames += 1
        self._frame += spent

    def meters(self, queue: int, last: Meters) -> Meters:
        """Meters of the window that ends now, or the last while it is too short."""
        window = time.perf_counter() - self._since
        if window < WINDOW_SECONDS:
            return last
        result = Meters(
            rate=self._ticks / window,
            step_share=self._step / window,
            frame_share=self._frame / window,
            tracker_share=self._tracked / window,
            frames=self._frames / window,
            queue=queue,
            trackers={kind: spent / window for kind, spent in self._kinds.items()},
            waiting_share=max(self._waited / window, 0.0),
            alone=self.alone,
            broken_up=self._broken_up,
        )
        self.reset()
        return result
