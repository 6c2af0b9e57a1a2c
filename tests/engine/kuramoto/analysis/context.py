"""Study context without a process: records progress, cancels on request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tauscope.engine import registry
from tauscope.engine.base import Engine
from tauscope.engine.errors import Cancelled


@dataclass
class Context:
    """What a study sees of the outside."""

    quick: bool = True
    seed: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    cancel_after: float = 2.0
    reports: list[tuple[float, str]] = field(default_factory=list)

    def progress(self, fraction: float, text: str = "") -> None:
        self.reports.append((fraction, text))
        if fraction > self.cancel_after:
            raise Cancelled("The study")

    def create(self, engine: str, config: Mapping[str, Any], seed: int | None = None) -> Engine:
        return registry.create(engine, config, seed=self.seed if seed is None else seed)
