"""Tint over the cells that a stroke has swept, as a picture with a pixel a cell."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from tauscope.widgets.canvas.camera import Camera

SWEPT_ALPHA = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class SweptPlate:
    """Tint over the cells that a stroke has swept.

    Parameters
    ----------
    picture : QImage
        A pixel a cell that is seen, or a pixel for several cells where these are smaller than pixels.
    serial : object
        Decides, with the place of the cells, whether the picture is another one.
    left, top, wide, tall : float
        Where the picture lies on the plate, in logical pixels.
    x, y, width, height : float
        The plate, which ends with the canvas, in logical pixels.
    """

    picture: QImage
    serial: Hashable
    left: float
    top: float
    wide: float
    tall: float
    x: float
    y: float
    width: float
    height: float

    @classmethod
    def over(
        cls, mask: npt.NDArray[np.bool_], place: tuple[int, int], camera: Camera, color: str, serial: int
    ) -> SweptPlate | None:
        """Plate for swept cells, the first of them at a column and a row; None where none is in view.

        Parameters
        ----------
        mask : array, shape (rows, columns), bool
            Swept cells, row 0 at the bottom.
        """
        stride = max(1, round(1 / camera.scale)) if camera.scale > 0 else 1
        rows, columns = mask.shape
        (x0, y0), (x1, y1) = camera.to_world(0, camera.height), camera.to_world(camera.width, 0)
        i0, j0 = (max(math.floor(low - at) - 1, 0) for low, at in zip((x0, y0), place, strict=True))
        i1 = min(math.ceil(x1 - place[0]) + 2, columns)
        j1 = min(math.ceil(y1 - place[1]) + 2, rows)
        if i0 >= i1 or j0 >= j1:
            return None
        left, top = camera.to_pixel(place[0] + i0 - 0.5, place[1] + j1 - 0.5)
        right, bottom = camera.to_pixel(place[0] + i1 - 0.5, place[1] + j0 - 0.5)
        x, y = max(math.floor(left), 0), max(math.floor(top), 0)
        width = min(math.ceil(right), math.ceil(camera.width)) - x
        height = min(math.ceil(bottom), math.ceil(camera.height)) - y
        if width <= 0 or height <= 0:
            return None
        seen = mask[j0:j1, i0:i1][::-1][::stride, ::stride]
        tint = QColor(color)
        tint.setAlphaF(SWEPT_ALPHA)
        pixels = np.where(seen, np.uint32(_premultiplied(tint)), np.uint32(0))
        kind = QImage.Format.Format_ARGB32_Premultiplied
        picture = QImage(pixels.tobytes(), seen.shape[1], seen.shape[0], 4 * seen.shape[1], kind).copy()
        return cls(
            picture, (serial, color), left - x, top - y, right - left, bottom - top, x, y, width, height
        )

    def key(self) -> Hashable:
        """Everything that decides the picture."""
        return ("swept", self.serial, self.left, self.top, self.wide, self.tall, self.width, self.height)

    def size(self) -> tuple[float, float]:
        """Width and height in logical pixels."""
        return self.width, self.height

    def paint(self, painter: QPainter) -> None:
        """Draw with the top left corner at the origin."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setClipRect(QRectF(0, 0, self.width, self.height))
        painter.drawImage(QRectF(self.left, self.top, self.wide, self.tall), self.picture)


def _premultiplied(color: QColor) -> int:
    """Colour as a pixel of Qt's premultiplied 32-bit format."""
    red, green, blue = (round(part * color.alphaF()) for part in (color.red(), color.green(), color.blue()))
    return color.alpha() << 24 | red << 16 | green << 8 | blue
