"""Marks that stay where they are, as a picture: line by line they cost more than the field below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter

from tauscope.widgets.canvas.shapes import Shape

FEW = 6
"""Up to so many shapes are painted one by one."""

Paint = Callable[[QPainter, Sequence[Shape]], None]


class ShapeLayer:
    """Paints shapes, from a picture where they are those of the last time.

    What changes is painted line by line, so that a mark that is dragged costs no picture at each step.

    Parameters
    ----------
    paint : callable
        Paints shapes one by one.
    """

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._last: tuple[Shape, ...] = ()
        self._of: tuple[object, ...] = ()
        self._image: QImage | None = None

    def paint(self, painter: QPainter, shapes: Sequence[Shape]) -> None:
        """Paint shapes of a canvas, back to front."""
        given = tuple(shapes)
        if len(given) <= FEW or given != self._last:
            self._last, self._image = given, None
            self._paint(painter, given)
            return
        device = painter.device()
        size, ratio = QSize(device.width(), device.height()), device.devicePixelRatio()
        if self._image is None or self._of != (size, ratio):
            self._image, self._of = self._picture(given, size, ratio), (size, ratio)
        painter.drawImage(0, 0, self._image)

    def _picture(self, shapes: Sequence[Shape], size: QSize, ratio: float) -> QImage:
        image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._paint(painter, shapes)
        painter.end()
        return image
