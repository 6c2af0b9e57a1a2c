"""Source view: a canvas with camera and pointer, and the sources over its field with what is done to them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas import plates
from tauscope.widgets.canvas.budget import RedrawBudget
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.gestures import Changes, edited
from tauscope.widgets.canvas.input import CanvasInput
from tauscope.widgets.canvas.lattice import Lattice
from tauscope.widgets.canvas.marks import Hit, hit, within
from tauscope.widgets.canvas.name_places import apart
from tauscope.widgets.canvas.overlay import Ghost, Overlay
from tauscope.widgets.canvas.paint_tools import Painter
from tauscope.widgets.canvas.shapes import Shape
from tauscope.widgets.canvas.stage import Stage
from tauscope.widgets.field_header import Colors
from tauscope.widgets.state import SourceMark

_PREVIEW_SECONDS = 0.25

ExtraShapes = Callable[[Camera], tuple[tuple[Shape, ...], tuple[plates.TextPlate, ...]]]
"""Shapes and name plates that a tool adds to the overlay, by camera."""


@dataclass(frozen=True)
class DarkColors:
    """Colours until a theme is set."""

    panel: str = "#1c2026"
    raised: str = "#232830"
    line: str = "#2e343d"
    text: str = "#e6e9ee"
    muted: str = "#98a2b0"
    accent: str = "#4fb3ff"
    canvas: str = "#0d0f12"


class SourceView(QWidget):
    """Canvas of a lattice whose sources can be touched; what it shows of a field is a subclass's.

    Parameters
    ----------
    parent, budget, clock
        As those of `FieldView`.
    """

    input: CanvasInput
    """Mouse, keys and drops; made by the subclass, whose methods it calls."""

    source_dropped = Signal(str, float, float)
    files_dropped = Signal(list, float, float)
    source_edited = Signal(str, object, str)
    selection_changed = Signal(object)
    delete_requested = Signal()
    copy_requested = Signal()
    paste_requested = Signal(float, float)
    duplicate_requested = Signal()
    nudge_requested = Signal(float, float)
    context_requested = Signal(QPoint, str, float, float)
    pointer_moved = Signal(float, float, bool)
    camera_changed = Signal(object)

    def __init__(
        self,
        parent: QWidget | None = None,
        budget: RedrawBudget | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._colors: Colors = DarkColors()
        self._marks: dict[str, SourceMark] = {}
        self._selection: frozenset[str] = frozenset()
        self._preview: Changes = {}
        self._preview_text = ""
        self._preview_until: float | None = None
        self._ghost: Ghost | None = None
        self._rubber: tuple[float, float, float, float] | None = None
        self._hover = ""
        self._pointer: tuple[float, float] | None = None
        self._interactive = True
        self._overlay: Overlay | None = None
        self._outlines: tuple[Shape, ...] = ()
        self._labels: tuple[plates.TextPlate, ...] = ()
        self._free_width = 0.0
        self._extra: dict[str, ExtraShapes] = {}
        self.stage = Stage(self.resolve, budget, self)
        self.painter = Painter(self)

    def resolve(self) -> None:
        """Bring the scene up to date; called before every draw."""
        self.stage.scene.set_shapes(self.outlines(self.camera, self.camera.width))

    # ----- sources

    @property
    def marks(self) -> Mapping[str, SourceMark]:
        """Sources by id, as the application set them."""
        return self._marks

    @property
    def selection(self) -> frozenset[str]:
        """Selected ids."""
        return self._selection

    @property
    def ghost(self) -> Ghost | None:
        """Source on its way from the palette, or None."""
        return self._ghost

    @property
    def editable(self) -> bool:
        """Whether sources may be touched."""
        return self._interactive

    def set_sources(self, sources: Iterable[SourceMark]) -> None:
        """Sources to draw; ends the preview of a finished drag."""
        self._marks = {mark.id: mark for mark in sources if mark.shown}
        self.input.drop_missing()
        if not self.input.dragging:
            self._preview = {}
        self._touch()

    def set_selection(self, selection: frozenset[str]) -> None:
        """Selected ids; emits nothing."""
        if selection != self._selection:
            self._selection = frozenset(selection)
            self._touch()

    def set_interactive(self, interactive: bool) -> None:
        """Allow or forbid editing of sources; camera and readout stay."""
        if not interactive:
            self.input.cancel()
        self._interactive = interactive
        self._touch()

    def choose(self, selection: frozenset[str]) -> None:
        """Select on behalf of the user."""
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit(selection)
            self._touch()

    def hit(self, px: float, py: float) -> Hit | None:
        """What lies under a pixel."""
        chosen = self._selection if self._interactive else frozenset()
        return hit(self._marks.values(), chosen, self.camera, px, py)

    def marks_within(self, box: tuple[float, float, float, float]) -> frozenset[str]:
        """Ids of sources in a box of pixels."""
        return frozenset(key for key, mark in self._marks.items() if within(mark, self.camera, box))

    def preview(self, changes: Changes, text: str) -> None:
        """Show sources with changed values while they are dragged."""
        self._preview, self._preview_text, self._preview_until = changes, text, None
        self._touch()

    def end_preview(self) -> None:
        """Keep the preview until the application answers, but not for long."""
        self._preview_text = ""
        self._preview_until = self._clock() + _PREVIEW_SECONDS
        QTimer.singleShot(round(1000 * _PREVIEW_SECONDS) + 50, self, self.stage.refresh)
        self._touch()

    def drop_preview(self) -> None:
        """Show sources as they are."""
        self._preview, self._preview_text = {}, ""
        self._touch()

    def set_ghost(self, ghost: tuple[str, float, float] | None) -> None:
        """Show where a source from the palette would land."""
        self._ghost = None if ghost is None else Ghost(*ghost)
        self._touch()

    def set_rubber(self, box: tuple[float, float, float, float] | None) -> None:
        """Show the selection rectangle."""
        if box != self._rubber:
            self._rubber = box
            self._touch()

    def set_extra_shapes(self, key: str, make: ExtraShapes | None) -> None:
        """Draw a tool's shapes and name plates over the sources, made anew by camera; None draws none."""
        self._extra = {name: one for name, one in self._extra.items() if name != key}
        if make is not None:
            self._extra[key] = make
        self._touch()

    # ----- pointer and camera

    @property
    def camera(self) -> Camera:
        """Camera in force."""
        return self.stage.camera

    @property
    def lattice(self) -> Lattice | None:
        """Lattice shown, or None."""
        return self.stage.lattice

    @property
    def canvas_native(self) -> QWidget:
        """Widget that shows the picture and gets mouse and keys."""
        return self.stage.native

    def world_to_pixel(self, x: float, y: float) -> tuple[float, float]:
        """Position on the canvas of a point in cells."""
        return self.camera.to_pixel(x, y)

    def pixel_to_world(self, px: float, py: float) -> tuple[float, float]:
        """Point in cells at a position on the canvas."""
        return self.camera.to_world(px, py)

    def fit(self) -> None:
        """Show the whole lattice."""
        self.stage.fit()
        self.camera_changed.emit(self.camera)

    def set_camera(self, camera: Camera) -> None:
        """Show a part of the lattice."""
        self.stage.set_camera(camera)

    def zoom(self, factor: float, px: float, py: float) -> None:
        """Zoom about a pixel."""
        self.stage.zoom(factor, px, py)
        self.camera_changed.emit(self.camera)

    def pan(self, dx: float, dy: float) -> None:
        """Drag the picture by pixels."""
        self.stage.pan(dx, dy)
        self.camera_changed.emit(self.camera)

    def point_at(self, px: float, py: float) -> None:
        """Follow the pointer."""
        self._pointer = (px, py)
        under = self.hit(px, py)
        self._hover = under.id if under else ""
        x, y = self.pixel_to_world(px, py)
        self.pointer_moved.emit(x, y, self.lattice is not None and self.lattice.contains(x, y))
        self.stage.refresh()

    def point_away(self) -> None:
        """Forget the pointer."""
        x, y = self.pixel_to_world(*self._pointer) if self._pointer else (0.0, 0.0)
        self._pointer, self._hover = None, ""
        self.pointer_moved.emit(x, y, False)
        self.stage.refresh()

    def paste_position(self) -> tuple[float, float]:
        """Where a paste goes: under the pointer, or the middle of the view."""
        if self._pointer is not None:
            x, y = self.pixel_to_world(*self._pointer)
            if self.lattice is not None and self.lattice.contains(x, y):
                return x, y
        return self.camera.cx, self.camera.cy

    def picture(self) -> QImage:
        """Pixels of the canvas as shown on screen."""
        return self.stage.picture()

    def painted(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        """Canvas painted anew at another size, for snapshots."""
        return self.stage.painted(width, height, ratio)

    def release(self) -> None:
        """Draw no more; call before the view goes away for good."""
        self.stage.release()

    # ----- outlines

    @property
    def pointer(self) -> tuple[float, float] | None:
        """Pixel under the pointer, or None while it is elsewhere."""
        return self._pointer

    @property
    def preview_text(self) -> str:
        """What is read out of the drag in progress, or ""."""
        return self._preview_text

    @property
    def colors(self) -> Colors:
        """Theme's colours in force."""
        return self._colors

    @property
    def labels(self) -> tuple[plates.TextPlate, ...]:
        """Name plates that go with the outlines made last."""
        return self._labels

    def _touch(self) -> None:
        self._overlay = None
        self.stage.refresh()

    def outlines(self, camera: Camera, free_width: float) -> tuple[Shape, ...]:
        """Everything over the field; name plates stay left of ``free_width`` where they can."""
        if self._preview_until is not None and self._clock() > self._preview_until:
            self._preview, self._preview_until, self._overlay = {}, None, None
        lattice = self.lattice
        if lattice is None:
            return ()
        old, now = self._overlay, (camera, lattice, self._hover, self.painter.tip(self._pointer))
        same = old is not None and (old.camera, old.lattice, old.hover, old.tip) == now
        if same and free_width == self._free_width:  # longer numbers beside the bar take room from the names
            return self._outlines
        self._free_width = free_width
        self._overlay = self._compose(lattice, camera)
        extra = [make(camera) for make in self._extra.values()]
        names = (*self._overlay.labels(free_width), *(one for _, labels in extra for one in labels))
        self._labels = apart(names, camera)
        self._outlines = (*self._overlay.shapes(), *(one for shapes, _ in extra for one in shapes))
        return self._outlines

    def _compose(self, lattice: Lattice, camera: Camera) -> Overlay:
        preview, known = self._preview, self._marks
        shown = tuple(edited(mark, preview.get(key, {})) for key, mark in known.items())
        origins = {key: known[key] for key in preview if key in known} if self._preview_text else {}
        return Overlay(
            lattice, camera, self._colors.accent, "#3a424d", shown, origins, self._selection, self._hover,
            self._ghost, self._rubber, self._interactive, self.painter.tip(self._pointer),
        )  # fmt: skip
