"""Hand-made logs of Kuramoto runs, whose means and spreads are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tauscope.app.ingest import RANGES
from tauscope.app.stack_log import COLUMNS, text_of

CALM = {"R_total": 0.5, "R_mean": 0.5, "cross_sync": 0.4, "drift": 0.03, "drift_mean": 0.0, "ready": 0.1}


def write_log(
    path: Path,
    means: dict[str, float] | None = None,
    *,
    seeds: int = 5,
    first_seed: int = 1,
    rows: int = 120,
    noise: float = 0.01,
    seed_noise: float = 0.0,
    **setting: Any,
) -> Path:
    """Log whose columns scatter about their means by ``noise`` of them, and each seed's by ``seed_noise``."""
    shown = {
        "preset": "grid_rect",
        "K": 0.8,
        "permeability": 0.5,
        "metrics": "settled",
        "choice_score": "",
        "offer_two_paths": "true",
        "consent_to_log": "true",
        **setting,
    }
    lines: list[list[str]] = [list(COLUMNS)]
    for seed in range(first_seed, first_seed + seeds):
        random = np.random.default_rng(seed)
        own = {n: m * (1 + seed_noise * random.normal()) for n, m in {**CALM, **(means or {})}.items()}
        for index in range(rows):
            values = {n: repr(_within(n, float(m + noise * m * random.normal()))) for n, m in own.items()}
            cells = {"step": 4 * index, "t": 0.2 * index, "seed": seed, **shown, **values}
            lines.append([str(cells[name]) for name in COLUMNS])
    path.write_text(text_of(lines), encoding="utf-8")
    return path


def _within(column: str, value: float) -> float:
    """Value kept to what the column can hold."""
    low, high = RANGES[column]
    return min(max(value, low), high)


def write_old_log(path: Path, means: dict[str, float], rows: int = 200, noise: float = 0.01) -> Path:
    """Log of the published project: no readiness, no seed, nothing about what ran."""
    names = [
        "step",
        "t",
        "R_total",
        "cross_sync",
        "drift",
        "choice_score",
        "offer_two_paths",
        "consent_to_log",
    ]
    random = np.random.default_rng(len(path.stem))
    lines = [names]
    for index in range(rows):
        values = [repr(float(means[n] * (1 + noise * random.normal()))) for n in names[2:5]]
        lines.append([str(index), repr(0.05 * index), *values, "0.25", "True", "1"])
    path.write_text(text_of(lines), encoding="utf-8")
    return path
