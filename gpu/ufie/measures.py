"""Projections and maxima straight from bricks, on the CPU."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.jit import kernel


@kernel
def project(field: Any, start: Any, place: Any, largest: bool, squares: bool, totals: Any) -> None:
    """Add up, or compare, the values of all sites in the cells of a plane.

    Parameters
    ----------
    field : real array (slots, 2 B)
        Field.
    start : int64 array (slots,)
        Cell of the first site of each brick.
    place : int64 array (B,)
        Cell of each site less that of the first.
    largest : bool
        The largest |psi|^2 of each cell instead of a sum; NaN counts as infinite.
    squares : bool
        Sums of |psi|^2 instead of psi.
    totals : float64 array (2, cells)
        Real and imaginary sums, or ``totals[0]`` alone; zero at the start.
    """
    B = place.size
    for b in range(start.size):
        for j in range(B):
            x, y = np.float64(field[b, j]), np.float64(field[b, j + B])
            cell = start[b] + place[j]
            if largest:
                square = x * x + y * y
                if not square <= totals[0, cell]:
                    totals[0, cell] = square if square == square else np.inf  # noqa: PLR0124
            elif squares:
                totals[0, cell] += x * x + y * y
            else:
                totals[0, cell] += x
                totals[1, cell] += y


@kernel
def tops(psi: Any, u: Any, best: Any, sound: Any) -> None:
    """Largest |psi|^2 of the finite sites of each brick, and whether psi and u are finite.

    Parameters
    ----------
    psi, u : real array (slots, 2 B)
        Fields.
    best : float64 array (slots,)
        The largest |psi|^2; 0 where no site is finite.
    sound : int32 array (slots,)
        1 where all is finite, else 0.
    """
    B = psi.shape[1] // 2
    for b in range(best.size):
        best[b] = 0.0
        sound[b] = 1
        for j in range(B):
            x, y = np.float64(psi[b, j]), np.float64(psi[b, j + B])
            square = x * x + y * y
            spread = square + (abs(np.float64(u[b, j])) + abs(np.float64(u[b, j + B])))
            if not spread < np.inf:
                sound[b] = 0
            elif square > best[b]:
                best[b] = square
