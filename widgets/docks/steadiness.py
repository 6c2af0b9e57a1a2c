"""Steadiness meter: e-folds since the last edit, and the warm start one click away."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.texts import Elided

STEADY = 3.0
"""E-folds from which a field counts as steady: 5 % of the last change is left."""
FULL = 7.0
"""E-folds at which the bar is full: 0.1 % of the last change is left, the length of a warm-up."""

EXPLAIN = (
    "E-folds of the slowest mode since the last edit: after each, what is left of the change has shrunk "
    f"e = 2.7 times. Steady from {STEADY:g} on (5 % left); the bar is full at {FULL:g} (0.1 % left)."
)
WARM_START = (
    "Sets the traffic to the exact steady state of the present sources and restarts counting, "
    "instead of waiting for the slowest mode to settle. The recording notes that it was used."
)


class SteadinessBar(QWidget):
    """Bar from 0 to `FULL` e-folds, amber until `STEADY`, then green."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._efolds: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_efolds(self, efolds: float | None) -> None:
        """Show a number of e-folds, None for unknown."""
        self._efolds = efolds
        self.update()

    def sizeHint(self) -> QSize:
        """A thin bar in the height of a button."""
        return QSize(60, 16)

    def minimumSizeHint(self) -> QSize:
        """Short enough for any dock."""
        return QSize(40, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove, filled part, mark at the threshold."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(0, self.height() / 2 - 2.5, self.width(), 5)
        painter.setBrush(QColor(colors.line))
        painter.drawRoundedRect(groove, 2.5, 2.5)
        if self._efolds:
            part = min(max(self._efolds / FULL, 0.02), 1.0)
            painter.setBrush(color_at(self._efolds))
            painter.drawRoundedRect(QRectF(groove.x(), groove.y(), groove.width() * part, 5), 2.5, 2.5)
        painter.setBrush(QColor(colors.muted))
        painter.drawRect(QRectF(self.width() * STEADY / FULL - 0.5, self.height() / 2 - 5, 1, 10))


class SteadinessMeter(QWidget):
    """Text, bar and warm-start button.

    Signals
    -------
    warm_start_requested : ()
        The user wants the exact steady state now.
    """

    warm_start_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = Elided()
        self.text.set_hint(EXPLAIN)
        self.bar = SteadinessBar()
        self.bar.setToolTip(EXPLAIN)
        self.warm_start = Button("Warm start", "warm-start", WARM_START)
        self.warm_start.clicked.connect(self.warm_start_requested)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.bar, 1)
        row.addWidget(self.warm_start)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.text)
        column.addLayout(row)
        self._shown: float | None = math.nan
        self.set_efolds(None)

    def set_efolds(self, efolds: float | None) -> None:
        """Show e-folds since the last edit; None where the engine cannot tell."""
        known = efolds if efolds is not None and math.isfinite(efolds) else None
        rounded = None if known is None else round(known, 1)
        if rounded == self._shown:
            return
        self._shown = rounded
        self.text.set_text(sentence(known))
        self.bar.set_efolds(known)


def sentence(efolds: float | None) -> str:
    """What the meter says."""
    if efolds is None:
        return "steadiness unknown"
    number = "more than 99" if efolds > 99 else f"{efolds:.1f}"
    return f"steady: {number} e-folds" if efolds >= STEADY else f"not yet steady: {number} e-folds"


def color_at(efolds: float) -> QColor:
    """Warning colour at 0, good colour from `STEADY` on, mixed between."""
    part = min(max(efolds / STEADY, 0.0), 1.0) ** 2
    return QColor(theme.mix(theme.current().warning, theme.current().good, part))
