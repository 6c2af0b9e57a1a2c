"""The studies of the wave: scan of the phase control, heterodyne and soliton bench, claims."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.ufie.analysis.bench import ContextBench
from tauscope.engine.ufie.analysis.claims import CLAIMS, ClaimsStudy
from tauscope.engine.ufie.analysis.heterodyne import Mixing, alone, exponent, picked, sidebands, spectrum
from tauscope.engine.ufie.analysis.heterodyne_study import HeterodyneStudy
from tauscope.engine.ufie.analysis.learning import PlasticityStudy
from tauscope.engine.ufie.analysis.scan import PhaseScan, Range, ResponseMap
from tauscope.engine.ufie.analysis.soliton import Soliton, centroid, charge, travelled
from tauscope.engine.ufie.analysis.soliton_bench import SolitonStudy
from tauscope.engine.ufie.reference import WaveReference
from tauscope.engine.ufie.reference_operator import Geometry
from tests.engine.kuramoto.analysis.context import Context

MASS = 20.45


def test_the_soliton_solves_the_equation() -> None:
    """Its second derivative in time against c^2 Psi'' + beta |Psi|^2 Psi - m^2 Psi, by differences."""
    exact = Soliton(c=300.0, mass=MASS, beta=1.0, ratio=0.9, speed=45.0)
    h = 1e-4
    past, now, future = (exact.at(2000, 1000.0, time)[0] for time in (1.0 - h, 1.0, 1.0 + h))
    pushed = (future - 2 * now + past) / h**2
    force = 300.0**2 * Geometry.flat((2000,)).laplacian(now) + np.abs(now) ** 2 * now - MASS**2 * now
    assert np.abs(pushed - force).max() / np.abs(force).max() < 3e-4
    slope = (future - past) / (2 * h)
    np.testing.assert_allclose(exact.at(2000, 1000.0, 1.0)[1], slope, atol=1e-4 * np.abs(slope).max())


def test_charge_is_conserved_and_the_centroid_travels() -> None:
    exact = Soliton(c=150.0, mass=MASS, beta=1.0, ratio=0.9, speed=40.0)
    wave = WaveReference(Geometry.flat((256,)), 5e-4, c0=150.0, beta=1.0, mass=MASS)
    wave.start(*exact.at(256, 200.0))
    first, places = charge(wave.psi, wave.velocity()), [centroid(wave.psi)]
    for _ in range(20):
        wave.advance(50)
        places.append(centroid(wave.psi))
    assert charge(wave.psi, wave.velocity()) == pytest.approx(first, rel=1e-12)
    assert travelled(places, 256) == pytest.approx(20.0, abs=0.05)
    assert places[0] == pytest.approx(200.0, abs=1e-9)


@pytest.mark.parametrize(
    ("key", "value"), [("mass", 0.0), ("beta", 0.0), ("ratio", 1.0), ("ratio", 0.0), ("speed", 150.0)]
)
def test_what_is_no_soliton(key: str, value: float) -> None:
    good = {"c": 150.0, "mass": MASS, "beta": 1.0, "ratio": 0.9}
    with pytest.raises(BadInput, match=key):
        Soliton(**{**good, key: value})
    assert Soliton(**good).is_stable
    assert not Soliton(**{**good, "ratio": 0.7}).is_stable


def test_a_soliton_study() -> None:
    report = SolitonStudy().run(Context(options={"speed": 40.0, "seconds": 0.5}))
    assert report.passed, report.checks
    assert {check.quantity for check in report.checks} == {"|peak/A − 1|", "charge", "way"}
    ways = report.figures[2].curves[0].y
    assert ways[0] == 0.0 and ways[-1] == pytest.approx(20.0, abs=0.08)
    fallen = SolitonStudy().run(Context(options={"ratio": 0.5, "seconds": 0.6}))
    assert not fallen.passed
    assert "Unstable" in fallen.notes[0]


def test_a_scan_sees_the_phases() -> None:
    """Two tones of one frequency on the same place: their sum goes as |cos| of half their angle."""
    tone = {"frequency": 20.0, "amplitude": 500.0, "profile": "uniform", "ramp": 0.0}
    config = {
        "shape": [1, 1, 1, 1, 1, 1, 4, 4, 1],
        "mass": 3.254,
        "beta": 0.0,
        "alpha": 10.0,
        "resonance": 0.0,
        "precision": "precise",
        "emitters": [{**tone, "name": "a", "prime": 0.0}, {**tone, "name": "b", "prime": 60.0}],
    }
    report = PhaseScan().run(
        Context(options={"config": config, "points": 4, "high": 3.0, "settle": 3.0, "measure": 0.5})
    )
    found = ResponseMap.of(report)
    expected = np.abs(np.cos(np.radians(30.0) * found.dphi))
    np.testing.assert_allclose(found.rms / found.rms[0], expected, atol=1e-3)
    np.testing.assert_allclose(found.profile / found.rms[:, None], 1.0, rtol=1e-9)
    assert found.largest[0] > found.rms[0]


def test_a_scan_says_where_scram_acted() -> None:
    tone = {"frequency": 10.0, "profile": "uniform", "ramp": 0.0}
    config = {
        "shape": [1, 1, 1, 1, 1, 1, 4, 4, 1],
        "beta": 10.0,
        "emitters": [
            {**tone, "name": "a", "amplitude": 5000.0, "prime": 0.0},
            {**tone, "name": "b", "amplitude": 5000.0, "prime": 60.0},
        ],
    }
    options = {"config": config, "points": 2, "high": 3.0, "settle": 0.1, "measure": 0.05}
    report = PhaseScan().run(Context(options=options))
    found = ResponseMap.of(report)
    assert found.attempts[0] > 0 == found.attempts[1], "in phase they are too strong, against one another not"
    assert "SCRAM lowered the drive at Δϕ = 0:" in report.notes[0]


def test_a_scan_resolves_an_axis() -> None:
    config = {"shape": [1, 1, 1, 1, 1, 1, 8, 4, 1], "emitters": [{"name": "e7", "ramp": 0.0}]}
    options = {"config": config, "points": 2, "settle": 0.02, "measure": 0.02, "axis": "y"}
    found = ResponseMap.of(PhaseScan().run(Context(options=options)))
    assert found.profile.shape == (2, 4)
    assert np.ptp(found.profile[0]) > 0.1 * found.profile[0].mean()


@pytest.mark.parametrize(
    "options",
    [{"low": -1.0}, {"high": 7.0}, {"points": 1}, {"settle": -1.0}, {"measure": 0.0}, {"axis": "q"}],
)
def test_a_scan_that_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        Range.of(options)


def test_sidebands_of_a_bench(tolerances: dict[str, Any]) -> None:
    allowed = tolerances["ufie"]["benches"]
    bench = ContextBench(Context(), 1)
    plain = sidebands(bench, Mixing())
    assert max(plain[name] for name in ("f2 - f1", "f1 + f2", "2 f1", "2 f2")) < allowed["second_order"]
    doubled = sidebands(bench, Mixing(amplitude=2000.0))
    assert exponent((1, 2), (plain["2 f1 - f2"], doubled["2 f1 - f2"])) == pytest.approx(
        3.0, abs=allowed["exponent"]
    )
    assert plain["f1"] == pytest.approx(_response(20.0) * 1000.0, rel=1e-3)
    biased = sidebands(bench, Mixing(bias=0.05))
    assert biased["f2 - f1"] > 1e3 * allowed["second_order"]
    assert biased["f1 + f2"] > 1e3 * allowed["second_order"]


def _response(frequency: float) -> float:
    """Amplitude of a driven oscillator of the bench's mass and friction, per acceleration."""
    w = 2 * math.pi * frequency
    return 1.0 / abs((2 * math.pi * 3.254) ** 2 - w * w + 10j * w)


