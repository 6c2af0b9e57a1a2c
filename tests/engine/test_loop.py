"""The loop makes exactly the steps it is asked for, whatever displays, commands and trackers do."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from tauscope.engine.base import BlowUp, Command, Frame, FrameRequest, hash_state
from tauscope.engine.errors import BadInput
from tauscope.engine.events import Event
from tauscope.engine.loop import Loop, Mailbox
from tauscope.engine.loop_meters import Meters
from tauscope.engine.world import World
from tests.support.clock import Clock, clocked

PATIENCE = 60.0


class Running:
    """A loop on a thread of its own, with everything it reported."""

    def __init__(self, world: World) -> None:
        self.loop = Loop(world, Mailbox())
        self.stopped: list[int] = []
        self.errors: list[BaseException] = []
        self.events: list[Event] = []
        self.halted = threading.Event()
        self.loop.on_stopped = self._on_stopped
        self.loop.on_error = self.errors.append
        self.loop.on_event = self.events.append
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.loop.run, args=(self._stop,))
        self._thread.start()

    def _on_stopped(self, tick: int) -> None:
        self.stopped.append(tick)
        self.halted.set()

    def wait(self) -> int:
        """Tick at which it paused."""
        assert self.halted.wait(PATIENCE)
        self.halted.clear()
        return self.stopped[-1]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.001)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture
def start(toy: str) -> Iterator[Callable[..., Running]]:
    """Makes running loops of the toy engine and ends them."""
    made: list[Running] = []

    def make(config: dict[str, Any] | None = None, *, engine: str = toy) -> Running:
        made.append(Running(World.single(engine, config or {}, seed=5)))
        return made[-1]

    yield make
    for running in made:
        running.close()


@pytest.fixture
def loop(toy: str) -> Loop:
    """Loop that the test itself turns."""
    return Loop(World.single(toy, {}, seed=5), Mailbox())


@pytest.fixture
def clock(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Clock of `loop`, from its beginning on; every tick takes 0.1 ms by it."""
    return clocked(loop, monkeypatch)


def result(future: Future[Any]) -> Any:
    return future.result(PATIENCE)


def digest(world: World) -> dict[str, str]:
    return hash_state(next(iter(world.engines.values())).state())


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


