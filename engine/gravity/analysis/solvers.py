"""Direct and multigrid solvers for the symmetric positive definite matrices of the lattice."""

from __future__ import annotations

from typing import Protocol, cast

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from tauscope.engine.errors import TauscopeError
from tauscope.engine.gravity.analysis.lattice import Floats

LARGEST_DIRECT = 512 * 512
"""Largest number of unknowns for sparse LU; its fill grows as n log n, and 512^2 takes seconds."""


class Solver(Protocol):
    """Solves one matrix for many right sides."""

    def solve(self, rhs: Floats) -> Floats:
        """Solution for a right side [n]."""


class DirectSolver:
    """Sparse LU of a symmetric matrix.

    Parameters
    ----------
    matrix : sparse array [n, n]
        Symmetric, diagonally dominant; hence no pivoting and a symmetric ordering, which halves the fill.
    """

    def __init__(self, matrix: sparse.csr_array) -> None:
        self._factors = splu(
            sparse.csc_array(matrix),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )

    def solve(self, rhs: Floats) -> Floats:
        """Solution for a right side [n]."""
        return cast("Floats", self._factors.solve(rhs))


class MultigridSolver:
    """Classical (Ruge-Stueben) algebraic multigrid as preconditioner of conjugate gradients.

    Parameters
    ----------
    matrix : sparse array [n, n]
        Symmetric positive definite.
    tolerance : float
        Relative residual at which to stop.
    """

    def __init__(self, matrix: sparse.csr_array, tolerance: float = 5e-13) -> None:
        import pyamg  # only lattices beyond LARGEST_DIRECT pay for this import

        self._tolerance = tolerance
        self._matrix = matrix
        self._levels = pyamg.ruge_stuben_solver(sparse.csr_matrix(matrix))

    def solve(self, rhs: Floats) -> Floats:
        """Solution for a right side [n].

        Raises
        ------
        TauscopeError
            If the iteration stalls a hundred times above the tolerance.
        """
        scale = float(np.linalg.norm(rhs))
        if scale == 0.0:
            return np.zeros_like(rhs)
        found = cast("Floats", self._levels.solve(rhs, tol=self._tolerance, maxiter=200, accel="cg"))
        residual = float(np.linalg.norm(rhs - self._matrix @ found)) / scale
        if residual > 100 * self._tolerance:
            raise TauscopeError(
                f"The multigrid solve stalled at a relative residual of {residual:.1e}.",
                "Use a smaller lattice, or a survival below 1.",
            )
        return found


def make_solver(matrix: sparse.csr_array) -> Solver:
    """Sparse LU up to `LARGEST_DIRECT` unknowns, multigrid beyond."""
    return DirectSolver(matrix) if matrix.shape[0] <= LARGEST_DIRECT else MultigridSolver(matrix)
