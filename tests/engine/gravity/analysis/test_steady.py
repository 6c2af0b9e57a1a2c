"""The exact steady state against the equations it solves, closed forms, and a plain fixed-point iteration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.engine.gravity.analysis import (
    coupling,
    exact_steady_state,
    relaxation_ticks,
    screening,
    solve_poisson,
    steady,
    steady_state,
    warm_start,
)
from tauscope.engine.gravity.analysis.lattice import disc_mask
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.sources import sink_mask
from tests.engine.gravity.physics import plain_relay

PLACES = [("absorbing", 1.0), ("disc", 1.0), ("periodic", 0.99), ("reflective", 0.99), ("absorbing", 0.9)]


def configuration(boundary: str, survival: float, strength: float = 0.05, **more: Any) -> dict[str, Any]:
    sources = [
        {"kind": "gaussian", "x": 11.0, "y": 13.5, "strength": strength, "width": 2.0},
        {"kind": "point", "x": 19, "y": 8, "strength": strength},
    ]
    return {"nx": 29, "ny": 24, "boundary": boundary, "survival": survival, "sources": sources, **more}


def relayed(traffic: np.ndarray, boundary: str, sinks: np.ndarray) -> np.ndarray:
    """Sum of the neighbours' traffic by plain loops over slices, independent of the code under test."""
    total = np.zeros_like(traffic)
    inner = np.where(sinks, 0.0, traffic)
    for axis in (0, 1):
        for step in (1, -1):
            moved = np.roll(inner, step, axis)
            edge = [slice(None), slice(None)]
            edge[axis] = slice(0, 1) if step == 1 else slice(-1, None)
            if boundary == "reflective":
                moved[tuple(edge)] = inner[tuple(edge)]
            elif boundary != "periodic":
                moved[tuple(edge)] = 0.0
            total += moved
    return total


