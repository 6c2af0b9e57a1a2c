"""The line about the speed: what is planted is named, it does not flicker, and a fast run has none."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from tauscope.app.recording import Recorder
from tauscope.app.slow import WINDOWS, WORDS, Measured, Pace, losses, shares
from tauscope.engine import loop_meters
from tauscope.engine.condition import Condition
from tauscope.engine.loop import Loop, Mailbox
from tauscope.engine.loop_meters import Meters
from tauscope.engine.probes import Probe
from tauscope.engine.sampler import Sampler
from tauscope.engine.world import World

WINDOW = 0.1


@pytest.fixture(autouse=True)
def _short_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_meters, "WINDOW_SECONDS", WINDOW)


def busy(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class SlowSampler(Sampler):
    def sample(self, world: World) -> None:
        busy(0.0005)
        super().sample(world)


class SlowCondition(Condition):
    def sample(self, world: World) -> None:
        busy(0.0005)
        super().sample(world)


class SlowRecorder(Recorder):
    """Sleeps as one whose queue is full does."""

    def __init__(self) -> None:
        pass

    def next_due(self, macro_tick: int) -> int:
        return macro_tick + 1

    def sample(self, world: World) -> None:
        time.sleep(0.0005)


class Other:
    """A tracker that nobody knows."""

    def next_due(self, macro_tick: int) -> int:
        return macro_tick + 1

    def sample(self, world: World) -> None:
        busy(0.0005)


def make_loop(nx: int = 48) -> Loop:
    found = Loop(World.single("gravity", {"nx": nx, "ny": nx}), Mailbox())
    found.world.advance(1)
    return found


def line_after(loop: Loop, seconds: float = 8 * WINDOW, drawing: float = 0.0, others: bool = False) -> str:
    """What is said after a run of the loop on this thread; ``others`` counts what other threads took."""
    pace, last = Pace(), loop.meters
    if not loop.running:
        loop._start(None)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        loop.turn()
        if loop.meters is not last:
            last = loop.meters
            seen = last if others else replace(last, waiting_share=0.0)
            pace.see(Measured(seen, drawing, 0.0, loop.speed, loop.running))
    return pace.line.text


def planted(loop: Loop, what: str) -> Any:
    world = loop.world
    if what == "probes":
        sampler = SlowSampler([Probe("p1", "point", "f", 3, 3)])
        sampler.start(world)
        return sampler
    if what == "condition":
        return SlowCondition("tick < 0", (), 1, loop.hold)
    return SlowRecorder() if what == "recording" else Other()


@pytest.mark.parametrize("what", ["probes", "condition", "recording", "trackers"])
def test_a_planted_slow_tracker_is_named_and_the_line_goes_with_it(what: str) -> None:
    loop = make_loop()
    loop._start(None)
    tracker = planted(loop, what)
    loop.trackers.append(tracker)
    assert line_after(loop) == f"Slow because {WORDS[what]}"
    loop.trackers.remove(tracker)
    end = time.perf_counter() + 2 * WINDOW
    while time.perf_counter() < end:
        loop.turn()
    assert what not in losses(Measured(loop.meters))


def test_single_ticks_cost_the_engine_more_and_the_probe_that_asks_for_them_is_named() -> None:
    loop = make_loop()
    line_after(loop, 3 * WINDOW)
    assert loop.meters.alone > 0
    assert not loop.meters.broken_up
    sampler = Sampler([Probe("p1", "point", "f_live", 3, 3)])
    sampler.start(loop.world)
    loop.trackers.append(sampler)
    assert line_after(loop) == f"Slow because {WORDS['probes']}"
    assert loop.meters.broken_up
    assert loop.meters.rate < 0.5 * loop.meters.alone


def test_frames_that_take_long_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop lets frames take a third of the time; what other programs of this machine take is left out."""
    loop = make_loop()
    frame = loop.world.frame

    def slow(*args: Any) -> Any:
        busy(0.02)
        return frame(*args)

    monkeypatch.setattr(loop.world, "frame", slow)
    monkeypatch.setattr(Mailbox, "wanted", True)
    assert line_after(loop, 20 * WINDOW) == f"Slow because {WORDS['frames']}"


def test_a_thread_that_holds_the_interpreter_is_waiting_and_drawing_explains_no_more_than_it_lasted() -> None:
    loop = make_loop(8)
    stop = threading.Event()

    def hog() -> None:
        while not stop.is_set():
            busy(0.002)

    thread = threading.Thread(target=hog)
    thread.start()
    try:
        said = line_after(loop, 14 * WINDOW, drawing=0.9, others=True)
        meters = loop.meters
    finally:
        stop.set()
        thread.join()
    assert said == f"Slow because {WORDS['drawing']}"
    assert meters.waiting_share > 0.3
    found = losses(Measured(meters, drawing=0.1))
    assert found["drawing"] == pytest.approx(0.1)
    assert found["processor"] == pytest.approx(meters.waiting_share - 0.1)


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
