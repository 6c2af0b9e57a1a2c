"""Reports of potentials and phase maps as plots and tables; several potentials over one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tauscope.app.parts.ufie_bench_results import COLORS
from tauscope.engine.potential.report import Reading, readings
from tauscope.engine.study import Curve, Figure, Report, Table
from tauscope.widgets.labs.potential.bench import ANGSTROM
from tauscope.widgets.labs.ufie.bench_types import BenchPlot, BenchResult, BenchTable, Floats, Value, View
from tauscope.widgets.plots.plane import Series

POTENTIAL = "V / lattice units"
CELL = 0.5
"""Å that a cell of the published experiment is long."""
LINES = ("good", "#b48ce0", "muted")
HEADLINES = {
    "none": "no interaction",
    "contact": "contact only",
    "logarithmic": "logarithm",
    "Coulomb": "Coulomb’s law",
    "screened": "screened",
    "confining": "confined",
    "mixed": "confined",
    "undecided": "undecided",
    "unfit": "no law fits",
}
ORIGINS = {"imposed": "put in by hand", "emergent": "emergent", "local": ""}
LABELS = {
    "R nominal": ("R nominal / cells", 4),
    "R": ("R / cells", 4),
    "V": ("V / lattice units", 7),
    "spread over time": ("spread over time", 7),
    "relative spread": ("relative spread", 3),
    "blow-up at t": ("blow-up at t", 4),
    "start": ("start", 6),
    "beta": ("β", 6),
    "plaquette": ("⟨P⟩", 7),
    "plaquette error": ("± ⟨P⟩", 2),
    "error": ("± ⟨P⟩", 2),
    "tau [sweeps]": ("τ_int / sweeps", 3),
    "block [sweeps]": ("block / sweeps", 6),
    "chi(2,2)": ("χ(2,2) ≥ σ", 4),
    "chi(2,2) error": ("± χ", 2),
    "coupling": ("q²", 4),
    "coupling error": ("± q²", 2),
    "separations": ("separations", 6),
}
"""Heads and significant digits of the columns of reports."""
LAWS = ("logarithmic", "Coulomb", "screened", "confining", "mixed")


def result_of(
    report: Report,
    options: Mapping[str, Value],
    unit: str,
    others: Sequence[Reading] = (),
    *,
    pickable: bool = True,
) -> BenchResult:
    """What a potential bench found, as its panel shows it.

    Parameters
    ----------
    report : Report
        Of a ``v_of_r`` or ``phase_map`` study.
    options : mapping
        What its form said.
    unit : str
        ``cells`` or ``angstrom``.
    others : sequence of Reading
        Potentials measured before, to be compared with.
    pickable : bool
        Whether points of a phase map set beta.
    """
    notes = tuple(f"{name} = {value}" for name, value in options.items())
    if report.study == "phase_map":
        views: tuple[View, ...] = tuple(_phase_plot(figure, pickable) for figure in report.figures)
        views = (*views, _plain_table("phases", "Table", _table(report, "phases")))
        caution = next((note for note in report.notes if "disagree" in note), "")
        said = tuple(note for note in report.notes if note != caution)
        return BenchResult(
            views,
            " ".join(report.notes),
            None,
            caution,
            notes,
            "hot ≠ cold" if caution else "",
            said,
            (caution,) if caution else (),
        )
    found = readings(report)
    warnings = found[0].warnings
    origin = ORIGINS[str(_table(report, "definition").rows[0][2])] if found[0].law in LAWS else ""
    return BenchResult(
        views=(*_potential_views(report, unit), *comparison((*others, *found), unit), *_tables(report)),
        summary=" ".join(report.notes),
        caution=warnings[0] if warnings else "",
        notes=(*notes, *(str(row[1]) for row in _table(report, "definition").rows), *warnings),
        headline=", ".join(part for part in (HEADLINES[found[0].law], origin) if part),
        words=report.notes,
        warnings=tuple(dict.fromkeys(text for one in found for text in one.warnings)),
    )


def comparison(found: Sequence[Reading], unit: str) -> tuple[View, ...]:
    """Potentials over one another, as they are and from 0 to 1; nothing for one alone."""
    if len(found) < 2:
        return ()
    plain, shapes = [], []
    for number, one in enumerate(found):
        color = COLORS[number % len(COLORS)]
        R = scaled(one.R, unit)
        plain.append(Series(f"one {number}", one.label, color, R, one.V, "both", _bars(one.error)))
        height = float(one.V[-1] - one.V[0]) if len(one.V) else 0.0
        if height:
            values, errors = (one.V - one.V[0]) / height, _bars(one.error / abs(height))
            shapes.append(Series(f"shape {number}", one.label, color, R, values, "both", errors))
    axis = axis_of(unit)
    views: list[View] = [BenchPlot("compare", "Compare", axis, POTENTIAL, tuple(plain))]
    if len(shapes) > 1:
        views.append(
            BenchPlot("shapes", "Compare shapes", axis, "(V − V first) over V last − V first", tuple(shapes))
        )
    return tuple(views)


def scaled(R: Floats, unit: str) -> Floats:
    """Separations in a unit."""
    return np.asarray(R * CELL if unit == ANGSTROM else R, np.float64)


def axis_of(unit: str) -> str:
    """Label of the axis of separations."""
    return "R / Å" if unit == ANGSTROM else "R / cells"


def _potential_views(report: Report, unit: str) -> tuple[View, ...]:
    potential = report.figures[0]
    views: list[View] = [_plot(potential, "potential", "V(R)", POTENTIAL, unit)]
    views += [
        _plot(f, "residuals", "Residuals", f"{f.y_label} / lattice units", unit) for f in report.figures[1:2]
    ]
    return tuple(views)


def _plot(figure: Figure, key: str, title: str, y: str, unit: str) -> BenchPlot:
    dots = [curve for curve in figure.curves if curve.error]
    lines = [curve for curve in figure.curves if not curve.error]
    style = "both" if key == "residuals" else "dots"
    series = [
        Series(
            f"{key} {n}", curve.label, (LINES if key == "residuals" else COLORS)[n % 3], _at(curve, unit),
            np.array(curve.y), "both" if style == "both" else "dots", _bars(np.array(curve.error)),
        )
        for n, curve in enumerate(dots)
    ]  # fmt: skip
    series += [
        Series(f"{key} law {n}", curve.label, LINES[n % 3], _at(curve, unit), np.array(curve.y),
               "dash" if n else "line")
        for n, curve in enumerate(lines)
    ]  # fmt: skip
    return BenchPlot(key, title, axis_of(unit), y, tuple(series))


def _phase_plot(figure: Figure, pickable: bool) -> BenchPlot:
    series = tuple(
        Series(
            f"{figure.name} {n}", curve.label, COLORS[n % len(COLORS)], np.array(curve.x), np.array(curve.y),
            "both", _bars(np.array(curve.error)),
        )
        for n, curve in enumerate(figure.curves)
    )  # fmt: skip
    name, _, unit = figure.y_label.partition(" (")
    y = f"{name} / {unit.rstrip(')')}" if unit else name
    return BenchPlot(figure.name, figure.name, "β", y, series, pickable=pickable)


def _tables(report: Report) -> tuple[View, ...]:
    fits = _table(report, "fits")
    several = len({row[0] for row in fits.rows}) > 1
    heads = ("law", "ΔAICc", "weight", "χ²", "dof", "parameters")
    rows = tuple(
        (f"{row[0]}: {row[2]}" if several else row[2], row[8], row[9], row[5], row[6], row[4])
        for row in fits.rows
    )
    return (
        BenchTable(
            "ranking",
            "Ranking",
            heads,
            rows,
            tips=tuple(f"{row[2]} ({row[3]}): {row[4]}" for row in fits.rows),
            digits=(6, 4, 2, 4, 6, 6),
            wrapped=len(heads) - 1,
        ),
        _plain_table("runs", "Runs", _table(report, "runs")),
    )


def _plain_table(key: str, title: str, table: Table) -> BenchTable:
    """Table of a report with heads for people."""
    labels = [LABELS[name] for name in table.columns]
    heads, digits = tuple(head for head, _ in labels), tuple(count for _, count in labels)
    return BenchTable(key, title, heads, table.rows, digits=digits)


def _table(report: Report, name: str) -> Table:
    return next(table for table in report.tables if table.name == name)


def _at(curve: Curve, unit: str) -> Floats:
    return scaled(np.array(curve.x), unit)


def _bars(error: Any) -> Floats | None:
    values = np.asarray(error, np.float64)
    return values if np.any(values > 0) else None
