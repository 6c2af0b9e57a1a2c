"""What may change while a charge model runs, and what commands accept; checked before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import FieldSpec, Json
from tauscope.engine.charge.config import ChargeConfig, free_id, index_of
from tauscope.engine.charge.drift_body import LIMIT
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput, unknown_name

Floats = npt.NDArray[np.float64]

LARGEST = 1e12
"""Largest |phi| or |I| that is taken: ρ² at the limit of ρ."""


def live_change(config: ChargeConfig, path: str, value: Json) -> ChargeConfig:
    """Configuration with one live parameter changed, by dotted path.

    Raises
    ------
    BadInput
        Unknown path, a value out of range, one that the mode does not use, or one that needs a restart.
    """
    live = (*(leaf.path for leaf in leaves(ChargeConfig) if leaf.live), *ChargeConfig.live_lists)
    root = path.partition(".")[0]
    if path in ChargeConfig.model_fields and path not in live:
        raise BadInput(
            f"“{path}” cannot change while the charges run.",
            key=path,
            value=value,
            allowed=f"{', '.join(live)} while running",
            remedy="Restart the run with the new value.",
        )
    if reason := config.unused().get(path):
        raise BadInput(reason, key=path, value=value, remedy="Restart the run in another mode.")
    if root in ChargeConfig.model_fields and root != path and root not in live:
        raise BadInput(f"{path} goes deeper than the configuration does.", key=path)
    return config.with_value(path, value)


def with_charges(config: ChargeConfig, charges: list[dict[str, Any]]) -> ChargeConfig:
    """Configuration with other charges.

    Raises
    ------
    BadInput
        One of them is refused; so do the other functions here.
    """
    return ChargeConfig.load({**config.model_dump(exclude={"charges"}), "charges": charges})


def with_charge(config: ChargeConfig, entries: Mapping[str, Any]) -> tuple[ChargeConfig, str]:
    """Configuration with one charge more, and its id: the given one, or the smallest free one."""
    charge_id = entries.get("id") or free_id({charge.id for charge in config.charges})
    return with_charges(config, [*_plain(config), {**entries, "id": charge_id}]), str(charge_id)


def with_changes(config: ChargeConfig, charge_id: str, changes: Mapping[str, Any]) -> ChargeConfig:
    """Configuration with some entries of one charge changed."""
    charges = _plain(config)
    charges[index_of(config, charge_id)].update(changes)
    return with_charges(config, charges)


def without_charge(config: ChargeConfig, charge_id: str) -> ChargeConfig:
    """Configuration without one charge."""
    charges = _plain(config)
    del charges[index_of(config, charge_id)]
    return with_charges(config, charges)


def _plain(config: ChargeConfig) -> list[dict[str, Any]]:
    return [charge.model_dump() for charge in config.charges]


def field_values(name: str, value: Any, size: int, specs: Mapping[str, FieldSpec]) -> Floats:
    """Values for a settable field, [size, size]: finite, of bounded size, densities at least 0.

    Raises
    ------
    BadInput
        Unknown field, another shape, or a number out of range, naming where.
    """
    settable = [spec.name for spec in specs.values() if spec.settable]
    if name not in settable:
        raise unknown_name("settable field", str(name), settable, key="name")
    try:
        array = np.array(value, np.float64)
    except (TypeError, ValueError):
        raise BadInput(
            f"The field {name} needs numbers.", key=name, allowed=f"an array of shape ({size}, {size})"
        ) from None
    if array.shape not in ((), (size, size)):
        raise BadInput(
            f"The array for {name} has shape {array.shape}.",
            key=name,
            value=array.shape,
            allowed=f"({size}, {size}), or one number",
        )
    array = np.broadcast_to(array, (size, size)).copy()
    low, high = bounds(name)
    inside = (array >= low) & (array <= high)
    if not inside.all():
        place = tuple(int(i) for i in np.argwhere(~inside)[0])
        raise BadInput(
            f"The array for {name} is {array[place]} at {place}.",
            key=name,
            value=float(array[place]),
            allowed=f"finite numbers from {low:g} to {high:g}",
        )
    return array


def bounds(name: str) -> tuple[float, float]:
    """Smallest and largest value that a field may be given."""
    if name in ("p", "n"):
        return 0.0, LIMIT
    if name == "intent":  # it relaxes to ρ², so that it is never below 0
        return 0.0, LARGEST
    return (-LIMIT, LIMIT) if name == "rho" else (-LARGEST, LARGEST)
