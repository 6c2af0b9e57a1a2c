"""Line shapes drawn over a field, in pixels: circles, dots, segments, boxes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Color = tuple[float, float, float, float]
FLOATS = 14
_MARGIN = 5.0
_BAND_FROM = 20.0
_BAND_PARTS = 24


class ShapeKind(IntEnum):
    """What a shape is; the numbers are those of the shader."""

    CIRCLE = 0
    DOT = 1
    SEGMENT = 2
    BOX = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape in logical pixels from the canvas's top left corner.

    Parameters
    ----------
    kind : ShapeKind
        circle (outline), dot (filled circle), segment, box (filled rectangle).
    a, b, c, d : float
        Centre and radius (circle, dot; ``d`` unused), ends (segment) or opposite corners (box).
    color : tuple of float
        Red, green, blue, alpha, 0 to 1.
    width : float
        Line width of circles and segments.
    halo : float
        Opacity of the dark fringe that keeps a line readable on any field.
    dash : float
        Length of dashes, 0 for a full line.
    """

    kind: ShapeKind
    a: float
    b: float
    c: float
    d: float
    color: Color
    width: float = 1.5
    halo: float = 0.0
    dash: float = 0.0


def rgba(color: str, alpha: float = 1.0) -> Color:
    """Colour of four floats from ``"#rrggbb"``."""
    red, green, blue = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue, alpha


def on_field(accent: str) -> Color:
    """Accent bright enough to be seen on dark fields; the halo sets it off from bright ones."""
    red, green, blue, alpha = rgba(accent)
    luminance = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    share = 0.4 if luminance < 0.3 else 0.0
    return red + share * (1 - red), green + share * (1 - green), blue + share * (1 - blue), alpha


def vertices(shapes: tuple[Shape, ...]) -> npt.NDArray[np.float32]:
    """Triangles that cover the shapes, each vertex with its shape's numbers.

    Returns
    -------
    array of float32, shape (3 n, 14)
        Position (2), shape (4), kind, width, halo, dash, colour (4).
    """
    parts = [_covered(shape) for shape in shapes]
    if not parts:
        return np.zeros((0, FLOATS), np.float32)
    return np.concatenate(parts).astype(np.float32)


def _covered(shape: Shape) -> npt.NDArray[np.float64]:
    if shape.kind is ShapeKind.CIRCLE and shape.c > _BAND_FROM:
        corners = _band(shape)
    else:
        corners = _bounds(shape)
    rows = np.empty((len(corners), FLOATS))
    rows[:, :2] = corners
    rows[:, 2:] = (
        shape.a, shape.b, shape.c, shape.d,
        float(shape.kind), shape.width, shape.halo, shape.dash, *shape.color,
    )  # fmt: skip
    return rows


def _bounds(shape: Shape) -> npt.NDArray[np.float64]:
    reach = _MARGIN + shape.width / 2
    if shape.kind in (ShapeKind.CIRCLE, ShapeKind.DOT):
        reach += shape.c
        left, right, top, bottom = shape.a - reach, shape.a + reach, shape.b - reach, shape.b + reach
    elif shape.kind is ShapeKind.SEGMENT:
        return _strip(shape, reach)
    else:
        left, right = sorted((shape.a, shape.c))
        top, bottom = sorted((shape.b, shape.d))
    return _quad(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]))


def _strip(shape: Shape, reach: float) -> npt.NDArray[np.float64]:
    start, end = np.array([shape.a, shape.b]), np.array([shape.c, shape.d])
    along = end - start
    length = float(np.hypot(*along))
    along = along / length if length > 0 else np.array([1.0, 0.0])
    across = np.array([-along[1], along[0]]) * reach
    start, end = start - along * reach, end + along * reach
    return _quad(np.array([start - across, end - across, end + across, start + across]))


def _band(shape: Shape) -> npt.NDArray[np.float64]:
    """Ring of trapezoids: a large circle costs its line, not its area."""
    angles = np.linspace(0, 2 * np.pi, _BAND_PARTS + 1)
    rim = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    reach = _MARGIN + shape.width / 2
    center = np.array([shape.a, shape.b])
    outer = center + rim * (shape.c + reach) / np.cos(np.pi / _BAND_PARTS)
    inner = center + rim * max(shape.c - reach, 0.0)
    quads = np.stack([inner[:-1], outer[:-1], outer[1:], inner[1:]], axis=1)
    return quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 2)


def _quad(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(corners[[0, 1, 2, 0, 2, 3]])
