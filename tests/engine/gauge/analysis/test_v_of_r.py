"""Potential and phase map of compact U(1): exact in two dimensions, Coulomb's in four, hot against cold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import special

from tauscope.engine.autocorrelation import Mean
from tauscope.engine.errors import BadInput, Cancelled
from tauscope.engine.gauge.analysis.observing import Observed, Plan
from tauscope.engine.gauge.analysis.phase_map import PhaseMap, creutz, slope_of
from tauscope.engine.gauge.analysis.v_of_r import GaugePotential, Wanted, potential_of, together
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.potential.report import readings
from tauscope.engine.study import Report, Table
from tests.engine.kuramoto.analysis.context import Context

FLAT = {"shape": [4, 16], "beta": 2.0}
"""Torus of the page: V(R) is known exactly."""


def exact_potential(R: int, beta: float = 2.0, steps: int = 4, width: int = 16) -> float:
    """-ln C(R) / N_t of the finite torus, by characters: a flux n on one side, n + 1 on the other."""
    n = np.arange(-40, 41)
    weights = special.ive(np.abs(n), beta)
    shifted = special.ive(np.abs(n + 1), beta)
    loops = (weights ** (steps * (width - R)) * shifted ** (steps * R)).sum() / (
        weights ** (steps * width)
    ).sum()
    return float(-np.log(loops) / steps)


def table(report: Report, name: str) -> Table:
    return next(found for found in report.tables if found.name == name)


def test_two_dimensions_confine_as_exactly_known(tolerances: dict[str, Any]) -> None:
    assert exact_potential(1) == pytest.approx(0.3599, abs=5e-5), "the page's exact values"
    assert exact_potential(4) == pytest.approx(1.4394, abs=5e-5)
    options = {"config": {**FLAT, "beta": 3.0}, "sweeps": 8000, "every": 4}
    report = GaugePotential().run(Context(options=options))
    found = readings(report)[0]
    assert found.law == "confining"
    assert "emerges" in found.sentence
    assert len(readings(report)) == 1, "hot and cold agree"
    pulls = [
        (V - exact_potential(int(R), 3.0)) / error
        for R, V, error in zip(found.R, found.V, found.error, strict=True)
    ]
    assert np.abs(pulls).max() < tolerances["potential"]["gauge"]["pull"]
    assert found.error[0] < 0.01 * found.V[0]
    assert any("less than two errors above 0 from R" in text for text in found.warnings)
    figure = report.figures[0]
    assert len(figure.curves[0].error) == len(found.R), "measured points carry errors"
    assert figure.curves[1].error == ()


def test_wilson_loops_give_the_same_string() -> None:
    options = {
        "config": {"shape": [8, 8], "beta": 2.0}, "method": "wilson", "time": 2, "sweeps": 2000,
        "starts": "cold",
    }  # fmt: skip
    found = readings(GaugePotential().run(Context(options=options)))[0]
    tension = -np.log(special.ive(1, 2.0) / special.ive(0, 2.0))
    assert abs(found.V[0] - tension) < 4 * found.error[0]
    assert found.error[0] < 0.03 * tension


@pytest.mark.slow
def test_four_dimensions_have_coulombs_law_at_weak_coupling(tolerances: dict[str, Any]) -> None:
    options = {"config": {"shape": [4, 8, 8, 8], "beta": 1.2}, "sweeps": 4000}
    report = GaugePotential().run(Context(quick=False, options=options))
    found = readings(report)[0]
    assert found.law == "Coulomb"
    np.testing.assert_allclose(found.V, [0.1935, 0.2438, 0.2590, 0.2627], rtol=0, atol=3e-3)
    residuals = report.figures[1].curves[0]
    assert residuals.label == "3D lattice, massless"
    pulls = np.abs(np.array(residuals.y) / np.array(residuals.error))
    assert pulls.max() < tolerances["potential"]["gauge"]["template"]


def observed(start: str, blocks: Any, plaquette: float) -> Observed:
    return Observed(start, Mean(plaquette, 1e-3, 0.5, 100, 100.0), blocks, np.zeros((20, 0, 0)), 0.5, 10, 5)


def test_starts_that_disagree_are_not_averaged() -> None:
    config = GaugeConfig.load({"shape": [4, 16]})
    wanted = Wanted.of({}, config)
    noise = 1e-3 * np.random.default_rng(4).standard_normal((20, 9))
    hot = observed("hot", np.exp(-0.5 * np.arange(9)) + noise, 0.6)
    near, far = replace(hot, start="cold"), observed("cold", 1.5 * hot.correlator, 0.6)
    other = replace(near, plaquette=replace(hot.plaquette, value=0.65))
    for cold, agree in ((near, True), (far, False), (other, False)):
        seen = [hot, cold]
        found = together(seen, [potential_of(one, wanted, config) for one in seen], wanted, config)
        assert len(found) == (1 if agree else 2)
        assert any("disagree" in text for text in found[0].warnings) != agree
    pooled = together(
        [hot, near], [potential_of(one, wanted, config) for one in (hot, near)], wanted, config
    )[0]
    alone = potential_of(hot, wanted, config)
    assert pooled.error[0] == pytest.approx(alone.error[0] / np.sqrt(2), rel=0.05)


def test_blocks_that_are_too_short_are_told() -> None:
    seen = replace(observed("hot", np.zeros((20, 1)), 0.6), slowest=8.0)
    assert "shorter than two autocorrelation times" in seen.trouble
    assert "40 sweeps" in seen.trouble
    assert not replace(seen, slowest=4.0).trouble


def test_a_phase_map_sees_the_transition(tolerances: dict[str, Any]) -> None:
    options = {"config": {"shape": [4, 4, 4, 4]}, "low": 0.9, "high": 1.1, "points": 3, "sweeps": 400}
    report = PhaseMap().run(Context(options=options))
    rows = table(report, "phases").rows
    assert [row[0] for row in rows] == ["hot", "cold"] * 3
    by_beta = {round(row[1], 3): row for row in rows if row[0] == "cold"}
    assert by_beta[0.9][2] == pytest.approx(0.468, abs=0.02)
    assert by_beta[1.1][2] == pytest.approx(0.720, abs=0.02)
    assert by_beta[0.9][5] > 4 * by_beta[1.1][5] > 0, "the Creutz ratio drops"
    assert "rises most from" in report.notes[1]
    names = [figure.name for figure in report.figures]
    assert names[:2] == ["Mean plaquette", "Creutz ratio χ(2,2)"]
    assert all(len(curve.error) == len(curve.x) for figure in report.figures for curve in figure.curves)


def test_the_phase_map_of_the_plane_is_exact() -> None:
    """<P> of the plane is I1 / I0, but for the volume; its string tension is minus the logarithm of that."""
    options = {"config": {"shape": [16, 16]}, "low": 1.0, "high": 2.0, "points": 2, "sweeps": 1000}
    for row in table(PhaseMap().run(Context(options=options)), "phases").rows:
        exact = special.ive(1, row[1]) / special.ive(0, row[1])
        assert abs(row[2] - exact) < 4 * row[3]
        assert abs(row[5] + np.log(exact)) < 4 * row[6]


def test_creutz_ratio_and_slope() -> None:
    loops = np.exp(-0.3 * np.outer([1, 2], [1, 2]))
    assert creutz(loops) == pytest.approx(0.3)
    assert np.isnan(creutz(-loops))
    x = np.array([1.0, 2, 4])
    slope, error = slope_of(x, 0.5 * x + 1, np.array([0.1, 0.2, 0.1]))
    assert slope == pytest.approx(0.5)
    assert error == pytest.approx(0.046852, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"method": "magic"}, "method"),
        ({"starts": "warm"}, "starts"),
        ({"separations": "1,2,x"}, "separations"),
        ({"separations": "1,99"}, "separations"),
        ({"method": "wilson", "time": 50}, "time"),
        ({"sweeps": 10}, "sweeps"),
        ({"blocks": 1}, "blocks"),
    ],
)
def test_what_cannot_be_measured(options: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as refused:
        GaugePotential().run(Context(options={"config": FLAT, **options}))
    assert refused.value.key == key


def test_it_can_be_cancelled() -> None:
    context = Context(options={"config": FLAT, "sweeps": 2000}, cancel_after=0.3)
    with pytest.raises(Cancelled):
        GaugePotential().run(context)
    assert 0.3 < context.reports[-1][0] < 0.9
    assert Plan.of({}, quick=True).sweeps < Plan.of({}).sweeps
