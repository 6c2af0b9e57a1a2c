"""Links: how well every pair of clusters is locked, as a matrix, and one pair in numbers with their bias."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import count, measured
from tauscope.widgets.buttons import Button
from tauscope.widgets.count_box import CountBox
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.labs.kuramoto.matrix import Matrix
from tauscope.widgets.texts import Caption, Elided

Floats = npt.NDArray[np.float64]
EMPTY = "No window is full yet. Press play: the measures need a few samples of every cluster’s phase."
ONE = (
    "There is one cluster, so there are no pairs. Choose a geometry with several, as ring or circle6_center."
)
PICK = "Click a cell: its two clusters are chosen in the circles, and their measures stand here."
LONGEST = 4096
WIDE = 1.15


@dataclass(frozen=True)
class Measure:
    """A measure of the matrix: name, limits of its colours, what it is."""

    label: str
    low: float
    high: float
    tip: str


MEASURES: Mapping[str, Measure] = {
    "plv": Measure(
        "PLV", 0.0, 1.0, "|⟨exp(i(ψ_i − ψ_j))⟩| over the window; its floor for no relation is √(π/4n)"
    ),
    "ppc": Measure("PPC", 0.0, 1.0, "(n PLV² − 1)/(n − 1); without PLV’s bias for independent samples"),
    "cos": Measure("cos now", -1.0, 1.0, "cos(ψ_i − ψ_j) of the newest sample: −1 opposite, 1 together"),
}


@dataclass(frozen=True)
class Pair:
    """Measures of one pair.

    Parameters
    ----------
    rows : tuple of (name, value, unit, remark)
        Each measure; the remark states its bias or its binning.
    """

    rows: tuple[tuple[str, float, str, str], ...] = field(default=())


@dataclass(frozen=True)
class Links:
    """Matrix and where it comes from.

    Parameters
    ----------
    values : float64 array [C, C]
        The measure; NaN where it is undefined.
    samples : int
        Samples in the window.
    n_eff : float
        Samples that count as independent, NaN where unknown.
    span : str
        Time that the window covers, with its unit.
    bias : str
        Bias of the measure, as a sentence.
    measure : str
        Key of the measure: the panel may ask for another by now.
    """

    values: Floats
    samples: int
    n_eff: float
    span: str
    bias: str
    measure: str = "plv"


class LinksPanel(QWidget):
    """Matrix of pairs, window, and the chosen pair in numbers.

    Signals
    -------
    view_changed()
        Another measure is wanted.
    window_chosen(samples)
        Another length of the window.
    pair_chosen(i, j)
        A cell was chosen.
    """

    view_changed = Signal()
    window_chosen = Signal(int)
    pair_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("links")
        self.data: Links | None = None
        self.measure = Pick("Measure")
        self.measure.set_entries([(key, one.label) for key, one in MEASURES.items()], "plv")
        self.measure.chosen.connect(lambda _value: self._changed())
        self.window_box = CountBox(256, 16, LONGEST, "samples")
        self.window_box.setAccessibleName("Window in samples")
        self.window_box.setToolTip("Samples over which the measures are taken, newest first out")
        self.window_box.value_changed.connect(self.window_chosen)
        self.export = Button("", "export", "Save the matrix as CSV", "ghost")
        self.matrix = Matrix("Matrix of pairs")
        self.matrix.chosen.connect(self._chosen)
        self.hint = Caption(EMPTY, wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.note, self.bias = Caption(wrap=True), Caption(wrap=True)
        for line in (self.note, self.bias):
            line.setFont(theme.text_font(theme.SMALL_SIZE))
        self.pair_title = Elided()
        self.pair_hint = Caption(PICK, wrap=True)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(2, 1)
        self._cells: list[tuple[Caption, Elided, Elided]] = []
        self._build()
        self._changed()
        self.set_pair(None)
        self.set_data(None, ())

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.measure, 1)
        head.addWidget(Caption("over"))
        head.addWidget(self.window_box)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.hint, 1)
        words = QVBoxLayout()
        words.setSpacing(4)
        for widget in (self.note, self.bias, self.pair_title, self.pair_hint):
            words.addWidget(widget)
        words.addLayout(self._grid)
        words.addStretch(1)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._body.setSpacing(6)
        self._body.addWidget(self.matrix, 5)
        self._body.addLayout(words, 4)
        column.addLayout(self._body, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Numbers beside the matrix where it is wide, below it where it is high."""
        super().resizeEvent(event)
        wide = self.width() > WIDE * self.height()
        self._body.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )
        self._body.setStretch(0, 5 if wide else 1)
        self._body.setStretch(1, 4 if wide else 0)

    def minimumSizeHint(self) -> QSize:
        """The same for both arrangements: room that is there must not depend on what it was used for."""
        return QSize(260, 200)

    def sizeHint(self) -> QSize:
        """Room for matrix and numbers."""
        return QSize(340, 380)

    def set_data(
        self, data: Links | None, names: Sequence[str], hint: str = "", labels: Sequence[str] = ()
    ) -> None:
        """Draw a matrix with names of rows and short ones beside the cells, or say what to do."""
        self.data = data
        self.hint.setText(hint or EMPTY)
        self.hint.setVisible(data is None)
        self.matrix.setVisible(data is not None)
        self.export.setEnabled(data is not None)
        self.pair_hint.setVisible(data is not None and self.matrix.cell is None)
        if data is None:
            self.note.setText("")
            self.bias.setText("")
            self.set_pair(None)
            return
        one = MEASURES[data.measure]
        self.matrix.set_data(data.values, names, one.low, one.high, labels)
        n_eff = f"n_eff ≈ {count(data.n_eff)}" if math.isfinite(data.n_eff) else "n_eff unknown"
        self.note.setText(f"{count(data.samples)} samples, {data.span}  ·  {n_eff}")
        self.bias.setText(data.bias)

    def set_pair(self, pair: Pair | None, title: str = "") -> None:
        """Show one pair in numbers, or nothing."""
        rows = pair.rows if pair is not None else ()
        self.pair_title.setVisible(pair is not None)
        self.pair_title.set_text(title)
        while len(self._cells) < len(rows):
            made = (Caption(), Elided(right=True), Elided(ink="muted"))
            made[1].setFont(theme.number_font())
            made[1].setMinimumWidth(52)
            for place, widget in enumerate(made):
                self._grid.addWidget(widget, len(self._cells), place)
            self._cells.append(made)
        for index, (name, value, remark) in enumerate(self._cells):
            seen = index < len(rows)
            for widget in (name, value, remark):
                widget.setVisible(seen)
            if seen:
                name.setText(rows[index][0])
                value.set_text(measured(rows[index][1], rows[index][2], 4))
                remark.set_text(rows[index][3])

    def _chosen(self, row: int, column: int) -> None:
        self.pair_hint.hide()
        self.pair_chosen.emit(row, column)

    def _changed(self) -> None:
        self.measure.setToolTip(MEASURES[self.measure.value].tip)
        self.view_changed.emit()
