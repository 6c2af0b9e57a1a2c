"""Memory of a wave by its parts, as a stacked bar with what each takes."""

from __future__ import annotations

import html
from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.docks.probe_state import COLORS
from tauscope.widgets.plots.bare import line_color
from tauscope.widgets.texts import Caption, Label

MIB, GIB = 1 << 20, 1 << 30
PARTS = {
    "field": ("field", "Ψ twice, for the step, and its velocity"),
    "checkpoints": ("checkpoints", "SCRAM’s ring of four"),
    "medium": ("r and s", "Once they are painted"),
    "metric": ("metric", "One a brick or a site"),
    "emitters": ("emitters", "Lists of sites, at worst"),
    "neighbours": ("neighbours", "Table of bricks beside bricks"),
}


def size_text(size: float) -> str:
    """Bytes in KiB, MiB or GiB, with a sensible precision."""
    if size >= GIB:
        return f"{size / GIB:,.1f} GiB"
    if size >= 100 * MIB:
        return f"{size / MIB:,.0f} MiB"
    return f"{size / MIB:,.2g} MiB" if size >= MIB / 10 else f"{size / 1024:,.2g} KiB"


class StackedBar(QWidget):
    """Parts of a whole side by side, each in its colour."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: tuple[tuple[str, int], ...] = ()
        self.setFixedHeight(12)
        self.setMinimumWidth(80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: Mapping[str, int]) -> None:
        """Show bytes by part; parts of none are left out."""
        found = tuple((name, size) for name, size in parts.items() if size > 0)
        if found != self.parts:
            self.parts = found
            self.update()

    def color(self, name: str) -> str:
        """Colour of a part."""
        return line_color(COLORS[list(PARTS).index(name) % len(COLORS)])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Trough and parts."""
        painter, left = QPainter(self), 0.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(self.rect(), QColor(theme.current().line))
        whole = sum(size for _, size in self.parts)
        for name, size in self.parts:
            wide = self.width() * size / whole
            painter.fillRect(QRectF(left, 0, max(wide - 1, 1), self.height()), QColor(self.color(name)))
            left += wide


class MemoryBar(QWidget):
    """Bar, legend, and what is free."""

    def __init__(self) -> None:
        super().__init__()
        self.total = Label(wrap=True)
        self.bar = StackedBar()
        self.legend = Caption(wrap=True)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setFont(theme.text_font(theme.SMALL_SIZE))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for widget in (self.total, self.bar, self.legend):
            column.addWidget(widget)

    def set_memory(self, parts: Mapping[str, int], text: str) -> None:
        """Show bytes by part of `PARTS`, and a sentence about the whole."""
        self.bar.set_parts(parts)
        self.total.setText(text)
        self.legend.setText(
            " &nbsp; ".join(
                f'<span style="color:{self.bar.color(name)}">■</span>&nbsp;'
                + html.escape(f"{PARTS[name][0]} {size_text(size)}").replace(" ", "&nbsp;")
                for name, size in self.bar.parts
            )
        )
        self.legend.setToolTip("\n".join(f"{label}: {tip}" for label, tip in PARTS.values()))
