"""The method against an independent integration, and what it conserves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import integrate

from tauscope.engine.base import Engine
from tauscope.engine.kuramoto.analysis.verify_bench import TOLERANCES, Bench, Floats, Law, Outcome, sampled
from tauscope.engine.kuramoto.reference import KuramotoReference
from tauscope.engine.kuramoto.weights import coupling
from tauscope.engine.study import Check, Curve, Figure

CIRCLE: dict[str, Any] = {
    "geometry": "circle6_center",
    "oscillators_per_cluster": 60,
    "K": 0.8,
    "permeability": 0.8,
    "frequencies": {"kind": "gaussian", "scale": 0.5, "center": 1.0},
}
"""Seven clusters of sixty, as the prototype had them."""

DURATION = 10.0


def order_of_the_method(bench: Bench) -> Outcome:
    """Largest |z - z_exact| after T = 10 at falling steps, against DOP853 on the angles."""
    exact = np.exp(1j * integrated(bench.create(CIRCLE), DURATION))
    curves, checks = [], []
    for method, wanted in (("lawson", "order"), ("strang", "order_strang")):
        # Strang's largest error falls as h^2 from smaller steps on.
        steps: tuple[float, ...] = (0.1, 0.05) if method == "lawson" else (0.05, 0.025, 0.0125)
        if not bench.quick:
            steps = (0.2, 0.1, 0.05, 0.025, 0.0125)
        errors = [_error(bench, {**CIRCLE, "integrator": method}, h, exact) for h in steps]
        orders = [math.log2(one / other) for one, other in pairwise(errors)]
        least = orders[-1]
        checks.append(
            Check(
                f"{method}: order from h = {steps[-2]:g} to {steps[-1]:g}",
                4.0 if method == "lawson" else 2.0,
                least,
                TOLERANCES[wanted],
                least >= TOLERANCES[wanted],
                "1",
                f"7 clusters of 60, T = {DURATION:g}, DOP853 at 1e-12; the tolerance is a lower bound",
            )
        )
        if method == "lawson":
            error = errors[steps.index(0.05)]
            reason = "the same runs; 1.4e-5 in the prototype"
            quantity = "lawson: max |z - z_exact| at h = 0.05"
            checks.append(Check.within(quantity, 0.0, error, TOLERANCES["error"], "1", reason))
        curves.append(Curve(method, steps, tuple(errors)))
    lagged = {**CIRCLE, "phase_lag": 0.3}
    reference = np.exp(1j * integrated(bench.create(lagged), DURATION))
    error = _error(bench, lagged, 0.05, reference)
    reason = "the same with a phase lag of 0.3"
    quantity = "lawson with lag: max |z - z_exact| at h = 0.05"
    checks.append(Check.within(quantity, 0.0, error, TOLERANCES["error"], "1", reason))
    return Outcome(checks, [Figure("Error against the step", "h", "max |z - z_exact|", tuple(curves))])


def modulus(bench: Bench) -> Outcome:
    """Phasors stay on the unit circle."""
    engine = bench.create(CIRCLE)
    bench.advance(engine, 200 if bench.quick else 4000)
    state = engine.state()
    worst = float(np.abs(np.hypot(state["zr"], state["zi"]) - 1.0).max())
    reason = "every step ends with z (3 - |z|^2) / 2"
    return Outcome([Check.within("max ||z| - 1|", 0.0, worst, TOLERANCES["modulus"], "1", reason)])


def mirror(bench: Bench) -> Outcome:
    """Action equals reaction where W is symmetric, and not with each cluster's own degree."""
    checks = []
    for kind in ("mean", "sum", "degree"):
        engine = bench.create({**CIRCLE, "geometry": {"kind": "circle6_center", "normalisation": kind}})
        bench.advance(engine, 60)
        residual = engine.scalar("mirror_residual")
        if kind == "degree":
            reason = "from the torques of hub (degree 6) and rim (3): this normalisation breaks the law"
            exact = _broken_mirror(engine.field("Z"))
            apart = abs(residual - exact)
            passed = apart <= TOLERANCES["mirror_broken"] and residual > 0.05
            tolerance = TOLERANCES["mirror_broken"]
            checks.append(Check("Mirror residual, degree", exact, residual, tolerance, passed, "1", reason))
        else:
            reason = "sum |J + J^T| / sum |J| of a symmetric W"
            tolerance = TOLERANCES["mirror"]
            checks.append(Check.within(f"Mirror residual, {kind}", 0.0, residual, tolerance, "1", reason))
    return Outcome(checks)


def constant_of_motion(bench: Bench) -> Outcome:
    """The literal signed drift is mean(omega) h at every coupling, while the order grows."""
    checks = []
    orders = []
    for K in (0.0, 1.0, 3.0):
        config = {**CIRCLE, "K": K, "frequencies": {"kind": "gaussian", "scale": 0.2, "center": 0.29}}
        engine = bench.create(config)
        bench.advance(engine, 400)
        expected = float(engine.field("omega").mean()) * 0.05
        drifts = sampled(bench, engine, 100, 20, lambda e: e.scalar("drift_mean"))
        worst = float(np.abs(drifts - expected).max())
        orders.append(engine.scalar("R_total"))
        quantity = f"signed drift less mean(ω) h at K = {K:g}"
        reason = "reciprocal torques cancel in the mean, so this log column says nothing about order"
        checks.append(Check.within(quantity, 0.0, worst, TOLERANCES["drift"], "rad/step", reason))
    grown = orders[2] - orders[0]
    reason = f"R goes from {orders[0]:.3f} to {orders[2]:.3f} while the signed drift stands; a lower bound"
    checks.append(Check("order gained from K = 0 to 3", 0.9, grown, 0.7, grown > 0.7, "1", reason))
    return Outcome(checks)


LAWS: Mapping[str, Law] = {
    "order of the method": order_of_the_method,
    "modulus": modulus,
    "Mirror": mirror,
    "signed drift": constant_of_motion,
}
"""Comparisons by name, in the order of the report."""


def integrated(engine: Engine, duration: float) -> Floats:
    """Phases [N] of an engine's start after ``duration``, by DOP853 on the angles; the engine stays."""
    config: Any = engine.config
    theta = engine.field("theta")
    offsets = np.arange(config.clusters + 1) * config.oscillators_per_cluster
    weights = coupling(config)
    model = KuramotoReference(
        theta, engine.field("omega"), offsets, np.asarray(weights), alpha=config.phase_lag
    )
    solved = integrate.solve_ivp(
        lambda t, angles: model.velocity(angles, t), (0.0, duration), theta, "DOP853", rtol=1e-12, atol=1e-12
    )
    return np.asarray(solved.y[:, -1], np.float64)


def _broken_mirror(Z: Any) -> float:
    """Residual of hub 0 and rim 1 to 6 with each link divided by the degree of the cluster acted upon."""
    links = [(0, rim) for rim in range(1, 7)] + [(rim, rim % 6 + 1) for rim in range(1, 7)]
    missing = whole = 0.0
    for c, d in links:
        torque = float((Z[d] * np.conj(Z[c])).imag)
        action, reaction = torque / (6 if c == 0 else 3), -torque / 3
        missing += abs(action + reaction)
        whole += abs(action) + abs(reaction)
    return 2 * missing / whole


def _error(bench: Bench, config: Mapping[str, Any], h: float, exact: Any) -> float:
    engine = bench.create({**config, "dt": h})
    bench.advance(engine, round(DURATION / h))
    return float(np.abs(np.exp(1j * engine.field("theta")) - exact).max())
