"""The loop makes exactly the steps it is asked for, whatever displays, commands and trackers do."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from tauscope.engine.base import Command, Frame, FrameRequest
from tauscope.engine.errors import BadInput
from tauscope.engine.events import Event
from tauscope.engine.loop import Loop
from tauscope.engine.loop_meters import Meters
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.world import World
from tests.support.clock import Clock
from tests.support.looping import Every, Running, digest, result

# -- exactly so many steps ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ticks", [1, 137, 2001])
def test_step_makes_exactly_so_many(start: Callable[..., Running], ticks: int) -> None:
    running = start()
    for round_number in (1, 2):
        running.loop.step(ticks)
        assert running.wait() == round_number * ticks
        assert running.loop.world.macro_tick == round_number * ticks
        assert not running.loop.running


def test_step_counts_from_where_a_running_world_stands(start: Callable[..., Running]) -> None:
    running = start()
    running.loop.play()
    running.wait_until(lambda: running.loop.world.macro_tick > 100)
    running.loop.pause()
    here = running.wait()
    running.loop.step(137)
    assert running.wait() == here + 137


def test_steps_that_follow_each_other_quickly_are_all_done(loop: Loop) -> None:
    for _ in range(3):
        loop.step(7)
    for _ in range(50):
        loop.turn()
    assert loop.world.macro_tick == 21 and not loop.running
    loop.run_to(1000)
    loop.step(1)
    for _ in range(50):
        loop.turn()
    assert loop.world.macro_tick == 22, "a step ends a run to a tick"


@pytest.mark.parametrize("ticks", [0, -1])
def test_no_step_backwards(loop: Loop, ticks: int) -> None:
    with pytest.raises(BadInput, match="Cannot step"):
        loop.step(ticks)


def test_run_to_reaches_its_tick_and_refuses_the_past(start: Callable[..., Running]) -> None:
    running = start()
    running.loop.run_to(1234)
    assert running.wait() == 1234
    with pytest.raises(BadInput) as caught:
        result(running.loop.run_to(1234))
    assert caught.value.allowed == "more than 1234"


def test_speed_follows_the_wall_clock(loop: Loop, clock: Clock) -> None:
    loop.speed = 400.0
    loop.turn()
    clock.sleep(5.0)  # time before the start is not owed
    loop.play()
    started = clock.now
    while clock.now - started < 1.0:
        clock.sleep(loop.turn())
        ahead = loop.world.macro_tick - 400.0 * (clock.now - started)
        assert -8.0 <= ahead <= 1.0  # a turn comes 4 ms after the last, and does what is owed till then
    assert 396 <= loop.world.macro_tick <= 401


def test_a_slow_machine_owes_at_most_a_second(loop: Loop, clock: Clock) -> None:
    loop.speed = 50.0
    loop.play()
    loop.turn()
    before = loop.world.macro_tick
    clock.sleep(60.0)  # as if the machine had slept for a minute
    started = clock.now
    while clock.now - started < 0.1:
        loop.turn()
    assert 50 <= loop.world.macro_tick - before <= 51 + 50.0 * (clock.now - started)


# -- display -----------------------------------------------------------------------------------------------


MOVING = {"nx": 48, "ny": 40, "sources": [{"kind": "gaussian", "x": 20, "y": 20, "strength": 0.01}]}


@pytest.mark.parametrize("interval", [1.0, 1 / 30, 1 / 60])
@pytest.mark.parametrize(
    ("engine", "config", "fields"), [("toy", {}, "u slope"), ("gravity", MOVING, "f_live tau phi")]
)
def test_physics_does_not_depend_on_the_display(
    start: Callable[..., Running], engine: str, config: dict[str, Any], fields: str, interval: float
) -> None:
    headless = World.single(engine, config, seed=5)
    headless.advance(10_000)
    running = start(config, engine=engine)
    running.loop.display_interval = interval
    running.loop.subscribe("view", [FrameRequest(name, engine) for name in fields.split()])
    shown: list[Frame | None] = []

    def look() -> bool:
        shown.append(running.loop.mailbox.take())
        return any(shown)

    running.loop.run_to(9_000)
    while not running.halted.wait(min(interval / 4, 0.005)):
        look()
    running.wait_until(look)  # its stop owes a frame, however fast the machine is
    running.halted.clear()
    running.loop.run_to(10_000)
    assert running.wait() == 10_000
    assert digest(running.loop.world) == digest(headless)


def test_a_frame_that_nobody_takes_is_not_made_again(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Frame] = []
    real = loop.world.frame

    def counted(*args: Any) -> Frame:
        made.append(real(*args))
        return made[-1]

    monkeypatch.setattr(loop.world, "frame", counted)
    loop.display_interval = 0.0
    loop.play()
    for _ in range(20):
        loop.turn()
    assert len(made) == 1
    assert loop.mailbox.take() is made[0]
    loop.turn()
    assert len(made) == 2


def test_the_newest_frame_replaces_one_that_was_not_taken(loop: Loop) -> None:
    first, second = loop.world.frame([]), loop.world.frame([])
    loop.mailbox.put(first)
    loop.mailbox.put(second)
    assert not loop.mailbox.wanted
    assert loop.mailbox.take() is second
    assert loop.mailbox.take() is None


@pytest.mark.parametrize(("cost", "most"), [(0.05, 1), (0.0, 10)])
def test_dear_scalars_are_left_out_of_most_frames_of_a_run(
    loop: Loop, clock: Clock, monkeypatch: pytest.MonkeyPatch, cost: float, most: int
) -> None:
    """Sums that take 50 ms are made once a second; cheap ones with every frame; at a pause both are there."""
    real, made = loop.world.scalars, []

    def slow() -> Any:
        clock.work(cost)
        made.append(loop.world.macro_tick)
        return real()

    monkeypatch.setattr(loop.world, "scalars", slow)
    loop.play()
    frames = []
    for _ in range(13):
        clock.sleep(0.05)
        loop.turn()
        frame = loop.mailbox.take()
        assert frame is not None
        frames.append(frame)
    # The first two tell what it costs: one alone may have waited for something.
    assert sum(bool(frame.scalars) for frame in frames[2:12]) <= most
    assert len(made) == sum(bool(frame.scalars) for frame in frames)
    assert all(set(frame.scalars) in (set(), set(loop.world.engines)) for frame in frames)
    assert [frame.ticks for frame in frames] == sorted(
        (f.ticks for f in frames), key=lambda of: [*of.values()]
    )
    if not cost:
        assert all(frame.scalars for frame in frames)
    loop.pause()
    clock.sleep(0.05)
    loop.turn()
    last = loop.mailbox.take()
    assert last is not None and not last.running
    assert last.scalars == real()


def test_dear_scalars_do_not_keep_pictures_back(
    loop: Loop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = loop.world.scalars

    def slow() -> Any:
        clock.work(0.2)
        return real()

    monkeypatch.setattr(loop.world, "scalars", slow)
    loop.play()
    for _ in range(2):
        clock.sleep(0.05)
        loop.turn()
        assert loop.mailbox.take() is not None


def test_frames_hold_what_subscribers_want(start: Callable[..., Running]) -> None:
    running = start()
    u, slope = FrameRequest("u", "toy"), FrameRequest("slope", "toy")

    def newest(wanted: set[FrameRequest]) -> bool:
        frame = running.loop.mailbox.take()
        return frame is not None and set(frame.arrays) == wanted

    running.loop.subscribe("a", [u])
    running.loop.subscribe("b", [u, slope])
    running.wait_until(lambda: newest({u, slope}))
    running.loop.subscribe("b", [])
    running.wait_until(lambda: newest({u}))


def test_a_wish_that_comes_while_a_frame_is_made_is_not_lost(
    loop: Loop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    u, slope = FrameRequest("u", "toy"), FrameRequest("slope", "toy")
    make = loop.world.frame

    def slow(*args: Any) -> Frame:
        loop.subscribe("b", [slope])
        monkeypatch.setattr(loop.world, "frame", make)
        return make(*args)

    monkeypatch.setattr(loop.world, "frame", slow)
    loop.subscribe("a", [u])
    seen = []
    for _ in range(2):
        loop.turn()
        frame = loop.mailbox.take()
        assert frame is not None
        seen.append(set(frame.arrays))
        clock.sleep(1.0)
    assert seen == [{u}, {u, slope}]


def test_a_paused_world_shows_a_change(start: Callable[..., Running]) -> None:
    running = start()
    running.loop.subscribe("a", [FrameRequest("u", "toy")])
    running.wait_until(lambda: running.loop.mailbox.take() is not None)
    result(running.loop.submit(Command("toy", "add_spot", {"x": 2, "y": 3, "amount": 50.0})))
    frames: list[Frame] = []

    def arrived() -> bool:
        frame = running.loop.mailbox.take()
        frames.extend([frame] if frame is not None else [])
        return any(f.arrays[FrameRequest("u", "toy")][3, 2] >= 50.0 for f in frames)

    running.wait_until(arrived)
    assert running.loop.world.macro_tick == 0


# -- commands ----------------------------------------------------------------------------------------------


def test_a_drag_is_coalesced_and_every_value_used_is_in_the_log(loop: Loop) -> None:
    """1,200 values of one slider: at most one change a turn, none left over, and the log replays."""
    sent = 1200
    values = np.linspace(0.05, 1.2, sent)
    done = threading.Event()

    def drag() -> None:
        for index, value in enumerate(values):
            command = Command("toy", "set", {"path": "D", "value": float(value)}, coalesce="set:D")
            futures.append(loop.submit(command))
            if index % 8 == 0:
                time.sleep(0.002)
        done.set()

    futures: list[Future[Event | None]] = []
    loop.play()
    dragging = threading.Thread(target=drag)
    dragging.start()
    turns, changes, before = 0, [], 0
    while not done.is_set():
        loop.turn()
        turns += 1
        changes.append(len(loop.world.events) - before)
        before = len(loop.world.events)
    dragging.join()
    loop.turn()
    assert loop.world.engine("toy").config.dump()["D"] == values[-1]
    assert max(changes) == 1
    assert turns > 20
    assert len(loop.world.events) <= turns + 1
    loop.turn()
    assert all(future.done() for future in futures)
    assert sum(future.result() is not None for future in futures) == len(loop.world.events)

    replayed = World.single("toy", {}, seed=5)
    for event in loop.world.events.since(0):
        replayed.advance(event.macro_tick - replayed.macro_tick)
        replayed.apply(event.command)
    replayed.advance(loop.world.macro_tick - replayed.macro_tick)
    assert digest(replayed) == digest(loop.world)


def test_commands_of_different_keys_and_of_none_are_all_applied_in_order(loop: Loop) -> None:
    for index in range(3):
        loop.submit(Command("toy", "set", {"path": "D", "value": 0.1 + index}, coalesce="set:D"))
        loop.submit(Command("toy", "set", {"path": "dt", "value": 0.01 + index}, coalesce="set:dt"))
        loop.submit(Command("toy", "add_spot", {"x": index, "y": 0}))
    loop.turn()
    names = [(e.command.name, e.command.args.get("path")) for e in loop.world.events.since(0)]
    assert names == [("add_spot", None), ("add_spot", None), ("set", "D"), ("set", "dt"), ("add_spot", None)]
    assert [e.command.args["x"] for e in loop.world.events.since(0) if e.command.name == "add_spot"] == [
        0,
        1,
        2,
    ]


def test_futures_hold_the_event_the_refusal_or_nothing(loop: Loop) -> None:
    older = loop.submit(Command("toy", "set", {"path": "D", "value": 0.3}, coalesce="D"))
    newer = loop.submit(Command("toy", "set", {"path": "D", "value": 0.4}, coalesce="D"))
    wrong = loop.submit(Command("toy", "set", {"path": "D", "value": -4.0}))
    dropped = loop.submit(Command("toy", "add_spot", {"x": 1, "y": 1}))
    assert dropped.cancel()
    loop.turn()
    event = newer.result(0)
    assert older.result(0) is None
    assert event is not None
    assert event.command.args["value"] == 0.4
    with pytest.raises(BadInput, match="D = -4"):
        wrong.result(0)
    assert loop.world.engine("toy").scalars()["spots"] == 0


def test_a_call_runs_between_ticks_on_the_simulation_thread(start: Callable[..., Running]) -> None:
    running = start()
    running.loop.play()
    ident, engine_tick, macro_tick = result(
        running.loop.call(lambda world: (threading.get_ident(), world.engine("toy").tick, world.macro_tick))
    )
    assert ident == running._thread.ident
    assert engine_tick == macro_tick


def test_what_was_asked_last_is_known_before_it_is_done(loop: Loop) -> None:
    """Whoever acts on a pause at once must not be told that it still runs; only this test turns the loop."""
    assert not loop.will_run
    loop.play()
    assert loop.will_run and not loop.running
    loop.turn()
    assert loop.will_run and loop.running
    loop.pause()
    assert not loop.will_run and loop.running
    loop.step(3)
    assert not loop.will_run, "a step ends by itself"
    loop.pause()
    loop.turn()
    assert not loop.will_run and not loop.running
    loop.play()
    refused = loop.run_to(0)
    loop.pause()
    loop.turn()
    assert isinstance(refused.exception(0), BadInput)
    assert not loop.will_run


def test_what_waits_at_the_end_is_still_done(toy: str) -> None:
    loop, ended = Loop(World.single(toy, {}), Mailbox()), threading.Event()
    late = loop.submit(Command("toy", "add_spot", {"x": 1, "y": 1}))
    ended.set()
    loop.run(ended)
    assert late.result(0) is not None


def test_replacing_the_world_pauses_and_starts_a_generation(start: Callable[..., Running]) -> None:
    running = start()
    running.loop.play()
    running.wait_until(lambda: running.loop.world.macro_tick > 10)
    generation = running.loop.world.generation
    other = World.single("toy", {"nx": 6, "ny": 4}, seed=9)
    result(running.loop.replace(other))
    assert running.loop.world is other
    assert (other.macro_tick, other.generation, running.loop.running) == (0, generation + 1, False)
    with pytest.raises(BadInput, match="no good state"):
        result(running.loop.go_back())


# -- trackers ----------------------------------------------------------------------------------------------


def test_trackers_sample_at_exactly_their_ticks(start: Callable[..., Running]) -> None:
    running = start()
    seven, ten = Every(7), Every(10)
    running.loop.trackers += [seven, ten]
    running.loop.step(1000)
    running.wait()
    assert seven.ticks == list(range(7, 1001, 7))
    assert ten.ticks == list(range(10, 1001, 10))
    reference = World.single("toy", {}, seed=5)
    for tick, seen in zip(ten.ticks, ten.hashes, strict=True):
        reference.advance(tick - reference.macro_tick)
        assert digest(reference)["u"] == seen


# -- meters ------------------------------------------------------------------------------------------------


def test_meters_agree_with_an_outside_clock(loop: Loop, clock: Clock) -> None:
    loop.play()
    readings: list[tuple[float, int, Meters]] = []
    last = loop.meters
    while len(readings) < 4:
        loop.turn()
        if loop.meters is not last:
            last = loop.meters
            readings.append((clock.now, loop.world.macro_tick, last))
    for (before, tick_before, _), (after, tick_after, meters) in itertools.pairwise(readings):
        # The clock goes on by some 10 us between the meters' look at it and this one.
        assert meters.rate == pytest.approx((tick_after - tick_before) / (after - before), rel=1e-3)
        assert 0.0 < meters.step_share <= 1.0
        assert meters.step_share + meters.frame_share + meters.tracker_share <= 1.0


def test_meters_count_frames_and_waiting_commands(loop: Loop, clock: Clock) -> None:
    loop.display_interval = 0.05
    loop.play()
    started, taken, last, rates = clock.now, 0, loop.meters, []
    while clock.now - started < 2.3:
        loop.turn()
        taken += loop.mailbox.take() is not None
        if loop.meters is not last:
            last = loop.meters
            rates.append(last.frames)
    assert len(rates) == 4
    # A frame waits for the end of a turn of 8 ms, and a window of half a second has one more or less.
    assert all(17.0 <= rate <= 22.0 for rate in rates)
    assert 40 <= taken <= 47
    assert loop.meters.queue == 0
