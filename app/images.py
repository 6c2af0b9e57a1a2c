"""Maps from files: pictures, NumPy arrays and tables of numbers, for sources of kind image or brush."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from tauscope.app.regular import regular
from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]

LARGEST_SIDE = 4096
LARGEST_FILE = 256 * 2**20
PICTURES = (".png", ".jpg", ".jpeg")
ENDINGS = (*PICTURES, ".npy", ".csv")
FILTER = "Pictures, arrays and tables (*.png *.jpg *.jpeg *.npy *.csv)"
"""For file dialogs."""

_ALLOWED = f"{', '.join(ENDINGS)} of at most {LARGEST_SIDE} x {LARGEST_SIDE} entries"
_LUMINANCE = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue (ITU-R BT.601)."""

# Sizes are checked here, before anything is decoded.
Image.MAX_IMAGE_PIXELS = None


def read_map(path: str | Path) -> Floats:
    """Map of a file; its ending says how it is read.

    A picture gives luminance times opacity, 0 to 1, flipped so that it stands upright on the lattice, whose
    row 0 is at the bottom. An .npy or CSV file gives its numbers, its first row at the bottom.

    Parameters
    ----------
    path : str or Path
        PNG, JPEG, .npy or CSV file.

    Returns
    -------
    array, shape (rows, columns), float64
        Finite, at least 0, with an entry above 0.

    Raises
    ------
    BadInput
        A file that is missing, of another kind, damaged, too large, not two-dimensional, or with entries that
        are no numbers, not finite, or negative; or nothing but zeros.
    """
    file = Path(path).expanduser()
    read = _READERS.get(file.suffix.lower())
    if read is None:
        raise _refused(file, "it is no picture, array or table")
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise _refused(file, f"it has {file.stat().st_size / 2**20:.0f} MiB")
        return _checked(file, read(regular(file)))
    except OSError as error:
        raise _refused(file, (error.strerror or str(error) or "it cannot be read").lower()) from None


def _picture(file: Path) -> Floats:
    try:
        with Image.open(file, formats=("PNG", "JPEG")) as opened:
            _check_shape(file, (opened.height, opened.width))
            upright = ImageOps.exif_transpose(opened)
            if upright.mode.startswith(("I", "F")):
                gray = np.asarray(upright, np.float64) / 65535.0
            else:
                channels = np.asarray(upright.convert("RGBA"), np.float64) / 255.0
                gray = channels[:, :, :3] @ _LUMINANCE * channels[:, :, 3]
    except UnidentifiedImageError:
        raise _refused(file, "it is not a PNG or JPEG picture, whatever its name says") from None
    except (SyntaxError, ValueError, EOFError) as error:
        raise _refused(file, f"the picture is damaged ({error})") from None
    return np.ascontiguousarray(gray[::-1])


def _array(file: Path) -> Floats:
    try:
        found = np.load(file, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise _refused(file, f"it is not a NumPy array of numbers ({error})") from None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "biuf":
        raise _refused(file, f"its entries are {getattr(found, 'dtype', 'an archive')}, not real numbers")
    _check_shape(file, found.shape)
    return np.array(found, np.float64)


def _table(file: Path) -> Floats:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(file, "it is not text") from None
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise _refused(file, "it is empty")
    between = next((mark for mark in (",", ";", "\t") if mark in lines[0]), None)
    _check_shape(file, (len(lines), len(lines[0].split(between))))
    try:
        return np.loadtxt(lines, np.float64, delimiter=between, ndmin=2)
    except ValueError as error:
        raise _refused(file, f"it is not a table of numbers ({error})") from None


_READERS: dict[str, Callable[[Path], Floats]] = {
    **dict.fromkeys(PICTURES, _picture),
    ".npy": _array,
    ".csv": _table,
}


def _check_shape(file: Path, shape: tuple[int, ...]) -> None:
    if len(shape) != 2:
        raise _refused(file, f"it has {len(shape)} dimensions, shape {shape}")
    if min(shape) < 1 or max(shape) > LARGEST_SIDE:
        raise _refused(file, f"it has {shape[0]} rows and {shape[1]} columns")


def _checked(file: Path, array: Floats) -> Floats:
    for what, bad in (("not a finite number", ~np.isfinite(array)), ("negative", array < 0)):
        if bad.any():
            row, column = (int(at) for at in np.argwhere(bad)[0])
            raise _refused(file, f"its entry at row {row}, column {column} is {array[row, column]}, {what}")
    if not array.any():
        raise _refused(file, "every entry is 0, so that it would emit nothing")
    return array


def _refused(file: Path, why: str) -> BadInput:
    return BadInput(
        f"{file.name} was not taken as a map: {why}.", key="file", value=os.fspath(file), allowed=_ALLOWED
    )
