"""Acceptance 10, 11 and 13 of the design, in the engine: solitons, sidebands, and a NaN anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.ufie.analysis.bench import ContextBench
from tauscope.engine.ufie.analysis.heterodyne import (
    THIRD,
    Mixing,
    exponents,
    sidebands,
    third_order,
)
from tauscope.engine.ufie.analysis.soliton_bench import SolitonRun, observed
from tests.engine.kuramoto.analysis.context import Context


@pytest.fixture
def allowed(tolerances: dict[str, Any]) -> dict[str, Any]:
    return dict(tolerances["ufie"]["benches"])


def bench() -> ContextBench:
    made = ContextBench(Context(), 1)
    made.begin("acceptance")
    return made


@pytest.mark.parametrize(
    "seconds", [1.0, pytest.param(10.0, marks=pytest.mark.slow)], ids=["short", "ten seconds"]
)
def test_10_a_resting_soliton_keeps_its_peak_and_charge(seconds: float, allowed: dict[str, Any]) -> None:
    found = observed(bench(), SolitonRun(ratio=0.9, seconds=seconds))
    assert np.abs(found.peak - 1).max() <= allowed["peak"]
    assert found.charge == pytest.approx(1.0, abs=allowed["charge"])
    assert abs(found.way) < 1e-6


@pytest.mark.slow
def test_10_a_boosted_soliton_goes_its_way(allowed: dict[str, Any]) -> None:
    """119.90 of 120 sites in three seconds in the prototype."""
    found = observed(bench(), SolitonRun(ratio=0.9, speed=40.0, seconds=3.0))
    assert found.way == pytest.approx(120.0, abs=0.5)
    assert found.way == pytest.approx(119.90, abs=0.05)
    assert np.abs(found.peak - 1).max() <= allowed["peak"]


def test_10_a_soliton_in_single_precision(allowed: dict[str, Any]) -> None:
    """Peak and way as in double precision; the charge is kept to the rounding of each step."""
    found = observed(bench(), SolitonRun(ratio=0.9, speed=40.0, seconds=1.0, precision="fast"))
    assert np.abs(found.peak - 1).max() <= allowed["peak"]
    assert found.way == pytest.approx(40.0, rel=allowed["way"])
    assert found.charge == pytest.approx(1.0, abs=allowed["charge_fast"])


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [0.65, 0.5])
def test_10_a_slow_one_collapses(ratio: float) -> None:
    assert observed(bench(), SolitonRun(ratio=ratio, seconds=0.6)).peak.max() > 1.5


@pytest.mark.slow
def test_11_exponents_of_every_third_order_product(allowed: dict[str, Any]) -> None:
    for in_beta, in_amplitude in exponents(bench(), Mixing(), THIRD).values():
        assert in_beta == pytest.approx(1.0, abs=allowed["exponent"])
        assert in_amplitude == pytest.approx(3.0, abs=allowed["exponent"])


@pytest.mark.slow
def test_11_exponents_in_single_precision(allowed: dict[str, Any]) -> None:
    """With stronger tones and a weaker cubic, whose products stand above the rounding of the tones."""
    strong = Mixing(amplitude=1e5, beta=0.01, precision="fast")
    plain = sidebands(bench(), strong)
    for in_beta, in_amplitude in exponents(
        bench(), strong, ("2 f1 - f2",), factors=(0.5, 0.7), base=plain
    ).values():
        assert in_beta == pytest.approx(1.0, abs=allowed["exponent"])
        assert in_amplitude == pytest.approx(3.0, abs=allowed["exponent"])
    assert plain["2 f1 - f2"] == pytest.approx(third_order(strong, plain), rel=0.01)
    assert plain["f1 + f2"] < 1e-6 * plain["f1"]


@pytest.mark.slow
def test_11_a_bias_multiplies(allowed: dict[str, Any]) -> None:
    """f2 - f1, f1 + f2 and 2 f1 appear, in proportion to beta and to the bias."""
    one = Mixing(bias=0.02)
    runs = {
        "one": sidebands(bench(), one),
        "bias": sidebands(bench(), replace(one, bias=0.04)),
        "beta": sidebands(bench(), replace(one, beta=2.0)),
    }
    for name in ("f2 - f1", "f1 + f2", "2 f1"):
        assert runs["bias"][name] / runs["one"][name] == pytest.approx(2.0, rel=allowed["bias"])
        assert runs["beta"][name] / runs["one"][name] == pytest.approx(2.0, rel=allowed["bias"])


CONFIG: dict[str, Any] = {
    "shape": [3, 1, 1, 1, 1, 1, 8, 8, 1],
    "start": {"kind": "gaussian", "amplitude": 1.0},
}


def spoil(engine: Any, name: str, number: int, value: float) -> None:
    """Put a value into the memory of the kernels; a checkpoint or a command with it would be refused."""
    state = {key: np.array(part) for key, part in engine._body.wave.state().items()}
    state[name].reshape(-1)[number] = value
    engine._body.wave.restore(state)


@pytest.mark.parametrize("precision", ["fast", "precise"])
@pytest.mark.parametrize("name", ["psi", "u"])
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_13_a_nan_anywhere_trips(precision: str, name: str, place: str) -> None:
    """In Psi or in the velocity, at any site: the run goes back to a good state and says why."""
    engine: Any = create("ufie", {**CONFIG, "precision": precision})
    engine.advance(100)
    size = engine.state()[name].size
    spoil(engine, name, {"first": 0, "middle": size // 2, "last": size - 1}[place], np.nan)
    engine.advance(100)
    assert engine.scalar("scram_attempts") == 1
    assert engine.scalar("drive_gain") == 0.5
    assert any(event.level == "hard" for event in engine.events())
    assert np.isfinite(engine.field("psi")).all()
    assert np.isfinite(engine.scalar("H"))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_13_a_single_fault_is_found_wherever_it_stands(value: float) -> None:
    """Forty random places, of a torus whose largest amplitude would hide a NaN from max()."""
    rng = np.random.default_rng(1)
    engine: Any = create("ufie", {**CONFIG, "precision": "precise"})
    engine.advance(40)
    good = engine.state()
    for number in rng.integers(0, good["psi"].size, 40).tolist():
        engine.restore(good)
        spoil(engine, "psi", number, value)
        engine.advance(20)
        assert engine.scalar("scram_attempts") == 1
        assert np.isfinite(engine.field("psi")).all()
