"""Study of the claims of the synthetic-atom document, each with its test, the numbers, and a verdict."""

from __future__ import annotations

import time
from dataclasses import astuple
from typing import ClassVar

import numpy as np

from tauscope.engine.atomx import reference
from tauscope.engine.atomx.analysis.verify import SECOND_GRID
from tauscope.engine.atomx.levels import HBAR, J_TO_MEV, M_EFF
from tauscope.engine.atomx.region import spread_of_mean
from tauscope.engine.atomx.scan import scan
from tauscope.engine.claim import COLUMNS, Claim
from tauscope.engine.study import Report, Study, StudyContext, Table

SEEDS = 50
"""Seeds of the random columns that are tried against their gates."""


def existence() -> Claim:
    """Region of existence on the document's grid."""
    found = scan("reference")
    kappa, r_screen = found.levels.kappa, found.levels.r_screen
    kinetic = 1.5 * HBAR**2 / r_screen**2 / M_EFF
    potential = kappa * np.sqrt(np.pi) * r_screen / 2.0
    ratio = kinetic / potential
    return Claim(
        "1, 3",
        "the scan certifies a region in which a synthetic atom exists",
        "the document's formulas on its own grid",
        f"{int(found.levels.valid.sum())} of {found.levels.valid.size} voxels have two levels; T / |V| of "
        f"the first is {ratio.min():.2g} to {ratio.max():.2g}",
        "fails" if not found.region.count else "holds",
        "lengths 8e-8 to 1.8e-7 m, 8 orders above the document's, bind two levels",
    )


def other_range() -> Claim:
    """Region of the same stiffness at other lengths."""
    found = scan("physical")
    return Claim(
        "1, 3",
        "a medium of stiffness 1e-10 to 5e-10 N/m binds two levels within 0.19 meV",
        "levels of the radial Schrödinger equation, screening lengths 8e-8 to 1.8e-7 m",
        f"{int(found.levels.valid.sum())} of {found.levels.valid.size} voxels bind two, "
        f"{found.region.count} pass all gates",
        "holds only if" if found.region.count else "fails",
        "r_screen is some 1e-7 m, and the gates are measured",
    )


def measured_gates() -> Claim:
    """Gates of compat and R2."""
    refused = 0
    for seed in range(SEEDS):
        found = scan("reference", seed=seed, **SECOND_GRID).levels
        valid = found.valid
        refused += int(((found.compat[valid] > 0.02) | (found.R2[valid] < 0.98)).sum())
    return Claim(
        "1, 3",
        "compat_norm and R2 test every voxel",
        f"{SEEDS} seeds of the second grid",
        f"{refused} voxels refused by either gate",
        "fails" if not refused else "holds",
        "both are drawn from ranges that lie inside their gates",
    )


def variational() -> Claim:
    """The estimate as a variational bound."""
    kappa, r_screen = 4e-16, 2e-7
    given = float(reference.energies(np.array(kappa), np.array(r_screen), 1))
    width = r_screen * np.array([1.0, 10.0, 100.0])
    kinetic = 1.5 * HBAR**2 / (M_EFF * width**2)
    found = J_TO_MEV * (kinetic - kappa * np.sqrt(np.pi) * width**2 / (2.0 * r_screen))
    return Claim(
        "1",
        "the energy is a variational estimate of a bound state",
        "the trial function 1, 10 and 100 times as wide, at κ = 4e-16 N/m, r_screen = 2e-7 m",
        f"{', '.join(f'{e:.3g}' for e in found)} meV; {given:.3g} meV is what the scan gives",
        "fails" if (np.diff(found) < 0).all() else "holds",
        "V goes as -1 / alpha, an inverted oscillator: there is no lowest energy, and alpha is never varied",
    )


def interval() -> Claim:
    """The 95 % interval of tau."""
    found = scan("physical")
    low, high = spread_of_mean(found.region.tau[found.region.passed], 4000, found.config.seed)
    mean = found.region.mean
    return Claim(
        "3",
        "tau_ci95 is a 95 % interval of tau",
        "resampling of the voxels that pass, in the physical mode",
        f"the document gives {0.8 * mean:.2f} to {1.2 * mean:.2f} ua, resampling {low:.3f} to {high:.3f} ua",
        "fails",
        "0.8 and 1.2 times the mean measure nothing; resampling gives the spread over the region",
    )


def strict_json() -> Claim:
    """JSON of an empty region."""
    levels = scan("reference").levels
    odd = int(np.isnan(levels.compat).sum())
    return Claim(
        "4",
        "region and report are JSON",
        "the document's grid",
        f"{odd} entries of the region and 2 of the report are NaN, which JSON does not have",
        "fails" if odd else "holds",
        "holds with the second amendment: NaN becomes null",
    )


CLAIMS = (existence, other_range, measured_gates, variational, interval, strict_json)
"""Tests, in the order of the table."""


class ClaimsStudy(Study):
    """Every tested claim of the document; the report's table ``claims`` has the columns of `Claim`."""

    name: ClassVar[str] = "claims"
    title: ClassVar[str] = "Claims of the synthetic-atom document"

    def run(self, context: StudyContext) -> Report:
        """Test every claim."""
        started = time.monotonic()
        rows = []
        for number, test in enumerate(CLAIMS):
            context.progress(number / len(CLAIMS), (test.__doc__ or "").split(".")[0])
            rows.append(astuple(test()))
        context.progress(1.0, "done")
        table = Table("claims", COLUMNS, tuple(rows))
        return Report("claims atomx", self.title, tables=(table,), seconds=time.monotonic() - started)
