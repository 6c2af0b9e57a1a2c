"""Live views: what each view subscribes, and how the newest frame reaches views, monitors and meters."""

from __future__ import annotations

import time
from collections.abc import Mapping

from tauscope.app.simulation import Simulation
from tauscope.engine.base import FieldSpec, Frame, FrameRequest
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.state import ViewOptions


class LiveViews:
    """Resolves frames into views.

    Parameters
    ----------
    simulation : Simulation
        Where frames come from.
    views : mapping of str to FieldView
        Views by key.
    """

    def __init__(self, simulation: Simulation, views: Mapping[str, FieldView]) -> None:
        self._simulation = simulation
        self._views = views
        self._requests: dict[str, FrameRequest] = {}
        self._engine = "gravity"
        self._specs: dict[str, FieldSpec] = {}
        self.frame: Frame | None = None
        self.enabled = True
        self.frames_shown = 0
        self._since = time.perf_counter()
        self.fps = 0.0

    @property
    def specs(self) -> Mapping[str, FieldSpec]:
        """Fields on offer, own and derived, by name."""
        return self._specs

    def set_engine(self, engine: str, specs: Mapping[str, FieldSpec]) -> None:
        """Name the engine whose fields are shown, and its fields."""
        self._engine = engine
        self._specs = dict(specs)
        for view in self._views.values():
            view.set_specs(self._specs)

    def set_options(self, options: Mapping[str, ViewOptions]) -> None:
        """Show what the document says, view by view."""
        for key, view in self._views.items():
            if key in options and view.options != options[key]:
                view.set_options(options[key])
        self.subscribe()

    def subscribe(self) -> None:
        """Ask for the fields of the visible views, and only these."""
        wanted = {
            key: FrameRequest(view.options.field, self._engine, robust=view.options.autoscale == "robust")
            for key, view in self._views.items()
            if view.isVisible() and view.options.field in self._specs
        }
        self._requests = wanted
        self._simulation.loop.subscribe("views", dict.fromkeys(wanted.values()))

    def take(self) -> Frame | None:
        """Newest frame, shown in every view that asked for part of it, or None."""
        frame = self._simulation.mailbox.take()
        self._count(frame is not None)
        if frame is None or frame.generation != self._simulation.loop.world.generation:
            return None
        self.frame = frame
        if self.enabled:
            self.show(frame)
        return frame

    def show(self, frame: Frame) -> None:
        """Put a frame's arrays into the views."""
        for key, request in self._requests.items():
            array = frame.arrays.get(request)
            if array is not None and array.ndim == 2:
                self._views[key].set_array(array, frame.limits[request])

    def _count(self, shown: bool) -> None:
        self.frames_shown += shown
        now = time.perf_counter()
        if now - self._since >= 1.0:
            self.fps = self.frames_shown / (now - self._since)
            self.frames_shown, self._since = 0, now
