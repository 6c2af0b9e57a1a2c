"""The coupled equations: blow-up, growth rates, and what each option does about them."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from tauscope.engine.charge.analysis.verify_bench import TOLERANCES, Bench, Laws, Outcome, pair
from tauscope.engine.study import Check, Curve, Figure

T_BLOW = {0.02: 4.22, 0.01: 4.15, 0.005: 4.11, 0.002: 4.09, 0.001: 4.08, 0.0005: 4.07}
"""Time of the blow-up at R = 2 by the step."""
UNIFORM: dict[str, Any] = {
    "scheme": "compact",
    "gamma": 1.0,
    "background": math.sqrt(0.5),
    "noise": 1e-8,
    "charges": [],
    "dt": 0.0025,
}
"""Uniform background with ρ₀ dI_eq/dρ = 1, on which linear theory stands."""
LENGTH = 8.0
"""Side of the torus of growth rates, in units of length."""


def blow_up(bench: Bench) -> Outcome:
    """Time of the blow-up at R = 2 by the step; it converges, so no step is small enough."""
    steps = (0.02, 0.01, 0.005) if bench.quick else tuple(T_BLOW)
    times, checks = [], []
    for dt in steps:
        engine = bench.create("rho2", dt=dt, charges=pair(2))
        bench.advance(engine, round(6.0 / dt))
        times.append(engine.time if engine.check() else math.nan)
        quantity = f"time of the blow-up at R = 2, dt = {dt:g}"
        reason = "explicit Euler, compact Laplacian, central current, I at its equilibrium at first"
        checks.append(Check.within(quantity, T_BLOW[dt], times[-1], TOLERANCES["t_blow"], "time", reason))
    engine = bench.create("rho2", charges=pair(3))
    bench.advance(engine, 700)
    moved = float(np.abs(engine.field("rho")[16, [15, 18]] - [1.0, -1.0]).max())
    reason = "a point charge sits on a symmetric φ, whose central gradient is 0"
    checks.append(Check.within("motion of a charge at R = 3 up to t = 7", 0.0, moved, 0.0, "e", reason))
    return Outcome(checks, [Figure("Blow-up", "dt", "t", (Curve("R = 2", steps, tuple(times)),))])


def implicit_steps(bench: Bench) -> Outcome:
    """Backward Euler's steps end as well: Newton's method finds no solution."""
    engine = bench.create("C", scheme="backward_euler", dt=0.05, charges=pair(2))
    bench.advance(engine, 120)
    reason = "dt = 0.05 at R = 2; the next step has no solution that Newton's method finds"
    densest = engine.scalar("rho_max")
    tolerances = TOLERANCES["t_blow"], TOLERANCES["newton_rho"]
    checks = [
        Check.within("time at which backward Euler fails", 3.65, engine.time, tolerances[0], "time", reason),
        Check.within("largest |ρ| then", 78.0, densest, tolerances[1], "e/cell", reason),
    ]
    if engine.check() is None:
        checks.append(Check("backward Euler says that it failed", 1.0, 0.0, 0.0, False, "1", reason))
    return Outcome(checks)


def growth(bench: Bench, mode: str, cells: int, until: float = 3e-3, **config: Any) -> tuple[float, float]:
    """Measured growth rate of noise on a uniform background while it is small, and theory's, in 1 / time.

    Read when the noise has grown to ``until``, or after six units of time.
    """
    engine = bench.create(mode, size=cells, spacing=LENGTH / cells, **{**UNIFORM, **config})
    theory = engine.scalar("growth_rate_theory")
    start, rate = engine.field("rho"), math.nan
    while engine.time < 6.0 and engine.check() is None:
        engine.advance(40)
        rate = engine.scalar("growth_rate")
        rho = engine.field("rho")
        if np.ptp(rho) > until * max(1e-9, float(np.abs(start).max())):
            break
    return rate, theory


def early_growth(bench: Bench, cells: int, lam: float) -> float:
    """Growth rate of noise at t = 0.4 with friction, before the background has drained, in 1 / time."""
    engine = bench.create("A", size=cells, spacing=LENGTH / cells, lam=lam, **UNIFORM)
    bench.advance(engine, 160)
    return engine.scalar("growth_rate")


def rates(bench: Bench) -> Outcome:
    """Growth of noise on 8, 16 and 32 cells of the same torus: each refinement multiplies it."""
    cells = (8, 16, 32)
    found = [growth(bench, "rho2", n) for n in cells]
    checks = []
    for n, (measured, theory) in zip(cells, found, strict=True):
        limit = TOLERANCES["rate"] * theory
        reason = "fastest mode of σ²(σ + γ) = gαγρ₀c₁k⁴; noise of many modes grows a little slower"
        quantity = f"growth rate on {n}² cells"
        checks.append(Check.within(quantity, theory, measured, limit, "1/time", reason))
    for (one, _), (other, _), n in zip(found, found[1:], cells[1:], strict=False):
        ratio = other / one
        quantity, reason = f"refinement ratio to {n}² cells", "2^(4/3) = 2.52 for σ ~ k^(4/3); 2.3 to 2.8"
        checks.append(Check.within(quantity, 2.55, ratio, 0.25, "1", reason))
    rising = all(other > one for (one, _), (other, _) in pairwise(found))
    reason = "a finer grid has a faster mode: the equations are ill-posed, not the scheme"
    checks.append(Check("rates rise with every refinement", 1.0, float(rising), 0.0, rising, "1", reason))
    curves = [
        Curve(name, cells, tuple(pair_[index] for pair_ in found))
        for index, name in enumerate(("measured", "theory"))
    ]
    return Outcome(checks, [Figure("Growth rates", "cells a side", "1/time", tuple(curves))])


def friction(bench: Bench) -> Outcome:
    """Option A: charge drains away, and noise grows all the same."""
    checks = []
    for lam, left, limit in ((0.1, 0.50, 5e-3), (1.0, 0.0009, 5e-5)):
        engine = bench.create("A", lam=lam, charges=pair(4))
        bench.advance(engine, 700)
        share = engine.scalar("charge_absolute") / 2.0
        reason = "e^(−λt), printed to that many digits: charge is not conserved"
        quantity = f"share of |charge| left at t = 7, λ = {lam:g}"
        checks.append(Check.within(quantity, left, share, limit, "1", reason))
    slow, fast = (early_growth(bench, n, 1.0) for n in (16, 32))
    reason = f"{slow:.3g} on 16² and {fast:.3g} on 32² at t = 0.4: friction takes λ off a rate without bound"
    ratio = fast / slow if slow > 0.0 else math.nan
    checks.append(Check.bounded("growth with λ = 1, 32² over 16²", ">", 2.0, ratio, "1", reason))
    return Outcome(checks)


def fixed(bench: Bench) -> Outcome:
    """Option B: a contact interaction of overlapping ∇²I, and nothing beyond three cells."""
    alone = _mean_energy(bench, pair(2)[:1])
    values = {R: _mean_energy(bench, pair(R)) - 2.0 * alone for R in (2, 3, 4, 5, 8)}
    checks = []
    for R, expected in ((2, 268.5), (3, -22.4)):
        reason = "E − 2 E_self, mean over t = 2, 2.05, … 7; E grows as t²"
        quantity = f"V({R}) of fixed charges"
        checks.append(Check.within(quantity, expected, values[R], TOLERANCES["contact"], "1", reason))
    worst = max(abs(values[R]) for R in (4, 5, 8))
    reason = "beyond the reach of two Laplacians nothing is left"
    checks.append(Check.within("|V(R ≥ 4)| of fixed charges", 0.0, worst, TOLERANCES["beyond"], "1", reason))
    return Outcome(checks)


def _mean_energy(bench: Bench, charges: list[dict[str, Any]]) -> float:
    engine = bench.create("B", charges=charges)
    bench.advance(engine, 200)
    found = [engine.scalar("energy")]
    for _ in range(100):
        engine.advance(5)
        found.append(engine.scalar("energy"))
    return float(np.mean(found))


def regularised(bench: Bench) -> Outcome:
    """Diffusion of both fields bounds the rates, and removes them where gαρ₀c₁ < Dν."""
    checks = []
    rate, theory = growth(bench, "regularised", 16, D=1.5, nu=1.5)
    reason = "g α |ρ₀c₁| = 1 < D ν = 2.25; the bound is 0"
    checks.append(Check.bounded("growth with D = ν = 1.5", "<=", 0.0, rate, "1/time", reason))
    rounding = TOLERANCES["rounding"]
    checks.append(Check.bounded("growth with D = ν = 1.5, theory", "<=", rounding, theory, "1/time", reason))
    for n in (16,) if bench.quick else (16, 32):
        rate, theory = growth(bench, "regularised", n, D=0.5, nu=0.5, dt=0.0025 if n == 16 else 0.002)
        limit = TOLERANCES["limit_rate"]
        reason = f"theory {theory:.3g}; however fine the grid, below gαγ/(Dν) − γ = 3"
        quantity = f"growth with D = ν = 0.5 on {n}² cells"
        checks.append(Check.bounded(quantity, "<", limit, rate, "1/time", reason))
        reason = "the fastest mode on this lattice; noise of many modes grows a little slower"
        checks.append(Check.bounded(f"{quantity}, least", ">", 0.8 * theory, rate, "1/time", reason))
    return Outcome(checks)


LAWS: Laws = {
    "time of the blow-up": blow_up,
    "implicit steps": implicit_steps,
    "growth rates": rates,
    "option A": friction,
    "option B": fixed,
    "regularised": regularised,
}
