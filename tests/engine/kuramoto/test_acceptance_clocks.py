"""Acceptance of clocks and locking: clusters whose clocks run slow lock above the K that theory gives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.base import Engine
from tauscope.engine.kuramoto.analysis import verify_populations
from tauscope.engine.kuramoto.analysis.chimeras import chimera_attractor
from tauscope.engine.kuramoto.analysis.locking import locked_groups, locking_coupling, mean_frequencies
from tauscope.engine.kuramoto.analysis.populations import breathing

RATES = (0.7, 0.85, 0.95)
"""Clock rates of three clusters at three distances from a mass."""
PI = 0.6


def clocks(K: float, **more: Any) -> Engine:
    engine: Any = create(
        "kuramoto",
        {
            "geometry": {"kind": "all_to_all", "clusters": 3},
            "oscillators_per_cluster": 30,
            "K": K,
            "permeability": PI,
            "frequencies": {"kind": "identical", "center": 1.0},
            "start": {"kind": "coherent", "spread": 0.2},
            "dt": 0.1,
            **more,
        },
        seed=1,
    )
    engine.set_clock_rates(RATES)
    return engine  # type: ignore[no-any-return]


def measured(engine: Engine, settle: int, ticks: int) -> np.ndarray:
    engine.advance(settle)
    times, phases = [], []
    for _ in range(ticks // 5):
        engine.advance(5)
        times.append(engine.time)
        phases.append(np.angle(engine.field("Z")))
    return mean_frequencies(times, phases).mean


def test_free_clusters_tick_at_the_rates_of_their_clocks() -> None:
    """Measured clock rates equal those given within 1 % (here to 1e-6: nothing else acts)."""
    assert measured(clocks(0.5, permeability=0.0), 100, 2000) == pytest.approx(RATES, rel=1e-6)


def test_weakly_coupled_clocks_keep_their_rates_within_one_percent() -> None:
    assert measured(clocks(0.02), 200, 8000) == pytest.approx(RATES, rel=0.01)


def test_they_lock_above_the_critical_coupling_and_not_below() -> None:
    shape = PI * (np.ones((3, 3)) - np.eye(3)) / 2
    threshold = locking_coupling(RATES, shape)
    below = measured(clocks(0.98 * threshold), 2000, 20_000)
    above = measured(clocks(1.02 * threshold), 6000, 4000)
    resolution = 2 * math.pi / 2000
    assert len(set(locked_groups(below, resolution))) > 1
    assert len(set(locked_groups(above, 1e-6))) == 1
    assert above == pytest.approx(np.full(3, np.mean(RATES)), abs=1e-6), "at the mean rate: action = reaction"


def test_engine_and_frequencies_agree_with_detuning_as_with_clocks() -> None:
    """A clock of rate 0.85 is a detuning of -0.15 for oscillators of frequency 1."""
    by_clock = clocks(0.3)
    config = by_clock.config.dump()
    by_detuning = create("kuramoto", {**config, "detuning": [rate - 1 for rate in RATES]}, seed=1)
    by_clock.advance(500)
    by_detuning.advance(500)
    turn = np.exp(1j * (by_clock.field("theta") - by_detuning.field("theta")))
    assert np.abs(turn - 1).max() < 1e-10


@pytest.mark.slow
@pytest.mark.parametrize("difference", [0.2, 0.28, 0.35])
def test_chimeras_of_2048(difference: float, tolerances: dict[str, Any]) -> None:
    """Long runs of the prototype's size stay on the attractor; the stable one as on the design page."""
    allowed = tolerances["kuramoto"]["chimera"]
    exact = chimera_attractor(difference, verify_populations.BETA)
    start = abs(exact.start), float(np.angle(exact.start))
    engine = create("kuramoto", verify_populations.chimera_config(difference, 2048, *start), seed=1)
    engine.advance(5000)
    series = []
    for _ in range(5000):
        engine.advance(1)
        series.append(engine.field("R")[1])
    found = breathing(series)
    assert found.mean == pytest.approx(exact.order.mean, abs=allowed["design_engine_mean"])
    assert (found.low, found.high) == pytest.approx(
        (exact.order.low, exact.order.high), abs=2 * allowed["extremes"]
    )
    if difference == 0.2:
        assert found.mean == pytest.approx(0.72915, abs=allowed["design_engine_mean"])


def test_a_start_outside_the_basin_synchronises() -> None:
    engine = create("kuramoto", verify_populations.chimera_config(0.2, 256, 0.7, -0.3), seed=1)
    engine.advance(4000)
    assert engine.field("R").min() > 0.999
