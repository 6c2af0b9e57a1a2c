"""What was painted on resonance r and state s: planes of the configuration, laid over the medium in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.config import EngineConfig
from tauscope.engine.errors import BadInput
from tauscope.engine.ufie.axes import AXES, DIMS, Shape
from tauscope.engine.ufie.config_parts import AxisName

if TYPE_CHECKING:
    from tauscope.engine.ufie.config import UfieConfig

Floats = npt.NDArray[np.float64]

PaintedField = Literal["resonance", "state_index"]

RANGES: Mapping[str, tuple[float, float]] = {"resonance": (0.0, 1.0), "state_index": (0.0, 2.0)}
"""Painted fields and their ranges."""

BARE, ERASED = -1.0, -2.0
"""Entries of a plane where nothing was painted, and where what was painted below it was erased."""

MOST = 64
"""Planes that a configuration may have."""


class PaintedPlane(EngineConfig):
    """A plane of strokes on r or s, which goes through all other axes or lies in one cut of them."""

    field: PaintedField = Field(description="What is painted.")
    axes: tuple[AxisName, AxisName] = Field(
        description="Axes of the columns and of the rows, in the order of the torus."
    )
    cut: tuple[int, ...] | None = Field(
        None,
        description="Where it lies on the others, nine numbers, 0 for its own axes; empty: through all.",
    )
    array: FrozenArray = Field(
        description="Values by row and column; −1 where nothing was painted, −2 where it was erased."
    )

    @model_validator(mode="after")
    def _lies_on_two_axes(self) -> Self:
        across, up = self.numbers
        if across >= up:
            raise BadInput(
                f"A painted plane lies on {self.axes[0]} and {self.axes[1]}.",
                key="painted.axes",
                value=list(self.axes),
                allowed=f"two of {' '.join(AXES)}, in this order",
            )
        if self.cut is not None and (len(self.cut) != DIMS or self.cut[across] or self.cut[up]):
            raise BadInput(
                "The cut of a painted plane needs nine numbers, 0 for the plane's own axes.",
                key="painted.cut",
                value=list(self.cut),
            )
        low, high = RANGES[self.field]
        if not _paintable(self.array, low, high):
            raise BadInput(
                f"A plane painted on {self.field} holds a value that cannot be.",
                key="painted.array",
                allowed=f"{low:g} to {high:g}, {BARE:g} where nothing was painted, {ERASED:g} where erased",
            )
        return self

    @property
    def numbers(self) -> tuple[int, int]:
        """Numbers of its axes."""
        return AXES.index(self.axes[0]), AXES.index(self.axes[1])

    @property
    def place(self) -> tuple[str, tuple[str, str], tuple[int, ...] | None]:
        """Field, axes and cut: planes with the same are one above the other."""
        return self.field, self.axes, self.cut

    def spread(self) -> Floats:
        """Values with nine axes, of which all but its own have size 1."""
        across, up = self.numbers
        form = [1] * DIMS
        form[across], form[up] = self.array.shape[1], self.array.shape[0]
        return self.array.array.T.reshape(form)

    def index(self) -> tuple[slice, ...]:
        """NumPy index of the sites that it covers."""
        if self.cut is None:
            return (slice(None),) * DIMS
        numbers = self.numbers
        return tuple(slice(None) if n in numbers else slice(at, at + 1) for n, at in enumerate(self.cut))


# A drag of anything else loads the configuration anew, planes and all.
@lru_cache(maxsize=256)
def _paintable(array: FrozenArray, low: float, high: float) -> bool:
    if low <= array.least and array.peak <= high:
        return True
    found = array.array
    return bool((((found >= low) & (found <= high)) | (found == BARE) | (found == ERASED)).all())


def check_painted(config: UfieConfig) -> None:
    """Refuse planes that do not fit the torus, and any with an integrator that needs one medium."""
    for plane in config.painted:
        across, up = plane.numbers
        wanted = config.shape[up], config.shape[across]
        if plane.array.shape != wanted:
            raise BadInput(
                f"The plane painted on {plane.axes[0]} and {plane.axes[1]} has {plane.array.shape} sites.",
                key="painted",
                value=plane.array.shape,
                allowed=f"rows and columns {wanted} on this torus",
                remedy="Take what was painted away, or keep the shape.",
            )
        cut = plane.cut or (0,) * DIMS
        bad = [name for name, at, size in zip(AXES, cut, config.shape, strict=True) if not 0 <= at < size]
        if bad:
            raise BadInput(
                f"A painted plane lies outside the torus on axis {bad[0]}.", key="painted", value=list(cut)
            )
    if config.painted and config.integrator == "etd":
        raise BadInput(
            "The integrator etd needs the same medium everywhere, so r and s cannot be painted.",
            key="painted",
            allowed="nothing painted with the integrator etd",
            remedy="Take the integrator kdk to paint.",
        )


def laid(base: Floats, planes: Sequence[PaintedPlane], shape: Shape) -> Floats:
    """Values with planes laid over them in order.

    Parameters
    ----------
    base : array
        Nine axes, each of the torus' size or 1.
    planes : sequence of PaintedPlane
        All of one field.
    shape : tuple of int
        Sizes of the torus.

    Returns
    -------
    array
        Nine axes, of size 1 where neither the base nor a plane tells sites apart; ``base`` without planes.
    """
    if not planes:
        return base
    needed = list(base.shape)
    for plane in planes:
        axes = range(DIMS) if plane.cut is not None else plane.numbers
        for axis in axes:
            needed[axis] = shape[axis]
    below = np.broadcast_to(base, needed)
    found = np.array(below, order="C")
    for plane in planes:
        index, values = plane.index(), plane.spread()
        part = found[index]
        np.copyto(part, values, where=values >= 0.0)
        if plane.array.least == ERASED:
            np.copyto(part, below[index], where=values == ERASED)
    return found


def laid_part(base: Floats, planes: Sequence[PaintedPlane], shape: Shape, index: tuple[slice, ...]) -> Floats:
    """The part of `laid` that nine slices pick, for the cost of that part.

    Parameters
    ----------
    base : array
        As that of `laid`, at the picked sites already.
    index : nine slices
        Sites that are wanted.
    """
    picked = [range(size)[at] for size, at in zip(shape, index, strict=True)]
    below = np.broadcast_to(base, [len(sites) for sites in picked])
    found = np.array(below, order="C")
    for plane in planes:
        inside = _inside(plane, picked)
        if inside is None:
            continue
        own = tuple(at if n in plane.numbers else slice(None) for n, at in enumerate(index))
        values = plane.spread()[own]
        part = found[inside]
        np.copyto(part, values, where=values >= 0.0)
        np.copyto(part, below[inside], where=values == ERASED)
    return found


def _inside(plane: PaintedPlane, picked: Sequence[range]) -> tuple[slice, ...] | None:
    """Where a plane lies within picked sites; None where it does not."""
    if plane.cut is None:
        return (slice(None),) * DIMS
    found = []
    for number, (at, sites) in enumerate(zip(plane.cut, picked, strict=True)):
        if number in plane.numbers:
            found.append(slice(None))
        elif at in sites:
            found.append(slice(sites.index(at), sites.index(at) + 1))
        else:
            return None
    return tuple(found)
