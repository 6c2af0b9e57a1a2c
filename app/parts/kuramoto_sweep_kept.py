"""A finished sweep as JSON, as a session keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.widgets.labs.kuramoto.sweep import DOWN, UP, Branch, SweepCurves

Floats = npt.NDArray[np.float64]
COLUMNS = ("K", "R", "error")
MOST_POINTS = 10_000
"""Of one way through the range, as a sweep itself allows."""


def dump(curves: SweepCurves, of_present: bool) -> dict[str, Any]:
    """JSON of curves, and of whether they are those of the set-up they are saved with."""
    return {
        "branches": {
            name: {column: _numbers(getattr(branch, column)) for column in COLUMNS}
            for name, branch in curves.branches.items()
        },
        "theory": [_numbers(one) for one in curves.theory] if curves.theory is not None else None,
        "theory_name": curves.theory_name,
        "critical": curves.critical if math.isfinite(curves.critical) else None,
        "summary": curves.summary,
        "notes": list(curves.notes),
        "caveats": curves.caveats,
        "of_present": of_present,
    }


def load(data: Mapping[str, Any]) -> tuple[SweepCurves, bool]:
    """Inverse of `dump`.

    Raises
    ------
    KeyError, TypeError, ValueError
        What it was given is no sweep.
    """
    branches = {
        name: Branch(*_columns([data["branches"][name][column] for column in COLUMNS])) for name in (UP, DOWN)
    }
    theory = data["theory"]
    critical = data["critical"]
    curves = SweepCurves(
        branches,
        None if theory is None else _pair(theory),
        str(data["theory_name"]),
        math.nan if critical is None else float(critical),
        str(data["summary"]),
        tuple(str(note) for note in data["notes"]),
        str(data["caveats"]),
    )
    return curves, bool(data["of_present"])


def _numbers(values: Floats) -> list[float | None]:
    """Numbers as JSON has them: none where there is none."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _columns(lists: Sequence[Sequence[Any]]) -> list[Floats]:
    """Columns of one length, finite but for errors that are not known."""
    columns = [
        np.array([np.nan if one is None else float(one) for one in item], np.float64) for item in lists
    ]
    if len({len(column) for column in columns}) != 1 or not 0 < len(columns[0]) <= MOST_POINTS:
        raise ValueError("columns of several lengths, or too many points")
    if not all(np.isfinite(column).all() for column in columns[:2]):
        raise ValueError("a point without a place")
    return columns


def _pair(theory: Sequence[Sequence[Any]]) -> tuple[Floats, Floats]:
    K, R = _columns(theory)
    return K, R
