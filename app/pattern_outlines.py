"""Where the waves of a lattice are: lines about the inner part of each, at bounded cost on any lattice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.config_patterns import PatternConfig
from tauscope.widgets.canvas.contours import trace

LEVEL = 0.5
"""Share of the largest amplitude at which the line is drawn."""
MOST_CELLS = 64
"""Longest side of the lattice that is traced; of more cells every so many-th is taken."""
WIDTHS = 4.0
"""Widths of the envelope at launch to each side that are looked at."""
SPREAD = 0.5
"""Share of its light cone by which more is looked at as it spreads."""
FAINT = 1e-9

Segments = npt.NDArray[np.float32]
Present = Mapping[str, Mapping[str, float]]


class Waves(Protocol):
    """What outlines are drawn from: a gravity engine, or a frame of a recording."""

    @property
    def config(self) -> GravityConfig: ...
    @property
    def tick(self) -> int: ...
    def field_at(self, name: str, index: Any) -> Any: ...


def outlines(
    engine: Waves, present: Present, trails: Mapping[str, npt.NDArray[np.float64]]
) -> dict[str, Segments]:
    """Lines about the waves of an engine, pieces (x, y, x, y) in cells, float32 (n, 4), by id."""
    waves = [one for one in engine.config.patterns if one.is_wave]
    found = {}
    for one in waves:
        trail = trails[one.id]
        age = engine.tick - float(trail[0, 0]) if len(trail) else 0.0
        others = [present[other.id] for other in waves if other is not one]
        found[one.id] = _outline(engine, one, present[one.id], age, others)
    return found


def _outline(
    engine: Waves,
    one: PatternConfig,
    now: Mapping[str, float],
    age: float,
    others: list[Mapping[str, float]],
) -> Segments:
    """Line of half the largest amplitude, of what is nearer to this wave's centre than to any other's.

    The amplitude is that of a travelling wave, sqrt(psi^2 + (pi / w)^2) with w^2 = k^2 + m^2: psi and pi are
    a quarter of a period apart, so it has no ripples of the wave's own length and may be looked at coarsely.
    """
    config = engine.config
    x, y = now["x"], now["y"]
    if not math.isfinite(x + y):
        return np.zeros((0, 4), np.float32)
    half = WIDTHS * one.size + SPREAD * config.wave_step * age
    stride = max(1, math.ceil(2.0 * min(half, max(config.nx, config.ny) / 2) / MOST_CELLS))
    periodic = config.boundary == "periodic"
    columns = _cells(x, half, stride, config.nx, periodic)
    rows = _cells(y, half, stride, config.ny, periodic)
    index = np.ix_(rows % config.ny, columns % config.nx)
    rate = math.hypot(*one.momentum, one.rest_mass)
    psi, pi = (np.asarray(engine.field_at(name, index), np.float64) for name in ("psi", "pi"))
    # pi is half a step before psi.
    amplitude = np.hypot(psi - 0.5 * config.wave_step * pi, pi / rate)
    sides = (config.nx, config.ny) if periodic else (0, 0)
    own = _squared(columns, x, sides[0])[None, :] + _squared(rows, y, sides[1])[:, None]
    for other in others:
        away = (
            _squared(columns, other["x"], sides[0])[None, :] + _squared(rows, other["y"], sides[1])[:, None]
        )
        amplitude = np.where(own <= away, amplitude, 0.0)
    largest = float(amplitude.max(initial=0.0))
    if largest < FAINT or not math.isfinite(largest):
        return np.zeros((0, 4), np.float32)
    pieces = trace(amplitude, (LEVEL * largest,)).segments * stride
    return np.asarray(pieces + np.tile([columns[0], rows[0]], 2), np.float32)


def _squared(cells: npt.NDArray[np.int64], center: float, side: int) -> npt.NDArray[np.float64]:
    """Squared distances from a place along one axis; round ``side`` cells by the shorter way."""
    off = cells - center
    if side:
        off = off - side * np.round(off / side)
    return np.asarray(off * off, np.float64)


def _cells(center: float, half: float, stride: int, side: int, periodic: bool) -> npt.NDArray[np.int64]:
    """Every so many-th cell about a place; round the edge on a periodic lattice."""
    first, last = math.floor(center - half), math.ceil(center + half)
    if periodic:
        first, last = max(first, round(center) - side // 2), min(last, round(center) + side // 2)
    else:
        first, last = max(first, 0), min(last, side - 1)
    return np.arange(first, last + 1, stride)
