"""Composer: from a view's data and options to its scene, with readout, colour bar, contours and cursor."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from tauscope.engine.base import FieldSpec
from tauscope.widgets.canvas import contours, plates
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.phase_bar import PhaseBar, modulus_notes, phase_bar
from tauscope.widgets.canvas.scene import Box
from tauscope.widgets.canvas.shapes import Shape, ShapeKind
from tauscope.widgets.readout import measured, plain

if TYPE_CHECKING:
    from tauscope.widgets.field_view import FieldView

_NOTE_LENGTH = 26
_NOTICE_INK = "#98a2b0"
_CROSS = (1.0, 1.0, 1.0, 0.8)
_RULER_FROM = 240.0

ErrorOf = Callable[[float], float | None]
PlaceOf = Callable[[int, int], str]
PART = " · "
"""Between parts of a text that may stand on lines of their own."""


class Composer:
    """Brings the scene of one view up to date before it is drawn.

    Parameters
    ----------
    view : FieldView
        Read at every draw.
    """

    def __init__(self, view: FieldView) -> None:
        self._view = view
        self._fresh = False
        self._tracer = contours.Tracer()
        self._traced: object = None
        self.error: float | ErrorOf | None = None
        """Error shown after the value under the pointer: a number, or a function of the value."""
        self.place: PlaceOf | None = None
        """Names the place of a cell (i, j) where it has more coordinates than x and y."""
        self.cell = "cell"
        """What a cell is called."""
        self.rest = ""
        """Text at the bottom left while the pointer is elsewhere, in place of the field's note."""

    def field_changed(self, box: Box | None = None) -> None:
        """The view's field is another one, or has other values in a box (rows, columns)."""
        if box is None:
            self._fresh = True
        elif not self._fresh:
            self._view.stage.scene.patch(box)

    def resolve(self) -> None:
        """Bring the scene up to date."""
        view = self._view
        scene = view.stage.scene
        camera = scene.camera
        if self._fresh:
            limits = view.limits
            scene.set_field(view.shown, *((limits.low, limits.high) if limits else (0.0, 1.0)))
            self._fresh = False
            self._traced = None
        scene.cmap, scene.thresh = view.known_map, view.linear_within
        self._trace()
        width, height = camera.width, camera.height
        if view.array is None:
            scene.plates = (plates.notice(view.empty_text, _NOTICE_INK, width, height),)
            scene.set_shapes(view.outlines(camera, width))
            return
        bar = self._bar(width, height)
        free = bar.x - 4 if bar else width
        scene.set_shapes((*view.outlines(camera, free), *self._cross(camera)))
        pointer = self._pointer_plates(width, height, free)
        tool = self._tool_plates(free)
        ruler = plates.ruler_plate(camera.scale, free - 4, height - 8, self.cell)
        if pointer and pointer[0].x + pointer[0].size()[0] > ruler.x - 4:
            ruler = replace(ruler, y=pointer[0].y - ruler.size()[1] - 4)
        scene.plates = (
            *view.wet.plates(camera, view.colors.accent),
            *view.labels,
            *self._contour_plates(camera, (*pointer, *tool), tool[0].size()[1] + 4 if tool else 0),
            *pointer,
            *tool,
            *((ruler,) if width >= _RULER_FROM else ()),
            *((bar,) if bar else ()),
        )

    def _bar(self, width: float, height: float) -> plates.BarPlate | PhaseBar | None:
        view, scene = self._view, self._view.stage.scene
        if scene.is_complex:
            notes = modulus_notes(self._modulus(), *scene.limits, view.unit, scene.thresh)
            return phase_bar(scene.cmap, notes, width, height)
        if view.is_phase:
            return phase_bar(scene.cmap, (), width, height)
        signed = view.center is not None
        return plates.bar_plate(scene.cmap, scene.limits, view.unit, signed, width, height, scene.thresh)

    def _modulus(self) -> str:
        spec = self._view.spec
        return f"|{spec.label.removesuffix('(x)')}|" if spec else "modulus"

    def _trace(self) -> None:
        """Trace contours where data, levels or scale changed since they were traced."""
        view = self._view
        scene, levels = view.stage.scene, view.contour_levels
        if not levels or view.array is None:
            scene.set_contours(None)
            self._traced = None
        elif self._traced != levels:
            scene.set_contours(self._tracer.trace(view.array, levels, view.is_phase))
            self._traced = levels

    def _tool_plates(self, free: float) -> list[plates.TextPlate]:
        """Which tool is in hand, at the top left: a click would paint with it."""
        note = self._view.painter.note
        return [plates.TextPlate(plates.wrapped(note, plates.TEXT_PIXELS, free - 16), 8, 8)] if note else []

    def _contour_plates(
        self, camera: Camera, taken: Iterable[plates.TextPlate], below: float
    ) -> list[plates.TextPlate]:
        view = self._view
        traced = view.stage.scene.contours
        if traced is None:
            return []
        found = []
        if traced.stride > 1:
            text = f"contours through every {ordinal(traced.stride)} {self.cell}"
            found.append(plates.TextPlate(text, 8, 8 + below, plates.LABEL_PIXELS))
        if view.options.contour_labels:
            found += contours.label_plates(traced, camera, [*found, *taken, *view.labels])
        return found

    def _cross(self, camera: Camera) -> tuple[Shape, ...]:
        """Cross of the linked cursor, open about its cell."""
        view = self._view
        cell = view.cursor_cell
        if view.pointer is not None or cell is None:
            return ()
        px, py = camera.to_pixel(*cell)
        gap = max(camera.scale / 2, 5.0)
        ends = ((0.0, py, px - gap, py), (px + gap, py, camera.width, py),
                (px, 0.0, px, py - gap), (px, py + gap, px, camera.height))  # fmt: skip
        return tuple(Shape(ShapeKind.SEGMENT, *each, _CROSS, 1.0, 0.5) for each in ends)

    def _pointer_plates(self, width: float, height: float, free: float) -> list[plates.TextPlate]:
        view = self._view
        found = []
        text = broken(self.readout(), free - 12)
        if text:
            plate = plates.TextPlate(text, 8, 0)
            found.append(replace(plate, y=height - plate.size()[1] - 8))
        if view.preview_text and view.pointer is not None:
            plate = plates.TextPlate(view.preview_text, 0, 0)
            wide, tall = plate.size()
            x = min(view.pointer[0] + 18, width - wide - 4)
            found.append(replace(plate, x=x, y=min(view.pointer[1] + 18, height - tall - 4)))
        return found

    def readout(self) -> str:
        """Text of the plate at the bottom left."""
        view = self._view
        spec, cell = view.spec, view.cursor_cell
        if cell is not None and view.array is not None:
            i, j = cell
            if self.place is not None:
                return f"{self._value_text(spec, i, j)}\n{self.place(i, j)}"
            return f"x {i}  y {j}  {self._value_text(spec, i, j)}"
        if self.rest:
            return self.rest if view.array is not None else ""
        note = spec.note if spec else ""
        return note if view.array is not None and len(note) <= _NOTE_LENGTH else ""

    def _value_text(self, spec: FieldSpec | None, i: int, j: int) -> str:
        view = self._view
        if view.shown is None:
            return ""
        low, high = view.colour_limits
        unit = view.unit
        suffix = f" {unit}" if unit else ""
        if view.shown.dtype.kind == "c":
            number = complex(view.shown[j, i])
            angle = measured(math.atan2(number.imag, number.real), None, math.pi)
            return f"{self._modulus()} {measured(abs(number), None, high - low)}{suffix}  arg {angle} rad"
        value = float(view.shown[j, i])
        if view.parts is not None:
            fields = (view.options.field, view.options.minus)
            names = [view.specs[name].label.replace("(x)", "") for name in fields]
            first, second = (float(part[j, i]) for part in view.parts)
            span = high - low
            a, b, c = (measured(one, None, span) for one in (first, second, value))
            return f"difference {c}{suffix}\n{names[0]} {a}  {names[1]} {b}"
        error = self.error(value) if callable(self.error) else self.error
        name = spec.label.removesuffix("(x)") if spec else "value"
        whole = view.shown.dtype.kind in "iu" and error is None
        return f"{name} {plain(value, 0) if whole else measured(value, error, high - low)}{suffix}"


def broken(text: str, width: float) -> str:
    """Text whose lines are broken between parts, so that its plate is no wider than asked for."""
    room = width - 16
    found: list[str] = []
    for whole in text.split("\n"):
        line = ""
        for part in whole.split(PART):
            longer = f"{line}{PART}{part}" if line else part
            if line and plates.text_size(longer, plates.TEXT_PIXELS)[0] - 16 > room:
                found.append(line)
                longer = part
            line = longer
        found.append(line)
    return "\n".join(found)


def ordinal(number: int) -> str:
    """Number as an ordinal, as in ``2nd`` and ``16th``."""
    last = 0 if number % 100 in (11, 12, 13) else number % 10
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"
