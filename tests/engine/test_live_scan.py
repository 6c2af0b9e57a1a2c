"""A live scan sets values by the time of the run, whatever the chunks; a replay of its log is the same."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.live_scan import LiveScan, set_value
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.world import World

CONFIG: dict[str, Any] = {
    "shape": [1, 1, 1, 1, 1, 1, 8, 6, 1],
    "dphi": 1.0,
    "c0": 300.0,
    "emitters": [{"name": "e8", "ramp": 0.0}],
}
DT = 2.5e-4
TICKS = 203


def scanned(budget: float) -> World:
    """World after a scan of 20 ms from end to end, cut into turns of about so many seconds."""
    loop = Loop(World.single("ufie", CONFIG), Mailbox(), budget)
    scan = LiveScan("ufie", "dphi", 0.0, 2 * math.pi, 0.02, every=4)
    scan.begin(loop.world)
    loop.trackers.append(scan)
    loop.step(TICKS)
    while loop.world.macro_tick < TICKS:
        loop.turn()
    return loop.world


def test_values_go_to_and_fro_by_the_time_of_the_engine() -> None:
    world = scanned(0.01)
    values = {e.macro_tick: e.command.args["value"] for e in world.events.since(0)}
    assert sorted(values) == list(range(4, TICKS, 4))
    for tick, value in values.items():
        way = (1.0 + 2 * math.pi * tick * DT / 0.02) % (4 * math.pi)
        assert value == pytest.approx(min(way, 4 * math.pi - way), abs=1e-6)
    assert max(values.values()) > 6.0 and min(values.values()) < 0.3, "both ends were reached"
    config: Any = world.engine("ufie").config
    assert config.dphi == values[200]


def test_neither_chunks_nor_a_replay_change_a_bit() -> None:
    whole, chopped = scanned(0.05), scanned(1e-5)
    again = World.single("ufie", CONFIG)
    for event in whole.events.since(0):
        again.advance(event.macro_tick - again.macro_tick)
        again.apply(event.command)
    again.advance(TICKS - again.macro_tick)
    for other in (chopped, again):
        for name in ("psi", "velocity"):
            assert np.array_equal(whole.field("ufie", name), other.field("ufie", name))
    still = World.single("ufie", CONFIG)
    still.advance(TICKS)
    assert not np.array_equal(whole.field("ufie", "psi"), still.field("ufie", "psi"))


def test_it_ends_where_it_is_told_or_its_engine_goes() -> None:
    world = World.single("ufie", CONFIG)
    scan = LiveScan("ufie", "dphi", 0.0, 2.0, 1.0, every=10)
    world.advance(10)
    scan.sample(world)
    assert scan.value == 1.0 and len(world.events) == 0, "it begins where the value stands"
    set_value(world, "ufie", "dphi", 0.5, "user")
    assert scan.end(world) == 0.5 and scan.next_due(10) is None
    scan.sample(world)
    assert len(world.events) == 1, "an ended scan sets nothing"
    gone = LiveScan("ufie", "dphi", 0.0, 2.0, 1.0, every=10)
    gone.sample(World({}))
    assert gone.next_due(0) is None


@pytest.mark.parametrize("wrong", [{"high": 0.0}, {"period": 0.0}, {"every": 0}])
def test_a_scan_that_cannot_be(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"low": 0.0, "high": 1.0, "period": 1.0, "every": 1}
    with pytest.raises(BadInput, match=next(iter(wrong))):
        LiveScan("ufie", "dphi", **{**given, **wrong})
