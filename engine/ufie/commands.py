"""What may change while the wave runs, and what commands accept; checked before anything is changed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array, Json
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.ufie import catalogue
from tauscope.engine.ufie.axes import AXES, DIMS, Shape, axis_number, middle
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.emitters import gaussian, listed
from tauscope.engine.ufie.medium import FIELDS

LARGEST = 1e9
"""Largest modulus that is taken for a field."""


def live_change(config: UfieConfig, path: str, value: Json) -> UfieConfig:
    """Configuration with one live parameter changed, by dotted path.

    Raises
    ------
    BadInput
        Unknown path, a value out of range, a parameter that does nothing, or one that needs a restart.
    """
    known = {leaf.path: leaf.live for leaf in leaves(UfieConfig)}
    live = (*(name for name, is_live in known.items() if is_live), *UfieConfig.live_lists)
    root = path.partition(".")[0]
    is_live = path in live or root in UfieConfig.live_lists
    exists = path in known or (root in UfieConfig.model_fields and root == path) or _is_part(path)
    if exists and not is_live:
        raise BadInput(
            f"“{path}” cannot change while the wave runs.",
            key=path,
            value=value,
            allowed=f"{', '.join(live)} while running",
            remedy="Restart the run with the new value.",
        )
    if reason := config.unused().get(path):
        raise BadInput(reason, key=path, value=value, remedy="Restart the run with other settings.")
    return config.with_value(path, value)


def _is_part(path: str) -> bool:
    """Whether a path names an entry of a nested part that has no form, as start.waves."""
    root, _, rest = path.partition(".")
    info = UfieConfig.model_fields.get(root)
    fields = getattr(info.annotation, "model_fields", {}) if info is not None else {}
    return rest.partition(".")[0] in fields


def number(name: str, value: Json, low: float, high: float) -> float:
    """A finite number in a range.

    Raises
    ------
    BadInput
        Something else.
    """
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not (is_number and math.isfinite(value) and low <= value <= high):
        raise BadInput(
            f"{name} = {value!r} was refused.", key=name, value=value, allowed=f"{low:g} to {high:g}"
        )
    return float(value)


def field_values(name: str, value: Any, shape: tuple[int, ...]) -> Array:
    """Values for a settable field that broadcast to a shape: complex for psi and velocity, else in range.

    Raises
    ------
    BadInput
        Unknown field, another shape, or a number out of range, naming where.
    """
    if name not in catalogue.SETTABLE:
        raise unknown_name("settable field", str(name), catalogue.SETTABLE, key="name")
    real = name in FIELDS
    try:
        array = np.array(value, np.float64 if real else np.complex128)
        spread = np.broadcast_to(array, shape)
    except (TypeError, ValueError):
        found = getattr(value, "shape", None) or f"a {type(value).__name__}"
        raise BadInput(
            f"The values for {name} do not fit: {found}.",
            key="value",
            allowed=f"{'real' if real else 'complex'} numbers of shape {shape}, or what broadcasts to it",
        ) from None
    low, high = FIELDS.get(name, (-LARGEST, LARGEST))
    good = (array >= low) & (array <= high) if real else np.abs(array) <= high
    if not good.all():
        place = tuple(int(i) for i in np.argwhere(~np.broadcast_to(good, shape))[0])
        raise BadInput(
            f"The value for {name} at {place} is {spread[place]}.",
            key="value",
            value=str(spread[place]),
            allowed=f"finite numbers from {low:g} to {high:g}"
            if real
            else f"finite, of modulus up to {high:g}",
        )
    return array


def injection(
    config: UfieConfig, amplitude: float, phase: float, position: Json, sigma: float
) -> tuple[npt.NDArray[np.int64], Array]:
    """Site numbers and complex values of a Gaussian that is to be added to psi.

    Raises
    ------
    BadInput
        A number out of range, or a place outside the torus.
    """
    size = number("amplitude", amplitude, -LARGEST, LARGEST)
    turn = number("phase", phase, -1e3, 1e3)
    width = number("sigma", sigma, 0.1, 1e4)
    center = middle(config.shape) if position is None else place("position", position, config.shape)
    found = listed(gaussian(center, width, config.shape))
    return found.sites, np.asarray(size * np.exp(1j * turn) * found.weights)


def place(key: str, value: Json, shape: Shape) -> tuple[float, ...]:
    """A place on the torus: nine numbers, or a mapping of axis names, the others at the middle.

    Raises
    ------
    BadInput
        Anything else.
    """
    if isinstance(value, Mapping):
        found = list(middle(shape))
        for name, at in value.items():
            found[axis_number(str(name))] = at
    else:
        found = list(value) if isinstance(value, Sequence | np.ndarray) and not isinstance(value, str) else []
    if len(found) != DIMS:
        raise BadInput(
            f"{key} = {value!r} is no place.", key=key, value=value, allowed="nine numbers, or by axis"
        )
    return tuple(
        number(f"{key}.{name}", at, 0.0, size - 1e-9)
        for name, at, size in zip(AXES, found, shape, strict=True)
    )


def patch_index(
    shape: Shape, axes: Sequence[str], index: Mapping[str, int] | None, x: int, y: int, patch: Any
) -> tuple[tuple[slice, ...], Array]:
    """NumPy index of a rectangle of a slice, and its values so that they broadcast there.

    Parameters
    ----------
    shape : tuple of int
        Sizes of the torus.
    axes : two axis names
        Across and up: a patch has rows along the second and columns along the first.
    index : mapping of axis name to int
        Where other axes are cut; the patch goes through all sites of those left out.
    x, y : int
        Its first column and row.
    patch : array (rows, columns)
        Values.

    Raises
    ------
    BadInput
        Axes that are the same, or a rectangle or cut outside the torus.
    """
    numbers = [axis_number(str(name)) for name in axes]
    if len(numbers) != 2 or numbers[0] == numbers[1]:
        raise BadInput(
            "A patch lies on two axes.", key="axes", value=list(axes), allowed="two different axes"
        )
    try:
        values = np.array(patch, np.float64)
    except (TypeError, ValueError):
        values = np.zeros(0)
    if values.ndim != 2 or not values.size:
        raise BadInput("A patch needs rows of numbers.", key="patch", allowed="rows and columns")
    found = [slice(None)] * DIMS
    for key, axis, first, count in zip("xy", numbers, (x, y), values.shape[::-1], strict=True):
        if isinstance(first, bool) or first not in range(shape[axis] - count + 1):
            raise BadInput(
                f"The patch reaches outside axis {AXES[axis]}.",
                key=key,
                value=first,
                allowed=f"0 to {shape[axis] - count} for {count} sites",
            )
        found[axis] = slice(int(first), int(first) + count)
    for name, at in (index or {}).items():
        axis = axis_number(str(name))
        if axis in numbers:
            raise BadInput(f"Axis {name} is one of the patch.", key="index", value=name, allowed="other axes")
        number(f"index.{name}", at, 0, shape[axis] - 1)
        found[axis] = slice(int(at), int(at) + 1)
    form = [1] * DIMS
    form[numbers[0]], form[numbers[1]] = values.shape[1], values.shape[0]
    turned = values if numbers[0] > numbers[1] else values.T
    return tuple(found), turned.reshape(form)


def refraction(wanted: npt.ArrayLike, shape: Shape) -> npt.NDArray[np.float64]:
    """State s on the plane of x and y, clamped to its range, so shaped that it broadcasts over the torus.

    Raises
    ------
    BadInput
        Another shape, or something that is not a number.
    """
    x, y = axis_number("x"), axis_number("y")
    plane = np.asarray(wanted, np.float64)
    if plane.shape != (shape[x], shape[y]) or np.isnan(plane).any():
        raise BadInput(
            f"The refraction has shape {plane.shape}, or holds something that is not a number.",
            key="state_index",
            allowed=f"numbers of shape {(shape[x], shape[y])}",
        )
    form = [1] * DIMS
    form[x], form[y] = plane.shape
    return np.asarray(np.clip(plane, *FIELDS["state_index"]).reshape(form))
