"""Reports of experiments as their panel shows them: verdicts first, then figures and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from tauscope.app.parts.ufie_bench_results import COLORS, verdicts_of
from tauscope.engine.study import Curve, Figure, Report
from tauscope.widgets.labs.ufie.bench_types import BenchPlot, BenchResult, BenchTable, Value, View
from tauscope.widgets.plots.plane import Series


def result_of(report: Report, options: Mapping[str, Value]) -> BenchResult:
    """What an experiment found."""
    views: list[View] = [verdicts_of(report)]
    views += [plot_of(figure) for figure in report.figures]
    views += [BenchTable(f"table {one.name}", one.name, one.columns, one.rows) for one in report.tables]
    failed = sum(not check.passed for check in report.checks)
    headline = (
        f"PASS: all {len(report.checks)} hold" if not failed else f"FAIL: {failed} of {len(report.checks)}"
    )
    if not report.checks:
        headline = "No verdict: nothing was compared"
    return BenchResult(
        tuple(views),
        " ".join(report.notes),
        report.passed,
        notes=tuple(f"{name} = {value}" for name, value in options.items()),
        headline=headline,
    )


def plot_of(figure: Figure) -> BenchPlot:
    """A figure of a report as a plot."""
    series = tuple(
        Series(
            f"{figure.name} {number}",
            curve.label,
            COLORS[number % len(COLORS)],
            np.array(curve.x, np.float64),
            np.array(curve.y, np.float64),
            _style(curve),
            np.array(curve.error, np.float64) if curve.error else None,
        )
        for number, curve in enumerate(figure.curves)
    )
    return BenchPlot(
        f"figure {figure.name}", figure.name, _axis(figure.x_label), _axis(figure.y_label), series
    )


def _style(curve: Curve) -> Literal["line", "both"]:
    return "both" if curve.error or len(curve.x) <= 24 else "line"


def _axis(label: str) -> str:
    """Name and unit with a stroke between, from a unit in brackets."""
    name, opened, unit = label.partition(" (")
    return f"{name} / {unit.rstrip(')')}" if opened else label
