"""A potential fitted with the lattice's own Coulomb law: images and spacing are those of the torus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tauscope.engine.gauge.analysis.correlators import Potential
from tauscope.engine.potential import green

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CoulombFit:
    """Weighted least squares of V(R) = g2 (G(0) - G(R)) + c.

    Parameters
    ----------
    coupling, coupling_error : float
        g2 and its standard error.
    constant : float
        c.
    values : float64 array (n,)
        The fitted potential.
    residuals : float64 array (n,)
        Measured less fitted, in standard errors.
    """

    coupling: float
    coupling_error: float
    constant: float
    values: Floats
    residuals: Floats


def fit_coulomb(found: Potential, space: tuple[int, ...]) -> CoulombFit:
    """Fit a potential with the massless Green function of a torus.

    Parameters
    ----------
    found : Potential
        At three separations or more.
    space : tuple of int
        Extents of the torus in space.

    Raises
    ------
    ValueError
        Fewer than three separations: two numbers would fit them whatever they are.
    """
    if len(found.R) < 3:
        raise ValueError(f"A law with two parameters says nothing at {len(found.R)} separations.")
    shape = np.stack([green.potential(space, found.R), np.ones(len(found.R))], axis=1)
    weighted = shape / found.error[:, None]
    covariance = np.linalg.inv(weighted.T @ weighted)
    coupling, constant = covariance @ weighted.T @ (found.V / found.error)
    values = shape @ np.array([coupling, constant])
    residuals = (found.V - values) / found.error
    return CoulombFit(float(coupling), float(np.sqrt(covariance[0, 0])), float(constant), values, residuals)
