"""Resonance dials: locked angles of the running drive, and how full the torus of three phases is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import UNKNOWN, measured
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.plots.bare import line_color
from tauscope.widgets.texts import Caption, Elided

TRIPLES: dict[str, str] = {
    "e1 e2 e3": "e1, e2, e3",
    "e3 e4 e5": "e3, e4, e5",
    "e6 e7 e8": "e6, e7, e8",
    "e1 e2 e9": "e1, e2, e9",
    "e1 e4 e9": "e1, e4, e9",
}
"""Tones that may span the torus; with e9, which has no relation to the others, all of it is filled."""
EMPTY = "The dials need the emitters e1 to e8: choose Golden drive or Resonance lock among the presets."
STILL = "All locks hold: each tone is the sum of the two before it, so the dials stand for ever."
LEAST = 44
TEXT = 30
"""Pixels below a face for its two lines."""


@dataclass(frozen=True, slots=True)
class DialMark:
    """A dial as it is drawn.

    Parameters
    ----------
    title : str
        Which phases.
    angle : float
        Measured, degrees from -180 to 180; NaN where there is none.
    expected : float
        By the formula, degrees.
    rate : float
        Turns a second, Hz; 0 for one that stands.
    """

    title: str
    angle: float
    expected: float
    rate: float

    @property
    def text(self) -> str:
        """Measured angle, and the rate of one that turns."""
        if math.isnan(self.angle):
            return UNKNOWN
        degrees = f"{self.angle:.2f}°"
        return degrees if self.rate == 0.0 else f"{degrees} ↻"


class Dials(QWidget):
    """Faces in one or two rows: a pointer at the measured angle, a tick at the expected one; 0 is on top."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dials_faces")
        self.marks: tuple[DialMark, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setToolTip(
            "θ of three emitters as the running drive has them. Pointer: measured. Tick: expected from Δϕ"
        )

    def sizeHint(self) -> QSize:
        """Two rows of three."""
        return QSize(330, 220)

    def minimumSizeHint(self) -> QSize:
        """One row of small faces."""
        return QSize(240, LEAST + TEXT)

    def set_marks(self, marks: Sequence[DialMark]) -> None:
        """Draw these."""
        if tuple(marks) != self.marks:
            self.marks = tuple(marks)
            self.setAccessibleDescription(", ".join(f"{mark.title} {mark.text}" for mark in self.marks))
            self.update()

    def cells(self) -> list[QRectF]:
        """Room of each face with its text: in the number of columns that makes faces largest."""
        count = max(len(self.marks), 1)
        best: tuple[float, int] = (0.0, count)
        for columns in (n for n in range(1, count + 1) if count % n == 0):
            rows = -(-count // columns)
            best = max(best, (min(self.width() / columns, self.height() / rows - TEXT), columns))
        columns = best[1]
        width, height = self.width() / columns, self.height() / -(-count // columns)
        return [
            QRectF((k % columns) * width, (k // columns) * height, width, height)
            for k in range(len(self.marks))
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Faces, ticks, pointers, texts."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark, cell in zip(self.marks, self.cells(), strict=True):
            self._paint(painter, mark, cell)

    def _paint(self, painter: QPainter, mark: DialMark, cell: QRectF) -> None:
        colors = theme.current()
        radius = max(min(cell.width() - 12, cell.height() - TEXT - 8, 140) / 2, 6.0)
        centre = QPointF(cell.center().x(), cell.top() + (cell.height() - TEXT) / 2)
        turning = mark.rate != 0.0 and not math.isnan(mark.rate)
        painter.setPen(QPen(QColor(colors.edge), 1))
        painter.setBrush(QColor(colors.raised))
        painter.drawEllipse(centre, radius, radius)
        for step in range(12):
            inner = 0.86 if step % 3 else 0.78
            painter.drawLine(
                _at(centre, radius * inner, 30.0 * step), _at(centre, radius * 0.93, 30.0 * step)
            )
        if not math.isnan(mark.angle):
            painter.setPen(QPen(QColor(line_color("good")), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLine(
                _at(centre, radius * 0.84, mark.expected), _at(centre, radius * 1.06, mark.expected)
            )
            ink = QColor(line_color("warning" if turning else "accent"))
            painter.setPen(QPen(ink, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(centre, _at(centre, radius * 0.74, mark.angle))
            painter.setBrush(ink)
            painter.drawEllipse(centre, 2.5, 2.5)
        below = QRectF(cell.left() + 2, cell.bottom() - TEXT, cell.width() - 4, TEXT / 2)
        painter.setPen(QColor(colors.muted))
        painter.setFont(theme.text_font(theme.SMALL_SIZE))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, _fitting(painter, mark.title, below.width()))
        painter.setPen(QColor(colors.ink(colors.warning) if turning else colors.text))
        painter.setFont(theme.number_font(theme.SMALL_SIZE))
        painter.drawText(below.translated(0, TEXT / 2), Qt.AlignmentFlag.AlignCenter, mark.text)


class FillMeter(QWidget):
    """Share of boxes that were visited, with a tick at the share that the orbit can reach."""

    def __init__(self) -> None:
        super().__init__()
        self.share, self.reach = math.nan, math.nan
        self.setFixedHeight(14)
        self.setMinimumWidth(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "Boxes of 16³ that the three phases went through. Tick: the share that the whole orbit visits"
        )

    def set_shares(self, share: float, reach: float) -> None:
        """Show what was visited and what can be; NaN for unknown."""
        if repr((share, reach)) != repr((self.share, self.reach)):
            self.share, self.reach = share, reach
            self.setAccessibleDescription(f"{100 * share:.1f} %" if math.isfinite(share) else UNKNOWN)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Trough, filled part, tick."""
        colors, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        trough = QRectF(0, 3, self.width(), self.height() - 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.line))
        painter.drawRoundedRect(trough, 3, 3)
        if math.isfinite(self.share) and self.share > 0:
            painter.setBrush(QColor(colors.accent))
            painter.drawRoundedRect(
                QRectF(trough.left(), trough.top(), max(trough.width() * self.share, 2.0), trough.height()),
                3,
                3,
            )
        if math.isfinite(self.reach):
            painter.setPen(QPen(QColor(line_color("good")), 2))
            x = min(max(trough.width() * self.reach, 1.0), trough.width() - 1.0)
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))


class DialsPanel(QWidget):
    """Dials dock.

    Signals
    -------
    tones_chosen(names)
        Three emitters, separated by blanks, shall span the torus.
    """

    tones_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dials")
        self.faces, self.meter = Dials(), FillMeter()
        self.hint = Caption(EMPTY, wrap=True)
        self.locks = Caption(wrap=True)
        self.tones = Pick("Tones of the torus")
        self.tones.set_entries(list(TRIPLES.items()), "e1 e2 e3")
        self.tones.setMinimumContentsLength(9)
        self.tones.setToolTip("Emitters whose three phases span the torus")
        self.tones.chosen.connect(self.tones_chosen)
        self.filled = Elided()
        self.filled.setFont(theme.number_font(theme.SMALL_SIZE))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Caption("Torus of"))
        row.addWidget(self.tones)
        row.addWidget(self.meter, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        column.addWidget(self.hint)
        column.addWidget(self.faces, 1)
        column.addWidget(self.locks)
        column.addLayout(row)
        column.addWidget(self.filled)
        self.set_dials((), "")

    def sizeHint(self) -> QSize:
        """Two rows of three faces and the meter."""
        return QSize(360, 300)

    def minimumSizeHint(self) -> QSize:
        """As other docks below the centre."""
        return QSize(260, 180)

    def set_dials(self, marks: Sequence[DialMark], note: str) -> None:
        """Show the dials and what is to be said of their locks; without any, what to do."""
        self.hint.setVisible(not marks)
        self.faces.setVisible(bool(marks))
        self.faces.set_marks(marks)
        self.locks.setText(note)
        self.locks.setVisible(bool(note))

    def set_fill(self, share: float, reach: float, seconds: float) -> None:
        """Show how full the torus is.

        Parameters
        ----------
        share, reach : float
            Visited boxes, and those of the whole orbit, 0 to 1; NaN where unknown.
        seconds : float
            Simulated time that was counted.
        """
        self.meter.set_shares(share, reach)
        if not math.isfinite(share):
            self.filled.set_text("One of these emitters does not exist here.")
            return
        most = f" · the orbit can reach {measured(100 * reach, '%', 3)}" if math.isfinite(reach) else ""
        self.filled.set_text(
            f"{measured(100 * share, '%', 3)} of 16³ boxes in {measured(seconds, 's', 3)}{most}"
        )


def _at(centre: QPointF, radius: float, degrees: float) -> QPointF:
    """Point at an angle, clockwise from the top."""
    turn = math.radians(degrees)
    return QPointF(centre.x() + radius * math.sin(turn), centre.y() - radius * math.cos(turn))


def _fitting(painter: QPainter, text: str, width: float) -> str:
    return QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, width)
