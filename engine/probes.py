"""Probes: where the world is measured at every tick, as frozen data; `sampler` takes the samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ProbeKind = Literal["point", "line", "region", "global"]
ProbeReduction = Literal["mean", "min", "max", "sum", "rms"]


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe of the document.

    Parameters
    ----------
    id : str
        Stable name, ``p1``, ``p2``, …
    kind : ProbeKind
        ``point``: one cell. ``line``: the cells under a segment, whose profile is a line cut. ``region``: the
        cells of a rectangle. ``global``: a scalar of the engine.
    quantity : str
        Field that is sampled; for ``global`` a scalar's name.
    x, y, x2, y2 : float
        Place in cells: a point, the ends of a line, two opposite corners of a region.
    reduction : ProbeReduction
        What makes one number of a line or a region.
    name, color : str
        As shown.
    engine : str
        Engine's key in the world.
    """

    id: str
    kind: ProbeKind
    quantity: str
    x: float = 0.0
    y: float = 0.0
    x2: float = 0.0
    y2: float = 0.0
    reduction: ProbeReduction = "mean"
    name: str = ""
    color: str = "#f2b84b"
    engine: str = "gravity"
