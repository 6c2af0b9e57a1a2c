"""A potential as it was measured: separations, values, errors, and what must be known of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]
Origin = Literal["imposed", "emergent", "local"]

SIGNIFICANT = 2.0
"""Standard errors below which a correlator says nothing of its logarithm."""
LEAST = 4
"""Separations that a law must be asked at: with fewer every curve passes."""
_LONGEST_ROW = 3
"""Whole numbers in a row that are all told; more of them as a range."""


@dataclass(frozen=True)
class PotentialData:
    """Potential against separation.

    Parameters
    ----------
    R : float64 array [n]
        Separations in cells, rising; those that are really there, not nominal ones.
    V : float64 array [n]
        Potential, in the units of its definition.
    error : float64 array [n]
        Standard errors; 0 throughout where the values are deterministic.
    shape : tuple of int
        Sites of the torus in space, the axis of the separations first; () where it is not known.
    definition : str
        What was measured, as a sentence.
    origin : Origin
        ``imposed`` where the equations hold a Poisson operator, ``emergent`` where they are local and hold
        none of the kind, ``local`` where they hold no force between charges at all.
    source : str
        Why, as a sentence.
    label : str
        Name in legends.
    warnings : tuple of str
        What must be known to read it right, as sentences.

    Raises
    ------
    BadInput
        Arrays of different length, separations that do not rise, or an error below 0.
    """

    R: Floats
    V: Floats
    error: Floats
    shape: tuple[int, ...] = ()
    definition: str = ""
    origin: Origin = "local"
    source: str = ""
    label: str = "V"
    warnings: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for name in ("R", "V", "error"):
            object.__setattr__(self, name, np.array(getattr(self, name), np.float64).ravel())
        if not len(self.R) == len(self.V) == len(self.error):
            raise BadInput(
                f"A potential of {len(self.R)} separations, {len(self.V)} values, {len(self.error)} errors.",
                key="V",
                allowed="as many of each",
            )
        if np.any(np.diff(self.R) <= 0) or np.any(self.R <= 0):
            raise BadInput("The separations do not rise.", key="R", allowed="positive, each above the last")
        if np.any(self.error < 0):
            raise BadInput("An error of a potential is negative.", key="error", allowed="0 or more")

    @property
    def deterministic(self) -> bool:
        """Whether no value has a statistical error."""
        return not np.any(self.error > 0)

    @property
    def finite(self) -> PotentialData:
        """Those values that are finite, with a warning that names the others."""
        good = np.isfinite(self.V) & np.isfinite(self.error)
        if not self.deterministic:
            good &= self.error > 0
        if np.all(good):
            return self
        return replace(
            self,
            R=self.R[good],
            V=self.V[good],
            error=self.error[good],
            warnings=(*self.warnings, f"No value at R = {listed(self.R[~good])}: left out of the fits."),
        )

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Separations at which V differs from that at the largest one, bool [n]."""
        if not len(self.V):
            return np.zeros(0, bool)
        apart = np.abs(self.V - self.V[-1])
        if self.deterministic:
            return np.asarray(apart > 1e-9 * max(float(np.abs(self.V).max()), 1e-300))
        return np.asarray(apart > SIGNIFICANT * np.hypot(self.error, self.error[-1]))


def listed(values: npt.ArrayLike) -> str:
    """Numbers in a row, whole ones that follow one another as a range: ``2 to 8, 10 and 12``."""
    rows: list[list[float]] = []
    for value in np.asarray(values, np.float64).ravel():
        if rows and value == rows[-1][-1] + 1 and value.is_integer():
            rows[-1].append(value)
        else:
            rows.append([value])
    words: list[str] = []
    for row in rows:
        whole = len(row) > _LONGEST_ROW
        words += [f"{row[0]:g} to {row[-1]:g}"] if whole else [f"{value:g}" for value in row]
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else "none"


def whole_numbers(given: Any, farthest: int) -> npt.NDArray[np.int_]:
    """Separations in rising order, each once; a text with commas or a sequence.

    Raises
    ------
    BadInput
        None, one that is no whole number, or one out of range.
    """
    parts = given.replace(";", ",").split(",") if isinstance(given, str) else list(given)
    try:
        values = sorted({int(part) for part in parts if str(part).strip()})
    except (TypeError, ValueError):
        values = []
    if not values or values[0] < 1 or values[-1] > farthest:
        raise BadInput(
            f"Separations {given!r}.",
            key="separations",
            value=given if isinstance(given, str) else [str(part) for part in parts],
            allowed=f"whole numbers from 1 to {farthest}, separated by commas",
        )
    return np.array(values, np.int_)
