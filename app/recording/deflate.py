"""Shuffle and deflate one chunk, as HDF5's filters 2 and 1 would; ISA-L where installed, else zlib."""

from __future__ import annotations

import importlib
import importlib.util
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

_has_isal = importlib.util.find_spec("isal") is not None
# Where isal has no wheel, zlib is slower and decodes to the same numbers.
_zip: Any = importlib.import_module("isal.isal_zlib") if _has_isal else zlib

LEVEL = 1


def compressor() -> str:
    """Name of the library that compresses."""
    return "isal" if _has_isal else "zlib"


def shuffled(array: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Bytes of an array with all first bytes of its items first, then all second bytes, and so on."""
    rows = np.ascontiguousarray(array).reshape(-1).view(np.uint8).reshape(-1, array.dtype.itemsize)
    return np.ascontiguousarray(rows.T)


def deflated(array: npt.NDArray[Any]) -> bytes:
    """Chunk bytes for ``write_direct_chunk`` of a dataset with shuffle and gzip."""
    return bytes(_zip.compress(shuffled(array), LEVEL))


def inflated(content: bytes, shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Inverse of `deflated`: array of a chunk."""
    flat = np.frombuffer(_zip.decompress(content), np.uint8).reshape(dtype.itemsize, -1)
    return np.ascontiguousarray(flat.T).view(dtype).reshape(shape)
