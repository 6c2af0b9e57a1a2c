"""Logged runs of one set-up, summed up: means of their tails, spreads, and what can be read from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tauscope.app.suggestions_model import METRICS, Mean, Sample, Suggestion
from tauscope.app.suggestions_reading import COMPARED, readings, spreads_of
from tauscope.app.suggestions_statistics import LEAST_BLOCKS, LEAST_SEEDS, blocks, interval, means_of
from tauscope.engine.base import Array
from tauscope.engine.kuramoto.laws import classic_ready

TAIL = 0.5
"""Share of a run, at its end, that is averaged; what comes before counts as settling."""
LEAST_ROWS = 20
"""Rows of a tail; the readiness looks back over as many."""

Metrics = Literal["settled", "classic"]


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """One run as a log holds it, from the last change of K, permeability or metrics on.

    Parameters
    ----------
    file : str
        Log it stands in.
    preset : str
        Preset, or the file's name where the log does not tell.
    seed : int or None
        Seed, None where the log does not tell.
    K, permeability : float or None
        Coupling and π.
    metrics : str
        Metric set.
    offer_two_paths : bool or None
        As logged at the end.
    columns : dict of str to ndarray, shape (rows,)
        Numbers; NaN where a cell is blank.
    missing : tuple of str
        Columns that the log lacks.
    """

    file: str
    preset: str
    seed: int | None
    K: float | None
    permeability: float | None
    metrics: Metrics
    offer_two_paths: bool | None
    columns: dict[str, Array] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def group(self) -> tuple[object, ...]:
        """What runs of one set-up have in common."""
        return self.preset, self.K, self.permeability, self.metrics

    @property
    def rows(self) -> int:
        """Rows."""
        return max((values.size for values in self.columns.values()), default=0)

    def tail(self) -> dict[str, Array]:
        """Last half of each column."""
        start = self.rows - math.ceil(self.rows * TAIL)
        return {name: values[start:] for name, values in self.columns.items()}

    def head(self) -> dict[str, Array]:
        """First tenth of each column, but not the first row, before which nothing moved."""
        return {name: values[1 : max(self.rows // 10, 2)] for name, values in self.columns.items()}


def summary_of(group: Sequence[LoggedRun]) -> Suggestion:
    """Means, spreads and samples of runs of one set-up, without advice.

    From five seeds on, a sample is a seed's tail; with fewer, a block of a tail that is longer than what the
    run remembers.
    """
    first = group[0]
    long_enough = [run for run in group if run.rows * TAIL >= LEAST_ROWS]
    seeds = {run.seed for run in long_enough}
    of_seeds = len(seeds) >= LEAST_SEEDS
    samples: list[Sample] = []
    for run in long_enough:
        tail = {name: values for name, values in run.tail().items() if name in METRICS}
        pieces = [means_of(tail)] if of_seeds else blocks(tail)
        samples += [Sample(seed=run.seed, means=_whole(piece, run)) for piece in pieces]
    if len(samples) < 2:  # too short for any spread: the means of what there is
        samples = [Sample(seed=run.seed, means=_whole(means_of(run.tail()), run)) for run in group]
    names = [name for name in METRICS if any(name in sample.means for sample in samples)]
    means = {name: _over(samples, name) for name in names}
    if len(samples) < (LEAST_SEEDS if of_seeds else LEAST_BLOCKS):
        means = {name: Mean(mean=mean.mean) for name, mean in means.items()}
    heads = [means_of(run.head()) for run in group]
    head = {
        name: float(np.mean([h[name] for h in heads if name in h]))
        for name in names
        if any(name in h for h in heads)
    }
    said = readings(
        head,
        {name: mean.mean for name, mean in means.items()},
        first.offer_two_paths,
        spreads=spreads_of(means),
        classic=first.metrics == "classic",
    )
    is_known = all(mean.spread is not None for name, mean in means.items() if name in COMPARED)
    return Suggestion(
        preset=first.preset,
        K=first.K,
        permeability=first.permeability,
        metrics=first.metrics,
        offer_two_paths=first.offer_two_paths,
        files=tuple(dict.fromkeys(run.file for run in group)),
        seeds=tuple(run.seed for run in group if run.seed is not None),
        rows=sum(run.tail()["R_total"].size for run in group if "R_total" in run.columns),
        basis="seeds" if of_seeds else "blocks",
        means=means,
        samples=tuple(samples),
        readings=said if is_known else tuple(f"Spread unknown: {sentence}" for sentence in said),
        missing=tuple(name for name in first.missing),
    )


def _whole(means: dict[str, float], run: LoggedRun) -> dict[str, float]:
    """Means with the published readiness where a classic log lacks it, as the published project's do."""
    if run.metrics == "classic" and "ready" not in means and {"R_total", "cross_sync", "drift"} <= set(means):
        ready = classic_ready(means["R_total"], means["cross_sync"], means["drift"])
        means = {**means, "ready": float(ready)}
    return {name: float(f"{value:.9g}") for name, value in means.items()}


def _over(samples: Sequence[Sample], name: str) -> Mean:
    return interval([sample.means[name] for sample in samples if name in sample.means])
