"""Time for the loop that only the test moves, so that no load of the machine enters."""

from __future__ import annotations

import pytest

from tauscope.engine.loop import Loop

LOOK = 1e-5
"""Seconds of work that each look at the clock costs."""


class Clock:
    """Stands for the module `time` in the loop: wall clock and the work of the loop's thread.

    `work` moves both; `sleep`, the wall clock alone, as for a thread that sleeps or is not let run.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.worked = 0.0

    def perf_counter(self) -> float:
        self.work(LOOK)
        return self.now

    def thread_time(self) -> float:
        self.work(LOOK)
        return self.worked

    def work(self, seconds: float) -> None:
        self.now += seconds
        self.worked += seconds

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def clocked(
    loop: Loop, monkeypatch: pytest.MonkeyPatch, tick: float = 1e-4, call: float = 0.0, waiting: float = 0.0
) -> Clock:
    """Clock of ``loop`` from now on.

    Parameters
    ----------
    loop : Loop
        Has to be turned by the test's own thread.
    monkeypatch : pytest.MonkeyPatch
        Takes all back.
    tick, call : float
        Seconds of work for each tick, and besides for each call of the engine however many ticks it is of.
    waiting : float
        Seconds for each tick in which the thread has work and is not let run.
    """
    found, advance = Clock(), loop.world.advance
    for module in ("loop", "loop_meters"):
        monkeypatch.setattr(f"tauscope.engine.{module}.time", found)

    def timed(ticks: int) -> None:
        advance(ticks)
        found.work(call + tick * ticks)
        found.sleep(waiting * ticks)

    monkeypatch.setattr(loop.world, "advance", timed)
    loop._last_turn = found.now
    loop._clock.reset()
    return found
