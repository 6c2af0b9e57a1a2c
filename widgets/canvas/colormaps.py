"""Colour maps by name: which suit a field, and their tables of 256 colours."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from cmap import Colormap

from tauscope.engine.base import Palette
from tauscope.widgets.canvas.ring import RING, ring_colors

CHOICES: dict[Palette, tuple[str, ...]] = {
    "sequential": (
        "bids:magma", "bids:viridis", "bids:inferno", "bids:plasma", "cividis:cividis", "crameri:batlow",
        "crameri:lapaz", "matlab:gray",
    ),
    "diverging": (
        "colorbrewer:RdBu_r", "crameri:vik", "crameri:broc", "crameri:berlin", "matplotlib:coolwarm",
    ),
    "cyclic": (RING, "cmocean:phase", "crameri:romaO", "crameri:vikO", "matplotlib:twilight"),
}  # fmt: skip
"""Perceptually ordered maps by family, the default first; all are safe for the colour-blind."""

SIZE = 256


def default_map(palette: Palette) -> str:
    """Name of the default colour map of a family."""
    return CHOICES[palette][0]


def short_name(name: str) -> str:
    """Name of a map as menus show it, without its catalogue."""
    return name.rpartition(":")[2]


@cache
def table(name: str) -> npt.NDArray[np.uint8]:
    """Colours of a map, low to high; a cyclic one ends as it begins.

    Returns
    -------
    array of uint8, shape (256, 4)
        Red, green, blue, alpha; read-only.

    Raises
    ------
    ValueError
        If `cmap` knows no such map.
    """
    if name == RING:
        return ring_colors(np.linspace(-np.pi, np.pi, SIZE))
    colors = np.round(np.asarray(Colormap(name).lut(SIZE)) * 255).astype(np.uint8)
    colors.setflags(write=False)
    return colors


def color_at(name: str, share: float) -> tuple[int, int, int]:
    """Red, green and blue (0 to 255) that a canvas shows at ``share`` (0 to 1) of its limits."""
    position = min(max(share, 0.0), 1.0) * (SIZE - 1)
    low = int(position)
    high = min(low + 1, SIZE - 1)
    colors = table(name).astype(np.float64)
    mixed = colors[low] + (colors[high] - colors[low]) * (position - low)
    red, green, blue = (round(float(part)) for part in mixed[:3])
    return red, green, blue
