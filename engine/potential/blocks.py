"""Jackknife over blocks of a correlated series."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]

APART = 3.0
"""Combined standard errors from which two measurements disagree."""


def jackknife(blocks: npt.ArrayLike, function: Callable[[Floats], npt.ArrayLike]) -> tuple[Floats, Floats]:
    """Function of means with its jackknife error, each as the function gives it.

    Efron, The Jackknife, the Bootstrap and Other Resampling Plans (1982), chapter 3; the bias of order one
    over the number of blocks is not taken off.

    Parameters
    ----------
    blocks : array_like [blocks, ...]
        Means over blocks of equal length, two blocks or more, each at least two autocorrelation times long.
    function : callable
        Of a mean, of the shape of one block; NaN where it has no value.

    Raises
    ------
    BadInput
        Fewer than two blocks.
    """
    given = np.asarray(blocks, np.float64)
    count = len(given)
    if count < 2:
        raise BadInput(
            f"{count} blocks have no jackknife error.", key="blocks", value=count, allowed="2 or more"
        )
    total = given.sum(axis=0)
    value = np.asarray(function(total / count), np.float64)
    each = np.array([np.asarray(function((total - one) / (count - 1)), np.float64) for one in given])
    spread = ((each - each.mean(axis=0)) ** 2).sum(axis=0)
    return value, np.asarray(np.sqrt((count - 1) / count * spread), np.float64)


def apart(a: npt.ArrayLike, a_error: npt.ArrayLike, b: npt.ArrayLike, b_error: npt.ArrayLike) -> Floats:
    """Difference of two measurements over their combined standard error; NaN where neither has one."""
    gap = np.asarray(a, np.float64) - np.asarray(b, np.float64)
    error = np.hypot(a_error, b_error)
    return np.asarray(np.divide(gap, error, out=np.full(np.shape(gap), np.nan), where=error > 0))
