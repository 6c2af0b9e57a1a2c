"""Matrix: a square of coloured cells, one for each pair, with names, a colour bar and a chosen cell."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import measured
from tauscope.widgets.canvas import colormaps

Floats = npt.NDArray[np.float64]
SIGNED, POSITIVE = "crameri:vik", "bids:viridis"
BAR, BAR_GAP, BAR_TEXT = 10, 10, 40
"""Pixels of the colour bar, of the gap before it, and of its numbers."""
MARGIN = 30
"""Pixels for names at the left and below."""
DIGITS = 3


class Matrix(QWidget):
    """Values of pairs as colours; row 0 on top.

    With the keyboard (Tab), arrow keys move the chosen cell.

    Signals
    -------
    chosen : (int, int)
        Row and column of the cell that was chosen.
    hovered : (object)
        ``(row, column)`` under the pointer, None when it leaves.

    Parameters
    ----------
    name : str
        Name for screen readers.
    """

    chosen = Signal(int, int)
    hovered = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.values: Floats = np.zeros((0, 0))
        self.names: tuple[str, ...] = ()
        self._labels: tuple[str, ...] = ()
        self.cell: tuple[int, int] | None = None
        """Chosen cell."""
        self.low, self.high = 0.0, 1.0
        self._image = QImage()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Room for a matrix that reads."""
        return QSize(260, 220)

    def minimumSizeHint(self) -> QSize:
        """A small matrix."""
        return QSize(150, 110)

    def set_data(
        self,
        values: Floats,
        names: Sequence[str],
        low: float,
        high: float,
        labels: Sequence[str] = (),
    ) -> None:
        """Show values.

        Parameters
        ----------
        values : float64 array [C, C]
            NaN where there is none, as on a diagonal that says nothing.
        names : sequence of str
            Of rows and columns.
        low, high : float
            Limits of the colours; where they lie about 0 the map is one of two hues.
        labels : sequence of str
            Short names beside the cells; the names where left out.
        """
        self.values, self.names, self.low, self.high = np.asarray(values, np.float64), tuple(names), low, high
        self._labels = tuple(labels) or self.names
        if self.cell is not None and max(self.cell) >= len(self.values):
            self.cell = None
        self._image = self._painted()
        self.update()

    def choose(self, cell: tuple[int, int] | None) -> None:
        """Mark a cell; emits nothing."""
        self.cell = cell
        self.update()

    def text_of(self, row: int, column: int) -> str:
        """Names and value of a cell."""
        value = float(self.values[row, column])
        shown = measured(value, "", DIGITS) if math.isfinite(value) else "no value"
        return f"{self.names[row]} – {self.names[column]}: {shown}"

    @property
    def box(self) -> QRect:
        """Square of the cells, in pixels."""
        room = QSize(self.width() - MARGIN - BAR_GAP - BAR - BAR_TEXT, self.height() - MARGIN // 2 - 6)
        side = max(min(room.width(), room.height()), 10)
        return QRect(MARGIN, 3, side, side)

    def centre_of(self, row: int, column: int) -> QPoint:
        """Middle of a cell, in pixels."""
        box, many = self.box, max(len(self.values), 1)
        return QPoint(
            int(box.x() + (column + 0.5) * box.width() / many),
            int(box.y() + (row + 0.5) * box.height() / many),
        )

    def cell_at(self, place: QPoint) -> tuple[int, int] | None:
        """Cell under a pixel, or None."""
        box, many = self.box, len(self.values)
        if not many or not box.contains(place):
            return None
        column = (place.x() - box.x()) * many // max(box.width(), 1)
        row = (place.y() - box.y()) * many // max(box.height(), 1)
        return min(row, many - 1), min(column, many - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the pointer."""
        found = self.cell_at(event.position().toPoint())
        self.setToolTip(self.text_of(*found) if found else "")
        self.hovered.emit(found)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a cell."""
        found = self.cell_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self._choose(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the chosen cell."""
        steps = {
            Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
        }  # fmt: skip
        if event.key() not in steps or not len(self.values):
            super().keyPressEvent(event)
            return
        by, last = steps[Qt.Key(event.key())], len(self.values) - 1
        row, column = self.cell or (0, 0)
        self._choose((min(max(row + by[0], 0), last), min(max(column + by[1], 0), last)))

    def _choose(self, cell: tuple[int, int]) -> None:
        self.choose(cell)
        self.chosen.emit(*cell)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show who has the keyboard."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show who has the keyboard."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cells, names, chosen cell, colour bar."""
        painter = QPainter(self)
        colors, box = theme.current(), self.box
        painter.fillRect(box, QColor(colors.raised))
        if not self._image.isNull():
            painter.drawImage(QRectF(box), self._image)
        painter.setPen(QColor(colors.line))
        painter.drawRect(box)
        painter.setFont(theme.text_font(10))
        painter.setPen(QColor(colors.muted))
        self._names(painter, box)
        self._bar(painter, box)
        if self.cell is not None and len(self.values):
            self._chosen(painter, box)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colors.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(-2, -2, 2, 2))

    def _names(self, painter: QPainter, box: QRect) -> None:
        many = len(self.values)
        if not many:
            return
        metrics = painter.fontMetrics()
        every = max(-(-metrics.height() * many // max(box.height(), 1)), 1)
        across = max(-(-32 * many // max(box.width(), 1)), 1)
        right, centred = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter
        for index in range(0, many, every):
            y = self.centre_of(index, 0).y()
            text = metrics.elidedText(self._labels[index], Qt.TextElideMode.ElideRight, MARGIN - 4)
            spot = QRect(0, y - 7, MARGIN - 4, 14)
            painter.drawText(spot, int(right | Qt.AlignmentFlag.AlignVCenter), text)
        for index in range(0, many, across):
            x = self.centre_of(0, index).x()
            text = metrics.elidedText(self._labels[index], Qt.TextElideMode.ElideRight, 32)
            painter.drawText(QRect(x - 16, box.bottom() + 2, 32, 14), int(centred), text)

    def _bar(self, painter: QPainter, box: QRect) -> None:
        bar = QRect(box.right() + BAR_GAP, box.y(), BAR, box.height())
        shades = np.ascontiguousarray(colormaps.table(self._map)[::-1])
        image = QImage(shades.data, 1, len(shades), 4, QImage.Format.Format_RGBA8888).copy()
        painter.drawImage(QRectF(bar), image)
        painter.drawRect(bar)
        for value, y in (
            (self.high, bar.top()),
            ((self.low + self.high) / 2, bar.center().y()),
            (self.low, bar.bottom()),
        ):
            spot = QRect(bar.right() + 4, min(max(y - 7, bar.top()), bar.bottom() - 13), BAR_TEXT - 4, 14)
            painter.drawText(spot, int(Qt.AlignmentFlag.AlignVCenter), measured(value, "", DIGITS))

    def _chosen(self, painter: QPainter, box: QRect) -> None:
        assert self.cell is not None
        many = len(self.values)
        row, column = self.cell
        w, h = box.width() / many, box.height() / many
        spot = QRectF(box.x() + column * w, box.y() + row * h, max(w, 3), max(h, 3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, ink in ((3.5, "#000000"), (1.5, "#ffffff")):
            painter.setPen(QPen(QColor(ink), width))
            painter.drawRect(spot)

    @property
    def _map(self) -> str:
        return SIGNED if self.low < 0 < self.high else POSITIVE

    def _painted(self) -> QImage:
        if not self.values.size:
            return QImage()
        span = (self.high - self.low) or 1.0
        known = np.isfinite(self.values)
        share = np.clip((np.where(known, self.values, self.low) - self.low) / span, 0, 1)
        cells = colormaps.table(self._map)[np.round(share * 255).astype(np.int64)].copy()
        cells[~known, 3] = 0
        many = len(cells)
        return QImage(cells.data, many, many, 4 * many, QImage.Format.Format_RGBA8888).copy()
