"""The verify and claims studies of charge: every row, the tests' tolerances, progress, cancel, failure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.engine.charge.analysis import verify_bench
from tauscope.engine.charge.analysis.claims import ClaimsStudy, static_slope
from tauscope.engine.charge.analysis.verify import ChargeVerify
from tauscope.engine.charge.engine import ChargeEngine
from tauscope.engine.claim import COLUMNS
from tauscope.engine.errors import Cancelled
from tests.engine.kuramoto.analysis.context import Context

ROWS = (
    "published_v1: mean of V",
    "published_v1: standard deviation of V",
    "published_v1: step at which ρ leaves the numbers, R = 2",
    "published_v1: step at which ρ leaves the numbers, R = 3",
    "published_v2: mean of V",
    "published_v2: standard deviation of V",
    "time of the blow-up at R = 2, dt = 0.01",
    "motion of a charge at R = 3",
    "time at which backward Euler fails",
    "growth rate on 8² cells",
    "growth rate on 32² cells",
    "refinement ratio to 16² cells",
    "refinement ratio to 32² cells",
    "share of |charge| left at t = 7, λ = 1",
    "growth with λ = 1",
    "V(2) of fixed charges",
    "V(3) of fixed charges",
    "|V(R ≥ 4)| of fixed charges",
    "growth with D = ν = 1.5",
    "growth with D = ν = 0.5",
    "drift of the sums of p and n, T = 0.02, with fixed charges",
    "smallest density, T = 0.02, with fixed charges",
    "largest step of F, T = 0.02, with fixed charges",
    "largest step of F, T = 0.5, with fixed charges",
    "spread of the chemical potentials",
    "V(R) of fixed charges less the 2D Green function",
    "V(R) of fixed charges less the 3D Green function",
    "Green function, 2D",
    "potential kernel a(2)",
)


def test_quick_verify_passes_with_every_promised_row() -> None:
    context = Context()
    report = ChargeVerify().run(context)
    assert [check.quantity for check in report.checks if not check.passed] == []
    for row in ROWS:
        assert any(check.quantity.startswith(row) for check in report.checks), row
    fractions = [fraction for fraction, _ in context.reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert all(check.reason for check in report.checks)


def test_allowed_deviations_are_those_of_the_tests(tolerances: Any) -> None:
    assert tolerances["charge"]["verify"] == verify_bench.TOLERANCES


@pytest.mark.slow
def test_verify_passes_in_full() -> None:
    report = ChargeVerify().run(Context(quick=False))
    assert [check.quantity for check in report.checks if not check.passed] == []
    assert sum("time of the blow-up" in check.quantity for check in report.checks) == 6


def test_verify_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        ChargeVerify().run(Context(cancel_after=0.3))


def test_verify_fails_where_the_engine_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scalars one per cent too large show in V, in charge that drains, and in Green functions."""
    honest = ChargeEngine.scalars_of

    def wrong(self: ChargeEngine, names: Any) -> dict[str, float]:
        return {name: 1.01 * value for name, value in honest(self, names).items()}

    monkeypatch.setattr(ChargeEngine, "scalars_of", wrong)
    report = ChargeVerify().run(Context())
    failed = {check.quantity for check in report.checks if not check.passed}
    for row in ("published_v1: mean of V", "published_v2: mean of V", "V(2) of fixed charges"):
        assert row in failed
    assert any("Green function" in name for name in failed)


def test_claims_have_numbers_and_the_verdicts_of_the_page(tolerances: Any) -> None:
    report = ClaimsStudy().run(Context())
    (table,) = report.tables
    assert table.columns == COLUMNS
    verdicts = {row[0]: row[4] for row in table.rows}
    assert verdicts == {
        "First run": "fails",
        "Diagnosis": "fails",
        "Equations": "fails",
        "Option A": "fails",
        "Option B": "fails",
        "Option C": "fails",
        "Option D": "holds only if",
        "Follow-up": "holds only if",
    }
    assert all(any(letter.isdigit() for letter in row[3]) for row in table.rows)
    for a in (0.0, 1.0):
        slope, _ = static_slope(a)
        assert slope == pytest.approx(1 / np.pi, rel=tolerances["charge"]["claims"]["static_slope"])
    conditions = " ".join(row[5] for row in table.rows)
    assert "Poisson is put in by hand" in conditions
    assert "j = −gρ∇φ moves + and − with one velocity" in conditions
