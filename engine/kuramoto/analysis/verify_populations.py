"""Large populations against the theories of Ott and Antonsen, of Sakaguchi and of Abrams."""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tauscope.engine.autocorrelation import mean_of
from tauscope.engine.kuramoto.analysis.chimeras import chimera_attractor
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

CHIMERAS = (0.2, 0.28, 0.35)
"""A of a steady chimera, of one whose breathing has just set in, and of one that breathes widely."""
SETTLE = 100.0
"""Time that chimeras are left alone before they are measured."""
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
    """Two populations of identical oscillators against the attractor of their equations, and along the way.

    The expectation is that of the attractor, and the run starts on it: an orbit from elsewhere takes
    thousands of units of time to get there at A = 0.28, where breathing has just set in.
    """
    size, breaths, steady = (512, 1, 60.0) if bench.quick else (2048, 5, 400.0)
    h, stride = 0.1, 2
    checks, curves = [], []
    for difference in CHIMERAS:
        attractor = chimera_attractor(difference, BETA)
        config = chimera_config(difference, size, abs(attractor.start), cmath.phase(attractor.start))
        engine = bench.create(config)
        weights, start = np.asarray(coupling(engine.config)), engine.field("Z")  # type: ignore[arg-type]
        bench.advance(engine, round(SETTLE / h))
        # One breath more than counts, so that there is a whole number of them from rise to rise.
        window = (breaths + 1) * attractor.period or steady
        ticks = round(window / h)
        series = sampled(bench, engine, ticks, stride, lambda e: float(e.field("R")[1]))
        times = SETTLE + h * np.arange(stride, ticks + 1, stride)
        path = ott_antonsen_populations([0.0, *times], weights, start, config["phase_lag"])
        apart = float(np.abs(series - np.abs(path[1:, 1])).max())
        measured, theory = breathing(series), attractor.order
        name = f"chimera at A = {difference:g}"
        where = (
            f"β = 0.1, 2 x {size}, from Z₂ / Z₁ = {abs(start[1]):.4f} at "
            f"{cmath.phase(start[1] / start[0]):.4f} rad, t = {SETTLE:g} to {times[-1]:.4g}"
        )
        whole = f", {breaths} x {attractor.period:.2f} from rise to rise" if attractor.period else ""
        reason = f"attractor of the Ott-Antonsen equations; {where}{whole}"
        mean, extremes = TOLERANCES["chimera_mean"], TOLERANCES["chimera_extremes"]
        checks += [
            Check.within(f"{name}: mean R₂", theory.mean, measured.mean, mean, "1", reason),
            Check.within(f"{name}: least R₂", theory.low, measured.low, extremes, "1", reason),
            Check.within(f"{name}: largest R₂", theory.high, measured.high, extremes, "1", reason),
            Check.within(
                f"{name}: max |R₂(t) - theory|",
                0.0,
                apart,
                TOLERANCES["chimera_path"],
                "1",
                f"the same equations from the same start; {where}",
            ),
        ]
        curves.append(Curve(f"A = {difference:g}", tuple(times.tolist()), tuple(series.tolist())))
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
