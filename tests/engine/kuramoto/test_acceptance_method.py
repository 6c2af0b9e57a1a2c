"""Acceptance of the method: order, error, heavy tails and a million oscillators, through the whole engine."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import integrate

from tauscope.engine import create
from tauscope.engine.kuramoto.analysis.theory import ott_antonsen
from tauscope.engine.kuramoto.geometry import structure_of
from tauscope.engine.kuramoto.reference import KuramotoReference
from tauscope.engine.kuramoto.weights import coupling

CIRCLE: dict[str, Any] = {
    "geometry": "circle6_center",
    "oscillators_per_cluster": 60,
    "K": 0.8,
    "permeability": 0.8,
    "frequencies": {"kind": "gaussian", "scale": 0.5, "center": 1.0},
}
DURATION = 10.0


def exact_phasors(config: dict[str, Any], seed: int = 1, **more: Any) -> np.ndarray:
    """``exp(i theta)`` at the end, by DOP853 on the angles of the reference."""
    engine = create("kuramoto", config, seed=seed)
    given: Any = engine.config
    theta = engine.field("theta")
    weights = coupling(given)
    model = KuramotoReference(
        theta,
        engine.field("omega"),
        structure_of(given).offsets,
        weights if isinstance(weights, np.ndarray) else weights.toarray(),
        given.phase_lag,
        **more,
    )
    solved = integrate.solve_ivp(
        lambda t, angles: model.velocity(angles, t), (0, DURATION), theta, "DOP853", rtol=1e-12, atol=1e-12
    )
    return np.asarray(np.exp(1j * solved.y[:, -1]))


def error_at(config: dict[str, Any], h: float, exact: np.ndarray) -> float:
    engine = create("kuramoto", {**config, "dt": h}, seed=1)
    engine.advance(round(DURATION / h))
    assert engine.time == pytest.approx(DURATION)
    return float(np.abs(np.exp(1j * engine.field("theta")) - exact).max())


@pytest.mark.slow
def test_order_at_every_step(tolerances: dict[str, Any]) -> None:
    """Errors fall by 2^4 with every halving from h = .2 to .025, as the prototype's did."""
    allowed = tolerances["kuramoto"]["method"]
    exact = exact_phasors(CIRCLE)
    errors = [error_at(CIRCLE, h, exact) for h in (0.2, 0.1, 0.05, 0.025)]
    orders = [math.log2(one / other) for one, other in pairwise(errors)]
    assert min(orders) >= allowed["order"], orders
    assert errors[2] <= allowed["error"]


def test_layers_lag_and_a_periodic_drive_together(tolerances: dict[str, Any]) -> None:
    """Everything deterministic that the engine wires together, against the equation itself."""
    config = {
        **CIRCLE,
        "oscillators_per_cluster": 8,
        "layers": 2,
        "layer_K": [1.0, 0.7],
        "inter_K": 0.3,
        "phase_lag": 0.4,
        "drive": {"kind": "periodic", "amplitude": 0.3, "frequency": 1.3, "clusters": [0, 8]},
        "frozen": [3],
    }
    mask, frozen = np.zeros(14), np.zeros(14, bool)
    mask[[0, 8]] = 1.0
    frozen[3] = True
    exact = exact_phasors(config, field=lambda t: 0.3 * np.exp(1.3j * t), field_mask=mask, frozen=frozen)
    assert error_at(config, 0.05, exact) <= tolerances["kuramoto"]["method"]["error"]


def test_a_drive_of_the_coupling(tolerances: dict[str, Any]) -> None:
    config = {
        **CIRCLE,
        "oscillators_per_cluster": 8,
        "drive": {"kind": "periodic", "target": "K", "amplitude": 0.5, "frequency": 0.7},
    }
    exact = exact_phasors(config, gain=lambda t: 1 + 0.5 * np.cos(0.7 * t))
    assert error_at(config, 0.05, exact) <= tolerances["kuramoto"]["method"]["error"]


