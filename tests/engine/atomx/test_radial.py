"""Levels of a screened centre against exact and published ones, and what must spoil them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from tauscope.engine import registry
from tauscope.engine.atomx import radial, table
from tauscope.engine.atomx.analysis.verify import TOLERANCES
from tauscope.engine.errors import Cancelled
from tests.engine.kuramoto.analysis.context import Context


def test_every_comparison_holds_and_the_tolerances_are_those_of_the_list(tolerances):
    report = registry.study("atomx", "verify").run(Context())
    assert [check.quantity for check in report.checks if not check.passed] == []
    assert len(report.checks) == 20
    assert tolerances["atomx"]["verify"] == TOLERANCES


def test_the_second_extrapolation_takes_what_the_first_leaves():
    """The error of one grid holds h^2 ln h, so the first extrapolation still goes as h^2."""
    raw = [radial.energies_on(0.0, 1.0, 80.0, n)[0] + 0.5 for n in (199, 399, 799)]
    first = [(4.0 * fine - coarse) / 3.0 for coarse, fine in itertools.pairwise(raw)]
    assert first[0] / first[1] == pytest.approx(4.0, abs=0.1)
    assert abs((4.0 * first[1] - first[0]) / 3.0) < 0.05 * abs(first[1])


def test_a_box_that_cuts_the_tail_fails_the_virial_theorem():
    whole = radial.virial(0.2, radial.waves(0.2)).max()
    cut = radial.virial(0.2, radial.waves(0.2, radius=12.0, count=155)).max()
    assert whole < TOLERANCES["virial"] < 0.02 < cut


def test_a_box_shifts_the_threshold_and_mu_c_does_not_come_from_one():
    """E2 < 0 in a box of 60 ends at mu = .296, far below the true threshold."""
    mu = np.linspace(0.28, 0.31, 31)
    bound = [radial.energies_on(float(m), 1.0, 60.0, 347)[1] < 0 for m in mu]
    assert mu[np.argmin(bound)] == pytest.approx(0.296, abs=2e-3)
    assert radial.critical(2) == pytest.approx(0.310209, abs=TOLERANCES["critical"])


def test_a_stronger_potential_is_a_weaker_screening():
    """e(mu, g) = g^2 e(mu / g), by a change of units: the solver knows nothing of it."""
    for g in (0.95, 1.05):
        direct, scaled = radial.solve(0.2, g), g * g * radial.solve(0.2 / g)
        assert np.abs(direct - scaled).max() < 1e-7


def test_an_error_of_a_percent_in_the_potential_is_seen(monkeypatch):
    def wrong(mu, g, radius, count, real=radial._matrix):
        return real(mu, 1.01 * g, radius, count)

    monkeypatch.setattr(radial, "_matrix", wrong)
    report = registry.study("atomx", "verify").run(Context())
    failed = {check.quantity for check in report.checks if not check.passed}
    assert {"hydrogen, level 1", "level 1 at mu = 0.1", "longest hbar / split"} <= failed


def test_wave_functions_are_normal_and_orthogonal():
    found = radial.waves(0.1)
    weight = 2.0 * np.sqrt(found.r) * np.sqrt(found.r[0])
    product = (found.u * weight) @ found.u.T
    assert np.abs(product - np.eye(2)).max() < 1e-10
    assert (np.diff(np.sign(found.u[1])) != 0).sum() == 1  # one node


def test_little_screening_is_hydrogen_with_its_series(tolerances):
    """e_n = -1 / 2n^2 + mu - <r> mu^2 / 2 + <r^2> mu^3 / 6 - …, with means of hydrogen, to second order."""
    for mu in (0.0, 1e-6, 1e-3, 3e-3):
        series = np.array([-0.5 + mu - 0.75 * mu**2, -0.125 + mu - 3.0 * mu**2])
        left = np.array([0.5, 7.0]) * mu**3  # <r^2> / 6 = 3 / 6 and 42 / 6
        assert (
            np.abs(radial.solve(mu) - series).max() < 1.2 * left.max() + tolerances["atomx"]["radial"]["box"]
        )


def mismatch(k, mu):
    """u' + k u outside of the solution at the energy -k^2 / 2, by shooting: 0 for a level."""
    q, strength, x = k / mu, 2.0 / mu, 1e-7
    found = solve_ivp(
        lambda x, u: [u[1], (q * q - strength * np.exp(-x) / x) * u[0]],
        (x, 40.0),
        [x - strength * x * x / 2.0, 1.0 - strength * x],
        method="DOP853",
        rtol=1e-12,
        atol=1e-14,
    )
    return found.y[1, -1] + q * found.y[0, -1]


def test_the_last_layer_before_the_threshold_is_solved_without_a_grid(tolerances):
    """Against a level by shooting: the logarithmic derivative outside is -k."""
    for mu in (0.3095, 0.3098, 0.31018, 0.3102):
        guess = np.sqrt(-2.0 * radial.shallow(mu))
        k = brentq(mismatch, 0.9 * guess, 1.1 * guess, args=(mu,), rtol=1e-9)
        assert guess == pytest.approx(k, rel=tolerances["atomx"]["radial"]["shallow"])
    assert radial.shallow(radial.critical(2)) == 0.0


def test_the_table_ends_where_the_second_level_is_lost_and_can_be_cancelled():
    mu = np.linspace(0.0, radial.critical(2), 8)
    rows = np.array([table.row(float(m)) for m in mu])
    made = table.LevelTable(mu, table.Curves(*rows.T))
    read = made.at(np.array([0.0, 0.1, 0.3102, 0.31021, 0.5]))
    assert np.isnan(read.e1).tolist() == [False, False, False, True, True]

    def cancel(_share):
        raise Cancelled("The table")

    with pytest.raises(Cancelled):
        table.LevelTable.build(cancel)
