"""Errors of correlated samples, against an independent package and processes whose errors are known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from emcee import autocorr

from tauscope.engine.autocorrelation import WINDOW, integrated_time, mean_of
from tauscope.engine.errors import BadInput
from tauscope.engine.statistics import agree, block_means, jackknife, pull


def chain(rho: float, count: int, seed: int) -> Any:
    """Autoregressive process x' = rho x + noise of unit variance: tau_int = (1 + rho) / 2 (1 - rho)."""
    draw = np.random.default_rng(seed).normal(size=count)
    x = np.empty(count)
    x[0] = draw[0]
    for n in range(1, count):
        x[n] = rho * x[n - 1] + math.sqrt(1.0 - rho * rho) * draw[n]
    return x


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9, 0.98])
def test_autocorrelation_time_equals_that_of_emcee(rho: float, tolerances: Any) -> None:
    """emcee counts 1 + 2 sum rho, twice ours, so the same window is half the multiple there."""
    x = chain(rho, 20_000, 5)
    theirs = float(autocorr.integrated_time(x, c=WINDOW / 2.0, quiet=True)[0]) / 2.0
    ours = integrated_time(x)  # never below 1/2
    exact = 0.5 * (1.0 + rho) / (1.0 - rho)
    assert ours == pytest.approx(max(0.5, theirs), rel=tolerances["statistics"]["tau_peer"])
    assert ours == pytest.approx(exact, rel=tolerances["statistics"]["tau_exact"])


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_errors_are_those_of_repeated_runs(rho: float, tolerances: Any) -> None:
    """Scatter of 200 means against the mean error that each run states by itself, in both ways."""
    runs = [chain(rho, 4000, 100 + seed) for seed in range(200)]
    scatter = float(np.std([run.mean() for run in runs], ddof=1))
    gamma = float(np.mean([mean_of(run).error for run in runs]))
    cut = float(np.mean([jackknife(block_means(run)).error for run in runs]))
    assert gamma == pytest.approx(scatter, rel=tolerances["statistics"]["error"])
    assert cut == pytest.approx(scatter, rel=tolerances["statistics"]["error"])
    short = float(np.mean([jackknife(block_means(run, 2000)).error for run in runs]))
    assert rho < 0.9 or short < 0.6 * scatter, "blocks of two samples must show too small an error"


def test_jackknife_of_a_mean_is_its_standard_error() -> None:
    x = np.random.default_rng(3).normal(size=(50, 4))
    found = jackknife(x)
    np.testing.assert_allclose(found.value, x.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(found.error, x.std(axis=0, ddof=1) / math.sqrt(50), rtol=1e-12)
    bent = jackknife(x[:, :1] + 5.0, np.log)
    assert bent.error[0] == pytest.approx(found.error[0] / bent_mean(x), rel=0.01)


def bent_mean(x: Any) -> float:
    return float(x[:, 0].mean() + 5.0)


def test_blocks_leave_out_the_first_samples() -> None:
    assert block_means(np.arange(11.0), 2).tolist() == [3.0, 8.0]
    for bad in (1, 12):
        with pytest.raises(BadInput):
            block_means(np.arange(11.0), bad)
    with pytest.raises(BadInput):
        jackknife(np.ones((1, 3)))


def test_agreement_is_judged_in_standard_errors() -> None:
    assert pull(1.0, 0.3, 2.0, 0.4) == pytest.approx(2.0)
    assert agree(1.0, 0.3, 2.0, 0.4)
    assert not agree(1.0, 0.1, 2.0, 0.1)
    assert agree(1.0, 0.0, 1.0)
    assert not agree(1.0, 0.0, 1.0 + 1e-12)
    assert not agree(math.nan, 1.0, 0.0)
