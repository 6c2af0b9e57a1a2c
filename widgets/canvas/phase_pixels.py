"""Stamps on an image's pixels: the same small picture at many places at once, in NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

Pixels = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]


def pixels_of(image: QImage) -> Pixels:
    """Pixels of an image of format RGB32, shape (height, width), as 0xffrrggbb; writing changes the image."""
    rows = np.frombuffer(image.bits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return rows[:, : image.width()]


def stamp(
    pixels: Pixels, places: tuple[Whole, Whole], shape: tuple[Whole, Whole], rgb: Floats, alpha: Floats
) -> None:
    """Lay a shape over the pixels at many places.

    Parameters
    ----------
    pixels : array of uint32, shape (height, width)
        Changed in place.
    places : pair of array of int64, shape (n,)
        Columns and rows of the places.
    shape : pair of array of int64, shape (a,)
        Columns and rows of the shape's pixels, from the place.
    rgb : array of float32, shape (n or 1, a or 1, 3)
        Colours, 0 to 255.
    alpha : array of float32, shape (n or 1, a or 1)
        Opacities, 0 to 1.
    """
    height, width = pixels.shape
    columns = places[0][:, np.newaxis] + shape[0]
    rows = places[1][:, np.newaxis] + shape[1]
    rgb = np.broadcast_to(rgb, (*columns.shape, 3))
    alpha = np.broadcast_to(alpha, columns.shape)
    inside = alpha > 0.002
    if len(columns) and (
        columns.min() < 0 or rows.min() < 0 or columns.max() >= width or rows.max() >= height
    ):
        inside &= (columns >= 0) & (rows >= 0) & (columns < width) & (rows < height)
    columns, rows, rgb, alpha = columns[inside], rows[inside], rgb[inside], alpha[inside]
    old = pixels[rows, columns]
    new = np.full_like(old, 0xFF000000)
    keep = 1 - alpha
    for channel, bits in enumerate((16, 8, 0)):
        under = ((old >> np.uint32(bits)) & np.uint32(255)).astype(np.float32)
        mixed = rgb[:, channel] * alpha + under * keep + np.float32(0.5)
        new |= mixed.astype(np.uint32) << np.uint32(bits)
    pixels[rows, columns] = new


def square(reach: float) -> tuple[Whole, Whole]:
    """Columns and rows of the pixels about a place, up to a distance."""
    side = np.arange(-int(np.ceil(reach)) - 1, int(np.ceil(reach)) + 2)
    columns, rows = np.meshgrid(side, side)
    return columns.reshape(-1), rows.reshape(-1)
