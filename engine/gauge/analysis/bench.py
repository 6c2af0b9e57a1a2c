"""Where studies of the gauge engine run: engines with progress, series, allowed deviations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from tauscope.engine.autocorrelation import Mean, mean_of
from tauscope.engine.gauge.engine import GaugeEngine
from tauscope.engine.study import Check, Figure, StudyContext

LINK_UPDATES = 1e6
"""Link updates between two reports of progress: some tens of milliseconds."""

TOLERANCES = {
    "pulls": 3.5,
    "series_pulls": 3.0,
    "weak": 3e-5,
    "action": 1e-13,
    "gauge": 1e-13,
    "permuted": 1e-9,
    "residual": 3.0,
}
"""Allowed deviations, as the acceptance tests have them; pulls and residual are in standard errors."""


class Bench(Protocol):
    """Where the comparisons run."""

    @property
    def quick(self) -> bool:
        """Whether shorter runs with the same checks are wanted."""

    def create(self, seed_shift: int = 0, **config: Any) -> GaugeEngine:
        """New engine at its start, running means without thermalisation; another seed for another run."""

    def advance(self, engine: GaugeEngine, sweeps: int) -> None:
        """Advance, with progress; raises `Cancelled`."""


@dataclass
class Outcome:
    """Checks and figures of one law."""

    checks: list[Check]
    figures: list[Figure] = field(default_factory=list)


Law = Callable[[Bench], Outcome]


class ContextBench:
    """Bench that runs in a study's context and reports the progress of each law.

    Parameters
    ----------
    context : StudyContext
        The study's outside.
    laws : int
        Number of laws to come.
    """

    def __init__(self, context: StudyContext, laws: int = 1) -> None:
        self._context = context
        self._laws = laws
        self._law = -1
        self._text = ""
        self._share = 0.0

    @property
    def quick(self) -> bool:
        """Whether shorter runs with the same checks are wanted."""
        return self._context.quick

    def begin(self, text: str) -> None:
        """Start the next law."""
        self._law += 1
        self._text = text
        self._share = 0.0
        self._report()

    def create(self, seed_shift: int = 0, **config: Any) -> GaugeEngine:
        """New engine at its start."""
        plain: Mapping[str, Any] = {"thermalisation": 0, **config}
        made = self._context.create("gauge", plain, seed=self._context.seed + seed_shift)
        return cast(GaugeEngine, made)

    def advance(self, engine: GaugeEngine, sweeps: int) -> None:
        """Advance in chunks with progress after each; raises `Cancelled` when the user cancelled."""
        config = engine.config
        cost = config.dimensions * math.prod(config.shape) * (2 + config.overrelaxation)
        chunk = max(1, int(LINK_UPDATES / cost))
        done = 0
        while done < sweeps:
            step = min(chunk, sweeps - done)
            engine.advance(step)
            done += step
            # A law does not say how many runs it makes: each closes a part of what is left of its bar.
            self._share += (1.0 - self._share) * 0.1 * step / sweeps
            self._report()

    def _report(self) -> None:
        self._context.progress(min((self._law + self._share) / self._laws, 1.0), self._text)


def measured(
    bench: Bench, engine: GaugeEngine, count: int, every: int, read: Callable[[GaugeEngine], Any]
) -> npt.NDArray[np.float64]:
    """What ``read(engine)`` gives after every so many sweeps, shape (count, ...)."""
    found = []
    for _ in range(count):
        bench.advance(engine, every)
        found.append(read(engine))
    return np.array(found, np.float64)


def plaquette_mean(bench: Bench, engine: GaugeEngine, thermalise: int, sweeps: int) -> Mean:
    """Mean plaquette of so many sweeps after others that are left out, one sample a sweep."""
    bench.advance(engine, thermalise)
    return mean_of(measured(bench, engine, sweeps, 1, lambda run: run.scalar("plaquette")))
