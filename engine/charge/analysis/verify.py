"""Study that compares the charge model with what is known of it, as `tauscope verify charge` prints it."""

from __future__ import annotations

import time
from typing import ClassVar

from tauscope.engine.charge.analysis import verify_drift, verify_plasma, verify_published
from tauscope.engine.charge.analysis.verify_bench import Bench
from tauscope.engine.study import Check, Figure, Report, Study, StudyContext

LAWS = {**verify_published.LAWS, **verify_drift.LAWS, **verify_plasma.LAWS}
"""Comparisons by name, in the order of the report."""


class ChargeVerify(Study):
    """Charge against exact results: quantity, expected, measured, tolerance, verdict.

    The published experiment to every printed digit, time of the blow-up, growth rates against linear theory,
    options A, B and regularised, and of option D conservation, positivity, descent and Green functions
    (charge-and-gauge.md).
    """

    name: ClassVar[str] = "verify"
    title: ClassVar[str] = "Charge and phase against exact results"

    def run(self, context: StudyContext) -> Report:
        """Run every comparison; `quick` takes fewer separations and shorter runs with the same verdicts."""
        started = time.monotonic()
        bench = Bench(context, len(LAWS))
        checks: list[Check] = []
        figures: list[Figure] = []
        for text, law in LAWS.items():
            bench.begin(text)
            outcome = law(bench)
            checks += outcome.checks
            figures += outcome.figures
        context.progress(1.0, "done")
        return Report(
            study="verify charge",
            title=self.title,
            checks=tuple(checks),
            figures=tuple(figures),
            seconds=time.monotonic() - started,
            notes=(
                "The published V is the same at every R because φ at the proton is a ramp of its own.",
                "Mode D has the Poisson equation from the outset: its Coulomb law is put in by hand.",
            ),
        )
