"""Synthetic atoms: ranges and gates, the map of where two levels are bound, and what is known of a voxel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button, CheckBox
from tauscope.widgets.controls.hero_slider import HeroSlider
from tauscope.widgets.controls.number_field import Bounds
from tauscope.widgets.controls.scale import Scale
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.labs.tool_head import ToolHead
from tauscope.widgets.labs.ufie.bench_form import BenchForm
from tauscope.widgets.labs.ufie.bench_types import BenchSpec, Entry, Value
from tauscope.widgets.plots.chart import Chart, Pane, scrolled
from tauscope.widgets.plots.heat import HeatMap
from tauscope.widgets.plots.legend import Legend
from tauscope.widgets.texts import Caption, Elided, Heading, Label, set_role

SIDE, READING = 326, 336
VALUES = Bounds(1e-25, 1e25)
FORM = BenchSpec(
    "atomx",
    "Synthetic atoms",
    "",
    (
        Entry("mode", "mode", "", "physical", choices=(("physical", "physical"), ("reference", "reference")),
              tip="physical: levels of the radial Schrödinger equation, every gate measured. reference: the "
              "document's formulas, with random numbers in two columns"),
        Entry("method", "method", "", "table", choices=(("table", "table"), ("direct", "direct")),
              tip="table: one curve of 80 solutions, read at once. direct: every voxel solved by itself"),
        Entry("kappa_start", "κ / N/m", "", 1e-10, VALUES, tip="Lowest stiffness κ, N/m"),
        Entry("kappa_stop", "to", "", 5e-10, VALUES, tip="Highest stiffness κ, N/m"),
        Entry("r_screen_start", "r / m", "", 8e-8, VALUES, tip="Shortest screening length r_screen, m"),
        Entry("r_screen_stop", "to", "", 1.8e-7, VALUES, tip="Longest screening length r_screen, m"),
        Entry("kappa_count", "κ values", "", 120, Bounds(2, 600), whole=True, tip="Values of κ"),
        Entry("r_screen_count", "r values", "", 120, Bounds(2, 600), whole=True, tip="Values of r_screen"),
        Entry("seed", "seed", "", 12345, Bounds(0, 2**32 - 1), whole=True,
              tip="Of the document's random columns, and of the resampling"),
        Entry("workers", "processes", "", 1, Bounds(1, 256), whole=True,
              tip="Processes that solve voxels directly"),
        Entry("scheduler", "cluster", "", "", tip="Address of a dask.distributed scheduler whose workers "
              "solve voxels directly, as tcp://host:8786; empty for this machine"),
    ),
)  # fmt: skip
LIVE = ("mode", "method", "kappa_start", "kappa_stop", "r_screen_start", "r_screen_stop", "kappa_count",
        "r_screen_count", "seed")  # fmt: skip
"""Options whose change starts a scan by itself, where that takes no time."""
NO_WAVES = "Point at a voxel to see its numbers, its levels and its wave functions; a click keeps it."
GATE_SLIDERS = (
    ("split_thr", "Split at most", "meV", Scale(0.01, 1.0, log=True), 0.19, Bounds(0.0, None, open_low=True)),
    ("compat_thr", "compat at most", "1", Scale(1e-5, 0.1, log=True), 0.02, Bounds(0.0, None, open_low=True)),
    ("r2_thr", "R² at least", "1", Scale(0.8, 1.0), 0.98, Bounds(0.0, 1.0, open_low=True)),
)


class AtomxPanel(QWidget):
    """Form and gates at the left, the map in the middle, a voxel at the right.

    Signals
    -------
    shown_first : ()
        It is seen for the first time.
    options_changed(name)
        An option of the scan has another value.
    scan_requested(), cancel_requested()
        A scan is to be done with what the form says, or that is to end.
    gates_changed()
        A threshold has another value.
    quantity_chosen(key)
        Another quantity is to be shown.
    export_requested()
        The files of the scan are to be written.
    left()
        The run is to be shown again.
    """

    shown_first = Signal()
    options_changed = Signal(str)
    scan_requested = Signal()
    cancel_requested = Signal()
    gates_changed = Signal()
    quantity_chosen = Signal(str)
    export_requested = Signal()
    left = Signal()

    def __init__(self, quantities: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("atomx")
        self._seen = self._running = False
        self.head = ToolHead("Synthetic atoms", "Where a screened centre binds two levels close together")
        self.head.left.connect(self.left)
        self.export = Button("Save files…", "export", "Write CSV, region, report, manifest and checksums")
        self.export.clicked.connect(self.export_requested)
        self.head.row.addWidget(self.export)
        self.form = BenchForm(FORM)
        self.form.set_shown(True)
        for name in LIVE:
            self._watch(name)
        self.run = Button("Scan", "play", "Scan with these options", "primary")
        self.run.reserve("Cancel")
        self.run.clicked.connect(
            lambda: (self.cancel_requested if self._running else self.scan_requested).emit()
        )
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.status = Caption(wrap=True)
        self.complaint = Label(wrap=True)
        set_role(self.complaint, "trouble")
        self.gates: dict[str, HeroSlider] = {}
        for name, label, unit, scale, default, bounds in GATE_SLIDERS:
            slider = self.gates[name] = HeroSlider(label, unit, scale, default, bounds)
            slider.set_value(default)
            slider.edited.connect(lambda _value, _phase: self.gates_changed.emit())
            slider.reset_requested.connect(partial(self._reset, slider, default))
        self.anchor = CheckBox("Edge anchored by controls")
        self.anchor.setToolTip("Whether controls hold the medium; the catalogue then says maintained")
        self.anchor.toggled.connect(lambda _on: self.gates_changed.emit())
        self.quantity = Pick("What the colours show")
        self.quantity.set_entries(quantities, quantities[0][0])
        self.quantity.chosen.connect(self.quantity_chosen)
        self.legend = Legend()
        self.map = HeatMap("Existence map")
        self.readout = Elided(ink="muted")
        self.readout.setFont(theme.number_font(theme.SMALL_SIZE))
        self.sentence = Label(wrap=True)
        set_role(self.sentence, "title")
        self.words = Caption(wrap=True)
        self.voxel = Label(wrap=True)
        self.voxel.setFont(theme.number_font(theme.SMALL_SIZE))
        self.waves = Chart(NO_WAVES)
        self.waves.digits, self.waves.between = 3, "  "  # all of it has to fit beside the map
        self._build()
        self.set_progress(None)
        self.set_trouble("")

    def _watch(self, name: str) -> None:
        made = self.form.fields[name]
        signal = made.chosen if isinstance(made, Pick) else made.edited  # type: ignore[union-attr]
        signal.connect(lambda *_unused: self.options_changed.emit(name))

    def _build(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(6)
        column.addWidget(self.form)
        row = QHBoxLayout()
        row.addWidget(self.run)
        row.addStretch(1)
        column.addLayout(row)
        for part in (self.progress, self.status, self.complaint):
            column.addWidget(part)
        column.addWidget(Heading("Gates"))
        for slider in self.gates.values():
            column.addWidget(slider)
        column.addWidget(self.anchor)
        column.addStretch(1)
        self.side = scrolled(side)
        self.side.setFixedWidth(SIDE)
        middle = QVBoxLayout()
        middle.setSpacing(6)
        middle.addWidget(self.quantity)
        middle.addWidget(self.legend)
        middle.addWidget(self.map, 1)
        middle.addWidget(self.readout)
        reading = QWidget()
        right = QVBoxLayout(reading)
        right.setContentsMargins(0, 0, 4, 0)
        right.setSpacing(6)
        for text in (self.sentence, self.words, self.voxel):
            right.addWidget(text)
        right.addWidget(self.waves, 1)
        self.reading = scrolled(reading)
        self.reading.setFixedWidth(READING)
        body = QHBoxLayout()
        body.setSpacing(10)
        body.addWidget(self.side)
        body.addLayout(middle, 1)
        body.addWidget(self.reading)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 8, 8, 8)
        whole.setSpacing(8)
        whole.addWidget(self.head)
        whole.addLayout(body, 1)

    def sizeHint(self) -> QSize:
        """Room for three columns."""
        return QSize(1100, 640)

    def minimumSizeHint(self) -> QSize:
        """What the smallest window has; columns scroll."""
        return QSize(230, 200)

    def showEvent(self, event: QShowEvent) -> None:
        """Tell when it is seen first."""
        super().showEvent(event)
        if not self._seen:
            self._seen = True
            self.shown_first.emit()

    # -- what it says

    @property
    def options(self) -> dict[str, Value]:
        """Options of the form."""
        return self.form.values

    @property
    def thresholds(self) -> dict[str, float]:
        """Thresholds of the gates."""
        return {name: slider.number for name, slider in self.gates.items()}

    def set_options(self, values: Mapping[str, Value]) -> None:
        """Show other options."""
        for name, value in values.items():
            self.form.set_value(name, value)

    # -- what it is told

    def set_progress(self, fraction: float | None, text: str = "") -> None:
        """Show how far a scan is; None: none runs that takes time."""
        self._running = fraction is not None
        self.progress.setVisible(self._running)
        self.progress.setValue(round(1000 * (fraction or 0.0)))
        self.run.set_look(*(("Cancel", "stop", "danger") if self._running else ("Scan", "play", "primary")))
        self.status.setText(text)
        self.status.setVisible(bool(text))

    def set_trouble(self, text: str) -> None:
        """Say why no scan came out; "" says nothing."""
        self.complaint.setText(text)
        self.complaint.setVisible(bool(text))

    def set_reading(self, sentence: str, words: str) -> None:
        """Say what came out."""
        self.sentence.setText(sentence)
        self.words.setText(words)

    def set_voxel(self, text: str) -> None:
        """Say what is known of a voxel."""
        self.voxel.setText(text)
        self.voxel.setVisible(bool(text))

    def set_waves(self, panes: Sequence[Pane], label: str, hint: str = NO_WAVES) -> None:
        """Draw wave functions."""
        self.waves.set_hint(hint)
        self.waves.x_unit = label.partition(" / ")[2]
        self.waves.set_panes(panes, label, "r")

    def _reset(self, slider: HeroSlider, default: float) -> None:
        slider.set_value(default)
        self.gates_changed.emit()
