"""Ground of every plot with axes: pyqtgraph's plot without its menus, in the theme's colours."""

from __future__ import annotations

import math
from collections.abc import Callable

import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSizePolicy

from tauscope.widgets import theme
from tauscope.widgets.plots.value_axis import ValueAxis

AXIS_WIDTH = 56
LEAST_WIDTH = 60
LINE_CONTRAST = 3.0


class BarePlot(pyqtgraph.PlotWidget):
    """Plot without pyqtgraph's menus, and without keyboard focus, so that Space stays play.

    Parameters
    ----------
    fit : callable
        Shows everything; called by a double click.
    least : int
        Least height in pixels.
    """

    def __init__(self, fit: Callable[[], None], least: int) -> None:
        super().__init__(enableMenu=False, axisItems={"left": ValueAxis("left")})
        self._fit_all = fit
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMinimumSize(LEAST_WIDTH, least)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        item = self.getPlotItem()
        # The menu is never shown; without an owner it would outlive the plot.
        item.ctrlMenu.setParent(self, item.ctrlMenu.windowFlags())
        item.hideButtons()
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickFont=theme.number_font(10), autoExpandTextSpace=False)
        item.getAxis("left").setWidth(AXIS_WIDTH)

    def dress(self) -> None:
        """Take the theme's colours."""
        colors = theme.current()
        self.setBackground(colors.panel)
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(colors.line)
            axis.setTextPen(colors.muted)
        self.getPlotItem().showGrid(x=True, y=True, alpha=0.25)

    def fit(self) -> None:
        """Show everything, now and as it grows."""
        self.getPlotItem().enableAutoRange()

    def settle(self) -> None:
        """Take over new ranges now: found while it paints, they would have everything painted twice."""
        self.scene().prepareForPaint()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything."""
        event.accept()
        self._fit_all()

    def to_pixel(self, x: float, y: float) -> QPointF:
        """Place on the widget of a point in axis units."""
        scene = self.getPlotItem().getViewBox().mapViewToScene(QPointF(x, y))
        return QPointF(self.mapFromScene(scene))

    def under(self, place: QPointF) -> tuple[float, float] | None:
        """Point in axis units under a place on the widget; None where the axes have none there."""
        found = self.getPlotItem().getViewBox().mapSceneToView(self.mapToScene(place.toPoint()))
        x, y = float(found.x()), float(found.y())
        return (x, y) if math.isfinite(x) and math.isfinite(y) else None

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        super().leaveEvent(event)
        self.pointed(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        super().mouseMoveEvent(event)
        self.pointed(self.under(event.position()))

    def pointed(self, point: tuple[float, float] | None) -> None:
        """The pointer is over a point in axis units, or has left; a plot that shows it says how."""


def line_color(color: str) -> str:
    """Return a colour shifted towards the text until a line of it stands out from the ground of panels.

    Parameters
    ----------
    color : str
        ``#rrggbb``, or the name of a theme colour.
    """
    colors = theme.current()
    color = color if color.startswith("#") else str(getattr(colors, color))
    tries = (theme.mix(color, colors.text, step / 10) for step in range(11))
    return next(
        (tried for tried in tries if theme.contrast(tried, colors.panel) >= LINE_CONTRAST), colors.text
    )
