"""The presets of the program: valid, complete, true to their texts, and told apart by what they expect."""

from __future__ import annotations

import json
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tauscope.app import presets
from tauscope.engine import registry
from tauscope.engine.gravity.analysis import exact_steady_state
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.world import World
from tauscope.widgets.labs.ufie import names

FOLDER = Path(__file__).resolve().parents[2] / "presets"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.name != "schema.json")


NO_BULGE: dict[str, Any] = {"sources.bulge.strength": 0.0}


def raw(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


@cache
def scalars_at(name: str, ticks: int) -> dict[str, float]:
    """Scalars of a preset after some ticks with seed 1; those of companions as ``engine.scalar``."""
    world = World.of(presets.load(name).setup(), seed=1)
    world.advance(ticks)
    return {
        scalar if key == world.main else f"{key}.{scalar}": value
        for key, engine in world.engines.items()
        for scalar, value in engine.scalars().items()
    }


@cache
def measured(name: str) -> frozenset[str]:
    """Scalars of a preset, by the names of `scalars_at`."""
    setup = presets.load(name).setup()
    made = {key: registry.create(member.name, member.config) for key, member in setup.engines.items()}
    return frozenset(
        scalar if key == setup.main else f"{key}.{scalar}"
        for key, engine in made.items()
        for scalar in engine.scalar_specs()
    )


def holds(expectation: presets.Expectation, name: str) -> bool:
    """Whether a run meets an expectation; one of another engine measures nothing of the kind and does not."""
    low, high = expectation.range
    wanted = f"{expectation.engine}.{expectation.scalar}" if expectation.engine else expectation.scalar
    if wanted not in measured(name):
        return False  # without a run of thousands of ticks that measures something else
    return low <= scalars_at(name, expectation.ticks)[wanted] <= high


def test_the_presets_of_the_gallery_are_there_with_their_pictures() -> None:
    assert {name for name in NAMES if raw(name)["engine"] == "gravity"} >= {
        "capacity_wall",
        "clocks_in_a_well",
        "falling_bodies",
        "hidden_halo",
        "horizon",
        "literal_rule",
        "ring_galaxy",
        "single_mass",
        "spiral_galaxy",
        "strict_rule",
        "two_bodies",
        "weak_field",
    }
    assert {name for name in NAMES if raw(name)["engine"] == "kuramoto"} >= {
        "chimera",
        "circle6_center",
        "driven_by_lorenz",
        "flower_of_life",
        "grid_rect",
        "lorentzian_transition",
        "overlocking_grid",
        "ring_waves",
        "two_oscillators",
    }
    assert {name for name in NAMES if raw(name)["engine"] == "ufie"} >= {
        "blow_up_and_rescue",
        "curved_metric",
        "golden_drive",
        "heterodyne",
        "heterodyne_bias",
        "lens_of_state",
        "resonance_lock",
        "single_tone",
        "soliton_flight",
    }
    assert {name for name in NAMES if raw(name)["engine"] == "charge"} >= {
        "charge_blow_up",
        "charge_fixed",
        "charge_friction",
        "charge_published_v1",
        "charge_published_v2",
        "charge_regularised",
        "charge_small_steps",
        "charge_variational",
    }
    assert {name for name in NAMES if raw(name)["engine"] == "gauge"} >= {
        "gauge_confinement_2d",
        "gauge_confinement_3d",
        "gauge_coulomb_4d",
        "gauge_transition_cold",
        "gauge_transition_hot",
    }
    assert {path.stem for path in FOLDER.glob("*.png")} == set(NAMES)
    assert set(NAMES) <= set(presets.names())
    assert presets.default().name == "everything"


def test_schema_file_is_that_of_the_model() -> None:
    """Written by ``python tools/preset_schema.py``; a new key of the configuration needs a new file."""
    shipped = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(presets.json_schema()))
    assert shipped["$schema"].endswith("2020-12/schema")
    assert set(GravityConfig.model_fields) == set(shipped["$defs"]["GravityConfig"]["properties"])


