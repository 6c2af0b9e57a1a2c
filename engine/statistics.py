"""Errors of what is computed from correlated samples: blocks, jackknife, and whether two results agree."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]

BLOCKS = 20
"""Blocks of a series unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A result with its jackknife error.

    Parameters
    ----------
    value, error : float64 array
        Of the shape that the function gives.
    """

    value: Floats
    error: Floats


def block_means(series: npt.ArrayLike, count: int = BLOCKS) -> Floats:
    """Means of consecutive blocks of equal length, shape (count, ...); what fills none is left out.

    The first samples are those left out. Blocks must be longer than two autocorrelation times, or errors come
    out too small.

    Parameters
    ----------
    series : array_like [n, ...]
        Samples in order.
    count : int
        Blocks, 2 or more.

    Raises
    ------
    BadInput
        Fewer than two blocks, or fewer samples than blocks.
    """
    samples = np.asarray(series, np.float64)
    if count < 2 or len(samples) < count:
        raise BadInput(
            f"{len(samples)} samples do not make {count} blocks.",
            key="blocks",
            value=count,
            allowed=f"2 to {len(samples)}",
        )
    length = len(samples) // count
    kept = samples[len(samples) - length * count :]
    return np.asarray(kept.reshape(count, length, *samples.shape[1:]).mean(axis=1))


def jackknife(
    blocks: npt.ArrayLike, function: Callable[[Floats], npt.ArrayLike] = lambda mean: mean
) -> Estimate:
    """A function of a mean, with its error from leaving out one block after another.

    Parameters
    ----------
    blocks : array_like [n, ...]
        Means of n blocks, 2 or more.
    function : callable
        ``function(mean) -> array``; the mean itself unless given.

    Raises
    ------
    BadInput
        Fewer than two blocks.

    Notes
    -----
    B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans (SIAM, 1982).
    """
    means = np.asarray(blocks, np.float64)
    count = len(means)
    if count < 2:
        raise BadInput(
            f"{count} blocks have no jackknife error.", key="blocks", value=count, allowed="2 or more"
        )
    left_out = (means.sum(axis=0) - means) / (count - 1)
    found = np.array([function(mean) for mean in left_out], np.float64)
    spread = (count - 1) / count * ((found - found.mean(axis=0)) ** 2).sum(axis=0)
    return Estimate(np.asarray(function(means.mean(axis=0)), np.float64), np.asarray(np.sqrt(spread)))


def pull(a: float, a_error: float, b: float, b_error: float = 0.0) -> float:
    """Difference of two independent results in standard errors; 0 where equal, infinite without errors."""
    apart, error = abs(a - b), math.hypot(a_error, b_error)
    if apart == 0.0:
        return 0.0
    return apart / error if error > 0.0 else math.inf


def agree(a: float, a_error: float, b: float, b_error: float = 0.0, pulls: float = 3.5) -> bool:
    """Whether two independent results differ by at most ``pulls`` standard errors; a NaN does not agree."""
    return pull(a, a_error, b, b_error) <= pulls
