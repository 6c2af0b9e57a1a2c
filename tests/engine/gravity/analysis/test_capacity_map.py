"""The exact steady state where capacities differ, against a plain loop of the rule written here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.engine.gravity.analysis import (
    coupling,
    exact_steady_state,
    screening,
    solve_poisson,
    steady_state,
)
from tauscope.engine.gravity.analysis.derived import DERIVED
from tauscope.engine.gravity.analysis.lattice import disc_mask
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.linkshare import backlog
from tests.engine.gravity.physics import plain_loop, plain_relay

HOODS = ("von_neumann", "moore")
PLACES = [("absorbing", 1.0), ("disc", 1.0), ("periodic", 0.97), ("reflective", 0.97)]
everywhere = pytest.mark.parametrize(("boundary", "survival"), PLACES)
both_hoods = pytest.mark.parametrize("hood", HOODS)


def random_lattice(strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Emission and capacity of a 14 x 11 lattice, the latter from 0.5 to 1.5."""
    rng = np.random.default_rng(4)
    return strength * rng.random((14, 11)), 0.5 + rng.random((14, 11))


@both_hoods
@everywhere
def test_traffic_solves_the_conservation_law(boundary: str, survival: float, hood: str) -> None:
    """(1 + a/C) lambda - relayed = a with f = 1 - lambda/C; and lambda alone obeys a Poisson equation."""
    emission, capacity = random_lattice(0.01)
    state = steady_state(emission, capacity, survival, boundary, neighbourhood=hood)
    free = ~state.sinks
    assert (state.backlog == 0).all()
    gained = state.realized + plain_relay(state.traffic, survival, boundary, hood)
    np.testing.assert_allclose(state.traffic[free], gained[free], rtol=1e-12)
    np.testing.assert_allclose(state.f, 1 - state.traffic / capacity, atol=1e-14)
    unit = solve_poisson(
        state.realized,
        coupling(1.0, survival, hood),
        state.place,
        screening(survival, hood),
        neighbourhood=hood,
    )
    np.testing.assert_allclose(unit, -state.traffic, atol=1e-13)
    # 1 - f has no such equation: neither the mean capacity nor the node's own gives its Laplacian.
    assert np.abs(unit / capacity.mean() - (state.f - 1)).max() > 0.02


@both_hoods
@everywhere
@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_congested_nodes_are_those_of_the_running_rule(
    strength: float, boundary: str, survival: float, hood: str, tolerances: dict[str, Any]
) -> None:
    """Where a node receives more than its C: f = 0, and its outbox grows as the backlog says."""
    emission, capacity = random_lattice(strength)
    state = steady_state(emission, capacity, survival, boundary, disc_radius=6.0, neighbourhood=hood)
    sinks = disc_mask(emission.shape, 6.0) if boundary == "disc" else np.zeros(emission.shape, bool)
    assert (state.backlog > 1e-4).sum() >= 4
    f, grown = plain_loop(
        np.where(sinks, 0.0, emission), capacity, survival, boundary, hood, 2000, 3000, sinks
    )
    allowed = tolerances["gravity"]["capacity_map"]
    assert np.abs(f - state.f)[~sinks].max() * 3000 <= tolerances["gravity"]["utilisation"]["f_error_times_T"]
    assert np.abs(grown - state.backlog)[~sinks].max() <= allowed["backlog"]
    assert (state.f[state.backlog > 0] == 0).all()
    assert (state.f >= 0).all()
    np.testing.assert_allclose(
        backlog(state.f, capacity * ~sinks, survival, boundary, hood)[~sinks],
        state.backlog[~sinks],
        atol=1e-12,
    )


def test_a_wall_of_low_capacity_is_not_transparent() -> None:
    """Two lattices with the same source: where C is low, the same traffic slows nodes more."""
    emission = np.zeros((21, 21))
    emission[10, 5] = 0.05
    capacity = np.ones((21, 21))
    capacity[:, 10] = 0.25
    state, plain = steady_state(emission, capacity), steady_state(emission, 1.0)
    np.testing.assert_allclose(state.traffic, plain.traffic, rtol=1e-12)
    np.testing.assert_allclose((1 - state.f)[:, 10], 4 * (1 - plain.f)[:, 10], rtol=1e-10)


@both_hoods
@everywhere
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_derived_fields_of_a_map(dtype: str, boundary: str, survival: float, hood: str) -> None:
    """phi_poisson equals f - 1 for the exact f, with congested nodes or without."""
    y, x = np.indices((24, 29))
    factor = np.where((x > 16) & (x < 19), 0.02, 1.0 + 0.3 * np.sin(0.4 * y))
    source = {"kind": "gaussian", "x": 12.0, "y": 12.0, "strength": 0.3, "width": 1.5}
    config = GravityConfig.load(
        {
            "nx": 29,
            "ny": 24,
            "boundary": boundary,
            "survival": survival,
            "neighbourhood": hood,
            "dtype": dtype,
            "capacity": 2.0,
            "capacity_map": factor.tolist(),
            "sources": [source],
        }
    )
    state = exact_steady_state(config)
    assert (state.backlog > 1e-4).any()
    # Whole units that 20 parts share: 20 of 2^22.
    np.testing.assert_allclose(state.capacity, 2.0 * factor, rtol=1e-7, atol=5e-6 * (dtype == "int32"))
    f = np.where(state.sinks, 1.0, state.f)
    solved = DERIVED["phi_poisson"].function(config, f_live=f)
    np.testing.assert_allclose(solved, f - 1, atol=2e-6)
    residual = DERIVED["phi_residual"].function(config, f_live=f, f_traffic=f)
    assert np.abs(residual).max() <= 2e-6
