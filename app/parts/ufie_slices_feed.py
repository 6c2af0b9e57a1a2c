"""What a slice asks of the simulation: its plane in every frame, and at once where the user moved it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from tauscope.app.slice_planes import ENGINE
from tauscope.engine.base import Array, Frame, FrameRequest, Limits
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


@dataclass(frozen=True, slots=True)
class ShownPlane:
    """A plane of the wave as a slice has it.

    Parameters
    ----------
    request : FrameRequest
        What it is.
    array : array, shape (n_up, n_across)
        Its numbers, complex or real; read-only.
    limits : Limits
        Of their moduli where they are complex.
    tick : int
        Macro tick.
    time : float
        Time of the wave, s.
    """

    request: FrameRequest
    array: Array
    limits: Limits
    tick: int
    time: float


class SliceFeed(QObject):
    """Keeps one slice to the run.

    A frame costs the sums of every engine; where the user waits, the plane alone is read between two steps.

    Parameters
    ----------
    lab : Lab
        Whose simulation is read.
    key : str
        Name of the subscription.
    show : callable
        ``show(plane, at_once)``: shows a plane, at once where the user waits for it.
    """

    def __init__(self, lab: Lab, key: str, show: Callable[[ShownPlane, bool], None]) -> None:
        super().__init__(lab)
        self._lab, self._key, self._show = lab, key, show
        self.request: FrameRequest | None = None
        """What is asked for; None while the slice is not seen."""
        self._asking = False
        self._again = False
        self._shown = (-1, -1)
        """Generation and macro tick of what is shown."""

    def ask(self, request: FrameRequest | None) -> None:
        """Ask for a plane in every frame from now on, the first one at once; None asks for nothing."""
        if request == self.request:
            return
        self.request, self._shown = request, (-1, -1)
        if request is not None:
            self._ask_now()
        self._lab.simulation.loop.subscribe(self._key, () if request is None else (request,), now=False)

    def take(self, frame: Frame) -> None:
        """Show the plane of a frame, where it holds it and nothing newer is shown."""
        request = self.request
        array = None if request is None else frame.arrays.get(request)
        if request is None or array is None or (frame.generation, frame.macro_tick) < self._shown:
            return
        self._shown = frame.generation, frame.macro_tick
        self._show(
            ShownPlane(request, array, frame.limits[request], frame.macro_tick, frame.times[ENGINE]), False
        )

    def _ask_now(self) -> None:
        """Read the plane between two steps; of wishes that wait only the newest is read."""
        if self._asking:
            self._again = True
            return
        request = self.request
        if request is None:
            return
        self._asking = True
        future = self._lab.simulation.loop.look(lambda world: _read(world, request))
        self._lab.background.watch(future, self._came)

    def _came(self, found: tuple[int, ShownPlane] | None) -> None:
        self._asking = False
        again, self._again = self._again, False
        if found is not None and found[1].request == self.request:
            moment = found[0], found[1].tick
            if moment >= self._shown and found[0] == self._lab.simulation.loop.world.generation:
                self._shown = moment
                self._show(found[1], True)
        if again:
            self._ask_now()


def _read(world: World, request: FrameRequest) -> tuple[int, ShownPlane] | None:
    """Plane of a world, on the simulation thread; None where the run has no such plane."""
    if ENGINE not in world.engines or request.plane is None:
        return None
    engine = world.engine(ENGINE)
    try:
        array = np.array(engine.plane(request.field, request.plane), order="C")
    except BadInput:
        return None  # of the document, whose run is not in place yet
    array.flags.writeable = False
    size = array if np.isrealobj(array) else np.abs(array)
    limits = Limits.of(size, request.robust)
    return world.generation, ShownPlane(request, array, limits, world.macro_tick, engine.time)
