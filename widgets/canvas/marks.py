"""Geometry of source marks on a canvas: outlines, handles, and what lies under the pointer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.state import AIMED, DIRECTED, PATTERN_KINDS, SourceMark

Part = Literal["body", "width", "radius", "strength", "start", "end", "aim"]

LEAST_OUTLINE = 7.0
"""Outlines are drawn at least this large, in pixels, so that a small source can be seen and grabbed."""
STRENGTH_LIFT = 18.0
AIM_FROM, AIM_REACH, AIM_LENGTH = 12.0, 72.0, 46.0
"""Arrows begin so far from the middle, are so long at the speed of light, and as directions, in pixels."""
_STRENGTH_REACH = 90.0
"""Beyond this the strength handle stays inside the outline, where it can be reached close up."""
GRAB = 7.0
_LINE_GRAB = 5.0
_INSIDE_UP_TO = 30.0


@dataclass(frozen=True, slots=True)
class Hit:
    """Part of a source under the pointer."""

    id: str
    part: Part


def outline(mark: SourceMark) -> float:
    """Radius of the outline in cells: sigma of a Gaussian, radius of a ring or disc, half a cell else."""
    if mark.kind in ("gaussian", "packet", "light"):
        return mark.width
    return mark.radius if mark.kind in ("ring", "disc") else 0.5


def frame(mark: SourceMark) -> tuple[float, float, float, float] | None:
    """Rectangle of an image or of what is painted of a brush: left, bottom, right, top; None for the rest."""
    if mark.kind == "image":
        wide, tall = 0.5 * mark.width, 0.5 * mark.width * mark.aspect
        return mark.x - wide, mark.y - tall, mark.x + wide, mark.y + tall
    if mark.kind == "brush":
        x, y = math.floor(mark.x + 0.5), math.floor(mark.y + 0.5)
        left, bottom, right, top = mark.box
        return x + left, y + bottom, x + right, y + top
    return None


def center(mark: SourceMark) -> tuple[float, float]:
    """Middle of a source: that of its rectangle where it has one, else its place."""
    found = frame(mark)
    return (mark.x, mark.y) if found is None else ((found[0] + found[2]) / 2, (found[1] + found[3]) / 2)


def frame_pixels(mark: SourceMark, camera: Camera) -> tuple[float, float, float, float] | None:
    """Rectangle as drawn: left, top, right, bottom in pixels, at least `LEAST_OUTLINE` from its middle."""
    found = frame(mark)
    if found is None:
        return None
    px, py = camera.to_pixel(*center(mark))
    wide = max((found[2] - found[0]) / 2 * camera.scale, LEAST_OUTLINE)
    tall = max((found[3] - found[1]) / 2 * camera.scale, LEAST_OUTLINE)
    return px - wide, py - tall, px + wide, py + tall


def outline_pixels(mark: SourceMark, camera: Camera) -> float:
    """Radius of the outline as drawn, in pixels."""
    return max(outline(mark) * camera.scale, LEAST_OUTLINE)


def aim(mark: SourceMark, camera: Camera) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Foot and tip of a pattern's arrow, in pixels; None of what has no velocity, one point of what rests."""
    if mark.kind not in AIMED:
        return None
    px, py = camera.to_pixel(mark.x, mark.y)
    speed = math.hypot(mark.vx, mark.vy)
    ux, uy = (mark.vx / speed, mark.vy / speed) if speed else (1.0, 0.0)
    long = AIM_FROM + (AIM_LENGTH if mark.kind in DIRECTED else AIM_REACH * speed)
    return (px + AIM_FROM * ux, py - AIM_FROM * uy), (px + long * ux, py - long * uy)


def _pattern_handles(mark: SourceMark, camera: Camera) -> dict[Part, tuple[float, float]]:
    found: dict[Part, tuple[float, float]] = {}
    arrow = aim(mark, camera)
    if arrow is not None:
        found["aim"] = arrow[1]
    if mark.width:
        px, py = camera.to_pixel(mark.x, mark.y)
        found["width"] = px, py + outline_pixels(mark, camera)
    return found


