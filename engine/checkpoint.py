"""What every engine asks of a checkpoint before it takes it: whole, of the same kind, of the same run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from pydantic import BaseModel

from tauscope.engine.base import Array, State
from tauscope.engine.config import EngineConfig, leaves
from tauscope.engine.errors import BadInput

Config = TypeVar("Config", bound=EngineConfig)


@dataclass(frozen=True, slots=True)
class Checkpoint(Generic[Config]):
    """A checkpoint that fits: arrays by name, scalars by name, configuration."""

    arrays: Mapping[str, Array]
    scalars: Mapping[str, Any]
    config: Config

    def scalar(self, name: str) -> int:
        """Whole number by name."""
        return int(self.scalars[name])


def read(
    state: State, like: State, config: Config, fixed: Callable[[Config], Mapping[str, Any]]
) -> Checkpoint[Config]:
    """Checkpoint with the entries of the running engine; what its arrays hold is the engine's to check.

    Parameters
    ----------
    state : mapping
        What shall be restored.
    like : mapping
        A checkpoint of the running engine.
    config : EngineConfig
        Configuration of the running engine.
    fixed : callable
        ``fixed(config) -> {path: value}``, what must be equal in both.

    Raises
    ------
    BadInput
        A missing entry, another shape or dtype, a scalar that is no finite number, or a configuration that
        differs in something that needs a restart.
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
    scalars = {name: state[name] for name in like if name not in arrays}
    for name, value in scalars.items():
        is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if name != "config" and not (is_number and np.isfinite(value)):
            raise BadInput(
                f"“{name}” of the checkpoint is {value!r}, not a finite number.", key=name, value=value
            )
    return Checkpoint(arrays, scalars, _same_run(scalars["config"], config, fixed))


def restart_entries(config: EngineConfig) -> dict[str, Any]:
    """Everything of a configuration that cannot change while running, by dotted path."""
    kind = type(config)
    live = {leaf.path for leaf in leaves(kind) if leaf.live} | set(kind.live_lists)
    found: dict[str, Any] = {}
    for name in kind.model_fields:
        part = getattr(config, name)
        entries = {name: part}
        if isinstance(part, BaseModel):
            entries = {f"{name}.{key}": value for key, value in part}
        found.update({path: value for path, value in entries.items() if path not in live})
    return found


def _same_kind(name: str, value: Any, want: Array) -> Array:
    array = np.asarray(value)
    if array.shape != want.shape or array.dtype != want.dtype:
        raise BadInput(
            f"“{name}” of the checkpoint is {array.dtype} {array.shape}, "
            f"the engine needs {want.dtype} {want.shape}.",
            key=name,
            value=f"{array.dtype} {array.shape}",
            allowed=f"{want.dtype} {want.shape}",
        )
    return array


def _same_run(text: Any, config: Config, fixed: Callable[[Config], Mapping[str, Any]]) -> Config:
    """Configuration of a checkpoint; all that is fixed must be as it is here."""
    try:
        found = type(config).load(json.loads(text))
    except (TypeError, ValueError) as error:
        raise BadInput(f"The configuration in the checkpoint cannot be read: {error}", key="config") from None
    here, there = fixed(config), fixed(found)
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
