"""Strokes on the medium of the wave: resonance r and state s, seen in a slice, become planes of the document.

A stroke goes through all axes that the slice does not show, or lies in its cut alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tauscope.app.document import Content, Document
from tauscope.app.paint_targets import PaintTarget
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.errors import BadInput
from tauscope.engine.strokes import Box, Floats, Mask, Of
from tauscope.engine.ufie.axes import AXES
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.medium import FIELDS, planned_plane
from tauscope.engine.ufie.painted import BARE, ERASED, MOST, PaintedField, PaintedPlane
from tauscope.widgets.state import SliceOptions

ENGINE = "ufie"


class MediumTarget(PaintTarget):
    """Values of r or s on the plane of a slice.

    Strokes on the same axes and in the same cut share a plane, as long as no other was painted over it.

    Parameters
    ----------
    content : Content
        Document.
    field : {"resonance", "state_index"}
        What is painted.
    plane : SliceOptions
        Plane that is painted on.
    through : bool
        Through all other axes, or in this cut only.
    erasing : bool
        Whether the stroke takes back what was painted.

    Raises
    ------
    BadInput
        No wave, an integrator that needs one medium, a cut of a projection, or too many planes.
    """

    least, by_mask = -np.inf, True

    def __init__(
        self, content: Content, field: PaintedField, plane: SliceOptions, through: bool, erasing: bool = False
    ) -> None:
        config = content.configs.get(ENGINE)
        if not isinstance(config, UfieConfig):
            raise BadInput(f"The engine {content.engine} has no medium to paint.", key="target")
        _check(config, plane, through)
        self.field, self.empty = field, float(getattr(config, field))
        self._erasing = erasing
        self._turned = AXES.index(plane.axes[0]) > AXES.index(plane.axes[1])
        self.base = planned_plane(config, field, plane.axes, plane.index)
        self._below = planned_plane(config, field, plane.axes, plane.index, with_paint=False)
        self._known = config.painted
        self._place = _place(config, plane, through)
        self._number, self._map = self._found(config)
        same = [one for one in self._known[: self._number] if one.field == field]
        self._erased = ERASED if same else BARE

    def _found(self, config: UfieConfig) -> tuple[int, FrozenArray]:
        """Number and values of the painted plane: the field's newest if it lies there, else a new one."""
        own = [number for number, one in enumerate(self._known) if one.field == self.field]
        if own and self._known[own[-1]].place == (self.field, *self._place):
            return own[-1], self._known[own[-1]].array
        if len(self._known) >= MOST:
            raise BadInput(
                f"There are {MOST} planes of strokes already; strokes on other axes or cuts need one more.",
                key="painted",
                remedy="Take back what was painted on r or s, or paint on the axes of the last stroke.",
            )
        sizes = dict(zip(AXES, config.shape, strict=True))
        first, second = self._place[0]
        return len(self._known), FrozenArray.uniform((sizes[second], sizes[first]), BARE)

    def value(self, wanted: Of) -> Of:
        """What was wanted, held within the range of the field."""
        low, high = FIELDS[self.field]
        return lambda x, y: np.clip(np.asarray(wanted(x, y), np.float64), low, high)

    def eraser(self) -> Of:
        """What lies below all strokes."""
        return lambda x, y: self._below[y.astype(np.intp), x.astype(np.intp)]

    def packed(self, box: Box, after: Floats, mask: Mask) -> FrozenArray | None:
        """Plane with what a stroke covers exchanged; none is kept where nothing is left of it."""
        values = np.full(after.shape, self._erased) if self._erasing else after
        if self._turned:
            box, values, mask = (box[1], box[0]), values.T, mask.T
        part = np.where(mask, values, self._map.array[box])
        whole = self._map.with_part(box, part)
        return None if whole.least == whole.peak == BARE else whole

    def with_packed(self, document: Document, packed: FrozenArray | None) -> Content:
        """Content with the plane exchanged."""
        plane = []
        if packed is not None:
            axes, cut = self._place
            plane = [PaintedPlane.load({"field": self.field, "axes": axes, "cut": cut, "array": packed})]
        planes = [*self._known[: self._number], *plane, *self._known[self._number + 1 :]]
        return with_planes(document.content, planes)


def with_planes(content: Content, planes: list[PaintedPlane]) -> Content:
    """Content with other painted planes.

    Raises
    ------
    BadInput
        Planes that the configuration refuses.
    """
    made = content.focused(ENGINE)
    entries = {name: getattr(made.config, name) for name in type(made.config).model_fields}
    config = type(made.config).load({**entries, "painted": tuple(planes)})
    return replace(made, config=config).focused(content.engine)


def _check(config: UfieConfig, plane: SliceOptions, through: bool) -> None:
    if config.integrator == "etd":
        raise BadInput(
            "The integrator etd needs the same medium everywhere, so r and s cannot be painted.",
            key="target",
            remedy="Take the integrator kdk to paint.",
        )
    if not through and plane.mode != "index":
        raise BadInput(
            "A projection shows all cuts at once, so there is none to paint alone.",
            key="through",
            remedy="Show a cut, or paint through all other axes.",
        )


def _place(
    config: UfieConfig, plane: SliceOptions, through: bool
) -> tuple[tuple[str, str], tuple[int, ...] | None]:
    """Axes of a plane in the order of the torus, and its cut, None where that is all there is."""
    across, up = sorted(AXES.index(name) for name in plane.axes)
    others = [size for number, size in enumerate(config.shape) if number not in (across, up)]
    axes = AXES[across], AXES[up]
    if through or all(size == 1 for size in others):
        return axes, None
    return axes, tuple(0 if number in (across, up) else at for number, at in enumerate(plane.index))
