"""Results of a sweep: one map, curves, small multiples or a table; a click chooses a run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.labs.ufie.bench_plot import BenchPlane
from tauscope.widgets.labs.ufie.bench_table import BenchTableView
from tauscope.widgets.labs.ufie.bench_types import BenchPlot, BenchTable
from tauscope.widgets.plots.chart import scrolled
from tauscope.widgets.plots.heat import HeatMap
from tauscope.widgets.plots.heat_types import Heat
from tauscope.widgets.texts import Caption, Elided

EMPTY = (
    "Choose what is run and what is varied at the left, then Start. Results appear here as they come; a "
    "click on one opens its run in the window."
)
SMALL = QSize(240, 190)


class SweepResults(QWidget):
    """What came out.

    Signals
    -------
    picked(part, row, column)
        A cell of the map, or a point of a curve, of a small multiple (its number) or of the one that is shown
        (0): row or curve, and column or point.
    run_picked(run)
        A run of the table was chosen.
    """

    picked = Signal(int, int, int)
    run_picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.hint = Caption(EMPTY, wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.map = HeatMap("Results over two parameters")
        self.plane = BenchPlane("Results over a parameter")
        self.table = BenchTableView()
        self.grid = QWidget()
        self._cells = QGridLayout(self.grid)
        self._cells.setContentsMargins(0, 0, 4, 0)
        self._cells.setSpacing(8)
        self.parts: list[HeatMap | BenchPlane] = []
        """Small multiples that are shown."""
        self._made: list[QWidget] = []
        self.stack = QStackedWidget()
        self.multiples = scrolled(self.grid)
        for part in (self.hint, self.map, self.plane, self.multiples, self.table):
            self.stack.addWidget(part)
        self.readout = Elided(ink="muted")
        self.readout.setFont(theme.number_font(theme.SMALL_SIZE))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.stack, 1)
        column.addWidget(self.readout)
        self.map.picked.connect(lambda row, at: self.picked.emit(0, row, at))
        self.map.hovered.connect(lambda cell: self._read(self.map, cell))
        self.plane.picked.connect(lambda key, at: self.picked.emit(0, int(key), at))
        self.table.itemActivated.connect(lambda item, _column: self.run_picked.emit(int(item.text(0))))

    def clear(self) -> None:
        """Say what to do."""
        self.stack.setCurrentWidget(self.hint)
        self.readout.set_text("")

    def show_map(self, heat: Heat) -> None:
        """Show a heat map; zoom stays while its axes do."""
        known = self.map.heat
        fresh = known is None or (known.x.label, known.y.label, known.x.ends, known.y.ends) != (
            heat.x.label, heat.y.label, heat.x.ends, heat.y.ends,
        )  # fmt: skip
        self.map.show_heat(heat, fresh)
        self._read(self.map, self.map.cell)
        self.stack.setCurrentWidget(self.map)

    def show_lines(self, plot: BenchPlot) -> None:
        """Show curves."""
        self.plane.show_plot(plot)
        self.stack.setCurrentWidget(self.plane)
        self.readout.set_text("")

    def show_table(self, table: BenchTable) -> None:
        """Show runs; Enter or a double click opens one."""
        self.table.show_table(table)
        self.stack.setCurrentWidget(self.table)
        self.readout.set_text("Double-click a run, or press Enter, to open it.")

    def show_multiples(self, views: Sequence[tuple[str, Heat | BenchPlot]]) -> None:
        """Show small maps or plots side by side."""
        alike = [isinstance(view, Heat) for _, view in views] == [
            isinstance(one, HeatMap) for one in self.parts
        ]
        if not alike:
            self._make(views)
        for number, (title, view) in enumerate(views):
            part, caption = self.parts[number], self._made[2 * number]
            assert isinstance(caption, Elided)
            caption.set_text(title)
            if isinstance(part, HeatMap) and isinstance(view, Heat):
                part.setAccessibleName(title)
                part.show_heat(view)
            elif isinstance(part, BenchPlane) and isinstance(view, BenchPlot):
                part.show_plot(view)
        self.stack.setCurrentWidget(self.multiples)

    def _make(self, views: Sequence[tuple[str, Heat | BenchPlot]]) -> None:
        for widget in self._made:
            self._cells.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.parts, self._made = [], []
        for number, (_title, view) in enumerate(views):
            part: HeatMap | BenchPlane
            if isinstance(view, Heat):
                part = HeatMap("")
                part.picked.connect(lambda row, at, number=number: self.picked.emit(number, row, at))
                part.hovered.connect(lambda cell, part=part: self._read(part, cell))
            else:
                part = BenchPlane("")
                part.picked.connect(lambda key, at, number=number: self.picked.emit(number, int(key), at))
            part.setMinimumSize(SMALL)
            caption = Elided("")
            self.parts.append(part)
            self._made += [caption, part]
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place as many multiples side by side as there is room for."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        across = max(self.width() // (SMALL.width() + 12), 1)
        for number in range(len(self.parts)):
            row, column = divmod(number, across)
            self._cells.addWidget(self._made[2 * number], 2 * row, column)
            self._cells.addWidget(self._made[2 * number + 1], 2 * row + 1, column)

    def _read(self, part: HeatMap, cell: tuple[int, int] | None) -> None:
        heat = part.heat
        self.readout.set_text("" if heat is None else heat.note if cell is None else heat.text(*cell))
