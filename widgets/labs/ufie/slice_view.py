"""Slice view: two of nine axes as a picture, with the choice of the plane under it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tauscope.engine.base import Array, Limits
from tauscope.engine.planes import Plane
from tauscope.widgets.canvas.budget import RedrawBudget
from tauscope.widgets.canvas.composer import PART
from tauscope.widgets.field_header import Colors
from tauscope.widgets.field_view import EMPTY_TEXT, PREPARING, FieldView
from tauscope.widgets.labs.ufie.axis_bar import AxisBar, sites
from tauscope.widgets.labs.ufie.names import AXES, CMAPS, DEFAULT_FIELD, PARTS, SPECS, refusal
from tauscope.widgets.labs.ufie.slice_line import SliceLine
from tauscope.widgets.labs.ufie.slice_sliders import SliceSliders
from tauscope.widgets.state import SliceOptions, ViewOptions

_FOLD_SHARE = 0.2
"""Sliders that would take more than this share of the height are folded away until the user asks for them."""
_PAGES = {Qt.Key.Key_PageUp: 1.0, Qt.Key.Key_PageDown: -1.0}
_STEP = 120
HINT = "Shift+wheel or Page Up and Page Down move the axis that was moved last."

SiteText = Callable[[int, int], str]


class SliceView(QWidget):
    """Shows a plane of a field of nine axes and lets the user choose another.

    It changes nothing but what its canvas changes by itself and whether the sliders are folded; every other
    wish is a signal, and the application answers by `set_slice` and `set_plane`.

    Parameters
    ----------
    parent : QWidget or None
        Owner.
    budget : RedrawBudget or None
        Decides when new planes are drawn; without one they are drawn at once.
    linkable : bool
        Whether it may follow the main slice.
    clock : callable
        Seconds for the smoothing of colour limits.

    Signals
    -------
    slice_wished(options, phase)
        The user wants another plane. Mouse, keys and wheel on a slider: ``press``, ``drag``, …, ``release``,
        or ``cancel`` with the slice before; every other wish is a ``commit``.
    """

    slice_wished = Signal(object, str)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        budget: RedrawBudget | None = None,
        linkable: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(parent)
        self._shape: tuple[int, ...] = (1,) * len(AXES)
        self._slice = SliceOptions()
        self._unfolded: bool | None = None
        self._wheel = 0
        self.canvas = FieldView(budget=budget, clock=clock)
        self.canvas.header.set_offers(frozenset())
        self.canvas.header.set_hint(HINT)
        self.canvas.set_specs(SPECS)
        self.canvas.set_options(ViewOptions(DEFAULT_FIELD, CMAPS[DEFAULT_FIELD]))
        self.canvas.clear(EMPTY_TEXT)
        self.canvas.set_place(self._own_site_text, "site")
        self.bar = AxisBar(linkable=linkable)
        self.sliders = SliceSliders()
        self.line = SliceLine(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 3)
        column.addWidget(self.line.cut, 2)
        column.addWidget(self.bar)
        column.addWidget(self.sliders)
        self.bar.wished.connect(lambda options: self._commit(options))
        self.bar.fold_wished.connect(lambda folded: self.set_folded(folded))
        self.bar.line_wished.connect(self.line.set_wanted)
        self.sliders.index_wished.connect(self._index_wished)
        self.canvas.stage.surface_changed.connect(lambda _reason: self._listen())
        self._listen()
        self._fold()

    # ----- what is shown

    @property
    def slice(self) -> SliceOptions:
        """Slice in force."""
        return self._slice

    @property
    def shape(self) -> tuple[int, ...]:
        """Sites along the nine axes."""
        return self._shape

    @property
    def canvas_native(self) -> QWidget:
        """Widget that shows the picture and gets mouse and keys."""
        return self.canvas.canvas_native

    def set_shape(self, shape: tuple[int, ...]) -> None:
        """Sites along the nine axes; another shape empties the picture."""
        shape = tuple(shape)
        if shape == self._shape:
            return
        self._shape = shape
        self.bar.set_shape(shape)
        self.sliders.set_shape(shape)
        self.set_note("")
        self._renew()

    def set_slice(self, options: SliceOptions) -> None:
        """Show another plane as chosen; the picture comes by `set_plane`."""
        old, self._slice = self._slice, options
        if options == old:
            return
        self.bar.set_slice(options)
        self.sliders.set_slice(options)
        if options.axes != old.axes:
            self._renew()
        elif options.mode != old.mode and self.canvas.array is not None:
            self.clear(PREPARING)  # other numbers, which the colours would not tell from the last ones
        self._describe()

    def set_plane(self, array: Array, limits: Limits | None = None) -> None:
        """Show new data; kept by reference, so they must not change afterwards.

        A plane of another size, or of a kind that the field chosen does not have, is of a choice before the
        last one and is left out.

        Parameters
        ----------
        array : array, shape (n_up, n_across)
            Real, or complex: then shown by phase and modulus, or what the chosen field is of it.
        limits : Limits or None
            Of this array, or of its modulus; computed here when missing.
        """
        field, mode = self.canvas.options.field, self._slice.mode
        if array.shape != self.picture_shape:
            return
        why = refusal(field, mode)
        if why:
            self.clear(why)
            return
        complex_numbers, part = array.dtype.kind == "c", PARTS.get(field, "")
        if complex_numbers and field != "domain":
            array = Plane(self._slice.axes, part=part or "amplitude").of(array)
            limits = limits if part == "amplitude" else None
        elif field == "domain" and not complex_numbers and mode in ("index", "sum"):
            return
        self.canvas.set_array(array, limits)

    def clear(self, text: str = EMPTY_TEXT) -> None:
        """Show no data, and say why or what to do."""
        self.canvas.clear(text)
        self.line.gone()

    def set_site_text(self, site_text: SiteText | None) -> None:
        """Name the site under the pointer by a function of its place (x across, y up) on the picture."""
        self.canvas.set_place(site_text or self._own_site_text, "site")

    def set_note(self, text: str) -> None:
        """Text at the right of the header; "" says how large the field is."""
        axes, count = sum(size > 1 for size in self._shape), math.prod(self._shape)
        size = f"{axes} {'axis' if axes == 1 else 'axes'}{PART}{sites(count)}"
        self.canvas.set_note(text or (size if axes else ""))

    def set_theme(self, theme: Colors) -> None:
        """Take a theme's colours."""
        self.canvas.set_theme(theme)
        self.bar.update()
        self.sliders.update()

    def release(self) -> None:
        """Draw no more; call before the view goes away for good."""
        self.canvas.release()

    # ----- sliders in and out of sight

    @property
    def folded(self) -> bool:
        """Whether the sliders are folded away."""
        return self.sliders.isHidden()

    def set_folded(self, folded: bool | None) -> None:
        """Fold the sliders away or show them; None leaves it to the height of the view."""
        self._unfolded = None if folded is None else not folded
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the sliders away where they would leave too little of the picture."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        if self._unfolded is None:
            unfolded = self.sliders.rows_height(self.width()) <= _FOLD_SHARE * self.height()
        else:
            unfolded = self._unfolded
        self.sliders.setVisible(unfolded)
        self.bar.set_folded(not unfolded)
        self.bar.fold.setVisible(bool(self.sliders.shown))

    @property
    def picture_shape(self) -> tuple[int, int]:
        """Sites up and across."""
        across, up = (self._shape[AXES.index(axis)] for axis in self._slice.axes)
        return up, across

    # ----- inside

    def _renew(self) -> None:
        """The picture has other axes: all of it is shown, and it is empty until its plane is here."""
        up, across = self.picture_shape
        if self.canvas.array is not None:
            self.clear(PREPARING)
        self.canvas.set_lattice(across, up)
        self.canvas.fit()
        self.line.renew()
        self._describe()
        self._fold()

    def _others(self) -> list[int]:
        return [
            axis for axis, size in enumerate(self._shape) if size > 1 and AXES[axis] not in self._slice.axes
        ]

    def _describe(self) -> None:
        """Say in the picture which plane it is, also while the sliders are folded."""
        others, mode = self._others(), self._slice.mode
        if mode == "index":
            text = PART.join(f"{AXES[axis]} {self._slice.index[axis]}" for axis in others)
        else:
            name = {"max": "maximum", "sum": "sum", "rms": "RMS"}[mode]
            text = f"{name} along {' '.join(AXES[axis] for axis in others)}" if others else ""
        self.canvas.set_rest(text)

    def _own_site_text(self, x: int, y: int) -> str:
        places = dict(zip(self._slice.axes, (x, y), strict=True))
        if self._slice.mode == "index":
            places = {AXES[axis]: self._slice.index[axis] for axis in self._others()} | places
        return PART.join(f"{name} {places[name]}" for name in AXES if name in places)

    def _commit(self, options: SliceOptions) -> None:
        self.sliders.finish()
        # The burst that ended may have moved an index of the slice that the wish was made from.
        self.slice_wished.emit(replace(options, index=self._slice.index), "commit")

    def _index_wished(self, axis: int, index: int, phase: str) -> None:
        places = list(self._slice.index)
        places[axis] = index
        self.slice_wished.emit(replace(self._slice, index=tuple(places)), phase)

    # ----- keys and wheel over the picture

    def _listen(self) -> None:
        self.canvas_native.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the axis moved last by Shift and wheel, or by the page keys."""
        if watched is not self.canvas_native:
            return False
        if isinstance(event, QWheelEvent) and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            return self._roll(event)
        if isinstance(event, QKeyEvent) and event.key() in _PAGES and not event.modifiers():
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return self.sliders.last is not None
            if event.type() == QEvent.Type.KeyPress:
                return self.sliders.step(_PAGES[Qt.Key(event.key())])
        return False

    def _roll(self, event: QWheelEvent) -> bool:
        if self.sliders.last is None:
            return False
        self._wheel += event.angleDelta().y() or event.angleDelta().x()
        count = int(self._wheel / _STEP)
        self._wheel -= count * _STEP
        if count:
            self.sliders.step(float(count))
        event.accept()
        return True
