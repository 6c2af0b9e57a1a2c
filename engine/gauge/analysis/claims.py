"""Study of the claims about a Coulomb law from gauge theory: each with its test, numbers, and a verdict."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import astuple
from typing import ClassVar

import numpy as np

from tauscope.engine.claim import COLUMNS, Claim
from tauscope.engine.gauge.analysis import correlators, exact
from tauscope.engine.gauge.analysis.bench import Bench, ContextBench, measured
from tauscope.engine.gauge.analysis.correlators import Potential
from tauscope.engine.gauge.analysis.template import fit_coulomb
from tauscope.engine.gauge.engine import GaugeEngine
from tauscope.engine.statistics import block_means
from tauscope.engine.study import Report, Study, StudyContext, Table

STRAIGHT = 3.5
"""Standard errors by which a force may differ between two separations and still be called constant."""


def potential(bench: Bench, shape: tuple[int, ...], beta: float, samples: int) -> Potential:
    """Potential of Polyakov loops from a cold start."""
    engine = bench.create(shape=list(shape), beta=beta, start="cold")
    bench.advance(engine, 300)

    def read(run: GaugeEngine) -> object:
        state = run.state()
        return correlators.polyakov_correlator(state["ur"], state["ui"])

    blocks = block_means(measured(bench, engine, samples // (4 if bench.quick else 1), 2, read))
    return correlators.potential_of_polyakov(blocks, shape[0])


def _told(found: Potential) -> str:
    values = ", ".join(f"V({r}) = {v:.4f} ± {e:.4f}" for r, v, e in zip(*found[:3], strict=True))
    gone = f"; R = {', '.join(map(str, found.dropped))} below two errors, left out" if found.dropped else ""
    return values + gone


def two_dimensions(bench: Bench) -> Claim:
    """Confinement in two dimensions."""
    found = potential(bench, (4, 16), 2.0, 12_000)
    wanted = np.array([-math.log(exact.polyakov_2d(2.0, (4, 16), int(R))) / 4 for R in found.R])
    fits = bool((np.abs(found.V - wanted) <= STRAIGHT * found.error).all()) and len(found.R) >= 2
    return Claim(
        "gauge",
        "2D compact U(1) confines at every coupling",
        "Polyakov loops on 4 × 16, β = 2, against the exact line",
        _told(found),
        "holds" if fits else "fails",
        "V = σ R with σ = −ln(I₁/I₀) > 0 for every β",
    )


def three_dimensions(bench: Bench) -> Claim:
    """Confinement in three dimensions."""
    found = potential(bench, (6, 16, 16), 1.5, 2000)
    rises = [
        (found.V[i + 1] - found.V[i], math.hypot(found.error[i], found.error[i + 1]))
        for i in range(len(found.R) - 1)
    ]
    grows = bool(rises) and all(rise > 2.0 * error for rise, error in rises)
    return Claim(
        "gauge",
        "3D compact U(1) confines at zero temperature",
        "Polyakov loops on 6 × 16 × 16, β = 1.5: the force does not vanish",
        _told(found),
        "holds only if" if grows else "fails",
        "a finite extent in time is a temperature: at few separations this is consistent, no proof",
    )


def strong_coupling(bench: Bench) -> Claim:
    """Confinement in four dimensions at strong coupling."""
    found = potential(bench, (4, 8, 8, 8), 0.9, 2000)
    steep = len(found.R) >= 2 and found.V[1] - found.V[0] > 0.5 * found.V[0]
    return Claim(
        "gauge",
        "4D compact U(1) gives a Coulomb law at every coupling",
        "Polyakov loops on 4 × 8³, β = 0.9",
        _told(found),
        "fails" if steep else "holds",
        "below the transition near β = 1.01 it confines",
    )


def coulomb(bench: Bench) -> Claim:
    """The Coulomb law in four dimensions at weak coupling."""
    found = potential(bench, (4, 8, 8, 8), 1.2, 2000)
    fit = fit_coulomb(found, (8, 8, 8))
    good = bool((np.abs(fit.residuals) < 3.0).all()) and len(found.R) >= 4
    return Claim(
        "gauge",
        "4D U(1) at weak coupling is where Coulomb emerges",
        "Polyakov loops on 4 × 8³, β = 1.2, fitted with the lattice's Green function",
        f"{_told(found)}; g² = {fit.coupling:.3f} ± {fit.coupling_error:.3f}, residuals up to "
        f"{np.abs(fit.residuals).max():.1f} errors",
        "holds" if good else "fails",
        "no Poisson operator is in the action; separations 1 to 4, and g² is not the bare 1/β",
    )


CLAIMS: tuple[Callable[[Bench], Claim], ...] = (two_dimensions, three_dimensions, strong_coupling, coulomb)
"""Tests, in the order of the table."""


class ClaimsStudy(Study):
    """Claims about the gauge theory; the report's table ``claims`` has the columns of `Claim`."""

    name: ClassVar[str] = "claims"
    title: ClassVar[str] = "Where a Coulomb law emerges"

    def run(self, context: StudyContext) -> Report:
        """Test every claim; `quick` samples a quarter."""
        started = time.monotonic()
        bench = ContextBench(context, len(CLAIMS))
        rows = []
        for test in CLAIMS:
            bench.begin((test.__doc__ or "").split(".")[0])
            rows.append(astuple(test(bench)))
        context.progress(1.0, "done")
        table = Table("claims", COLUMNS, tuple(rows))
        return Report("claims gauge", self.title, tables=(table,), seconds=time.monotonic() - started)
