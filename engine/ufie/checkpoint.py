"""Checkpoints of the wave, checked before anything is changed."""

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
from tauscope.engine.ufie.axes import DIMS
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.config_checks import LONGEST_STEP
from tauscope.engine.ufie.medium import FIELDS
from tauscope.engine.ufie.ring import Ring, check_bricks, checked
from tauscope.engine.ufie.scram import Scram


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint that fits: its entries with checked arrays, configuration, SCRAM and ring."""

    entries: Mapping[str, Any]
    config: UfieConfig
    scram: Scram
    ring: Ring


def read(state: State, like: State, config: UfieConfig, bricks: int) -> Checkpoint:
    """Checkpoint with every entry checked against one of the running engine.

    Parameters
    ----------
    state : mapping
        What shall be restored.
    like : mapping
        A checkpoint of the running engine.
    config : UfieConfig
        Configuration of the running engine.
    bricks : int
        Bricks of the whole torus.

    Raises
    ------
    BadInput
        A missing entry, another shape or dtype, a number that cannot be, or a configuration that differs in
        something that needs a restart.
    """
    wanted = [name for name in like if not name.startswith("ring_")]
    missing = [name for name in wanted if name not in state]
    if missing:
        raise BadInput(
            f"The checkpoint has no “{missing[0]}”; it is incomplete or of another engine.",
            key=missing[0],
            allowed=", ".join(wanted),
        )
    found = _same_run(state["config"], config)
    emitters = len(found.emitters)
    kinds: dict[str, Any] = {
        **{name: value for name, value in like.items() if isinstance(value, np.ndarray)},
        "phases": np.zeros(emitters, np.int64),
        "levels": np.zeros(emitters),
        "clock": np.zeros(2),
        "brick_count": bricks,
        "sparse": config.active.on,
    }
    entries: dict[str, Any] = {name: state[name] for name in wanted}
    for name in wanted:
        if isinstance(like[name], np.ndarray):
            one = name in FIELDS
            entries[name] = (
                _painted(name, state[name], found.shape) if one else checked(name, state[name], kinds[name])
            )
    check_bricks(entries, kinds)
    if ((entries["levels"] < 0.0) | (entries["levels"] > 1.0)).any():
        raise BadInput("“levels” of the checkpoint holds a value that cannot be.", key="levels")
    _check_numbers(entries, like, emitters)
    return Checkpoint(entries, found, Scram.restored(state), Ring.restored(state, kinds))


def _painted(name: str, value: Any, shape: tuple[int, ...]) -> Array:
    """R or s: a number, or one a site, in its range."""
    array = np.asarray(value)
    low, high = FIELDS[name]
    if array.dtype != np.float64 or array.shape not in ((1,) * DIMS, shape):
        raise BadInput(
            f"“{name}” of the checkpoint is {array.dtype} {array.shape}.",
            key=name,
            allowed=f"float64 {shape}",
        )
    if not ((array >= low) & (array <= high)).all():
        raise BadInput(f"“{name}” of the checkpoint holds a value that cannot be.", key=name)
    return np.array(array)


def _check_numbers(entries: Mapping[str, Any], like: State, emitters: int) -> None:
    for name, value in entries.items():
        if isinstance(value, np.ndarray) or isinstance(like[name], str | list):
            continue
        if not (isinstance(value, bool | int | float | np.number | np.bool_) and np.isfinite(value)):
            raise BadInput(
                f"“{name}” of the checkpoint is {value!r}, not a finite number.", key=name, value=value
            )
    if not 0.0 < float(entries["dt"]) <= LONGEST_STEP:
        raise BadInput("“dt” of the checkpoint is no step.", key="dt", value=entries["dt"])
    sounding = entries["sounding"]
    if not all(isinstance(n, int | np.integer) and 0 <= n < emitters for n in sounding):
        raise BadInput("The checkpoint names emitters that do not exist.", key="sounding", value=sounding)


def _same_run(text: Any, config: UfieConfig) -> UfieConfig:
    """Configuration of a checkpoint; all that is not live must be as it is here."""
    try:
        found = UfieConfig.load(json.loads(text))
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


def fixed_entries(config: UfieConfig) -> dict[str, Any]:
    """Everything that cannot change while running, by dotted path."""
    live = {leaf.path for leaf in leaves(UfieConfig) if leaf.live} | set(UfieConfig.live_lists)
    found: dict[str, Any] = {}
    for name in UfieConfig.model_fields:
        part = getattr(config, name)
        entries = {name: part}
        if isinstance(part, BaseModel):
            entries = {f"{name}.{key}": value for key, value in part}
        found.update({path: value for path, value in entries.items() if path not in live})
    return found
