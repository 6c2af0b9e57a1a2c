"""Claims about the document's algorithms: steps, kernel, energy, oracle, metric."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tauscope.engine.claim import Claim
from tauscope.engine.ufie import reference_literal as literal
from tauscope.engine.ufie.analysis import dispersion
from tauscope.engine.ufie.analysis.bench import Bench
from tauscope.engine.ufie.analysis.verify_waves import PLAIN, WAVES
from tauscope.engine.ufie.reference import WaveReference
from tauscope.engine.ufie.reference_operator import Geometry

RING = 8
SPEED = 300.0
STEP = 5e-4


def energy_drift(bench: Bench) -> Claim:
    """Energy drift of a standing wave."""
    worst = {}
    for precision in ("precise", "fast"):
        start = {"kind": "plane", "waves": list(WAVES), "travelling": False}
        engine = bench.create({**PLAIN, "beta": 0.01, "precision": precision, "start": start})
        first, worst[precision] = engine.scalar("H_hat"), 0.0
        for _ in range(50):
            bench.advance(engine, 40 if bench.quick else 200)
            worst[precision] = max(worst[precision], abs(engine.scalar("H_hat") / first - 1))
    holds = worst["precise"] < 1e-6
    return Claim(
        "4.5.1",
        "energy drift below 0.0001 % over 10,000 steps",
        f"Ĥ of a standing wave, {2000 if bench.quick else 10_000} steps, β = 0.01",
        f"double {worst['precise']:.1e}, single {worst['fast']:.1e}",
        "holds only if" if holds else "fails",
        "in double precision; plain H swings by (ω dt)²/4 besides",
    )


def unconditional_stability(_bench: Bench) -> Claim:
    """No limit on the step."""
    largest = []
    top = dispersion.speed_limit(4.0, STEP)
    for share in (0.999, 1.001):
        wave = WaveReference(Geometry.flat((RING,)), STEP, c0=share * top)
        wave.start(np.random.default_rng(1).normal(size=RING))
        wave.advance(1000)
        largest.append(float(np.abs(wave.psi).max()))
    return Claim(
        "4.5.1",
        "no CFL condition for linear terms",
        "c₀ at 0.999 and 1.001 of 2/(dt √λ), 1000 steps",
        f"largest |Ψ| {largest[0]:.2g} and {largest[1]:.2g}",
        "fails" if largest[1] > 1e3 * largest[0] else "holds",
        "dt < 2/√(c₀² λ + m²)",
    )


def exact_damping(_bench: Bench) -> Claim:
    """Damping."""
    wave = WaveReference(Geometry.flat((RING,)), STEP, c0=SPEED, damping=0.1)
    psi = np.exp(2j * np.pi * np.arange(RING) / RING)
    wave.start(psi, -1j * SPEED * psi)
    first = float(np.vdot(wave.psi, wave.velocity()).imag)
    wave.advance(2000)
    rate = -math.log(float(np.vdot(wave.psi, wave.velocity()).imag) / first) / (2000 * STEP)
    return Claim(
        "4.2.1",
        "damping is exact",
        "rate of the charge at γ = 0.1",
        f"error {abs(rate - 0.1):.0e} 1/s",
        "holds" if abs(rate - 0.1) < 1e-10 else "fails",
        "for the whole map; a mode's frequency still has the error of the step",
    )


def long_drift(bench: Bench) -> Claim:
    """Energy drift over a million steps."""
    steps = 20_000 if bench.quick else 1_000_000
    worst = {}
    for precision in ("precise", "fast"):
        start = {"kind": "plane", "waves": list(WAVES), "travelling": False}
        engine = bench.create({**PLAIN, "beta": 0.01, "precision": precision, "start": start})
        first, worst[precision] = engine.scalar("H_hat"), 0.0
        for _ in range(20):
            bench.advance(engine, steps // 20)
            worst[precision] = max(worst[precision], abs(engine.scalar("H_hat") / first - 1))
    return Claim(
        "4.2.1",
        "energy drift below 0.01 % over a million steps",
        f"Ĥ of a standing wave, {steps:,} steps, β = 0.01",
        f"double {worst['precise']:.1e}, single {worst['fast']:.1e}",
        "holds" if max(worst.values()) < 1e-4 else "fails",
        "for kick, drift, kick with the force at the new place, and for Ĥ",
    )


def isolated_sites(_bench: Bench) -> Claim:
    """The first kernel."""
    model = literal.IsolatedSites((RING,), STEP, c0=SPEED)
    model.psi[0] = 1.0
    for _ in range(1000):
        model.step()
    beside = float(np.abs(model.psi[1:]).max())
    return Claim(
        "4.2.1",
        "its first kernel propagates waves",
        "one site of 1 on a ring: largest |Ψ| at the others after 0.5 s",
        f"{beside:g}",
        "fails" if beside == 0.0 else "holds",
        "its Laplacian is −Ψ of the site itself, a stand-in",
    )


def stale_kernel(_bench: Bench) -> Claim:
    """The reference kernel."""
    found = []
    for dt in (5e-4, 1e-4):
        model = literal.StaleForce(Geometry.flat((RING,)), dt, c0=SPEED, beta=0.0)
        phase = 2 * np.pi * 3 * np.arange(RING) / RING
        rate = SPEED * math.sqrt(dispersion.axis_eigenvalue(RING, 3))
        model.psi, model.velocity = np.exp(1j * phase), 1j * rate * np.exp(1j * phase)
        for _ in range(round(0.02 / dt)):
            model.step()
        size = rate**2 * np.abs(model.psi) ** 2 + np.abs(model.velocity) ** 2
        found.append(float(size.mean()) / (2 * rate**2))
    return Claim(
        "4.6",
        "the reference kernel integrates the equation",
        "energy of a mode after 20 ms at dt = 0.5 and 0.1 ms, over its start",
        f"{found[0]:.3g} and {found[1]:.3g}",
        "fails" if min(found) > 1.01 else "holds",
        "its second kick uses the old Laplacian: energy grows by 1 + (ω dt)²/2 a step for every dt",
    )


def six_steps(_bench: Bench) -> Claim:
    """The six steps."""
    model = literal.SixSteps(Geometry.flat((RING,)), STEP, c0=SPEED, beta=0.1)
    wave = WaveReference(Geometry.flat((RING,)), STEP, c0=SPEED, beta=0.1)
    start = np.cos(2 * np.pi * np.arange(RING) / RING)
    model.psi = start.astype(np.complex128)
    wave.start(start)
    first = wave.balance().H
    for _ in range(round(1.0 / STEP)):
        model.step()
        wave.step()
    ours = wave.balance().H / first
    wave.start(model.psi, model.velocity)
    theirs = wave.balance().H / first
    return Claim(
        "4.5.1",
        "its six steps keep the energy",
        "H over its start after 1 s, undriven and undamped, β = 0.1",
        f"cubic added to Ψ {theirs:.3f}, as an acceleration {ours:.4f}",
        "fails" if abs(theirs - 1) > 10 * abs(ours - 1) else "holds",
        "β|Ψ|²Ψ belongs into the acceleration",
    )


def refraction(_bench: Bench) -> Claim:
    """Speed of the six steps."""
    ratio = SPEED**2 / 9 / float(literal.speed_squared_of_six_steps(SPEED, 2.0))
    return Claim(
        "4.5.1",
        "its six steps refract as its equation does",
        "squared speed at s = 2, equation over algorithm",
        f"{ratio:.3g}",
        "fails" if ratio > 1.01 else "holds",
        "c₀²/(1 + s)², not (c₀/(1 + s)²)²",
    )


def energy_definition(_bench: Bench) -> Claim:
    """The document's energy."""
    wave = WaveReference(Geometry.flat((RING,)), STEP, c0=SPEED)
    wave.start(np.cos(2 * np.pi * np.arange(RING) / RING))
    theirs, ours = [], []
    for _ in range(200):
        wave.step()
        theirs.append(literal.energy(wave.psi))
        ours.append(wave.balance().H)
    swings = [float(np.ptp(values)) / float(np.mean(values)) for values in (theirs, ours)]
    return Claim(
        "4.5.2",
        "H = ∫ |Ψ|² + |∇Ψ|² is the energy",
        "(max − min)/mean over 0.1 s, undriven and undamped",
        f"document {swings[0]:.2f}, with kinetic energy {swings[1]:.1e}",
        "fails" if swings[0] > 10 * swings[1] else "holds",
        "it holds no ∂Ψ/∂t",
    )


