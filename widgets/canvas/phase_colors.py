"""Colours of phases, frequencies and links: the isoluminant ring, and what stands for alignment."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from tauscope.widgets.canvas import colormaps

FREQUENCY_MAP = "colorbrewer:RdYlBu_r"
"""Bright at both ends, so that slow and fast oscillators are seen on the dark ground."""
ALIGNED = (0.31, 0.70, 1.0)
OPPOSED = (1.0, 0.56, 0.30)
"""Colours of links at cos(psi_i - psi_j) = 1 and -1; without alignment a link fades out."""
_LIGHTNESS, _CHROMA, _HUE_AT_ZERO = 68.0, 52.0, 10.0
_WHITE = np.array([0.95047, 1.0, 1.08883])
_TO_RGB = np.array(
    [
        [3.2404542, -1.5371385, -0.4985314],
        [-0.9692660, 1.8760108, 0.0415560],
        [0.0556434, -0.2040259, 1.0572252],
    ]
)
_BEND = 6 / 29


@cache
def ring_table() -> npt.NDArray[np.uint8]:
    """Colours of phases from -pi on, all of CIELAB lightness 68, so that none stands out.

    Entry k is that of ``-pi + 2 pi k / 256``; the hue at phase 0 is 10 degrees. The chroma is 52, or what
    sRGB has where that is less: the blues and greens, a third of the ring. CIELAB: CIE 15:2004, D65;
    sRGB: IEC 61966-2-1.

    Returns
    -------
    array of uint8, shape (256, 4)
        Red, green, blue, alpha; read-only.
    """
    hue = np.deg2rad(_HUE_AT_ZERO) + 2 * np.pi * np.arange(colormaps.SIZE) / colormaps.SIZE - np.pi
    low, high = np.zeros_like(hue), np.full_like(hue, _CHROMA)
    for _ in range(24):
        middle = (low + high) / 2
        linear = _linear_rgb(hue, middle)
        fits = ((linear >= 0) & (linear <= 1)).all(axis=1)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    linear = np.clip(_linear_rgb(hue, low), 0.0, 1.0)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colors = np.full((colormaps.SIZE, 4), 255, np.uint8)
    colors[:, :3] = np.round(255 * rgb)
    colors.setflags(write=False)
    return colors


def _linear_rgb(hue: npt.NDArray[np.float64], chroma: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Linear red, green and blue of colours of the ring's lightness; outside of 0 to 1 where sRGB ends."""
    middle = np.full_like(hue, (_LIGHTNESS + 16) / 116)
    bent = np.stack(
        [middle + chroma * np.cos(hue) / 500, middle, middle - chroma * np.sin(hue) / 200], axis=1
    )
    xyz = _WHITE * np.where(bent > _BEND, bent**3, 3 * _BEND**2 * (bent - 4 / 29))
    return np.asarray(xyz @ _TO_RGB.T)


def phase_rows(theta: npt.NDArray[np.floating]) -> npt.NDArray[np.intp]:
    """Entries of `ring_table` nearest to phases in radians."""
    return np.asarray(np.rint((theta + np.pi) * (colormaps.SIZE / (2 * np.pi))), np.intp) % colormaps.SIZE


def phase_colors(theta: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Red, green and blue of phases in radians, shape (*theta.shape, 3)."""
    return ring_table()[phase_rows(theta), :3]


def share_colors(share: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Red, green and blue of frequencies given as shares of the colour limits, shape (*share.shape, 3)."""
    rows = np.asarray(np.rint(np.clip(share, 0, 1) * (colormaps.SIZE - 1)), np.intp)
    return colormaps.table(FREQUENCY_MAP)[rows, :3]


def link_look(alignment: npt.NDArray[np.floating]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """How links look.

    Parameters
    ----------
    alignment : array, shape (E,)
        cos(psi_i - psi_j), -1 to 1.

    Returns
    -------
    rgba : array, shape (E, 4)
        Colours, 0 to 1.
    width : array, shape (E,)
        Widths in logical pixels.
    """
    size = np.clip(np.abs(alignment), 0, 1)[:, np.newaxis]
    rgb = np.where(alignment[:, np.newaxis] >= 0, np.array(ALIGNED), np.array(OPPOSED))
    return np.concatenate([rgb, 0.10 + 0.62 * size], axis=1), 1.0 + 1.2 * size[:, 0]
