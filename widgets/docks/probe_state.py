"""Probes as canvases and lists show them: frozen data without Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ProbeKind = Literal["point", "line", "region", "cluster", "global", "site"]
REDUCTIONS = ("mean", "min", "max", "sum", "rms")
COLORS = (
    "#4fb3ff", "#f2b84b", "#58c98b", "#ff8f6b", "#c79bff", "#4fd6d6", "#ff8cc6", "#c8d64f",
)  # fmt: skip
"""Colours of new probes, taken in turn; curves are darkened on light grounds."""
PLACES: dict[str, tuple[str, ...]] = {
    "point": ("x", "y"),
    "line": ("x", "y", "x2", "y2"),
    "region": ("x", "y", "x2", "y2"),
    "cluster": ("x",),
    "global": (),
    "site": (),
}


@dataclass(frozen=True, slots=True)
class ProbeMark:
    """A probe; see `tauscope.engine.probes.Probe` for its entries."""

    id: str
    kind: ProbeKind
    name: str
    color: str
    quantity: str
    label: str = ""
    reduction: str = "mean"
    x: float = 0.0
    y: float = 0.0
    x2: float = 0.0
    y2: float = 0.0
    shown: bool = True
    site: tuple[int, ...] = ()
