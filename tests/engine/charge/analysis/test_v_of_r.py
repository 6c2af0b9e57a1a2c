"""Potential of the charge model in every mode: the published figures, contact, and Poisson put in by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.engine.charge.analysis.v_of_r import ChargePotential
from tauscope.engine.errors import BadInput, Cancelled
from tauscope.engine.potential import green
from tauscope.engine.potential.report import Reading, readings
from tauscope.engine.study import Report
from tests.engine.kuramoto.analysis.context import Context


def measured(**options: Any) -> Report:
    return ChargePotential().run(Context(options=options))


def runs(report: Report) -> dict[int, tuple[Any, ...]]:
    """Rows of the runs by nominal separation."""
    return {row[0]: row for table in report.tables if table.name == "runs" for row in table.rows}


def read(report: Report) -> Reading:
    return readings(report)[0]


def test_the_first_published_version_to_every_digit() -> None:
    report = measured(mode="published_v1")
    rows = runs(report)
    for R in (4, 5, 6, 7, 8, 10, 12):
        assert f"{rows[R][2]:.1f} {rows[R][3]:.1f}" == "19854.7 10594.4"
    assert np.isnan(rows[2][2]) and np.isnan(rows[3][2])
    assert rows[2][5] == pytest.approx(5.88, abs=0.006), "step 588"
    assert [rows[R][1] for R in (2, 3, 4, 5)] == [2, 2, 4, 4], "separations that are really there"
    found = read(report)
    assert found.law == "none" and found.R.tolist() == [4, 6, 8, 10, 12]
    told = " ".join(found.warnings)
    assert "Nominal R = 3, 5 and 7 are 2, 4 and 6 cells in truth" in told
    assert "53 %" in told and "no error bar" in told
    assert "blew up" in told


def test_the_second_published_version_to_every_digit() -> None:
    report = measured(mode="published_v2", separations="2,3,4,6,8")
    for row in runs(report).values():
        assert f"{row[2]:.2f} {row[3]:.2f}" == "-25908.75 10608.28"
    assert read(report).law == "none"


@pytest.mark.parametrize(("mode", "first"), [("B", 268.5), ("rho2", np.nan)])
def test_the_coupled_equations_act_in_contact_only(
    mode: str, first: float, tolerances: dict[str, Any]
) -> None:
    report = measured(mode=mode)
    rows = runs(report)
    assert rows[2][2] == pytest.approx(first, abs=0.05, nan_ok=True)
    assert rows[3][2] == pytest.approx(-22.4, abs=0.05)
    far = [rows[R][2] for R in (4, 5, 6, 7, 8, 10, 12)]
    assert np.abs(far).max() <= tolerances["potential"]["charge"]["contact"]
    found = read(report)
    assert found.law == "contact"
    assert "no force at a distance" in found.sentence
    if mode == "rho2":
        assert rows[2][5] == pytest.approx(4.15, abs=0.05), "the time of blow-up"


def test_far_apart_there_is_nothing_at_all() -> None:
    found = read(measured(mode="A", separations="4,5,6,8", begin=0.5, end=1.0))
    assert found.V.tolist() == [0.0] * 4
    assert found.law == "none"


def test_the_variational_mode_has_poissons_law_put_in_by_hand(tolerances: dict[str, Any]) -> None:
    report = measured(config={"mode": "D", "size": 32})
    found = read(report)
    exact = green.potential((32, 32), found.R)
    np.testing.assert_allclose(found.V, exact, rtol=0, atol=tolerances["potential"]["charge"]["static"])
    assert found.law == "logarithmic"
    assert "put in by hand" in found.sentence and "two dimensions" in found.sentence


def test_a_cube_imposes_one_over_r_and_a_mass_screens() -> None:
    cube = read(measured(config={"mode": "D", "size": 48, "green": "3d"}))
    assert cube.law == "Coulomb" and "put in by hand" in cube.sentence and "three" in cube.sentence
    assert read(measured(config={"mode": "D", "size": 64, "m2": 0.04})).law == "screened"


def test_carriers_screen_fixed_charges() -> None:
    """Free energies with carriers of density n at temperature T: m^2 = 2 n / T, to first order."""
    config = {"mode": "D", "size": 32, "T": 0.5, "density": 0.05}
    report = measured(config=config, definition="free_energy", end=30.0, candidates=["lattice2m", "lattice2"])
    assert read(report).law == "screened"
    best = next(table for table in report.tables if table.name == "fits").rows[0]
    mass = float(best[4].split("m² = ")[1].split()[0])
    assert mass == pytest.approx(0.2, rel=0.1)


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"definition": "energy"}, "definition"),
        ({"mode": "B", "definition": "static"}, "definition"),
        ({"definition": "guess"}, "definition"),
        ({"separations": "2,40"}, "separations"),
        ({"mode": "published_v1", "separations": "1,2"}, "separations"),
        ({"mode": "B", "begin": 3.0, "end": 2.0}, "end"),
    ],
)
def test_what_cannot_be_measured(options: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as refused:
        measured(**options)
    assert refused.value.key == key


def test_it_can_be_cancelled() -> None:
    context = Context(options={"mode": "B"}, cancel_after=0.3)
    with pytest.raises(Cancelled):
        ChargePotential().run(context)
    assert 0.3 < context.reports[-1][0] < 0.6
