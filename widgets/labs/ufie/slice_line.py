"""Which line of a slice is drawn as curves: the row under the pointer, or all of a plane of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.plates import TextPlate
from tauscope.widgets.canvas.shapes import Shape, ShapeKind
from tauscope.widgets.canvas.stage import LEAST_SIZE
from tauscope.widgets.field_header import HEIGHT
from tauscope.widgets.labs.ufie.line_cut import Line, LineCut

if TYPE_CHECKING:
    from tauscope.widgets.labs.ufie.slice_view import SliceView

_COLOR = (1.0, 1.0, 1.0, 0.7)
_DASH = 5.0
_NO_MOST = 16777215
_KEY = "line cut"


class SliceLine(QObject):
    """Keeps the curves of one slice view to its picture.

    A plane of one row is a thin strip as a picture; there the curves stand by themselves.

    Parameters
    ----------
    view : SliceView
        Whose numbers are drawn.
    """

    def __init__(self, view: SliceView) -> None:
        super().__init__(view)
        self._view = view
        self._wanted: bool | None = None
        self._row: int | None = None
        self.cut = LineCut()
        self.cut.hide()
        self.cut.hovered.connect(self._hovered)
        canvas = view.canvas
        canvas.data_changed.connect(self._came)
        canvas.pointer_moved.connect(self._pointed)

    @property
    def shown(self) -> bool:
        """Whether the curves are shown."""
        return not self.cut.isHidden()

    @property
    def row(self) -> int:
        """Index of the row, or column, that is drawn."""
        most = self._view.picture_shape[0 if self._along == 0 else 1]
        return min(self._row, most - 1) if self._row is not None else most // 2

    def set_wanted(self, wanted: bool | None) -> None:
        """Show the curves or hide them; None shows them for planes of one row."""
        self._wanted = wanted
        self.arrange()

    def renew(self) -> None:
        """The picture has other axes: its middle row is drawn until the pointer is over another."""
        self._row = None
        self.arrange()

    def arrange(self) -> None:
        """Give picture and curves their room."""
        view = self._view
        shown = self._flat if self._wanted is None else self._wanted
        view.canvas.setMaximumHeight(HEIGHT + LEAST_SIZE if shown and self._flat else _NO_MOST)
        self.cut.setVisible(shown)
        view.bar.set_line(shown)
        view.canvas.set_extra_shapes(_KEY, self._shapes if shown and not self._flat else None)
        self._came(at_once=True)

    def gone(self) -> None:
        """There are no numbers any more."""
        self.cut.offer(None)

    @property
    def _flat(self) -> bool:
        return 1 in self._view.picture_shape and max(self._view.picture_shape) > 1

    @property
    def _along(self) -> int:
        """0 where the line runs across, 1 where it runs up."""
        return 1 if self._view.picture_shape[1] == 1 and self._flat else 0

    def _came(self, at_once: bool = False) -> None:
        view = self._view
        array, spec = view.canvas.array, view.canvas.spec
        if not self.shown or array is None or spec is None or array.shape != view.picture_shape:
            return
        axis, other = view.slice.axes if self._along == 0 else view.slice.axes[::-1]
        values = array[self.row] if self._along == 0 else array[:, self.row]
        self.cut.offer(Line(values, spec, axis, "" if self._flat else f"{other} {self.row}"), at_once)

    def _pointed(self, x: float, y: float, inside: bool) -> None:
        if not self.shown:
            return
        if not inside:
            self.cut.set_cursor(None)
            return
        place, row = (round(x), round(y)) if self._along == 0 else (round(y), round(x))
        self.cut.set_cursor(float(place))
        if row != self._row:
            self._row = row
            if not self._flat:
                self._view.canvas.set_extra_shapes(_KEY, self._shapes)
            self._came()

    def _hovered(self, place: float | None) -> None:
        size = self._view.picture_shape[1 if self._along == 0 else 0]
        if place is None:
            self._view.canvas.set_cursor(None)
            return
        at = float(min(max(round(place), 0), size - 1))
        self._view.canvas.set_cursor((at, self.row) if self._along == 0 else (self.row, at))

    def _shapes(self, camera: Camera) -> tuple[tuple[Shape, ...], tuple[TextPlate, ...]]:
        """The row on the picture."""
        size = self._view.picture_shape[1]
        left, y = camera.to_pixel(-0.5, self.row)
        right, _ = camera.to_pixel(size - 0.5, self.row)
        return (Shape(ShapeKind.SEGMENT, left, y, right, y, _COLOR, 1.0, 0.4, _DASH),), ()
