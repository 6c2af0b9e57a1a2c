"""What the texts of the gauge presets promise."""

from __future__ import annotations

from typing import Any

import pytest

from tauscope.app import presets
from tauscope.engine import registry
from tauscope.engine.gauge.analysis import exact

SWEEPS = 600


def scalars(name: str, **values: Any) -> dict[str, float]:
    """Scalars of a preset with other values after 600 sweeps."""
    preset = presets.load(name).with_values(values)
    engine = registry.create(preset.engine, preset.config, seed=2)
    engine.advance(SWEEPS)
    return engine.scalars()


def test_two_dimensions() -> None:
    assert exact.plaquette_2d(2.0, 4096) == pytest.approx(0.698, abs=5e-4)
    assert exact.string_tension_2d(2.0) == pytest.approx(0.36, abs=5e-3)
    assert exact.string_tension_2d(4.0) == pytest.approx(0.147, abs=5e-4)
    assert scalars("gauge_confinement_2d", beta=4.0)["plaquette_mean"] == pytest.approx(0.864, abs=1e-3)
    plain, relaxed, other = (
        scalars("gauge_confinement_2d", **values)
        for values in ({}, {"overrelaxation": 4}, {"algorithm": "metropolis"})
    )
    assert relaxed["plaquette_mean"] == pytest.approx(0.698, abs=4 * relaxed["plaquette_error"] + 5e-4)
    assert relaxed["tau_int"] == pytest.approx(plain["tau_int"], abs=0.4)
    assert other["plaquette_mean"] == pytest.approx(0.698, abs=4 * other["plaquette_error"] + 5e-4)
    assert other["tau_int"] > plain["tau_int"]


def test_three_dimensions() -> None:
    low = scalars("gauge_confinement_3d", beta=0.5)
    assert low["plaquette_mean"] == pytest.approx(0.244, abs=4 * low["plaquette_error"])
    high = scalars("gauge_confinement_3d", beta=10.0, start="cold")
    assert high["plaquette_mean"] == pytest.approx(0.96608, abs=4 * high["plaquette_error"])


def test_four_dimensions() -> None:
    down, up = scalars("gauge_transition_hot", beta=1.015), scalars("gauge_transition_cold", beta=1.0)
    assert down["plaquette_mean"] == pytest.approx(0.661, abs=4 * down["plaquette_error"])
    assert up["plaquette_mean"] == pytest.approx(0.584, abs=4 * up["plaquette_error"])
    plain = scalars("gauge_transition_cold", overrelaxation=0)
    assert plain["plaquette_mean"] == pytest.approx(0.661, abs=4 * plain["plaquette_error"])
    assert 2.0 < scalars("gauge_transition_hot")["tau_int"] < 12.0
