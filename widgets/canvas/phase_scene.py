"""What a canvas of phase circles must show, as plain data; the surfaces apply the differences."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as entry

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array
from tauscope.widgets.canvas.phase_circles import Circles, Detail, Seen, seen_of
from tauscope.widgets.canvas.plates import Plate
from tauscope.widgets.canvas.scene import Scene

SELECTED, FROZEN, HOVERED = 1, 2, 4


@dataclass
class PhaseScene(Scene):
    """Content of one canvas of phase circles.

    Parameters
    ----------
    circles : Circles or None
        Clusters, with ``circles_serial``.
    theta : array, shape (N,), or None
        Phases in rad, with ``frame_serial`` as for all that changes from frame to frame.
    order : array of complex, shape (C,), or None
        Order parameters.
    alignment : array, shape (E,), or None
        cos(psi_i - psi_j) of the links.
    frequency : array, shape (N,), or None
        Frequencies in rad a unit of time, where points are coloured by them; within ``limits``.
    marks : array of uint8, shape (C,), or None
        Sum of SELECTED, FROZEN and HOVERED, with ``marks_serial``.
    detail : Detail
        Points or density, or whichever suits.
    links : bool
        Whether links are drawn.
    accent : tuple of float
        Colour of what is selected, 0 to 1.
    names : tuple of Plate
        Plates of the names; they change less often than the other plates.
    shown : array of complex, shape (C,), or None
        Order parameters of the picture on screen, where that may be older than the newest frame.
    """

    circles: Circles | None = None
    circles_serial: int = 0
    theta: Array | None = None
    order: Array | None = None
    alignment: Array | None = None
    frequency: Array | None = None
    frame_serial: int = 0
    marks: npt.NDArray[np.uint8] | None = None
    marks_serial: int = 0
    detail: Detail = "auto"
    links: bool = True
    accent: tuple[float, float, float] = (0.31, 0.70, 1.0)
    names: tuple[Plate, ...] = ()
    shown: Array | None = None
    _seen: Seen | None = entry(default=None, repr=False)
    _seen_key: object = entry(default=None, repr=False)

    def set_circles(self, circles: Circles | None) -> None:
        """Show other clusters; what was known of the old ones is dropped."""
        self.circles = circles
        self.circles_serial += 1
        self.theta = self.order = self.alignment = self.frequency = self.shown = None
        self.frame_serial += 1
        self.marks = None if circles is None else np.zeros(circles.clusters, np.uint8)
        self.marks_serial += 1
        self._seen = self._seen_key = None

    def set_marks(self, marks: npt.NDArray[np.uint8]) -> None:
        """Take what clusters are marked as; equal ones cost little."""
        if self.marks is None or not np.array_equal(marks, self.marks):
            self.marks = marks
            self.marks_serial += 1

    def seen(self, most: int) -> Seen | None:
        """What the camera sees, drawn by a surface that can draw so many points."""
        if self.circles is None:
            return None
        key = (self.circles_serial, self.camera, self.detail, most)
        if key != self._seen_key:
            self._seen = seen_of(self.circles, self.camera, self.detail, most, self._seen)
            self._seen_key = key
        return self._seen

    def shares(self, points: npt.NDArray[np.int64] | None) -> npt.NDArray[np.float32] | None:
        """Frequencies of oscillators as shares of the limits; None where phases give the colours."""
        if self.frequency is None:
            return None
        low, high = self.limits
        taken = self.frequency if points is None else self.frequency.take(points)
        scale = 1 / (high - low) if high > low else 0.0
        return np.asarray((taken - low) * scale, np.float32)
