"""Two runs compared: zero for copies, exact figures for known differences, and entries by their paths."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine.comparison import ABSENT, Entry, deviation, entries
from tauscope.engine.errors import BadInput


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "complex64"])
def test_two_copies_differ_by_exactly_zero(dtype):
    array = np.random.default_rng(1).normal(0, 1e3, (7, 5)).astype(dtype)
    found = deviation(array, array.copy())
    assert found.identical and (found.largest, found.rms, found.mean, found.relative) == (0, 0, 0, 0)


def test_figures_of_a_known_difference():
    a = np.full((2, 3), 2.0)
    b = a.copy()
    b[1, 2] += 3.0
    found = deviation(a, b)
    assert (found.largest, found.at, found.odd) == (3.0, (1, 2), 0)
    assert found.rms == pytest.approx(np.sqrt(9 / 6)) and found.mean == pytest.approx(0.5)
    assert found.relative == pytest.approx(3 / np.sqrt(24))
    assert deviation([0.0], [1.0]).relative == np.inf


def test_places_without_a_number_count_only_where_they_differ():
    nan, inf = np.nan, np.inf
    assert deviation([nan, 1.0, inf], [nan, 1.0, inf]).identical
    assert deviation([nan, 1.0, inf, 2.0], [0.0, nan, -inf, 2.5]).odd == 3
    assert deviation([nan, 2.0], [nan, 2.5]).largest == 0.5
    assert deviation([nan], [nan]).at == ()


def test_the_smallest_difference_is_seen():
    a = np.array([1.0, 1e-300])
    assert not deviation(a, np.array([np.nextafter(1.0, 2.0), 1e-300])).identical
    with pytest.raises(BadInput):
        deviation(np.zeros(2), np.zeros(3))


def test_entries_are_named_by_path_and_lists_by_id():
    first = {"K": 1.0, "on": True, "sources": [{"id": "a", "x": 1}, {"id": "b", "x": 2}], "old": 3}
    second = {"K": 2.0, "on": 1, "sources": [{"id": "b", "x": 5}, {"id": "a", "x": 1}], "new": [1, 2]}
    assert entries(first, second) == [
        Entry("K", 1.0, 2.0),
        Entry("on", True, 1),
        Entry("sources.b.x", 2, 5),
        Entry("old", 3, ABSENT),
        Entry("new", ABSENT, [1, 2]),
    ]
    assert entries(first, first) == [] and entries({"x": np.nan}, {"x": np.nan}) == []
    assert entries([1, 2], [1, 3], "p") == [Entry("p.1", 2, 3)]