@pytest.mark.parametrize("name", NAMES)
def test_preset_is_complete_and_names_its_schema(name: str) -> None:
    data = raw(name)
    assert data["$schema"] == "schema.json"
    for key in ("title", "summary", "see", "try", "config", "views", "expect"):
        assert data[key], f"{name}.json leaves {key} empty"
    preset = presets.load(name)
    assert preset.summary.endswith(".")
    assert len(preset.tries) >= 3
    if name == "clocks_in_a_well":
        assert preset.config["ny"] == preset.config["nx"] == 100, "the document's own numbers"
    elif preset.engine == "gravity" and not preset.companions:
        assert 128 <= preset.config["ny"] <= preset.config["nx"] <= 256


@pytest.mark.parametrize("name", NAMES)
def test_views_show_fields_that_exist(name: str) -> None:
    world = World.of(presets.load(name).setup(), seed=1)
    known = {field for key in world.engines for field in world.specs(key)}
    if "ufie" in world.engines:
        known |= set(names.SPECS)  # what slices make of the wave
    assert set(presets.load(name).views) <= known


@pytest.mark.parametrize("name", NAMES)
def test_expectations_hold(name: str) -> None:
    preset = presets.load(name)
    for check in presets.check_expectations(preset):
        assert check.passed, (
            f"{check.quantity}: {check.measured} instead of {check.expected} ± {check.tolerance}"
        )
    assert len(preset.expect) >= 2


@pytest.mark.parametrize(("name", "other"), list(permutations(NAMES, 2)))
def test_expectations_tell_presets_apart(name: str, other: str) -> None:
    """A run of any other preset breaks at least one expectation of this one."""
    assert not all(holds(expectation, other) for expectation in presets.load(name).expect)


def test_no_two_presets_expect_the_same() -> None:
    seen = {json.dumps(raw(name)["expect"], sort_keys=True) for name in NAMES}
    assert len(seen) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_expectation_breaks_when_the_physics_is_off(name: str) -> None:
    """Ranges are tight: a tenth more capacity, or coupling, or mass and speed, falls outside at least one."""
    preset = presets.load(name)
    if preset.engine == "kuramoto":
        preset = preset.with_values({"K": 1.1 * preset.config["K"]})
    elif preset.engine == "ufie":
        preset = preset.with_values({"c0": 1.05 * preset.config["c0"], "mass": 1.1 * 3.254})
    elif preset.engine == "charge":
        changes: dict[str, Any] = {"charges.plus.value": 1.1} if preset.config["charges"] else {"gamma": 1.1}
        preset = preset.with_values(changes)
    elif preset.engine == "gauge":
        preset = preset.with_values({"beta": 1.1 * preset.config["beta"]})
    else:
        preset = preset.with_values({"capacity": 1.1})
    assert not all(check.passed for check in presets.check_expectations(preset))


def well(name: str, **changes: Any) -> dict[str, float]:
    """Depth and mean of the exact steady state of a preset with some values changed."""
    config = presets.load(name).with_values(changes).config
    state = exact_steady_state(config)
    return {"lowest": float(state.f.min()), "mean": float(state.f[~state.sinks].mean())}


def test_what_the_texts_promise_holds_in_the_exact_steady_state() -> None:
    single = well("single_mass")
    assert single["lowest"] == pytest.approx(0.58, abs=0.01)
    double = well("single_mass", **{"sources.mass.strength": 0.012})
    assert 1 - double["lowest"] < 2 * (1 - single["lowest"])
    assert well("single_mass", survival=0.99)["mean"] > 0.98
    assert well("single_mass", capacity=0.5)["lowest"] < single["lowest"] - 0.1
    pair = exact_steady_state(presets.load("two_bodies").config).f
    assert pair[70, 88] == pytest.approx(0.41, abs=0.01)
    assert pair[92, 172] == pytest.approx(0.62, abs=0.01)
    assert max(pair[round(70 + 22 * t / 84), 88 + t] for t in range(84)) < 0.8
    hole = well("horizon")
    assert hole["lowest"] < 1e-9
    assert well("horizon", **{"sources.hole.strength": 500.0})["mean"] == pytest.approx(
        hole["mean"], abs=0.01
    )
    ring, raised = (
        exact_steady_state(presets.load("ring_galaxy").with_values(values).config).f[96, 50:142]
        for values in (NO_BULGE, {**NO_BULGE, "sources.ring.strength": 4e-4})
    )
    for floor in (ring, raised):
        assert floor.max() - floor.min() < 1e-3
    assert raised.max() < ring.min() - 0.05
    assert ring.max() < 0.9
