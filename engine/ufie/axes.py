"""The nine axes of the torus: names, sizes, distances, and the spectrum of its flat Laplacian."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput, unknown_name

Floats = npt.NDArray[np.float64]
Shape = tuple[int, ...]

AXES = ("r", "s", "t", "u", "v", "w", "x", "y", "z")
"""Names of the axes, in the order of every array: resonance, state, time, three inner, three of space."""

DIMS = len(AXES)


def sites(shape: Sequence[int]) -> int:
    """Sites of a torus."""
    return math.prod(shape)


def axis_number(name: str) -> int:
    """Number of an axis by its name.

    Raises
    ------
    BadInput
        Unknown axis.
    """
    if name not in AXES:
        raise unknown_name("axis", str(name), AXES, key="axes")
    return AXES.index(name)


def site_index(index: Mapping[str, int] | Sequence[int], shape: Shape) -> tuple[int, ...]:
    """Nine site indices from a mapping of axis names, missing ones 0, or from nine numbers.

    Raises
    ------
    BadInput
        Unknown axis, or an index outside the torus.
    """
    if isinstance(index, Mapping):
        found = [0] * DIMS
        for name, value in index.items():
            found[axis_number(name)] = value
    else:
        found = list(index)
    if len(found) != DIMS:
        raise BadInput(
            f"The index has {len(found)} entries.", key="index", value=found, allowed="one for each of 9 axes"
        )
    for name, value, size in zip(AXES, found, shape, strict=True):
        if isinstance(value, bool) or value not in range(size):
            raise BadInput(
                f"The index {value!r} on axis {name} is outside the torus.",
                key=f"index.{name}",
                value=value,
                allowed=f"whole numbers from 0 to {size - 1}",
            )
    return tuple(int(value) for value in found)


def top_eigenvalue(shape: Sequence[int]) -> float:
    """Largest eigenvalue of minus the flat Laplacian: the sum over axes of 4, or 4 cos^2(pi/2N) for odd N.

    Source: ufie.md, section D.
    """
    return sum(4.0 if size % 2 == 0 else 4.0 * math.cos(math.pi / (2 * size)) ** 2 for size in shape)


def first_eigenvalue(shape: Sequence[int]) -> float:
    """First eigenvalue above 0 of minus the flat Laplacian, 4 sin^2(pi/N) of the longest axis."""
    longest = max(shape)
    return 4.0 * math.sin(math.pi / longest) ** 2 if longest > 1 else 0.0


def middle(shape: Sequence[int]) -> tuple[float, ...]:
    """Centre of the torus as it is shown, a site."""
    return tuple(float(size // 2) for size in shape)


def distance(size: int, place: float) -> Floats:
    """Distance of every site of an axis from a place, the short way round, shape (size,)."""
    apart = np.abs(np.arange(size, dtype=np.float64) - place % size)
    found: Floats = np.minimum(apart, size - apart)
    return found


def offset(size: int, place: float) -> Floats:
    """Signed distance of every site of an axis from a place, in [-size/2, size/2), shape (size,)."""
    found: Floats = np.mod(np.arange(size, dtype=np.float64) - place + size / 2, size) - size / 2
    return found


def along(values: npt.ArrayLike, axis: int) -> Floats:
    """A profile along one axis, so shaped that it broadcasts over the torus."""
    form = [1] * DIMS
    form[axis] = -1
    return np.asarray(values, np.float64).reshape(form)
