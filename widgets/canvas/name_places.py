"""Where the name of a mark on a field stands, so that it covers no other name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.plates import TextPlate

_ROWS = 4
"""Rows that a name is moved by at most."""


def apart(plates: Iterable[TextPlate], camera: Camera) -> tuple[TextPlate, ...]:
    """Names each at its place, or in the nearest free row above or below where another stands there."""
    placed: list[TextPlate] = []
    for plate in plates:
        tall = plate.size()[1] + 1
        rows = [0, *(sign * step for step in range(1, _ROWS + 1) for sign in (1, -1))]
        moved = (replace(plate, y=plate.y + row * tall) for row in rows)
        free = (one for one in moved if not any(_overlap(one, other) for other in placed))
        inside = (one for one in free if one.y == plate.y or 0 <= one.y <= camera.height - tall)
        placed.append(next(inside, plate))
    return tuple(placed)


def _overlap(one: TextPlate, other: TextPlate) -> bool:
    (wide, tall), (width, height) = one.size(), other.size()
    across = one.x < other.x + width and other.x < one.x + wide
    return across and one.y < other.y + height and other.y < one.y + tall


def beside(plate: TextPlate, taken: Iterable[TextPlate], camera: Camera) -> TextPlate:
    """Move a name from its place to the first free room around it; below it where all is taken."""
    wide, tall = plate.size()
    boxes = [(one.x, one.y, *one.size()) for one in taken]
    right, left = plate.x + 9, plate.x - 9 - wide
    if right + wide > camera.width:
        right, left = left, right
    rows = [plate.y + 5, plate.y - 5 - tall]
    for step in range(1, len(boxes) + 1):
        rows += [plate.y + 5 + step * (tall + 1), plate.y - 5 - tall - step * (tall + 1)]
    for x, y in [(x, y) for y in rows for x in (right, left)]:
        inside = x >= 0 and y >= 0 and x + wide <= camera.width and y + tall <= camera.height
        if inside and not any(
            x < bx + bw and bx < x + wide and y < by + bh and by < y + tall for bx, by, bw, bh in boxes
        ):
            return replace(plate, x=x, y=y)
    return replace(plate, x=right, y=plate.y + 5)
