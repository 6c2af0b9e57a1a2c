"""What the comparisons with exact results share: their bench, their outcome, the allowed deviations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Engine
from tauscope.engine.study import Check, Figure, StudyContext

Floats = npt.NDArray[np.float64]

TOLERANCES = {
    "order": 3.8,
    "order_strang": 1.9,
    "error": 5e-5,
    "modulus": 1e-14,
    "steady": 0.25,
    "transient": 4.0,
    "noisy": 4.0,
    "beat": 1e-6,
    "locked": 1e-6,
    "chimera_mean": 2e-5,
    "chimera_extremes": 5e-4,
    "chimera_path": 5e-3,
    "twisted": 1e-6,
    "locked_spread": 1e-6,
    "mirror": 1e-14,
    "mirror_broken": 1e-12,
    "drift": 1e-9,
    "plv": 4e-3,
    "ppc": 4e-3,
    "entropy": 3e-3,
    "information": 5e-3,
}
"""Allowed deviations, as the acceptance tests have them; steady, transient and noisy are over sqrt(N)."""

OSCILLATOR_STEPS = 4e6
"""Oscillator steps between two reports of progress: some tens of milliseconds."""


class Bench(Protocol):
    """Where the comparisons run: engines, sizes, progress."""

    @property
    def quick(self) -> bool:
        """Whether smaller ensembles and shorter windows are wanted."""

    @property
    def seed(self) -> int:
        """Seed of the study."""

    def create(self, config: Mapping[str, Any]) -> Engine:
        """New engine at its start."""

    def advance(self, engine: Engine, ticks: int) -> None:
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

    def __init__(self, context: StudyContext, laws: int) -> None:
        self._context = context
        self._laws = laws
        self._law = -1
        self._text = ""
        self._share = 0.0

    @property
    def quick(self) -> bool:
        """Whether smaller ensembles and shorter windows are wanted."""
        return self._context.quick

    @property
    def seed(self) -> int:
        """Seed of the study."""
        return self._context.seed

    def begin(self, text: str) -> None:
        """Start the next law."""
        self._law += 1
        self._text = text
        self._share = 0.0
        self._report()

    def create(self, config: Mapping[str, Any]) -> Engine:
        """New engine at its start."""
        return self._context.create("kuramoto", config, seed=self._context.seed)

    def advance(self, engine: Engine, ticks: int) -> None:
        """Advance in chunks with progress after each; raises `Cancelled` when the user cancelled."""
        config: Any = engine.config
        chunk = max(1, int(OSCILLATOR_STEPS / (config.oscillators * config.substeps)))
        done = 0
        while done < ticks:
            step = min(chunk, ticks - done)
            engine.advance(step)
            done += step
            # A law does not say how many runs it makes: its bar closes a part of what is left with every run.
            self._share += (1.0 - self._share) * 0.1 * step / ticks
            self._report()

    def _report(self) -> None:
        self._context.progress(min((self._law + self._share) / self._laws, 1.0), self._text)


def sampled(bench: Bench, engine: Engine, ticks: int, stride: int, read: Callable[[Engine], Any]) -> Any:
    """What ``read(engine)`` gives every ``stride`` ticks of the next ``ticks``, as an array."""
    found = []
    for _ in range(ticks // stride):
        bench.advance(engine, stride)
        found.append(read(engine))
    return np.array(found)


def order_of(engine: Engine) -> float:
    """R_total."""
    return engine.scalar("R_total")
