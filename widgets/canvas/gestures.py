"""Dragging a source or one of its handles: from pointer positions to new absolute values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.lattice import Lattice
from tauscope.widgets.canvas.marks import AIM_FROM, AIM_REACH, Part, center
from tauscope.widgets.readout import plain, significant
from tauscope.widgets.state import AIMED, DIRECTED, SourceMark

Changes = dict[str, dict[str, float]]
"""New absolute values by source id and parameter."""

LEAST_RADIUS = 0.5
PIXELS_PER_DECADE = 100.0
_ON_CELLS = ("point", "brush", "clock", "agent")
"""Kinds that lie on whole cells."""


class Gesture(Protocol):
    """One drag, from press to release."""

    def initial(self) -> Changes:
        """Values before the drag."""
        ...

    def at(self, camera: Camera, px: float, py: float, snap: bool) -> Changes:
        """Values with the pointer at a pixel; ``snap`` to whole cells."""
        ...

    def text(self, changes: Changes) -> str:
        """Readout while dragging."""
        ...


class Move:
    """Moves sources by the pointer's way; point sources stay on cell centres, others are exact."""

    def __init__(self, marks: tuple[SourceMark, ...], lattice: Lattice, start: tuple[float, float]) -> None:
        self._marks = marks
        self._lattice = lattice
        self._start = start

    def initial(self) -> Changes:
        """Positions before the drag."""
        return {mark.id: _position(mark, mark.x, mark.y) for mark in self._marks}

    def at(self, camera: Camera, px: float, py: float, snap: bool) -> Changes:
        """Positions with the pointer at a pixel."""
        x, y = camera.to_world(px, py)
        dx, dy = x - self._start[0], y - self._start[1]
        return {mark.id: moved(mark, dx, dy, self._lattice, snap) for mark in self._marks}

    def text(self, changes: Changes) -> str:
        """Position of the first source."""
        first = changes[self._marks[0].id]
        return position_text(first["x"], first["y"], whole=self._marks[0].kind in _ON_CELLS)


class Resize:
    """Changes width or radius by the pointer's way away from the centre."""

    def __init__(self, mark: SourceMark, part: Part, start: tuple[float, float]) -> None:
        self._mark = mark
        self._part = part
        self._away = math.hypot(start[0] - mark.x, start[1] - mark.y)

    def initial(self) -> Changes:
        """Width or radius before the drag."""
        return {self._mark.id: {self._part: float(getattr(self._mark, self._part))}}

    def at(self, camera: Camera, px: float, py: float, snap: bool) -> Changes:
        """Width or radius with the pointer at a pixel."""
        x, y = camera.to_world(px, py)
        way = math.hypot(x - self._mark.x, y - self._mark.y) - self._away
        # An image's width is what lies on both sides of its middle.
        value = getattr(self._mark, self._part) + (2.0 if self._mark.kind == "image" else 1.0) * way
        least, most = self._mark.style.widths if self._part == "width" else (LEAST_RADIUS, math.inf)
        value = min(max(value, least), most)
        return {self._mark.id: {self._part: min(float(max(round(value), 1)), most) if snap else value}}

    def text(self, changes: Changes) -> str:
        """Width or radius in cells."""
        value = changes[self._mark.id][self._part]
        name = "σ" if self._mark.kind in ("gaussian", "packet", "light") else self._part
        return f"{name} {plain(value, 2)} {self._mark.style.lengths}"


class Strengthen:
    """Multiplies the strength by ten for each hundred pixels upwards."""

    def __init__(self, mark: SourceMark, py: float) -> None:
        self._mark = mark
        self._py = py

    def initial(self) -> Changes:
        """Strength before the drag."""
        return {self._mark.id: {"strength": self._mark.strength}}

    def at(self, _camera: Camera, _px: float, py: float, snap: bool) -> Changes:
        """Strength with the pointer at a height."""
        style = self._mark.style
        strength = (self._mark.strength or style.rest) * 10.0 ** ((self._py - py) / PIXELS_PER_DECADE)
        strength = min(max(strength, style.strengths[0]), style.strengths[1])
        if snap and strength != 0:
            strength = float(f"{strength:.0e}")
        return {self._mark.id: {"strength": strength}}

    def text(self, changes: Changes) -> str:
        """Strength with three digits."""
        return f"strength {significant(changes[self._mark.id]['strength'])} {self._mark.style.unit}"


class MoveEnd:
    """Moves one end of a line."""

    def __init__(self, mark: SourceMark, part: Part, lattice: Lattice, start: tuple[float, float]) -> None:
        self._mark = mark
        self._names = ("x", "y") if part == "start" else ("x2", "y2")
        self._lattice = lattice
        self._offset = (getattr(mark, self._names[0]) - start[0], getattr(mark, self._names[1]) - start[1])

    def initial(self) -> Changes:
        """End before the drag."""
        return {self._mark.id: {name: float(getattr(self._mark, name)) for name in self._names}}

    def at(self, camera: Camera, px: float, py: float, snap: bool) -> Changes:
        """End with the pointer at a pixel."""
        x, y = camera.to_world(px, py)
        x, y = self._lattice.clamped(x + self._offset[0], y + self._offset[1])
        if snap:
            x, y = float(round(x)), float(round(y))
        return {self._mark.id: dict(zip(self._names, (x, y), strict=True))}

    def text(self, changes: Changes) -> str:
        """Position of the end."""
        x, y = changes[self._mark.id].values()
        return position_text(x, y, whole=False)


