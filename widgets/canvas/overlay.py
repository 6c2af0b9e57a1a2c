"""Resolves what lies over the field: outlines, handles, ghosts and labels, from marks to pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.gestures import position_text
from tauscope.widgets.canvas.lattice import Lattice
from tauscope.widgets.canvas.marks import STRENGTH_LIFT, aim, center, frame_pixels, handles, outline_pixels
from tauscope.widgets.canvas.plates import LABEL_PIXELS, TextPlate, text_size
from tauscope.widgets.canvas.shapes import Color, Shape, ShapeKind, on_field, rgba
from tauscope.widgets.state import SourceMark

WHITE: Color = (1.0, 1.0, 1.0, 0.96)
_HALO = 0.5
_GHOST_RADIUS = 14.0
_NAMES_FROM = 380.0
_NAMES_UP_TO = 40
_LABEL_REACH = 110.0


@dataclass(frozen=True, slots=True)
class Ghost:
    """A source on its way from the palette: kind, where it would land, and whether it may."""

    kind: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class BrushTip:
    """Brush on a canvas: where the pointer is and how far it reaches, in cells."""

    place: tuple[float, float] | None
    radius: float


@dataclass(frozen=True)
class Overlay:
    """Everything over the field.

    Parameters
    ----------
    marks : tuple of SourceMark
        Sources as they are to be shown now, previews included.
    origins : mapping
        Sources being dragged, as they were before.
    selection : frozenset of str
        Selected ids.
    hover : str
        Id under the pointer, or "".
    ghost : Ghost or None
        Source being dragged in from the palette.
    rubber : tuple or None
        Selection rectangle in pixels: left, top, right, bottom.
    editable : bool
        Whether handles are offered.
    tip : BrushTip or None
        Brush under the pointer.
    """

    lattice: Lattice
    camera: Camera
    accent: str
    line: str
    marks: tuple[SourceMark, ...] = ()
    origins: Mapping[str, SourceMark] = field(default_factory=dict)
    selection: frozenset[str] = frozenset()
    hover: str = ""
    ghost: Ghost | None = None
    rubber: tuple[float, float, float, float] | None = None
    editable: bool = True
    tip: BrushTip | None = None

    def shapes(self) -> tuple[Shape, ...]:
        """All line shapes, back to front."""
        found = list(self._border())
        for mark in self.origins.values():
            found += self._outlines(mark, (1.0, 1.0, 1.0, 0.45), 1.2, dash=4.0)
        for mark in sorted(self.marks, key=lambda one: one.id in self.selection):
            found += self._source(mark)
        found += self._ghost() + self._rubber() + self._tip()
        return tuple(shape for shape in found if self._visible(shape))

    def labels(self, free_width: float) -> tuple[TextPlate, ...]:
        """Name plates; they stay left of ``free_width`` where they can."""
        found = [self._label(mark, free_width) for mark in self.marks if self._named(mark)]
        if self.ghost is not None:
            px, py = self.camera.to_pixel(self.ghost.x, self.ghost.y)
            text = position_text(
                self.ghost.x, self.ghost.y, whole=self.ghost.kind in ("point", "clock", "agent")
            )
            found.append(TextPlate(text, px + _GHOST_RADIUS + 6, py - 26, LABEL_PIXELS))
        return tuple(found)

    def _named(self, mark: SourceMark) -> bool:
        px, py = self.camera.to_pixel(*center(mark))
        if not (0 <= px <= self.camera.width and 0 <= py <= self.camera.height) or not mark.name:
            return False
        if mark.id == self.hover:
            return True
        return self.camera.width >= _NAMES_FROM and len(self.marks) <= _NAMES_UP_TO

    def _label(self, mark: SourceMark, free_width: float) -> TextPlate:
        px, py = self.camera.to_pixel(*center(mark))
        swatch = mark.color if mark.world else ""
        wide, _ = text_size(mark.name, LABEL_PIXELS, bool(swatch))
        if (edges := frame_pixels(mark, self.camera)) is not None:
            top = edges[1] - 22 if edges[1] >= 24 else edges[1] + 4
            return TextPlate(
                mark.name, max(min(edges[0], free_width - wide), 2.0), max(top, 2.0), LABEL_PIXELS, swatch
            )
        reach = 0.0 if mark.kind == "line" else min(outline_pixels(mark, self.camera), _LABEL_REACH)
        reach *= math.sqrt(0.5)
        left, top = px + reach + 8, max(py - reach - 16, 2.0)
        if left + wide > free_width:
            left = max(px - reach - 8 - wide, 2.0)
        return TextPlate(mark.name, left, top, LABEL_PIXELS, swatch)

    def _border(self) -> list[Shape]:
        color = rgba(self.line)
        nx, ny = self.lattice.nx, self.lattice.ny
        left, top = self.camera.to_pixel(-0.5, ny - 0.5)
        right, bottom = self.camera.to_pixel(nx - 0.5, -0.5)
        edges = _rectangle((left, top, right, bottom), color, 1.0)
        if self.lattice.is_disc:
            px, py = self.camera.to_pixel(*self.lattice.center)
            radius = self.lattice.disc_radius * self.camera.scale
            edges.append(Shape(ShapeKind.CIRCLE, px, py, radius, 0, (1.0, 1.0, 1.0, 0.55), 1.0, 0.3))
        return edges

    def _source(self, mark: SourceMark) -> list[Shape]:
        chosen = mark.id in self.selection
        opacity = 1.0 if chosen or mark.id == self.hover else mark.style.opacity
        color = _faded(on_field(self.accent) if chosen else WHITE, opacity)
        found = self._outlines(mark, color, 2.0 if chosen or mark.id == self.hover else 1.4)
        px, py = self.camera.to_pixel(*center(mark))
        if mark.kind == "line":
            ends = [(px, py), self.camera.to_pixel(mark.x2, mark.y2)]
        else:
            ends = [(px, py)]
        if chosen or mark.kind != "brush":  # what is painted shows itself; its middle is nowhere
            dot = _faded(WHITE, opacity)
            found += [Shape(ShapeKind.DOT, x, y, 3.0, 0, dot, 0.0, _HALO * opacity) for x, y in ends]
        if chosen and self.editable:
            found += self._handles(mark)
        return found

    def _outlines(self, mark: SourceMark, color: Color, width: float, dash: float = 0.0) -> list[Shape]:
        px, py = self.camera.to_pixel(mark.x, mark.y)
        if mark.kind == "line":
            qx, qy = self.camera.to_pixel(mark.x2, mark.y2)
            return [Shape(ShapeKind.SEGMENT, px, py, qx, qy, color, width + 0.4, _HALO, dash)]
        if (edges := frame_pixels(mark, self.camera)) is not None:
            if mark.kind == "brush" and mark.id not in self.selection and mark.id != self.hover:
                return _rectangle(edges, (*color[:3], 0.5 * color[3]), 1.0, 0.25, dash or 4.0)
            return _rectangle(edges, color, width, _HALO, dash or (4.0 if mark.kind == "brush" else 0.0))
        radius = outline_pixels(mark, self.camera)
        halo = _HALO * mark.style.opacity
        found = [Shape(ShapeKind.CIRCLE, px, py, radius, 0, color, width, halo, dash)]
        found += _arrow(aim(mark, self.camera), color, width, dash)
        if mark.kind == "ring":
            faint = (*color[:3], color[3] * 0.45)
            reach = mark.width * self.camera.scale
            radii = [radius + reach] + ([radius - reach] if radius > reach else [])
            found += [Shape(ShapeKind.CIRCLE, px, py, r, 0, faint, 1.0, 0.25, dash) for r in radii]
        return found

    def _handles(self, mark: SourceMark) -> list[Shape]:
        accent = on_field(self.accent)
        found: list[Shape] = []
        for part, (hx, hy) in handles(mark, self.camera).items():
            if part == "strength":
                foot = hy + STRENGTH_LIFT
                found.append(Shape(ShapeKind.SEGMENT, hx, foot, hx, hy, (*accent[:3], 0.7), 1.2, 0.3))
                found += _chevron(hx, hy, accent)
            else:
                found.append(Shape(ShapeKind.DOT, hx, hy, 5.0, 0, accent, 0.0, _HALO))
                found.append(Shape(ShapeKind.DOT, hx, hy, 3.0, 0, WHITE))
        return found

    def _ghost(self) -> list[Shape]:
        if self.ghost is None:
            return []
        px, py = self.camera.to_pixel(self.ghost.x, self.ghost.y)
        accent = on_field(self.accent)
        return [
            Shape(ShapeKind.CIRCLE, px, py, _GHOST_RADIUS, 0, accent, 1.6, _HALO, 4.0),
            Shape(ShapeKind.DOT, px, py, 3.0, 0, WHITE, 0.0, _HALO),
        ]

    def _rubber(self) -> list[Shape]:
        if self.rubber is None:
            return []
        left, top, right, bottom = self.rubber
        accent = on_field(self.accent)
        edges = _rectangle(self.rubber, accent, 1.0)
        return [Shape(ShapeKind.BOX, left, top, right, bottom, (*accent[:3], 0.14)), *edges]

    def _tip(self) -> list[Shape]:
        tip = self.tip
        if tip is None:
            return []
        accent = on_field(self.accent)
        found: list[Shape] = []
        if tip.place is not None:
            px, py = self.camera.to_pixel(*tip.place)
            radius = tip.radius * self.camera.scale
            found.append(Shape(ShapeKind.CIRCLE, px, py, max(radius, 2.0), 0, accent, 1.4, _HALO))
            found.append(Shape(ShapeKind.DOT, px, py, 1.4, 0, WHITE, 0.0, _HALO))
        return found

    def _visible(self, shape: Shape) -> bool:
        reach = 8 + (shape.c if shape.kind in (ShapeKind.CIRCLE, ShapeKind.DOT) else 0)
        if shape.kind in (ShapeKind.CIRCLE, ShapeKind.DOT):
            xs, ys = (shape.a, shape.a), (shape.b, shape.b)
        else:
            xs, ys = (shape.a, shape.c), (shape.b, shape.d)
        inside_x = max(xs) >= -reach and min(xs) <= self.camera.width + reach
        return inside_x and max(ys) >= -reach and min(ys) <= self.camera.height + reach


def _arrow(
    ends: tuple[tuple[float, float], tuple[float, float]] | None, color: Color, width: float, dash: float
) -> list[Shape]:
    """Arrow of a velocity; nothing for what rests."""
    if ends is None or ends[0] == ends[1]:
        return []
    (ax, ay), (bx, by) = ends
    turn = math.atan2(by - ay, bx - ax)
    wings = [turn + math.radians(150.0), turn - math.radians(150.0)]
    found = [Shape(ShapeKind.SEGMENT, ax, ay, bx, by, color, width, _HALO, dash)]
    return found + [
        Shape(ShapeKind.SEGMENT, bx, by, bx + 8 * math.cos(w), by + 8 * math.sin(w), color, width, _HALO)
        for w in wings
    ]


def _faded(color: Color, opacity: float) -> Color:
    return (*color[:3], color[3] * opacity)


def _rectangle(
    box: tuple[float, float, float, float], color: Color, width: float, halo: float = 0.0, dash: float = 0.0
) -> list[Shape]:
    left, top, right, bottom = box
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return [Shape(ShapeKind.SEGMENT, *a, *b, color, width, halo, dash) for a, b in pairwise(corners)]


def _chevron(x: float, y: float, color: Color) -> list[Shape]:
    """Strength handle: an arrow head up and one down on a round seat."""
    found = [Shape(ShapeKind.DOT, x, y, 6.5, 0, color, 0.0, _HALO)]
    for sign in (-1, 1):
        tip, wing = y + sign * 4.2, y + sign * 1.6
        found.append(Shape(ShapeKind.SEGMENT, x - 2.8, wing, x, tip, WHITE, 1.4))
        found.append(Shape(ShapeKind.SEGMENT, x + 2.8, wing, x, tip, WHITE, 1.4))
    return found
