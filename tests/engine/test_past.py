"""The past of a run: any tick of any line comes back bit for bit, whatever was kept and let go."""

from __future__ import annotations

import random
from types import SimpleNamespace

import numpy as np
import pytest

from tauscope.engine.base import Command, hash_state
from tauscope.engine.errors import BadInput
from tauscope.engine.events import EventLog
from tauscope.engine.keyframes import Holdings, Keyframe, same_bits, shared
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.past import BUDGET, Past
from tauscope.engine.setup import Setup
from tauscope.engine.world import World

SOURCES = [{"id": "s1", "kind": "gaussian", "x": 6, "y": 5, "strength": 4e-3, "width": 2}]


def made():
    """Two coupled engines, small."""
    couplings = [{"kind": "clock_rate", "source": "gravity", "target": "kuramoto"}]
    companions = {
        "kuramoto": {
            "geometry": "two_populations",
            "oscillators_per_cluster": 6,
            "clock_places": [[3, 4], [9.5, 8]],
        }
    }
    return World.of(
        Setup.of("gravity", {"nx": 16, "ny": 12, "sources": SOURCES}, companions, couplings=couplings)
    )


def hashes(world):
    return {key: hash_state(state) for key, state in world.state()["engines"].items()}


def oracle(events, tick):
    """The same run from tick 0, without any past."""
    world = made()
    for event in events:
        world.advance(event.macro_tick - world.macro_tick)
        world.apply(event.command)
    world.advance(tick - world.macro_tick)
    return hashes(world)


@pytest.fixture
def loop():
    return Loop(made(), Mailbox())


def done(loop, future):
    for _ in range(200):
        if future.done():
            return future.result()
        loop.turn()
    raise AssertionError("the loop did not do it")


def stepped(loop, ticks):
    done(loop, loop.step(ticks))
    while loop.running:
        loop.turn()
    return loop.world.macro_tick


def travelled(loop, *where, **how):
    return done(loop, loop.travel(*where, **how)).tick


def edited(loop, rng):
    if rng.random() < 0.5:
        command = Command("gravity", "set", {"path": "survival", "value": rng.uniform(0.99, 1.0)})
    else:
        x, y = rng.uniform(1, 14), rng.uniform(1, 10)
        command = Command("gravity", "add_source", {"kind": "point", "x": x, "y": y, "strength": 1e-3})
    done(loop, loop.submit(command))


def test_any_tick_comes_back_bit_for_bit_and_goes_on_as_it_did(loop):
    rng = random.Random(1)
    seen = {0: hashes(loop.world)}
    for _ in range(30):
        tick = stepped(loop, rng.randrange(1, 40))
        edited(loop, rng)
        seen[tick] = hashes(loop.world)
    for tick in rng.sample(sorted(seen), 12):
        assert travelled(loop, tick) == tick
        assert hashes(loop.world) == seen[tick]
    last = max(seen)
    done(loop, loop.travel(last))
    straight = stepped(loop, 50), hashes(loop.world)
    done(loop, loop.travel(last))
    assert (stepped(loop, 50), hashes(loop.world)) == straight
    assert loop.past.reach().lines == ((1, 0, last + 50),)