class Every:
    """Tracker that notes the ticks and the field it saw."""

    def __init__(self, interval: int) -> None:
        self.interval = interval
        self.ticks: list[int] = []
        self.hashes: list[str] = []

    def next_due(self, macro_tick: int) -> int | None:
        return (macro_tick // self.interval + 1) * self.interval

    def sample(self, world: World) -> None:
        self.ticks.append(world.macro_tick)
        self.hashes.append(digest(world)["u"])


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


# -- trouble -----------------------------------------------------------------------------------------------


def test_an_exception_of_an_engine_is_reported_and_the_loop_lives(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start()
    engine = running.loop.world.engine("toy")

    def fail(_ticks: int) -> None:
        raise RuntimeError("a kernel broke")

    with monkeypatch.context() as patched:
        patched.setattr(engine, "advance", fail)
        running.loop.step(5)
        assert running.wait() == 0
        running.wait_until(lambda: bool(running.errors))
    assert [str(error) for error in running.errors] == ["a kernel broke"]
    assert not running.loop.running
    running.loop.step(5)
    assert running.wait() == 5
    assert len(running.errors) == 1


def test_an_exception_of_a_tracker_is_reported_and_the_loop_lives(start: Callable[..., Running]) -> None:
    class Broken(Every):
        def sample(self, world: World) -> None:
            raise OSError("the disk is full")

    running = start()
    broken = Broken(4)
    running.loop.trackers.append(broken)
    running.loop.step(10)
    running.wait_until(lambda: bool(running.errors))
    assert not running.loop.running
    running.loop.trackers.remove(broken)
    running.loop.run_to(20)
    running.wait_until(lambda: running.loop.world.macro_tick == 20)


@pytest.mark.parametrize("budget", [1e-9, 0.008])
def test_dt_at_three_times_the_limit_pauses_within_one_chunk(toy: str, budget: float) -> None:
    """The limit of explicit diffusion is dt · D = 1/4; with a budget of nothing a chunk is one step."""
    loop = Loop(World.single(toy, {"D": 0.5, "dt": 0.4}, seed=5), Mailbox(), budget=budget)
    found: list[BlowUp] = []
    loop.on_blow_up = found.append
    loop.play()
    chunks, here = [], 0
    for _ in range(30):
        loop.turn()
        chunks.append(loop.world.macro_tick - here)
        here = loop.world.macro_tick
    event = loop.submit(Command(toy, "set", {"path": "dt", "value": 3 * 0.5}))
    for _ in range(3):
        loop.turn()
    assert found == [loop.blow_up]
    assert not loop.running
    applied = event.result(0)
    assert applied is not None
    k = 1 if budget < 1e-6 else 4 * max(chunks)
    assert 1 <= found[0].tick - applied.engine_tick <= k
    sentence = found[0].sentence()
    for word in ("u is", "cell (", f"tick {found[0].tick}", "time ", "dt · D ≤ 0.25"):
        assert word in sentence


def test_go_back_returns_to_a_finite_state_and_runs_on(toy: str) -> None:
    loop = Loop(World.single(toy, {"D": 0.5, "dt": 0.4}, seed=5), Mailbox())
    loop.play()
    for _ in range(5):
        loop.turn()
    loop._last_good = 0.0  # the next turn keeps a checkpoint
    loop.turn()
    kept = loop.world.macro_tick
    loop.world.apply(Command(toy, "add_spot", {"x": 1, "y": 1}))  # what comes after the checkpoint is undone
    engine = loop.world.engine(toy)
    broken = engine.field("u")
    broken[2, 3] = np.nan
    engine._u = broken  # type: ignore[attr-defined]
    loop._last_good = 0.0  # a checkpoint is due, but not of this
    loop.turn()
    assert loop.blow_up is not None
    assert loop.blow_up.field == "u"
    assert not np.isfinite(engine.field("u")).all()
    frames = loop.mailbox.take()
    assert frames is None or frames.macro_tick <= kept
    back = loop.go_back()
    loop.turn()
    assert back.result(0) == kept
    assert len(loop.world.events) == 0
    assert np.isfinite(engine.field("u")).all()
    assert loop.blow_up is None
    reference = World.single(toy, {"D": 0.5, "dt": 0.4}, seed=5)
    reference.advance(kept)
    assert digest(reference) == digest(loop.world)
    loop.submit(Command(toy, "set", {"path": "dt", "value": 0.2}))
    loop.step(50)
    for _ in range(60):
        loop.turn()
    assert loop.world.macro_tick == kept + 50
    assert loop.blow_up is None


def test_a_start_that_is_already_broken_is_never_kept_as_good(toy: str) -> None:
    loop = Loop(World.single(toy, {}, seed=5), Mailbox())
    engine = loop.world.engine(toy)
    engine._u = np.full_like(engine.field("u"), np.inf)  # type: ignore[attr-defined]
    loop.play()
    loop.turn()
    assert loop.blow_up is not None
    back = loop.go_back()
    loop.turn()
    with pytest.raises(BadInput, match="no good state"):
        back.result(0)


def test_a_run_that_broke_does_not_go_on(toy: str) -> None:
    loop = Loop(World.single(toy, {"D": 0.5, "dt": 1.5}, seed=5), Mailbox())
    loop.play()
    loop.turn()
    assert loop.blow_up is not None
    stopped_at = loop.world.macro_tick
    refusals = [loop.play(), loop.step(3), loop.run_to(stopped_at + 3)]
    for _ in range(3):
        loop.turn()
    assert loop.world.macro_tick == stopped_at
    assert not loop.running
    for refusal in refusals:
        with pytest.raises(BadInput, match="Go back to the last good state"):
            refusal.result(0)


def test_subscribers_on_many_threads_do_not_lose_one_another(loop: Loop) -> None:
    """Each keeps what it asked for last, however the threads take turns."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def subscribe(key: str) -> None:
        for count in range(300):
            loop.subscribe(key, [FrameRequest("u", "toy")] * (count % 3 + 1))

    threads = [threading.Thread(target=subscribe, args=(f"view {k}",)) for k in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert {key: len(wanted) for key, wanted in loop._requests.items()} == {f"view {k}": 3 for k in range(4)}


def test_a_look_is_served_before_commands_and_makes_no_frame() -> None:
    loop = Loop(World({}), Mailbox())
    order: list[str] = []
    first = loop.call(lambda _world: order.append("call"))
    second = loop.look(lambda world: (order.append("look"), world))  # type: ignore[func-returns-value]
    loop.turn()
    assert order == ["look", "call"]
    assert second.result()[1] is loop.world
    assert first.done()
    assert loop.mailbox.take() is not None
    nothing: list[int] = []
    failed = loop.look(lambda _world: nothing.pop())
    loop.subscribe("quiet", [], now=False)
    loop.display_interval = 0.0  # else the next frame would have to wait anyway
    loop.turn()
    assert isinstance(failed.exception(), IndexError)
    assert loop.mailbox.take() is None, "nothing was changed"
    loop.call(lambda _world: None)
    loop.turn()
    assert loop.mailbox.take() is not None
