"""Pooled circle: the density of all phases around one circle, and the order parameter as an arrow in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import count, measured
from tauscope.widgets.buttons import Button
from tauscope.widgets.canvas.phase_colors import phase_colors
from tauscope.widgets.texts import Caption, Elided

BINS = 180
"""Bins of 2 degrees."""
EMPTY = "No phases have come yet. Press play, or Space."
DIGITS = 4
TICKS = ((0.0, "0"), (math.pi / 2, "π/2"), (math.pi, "±π"), (-math.pi / 2, "−π/2"))


@dataclass(frozen=True)
class Pooled:
    """Phases of all oscillators, as one circle shows them.

    Parameters
    ----------
    density : float64 array [B]
        Share of the oscillators in each of B equal bins from -π, times B: 1 everywhere when spread evenly.
    z : complex
        Order parameter of all, the mean of ``exp(iθ)``.
    number : int
        Oscillators.
    debiased : float
        ``(N R² - 1)/(N - 1)``, whose mean is 0 for random phases.
    """

    density: npt.NDArray[np.float64]
    z: complex
    number: int
    debiased: float

    @classmethod
    def of(cls, theta: npt.NDArray[np.float64], bins: int = BINS) -> Pooled:
        """Pool phases.

        Parameters
        ----------
        theta : float64 array [N]
            Phases in rad.
        """
        number = len(theta)
        turns = (np.asarray(theta, np.float64) + math.pi) * (bins / (2 * math.pi))
        found = np.bincount(np.floor(turns).astype(np.int64) % bins, minlength=bins)
        z = complex(np.cos(theta).mean(), np.sin(theta).mean())
        debiased = (number * abs(z) ** 2 - 1) / (number - 1) if number > 1 else math.nan
        return cls(np.asarray(found * (bins / number), np.float64), z, number, debiased)


class PooledCircle(QWidget):
    """The circle itself.

    The density stands outside the circle as bars whose area is the share of oscillators: a height of one
    quarter of the radius is an even spread, and no bar is higher than the room, where the tallest is 1.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pooled: Pooled | None = None
        self.setAccessibleName("Pooled circle")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Room for the circle and its numbers."""
        return QSize(220, 220)

    def minimumSizeHint(self) -> QSize:
        """A small circle."""
        return QSize(96, 96)

    def set_data(self, pooled: Pooled | None) -> None:
        """Show phases, or none."""
        self.pooled = pooled
        if pooled is not None:
            self.setAccessibleDescription(f"R total {abs(pooled.z):.3f}")
        self.update()

    @property
    def radius(self) -> float:
        """Radius of the circle in pixels."""
        return 0.5 * max(min(self.width(), self.height()) - 2 * 8, 20) / 1.45

    def tip(self) -> QPointF:
        """Place of the arrow's head, in pixels; the centre without data."""
        centre = QPointF(self.width() / 2, self.height() / 2)
        z = self.pooled.z if self.pooled is not None else 0j
        return centre + QPointF(z.real, -z.imag) * self.radius

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars, circle, ticks, arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors, radius = theme.current(), self.radius
        centre = QPointF(self.width() / 2, self.height() / 2)
        if self.pooled is not None:
            self._bars(painter, centre, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colors.edge), 1.2))
        painter.drawEllipse(centre, radius, radius)
        painter.setPen(QColor(colors.muted))
        painter.setFont(theme.text_font(10))
        for angle, text in TICKS:
            at = centre + QPointF(math.cos(angle), -math.sin(angle)) * radius * 0.84
            painter.drawText(QRectF(at.x() - 16, at.y() - 8, 32, 16), Qt.AlignmentFlag.AlignCenter, text)
        if self.pooled is not None:
            self._arrow(painter, centre, self.tip())

    def _bars(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        density = self.pooled.density if self.pooled is not None else np.zeros(1)
        height = bar_heights(density) * radius
        edges = np.linspace(-math.pi, math.pi, len(density) + 1)
        shades = phase_colors((edges[:-1] + edges[1:]) / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        for index in np.flatnonzero(height > 0.2):
            a, b, far = edges[index], edges[index + 1], radius + height[index]
            corners = [(a, radius), (a, far), (b, far), (b, radius)]
            painter.setBrush(QColor(*(int(part) for part in shades[index])))
            painter.drawPolygon(
                QPolygonF([centre + QPointF(math.cos(at), -math.sin(at)) * r for at, r in corners])
            )

    def _arrow(self, painter: QPainter, centre: QPointF, tip: QPointF) -> None:
        accent = QColor(theme.current().accent)
        painter.setPen(QPen(accent, 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(centre, tip)
        along = tip - centre
        length = math.hypot(along.x(), along.y())
        if length > 8:
            unit = along / length
            side = QPointF(-unit.y(), unit.x())
            head = QPainterPath(tip + unit * 3)
            head.lineTo(tip - unit * 7 + side * 5)
            head.lineTo(tip - unit * 7 - side * 5)
            head.closeSubpath()
            painter.fillPath(head, accent)
        painter.setBrush(accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(centre, 3, 3)


def bar_heights(density: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Heights of the bars in radii, true to area: a bar from 1 to ``1 + h`` has area ``h + h²/2``.

    An even spread has the area of ``h = 1/8``; where the tallest bar would pass 0.45 all are scaled down.
    """
    area = np.asarray(density, np.float64) * (0.125 + 0.125**2 / 2)
    height = np.sqrt(1 + 2 * area) - 1
    tallest = float(height.max(initial=0.0))
    return np.asarray(height * (0.45 / tallest) if tallest > 0.45 else height)


class PooledPanel(QWidget):
    """Pooled circle with its numbers.

    Parameters
    ----------
    export : Button
        Saves the density; connect its ``clicked``.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pooled")
        self.circle = PooledCircle()
        self.value = Elided("R –")
        self.value.setFont(theme.number_font(theme.VALUE_SIZE))
        self.value.set_hint("R_total = |⟨exp(iθ)⟩| of all oscillators: 0 spread, 1 all in one phase")
        self.more = Elided(ink="muted")
        self.hint = Caption(EMPTY, wrap=True)
        self.export = Button("", "export", "Save the density of phases as CSV", "ghost")
        head = QHBoxLayout()
        head.addWidget(self.value, 1)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.hint)
        column.addWidget(self.circle, 1)
        column.addWidget(self.more)
        self.set_data(None)

    def sizeHint(self) -> QSize:
        """Room for a circle that reads."""
        return QSize(260, 280)

    def set_data(self, pooled: Pooled | None, when: str = "", hint: str = EMPTY) -> None:
        """Show phases with the time they are of; None says what to do, or ``hint``."""
        self.hint.setText(hint)
        self.hint.setVisible(pooled is None)
        self.export.setEnabled(pooled is not None)
        self.circle.set_data(pooled)
        if pooled is None:
            self.value.set_text("R –")
            self.more.set_text("")
            return
        angle = math.atan2(pooled.z.imag, pooled.z.real)
        self.value.set_text(f"R {abs(pooled.z):.3f}")
        floor = math.sqrt(math.pi / (4 * pooled.number))
        parts = [f"ψ {measured(angle, 'rad', 3)}", f"N {count(pooled.number)}", when]
        self.more.set_text("  ·  ".join(part for part in parts if part))
        self.more.set_hint(
            f"Random phases alone give R ≈ {floor:.2g} with {count(pooled.number)} oscillators, √(π/4N).\n"
            f"Without that share: (N R² − 1)/(N − 1) = {measured(pooled.debiased, '', DIGITS)}.\n"
            "Bars outside the circle: share of the oscillators in each 2°, true to area."
        )
