"""Patterns on a field as they are now: their ways, where they are, how far waves reach, what clocks show."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.clock_marks import RADIUS
from tauscope.widgets.canvas.name_places import beside
from tauscope.widgets.canvas.plates import LABEL_PIXELS, TextPlate
from tauscope.widgets.canvas.shapes import Color, Shape, ShapeKind, rgba
from tauscope.widgets.state import PatternKind

LEGEND = (
    "Dot: where a pattern is now; ring: where it began; cross: where it left the lattice",
    "Line behind it: its way, the older the fainter",
    "Closed line: where a wave has half of its largest amplitude",
    "Face with a hand: a clock, its updates and how far its hand has turned",
)
"""What is drawn, a line each, for whoever does not know it."""
_HALO = 0.45
_WHITE: Color = (1.0, 1.0, 1.0, 0.96)
_FADED = 0.25
"""Opacity of the oldest piece of a way."""
_LINE = 1.8
_LEAST_OUTLINE = 14.0
"""Pixels that the line about a wave spans at least; a smaller one would hide in the dot, and is left out."""
_READ_FROM = 260.0
"""Width of a canvas below which clocks stand without their counts."""


@dataclass(frozen=True, eq=False)
class PatternTrace:
    """A pattern as it is now.

    Parameters
    ----------
    id, kind, color : str
        Stable id, what it is, and the colour of its world.
    x, y : float
        Where it is, in cells.
    count, period, phase : int
        Updates that a clock shows, those of a turn of its hand, and how many of them have gone by.
    alive : bool
        Whether it is on the lattice.
    trail : array of float64, shape (points, 2)
        Where it has been lately, in cells; none of a clock.
    start : (float, float), optional
        Where it began, in cells.
    outline : array of float32, shape (pieces, 4)
        Pieces of the line about the inner part of a wave, x and y of both ends, in cells; none of others.
    jump : float
        Steps longer than this go round an edge of the lattice, in cells.
    """

    id: str
    kind: PatternKind
    color: str
    x: float
    y: float
    count: int = 0
    period: int = 1
    phase: int = 0
    alive: bool = True
    trail: npt.NDArray[np.float64] | None = None
    start: tuple[float, float] | None = None
    outline: npt.NDArray[np.float32] | None = None
    jump: float = math.inf


def drawn(traces: Iterable[PatternTrace], camera: Camera) -> tuple[tuple[Shape, ...], tuple[TextPlate, ...]]:
    """Trajectories with start and end, faces of clocks with hand and count; sizes in pixels at any zoom."""
    shapes: list[Shape] = []
    plates: list[TextPlate] = []
    for one in traces:
        px, py = camera.to_pixel(one.x, one.y)
        if one.kind == "clock":
            shapes += _face(one, px, py)
            if camera.width >= _READ_FROM and 0 <= px <= camera.width and 0 <= py <= camera.height:
                text = f"{one.count:,} · {one.phase}/{one.period}"
                plates.append(beside(TextPlate(text, px, py + RADIUS, LABEL_PIXELS), plates, camera))
            continue
        shapes += _outline(one, camera)
        shapes += _way(one, camera)
        shapes += _present(one, px, py)
    return tuple(shapes), tuple(plates)


def _face(one: PatternTrace, px: float, py: float) -> list[Shape]:
    """Face with twelve at the top and a hand that turns once in a period."""
    turn = 2.0 * math.pi * one.phase / max(one.period, 1)
    tip = px + 0.78 * RADIUS * math.sin(turn), py - 0.78 * RADIUS * math.cos(turn)
    color = rgba(one.color)
    return [
        Shape(ShapeKind.DOT, px, py, RADIUS + 1.5, 0, (0.03, 0.04, 0.05, 0.72)),
        Shape(ShapeKind.CIRCLE, px, py, RADIUS + 1.5, 0, color, 1.6, _HALO),
        Shape(ShapeKind.SEGMENT, px, py - RADIUS - 1.5, px, py - RADIUS + 1.0, _WHITE, 1.2),
        Shape(ShapeKind.SEGMENT, px, py, *tip, _WHITE, 1.7),
        Shape(ShapeKind.DOT, px, py, 1.5, 0, _WHITE),
    ]


def _outline(one: PatternTrace, camera: Camera) -> list[Shape]:
    """Line about the inner part of a wave."""
    if one.outline is None or not one.alive:
        return []
    color = rgba(one.color, 0.95)
    ends = [(*camera.to_pixel(x, y), *camera.to_pixel(u, v)) for x, y, u, v in one.outline.tolist()]
    places = np.array(ends).reshape(-1, 2)
    if len(places) and np.ptp(places, axis=0).max() < _LEAST_OUTLINE:
        return []
    # All of the halo first: that of a piece would lie over its neighbours, and bead a line of short ones.
    wide, dark = _LINE + 2.0, (0.0, 0.0, 0.0, 0.6 * _HALO)
    return [
        Shape(ShapeKind.SEGMENT, *end, ink, width)
        for ink, width in ((dark, wide), (color, _LINE))
        for end in ends
    ]


def _way(one: PatternTrace, camera: Camera) -> list[Shape]:
    """Its way, the older the fainter, and a ring where it began."""
    found: list[Shape] = []
    red, green, blue, _ = color = rgba(one.color)
    if one.trail is not None and len(one.trail):
        points = np.concatenate([one.trail, [[one.x, one.y]]])
        steps = np.abs(np.diff(points, axis=0)).max(axis=1)
        pixels = [camera.to_pixel(float(x), float(y)) for x, y in points]
        old = np.linspace(_FADED, 1.0, len(steps))
        found = [
            Shape(ShapeKind.SEGMENT, *pixels[k], *pixels[k + 1], (red, green, blue, float(old[k])), 1.6)
            for k in range(len(steps))
            if 0.0 < steps[k] <= one.jump
        ]
    if one.start is not None:
        found.append(Shape(ShapeKind.CIRCLE, *camera.to_pixel(*one.start), 4.0, 0, color, 1.4, _HALO))
    return found


def _present(one: PatternTrace, px: float, py: float) -> list[Shape]:
    """A dot where it is; a cross where it left the lattice."""
    if one.alive:
        dot = Shape(ShapeKind.DOT, px, py, 4.5, 0, rgba(one.color), 0.0, 0.6)
        return [dot, Shape(ShapeKind.DOT, px, py, 2.0, 0, _WHITE)]
    color = rgba(one.color)
    return [
        Shape(ShapeKind.SEGMENT, px - 4, py - 4, px + 4, py + 4, color, 2.0, 0.6),
        Shape(ShapeKind.SEGMENT, px - 4, py + 4, px + 4, py - 4, color, 2.0, 0.6),
    ]
