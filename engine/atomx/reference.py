"""The document's own rules: closed formulas for two energies, and two columns of random numbers.

The formula for V has the unit N, not J, T is the mean of one trial function whose width is never varied, and
compat and R2 are drawn so that they pass their gates always. Reported as they are, for comparison.
"""

from __future__ import annotations

import numpy as np

from tauscope.engine.atomx.levels import HBAR, J_TO_MEV, M_EFF, Floats, Levels

RANDOM_COLUMNS = ("compat_norm", "R2")
NOTES = (
    "compat_norm and R2 are random numbers in [0.01, 0.015] and [0.98, 0.99]: they measure nothing.",
    "The potential of the document's formula has the unit N, not J.",
)


def energies(kappa: Floats, r_screen: Floats, n: int) -> Floats:
    """Energy of level ``n``, float64 like the inputs, meV; NaN where it is not negative."""
    alpha = 1.0 / r_screen**2 * (n**2)
    kinetic = 1.5 * HBAR**2 * alpha / M_EFF
    potential = -kappa * (np.sqrt(np.pi) / (2.0 * alpha * r_screen))
    total = kinetic + potential
    found: Floats = np.where(total < 0, total * J_TO_MEV, np.nan)
    return found


def levels(kappa: Floats, r_screen: Floats, seed: int) -> Levels:
    """Levels on the mesh of two axes, by the document's rules.

    Parameters
    ----------
    kappa : float64 array [Nk]
        N/m.
    r_screen : float64 array [Nr]
        m.
    seed : int
        Of `numpy.random.RandomState`; every valid voxel, row by row, takes compat and then R2 from it.
    """
    K, R = np.meshgrid(kappa, r_screen)
    E1, E2 = energies(K, R, 1), energies(K, R, 2)
    valid = np.isfinite(E1) & np.isfinite(E2) & (E2 >= E1)
    drawn = np.random.RandomState(seed).rand(int(valid.sum()), 2)
    compat, R2 = np.full(K.shape, np.nan), np.full(K.shape, np.nan)
    compat[valid] = 0.01 + 0.005 * drawn[:, 0]
    R2[valid] = 0.98 + 0.01 * drawn[:, 1]
    return Levels(K, R, np.where(valid, E1, np.nan), np.where(valid, E2, np.nan), compat, R2, notes=NOTES)
