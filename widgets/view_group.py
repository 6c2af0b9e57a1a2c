"""Views that belong together: linked cameras and cursors, and colour limits in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tauscope.engine.base import FieldSpec, Limits
from tauscope.widgets.canvas import scaling
from tauscope.widgets.canvas.camera import Camera

if TYPE_CHECKING:
    from tauscope.widgets.field_view import FieldView

Kind = tuple[str, str, float | None]


class ViewGroup(QObject):
    """Joins field views.

    Views with shared colour limits have one range for each unit and kind of field, which holds the values of
    all of them. While the group is linked, panning, zooming and fitting one view moves every other one of the
    same lattice, and the pointer over one is a cross at the same cell in the others.

    Parameters
    ----------
    views : mapping of str to FieldView
        Views by key.
    parent : QObject or None
        Owner.
    clock : callable
        Seconds for the smoothing of shared limits.
    """

    def __init__(
        self,
        views: Mapping[str, FieldView],
        parent: QObject | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(parent)
        self._views = dict(views)
        self._clock = clock
        self._linked = False
        self._smoothers: dict[Kind, scaling.Smoother] = {}
        for view in self._views.values():
            view.join(self)
            view.camera_changed.connect(lambda camera, view=view: self._move(view, camera))
            view.pointer_moved.connect(
                lambda x, y, inside, view=view: self._point(view, (x, y) if inside else None)
            )

    @property
    def linked(self) -> bool:
        """Whether cameras and cursors are linked."""
        return self._linked

    def set_linked(self, linked: bool) -> None:
        """Link cameras and cursors, or let each view go its own way."""
        self._linked = linked
        for view in self._views.values():
            view.set_linked(linked)
            if not linked:
                view.set_cursor(None)

    def follow(self, leader: FieldView) -> None:
        """Bring the other views to the camera of one."""
        self._move(leader, leader.camera)

    def _others(self, view: FieldView) -> list[FieldView]:
        lattice = view.lattice
        if not self._linked or lattice is None:
            return []
        size = (lattice.nx, lattice.ny)
        return [
            other
            for other in self._views.values()
            if other is not view
            and other.lattice is not None
            and (other.lattice.nx, other.lattice.ny) == size
        ]

    def _move(self, view: FieldView, camera: Camera) -> None:
        for other in self._others(view):
            if view.stage.is_fitted:
                other.stage.fit()
                continue
            lattice, there = view.lattice, other.camera
            if lattice is None:
                return
            # The same share of the lattice, whatever the sizes of the canvases.
            here = Camera.fit(lattice.nx, lattice.ny, camera.width, camera.height).scale
            whole = Camera.fit(lattice.nx, lattice.ny, there.width, there.height).scale
            scale = camera.scale * whole / here
            other.set_camera(Camera(camera.cx, camera.cy, scale, there.width, there.height))

    def _point(self, view: FieldView, place: tuple[float, float] | None) -> None:
        for other in self._others(view):
            other.set_cursor(place)

    # ----- shared limits

    def share(self, limits_of: FieldView) -> None:
        """Set the limits in common of all views that share them with one of them."""
        kind = kind_of(limits_of.spec)
        members = [
            view
            for view in self._views.values()
            if view.options.autoscale == "shared" and kind_of(view.spec) == kind
        ]
        found = [view.limits for view in members if view.limits is not None]
        if kind is None or not found:
            return
        low, high = min(one.low for one in found), max(one.high for one in found)
        wanted = scaling.target(Limits(low, high, low, high, True), "shared", kind[2])
        smoother = self._smoothers.setdefault(kind, scaling.Smoother())
        held = smoother.follow(wanted, self._clock())
        # Room for new values at once, so that no view is cut off; what is not needed any more goes smoothly.
        value = smoother.value = min(held[0], wanted[0]), max(held[1], wanted[1])
        for view in members:
            view.take_shared(value)

    def reset(self, view: FieldView) -> None:
        """Take the limits of the present data at once."""
        kind = kind_of(view.spec)
        if kind is not None and kind in self._smoothers:
            self._smoothers[kind].reset()


def kind_of(spec: FieldSpec | None) -> Kind | None:
    """What views must have in common to share colour limits: unit, family of maps and centre."""
    return None if spec is None else (spec.unit, spec.palette, spec.center)
