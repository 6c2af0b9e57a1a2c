"""Clocks on a field: where the clusters of another engine stand on the lattice and take their rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.name_places import beside
from tauscope.widgets.canvas.plates import LABEL_PIXELS, TextPlate
from tauscope.widgets.canvas.shapes import Shape, ShapeKind, rgba

RADIUS = 7.0
_COLOR = "#ffffff"
_HALO = 0.6
_NAMED_FROM = 200.0
"""Width of a canvas below which clocks stand without their names."""


@dataclass(frozen=True, slots=True)
class ClockMark:
    """A clock on a lattice.

    Parameters
    ----------
    name : str
        Name of its cluster.
    x, y : float
        Place in cells.
    """

    name: str
    x: float
    y: float


def drawn(marks: Iterable[ClockMark], camera: Camera) -> tuple[tuple[Shape, ...], tuple[TextPlate, ...]]:
    """Faces with two hands, and name plates of those in sight; sizes are in pixels at any zoom."""
    shapes: list[Shape] = []
    plates: list[TextPlate] = []
    color, hand = rgba(_COLOR), ShapeKind.SEGMENT
    for mark in marks:
        x, y = camera.to_pixel(mark.x, mark.y)
        shapes += [
            Shape(ShapeKind.CIRCLE, x, y, RADIUS, 0, color, 1.6, _HALO),
            Shape(hand, x, y, x, y - 0.65 * RADIUS, color, 1.4, _HALO),
            Shape(hand, x, y, x + 0.45 * RADIUS, y, color, 1.4, _HALO),
        ]
        if camera.width >= _NAMED_FROM and 0 <= x <= camera.width and 0 <= y <= camera.height:
            plates.append(beside(TextPlate(mark.name, x, y, LABEL_PIXELS), plates, camera))
    return tuple(shapes), tuple(plates)
