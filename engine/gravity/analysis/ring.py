"""Fast solver for regions that end in sinks: Fourier transforms, with charges on the ring of sinks around."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft, linalg

from tauscope.engine.gravity.analysis.lattice import Floats, Mask, eigenvalues

LARGEST_RING = 8200
"""Sinks in the ring at most, those of a disc in 2048^2: its dense matrix takes 8 bytes times their square."""

Whole = npt.NDArray[np.int64]


class RingSolver:
    """Solves ``lap phi - m2 phi = rhs`` with phi = 0 on sinks and beyond the edges: the capacitance method.

    The lattice is laid into a periodic box. Only the sinks that touch other nodes matter, the ring. On them
    charges are sought that make phi zero there together with ``rhs``: one dense system for the ring, whose
    matrix is the Green's function of the box and so comes from one transform. A disc in a square of N cells a
    side has a ring of 2.8 N sinks (Moore 4 N), so that the matrix is O(N^2), as the lattice itself.

    Source: Buzbee, Dorr, George & Golub, "The direct solution of the discrete Poisson equation on irregular
    regions", SIAM J. Numer. Anal. 8, 722 (1971).

    Parameters
    ----------
    mask : bool array [ny, nx]
        True on sinks; at least one node is none.
    ring : (int array, int array)
        Rows and columns of the ring in the box, see `ring_of`.
    m2 : float
        Screening mass squared per cell^2, at least 0.
    neighbourhood : str
        ``von_neumann`` or ``moore``.
    """

    def __init__(self, mask: Mask, ring: tuple[Whole, Whole], m2: float, neighbourhood: str) -> None:
        self._sinks = mask
        self._rows, self._columns = ring
        self._box = _box(mask.shape)
        by, bx = self._box
        found = eigenvalues(
            2.0 * np.pi * np.arange(bx // 2 + 1) / bx, 2.0 * np.pi * np.arange(by) / by, m2, neighbourhood
        )
        # Without screening the box has no solution for its mean: the charges must cancel rhs, and a constant
        # is free, which one more row and column say.
        self._closed = found[0, 0] == 0.0
        if self._closed:
            found[0, 0] = np.inf
        self._inverse = 1.0 / found
        self._factors = linalg.lu_factor(self._matrix(), overwrite_a=True, check_finite=False)

    def solve(self, rhs: Floats) -> Floats:
        """Solution [ny, nx] for a right side [ny, nx], which does not count on sinks."""
        ny, nx = rhs.shape
        charge = np.zeros(self._box)
        charge[:ny, :nx] = np.where(self._sinks, 0.0, rhs)
        alone = self._potential(charge)[self._rows, self._columns]
        wanted = np.append(-alone, -charge.sum()) if self._closed else -alone
        found = linalg.lu_solve(self._factors, wanted, check_finite=False)
        constant = float(found[-1]) if self._closed else 0.0
        charge[self._rows, self._columns] = found[: self._rows.size]
        phi = self._potential(charge)[:ny, :nx] + constant
        phi[self._sinks] = 0.0
        return phi

    def _potential(self, charge: Floats) -> Floats:
        return np.asarray(fft.irfft2(fft.rfft2(charge) * self._inverse, s=self._box))

    def _matrix(self) -> Floats:
        """Potential at each sink of the ring of a unit charge on each other."""
        size = self._rows.size
        unit = np.zeros(self._box)
        unit[0, 0] = 1.0
        green = self._potential(unit)
        matrix = np.zeros((size + self._closed, size + self._closed), order="F")
        for k in range(size):
            apart = self._rows - self._rows[k], self._columns - self._columns[k]
            matrix[:size, k] = green[apart]
        if self._closed:
            matrix[size, :size] = matrix[:size, size] = 1.0
        return matrix


def ring_of(mask: Mask, neighbourhood: str) -> tuple[Whole, Whole]:
    """Rows and columns, in the box, of the sinks that touch other nodes; those beyond the edges count too."""
    ny, nx = mask.shape
    free = np.zeros(_box(mask.shape), dtype=np.bool_)
    free[:ny, :nx] = ~mask
    steps = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if neighbourhood == "moore" or dy * dx == 0]
    touched = np.zeros_like(free)
    for step in steps:
        touched |= np.roll(free, step, (0, 1))
    rows, columns = np.nonzero(touched & ~free)
    return rows, columns


def _box(shape: tuple[int, ...]) -> tuple[int, int]:
    """Sides of the box: at least one row and column of sinks more than the lattice, quick to transform."""
    return fft.next_fast_len(shape[0] + 1, real=True), fft.next_fast_len(shape[1] + 1, real=True)
