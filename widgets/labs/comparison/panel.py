"""Comparison: two runs side by side with axes, colours and tick in common, their difference, and tables."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QSlider, QStackedWidget, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.labs.tool_head import ToolHead
from tauscope.widgets.labs.ufie.bench_plot import BenchPlane
from tauscope.widgets.labs.ufie.bench_table import BenchTableView
from tauscope.widgets.labs.ufie.bench_types import BenchPlot, BenchTable
from tauscope.widgets.plots.heat import HeatMap
from tauscope.widgets.plots.heat_types import Heat
from tauscope.widgets.texts import Caption, Elided, Heading, Label, set_role

NAMES = ("A", "B", "B − A")
EMPTY = "Open a recording, or keep the run shown, for A and for B."
BELOW = (
    ("parameters", "Parameters that differ"),
    ("statistics", "How far apart"),
    ("scalar", "A scalar of both"),
)


class Chooser(QWidget):
    """What one side is: its name, a button for a recording, and one for the run shown.

    Signals
    -------
    open_requested(), keep_requested()
    """

    open_requested = Signal()
    keep_requested = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = Elided("nothing yet", Qt.TextElideMode.ElideMiddle, "muted")
        self.open = Button("Open…", "open", f"Open a recording as {name}")
        self.keep = Button("Run shown", "live", f"Keep the run shown, as it stands now, as {name}")
        self.open.clicked.connect(self.open_requested)
        self.keep.clicked.connect(self.keep_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Heading(name))
        row.addWidget(self.name, 1)
        row.addWidget(self.open)
        row.addWidget(self.keep)


def view_label(view: Heat | BenchPlot) -> str:
    """Quantity that a map or a curve shows."""
    return view.label if isinstance(view, Heat) else view.y


class Tile(QWidget):
    """Map or curve of one side, with its name above."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.caption = Elided(name, ink="muted")
        self.map, self.plane = HeatMap(f"Field of {name}"), BenchPlane(f"Field of {name}")
        self.stack = QStackedWidget()
        self.map.bar.named = False
        self.stack.addWidget(self.map)
        self.stack.addWidget(self.plane)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.caption)
        column.addWidget(self.stack, 1)

    def show_view(self, view: Heat | BenchPlot, fit: bool) -> None:
        """Show a map or a curve."""
        self.caption.set_text(
            self._name if view_label(view) == self._name else f"{self._name}  ·  {view_label(view)}"
        )
        if isinstance(view, Heat):
            self.map.show_heat(view, fit)
            self.stack.setCurrentWidget(self.map)
        else:
            self.plane.show_plot(view, fresh=fit)
            self.stack.setCurrentWidget(self.plane)


