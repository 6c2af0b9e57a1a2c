"""Steadiness meter: e-folds since the last edit, and the warm start one click away."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.texts import Elided

NEARLY = 3.0
"""E-folds from which a field counts as nearly steady: 5 % of the last change is left."""
STEADY = 7.0
"""E-folds from which it counts as steady, the length of a warm-up: 0.1 % of the last change is left."""
MANY = 99
"""E-folds above which the number is of no use."""

EXPLAIN = (
    "E-folds of the slowest mode since the last edit: after each, what is left of the change has shrunk "
    f"e = 2.7 times. Nearly steady from {NEARLY:g} on, at the mark (5 % left); steady from {STEADY:g} on, "
    "where the bar is full (0.1 % left)."
)
WARM_START = (
    "Sets the traffic to the exact steady state of the present sources and restarts counting, "
    "instead of waiting for the slowest mode to settle. The recording notes that it was used."
)


class SteadinessBar(QWidget):
    """Bar from 0 to `STEADY` e-folds with a mark at `NEARLY`: amber, between, and green when it is full."""

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
            part = min(max(self._efolds / STEADY, 0.02), 1.0)
            painter.setBrush(color_at(self._efolds))
            painter.drawRoundedRect(QRectF(groove.x(), groove.y(), groove.width() * part, 5), 2.5, 2.5)
        painter.setBrush(QColor(colors.muted))
        painter.drawRect(QRectF(self.width() * NEARLY / STEADY - 0.5, self.height() / 2 - 5, 1, 10))


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
        self._working = self._locked = ""
        self.set_efolds(None)

    def set_locked(self, why: str) -> None:
        """Say why there is nothing to start, and disable the button; "" enables it."""
        self._locked = why
        self._allow()

    def set_working(self, text: str) -> None:
        """Say in place of the e-folds that a steady state is being worked out; "" when it is there."""
        self._working = text
        self._shown, shown = math.nan, self._shown
        self.set_efolds(shown)
        self._allow()

    def _allow(self) -> None:
        """Let the button be pressed, or say why it cannot be."""
        why = self._locked or (f"{self._working[:1].upper()}{self._working[1:]}" if self._working else "")
        self.warm_start.setEnabled(not why)
        self.warm_start.setToolTip(f"{why}\n{WARM_START}" if why else WARM_START)

    def set_efolds(self, efolds: float | None) -> None:
        """Show e-folds since the last edit; None where the engine cannot tell."""
        known = efolds if efolds is not None and math.isfinite(efolds) else None
        rounded = None if known is None else tenths(known)
        if rounded == self._shown:
            return
        self._shown = rounded
        self.text.set_text(self._working or sentence(known))
        self.bar.set_efolds(known)


def tenths(efolds: float) -> float:
    """E-folds cut to a decimal: rounded up they would name a step that is not reached."""
    return math.floor(10.0 * efolds) / 10.0


def words(efolds: float) -> tuple[str, str]:
    """Which of the three steps is reached, and how far: ``("nearly steady", "4.1 e-folds (2 % left)")``."""
    number = f"more than {MANY} e-folds" if efolds > MANY else f"{tenths(efolds):.1f} e-folds"
    if efolds >= STEADY:
        return "steady", number
    if efolds >= NEARLY:
        return "nearly steady", f"{number} ({100.0 * math.exp(-efolds):.1g} % left)"
    return "not yet steady", number


def sentence(efolds: float | None) -> str:
    """What the meter says."""
    return "steadiness unknown" if efolds is None else ": ".join(words(efolds))


def color_at(efolds: float) -> QColor:
    """Warning colour below `NEARLY`, good colour from `STEADY` on, half of each between."""
    part = 1.0 if efolds >= STEADY else 0.5 if efolds >= NEARLY else 0.0
    return QColor(theme.mix(theme.current().warning, theme.current().good, part))
