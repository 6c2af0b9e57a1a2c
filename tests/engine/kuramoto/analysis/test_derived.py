"""Derived fields and scalars of Kuramoto."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tauscope.engine import create, registry
from tauscope.engine.kuramoto.analysis import derived
from tauscope.engine.kuramoto.config import KuramotoConfig

RING = {"geometry": {"kind": "ring", "clusters": 4}, "oscillators_per_cluster": 30, "K": 1.0}


def test_psi_and_lead_rebuild_the_phases() -> None:
    engine = create("kuramoto", RING, seed=2)
    engine.advance(30)
    config, theta, Z = engine.config, engine.field("theta"), engine.field("Z")
    mean, ahead = derived.psi(config, Z), derived.lead(config, theta, Z)  # type: ignore[arg-type]
    assert mean == pytest.approx(np.angle(Z))
    turn = np.exp(1j * (ahead + np.repeat(mean, 30) - theta))
    assert turn == pytest.approx(np.ones(120))
    clusters = np.exp(1j * ahead).reshape(4, 30).mean(axis=1)
    assert clusters.imag == pytest.approx(np.zeros(4), abs=1e-12)
    assert clusters.real == pytest.approx(engine.field("R"))


def test_two_groups_in_antiphase_have_the_second_harmonic() -> None:
    theta = np.concatenate([np.full(50, 0.3), np.full(50, 0.3 - math.pi)])
    assert derived.second_order(KuramotoConfig(), theta) == pytest.approx(1.0)
    assert abs(np.exp(1j * theta).mean()) < 1e-12


def test_theory_is_on_offer_only_where_it_is_prompt() -> None:
    single = {"geometry": "single", "frequencies": {"kind": "lorentzian", "scale": 0.5}, "K": 2.0}
    plain = KuramotoConfig.load(single)
    assert derived.theory_order(plain) == pytest.approx(math.sqrt(0.5))
    assert derived.critical(plain) == pytest.approx(1.0)
    offered = registry.derived_scalars("kuramoto", plain)
    assert set(offered) == {"R_second", "R_theory", "K_critical"}
    for more in ({"noise": 0.1}, {"drive": "lorenz"}, {"frequencies": "gaussian", "phase_lag": 0.2}):
        assert set(registry.derived_scalars("kuramoto", KuramotoConfig.load({**single, **more}))) == {
            "R_second"
        }
    assert math.isnan(derived.theory_order(KuramotoConfig.load({**single, "drive": "lorenz"})))
    assert set(registry.derived_fields("kuramoto")) == {"psi", "lead"}
