"""Readout below a chart: parts of a text, in a second line where one has no room for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent

from tauscope.widgets import theme
from tauscope.widgets.texts import Elided

MOST_LINES = 2


class ReadoutLine(Elided):
    """Parts of a text, none of which is cut while there is room for it in the second line.

    Once it has two lines it keeps them until it is made wider or has fewer parts: numbers that change many
    times a second must not move the chart up and down.
    """

    def __init__(self) -> None:
        super().__init__(ink="muted")
        self._parts: tuple[str, ...] = ()
        self._between = ""
        self._lines = 1
        self.setFont(theme.number_font(theme.SMALL_SIZE))

    @property
    def lines(self) -> int:
        """Lines that it has."""
        return self._lines

    def set_parts(self, parts: Sequence[str], between: str) -> None:
        """Show parts of a text, with something between those that share a line."""
        if len(parts) < len(self._parts):
            self._lines = 1
        self._parts, self._between = tuple(parts), between
        self.set_text(between.join(parts))
        self._fit()

    def rows(self, width: int) -> list[str]:
        """Text of each line at a width; the last has all that is left."""
        rows: list[str] = []
        measure = self.fontMetrics().horizontalAdvance
        for part in self._parts:
            longer = f"{rows[-1]}{self._between}{part}" if rows else part
            if rows and (len(rows) == MOST_LINES or measure(longer) <= width):
                rows[-1] = longer
            else:
                rows.append(part)
        return rows

    def sizeHint(self) -> QSize:
        """One line's width, the height of all lines."""
        hint = super().sizeHint()
        return QSize(hint.width(), self._lines * hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many lines as the width asks."""
        super().resizeEvent(event)
        if event.size().width() > event.oldSize().width():
            self._lines = 1
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lines from top to bottom; the last is cut where two have no room."""
        painter = QPainter(self)
        painter.setPen(QColor(getattr(theme.current(), self._ink)))
        tall = self.height() // max(self._lines, 1)
        rows = self.rows(self.width()) if self._lines > 1 else [self.text()]
        for number, row in enumerate(rows):
            cut = self.fontMetrics().elidedText(row, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(QRect(0, number * tall, self.width(), tall), Qt.AlignmentFlag.AlignVCenter, cut)

    def _fit(self) -> None:
        wanted = max(self._lines, min(len(self.rows(self.width())), MOST_LINES))
        if self.width() > 0 and wanted != self.maximumHeight() // max(Elided.sizeHint(self).height(), 1):
            self._lines = wanted
            self.setFixedHeight(self.sizeHint().height())
