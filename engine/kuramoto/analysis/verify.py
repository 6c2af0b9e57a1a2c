"""Study that compares the Kuramoto engine with exact results, as `tauscope verify kuramoto` prints them."""

from __future__ import annotations

import time
from typing import ClassVar

from tauscope.engine.kuramoto.analysis import (
    verify_method,
    verify_populations,
    verify_signals,
    verify_small,
)
from tauscope.engine.kuramoto.analysis.verify_bench import ContextBench
from tauscope.engine.study import Check, Figure, Report, Study, StudyContext

LAWS = {**verify_method.LAWS, **verify_populations.LAWS, **verify_small.LAWS, **verify_signals.LAWS}
"""Comparisons by name, in the order of the report."""


class KuramotoVerify(Study):
    """Kuramoto against exact results: quantity, expected, measured, tolerance, verdict.

    Order of the method, modulus, Mirror law, signed drift, steady order and transient of Ott and Antonsen,
    lag, noise and other distributions, chimeras, beat and locking, twisted states, phase measures
    (kuramoto.md, "Validation" and "State and ranges").
    """

    name: ClassVar[str] = "verify"
    title: ClassVar[str] = "Kuramoto against exact results"

    def run(self, context: StudyContext) -> Report:
        """Run every comparison; `quick` takes smaller ensembles and shorter windows with the same checks."""
        started = time.monotonic()
        bench = ContextBench(context, len(LAWS))
        checks: list[Check] = []
        figures: list[Figure] = []
        for text, law in LAWS.items():
            bench.begin(text)
            outcome = law(bench)
            checks += outcome.checks
            figures += outcome.figures
        context.progress(1.0, "done")
        return Report(
            study="verify kuramoto",
            title=self.title,
            checks=tuple(checks),
            figures=tuple(figures),
            seconds=time.monotonic() - started,
            notes=(
                "Which state a chimera reaches depends on its start: full synchrony is stable beside it.",
                "Noise turns phases after each step, so R is read about D h R / 2 low.",
            ),
        )
