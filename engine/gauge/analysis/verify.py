"""Study that compares the gauge engine with exact results, as `tauscope verify gauge` prints them."""

from __future__ import annotations

import time
from typing import ClassVar

from tauscope.engine.gauge.analysis.bench import ContextBench
from tauscope.engine.gauge.analysis.laws import LAWS
from tauscope.engine.study import Check, Figure, Report, Study, StudyContext


class GaugeVerify(Study):
    """U(1) against exact results: quantity, expected, measured, tolerance, verdict.

    Plaquettes, Wilson loops and potential in two dimensions against finite-volume sums; series in three;
    transition and Coulomb phase in four; invariants (charge-and-gauge.md, "gauge: compact U(1), settled").
    """

    name: ClassVar[str] = "verify"
    title: ClassVar[str] = "Compact U(1) against exact results"

    def run(self, context: StudyContext) -> Report:
        """Run every comparison; `quick` samples less with the same checks."""
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
            study="verify gauge",
            title=self.title,
            checks=tuple(checks),
            figures=tuple(figures),
            seconds=time.monotonic() - started,
            notes=(
                "Of so many comparisons within 3.5 standard errors one report in some forty fails by chance.",
                "Hot and cold starts are compared and never averaged where they disagree.",
            ),
        )
