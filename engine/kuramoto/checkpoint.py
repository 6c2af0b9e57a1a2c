"""Checkpoints of the Kuramoto engine, checked before anything is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from tauscope.engine.base import Array, State
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.config import KuramotoConfig

_PHASORS = (("zr", "zi"), ("br", "bi"))
"""Real and imaginary parts of the phasors now and one tick earlier."""

_UNIT = 1e-9
"""How far the modulus of a phasor may be from 1; the integrators keep it to 1e-15."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint that fits: arrays by name, scalars by name, configuration."""

    arrays: Mapping[str, Array]
    scalars: Mapping[str, Any]
    config: KuramotoConfig


def read(state: State, like: State, config: KuramotoConfig) -> Checkpoint:
    """Checkpoint with every entry checked against one of the running engine.

    Parameters
    ----------
    state : mapping
        What shall be restored.
    like : mapping
        A checkpoint of the running engine.
    config : KuramotoConfig
        Configuration of the running engine.

    Raises
    ------
    BadInput
        A missing entry, another shape or dtype, a number that cannot be, or a configuration that differs in
        something that needs a restart.
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
    for name, array in arrays.items():
        if not np.isfinite(array).all() or (abs(array) > _LARGEST.get(name, np.inf)).any():
            raise BadInput(f"“{name}” of the checkpoint holds a value that cannot be.", key=name)
    for real, imaginary in _PHASORS:
        if (abs(np.hypot(arrays[real], arrays[imaginary]) - 1.0) > _UNIT).any():
            raise BadInput(f"“{real}” of the checkpoint: a phasor does not lie on the circle.", key=real)
    if (arrays["rates"] < 0).any():
        raise BadInput("“rates” of the checkpoint holds a negative rate.", key="rates")
    scalars = {name: state[name] for name in like if name not in arrays}
    for name, value in scalars.items():
        is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if name != "config" and not (is_number and np.isfinite(value)):
            raise BadInput(
                f"“{name}” of the checkpoint is {value!r}, not a finite number.", key=name, value=value
            )
    return Checkpoint(arrays, scalars, _same_run(scalars["config"], config))


LARGEST_RATE = 1e3
"""Fastest clock that is taken."""

_LARGEST = {"rates": LARGEST_RATE, "rows": 1.0 + 1e-9, "logged": 4.0, "signal": 1e6}
"""Largest sizes of entries: rates, orders, phases, coordinates of an attractor."""


def _same_kind(name: str, value: Any, want: Array) -> Array:
    array = np.asarray(value)
    if array.shape != want.shape or array.dtype != want.dtype:
        raise BadInput(
            f"“{name}” of the checkpoint is {array.dtype} {array.shape}, "
            f"the oscillators need {want.dtype} {want.shape}.",
            key=name,
            value=f"{array.dtype} {array.shape}",
            allowed=f"{want.dtype} {want.shape}",
        )
    return array


def _same_run(text: Any, config: KuramotoConfig) -> KuramotoConfig:
    """Configuration of a checkpoint; all that is not live must be as it is here."""
    try:
        found = KuramotoConfig.load(json.loads(text))
    except (TypeError, ValueError) as error:
        raise BadInput(f"The configuration in the checkpoint cannot be read: {error}", key="config") from None
    here, there = fixed_entries(config), fixed_entries(found)
    for key, value in here.items():
        if there[key] != value:
            raise BadInput(
                f"The checkpoint is of a run with {key} = {there[key]}, but {value} is running.",
                key=key,
                value=there[key],
                allowed=str(value),
                remedy="Restart with the checkpoint's configuration.",
            )
    return found


def fixed_entries(config: KuramotoConfig) -> dict[str, Any]:
    """Everything that cannot change while running, by dotted path."""
    live = {leaf.path for leaf in leaves(KuramotoConfig) if leaf.live} | set(KuramotoConfig.live_lists)
    found: dict[str, Any] = {}
    for name in KuramotoConfig.model_fields:
        part = getattr(config, name)
        entries = {name: part}
        if isinstance(part, BaseModel):
            entries = {f"{name}.{key}": value for key, value in part}
        found.update({path: value for path, value in entries.items() if path not in live})
    return found
