"""What may change while the oscillators run, and what commands accept; checked before anything is changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array, Json
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.config import KuramotoConfig

LARGEST_PHASE = 1e6
"""Largest angle that is taken, rad: beyond it little of a turn is left in float64."""
LARGEST_SHOWN = 1e300
"""Largest angle that a refusal shows in both units: in degrees it is still a float64."""


def live_change(config: KuramotoConfig, path: str, value: Json) -> KuramotoConfig:
    """Configuration with one live parameter changed, by dotted path.

    Raises
    ------
    BadInput
        Unknown path, a value out of range, a parameter that does nothing, or one that needs a restart.
    """
    known = {leaf.path: leaf.live for leaf in leaves(KuramotoConfig)}
    live = (*(name for name, is_live in known.items() if is_live), *KuramotoConfig.live_lists)
    root = path.partition(".")[0]
    is_live = path in live or root in KuramotoConfig.live_lists
    exists = path in known or (root in KuramotoConfig.model_fields and root == path) or _is_part(path)
    if exists and not is_live:
        raise BadInput(
            f"“{path}” cannot change while the oscillators run.",
            key=path,
            value=value,
            allowed=f"{', '.join(live)} while running",
            remedy="Restart the run with the new value.",
        )
    if reason := config.unused().get(path):
        raise BadInput(reason, key=path, value=value, remedy="Restart the run with other settings.")
    return config.with_value(path, value)


def _is_part(path: str) -> bool:
    """Whether a path names an entry of a nested part that has no form, as geometry.edges."""
    root, _, rest = path.partition(".")
    info = KuramotoConfig.model_fields.get(root)
    fields = getattr(info.annotation, "model_fields", {}) if info is not None else {}
    return rest.partition(".")[0] in fields


def cluster_indices(clusters: Json, count: int) -> npt.NDArray[np.int64]:
    """Clusters that a command names: a whole number, several, or None for all.

    Raises
    ------
    BadInput
        Something else, or a cluster that does not exist.
    """
    if clusters is None:
        return np.arange(count)
    given: Sequence[Any] = list(clusters) if isinstance(clusters, list | tuple | np.ndarray) else [clusters]
    for index in given:
        whole = isinstance(index, int | np.integer) and not isinstance(index, bool)
        if not (whole and 0 <= index < count):
            raise BadInput(
                f"There is no cluster {index!r}.",
                key="clusters",
                value=index,
                allowed=f"whole numbers from 0 to {count - 1}, or none for all",
            )
    return np.unique(np.array(given, np.int64))


def number(name: str, value: Json, low: float, high: float) -> float:
    """A finite number in a range.

    Raises
    ------
    BadInput
        Something else.
    """
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not (is_number and low <= value <= high):  # no NaN is, and a huge whole number has no float
        raise BadInput(
            f"{name} = {value!r} was refused.", key=name, value=value, allowed=f"{low:g} to {high:g}"
        )
    return float(value)


def angle(name: str, value: Json, low: float, high: float) -> float:
    """A finite number in a range, rad; what is refused is said in degrees as well, in which people type it.

    Raises
    ------
    BadInput
        Something else.
    """
    try:
        return number(name, value, low, high)
    except BadInput:
        is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not (is_number and abs(value) < LARGEST_SHOWN):
            raise
        raise BadInput(
            f"{name} = {_angle(float(value))} was refused.",
            key=name,
            value=value,
            allowed=f"{_angle(low)} to {_angle(high)}",
        ) from None


def _angle(value: float) -> str:
    return f"{value:.8g} rad ({math.degrees(value):.8g}°)"


def finite_array(name: str, value: Any, count: int, low: float, high: float) -> Array:
    """Float64 array of shape (count,), every entry from ``low`` to ``high``.

    Raises
    ------
    BadInput
        Anything else, naming the first offending entry.
    """
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadInput(
            f"The field {name} needs numbers.", key=name, allowed=f"an array of shape ({count},)"
        ) from None
    if array.shape != (count,):
        raise BadInput(
            f"The array for {name} has shape {array.shape}.",
            key=name,
            value=array.shape,
            allowed=f"({count},)",
        )
    inside = (array >= low) & (array <= high)
    if not inside.all():
        index = int(np.argmin(inside))
        raise BadInput(
            f"The array for {name} is {array[index]} at {index}.",
            key=name,
            value=float(array[index]),
            allowed=f"finite numbers from {low:g} to {high:g}",
        )
    return array
