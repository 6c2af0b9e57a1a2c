"""Legend: names of curves beside short pieces of them, in as many lines as the width asks for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tauscope.widgets import theme
from tauscope.widgets.plots.bare import line_color

PIECE, GAP, BETWEEN = 18, 6, 14
LINE, AREA = 16, 10
Entry = tuple[str, str, str]
"""Name, colour, style (line, dash, dots, both, area); the colour of an area is shown as it is, #aarrggbb."""


class Legend(QWidget):
    """Names of curves, in their colours; as high as its width asks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()
        self.setFont(theme.text_font(theme.SMALL_SIZE))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these."""
        if tuple(entries) != self.entries:
            self.entries = tuple(entries)
            self.setAccessibleName(", ".join(entry[0] for entry in entries))
            self.setFixedHeight(self._height(self.width()))
            self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(120, self._height(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break lines anew."""
        super().resizeEvent(event)
        self.setFixedHeight(self._height(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pieces of lines, dots, names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (name, color, style), box in zip(self.entries, self._boxes(self.width()), strict=True):
            middle = box.center().y() + 0.5
            ink = QColor(color if style == "area" else line_color(color))
            dashed = Qt.PenStyle.DashLine if style == "dash" else Qt.PenStyle.SolidLine
            if style == "area":
                painter.setPen(QPen(QColor(theme.current().muted), 1))
                painter.setBrush(ink)
                painter.drawRect(QRectF(box.x() + PIECE - AREA - 0.5, middle - AREA / 2, AREA, AREA))
            elif style != "dots":
                painter.setPen(QPen(ink, 1.5, dashed))
                painter.drawLine(QPointF(box.x(), middle), QPointF(box.x() + PIECE, middle))
            if style in ("dots", "both"):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ink)
                painter.drawEllipse(QPointF(box.x() + PIECE / 2, middle), 3, 3)
            painter.setPen(QColor(theme.current().muted))
            words = QRectF(box.x() + PIECE + GAP, box.y(), box.width() - PIECE - GAP, box.height())
            shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(words.width()) + 1)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)

    def _boxes(self, width: int) -> list[QRect]:
        found, x, y = [], 0, 0
        for name, _color, _style in self.entries:
            needed = min(PIECE + GAP + self.fontMetrics().horizontalAdvance(name) + 2, max(width, 40))
            if x and x + needed > width:
                x, y = 0, y + LINE
            found.append(QRect(x, y, needed, LINE))
            x += needed + BETWEEN
        return found

    def _height(self, width: int) -> int:
        boxes = self._boxes(width)
        return boxes[-1].bottom() + 1 if boxes else 0
