"""Bricks that grow where the field is, and go where it is not."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from tauscope.engine.registry import create
from tauscope.engine.ufie.activity import brick_of, neighbours, plan
from tauscope.engine.ufie.config_parts import ActiveConfig
from tauscope.engine.ufie.engine import UfieEngine
from tauscope.gpu.ufie.layout import slow_shape

SHAPE = (1, 1, 1, 1, 1, 9, 8, 8, 9)
SPOT: dict[str, Any] = {
    "shape": SHAPE,
    "precision": "precise",
    "c0": 60.0,
    "emitters": [],
    "start": {"kind": "gaussian", "amplitude": 1.0, "sigma": 0.6},
    "active": {"on": True, "grow_above": 1e-3, "prune_below": 1e-6, "every": 10},
}


def make(**entries: Any) -> UfieEngine:
    return cast(UfieEngine, create("ufie", {**SPOT, **entries}, seed=1))


def test_bricks_are_numbered_over_the_slow_axes() -> None:
    slow = slow_shape(SHAPE)
    assert slow == (1, 1, 1, 1, 1, 9, 1, 1, 9)
    whole = brick_of(np.arange(np.prod(SHAPE)), SHAPE)
    assert np.bincount(whole).tolist() == [64] * 81
    assert brick_of(np.array([np.ravel_multi_index((0, 0, 0, 0, 0, 2, 3, 3, 7), SHAPE)]), SHAPE) == [25]
    assert neighbours(np.array([0]), SHAPE).tolist() == [0, 1, 8, 9, 72]
    assert neighbours(np.array([], np.int64), SHAPE).tolist() == []


def test_the_plan_grows_around_what_is_loud_and_prunes_what_is_quiet() -> None:
    config = ActiveConfig(on=True, grow_above=1.0, prune_below=0.1)
    bricks = np.array([0, 1, 40, 50])
    maxima = np.array([2.0, 0.0, 0.01, 0.5])
    found = plan(bricks, maxima, np.array([60]), SHAPE, config)
    assert found.grow.tolist() == [8, 9, 60, 72]
    assert found.prune.tolist() == [40], "1 is next to a loud one, 50 is between the limits"
    assert not found.full
    tight = plan(bricks, maxima, np.array([60]), SHAPE, config.model_copy(update={"reserve": 5 / 81}))
    assert tight.grow.tolist() == [8, 9]
    assert tight.full


def test_growing_follows_the_wave_of_the_whole_torus() -> None:
    few, all_there = make(), make(active={"on": False})
    assert few.scalar("active_sites") < 0.4 * 64 * 81
    for engine in (few, all_there):
        engine.advance(60)
    assert 0.1 * 64 * 81 < few.scalar("active_sites") < 64 * 81
    difference = np.abs(few.field("psi") - all_there.field("psi")).max()
    assert difference < 2e-3 * np.abs(all_there.field("psi")).max()


def test_growth_and_pruning_are_booked() -> None:
    engine = make(
        alpha=10.0, resonance=0.0, active={**SPOT["active"], "grow_above": 0.02, "prune_below": 0.01}
    )
    sites = []
    for _ in range(60):
        engine.advance(100)
        sites.append(engine.scalar("active_sites"))
        assert engine.scalar("residual") < 1e-6
    assert engine.scalar("W_geom") != 0.0
    assert max(sites) > sites[0] or sites[0] > min(sites)
    assert sites[-1] < max(sites), "what has died down is gone"
    assert not engine.events()


def test_emitters_and_injections_have_their_bricks() -> None:
    tone = {
        "name": "tone",
        "frequency": 20.0,
        "position": [0, 0, 0, 0, 0, 2, 4, 4, 2],
        "sigma": 0.5,
        "ramp": 0.0,
    }
    engine = make(start={"kind": "zero"}, emitters=[tone])
    stood = engine.scalar("active_sites")
    assert 0 < stood < 64 * 20
    engine.command("inject", amplitude=0.5, position={"w": 7, "z": 7, "x": 4, "y": 4}, sigma=0.5)
    assert engine.field("psi")[0, 0, 0, 0, 0, 7, 4, 4, 7] == pytest.approx(0.5)
    assert engine.scalar("active_sites") > stood
    engine.set("emitters.tone.position", [0, 0, 0, 0, 0, 6, 4, 4, 2])
    engine.advance(40)
    assert np.abs(engine.field("psi")[0, 0, 0, 0, 0, 6, :, :, 2]).max() > 0.0
    assert engine.scalar("residual") < 1e-6


def test_no_more_bricks_grow_than_may_and_it_is_said() -> None:
    engine = make(active={**SPOT["active"], "reserve": 0.4})
    engine.advance(400)
    assert engine.scalar("active_sites") <= 0.4 * 64 * 81
    assert [event.level for event in engine.events()] == ["note"]
    assert "More bricks would grow" in engine.events()[0].reason
