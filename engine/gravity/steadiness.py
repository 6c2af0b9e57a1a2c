"""How long the traffic of a gravity lattice takes to settle after an edit."""

from __future__ import annotations

import math

BESSEL_ZERO = 2.404825557695773
"""First zero of the Bessel function J0: the slowest mode of a disc."""


def efold_ticks(ny: int, nx: int, boundary: str, survival: float, disc_radius: float = 0.0) -> float:
    """Ticks in which the slowest mode of the traffic decays by e; emission, left aside, only shortens this.

    One tick multiplies a mode by ``p (cos kx + cos ky) / 2``. The slowest mode is uniform on a closed
    lattice, half a wave from edge to edge on an absorbing one (``2 N^2 / pi^2`` ticks at p = 1), and J0 on
    a disc; a disc that reaches beyond the lattice has the mode of the lattice's edges.

    Parameters
    ----------
    ny, nx : int
        Rows and columns.
    boundary : str
        ``periodic``, ``reflective``, ``absorbing`` or ``disc``.
    survival : float
        Relay survival p.
    disc_radius : float
        Radius of the disc, for that boundary.
    """
    kept = 1.0
    if boundary in ("absorbing", "disc"):
        kept = 0.5 * (math.cos(math.pi / (nx + 1)) + math.cos(math.pi / (ny + 1)))
    if boundary == "disc":
        k = min(BESSEL_ZERO / (disc_radius + 0.5), 1.9)
        kept = min(kept, 1.0 - 0.25 * k * k)
    return -1.0 / math.log(survival * kept)