@pytest.mark.parametrize("capacity", [0.5, 1.0, 4.0])
@pytest.mark.parametrize(("boundary", "survival"), PLACES)
def test_traffic_solves_the_conservation_law(boundary: str, survival: float, capacity: float) -> None:
    config = GravityConfig.load(configuration(boundary, survival, capacity=capacity, background=1e-4))
    state = exact_steady_state(config)
    sinks = sink_mask(config)
    gained = state.f * state.emission + survival / 4 * relayed(state.traffic, boundary, sinks)
    np.testing.assert_allclose(state.traffic[~sinks], gained[~sinks], rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(state.f, 1 - state.traffic / capacity, rtol=0, atol=1e-12)
    assert (state.traffic[sinks] == 0).all()


@pytest.mark.parametrize(("boundary", "survival"), PLACES)
def test_phi_solves_the_screened_poisson_equation(boundary: str, survival: float) -> None:
    """Design: lap phi - m^2 phi = kappa f a with kappa = 4/(pC), m^2 = 4(1-p)/p, at any field strength."""
    state = exact_steady_state(configuration(boundary, survival, 5.0, capacity=0.5))
    assert 1 - state.f.min() > 0.9
    phi = solve_poisson(state.realized, coupling(0.5, survival), state.place, screening(survival))
    np.testing.assert_allclose(phi, state.f - 1, atol=1e-12)


@pytest.mark.parametrize("boundary", ["periodic", "reflective"])
def test_flat_background_has_its_closed_form(boundary: str) -> None:
    for a0, p, expected in ((0.1, 0.9, 0.5), (0.01, 0.9, 1 / 1.1)):
        state = exact_steady_state({"nx": 12, "ny": 9, "boundary": boundary, "survival": p, "background": a0})
        np.testing.assert_allclose(state.f, expected, rtol=1e-12)


def test_saturated_nodes_keep_a_positive_f_and_traffic_below_capacity() -> None:
    """Inside a solid horizon f falls off as exp(-sqrt(kappa a) depth) and never reaches zero."""
    source = {"kind": "disc", "x": 20, "y": 20, "strength": 50.0, "radius": 8.0}
    state = exact_steady_state({"nx": 41, "ny": 41, "boundary": "absorbing", "sources": [source]})
    inside = state.f[20, 12:21]
    assert (state.f > 0).all()
    assert (np.diff(inside) < 0).all()
    assert inside[-1] < 1e-12
    assert state.traffic.max() <= 1.0


def test_sink_mask_is_that_of_the_engine() -> None:
    for nx, ny, radius in ((40, 40, None), (41, 57, None), (41, 57, 12.25)):
        config = GravityConfig.load({"nx": nx, "ny": ny, "boundary": "disc", "disc_radius": radius})
        np.testing.assert_array_equal(disc_mask((ny, nx), config.sink_radius), sink_mask(config))
        np.testing.assert_array_equal(exact_steady_state(config).sinks, sink_mask(config))


def test_closed_lattice_without_losses_is_refused_as_heat_death() -> None:
    with pytest.raises(BadInput) as caught:
        steady_state(np.full((5, 5), 0.1), 1.0, 1.0, "periodic")
    assert caught.value.key == "survival"
    assert (steady_state(np.zeros((5, 5)), 1.0, 1.0, "reflective").f == 1.0).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_warm_start_is_the_exact_traffic_in_the_engine_dtype(dtype: str) -> None:
    config = configuration("absorbing", 1.0, dtype=dtype)
    made = warm_start(config)
    assert made.dtype == dtype
    np.testing.assert_allclose(made, exact_steady_state(config).traffic, rtol=1e-6)


@pytest.mark.parametrize("hood", ["von_neumann", "moore"])
@pytest.mark.parametrize(("boundary", "survival"), PLACES)
def test_relaxation_time_is_that_of_the_relay_step(boundary: str, survival: float, hood: str) -> None:
    """The slowest mode, found by power iteration of the relay step without sources."""
    given = {"boundary": boundary, "survival": survival, "neighbourhood": hood}
    config = GravityConfig.load({"nx": 40, "ny": 40, **given})
    sinks = sink_mask(config)
    traffic = np.where(sinks, 0.0, 1.0)
    for _ in range(3000):
        before = np.linalg.norm(traffic)
        traffic = np.where(sinks, 0.0, plain_relay(traffic, survival, boundary, hood))
        ratio = np.linalg.norm(traffic) / before
        traffic /= np.linalg.norm(traffic)
    assert relaxation_ticks(config) == pytest.approx(-1 / np.log(ratio), rel=0.03)
    assert create("gravity", config).scalars()["efold"] == relaxation_ticks(config)


def test_relaxation_time_takes_the_survival_that_whole_units_have() -> None:
    """1 - 1.4e-6 is 1 - 2^-20 in steps of 2^-20: half as long again."""
    config = {"nx": 9, "ny": 9, "boundary": "periodic", "survival": 1 - 1.4e-6, "dtype": "int32"}
    assert relaxation_ticks(config) == pytest.approx(2**20, rel=1e-6)
    assert create("gravity", config).scalars()["efold"] == relaxation_ticks(config)


def test_congested_nodes_that_do_not_settle_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    factor = np.ones((9, 9))
    factor[4, 5:] = 1e-3
    given = {"emission": np.full((9, 9), 0.2), "capacity": factor}
    assert steady_state(**given).backlog.any()  # type: ignore[arg-type]
    monkeypatch.setattr(steady, "_MOST_ROUNDS", 1)
    with pytest.raises(TauscopeError, match="did not settle"):
        steady_state(**given)  # type: ignore[arg-type]


def test_the_steady_state_of_int32_is_that_of_whole_units() -> None:
    """A source of 1.4 units of 2^-22 bit emits one."""
    given = {"nx": 9, "ny": 9, "sources": [{"kind": "point", "x": 4, "y": 4, "strength": 1.4 * 2.0**-22}]}
    whole = exact_steady_state({**given, "dtype": "int32"})
    assert whole.emission[4, 4] == 2.0**-22
    assert exact_steady_state(given).emission[4, 4] == 1.4 * 2.0**-22


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_warm_start_of_a_congested_node_is_taken(dtype):
    """A node that sends all of its C = 0.1; float32 rounds that up, which the engine refuses as too much."""
    capacity = np.ones((12, 14))
    capacity[5, 6] = 0.1
    source = {"kind": "point", "x": 7, "y": 5, "strength": 0.9}
    engine = create(
        "gravity", {"nx": 14, "ny": 12, "dtype": dtype, "capacity": capacity.tolist(), "sources": [source]}
    )
    traffic = warm_start(engine)
    assert traffic[5, 6] == pytest.approx(0.1, rel=1e-6)
    engine.command("set_field", name="traffic", value=traffic, steady=True)
