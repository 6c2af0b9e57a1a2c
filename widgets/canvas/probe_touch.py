"""Probes on a canvas: their marks, placing new ones with the mouse, and moving them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.name_places import beside
from tauscope.widgets.canvas.plates import LABEL_PIXELS, TextPlate
from tauscope.widgets.canvas.shapes import Shape, ShapeKind, rgba
from tauscope.widgets.docks.probe_state import PLACES, ProbeMark
from tauscope.widgets.field_view import FieldView

GRAB = 8.0
ARM = 7.0
THRESHOLD = 3.0
_HALO = 0.55
_KEY = "probes"
PENDING = "pending"
"""Id of the mark that is being placed."""

Shapes = tuple[tuple[Shape, ...], tuple[TextPlate, ...]]


class ProbeTouch(QObject):
    """Draws probes over one field view and turns mouse events on them into wishes.

    A press on a mark moves it, on an end moves that end; where a source lies under the pointer too, the
    source is meant, unless the probe is the chosen one. While a kind is placed, the next click (a point)
    or drag (a line, a region) places it, and Esc gives up.

    Signals
    -------
    placed(kind, x, y, x2, y2)
        A new probe, cells.
    moved(id, changes, phase)
        New absolute values of a probe's place; phases as for sources.
    chosen(id)
        A mark was pressed.
    given_up()
        Esc while placing.
    """

    placed = Signal(str, float, float, float, float)
    moved = Signal(str, object, str)
    chosen = Signal(str)
    given_up = Signal()

    def __init__(self, view: FieldView) -> None:
        super().__init__(view)
        self._view = view
        self._widget: QWidget | None = None
        self._marks: dict[str, ProbeMark] = {}
        self._selected = ""
        self._editable = True
        self.placing = ""
        self._draft: ProbeMark | None = None
        self._grabbed: tuple[ProbeMark, str] | None = None
        self._press = QPointF()
        self._dragging = False
        view.stage.surface_changed.connect(lambda _reason: self._listen())
        self._listen()

    def set_marks(self, marks: Iterable[ProbeMark], selected: str = "") -> None:
        """Marks to draw; hidden probes have none, nor those that stand on no field."""
        placed = (mark for mark in marks if mark.kind not in ("cluster", "global") and mark.shown)
        self._marks = {mark.id: mark for mark in placed}
        self._selected = selected
        self._draw()

    def set_editable(self, editable: bool) -> None:
        """Allow or forbid moving and placing."""
        self._editable = editable
        if not editable:
            self.place("")

    def place(self, kind: str) -> None:
        """Place a probe of this kind with the next click or drag; "" ends it."""
        self.placing, self._draft = kind, None
        self._view.canvas_native.setCursor(Qt.CursorShape.CrossCursor if kind else Qt.CursorShape.ArrowCursor)
        self._draw()

    # -- events

    def _listen(self) -> None:
        if self._widget is not None and shiboken6.isValid(self._widget):
            self._widget.removeEventFilter(self)
        self._widget = self._view.canvas_native
        self._widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Use up what concerns probes; the rest goes to the view."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                return self._on_press(event.position())
            if kind == QEvent.Type.MouseMove:
                return self._on_move(event.position())
            if kind == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
                return self._on_release(event.position())
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            busy = bool(self.placing) or self._grabbed is not None
            if busy and kind == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if busy and kind == QEvent.Type.KeyPress:
                self._give_up()
                return True
        return False

    def _on_press(self, position: QPointF) -> bool:
        view = self._view
        if not self._editable or view.lattice is None:
            return False
        self._press, self._dragging = position, False
        if self.placing:
            view.canvas_native.setFocus(Qt.FocusReason.MouseFocusReason)
            x, y = self._world(position)
            self._draft = ProbeMark(PENDING, self.placing, "", "#ffffff", "", x=x, y=y, x2=x, y2=y)  # type: ignore[arg-type]
            self._draw()
            return True
        self._grabbed = self._hit(position)
        if self._grabbed is None:
            return False
        view.canvas_native.setFocus(Qt.FocusReason.MouseFocusReason)
        self.chosen.emit(self._grabbed[0].id)
        return True

    def _on_move(self, position: QPointF) -> bool:
        far = math.hypot(position.x() - self._press.x(), position.y() - self._press.y()) >= THRESHOLD
        if self._draft is not None:
            x, y = self._world(position)
            if self._draft.kind == "point":
                self._draft = replace(self._draft, x=x, y=y)
            self._draft = replace(self._draft, x2=x, y2=y)
            self._draw()
        elif self._grabbed is not None:
            if not self._dragging and not far:
                return True
            if not self._dragging:
                self._dragging = True
                self.moved.emit(self._grabbed[0].id, _place(self._grabbed[0]), "press")
            self.moved.emit(self._grabbed[0].id, self._changes(position), "drag")
        return False  # the value under the pointer is read out all the same

    def _on_release(self, position: QPointF) -> bool:
        if self._draft is not None:
            draft, kind = self._draft, self.placing
            x, y = self._world(position)
            far = math.hypot(position.x() - self._press.x(), position.y() - self._press.y()) >= THRESHOLD
            if kind != "point" and not far:
                self._draft = None  # a click is no line; the next drag is
                self._draw()
                return True
            self.place("")
            self.placed.emit(kind, *((x, y, x, y) if kind == "point" else (draft.x, draft.y, x, y)))
            return True
        if self._grabbed is None:
            return False
        grabbed, changes = self._grabbed[0], self._changes(position)
        self._grabbed = None
        if self._dragging:
            self.moved.emit(grabbed.id, changes, "release")
        return True

    def _give_up(self) -> None:
        grabbed, self._grabbed = self._grabbed, None
        if grabbed is not None and self._dragging:
            self.moved.emit(grabbed[0].id, _place(grabbed[0]), "cancel")
        if self.placing:
            self.place("")
            self.given_up.emit()

    # -- geometry

    def _world(self, position: QPointF) -> tuple[float, float]:
        """Place in cells, whole ones, held inside the lattice: a probe measures cells."""
        x, y = self._view.pixel_to_world(position.x(), position.y())
        lattice = self._view.lattice
        if lattice is None:
            return float(round(x)), float(round(y))
        return float(min(max(round(x), 0), lattice.nx - 1)), float(min(max(round(y), 0), lattice.ny - 1))

    def _hit(self, position: QPointF) -> tuple[ProbeMark, str] | None:
        """Mark and part under the pointer: ``start`` or ``end`` of a line or region, or ``body``."""
        px, py = position.x(), position.y()
        best: tuple[float, ProbeMark, str] | None = None
        for mark in self._marks.values():
            for part, away in _distances(mark, self._view.camera, px, py):
                nearer = best is None or (away, part == "body") < (best[0], best[2] == "body")
                if away <= GRAB and nearer:
                    best = (away, mark, part)
        if best is None or (best[1].id != self._selected and self._view.hit(px, py) is not None):
            return None
        return best[1], best[2]

    def _changes(self, position: QPointF) -> dict[str, float]:
        if self._grabbed is None:
            return {}
        mark, part = self._grabbed
        x, y = self._world(position)
        if mark.kind == "point":
            return {"x": x, "y": y}
        if part == "start":
            return {**_place(mark), "x": x, "y": y}
        if part == "end":
            return {**_place(mark), "x2": x, "y2": y}
        from_x, from_y = self._world(self._press)
        dx, dy = x - from_x, y - from_y
        lattice = self._view.lattice
        if lattice is not None:
            dx = min(max(dx, -min(mark.x, mark.x2)), lattice.nx - 1 - max(mark.x, mark.x2))
            dy = min(max(dy, -min(mark.y, mark.y2)), lattice.ny - 1 - max(mark.y, mark.y2))
        return {"x": mark.x + dx, "y": mark.y + dy, "x2": mark.x2 + dx, "y2": mark.y2 + dy}

    # -- drawing

    def _draw(self) -> None:
        marks = [*self._marks.values(), *([self._draft] if self._draft is not None else [])]
        selected = self._selected
        self._view.set_extra_shapes(_KEY, (lambda camera: drawn(marks, selected, camera)) if marks else None)


def drawn(marks: Iterable[ProbeMark], selected: str, camera: Camera) -> Shapes:
    """Shapes and name plates of probes."""
    shapes: list[Shape] = []
    plates: list[TextPlate] = []
    for mark in marks:
        width = 2.4 if mark.id == selected else 1.6
        shapes += _shapes(mark, camera, width)
        px, py = camera.to_pixel(*_label_place(mark))
        inside = 0 <= px <= camera.width and 0 <= py <= camera.height
        if inside and (mark.name and (camera.width >= 300 or mark.id == selected)):
            plates.append(beside(TextPlate(mark.name, px, py, LABEL_PIXELS, mark.color), plates, camera))
        elif mark.id == PENDING:
            plates.append(beside(TextPlate(_place_text(mark), px, py, LABEL_PIXELS), plates, camera))
    return tuple(shapes), tuple(plates)


def _label_place(mark: ProbeMark) -> tuple[float, float]:
    """Where a name stands, in cells: a point, a line's right end, a region's upper right corner."""
    if mark.kind == "line":
        return max((mark.x, mark.y), (mark.x2, mark.y2))
    if mark.kind == "region":
        return max(mark.x, mark.x2), max(mark.y, mark.y2)
    return mark.x, mark.y


def _shapes(mark: ProbeMark, camera: Camera, width: float) -> list[Shape]:
    color = rgba(mark.color)
    px, py = camera.to_pixel(mark.x, mark.y)
    qx, qy = camera.to_pixel(mark.x2, mark.y2)
    line = ShapeKind.SEGMENT
    if mark.kind == "point":
        return [
            Shape(line, px - ARM, py, px - 2, py, color, width, _HALO),
            Shape(line, px + 2, py, px + ARM, py, color, width, _HALO),
            Shape(line, px, py - ARM, px, py - 2, color, width, _HALO),
            Shape(line, px, py + 2, px, py + ARM, color, width, _HALO),
        ]
    if mark.kind == "line":
        start = Shape(ShapeKind.CIRCLE, px, py, 4.0, 0, color, width, _HALO)
        return [
            Shape(line, px, py, qx, qy, color, width, _HALO),
            start,
            Shape(ShapeKind.DOT, qx, qy, 3.5, 0, color, 0.0, _HALO),
        ]
    left, top, right, bottom = _box(mark, camera)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    edges = [Shape(line, *a, *b, color, width, _HALO) for a, b in pairwise(corners)]
    dots = [Shape(ShapeKind.DOT, x, y, 3.5, 0, color, 0.0, _HALO) for x, y in ((px, py), (qx, qy))]
    return [*edges, *dots]


def _box(mark: ProbeMark, camera: Camera) -> tuple[float, float, float, float]:
    """Outline of the cells of a region, in pixels."""
    left, top = camera.to_pixel(min(mark.x, mark.x2) - 0.5, max(mark.y, mark.y2) + 0.5)
    right, bottom = camera.to_pixel(max(mark.x, mark.x2) + 0.5, min(mark.y, mark.y2) - 0.5)
    return left, top, right, bottom


def _distances(mark: ProbeMark, camera: Camera, px: float, py: float) -> list[tuple[str, float]]:
    """Pixels from the pointer to each part of a mark."""
    ax, ay = camera.to_pixel(mark.x, mark.y)
    if mark.kind == "point":
        return [("body", math.hypot(px - ax, py - ay))]
    bx, by = camera.to_pixel(mark.x2, mark.y2)
    ends = [("start", math.hypot(px - ax, py - ay)), ("end", math.hypot(px - bx, py - by))]
    if mark.kind == "line":
        return [*ends, ("body", _to_segment(px, py, ax, ay, bx, by) + 1)]
    left, top, right, bottom = _box(mark, camera)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return [*ends, ("body", min(_to_segment(px, py, *a, *b) for a, b in pairwise(corners)) + 1)]


def _to_segment(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    share = min(max(((px - ax) * dx + (py - ay) * dy) / length, 0.0), 1.0) if length else 0.0
    return math.hypot(px - ax - share * dx, py - ay - share * dy)


def _place(mark: ProbeMark) -> dict[str, Any]:
    return {name: getattr(mark, name) for name in PLACES[mark.kind]}


def _place_text(mark: ProbeMark) -> str:
    if mark.kind == "point":
        return f"x {mark.x:g}  y {mark.y:g}"
    if mark.kind == "line":
        return f"{math.hypot(mark.x2 - mark.x, mark.y2 - mark.y):.4g} cells"
    return f"{abs(mark.x2 - mark.x) + 1:g} × {abs(mark.y2 - mark.y) + 1:g} cells"
