"""Spreads of logged means against known processes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tauscope.app.suggestions_statistics import LEAST_BLOCKS, blocks, interval, means_of


def test_interval_is_that_of_scipy():
    values = [0.3, 0.7, 0.45, 0.5, 0.61, 0.2]
    found = interval(values)
    low, high = stats.t.interval(0.95, 5, loc=np.mean(values), scale=stats.sem(values))
    assert (found.mean - found.spread, found.mean + found.spread) == pytest.approx((low, high), rel=1e-8)
    assert interval([0.5]).spread is None and interval([0.5, 0.5, 0.5]).spread == 0.0
    assert interval([0.5, np.nan, 0.7]).mean == pytest.approx(0.6)
    with pytest.raises(ValueError, match="no sample"):
        interval([np.nan])


def red_noise(random: np.random.Generator, n: int, rho: float) -> np.ndarray:
    """First-order autoregression with unit variance and mean 0."""
    kicks = random.normal(size=n) * np.sqrt(1 - rho**2)
    series = np.empty(n)
    series[0] = random.normal()
    for i in range(1, n):
        series[i] = rho * series[i - 1] + kicks[i]
    return series


def test_blocks_of_correlated_samples_cover_the_true_mean_as_often_as_they_say(tolerances):
    """Red noise with rho 0.8, 400 rows: a naive interval covers its mean in half of the cases."""
    random = np.random.default_rng(7)
    hits = naive = 0
    for _ in range(300):
        series = red_noise(random, 400, 0.8)
        found = interval([piece["R_total"] for piece in blocks({"R_total": series})])
        hits += abs(found.mean) <= found.spread
        plain = interval(series)
        naive += abs(plain.mean) <= plain.spread
    assert abs(hits / 300 - 0.95) <= tolerances["suggestions"]["coverage"]
    assert naive / 300 < 0.6


def test_a_block_is_longer_than_the_slowest_column_remembers():
    random = np.random.default_rng(3)
    fast, slow = random.normal(size=500), red_noise(random, 500, 0.9)
    assert len(blocks({"R_total": fast})) == 20
    assert len(blocks({"R_total": fast, "drift": slow})) < 15
    assert len(blocks({"R_total": np.linspace(0, 1, 500)})) < LEAST_BLOCKS
    assert blocks({"R_total": fast[:4]}) == []


def test_blank_cells_are_left_out():
    means = means_of({"R_total": np.array([0.2, np.nan, 0.4]), "choice_score": np.array([np.nan, np.nan])})
    assert means == {"R_total": pytest.approx(0.3)}
