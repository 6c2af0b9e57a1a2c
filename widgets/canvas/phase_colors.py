"""Colours of phases, frequencies and links: the isoluminant ring, and what stands for alignment."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from tauscope.widgets.canvas import colormaps
from tauscope.widgets.canvas.ring import ring_colors

FREQUENCY_MAP = "colorbrewer:RdYlBu_r"
"""Bright at both ends, so that slow and fast oscillators are seen on the dark ground."""
ALIGNED = (0.31, 0.70, 1.0)
OPPOSED = (1.0, 0.56, 0.30)
"""Colours of links at cos(psi_i - psi_j) = 1 and -1; without alignment a link fades out."""


@cache
def ring_table() -> npt.NDArray[np.uint8]:
    """Colours of phases from -pi on; entry k is that of ``-pi + 2 pi k / 256``.

    Returns
    -------
    array of uint8, shape (256, 4)
        Red, green, blue, alpha, as `ring_colors` has them; read-only.
    """
    return ring_colors(2 * np.pi * np.arange(colormaps.SIZE) / colormaps.SIZE - np.pi)


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
