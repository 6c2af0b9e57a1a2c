"""Small ensembles against closed forms: beat and locking of two and three, twisted states, noise alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tauscope.engine.base import Engine
from tauscope.engine.kuramoto.analysis.locking import locking_coupling, mean_frequencies
from tauscope.engine.kuramoto.analysis.populations import beat_frequency, locked_difference, twisted_rates
from tauscope.engine.kuramoto.analysis.verify_bench import TOLERANCES, Bench, Floats, Law, Outcome, sampled
from tauscope.engine.study import Check


def two(detuning: float, **more: Any) -> dict[str, Any]:
    """Two clusters of one oscillator with ``W_12 + W_21 = 1``."""
    return {
        "geometry": {"kind": "all_to_all", "clusters": 2, "normalisation": "sum"},
        "oscillators_per_cluster": 1,
        "K": 0.5,
        "permeability": 1.0,
        "frequencies": {"kind": "values", "values": [1.0 + detuning / 2, 1.0 - detuning / 2]},
        "start": {"kind": "coherent", "spread": 0.0},
        **more,
    }


def beats(bench: Bench) -> Outcome:
    """Beat of two oscillators against ``sqrt(detuning^2 - 1)``, counted over whole turns."""
    checks = []
    for detuning in (1.05, 1.2, 2.0):
        engine = bench.create(two(detuning))
        exact = beat_frequency(detuning, 1.0)
        turns = 12 if bench.quick else 60
        ticks = round((turns + 2) * 2 * math.pi / exact / 0.05)
        measured = _beat(sampled(bench, engine, ticks, 1, lambda e: e.field("theta")), 0.05)
        reason = "Adler: sqrt(Δω² − (2Kπ)²), 2Kπ = 1; whole turns"
        quantity = f"beat at Δω = {detuning:g}"
        checks.append(Check.within(quantity, exact, measured, TOLERANCES["beat"], "rad/time", reason))
    for alpha in (0.0, 0.4):
        detuning = 0.9 * math.cos(alpha)
        engine = bench.create(two(detuning, phase_lag=alpha))
        bench.advance(engine, 1200)
        theta = engine.field("theta")
        apart = float(np.angle(np.exp(1j * (theta[0] - theta[1]))))
        exact = locked_difference(detuning, 1.0, alpha)
        quantity = f"locked phase difference at Δω = {detuning:.3g}, α = {alpha:g}"
        reason = "asin(Δω / (2Kπ cos α)); symmetric lag turns both alike"
        checks.append(Check.within(quantity, exact, apart, TOLERANCES["locked"], "rad", reason))
    return Outcome(checks)


def three_clusters(bench: Bench) -> Outcome:
    """Clusters of many at three frequencies: apart below the critical K, at one frequency above it."""
    omega, size = [0.8, 1.0, 1.3], 20
    shape = np.ones((3, 3)) - np.eye(3)
    pi = 0.5
    # Identical oscillators of a cluster stay together, so a cluster moves as one; "mean" divides by degree 2.
    threshold = locking_coupling(omega, pi * shape / 2.0)
    checks = []
    for factor, locks in ((0.97, False), (1.03, True)):
        engine = bench.create(
            {
                "geometry": {"kind": "all_to_all", "clusters": 3},
                "oscillators_per_cluster": size,
                "K": factor * threshold,
                "permeability": pi,
                "frequencies": {"kind": "values", "values": omega},
                "start": {"kind": "coherent", "spread": 0.0},
            }
        )
        bench.advance(engine, 4000)
        psi = sampled(bench, engine, 4000 if bench.quick else 16_000, 8, lambda e: np.angle(e.field("Z")))
        found = mean_frequencies(0.4 * np.arange(len(psi)), psi).mean
        spread = float(np.ptp(found))
        quantity = f"spread of three clusters' frequencies at {factor:g} K_c, K_c = {threshold:.4f}"
        if locks:
            reason = "above the fold of the locked state all run at the mean of their frequencies"
            checks.append(
                Check.within(quantity, 0.0, spread, TOLERANCES["locked_spread"], "rad/time", reason)
            )
        else:
            reason = "below the fold of the locked state they cannot run together; a lower bound"
            checks.append(Check(quantity, 0.1, spread, 0.05, spread > 0.05, "rad/time", reason))
    return Outcome(checks)


def twisted_states(bench: Bench) -> Outcome:
    """A small wave on a twisted state decays or grows at the rate of the linear theory."""
    count, weight = 24, 0.5
    checks = []
    for twist, wave, alpha in ((2, 3, 0.0), (4, 2, 0.3), (8, 12, 0.0)):
        # On a ring every degree is 2, so "mean" makes the weight of a link K pi / 2.
        config: dict[str, Any] = {
            "geometry": {"kind": "ring", "clusters": count},
            "oscillators_per_cluster": 1,
            "K": 1.0,
            "permeability": 2.0 * weight,
            "phase_lag": alpha,
            "frequencies": {"kind": "identical", "center": 0.0},
        }
        engine = bench.create(config)
        place = np.arange(count) / count
        flat = 2 * np.pi * twist * place
        ripple = 1e-6 * np.cos(2 * np.pi * wave * place)
        engine.command("set_field", name="theta", value=np.angle(np.exp(1j * (flat + ripple))))
        sizes = [_wave(engine, flat, wave)]
        ticks = 40
        bench.advance(engine, ticks)
        sizes.append(_wave(engine, flat, wave))
        measured = math.log(sizes[1] / sizes[0]) / (0.05 * ticks)
        exact = float(twisted_rates(count, twist, weight, alpha)[wave].real)
        state = "grows" if exact > 0 else "decays"
        quantity = f"ring of {count}, {twist} turns, α = {alpha:g}: wave {wave} {state}"
        reason = "linear theory, Wiley, Strogatz and Girvan (2006)"
        checks.append(Check.within(quantity, exact, measured, TOLERANCES["twisted"], "1/time", reason))
    return Outcome(checks)


def diffusion(bench: Bench) -> Outcome:
    """Noise alone: coherent oscillators lose their order as ``e^{-D t}``."""
    size = 20_000 if bench.quick else 200_000
    config: dict[str, Any] = {
        "geometry": "single",
        "oscillators_per_cluster": size,
        "K": 0.0,
        "noise": 0.5,
        "frequencies": {"kind": "identical", "center": 0.0},
        "start": {"kind": "coherent", "spread": 0.0},
    }
    engine = bench.create(config)
    checks = []
    for time in (1.0, 3.0):
        bench.advance(engine, round((time - engine.time) / 0.05))
        allowed = TOLERANCES["noisy"] / math.sqrt(size)
        quantity = f"R of free oscillators with D = 0.5 at t = {time:g}"
        reason = f"exp(−D t), {size} oscillators"
        measured = engine.scalar("R_total")
        checks.append(Check.within(quantity, math.exp(-0.5 * time), measured, allowed, "1", reason))
    return Outcome(checks)


LAWS: Mapping[str, Law] = {
    "two oscillators": beats,
    "three clusters": three_clusters,
    "twisted states": twisted_states,
    "noise alone": diffusion,
}
"""Comparisons by name, in the order of the report."""


def _beat(theta: Floats, h: float) -> float:
    """Mean rate of the difference of two phases [n, 2], between its first and last whole turn."""
    apart = np.unwrap(theta[:, 0] - theta[:, 1])
    marks = 2 * np.pi * np.arange(math.ceil(apart[0] / (2 * np.pi)), math.floor(apart[-1] / (2 * np.pi)) + 1)
    first, last = (_crossing(apart, float(mark)) * h for mark in (marks[0], marks[-1]))
    return float((marks[-1] - marks[0]) / (last - first))


def _crossing(rising: Floats, mark: float) -> float:
    """Place, in samples, where a rising series passes a mark, by a cubic through four samples."""
    after = int(np.searchsorted(rising, mark, side="left"))
    first = min(max(after - 2, 0), len(rising) - 4)
    four = rising[first : first + 4]
    # Place as a polynomial of the value: the series is monotonic here.
    places = np.arange(first, first + 4, dtype=np.float64)
    total = 0.0
    for i in range(4):
        others = [j for j in range(4) if j != i]
        total += places[i] * math.prod((mark - four[j]) / (four[i] - four[j]) for j in others)
    return total


def _wave(engine: Engine, flat: Floats, wave: int) -> float:
    """Size of one wave of what is left when the twisted state and the common turn are taken off."""
    rest = np.angle(np.exp(1j * (engine.field("theta") - flat)))
    mean = np.angle(np.exp(1j * rest).mean())
    rest = np.angle(np.exp(1j * (rest - mean)))
    return float(abs((rest * np.exp(-2j * np.pi * wave * np.arange(len(rest)) / len(rest))).mean()))
