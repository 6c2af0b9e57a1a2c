"""The method against exact results: dispersion, energy, damping, order, balance, limit of the step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tauscope.engine.base import Engine
from tauscope.engine.study import Check, Curve, Figure
from tauscope.engine.ufie.analysis import dispersion
from tauscope.engine.ufie.analysis.bench import TOLERANCES, Bench, Law, Outcome, ring
from tauscope.engine.ufie.analysis.soliton import charge
from tauscope.engine.ufie.axes import top_eigenvalue
from tauscope.engine.ufie.reference import WaveReference
from tauscope.engine.ufie.reference_operator import Geometry

SHAPE = (4, 1, 3, 1, 1, 1, 8, 4, 1)
WAVES = (1, 0, 1, 0, 0, 0, 2, 1, 0)
STEP = 5e-4
SPEED = 300.0
PLAIN: dict[str, Any] = {
    "shape": list(SHAPE),
    "dt": STEP,
    "c0": SPEED,
    "mass": 0.0,
    "beta": 0.0,
    "resonance": 1.0,
    "emitters": [],
    "precision": "precise",
    "scram": {"on": False},
}
"""Undamped, undriven, linear, on 384 sites."""


def plane_waves(bench: Bench) -> Outcome:
    """Phase of a plane wave after 1000 steps, linear and cubic."""
    checks = []
    lam = dispersion.eigenvalue(SHAPE, WAVES)
    phase = 2 * np.pi * np.tensordot(np.array(WAVES) / np.array(SHAPE), np.indices(SHAPE), 1)
    for precision, key in (("precise", "phase"), ("fast", "phase_fast")):
        for beta in (0.0, 10.0):
            rate = dispersion.leapfrog_frequency(lam, SPEED, STEP, 0.0, beta, 1.0)
            engine = bench.create({**PLAIN, "beta": beta, "precision": precision})
            wave = np.exp(1j * phase)
            engine.command("set_field", name="psi", value=wave)
            engine.command("set_field", name="velocity", value=-1j * math.sin(rate * STEP) / STEP * wave)
            bench.advance(engine, 1000)
            turned = np.vdot(wave, engine.field("psi").astype(np.complex128)) * np.exp(
                1j * rate * STEP * 1000
            )
            quantity = f"phase error, β A² = {beta:g}, {precision}"
            reason = "sin²(ω dt/2) = (dt/2)² (c₀² λ − β A²), 1000 steps"
            error = float(np.angle(turned))
            checks.append(Check.within(quantity, 0.0, error, TOLERANCES[key], "rad", reason))
    return Outcome(checks)


def energy(bench: Bench) -> Outcome:
    """H_hat over many steps, of a standing wave, where plain H swings by (w dt)^2/4."""
    steps = 2000 if bench.quick else 10_000
    checks = []
    for precision, key in (("precise", "energy"), ("fast", "energy_fast")):
        engine = bench.create({**PLAIN, "beta": 0.01, "precision": precision, "start": _standing()})
        first, worst = engine.scalar("H_hat"), 0.0
        swing = [engine.scalar("H")]
        for _ in range(100):
            bench.advance(engine, steps // 100)
            worst = max(worst, abs(engine.scalar("H_hat") / first - 1.0))
        for _ in range(40):
            bench.advance(engine, 1)
            swing.append(engine.scalar("H"))
        reason = f"{steps} steps, β = 0.01"
        checks.append(Check.within(f"Ĥ drift, {precision}", 0.0, worst, TOLERANCES[key], "1", reason))
        if precision == "precise":
            expected = SPEED**2 * dispersion.eigenvalue(SHAPE, WAVES) * STEP**2 / 4
            measured = float(np.ptp(swing)) / max(swing)
            reason = "(ω dt)²/4: plain H swings and does not drift"
            allowed = TOLERANCES["swing"] * expected
            checks.append(Check.within("swing of plain H", expected, measured, allowed, "1", reason))
    return Outcome(checks)


def damping(bench: Bench) -> Outcome:
    """The charge falls as exp(-gamma t), whatever the cubic does."""
    config = {**PLAIN, "alpha": 0.2, "resonance": 0.5, "beta": 1.0, "start": {"kind": "random"}}
    engine = bench.create(config)
    psi = engine.field("psi")
    engine.command("set_field", name="velocity", value=-1j * SPEED * psi)
    first = charge(psi, engine.field("velocity"))
    bench.advance(engine, 1000)
    left = charge(engine.field("psi"), engine.field("velocity")) / first
    rate = -math.log(left) / (1000 * STEP) / 2
    reason = "exp(−γ dt) each step; γ = α (1 − r) = 0.1, amplitudes fall at half of it"
    return Outcome([Check.within("rate of damping", 0.05, rate, TOLERANCES["damping"], "1/s", reason)])


def order(bench: Bench) -> Outcome:
    """The leapfrog against the exact modes: errors fall by four on halving the step."""
    curves, checks = [], []
    seconds = 0.02 if bench.quick else 0.1
    for beta in (0.0, 1.0) if bench.quick else (0.0, 1.0, 100.0):
        config = {**PLAIN, "beta": beta, "start": {"kind": "random"}}
        exact = _after(bench, {**config, "integrator": "etd", "dt": 5e-5}, seconds)
        size = float(np.linalg.norm(bench.create(config).field("psi")))
        steps = (1e-4, 5e-5)
        errors = [
            float(np.linalg.norm(_after(bench, {**config, "dt": dt}, seconds) - exact)) / size for dt in steps
        ]
        ratio = errors[0] / errors[1]
        reason = f"against Fourier modes; errors {errors[0]:.2g} and {errors[1]:.2g} of |Ψ₀|"
        quantity = f"error at dt over dt/2, β = {beta:g}"
        checks.append(Check.within(quantity, 4.0, ratio, TOLERANCES["halving"], "1", reason))
        curves.append(Curve(f"β = {beta:g}", steps, tuple(errors)))
    return Outcome(checks, [Figure("Error against the step", "dt (s)", "|Ψ − Ψ_exact|/|Ψ₀|", tuple(curves))])


def balance(bench: Bench) -> Outcome:
    """Work and loss exact to the substep in every metric, driven and damped; with beta it falls as dt^2."""
    base = {
        **PLAIN,
        "shape": [3, 1, 1, 1, 1, 1, 8, 8, 3],
        "resonance": 0.0,
        "alpha": 5.0,
        "emitters": "golden",
        "start": {"kind": "random", "amplitude": 0.5},
    }
    checks = []
    for kind in ("flat", "diagonal", "rank1", "full"):
        worst = _residual(bench, {**base, "metric": {"kind": kind}}, 400)
        reason = "Ĥ less work and loss, golden drive, α = 5, 400 steps"
        quantity = f"residual at β = 0, {kind} metric"
        checks.append(Check.within(quantity, 0.0, worst, TOLERANCES["residual"], "1", reason))
    left = [
        _residual(bench, {**base, "beta": 100.0, "dt": dt, "metric": {"kind": "rank1"}}, round(0.05 / dt))
        for dt in (2.5e-4, 1.25e-4)
    ]
    reason = f"β = 100, rank-one metric; {left[0]:.2g} and {left[1]:.2g}"
    ratio = left[0] / left[1]
    checks.append(
        Check.within("residual at dt over dt/2", 4.0, ratio, TOLERANCES["residual_ratio"], "1", reason)
    )
    return Outcome(checks)


def step_limit(bench: Bench) -> Outcome:
    """Where the leapfrog begins to run away, by bisection in c0 on a ring of odd length."""
    size, mass = 9, 40.0
    lam = top_eigenvalue((size,))
    low, high = 0.5 * dispersion.speed_limit(lam, STEP, mass), 2.0 * dispersion.speed_limit(lam, STEP, mass)
    noise = np.random.default_rng(bench.seed).normal(size=size)
    while high / low > 1.0 + 1e-4:
        middle = math.sqrt(low * high)
        wave = WaveReference(Geometry.flat((size,)), STEP, c0=middle, mass=mass)
        wave.start(noise)
        for _ in range(40):
            wave.advance(50)
            if np.abs(wave.psi).max() > 1e8:
                break
        low, high = (low, middle) if np.abs(wave.psi).max() > 1e8 else (middle, high)
    expected = dispersion.speed_limit(lam, STEP, mass)
    reason = "dt < 2/√(c₀² λ + m²), λ = 4 cos²(π/2N) on an odd ring; 2000 steps of the reference"
    return Outcome(
        [
            Check.within(
                "largest stable c₀ over its limit", 1.0, low / expected, TOLERANCES["limit"], "1", reason
            )
        ]
    )


def stale_force(bench: Bench) -> Outcome:
    """The document's kernel: every mode's energy grows by 1 + (w dt)^2/2 a step."""
    size, wave = 8, 3
    rate = SPEED * math.sqrt(dispersion.axis_eigenvalue(size, wave))
    checks = []
    for dt in (5e-4, 1e-4):
        engine = bench.create(
            ring(size, dt=dt, c0=SPEED, mass=0.0, beta=0.0, resonance=1.0, integrator="literal")
        )
        psi = np.exp(2j * np.pi * wave * np.arange(size) / size).reshape(engine.field("psi").shape)
        engine.command("set_field", name="psi", value=psi)
        engine.command("set_field", name="velocity", value=1j * rate * psi)
        start = _size(engine, rate)
        bench.advance(engine, 400)
        measured = math.log(_size(engine, rate) / start) / 400
        expected = math.log1p((rate * dt) ** 2 / 2)
        reason = "determinant of its step, 1 + (ω dt)²/2: unstable for every dt"
        allowed = TOLERANCES["stale"] * expected
        checks.append(
            Check.within(
                f"literal kernel: growth a step, dt = {dt:g}", expected, measured, allowed, "1", reason
            )
        )
    return Outcome(checks)


LAWS: Mapping[str, Law] = {
    "plane waves": plane_waves,
    "energy": energy,
    "damping": damping,
    "order": order,
    "balance": balance,
    "limit of the step": step_limit,
    "literal kernel": stale_force,
}
"""Comparisons by name, in the order of the report."""


def _standing() -> dict[str, Any]:
    return {"kind": "plane", "waves": list(WAVES), "travelling": False}


def _after(bench: Bench, config: Mapping[str, Any], seconds: float) -> Any:
    engine = bench.create(config)
    bench.advance(engine, round(seconds / config["dt"]))
    return engine.field("psi")


def _residual(bench: Bench, config: Mapping[str, Any], steps: int) -> float:
    engine = bench.create(config)
    worst = 0.0
    for _ in range(40):
        bench.advance(engine, steps // 40)
        worst = max(worst, engine.scalar("residual"))
    return worst


def _size(engine: Engine, rate: float) -> float:
    """``|v|^2 + w^2 |Psi|^2`` of a mode: twice its energy."""
    psi, v = engine.field("psi"), engine.field("velocity")
    return float((np.abs(v) ** 2).sum() + rate**2 * (np.abs(psi) ** 2).sum())