class Aim:
    """Sets a pattern's velocity by the way from its middle to the pointer, or of light its direction."""

    TURN = math.radians(15.0)
    """Snapped directions are so far apart."""

    def __init__(self, mark: SourceMark) -> None:
        self._mark = mark

    def initial(self) -> Changes:
        """Velocity before the drag."""
        return {self._mark.id: {"vx": self._mark.vx, "vy": self._mark.vy}}

    def at(self, camera: Camera, px: float, py: float, snap: bool) -> Changes:
        """Velocity with the pointer at a pixel; ``snap`` to 15 degrees and twentieths."""
        mark = self._mark
        cx, cy = camera.to_pixel(mark.x, mark.y)
        away, angle = math.hypot(px - cx, cy - py), math.atan2(cy - py, px - cx)
        speed = 1.0
        if mark.kind not in DIRECTED:
            speed = min(max((away - AIM_FROM) / AIM_REACH, 0.0), AIMED[mark.kind])
        if snap:
            angle, speed = self.TURN * round(angle / self.TURN), 0.05 * round(speed / 0.05)
        # As it is kept, and what is shown is what the engine gets.
        return {mark.id: {"vx": round(speed * math.cos(angle), 3), "vy": round(speed * math.sin(angle), 3)}}

    def text(self, changes: Changes) -> str:
        """Speed and direction."""
        vx, vy = changes[self._mark.id].values()
        angle = f"{plain(math.degrees(math.atan2(vy, vx)), 0)}°"
        if self._mark.kind in DIRECTED:
            return f"direction {angle}"
        speed = math.hypot(vx, vy)
        return f"v {plain(speed, 2)} c  {angle}" if speed else "at rest"


def begin(
    marks: Mapping[str, SourceMark], chosen: frozenset[str], grabbed: str, part: Part, lattice: Lattice,
    camera: Camera, px: float, py: float,
) -> Gesture:  # fmt: skip
    """Gesture that starts at a pixel on a part of the source ``grabbed``."""
    mark, start = marks[grabbed], camera.to_world(px, py)
    if part == "strength":
        return Strengthen(mark, py)
    if part == "aim":
        return Aim(mark)
    if part in ("width", "radius"):
        return Resize(mark, part, start)
    if part in ("start", "end"):
        return MoveEnd(mark, part, lattice, start)
    # The grabbed one first: its position is the one that is read out.
    others = tuple(one for key, one in marks.items() if key in chosen and key != grabbed)
    return Move((mark, *others), lattice, start)


def moved(mark: SourceMark, dx: float, dy: float, lattice: Lattice, snap: bool) -> dict[str, float]:
    """Position of a source moved by ``(dx, dy)`` cells within the lattice."""
    if mark.kind == "line":
        low_x, high_x = min(mark.x, mark.x2), max(mark.x, mark.x2)
        low_y, high_y = min(mark.y, mark.y2), max(mark.y, mark.y2)
        dx = min(max(dx, -low_x), lattice.nx - 1 - high_x)
        dy = min(max(dy, -low_y), lattice.ny - 1 - high_y)
        if snap:
            dx, dy = round(mark.x + dx) - mark.x, round(mark.y + dy) - mark.y
        return _position(mark, mark.x + dx, mark.y + dy)
    # A brush stands where its middle does: its own place is a corner, which may lie outside.
    off_x, off_y = (at - own for at, own in zip(center(mark), (mark.x, mark.y), strict=True))
    if mark.style.torus:
        x, y = wrapped(mark.x + dx, lattice.nx), wrapped(mark.y + dy, lattice.ny)
        if snap or mark.kind in _ON_CELLS:
            x, y = wrapped(round(x), lattice.nx), wrapped(round(y), lattice.ny)
        return _position(mark, x, y)
    x, y = lattice.clamped(mark.x + dx + off_x, mark.y + dy + off_y)
    x, y = x - off_x, y - off_y
    if snap or mark.kind in _ON_CELLS:
        x, y = float(round(x)), float(round(y))
    return _position(mark, x, y)


def wrapped(place: float, size: int) -> float:
    """Place on a ring of cells as a canvas shows it, from half a cell before the first one on."""
    return (place + 0.5) % size - 0.5


def dropped(kind: str, x: float, y: float, lattice: Lattice) -> tuple[float, float]:
    """Where a new source lands: a point on its cell, others exactly under the pointer."""
    if kind in _ON_CELLS:
        i, j = lattice.cell(x, y)
        return float(i), float(j)
    return lattice.clamped(x, y)


def edited(mark: SourceMark, changes: Mapping[str, float]) -> SourceMark:
    """Mark with changed values, for the preview while dragging."""
    values: dict[str, Any] = dict(changes)
    return replace(mark, **values)


def position_text(x: float, y: float, *, whole: bool) -> str:
    """Position in cells."""
    decimals = 0 if whole else 2
    return f"x {plain(x, decimals)}  y {plain(y, decimals)}"


def _position(mark: SourceMark, x: float, y: float) -> dict[str, float]:
    if mark.kind == "line":
        return {"x": x, "y": y, "x2": mark.x2 + x - mark.x, "y2": mark.y2 + y - mark.y}
    return {"x": x, "y": y}
