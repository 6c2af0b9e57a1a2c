"""Ways along a track and values."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as st
import pytest

from tauscope.widgets.controls.scale import Scale


@hypothesis.given(st.floats(0, 1), st.booleans())
def test_values_are_within_the_range_and_a_pixel_from_where_they_were_asked(share: float, log: bool) -> None:
    scale = Scale(0.01, 100.0, log)
    value = scale.value(share, 200)
    assert 0.01 <= value <= 100.0
    if not log or share < 0.99:
        assert scale.share(value) == pytest.approx(share, abs=1 / 100)


def test_linear_values_are_tidy() -> None:
    scale = Scale(0.0, 2.0)
    assert scale.value(0.15001, 200) == 0.3
    assert scale.value(0.0) == 0.0
    assert scale.value(1.0) == 2.0


def test_log_middle_is_the_geometric_mean() -> None:
    assert Scale(0.01, 100.0, log=True).value(0.5) == pytest.approx(1.0)


def test_steps_go_there_and_back() -> None:
    linear, log, whole = Scale(0.0, 2.0), Scale(1e-4, 1.0, log=True), Scale(1, 1000, log=True, whole=True)
    assert linear.stepped(1.0, 1) == 1.01
    assert linear.stepped(linear.stepped(0.3, 1), -1) == 0.3
    assert linear.stepped(1.995, 1) == 2.0
    assert log.stepped(4e-3, 20) == pytest.approx(4e-2)
    assert whole.stepped(1.0, 1) == 2.0
    assert whole.stepped(100.0, 1) == 112.0


def test_missing_ends_are_laid_around_the_default() -> None:
    assert Scale.of(None, None, 300.0, log=True) == Scale(3.0, 30000.0, True)
    scale = Scale.of(0.0, 10.0, 1.0, log=True)
    assert scale.low > 0
    flat = Scale.of(2.0, 2.0, 2.0)
    assert flat.low < flat.high
