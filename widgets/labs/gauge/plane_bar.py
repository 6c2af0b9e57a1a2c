"""Bar under a map of plaquettes in three or four dimensions: the plane shown, and where the rest is cut."""

from __future__ import annotations

from itertools import permutations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from tauscope.widgets.controls.choice import Choice
from tauscope.widgets.labs.ufie.slice_sliders import AxisSlider
from tauscope.widgets.state import SliceOptions
from tauscope.widgets.texts import Caption

HEIGHT = 34
SLIDER = 130
MOST = 2
"""Axes that a plane of four leaves out."""


class PlaneBar(QWidget):
    """Choice of two axes, and a slider for each of the others; every signal is a wish.

    Signals
    -------
    wished(options, phase)
        The user wants another plane, or the same cut elsewhere; phases as in `tauscope.widgets.state.Phase`.
    """

    wished = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axes: tuple[str, ...] = ()
        self._shape: tuple[int, ...] = ()
        self._options = SliceOptions(("x", "y"), ())
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 2, 8, 2)
        self._row.setSpacing(8)
        self._row.addWidget(Caption("Plane"))
        self.plane: Choice | None = None
        self.sliders: dict[str, AxisSlider] = {}
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)

    def set_lattice(self, axes: tuple[str, ...], shape: tuple[int, ...]) -> None:
        """Names of the axes, slowest first, and sites along each."""
        if axes != self._axes:
            self._axes = axes
            self._build()
        self._shape = shape
        for name, slider in self.sliders.items():
            slider.set_size(shape[axes.index(name)])
            slider.set_reason("")

    def set_slice(self, options: SliceOptions) -> None:
        """Show a plane; emits nothing."""
        self._options = options
        if self.plane is not None:
            self.plane.set_value(" ".join(options.axes))
        for name, slider in self.sliders.items():
            slider.setVisible(name not in options.axes)
            slider.set_index(options.index[self._axes.index(name)])

    def sizeHint(self) -> QSize:
        """One row."""
        return QSize(200 + MOST * SLIDER, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Sliders may be short."""
        return QSize(240, HEIGHT)

    def _build(self) -> None:
        """Make the choice and the sliders of another number of axes."""
        for old in (self.plane, *self.sliders.values()):
            if old is not None:
                self._row.removeWidget(old)
                old.hide()
                old.deleteLater()
        fast_first = tuple(reversed(self._axes))
        pairs = tuple(permutations(fast_first, 2))
        self.plane = Choice(tuple(" ".join(pair) for pair in pairs), "Axes across and up")
        for number, (across, up) in enumerate(pairs):
            self.plane.setItemText(number, f"{across} across, {up} up")
        self.plane.setToolTip("Axes of the picture; the others are cut where their sliders stand")
        self.plane.setMinimumWidth(128)
        self.plane.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.plane.chosen.connect(self._chosen)
        self._row.insertWidget(1, self.plane)
        self.sliders = {name: AxisSlider(name, self) for name in fast_first}
        for number, (name, slider) in enumerate(self.sliders.items()):
            slider.edited.connect(lambda index, phase, name=name: self._moved(name, index, phase))
            slider.setMinimumWidth(SLIDER)
            self._row.insertWidget(2 + number, slider, 1)

    def _chosen(self, value: str) -> None:
        across, _, up = value.partition(" ")
        self.wished.emit(SliceOptions((across, up), self._options.index), "commit")

    def _moved(self, name: str, index: int, phase: str) -> None:
        cut = list(self._options.index)
        cut[self._axes.index(name)] = index
        self.wished.emit(SliceOptions(self._options.axes, tuple(cut)), phase)
