"""What is asked of a running world, and what comes back: FrameRequest, Limits, Frame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tauscope.engine.planes import Plane
from tauscope.engine.specs import Array

Reduction = Literal["none", "min", "max", "mean", "sum", "rms"]
Span = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """What a view, probe or recorder wants of a frame.

    Parameters
    ----------
    field : str
        Field name (an engine's own or a derived one).
    engine : str
        Engine's key in the world.
    selection : tuple
        One entry an axis: an index, a ``(start, stop, step)`` span or None for the whole axis; ``()`` is all.
    reduction : Reduction
        Applied over all axes that remain; ``none`` keeps the array.
    robust : bool
        Whether the percentiles of the limits are wanted; they cost a partial sort.
    plane : Plane or None
        Two axes of a field of many, [n_up, n_across], in place of selection and reduction.
    """

    field: str
    engine: str = "gravity"
    selection: tuple[int | Span | None, ...] = ()
    reduction: Reduction = "none"
    robust: bool = False
    plane: Plane | None = None

    def apply(self, array: Array) -> Array:
        """Selected and reduced part of ``array``, as an array of its own."""
        return self.reduce(array[self.index] if self.selection else array)

    @property
    def index(self) -> tuple[Any, ...]:
        """The selection as a NumPy index."""
        return tuple(
            entry if isinstance(entry, int) else slice(*(entry or (None, None, None)))
            for entry in self.selection
        )

    def reduce(self, selected: Array) -> Array:
        """Reduced selection, as an array of its own; the same bits however it lies in memory."""
        part = np.array(selected, order="C")
        if self.reduction == "none":
            return part
        if not part.size:  # as the links of a single cluster
            return np.asarray(0.0 if self.reduction == "sum" else math.nan)
        if self.reduction == "rms":
            return np.asarray(np.sqrt(np.mean(np.abs(part).astype(np.float64) ** 2)))
        return np.asarray(getattr(np, self.reduction)(part))


@dataclass(frozen=True, slots=True)
class Limits:
    """Smallest and largest finite value of an array, and its 1st and 99th percentile where wanted."""

    low: float
    high: float
    robust_low: float
    robust_high: float
    finite: bool

    @classmethod
    def of(cls, array: Array, robust: bool = True) -> Limits:
        """Exact limits of an array; without ``robust`` the extremes stand for the percentiles."""
        flat = np.asarray(array).ravel()
        finite = True
        if flat.dtype.kind == "f":
            mask = np.isfinite(flat)
            finite = bool(mask.all())
            if not finite:
                flat = flat[mask]
        if flat.size == 0:
            return cls(0.0, 1.0, 0.0, 1.0, finite)
        low, high = float(flat.min()), float(flat.max())
        if not robust:
            return cls(low, high, low, high, finite)
        ranks = (round(0.01 * (flat.size - 1)), round(0.99 * (flat.size - 1)))
        part = np.partition(flat, ranks)
        return cls(low, high, float(part[ranks[0]]), float(part[ranks[1]]), finite)


@dataclass(frozen=True, slots=True)
class Frame:
    """Immutable picture of the world at one macro tick, holding only what was asked for.

    Parameters
    ----------
    macro_tick : int
        Macro tick of the world.
    generation : int
        Counts resets and loads; a view drops frames of an older generation.
    ticks, times : mapping
        Tick and time of each engine.
    arrays : mapping of FrameRequest to array
        Private, read-only arrays in the engine's own dtype.
    limits : mapping of FrameRequest to Limits
        For two-dimensional arrays.
    scalars : mapping
        Scalars of each engine. Empty in some frames of a run whose scalars cost much: a frame that follows
        has them, and the one at a pause always does.
    rate : float
        Macro ticks a second of wall clock at publication.
    """

    macro_tick: int
    generation: int
    ticks: Mapping[str, int]
    times: Mapping[str, float]
    arrays: Mapping[FrameRequest, Array]
    limits: Mapping[FrameRequest, Limits]
    scalars: Mapping[str, Mapping[str, float]]
    rate: float = 0.0
    running: bool = False
