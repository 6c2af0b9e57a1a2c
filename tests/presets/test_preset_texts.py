"""What the texts of the newer presets promise holds: in the exact steady state, or in a run of the engine."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.app import presets
from tauscope.engine import create
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.base import Engine
from tauscope.engine.gravity.analysis import SteadyState, exact_steady_state
from tauscope.engine.gravity.engine import GravityEngine

ROOT = Path(__file__).resolve().parents[2]


@cache
def _steady(name: str, changes: str) -> SteadyState:
    preset = presets.load(name).with_values(json.loads(changes))
    return exact_steady_state(preset.config)


def steady(name: str, **changes: Any) -> SteadyState:
    """Exact steady state of a preset with some values changed."""
    return _steady(name, json.dumps(changes))


def run(name: str, ticks: int, **changes: Any) -> Engine:
    preset = presets.load(name).with_values(changes)
    engine = create(preset.engine, preset.config, seed=1)
    engine.advance(ticks)
    return engine


def steady_after(name: str) -> float:
    return 7.0 * run(name, 0).scalars()["efold"]


@pytest.mark.parametrize(
    ("name", "ticks"),
    [
        ("hidden_halo", 43e3),
        ("weak_field", 30e3),
        ("capacity_wall", 33e3),
        ("spiral_galaxy", 43e3),
        ("clocks_in_a_well", 14e3),
    ],
)
def test_time_to_the_steady_state(name: str, ticks: float) -> None:
    assert steady_after(name) == pytest.approx(ticks, abs=500)
    assert f"{ticks:,.0f} ticks" in presets.load(name).see


def test_hidden_halo_bends_what_is_seen() -> None:
    everything = steady("hidden_halo").f
    seen = steady("hidden_halo", **{"sources.halo.strength": 0.0, "sources.clump.strength": 0.0}).f
    assert everything[72, 72] == pytest.approx(0.39, abs=0.005)
    assert seen[72, 72] == pytest.approx(0.62, abs=0.005)
    assert everything[104, 144] == pytest.approx(0.57, abs=0.005)
    assert seen[104, 144] > 0.95
    assert everything[72, 102] < seen[72, 102] - 0.23, "it stays low far outside the galaxy"
    worlds = {world["name"]: world["visible"] for world in presets.load("hidden_halo").config["worlds"]}
    assert worlds == {"Visible": True, "Hidden": False}
    away = steady("hidden_halo", **{"sources.galaxy.x": 30.0}).f
    assert 1 - away[72, 72] > 0.5 * (1 - everything[72, 72]), "most of the well stays"


def test_clocks_in_a_well_lose_what_the_text_says() -> None:
    """After 1000 ticks the clock on the source shows one update; a warm start slows the corners at once."""
    engine = run("clocks_in_a_well", 1000)
    assert isinstance(engine, GravityEngine)
    shown = {name: one["count"] for name, one in engine.patterns().items()}
    assert 1 <= shown["clock_0"] <= 2
    f = steady("clocks_in_a_well").f
    assert f[50, 50] < 1e-6
    assert shown["clock_1"] > 1000 * f[10, 10] + 10, "the field has not reached the corners"
    low = steady("clocks_in_a_well", **{"sources.source.strength": 0.01}).f[50, 50]
    assert low > 0.3, "the clock runs again"


def test_falling_bodies_fall_as_the_text_says() -> None:
    engine = run("falling_bodies", 200)
    assert isinstance(engine, GravityEngine)
    assert engine.patterns()["particle"]["x"] < 40.5, "hardly begun"
    engine.advance(400)
    assert engine.patterns()["particle"]["x"] > 70, "on the other side"
    assert 80 < engine.patterns()["packet"]["y"] < 87, "it has begun later and sinks slowly"
    engine.advance(400)
    found = engine.patterns()
    assert found["clock"]["count"] == pytest.approx(810, abs=1)
    assert found["away"]["count"] == pytest.approx(1000, abs=1)
    assert found["walker"]["count"] < 950
    assert np.hypot(found["walker"]["x"] - 64, found["walker"]["y"] - 64) < 2


def test_weak_field_is_a_logarithm_and_adds_up() -> None:
    depth = 1 - steady("weak_field").f[80, 80:]
    assert depth[0] == pytest.approx(0.023, abs=5e-4)
    for near, far in ((10, 20), (20, 40), (35, 70)):
        assert depth[near] - depth[far] == pytest.approx(0.0049, abs=2e-5)
    double = 1 - steady("weak_field", **{"sources.mass.strength": 4e-4}).f[80, 80]
    assert abs(double / (2 * depth[0]) - 1) < 0.03
    config = presets.load("weak_field").config
    first = {**config["sources"][0], "x": 68.0}
    second = {**first, "id": "other", "x": 92.0}
    wells = {
        name: 1 - exact_steady_state({**config, "sources": found}).f
        for name, found in {"one": [first], "two": [second], "both": [first, second]}.items()
    }
    together = wells["one"] + wells["two"]
    assert np.linalg.norm(wells["both"] - together) < 0.01 * np.linalg.norm(together)


def test_literal_rule_slows_only_the_sources() -> None:
    engine = run("literal_rule", 2000)
    f, emission = engine.field("f"), engine.field("emission")
    periods = np.maximum(1, np.ceil(emission))
    assert sorted(set(periods.ravel())) == [1, 2, 3, 4, 5, 6]
    assert np.abs(f - 1 / periods).max() <= 1 / 2000
    assert (f[emission <= 1] == 1.0).all()
    assert (f[(emission > 1)] <= 0.5 + 1 / 2000).all()
    assert (run("literal_rule", 200, capacity=6.0).field("f") == 1.0).all()
    assert len(np.unique(run("literal_rule", 2520, message_size=2.0).field("f").round(3))) > 6


def test_strict_rule_ticks_with_one_clock() -> None:
    early, late = (run("strict_rule", ticks).field("tau")[58, 70:] for ticks in (60, 100))
    assert np.argmax(late == 100) - np.argmax(early == 60) == 40, "the front runs one link a tick"
    tau = late
    assert tau[94] - tau[34] == pytest.approx(50, abs=1), "5 updates for 6 links"
    assert (run("strict_rule", 200).field("tau") < 200).all()
    for changes, rate in (
        ({}, 1 / 6),
        ({"sources.mass.strength": 3.0}, 1 / 4),
        ({"background": 1.5}, 1 / 7),
    ):
        engine = run("strict_rule", 1000)
        for path, value in changes.items():
            engine.set(path, value)
        engine.advance(1000)
        engine.command("reset_statistics")
        engine.advance(1050)
        f = engine.field("f")
        assert np.abs(f - rate).max() <= 2 / 1050, changes
    engine.command("remove_source", id="mass")
    engine.set("background", 0.1)
    engine.advance(500)
    engine.command("reset_statistics")
    engine.advance(100)
    assert (engine.field("f") == 1.0).all()


def test_capacity_wall_slows_clocks_and_casts_no_shadow_until_it_jams() -> None:
    config = presets.load("capacity_wall").config
    free = {**config, "capacity_map": None}
    wall = steady("capacity_wall")
    f = wall.f
    assert f.min() == f[72, 112] == pytest.approx(0.23, abs=0.005)
    assert f[55, 112] == pytest.approx(f[72, 112], abs=0.005)
    assert f[40, 112:116].mean() == pytest.approx(0.4, abs=0.02)
    assert f[64, 113] == pytest.approx(0.89, abs=0.01)
    behind = np.s_[:, 116:]
    assert np.abs(f - exact_steady_state(free).f)[behind].max() < 1e-9
    assert not wall.backlog.any()
    assert steady("capacity_wall", **{"sources.mass.strength": 0.012}).backlog[[55, 72], 112].min() > 0
    heavy = [{**config["sources"][0], "strength": 0.1}]
    jammed = exact_steady_state({**config, "sources": heavy}).f[64, 120]
    assert jammed == pytest.approx(0.86, abs=0.005)
    assert exact_steady_state({**free, "sources": heavy}).f[64, 120] == pytest.approx(0.80, abs=0.005)


def test_a_jammed_wall_piles_up_bits() -> None:
    calm, jammed = run("capacity_wall", 20000), run("capacity_wall", 20000, **{"sources.mass.strength": 0.1})
    assert calm.scalars()["waiting_max"] == 0.0
    assert jammed.field("waiting")[55, 112] > 10
    assert jammed.check() is None


def test_spiral_galaxy_is_the_picture_of_its_tool() -> None:
    sys.path.insert(0, str(ROOT))
    try:
        from tools.galaxy_image import picture
    finally:
        sys.path.remove(str(ROOT))
    source = presets.load("spiral_galaxy").config["sources"][0]
    shipped = FrozenArray.read(source["array"])
    assert shipped == FrozenArray(picture())
    assert not source.get("file"), "the preset needs no file"
    assert len(json.dumps(shipped.dump())) < 10_000


def test_spiral_galaxy_makes_a_round_well_from_arms() -> None:
    emission = run("spiral_galaxy", 0).field("emission")
    f = steady("spiral_galaxy").f
    assert f.min() == pytest.approx(0.62, abs=0.005)
    angle = np.radians(np.arange(0, 360, 5))
    ring = (79.5 + 44 * np.sin(angle)).round().astype(int), (95.5 + 44 * np.cos(angle)).round().astype(int)
    on_ring, depth = emission[ring], 1 - f[ring]
    assert on_ring.max() > 20 * max(on_ring.min(), 1e-9), "arms in the emission"
    assert depth.max() < 1.5 * depth.min(), "hardly any in f"
    screened = 1 - steady("spiral_galaxy", survival=0.9).f[ring]
    assert screened.max() > 5 * screened.min(), "arms in f where it is screened"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("hidden_halo", {"sources.halo.strength": 0.0}),
        ("hidden_halo", {"sources.clump.strength": 0.0}),
        ("weak_field", {"rule": "literal", "boundary": "absorbing"}),
        ("literal_rule", {"rule": "strict"}),
        ("literal_rule", {"message_size": 1.05}),
        ("literal_rule", {"sizer": "delta"}),
        ("strict_rule", {"rule": "literal"}),
        ("strict_rule", {"neighbourhood": "moore"}),
        ("strict_rule", {"boundary": "periodic"}),
        ("capacity_wall", {"capacity_map": None}),
        ("capacity_wall", {"neighbourhood": "moore"}),
        ("spiral_galaxy", {"sources.galaxy.width": 120.0}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_without_what_it_shows_a_preset_misses_its_expectations(name: str, changes: dict[str, Any]) -> None:
    preset = presets.load(name).with_values(changes)
    assert not all(check.passed for check in presets.check_expectations(preset))


def test_weak_field_needs_a_long_look() -> None:
    noise = {}
    for window in (10000.0, 300.0):
        engine = run("weak_field", 30000, ema_window=window)
        noise[window] = float((engine.field("f_live") - engine.field("f_traffic")).std())
    assert presets.load("weak_field").config["ema_window"] == 10000.0
    # The average of 10,000 ticks lags by that while the field still grows, which adds to its noise of 4e-5.
    assert noise[10000.0] < 0.2 * noise[300.0]
    assert noise[300.0] > 1e-3