def test_sparse_coupling_of_a_large_grid(tolerances: dict[str, Any]) -> None:
    config = {
        "geometry": "grid_rect",
        "rows": 12,
        "cols": 10,
        "oscillators_per_cluster": 2,
        "K": 0.8,
        "permeability": 0.8,
        "frequencies": {"kind": "uniform", "scale": 0.5},
    }
    assert error_at(config, 0.05, exact_phasors(config)) <= tolerances["kuramoto"]["method"]["error"]


def lorentzian(size: int, K: float, **more: Any) -> dict[str, Any]:
    return {
        "geometry": "single",
        "oscillators_per_cluster": size,
        "K": K,
        "frequencies": {"kind": "lorentzian", "scale": 0.5, "center": 0.0},
        "start": {"kind": "poisson", "r": 0.2},
        **more,
    }


@pytest.mark.slow
@pytest.mark.parametrize("integrator", ["lawson", "strang"])
@pytest.mark.parametrize(("K", "expected"), [(1.5, 0.57735), (2.0, 0.70711), (4.0, 0.86603)])
def test_ott_antonsen_at_200000(
    integrator: str, K: float, expected: float, tolerances: dict[str, Any]
) -> None:
    """The prototype's runs: R once settled and the whole transient, Strang at h = .02 and Lawson at .05."""
    allowed, size = tolerances["kuramoto"]["ott_antonsen"], 200_000
    h = 0.02 if integrator == "strang" else 0.05
    engine = create("kuramoto", lorentzian(size, K, dt=h, integrator=integrator), seed=2)
    times, orders = [], []
    for _ in range(round(60 / (5 * h))):
        engine.advance(5)
        times.append(engine.time)
        orders.append(engine.scalar("R_total"))
    series, t = np.array(orders), np.array(times)
    assert np.abs(series - ott_antonsen(t, K, 0.5, 0.2)).max() <= allowed["transient_sqrt_n"] / math.sqrt(
        size
    )
    assert series[t > 40].mean() == pytest.approx(expected, abs=allowed["sqrt_n"] / math.sqrt(size))


def test_heavy_tails_are_safe() -> None:
    """Rates times step up to thousands: rotations are exact, so nothing breaks and R is right."""
    engine = create("kuramoto", lorentzian(20_000, 2.0), seed=1)
    assert np.abs(engine.field("omega")).max() * 0.05 > 300
    engine.advance(800)
    assert engine.check() is None
    assert engine.scalar("R_total") == pytest.approx(math.sqrt(0.5), abs=4 / math.sqrt(20_000))


def test_below_the_threshold_order_decays_as_predicted(tolerances: dict[str, Any]) -> None:
    engine = create("kuramoto", lorentzian(20_000, 0.8), seed=1)
    engine.advance(60)
    exact = float(ott_antonsen([engine.time], 0.8, 0.5, 0.2)[0])
    allowed = tolerances["kuramoto"]["ott_antonsen"]["sqrt_n"] / math.sqrt(20_000)
    assert engine.scalar("R_total") == pytest.approx(exact, abs=allowed)
    assert exact < 0.16


@pytest.mark.slow
@pytest.mark.parametrize("integrator", ["lawson", "strang"])
def test_a_million_oscillators(integrator: str, tolerances: dict[str, Any]) -> None:
    allowed = tolerances["kuramoto"]["method"]
    engine = create("kuramoto", lorentzian(1_000_000, 2.0, integrator=integrator), seed=1)
    engine.advance(500)
    assert engine.check() is None
    assert engine.scalar("R_total") == pytest.approx(math.sqrt(0.5), abs=4e-3)
    state = engine.state()
    off = np.abs(np.hypot(state["zr"], state["zi"]) - 1)
    # The far tail turns thousands of times a step; one step's renormalisation leaves the square of its error.
    fast = np.abs(engine.field("omega")) * 0.05 > 0.1
    assert off[~fast].max() <= allowed["modulus"]
    assert off[fast].max() <= allowed["modulus_of_tails"]
