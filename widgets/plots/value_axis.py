"""Vertical axis of a pane: its numbers keep apart however low the pane is."""

from __future__ import annotations

import math

import pyqtgraph

BETWEEN_TICKS = 15.0
"""Least pixels from one number to the next."""


class ValueAxis(pyqtgraph.AxisItem):
    """Vertical axis whose numbers never stand closer than they are high."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        """Steps of the ticks, the widest first; in a low pane wider ones than pyqtgraph's."""
        levels: list[tuple[float, float]] = super().tickSpacing(minVal, maxVal, size)
        span = abs(maxVal - minVal)
        if not levels or not span > 0 or not size > 0:
            return levels
        least = BETWEEN_TICKS * span / size
        wide = [level for level in levels if level[0] >= least]
        if wide:
            return wide
        power = 10.0 ** math.floor(math.log10(least))
        step = next(many * power for many in (1, 2, 5, 10, 20) if many * power >= least)
        return [(max(step, 1.0) if self.logMode else step, 0.0)]
