"""The medium: resonance r and state s at every site, and what the kernels make of them.

Damping gamma = alpha (1 - r), squared speed c0^2 / (1 + s)^2, weight (1 + s)^2. Source: ufie.md, section A.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie.axes import AXES, DIMS, along, middle
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.emitters import gaussian

Floats = npt.NDArray[np.float64]

FIELDS: Mapping[str, tuple[float, float]] = {"resonance": (0.0, 1.0), "state_index": (0.0, 2.0)}
"""Painted fields and their ranges."""

_ONE = (1,) * DIMS


class Medium:
    """Resonance and state: a number each until they are painted, then a value a site.

    Parameters
    ----------
    config : UfieConfig
        Configuration, whose numbers they start with.
    """

    def __init__(self, config: UfieConfig) -> None:
        self._shape = config.shape
        self._maps: dict[str, Floats] = {}
        for name in FIELDS:
            self.fill(name, getattr(config, name))
        if config.lens.height > 0.0:
            self.put("state_index", np.minimum(config.state_index + lens(config), FIELDS["state_index"][1]))

    def fill(self, name: str, value: float) -> None:
        """One value at every site."""
        self._maps[name] = np.full(_ONE, value)

    def put(self, name: str, array: npt.ArrayLike) -> None:
        """Values of every site."""
        # In C order, so that sums over it are the same bits after a checkpoint.
        self._maps[name] = np.array(np.broadcast_to(np.asarray(array, np.float64), self._shape), order="C")

    def put_part(self, name: str, index: tuple[Any, ...], part: npt.ArrayLike) -> None:
        """Values of a part of the torus, picked by a NumPy index; they broadcast to it."""
        whole = np.array(np.broadcast_to(self._maps[name], self._shape), order="C")
        whole[index] = part
        self._maps[name] = whole

    def map(self, name: str) -> Floats:
        """Values that broadcast to the torus, read-only."""
        found = self._maps[name].view()
        found.flags.writeable = False
        return found

    def field(self, name: str, index: tuple[Any, ...] = ()) -> Floats:
        """Copy of the values that a NumPy index picks."""
        return np.array(np.broadcast_to(self._maps[name], self._shape)[index])

    @property
    def uniform(self) -> bool:
        """Whether every site is the same."""
        return all(values.size == 1 for values in self._maps.values())

    def damping(self, alpha: float) -> float | Floats:
        """Gamma in 1/s, a number or a value a site."""
        return _lean(alpha * (1.0 - self._maps["resonance"]))

    def weight(self) -> float | Floats:
        """(1 + s)^2, a number or a value a site."""
        return _lean((1.0 + self._maps["state_index"]) ** 2)

    def speed_squared(self, c0: float) -> float | Floats:
        """c0^2 / (1 + s)^2 in sites^2/s^2, a number or a value a site."""
        return _lean(c0**2 / (1.0 + self._maps["state_index"]) ** 2)

    def state(self) -> dict[str, Floats]:
        """Copies of both maps."""
        return {name: values.copy() for name, values in self._maps.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take what `state` gave; shapes were checked."""
        self._maps = {name: np.array(state[name], np.float64) for name in FIELDS}


def lens(config: UfieConfig) -> Floats:
    """Bump of s of the configuration, shape of the torus."""
    center = config.lens.center or middle(config.shape)
    found = np.full(config.shape, config.lens.height)
    for axis, part in enumerate(gaussian(center, config.lens.width, config.shape)):
        if AXES[axis] in config.lens.axes:
            found *= along(part, axis)
    return found


def _lean(values: Floats) -> float | Floats:
    return float(values.ravel()[0]) if values.size == 1 else values
