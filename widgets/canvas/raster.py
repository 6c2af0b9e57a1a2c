"""Raster surface: the same scene painted by QPainter, without OpenGL; also for snapshots."""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QByteArray, QDataStream, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from tauscope.engine.base import Array
from tauscope.widgets.canvas import colormaps
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.contours import CONTOUR_COLOR, CONTOUR_FRINGE, Contours
from tauscope.widgets.canvas.domain import domain_colors
from tauscope.widgets.canvas.plates import Plate
from tauscope.widgets.canvas.scaling import symlog_array
from tauscope.widgets.canvas.scene import NAN_COLOR, SMOOTH_BELOW, Scene, as_float32
from tauscope.widgets.canvas.shape_layer import ShapeLayer
from tauscope.widgets.canvas.shapes import Shape, ShapeKind, rgba

_WHOLE = 600_000
"""Fields of up to so many pixels are coloured whole, so that moving the picture costs nothing."""
_BLOCK = 1 << 15
_SHORT_SPAN = 4.0


class RasterSurface(QWidget):
    """Canvas painted by the processor; parameters as those of `GlSurface`."""

    def __init__(self, scene: Scene, prepare: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, True)
        self._scene = scene
        self._prepare = prepare
        self._colored_field: Colored | None = None
        self._colored_key: object = None
        self._marks = ShapeLayer(paint_shapes)
        self.contexts = 0
        self.frames = 0
        self.draw_seconds = 0.0

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the scene."""
        start = time.perf_counter()
        self._prepare()
        painter = QPainter(self)
        paint_scene(painter, self._scene, self._colored(), self._marks)
        painter.end()
        self.frames += 1
        self.draw_seconds = time.perf_counter() - start

    def _colored(self) -> Colored | None:
        scene = self._scene
        window = window_of(scene)
        data = scene.field_serial, len(scene.patches)
        key = (data, scene.scaled_clims, scene.linear_within, scene.cmap, window)
        if self._colored_key != key:
            self._colored_field, self._colored_key = colored(scene, window), key
        return self._colored_field

    def picture(self) -> QImage:
        """Pixels as drawn."""
        return self.grab().toImage()

    def release(self) -> None:
        """Drop the coloured field; the surface paints no more of it."""
        self._colored_field = self._colored_key = None


@dataclass(frozen=True, slots=True)
class Window:
    """Part of the lattice that is coloured: cells ``i0 <= i < i1``, ``j0 <= j < j1``, every ``stride``-th."""

    i0: int
    i1: int
    j0: int
    j1: int
    stride: int


@dataclass(frozen=True, slots=True)
class Colored:
    """Picture of a window, a pixel a cell that was taken, top row first; it looks into ``pixels``."""

    image: QImage
    window: Window
    pixels: npt.NDArray[np.uint32]


def stride_of(scene: Scene, ratio: float = 1.0) -> int:
    """Cells a pixel: of a lattice finer than the canvas only so many cells are coloured as pixels show."""
    scale = scene.camera.scale * ratio
    return max(1, round(1.0 / scale)) if scale > 0 else 1


def window_of(scene: Scene, ratio: float = 1.0) -> Window:
    """What must be coloured for the camera: the whole lattice, or of a large one what is in view."""
    stride, camera = stride_of(scene, ratio), scene.camera
    ny, nx = scene.array.shape if scene.array is not None else (1, 1)
    whole = Window(0, nx, 0, ny, stride)
    if nx * ny <= _WHOLE * stride * stride:
        return whole
    left, top = camera.to_world(0, 0)
    right, bottom = camera.to_world(camera.width, camera.height)
    i0, i1 = _span(left, right, nx, stride)
    j0, j1 = _span(bottom, top, ny, stride)
    return Window(i0, i1, j0, j1, stride)


def _span(low: float, high: float, cells: int, stride: int) -> tuple[int, int]:
    """Cells between two world coordinates with one step to spare, aligned so that samples stay in place."""
    first = min(max(math.floor(low + 0.5) - stride, 0), cells - 1) // stride * stride
    last = -(-min(max(math.ceil(high + 0.5) + stride, first + 1), cells) // stride) * stride
    return first, min(last, cells)


def colored(scene: Scene, window: Window) -> Colored | None:
    """Window of the field in the colours of the map, or None without a field."""
    if scene.array is None:
        return None
    middle = window.stride // 2
    part = scene.array[window.j0 : window.j1, window.i0 : window.i1]
    rows = part[min(middle, part.shape[0] - 1) :: window.stride]
    part = rows[:, min(middle, rows.shape[1] - 1) :: window.stride][::-1]
    ny, nx = part.shape
    colors = np.empty((ny, nx), np.uint32)
    if scene.is_complex:
        _color_domain(scene, part, colors)
        return Colored(QImage(colors.data, nx, ny, 4 * nx, QImage.Format.Format_RGB32), window, colors)
    low, high = scene.scaled_clims
    short = _short_table(scene.cmap, low, high, scene.linear_within) if scene.linear_within > 0 else None
    step = max(1, _BLOCK // nx)  # blocks that stay in the processor's cache
    for row in range(0, ny, step):
        block, out = as_float32(part[row : row + step], scene.offset), colors[row : row + step]
        if short is not None:
            np.take(short, block.view(np.uint32) >> 16, out=out, mode="clip")
        else:
            np.copyto(out, _colors(block, scene.cmap, low, high, scene.linear_within))
    return Colored(QImage(colors.data, nx, ny, 4 * nx, QImage.Format.Format_RGB32), window, colors)


def _color_domain(scene: Scene, part: Array, colors: npt.NDArray[np.uint32]) -> None:
    """Write the colours of complex numbers, in blocks that stay in the processor's cache."""
    low, high = scene.limits
    bad = int(_packed(np.array([[round(255 * one) for one in rgba(NAN_COLOR)]], np.uint8))[0])
    step = max(1, _BLOCK // part.shape[1])
    for row in range(0, len(part), step):
        block = np.ascontiguousarray(part[row : row + step], np.complex64)
        colors[row : row + step] = domain_colors(block, scene.cmap, low, high, scene.linear_within, bad)


def _colors(
    values: npt.NDArray[np.float32], cmap: str, low: float, high: float, thresh: float
) -> npt.NDArray[np.uint32]:
    """Colours of values between limits on the scale in use; those that are no number in grey."""
    share = symlog_array(values, thresh) if thresh > 0 else values
    share = share - np.float32(low)
    share *= np.float32(255 / (high - low) if high > low else 0)
    share += np.float32(0.5)
    np.clip(share, 0, 255, out=share)
    bad = np.isnan(share)
    some_bad = bool(bad.any())
    if some_bad:
        share[bad] = 0
    found: npt.NDArray[np.uint32] = _packed(colormaps.table(cmap)).take(share.astype(np.uint8))
    if some_bad:
        color = np.array([[round(255 * part) for part in rgba(NAN_COLOR)]], np.uint8)
        found[bad] = _packed(color)[0]
    return found


@lru_cache(maxsize=8)
def _short_table(cmap: str, low: float, high: float, thresh: float) -> npt.NDArray[np.uint32] | None:
    """Colours by the upper 16 bits of a float32, or None where these would not tell colours apart.

    A logarithm for each pixel would take longer than everything else. Numbers with the same upper 16 bits
    (sign, exponent, 7 bits of fraction) differ by at most 1/128 on the symlog scale, so between limits that
    are 4 or more apart on it the middle of them is within a quarter of a step of 255.
    """
    if high - low < _SHORT_SPAN:
        return None
    bits = (np.arange(1 << 16, dtype=np.uint32) << 16) + np.uint32(1 << 15)
    bits[[0, 1 << 15]] = 0  # 0 is 0, not the middle of what is smallest
    bits[[0x7F80, 0xFF80]] -= np.uint32(1 << 15)  # and infinity is no NaN
    with np.errstate(all="ignore"):
        found = _colors(bits.view(np.float32), cmap, low, high, thresh)
    found.setflags(write=False)
    return found


def _packed(colors: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Colours [n, 4] as Qt's 32-bit numbers, alpha in the highest byte."""
    parts = colors.astype(np.uint32)
    packed = parts[:, 3] << 24 | parts[:, 0] << 16 | parts[:, 1] << 8 | parts[:, 2]
    return packed.astype(np.uint32)


def paint_scene(
    painter: QPainter, scene: Scene, field: Colored | None, marks: ShapeLayer | None = None
) -> None:
    """Paint a scene whose field is coloured already; ``marks`` keeps the picture of those that stay."""
    camera = scene.camera
    painter.fillRect(QRectF(0, 0, camera.width, camera.height), QColor(scene.background))
    if field is not None:
        window = field.window
        left, top = camera.to_pixel(window.i0 - 0.5, window.j1 - 0.5)
        wide, tall = (window.i1 - window.i0) * camera.scale, (window.j1 - window.j0) * camera.scale
        smooth = camera.scale <= SMOOTH_BELOW
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(QRectF(left, top, wide, tall), field.image)
    if scene.contours is not None:
        _paint_contours(painter, scene.contours, camera)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    (marks.paint if marks is not None else paint_shapes)(painter, scene.shapes)
    paint_plates(painter, scene.plates)


def paint_shapes(painter: QPainter, shapes: Iterable[Shape]) -> None:
    """Paint line shapes, back to front."""
    for shape in shapes:
        _paint_shape(painter, shape)


def paint_plates(painter: QPainter, plates: Iterable[Plate]) -> None:
    """Paint plates where they belong."""
    for plate in plates:
        painter.save()
        painter.translate(round(plate.x), round(plate.y))
        plate.paint(painter)
        painter.restore()


def _paint_contours(painter: QPainter, contours: Contours, camera: Camera) -> None:
    path = path_of(contours)
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.translate(*camera.to_pixel(0, 0))
    painter.scale(camera.scale, -camera.scale)
    # Only lines one pixel wide are smoothed fast, and those of noise not even then.
    for color, width, smooth in ((CONTOUR_FRINGE, 3.0, False), (CONTOUR_COLOR, 1.0, not contours.rough)):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        pen = QPen(QColor.fromRgbF(*color), width)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPath(path)
    painter.restore()


def path_of(contours: Contours) -> QPainterPath:
    """Lines as one path in cells, kept with them; made from a stream, as a call a point would be slow."""
    path: QPainterPath | None = contours.path
    if path is None:
        segments = contours.segments
        rows = np.zeros(2 * len(segments), [("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
        rows["kind"][1::2] = 1
        rows["x"], rows["y"] = segments[:, ::2].reshape(-1), segments[:, 1::2].reshape(-1)
        data = struct.pack(">i", len(rows)) + rows.tobytes() + struct.pack(">ii", 0, 0)
        contours.path = path = QPainterPath()
        if len(rows):
            QDataStream(QByteArray(data)) >> path
    return path


def _paint_shape(painter: QPainter, shape: Shape) -> None:
    color = QColor.fromRgbF(*shape.color)
    if shape.halo > 0:
        fringe = QColor(0, 0, 0, round(255 * shape.halo * shape.color[3] * 0.6))
        _paint_line(painter, shape, fringe, 3.0)
    _paint_line(painter, shape, color, 0.0)


def _paint_line(painter: QPainter, shape: Shape, color: QColor, more: float) -> None:
    filled = shape.kind in (ShapeKind.DOT, ShapeKind.BOX)
    pen = QPen(color, shape.width + more)
    if shape.dash > 0:
        pen.setDashPattern([shape.dash / pen.widthF(), shape.dash / pen.widthF()])
    painter.setPen(Qt.PenStyle.NoPen if filled else pen)
    painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
    if shape.kind in (ShapeKind.CIRCLE, ShapeKind.DOT):
        radius = shape.c + (more / 2 if filled else 0)
        painter.drawEllipse(QPointF(shape.a, shape.b), radius, radius)
    elif shape.kind is ShapeKind.SEGMENT:
        painter.drawLine(QPointF(shape.a, shape.b), QPointF(shape.c, shape.d))
    else:
        painter.drawRect(QRectF(QPointF(shape.a, shape.b), QPointF(shape.c, shape.d)).normalized())
