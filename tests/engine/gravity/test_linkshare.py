"""What reaches the links: f for moderate sources, and sending less relaying where bursts queue."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.app import presets
from tauscope.engine import create
from tauscope.engine.gravity.analysis import exact_steady_state
from tauscope.engine.gravity.analysis.realized import realized_by_source
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.linkshare import link_share
from tests.engine.gravity.physics import BOUNDARIES, SURVIVAL, lattice, warmed


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_both_forms_agree_for_the_steady_f(boundary: str) -> None:
    sources: list[dict[str, Any]] = [
        {"kind": "disc", "x": 1 if boundary != "disc" else 12, "y": 12, "radius": 2, "strength": 40.0},
        {"kind": "gaussian", "x": 16, "y": 8, "width": 2, "strength": 0.1},
    ]
    config = lattice(25, boundary, sources, capacity=2.0)
    exact = exact_steady_state(config)
    emission = exact.emission
    assert (emission > 2.0).sum() > 5
    share = link_share(emission, exact.f, 2.0, SURVIVAL[boundary], boundary)
    # Differences of numbers of order C in float64, over an emission of 40.
    np.testing.assert_allclose(emission * share, emission * exact.f, atol=1e-11)


def test_moderate_sources_keep_f() -> None:
    f = np.random.default_rng(1).uniform(0, 1, (6, 7))
    assert np.array_equal(link_share(np.full((6, 7), 1.0), f, 1.0, 1.0, "absorbing"), f)


def test_one_queueing_node_by_hand() -> None:
    f, emission = np.full((3, 3), 0.75), np.zeros((3, 3))
    f[1, 1], emission[1, 1] = 0.0, 8.0
    share = link_share(emission, f, 2.0, 0.8, "periodic")
    # It sends C = 2 and relays 0.2 of 4 x 0.5.
    assert share[1, 1] == pytest.approx((2.0 - 0.2 * 2.0) / 8.0, rel=1e-15)
    assert share[0, 0] == 0.75


def test_whole_units_take_the_survival_that_they_count() -> None:
    """The exact f of a saturated int32 lattice gives back its mass with the rounded p, not with 0.9985."""
    source = {"id": "s1", "kind": "disc", "x": 12, "y": 12, "radius": 2, "strength": 40.0}
    config = GravityConfig.load({**lattice(25, "periodic", [source], dtype="int32"), "survival": 0.9985})
    exact = exact_steady_state(config)
    assert realized_by_source(config, exact.f)["s1"] == pytest.approx(float(exact.realized.sum()), rel=1e-9)


def test_the_horizon_reads_its_exact_mass(tolerances: dict[str, Any]) -> None:
    """Nodes that emit 50 C update once in thousands of ticks; their mass still reads right at once."""
    preset = presets.load("horizon")
    engine = warmed(preset.config)
    exact = float(exact_steady_state(preset.config).realized.sum())
    assert exact == pytest.approx(0.715, abs=1e-3)
    read = []
    for _ in range(20):
        engine.advance(200)
        scalars = engine.scalars()
        read.append(scalars["emission_realized"])
        nominal = scalars["emission_nominal"]
        assert scalars["realized_share"] == pytest.approx(read[-1] / nominal, rel=1e-12)
        parts = realized_by_source(GravityConfig.load(preset.config), engine.field("f_live"))
        assert sum(parts.values()) == pytest.approx(read[-1], rel=1e-9)
    error = np.abs(np.array(read) / exact - 1).max()
    assert error <= tolerances["gravity"]["realized"]["saturated"]


def test_a_moderate_source_reads_its_exact_mass(tolerances: dict[str, Any]) -> None:
    preset = presets.load("single_mass")
    engine = warmed(preset.config)
    engine.advance(2000)
    exact = float(exact_steady_state(preset.config).realized.sum())
    read = engine.scalars()["emission_realized"]
    assert abs(read / exact - 1) <= tolerances["gravity"]["realized"]["moderate"]


def test_a_running_lattice_has_the_mass_of_its_exact_field() -> None:
    """The counted f gives the same sum by either form once the queues are full."""
    source = {"kind": "disc", "x": 16, "y": 16, "radius": 3, "strength": 3.0}
    config = lattice(33, "absorbing", [source])
    engine = create("gravity", config)
    engine.advance(5000)
    engine.command("reset_statistics")
    engine.advance(20_000)
    f, emission = engine.field("f"), engine.field("emission").astype(np.float64)
    share = link_share(emission, f, 1.0, 1.0, "absorbing")
    # Counting: 2/T per node on 29 nodes of 3 bits, against a mass of 1.4.
    assert float((emission * share).sum()) == pytest.approx(float((emission * f).sum()), rel=0.01)


def test_a_node_that_receives_more_than_it_can_send_puts_nothing_of_its_own_on_its_links() -> None:
    capacity, f = np.ones((5, 5)), np.zeros((5, 5))
    capacity[2, 2] = 0.1
    emission = np.zeros((5, 5))
    emission[2, 2] = 0.5
    # It sends 0.1 at most, and its neighbours' 4 x 1/4 arrive: the difference is no emission.
    assert link_share(emission, f, capacity, 1.0, "absorbing")[2, 2] == 0.0
