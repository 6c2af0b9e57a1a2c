"""Poisson and screened Poisson equations on the lattice, for every boundary and for sink masks.

Never used by an engine: the lattice knows no potential, this is what its field is compared with.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import fft, sparse

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis.lattice import (
    Floats,
    Mask,
    adjacency,
    boundary_and_mask,
    centre_weight,
    eigenvalues,
    laplacian,
)
from tauscope.engine.gravity.analysis.ring import LARGEST_RING, RingSolver, ring_of
from tauscope.engine.gravity.analysis.solvers import Solver, make_solver


def solve_poisson(
    rho: npt.ArrayLike,
    kappa: float,
    boundary: str | Mask = "absorbing",
    m2: float = 0.0,
    *,
    disc_radius: float | None = None,
    neighbourhood: str = "von_neumann",
) -> Floats:
    """Potential phi of ``lap phi - m2 phi = kappa rho`` on the lattice, [ny, nx] float64.

    Parameters
    ----------
    rho : array [ny, nx]
        Source density; for a comparison with the engine the *realized* emission ``f a`` in bits per tick.
    kappa : float
        Coupling, ``4 / (p C)`` for the airtime rule, see `coupling`.
    boundary : str or bool array [ny, nx]
        ``periodic`` (real FFT), ``reflective`` (DCT-II, Neumann), ``absorbing`` (DST-I, phi = 0 one cell
        beyond the edge), ``disc`` (phi = 0 outside a disc), or a mask, True where phi = 0 (both FFT with
        charges on the sinks' rim, see `RingSolver`; sparse LU or multigrid where the rim is very long).
    m2 : float
        Screening mass squared per cell^2, ``4 (1 - p) / p``, see `screening`; at least 0.
    disc_radius : float, optional
        Radius of the disc in cells.
    neighbourhood : str
        ``von_neumann``: the 5-point Laplacian. ``moore``: the isotropic 9-point one.

    Returns
    -------
    array [ny, nx]
        Potential. On closed boundaries with ``m2 = 0`` the equation holds only for a source of zero mean:
        the mean of ``rho`` is dropped and phi has zero mean.

    Raises
    ------
    BadInput
        A source that is not a finite 2D array, negative m2, unknown boundary or neighbourhood.

    Notes
    -----
    What depends on the lattice alone is kept, so that a view may solve for it at every frame.

    The relative residual stays below 1e-12 for compact sources. For the smoothest source of an N x N lattice
    the rounding of phi itself limits it to about ``N^2 4e-17``, whatever the solver.
    """
    source = _checked(rho, kappa, m2)
    edges, mask = boundary_and_mask(boundary, source.shape, disc_radius)
    if mask.any():
        return _masked(source * kappa, mask, m2, neighbourhood)
    inverse = _inverse(source.shape, edges, m2, neighbourhood)
    source *= kappa
    if edges == "periodic":
        return np.asarray(fft.irfft2(fft.rfft2(source) * inverse, s=source.shape))
    if edges == "reflective":
        return np.asarray(fft.idctn(fft.dctn(source, type=2) * inverse, type=2))
    return np.asarray(fft.idstn(fft.dstn(source, type=1) * inverse, type=1))


def poisson_residual(
    phi: npt.ArrayLike,
    rho: npt.ArrayLike,
    kappa: float,
    boundary: str | Mask = "absorbing",
    m2: float = 0.0,
    *,
    disc_radius: float | None = None,
    neighbourhood: str = "von_neumann",
) -> float:
    """Relative residual ``|lap phi - m2 phi - kappa rho| / |kappa rho|`` in the Euclidean norm.

    Sink nodes do not count; on closed boundaries with ``m2 = 0`` the mean of ``rho`` is dropped first.
    Parameters as in `solve_poisson`.
    """
    source = _checked(rho, kappa, m2) * kappa
    edges, mask = boundary_and_mask(boundary, source.shape, disc_radius)
    if edges != "absorbing" and m2 == 0.0:
        source = source - source.mean()
    found = np.where(mask, 0.0, np.asarray(phi, dtype=np.float64))
    rest = np.where(mask, 0.0, laplacian(found, edges, neighbourhood) - m2 * found - source)
    norm = float(np.linalg.norm(np.where(mask, 0.0, source)))
    return float(np.linalg.norm(rest)) / norm if norm > 0.0 else float(np.linalg.norm(rest))


def _checked(rho: npt.ArrayLike, kappa: float, m2: float) -> npt.NDArray[np.float64]:
    source = np.array(rho, dtype=np.float64)
    if source.ndim != 2 or source.size == 0:
        raise BadInput(f"The source has shape {source.shape}.", key="rho", allowed="an array [ny, nx]")
    if not np.isfinite(source).all():
        y, x = np.argwhere(~np.isfinite(source))[0]
        raise BadInput(f"The source is not finite at x = {x}, y = {y}.", key="rho", allowed="finite numbers")
    if not np.isfinite(kappa):
        raise BadInput(f"kappa = {kappa} is not finite.", key="kappa", value=kappa)
    if not (m2 >= 0.0 and np.isfinite(m2)):
        raise BadInput(f"m2 = {m2} would not screen the field.", key="m2", value=m2, allowed="at least 0")
    return source


# The eigenvalues of a lattice cost as much as a transform, and a live view solves for them at every frame.
@lru_cache(maxsize=4)
def _inverse(shape: tuple[int, int], edges: str, m2: float, neighbourhood: str) -> Floats:
    """One over the eigenvalues of ``lap - m2``; zero for the mode that has none, the mean."""
    ny, nx = shape
    if edges == "periodic":
        x_angles, y_angles = 2.0 * np.pi * np.arange(nx // 2 + 1) / nx, 2.0 * np.pi * np.arange(ny) / ny
    elif edges == "reflective":
        x_angles, y_angles = np.pi * np.arange(nx) / nx, np.pi * np.arange(ny) / ny
    else:
        x_angles, y_angles = (np.pi * np.arange(1, n + 1) / (n + 1) for n in (nx, ny))
    found = eigenvalues(x_angles, y_angles, m2, neighbourhood)
    if found[0, 0] == 0.0:
        found[0, 0] = np.inf
    made: Floats = 1.0 / found
    made.flags.writeable = False
    return made


def _masked(rhs: Floats, mask: Mask, m2: float, neighbourhood: str) -> Floats:
    if mask.all():
        return np.zeros_like(rhs)
    return _masked_solver(mask.tobytes(), mask.shape, m2, neighbourhood).solve(rhs)


class KeptNodes:
    """Sparse solver for the nodes that are no sinks."""

    def __init__(self, mask: Mask, m2: float, neighbourhood: str) -> None:
        self._kept = ~mask
        kept = np.flatnonzero(self._kept)
        here = (centre_weight(neighbourhood) + m2) * sparse.eye_array(mask.size)
        whole = sparse.csr_array(here - adjacency(mask.shape, "absorbing", neighbourhood))
        self._solver = make_solver(sparse.csr_array(whole[kept][:, kept]))

    def solve(self, rhs: Floats) -> Floats:
        """Solution [ny, nx] for a right side [ny, nx]."""
        phi = np.zeros_like(rhs)
        phi[self._kept] = -self._solver.solve(rhs[self._kept])
        return phi


# One solver is kept because views and studies solve for the same disc again and again.
@lru_cache(maxsize=1)
def _masked_solver(mask_bytes: bytes, shape: tuple[int, int], m2: float, neighbourhood: str) -> Solver:
    mask = np.frombuffer(mask_bytes, dtype=np.bool_).reshape(shape)
    ring = ring_of(mask, neighbourhood)
    if ring[0].size <= LARGEST_RING:
        return RingSolver(mask, ring, m2, neighbourhood)
    return KeptNodes(mask, m2, neighbourhood)
