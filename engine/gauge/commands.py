"""What may change while links are updated, and what commands accept; checked before anything is changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Json
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.gauge.config import GaugeConfig

LARGEST_ANGLE = 1e4
"""Largest link angle that is taken, rad."""


def live_change(config: GaugeConfig, path: str, value: Json) -> GaugeConfig:
    """Configuration with one live parameter changed.

    Raises
    ------
    BadInput
        Unknown path, a value out of range, a parameter that does nothing, or one that needs a restart.
    """
    live = [leaf.path for leaf in leaves(GaugeConfig) if leaf.live]
    if path.partition(".")[0] in GaugeConfig.model_fields and path not in live:
        raise BadInput(
            f"“{path}” cannot change while the links are updated.",
            key=path,
            value=value,
            allowed=f"{', '.join(live)} while running",
            remedy="Restart the run with the new value.",
        )
    if reason := config.unused().get(path):
        raise BadInput(reason, key=path, value=value, remedy="Choose the algorithm metropolis first.")
    return config.with_value(path, value)


def link_angles(value: Any, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Link angles, rad, shape (D, *shape), or one number for all.

    Raises
    ------
    BadInput
        Another shape, or numbers that are not finite or too large.
    """
    try:
        array = np.array(value, np.float64)
    except (TypeError, ValueError):
        raise BadInput("The field angle needs numbers.", key="angle", allowed=f"an array {shape}") from None
    if array.shape not in ((), shape):
        raise BadInput(
            f"The array for angle has shape {array.shape}.",
            key="angle",
            value=array.shape,
            allowed=f"{shape}",
        )
    if not (np.abs(array) <= LARGEST_ANGLE).all():
        raise BadInput(
            "The array for angle holds a value that is not finite or too large.",
            key="angle",
            allowed=f"finite numbers within ±{LARGEST_ANGLE:g} rad",
        )
    return np.broadcast_to(array, shape)
