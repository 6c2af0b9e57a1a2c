"""The verify study: every promised row, the same tolerances as the tests, progress, cancel, and failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from tauscope.engine import registry
from tauscope.engine.base import Engine
from tauscope.engine.errors import Cancelled
from tauscope.engine.gravity.analysis import verify_checks, verify_patterns, verify_rules
from tauscope.engine.gravity.analysis.verify import LAWS, ContextBench, GravityVerify
from tauscope.engine.gravity.engine import GravityEngine

ROWS = (
    "empty lattice",
    "utilisation law",
    "absorbing: max |f - f_exact| T",
    "disc: max |f - f_exact| T",
    "periodic: max |f - f_exact| T",
    "reflective: max |f - f_exact| T",
    "relL2(1 - f)",
    "kappa p C / 4",
    "log r: slope",
    "log r: R^2",
    "fluid rule",
    "superposition",
    "bounds: queue",
    "bounds: largest airtime debt",
    "closed lattices",
    "Poisson, periodic",
    "Poisson, reflective",
    "Poisson, absorbing",
    "Poisson, disc",
    "Poisson: slope",
    "horizon: slope",
    "flat background",
    "Moore: 3 kappa p C / 10",
    "Moore, fluid: 3 kappa p C / 10",
    "Moore, fluid: 3 m^2 p",
    "capacity map, von_neumann: max |f - f_exact| T",
    "capacity map, moore: max |f - f_exact| T",
    "congested outboxes",
    "int32, von_neumann",
    "int32, moore",
    "literal: max |f - 1/ceil(b/C)| T",
    "literal: max |f - 1| where b <= C",
    "strict: spread of f",
    "strict: mean f",
    "clock near: updates",
    "clock far: updates",
    "wave at f = 1: energy",
    "light, W = 1000",
    "ray: angle",
    "geodesic: angle",
)


@dataclass
class Context:
    """Study context without a process: records progress, cancels on request."""

    quick: bool = True
    seed: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    cancel_after: float = 2.0
    reports: list[tuple[float, str]] = field(default_factory=list)

    def progress(self, fraction: float, text: str = "") -> None:
        self.reports.append((fraction, text))
        if fraction > self.cancel_after:
            raise Cancelled("The study")

    def create(self, engine: str, config: Mapping[str, Any], seed: int | None = None) -> Engine:
        return registry.create(engine, config, seed=self.seed if seed is None else seed)


def test_quick_verify_passes_with_every_promised_row() -> None:
    context = Context()
    report = GravityVerify().run(context)
    assert [check.quantity for check in report.checks if not check.passed] == []
    for row in ROWS:
        assert any(row in check.quantity for check in report.checks), row
    assert all(check.reason for check in report.checks)
    assert len(report.figures) == 2
    assert report.to_json()["passed"] is True
    fractions = [fraction for fraction, _ in context.reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {text for _, text in context.reports} >= set(LAWS)


def test_a_cancel_stops_it_within_the_law_that_runs() -> None:
    context = Context(cancel_after=0.15)
    with pytest.raises(Cancelled):
        GravityVerify().run(context)
    assert context.reports[-1][0] < 0.3


@pytest.mark.slow
def test_full_verify_passes() -> None:
    report = GravityVerify().run(Context(quick=False))
    assert [check.quantity for check in report.checks if not check.passed] == []


def test_tolerances_are_those_of_the_acceptance_tests(tolerances: dict[str, Any]) -> None:
    allowed = tolerances["gravity"]
    assert {
        "empty": allowed["empty"]["f_deviation"],
        "utilisation": allowed["utilisation"]["error_times_T"],
        "f_error": allowed["utilisation"]["f_error_times_T"],
        "weak_field": allowed["weak_field"]["relative_l2_times_T"],
        "kappa": allowed["kappa"]["deviation"],
        "disc_r_squared": pytest.approx(1 - allowed["log_profile"]["disc_r_squared"]),
        "slope": allowed["log_profile"]["slope"],
        "fluid": allowed["fluid"]["residual"],
        "superposition_weak": allowed["superposition"]["weak"],
        "superposition_strong": allowed["superposition"]["strong_against_exact"],
        "debt": allowed["bounds"]["debt_over_capacity"],
        "queue": allowed["bounds"]["queue_rounding"],
        "poisson": allowed["poisson"]["residual"],
        "poisson_slope": allowed["poisson"]["slope"],
        "horizon_slope": allowed["horizon"]["slope"],
        "background": allowed["flat_background"]["error_times_T"],
    } == verify_checks.TOLERANCES
    assert {
        "moore_coefficients": allowed["moore"]["fluid_coefficients"],
        "backlog": allowed["capacity_map"]["backlog"],
        "units": allowed["units"]["created_or_lost"],
        "literal": allowed["literal"]["f_error_times_T"],
        "strict": allowed["strict"]["spread"],
    } == verify_rules.TOLERANCES
    assert {
        "clock": allowed["utilisation"]["f_error_times_T"],
        "still_energy": allowed["wave"]["energy_of_a_still_field"],
        "energy": allowed["patterns"]["energy"],
        "ray": allowed["patterns"]["ray"],
    } == verify_patterns.TOLERANCES


class OnePercentSlow(GravityEngine):
    """A lattice that counts one realized update in a hundred too few."""

    def field(self, name: str) -> np.ndarray:
        found = super().field(name)
        return 0.99 * found if name == "f" else found


class OnePercentLossy(GravityEngine):
    """A lattice whose links lose one bit in a hundred that its configuration does not know of."""

    def advance(self, ticks: int) -> None:
        told, self._config = self._config, self._config.with_value("survival", 0.99 * self._config.survival)
        super().advance(ticks)
        self._config = told


BROKEN: dict[str, tuple[type[GravityEngine], tuple[str, ...]]] = {
    "counting": (
        OnePercentSlow,
        ("empty lattice", "utilisation law", "exact field", "flat background", "literal rule", "strict rule"),
    ),
    "relay": (
        OnePercentLossy,
        (
            *("exact field", "coupling", "log r", "fluid rule", "flat background"),
            *("Moore neighbours", "capacity map", "whole units", "clocks", "rays"),
        ),
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_one_percent_off_is_seen(fault: str) -> None:
    """Each law that the fault touches gives a failed check."""
    made, laws = BROKEN[fault]

    class Faulty(Context):
        def create(self, engine: str, config: Mapping[str, Any], seed: int | None = None) -> Engine:
            return made(registry.config_type(engine).load(config), seed=1)  # type: ignore[arg-type]

    for law in laws:
        bench = ContextBench(Faulty(), 1)
        bench.begin(law)
        assert not all(check.passed for check in LAWS[law](bench).checks), law
