"""History: bounded by thinning, in order after steps back, exact at its newest end."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tauscope.widgets.plots.history import History


def filled(ticks, capacity=64):
    history = History(["a", "b"], capacity)
    for tick in ticks:
        history.append(tick, {"a": float(tick), "b": -float(tick)})
    return history


def test_short_runs_are_kept_whole():
    ticks, values = filled(range(0, 600, 10)).curve("b")
    np.testing.assert_array_equal(ticks, np.arange(0, 600, 10))
    np.testing.assert_array_equal(values, -np.arange(0, 600, 10.0))


def test_long_runs_are_thinned_evenly_and_end_at_the_newest():
    history = filled(range(10_000))
    ticks, values = history.curve("a")
    assert 32 <= len(ticks) <= 64
    assert ticks[0] == 0
    assert ticks[-1] == 9_999
    np.testing.assert_array_equal(ticks, values)
    assert set(np.diff(ticks[:-1])) == {history.stride}


@given(st.lists(st.integers(1, 50), min_size=1, max_size=400), st.sampled_from([4, 8, 64]))
def test_ticks_rise_and_memory_is_bounded_whatever_comes(steps, capacity):
    history, tick = History(["a"], capacity), 0
    for step in steps:
        # Every seventh kind of step goes back, as a reset or the time machine does.
        tick = max(0, tick - 3 * step) if step % 7 == 0 else tick + step
        history.append(tick, {"a": float(tick)})
        ticks, values = history.curve("a")
        assert len(ticks) <= capacity
        assert np.all(np.diff(ticks) > 0)
        assert ticks[-1] == tick
        np.testing.assert_array_equal(ticks, values)


def test_the_same_tick_again_replaces_the_newest():
    history = filled(range(5))
    history.append(4, {"a": 40.0})
    assert len(history) == 5
    assert history.curve("a")[1][-1] == 40.0
    assert math.isnan(history.curve("b")[1][-1])


def test_unknown_names_are_left_out_and_nearest_value_is_found():
    history = filled(range(0, 100, 10))
    history.append(100, {"stranger": 1.0, "a": 7.0})
    assert history.value_at("a", 96.0) == (100.0, 7.0)
    assert history.value_at("a", 94.0) == (90.0, 90.0)
    assert history.value_at("a", -5.0) == (0.0, 0.0)
    history.clear()
    assert len(history) == 0
    assert math.isnan(history.value_at("a", 3.0)[0])


@pytest.mark.parametrize("capacity", [0, 3, 5, -2])
def test_odd_capacities_are_refused(capacity):
    with pytest.raises(ValueError, match="capacity"):
        History(["a"], capacity)
