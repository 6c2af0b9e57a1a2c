"""Levels of a voxel grid, as both modes give them, and the constants of the document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

HBAR = 1.054_571_817e-34
"""J s."""
M_EFF = 9.109e-31
"""Effective mass of the document, kg."""
J_TO_MEV = 1.0 / 1.602e-22
"""meV per J, as the document rounds it."""
TAU_UNIT = 1e-9
"""Seconds of one ua: the document's scale of its proxy tau."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Two levels and two gates of every voxel; rows are r_screen, columns kappa.

    Parameters
    ----------
    kappa, r_screen : float64 array [Nr, Nk]
        N/m and m.
    E1, E2 : float64 array [Nr, Nk]
        meV, NaN where there are no two levels.
    compat, R2 : float64 array [Nr, Nk]
        Dimensionless, NaN there as well.
    notes : tuple of str
        What must be known to read them right, as sentences.
    """

    kappa: Floats
    r_screen: Floats
    E1: Floats
    E2: Floats
    compat: Floats
    R2: Floats
    notes: tuple[str, ...] = ()

    @property
    def split(self) -> Floats:
        """``|E2 - E1|``, float64 [Nr, Nk], meV."""
        return np.abs(self.E2 - self.E1)

    @property
    def valid(self) -> Flags:
        """Voxels with two levels, bool [Nr, Nk]."""
        return np.isfinite(self.E1) & np.isfinite(self.E2)
