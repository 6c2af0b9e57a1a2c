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
ALONE = 0.35
"""Opacity of a point that lies on no other, of a dense cloud in one colour; where many lie it grows to 1."""
SIZE, LARGE = 2, 4
FEW = 2000
"""Up to so many points each is large: those that lie on one another would hardly be seen."""
COLOR = np.uint32(0xFFFFFF)
DENSE = 20_000
"""Points of one colour from which each is a pixel, more opaque where more lie."""


class Cloud(pyqtgraph.GraphicsObject):
    """Points in axis units, each a square of 4 x 4 device-independent pixels, 2 x 2 or one, by their number.

    On two busy cores pyqtgraph's own scatter took a second for 10^5 points, this 20 ms.
    """

    def __init__(self) -> None:
        super().__init__()
        self.x: Floats = np.zeros(0)
        self.y: Floats = np.zeros(0)
        self._inks = np.zeros(1, np.uint32)
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
        chosen = colors[kept] if len(colors) == len(kept) else colors[:1]
        self._inks = _packed(np.asarray(chosen, np.uint8))
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
        dense = len(self._inks) == 1 and len(self.x) > DENSE
        side = 1 if dense else LARGE if len(self.x) <= FEW else SIZE
        image = self._picture(axes, pixels, max(round(side * ratio), 1), ALONE if dense else 1.0)
        painter.save()
        painter.resetTransform()
        painter.scale(1 / ratio, 1 / ratio)
        painter.drawImage(QPointF(int(pixels.x()), int(pixels.y())), image)
        painter.restore()

    def _picture(self, axes: QTransform, pixels: QRectF, size: int, alone: float) -> QImage:
        """Picture of the points, transparent elsewhere."""
        width, height = max(int(pixels.width()), 1), max(int(pixels.height()), 1)
        column = np.floor(self.x * axes.m11() + axes.dx() - int(pixels.x()) - size / 2 + 0.5)
        row = np.floor(self.y * axes.m22() + axes.dy() - int(pixels.y()) - size / 2 + 0.5)
        seen = (column > -size) & (column < width) & (row > -size) & (row < height)
        # A border takes what lies half outside, so that no square needs clipping.
        across = width + 2 * size
        first = (row[seen].astype(np.int64) + size) * across + column[seen].astype(np.int64) + size
        shift = (np.arange(size)[:, None] * across + np.arange(size)[None, :]).ravel()
        canvas = np.zeros((height + 2 * size) * across, np.uint32)
        if len(self._inks) == 1:
            count = sum(np.bincount(first + by, minlength=len(canvas)) for by in shift)
            cover = (255 * (1 - (1 - alone) ** np.minimum(count, 20))).astype(np.uint32)
            canvas[:] = (self._inks[0] & COLOR) | (cover << 24)
        else:
            inks = self._inks[seen]
            for by in shift:
                canvas[first + by] = inks
        inside = canvas.reshape(height + 2 * size, across)[size : size + height, size : size + width]
        kept = np.ascontiguousarray(inside)
        return QImage(kept.data, width, height, 4 * width, QImage.Format.Format_ARGB32).copy()


def _packed(colors: Bytes) -> npt.NDArray[np.uint32]:
    """Colours as Qt's ARGB32, opaque, one number a pixel."""
    red, green, blue = (colors[:, place].astype(np.uint32) for place in range(3))
    return np.asarray(np.uint32(0xFF000000) | (red << 16) | (green << 8) | blue, np.uint32)
