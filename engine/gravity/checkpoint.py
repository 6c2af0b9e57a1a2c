"""What a gravity lattice accepts from outside: checkpoints and fields, checked before anything is changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine import checkpoint
from tauscope.engine.base import Array, State
from tauscope.engine.checkpoint import Checkpoint
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.support import RELAYING

_FIXED = ("nx", "ny", "boundary", "disc_radius", "rule", "neighbourhood", "dtype", "sizer")

_CHECKED = ("traffic", "waiting", "debt")
"""Arrays whose broken bounds the running check finds; in the rules literal and strict some heal unseen."""


def read(state: State, like: State, config: GravityConfig) -> Checkpoint[GravityConfig]:
    """Checkpoint with every entry checked against one of the running engine.

    Parameters
    ----------
    state : mapping
        What shall be restored.
    like : mapping
        A checkpoint of the running engine.
    config : GravityConfig
        Configuration of the running engine.

    Raises
    ------
    BadInput
        A missing entry, another shape or dtype, or a configuration of another lattice.
    """
    found = checkpoint.read(state, like, config, lambda one: {key: getattr(one, key) for key in _FIXED})
    # The running check leaves these out.
    for name, array in found.arrays.items():
        if (name not in _CHECKED or config.rule not in RELAYING) and not np.isfinite(array).all():
            raise BadInput(f"“{name}” of the checkpoint holds a value that is not finite.", key=name)
    return found


def checked_field(name: str, value: Any, shape: tuple[int, ...], limit: npt.ArrayLike) -> Array:
    """Array for a field of bits: numbers of the lattice's shape, finite, from 0 to ``limit``.

    The limit is a number, or an array of that shape.

    Raises
    ------
    BadInput
        Anything else, naming the first offending cell.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadInput(
            f"The field {name} needs numbers.", key=name, allowed=f"an array of shape {shape}"
        ) from None
    if array.shape != shape:
        raise BadInput(
            f"The array for {name} has shape {array.shape}, the lattice has {shape} (rows, columns).",
            key=name,
            value=array.shape,
            allowed=str(shape),
        )
    most = np.broadcast_to(np.asarray(limit, np.float64), shape)
    inside = (array >= 0) & (array <= most)
    if not inside.all():
        y, x = (int(i) for i in np.argwhere(~inside)[0])
        number = float(array[y, x])
        what = f"is {number}, which is not a finite number" if not np.isfinite(number) else f"is {number:g}"
        raise BadInput(
            f"The array for {name} {what}, at row {y}, column {x}.",
            key=name,
            value=number,
            allowed=f"0 to {most[y, x]:g} bits",
        )
    return array
