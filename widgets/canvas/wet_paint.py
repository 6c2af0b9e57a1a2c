"""Wet paint: what a stroke changes on a field, shown at once and until the engine's own frame shows it.

It is a picture only: the frame's array stays as it is, and whatever reads data reads the frame's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QTimer

from tauscope.engine.base import Array, Limits
from tauscope.widgets.canvas.swept_plate import SweptPlate

if TYPE_CHECKING:
    from tauscope.widgets.canvas.camera import Camera
    from tauscope.widgets.field_view import FieldView

Box = tuple[slice, slice]
"""Rows and columns of a rectangle."""

DRY_SECONDS = 3.0
"""Wet paint that no frame has shown after so long is given up: the engine made something else of it."""
_SEEN_SHARE = 1e-3
_ROUNDINGS = 8.0


class WetPaint:
    """A field with a stroke on it.

    Within the box that the stroke has touched it is the field at the stroke's beginning plus what the stroke
    changed; elsewhere it is the newest frame.

    Parameters
    ----------
    field : array, shape (ny, nx)
        Newest frame when the stroke begins; not changed.
    """

    def __init__(self, field: Array) -> None:
        self.shown: Array = np.array(field)
        self.box: Box | None = None
        self.settled = False
        self._first = self._base = field
        self._newer = False
        self._range: tuple[float, float] | None = None

    def go_on(self) -> None:
        """Begin another stroke on top, before the last one was seen in a frame."""
        self._base, self.settled = np.array(self.shown), False

    def paint(self, box: Box, change: npt.NDArray[np.float64]) -> None:
        """Let the stroke change a box by ``change``, of its shape; what it changed there before is undone."""
        self._widen(box)
        part = self.shown[box] = (self._base[box] + change).astype(self.shown.dtype)
        low, high = float(np.min(part)), float(np.max(part))
        # They only grow: to look at all of a large box at every move would take longer than the rest.
        old = self._range
        self._range = (low, high) if old is None else (min(low, old[0]), max(high, old[1]))

    def take(self, frame: Array) -> bool:
        """Put a newer frame under the paint; returns whether there is nothing left to show over it."""
        if frame.shape != self.shown.shape or frame.dtype != self.shown.dtype or self._seen_in(frame):
            return True
        kept = None if self.box is None else self.shown[self.box].copy()
        np.copyto(self.shown, frame)
        if self.box is not None and kept is not None:
            self.shown[self.box] = kept
        self._newer = True
        return False

    def limits(self, frame: Limits) -> Limits:
        """Limits of the frame, widened by the paint."""
        if self._range is None:
            return frame
        low, high = min(frame.low, self._range[0]), max(frame.high, self._range[1])
        return Limits(low, high, frame.robust_low, frame.robust_high, frame.finite)

    def _seen_in(self, frame: Array) -> bool:
        """Whether the stroke has ended, and a frame shows all that it changed but for rounding."""
        if not self.settled or self.box is None:
            return self.settled
        shown = self.shown[self.box].astype(np.float64)
        step = _ROUNDINGS * (np.finfo(frame.dtype).eps if frame.dtype.kind == "f" else 0.0)
        room = step * np.abs(shown) + _SEEN_SHARE * np.abs(shown - self._first[self.box])
        return bool((np.abs(frame[self.box] - shown) <= room).all())

    def _widen(self, box: Box) -> None:
        old = self.box
        if old is None:
            whole = box
        else:
            rows, columns = (
                slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(old, box, strict=True)
            )
            whole = rows, columns
        if self._newer and whole != old:
            kept = None if old is None else self.shown[old].copy()
            self.shown[whole] = self._base[whole]
            if old is not None and kept is not None:
                self.shown[old] = kept
        self.box = whole


class WetLayer:
    """Wet paint of one view, and the cells that a stroke swept where its field does not show the paint.

    Parameters
    ----------
    view : FieldView
        Whose picture it is laid over.
    """

    def __init__(self, view: FieldView) -> None:
        self._view = view
        self._paint: WetPaint | None = None
        self._give_up = QTimer(view)
        self._give_up.setSingleShot(True)
        self._give_up.setInterval(round(1000 * DRY_SECONDS))
        self._give_up.timeout.connect(self.drop)
        self._swept: npt.NDArray[np.bool_] | None = None
        self._place: tuple[int, int] = (0, 0)
        self._looks = 0

    @property
    def array(self) -> Array | None:
        """Field with the paint on it, or None without paint; changes while the stroke goes on."""
        return None if self._paint is None else self._paint.shown

    def limits(self, frame: Limits | None) -> Limits | None:
        """Limits of the frame, widened by the paint."""
        return frame if frame is None or self._paint is None else self._paint.limits(frame)

    def begin(self) -> None:
        """A stroke begins that changes the field shown; without data there is nothing to paint on."""
        view = self._view
        if view.array is None or view.options.minus:
            return
        self._give_up.stop()
        if self._paint is None:
            self._paint = WetPaint(view.array)
            view.repaint_field()
        else:
            self._paint.go_on()

    def paint(self, box: Box, change: npt.NDArray[np.float64]) -> None:
        """Show what the stroke changes in a box (rows, columns), by ``change`` since its beginning."""
        if self._paint is not None:
            self._paint.paint(box, change)
            self._view.repaint_field(box)

    def settle(self) -> None:
        """The stroke has ended: its paint goes with the first frame that shows it."""
        paint = self._paint
        if paint is None:
            return
        paint.settled = True
        if self._view.array is None or paint.take(self._view.array):
            self.drop()
        else:
            self._give_up.start()

    def drop(self) -> None:
        """Show the frame as it is."""
        self._give_up.stop()
        if self._paint is not None:
            self._paint = None
            self._view.repaint_field()

    def came(self, frame: Array) -> None:
        """Take a newer frame of the view; draws nothing."""
        if self._paint is not None and self._paint.take(frame):
            self._paint = None
            self._give_up.stop()

    # ----- swept cells

    def sweep(self, mask: npt.NDArray[np.bool_] | None, box: Box | None = None) -> None:
        """Tint the cells of a box that a stroke has swept; None tints nothing.

        Parameters
        ----------
        mask : array, shape (ny, nx), bool, or None
            Swept cells; read now and not kept.
        box : tuple of slice
            Rows and columns that hold all of them.
        """
        if mask is None or box is None:
            if self._swept is None:
                return
            self._swept = None
        else:
            self._swept, self._place = mask[box].copy(), (box[1].start, box[0].start)
        self._looks += 1
        self._view.stage.refresh()

    def plates(self, camera: Camera, accent: str) -> tuple[SweptPlate, ...]:
        """The tint over the part of the canvas that it covers."""
        if self._swept is None:
            return ()
        found = SweptPlate.over(self._swept, self._place, camera, accent, self._looks)
        return () if found is None else (found,)
