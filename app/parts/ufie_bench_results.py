"""Reports of the wave's benches as plots, maps and tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tauscope.app.sheets import Column, Sheet
from tauscope.engine.study import Check, Figure, Report, Table
from tauscope.engine.ufie.analysis.scan import ResponseMap
from tauscope.widgets.labs.ufie.bench_plot import stems
from tauscope.widgets.labs.ufie.bench_types import (
    BenchMap,
    BenchPlot,
    BenchResult,
    BenchTable,
    Floats,
    Label,
    Value,
    View,
)
from tauscope.widgets.plots.plane import Series

COLORS = ("accent", "#f2b84b", "good", "#b48ce0")
FLOOR_DB = -340.0
"""Level from which stems rise: that of rounding in double precision lies there."""
CLOSE, WORD_DB = 0.04, 50.0
"""Share of the range within which words of two lines would meet, and the height of a word."""
SEEN_DB = -300.0
"""Lines below this level are rounding and have no word."""
PLAIN, BIASED = "without bias", "with bias"
DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

Maker = Callable[[Report, Mapping[str, Value]], tuple[View, ...]]


def result_of(key: str, report: Report, options: Mapping[str, Value]) -> BenchResult:
    """What a bench found, as its panel shows it."""
    views = MAKERS[key](report, options)
    verdicts = (verdicts_of(report),) if report.checks else ()
    # A scan of which SCRAM changed the drive says so first.
    caution = report.notes[0] if len(report.notes) > 1 and key == "scan" else ""
    return BenchResult(
        views=(*views, *verdicts),
        summary=typeset(" ".join(note for note in report.notes if note != caution)),
        caution=caution,
        passed=report.passed if report.checks else None,
        notes=tuple(f"{name} = {value}" for name, value in options.items()),
    )


def verdicts_of(report: Report) -> BenchTable:
    """Checks as a table."""
    return BenchTable(
        "verdicts",
        "Verdicts",
        ("quantity", "verdict", "measured", "expected", "tolerance"),
        tuple(
            (_with_unit(check), "holds" if check.passed else "fails", check.measured, check.expected,
             check.tolerance)
            for check in report.checks
        ),
        tuple(check.passed for check in report.checks),
        tuple(check.reason for check in report.checks),
        wrapped=0,
    )  # fmt: skip


def _with_unit(check: Check) -> str:
    name = typeset(check.quantity)
    return name if check.unit == "1" else f"{name} [{check.unit}]"


def typeset(name: str) -> str:
    """Name of a line with its signs and indices: ``2 f1 - f2`` becomes 2f₁ − f₂."""
    found = name.replace(" - ", " − ")
    for number in "123":
        found = found.replace(f"f{number}", f"f{number.translate(DIGITS)}")
    for factor in "23":
        found = found.replace(f"{factor} f", f"{factor}f")
    return found


def sheet_of(view: View, notes: tuple[str, ...]) -> Sheet:
    """What is shown, as columns."""
    if isinstance(view, BenchTable):
        columns: dict[str, Column] = {
            head: [row[place] for row in view.rows] for place, head in enumerate(view.heads)
        }
        return Sheet(columns, notes)
    if isinstance(view, BenchMap):
        places = {f"{headed(view.y)} = {site}": view.values[:, site] for site in range(view.values.shape[1])}
        return Sheet({headed(view.x): view.at, **places}, (*notes, f"values: {headed(view.value)}"))
    rows = [
        (one.name or one.key, float(x), float(y), float(error))
        for one in view.series
        for x, y, error in zip(one.x, one.y, _errors(one), strict=True)
        if math.isfinite(x)
    ]
    heads: tuple[str, ...] = ("curve", headed(view.x), headed(view.y))
    if any(one.error is not None for one in view.series):
        heads = (*heads, "standard error")
    return Sheet({head: [row[place] for row in rows] for place, head in enumerate(heads)}, notes)


def _errors(one: Series) -> Floats:
    return np.full(len(one.x), np.nan) if one.error is None else one.error


def headed(label: str) -> str:
    """Head of a column from a label of an axis."""
    name, _, unit = label.partition(" / ")
    return f"{name} [{unit}]" if unit else name


def plot_of(figure: Figure, key: str, x: str, y: str) -> BenchPlot:
    """Figure of a report with its curves."""
    series = tuple(
        Series(
            f"{key} {curve.label}",
            curve.label if len(figure.curves) > 1 else "",
            COLORS[number % len(COLORS)],
            np.array(curve.x),
            np.array(curve.y),
        )
        for number, curve in enumerate(figure.curves)
    )
    return BenchPlot(key, figure.name, x, y, series)


def _table(report: Report, name: str) -> Table:
    return next(table for table in report.tables if table.name == name)


def _columns(table: Table) -> Floats:
    return np.array([[float(value) for value in row] for row in table.rows], np.float64).T


def spread(labels: Sequence[Label], near: float) -> list[Label]:
    """Words one above the other where their lines stand nearer than that."""
    found: list[Label] = []
    for label in sorted(labels, key=lambda label: label.x):
        last = found[-1] if found else None
        meets = last is not None and label.x - last.x < near and abs(label.y - last.y) < WORD_DB
        found.append(replace(label, y=last.y + WORD_DB) if last is not None and meets else label)
    return found


# -- one for each bench


def _scan(report: Report, options: Mapping[str, Value]) -> tuple[View, ...]:
    found = ResponseMap.of(report)
    along = str(options.get("axis", "x"))
    phase = "Δϕ / rad"
    views: list[View] = [
        BenchMap("map", "Response map", phase, f"{along} / sites", "rms |Ψ|", found.dphi, found.profile)
    ]
    curves = (
        ("response", "Response", "|Ψ|", (("rms", found.rms), ("largest", found.largest))),
        ("power", "Power of the drive", "P_in / s⁻³", (("power", found.power),)),
    )
    for key, title, y, given in curves:
        series = tuple(
            Series(f"{key} {name}", name if len(given) > 1 else "", COLORS[n], found.dphi, values, "both")
            for n, (name, values) in enumerate(given)
        )
        views.append(BenchPlot(key, title, phase, y, series, pickable=True))
    return tuple(views)


def _heterodyne(report: Report, options: Mapping[str, Value]) -> tuple[View, ...]:
    del options
    spectrum = _columns(_table(report, "spectrum"))
    lines = _table(report, "sidebands").rows
    reference = max(float(lines[0][2]), 1e-300)

    def decibels(values: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(np.maximum(20 * np.log10(values / reference), FLOOR_DB))

    top = max((abs(float(row[1])) for row in lines), default=0.0) * 1.1
    seen = spectrum[0] <= top
    series: list[Series] = []
    labels: list[Label] = []
    for name, color, values in ((BIASED, COLORS[1], spectrum[2]), (PLAIN, COLORS[0], spectrum[1])):
        series.append(Series(name, name, color, *stems(spectrum[0][seen], decibels(values[seen]), FLOOR_DB)))
    named: dict[float, str] = {}
    for name, frequency, plain, biased in lines:
        at = abs(float(frequency))
        level = float(decibels(np.array([max(plain, biased)]))[0])
        if level > SEEN_DB and at not in named:
            named[at] = name
            labels.append(Label(at, level, typeset(name)))
    labels = spread(labels, CLOSE * top)
    rows = tuple(
        (
            typeset(str(name)),
            float(f),
            *(float(v) for v in decibels(np.array([plain, biased]))),
            plain,
            biased,
        )
        for name, f, plain, biased in lines
    )
    heads = ("line", "f [Hz]", "plain [dB]", "biased [dB]", "plain", "biased")
    fitted = tuple((typeset(str(row[0])), *row[1:]) for row in _table(report, "exponents").rows)
    return (
        BenchPlot("levels", "Levels", "f / Hz", "level / dB re f₁", tuple(series), tuple(labels)),
        BenchTable("sidebands", "Lines", heads, rows),
        BenchTable("exponents", "Exponents", ("line", "in β", "in amplitude"), fitted),
    )


def _soliton(report: Report, options: Mapping[str, Value]) -> tuple[View, ...]:
    del options
    axes = {"Peak": "peak over A", "Charge": "Q/Q₀ − 1", "Centroid": "way / sites"}
    return tuple(
        plot_of(figure, figure.name.lower(), "t / s", axes[figure.name]) for figure in report.figures
    )


def _plasticity(report: Report, options: Mapping[str, Value]) -> tuple[View, ...]:
    del options
    return (plot_of(report.figures[0], "metric", "t / s", "g"),)


def _nonary(report: Report, options: Mapping[str, Value]) -> tuple[View, ...]:
    del options
    digits = _table(report, "digits")
    heads = ("place 9ᵏ", "reading", "written", "read", "margin", "across")
    good = tuple(bool(row[1] == row[2]) for row in digits.rows)
    words = ("right" if right else "misread" for right in good)
    rows = tuple((row[0], word, *row[1:]) for row, word in zip(digits.rows, words, strict=True))
    return (
        plot_of(report.figures[0], "margin", "t / s", "digits"),
        BenchTable("digits", "Digits", heads, rows, good),
    )


MAKERS: Mapping[str, Maker] = {
    "scan": _scan,
    "heterodyne": _heterodyne,
    "soliton": _soliton,
    "plasticity": _plasticity,
    "nonary": _nonary,
}
"""Views of a report, by bench."""
