"""What value and radius of a brush say: numbers, or formulas of place and time, checked while typed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tauscope.engine import strokes
from tauscope.engine.errors import BadInput
from tauscope.engine.formula import Formula
from tauscope.widgets.docks.paint import MEDIUM, Entry, Target

NAMES = ("x", "y", "t")
_RADII = (
    0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0,
    12.0, 16.0, 20.0, 25.0, 32.0, 40.0, 50.0, 64.0,
)  # fmt: skip
_PARTLY = "A stroke that comes there is not painted."
_LOOKS = 33
"""Places along each side of the lattice at which a formula is tried while it is typed."""


class BrushTexts:
    """Texts of value and radius; each target has a value of its own.

    Parameters
    ----------
    tick : callable
        Present macro tick, the ``t`` of formulas.
    """

    def __init__(self, tick: Callable[[], float]) -> None:
        self._tick = tick
        self._texts: dict[str, str] = {
            "emission": "0.004",
            "capacity": "0.5",
            "resonance": "0.95",
            "state_index": "1",
            "radius": "3",
        }

    def text(self, entry: Entry, target: Target) -> str:
        """Text of an entry for a target."""
        return self._texts[target if entry == "value" else "radius"]

    def set_text(self, entry: Entry, target: Target, text: str) -> None:
        """Set the value of a target, or the radius."""
        self._texts[target if entry == "value" else "radius"] = text

    def formula(self, entry: Entry, target: Target) -> strokes.Of:
        """Number or formula of an entry as a function of x and y, at the present tick.

        Raises
        ------
        BadInput
            The text is no formula.
        """
        formula, tick = Formula(self.text(entry, target), NAMES), self._tick()
        return lambda x, y: formula(x=x, y=y, t=tick)

    def trouble(self, entry: Entry, target: Target, data: Mapping[str, Any]) -> tuple[str, bool]:
        """Why an entry cannot be painted with on a lattice, and whether that is so only in some places.

        Parameters
        ----------
        data : mapping
            Entries of the lattice's configuration, of which ``nx`` and ``ny`` are read.

        Returns
        -------
        tuple of (str, bool)
            A sentence, "" where nothing is wrong; and whether a stroke can be painted somewhere all the same.
        """
        x, y = (np.unique(np.linspace(0, side - 1, _LOOKS).round()) for side in (data["nx"], data["ny"]))
        columns, rows = np.meshgrid(x, y)
        try:
            formula = self.formula(entry, target)
        except BadInput as error:
            return error.message, False
        # What is painted on the wave's medium is held within its range.
        least, above = (-math.inf if target in MEDIUM else 0.0), target == "capacity"
        try:
            if entry == "value":
                strokes.values_of(formula, columns, rows, least, above)
            else:
                strokes.radii_of(formula, columns, rows)
        except BadInput as error:
            partly = (
                strokes.good_somewhere(formula, columns, rows, least, above)
                if entry == "value"
                else strokes.sized_somewhere(formula, columns, rows)
            )
            return (f"{error.message} {_PARTLY}" if partly else error.message), partly
        return "", False

    def radius_beyond(self, by: int) -> str | None:
        """Next smaller (-1) or larger (1) round radius as a text, None where there is none.

        Raises
        ------
        BadInput
            The radius is a formula.
        """
        try:
            radius = float(self._texts["radius"])
        except ValueError:
            raise BadInput("[ and ] change a plain number; this radius is a formula.", key="radius") from None
        others = [r for r in _RADII if (r > radius if by > 0 else r < radius)]
        return f"{others[0] if by > 0 else others[-1]:g}" if others else None

    def tip_radius(self) -> Callable[[float, float], float]:
        """Radius under the pointer; half a cell while the text is no formula."""
        try:
            radius = self.formula("radius", "emission")
        except BadInput:
            return lambda _x, _y: 0.5

        def at(x: float, y: float) -> float:
            found = float(np.asarray(radius(np.array(x), np.array(y))))
            return found if 0.0 <= found <= strokes.LARGEST_RADIUS else 0.0

        return at
