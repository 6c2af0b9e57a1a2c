"""Rows of the table that ``tauscope verify`` prints."""

from __future__ import annotations

import pytest
from rich.console import Console
from rich.table import Table

from tauscope.app.cli_verify import COLUMNS, WIDTH, row
from tauscope.engine.study import Bound, Check, Report

NUMBERS = (0.0, 1.0, 0.0543114278, 1.18528347, 8.96432e-10, -0.00139566, 123456.789)


def check(quantity: str, expected: float, measured: float, unit: str = "") -> Check:
    return Check(quantity, expected, measured, 1e-3, abs(measured - expected) <= 1e-3, unit)


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_keep_five_digits_in_eleven_characters(number: float) -> None:
    _, expected, measured, _, _ = row(check("f", number, number))
    assert expected == measured
    assert len(measured) <= 11
    assert float(measured) == pytest.approx(number, rel=5e-5)


def test_a_fine_tolerance_shows_the_digits_it_tells_apart() -> None:
    for value, tolerance, text in (
        (19854.7, 0.05, "19854.7"),
        (-25908.75, 5e-3, "-25908.75"),
        (10594.356, 0.05, "10594.36"),
        (0.36338022763, 1e-12, "0.363380228"),
        (-1.23456789e-7, 1e-14, "-1.2346e-07"),
    ):
        shown = row(Check("V", value, value, tolerance, True))
        assert shown[1:3] == [text, text]


def test_a_bound_stands_for_the_expected_value_and_has_no_tolerance() -> None:
    cases: tuple[tuple[Bound, float, float, bool], ...] = (
        (">", 2.0, 2.5, True),
        (">", 2.0, 2.0, False),
        (">=", 0.0, 0.0, True),
        ("<", 3.0, 3.5, False),
        ("<=", 1e-9, 0.0, True),
        ("<", 3.0, float("nan"), False),
    )
    for bound, limit, measured, holds in cases:
        found = Check.bounded("growth", bound, limit, measured)
        assert found.passed is holds
        assert row(found) == [
            "growth",
            f"{bound} {limit:g}",
            f"{measured:g}",
            "",
            "holds" if holds else "FAILS",
        ]
        report = Report("verify", "Charge", (found,)).to_json()
        assert report["checks"][0]["bound"] == bound


def test_every_number_stays_whole_on_80_columns() -> None:
    """As `Output.table` lays it: only the quantity may be broken into lines."""
    checks = [check("superposition: deviation at max(1 - f) = 0.297", n, n, "bit") for n in NUMBERS]
    table = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, no_wrap=column != "quantity", overflow="fold")
    for entry in checks:
        table.add_row(*row(entry))
    console = Console(width=80, markup=False, highlight=False)
    with console.capture() as kept:
        console.print(table)
    text = kept.get()
    assert all(len(line) <= 80 for line in text.splitlines())
    for entry in checks:
        for cell in row(entry)[1:]:
            assert cell in text.split()


def test_the_verdict_and_the_unit_are_shown() -> None:
    assert row(check("longest queue", 0.0, 0.5, "bit")) == [
        "longest queue (bit)",
        "0",
        "0.5",
        "0.001",
        "FAILS",
    ]
    assert row(check("slope", 1.0, 1.0, "1"))[0] == "slope"


@pytest.mark.parametrize(
    ("expected", "measured", "tolerance", "shown"),
    [
        (-0.5, -0.50000007, 1e-5, ("-0.5", "-0.50000007")),
        (274.0, 274.0, 0.0, ("274", "274")),
        (1.0, 1.25, 0.5, ("1", "1.25")),
        (0.0, 1.9e-4, 1e-3, ("0", "0.00019")),
        (0.310209, 0.31020928, 1e-6, ("0.310209", "0.3102093")),
    ],
)
def test_a_measured_value_shows_its_deviation(expected, measured, tolerance, shown):
    cells = row(Check.within("x", expected, measured, tolerance))
    assert tuple(cells[1:3]) == shown and all(len(cell) <= WIDTH for cell in cells[1:3])
