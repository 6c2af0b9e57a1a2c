"""Notes of views: averaging, steadiness, and the error that a value carries."""

from __future__ import annotations

import pytest

from tauscope.app import notes


def test_the_live_f_names_its_window_and_its_steadiness() -> None:
    assert notes.note("f_live", 300.0, 8.77) == "EMA 300 · steady 8.7 e-folds"
    assert notes.note("f_live", 300.0, 4.13) == "EMA 300 · nearly steady 4.1 e-folds (2 % left)"
    assert notes.note("f_live", 300.0, 0.5) == "EMA 300 · not yet steady"
    assert notes.note("tau", 300.0, 1e4) == "steady over 99 e-folds"
    assert notes.note("phi", 300.0, None) == "from traffic"
    assert notes.note("tau", 300.0, None) == ""


def test_values_carry_their_error() -> None:
    assert notes.value_error("f", {"possible": 2000.0}, 300.0) == pytest.approx(5e-4)
    assert notes.value_error("f", {"possible": 0.0}, 300.0) is None
    assert notes.value_error("f_live", {}, 100.0) == pytest.approx(4.1e-3)
    assert notes.value_error("tau", {"possible": 10.0}, 100.0) is None
