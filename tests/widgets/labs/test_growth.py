"""What the growth meter says of measured and predicted rates."""

from __future__ import annotations

import math

import pytest

from tauscope.widgets.labs.charge.growth import rates_text
from tauscope.widgets.labs.gauge.mean import Reading, with_error


@pytest.mark.parametrize(
    ("measured", "theory", "told"),
    [
        (3.33, 3.69, "grows at 3.33 1/time  ·  theory for the present ρ at most 3.69 1/time  ·  90% of it"),
        (-0.02, 4e-37, "falls at 0.0200 1/time  ·  theory: nothing grows"),
        (10.3, 2500.0, "grows at 10.3 1/time  ·  theory for the present ρ at most 2,500 1/time"),
        (math.nan, 3.69, "growth not measured yet  ·  theory for the present ρ at most 3.69 1/time"),
        (math.nan, math.nan, "Nothing has been measured yet."),
    ],
)
def test_growth_is_told_beside_theory(measured: float, theory: float, told: str) -> None:
    said = rates_text(measured, theory)
    assert " ".join(said.split()) == " ".join(told.split())


@pytest.mark.parametrize(
    ("value", "error", "told"),
    [(0.58671, 0.0012, "0.5867(12)"), (0.697775, 0.0001, "0.69778(10)"), (0.5, math.nan, "0.5")],
)
def test_a_number_carries_its_error_in_its_last_digits(value: float, error: float, told: str) -> None:
    assert with_error(value, error) == told


def test_the_reading_names_how_far_the_exact_value_is() -> None:
    text = Reading(0.70, 0.001, 0.5, 0.9, 0.698).text()
    assert text == "⟨P⟩ 0.7000(10)  ·  τ_int 0.5 sweeps  ·  acceptance 90%  ·  exact 0.698000 (2.0 σ away)"