@pytest.mark.parametrize("literal", [False, True])
def test_a_metric_learns_and_its_energy_is_booked(literal: bool) -> None:
    """Where the wave stands, g shrinks; with the literature's sign it runs to its floor."""
    report = PlasticityStudy().run(Context(options={"seconds": 0.4, "literal": literal}))
    assert report.passed, report.checks
    last = report.tables[0].rows[-1]
    assert last[1] < 0.95
    assert last[2] == pytest.approx(0.0, abs=1e-12)
    assert last[3] == pytest.approx(1.0, abs=1e-12)
    still = PlasticityStudy().run(Context(options={"seconds": 0.1, "rate": 0.0}))
    assert still.tables[0].rows[-1][1:] == (1.0, 0.0, 1.0)


@pytest.mark.parametrize("options", [{"size": 3}, {"every": 0}, {"rate": -1.0}, {"c0": 2000.0}])
def test_a_metric_that_cannot_learn(options: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="Learning"):
        PlasticityStudy().run(Context(options=options))


@pytest.mark.slow
def test_a_heterodyne_study() -> None:
    report = HeterodyneStudy().run(Context(options={"bias": 0.1}))
    assert report.passed, report.checks
    tables = {table.name: table for table in report.tables}
    fitted = {row[0]: row[1:] for row in tables["exponents"].rows}
    for in_beta, in_amplitude in fitted.values():
        assert in_beta == pytest.approx(1.0, abs=0.02)
        assert in_amplitude == pytest.approx(3.0, abs=0.02)
    lines = {row[0]: row[2:] for row in tables["sidebands"].rows}
    assert lines["f1 + f2"][0] < 1e-14 < lines["f1 + f2"][1]


