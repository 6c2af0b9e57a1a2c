"""Poisson's equation on the torus, which mode D puts in by hand: multipliers of the Fourier modes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft

Floats = npt.NDArray[np.float64]


def inverse_symbol(size: int, m2: float = 0.0, green: str = "2d") -> Floats:
    """Multipliers 1 / (k² + m²) of the modes of ``rfft2``, [size, size // 2 + 1]; 0 for a mean that has none.

    k² = 4 − 2 cos k_x − 2 cos k_y is that of the five-point Laplacian. ``3d`` takes the mean over k_z of a
    cubic torus: the potential, on the plane of the charges, of the seven-point Laplacian.

    Parameters
    ----------
    size : int
        Cells a side.
    m2 : float
        Square of the mass, 0 or more.
    green : str
        ``2d`` or ``3d``.
    """
    along = 2.0 - 2.0 * np.cos(2.0 * np.pi * np.arange(size) / size)
    k2 = along[:, None] + along[None, : size // 2 + 1] + m2
    with np.errstate(divide="ignore"):
        if green == "2d":
            found = 1.0 / k2
        else:
            found = np.mean([1.0 / (k2 + one) for one in along], axis=0)
    if m2 == 0.0:
        found[0, 0] = 0.0
    return np.asarray(found)


def solve(rho: Floats, inverse: Floats) -> Floats:
    """Potential [L, L] of a density, whose mean is taken off where there is no mass."""
    found: Floats = fft.irfft2(fft.rfft2(rho) * inverse, s=rho.shape)
    return found


def bare_energy(fixed: Floats, inverse: Floats) -> float:
    """½ Σ q Φ[q] of charges alone, self-energies included; q²[G(0) − G(R)] of a pair of cells ±q."""
    return 0.5 * float((fixed * solve(fixed, inverse)).sum())
