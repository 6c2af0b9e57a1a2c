"""Table of a bench: numbers and words in columns, verdicts in colour, reasons as tips."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from tauscope.widgets import theme
from tauscope.widgets.controls.numbers import MINUS
from tauscope.widgets.labs.ufie.bench_types import BenchTable

DIGITS = 6
LARGEST_WHOLE = 1e12
MARGIN = 12
"""Pixels left and right of the words of a cell, at most."""
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
Index = QModelIndex | QPersistentModelIndex
LEAST_WORDS = 130
"""Width in pixels that wrapped words have at least."""
VERDICT = 1
"""Column of verdicts, in tables that have some."""


class _Wrapping(QStyledItemDelegate):
    """Cells of one column as tall as their words are, wrapped."""

    def __init__(self, view: BenchTableView) -> None:
        super().__init__(view)
        self._view = view

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Wrap the words of the column that is to be wrapped."""
        super().initStyleOption(option, index)
        table = self._view.table
        if table is not None and index.column() == table.wrapped:
            option.features |= QStyleOptionViewItem.ViewItemFeature.WrapText

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for the words in the width that the column has."""
        found = super().sizeHint(option, index)
        table = self._view.table
        if table is None or index.column() != table.wrapped:
            return found
        width = max(self._view.columnWidth(index.column()) - 2 * MARGIN, 1)
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft)
        box = option.fontMetrics.boundingRect(QRect(0, 0, width, 0), flags, str(index.data()))
        return QSize(found.width(), max(box.height() + 2, option.fontMetrics.height() + 2))


class BenchTableView(QTreeWidget):
    """Rows of a `BenchTable`; numbers stand at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table: BenchTable | None = None
        self.setAccessibleName("Results as a table")
        self.setRootIsDecorated(False)
        self.setItemDelegate(_Wrapping(self))
        self.header().sectionResized.connect(self._refit)
        self.setAlternatingRowColors(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def sizeHint(self) -> QSize:
        """Some rows."""
        return QSize(320, 180)

    def minimumSizeHint(self) -> QSize:
        """Two rows with their heads."""
        return QSize(160, 70)

    def show_table(self, table: BenchTable) -> None:
        """Show a table."""
        self.table = table
        self.clear()
        self.setColumnCount(len(table.heads))
        self.setHeaderLabels(list(table.heads))
        for place, tip in enumerate(table.head_tips):
            self.headerItem().setToolTip(place, tip)
        digits = table.digits or (DIGITS,) * len(table.heads)
        self.setUniformRowHeights(table.wrapped is None)
        for number, row in enumerate(table.rows):
            item = QTreeWidgetItem(self, [text_of(*cell) for cell in zip(row, digits, strict=True)])
            for place, value in enumerate(row):
                if not isinstance(value, str):
                    item.setTextAlignment(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    item.setFont(place, theme.number_font())
                if table.tips:
                    item.setToolTip(place, table.tips[number])
        header = self.header()
        header.setStretchLastSection(False)
        for place in range(len(table.heads)):
            mode = QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(place, mode if place else QHeaderView.ResizeMode.Interactive)
        self.resizeColumnToContents(0)
        if table.wrapped is not None:
            header.setSectionResizeMode(table.wrapped, QHeaderView.ResizeMode.Fixed)
            self._give_room()
        self._colour()

    def _refit(self) -> None:
        """Give rows of wrapped words their new height."""
        if self.table is not None and self.table.wrapped is not None:
            self.scheduleDelayedItemsLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrapped words have what the others leave."""
        super().resizeEvent(event)
        self._give_room()

    def _give_room(self) -> None:
        if self.table is None or self.table.wrapped is None:
            return
        wrapped = self.table.wrapped
        taken = sum(self.columnWidth(n) for n in range(self.columnCount()) if n != wrapped)
        self.setColumnWidth(wrapped, max(self.viewport().width() - taken, LEAST_WORDS))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if theme.is_new(self, event):
            self._colour()

    def _colour(self) -> None:
        """Verdicts in their colours."""
        if self.table is None:
            return
        colors = theme.current()
        for number, good in enumerate(self.table.good):
            item = self.topLevelItem(number)
            if good is not None and item is not None:
                item.setForeground(VERDICT, QColor(colors.good if good else colors.trouble))


def text_of(value: float | str, digits: int = DIGITS) -> str:
    """Cell as text; NaN is a dash, and powers of ten stand as such."""
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
    if float(value).is_integer() and abs(value) < LARGEST_WHOLE:
        return f"{int(value):,}".replace("-", MINUS)
    mantissa, _, power = f"{float(value):.{digits}g}".partition("e")
    found = mantissa.replace("-", MINUS)
    return f"{found} × 10{str(int(power)).translate(SUPERSCRIPT)}" if power else found
