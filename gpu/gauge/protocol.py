"""What the engine asks of a U(1) lattice, whatever device carries it out."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

ALGORITHMS = ("heatbath", "metropolis")


class Update(NamedTuple):
    """How a sweep is done."""

    beta: float
    """Inverse coupling, 0 or more."""
    algorithm: str
    """One of `ALGORITHMS`."""
    relaxations: int
    """Reflections of every link after the update."""
    delta: float
    """Largest tangent of half a turn that Metropolis proposes."""
    seed: int
    """0 to 2^64 - 1."""


class Sweeps(NamedTuple):
    """What was seen of each of n sweeps."""

    plaquettes: Reals
    """Mean of the plaquettes' real parts after it, shape (n,)."""
    acceptance: Reals
    """Share of the proposals that were accepted, shape (n,)."""


class Links(Protocol):
    """Links U = e^{i theta} of a periodic lattice of even extents, kept as ur + i ui.

    A sweep updates every link once by heat bath or Metropolis at exp(beta sum Re U_plaquette), direction by
    direction, first those that begin at even sites, then the others; then it reflects all as often as asked.
    Random numbers are addressed by seed, sweep, trial and link, so neither chunks nor threads change a bit.
    """

    shape: tuple[int, ...]
    """Extents, slowest axis first."""

    def set_links(self, ur: npt.ArrayLike, ui: npt.ArrayLike) -> None:
        """Take links, shape (D, *shape), direction first, moduli 1."""

    def links(self) -> tuple[Reals, Reals]:
        """Copies of ur and ui, shape (D, *shape)."""

    def sweep(self, count: int, update: Update, step: int) -> Sweeps:
        """Do whole sweeps, the first with number ``step``; releases the GIL.

        Raises
        ------
        ValueError
            For another algorithm, or a negative count.
        """

    def reflect(self) -> None:
        """Reflect every link at its staple once."""

    def plaquette(self) -> float:
        """Mean of the plaquettes' real parts."""
