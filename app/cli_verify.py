"""``tauscope verify``: engines against exact results, as a table and an exit code."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tauscope.app.cli_output import Output
from tauscope.app.verify import verify
from tauscope.engine.study import Check, Report

COLUMNS = ("quantity", "expected", "measured", "tolerance", "verdict")
WIDTH = 11
"""Characters of a number: all columns of a table stay whole on 80."""


def run(engines: Sequence[str], *, quick: bool, output: Output) -> int:
    """Verify engines, print their tables, and return 0 if every check holds, else 1.

    Raises
    ------
    BadInput
        Unknown engine.
    """
    with output.progress("Verify", 1.0) as advance:
        reports = verify(
            engines,
            quick=quick,
            on_progress=lambda engine, fraction, text: advance(
                fraction, f"{engine}, {text}" if text else engine
            ),
        )
    passed = all(report.passed for report in reports.values())
    if output.json:
        output.data({"passed": passed, "reports": {name: r.to_json() for name, r in reports.items()}})
    for name, report in reports.items():
        _print(name, report, output)
    return 0 if passed else 1


def _print(name: str, report: Report, output: Output) -> None:
    output.say(f"{report.title} ({name}, {report.seconds:.1f} s)")
    output.table(COLUMNS, [row(check) for check in report.checks], folding="quantity")
    failed = sum(not check.passed for check in report.checks)
    for note in report.notes:
        output.say(note)
    verdict = "every check holds" if not failed else f"{failed} of {len(report.checks)} checks FAIL"
    output.say(f"{name}: {verdict}.")


def row(check: Check) -> list[str]:
    """Row of the table; the unit stands behind the quantity where there is one.

    A bound stands in the place of the expected value, and has no tolerance. The measured value has the digits
    in which it deviates.
    """
    unit = f" ({check.unit})" if check.unit not in ("", "1") else ""
    return [
        f"{check.quantity}{unit}",
        f"{check.bound} {check.expected:.5g}" if check.bound else _shown(check.expected, check.tolerance),
        _shown(check.measured, min(check.tolerance, abs(check.measured - check.expected) or math.inf)),
        "" if check.bound else f"{check.tolerance:.3g}",
        "holds" if check.passed else "FAILS",
    ]


def _shown(value: float, apart: float) -> str:
    """A number with five digits, and as many more as tell it from others so far away and as there is room."""
    more = 0
    if 0.0 < apart < math.inf and math.isfinite(value) and value != 0.0:
        more = math.floor(math.log10(abs(value))) - math.floor(math.log10(apart)) + 1
    for digits in range(min(more, 10), 5, -1):
        if len(text := f"{value:.{digits}g}") <= WIDTH:
            return text
    return f"{value:.5g}"
