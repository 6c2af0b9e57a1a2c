"""Live views: what each view subscribes, and how the newest frame reaches views, monitors and meters."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tauscope.app.faults import sentence
from tauscope.app.simulation import Simulation
from tauscope.engine.base import Array, FieldSpec, Frame, FrameRequest, Limits
from tauscope.engine.planes import Plane
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.state import ViewOptions

log = logging.getLogger("tauscope")

LARGE = 1 << 18
"""Differences of fields with more cells than this are worked out off the GUI thread."""

Work = Callable[[Callable[[], Any], Callable[[Any], None]], object]


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
        self._subtrahends: dict[str, FrameRequest] = {}
        self._waiting: dict[str, Frame | None] = {}
        self.work: Work = lambda work, then: then(work())
        """Runs ``work`` and hands its result to ``then`` on the GUI thread; for large differences."""
        self.needed: frozenset[str] = frozenset()
        """Views whose data are wanted although they are hidden."""
        self._engine = "gravity"
        self._specs: dict[str, FieldSpec] = {}
        self._planes: dict[str, Plane] = {}
        self.frame: Frame | None = None
        self.enabled = True
        self.frames_shown = 0
        self._since = time.perf_counter()
        self.fps = 0.0

    @property
    def engine(self) -> str:
        """Engine whose fields are shown: that with a lattice, whichever is in focus."""
        return self._engine

    @property
    def specs(self) -> Mapping[str, FieldSpec]:
        """Fields on offer, own and derived, by name: those over rows and columns, and those cut to them."""
        return self._specs

    def set_engine(
        self, engine: str, specs: Mapping[str, FieldSpec], axes: tuple[str, ...] = ("y", "x")
    ) -> None:
        """Name the engine whose fields are shown, and its fields, of which views show those on a lattice.

        Of a lattice of more ``axes`` they show the plane that `set_plane` names.
        """
        self._engine = engine
        self._specs = {name: spec for name, spec in specs.items() if len(spec.dims) == 2 or spec.dims == axes}
        for view in self._views.values():
            view.set_specs(self._specs)
            if view.options.field not in self._specs:
                view.clear("This rule has no such field: choose another one from the title")

    def set_plane(self, key: str, plane: Plane | None) -> None:
        """Plane of a lattice of many axes that a view shows; None of one that has rows and columns."""
        kept = {name: one for name, one in self._planes.items() if name != key}
        self._planes = kept if plane is None else {**kept, key: plane}
        self.subscribe()

    def set_options(self, options: Mapping[str, ViewOptions]) -> None:
        """Show what the document says, view by view."""
        for key, view in self._views.items():
            if key in options and view.options != options[key]:
                view.set_options(options[key])
        self.subscribe()

    def subscribe(self) -> None:
        """Ask for the fields of the visible views, and only these."""
        requests: dict[str, FrameRequest] = {}
        subtrahends: dict[str, FrameRequest] = {}
        runs = self._engine in self._simulation.loop.world.engines  # else a recording of another is shown
        for key, view in self._views.items() if runs else ():
            options = view.options
            if not (view.isVisible() or key in self.needed) or options.field not in self._specs:
                continue
            robust = options.autoscale == "robust" and not options.minus
            plane = self._planes.get(key) if len(self._specs[options.field].dims) > 2 else None
            if plane is None and len(self._specs[options.field].dims) > 2:
                continue
            requests[key] = FrameRequest(options.field, self._engine, robust=robust, plane=plane)
            if options.minus in self._specs:
                subtrahends[key] = FrameRequest(options.minus, self._engine, plane=plane)
        self._requests, self._subtrahends = requests, subtrahends
        wanted = dict.fromkeys((*requests.values(), *subtrahends.values()))
        self._simulation.loop.subscribe("views", wanted)

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
            if array is None or array.ndim != 2:
                continue
            if self._views[key].options.minus:
                self._subtract(key, frame)
            else:
                self._views[key].set_array(array, frame.limits[request])

    def _subtract(self, key: str, frame: Frame) -> None:
        """Show the difference of two fields of one frame; while one is worked out the newest waits."""
        view, minus = self._views[key], self._subtrahends.get(key)
        first, options = frame.arrays[self._requests[key]], view.options
        second = frame.arrays.get(minus) if minus is not None else None
        if second is None:
            return
        if key in self._waiting:
            self._waiting[key] = frame
            return
        if first.shape != second.shape:
            view.clear("The two fields are of different sizes and have no difference")
            return
        pair = first, second

        def work() -> tuple[Array, Limits] | Exception:
            try:
                found = difference(*pair)
                return found, Limits.of(found, options.autoscale == "robust")
            except Exception as error:  # noqa: BLE001 - told in the view, and the next frame is tried
                return error

        def then(result: tuple[Array, Limits] | Exception) -> None:
            newer = self._waiting.pop(key, None)
            now = view.options
            if self.enabled and (now.field, now.minus) == (options.field, options.minus):
                if isinstance(result, Exception):
                    view.clear(f"The difference cannot be worked out: {sentence(result)}")
                    log.debug("A difference failed.", exc_info=result)
                else:
                    view.set_array(*result, parts=pair)
            if newer is not None and self.enabled and key in self._requests:
                self._subtract(key, newer)

        if first.size <= LARGE:
            then(work())
        else:
            self._waiting[key] = None
            self.work(work, then)

    def _count(self, shown: bool) -> None:
        self.frames_shown += shown
        now = time.perf_counter()
        if now - self._since >= 1.0:
            self.fps = self.frames_shown / (now - self._since)
            self.frames_shown, self._since = 0, now


def difference(first: Array, second: Array) -> Array:
    """``first - second`` of two fields [ny, nx], exact for whole numbers; read-only.

    Parameters
    ----------
    first, second : array
        Of one shape, any real dtype; unsigned numbers and truth values are widened, so that nothing wraps.
    """
    a, b = (part.astype(np.int64) if part.dtype.kind in "bu" else part for part in (first, second))
    with np.errstate(invalid="ignore", over="ignore"):  # infinities cancel to what is no number
        found: Array = np.subtract(a, b)
    found.flags.writeable = False
    return found
