"""How phase circles are shown, and the gesture that is under way on them, as plain data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from tauscope.widgets.canvas.phase_circles import Detail
from tauscope.widgets.readout import plain

ColorBy = Literal["phase", "frequency"]

SNAP = math.pi / 12
"""Kicks snap to multiples of this while Ctrl is held."""
DETUNE_PER_PIXEL = 0.005
"""Detuning in rad a unit of time for each pixel of a drag."""
DETUNE_STEP = 0.01
KICK_STEP = math.pi / 6
"""Steps of the keyboard."""


@dataclass(frozen=True, slots=True)
class CirclesOptions:
    """How phase circles are shown.

    Parameters
    ----------
    color_by : ColorBy
        What colours oscillators: their phase or their frequency.
    detail : Detail
        Points or density, or whichever suits the size of the circles.
    links, names, legend : bool
        Whether these are shown.
    """

    color_by: ColorBy = "phase"
    detail: Detail = "auto"
    links: bool = True
    names: bool = True
    legend: bool = True


@dataclass(frozen=True, slots=True)
class Kick:
    """Kick under way: turned about a cluster's centre.

    Parameters
    ----------
    cluster : int
        Cluster whose ring is held.
    start, turned : float
        Angle of the pointer at the press, and how far it went since, in rad, anticlockwise.
    """

    cluster: int
    start: float
    turned: float = 0.0

    def to(self, angle: float, snap: bool) -> Kick:
        """Kick with the pointer at an angle; the way is followed round and round."""
        here = self.start + self.turned
        turned = self.turned + wrapped(angle - here)
        if snap:
            turned = round(turned / SNAP) * SNAP
        return Kick(self.cluster, self.start, turned)

    @property
    def amount(self) -> float:
        """What is added to the phases, in (-pi, pi]."""
        return wrapped(self.turned)

    @property
    def text(self) -> str:
        """Readout while dragging."""
        degrees = plain(math.degrees(self.amount), 0, signed=True)
        return f"kick {plain(self.amount, 2, signed=True)} rad  {degrees}°"


@dataclass(frozen=True, slots=True)
class Detune:
    """Detuning under way: dragged up or down.

    Parameters
    ----------
    cluster : int
        Cluster that is held.
    start : float
        Row of the pointer at the press, in logical pixels.
    value : float
        Change of the detuning since, in rad a unit of time.
    """

    cluster: int
    start: float
    value: float = 0.0

    def to(self, row: float, snap: bool) -> Detune:
        """Detuning with the pointer at a row; up is faster."""
        value = (self.start - row) * DETUNE_PER_PIXEL
        return Detune(self.cluster, self.start, round(value, 1) if snap else round(value, 6))

    @property
    def text(self) -> str:
        """Readout while dragging."""
        return f"Δω {plain(self.value, 3, signed=True)} rad/time"


Gesture = Kick | Detune


def wrapped(angle: float) -> float:
    """Angle in (-pi, pi]."""
    return math.pi - (math.pi - angle) % (2 * math.pi)
