"""A painted capacity on a lattice of another size: cells keep their place, and new ones have the factor 1."""

from __future__ import annotations

from collections.abc import Sequence

from tauscope.engine import strokes
from tauscope.engine.arrays import FrozenArray


def fitted(painted: FrozenArray, shape: tuple[int, int]) -> FrozenArray | None:
    """Factors of the capacity on another lattice.

    Parameters
    ----------
    painted : FrozenArray, shape (rows, columns)
        Factors; what lies beyond the lattice is left out.
    shape : tuple of int
        Rows and columns of the lattice.

    Returns
    -------
    FrozenArray, shape ``shape``, or None
        None where every factor is 1.
    """
    factors = painted.array[: shape[0], : shape[1]]
    box = strokes.bounds(factors != 1.0)
    return None if box is None else FrozenArray.uniform(shape, 1.0).with_part(box, factors[box])


def notice(before: Sequence[int], after: Sequence[int]) -> str:
    """What became of the factors, by the shapes (rows, columns) of the lattice."""
    pairs = list(zip(before, after, strict=True))
    done = ["what lay beyond them was cut off"] * any(new < old for old, new in pairs)
    done += ["new cells have the factor 1"] * any(new > old for old, new in pairs)
    cells = f"{after[1]} x {after[0]} cells"
    return f"The capacity map was fitted to {cells}: {' and '.join(done)}. Undo brings the old one back."
