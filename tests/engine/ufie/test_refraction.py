"""The gravity lattice as a refractive index of the wave."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from tauscope.engine.base import hash_state
from tauscope.engine.errors import BadInput
from tauscope.engine.setup import Setup
from tauscope.engine.ufie.engine import UfieEngine
from tauscope.engine.world import World

WAVE: dict[str, Any] = {
    "shape": [3, 1, 1, 1, 1, 1, 10, 8, 1],
    "precision": "precise",
    "emitters": [{"name": "tone", "frequency": 60.0, "ramp": 0.0}],
}
COUPLING = {"kind": "refraction", "every": 10}


def lattice(strength: float) -> dict[str, Any]:
    source = {"id": "mass", "kind": "gaussian", "x": 12, "y": 9, "strength": strength, "width": 2.0}
    return {"nx": 28, "ny": 22, "boundary": "absorbing", "survival": 0.98, "sources": [source]}


def world(strength: float = 0.1, **wave: Any) -> World:
    setup = Setup.of("gravity", lattice(strength), {"ufie": {**WAVE, **wave}}, couplings=[COUPLING])
    return World.of(setup, seed=4)


def waves(run: World) -> UfieEngine:
    return cast(UfieEngine, run.engine("ufie"))


def test_waves_run_at_the_rate_of_the_lattice() -> None:
    run = world()
    run.advance(40)
    f, s = run.engine("gravity").field("f_traffic"), waves(run).field("state_index")
    assert s.max() > 0.05
    np.testing.assert_allclose(1.0 / (1.0 + s[0, 0, 0, 0, 0, 0, ::9, ::7, 0]), f[::21, ::27].T)
    assert np.ptp(s, axis=0).max() == 0.0
    row, column = 3 * 21 / 7, 4 * 27 / 9
    np.testing.assert_allclose(1.0 / (1.0 + s[1, 0, 0, 0, 0, 0, 4, 3, 0]), f[int(row), int(column)])
    assert waves(run).scalar("residual") < 1e-7
    assert waves(run).scalar("W_geom") != 0.0


def test_it_is_read_at_multiples_of_its_interval_and_replays_from_any_state() -> None:
    run = world()
    run.advance(30)
    at, state = waves(run).field("state_index"), run.state()
    run.advance(9)
    np.testing.assert_array_equal(waves(run).field("state_index"), at)
    run.advance(1)
    assert not np.array_equal(waves(run).field("state_index"), at)
    run.advance(25)
    end = hash_state(waves(run).state())
    again = world()
    again.restore(state)
    again.advance(35)
    assert hash_state(waves(again).state()) == end


def test_it_is_clamped_at_two_and_says_where() -> None:
    run = world(strength=30.0)
    run.advance(100)
    s = waves(run).field("state_index")
    assert s.max() == 2.0
    told = [event for event in waves(run).events() if "exceed 2" in event.reason]
    assert len(told) == 1
    assert "(x " in told[0].reason


def test_what_cannot_be_refracted_is_refused() -> None:
    with pytest.raises(BadInput, match="same medium"):
        world(integrator="etd")
    with pytest.raises(BadInput, match="no waves"):
        Setup.of("gravity", lattice(0.1), {"kuramoto": {}}, couplings=[{**COUPLING, "target": "kuramoto"}])
    with pytest.raises(BadInput, match="no lattice"):
        Setup.of("ufie", WAVE, {"kuramoto": {}}, couplings=[{**COUPLING, "source": "kuramoto"}])
    with pytest.raises(BadInput, match="shape"):
        waves(world()).set_refraction(np.ones((8, 10)))
