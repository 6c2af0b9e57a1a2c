"""Bounds of the lattice that a view shows, and what lies inside them."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lattice:
    """A lattice of ``nx`` by ``ny`` cells, with the radius of its disc where the boundary is one.

    Parameters
    ----------
    nx, ny : int
        Cells along x and y.
    boundary : str
        Boundary of the engine's config, as in ``"absorbing"`` or ``"disc"``.
    disc_radius : float
        Radius of the disc about the middle of the lattice, in cells; used with ``"disc"`` only.
    """

    nx: int
    ny: int
    boundary: str = ""
    disc_radius: float = 0.0

    @property
    def center(self) -> tuple[float, float]:
        """Middle of the lattice."""
        return (self.nx - 1) / 2, (self.ny - 1) / 2

    @property
    def is_disc(self) -> bool:
        """Whether a disc bounds it."""
        return self.boundary == "disc" and self.disc_radius > 0

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies in a cell of the lattice (and within the disc)."""
        if not (-0.5 <= x < self.nx - 0.5 and -0.5 <= y < self.ny - 0.5):
            return False
        cx, cy = self.center
        return not self.is_disc or math.hypot(x - cx, y - cy) <= self.disc_radius

    def clamped(self, x: float, y: float) -> tuple[float, float]:
        """Nearest point between the centres of the outermost cells (and within the disc)."""
        x, y = min(max(x, 0.0), self.nx - 1.0), min(max(y, 0.0), self.ny - 1.0)
        if self.is_disc:
            cx, cy = self.center
            away = math.hypot(x - cx, y - cy)
            if away > self.disc_radius:
                share = self.disc_radius / away
                x, y = cx + (x - cx) * share, cy + (y - cy) * share
        return x, y

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """Cell (i, j) in which a point lies, within the lattice's rectangle."""
        i, j = math.floor(x + 0.5), math.floor(y + 0.5)
        return min(max(i, 0), self.nx - 1), min(max(j, 0), self.ny - 1)
