"""What is asked of the arrays that an ensemble is given, on every device alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tauscope.gpu.kuramoto.protocol import METHODS, Complexes, Reals

Integers = npt.NDArray[np.int64]


def offsets_of(given: npt.ArrayLike) -> Integers:
    """Offsets of clusters, shape (C + 1,).

    Raises
    ------
    ValueError
        If they do not start at 0 or do not increase.
    """
    offsets = np.array(given, np.int64)
    if offsets.ndim != 1 or offsets.size < 2 or offsets[0] != 0 or np.any(np.diff(offsets) < 1):
        raise ValueError("Offsets of clusters start at 0 and increase, for a cluster is never empty.")
    return offsets


def shaped(name: str, given: npt.ArrayLike, shape: tuple[int, ...]) -> Reals:
    """A float64 copy of an array, broadcast from a number if need be.

    Raises
    ------
    ValueError
        For another shape.
    """
    array = np.asarray(given, np.float64)
    if array.shape not in ((), shape):
        raise ValueError(f"{name} has the shape {array.shape} where {shape} is needed.")
    return np.full(shape, array) if array.shape == () else np.array(array, order="C")  # called at every step


def drive_of(
    steps: int,
    clusters: int,
    field: npt.ArrayLike | None,
    field_mask: npt.ArrayLike | None,
    gain: npt.ArrayLike | None,
) -> tuple[Reals, Complexes, Reals]:
    """Gain (steps, 3), field (steps, 3) and mask (C,) of a call, what was not given made up for.

    Raises
    ------
    ValueError
        For another shape.
    """
    factors = shaped("The gain", 1.0 if gain is None else gain, (steps, 3))
    given = np.zeros((steps, 3), np.complex128) if field is None else np.asarray(field, np.complex128)
    if given.shape != (steps, 3):
        raise ValueError(f"The field has the shape {given.shape} where {(steps, 3)} is needed.")
    mask = shaped("The mask of the field", 1.0 if field_mask is None else field_mask, (clusters,))
    return factors, np.ascontiguousarray(given), mask


def check_call(ticks: int, substeps: int, method: str) -> None:
    """Refuse what cannot be advanced.

    Raises
    ------
    ValueError
        For another method, negative ticks, or substeps below 1 or above 65536.
    """
    if method not in METHODS:
        raise ValueError(f"The method is one of {', '.join(METHODS)}, not {method}.")
    if ticks < 0 or not 1 <= substeps <= 2**16:
        raise ValueError(f"{ticks} ticks of {substeps} substeps cannot be done: 0 or more of 1 to 65536.")
