"""The verify study: every promised row, tolerances of the acceptance tests, progress, cancel, and failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tauscope.engine import registry
from tauscope.engine.base import Engine
from tauscope.engine.errors import Cancelled
from tauscope.engine.ufie.analysis.bench import TOLERANCES, ContextBench
from tauscope.engine.ufie.analysis.verify import LAWS, UfieVerify
from tauscope.engine.ufie.engine import UfieEngine
from tests.engine.kuramoto.analysis.context import Context

ROWS = (
    "phase error, β A² = 0, precise",
    "phase error, β A² = 10, fast",
    "Ĥ drift, precise",
    "Ĥ drift, fast",
    "swing of plain H",
    "rate of damping",
    "error at dt over dt/2, β = 1",
    "residual at β = 0, flat",
    "residual at β = 0, diagonal",
    "residual at β = 0, rank1",
    "residual at β = 0, full",
    "residual at dt over dt/2",
    "largest stable c₀",
    "literal kernel: growth",
    "blow-up time, A = 5, m/2π = 0",
    "blow-up time, A = 30, m/2π = 3.25",
    "resting soliton: |peak",
    "resting soliton: charge",
    "boosted soliton: way",
    "soliton at ω = 0.5 m",
    "exponent of 2 f1 - f2 in β",
    "exponent of 2 f1 - f2 in A",
    "amplitude of 2 f1 - f2",
    "products of second order without bias",
    "f2 − f1 at twice the bias",
    "3 f1 of complex tones",
    "spurious-free range",
    "residue of tuning words",
    "f1 + f2 − f3",
    "boxes visited by e1, e2, e3",
    "phases after the claimed period",
)


def test_quick_verify_passes_with_every_promised_row() -> None:
    context = Context()
    report = UfieVerify().run(context)
    assert [check.quantity for check in report.checks if not check.passed] == []
    for row in ROWS:
        assert any(row in check.quantity for check in report.checks), row
    assert all(check.reason for check in report.checks)
    assert {figure.name for figure in report.figures} == {"Error against the step", "Solitons"}
    assert report.to_json()["passed"] is True
    fractions = [fraction for fraction, _ in context.reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {text for _, text in context.reports} >= set(LAWS)


def test_a_cancel_stops_it_within_the_law_that_runs() -> None:
    context = Context(cancel_after=0.1)
    with pytest.raises(Cancelled):
        UfieVerify().run(context)
    assert context.reports[-1][0] < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_full_verify_passes(seed: int) -> None:
    report = UfieVerify().run(Context(quick=False, seed=seed))
    assert [check.quantity for check in report.checks if not check.passed] == []


def test_it_is_registered() -> None:
    assert isinstance(registry.study("ufie", "verify"), UfieVerify)
    assert set(registry.entry("ufie").studies or {}) >= {
        "verify",
        "scan",
        "heterodyne",
        "soliton",
        "plasticity",
        "claims",
    }


def test_tolerances_are_those_of_the_acceptance_tests(tolerances: dict[str, Any]) -> None:
    allowed = {**tolerances["ufie"]["acceptance"], **tolerances["ufie"]["benches"]}
    allowed["sfdr"] = tolerances["ufie"]["dds"]["sfdr"]
    allowed["near_return"] = tolerances["ufie"]["resonances"]["near_return"]
    assert {name: allowed[name] for name in TOLERANCES} == TOLERANCES


class WeakCubic(UfieEngine):
    """A cubic that is one per cent weaker than its configuration says."""

    def advance(self, ticks: int) -> None:
        told = self._body.config
        if told.beta:
            wave: Any = self._body.wave
            wave.set_material(*_material(self, beta=0.99 * told.beta))
        super().advance(ticks)


class SlowWaves(UfieEngine):
    """Waves that run one per cent slower."""

    def advance(self, ticks: int) -> None:
        wave: Any = self._body.wave
        wave.set_material(*_material(self, speed=0.99))
        super().advance(ticks)


class LessFriction(UfieEngine):
    """Friction that is one per cent weaker."""

    def advance(self, ticks: int) -> None:
        wave: Any = self._body.wave
        wave.set_material(*_material(self, friction=0.99))
        super().advance(ticks)


class PoorlyRead(UfieEngine):
    """An energy that is read one per cent off, as the field changes."""

    def scalar(self, name: str) -> float:
        found = super().scalar(name)
        return found * (1.0 + 0.01 * np.tanh(self.time)) if name in ("H_hat", "H") else found


def _material(
    engine: UfieEngine, *, beta: float | None = None, speed: float = 1.0, friction: float = 1.0
) -> tuple[Any, ...]:
    config = engine.config
    slowing = (1.0 + config.state_index) ** 2
    return (
        config.dt,
        friction * config.alpha * (1.0 - config.resonance),
        speed**2 * config.c0**2 / slowing,
        config.beta if beta is None else beta,
        config.mass_rate**2,
        config.saturation,
        slowing,
    )


BROKEN: dict[type[UfieEngine], tuple[str, ...]] = {
    WeakCubic: ("plane waves", "solitons", "mixing"),
    SlowWaves: ("plane waves", "order", "literal kernel"),
    LessFriction: ("damping",),
    PoorlyRead: ("energy",),
}


LONG = ("mixing", "order", "solitons")


@pytest.mark.parametrize(
    ("made", "law"),
    [
        pytest.param(made, law, id=f"{made.__name__}-{law}", marks=[pytest.mark.slow] if law in LONG else [])
        for made, laws in BROKEN.items()
        for law in laws
    ],
)
def test_one_percent_off_is_seen(made: type[UfieEngine], law: str) -> None:
    """Each law that the fault touches gives a failed check."""

    class Faulty(Context):
        def create(self, engine: str, config: Mapping[str, Any], seed: int | None = None) -> Engine:
            return made(registry.config_type(engine).load(config), seed=1)  # type: ignore[arg-type]

    bench = ContextBench(Faulty(), 1)
    bench.begin(law)
    assert not all(check.passed for check in LAWS[law](bench).checks)
