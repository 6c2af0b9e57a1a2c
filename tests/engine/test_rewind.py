"""A loop that is taken back to a checkpoint of its world: state, log and what it returns to after a break."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput
from tauscope.engine.events import EventLog
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.world import World

CONFIG = {"geometry": "two_populations", "oscillators_per_cluster": 8}


def phases(world):
    return world.engine("kuramoto").field("theta")


@pytest.fixture
def loop():
    return Loop(World.single("kuramoto", CONFIG, seed=3), Mailbox())


def done(loop, future):
    for _ in range(200):
        if future.done():
            return future.result()
        loop.turn()
    raise AssertionError("the loop did not do it")


def test_a_rewound_world_goes_on_as_if_nothing_had_come_between(loop):
    loop.world.advance(20)
    world, kept, events = loop.world, loop.world.state(), loop.world.events.since(0)
    loop.world.advance(30)
    straight = phases(world).copy()
    world.apply(Command("kuramoto", "kick", {"clusters": [1], "amount": 1.0}))
    world.advance(10)
    generation = world.generation
    done(loop, loop.call(lambda _world: loop.rewind(kept, EventLog(events))))
    assert world.macro_tick == 20
    assert len(world.events) == 0
    assert world.generation == generation + 1
    world.advance(30)
    np.testing.assert_array_equal(phases(world), straight)


def test_what_is_gone_back_to_after_a_break_is_not_what_came_later(loop):
    kept = loop.world.state()
    done(loop, loop.step(40))
    done(loop, loop.call(lambda _world: loop.rewind(kept, EventLog(()))))
    assert done(loop, loop.go_back()) == 0


def test_a_run_to_a_tick_that_lies_ahead_goes_on_and_another_pauses(loop):
    done(loop, loop.step(10))
    while loop.running:
        loop.turn()
    late = loop.world.state()
    done(loop, loop.call(lambda _world: loop.rewind(late, EventLog(()))))
    assert not loop.running
    done(loop, loop.run_to(1_000_000_000))
    done(loop, loop.call(lambda _world: loop.rewind(late, EventLog(()))))
    assert loop.running


def test_a_checkpoint_of_others_changes_nothing(loop):
    loop.world.advance(5)
    other = World.single("kuramoto", {**CONFIG, "oscillators_per_cluster": 9}, seed=3).state()
    before = phases(loop.world).copy()
    with pytest.raises(BadInput):
        done(loop, loop.call(lambda _world: loop.rewind(other, EventLog(()))))
    np.testing.assert_array_equal(phases(loop.world), before)
    assert loop.world.macro_tick == 5
