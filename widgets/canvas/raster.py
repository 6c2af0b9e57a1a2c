"""Raster surface: the same scene painted by QPainter, without OpenGL; also for snapshots."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas import colormaps
from tauscope.widgets.canvas.scene import NAN_COLOR, SMOOTH_BELOW, Scene
from tauscope.widgets.canvas.shapes import Shape, ShapeKind, rgba


class RasterSurface(QWidget):
    """Canvas painted by the processor; parameters as those of `GlSurface`."""

    def __init__(self, scene: Scene, prepare: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, True)
        self._scene = scene
        self._prepare = prepare
        self._colored_field: QImage | None = None
        self._colored_key: object = None
        self.contexts = 0
        self.frames = 0
        self.draw_seconds = 0.0

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the scene."""
        start = time.perf_counter()
        self._prepare()
        painter = QPainter(self)
        paint_scene(painter, self._scene, self._colored())
        painter.end()
        self.frames += 1
        self.draw_seconds = time.perf_counter() - start

    def _colored(self) -> QImage | None:
        scene = self._scene
        stride = stride_of(scene)
        key = (scene.field_serial, scene.clims, scene.cmap, stride)
        if self._colored_key != key:
            self._colored_field, self._colored_key = field_image(scene, stride), key
        return self._colored_field

    def picture(self) -> QImage:
        """Pixels as drawn."""
        return self.grab().toImage()

    def release(self) -> None:
        """Drop the coloured field; the surface paints no more of it."""
        self._colored_field = self._colored_key = None


def stride_of(scene: Scene) -> int:
    """Cells a pixel: of a lattice finer than the canvas only so many cells are coloured as pixels show."""
    return max(1, int(1.0 / scene.camera.scale)) if scene.camera.scale > 0 else 1


def field_image(scene: Scene, stride: int = 1) -> QImage | None:
    """Field as an image of one pixel for every ``stride``-th cell, top row first, or None without a field."""
    if scene.field is None:
        return None
    low, high = scene.clims
    offset = stride // 2
    share = scene.field[offset::stride, offset::stride][::-1] - np.float32(low)
    share *= np.float32(255 / (high - low) if high > low else 0)
    np.clip(share, 0, 255, out=share)
    share += np.float32(0.5)
    bad = np.isnan(share)
    some_bad = bool(bad.any())
    if some_bad:
        share[bad] = 0
    table = np.ascontiguousarray(colormaps.table(scene.cmap), np.uint8).view(np.uint32)[:, 0]
    colors = table[share.astype(np.uint8)]
    if some_bad:
        color = [round(255 * part) for part in rgba(NAN_COLOR)]
        colors[bad] = np.array(color, np.uint8).view(np.uint32)[0]
    ny, nx = colors.shape
    return QImage(colors.data, nx, ny, 4 * nx, QImage.Format.Format_RGBA8888).copy()


def paint_scene(painter: QPainter, scene: Scene, image: QImage | None) -> None:
    """Paint a scene whose field is coloured already."""
    camera = scene.camera
    painter.fillRect(QRectF(0, 0, camera.width, camera.height), QColor(scene.background))
    if image is not None and scene.field is not None:
        ny, nx = scene.field.shape
        left, top = camera.to_pixel(-0.5, ny - 0.5)
        smooth = camera.scale <= SMOOTH_BELOW
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(QRectF(left, top, nx * camera.scale, ny * camera.scale), image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for shape in scene.shapes:
        _paint_shape(painter, shape)
    for plate in scene.plates:
        painter.save()
        painter.translate(round(plate.x), round(plate.y))
        plate.paint(painter)
        painter.restore()


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
