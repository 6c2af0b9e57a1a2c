"""Colour bar of a phase: the cyclic map, -pi to pi, and for complex numbers the modulus as brightness."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from tauscope.widgets.canvas.domain import legend
from tauscope.widgets.canvas.plates import (
    BAR_MARGIN,
    BAR_WIDTH,
    FAINT_INK,
    INK,
    LABEL_PIXELS,
    PLATE,
    TEXT_PIXELS,
    bar_image,
    paint_ground,
    text_font,
    text_size,
)
from tauscope.widgets.readout import MINUS, on_scale

LEAST_HEIGHT = 90.0
_MODULUS_WIDTH = 20.0
_LINE = TEXT_PIXELS + 8.0
_NOTE = TEXT_PIXELS + 4.0
_TICKS = ((0.75, "π/2"), (0.5, "0"), (0.25, f"{MINUS}π/2"))
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class PhaseBar:
    """Colour bar of a phase on a plate at the right edge.

    Parameters
    ----------
    cmap : str
        Cyclic colour map.
    notes : tuple of str
        Lines under the bar: what the brightness is, and its limits; none where there is only a phase.
    x, y, width, height : float
        Place in logical pixels.
    """

    cmap: str
    notes: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float

    def key(self) -> Hashable:
        """Everything that decides the picture."""
        return ("phase bar", self.cmap, self.notes, round(self.width), round(self.height))

    def size(self) -> tuple[float, float]:
        """Width and height in logical pixels."""
        return self.width, self.height

    def paint(self, painter: QPainter) -> None:
        """Draw with the top left corner at the origin."""
        paint_ground(painter, QRectF(0, 0, self.width, self.height), PLATE)
        bottom = self.height - _LINE - _NOTE * len(self.notes)
        wide = _MODULUS_WIDTH if self.notes else BAR_WIDTH
        bar = QRectF(self.width - wide - 9, _LINE + 2, wide, bottom - _LINE - 4)
        painter.setFont(text_font(TEXT_PIXELS))
        painter.setPen(INK)
        painter.drawText(QRectF(0, 2, self.width - 8, _LINE - 2), _RIGHT, "π")
        painter.drawText(QRectF(0, bottom, self.width - 8, _LINE - 2), _RIGHT, f"{MINUS}π")
        top = bottom + _LINE - 2
        for row, note in enumerate(self.notes):
            painter.setPen(FAINT_INK if row == 0 else INK)
            painter.drawText(QRectF(0, top + row * _NOTE, self.width - 8, _NOTE), _RIGHT, note)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(bar, modulus_image(self.cmap) if self.notes else bar_image(self.cmap))
        if bar.height() >= 88:
            self._paint_ticks(painter, bar)

    def _paint_ticks(self, painter: QPainter, bar: QRectF) -> None:
        painter.setFont(text_font(LABEL_PIXELS))
        for share, text in _TICKS:
            y = bar.bottom() - share * bar.height()
            painter.setPen(QPen(FAINT_INK, 1))
            painter.drawLine(QPointF(bar.left() - 4, y), QPointF(bar.left() - 1, y))
            painter.drawText(QRectF(0, y - 8, bar.left() - 6, 16), _RIGHT, text)


def phase_bar(cmap: str, notes: tuple[str, ...], width: float, height: float) -> PhaseBar | None:
    """Colour bar for a canvas of this size, or None where there is no room."""
    tall = height - 2 * BAR_MARGIN
    if tall < LEAST_HEIGHT + _NOTE * len(notes) or width < 160:
        return None
    inner = max(text_size(text, LABEL_PIXELS)[0] for _, text in _TICKS)
    wide = max(
        46.0,
        inner + 14 + (_MODULUS_WIDTH if notes else BAR_WIDTH),
        *(text_size(note, TEXT_PIXELS)[0] for note in notes),
    )
    wide = math.ceil(wide / 2) * 2.0
    return PhaseBar(cmap, notes, width - wide - BAR_MARGIN, BAR_MARGIN, wide, tall)


def modulus_notes(name: str, low: float, high: float, unit: str, thresh: float) -> tuple[str, ...]:
    """Lines that say what brightness means: black at ``low``, full at ``high``."""
    first = f"{name} {unit}".rstrip() + (", log" if thresh > 0 else "")
    return first, f"{on_scale(low, low, high)} – {on_scale(high, low, high)}"


@lru_cache(maxsize=8)
def modulus_image(name: str) -> QImage:
    """Phase upwards, brightness to the right."""
    colors = np.ascontiguousarray(legend(name))
    tall, wide, _ = colors.shape
    return QImage(colors.tobytes(), wide, tall, 4 * wide, QImage.Format.Format_RGBA8888).copy()
