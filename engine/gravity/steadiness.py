"""How long the traffic of a gravity lattice takes to settle after an edit."""

from __future__ import annotations

import math

from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.support import RELAYING, kept_survival

BESSEL_ZERO = 2.404825557695773
"""First zero of the Bessel function J0: the slowest mode of a disc."""

STEADY_EFOLDS = 7.0
"""E-folds after which a field counts as steady (1e-3 of the start is left)."""


def efold_of(config: GravityConfig, message_bits: float, least_capacity: float) -> float:
    """Ticks that count as an e-fold under a configuration.

    Parameters
    ----------
    config : GravityConfig
        Rule, lattice and survival.
    message_bits : float
        Largest message in bits, for the rules literal and strict.
    least_capacity : float
        Smallest C in bits per tick.
    """
    c = config
    if c.rule not in RELAYING:
        longest = float(math.ceil(message_bits / least_capacity))
        return message_ticks(c.ny, c.nx, c.rule, longest, STEADY_EFOLDS)
    survival = kept_survival(c.survival, c.dtype)
    return efold_ticks(c.ny, c.nx, c.boundary, survival, c.sink_radius, c.neighbourhood)


def efold_ticks(
    ny: int,
    nx: int,
    boundary: str,
    survival: float,
    disc_radius: float = 0.0,
    neighbourhood: str = "von_neumann",
) -> float:
    """Ticks in which the slowest mode of the traffic decays by e; emission, left aside, only shortens this.

    One tick multiplies a mode by ``p (cos kx + cos ky) / 2``, and with Moore neighbours by
    ``p (2 cos kx + 2 cos ky + cos kx cos ky) / 5``. The slowest mode is uniform on a closed
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
    neighbourhood : str
        ``von_neumann`` or ``moore``.
    """
    moore = neighbourhood == "moore"
    kept = 1.0
    if boundary in ("absorbing", "disc"):
        cx, cy = math.cos(math.pi / (nx + 1)), math.cos(math.pi / (ny + 1))
        kept = 0.4 * (cx + cy) + 0.2 * cx * cy if moore else 0.5 * (cx + cy)
    if boundary == "disc":
        k = min(BESSEL_ZERO / (disc_radius + 0.5), 1.9)
        kept = min(kept, 1.0 - (0.3 if moore else 0.25) * k * k)
    return -1.0 / math.log(survival * kept)


def message_ticks(ny: int, nx: int, rule: str, longest: float, efolds: float) -> float:
    """Ticks that count as an e-fold in the rules literal and strict, where nothing decays.

    Literal: those of the longest message, after which every node repeats itself. Strict: so many that after
    ``efolds`` of them the slowest node's rate has come to the farthest node, one step a message.
    """
    steps = 1.0 if rule == "literal" else (nx + ny) / efolds
    return max(1.0, longest) * max(1.0, steps)
