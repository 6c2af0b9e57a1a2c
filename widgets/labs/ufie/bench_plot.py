"""Plot of a bench: curves or lines of a spectrum, with words beside its points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtWidgets import QWidget

from tauscope.widgets import theme
from tauscope.widgets.labs.ufie.bench_types import BenchPlot, Floats, Label
from tauscope.widgets.plots.plane import Mark, Plane

WORDS = 0.15
"""Room above the highest point for its word, as a share of the range."""
FLAT = 1e-3
"""Range about a curve that is constant, as a share of its value."""
TURN = 60
"""Degrees by which words stand up, so that those of near lines do not cover one another."""


class BenchPlane(Plane):
    """Plane with words at places of the plot."""

    def __init__(self, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, hint, parent)
        self._words: list[Any] = []
        self._labels_of: tuple[Label, ...] = ()

    def show_plot(self, plot: BenchPlot, marks: Sequence[Mark] = (), fresh: bool = True) -> None:
        """Show a plot; where it is a fresh one, all of it."""
        self.setAccessibleName(plot.title)
        self.pickable = plot.pickable
        self.set_axes(plot.x, plot.y)
        self.set_content(plot.series, marks)
        self.set_labels(plot.labels)
        if fresh:
            self.fit()

    def set_labels(self, labels: Sequence[Label]) -> None:
        """Write these words, and no others."""
        if tuple(labels) == self._labels_of:
            return
        self._labels_of = tuple(labels)
        item = self.plot.getPlotItem()
        for word in self._words:
            item.removeItem(word)
        self._words = []
        for label in labels:
            word = pyqtgraph.TextItem(label.text, anchor=(0.0, 0.5), angle=TURN)
            word.setFont(theme.text_font(10))
            word.setPos(label.x, label.y)
            word.setZValue(10)
            item.addItem(word, ignoreBounds=True)
            self._words.append(word)
        self._colour()

    def fit(self) -> None:
        """Show all of the curves and nothing else, with room for words above."""
        heights = [s.y for s in self.series]
        for one in self.series:
            if one.error is not None:
                heights += [one.y - one.error, one.y + one.error]
        for axis, values in (("x", [s.x for s in self.series]), ("y", heights)):
            known = np.concatenate([v[np.isfinite(v)] for v in values]) if values else np.zeros(0)
            if not known.size:
                continue
            low, high = float(known.min()), float(known.max())
            pad = 0.5 * max(abs(low), 1e-12) * FLAT if high == low else 0.0
            above = WORDS * (high - low) if axis == "y" and self._labels_of else 0.0
            self.set_limits("x" if axis == "x" else "y", low - pad, high + pad + above)

    def words(self) -> tuple[str, ...]:
        """Words that are written."""
        return tuple(label.text for label in self._labels_of)

    def wear(self) -> None:
        """Take the theme's colours, with the words."""
        super().wear()
        self._colour()

    def _colour(self) -> None:
        for word in getattr(self, "_words", ()):  # Qt tells a plot of its theme while it is being made
            word.setColor(theme.current().muted)


def stems(at: Floats, levels: Floats, floor: float) -> tuple[Floats, Floats]:
    """Upright lines from a floor to levels as one broken curve, float64 [3 n] each."""
    nothing = np.full(len(at), np.nan)
    x = np.stack((at, at, nothing), axis=1).ravel()
    y = np.stack((np.full(len(at), floor), levels, nothing), axis=1).ravel()
    return x, y
