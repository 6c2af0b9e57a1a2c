"""Small pictures laid over a canvas: text on a translucent plate, the colour bar, a notice."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from tauscope.widgets.canvas import colormaps, scaling
from tauscope.widgets.readout import on_scale, significant

PLATE = QColor(8, 10, 13, 168)
LABEL_PLATE = QColor(8, 10, 13, 150)
INK = QColor("#f4f6f8")
FAINT_INK = QColor(232, 236, 241, 205)
RADIUS = 5.0
TEXT_PIXELS = 11
LABEL_PIXELS = 10
NOTICE_PIXELS = 13
BAR_WIDTH = 8.0
BAR_MARGIN = 8.0
_BAR_LEAST_HEIGHT = 90.0
SLIM_BELOW = 280.0
"""Width of a canvas in pixels below which the colour bar leaves it all room but its own and its ends'."""
_TICK_ROOM = 44.0
RULER_LEAST = 48.0
"""The scale bar is at least this many pixels long."""


@dataclass(frozen=True, slots=True)
class TextPlate:
    """Text on a plate.

    Parameters
    ----------
    text : str
        One or more lines.
    x, y : float
        Top left corner in logical pixels.
    pixels : int
        Size of the letters.
    swatch : str
        Colour of a small square before the text, or "".
    bare : bool
        Without a plate.
    ink : str
        Colour of the letters, which then stand in the middle, or "" for the plate's own white.
    """

    text: str
    x: float
    y: float
    pixels: int = TEXT_PIXELS
    swatch: str = ""
    bare: bool = False
    ink: str = ""

    def key(self) -> Hashable:
        """Everything that decides the picture, but not its place."""
        return ("text", self.text, self.pixels, self.swatch, self.bare, self.ink)

    def size(self) -> tuple[float, float]:
        """Width and height in logical pixels."""
        return text_size(self.text, self.pixels, bool(self.swatch))

    def paint(self, painter: QPainter) -> None:
        """Draw with the top left corner at the origin."""
        width, height = self.size()
        if not self.bare:
            paint_ground(
                painter, QRectF(0, 0, width, height), LABEL_PLATE if self.pixels < TEXT_PIXELS else PLATE
            )
        left = _pad(self.pixels)
        if self.swatch:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.swatch))
            painter.drawRoundedRect(QRectF(left, height / 2 - 3, 6, 6), 1.5, 1.5)
            left += 10
        painter.setPen(QColor(self.ink) if self.ink else INK)
        painter.setFont(text_font(self.pixels))
        box = QRectF(left, 0, width - left - _pad(self.pixels) + 1, height)
        align = Qt.AlignmentFlag.AlignCenter if self.bare or self.ink else Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, int(align), self.text)


