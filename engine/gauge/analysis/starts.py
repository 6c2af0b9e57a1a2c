"""Two chains of one lattice, from a hot and a cold start: whether their mean plaquettes agree."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tauscope.engine.autocorrelation import Mean, mean_of
from tauscope.engine.base import Engine
from tauscope.engine.study import Check, Curve, Figure, Report, Study, StudyContext, Table

STARTS = ("hot", "cold")
LIMIT = 3.5
"""Combined standard errors within which two means agree: one pair in 2,000 lies further apart by chance."""
TOLD_EVERY = 10
"""Sweeps between two reports of progress, which is also where the study can be cancelled."""


class StartsStudy(Study):
    """Mean plaquette from a hot and a cold start; means that disagree are reported, and never averaged.

    Options
    -------
    config : mapping
        Configuration of the gauge engine; its ``start`` is replaced.
    thermalisation, sweeps : int
        Sweeps left out, and sweeps measured, of each chain; 200 and 400.
    """

    name: ClassVar[str] = "starts"
    title: ClassVar[str] = "Hot and cold start"

    def run(self, context: StudyContext) -> Report:
        """Run both chains in turn, so that either can be seen while they run."""
        began = time.perf_counter()
        options = context.options
        config: Mapping[str, Any] = options.get("config", {})
        first = int(options.get("thermalisation", 50 if context.quick else 200))
        measured = int(options.get("sweeps", 100 if context.quick else 400))
        chains = {
            start: context.create("gauge", {**config, "start": start}, context.seed + number)
            for number, start in enumerate(STARTS)
        }
        series: dict[str, list[float]] = {start: [] for start in STARTS}
        for sweep in range(first + measured):
            for start, engine in chains.items():
                series[start].append(_swept(engine))
            if sweep % TOLD_EVERY == 0:
                context.progress(sweep / (first + measured), f"sweep {sweep:,} of {first + measured:,}")
        means = {start: mean_of(series[start][first:]) for start in STARTS}
        apart = compared(means["hot"], means["cold"])
        context.progress(1.0, "done")
        return Report(
            self.name,
            self.title,
            (apart,),
            (Table("Means", ("start", "mean plaquette", "error", "τ_int"), _rows(means)),),
            (Figure("Plaquette", "sweep", "P", tuple(_curve(start, series[start]) for start in STARTS)),),
            time.perf_counter() - began,
            (verdict(means["hot"], means["cold"], apart.passed),),
        )


def compared(hot: Mean, cold: Mean) -> Check:
    """Check that two means of independent chains agree within `LIMIT` combined standard errors."""
    error = math.hypot(hot.error, cold.error)
    reason = f"two independent chains, {LIMIT:g} combined standard errors"
    return Check.within("⟨P⟩ hot − cold", 0.0, hot.value - cold.value, LIMIT * error, reason=reason)


def verdict(hot: Mean, cold: Mean, agree: bool) -> str:
    """What two means say, in a sentence."""
    error = math.hypot(hot.error, cold.error)
    away = abs(hot.value - cold.value) / error if error > 0.0 else math.inf
    if agree:
        return f"Hot and cold start agree: they lie {away:.1f} standard errors apart."
    return (
        f"Hot and cold start disagree by {away:.1f} standard errors: at least one of them has not settled, "
        "so neither mean is to be trusted. Run longer, or take the cold start at large β."
    )


def _swept(engine: Engine) -> float:
    engine.advance(1)
    return engine.scalar("plaquette")


def _rows(means: Mapping[str, Mean]) -> tuple[tuple[Any, ...], ...]:
    return tuple((start, mean.value, mean.error, mean.tau) for start, mean in means.items())


def _curve(label: str, values: Sequence[float]) -> Curve:
    return Curve(label, tuple(float(n) for n in range(1, len(values) + 1)), tuple(values))