def oracle_and_nan(_bench: Bench) -> Claim:
    """The document's oracle."""
    passes_nan = literal.Oracle().holds(math.nan, 0.0, 0.0, STEP)
    passes_first = literal.Oracle().holds(1.0, 0.0, 0.0, STEP)
    return Claim(
        "4.5.2",
        "the oracle detects instability before it explodes",
        "a NaN, and a first call at rest",
        f"NaN {'passes' if passes_nan else 'trips'}, first call {'passes' if passes_first else 'trips'}",
        "fails" if passes_nan or not passes_first else "holds",
        "not (error <= tolerance), relative to T + G + |N| + Σ|W|",
    )


def mixed_derivative(_bench: Bench) -> Claim:
    """The mixed term."""
    psi = np.random.default_rng(1).normal(size=(6, 6))
    ratio = float(np.median(literal.mixed_term(2 * psi, 0, 1) / literal.mixed_term(psi, 0, 1)))
    return Claim(
        "4.6",
        "off-diagonal components act by mixed derivatives",
        "f(2Ψ)/f(Ψ) of its term",
        f"{ratio:.3g}",
        "fails" if ratio != 2 else "holds",
        "a product of two slopes is no operator",
    )


def metric_reset(_bench: Bench) -> Claim:
    """Reset of the metric."""
    found = literal.reset_metric(np.full(literal.COMPONENTS, 7.0))
    diagonal = {literal.metric_index(d, d) for d in range(literal.AXES)}
    lost = sum(found[place] != 1 for place in diagonal)
    left = sum(found[place] != 0 for place in range(literal.COMPONENTS) if place not in diagonal)
    return Claim(
        "4.5.2",
        "reset_metric_to_euclidean makes the metric flat",
        "45 components of 7",
        f"{lost} diagonals not 1, {left} others not 0",
        "fails" if lost or left else "holds",
        "pairs are counted from 0 instead of by the packed index",
    )


CLAIMS: tuple[Callable[[Bench], Claim], ...] = (
    energy_drift,
    unconditional_stability,
    exact_damping,
    long_drift,
    isolated_sites,
    stale_kernel,
    six_steps,
    refraction,
    energy_definition,
    oracle_and_nan,
    mixed_derivative,
    metric_reset,
)
"""Tests, in the order of the table."""
