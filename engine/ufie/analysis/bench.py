"""What the studies of the wave share: engines with progress, sampled probes, outcomes, allowed deviations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Engine
from tauscope.engine.study import Check, Figure, StudyContext, Table

Complexes = npt.NDArray[np.complex128]

SITE_STEPS = 4e6
"""Site steps between two reports of progress: some tens of milliseconds."""
LEAST_STEPS = 200
"""Steps between two reports at least."""


TOLERANCES = {
    "phase": 1e-12,
    "phase_fast": 1e-4,
    "energy": 1e-8,
    "energy_fast": 1e-5,
    "swing": 0.05,
    "damping": 1e-10,
    "halving": 0.1,
    "residual": 1e-12,
    "residual_ratio": 0.2,
    "limit": 1e-3,
    "stale": 5e-3,
    "blow_up": 1e-2,
    "peak": 5e-3,
    "charge": 1e-12,
    "way": 4e-3,
    "exponent": 2e-2,
    "second_order": 1e-14,
    "perturbation": 2e-3,
    "bias": 0.05,
    "sfdr": 160.0,
    "near_return": 1e-8,
}
"""Allowed deviations, as the acceptance tests have them; swing, stale, blow_up, way and
perturbation are relative."""


class Bench(Protocol):
    """Where the comparisons run: engines, sizes, progress."""

    @property
    def quick(self) -> bool:
        """Whether shorter runs with the same checks are wanted."""

    @property
    def seed(self) -> int:
        """Seed of the study."""

    def create(self, config: Mapping[str, Any]) -> Engine:
        """New engine at its start."""

    def advance(self, engine: Engine, steps: int) -> None:
        """Advance, with progress; raises `Cancelled`."""


@dataclass
class Outcome:
    """Checks, figures and tables of one law."""

    checks: list[Check]
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


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
        return self._context.create("ufie", config, seed=self._context.seed)

    def advance(self, engine: Engine, steps: int) -> None:
        """Advance in chunks with progress after each; raises `Cancelled` when the user cancelled."""
        config: Any = engine.config
        chunk = max(LEAST_STEPS, int(SITE_STEPS / config.sites))
        done = 0
        while done < steps:
            step = min(chunk, steps - done)
            engine.advance(step)
            done += step
            # A law does not say how many runs it makes: each closes a part of what is left of its bar.
            self._share += (1.0 - self._share) * 0.05 * step / steps
            self._report()

    def _report(self) -> None:
        self._context.progress(min((self._law + self._share) / self._laws, 1.0), self._text)


def probed(
    bench: Bench, engine: Engine, steps: int, stride: int, index: tuple[int, ...] | None = None
) -> Complexes:
    """Psi at a site at every ``stride`` of the next ``steps``, complex128 [steps / stride], from now on.

    Parameters
    ----------
    index : nine ints, optional
        The site; that in the middle of every axis without.
    """
    config: Any = engine.config
    at = tuple(size // 2 for size in config.shape) if index is None else index
    found = np.empty(steps // stride, np.complex128)
    for n in range(len(found)):
        found[n] = complex(engine.field_at("psi", at))
        bench.advance(engine, stride)
    return found


def ring(size: int, **more: Any) -> dict[str, Any]:
    """Configuration of a ring along x, undriven, in double precision, without SCRAM."""
    shape = [1, 1, 1, 1, 1, 1, size, 1, 1]
    # On so few sites the checks would cost more than the steps.
    scram = {"on": False, "check_every": 500}
    return {"shape": shape, "emitters": [], "precision": "precise", "scram": scram, **more}
