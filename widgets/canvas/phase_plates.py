"""Plates of phase circles: the pooled order parameter as an arrow with its number, and the legend."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QConicalGradient, QLinearGradient, QPainter, QPen

from tauscope.widgets.canvas.phase_colors import ALIGNED, OPPOSED, ring_table
from tauscope.widgets.canvas.plates import FAINT_INK, INK, LABEL_PIXELS, paint_ground, text_font
from tauscope.widgets.readout import plain

_DEGREES = 180 / math.pi
_CENTER = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class CompassPlate:
    """Order parameter of all oscillators together: an arrow in a circle, and its length.

    Parameters
    ----------
    R : float
        Length, 0 to 1.
    psi : float
        Angle in rad.
    x, y : float
        Top left corner in logical pixels.
    """

    R: float
    psi: float
    x: float
    y: float

    def key(self) -> Hashable:
        """Number and angle as far as they can be read."""
        return ("compass", round(self.R, 3), round(self.psi * _DEGREES / 2))

    def size(self) -> tuple[float, float]:
        """Width and height in logical pixels."""
        return 112.0, 46.0

    def paint(self, painter: QPainter) -> None:
        """Draw with the top left corner at the origin."""
        width, height = self.size()
        paint_ground(painter, QRectF(0, 0, width, height))
        middle, radius = QPointF(height / 2 + 1, height / 2), height / 2 - 7
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(FAINT_INK, 1))
        painter.drawEllipse(middle, radius, radius)
        tip = middle + QPointF(math.cos(self.psi), -math.sin(self.psi)) * (radius * self.R)
        painter.setPen(QPen(INK, 2.2, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(middle, tip)
        painter.setFont(text_font(15))
        left = height + 2
        painter.drawText(
            QRectF(left, 6, width - left, 20), int(Qt.AlignmentFlag.AlignVCenter), plain(self.R, 3)
        )
        painter.setPen(FAINT_INK)
        painter.setFont(text_font(LABEL_PIXELS))
        painter.drawText(QRectF(left, 25, width - left, 14), _LEFT, "R, all")


@dataclass(frozen=True, slots=True)
class WheelPlate:
    """Legend: the ring of phase colours, and the colours of links.

    Parameters
    ----------
    wheel, links : bool
        Whether phases and links are explained.
    x, y : float
        Top left corner in logical pixels.
    """

    wheel: bool
    links: bool
    x: float
    y: float

    def key(self) -> Hashable:
        """Everything that decides the picture."""
        return ("wheel", self.wheel, self.links)

    def size(self) -> tuple[float, float]:
        """Width and height in logical pixels."""
        return 92.0, (92.0 if self.wheel else 0.0) + (42.0 if self.links else 0.0)

    def paint(self, painter: QPainter) -> None:
        """Draw with the top left corner at the origin."""
        width, height = self.size()
        paint_ground(painter, QRectF(0, 0, width, height))
        painter.setFont(text_font(LABEL_PIXELS))
        if self.wheel:
            self._paint_wheel(painter, QPointF(width / 2, 46))
        if self.links:
            self._paint_links(painter, QRectF(12, height - 24, width - 24, 5))

    def _paint_wheel(self, painter: QPainter, middle: QPointF) -> None:
        radius = 22.0
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(_wheel_brush(middle.x(), middle.y()), 7)
        painter.setPen(pen)
        painter.drawEllipse(middle, radius, radius)
        painter.setPen(INK)
        for text, dx, dy in (("0", 1, 0), ("π/2", 0, -1), ("π", -1, 0), ("−π/2", 0, 1)):
            where = middle + QPointF(dx * (radius + 11), dy * (radius + 12))
            painter.drawText(QRectF(where.x() - 20, where.y() - 8, 40, 16), _CENTER, text)
        painter.setPen(FAINT_INK)
        painter.drawText(QRectF(middle.x() - 15, middle.y() - 8, 30, 16), _CENTER, "θ")

    def _paint_links(self, painter: QPainter, bar: QRectF) -> None:
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        gradient.setColorAt(0, QColor.fromRgbF(*OPPOSED))
        gradient.setColorAt(0.5, QColor(40, 46, 54))
        gradient.setColorAt(1, QColor.fromRgbF(*ALIGNED))
        painter.fillRect(bar, gradient)
        painter.setPen(FAINT_INK)
        painter.drawText(QRectF(0, bar.top() - 16, self.size()[0], 14), _CENTER, "cos(ψᵢ − ψⱼ)")
        painter.setPen(INK)
        for text, x in (("−1", bar.left()), ("0", bar.center().x()), ("1", bar.right())):
            painter.drawText(QRectF(x - 15, bar.bottom() + 1, 30, 14), _CENTER, text)


@lru_cache(maxsize=4)
def _wheel_brush(x: float, y: float) -> QBrush:
    """Ring of colours about a point; phases grow anticlockwise from the right, as Qt's angles do."""
    gradient = QConicalGradient(x, y, 180)
    table = ring_table()
    for k in range(0, 257, 16):
        red, green, blue, _ = table[k % 256].tolist()
        gradient.setColorAt(min(k / 256, 1.0), QColor(red, green, blue))
    return QBrush(gradient)
