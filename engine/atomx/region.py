"""Gates, the proxy tau, and what the region of existence comes to; levels are known already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tauscope.engine.atomx.levels import HBAR, J_TO_MEV, TAU_UNIT, Flags, Floats

Verdict = Literal["exists", "not_found"]
BLOCK = 4_000_000
"""Numbers drawn at once while resampling."""
LOW, HIGH = 0.8, 1.2
"""The document's interval: these shares of the mean, from nothing measured."""


@dataclass(frozen=True, slots=True)
class Region:
    """Which voxels pass all gates, and how far.

    Parameters
    ----------
    passed : bool array [Nr, Nk]
        Region of existence.
    tau : float64 array [Nr, Nk]
        ``1 + margins``, ua; NaN where not passed. A proxy without a physical time in it.
    tau_phys : float64 array [Nr, Nk]
        ``hbar / split``, s, the one real time; NaN where not passed.
    """

    passed: Flags
    tau: Floats
    tau_phys: Floats

    @property
    def count(self) -> int:
        """Voxels that pass."""
        return int(self.passed.sum())

    @property
    def verdict(self) -> Verdict:
        """Whether there is any."""
        return "exists" if self.count else "not_found"

    @property
    def mean(self) -> float:
        """Mean of tau over the region, ua; NaN for an empty one."""
        return float(self.tau[self.passed].mean()) if self.count else float("nan")


def gates(split: Floats, compat: Floats, R2: Floats, thresholds: dict[str, float]) -> Region:
    """Region of existence.

    Parameters
    ----------
    split, compat, R2 : float64 array [Nr, Nk]
        Split in meV; NaN where there are no two levels.
    thresholds : dict of str to float
        ``split_thr`` (meV), ``compat_thr``, ``r2_thr``.
    """
    top, most, least = thresholds["split_thr"], thresholds["compat_thr"], thresholds["r2_thr"]
    finite = np.isfinite(split) & np.isfinite(compat) & np.isfinite(R2)
    passed = finite & (split <= top) & (compat <= most) & np.greater_equal(R2, least)
    margins = (top - split) / top + (most - compat) / most + (R2 - least) / least
    tau = np.where(passed, 1.0 + np.maximum(0.0, margins), np.nan)
    with np.errstate(divide="ignore"):
        tau_phys = np.where(passed, HBAR * J_TO_MEV / split, np.nan)
    return Region(passed, tau, tau_phys)


def spread_of_mean(values: Floats, resamples: int, seed: int) -> tuple[float, float]:
    """Percentile bootstrap of a mean, 95 %; (NaN, NaN) without values.

    Over the voxels of a scan that has no noise it says how tau varies from place to place. It is no
    uncertainty of a measurement.

    Parameters
    ----------
    values : float64 array [n]
        Values of the voxels.
    resamples, seed : int
        Number of resamples, and seed of `numpy.random.RandomState`.
    """
    if not values.size:
        return float("nan"), float("nan")
    random = np.random.RandomState(seed)
    means = np.empty(resamples)
    step = max(1, BLOCK // values.size)
    for start in range(0, resamples, step):
        stop = min(resamples, start + step)
        means[start:stop] = values[random.randint(0, values.size, (stop - start, values.size))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def scaled_interval(mean: float) -> tuple[float, float]:
    """The document's interval of a mean: 0.8 and 1.2 times it, from nothing measured."""
    return LOW * mean, HIGH * mean


def seconds(tau: float) -> float:
    """Tau in the document's seconds, 1 ua = 1e-9 s."""
    return TAU_UNIT * tau
