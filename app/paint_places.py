"""Where strokes may go: canvases of the lattice and slices of the wave, and what is painted on each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from tauscope.app.document import Content
from tauscope.app.medium_target import ENGINE, MediumTarget, with_planes
from tauscope.app.paint_targets import CapacityTarget, EmissionTarget, PaintTarget
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.engine.errors import BadInput
from tauscope.engine.ufie.axes import AXES
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.painted import PaintedField
from tauscope.widgets.docks.paint import LATTICE, MEDIUM, Target
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.state import SliceOptions

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

MAIN = "slice"


@dataclass(frozen=True, slots=True)
class Place:
    """A canvas that may be painted on.

    Parameters
    ----------
    view : FieldView
        The canvas.
    plane : SliceOptions or None
        Plane of the wave that it shows; None for a lattice.
    """

    view: FieldView
    plane: SliceOptions | None = None

    @property
    def targets(self) -> tuple[Target, ...]:
        """What strokes on it can change."""
        return LATTICE if self.plane is None else MEDIUM


class PaintPlaces:
    """Canvases of a lab.

    Parameters
    ----------
    lab : Lab
        Whose window and document are meant.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.through = True
        """Whether strokes on a slice go through all axes that it does not show."""

    @property
    def slices(self) -> UfieSlices | None:
        """The slices of the wave."""
        return next((part for part in self._lab.parts if isinstance(part, UfieSlices)), None)

    def __iter__(self) -> Iterator[Place]:
        for view in self._lab.window.views.values():
            yield Place(view)
        slices = self.slices
        for key, wide in slices.views.items() if slices is not None else ():
            yield Place(wide.canvas, slices.options(key) if slices is not None else None)

    def of(self, view: FieldView) -> Place:
        """Place of a canvas."""
        return next(place for place in self if place.view is view)

    def focused(self) -> Place | None:
        """Place that has the keyboard, or None."""
        return next((place for place in self if place.view.canvas_native.hasFocus()), None)

    # -- what can be painted

    def offered(self) -> tuple[Target, ...]:
        """What can be painted in the present run."""
        content = self._lab.document.content
        lattice = LATTICE if hasattr(content.lattice.config, "nx") else ()
        return (*lattice, *(MEDIUM if config_of(content) is not None else ()))

    def ground(self) -> object:
        """What can be painted, and how large it is; where that is the same, nothing is offered anew."""
        offered = self.offered()
        return offered, tuple(tuple(self.sides(target).items()) for target in offered)

    def sides(self, target: Target) -> Mapping[str, int]:
        """Cells across and up of what is painted, ``nx`` and ``ny``; empty where it does not run."""
        if target in LATTICE:
            lattice = self._lab.document.content.lattice.config
            found = {side: int(getattr(lattice, side, 0)) for side in ("nx", "ny")}
            return found if all(found.values()) else {}
        config, slices = config_of(self._lab.document.content), self.slices
        if config is None or slices is None:
            return {}
        across, up = (AXES.index(name) for name in slices.options(MAIN).axes)
        return {"nx": config.shape[across], "ny": config.shape[up]}

    def target(self, name: Target, place: Place, world: str, erasing: bool = False) -> PaintTarget:
        """What strokes of a kind change at a place.

        Raises
        ------
        BadInput
            As the targets of `tauscope.app.paint_targets` and `MediumTarget`.
        """
        document = self._lab.document
        if name == "capacity":
            return CapacityTarget(document.content.lattice)
        if name == "emission":
            return EmissionTarget(document.content.lattice, world, document.selection)
        if place.plane is None:
            raise BadInput("r and s are painted on the slices of the wave.", key="target")
        return MediumTarget(document.content, name, place.plane, self.through, erasing)

    def picked(
        self, place: Place, x: float, y: float, first: Target, world: str
    ) -> tuple[Target, float] | None:
        """What is painted at a cell, and its value: ``first`` where that is painted there, else what is.

        Raises
        ------
        BadInput
            As `target`.
        """
        names = sorted(place.targets, key=lambda name: name != first)
        known = [(name, self.target(name, place, world)) for name in names]
        ny, nx = known[0][1].base.shape
        i, j = math.floor(x + 0.5), math.floor(y + 0.5)
        if not (0 <= i < nx and 0 <= j < ny):
            return None
        painted = [pair for pair in known if pair[1].base[j, i] != pair[1].empty]
        name, target = (painted or known)[0]
        return name, float(target.base[j, i])

    def wet(self, place: Place, field: str) -> tuple[FieldView, ...]:
        """Canvases that show just what is painted at a place, if they show a field."""
        return tuple(
            one.view
            for one in self
            if one.view.isVisible()
            and one.view.options.field == field
            and not one.view.options.minus
            and _same_plane(one.plane, place.plane)
        )

    def without(self, field: str) -> Content | None:
        """Document without any stroke on a field of the medium; None where there is none."""
        content = self._lab.document.content
        config = config_of(content)
        kept = [] if config is None else [one for one in config.painted if one.field != field]
        if config is None or len(kept) == len(config.painted):
            return None
        return with_planes(content, kept)


def config_of(content: Content) -> UfieConfig | None:
    """Configuration of the wave in a document, None where it does not run."""
    found = content.configs.get(ENGINE)
    return found if isinstance(found, UfieConfig) else None


def is_medium(target: Target) -> bool:
    """Whether a target is one of the wave's."""
    return target in get_args(PaintedField)


def _same_plane(first: SliceOptions | None, second: SliceOptions | None) -> bool:
    """Whether two canvases show the same cells; of the wave, the same cut and no projection."""
    if first is None or second is None:
        return first is second
    others = [number for number, name in enumerate(AXES) if name not in first.axes]
    return (
        first.axes == second.axes
        and first.mode == second.mode == "index"
        and all(first.index[number] == second.index[number] for number in others)
    )
