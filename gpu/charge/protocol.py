"""What the engine asks of charges on a torus, whatever device carries it out."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

POSITIVITY = 0.2
"""Share of the time in which a cell's outflow would empty it: dt <= .2 / (4 D (1 + max |d|))."""
RELAXATION = 0.5
"""Share of the shortest dielectric time T / (D (p + n)), beyond which an explicit step overshoots."""


class DriftStep(NamedTuple):
    """Everything an explicit step of rho, phi and I depends on."""

    dt: float
    """Step."""
    g: float
    alpha: float
    nu: float
    D: float
    lam: float
    beta: float
    gamma: float
    spacing: float = 1.0
    scheme: int = 0
    """One of `tauscope.gpu.charge.drift.CENTRAL`, `COMPACT`, `UPWIND`."""
    relaxes: bool = True
    """Whether I moves."""
    limit: float = 1e6
    """Largest |rho|."""

    @property
    def rates(self) -> tuple[float, ...]:
        """Step and coefficients of the sweep, the spacing divided out."""
        per_square = 1.0 / self.spacing**2
        current = 0.25 * self.g * per_square if self.scheme == 0 else self.g * per_square
        spread = self.alpha * per_square, self.nu * per_square, self.D * per_square
        return (self.dt, current, *spread, self.lam, self.beta, self.gamma)


class DriftLattice(Protocol):
    """rho, phi and I on a torus that advance by explicit steps; one that runs away is not taken."""

    def read(self, name: str) -> Reals:
        """Copy of ``rho``, ``phi`` or ``intent``, [L, L]."""

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set one of them."""

    def set_held(self, held: npt.ArrayLike) -> None:
        """Say which cells keep their rho, [L, L] bool."""

    def advance(self, steps: int, step: DriftStep) -> int:
        """Do up to ``steps`` steps, and say how many were good; releases the GIL."""

    def last_change(self) -> Reals:
        """Change of rho in the last good step, [L, L]; of no use after a step that was not taken."""


class PlasmaLattice(Protocol):
    """Densities p and n of two species in the potential of all charges, by Scharfetter and Gummel."""

    def read(self, name: str) -> Reals:
        """Copy of ``p``, ``n`` or ``phi``, [L, L]; phi is that of the present densities."""

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set ``p`` or ``n``."""

    def set_field(self, fixed: npt.ArrayLike, inverse: npt.ArrayLike) -> None:
        """Set the fixed charges [L, L], and the multipliers of Poisson's equation [L, L // 2 + 1]."""

    def advance(self, steps: int, longest: float, D: float, T: float, time: float) -> tuple[float, float]:
        """Do steps; the time after them, and the length of the last one.

        A step is the shortest of ``longest``, of `POSITIVITY` and of `RELAXATION`.
        """


def bounded(longest: float, D: float, T: float, steepest: float, densest: float) -> float:
    """Length of a step of the plasma: ``steepest`` is the largest |rise of phi|, ``densest`` of p + n."""
    if D == 0.0:
        return longest
    outflow = POSITIVITY / (4.0 * D * (1.0 + steepest / T))
    dielectric = RELAXATION * T / (D * densest) if densest > 0.0 else longest
    return min(longest, outflow, dielectric)