@dataclass(frozen=True, slots=True)
class BarPlate:
    """Colour bar on a plate at the right edge: largest value on top, smallest at the bottom, few ticks.

    Parameters
    ----------
    cmap : str
        Colour map.
    low, high : float
        Colour limits.
    signed : bool
        Write plus signs (maps about a centre).
    thresh : float
        Threshold of the symlog scale, 0 for the linear one.
    unit : str
        Unit under the bar, or "".
    x, y, width, height : float
        Place in logical pixels.
    slim : bool
        Whether the ground is behind bar and ends alone, and no values stand between these.
    """

    cmap: str
    low: float
    high: float
    signed: bool
    unit: str
    x: float
    y: float
    width: float
    height: float
    thresh: float = 0.0
    slim: bool = False

    def key(self) -> Hashable:
        """Texts and places of the ticks, not the limits: painted anew only when it looks different."""
        ticks = tuple((text, round(share * self.height)) for share, text in self._ticks())
        place = (round(self.width), round(self.height))
        return ("bar", self.cmap, self._ends(), ticks, self.unit, *place, self.slim)

    def size(self) -> tuple[float, float]:
        """Width and height in logical pixels."""
        return self.width, self.height

    def _ends(self) -> tuple[str, str]:
        ends = (self.low, self.high)
        return (
            on_scale(self.low, *ends, signed=self.signed),
            on_scale(self.high, *ends, signed=self.signed),
        )

    def _ticks(self) -> list[tuple[float, str]]:
        span = self.high - self.low
        room = int((self.height - 60) / _TICK_ROOM)
        if self.slim or room < 2 or not span > 0:
            return []
        found = []
        for value in scaling.round_values(
            self.low, self.high, min(room, 7 if self.thresh else 5), self.thresh
        ):
            share = scaling.share_of(value, self.low, self.high, self.thresh)
            if 0.06 < share < 0.94:
                found.append((share, tick_text(value, self.low, self.high, self.signed, self.thresh)))
        return found

    def paint(self, painter: QPainter) -> None:
        """Draw with the top left corner at the origin."""
        low, high = self._ends()
        line = TEXT_PIXELS + 8.0
        bottom = self.height - line - (line - 5 if self.unit else 0)
        if self.slim:
            strip = BAR_WIDTH + 14
            paint_ground(painter, QRectF(0, 0, self.width, line), PLATE)
            paint_ground(painter, QRectF(self.width - strip, line, strip, bottom - 2 - line), PLATE)
            paint_ground(painter, QRectF(0, bottom - 2, self.width, self.height - bottom + 2), PLATE)
        else:
            paint_ground(painter, QRectF(0, 0, self.width, self.height), PLATE)
        bar = QRectF(self.width - BAR_WIDTH - 9, line + 2, BAR_WIDTH, bottom - line - 4)
        painter.setFont(text_font(TEXT_PIXELS))
        painter.setPen(INK)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(0, 2, self.width - 8, line - 2), right, high)
        painter.drawText(QRectF(0, bottom, self.width - 8, line - 2), right, low)
        if self.unit:
            painter.setPen(FAINT_INK)
            painter.drawText(QRectF(0, self.height - line, self.width - 8, line - 2), right, self.unit)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(bar, bar_image(self.cmap))
        painter.setFont(text_font(LABEL_PIXELS))
        for share, text in self._ticks():
            y = bar.bottom() - share * bar.height()
            painter.setPen(QPen(FAINT_INK, 1))
            painter.drawLine(QPointF(bar.left() - 4, y), QPointF(bar.left() - 1, y))
            painter.drawText(QRectF(0, y - 8, bar.left() - 6, 16), right, text)


@dataclass(frozen=True, slots=True)
class RulerPlate:
    """Scale bar: a line so many cells long, with its length.

    Parameters
    ----------
    cells : int
        Length in cells.
    length : float
        Length in logical pixels.
    x, y : float
        Top left corner in logical pixels.
    unit : str
        What a cell is called.
    """

    cells: int
    length: float
    x: float
    y: float
    unit: str = "cell"

    @property
    def text(self) -> str:
        """Length in words."""
        return f"{self.cells} {self.unit}{'' if self.cells == 1 else 's'}"

    def key(self) -> Hashable:
        """Everything that decides the picture."""
        return ("ruler", self.text, round(self.length, 1))

    def size(self) -> tuple[float, float]:
        """Width and height in logical pixels."""
        wide, tall = text_size(self.text, LABEL_PIXELS)
        return math.ceil(max(self.length + 12, wide)), tall + 4

    def paint(self, painter: QPainter) -> None:
        """Draw with the top left corner at the origin."""
        width, height = self.size()
        paint_ground(painter, QRectF(0, 0, width, height), LABEL_PLATE)
        painter.setFont(text_font(LABEL_PIXELS))
        painter.setPen(INK)
        painter.drawText(QRectF(0, 0, width, height - 5), int(Qt.AlignmentFlag.AlignCenter), self.text)
        left, right, y = (width - self.length) / 2, (width + self.length) / 2, height - 4.5
        painter.setPen(QPen(INK, 1.4))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        for x in (left, right):
            painter.drawLine(QPointF(x, y - 2.5), QPointF(x, y + 2.5))


class Plate(Protocol):
    """What a surface needs of a plate; `TextPlate` says what its parts mean."""

    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...
    def key(self) -> Hashable: ...
    def size(self) -> tuple[float, float]: ...
    def paint(self, painter: QPainter) -> None: ...


def ruler_plate(scale: float, right: float, bottom: float, unit: str = "cell") -> RulerPlate:
    """Scale bar of 1, 2 or 5 times a power of ten cells, ending at a corner; ``scale`` in pixels a cell."""
    least = max(RULER_LEAST / scale, 1.0)
    power = 10 ** math.floor(math.log10(least) + 1e-9)
    cells = next(m * power for m in (1, 2, 5, 10) if m * power >= least * 0.999)
    plate = RulerPlate(cells, cells * scale, 0, 0, unit)
    wide, tall = plate.size()
    return replace(plate, x=right - wide, y=bottom - tall)


