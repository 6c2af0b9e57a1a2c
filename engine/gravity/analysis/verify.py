"""Study that compares the gravity lattice with exact results; `tauscope verify gravity` prints its report."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from tauscope.engine.base import Engine
from tauscope.engine.gravity.analysis import verify_checks, verify_patterns, verify_rules
from tauscope.engine.study import Check, Figure, Report, Study, StudyContext

LAWS = {**verify_checks.LAWS, **verify_rules.LAWS, **verify_patterns.LAWS}
"""Comparisons by name, in the order of the report."""

SITES_A_CHUNK = 2e7
"""Site updates between two reports of progress: some tens of milliseconds, so that a cancel is soon heard."""


class ContextBench:
    """Bench that runs in a study's context and reports the progress of each law.

    Parameters
    ----------
    context : StudyContext
        The study's outside.
    laws : int
        Number of laws to come.
    """

    def __init__(self, context: StudyContext, laws: int) -> None:
        self._context = context
        self._laws = laws
        self._law = -1
        self._text = ""
        self._share = 0.0

    @property
    def quick(self) -> bool:
        """Whether smaller lattices and shorter windows are wanted."""
        return self._context.quick

    def begin(self, text: str) -> None:
        """Start the next law."""
        self._law += 1
        self._text = text
        self._share = 0.0
        self._report()

    def create(self, config: Mapping[str, Any]) -> Engine:
        """New engine started from the empty lattice."""
        return self._context.create("gravity", config, seed=self._context.seed)

    def advance(self, engine: Engine, ticks: int) -> None:
        """Advance in chunks with progress after each; raises `Cancelled` when the user cancelled."""
        config = engine.config.dump()
        chunk = max(1, int(SITES_A_CHUNK / (config["nx"] * config["ny"])))
        done = 0
        while done < ticks:
            step = min(chunk, ticks - done)
            engine.advance(step)
            done += step
            # A law does not say how many runs it makes: its bar closes half of what is left with every run.
            self._share += (1.0 - self._share) * 0.5 * step / ticks if ticks > 1 else 0.0
            self._report()

    def _report(self) -> None:
        self._context.progress(min((self._law + self._share) / self._laws, 1.0), self._text)


class GravityVerify(Study):
    """Gravity against exact results: quantity, expected, measured, tolerance, verdict.

    Empty lattice, utilisation law, exact steady state on four boundaries, kappa, log r, fluid limit,
    superposition, bounds, Poisson solvers, horizon, flat background, Moore neighbours, capacity map, whole
    units, the rules literal and strict, clocks, waves and rays (gravity.md, "Acceptance tests").
    """

    name: ClassVar[str] = "verify"
    title: ClassVar[str] = "Gravity against exact results"

    def run(self, context: StudyContext) -> Report:
        """Run every comparison; `quick` takes smaller lattices and shorter windows with the same checks."""
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
            study="verify gravity",
            title=self.title,
            checks=tuple(checks),
            figures=tuple(figures),
            seconds=time.monotonic() - started,
            notes=("f is counted: its error is about 1/T per node after T ticks, at every field strength.",),
        )
