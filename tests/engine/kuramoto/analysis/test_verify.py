"""The verify study: every promised row, the same tolerances as the tests, progress, cancel, and failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tauscope.engine import registry
from tauscope.engine.base import Engine
from tauscope.engine.errors import Cancelled
from tauscope.engine.kuramoto.analysis.verify import LAWS, KuramotoVerify
from tauscope.engine.kuramoto.analysis.verify_bench import TOLERANCES, ContextBench
from tauscope.engine.kuramoto.engine import KuramotoEngine
from tests.engine.kuramoto.analysis.context import Context

ROWS = (
    "lawson: order",
    "lawson: max |z - z_exact| at h = 0.05",
    "lawson with lag",
    "strang: order",
    "max ||z| - 1|",
    "Mirror residual, mean",
    "Mirror residual, sum",
    "Mirror residual, degree",
    "signed drift less mean(ω) h at K = 3",
    "order gained",
    "R at K = 1.5",
    "R at K = 2",
    "R at K = 4",
    "transient at K = 0.8",
    "transient at K = 4",
    "R, Lorentzian with lag",
    "R, Gaussian with lag",
    "R, uniform",
    "R, identical with noise",
    "R, Gaussian with noise",
    "chimera at A = 0.2: mean",
    "chimera at A = 0.28: least",
    "chimera at A = 0.35: largest",
    "chimera at A = 0.35: max |R₂(t) - theory|",
    "beat at Δω = 1.05",
    "beat at Δω = 2",
    "locked phase difference",
    "three clusters",
    "ring of 24",
    "free oscillators",
    "PLV",
    "PPC",
    "entropy coherence",
    "mutual information",
)


def test_quick_verify_passes_with_every_promised_row() -> None:
    context = Context()
    report = KuramotoVerify().run(context)
    assert [check.quantity for check in report.checks if not check.passed] == []
    for row in ROWS:
        assert any(row in check.quantity for check in report.checks), row
    assert all(check.reason for check in report.checks)
    assert {figure.name for figure in report.figures} == {
        "Error against the step",
        "Order sets in",
        "Chimeras",
    }
    assert report.to_json()["passed"] is True
    fractions = [fraction for fraction, _ in context.reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {text for _, text in context.reports} >= set(LAWS)


def test_a_cancel_stops_it_within_the_law_that_runs() -> None:
    context = Context(cancel_after=0.1)
    with pytest.raises(Cancelled):
        KuramotoVerify().run(context)
    assert context.reports[-1][0] < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_full_verify_passes(seed: int) -> None:
    report = KuramotoVerify().run(Context(quick=False, seed=seed))
    assert [check.quantity for check in report.checks if not check.passed] == []


def test_it_is_registered() -> None:
    assert isinstance(registry.study("kuramoto", "verify"), KuramotoVerify)
    assert set(registry.entry("kuramoto").studies or {}) >= {"verify", "sweep", "choice"}


def test_tolerances_are_those_of_the_acceptance_tests(tolerances: dict[str, Any]) -> None:
    allowed = tolerances["kuramoto"]
    assert {
        "order": allowed["method"]["order"],
        "order_strang": allowed["method"]["order_strang"],
        "error": allowed["method"]["error"],
        "modulus": allowed["method"]["modulus"],
        "steady": allowed["ott_antonsen"]["steady_sqrt_n"],
        "transient": allowed["ott_antonsen"]["transient_sqrt_n"],
        "noisy": allowed["ott_antonsen"]["sqrt_n"],
        "beat": allowed["beat"]["frequency"],
        "locked": allowed["beat"]["locked"],
        "locked_spread": allowed["beat"]["spread"],
        "chimera_mean": allowed["chimera"]["mean"],
        "chimera_extremes": allowed["chimera"]["extremes"],
        "chimera_path": allowed["chimera"]["path"],
        "twisted": allowed["twisted"]["rate"],
        "mirror": allowed["mirror"]["residual"],
        "mirror_broken": allowed["mirror"]["broken"],
        "drift": allowed["mirror"]["drift"],
        "plv": allowed["signals"]["plv"],
        "ppc": allowed["signals"]["ppc"],
        "entropy": allowed["signals"]["entropy"],
        "information": allowed["signals"]["information"],
    } == TOLERANCES


class WeakCoupling(KuramotoEngine):
    """Oscillators that pull at one another by one per cent less than their configuration says."""

    def _prepare(self) -> None:
        super()._prepare()
        self._ensemble.set_weights(0.99 * np.asarray(self._weights))


class FastClocks(KuramotoEngine):
    """Oscillators whose frequencies are one per cent too large."""

    def _prepare(self) -> None:
        super()._prepare()
        self._ensemble.set_rates(1.01 * self._in_force(), self._config.dt / self._substeps)


class LessLag(KuramotoEngine):
    """Oscillators that lag by one per cent less."""

    def advance(self, ticks: int) -> None:
        told = self._config
        self._config = told.model_copy(update={"phase_lag": 0.99 * told.phase_lag})
        super().advance(ticks)
        self._config = told


class PoorlyRead(KuramotoEngine):
    """Order parameters that are read one per cent too low."""

    def field(self, name: str) -> np.ndarray:
        found = super().field(name)
        return 0.99 * found if name in ("Z", "R") else found

    def scalar(self, name: str) -> float:
        return (0.99 if name == "R_total" else 1.0) * super().scalar(name)


BROKEN: dict[type[KuramotoEngine], tuple[str, ...]] = {
    WeakCoupling: (
        *("order of the method", "steady order", "chimeras"),
        *("two oscillators", "twisted states"),
    ),
    FastClocks: ("order of the method", "signed drift", "steady order", "two oscillators"),
    LessLag: ("order of the method", "chimeras", "two oscillators", "twisted states"),
    PoorlyRead: ("steady order", "chimeras"),
}


@pytest.mark.parametrize(
    ("made", "law"),
    [pytest.param(made, law, id=f"{made.__name__}-{law}") for made, laws in BROKEN.items() for law in laws],
)
def test_one_percent_off_is_seen(made: type[KuramotoEngine], law: str) -> None:
    """Each law that the fault touches gives a failed check."""

    class Faulty(Context):
        def create(self, engine: str, config: Mapping[str, Any], seed: int | None = None) -> Engine:
            return made(registry.config_type(engine).load(config), seed=1)  # type: ignore[arg-type]

    bench = ContextBench(Faulty(), 1)
    bench.begin(law)
    assert not all(check.passed for check in LAWS[law](bench).checks)