def bar_plate(
    cmap: str,
    limits: tuple[float, float],
    unit: str,
    signed: bool,
    width: float,
    height: float,
    thresh: float = 0.0,
) -> BarPlate | None:
    """Colour bar for a canvas of this size, or None where there is no room."""
    tall = height - 2 * BAR_MARGIN
    if tall < _BAR_LEAST_HEIGHT or width < 160:
        return None
    low, high = limits
    texts = [on_scale(value, low, high, signed=signed) for value in (low, high)]
    wide = max(46.0, *(text_size(text, TEXT_PIXELS)[0] for text in (*texts, unit)))
    inner = [
        tick_text(v, low, high, signed, thresh)
        for v in scaling.round_values(low, high, 7 if thresh else 5, thresh)
    ]
    slim = width < SLIM_BELOW
    if slim:
        inner = []
    # A number, its mark and the bar, with the plate's own margin on both sides.
    wide = max([wide] + [text_size(t, LABEL_PIXELS)[0] + BAR_WIDTH + 14 for t in inner if tall >= 148])
    wide = math.ceil(wide / 2) * 2.0
    return BarPlate(
        cmap, low, high, signed, unit, width - wide - BAR_MARGIN, BAR_MARGIN, wide, tall, thresh, slim
    )


def tick_text(value: float, low: float, high: float, signed: bool, thresh: float) -> str:
    """Text of a tick between two limits; on the symlog scale one digit and the power of ten."""
    if thresh <= 0:
        return on_scale(value, low, high, signed=signed)
    text = significant(value, 1)
    return f"+{text}" if signed and value > 0 else text


def render(plate: Plate, ratio: float) -> QImage:
    """Picture of a plate at ``ratio`` device pixels per logical pixel; premultiplied RGBA."""
    width, height = plate.size()
    image = QImage(
        max(math.ceil(width * ratio), 1), max(math.ceil(height * ratio), 1),
        QImage.Format.Format_RGBA8888_Premultiplied,
    )  # fmt: skip
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.scale(ratio, ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    plate.paint(painter)
    painter.end()
    return image


def pixels_of(image: QImage) -> npt.NDArray[np.uint8]:
    """Copy of an image's bytes, shape (height, width, 4)."""
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : image.width() * 4].reshape(image.height(), image.width(), 4).copy()


@lru_cache(maxsize=8)
def text_font(pixels: int) -> QFont:
    """System's sans face with figures of equal width."""
    font = QFont()
    font.setPixelSize(pixels)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


@lru_cache(maxsize=2048)
def text_size(text: str, pixels: int, swatch: bool = False) -> tuple[float, float]:
    """Size of a text plate."""
    metrics = QFontMetricsF(text_font(pixels))
    lines = text.split("\n")
    width = max(metrics.horizontalAdvance(line) for line in lines)
    height = metrics.height() * len(lines)
    pad = _pad(pixels)
    return math.ceil(width + 2 * pad + (10 if swatch else 0)), math.ceil(height + pad * 0.9)


@lru_cache(maxsize=64)
def wrapped(text: str, pixels: int, width: float) -> str:
    """Text broken between words, so that its plate is no wider than asked for where words allow."""
    metrics = QFontMetricsF(text_font(pixels))
    room = width - 2 * _pad(pixels)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".lstrip()
            if line and metrics.horizontalAdvance(longer) > room:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return "\n".join(lines)


def notice(text: str, ink: str, width: float, height: float, bare: bool = False) -> TextPlate:
    """Notice in the middle of an empty canvas of this size, in as many lines as it needs."""
    lines = wrapped(text, NOTICE_PIXELS, width - 2 * BAR_MARGIN)
    plate = TextPlate(lines, 0, 0, NOTICE_PIXELS, bare=bare, ink=ink)
    wide, tall = plate.size()
    return replace(plate, x=(width - wide) / 2, y=(height - tall) / 2)


@lru_cache(maxsize=32)
def bar_image(name: str) -> QImage:
    """Colour map as a column of 256 pixels, largest value on top."""
    colors = np.ascontiguousarray(colormaps.table(name)[::-1])
    return QImage(colors.tobytes(), 1, len(colors), 4, QImage.Format.Format_RGBA8888).copy()


def _pad(pixels: int) -> float:
    return 8.0 if pixels >= TEXT_PIXELS else 5.0


def paint_ground(painter: QPainter, box: QRectF, color: QColor = PLATE) -> None:
    """Paint the plate itself."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(box, RADIUS, RADIUS)
