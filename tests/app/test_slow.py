"""The line about the speed: what is planted is named, it does not flicker, and a fast run has none."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from tauscope.app.recording import Recorder
from tauscope.app.slow import WINDOWS, WORDS, Measured, Pace, losses, shares
from tauscope.engine.condition import Condition
from tauscope.engine.loop import Loop
from tauscope.engine.loop_meters import Meters
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.probes import Probe
from tauscope.engine.sampler import Sampler
from tauscope.engine.world import World
from tests.support.clock import Clock, clocked

SAMPLING = 5e-4
"""Seconds that a planted tracker takes for a sample; a tick takes 0.1 ms."""


class SlowSampler(Sampler):
    clock: Clock

    def sample(self, world: World) -> None:
        self.clock.work(SAMPLING)
        super().sample(world)


class SlowCondition(Condition):
    clock: Clock

    def sample(self, world: World) -> None:
        self.clock.work(SAMPLING)
        super().sample(world)


class SlowRecorder(Recorder):
    """Sleeps as one whose queue is full does."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def next_due(self, macro_tick: int) -> int:
        return macro_tick + 1

    def sample(self, world: World) -> None:
        self.clock.sleep(SAMPLING)


class Other:
    """A tracker that nobody knows."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def next_due(self, macro_tick: int) -> int:
        return macro_tick + 1

    def sample(self, world: World) -> None:
        self.clock.work(SAMPLING)


def make_loop() -> Loop:
    found = Loop(World.single("gravity", {"nx": 8, "ny": 8}), Mailbox())
    found.world.advance(1)
    return found


def line_after(loop: Loop, windows: int, drawing: float = 0.0) -> str:
    """What is said after so many windows of the meters, turned on this thread."""
    pace, last = Pace(), loop.meters
    if not loop.running:
        loop._start(None)
    while windows:
        loop.turn()
        if loop.meters is not last:
            last = loop.meters
            pace.see(Measured(last, drawing, 0.0, loop.speed, loop.running))
            windows -= 1
    return pace.line.text


def planted(loop: Loop, clock: Clock, what: str) -> Any:
    if what == "recording":
        return SlowRecorder(clock)
    if what == "trackers":
        return Other(clock)
    tracker: SlowSampler | SlowCondition
    if what == "probes":
        tracker = SlowSampler([Probe("p1", "point", "f", 3, 3)])
        tracker.start(loop.world)
    else:
        tracker = SlowCondition("tick < 0", (), 1, loop.hold)
    tracker.clock = clock
    return tracker


@pytest.mark.parametrize("what", ["probes", "condition", "recording", "trackers"])
def test_a_planted_slow_tracker_is_named_and_the_line_goes_with_it(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = make_loop()
    clock = clocked(loop, monkeypatch)
    assert line_after(loop, WINDOWS) == ""
    tracker = planted(loop, clock, what)
    loop.trackers.append(tracker)
    assert line_after(loop, WINDOWS + 1) == f"Slow because {WORDS[what]}"
    assert loop.meters.waiting_share == pytest.approx(0.0, abs=1e-6), "a tracker that sleeps is no waiting"
    loop.trackers.remove(tracker)
    assert line_after(loop, WINDOWS + 1) == ""
    assert what not in losses(Measured(loop.meters))


def test_single_ticks_cost_the_engine_more_and_the_probe_that_asks_for_them_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A call of the engine costs as much as three ticks here, and the sample itself next to nothing."""
    loop = make_loop()
    clocked(loop, monkeypatch, call=3e-4)
    assert line_after(loop, WINDOWS) == ""
    assert loop.meters.alone > 0
    assert not loop.meters.broken_up
    sampler = Sampler([Probe("p1", "point", "f_live", 3, 3)])
    sampler.start(loop.world)
    loop.trackers.append(sampler)
    assert line_after(loop, WINDOWS + 1) == f"Slow because {WORDS['probes']}"
    assert loop.meters.broken_up
    assert loop.meters.tracker_share < 0.1
    assert loop.meters.rate < 0.5 * loop.meters.alone


