"""Runs of the gauge engine and what is measured in them, for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tauscope.engine import create
from tauscope.engine.gauge.engine import GaugeEngine

Series = np.ndarray[Any, np.dtype[np.float64]]


def make(
    shape: tuple[int, ...], beta: float, *, seed: int = 1, thermalise: int = 200, **config: Any
) -> GaugeEngine:
    """Engine past its thermalisation, its running mean empty."""
    plain = {"shape": list(shape), "beta": beta, "thermalisation": 0, **config}
    engine: Any = create("gauge", plain, seed=seed)
    engine.advance(thermalise)
    engine.command("reset_statistics")
    return engine  # type: ignore[no-any-return]


def series(engine: GaugeEngine, count: int, every: int, measure: Callable[[GaugeEngine], Any]) -> Series:
    """Measurements after every so many sweeps, shape (count, ...)."""
    found = []
    for _ in range(count):
        engine.advance(every)
        found.append(measure(engine))
    return np.array(found, np.float64)
