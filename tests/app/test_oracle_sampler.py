"""Samples of the oracle: at their ticks whatever is drawn, bounded, and what the engine says there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.app.oracle_sampler import KEPT, SHARE, TIME, OracleSampler, every_of
from tauscope.engine.base import Command
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.world import World
from tauscope.widgets.labs.ufie.oracle import NAMES

LINE: dict[str, Any] = {
    "shape": [1, 1, 1, 1, 1, 1, 8, 1, 1],
    "precision": "precise",
    "c0": 300.0,
    "emitters": [{"name": "push", "frequency": 3.254, "amplitude": 100.0, "profile": "uniform", "ramp": 0.0}],
}


def sampled(display: float, ticks: int, budget: float = 0.008) -> OracleSampler:
    """A run of the loop, drawn so often, with a command on its way."""
    world, sampler = World.single("ufie", LINE, seed=2), OracleSampler()
    loop = Loop(world, Mailbox(), budget)
    loop.display_interval = display
    loop.watchers.append(sampler.follow)
    loop.trackers.append(sampler)
    loop.turn()
    for end in (ticks // 2, ticks):
        loop.run_to(end)
        loop.turn()
        while loop.running:
            loop.turn()
            loop.mailbox.take()
        loop.submit(Command("ufie", "set", {"path": "emitters.push.amplitude", "value": 50.0}))
    return sampler


def test_samples_are_the_same_at_five_and_at_sixty_pictures_a_second() -> None:
    one, other = sampled(1 / 5, 12000), sampled(1 / 60, 12000, budget=0.001)
    ticks, values = one.curves()
    again, same = other.curves()
    np.testing.assert_array_equal(ticks, again)
    for name in (*NAMES, TIME):
        np.testing.assert_array_equal(values[name], same[name])
    assert len(ticks) > 50
    assert set(np.diff(ticks)) == {20, 40, 80, 160, 320, 640}
    # The interval doubles once there are 32 samples of it.
    assert ticks.tolist()[:33] == list(range(0, 660, 20))
    assert ticks.tolist()[33:35] == [680, 720]


def test_a_sample_is_what_the_engine_says_at_its_tick() -> None:
    ticks, values = sampled(1 / 60, 6000).curves()
    engine = World.single("ufie", LINE, seed=2).engine("ufie")
    for place, tick in enumerate(ticks[ticks <= 3000]):
        engine.advance(int(tick) - engine.tick)
        assert {name: values[name][place] for name in NAMES} == engine.scalars_of(NAMES)
        assert values[TIME][place] == engine.time


def test_what_is_kept_is_bounded_and_spans_the_run() -> None:
    sampler, world = OracleSampler(), World.single("ufie", LINE, seed=2)
    sampler.follow(world)
    for _ in range(KEPT + 100):
        world.advance(1)
        sampler.sample(world)
    ticks, _values = sampler.curves()
    assert KEPT / 2 <= len(ticks) <= KEPT
    assert (ticks[0], ticks[-1]) == (0, KEPT + 100)


def test_a_restore_takes_samples_back_and_another_world_begins_anew() -> None:
    sampler, world = OracleSampler(), World.single("ufie", LINE, seed=2)
    sampler.follow(world)
    kept = world.state()
    for _ in range(5):
        world.advance(100)
        sampler.sample(world)
    world.restore(kept)
    world.advance(50)
    sampler.sample(world)
    assert sampler.curves()[0].tolist() == [0, 50]
    sampler.follow(World.single("ufie", LINE, seed=3))
    assert sampler.curves()[0].tolist() == [0]
    sampler.follow(World({}))
    assert sampler.curves()[0].tolist() == []
    assert sampler.next_due(0) is None


@pytest.mark.parametrize(
    ("sites", "cost"),
    [(1_080, 11.0), (1_024, 11.8), (9_216, 4.8), (82_944, 1.4), (884_736, 1.05), (1_327_104, 1.07)],
)
def test_the_interval_keeps_the_cost_below_two_percent(sites: int, cost: float) -> None:
    """Costs of a reading in steps, as they were measured on one core."""
    assert cost / every_of(sites) < 0.02
    assert cost / every_of(sites) < 2 * SHARE


def test_at_a_speed_that_was_set_there_are_ten_samples_a_second() -> None:
    sampler, world = OracleSampler(), World.single("ufie", LINE, seed=2)
    sampler.follow(world)
    whole = sampler.interval
    sampler.speed = 100.0
    assert sampler.interval == 10
    sampler.speed = 1.0
    assert sampler.interval == 1
    sampler.speed = 1e9
    assert sampler.interval == whole