def handles(mark: SourceMark, camera: Camera) -> dict[Part, tuple[float, float]]:
    """Handles of a selected source, by the part they change, in pixels."""
    if mark.kind in PATTERN_KINDS:
        return _pattern_handles(mark, camera)
    px, py = camera.to_pixel(*center(mark))
    edges = frame_pixels(mark, camera)
    if edges is not None:
        width: dict[Part, tuple[float, float]] = {"width": (edges[2], py)} if mark.kind == "image" else {}
        return {**width, "strength": (px, max(edges[1], py - _STRENGTH_REACH) - STRENGTH_LIFT)}
    if mark.kind == "line":
        qx, qy = camera.to_pixel(mark.x2, mark.y2)
        middle = (px + qx) / 2, (py + qy) / 2 - STRENGTH_LIFT
        return {"start": (px, py), "end": (qx, qy), "strength": middle}
    radius = outline_pixels(mark, camera)
    if mark.kind == "ring":
        outer = radius + mark.width * camera.scale
        diagonal = max(outer, radius + 4) * math.sqrt(0.5)
        found: dict[Part, tuple[float, float]] = {
            "radius": (px + radius, py), "width": (px + diagonal, py + diagonal),
        }  # fmt: skip
        radius = outer
    elif mark.kind == "gaussian":
        found = {"width": (px + radius, py)}
    elif mark.kind == "disc":
        found = {"radius": (px + radius, py)}
    else:
        found = {}
    return {**found, "strength": (px, py - min(radius, _STRENGTH_REACH) - STRENGTH_LIFT)}


def hit(
    marks: Iterable[SourceMark], selection: frozenset[str], camera: Camera, px: float, py: float
) -> Hit | None:
    """What lies under a pixel: handles of selected sources first, then the nearest source, selected first."""
    marks = tuple(marks)
    best: tuple[float, Hit] | None = None
    for mark in marks:
        if mark.id not in selection:
            continue
        for part, (hx, hy) in handles(mark, camera).items():
            away = math.hypot(px - hx, py - hy)
            if away <= GRAB and (best is None or away < best[0]):
                best = (away, Hit(mark.id, part))
    if best is not None:
        return best[1]
    for mark in sorted(marks, key=lambda one: one.id not in selection):  # of those at one place the selected
        reach = _body_distance(mark, camera, px, py)
        if reach is not None and (best is None or reach < best[0]):
            best = (reach, Hit(mark.id, "body"))
    return best[1] if best else None


def _body_distance(mark: SourceMark, camera: Camera, px: float, py: float) -> float | None:
    """Rank of a source under the pixel (smaller is nearer), or None if it is not there."""
    cx, cy = camera.to_pixel(*center(mark))
    if mark.kind == "line":
        away = _to_segment(px, py, (cx, cy), camera.to_pixel(mark.x2, mark.y2))
        return away if away <= GRAB else None
    away = math.hypot(px - cx, py - cy)
    if away <= GRAB + 1:
        return away
    edges = frame_pixels(mark, camera)
    if edges is not None:
        left, top, right, bottom = edges
        inside = min(px - left, right - px, py - top, bottom - py)
        if abs(inside) <= _LINE_GRAB:
            return GRAB + 1 + abs(inside)
        return GRAB + away if inside > 0 and max(right - left, bottom - top) <= 2 * _INSIDE_UP_TO else None
    radius = outline_pixels(mark, camera)
    if abs(away - radius) <= _LINE_GRAB:
        return GRAB + 1 + abs(away - radius)
    if mark.kind == "ring" and abs(away - radius) <= mark.width * camera.scale:
        return GRAB + 1 + abs(away - radius)
    return GRAB + away if away < radius <= _INSIDE_UP_TO else None


def _to_segment(px: float, py: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else min(max(((px - start[0]) * dx + (py - start[1]) * dy) / length, 0.0), 1.0)
    return math.hypot(px - start[0] - share * dx, py - start[1] - share * dy)


def within(mark: SourceMark, camera: Camera, box: tuple[float, float, float, float]) -> bool:
    """Whether a source's centre (both ends of a line) lies in a box of pixels (left, top, right, bottom)."""
    points = [center(mark)] + ([(mark.x2, mark.y2)] if mark.kind == "line" else [])
    left, top, right, bottom = box
    pixels = (camera.to_pixel(x, y) for x, y in points)
    return all(left <= px <= right and top <= py <= bottom for px, py in pixels)