def test_frames_that_take_long_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop lets frames take a third of the time; it comes close to that where its turns are short."""
    loop = make_loop()
    loop.budget = 0.001
    clock = clocked(loop, monkeypatch)
    frame = loop.world.frame

    def slow(*args: Any) -> Any:
        clock.work(0.01)
        return frame(*args)

    monkeypatch.setattr(loop.world, "frame", slow)
    monkeypatch.setattr(Mailbox, "wanted", True)
    assert line_after(loop, 2 * WINDOWS) == f"Slow because {WORDS['frames']}"


def test_a_thread_that_is_not_let_run_waits_and_drawing_explains_no_more_than_it_lasted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = make_loop()
    clocked(loop, monkeypatch, waiting=1e-4)
    assert line_after(loop, WINDOWS + 1, drawing=0.9) == f"Slow because {WORDS['drawing']}"
    meters = loop.meters
    assert meters.waiting_share == pytest.approx(0.5, abs=0.02)
    found = losses(Measured(meters, drawing=0.1))
    assert found["drawing"] == pytest.approx(0.1)
    assert found["processor"] == pytest.approx(meters.waiting_share - 0.1)
    assert line_after(loop, WINDOWS, drawing=0.1) == f"Slow because {WORDS['processor']}"


@pytest.mark.slow
def test_a_thread_that_holds_the_interpreter_is_seen_as_waiting() -> None:
    """By the clocks of this machine, whose load can only add to the waiting."""
    loop = make_loop()
    stop = threading.Event()

    def hog() -> None:
        while not stop.is_set():
            pass

    thread = threading.Thread(target=hog)
    thread.start()
    try:
        assert line_after(loop, 2 * WINDOWS, drawing=0.9) == f"Slow because {WORDS['drawing']}"
    finally:
        stop.set()
        thread.join()
    assert loop.meters.waiting_share > 0.3


def test_a_speed_that_is_reached_is_held_and_not_slow() -> None:
    loop = make_loop()
    loop.speed = 40.0
    pace = Pace()
    for k in range(WINDOWS):
        said = pace.see(Measured(Meters(rate=40 - k, step_share=0.01), speed=40.0))
        assert (said.text == "") == (k < WINDOWS - 1)
    assert pace.line.text == "Held at 40 ticks/s"
    assert pace.see(Measured(Meters(), speed=40.0, running=False)).text == ""


SLOW = Meters(rate=100, step_share=0.3, trackers={Sampler: 0.6}, tracker_share=0.6)
FAST = Meters(rate=900, step_share=0.95, frame_share=0.02)


def said(pace: Pace, *windows: Meters) -> list[str]:
    return [pace.see(Measured(replace(meters))).text for meters in windows]


def test_the_line_does_not_flicker() -> None:
    pace, line = Pace(), f"Slow because {WORDS['probes']}"
    assert said(pace, *[SLOW, FAST] * 6) == [""] * 12
    assert said(pace, *[SLOW] * WINDOWS) == [""] * (WINDOWS - 1) + [line]
    assert said(pace, *[FAST, SLOW] * 6) == [line] * 12
    close = replace(SLOW, trackers={Sampler: 0.3, Condition: 0.36})
    assert said(pace, *[close] * 6) == [line] * 6
    ahead = replace(SLOW, trackers={Sampler: 0.2, Condition: 0.5})
    assert said(pace, *[ahead] * WINDOWS)[-1] == f"Slow because {WORDS['condition']}"
    assert said(pace, *[FAST] * WINDOWS)[-1] == ""


def test_the_same_window_counts_once() -> None:
    pace = Pace()
    assert [pace.see(Measured(SLOW)).text for _ in range(9)] == [""] * 9


def test_many_small_losses_name_nobody() -> None:
    small = Meters(rate=9, step_share=0.5, trackers={Sampler: 0.14, Condition: 0.14, Recorder: 0.14})
    assert said(Pace(), *[small] * 5) == [""] * 5


def test_the_tooltip_has_the_shares() -> None:
    pace = Pace()
    said(pace, *[SLOW] * WINDOWS)
    for part in ("stepping 30 %", "probes 60 %", "Drawing takes 0 %"):
        assert part in pace.line.hint


def test_a_run_that_is_kept_waiting_does_not_blame_its_probes() -> None:
    """Shares measured on a machine of two cores with a load of nine, one point probe."""
    meters = Meters(
        rate=976.0,
        step_share=0.807,
        frame_share=0.003,
        tracker_share=0.13,
        trackers={Sampler: 0.13},
        waiting_share=0.827,
        alone=28723.0,
        broken_up=True,
    )
    found = shares(Measured(meters, drawing=0.16))
    assert sum(found.values()) <= 1.0
    assert max(found, key=lambda name: found[name]) == "processor"
    assert said(Pace(), *[meters] * WINDOWS)[-1] == f"Slow because {WORDS['processor']}"


def test_compiling_is_told_from_stepping() -> None:
    pace = Pace()
    lines = [pace.see(Measured(replace(FAST), compiling=0.8)).text for _ in range(WINDOWS)]
    assert lines[-1] == f"Slow because {WORDS['compiling']}"
