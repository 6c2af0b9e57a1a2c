"""Camera that turns about a height map: angles, zoom and height, and where points land on the canvas."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST_TILT, MOST_TILT = 5.0, 90.0
LEAST_ZOOM, MOST_ZOOM = 0.4, 12.0
LEAST_LIFT, MOST_LIFT = 0.02, 2.0
_FILL = 0.72
_LEFT, _WIDE = 0.46, 0.8
"""The middle lies a little to the left, and the right is left to the colour bar."""


@dataclass(frozen=True, slots=True)
class Orbit:
    """Where a height map is seen from; parallel projection, so lengths compare across the picture.

    Points are in units of the longer side of the lattice, about its middle; z is the share of the colour
    bar, 0 to 1, times ``lift``, about its half.

    Parameters
    ----------
    turn, tilt : float
        Degrees about the vertical, and above the horizon.
    zoom : float
        1 shows the whole lattice.
    lift : float
        Height of the whole colour bar as a share of the longer side.
    """

    turn: float = -35.0
    tilt: float = 38.0
    zoom: float = 1.0
    lift: float = 0.35

    def turned(self, right: float, up: float) -> Orbit:
        """Orbit after turning by degrees."""
        turn = (self.turn + right + 180.0) % 360.0 - 180.0
        return replace(self, turn=turn, tilt=min(max(self.tilt + up, LEAST_TILT), MOST_TILT))

    def zoomed(self, factor: float) -> Orbit:
        """Orbit nearer by a factor."""
        return replace(self, zoom=min(max(self.zoom * factor, LEAST_ZOOM), MOST_ZOOM))

    def lifted(self, factor: float) -> Orbit:
        """Orbit whose heights are scaled by a factor."""
        return replace(self, lift=min(max(self.lift * factor, LEAST_LIFT), MOST_LIFT))

    @property
    def angles(self) -> tuple[float, float, float, float]:
        """Cosine and sine of the turn, cosine and sine of the tilt."""
        turn, tilt = math.radians(self.turn), math.radians(self.tilt)
        return math.cos(turn), math.sin(turn), math.cos(tilt), math.sin(tilt)

    def pixels(self, width: float, height: float) -> float:
        """Logical pixels of the longer side of the lattice."""
        return _FILL * self.zoom * min(_WIDE * width, height)

    def middle(self, width: float) -> float:
        """Pixel x of the middle of the lattice."""
        return _LEFT * width

    def project(self, points: Floats, width: float, height: float) -> tuple[Floats, Floats, Floats]:
        """Pixel x, pixel y and depth (more is farther) of points [n, 3]."""
        cos, sin, low, high = self.angles
        across = points[:, 0] * cos - points[:, 1] * sin
        away = points[:, 0] * sin + points[:, 1] * cos
        z = (points[:, 2] - 0.5) * self.lift
        size = self.pixels(width, height)
        return (
            self.middle(width) + across * size,
            height / 2 - (away * high + z * low) * size,
            away * low - z * high,
        )
