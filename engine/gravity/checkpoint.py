"""What a gravity lattice accepts from outside: checkpoints and fields, checked before anything is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array, State
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.support import RELAYING

_FIXED = ("nx", "ny", "boundary", "disc_radius", "rule", "neighbourhood", "dtype", "sizer")

_CHECKED = ("traffic", "waiting", "debt")
"""Arrays whose broken bounds the running check finds; in the rules literal and strict some heal unseen."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint that fits: arrays by name, scalars by name, configuration."""

    arrays: Mapping[str, Array]
    scalars: Mapping[str, Any]
    config: GravityConfig

    def scalar(self, name: str) -> int:
        """Whole number by name."""
        return int(self.scalars[name])


def read(state: State, like: State, config: GravityConfig) -> Checkpoint:
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
    missing = [name for name in like if name not in state]
    if missing:
        raise BadInput(
            f"The checkpoint has no “{missing[0]}”; it is incomplete or of another engine.",
            key=missing[0],
            allowed=", ".join(like),
        )
    arrays = {
        name: _same_kind(name, state[name], want)
        for name, want in like.items()
        if isinstance(want, np.ndarray)
    }
    # The running check leaves these out.
    for name, array in arrays.items():
        if (name not in _CHECKED or config.rule not in RELAYING) and not np.isfinite(array).all():
            raise BadInput(f"“{name}” of the checkpoint holds a value that is not finite.", key=name)
    scalars = {name: state[name] for name in like if name not in arrays}
    for name, value in scalars.items():
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if name != "config" and not (number and np.isfinite(value)):
            raise BadInput(
                f"“{name}” of the checkpoint is {value!r}, not a finite number.", key=name, value=value
            )
    try:
        found = GravityConfig.load(json.loads(scalars["config"]))
    except (TypeError, ValueError) as error:
        raise BadInput(f"The configuration in the checkpoint cannot be read: {error}", key="config") from None
    for key in _FIXED:
        here, there = getattr(config, key), getattr(found, key)
        if here != there:
            raise BadInput(
                f"The checkpoint is of a lattice with {key} = {there}, but {here} is running.",
                key=key,
                value=there,
                allowed=str(here),
                remedy="Restart with the checkpoint's configuration.",
            )
    return Checkpoint(arrays, scalars, found)


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


def _same_kind(name: str, value: Any, want: Array) -> Array:
    array = np.asarray(value)
    if array.shape != want.shape or array.dtype != want.dtype:
        raise BadInput(
            f"“{name}” of the checkpoint is {array.dtype} {array.shape}, "
            f"the lattice needs {want.dtype} {want.shape}.",
            key=name,
            value=f"{array.dtype} {array.shape}",
            allowed=f"{want.dtype} {want.shape}",
        )
    return array
