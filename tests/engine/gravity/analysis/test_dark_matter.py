"""What an observer of some worlds infers: on exact fields, where every number is known."""

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis import exact_steady_state
from tauscope.engine.gravity.analysis.dark_matter import analyze, calibrate, rho_from_sources
from tauscope.engine.gravity.config import GravityConfig

CONFIG = GravityConfig.load(
    {
        "nx": 41, "ny": 39, "worlds": [{"name": "A"}, {"name": "B"}], "background": 1e-4,
        "sources": [
            {"x": 14, "y": 20, "strength": 0.02, "world": "A"},
            {"kind": "ring", "x": 26, "y": 20, "strength": 0.01, "radius": 6, "width": 1.2, "world": "B"},
        ],
    }
)  # fmt: skip
F = exact_steady_state(CONFIG).f


def test_17_hidden_mass_is_right_with_realized_emission():
    seen = analyze(CONFIG, F, ["A"])
    hidden = rho_from_sources(CONFIG, ["B"], f=F) + 1e-4 * F
    assert seen.kappa == 4
    assert np.allclose(seen.rho_dark, hidden, atol=1e-15)
    assert seen.inferred == pytest.approx(seen.true, rel=1e-10)
    assert seen.nominal > 1.05 * (seen.true - 1e-4 * F.sum())
    assert np.allclose(seen.phi_expected_total, seen.phi_engine, atol=1e-12)
    assert np.allclose(seen.phi_dark, seen.phi_engine - seen.phi_expected_visible)
    assert 0 < seen.fraction < 1
    assert seen.fraction == pytest.approx(seen.rho_dark.sum() / seen.rho_engine.sum())


def test_an_observer_of_everything_finds_the_background_alone():
    seen = analyze(CONFIG.with_value("background", 0.0), F, ["A", "B"])
    assert not seen.rho_dark.any()
    assert (seen.inferred, seen.true) == (0, 0)


def test_one_calibration_finds_kappa():
    assert calibrate(CONFIG, F) == pytest.approx(4, rel=1e-10)
    assert analyze(CONFIG, F, ["A"], kappa=1.0).inferred != pytest.approx(analyze(CONFIG, F, ["A"]).inferred)


def test_worlds_are_named_and_realized_needs_f():
    both = rho_from_sources(CONFIG, ["A", "B"], realized=False)
    assert np.allclose(both + 1e-4, rho_from_sources(CONFIG, realized=False))
    with pytest.raises(BadInput, match="world"):
        rho_from_sources(CONFIG, ["C"], f=F)
    with pytest.raises(ValueError, match="update fraction"):
        rho_from_sources(CONFIG, ["A"])
