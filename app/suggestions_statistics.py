"""How sure a mean over the tails of logged runs is: over seeds, or over blocks longer than a run's memory."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from tauscope.app.suggestions_model import Mean
from tauscope.engine.autocorrelation import integrated_time
from tauscope.engine.base import Array

LEAST_SEEDS = 5
"""Seeds from which the spread is that over seeds."""
LEAST_BLOCKS = 5
MOST_BLOCKS = 20
BLOCK_TIMES = 4.0
"""Length of a block in autocorrelation times: means of neighbouring blocks correlate by about 1/8 then."""
CONFIDENCE = 0.95
STEADY = 1e-9
"""Standard deviation relative to the largest value below which a series counts as constant."""


def interval(values: Sequence[float] | Array) -> Mean:
    """Mean of independent samples with half its 95 % Student interval.

    Parameters
    ----------
    values : sequence of float, shape (n,)
        Samples; NaN are left out.

    Returns
    -------
    Mean
        Without a spread for fewer than two samples, NaN-free; a mean of no samples is refused.

    Raises
    ------
    ValueError
        If no sample is a number.
    """
    kept = np.asarray(values, float)
    kept = kept[np.isfinite(kept)]
    if kept.size == 0:
        raise ValueError("no sample is a number")
    mean = float(kept.mean())
    if kept.size < 2:
        return Mean(mean=_round(mean))
    deviation = float(kept.std(ddof=1))
    if deviation <= STEADY * max(abs(mean), STEADY):
        return Mean(mean=_round(mean), spread=0.0)
    factor = float(stdtrit(kept.size - 1, 0.5 + CONFIDENCE / 2))
    return Mean(mean=_round(mean), spread=_round(factor * deviation / math.sqrt(kept.size)))


def blocks(columns: dict[str, Array]) -> list[dict[str, float]]:
    """Means of the blocks of a run's tail, each longer than the slowest column remembers.

    Parameters
    ----------
    columns : dict of str to ndarray, shape (n,)
        Columns of one run; NaN in a column's block leave it out there.

    Returns
    -------
    list of dict of str to float
        One a block, fewer than `LEAST_BLOCKS` where the run is too short for its memory.
    """
    finite = {name: values for name, values in columns.items() if np.isfinite(values).all()}
    n = min((values.size for values in finite.values()), default=0)
    if n < LEAST_BLOCKS:
        return []
    slowest = max(integrated_time(values) for values in finite.values())
    length = max(math.ceil(BLOCK_TIMES * slowest), math.ceil(n / MOST_BLOCKS))
    count = n // length
    start = n - count * length
    return [
        means_of({k: v[start + i * length : start + (i + 1) * length] for k, v in columns.items()})
        for i in range(count)
    ]


def means_of(columns: dict[str, Array]) -> dict[str, float]:
    """Mean of each column over the rows where it is a number; a column without any is left out."""
    found = {}
    for name, values in columns.items():
        kept = values[np.isfinite(values)]
        if kept.size:
            found[name] = float(kept.mean())
    return found


def _round(value: float) -> float:
    """Nine digits: the same text from any machine's last bits, far below every spread."""
    return float(f"{value:.9g}")
