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
        Finite numbers; copied.

    Raises
    ------
    BadInput
        Not two-dimensional, empty, not numbers, not finite, or more than 4096 x 4096 entries.
    """

    __slots__ = ("_box", "_fill", "_packed", "digest", "least", "peak", "shape")

    def __init__(self, array: npt.ArrayLike) -> None:
        try:
            found = np.array(array, dtype=np.float64, order="C")
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
        self.shape: tuple[int, int] = (found.shape[0], found.shape[1])
        self.least, self.peak = float(found.min()), float(found.max())
        if not (math.isfinite(self.least) and math.isfinite(self.peak)):
            y, x = (int(i) for i in np.argwhere(~np.isfinite(found))[0])
            raise BadInput(
                f"The array is {found[y, x]} at row {y}, column {x}.",
                key="array",
                value=float(found[y, x]),
                allowed="finite numbers",
            )
        self._fill = float(found[0, 0])
        bits = found.view(np.int64)  # so that 0 and -0, which are equal, count as different
        self._box = strokes.bounds(bits != bits[0, 0]) or (slice(0, 0), slice(0, 0))
        raw = found[self._box].tobytes()
        self._packed = zlib.compress(raw, _LEVEL)
        edges = struct.pack("<6qd", *self.shape, *_edges(self._box), self._fill)
        self.digest = hashlib.blake2b(edges + raw, digest_size=16).hexdigest()

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
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.dump()),
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
    box = value._box
    rows, columns = (edges.stop - edges.start for edges in box)
    raw = zlib.decompress(value._packed, bufsize=max(8 * rows * columns, 1))
    whole = np.full(value.shape, value._fill)
    whole[box] = np.frombuffer(raw).reshape(rows, columns)
    whole.flags.writeable = False
    return whole


def _edges(box: strokes.Box) -> list[int]:
    """First row, row after the last, first column, column after the last."""
    return [edge for side in box for edge in (side.start, side.stop)]
