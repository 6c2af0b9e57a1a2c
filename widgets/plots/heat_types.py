"""What a heat map shows: axes of cells, values as colours, and lines over them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.widgets.amounts import measured
from tauscope.widgets.canvas import colormaps

Floats = npt.NDArray[np.float64]
SEQUENTIAL, DIVERGING = "bids:viridis", "crameri:vik"
FEW_TICKS = 7


@dataclass(frozen=True)
class Ladder:
    """Cells along one axis.

    Parameters
    ----------
    label : str
        As ``name / unit``.
    at : float64 array [n]
        Values at the middle of the cells, rising and evenly spaced; their numbers where cells
        are named.
    names : tuple of str
        Names of the cells, () where the axis is one of numbers.
    """

    label: str
    at: Floats
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, label: str, values: Sequence[Any]) -> Ladder:
        """Axis of any values: one of numbers where they rise evenly, else one of names."""
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            at = np.asarray(values, np.float64)
            steps = np.diff(at)
            if not steps.size or (steps[0] > 0 and np.allclose(steps, steps[0], rtol=1e-6)):
                return cls(label, at)
            return cls(label, np.arange(float(len(at))), tuple(f"{v:.4g}" for v in at))
        return cls(label, np.arange(float(len(values))), tuple(str(v) for v in values))

    @property
    def step(self) -> float:
        """Width of a cell."""
        if len(self.at) > 1:
            return float(self.at[1] - self.at[0])
        return abs(float(self.at[0])) * 0.1 or 1.0

    @property
    def ends(self) -> tuple[float, float]:
        """Outer edges of the first and the last cell."""
        return float(self.at[0]) - self.step / 2, float(self.at[-1]) + self.step / 2

    def cell(self, place: float) -> int | None:
        """Cell at a place, None outside."""
        found = math.floor((place - self.ends[0]) / self.step)
        return found if 0 <= found < len(self.at) else None

    def text(self, cell: int, digits: int = 4) -> str:
        """Name or value of a cell, with the name of the axis."""
        name, _, unit = self.label.partition(" / ")
        value = self.names[cell] if self.names else measured(float(self.at[cell]), unit, digits)
        return f"{name} {value}"

    def ticks(self) -> list[tuple[float, str]]:
        """Ticks of named cells: all, or every so many."""
        every = -(-len(self.names) // FEW_TICKS)
        return [(float(self.at[k]), self.names[k]) for k in range(0, len(self.names), max(every, 1))]


@dataclass(frozen=True)
class Heat:
    """What a heat map shows.

    Parameters
    ----------
    x, y : Ladder
        Axes.
    values : float64 array [len(y), len(x)]
        NaN where there is none.
    label : str
        Quantity, as ``name / unit``.
    limits : (float, float) or None
        Ends of the colours; least and largest value where None.
    cmap : str
        Colour map.
    inks : uint8 array [len(y), len(x), 4] or None
        Colours of the cells in the place of the map's; then no colour bar is shown.
    square : bool
        Whether a step along x is as long on the screen as one along y.
    """

    x: Ladder
    y: Ladder
    values: Floats
    label: str
    limits: tuple[float, float] | None = None
    cmap: str = SEQUENTIAL
    inks: npt.NDArray[np.uint8] | None = None
    square: bool = False

    @property
    def cells(self) -> tuple[int, int]:
        """Rows and columns of what can be pointed at."""
        rows, columns = self.values.shape
        return rows, columns

    @property
    def note(self) -> str:
        """What has to be known to read it right."""
        return ""

    def at(self, row: int, column: int) -> tuple[float, float]:
        """Middle of a cell in axis units."""
        return float(self.x.at[column]), float(self.y.at[row])

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the colours."""
        if self.limits is not None:
            return self.limits
        known = self.values[np.isfinite(self.values)]
        return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)

    def text(self, row: int, column: int) -> str:
        """What is in a cell, in a line."""
        name, _, unit = self.label.partition(" / ")
        value = float(self.values[row, column])
        shown = measured(value, unit, 5) if math.isfinite(value) else "no value"
        parts = [self.x.text(column), self.y.text(row)]
        return "  ·  ".join([*parts, f"{name} {shown}"] if name else parts)

    def painted(self) -> npt.NDArray[np.uint8]:
        """Colours of the cells, uint8 [len(y), len(x), 4]; transparent where there is no value."""
        if self.inks is not None:
            return self.inks
        low, high = self.ends
        known = np.isfinite(self.values)
        share = np.clip((np.where(known, self.values, low) - low) / ((high - low) or 1.0), 0.0, 1.0)
        cells = colormaps.table(self.cmap)[np.round(share * 255).astype(np.int64)].copy()
        cells[~known, 3] = 0
        return cells


@dataclass(frozen=True)
class Line:
    """Line over a map: x and y float64 [n], parted where they are not finite."""

    key: str
    color: str
    x: Floats
    y: Floats
