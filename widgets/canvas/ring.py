"""The isoluminant ring: one colour for each phase, none lighter than another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RING = "tauscope:ring"
"""Name of the ring among the colour maps."""

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


def ring_colors(phases: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Colours of phases, all of CIELAB lightness 68; the hue is 10 degrees at phase 0 and grows with it.

    The chroma is 52, or what sRGB has where that is less: the blues and greens, a third of the ring.
    CIELAB: CIE 15:2004, D65; sRGB: IEC 61966-2-1.

    Parameters
    ----------
    phases : array of float64, shape (n,)
        Radians.

    Returns
    -------
    array of uint8, shape (n, 4)
        Red, green, blue, alpha; read-only.
    """
    hue = np.deg2rad(_HUE_AT_ZERO) + phases
    low, high = np.zeros_like(hue), np.full_like(hue, _CHROMA)
    for _ in range(24):
        middle = (low + high) / 2
        linear = _linear_rgb(hue, middle)
        fits = ((linear >= 0) & (linear <= 1)).all(axis=1)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    linear = np.clip(_linear_rgb(hue, low), 0.0, 1.0)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colors = np.full((len(phases), 4), 255, np.uint8)
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