@pytest.mark.parametrize("budget", [1 << 30, 200_000])
def test_every_line_stays_within_reach_whatever_is_done_to_it(loop, budget, monkeypatch):
    """Random edits, travels, and returns as those of undone kicks; each line against a run without a past."""
    monkeypatch.setattr("tauscope.engine.past.SPACING_EVENTS", 3)
    rng, past = random.Random(3), loop.past
    past.budget = budget
    kept = []
    for _ in range(120):
        kind = rng.randrange(8)
        if kind < 3:
            stepped(loop, rng.randrange(1, 30))
        elif kind < 5:
            edited(loop, rng)
        elif kind == 5:
            kept.append((loop.world.state(), loop.world.events.since(0)))
        elif kind == 6 and kept:
            state, events = rng.choice(kept)
            done(loop, loop.call(lambda _world, s=state, e=events: loop.rewind(s, EventLog(e))))
        else:
            reach = past.reach()
            number, _begun, tip = rng.choice(reach.lines)
            done(loop, loop.travel(rng.randrange(0, tip + 1), number))
        reach = past.reach()
        assert (
            (reach.tick, len(loop.world.events))
            == past.here
            == (
                loop.world.macro_tick,
                len(loop.world.events),
            )
        )
        assert reach.first <= reach.tick <= reach.tip
    assert len(past.reach().lines) > 3
    for number, _begun, tip in past.reach().lines:
        for tick in (tip, rng.randrange(tip // 2, tip + 1)):
            came = travelled(loop, tick, number)
            first = past.reach().first
            assert came == max(tick, first)
            assert past.line == number
            assert hashes(loop.world) == oracle(loop.world.events.since(0), came)
    frames = {id(frame) for line in past._lines for frame in line.frames}
    counted = Holdings()
    for frame in past._lines.frames():
        counted.add(frame)
    assert len(frames) == len(list(past._lines.frames()))
    assert counted.bytes == past._lines.held.bytes


def test_an_edit_in_the_past_begins_a_line_and_the_old_future_stays(loop):
    rng = random.Random(2)
    stepped(loop, 200)
    future = hashes(loop.world)
    done(loop, loop.travel(80))
    edited(loop, rng)
    stepped(loop, 60)
    other = hashes(loop.world)
    reach = loop.past.reach()
    assert reach.line == 2
    assert reach.lines == ((1, 0, 200), (2, 80, 140))
    assert travelled(loop, 10_000, 1) == 200
    assert hashes(loop.world) == future
    assert travelled(loop, 10_000, 2) == 140
    assert hashes(loop.world) == other


def test_playing_on_past_a_later_edit_is_another_line(loop):
    stepped(loop, 100)
    edited(loop, random.Random(4))
    stepped(loop, 100)
    done(loop, loop.travel(60))
    stepped(loop, 100)
    reach = loop.past.reach()
    assert reach.lines == ((1, 0, 200), (2, 100, 160))
    assert hashes(loop.world) == oracle((), 160)


def test_keyframes_stay_within_the_budget_and_the_whole_past_within_reach(loop):
    past = loop.past
    one = made()
    one.advance(3)
    size = Holdings()
    size.add(Keyframe(0, 0, one.state()))
    past.budget = 12 * size.bytes
    for _ in range(40):
        stepped(loop, 20)
        past.keep(loop.world)
        assert past.reach().bytes <= past.budget
    reach = past.reach()
    assert reach.first == 0
    assert 8 <= len(reach.marks) < 41
    # Those behind are spread over all of it, and are denser near the end.
    gaps = np.diff((*reach.marks, reach.tip))
    assert gaps[0] >= gaps[-2]
    for tick in (0, 333, 701, 800):
        assert travelled(loop, tick) == tick
        assert hashes(loop.world) == oracle((), tick)


@pytest.mark.parametrize("cost", [0.3, 2.5])
def test_keyframes_take_at_most_a_twentieth_of_a_run(loop, monkeypatch, cost):
    """By a clock that only ticks and states move: 0.05 s a tick, and what a state costs."""
    world, now, made = loop.world, [0.0], []
    advance, state = world.advance, world.state

    def advanced(ticks):
        advance(ticks)
        now[0] += 0.05 * ticks

    def stated():
        now[0] += cost
        made.append(now[0])
        return state()

    clock = SimpleNamespace(perf_counter=lambda: now[0], thread_time=lambda: now[0])
    for module in ("tauscope.engine.loop.time", "tauscope.engine.past.time"):
        monkeypatch.setattr(module, clock)
    loop.past.begin(world)
    loop._last_turn = loop._last_good = 0.0
    monkeypatch.setattr(world, "advance", advanced)
    monkeypatch.setattr(world, "state", stated)
    loop.play()
    while now[0] < 160.0:
        loop.turn()
        now[0] += 0.001
    assert len(made) >= 3, "the way back is not given up either"
    assert cost * len(made) <= 160.0 / 20 + 2 * cost


def test_a_budget_below_one_state_keeps_the_newest(loop):
    loop.past.budget = 10
    stepped(loop, 30)
    stepped(loop, 30)
    loop.past.keep(loop.world)
    reach = loop.past.reach()
    assert (reach.first, reach.tip, len(reach.marks)) == (60, 60, 1)
    assert travelled(loop, 0) == 60


def test_where_gaps_would_be_too_wide_the_oldest_are_let_go(loop):
    past = loop.past
    past.budget = 1
    stepped(loop, 10)
    past.budget, past._rate = 1 << 30, 10.0  # a slow run: 20 ticks are as wide as a gap may be
    for _ in range(20):
        past.due(loop.world, 10.0)
        stepped(loop, 10)
        past.keep(loop.world)
        past._rate = 10.0
    held = past.reach().bytes
    past.budget = held // 2
    past._thin()
    reach = past.reach()
    assert reach.bytes <= held // 2
    assert reach.first > 0
    assert max(np.diff((*reach.marks, reach.tip))) <= 20
    assert reach.tip == 210


def test_what_did_not_change_is_kept_once():
    world = made()
    world.advance(4)
    before = world.state()
    after = shared(world.state(), before)
    assert after["engines"]["gravity"]["traffic"] is before["engines"]["gravity"]["traffic"]
    assert after["engines"]["gravity"]["config"] is before["engines"]["gravity"]["config"]
    world.advance(1)
    moved = shared(world.state(), before)
    assert moved["engines"]["gravity"]["traffic"] is not before["engines"]["gravity"]["traffic"]
    assert moved["engines"]["gravity"]["config"] is before["engines"]["gravity"]["config"]
    held = Holdings()
    held.add(Keyframe(4, 0, before))
    alone = held.bytes
    held.add(Keyframe(4, 0, after))
    assert held.bytes == alone
    held.remove(Keyframe(4, 0, before))
    assert held.bytes == alone
    held.remove(Keyframe(4, 0, after))
    assert held.bytes == 0


def test_zeros_of_either_sign_and_nan_are_told_apart_by_their_bits():
    zero, nan = np.zeros(200), np.full(200, np.nan)
    assert not same_bits(zero, -zero)
    assert same_bits(nan, nan.copy())
    late = zero.copy()
    late[101] = 1e-300
    assert not same_bits(zero, late)
    assert not same_bits(zero, zero.astype(np.float32))
    assert not same_bits(zero, zero.reshape(2, 100))


def test_a_way_that_is_no_longer_wanted_is_left(loop):
    stepped(loop, 400)
    done(loop, loop.travel(0))
    asked = []

    def cancelled():
        asked.append(loop.world.macro_tick)
        return len(asked) > 1

    loop.past._rate = 1000.0  # looks at the clock every 20 ticks
    came = travelled(loop, 390, cancelled=cancelled)
    assert 0 < came < 390
    assert hashes(loop.world) == oracle((), came)
    assert travelled(loop, 400) == 400


def test_another_run_forgets_the_past(loop):
    stepped(loop, 50)
    done(loop, loop.replace(made()))
    assert loop.past.reach().lines == ((1, 0, 0),)
    with pytest.raises(BadInput, match="no longer kept"):
        loop.past.go(loop.world, 0, line=7)


def test_a_broken_limit_is_not_part_of_the_past(toy):
    loop = Loop(World.single(toy, {"nx": 4, "ny": 4}), Mailbox())
    stepped(loop, 100)
    good = hashes(loop.world)
    done(loop, loop.submit(Command(toy, "set", {"path": "dt", "value": 1.0})))
    done(loop, loop.step(500))
    while loop.running:
        loop.turn()
    assert loop.blow_up is not None
    reach = loop.past.reach()
    assert reach.tip == 100 < loop.world.macro_tick
    assert travelled(loop, loop.world.macro_tick) == 100
    assert loop.blow_up is None
    assert all(np.isfinite(loop.world.field(toy, "u")).ravel())
    done(loop, loop.travel(99))
    assert loop.world.check() is None
    assert stepped(loop, 1) == 100
    assert hashes(loop.world) == good


@pytest.mark.parametrize("times", [1, 10**9])
def test_a_world_whose_engine_failed_amid_a_tick_is_made_whole(loop, times, monkeypatch):
    """Gravity has done the ticks that the oscillators failed at; no such state may be shown or kept."""
    stepped(loop, 100)
    edited(loop, random.Random(5))
    stepped(loop, 20)
    loop.past.keep(loop.world)
    stepped(loop, 7)
    before, here = hashes(loop.world), loop.past.here
    engine, left = loop.world.engine("kuramoto"), [times]
    advance = engine.advance

    def failing(ticks):
        if left[0]:
            left[0] -= 1
            raise RuntimeError("planted for this test")
        advance(ticks)

    monkeypatch.setattr(engine, "advance", failing)
    loop.play()
    with pytest.raises(RuntimeError, match="planted"):
        loop.turn()
    assert not loop.world.torn
    if times == 1:
        assert (loop.world.macro_tick, len(loop.world.events)) == here
        assert hashes(loop.world) == before
    monkeypatch.undo()
    assert hashes(loop.world) == oracle(loop.world.events.since(0), loop.world.macro_tick)
    loop._stop()
    tick = stepped(loop, 30)
    assert hashes(loop.world) == oracle(loop.world.events.since(0), tick)


def test_the_budget_of_all_engines_is_a_gibibyte_unless_somebody_says_otherwise():
    assert Past().budget == BUDGET == 2**30