def test_third_tones_and_what_falls_together() -> None:
    bench = ContextBench(Context(), 1)
    mixing = Mixing(third=45.0)
    found = spectrum(bench, mixing)
    lines = picked(mixing, found)
    # The cube of three tones holds 3/2 a b c at each sum and difference.
    sixth = mixing.beta * 1.5 * lines["f1"] * lines["f2"] * lines["f3"]
    assert lines["f1 + f2 - f3"] == pytest.approx(sixth * _response(6.0), rel=5e-3)
    assert lines["f1 + f2 + f3"] == pytest.approx(sixth * _response(96.0), rel=5e-3)
    assert found[51] < 1e-14 < lines["2 f1 - f2"]
    assert alone(Mixing(), "2 f1 - f2")
    assert not alone(Mixing(second=40.0), "3 f1"), "2 f2 - f1 is the same line"
    assert not alone(Mixing(second=60.0), "f2"), "it is 3 f1"


@pytest.mark.parametrize(
    "options", [{"second": 20.0}, {"amplitude": -1.0}, {"settle": math.nan}, {"third": 200.0}]
)
def test_tones_that_do_not_mix(options: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        Mixing(**options).config()


@pytest.mark.parametrize("value", [20.5, 0.0, 101.0])
def test_a_tone_that_the_bench_cannot_take(value: float) -> None:
    with pytest.raises(BadInput, match="tone"):
        Mixing(first=value).config()


def test_claims() -> None:
    """Each verdict follows from what was measured; these are the numbers' own."""
    report = ClaimsStudy().run(Context())
    rows = report.tables[0].rows
    assert len(rows) == len(CLAIMS)
    verdicts = {row[1]: row[4] for row in rows}
    assert verdicts["damping is exact"] == "holds"
    assert verdicts["energy drift below 0.01 % over a million steps"] == "holds"
    assert verdicts["energy drift below 0.0001 % over 10,000 steps"] == "holds only if"
    assert verdicts["the cubic term makes f1 ± f2"] == "holds only if"
    assert verdicts["the cubic makes third harmonics that the step must resolve"] == "holds only if"
    assert verdicts["the cubic stabilises wave packets"] == "holds only if"
    assert list(verdicts.values()).count("fails") == 13
    assert all(all(cell for cell in row) for row in rows)
