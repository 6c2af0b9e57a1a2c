"""Domain colouring in composed pictures: hue by phase, brightness by modulus, and the legend of both."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array, FieldSpec
from tauscope.widgets.canvas.domain import domain_colors, legend
from tauscope.widgets.canvas.ring import RING

COLUMNS = 48
"""Steps of brightness in the legend."""
_NOT_A_NUMBER = 0xFF7F7F7F


def is_domain(array: Array, spec: FieldSpec) -> bool:
    """Whether a field is shown in domain colours: complex numbers on a cyclic map."""
    return bool(np.iscomplexobj(array)) and spec.palette == "cyclic"


def domain_rgb(array: Array, cmap: str, limits: tuple[float, float], thresh: float) -> npt.NDArray[np.uint8]:
    """Colours of complex numbers as the canvases show them.

    Parameters
    ----------
    array : complex array, shape (rows, columns)
        Numbers.
    cmap : str
        Cyclic map; the isoluminant ring if empty.
    limits : (float, float)
        Moduli shown black and in the map's own brightness.
    thresh : float
        Threshold of the symlog scale, 0 for the linear one.

    Returns
    -------
    array of uint8, shape (rows, columns, 3)
        Red, green, blue.
    """
    packed = domain_colors(np.asarray(array, np.complex64), cmap or RING, *limits, thresh, _NOT_A_NUMBER)
    return np.stack([(packed >> shift & 0xFF).astype(np.uint8) for shift in (16, 8, 0)], axis=-1)


def draw_legend(axes: Any, cmap: str, limits: tuple[float, float]) -> None:
    """Fill the place of a colour bar: the phase upwards, the modulus to the right."""
    low, high = limits
    axes.imshow(
        legend(cmap or RING, COLUMNS)[..., :3],
        extent=(low, high, -math.pi, math.pi),
        aspect="auto",
        interpolation="nearest",
    )
    axes.yaxis.tick_right()
    axes.yaxis.set_label_position("right")
    axes.set_yticks([-math.pi, -math.pi / 2, 0.0, math.pi / 2, math.pi], ["−π", "−π/2", "0", "π/2", "π"])
    axes.set_xticks([low, high], [f"{low:.3g}", f"{high:.3g}"])
