"""Potentials as reports: data, ranking, curves, residuals and verdict as tables and figures, and back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tauscope.engine.potential.data import PotentialData
from tauscope.engine.potential.fits import Fit, Ranking, rank
from tauscope.engine.potential.verdict import Verdict, amounts, verdict_of
from tauscope.engine.study import Check, Curve, Figure, Report, Table

Floats = npt.NDArray[np.float64]

DRAWN = 3
"""Candidates whose curves are drawn, from the best on."""
POINTS = 121
"""Points of a curve that is known between the sites."""
FIT_HEADS = ("data", "rank", "candidate", "kind", "parameters", "chi2", "freedom", "aicc", "delta", "weight")
DATA_HEADS = ("data", "R", "V", "error")


@dataclass(frozen=True)
class Judged:
    """A potential, the ranking of its candidates, and the verdict."""

    ranking: Ranking
    verdict: Verdict

    @property
    def data(self) -> PotentialData:
        """What was measured and is finite."""
        return self.ranking.data


def judged(
    data: PotentialData, wanted: Sequence[str] = (), progress: Callable[[float], None] | None = None
) -> Judged:
    """Rank the candidates of a potential, and judge.

    Raises
    ------
    BadInput
        As `rank`.
    """
    ranking = rank(data, wanted, progress)
    return Judged(ranking, verdict_of(ranking))


def report_of(
    study: str,
    title: str,
    found: Sequence[Judged],
    started: float,
    *,
    checks: Sequence[Check] = (),
    tables: Sequence[Table] = (),
    figures: Sequence[Figure] = (),
    notes: Sequence[str] = (),
) -> Report:
    """Report of potentials, the one that counts first.

    Parameters
    ----------
    study, title : str
        Name of the study, and title for people.
    found : sequence of Judged
        Potentials, one or more.
    started : float
        ``time.monotonic()`` at the start.
    checks, tables, figures, notes
        More of the study's own, after those of the potentials.
    """
    return Report(
        study=study,
        title=title,
        checks=tuple(checks),
        tables=(*_tables(found), *tables),
        figures=(_potential(found), *_residuals(found[0]), *figures),
        seconds=time.monotonic() - started,
        notes=(*(_said(one, len(found) > 1) for one in found), *notes),
    )


@dataclass(frozen=True)
class Reading:
    """A potential as a report has it: label, separations, values, errors, law, sentence, warnings."""

    label: str
    R: Floats
    V: Floats
    error: Floats
    law: str
    sentence: str
    warnings: tuple[str, ...]


def readings(report: Report) -> tuple[Reading, ...]:
    """Potentials of a report of `report_of`."""
    tables = {table.name: table for table in report.tables}
    found = []
    for label, law, sentence in tables["verdict"].rows:
        rows = [row[1:] for row in tables["potential"].rows if row[0] == label]
        columns = [np.array(column, np.float64) for column in zip(*rows, strict=True)]
        warnings = tuple(str(row[1]) for row in tables["warnings"].rows if row[0] == label)
        R, V, error = columns
        found.append(Reading(str(label), R, V, error, str(law), str(sentence), warnings))
    return tuple(found)


def _said(one: Judged, several: bool) -> str:
    return f"{one.data.label}: {one.verdict.sentence}" if several else one.verdict.sentence


def _tables(found: Sequence[Judged]) -> tuple[Table, ...]:
    data, fits, verdicts, warnings, origins = [], [], [], [], []
    for one in found:
        label = one.data.label
        data += [
            (label, *row)
            for row in zip(one.data.R.tolist(), one.data.V.tolist(), one.data.error.tolist(), strict=True)
        ]
        fits += [_fit_row(label, place, fit) for place, fit in enumerate(one.ranking.fits)]
        verdicts.append((label, one.verdict.law, one.verdict.sentence))
        warnings += [(label, text) for text in one.verdict.warnings]
        shape = " x ".join(str(size) for size in one.data.shape)
        origins.append((label, one.data.definition, one.data.origin, shape))
    return (
        Table("potential", DATA_HEADS, tuple(data)),
        Table("fits", FIT_HEADS, tuple(fits)),
        Table("verdict", ("data", "law", "sentence"), tuple(verdicts)),
        Table("warnings", ("data", "text"), tuple(warnings)),
        Table("definition", ("data", "definition", "origin", "torus"), tuple(origins)),
    )


def _fit_row(label: str, place: int, fit: Fit) -> tuple[object, ...]:
    candidate = fit.candidate
    return (
        label, place + 1, candidate.title, candidate.family, amounts(fit), fit.chi2, fit.freedom, fit.aicc,
        fit.delta, fit.weight,
    )  # fmt: skip


def _potential(found: Sequence[Judged]) -> Figure:
    curves = [
        Curve(one.data.label, _plain(one.data.R), _plain(one.data.V), _plain(one.data.error)) for one in found
    ]
    for fit in drawn(found[0].ranking):
        at = places_of(found[0].data, fit)
        curves.append(Curve(fit.candidate.title, _plain(at), _plain(fit.at(at))))
    return Figure("V(R)", "R (cells)", "V", tuple(curves))


def drawn(ranking: Ranking) -> tuple[Fit, ...]:
    """Fits whose curves are drawn: the one that is chosen, and the next ones."""
    if not ranking.fits:
        return ()
    chosen = ranking.chosen
    return (chosen, *[fit for fit in ranking.fits if fit is not chosen][: DRAWN - 1])


def places_of(data: PotentialData, fit: Fit) -> Floats:
    """Separations at which a law is drawn: whole ones for lattice fields, the data's for contact forms."""
    first, last = float(data.R[0]), float(data.R[-1])
    if fit.candidate.family == "contact":
        return data.R
    if fit.candidate.lattice:
        return np.arange(round(first), round(last) + 1, dtype=np.float64)
    return np.linspace(first, last, POINTS)


def _residuals(one: Judged) -> tuple[Figure, ...]:
    curves = tuple(
        Curve(fit.candidate.title, _plain(one.data.R), _plain(fit.residual), _plain(one.data.error))
        for fit in drawn(one.ranking)
    )
    return (Figure("Residuals", "R (cells)", "V − law", curves),) if curves else ()


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(values.tolist())
