"""What the texts of the Kuramoto presets promise holds in a run of the engine."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import pytest

from tauscope.app import presets
from tauscope.engine.kuramoto.engine import KuramotoEngine
from tauscope.engine.registry import create


def run(name: str, ticks: int, **changes: Any) -> KuramotoEngine:
    preset = presets.load(name).with_values(changes)
    engine = cast(KuramotoEngine, create(preset.engine, preset.config, seed=1))
    engine.advance(ticks)
    return engine


def told(name: str) -> str:
    preset = presets.load(name)
    return f"{preset.see} {' '.join(preset.tries)}"


def scalars_over(engine: KuramotoEngine, name: str, ticks: int) -> np.ndarray[Any, Any]:
    found = []
    for _ in range(ticks // 10):
        engine.advance(10)
        found.append(engine.scalar(name))
    return np.array(found)


def test_the_circle_with_the_published_values() -> None:
    engine = run("circle6_center", 0)
    c = engine.config
    assert [round(c.K * f, 3) for f in c.layer_K or ()] == [0.8, 0.6, 0.5]
    assert [round(c.inter_K * f, 3) for f in c.inter_factors or ()] == [0.2, 0.1, 0.15]
    assert [round(c.frequencies.scale * f, 3) for f in c.layer_scale or ()] == [0.2, 0.15, 0.1]
    assert (c.permeability, c.offer_two_paths, c.layers, c.clusters_per_layer) == (0.8, True, 3, 7)
    engine.advance(1000)
    engine.set("noise", 0.3)
    engine.advance(500)
    assert scalars_over(engine, "R_total", 1000).mean() == pytest.approx(0.84, abs=0.02)
    assert engine.scalar("cross_sync") > 0.97


def test_the_grid_with_the_published_values() -> None:
    engine = run("grid_rect", 500)
    c = engine.config
    assert [round(c.K * f, 3) for f in c.layer_K or ()] == [0.6, 0.5, 0.4]
    assert [round(c.inter_K * f, 3) for f in c.inter_factors or ()] == [0.12, 0.08, 0.1]
    assert [round(c.frequencies.scale * f, 3) for f in c.layer_scale or ()] == [0.25, 0.2, 0.15]
    assert (c.permeability, c.offer_two_paths, c.layers, c.clusters_per_layer) == (0.5, False, 3, 9)
    assert engine.scalar("R_total") == pytest.approx(0.92, abs=0.005)
    assert engine.scalar("choice_score") == 0.0
    engine.advance(1500)
    assert engine.scalar("R_total") == pytest.approx(0.972, abs=0.001)


def test_the_flower_has_order_within_and_patches_without() -> None:
    engine = run("flower_of_life", 500)
    assert engine.config.clusters == 37
    assert scalars_over(engine, "R_total", 3000).max() < 0.65
    assert engine.scalar("R_mean") == pytest.approx(0.79, abs=0.02)
    assert run("flower_of_life", 3500, permeability=0.3).scalar("cross_sync") > 0.88


def test_the_ring_keeps_its_turns_and_loses_one_to_a_kick() -> None:
    engine = run("ring_waves", 500)
    assert engine.scalar("cross_sync") == pytest.approx(math.cos(math.pi / 6), abs=0.003)
    assert engine.scalar("R_total") < 0.06
    engine.command("kick", clusters=[3], amount=math.pi)
    engine.advance(2000)
    assert engine.scalar("cross_sync") == pytest.approx(math.cos(math.pi / 12), abs=0.006)
    broken = run("ring_waves", 2000, **{"start.twist": 7})
    assert broken.scalar("cross_sync") == pytest.approx(math.cos(math.pi / 12), abs=0.006)


def test_the_chimera_needs_its_start_and_its_lag() -> None:
    engine = run("chimera", 2000)
    first, second = engine.field("R")
    assert first > 0.9999
    assert second == pytest.approx(0.73, abs=0.02)
    engine.set("phase_lag", 1.3)
    engine.advance(2000)
    assert engine.field("R").min() > 0.999
    assert run("chimera", 4000, **{"start.kind": "random"}).field("R").min() > 0.999


def test_the_transition_follows_the_theory() -> None:
    engine = run("lorentzian_transition", 1000)
    tolerance = 4.0 / math.sqrt(engine.config.oscillators)
    for K in (1.5, 4.0):
        engine.set("K", K)
        engine.advance(800)
        R = scalars_over(engine, "R_total", 200).mean()
        assert pytest.approx(math.sqrt(1 - 1 / K), abs=tolerance) == R
    engine.set("K", 0.8)
    engine.advance(2000)
    assert engine.scalar("R_total") < tolerance


def test_the_strong_grid_is_locked_and_half_of_it_is_not() -> None:
    engine = run("overlocking_grid", 2000)
    assert engine.scalar("ready") == 1.0
    assert engine.scalar("drift") < 1e-4
    engine.command("kick", clusters=[44], amount=2.5)
    engine.advance(40)
    assert engine.scalar("cross_sync") > 0.998
    engine.set("metrics", "classic")
    engine.advance(400)
    assert engine.scalar("ready") == pytest.approx(0.95, abs=0.005)
    half = run("overlocking_grid", 2000, K=1.25, permeability=0.6)
    assert half.scalar("R_total") == pytest.approx(0.967, abs=0.002)


def test_two_oscillators_beat_as_the_exact_solution() -> None:
    """tan(psi / 2) = (1 + s tan((s t + c) / 2)) / dw with s = sqrt(dw^2 - 1): cos psi is cross_sync."""
    engine = run("two_oscillators", 0)
    s = math.sqrt(1.2**2 - 1.0)
    assert "0.663" in told("two_oscillators") and s == pytest.approx(0.663, abs=5e-4)
    assert "9.47" in told("two_oscillators") and 2 * math.pi / s == pytest.approx(9.47, abs=0.005)
    assert "40.6" in told("two_oscillators") and 2 * math.pi / math.sqrt(1.2**2 - 1.19**2) == pytest.approx(
        40.6, abs=0.1
    )
    c = 2 * math.atan(-1 / s)
    for _ in range(40):
        engine.advance(13)
        psi = 2 * math.atan((1.0 + s * math.tan((s * engine.time + c) / 2)) / 1.2)
        assert engine.scalar("cross_sync") == pytest.approx(math.cos(psi), abs=1e-5)


def test_lorenz_swings_dent_the_order_unless_coupling_is_strong() -> None:
    weak = scalars_over(run("driven_by_lorenz", 1000), "R_total", 6000)
    assert weak.min() < 0.9
    assert weak.max() > 0.96
    strong = scalars_over(run("driven_by_lorenz", 1000, K=2.0), "R_total", 6000)
    assert strong.min() > 0.99
    gentle = scalars_over(run("driven_by_lorenz", 1000, **{"drive.amplitude": 0.1}), "R_total", 4000)
    assert gentle.mean() == pytest.approx(0.87, abs=0.02)
