"""Cloud: up to a million points of a plot, painted as one picture of its own pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QTransform

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
ALONE = 0.55
"""Opacity of a point that lies on no other, of a cloud in one colour; where many lie it grows to 1."""
SIZE = 2


class Cloud(pyqtgraph.GraphicsObject):
    """Points in axis units, each a square of 2 x 2 device-independent pixels.

    pyqtgraph's own scatter asks for 30 ms for 10^5 points; NumPy writes them into a picture in 3.
    """

    def __init__(self) -> None:
        super().__init__()
        self.x: Floats = np.zeros(0)
        self.y: Floats = np.zeros(0)
        self._colors: Bytes = np.zeros((1, 3), np.uint8)
        self._bounds = QRectF()

    def set_points(self, x: Floats, y: Floats, colors: Bytes) -> None:
        """Show other points.

        Parameters
        ----------
        x, y : float64 array [n]
            Places; what is not finite is left out.
        colors : uint8 array [n, 3] or [1, 3]
            Red, green and blue of each point, later ones in front; or one colour for all, deeper where many
            points lie.
        """
        kept = np.isfinite(x) & np.isfinite(y)
        self.x, self.y = np.asarray(x[kept], np.float64), np.asarray(y[kept], np.float64)
        self._colors = np.asarray(colors[kept] if len(colors) == len(kept) else colors[:1], np.uint8)
        self.prepareGeometryChange()
        self._bounds = (
            QRectF(
                QPointF(float(self.x.min()), float(self.y.min())),
                QPointF(float(self.x.max()), float(self.y.max())),
            )
            if len(self.x)
            else QRectF()
        )
        self.informViewBoundsChanged()
        self.update()

    def boundingRect(self) -> QRectF:
        """All points, in axis units."""
        return self._bounds

    def dataBounds(self, ax: int, frac: float = 1.0, orthoRange: Any = None) -> list[float] | None:
        """Range along an axis, for the view's own fit."""
        del frac, orthoRange
        values = self.y if ax else self.x
        return [float(values.min()), float(values.max())] if len(values) else None

    def paint(self, painter: QPainter, *_unused: Any) -> None:
        """Write the points into a picture of the view's pixels and draw that."""
        view = self.getViewBox()
        if view is None or not len(self.x):
            return
        axes = painter.transform()
        device = painter.device()
        box = view.sceneTransform().mapRect(view.rect())
        ratio = float(device.devicePixelRatio())
        pixels = QRectF(box.x() * ratio, box.y() * ratio, box.width() * ratio, box.height() * ratio)
        image = self._picture(axes, pixels, max(round(SIZE * ratio), 1))
        painter.save()
        painter.resetTransform()
        painter.scale(1 / ratio, 1 / ratio)
        painter.drawImage(QPointF(int(pixels.x()), int(pixels.y())), image)
        painter.restore()

    def _picture(self, axes: QTransform, pixels: QRectF, size: int) -> QImage:
        """Picture of the points, transparent elsewhere."""
        width, height = max(int(pixels.width()), 1), max(int(pixels.height()), 1)
        column = np.floor(self.x * axes.m11() + axes.dx() - int(pixels.x()) - size / 2 + 0.5)
        row = np.floor(self.y * axes.m22() + axes.dy() - int(pixels.y()) - size / 2 + 0.5)
        seen = (column > -size) & (column < width) & (row > -size) & (row < height)
        # A border takes what lies half outside, so that no square needs clipping.
        across = width + 2 * size
        first = (row[seen].astype(np.int64) + size) * across + column[seen].astype(np.int64) + size
        shift = (np.arange(size)[:, None] * across + np.arange(size)[None, :]).ravel()
        canvas = np.zeros(((height + 2 * size) * across, 4), np.uint8)
        if len(self._colors) == 1:
            count = sum(np.bincount(first + by, minlength=len(canvas)) for by in shift)
            canvas[:, :3] = self._colors[0]
            canvas[:, 3] = 255 * (1 - (1 - ALONE) ** np.minimum(count, 20))
        else:
            colors = self._colors[seen]
            for by in shift:
                canvas[first + by, :3] = colors
                canvas[first + by, 3] = 255
        inside = canvas.reshape(height + 2 * size, across, 4)[size : size + height, size : size + width]
        kept = np.ascontiguousarray(inside)
        return QImage(kept.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
