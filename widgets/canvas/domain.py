"""Domain colouring: the phase of a complex number as hue, its modulus as brightness, by the processor.

An arctangent for each pixel would take longer than everything else, so that the phase is looked up by the
point's place on a diamond about the origin, which needs one division.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.widgets.canvas import colormaps
from tauscope.widgets.canvas.scaling import symlog, symlog_array

LEVELS, TURNS = 256, 2048
"""Steps of brightness and of phase that are told apart; a step of either is about one of 255 of a colour."""
_TINY = np.float32(1e-38)


def domain_colors(
    values: npt.NDArray[np.complex64], cmap: str, low: float, high: float, thresh: float, bad: int
) -> npt.NDArray[np.uint32]:
    """Colours of complex numbers.

    Parameters
    ----------
    values : array of complex64, shape (ny, nx)
        Numbers.
    cmap : str
        Cyclic colour map, -pi to pi.
    low, high : float
        Moduli shown black and in the map's own brightness.
    thresh : float
        Threshold of the symlog scale, 0 for the linear one.
    bad : int
        Colour of what is no number.

    Returns
    -------
    array of uint32, shape (ny, nx)
        As Qt's 32-bit numbers.
    """
    low, high = symlog(low, thresh), symlog(high, thresh)
    size = np.abs(values)
    share: npt.NDArray[Any] = symlog_array(size, thresh) if thresh > 0 else size
    scale = (LEVELS - 1) / (high - low) if high > low else 0.0
    with np.errstate(invalid="ignore"):  # what is no number is coloured below
        share *= np.float32(scale)
        share += np.float32(0.5 - low * scale)
        np.clip(share, 0, LEVELS - 1, out=share)
        turn = _turns(values)
        index = share.astype(np.int32)
        place = turn.astype(np.int32)
    index *= TURNS
    place &= TURNS - 1
    index += place
    found: npt.NDArray[np.uint32] = _table(cmap).take(index, mode="clip")
    wrong = np.isnan(turn)
    if wrong.any():
        found[wrong] = bad
    return found


def _turns(values: npt.NDArray[np.complex64]) -> npt.NDArray[np.float32]:
    """Place of each number on the diamond, from 0 at -pi to `TURNS` at pi, plus a half for rounding."""
    # Apart, so that the processor takes many at once.
    real, imaginary = np.ascontiguousarray(values.real), np.ascontiguousarray(values.imag)
    reach = np.abs(real)
    reach += np.abs(imaginary)
    np.maximum(reach, _TINY, out=reach)
    place: npt.NDArray[np.float32] = np.divide(imaginary, reach, out=reach)
    far = np.copysign(np.float32(2), imaginary)
    far -= place
    np.copyto(place, far, where=real < 0)
    place *= np.float32(TURNS / 4)
    place += np.float32(TURNS / 2 + 0.5)
    return place


@lru_cache(maxsize=4)
def _table(cmap: str) -> npt.NDArray[np.uint32]:
    """Colours by brightness and place on the diamond, flat, [`LEVELS` * `TURNS`]."""
    place = np.arange(TURNS) / (TURNS / 4) - 2
    near = np.abs(place) <= 1
    imaginary = np.where(near, place, np.copysign(2, place) - place)
    real = (1 - np.abs(imaginary)) * np.where(near, 1, -1)
    colors = ring_at(cmap, np.arctan2(imaginary, real)).astype(np.float32)
    share = np.arange(LEVELS, dtype=np.float32) / np.float32(LEVELS - 1)
    found = np.empty((LEVELS, TURNS), np.uint32)
    parts = found.view(np.uint8).reshape(LEVELS, TURNS, 4)
    blue = 0 if sys.byteorder == "little" else 3
    mixed = np.empty((LEVELS, TURNS), np.float32)
    for part in range(3):  # in place, one after the other: the first draw waits for it
        np.multiply.outer(share, colors[:, part], out=mixed)
        mixed += np.float32(0.5)
        np.copyto(parts[..., abs(blue - 2 + part)], mixed, casting="unsafe")
    parts[..., 3 - blue] = 255
    flat = found.reshape(-1)
    flat.setflags(write=False)
    return flat


def ring_at(cmap: str, phases: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Red, green and blue (0 to 255) of phases in radians at full brightness, shape (*phases.shape, 3)."""
    turns = (np.asarray(phases, np.float64) + np.pi) / (2 * np.pi)
    position = (turns - np.floor(turns)) * (colormaps.SIZE - 1)
    entries = np.arange(colormaps.SIZE)
    table = colormaps.table(cmap)
    return np.stack([np.interp(position, entries, table[:, part]) for part in range(3)], axis=-1)


def color_of(value: complex, cmap: str, low: float, high: float) -> tuple[int, int, int]:
    """Red, green and blue (0 to 255) that a canvas shows for a number on the linear scale."""
    share = min(max((abs(value) - low) / (high - low), 0.0), 1.0) if high > low else 0.0
    red, green, blue = (round(float(part) * share) for part in ring_at(cmap, np.array(np.angle(value))))
    return red, green, blue


@lru_cache(maxsize=8)
def legend(cmap: str, columns: int = 32) -> npt.NDArray[np.uint8]:
    """Picture of the scale: brightness grows to the right, the phase upwards, shape (256, columns, 4)."""
    colors = colormaps.table(cmap)[::-1].astype(np.float64)
    share = np.arange(columns) / (columns - 1)
    found = np.full((colormaps.SIZE, columns, 4), 255, np.uint8)
    found[..., :3] = np.round(colors[:, np.newaxis, :3] * share[np.newaxis, :, np.newaxis])
    return found
