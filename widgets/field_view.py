"""Field view: a header, and a canvas with a field, colour bar, sources and the value under the pointer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint, QSize, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tauscope.engine.base import Array, FieldSpec, Limits
from tauscope.widgets.canvas import colormaps, contours, plates, scaling
from tauscope.widgets.canvas.budget import RedrawBudget
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.gestures import Changes, edited
from tauscope.widgets.canvas.gl import EMULATED
from tauscope.widgets.canvas.input import SOURCE_MIME, CanvasInput
from tauscope.widgets.canvas.lattice import Lattice
from tauscope.widgets.canvas.marks import Hit, hit, within
from tauscope.widgets.canvas.overlay import Ghost, Overlay
from tauscope.widgets.canvas.paint_tools import Painter
from tauscope.widgets.canvas.shapes import Shape, ShapeKind
from tauscope.widgets.canvas.stage import Stage
from tauscope.widgets.field_header import HINT, Colors, FieldHeader
from tauscope.widgets.limits_dialog import LimitsDialog, ask_levels, ask_threshold
from tauscope.widgets.readout import measured, plain
from tauscope.widgets.state import SourceMark, ViewOptions
from tauscope.widgets.view_group import ViewGroup

__all__ = ["SOURCE_MIME", "FieldView"]

EMPTY_TEXT = "No run yet – choose a preset"
PREPARING = "Preparing…"
_PREVIEW_SECONDS = 0.25
_NOTE_LENGTH = 26
_CROSS = (1.0, 1.0, 1.0, 0.8)
_RULER_FROM = 240.0

ErrorOf = Callable[[float], float | None]
ExtraShapes = Callable[[Camera], tuple[tuple[Shape, ...], tuple[plates.TextPlate, ...]]]
"""Shapes and name plates that a tool adds to the overlay, by camera."""


@dataclass(frozen=True)
class _Dark:
    """Colours until a theme is set."""

    panel: str = "#1c2026"
    raised: str = "#232830"
    line: str = "#2e343d"
    text: str = "#e6e9ee"
    muted: str = "#98a2b0"
    accent: str = "#4fb3ff"
    canvas: str = "#0d0f12"


class FieldView(QWidget):
    """Shows one field of an engine and lets the user touch its sources.

    It changes nothing but its own camera, pointer and selection: every other wish is a signal, and the
    application answers by setting options, sources or arrays. ``source_edited`` carries new absolute values;
    its phases are ``press`` (values before the drag), ``drag``, then ``release`` or ``cancel`` (values before
    the drag again), one signal for each selected source.

    Parameters
    ----------
    parent : QWidget or None
        Owner.
    budget : RedrawBudget or None
        Decides when new data are drawn; without one they are drawn at once.
    clock : callable
        Seconds for the smoothing of colour limits.
    """

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
    options_changed = Signal(object)
    snapshot_requested = Signal()
    field_chosen = Signal(str)
    camera_changed = Signal(object)
    surface_requested = Signal()
    link_requested = Signal(bool)
    data_changed = Signal()

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        budget: RedrawBudget | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._specs: dict[str, FieldSpec] = {}
        self._options = ViewOptions("", colormaps.default_map("sequential"))
        self._array: Array | None = None
        self._parts: tuple[Array, Array] | None = None
        self._empty_text = EMPTY_TEXT
        self._limits: Limits | None = None
        self._fresh = False
        self._smoother = scaling.Smoother()
        self._colors: Colors = _Dark()
        self._marks: dict[str, SourceMark] = {}
        self._selection: frozenset[str] = frozenset()
        self._preview: Changes = {}
        self._preview_text = ""
        self._preview_until: float | None = None
        self._ghost: Ghost | None = None
        self._rubber: tuple[float, float, float, float] | None = None
        self._hover = ""
        self._pointer: tuple[float, float] | None = None
        self._error: float | ErrorOf | None = None
        self._interactive = True
        self._overlay: Overlay | None = None
        self._outlines: tuple[Shape, ...] = ()
        self._labels: tuple[plates.TextPlate, ...] = ()
        self._extra: dict[str, ExtraShapes] = {}
        self._group: ViewGroup | None = None
        self._cursor: tuple[float, float] | None = None
        self._tracer = contours.Tracer()
        self._traced: object = None
        self.header = FieldHeader(self)
        self.stage = Stage(self._resolve, budget, self)
        self.painter = Painter(self)
        self.input = CanvasInput(self)
        self._arrange()

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.stage, 1)
        self.header.field_chosen.connect(self.field_chosen)
        self.header.options_wished.connect(self._wish)
        self.header.limits_wished.connect(self.ask_limits)
        self.header.autoscale_wished.connect(self.autoscale_once)
        self.header.fit_wished.connect(self.fit)
        self.header.snapshot_wished.connect(self.snapshot_requested)
        self.header.threshold_wished.connect(self.ask_threshold)
        self.header.levels_wished.connect(self.ask_levels)
        self.header.surface_wished.connect(self.surface_requested)
        self.header.link_wished.connect(self.link_requested)
        self.stage.surface_changed.connect(self._surface_changed)
        self._surface_changed(self.stage.reason)
        self.set_theme(self._colors)

    def sizeHint(self) -> QSize:
        """Enough for a square lattice in a dock."""
        return QSize(320, 300)

    def _surface_changed(self, reason: str) -> None:
        self.input.listen(self.canvas_native)
        self.canvas_native.setAccessibleName("Field canvas")
        self.canvas_native.setAccessibleDescription(HINT)
        self.header.set_raster("" if reason.startswith(EMULATED) else reason)

    # ----- what is shown

    @property
    def options(self) -> ViewOptions:
        """Options in force."""
        return self._options

    @property
    def spec(self) -> FieldSpec | None:
        """Spec of what is shown, a field or the difference of two, or None."""
        first, second = (self._specs.get(name) for name in (self._options.field, self._options.minus))
        return first if first is None or second is None else difference_spec(first, second)

    @property
    def specs(self) -> Mapping[str, FieldSpec]:
        """Fields that the header offers, by name."""
        return self._specs

    @property
    def limits(self) -> Limits | None:
        """Smallest and largest value of the data shown, or None."""
        return self._limits

    @property
    def colour_limits(self) -> tuple[float, float]:
        """Values at the bottom and the top of the colour bar."""
        return self.stage.scene.limits

    @property
    def array(self) -> Array | None:
        """Field, or difference of two, as it was set, or None."""
        return self._array

    def set_specs(self, specs: Mapping[str, FieldSpec]) -> None:
        """Fields that the header offers."""
        self._specs = dict(specs)
        self.header.set_specs(self._specs)
        self.stage.refresh()

    def set_options(self, options: ViewOptions) -> None:
        """Show another field, in other colours, or with other limits."""
        old, self._options = self._options, options
        other = (options.field, options.minus) != (old.field, old.minus)
        if other:
            self.clear(EMPTY_TEXT if self._empty_text == EMPTY_TEXT and self._array is None else PREPARING)
        if options.autoscale != old.autoscale or other:
            self._smoother.reset()
        self.header.set_options(options)
        self._scale()
        self.stage.refresh()

    def set_array(
        self, array: Array, limits: Limits | None = None, parts: tuple[Array, Array] | None = None
    ) -> None:
        """Show new data; kept by reference, so they must not change afterwards.

        Parameters
        ----------
        array : array, shape (ny, nx)
            Any real dtype; row 0 is at the bottom.
        limits : Limits or None
            Of this array; computed here when missing, which costs milliseconds on a large lattice.
        parts : tuple of array or None
            The two fields whose difference ``array`` is, where the options name a second field. Without them
            such a view stays empty: it must not show one field as the difference of two.
        """
        if self._options.minus and parts is None:
            self.clear("The difference needs both of its fields, and one of them is not here")
            return
        ny, nx = array.shape
        lattice = self.stage.lattice
        if lattice is None or (lattice.nx, lattice.ny) != (nx, ny):
            self.set_lattice(nx, ny)
        self._array, self._parts = array, parts
        self._limits = Limits.of(array) if limits is None else limits
        self._fresh = True
        self._scale()
        self.stage.changed()
        self.data_changed.emit()

    @property
    def empty_text(self) -> str:
        """What stands in the view while it has no data."""
        return self._empty_text

    def clear(self, why: str = EMPTY_TEXT) -> None:
        """Show no data, and say why or what to do."""
        self._empty_text = why
        self._array = self._limits = self._parts = None
        self._fresh = True
        self._smoother.reset()
        self.stage.refresh()

    def set_lattice(self, nx: int, ny: int, boundary: str = "", disc_radius: float | None = None) -> None:
        """Size of the lattice and what bounds it."""
        self.stage.set_lattice(Lattice(nx, ny, boundary, disc_radius or 0.0))

    def set_note(self, text: str) -> None:
        """Text at the right of the header."""
        self.header.note.set_text(text)

    def set_value_error(self, error: float | ErrorOf | None) -> None:
        """Error shown after the value under the pointer: a number, or a function of the value."""
        self._error = error
        self.stage.refresh()

    def set_theme(self, theme: Colors) -> None:
        """Take a theme's colours."""
        self._colors = theme
        self.stage.scene.background = theme.canvas
        self.header.set_colors(theme)
        self.stage.refresh()

    def set_budget(self, budget: RedrawBudget | None) -> None:
        """Hand the drawing of new data to a budget."""
        self.stage.set_budget(budget)

    def _scale(self) -> None:
        options, limits = self._options, self._limits
        low, high = options.low, options.high
        if options.autoscale == "frozen" and low is not None and high is not None and high > low:
            self.stage.scene.limits = (low, high)
            return
        if limits is None:
            return
        if options.autoscale in ("frozen", "once") and self._smoother.value is not None:
            return
        if options.autoscale == "shared" and self._group is not None:
            self._group.share(self)
            return
        wanted = scaling.target(limits, options.autoscale, self._center())
        self.stage.scene.limits = self._smoother.follow(wanted, self._clock())

    def _center(self) -> float | None:
        spec = self.spec
        if spec is None or spec.palette != "diverging":
            return None
        return spec.center or 0.0

    # ----- scale, contours, companions

    @property
    def linear_within(self) -> float:
        """Threshold of the symlog scale in force, 0 on the linear scale."""
        spec = self.spec
        if self._options.scale != "symlog" or (spec is not None and spec.palette == "cyclic"):
            return 0.0
        return scaling.threshold(self._options.linthresh, *self.colour_limits)

    @property
    def contour_levels(self) -> tuple[float, ...]:
        """Values at which contours are drawn now."""
        options, (low, high) = self._options, self.colour_limits
        if options.levels or options.contours <= 0:
            return options.levels
        found = scaling.round_values(low, high, options.contours + 2, self.linear_within)
        return tuple(value for value in found if low < value < high)

    def join(self, group: ViewGroup) -> None:
        """Share colour limits, cameras and cursors with a group."""
        self._group = group

    def take_shared(self, limits: tuple[float, float]) -> None:
        """Take colour limits in common with other views."""
        if self.stage.scene.limits != limits:
            self.stage.scene.limits = limits
            self.stage.changed()

    def set_linked(self, linked: bool) -> None:
        """Say in the header whether cameras and cursors are linked."""
        self.header.set_linked(linked)

    @property
    def cursor_cell(self) -> tuple[int, int] | None:
        """Cell (i, j) of the pointer or of the linked cursor, or None outside the lattice."""
        place = self.pixel_to_world(*self._pointer) if self._pointer is not None else self._cursor
        if place is None or self.lattice is None or self.value_at(*place) is None:
            return None
        return self.lattice.cell(*place)

    def set_cursor(self, place: tuple[float, float] | None) -> None:
        """Show a cross at the cell of a point, and its value, or none; the pointer itself comes first."""
        if place != self._cursor:
            self._cursor = place
            self.stage.refresh()

    def ask_threshold(self) -> None:
        """Ask where the symlog scale turns logarithmic."""
        ask_threshold(
            self, self._options.linthresh, self.linear_within, self._unit(),
            lambda value: self._wish(replace(self._options, scale="symlog", linthresh=value)),
        )  # fmt: skip

    def ask_levels(self) -> None:
        """Ask for the values of the contours."""
        ask_levels(
            self, self.contour_levels, self._unit(),
            lambda values: self._wish(replace(self._options, levels=values, contours=0)),
        )  # fmt: skip

    def _unit(self) -> str:
        spec = self.spec
        return spec.unit if spec and spec.unit != "1" else ""

    # ----- limits

    def autoscale_once(self) -> None:
        """Take the limits of the present data at once; frozen limits stay frozen at the new ones."""
        if self._limits is None:
            return
        if self._options.autoscale == "frozen":
            low, high = scaling.target(self._limits, "continuous", self._center())
            self.options_changed.emit(replace(self._options, low=low, high=high))
            return
        self._smoother.reset()
        if self._group is not None:
            self._group.reset(self)
        self._scale()
        self.stage.refresh()

    def ask_limits(self) -> None:
        """Open the dialog for exact limits."""
        dialog = LimitsDialog(*self.colour_limits, self._unit(), self)
        dialog.chosen.connect(self._freeze)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _freeze(self, low: float, high: float) -> None:
        self.options_changed.emit(replace(self._options, autoscale="frozen", low=low, high=high))

    def _wish(self, options: ViewOptions) -> None:
        if options.autoscale == "frozen" and self._options.autoscale != "frozen":
            low, high = self.colour_limits
            options = replace(options, low=low, high=high)
        elif options.autoscale != "frozen":
            options = replace(options, low=None, high=None)
        self.options_changed.emit(options)

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

    def value_at(self, x: float, y: float) -> float | None:
        """Value of the cell at a point, or None outside the lattice or without data."""
        lattice = self.lattice
        if self._array is None or lattice is None or not -0.5 <= x < lattice.nx - 0.5:
            return None
        if not -0.5 <= y < lattice.ny - 0.5:
            return None
        i, j = lattice.cell(x, y)
        return float(self._array[j, i])

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

    def readout(self) -> str:
        """Text of the plate at the bottom left."""
        spec, cell = self.spec, self.cursor_cell
        if cell is not None and self._array is not None:
            i, j = cell
            return f"x {i}  y {j}  {self._value_text(spec, i, j)}"
        note = spec.note if spec else ""
        return note if self._array is not None and len(note) <= _NOTE_LENGTH else ""

    def _value_text(self, spec: FieldSpec | None, i: int, j: int) -> str:
        if self._array is None:
            return ""
        low, high = self.colour_limits
        value, unit = float(self._array[j, i]), self._unit()
        suffix = f" {unit}" if unit else ""
        if self._parts is not None:
            fields = (self._options.field, self._options.minus)
            names = [self._specs[name].label.replace("(x)", "") for name in fields]
            first, second = (float(part[j, i]) for part in self._parts)
            span = high - low
            a, b, c = (measured(one, None, span) for one in (first, second, value))
            return f"difference {c}{suffix}\n{names[0]} {a}  {names[1]} {b}"
        error = self._error(value) if callable(self._error) else self._error
        name = spec.label.removesuffix("(x)") if spec else "value"
        whole = self._array.dtype.kind in "iu" and error is None
        return f"{name} {plain(value, 0) if whole else measured(value, error, high - low)}{suffix}"

    # ----- resolving

    def _touch(self) -> None:
        self._overlay = None
        self.stage.refresh()

    def _resolve(self) -> None:
        scene, camera = self.stage.scene, self.stage.scene.camera
        if self._fresh:
            limits = self._limits
            scene.set_field(self._array, *((limits.low, limits.high) if limits else (0.0, 1.0)))
            self._fresh = False
            self._traced = None
        scene.cmap, scene.thresh = self.known_map, self.linear_within
        self._trace()
        width, height = camera.width, camera.height
        if self._array is None:
            text = plates.TextPlate(self._empty_text, 0, 0, 13, bare=True, ink="#98a2b0")
            wide, tall = text.size()
            scene.plates = (replace(text, x=(width - wide) / 2, y=(height - tall) / 2),)
            scene.set_shapes(self._shapes(camera, width))
            return
        bar = plates.bar_plate(
            scene.cmap, scene.limits, self._unit(), self._center() is not None, width, height, scene.thresh
        )
        free = bar.x - 4 if bar else width
        scene.set_shapes((*self._shapes(camera, free), *self._cross(camera)))
        pointer = self._pointer_plates(width, height)
        ruler = plates.ruler_plate(camera.scale, free - 4, height - 8)
        if pointer and pointer[0].x + pointer[0].size()[0] > ruler.x - 4:
            ruler = replace(ruler, y=pointer[0].y - ruler.size()[1] - 4)
        scene.plates = (
            *self._labels,
            *self._contour_plates(camera, pointer),
            *pointer,
            *((ruler,) if width >= _RULER_FROM else ()),
            *((bar,) if bar else ()),
        )

    def _trace(self) -> None:
        """Trace contours where data, levels or scale changed since they were traced."""
        scene, levels = self.stage.scene, self.contour_levels
        if not levels or self._array is None:
            scene.set_contours(None)
            self._traced = None
        elif self._traced != levels:
            scene.set_contours(self._tracer.trace(self._array, levels))
            self._traced = levels

    def _contour_plates(self, camera: Camera, taken: Iterable[plates.TextPlate]) -> list[plates.TextPlate]:
        traced = self.stage.scene.contours
        if traced is None:
            return []
        found = []
        if traced.stride > 1:
            text = f"contours through every {ordinal(traced.stride)} cell"
            found.append(plates.TextPlate(text, 8, 8, plates.LABEL_PIXELS))
        if self._options.contour_labels:
            found += contours.label_plates(traced, camera, [*found, *taken, *self._labels])
        return found

    def _cross(self, camera: Camera) -> tuple[Shape, ...]:
        """Cross of the linked cursor, open about its cell."""
        cell = self.cursor_cell
        if self._pointer is not None or cell is None:
            return ()
        px, py = camera.to_pixel(*cell)
        gap = max(camera.scale / 2, 5.0)
        ends = ((0.0, py, px - gap, py), (px + gap, py, camera.width, py),
                (px, 0.0, px, py - gap), (px, py + gap, px, camera.height))  # fmt: skip
        return tuple(Shape(ShapeKind.SEGMENT, *each, _CROSS, 1.0, 0.5) for each in ends)

    @property
    def known_map(self) -> str:
        """Colour map in use: the one chosen, or the usual one where that is unknown."""
        try:
            colormaps.table(self._options.cmap)
        except ValueError:
            return colormaps.default_map(self.spec.palette if self.spec else "sequential")
        return self._options.cmap

    def _shapes(self, camera: Camera, free_width: float) -> tuple[Shape, ...]:
        if self._preview_until is not None and self._clock() > self._preview_until:
            self._preview, self._preview_until, self._overlay = {}, None, None
        lattice = self.lattice
        if lattice is None:
            return ()
        old, now = self._overlay, (camera, lattice, self._hover, self.painter.tip(self._pointer))
        if old is not None and (old.camera, old.lattice, old.hover, old.tip) == now:
            return self._outlines
        self._overlay = self._compose(lattice, camera)
        extra = [make(camera) for make in self._extra.values()]
        self._labels = (*self._overlay.labels(free_width), *(one for _, labels in extra for one in labels))
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

    def _pointer_plates(self, width: float, height: float) -> list[plates.TextPlate]:
        found = []
        text = self.readout()
        if text:
            plate = plates.TextPlate(text, 8, 0)
            found.append(replace(plate, y=height - plate.size()[1] - 8))
        if self._preview_text and self._pointer is not None:
            plate = plates.TextPlate(self._preview_text, 0, 0)
            wide, tall = plate.size()
            x = min(self._pointer[0] + 18, width - wide - 4)
            found.append(replace(plate, x=x, y=min(self._pointer[1] + 18, height - tall - 4)))
        return found


def difference_spec(first: FieldSpec, second: FieldSpec) -> FieldSpec:
    """Spec of ``first - second``, in the unit of the first, with a map about 0."""
    return FieldSpec(
        f"{first.name}_minus_{second.name}", f"{first.label} − {second.label}", "", first.dims, first.dtype,
        first.unit, first.kind, first.cost, palette="diverging", center=0.0,
        note=f"{first.label} minus {second.label}, both of the same tick.",
    )  # fmt: skip


def ordinal(number: int) -> str:
    """Number as an ordinal, as in ``2nd`` and ``16th``."""
    last = 0 if number % 100 in (11, 12, 13) else number % 10
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"