class ComparisonPanel(QWidget):
    """Two sides, their difference, and what differs.

    Signals
    -------
    open_requested(side), keep_requested(side)
        A recording, or the run shown, is to be A (0) or B (1).
    field_chosen(name), tick_chosen(number), scalar_chosen(name)
        Another field, common tick (by its number) or scalar is to be shown.
    figure_requested()
        What is shown is to be saved.
    table_requested(), json_requested(), copy_requested()
        What came out over all ticks is to be saved as CSV or JSON, or copied.
    left()
        The run is to be shown again.
    """

    open_requested = Signal(int)
    keep_requested = Signal(int)
    field_chosen = Signal(str)
    tick_chosen = Signal(int)
    scalar_chosen = Signal(str)
    figure_requested = Signal()
    table_requested = Signal()
    json_requested = Signal()
    copy_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparison")
        self._pictured = False
        """Whether fields are shown."""
        self.head = ToolHead("Comparison", "Two runs side by side, and what differs")
        self.head.left.connect(self.left)
        self.export = Button("", "export", "Save or copy what came out", "ghost")
        self.export.set_menu(self._export_menu)
        self.head.row.addWidget(self.export)
        self.choosers = tuple(Chooser(name) for name in NAMES[:2])
        for side, chooser in enumerate(self.choosers):
            chooser.open_requested.connect(lambda side=side: self.open_requested.emit(side))
            chooser.keep_requested.connect(lambda side=side: self.keep_requested.emit(side))
        self.field = Pick("Field")
        self.field.chosen.connect(self.field_chosen)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Tick of both")
        self.slider.valueChanged.connect(self.tick_chosen)
        self.tick = Caption()
        self.tick.setFont(theme.number_font())
        self.tiles = tuple(Tile(name) for name in NAMES)
        self.hint = Caption(EMPTY, wrap=True)
        self.said = Label(wrap=True)
        self.readout = Elided(ink="muted")
        self.readout.setFont(theme.number_font(theme.SMALL_SIZE))
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.summary = Caption(wrap=True)
        self.complaint = Label(wrap=True)
        set_role(self.complaint, "trouble")
        self.below = Pick("What is shown below")
        self.below.set_entries(BELOW, "parameters")
        self.below.chosen.connect(lambda _key: self._arrange())
        self.scalar = Pick("Scalar")
        self.scalar.chosen.connect(self.scalar_chosen)
        self.tables = {key: BenchTableView() for key in ("parameters", "statistics")}
        self.plane = BenchPlane("A scalar of both runs")
        self.foot = QStackedWidget()
        self._build()
        self._link()
        self.set_progress(None)
        self.set_trouble("")
        self.show_nothing("")

    def _build(self) -> None:
        chosen = QHBoxLayout()
        chosen.setSpacing(12)
        for chooser in self.choosers:
            chosen.addWidget(chooser, 1)
        time = QHBoxLayout()
        time.setSpacing(8)
        self.field.setFixedWidth(200)
        time.addWidget(self.field)
        time.addWidget(self.slider, 1)
        time.addWidget(self.tick)
        self.maps = QWidget()
        maps = QHBoxLayout(self.maps)
        maps.setContentsMargins(0, 0, 0, 0)
        maps.setSpacing(8)
        for tile in self.tiles:
            maps.addWidget(tile, 1)
        self.body = QWidget()
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        inner.addLayout(time)
        inner.addWidget(self.maps, 3)
        inner.addWidget(self.readout)
        inner.addWidget(self.said)
        line = QHBoxLayout()
        line.setSpacing(8)
        for pick in (self.below, self.scalar):
            pick.setFixedWidth(200)
            line.addWidget(pick)
        line.addWidget(self.summary, 1)
        inner.addLayout(line)
        for widget in (*self.tables.values(), self.plane):
            self.foot.addWidget(widget)
        inner.addWidget(self.foot, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addLayout(chosen)
        for part in (self.progress, self.complaint, self.hint):
            column.addWidget(part)
        column.addWidget(self.body, 1)
        column.addStretch(0)

    def _link(self) -> None:
        """One camera and one cursor for all three."""
        first, *others = self.tiles
        for tile in others:
            tile.map.keeps_square = False
            tile.map.plot.getPlotItem().setXLink(first.map.plot.getPlotItem())
            tile.map.plot.getPlotItem().setYLink(first.map.plot.getPlotItem())
        for tile in self.tiles:
            tile.map.pickable = False
            tile.map.hovered.connect(self._hovered)

    def sizeHint(self) -> QSize:
        """Room for three maps."""
        return QSize(1100, 640)

    def minimumSizeHint(self) -> QSize:
        """What the smallest window has."""
        return QSize(230, 200)

    # -- what it is told

    def set_side(self, side: int, text: str) -> None:
        """Name what a side is."""
        self.choosers[side].name.set_text(text)
        self.choosers[side].name.set_ink("text")

    def set_progress(self, fraction: float | None) -> None:
        """Show how far the comparison of all ticks is; None: it has ended."""
        self.progress.setVisible(fraction is not None)
        self.progress.setValue(round(1000 * (fraction or 0.0)))

    def set_trouble(self, text: str) -> None:
        """Say what is wrong; "" says nothing."""
        self.complaint.setText(text)
        self.complaint.setVisible(bool(text))

    def show_nothing(self, why: str) -> None:
        """Say what to do, or why nothing can be compared."""
        self.hint.setText(why or EMPTY)
        self.hint.show()
        self.body.hide()
        self.export.setEnabled(False)

    def offer(
        self, fields: Sequence[tuple[str, str]], scalars: Sequence[str], ticks: int, why: str = ""
    ) -> None:
        """Offer fields, scalars and a number of ticks, the last of which is shown; or say why no field is."""
        for pick, entries in ((self.field, tuple(fields)), (self.scalar, tuple((n, n) for n in scalars))):
            kept = pick.value if pick.value in dict(entries) else entries[0][0] if entries else ""
            pick.set_entries(entries, kept)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(ticks - 1, 0))
        self.slider.setValue(ticks - 1)
        self.slider.blockSignals(False)
        self.slider.setEnabled(ticks > 1)
        self.hint.setText(why)
        self.hint.setVisible(bool(why))
        for part in (self.field, self.slider, self.tick, self.readout, self.said, self.maps):
            part.setVisible(not why)
        self._pictured = not why
        self.export.setEnabled(bool(why))
        self.body.show()
        self._arrange()

    def show_sides(self, views: Sequence[Heat | BenchPlot], tick: int, said: str, fit: bool) -> None:
        """Show A, B and their difference at a tick."""
        for tile, view in zip(self.tiles, views, strict=True):
            tile.show_view(view, fit)
        self.tick.setText(f"tick {tick:,}")
        self.said.setText(said)
        self.export.setEnabled(True)

    def set_summary(self, text: str, tables: Sequence[BenchTable]) -> None:
        """Say what came out over all ticks."""
        self.summary.setText(text)
        for table in tables:
            self.tables[table.key].show_table(table)

    def show_below(self, key: str) -> None:
        """Show another of the views below: ``parameters``, ``statistics`` or ``scalar``."""
        self.below.set_value(key)
        self._arrange()

    def show_scalar(self, plot: BenchPlot) -> None:
        """Draw a scalar of both."""
        self.plane.show_plot(plot)

    def _export_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction("Save figure…", self.figure_requested.emit).setEnabled(self._pictured)
        menu.addSeparator()
        for text, asked in (
            ("Save statistics as CSV…", self.table_requested),
            ("Save all as JSON…", self.json_requested),
            ("Copy statistics", self.copy_requested),
        ):
            menu.addAction(text, asked.emit).setEnabled(self.progress.isHidden())
        return menu

    def _arrange(self) -> None:
        key = self.below.value
        self.scalar.setVisible(key == "scalar")
        self.foot.setCurrentWidget(self.tables.get(key, self.plane))

    def _hovered(self, cell: tuple[int, int] | None) -> None:
        """Mark the same cell in all three, and read its numbers."""
        texts = []
        for name, tile in zip(NAMES, self.tiles, strict=True):
            heat = tile.map.heat
            inside = heat is not None and cell is not None and cell < heat.values.shape
            tile.map.plot.mark(cell if inside else None)
            if inside and heat is not None and cell is not None:
                texts.append(f"{name} {float(heat.values[cell]):.6g}")
        at = "" if cell is None or not texts else _place(self.tiles[0].map.heat, cell)
        self.readout.set_text("  ·  ".join([at, *texts]) if texts else "")


def _place(heat: Heat | None, cell: tuple[int, int]) -> str:
    """A cell by the names of the axes, as the sentence of the largest difference has it."""
    if heat is None:
        return ""
    return f"{heat.x.label} = {cell[1]}, {heat.y.label} = {cell[0]}"
