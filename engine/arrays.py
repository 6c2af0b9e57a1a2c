"""Arrays as values of a configuration: immutable, compared by content, and small while they stand idle."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import struct
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from tauscope.engine import strokes
from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]

_TAG = "__array__"
_LARGEST = 4096 * 4096
_LEVEL = 1


class FrozenArray:
    """A float64 array of two dimensions that does not change, kept compressed.

    A map of strokes is mostly one value, and the history keeps a map for each stroke: only the smallest
    rectangle beyond which every entry is that of the first one is packed, so that a step costs what was
    painted, not the lattice.

    Parameters
    ----------
    array : array_like, shape (rows, columns)
        Finite numbers.

    Raises
    ------
    BadInput
        Not two-dimensional, empty, not numbers, not finite, or more than 4096 x 4096 entries.
    """

    __slots__ = ("_box", "_fill", "_packed", "digest", "least", "peak", "shape")

    def __init__(self, array: npt.ArrayLike) -> None:
        try:
            found = np.asarray(array, dtype=np.float64, order="C")
        except (TypeError, ValueError):
            raise BadInput(
                "The array holds something that is not a number, or rows of different lengths.",
                key="array",
                allowed="numbers in rows of one length",
            ) from None
        if found.ndim != 2 or not 0 < found.size <= _LARGEST:
            raise BadInput(
                f"The array has shape {found.shape}.",
                key="array",
                value=found.shape,
                allowed="rows and columns, at most 4096 x 4096",
            )
        _require_finite(found)
        self._keep((found.shape[0], found.shape[1]), float(found[0, 0]), found, (0, 0))

    @classmethod
    def uniform(cls, shape: tuple[int, int], value: float) -> FrozenArray:
        """Array of one value; costs nothing, however large."""
        made = cls.__new__(cls)
        made._keep(shape, value, np.full((1, 1), value), (0, 0))
        return made

    def with_part(self, box: strokes.Box, values: npt.ArrayLike) -> FrozenArray:
        """Array with a rectangle exchanged; costs what differs from the first entry, not the whole.

        Parameters
        ----------
        box : tuple of slice
            Rows and columns, within the array.
        values : array_like, shape of the rectangle
            Finite numbers.

        Raises
        ------
        BadInput
            A number that is not finite.
        """
        part = np.broadcast_to(np.asarray(values, np.float64), tuple(side.stop - side.start for side in box))
        _require_finite(part)
        rows, columns = strokes.united(self._box if self._box[0].stop else None, box) or box
        new = np.full((rows.stop - rows.start, columns.stop - columns.start), self._fill)
        for (y, x), piece in ((self._box, self._part()), (box, part)):
            new[
                y.start - rows.start : y.stop - rows.start, x.start - columns.start : x.stop - columns.start
            ] = piece
        made = type(self).__new__(type(self))
        if rows.start == columns.start == 0 and new[0, 0].tobytes() != np.float64(self._fill).tobytes():
            whole = np.array(self.array)
            whole[rows, columns] = new
            made._keep(self.shape, float(whole[0, 0]), whole, (0, 0))
        else:
            made._keep(self.shape, self._fill, new, (rows.start, columns.start))
        return made

    def _keep(self, shape: tuple[int, int], fill: float, part: Floats, at: tuple[int, int]) -> None:
        """Keep the part that begins at a row and a column; beyond it every entry is the first, ``fill``."""
        # As bits, so that 0 and -0, which are equal, count as different.
        differs = np.ascontiguousarray(part).view(np.int64) != np.array(fill).view(np.int64)
        inner = strokes.bounds(differs)
        kept = part[inner] if inner else part[:0, :0]
        edges = [at[i] + side.start for i, side in enumerate(inner)] if inner else [0, 0]
        rows, columns = (slice(edge, edge + size) for edge, size in zip(edges, kept.shape, strict=True))
        raw = kept.tobytes()
        self.shape, self._fill, self._box = shape, fill, (rows, columns)
        self._packed = zlib.compress(raw, _LEVEL)
        self.least = min(fill, float(kept.min())) if kept.size else fill
        self.peak = max(fill, float(kept.max())) if kept.size else fill
        head = struct.pack("<6qd", *shape, *_edges(self._box), fill)
        self.digest = hashlib.blake2b(head + raw, digest_size=16).hexdigest()

    def _part(self) -> Floats:
        """What is packed."""
        rows, columns = (side.stop - side.start for side in self._box)
        raw = zlib.decompress(self._packed, bufsize=max(8 * rows * columns, 1))
        return np.frombuffer(raw).reshape(rows, columns)

    @property
    def array(self) -> Floats:
        """The numbers, float64, read-only, shape ``shape``."""
        return _unpacked(self)

    @property
    def packed_bytes(self) -> int:
        """Bytes it takes while it stands idle."""
        return len(self._packed)

    def dump(self) -> dict[str, Any]:
        """JSON form, which `FrozenArray` fields of a configuration read again."""
        packed = base64.b64encode(self._packed).decode("ascii")
        return {_TAG: packed, "shape": list(self.shape), "fill": self._fill, "box": _edges(self._box)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FrozenArray) and self.shape == other.shape and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"FrozenArray({self.shape[0]} x {self.shape[1]}, {self.digest[:8]})"

    @classmethod
    def read(cls, value: Any) -> FrozenArray:
        """From whatever stands in a configuration: itself, an array, nested lists, or its JSON form.

        Raises
        ------
        BadInput
            As the constructor, or a damaged JSON form.
        """
        if isinstance(value, FrozenArray):
            return value
        if isinstance(value, Mapping):
            return _undumped(value)
        if isinstance(value, str | bytes) or not isinstance(value, list | tuple | np.ndarray):
            raise BadInput(f"A {type(value).__name__} is no array.", key="array", allowed="rows and columns")
        return cls(value)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.read,
            # Plain Python data keep the array itself: packing one of 2048 x 2048 again takes seconds.
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: value.dump(), when_used="json"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        number = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
        packed = {"type": "object", "required": [_TAG, "shape"]}
        return {
            "anyOf": [number, packed],
            "description": "Rows of numbers, or the packed form of the program.",
        }


def _undumped(value: Mapping[str, Any]) -> FrozenArray:
    try:
        rows, columns = (int(side) for side in value["shape"])
        if not 0 < rows * columns <= _LARGEST or min(rows, columns) < 1:
            raise ValueError("its shape is out of range")
        top, bottom, left, right = (int(edge) for edge in value.get("box", (0, rows, 0, columns)))
        if not (0 <= top <= bottom <= rows and 0 <= left <= right <= columns):
            raise ValueError("its rectangle is out of range")
        wanted = 8 * (bottom - top) * (right - left)
        raw = zlib.decompressobj().decompress(base64.b64decode(value[_TAG], validate=True), wanted + 1)
        if len(raw) != wanted:
            raise ValueError("its length does not match its shape")
        whole = np.full((rows, columns), float(value.get("fill", 0.0)))
        whole[top:bottom, left:right] = np.frombuffer(raw).reshape(bottom - top, right - left)
        return FrozenArray(whole)
    except (KeyError, TypeError, ValueError, zlib.error, binascii.Error, OverflowError) as error:
        raise BadInput(f"A packed array cannot be read: {error}.", key="array") from None


# The lattice, its analysis and the canvas ask for the same few maps again and again.
@lru_cache(maxsize=8)
def _unpacked(value: FrozenArray) -> Floats:
    whole = np.full(value.shape, value._fill)
    whole[value._box] = value._part()
    whole.flags.writeable = False
    return whole


def _require_finite(found: Floats) -> None:
    """Refuse numbers that are not; the extremes tell without a map of truth values."""
    if found.size and not (math.isfinite(found.min()) and math.isfinite(found.max())):
        y, x = (int(i) for i in np.argwhere(~np.isfinite(found))[0])
        raise BadInput(
            f"The array is {found[y, x]} at row {y}, column {x}.",
            key="array",
            value=float(found[y, x]),
            allowed="finite numbers",
        )


def _edges(box: strokes.Box) -> list[int]:
    """First row, row after the last, first column, column after the last."""
    return [edge for side in box for edge in (side.start, side.stop)]
