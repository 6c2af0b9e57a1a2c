"""The flat Laplacian of one brick: the 18 neighbours of each of its sites less 18 times the site.

Everything here works on one brick of fields (bricks, 2 B) and leaves its result in a row of 2 B numbers.
Sums are taken in pairs, so that a constant field gives exactly 0 in any precision. Indices are unsigned: the
compiler would otherwise test each for counting from the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.jit import piece


@piece
def inside(psi: Any, b: Any, rows: Any, columns: Any, along: Any, across: Any) -> None:
    """Sums of neighbours in the brick, along its first axis and across, both (2 B,)."""
    B = rows * columns
    one = np.uint64(1)
    last = columns - one
    down = columns if rows > one else one - one
    right = one if columns > one else one - one
    for j in range(columns, B + B - columns):
        along[j] = psi[b, j - columns] + psi[b, j + columns]
    end = B - columns
    for j in range(columns):  # the ends of the first axis, of real and imaginary parts
        k = j + B
        along[j] = psi[b, j + end] + psi[b, j + down]
        along[j + end] = psi[b, j + end - down] + psi[b, j]
        along[k] = psi[b, k + end] + psi[b, k + down]
        along[k + end] = psi[b, k + end - down] + psi[b, k]
    for j in range(one, B + B - one):
        across[j] = psi[b, j - one] + psi[b, j + one]
    for start in range(np.uint64(0), B + B, columns):  # the ends of each row
        across[start] = psi[b, start + last] + psi[b, start + right]
        across[start + last] = psi[b, start + last - right] + psi[b, start]


@piece
def flat(
    psi: Any, beside: Any, b: Any, rows: Any, columns: Any, eighteen: Any, along: Any, across: Any
) -> None:
    """Laplacian of a brick in ``along``.

    Parameters
    ----------
    psi : real array (bricks, 2 B)
        Field.
    beside : int32 array (bricks, 14)
        Slots beside each brick.
    b : unsigned int
        The brick.
    rows, columns : unsigned int
        Sites along the two axes of a brick.
    eighteen : real
        18.
    along, across : real array (2 B,)
        Result, and scratch.
    """
    inside(psi, b, rows, columns, along, across)
    # Unsigned, or each of the 14 would be tested for counting from the end, which takes a tenth of the time.
    slot = np.uint64
    a0, a1, a2, a3 = slot(beside[b, 0]), slot(beside[b, 1]), slot(beside[b, 2]), slot(beside[b, 3])
    a4, a5, a6, a7 = slot(beside[b, 4]), slot(beside[b, 5]), slot(beside[b, 6]), slot(beside[b, 7])
    a8, a9, a10, a11 = slot(beside[b, 8]), slot(beside[b, 9]), slot(beside[b, 10]), slot(beside[b, 11])
    a12, a13 = slot(beside[b, 12]), slot(beside[b, 13])
    for j in range(np.uint64(2) * rows * columns):
        first = (psi[a0, j] + psi[a1, j]) + (psi[a2, j] + psi[a3, j])
        second = (psi[a4, j] + psi[a5, j]) + (psi[a6, j] + psi[a7, j])
        third = (psi[a8, j] + psi[a9, j]) + (psi[a10, j] + psi[a11, j])
        fourth = along[j] + across[j]
        along[j] = ((first + second) + (third + fourth)) + (psi[a12, j] + psi[a13, j]) - eighteen * psi[b, j]
