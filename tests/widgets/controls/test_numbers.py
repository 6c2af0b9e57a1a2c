"""Numbers as text and back."""

from __future__ import annotations

import math

import hypothesis
import hypothesis.strategies as st
import pytest

from tauscope.engine.errors import BadInput
from tauscope.widgets.controls.numbers import (
    MINUS,
    THIN,
    format_bytes,
    format_duration,
    format_value,
    parse_number,
    tidy,
    tidy_digits,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.30"),
        (4e-3, f"4.0e{MINUS}3"),
        (-2.5e-9, f"{MINUS}2.5e{MINUS}9"),
        (1.0, "1.00"),
        (0.9995, "0.9995"),
        (123456.789, "123,456.789"),
        (1e6, "1.0e6"),
        (0.0, "0.00"),
        (1234567, "1,234,567"),
        (12, "12"),
        (-999, f"{MINUS}999"),
        (math.nan, "NaN"),
        (-math.inf, f"{MINUS}∞"),
    ],
)
def test_settings_are_shown_as_they_were_set(value: float, text: str) -> None:
    assert format_value(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.29174, 3, "0.292"),
        (0.0, 3, "0"),
        (4e-3, 2, f"4.0e{MINUS}3"),
        (9.996, 3, "10.0"),
        (99950.0, 3, "100,000"),
    ],
)
def test_measured_values_keep_their_digits(value: float, digits: int, text: str) -> None:
    assert format_value(value, digits=digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(48210, f"48.2{THIN}k"), (999_999, f"1.00{THIN}M"), (999, "999"), (2.5e9, f"2.50{THIN}G")],
)
def test_thousands_are_shortened_on_request(value: float, text: str) -> None:
    assert format_value(value, short=True) == text


def test_units_follow_a_narrow_space() -> None:
    assert format_value(80.0, "cells") == f"80.00{THIN}cells"
    assert format_value(1.0, "1") == "1.00"


def test_bytes_and_durations() -> None:
    assert format_bytes(6.02e7) == f"60.2{THIN}MB"
    assert format_bytes(20) == f"20{THIN}B"
    assert format_duration(2460) == f"41{THIN}min"
    assert format_duration(7500) == f"2{THIN}h 5{THIN}min"
    assert format_duration(3.2) == f"3.2{THIN}s"


@hypothesis.given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
def test_what_is_shown_can_be_typed_back(value: float) -> None:
    assert parse_number(format_value(value, "bits"), "bits") == pytest.approx(value, rel=1e-11, abs=1e-300)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4.0e−3 bit", 4e-3),
        ("4×10⁻³", 4e-3),
        ("12 345", 12345.0),
        ("12,345.5 bit", 12345.5),
        ("−1,234,567", -1234567.0),
        (" -.5 ", -0.5),
        ("1E3", 1000.0),
    ],
)
def test_many_ways_of_typing(text: str, value: float) -> None:
    assert parse_number(text, "bit") == value


@pytest.mark.parametrize(
    ("text", "value"), [("0.991", 0.991), ("0.01", 0.01), ("1", 1.0), ("11", 11.0), ("-1e-1", -0.1)]
)
def test_the_unit_of_a_dimensionless_number_is_no_ending(text: str, value: float) -> None:
    assert parse_number(text, "1") == value


@pytest.mark.parametrize(
    "text", ["", "  ", "abc", "1,5", "0,500", "1,5000", "1,000,00", "1.5,000", "nan", "inf", "1e999", "1 2e"]
)
def test_what_is_no_number_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_number(text)
    assert str(caught.value).endswith(".")


def test_tidy_numbers_have_no_binary_crumbs() -> None:
    assert tidy(0.30000000000000004, 0.01) == 0.3
    assert tidy(-0.001, 0.1) == 0.0
    assert str(tidy(-0.001, 0.1)) == "0.0"
    assert tidy(12345.6, 100) == 12300.0
    assert tidy_digits(0.0012345, 2) == 0.0012
