"""The medium: resonance r and state s at every site, and what the kernels make of them.

Damping gamma = alpha (1 - r), squared speed c0^2 / (1 + s)^2, weight (1 + s)^2. Source: ufie.md, section A.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie import painted
from tauscope.engine.ufie.axes import AXES, DIMS, along, middle
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.emitters import gaussian
from tauscope.engine.ufie.painted import PaintedPlane

Floats = npt.NDArray[np.float64]

FIELDS = painted.RANGES
"""Painted fields and their ranges."""

_ONE = (1,) * DIMS


class Medium:
    """Resonance and state: a number each until they are painted, then a value a site.

    Planes that the configuration has as painted lie over all that is put here.

    Parameters
    ----------
    config : UfieConfig
        Configuration, whose numbers they start with.
    """

    def __init__(self, config: UfieConfig) -> None:
        self._shape = config.shape
        self._planes: tuple[PaintedPlane, ...] = ()
        self._below: dict[str, Floats] = {}
        """Values below the painted planes."""
        self._maps: dict[str, Floats] = {}
        """Values with them."""
        self.changes = dict.fromkeys(FIELDS, 0)
        """How often each field was put in place: as long as a count stands, so do its values."""
        for name in FIELDS:
            self._put(name, below(config, name))
        self.paint(config.painted)

    def fill(self, name: str, value: float) -> None:
        """One value at every site, but for those of painted planes."""
        self._put(name, np.full(_ONE, value))

    def put(self, name: str, array: npt.ArrayLike) -> None:
        """Values of every site, but for those of painted planes."""
        # In C order, so that sums over it are the same bits after a checkpoint.
        self._put(name, np.array(np.broadcast_to(np.asarray(array, np.float64), self._shape), order="C"))

    def put_part(self, name: str, index: tuple[Any, ...], part: npt.ArrayLike) -> None:
        """Values of a part of the torus, picked by a NumPy index; they broadcast to it."""
        whole = np.array(np.broadcast_to(self._below[name], self._shape), order="C")
        whole[index] = part
        self._put(name, whole)

    def paint(self, planes: tuple[PaintedPlane, ...]) -> None:
        """Lay other planes over what is there."""
        if planes != self._planes:
            self._planes = planes
            for name, values in self._below.items():
                self._put(name, values)

    def _put(self, name: str, values: Floats) -> None:
        self._below[name] = values
        planes = [plane for plane in self._planes if plane.field == name]
        self._maps[name] = painted.laid(values, planes, self._shape)
        self.changes[name] += 1

    def below(self, name: str) -> Floats:
        """Values below the painted planes; they broadcast to the torus."""
        return self._below[name]

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
        """Copies of what lies below the painted planes, which the configuration has."""
        return {name: values.copy() for name, values in self._below.items()}

    def restore(self, state: Mapping[str, Any], planes: tuple[PaintedPlane, ...]) -> None:
        """Take what `state` gave, and planes that lie over it; shapes were checked."""
        self._planes = planes
        for name in FIELDS:
            self._put(name, np.array(state[name], np.float64))


def below(config: UfieConfig, name: str, index: tuple[slice, ...] = (slice(None),) * DIMS) -> Floats:
    """Values of a configuration before anything is painted, lens included.

    Parameters
    ----------
    config : UfieConfig
        Configuration.
    name : str
        Painted field.
    index : nine slices
        Sites that are wanted.

    Returns
    -------
    array
        Nine axes; it broadcasts to the sites.
    """
    base = np.full(_ONE, getattr(config, name))
    if name != "state_index" or config.lens.height == 0.0:
        return base
    return np.asarray(np.minimum(config.state_index + lens(config, index), FIELDS[name][1]))


def planned_plane(
    config: UfieConfig, name: str, axes: tuple[str, str], place: Sequence[int], with_paint: bool = True
) -> Floats:
    """Plane of a painted field as a configuration has it, without an engine.

    Parameters
    ----------
    config : UfieConfig
        Configuration.
    name : str
        Painted field.
    axes : two axis names
        Across and up.
    place : nine ints
        Where the others are cut.
    with_paint : bool
        With what was painted, or what lies below.

    Returns
    -------
    array (n_up, n_across), float64
    """
    across, up = (AXES.index(axis) for axis in axes)
    index = tuple(slice(None) if n in (across, up) else slice(at, at + 1) for n, at in enumerate(place))
    planes = [plane for plane in config.painted if plane.field == name] if with_paint else []
    whole = painted.laid_part(below(config, name, index), planes, config.shape, index)
    found = whole.reshape(config.shape[min(across, up)], config.shape[max(across, up)])
    return np.ascontiguousarray(found.T if across < up else found)


def lens(config: UfieConfig, index: tuple[slice, ...] = (slice(None),) * DIMS) -> Floats:
    """Bump of s of the configuration at the sites that nine slices pick, of the torus where none is given."""
    center = config.lens.center or middle(config.shape)
    found = np.full(
        [len(range(n)[at]) for n, at in zip(config.shape, index, strict=True)], config.lens.height
    )
    for axis, part in enumerate(gaussian(center, config.lens.width, config.shape)):
        if AXES[axis] in config.lens.axes:
            found *= along(part[index[axis]], axis)
    return found


def _lean(values: Floats) -> float | Floats:
    return float(values.ravel()[0]) if values.size == 1 else values
