"""Planes: two axes of a field of many, the others cut at an index or projected along."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput, unknown_name

Array = npt.NDArray[Any]
PlaneMode = Literal["index", "max", "sum", "rms"]
PlanePart = Literal["", "amplitude", "phase", "real", "imaginary"]

MODES: tuple[PlaneMode, ...] = ("index", "max", "sum", "rms")


@dataclass(frozen=True, slots=True)
class Plane:
    """Which two axes of a field are wanted, and what becomes of the others.

    Parameters
    ----------
    axes : (str, str)
        Names of the axes across and up; the array has shape [n_up, n_across], as rows of a picture.
    index : tuple of int
        Where the other axes are cut, one entry an axis of the field; those of ``axes`` count for nothing.
    mode : PlaneMode
        ``index``, or a projection along the others: ``max`` of the modulus, ``sum``, ``rms``.
    part : PlanePart
        What of a complex field: ``""`` as it is, else a real array; ``phase`` is in rad, -pi to pi.
    """

    axes: tuple[str, str]
    index: tuple[int, ...] = ()
    mode: PlaneMode = "index"
    part: PlanePart = ""

    def of(self, array: Array) -> Array:
        """The wanted part of complex or real numbers, in the dtype of their real parts."""
        if self.part == "amplitude":
            return np.asarray(np.abs(array))
        if self.part == "phase":
            return np.asarray(np.angle(array))
        if self.part == "real":
            return np.ascontiguousarray(array.real)
        if self.part == "imaginary":
            return np.ascontiguousarray(array.imag)
        return array


def numbers(plane: Plane, dims: tuple[str, ...]) -> tuple[int, int]:
    """Numbers of the axes across and up.

    Raises
    ------
    BadInput
        An axis that the field does not have, or twice the same.
    """
    for name in plane.axes:
        if name not in dims:
            raise unknown_name("axis", str(name), dims, key="axes")
    across, up = (dims.index(name) for name in plane.axes)
    if across == up:
        raise BadInput(
            "A plane has two axes.", key="axes", value=list(plane.axes), allowed="two different axes"
        )
    return across, up


def cut(whole: Array, dims: tuple[str, ...], plane: Plane) -> Array:
    """Plane [n_up, n_across] of a whole field, the plain way; engines that can do better override it.

    Parameters
    ----------
    whole : array, one axis for each of ``dims``
        The field.
    dims : tuple of str
        Names of its axes.
    plane : Plane
        What is wanted.

    Raises
    ------
    BadInput
        As `numbers`, an unknown mode, or an index outside the field.
    """
    across, up = numbers(plane, dims)
    others = tuple(axis for axis in range(len(dims)) if axis not in (across, up))
    if plane.mode == "index":
        places = plane.index or (0,) * len(dims)
        bad = [axis for axis in others if not 0 <= places[axis] < whole.shape[axis]]
        if len(places) != len(dims) or bad:
            raise BadInput(f"The index {places} lies outside the field.", key="index", value=list(places))
        found = whole[tuple(slice(None) if a in (across, up) else places[a] for a in range(len(dims)))]
    elif plane.mode == "sum":
        found = whole.sum(axis=others)
    elif plane.mode in MODES:
        size = np.abs(whole)
        found = size.max(axis=others) if plane.mode == "max" else np.sqrt((size**2).mean(axis=others))
    else:
        raise unknown_name("mode", str(plane.mode), MODES, key="mode")
    return plane.of(np.ascontiguousarray(found if up < across else found.T))


def count(shape: tuple[int, ...], plane: Plane, dims: tuple[str, ...]) -> int:
    """Sites that a plane looks at: one a pixel, or a projection's all."""
    if plane.mode != "index":
        return math.prod(shape)
    return math.prod(shape[axis] for axis in numbers(plane, dims))
