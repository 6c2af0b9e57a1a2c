"""Studies of the gauge engine: every promised row, tolerances of the acceptance, starts that disagree."""

from __future__ import annotations

from typing import Any

import pytest

from tauscope.engine.autocorrelation import Mean
from tauscope.engine.claim import COLUMNS
from tauscope.engine.errors import Cancelled
from tauscope.engine.gauge.analysis.bench import TOLERANCES, ContextBench
from tauscope.engine.gauge.analysis.claims import CLAIMS, ClaimsStudy
from tauscope.engine.gauge.analysis.laws import LAWS
from tauscope.engine.gauge.analysis.starts import Starts, TwoStarts, two_starts
from tauscope.engine.gauge.analysis.verify import GaugeVerify
from tests.engine.kuramoto.analysis.context import Context

ROWS = (
    "⟨P⟩ on 4 × 4, β = 4, heatbath",
    "⟨P⟩ on 16 × 16, β = 3, heatbath",
    "Wilson loop 2 × 3",
    "V(2) on 4 × 16",
    "sorted plaquettes before and after 4 reflections",
    "3D ⟨P⟩, β = 0.5",
    "3D ⟨P⟩, β = 10, cold start",
    "Metropolis against heat bath",
    "3D: relative drift of the action",
    "4D: loops after a change of gauge",
    "running tau_int",
    "4D 8⁴, β = 1.015: hot start less cold start",
    "4D ⟨P⟩ on 8⁴, β = 1.015",
    "residual of the Coulomb template at R = 4",
    "4D β = 1.2: g²",
)


def test_quick_verify_passes_with_every_promised_row() -> None:
    context = Context()
    report = GaugeVerify().run(context)
    assert [check.quantity for check in report.checks if not check.passed] == []
    for row in ROWS:
        assert any(row in check.quantity for check in report.checks), row
    assert all(check.reason for check in report.checks)
    fractions = [fraction for fraction, _ in context.reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {text for _, text in context.reports} >= set(LAWS)


def test_tolerances_are_those_of_the_acceptance_tests(tolerances: Any) -> None:
    acceptance = tolerances["gauge"]["acceptance"]
    assert {name: acceptance[name] for name in TOLERANCES} == TOLERANCES


def test_a_cancel_stops_it_within_the_law_that_runs() -> None:
    context = Context(cancel_after=0.05)
    with pytest.raises(Cancelled):
        GaugeVerify().run(context)
    assert context.reports[-1][0] < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_full_verify_passes(seed: int) -> None:
    report = GaugeVerify().run(Context(quick=False, seed=seed))
    assert [check.quantity for check in report.checks if not check.passed] == []


@pytest.mark.slow
def test_claims_come_out_as_the_design_says() -> None:
    report = ClaimsStudy().run(Context(quick=False))
    (table,) = report.tables
    assert table.columns == COLUMNS
    assert [row[4] for row in table.rows] == ["holds", "holds only if", "fails", "holds"]
    assert len(table.rows) == len(CLAIMS)
    assert all("V(1) = " in row[3] for row in table.rows)


def test_starts_that_disagree_are_reported_and_never_averaged() -> None:
    """Flux that a hot start traps in two dimensions at large beta: the mean stays low by many errors."""
    bench = ContextBench(Context(seed=3))
    found = two_starts(bench, 50, 300, shape=[12, 12], beta=30.0)
    assert not found.agree
    assert found.hot.value < found.cold.value
    assert "disagree by" in found.sentence
    assert "believe neither" in found.sentence
    assert f"{found.hot.value:.5f}" in found.sentence
    assert f"{found.cold.value:.5f}" in found.sentence
    report = TwoStarts().run(
        Context(quick=False, seed=3, options={"config": {"shape": [12, 12], "beta": 30.0}, "sweeps": 300})
    )
    assert not report.passed
    assert report.notes == (report.checks[0].reason,)
    assert {row[0] for row in report.tables[0].rows} == {"hot", "cold"}


def test_starts_that_agree_say_so_and_on_how_much() -> None:
    bench = ContextBench(Context())
    found = two_starts(bench, 50, 400, shape=[8, 8], beta=1.0)
    assert found.agree
    assert "the starts agree within" in found.sentence
    assert found.hot.value != found.cold.value, "both runs drew the same random numbers"
    few = Mean(0.5, 0.1, 40.0, 200, 2.5)
    assert "fewer than ten independent samples" in Starts(1.0, few, few).sentence
