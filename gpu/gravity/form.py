"""What a lattice is made from, whatever carries it out: size, number type, rule, edge and neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.gravity import cpu

Array = npt.NDArray[Any]

UNITS_PER_BIT = 2**22
"""The number type int32 counts in units of 2^-22 bit."""

LINKS = {"von_neumann": 4, "moore": 8}
"""Directed links of a node; those beyond an absorbing edge end in the sink."""

PARTS = {"von_neumann": 4, "moore": 20}
"""What a node shares out in whole units is a multiple of this: a part a link, or 4 near and 1 diagonal."""

_EDGES = {"absorbing": cpu.OPEN, "disc": cpu.OPEN, "reflective": cpu.REFLECTIVE, "periodic": cpu.PERIODIC}


class Form:
    """Size, number type and rule of a lattice, and what follows from them alone.

    Parameters
    ----------
    ny, nx : int
        Rows and columns, at least 3.
    dtype : float32, float64 or int32
        Of bits and debts; int32 with the rule airtime only.
    rule : str
        ``airtime``, ``fluid``, ``literal`` or ``strict``.
    boundary : str
        ``absorbing``, ``reflective``, ``periodic`` or, for the first two rules, ``disc``.
    neighbourhood : str
        ``von_neumann`` or ``moore``.

    Raises
    ------
    ValueError
        A boundary or neighbourhood that there is not.
    """

    def __init__(
        self,
        ny: int,
        nx: int,
        dtype: npt.DTypeLike,
        rule: str,
        boundary: str,
        neighbourhood: str = "von_neumann",
    ) -> None:
        for what, value, known in (("boundary", boundary, _EDGES), ("neighbourhood", neighbourhood, LINKS)):
            if value not in known:
                raise ValueError(f"Lattices have no {what} “{value}”: {', '.join(known)}.")
        self.ny, self.nx, self.dtype = ny, nx, np.dtype(dtype)
        self.rule, self.boundary, self.neighbourhood = rule, boundary, neighbourhood
        self.units = self.dtype.kind == "i"
        """Whether bits are whole units."""
        self.average = np.dtype(np.float32) if self.units else self.dtype
        """Number type of the moving average."""
        self.parts = PARTS[neighbourhood] if self.units else 1
        """E is kept in such parts of what was sent."""
        self.links = LINKS[neighbourhood]
        self.edge = _EDGES[boundary]
        """Edge as the kernels number it."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.ny, self.nx

    def scale(self, name: str) -> float:
        """What a bit is in the numbers kept of a quantity of `GravityLattice`, rules airtime and fluid."""
        if not self.units or name in ("live", "realized"):
            return 1
        return UNITS_PER_BIT / self.parts if name.startswith("traffic") else UNITS_PER_BIT

    def capacity(self, bits: npt.ArrayLike) -> Array:
        """C as it is kept: bits, or the nearest number of units that can be shared out, one part at least."""
        found: Array = np.asarray(bits, np.float64)
        if self.units:
            found = np.asarray(np.maximum(np.rint(found * (UNITS_PER_BIT / self.parts)), 1) * self.parts)
        return found
