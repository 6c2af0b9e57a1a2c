"""What a canvas must show, as plain data; surfaces compare serial numbers and apply the differences."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as entry
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.contours import Contours
from tauscope.widgets.canvas.plates import Plate
from tauscope.widgets.canvas.scaling import symlog
from tauscope.widgets.canvas.shapes import Shape

SMOOTH_BELOW = 8.0
"""Fields are interpolated between cell centres up to this many pixels per cell, and shown as cells above."""
NAN_COLOR = "#6b7480"
_PRECISE = 2.0**14
Box = tuple[slice, slice]


@dataclass
class Scene:
    """Content of one canvas.

    Parameters
    ----------
    array : array, shape (ny, nx), or None
        What the image shows, in its own dtype; must not change. Of complex numbers phase and modulus.
    offset : float
        Subtracted before the conversion, so that large counters keep their differences in float32.
    field_serial, shapes_serial : int
        Change with the content.
    patches : list of tuple of slice
        Rectangles (rows, columns) of the field whose values changed in place since ``field_serial`` did.
    limits : tuple of float
        Colour limits in the field's own values.
    thresh : float
        Threshold of the symlog scale, 0 for the linear one.
    cmap, background : str
        Colour map and colour of the empty canvas.
    contours : Contours or None
        Lines of equal value over the field, with ``contours_serial``.
    """

    array: Array | None = None
    offset: float = 0.0
    field_serial: int = 0
    limits: tuple[float, float] = (0.0, 1.0)
    thresh: float = 0.0
    cmap: str = "bids:viridis"
    camera: Camera = entry(default_factory=Camera)
    background: str = "#0d0f12"
    shapes: tuple[Shape, ...] = ()
    shapes_serial: int = 0
    plates: tuple[Plate, ...] = ()
    contours: Contours | None = None
    contours_serial: int = 0
    patches: list[Box] = entry(default_factory=list)
    _field: npt.NDArray[np.float32] | None = entry(default=None, repr=False)
    _converted: int = -1

    def set_field(self, array: Array | None, low: float = 0.0, high: float = 1.0) -> None:
        """Take a field in any real or complex dtype; float32 is kept without a copy.

        Parameters
        ----------
        array : array, shape (ny, nx), or None
            Must not change afterwards.
        low, high : float
            Its smallest and largest finite value, or modulus.
        """
        self.field_serial += 1
        self.patches = []
        if array is None:
            self.array, self.offset = None, 0.0
            return
        size, span = max(abs(low), abs(high)), high - low
        exact = array.dtype == np.float32 or array.dtype.kind == "c"
        self.offset = low if not exact and size > _PRECISE * span > 0 else 0.0
        self.array = array

    def patch(self, box: Box) -> None:
        """Take note that the array's values in a rectangle (rows, columns) are others now."""
        self.patches.append(box)
        array, field = self.array, self._field
        if array is None or field is None or self._converted != self.field_serial:
            return
        if not np.shares_memory(field, array):
            field[box] = as_float32(array[box], self.offset)

    @property
    def field(self) -> npt.NDArray[np.float32] | None:
        """The whole field less ``offset``, converted when it is first asked for.

        Of complex numbers, shape (ny, nx, 2): real and imaginary parts.
        """
        if self._converted != self.field_serial:
            self._field = None if self.array is None else as_float32(self.array, self.offset)
            self._converted = self.field_serial
        return self._field

    @property
    def is_complex(self) -> bool:
        """Whether the image is coloured by phase and modulus."""
        return self.array is not None and self.array.dtype.kind == "c"

    def set_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Take the line shapes; equal ones cost nothing."""
        if shapes != self.shapes:
            self.shapes = shapes
            self.shapes_serial += 1

    def set_contours(self, contours: Contours | None) -> None:
        """Take contours, or None for no contours."""
        if contours is not self.contours:
            self.contours = contours
            self.contours_serial += 1

    @property
    def linear_within(self) -> float:
        """Threshold of the symlog scale, 0 where the scale is linear.

        An offset is taken off only where the range is less than 2^-14 of the values, and there the symlog
        scale is linear to 3e-5.
        """
        return self.thresh if self.offset == 0.0 else 0.0

    @property
    def scaled_clims(self) -> tuple[float, float]:
        """Limits on the scale in use, as the float32 image sees them."""
        low, high = self.clims
        return symlog(low, self.linear_within), symlog(high, self.linear_within)

    @property
    def clims(self) -> tuple[float, float]:
        """Limits as the float32 image sees them."""
        return self.limits[0] - self.offset, self.limits[1] - self.offset


def as_float32(array: Array, offset: float) -> npt.NDArray[np.float32]:
    """Contiguous float32 copy of ``array - offset``, or the array itself where nothing is to be done.

    Complex numbers become pairs of real and imaginary part along a last axis.
    """
    if array.dtype.kind == "c":
        return np.ascontiguousarray(array, np.complex64).view(np.float32).reshape(*array.shape, 2)
    if array.dtype == np.float32 and offset == 0.0:
        return np.ascontiguousarray(array)
    out = np.empty(array.shape, np.float32)
    if offset == 0.0:
        np.copyto(out, array, casting="unsafe")
        return out
    exact: Any = int(offset) if array.dtype.kind in "iu" else offset
    np.subtract(array, exact, out=out, casting="unsafe")
    return out
