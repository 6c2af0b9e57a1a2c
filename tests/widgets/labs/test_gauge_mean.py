"""Mean plaquette: a running mean is drawn in pieces, one between two changes."""

from __future__ import annotations

import math

import numpy as np

from tauscope.widgets.labs.gauge.mean import ERROR, MEAN, NOW, SINCE, pieces_of, trace_curves


def test_a_mean_does_not_go_on_over_a_change() -> None:
    nan = math.nan
    mean = np.array([nan, 0.5, 0.5, nan, 0.7, 0.7, 0.2, 0.2])
    since = np.array([1.0, 2, 3, 1, 2, 3, 1, 2])
    assert pieces_of(mean, since) == [slice(1, 3), slice(4, 6), slice(6, 8)]
    assert pieces_of(mean, None) == [slice(1, 3), slice(4, 8)]
    values = {NOW: mean, MEAN: mean, ERROR: np.full(8, 0.1), SINCE: since}
    drawn = {one.key: one for one in trace_curves(np.arange(8.0), values, nan)}
    np.testing.assert_array_equal(drawn[MEAN].x, [6.0, 7.0])
    np.testing.assert_array_equal(drawn[f"{MEAN} 1"].x, [4.0, 5.0])
    assert drawn[f"{MEAN} 1"].quiet and not drawn[MEAN].quiet and "band+1" in drawn
