"""Planes of recorded fields of many axes: cut by HDF5, or projected a slab at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tauscope.engine.base import Array
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.planes import MODES, Plane, numbers

MOST_BYTES = 64 << 20
"""Of a field at a time; a frame is one chunk, which HDF5 decodes anew for each slab."""

Read = Callable[[tuple[Any, ...]], Array]


def read_plane(
    read: Read, shape: tuple[int, ...], itemsize: int, dims: tuple[str, ...], plane: Plane
) -> Array:
    """Plane [n_up, n_across] of a field, by reading no more than it needs.

    Parameters
    ----------
    read : callable
        ``read(selection)``: part of the field that a selection of slices and indices picks.
    shape : tuple of int
        Of the field.
    itemsize : int
        Bytes of one number.
    dims : tuple of str
        Names of its axes.
    plane : Plane
        What is wanted.

    Raises
    ------
    BadInput
        Unknown axis or mode, or an index outside the field.
    """
    across, up = numbers(plane, dims)
    if plane.mode == "index":
        found = read(_selection(shape, plane, (across, up)))
    elif plane.mode in MODES:
        found = _projected(read, shape, itemsize, plane, (across, up))
    else:
        raise unknown_name("mode", str(plane.mode), MODES, key="mode")
    return np.array(plane.of(np.ascontiguousarray(found if up < across else found.T)), order="C")


def _selection(shape: tuple[int, ...], plane: Plane, kept: tuple[int, int]) -> tuple[Any, ...]:
    places = plane.index or (0,) * len(shape)
    others = [axis for axis in range(len(shape)) if axis not in kept]
    if len(places) != len(shape) or any(not 0 <= places[axis] < shape[axis] for axis in others):
        raise BadInput(f"The index {places} lies outside the field.", key="index", value=list(places))
    return tuple(slice(None) if axis in kept else int(places[axis]) for axis in range(len(shape)))


def _projected(
    read: Read, shape: tuple[int, ...], itemsize: int, plane: Plane, kept: tuple[int, int]
) -> Array:
    """Projection in ascending order of axes; slabs along the first axis that goes."""
    others = tuple(axis for axis in range(len(shape)) if axis not in kept)
    along = max(others, key=lambda axis: (shape[axis] > 1, -axis))
    row = itemsize * math.prod(shape) // max(shape[along], 1)
    rows = max(MOST_BYTES // max(row, 1), 1)
    total: Any = None
    for start in range(0, shape[along], rows):
        span = slice(start, min(start + rows, shape[along]))
        slab = read(tuple(span if axis == along else slice(None) for axis in range(len(shape))))
        if plane.mode == "sum":
            part = slab.sum(axis=others)
        elif plane.mode == "max":
            part = np.abs(slab).max(axis=others)
        else:
            part = (np.abs(slab) ** 2).sum(axis=others)
        if total is None:
            total = part
        elif plane.mode == "max":
            np.maximum(total, part, out=total)
        else:
            total = total + part
    if plane.mode == "rms":
        total = np.sqrt(total / math.prod(shape[axis] for axis in others))
    found: Array = np.asarray(total)
    return found
