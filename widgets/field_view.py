"""Field view: a header, and a canvas with a field, colour bar, sources and the value under the pointer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tauscope.engine.base import Array, FieldSpec, Limits, Palette
from tauscope.widgets.canvas import colormaps, scaling
from tauscope.widgets.canvas.budget import RedrawBudget
from tauscope.widgets.canvas.composer import Composer, ErrorOf, PlaceOf, ordinal
from tauscope.widgets.canvas.gl import EMULATED
from tauscope.widgets.canvas.input import SOURCE_MIME, CanvasInput
from tauscope.widgets.canvas.lattice import Lattice
from tauscope.widgets.canvas.scene import Box
from tauscope.widgets.canvas.source_view import ExtraShapes, SourceView
from tauscope.widgets.canvas.wet_paint import WetLayer
from tauscope.widgets.field_header import HINT, Colors, FieldHeader
from tauscope.widgets.limits_dialog import LimitsDialog, ask_levels, ask_threshold
from tauscope.widgets.state import ViewOptions
from tauscope.widgets.view_group import ViewGroup
from tauscope.widgets.view_menu import has_no_log, is_complex

__all__ = ["SOURCE_MIME", "ExtraShapes", "FieldView", "ordinal"]

EMPTY_TEXT = "No run yet – choose a preset"
PREPARING = "Preparing…"


class FieldView(SourceView):
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

    options_changed = Signal(object)
    snapshot_requested = Signal()
    field_chosen = Signal(str)
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
        super().__init__(parent, budget, clock)
        self._specs: dict[str, FieldSpec] = {}
        self._options = ViewOptions("", colormaps.default_map("sequential"))
        self._array: Array | None = None
        self._told: Lattice | None = None
        self._parts: tuple[Array, Array] | None = None
        self._empty_text = EMPTY_TEXT
        self._limits: Limits | None = None
        self._smoother = scaling.Smoother()
        self._group: ViewGroup | None = None
        self._cursor: tuple[float, float] | None = None
        self._composer = Composer(self)
        self.wet = WetLayer(self)
        self.input = CanvasInput(self)
        self.header = FieldHeader(self)
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
        """Smallest and largest value of what is shown, wet paint included, or None."""
        return self.wet.limits(self._limits)

    @property
    def colour_limits(self) -> tuple[float, float]:
        """Values at the bottom and the top of the colour bar."""
        return self.stage.scene.limits

    @property
    def array(self) -> Array | None:
        """Field, or difference of two, as it was set, or None; wet paint is not in it."""
        return self._array

    @property
    def shown(self) -> Array | None:
        """What the picture shows: ``array``, or a copy of it with wet paint."""
        painted = self.wet.array
        return self._array if painted is None else painted

    @property
    def parts(self) -> tuple[Array, Array] | None:
        """The two fields whose difference is shown, or None."""
        return self._parts

    def repaint_field(self, box: Box | None = None) -> None:
        """Draw, now, what `shown` holds; only a box (rows, columns) of it is new where one is given."""
        self._composer.field_changed(box)
        self._scale()
        self.stage.refresh()

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
            Any real dtype, or complex numbers, shown by phase and modulus; row 0 is at the bottom.
        limits : Limits or None
            Of this array, or of its modulus; computed here when missing, which costs milliseconds on a large
            lattice.
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
            told = self._told
            same = told is not None and (told.nx, told.ny) == (nx, ny)
            self.stage.set_lattice(told if told is not None and same else Lattice(nx, ny))
        self._array, self._parts = array, parts
        if limits is None:
            limits = Limits.of(np.abs(array) if array.dtype.kind == "c" else array)
        self._limits = limits
        self.wet.came(array)
        self._composer.field_changed()
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
        self._smoother.reset()
        self.wet.drop()
        self._composer.field_changed()
        self.stage.refresh()

    def set_lattice(self, nx: int, ny: int, boundary: str = "", disc_radius: float | None = None) -> None:
        """Size of the lattice and what bounds it; data of a former size are taken away.

        They would be stretched over a lattice whose frame is still to come.
        """
        old, self._told = self._told, Lattice(nx, ny, boundary, disc_radius or 0.0)
        resized = old is not None and (old.nx, old.ny) != (nx, ny)
        if resized and self._array is not None and self._array.shape != (ny, nx):
            self.clear(PREPARING)
        self.stage.set_lattice(self._told)

    def set_note(self, text: str) -> None:
        """Text at the right of the header."""
        self.header.set_note(text)

    def set_value_error(self, error: float | ErrorOf | None) -> None:
        """Error shown after the value under the pointer: a number, or a function of the value."""
        self._composer.error = error
        self.stage.refresh()

    def set_place(self, place: PlaceOf | None, cell: str = "cell") -> None:
        """Name the place under the pointer by a function of the cell (i, j), or by x and y with None.

        ``cell`` is what a cell is called.
        """
        self._composer.place, self._composer.cell = place, cell
        self.stage.refresh()

    def set_rest(self, text: str) -> None:
        """Text at the bottom left while the pointer is elsewhere; "" shows the field's note."""
        if text != self._composer.rest:
            self._composer.rest = text
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
        options, limits = self._options, self.limits
        low, high = options.low, options.high
        fixed = self.fixed_limits
        if fixed is not None:
            self.stage.scene.limits = fixed
            return
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
        wanted = scaling.target(limits, options.autoscale, self.center)
        if self._array is not None and self._array.dtype.kind == "c":
            wanted = scaling.from_zero(wanted)
        self.stage.scene.limits = self._smoother.follow(wanted, self._clock())

    @property
    def fixed_limits(self) -> tuple[float, float] | None:
        """Limits that the field has whatever its data, as an angle's are, or None."""
        return scaling.fixed(self.spec)

    @property
    def is_phase(self) -> bool:
        """Whether an angle is shown."""
        return self.fixed_limits is not None

    @property
    def center(self) -> float | None:
        """Value in the middle of a diverging map, or None with any other map."""
        spec = self.spec
        if spec is None or spec.palette != "diverging":
            return None
        return spec.center or 0.0

    # ----- scale, contours, companions

    @property
    def linear_within(self) -> float:
        """Threshold of the symlog scale in force, 0 on the linear scale."""
        spec = self.spec
        if self._options.scale != "symlog" or (spec is not None and has_no_log(spec)):
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
            self, self._options.linthresh, self.linear_within, self.unit,
            lambda value: self._wish(replace(self._options, scale="symlog", linthresh=value)),
        )  # fmt: skip

    def ask_levels(self) -> None:
        """Ask for the values of the contours."""
        ask_levels(
            self, self.contour_levels, self.unit,
            lambda values: self._wish(replace(self._options, levels=values, contours=0)),
        )  # fmt: skip

    @property
    def unit(self) -> str:
        """Unit of what is shown, "" where it has none."""
        spec = self.spec
        return spec.unit if spec and spec.unit != "1" else ""

    # ----- limits

    def autoscale_once(self) -> None:
        """Take the limits of the present data at once; frozen limits stay frozen at the new ones."""
        limits = self.limits
        if limits is None or self.fixed_limits is not None:
            return
        if self._options.autoscale == "frozen":
            low, high = scaling.target(limits, "continuous", self.center)
            if self._array is not None and self._array.dtype.kind == "c":
                low, high = scaling.from_zero((low, high))
            self.options_changed.emit(replace(self._options, low=low, high=high))
            return
        self._smoother.reset()
        if self._group is not None:
            self._group.reset(self)
        self._scale()
        self.stage.refresh()

    def ask_limits(self) -> None:
        """Open the dialog for exact limits."""
        dialog = LimitsDialog(*self.colour_limits, self.unit, self)
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

    def value_at(self, x: float, y: float) -> float | None:
        """Value, or modulus, of the cell at a point, or None outside the lattice or without data."""
        lattice = self.lattice
        array = self.shown
        if array is None or lattice is None or not -0.5 <= x < lattice.nx - 0.5:
            return None
        if not -0.5 <= y < lattice.ny - 0.5:
            return None
        i, j = lattice.cell(x, y)
        if j >= array.shape[0] or i >= array.shape[1]:
            return None  # the lattice is that of the next frame already
        value = array[j, i]
        return float(abs(value)) if array.dtype.kind == "c" else float(value)

    def resolve(self) -> None:
        """Bring the scene up to date; called before every draw."""
        self._composer.resolve()

    def release(self) -> None:
        """Draw no more; call before the view goes away for good."""
        self.wet.drop()
        super().release()

    def readout(self) -> str:
        """Text of the plate at the bottom left."""
        return self._composer.readout()

    @property
    def known_map(self) -> str:
        """Colour map in use: the one chosen, or the usual one where that is unknown."""
        spec, name = self.spec, self._options.cmap
        family: Palette = spec.palette if spec else "sequential"
        if spec is not None and self._array is not None and is_complex(spec):
            if self._array.dtype.kind != "c":  # a projection, which has no phase
                return colormaps.default_map("sequential")
            if name not in colormaps.CHOICES["cyclic"]:
                return colormaps.default_map("cyclic")
        try:
            colormaps.table(name)
        except ValueError:
            return colormaps.default_map(family)
        return name


def difference_spec(first: FieldSpec, second: FieldSpec) -> FieldSpec:
    """Spec of ``first - second``, in the unit of the first, with a map about 0."""
    return FieldSpec(
        f"{first.name}_minus_{second.name}", f"{first.label} − {second.label}", "", first.dims, first.dtype,
        first.unit, first.kind, first.cost, palette="diverging", center=0.0,
        note=f"{first.label} minus {second.label}, both of the same tick.",
    )  # fmt: skip
