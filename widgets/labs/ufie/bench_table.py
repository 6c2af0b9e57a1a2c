"""Table of a bench: numbers and words in columns, verdicts in colour, reasons as tips."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from tauscope.widgets import theme
from tauscope.widgets.controls.numbers import MINUS
from tauscope.widgets.labs.ufie.bench_types import BenchTable

DIGITS = 6
LARGEST_WHOLE = 1e12
VERDICT = 1
"""Column of verdicts, in tables that have some."""


class BenchTableView(QTreeWidget):
    """Rows of a `BenchTable`; numbers stand at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table: BenchTable | None = None
        self.setAccessibleName("Results as a table")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
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
        for number, row in enumerate(table.rows):
            item = QTreeWidgetItem(self, [text_of(value) for value in row])
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
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
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


def text_of(value: float | str) -> str:
    """Cell as text."""
    if isinstance(value, str):
        return value
    if float(value).is_integer() and abs(value) < LARGEST_WHOLE:
        return f"{int(value):,}".replace("-", MINUS)
    return f"{float(value):.{DIGITS}g}".replace("-", MINUS)
