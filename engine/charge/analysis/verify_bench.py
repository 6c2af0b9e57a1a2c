"""What the comparisons with exact results share: engines with progress, pairs, allowed deviations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tauscope.engine.base import Engine
from tauscope.engine.study import Check, Figure, StudyContext

TOLERANCES = {
    "printed": 0.05,
    "printed_v2": 0.005,
    "t_blow": 0.05,
    "newton_rho": 1.0,
    "rate": 0.12,
    "limit_rate": 3.0,
    "contact": 0.05,
    "beyond": 1e-9,
    "drift": 1e-13,
    "descent": 0.0,
    "boltzmann": 1e-5,
    "boltzmann_flux": 1e-14,
    "rounding": 1e-9,
    "green": 1e-12,
}
"""Allowed deviations, as the acceptance tests have them; ``rate`` is relative, ``limit_rate`` a bound."""

CELL_STEPS = 2e7
"""Cell steps between two reports of progress: some tens of milliseconds."""


@dataclass
class Outcome:
    """Checks and figures of one law."""

    checks: list[Check]
    figures: list[Figure] = field(default_factory=list)


class Bench:
    """Where the comparisons run: engines, size, progress.

    Parameters
    ----------
    context : StudyContext
        The study's outside.
    laws : int
        Number of laws to come.
    """

    def __init__(self, context: StudyContext, laws: int) -> None:
        self._context, self._laws = context, laws
        self._law, self._text, self._share = -1, "", 0.0

    @property
    def quick(self) -> bool:
        """Whether fewer and shorter runs are wanted."""
        return self._context.quick

    def begin(self, text: str) -> None:
        """Start the next law."""
        self._law, self._text, self._share = self._law + 1, text, 0.0
        self._report()

    def create(self, mode: str, **config: Any) -> Engine:
        """New engine in a mode, at its start."""
        return self._context.create("charge", {"mode": mode, **config})

    def advance(self, engine: Engine, ticks: int) -> None:
        """Advance in chunks with progress after each; raises `Cancelled` when the user cancelled."""
        config: Any = engine.config
        cost = 500.0 if config.is_implicit else 1.0
        chunk = max(1, int(CELL_STEPS / (cost * config.size**2)))
        done = 0
        while done < ticks:
            step = min(chunk, ticks - done)
            engine.advance(step)
            done += step
            self._share += (1.0 - self._share) * 0.1 * step / ticks
            self._report()

    def _report(self) -> None:
        self._context.progress(min((self._law + self._share) / self._laws, 1.0), self._text)


Law = Callable[[Bench], Outcome]
Laws = Mapping[str, Law]


def pair(separation: int, size: int = 32) -> list[dict[str, Any]]:
    """Charges +e and −e on the middle row, ``separation`` cells apart, as the page places them."""
    left, middle = size // 2 - separation // 2, size // 2
    return [
        {"id": "plus", "x": left, "y": middle, "value": 1.0},
        {"id": "minus", "x": left + separation, "y": middle, "value": -1.0},
    ]


def nominal(separation: int, size: int) -> list[dict[str, Any]]:
    """The same as the published experiment places them: ``2 (R // 2)`` apart, whatever R is called."""
    return pair(2 * (separation // 2), size)
