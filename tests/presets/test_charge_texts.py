"""What the texts of the presets of charge promise holds in a run of the engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.app import presets
from tauscope.engine import create
from tauscope.engine.base import Engine


def run(name: str, ticks: int, **changes: Any) -> Engine:
    preset = presets.load(f"charge_{name}").with_values(changes)
    engine = create(preset.engine, preset.config, seed=1)
    engine.advance(ticks)
    return engine


def says(name: str, *parts: str) -> None:
    preset = presets.load(f"charge_{name}")
    text = " ".join((preset.summary, preset.see, *preset.tries))
    for part in parts:
        assert part in text, part


def test_published_versions_are_ramps() -> None:
    says("published_v1", "734 t", "19854.7", "10594.4", "588, at t = 5.88", "0.4 t")
    assert run("published_v1", 500).scalar("pair_energy") == pytest.approx(734 * 5)
    moved = {"charges.plus.x": 15.0, "charges.minus.x": 17.0}
    assert run("published_v1", 700, **moved).time == pytest.approx(5.88)
    light = run("published_v1", 500, mass_ratio=2.0)
    assert light.scalar("pair_energy") == pytest.approx(0.4 * 5)
    says("published_v2", "−735 t", "−25908.75", "10608.28", "−734 t")
    assert run("published_v2", 500).scalar("pair_energy") == pytest.approx(-735 * 5)
    assert run("published_v2", 500, beta=0.0).scalar("pair_energy") == pytest.approx(-734 * 5)
    assert run("published_v2", 500, alpha=0.05).scalar("pair_energy") == pytest.approx(-368 * 5)
    away = run("published_v2", 0)
    away.command("move_charge", id="minus", x=3, y=40)
    away.advance(500)
    assert away.scalar("pair_energy") == run("published_v2", 500).scalar("pair_energy")


def test_the_pair_blows_up_at_any_step() -> None:
    says("blow_up", "t = 4.12", "10⁶", "1.2 for the fastest", "at 4.10")
    assert run("blow_up", 0).scalar("growth_rate_theory") == pytest.approx(1.2, abs=0.005)
    assert run("blow_up", 500).time == pytest.approx(4.12)
    assert run("blow_up", 1000, dt=0.005).time == pytest.approx(4.10, abs=0.006)
    rates = [run("blow_up", ticks).scalar("growth_rate") for ticks in (300, 350, 380, 400)]
    assert rates == sorted(rates)
    still = run("blow_up", 700, **{"charges.minus.x": 18.0})
    assert still.check() is None
    assert still.field("rho")[16, [15, 18]].tolist() == [1.0, -1.0]
    assert run("blow_up", 700, scheme="upwind").check() is None
    assert run("blow_up", 700, mode="regularised").check() is None


def test_friction_drains_and_does_not_cure() -> None:
    says("friction", "8.6 per unit of time at t = 0.8", "ends at 1.1", "half the rate", "seven eighths")
    assert run("friction", 160).scalar("growth_rate") == pytest.approx(8.6, abs=0.05)
    assert run("friction", 400).time == pytest.approx(1.1, abs=0.02)
    fine = run("friction", 160, spacing=0.25, dt=0.0025).scalar("growth_rate")
    coarse = run("friction", 80).scalar("growth_rate")
    assert fine > 2.0 * coarse
    strong = run("friction", 200, lam=2.0)
    assert strong.check() is None
    assert strong.scalar("charge_total") == pytest.approx(np.exp(-2.0) * 2896, rel=0.02)
    assert run("friction", 160, lam=2.0).scalar("growth_rate") < 0.5 * 8.6


def test_fixed_charges_touch_or_do_not() -> None:
    says("fixed", "124 t² at R = 2", "112 t²", "268.5", "−22.4")
    assert run("fixed", 500).scalar("energy") == pytest.approx(124 * 25)
    for x, energy in ((18.0, 111 * 25), (19.0, 112 * 25), (25.0, 112 * 25)):
        assert run("fixed", 500, **{"charges.minus.x": x}).scalar("energy") == pytest.approx(energy)


def test_smaller_steps_end_at_the_same_time() -> None:
    says(
        "small_steps",
        "dt = 0.001 the run ends at t = 4.07",
        "0.01 at 4.12",
        "ends at t = 2",
        "3.65",
        "4.04",
        "78",
    )
    assert run("small_steps", 5000).time == pytest.approx(4.07, abs=0.006)
    assert run("small_steps", 500, dt=0.01).time == pytest.approx(4.12)
    assert run("small_steps", 300, dt=0.02).time == pytest.approx(4.18)
    assert run("small_steps", 2000).check() is None
    euler = run("small_steps", 100, dt=0.05, scheme="backward_euler")
    assert euler.time == pytest.approx(3.65)
    assert euler.scalar("rho_max") == pytest.approx(78, abs=0.2)


@pytest.mark.slow
def test_crank_and_nicolsons_steps_end_as_well() -> None:
    assert run("small_steps", 450, dt=0.01, scheme="crank_nicolson").time == pytest.approx(4.04)


def test_diffusion_makes_the_equations_well_posed() -> None:
    says("regularised", "D ν = 2.25", "2.1 per unit of time", "below 3")
    assert run("regularised", 400).scalar("growth_rate") < 0.0
    weak = run("regularised", 400, D=0.5, nu=0.5)
    assert 1.8 < weak.scalar("growth_rate") <= 2.12
    start = run("regularised", 0, D=0.5, nu=0.5)
    assert start.scalar("growth_rate_theory") == pytest.approx(2.12, abs=0.02)
    assert run("regularised", 400, g=3.0).scalar("growth_rate") > 0.0


def test_carriers_screen_and_free_energy_falls() -> None:
    says("variational", "Debye length √(T/2n) = 1.6", "put in by hand", "q²[G(0) − G(R)]")
    assert np.sqrt(0.1 / (2 * 0.02)) == pytest.approx(1.6, abs=0.03)
    engine = run("variational", 0)
    energies = [engine.scalar("free_energy")]
    for _ in range(100):
        engine.advance(3)
        energies.append(engine.scalar("free_energy"))
    assert np.diff(energies).max() < 0.0
    engine.advance(1000)
    assert engine.field("n")[32, 22] > 3 * 0.02, "negative carriers gather around +e"
    assert engine.field("p")[32, 42] > 3 * 0.02
    before = engine.scalar("pair_energy")
    engine.command("move_charge", id="plus", x=30, y=32)
    assert engine.scalar("pair_energy") != before
    cold = run("variational", 2000, T=0.02)
    assert cold.field("n")[32, 22] > engine.field("n")[32, 22]
