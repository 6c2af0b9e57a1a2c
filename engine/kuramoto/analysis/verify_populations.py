"""Large populations against the theories of Ott and Antonsen, of Sakaguchi and of Abrams."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tauscope.engine.kuramoto.analysis.autocorrelation import mean_of
from tauscope.engine.kuramoto.analysis.populations import breathing, ott_antonsen_populations
from tauscope.engine.kuramoto.analysis.theory import ott_antonsen, steady_order
from tauscope.engine.kuramoto.analysis.verify_bench import (
    TOLERANCES,
    Bench,
    Law,
    Outcome,
    order_of,
    sampled,
)
from tauscope.engine.kuramoto.weights import coupling
from tauscope.engine.study import Check, Curve, Figure

GAMMA = 0.5
START = 0.2

CHIMERA_STARTS = {0.2: (0.72, 0.24), 0.28: (0.6, 0.25), 0.35: (0.7, 0.3)}
"""Order and phase of the second population at the start, by A: inside the basins of the chimeras."""
BETA = 0.1


def population(bench: Bench, K: float, **more: Any) -> dict[str, Any]:
    """Configuration of one Lorentzian population that starts on the Poisson manifold."""
    base: dict[str, Any] = {
        "geometry": "single",
        "oscillators_per_cluster": 20_000 if bench.quick else 200_000,
        "K": K,
        "frequencies": {"kind": "lorentzian", "scale": GAMMA, "center": 0.0},
        "start": {"kind": "poisson", "r": START},
    }
    return {**base, **more}


def steady_orders(bench: Bench) -> Outcome:
    """R once settled against ``sqrt(1 - 2 gamma / K)``, means over a window."""
    checks = []
    for K in (1.5, 2.0, 4.0):
        config = population(bench, K)
        engine = bench.create(config)
        allowed = TOLERANCES["steady"] / math.sqrt(config["oscillators_per_cluster"])
        bench.advance(engine, 800)
        series = sampled(bench, engine, 400, 4, order_of)
        expected = steady_order(K, "lorentzian", GAMMA)
        reason = f"Ott-Antonsen, {config['oscillators_per_cluster']} oscillators in quantiles"
        quantity = f"R at K = {K:g}, Lorentzian γ = 0.5"
        checks.append(Check.within(quantity, expected, float(series.mean()), allowed, "1", reason))
    return Outcome(checks)


def transients(bench: Bench) -> Outcome:
    """R(t) from r = 0.2 against the Ott-Antonsen solution, above and below the threshold."""
    checks, curves = [], []
    for K in (0.8, 2.0, 4.0):
        config = population(bench, K)
        engine = bench.create(config)
        series = sampled(bench, engine, 240, 4, order_of)
        times = 0.05 * np.arange(4, 241, 4)
        exact = ott_antonsen(times, K, GAMMA, START)
        worst = float(np.abs(series - exact).max())
        allowed = TOLERANCES["transient"] / math.sqrt(config["oscillators_per_cluster"])
        reason = "Ott-Antonsen, from the Poisson distribution; chance of the start grows with the order"
        quantity = f"transient at K = {K:g}: max |R(t) - theory|"
        checks.append(Check.within(quantity, 0.0, worst, allowed, "1", reason))
        curves.append(Curve(f"K = {K:g}", tuple(times.tolist()), tuple(series.tolist())))
        curves.append(Curve(f"theory, K = {K:g}", tuple(times.tolist()), tuple(exact.tolist())))
    return Outcome(checks, [Figure("Order sets in", "t", "R", tuple(curves))])


def lag_and_noise(bench: Bench) -> Outcome:
    """Phase lag, noise, and other distributions against their self-consistent equations."""
    gauss = {"kind": "gaussian", "scale": 1.0, "center": 0.0}
    cases: tuple[tuple[str, float, dict[str, Any], tuple[Any, ...]], ...] = (
        ("Lorentzian with lag 0.6", 3.0, {"phase_lag": 0.6}, ("lorentzian", GAMMA, 0.6, 0.0)),
        ("Gaussian with lag 0.5", 2.5, {"frequencies": gauss, "phase_lag": 0.5}, ("gaussian", 1.0, 0.5, 0.0)),
        (
            "uniform",
            1.5,
            {"frequencies": {"kind": "uniform", "scale": 1.0, "center": 0.0}, "start": {"kind": "coherent"}},
            ("uniform", 1.0, 0.0, 0.0),
        ),
        (
            "identical with noise 0.3",
            1.0,
            {"frequencies": "identical", "noise": 0.3, "dt": 0.02},
            ("identical", 0.0, 0.0, 0.3),
        ),
        (
            "Gaussian with noise 0.2",
            3.0,
            {"frequencies": gauss, "noise": 0.2, "dt": 0.02},
            ("gaussian", 1.0, 0.0, 0.2),
        ),
    )
    settle, window = (20, 20) if bench.quick else (30, 40)
    checks = []
    for name, K, more, theory in cases:
        config = population(
            bench, K, **{"oscillators_per_cluster": 10_000 if bench.quick else 50_000, **more}
        )
        engine = bench.create(config)
        bench.advance(engine, round(settle / engine.config.dump()["dt"]))
        series = sampled(bench, engine, round(window / engine.config.dump()["dt"]), 8, order_of)
        found = mean_of(series)
        kind = "noisy" if engine.config.dump()["noise"] else "steady"
        allowed = TOLERANCES[kind] / math.sqrt(config["oscillators_per_cluster"])
        reason = f"Sakaguchi and Kuramoto; standard error {found.error:.1g}"
        expected = steady_order(K, *theory)
        checks.append(Check.within(f"R, {name}, K = {K:g}", expected, found.value, allowed, "1", reason))
    return Outcome(checks)


def chimeras(bench: Bench) -> Outcome:
    """Two populations of identical oscillators: stable and breathing chimeras against their equations."""
    size = 512 if bench.quick else 2048
    settle, window = (100.0, 100.0) if bench.quick else (200.0, 400.0)
    checks, curves = [], []
    for difference, (order, phase) in CHIMERA_STARTS.items():
        config = chimera_config(difference, size, order, phase)
        engine = bench.create(config)
        h, weights = 0.1, np.asarray(coupling(engine.config))  # type: ignore[arg-type]
        start = engine.field("Z")
        bench.advance(engine, round(settle / h))
        series = sampled(bench, engine, round(window / h), 5, lambda e: float(e.field("R")[1]))
        times = np.concatenate([[0.0], settle + h * np.arange(5, round(window / h) + 1, 5)])
        exact = np.abs(ott_antonsen_populations(times, weights, start, config["phase_lag"])[1:, 1])
        measured, theory = breathing(series), breathing(exact)
        mean = float(series.mean())
        reason = f"Ott-Antonsen equations from the same start, over the same window; 2 x {size}, β = 0.1"
        name = f"chimera at A = {difference:g}"
        checks += [
            Check.within(
                f"{name}: mean R₂", float(exact.mean()), mean, TOLERANCES["chimera_mean"], "1", reason
            ),
            Check.within(
                f"{name}: least R₂", theory.low, measured.low, TOLERANCES["chimera_extremes"], "1", reason
            ),
            Check.within(
                f"{name}: largest R₂", theory.high, measured.high, TOLERANCES["chimera_extremes"], "1", reason
            ),
        ]
        curves.append(Curve(f"A = {difference:g}", tuple(times[1:].tolist()), tuple(series.tolist())))
    return Outcome(checks, [Figure("Chimeras", "t", "R₂", tuple(curves))])


def chimera_config(difference: float, size: int, order: float, phase: float) -> dict[str, Any]:
    """Abrams' model in the engine's terms: K within, K pi between, lag pi/2 - beta."""
    return {
        "geometry": "two_populations",
        "oscillators_per_cluster": size,
        "K": (1.0 + difference) / 2.0,
        "permeability": (1.0 - difference) / (1.0 + difference),
        "phase_lag": math.pi / 2 - BETA,
        "frequencies": {"kind": "identical", "center": 0.0},
        "start": {"kind": "clusters", "r_clusters": [1.0, order], "phase_clusters": [0.0, phase]},
        "dt": 0.1,
    }


LAWS: Mapping[str, Law] = {
    "steady order": steady_orders,
    "transient": transients,
    "lag and noise": lag_and_noise,
    "chimeras": chimeras,
}
"""Comparisons by name, in the order of the report."""
