"""Sweeps: what is run and varied at the left, what came out at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QProgressBar, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.number_field import Bounds
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.labs.sweeps.axes import AxesForm
from tauscope.widgets.labs.sweeps.results import SweepResults
from tauscope.widgets.labs.tool_head import ToolHead
from tauscope.widgets.labs.ufie.bench_form import BenchForm
from tauscope.widgets.labs.ufie.bench_types import BenchSpec, Entry, Value
from tauscope.widgets.plots.chart import scrolled
from tauscope.widgets.texts import Caption, Heading, Label, set_role

SIDE = 336
ESTIMATE_LINES = 3
WHERE = ("workers", "scheduler")
"""Options that may change when a sweep goes on."""
KINDS = (("grid", "grid"), ("list", "list"), ("random", "random"), ("latin", "Latin hypercube"))
FORM = BenchSpec(
    "sweep",
    "Sweep",
    "",
    (
        Entry("kind", "points", "", "grid", choices=KINDS, tip="grid: every combination. list: first values "
              "together, then second ones. random and Latin hypercube: so many points between the ends"),
        Entry("count", "so many", "", 50, Bounds(1, 10**6), whole=True,
              tip="Points that are drawn, of random ones and of a Latin hypercube"),
        Entry("seeds", "seeds", "", 1, Bounds(1, 10**4), whole=True, tip="Runs of each point"),
        Entry("seed", "first seed", "", 1, Bounds(0, 2**63), whole=True,
              tip="The points that are drawn follow from it too"),
        Entry("settle", "ticks", "", 1000, Bounds(0, 10**9), whole=True,
              tip="Macro ticks before anything is read"),
        Entry("measure", "measure", "", 0, Bounds(0, 10**9), whole=True,
              tip="Ticks over which scalars are averaged then; 0 reads them once"),
        Entry("every", "every", "", 10, Bounds(1, 10**6), whole=True,
              tip="Ticks between two samples of a mean"),
        Entry("workers", "processes", "", 1, Bounds(1, 256), whole=True,
              tip="Processes of this machine that work side by side"),
        Entry("scalars", "scalars", "", "", tip="What to keep, with commas; empty for all",
              placeholder="all", wide=True),
        Entry("scheduler", "cluster", "", "", tip="Address of a dask.distributed scheduler, as "
              "tcp://host:8786; empty for this machine", placeholder="this machine", wide=True),
    ),
)  # fmt: skip


class SweepsPanel(QWidget):
    """Set-up and results of sweeps.

    Signals
    -------
    shown()
        It is seen again.
    base_chosen(name)
        A preset of a sweep, or the set-up shown ("").
    changed()
        Something of the set-up was changed.
    start_requested(), pause_requested()
        Start or go on; pause.
    new_requested()
        The sweep that is shown is to make room for another.
    open_requested(), unfinished_chosen(path)
        A file of a sweep is to be opened; one that is not finished.
    view_changed()
        Another scalar, way to look or axis was chosen.
    sheet_requested(), figure_requested()
        What came out is to be saved.
    left()
        The run is to be shown again.
    """

    shown = Signal()
    base_chosen = Signal(str)
    changed = Signal()
    start_requested = Signal()
    pause_requested = Signal()
    new_requested = Signal()
    open_requested = Signal()
    unfinished_chosen = Signal(str)
    view_changed = Signal()
    sheet_requested = Signal()
    figure_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweeps")
        self._running = False
        self.head = ToolHead("Sweeps", "One set-up, many values and seeds")
        self.head.left.connect(self.left)
        self.open = Button("Open…", "open", "Open the file of a sweep")
        self.open.clicked.connect(self.open_requested)
        self.export = Button("", "export", "Save what came out as a table or a figure", "ghost")
        self.export.set_menu(self._export_menu)
        self.base = Pick("What is run")
        self.base.chosen.connect(self.base_chosen)
        self.see = Caption(wrap=True)
        self.axes = AxesForm()
        self.axes.changed.connect(self.changed)
        self.form = BenchForm(FORM)
        self.form.set_shown(True)
        self.form.changed.connect(self.changed)
        self.path = QLineEdit()
        self.path.setAccessibleName("File of the sweep")
        self.path.setToolTip("New file that keeps every result as it comes")
        self.estimate = Caption(wrap=True)
        # Always of one height: the form below must not move while someone types into it.
        self.estimate.setFixedHeight(ESTIMATE_LINES * self.estimate.fontMetrics().lineSpacing())
        self.estimate.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.run = Button("Start", "play", "Run it beside the run of the window", "primary")
        self.run.reserve("Go on")
        self.run.clicked.connect(
            lambda: (self.pause_requested if self._running else self.start_requested).emit()
        )
        self.fresh = Button("New", "restart", "Set up another sweep; this one stays in its file")
        self.fresh.clicked.connect(self.new_requested)
        self.waiting = Pick("Sweeps that are not finished")
        self.waiting.chosen.connect(self.unfinished_chosen)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.status = Caption(wrap=True)
        self.complaint = Label(wrap=True)
        set_role(self.complaint, "trouble")
        self.scalar, self.kind, self.across, self.upwards = (
            Pick(name) for name in ("Scalar", "Way to look", "Across", "Upwards")
        )
        for pick in (self.scalar, self.kind, self.across, self.upwards):
            pick.setToolTip(pick.accessibleName())
            pick.chosen.connect(lambda _value: self.view_changed.emit())
        self.results = SweepResults()
        self._build()
        self.set_waiting(())
        self.set_state("new")
        self.set_trouble("")

    def _build(self) -> None:
        self.head.row.addWidget(self.open)
        self.head.row.addWidget(self.export)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(6)
        self.setting = QWidget()
        inner = QVBoxLayout(self.setting)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        for part in (
            self.base,
            self.see,
            Heading("Varied"),
            self.axes,
            self.form,
            Caption("File"),
            self.path,
        ):
            inner.addWidget(part)
        column.addWidget(self.waiting)
        buttons = QHBoxLayout()
        buttons.addWidget(self.run)
        buttons.addWidget(self.fresh)
        buttons.addStretch(1)
        column.addLayout(buttons)
        for text in (self.progress, self.estimate, self.status, self.complaint):
            column.addWidget(text)
        column.addWidget(self.setting)
        column.addStretch(1)
        self.side = scrolled(side)
        self.side.setFixedWidth(SIDE)
        self.picks = QWidget()
        row = QHBoxLayout(self.picks)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for pick in (self.kind, self.scalar, self.across, self.upwards):
            row.addWidget(pick, 1)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self.picks)
        right.addWidget(self.results, 1)
        body = QHBoxLayout()
        body.setSpacing(10)
        body.addWidget(self.side)
        body.addLayout(right, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 8, 8, 8)
        whole.setSpacing(8)
        whole.addWidget(self.head)
        whole.addLayout(body, 1)

    def sizeHint(self) -> QSize:
        """Room for both columns."""
        return QSize(1100, 640)

    def minimumSizeHint(self) -> QSize:
        """What the smallest window has; columns scroll."""
        return QSize(230, 200)

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that it is seen."""
        super().showEvent(event)
        self.shown.emit()

    @property
    def options(self) -> dict[str, Value]:
        """What the form says."""
        return self.form.values

    def set_bases(self, entries: Sequence[tuple[str, str]], value: str) -> None:
        """Offer what can be run."""
        self.base.set_entries(entries, value)

    def set_options(self, values: Mapping[str, Value]) -> None:
        """Show other options."""
        for name, value in values.items():
            self.form.set_value(name, value)

    def set_waiting(self, paths: Sequence[tuple[str, str]]) -> None:
        """Offer sweeps that are not finished."""
        self.waiting.set_entries((("", f"{len(paths)} not finished: go on with…"), *paths), "")
        self.waiting.setVisible(bool(paths))

    def set_state(self, state: str) -> None:
        """Show whether a sweep is ``new``, ``checked``, ``running``, ``pausing``, ``paused`` or ``done``."""
        self._running = state in ("running", "checked", "pausing")
        looks = {
            "new": ("Start", "play", "primary"), "paused": ("Go on", "play", "primary"),
            "done": ("Done", "check", "plain"),
        }  # fmt: skip
        text, icon_name, kind = looks.get(state, ("Pause", "pause", "danger"))
        self.run.set_look(text, icon_name, "primary" if kind == "primary" else "plain")
        self.run.setEnabled(state not in ("done", "pausing"))
        self.fresh.setVisible(state in ("paused", "done"))
        for part in (self.base, self.axes, self.path):
            part.setEnabled(state == "new")
        for name, field in self.form.fields.items():
            field.setEnabled(state == "new" or (state == "paused" and name in WHERE))
        self.progress.setVisible(state != "new")
        self.open.setEnabled(not self._running)
        self.waiting.setEnabled(not self._running)

    def set_progress(self, done: int, whole: int) -> None:
        """Show how many runs have ended."""
        self.progress.setRange(0, max(whole, 1))
        self.progress.setValue(done)

    def set_estimate(self, text: str) -> None:
        """Say how many runs there are, or how many have ended; the tip has all of what is too long."""
        self.estimate.setText(text)
        self.estimate.setToolTip(text)

    def set_trouble(self, text: str) -> None:
        """Say what is wrong; "" says nothing."""
        self.complaint.setText(text)
        self.complaint.setVisible(bool(text))

    def set_picks(
        self,
        kinds: Sequence[tuple[str, str]],
        scalars: Sequence[str],
        paths: Sequence[str],
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """Offer ways to look, scalars and axes, by their labels; choices that are still there stay."""
        known = {name: (labels or {}).get(name, name) for name in (*scalars, *paths)}
        y = list(paths)[1:] or list(paths)
        for pick, entries, first in (
            (self.kind, kinds, kinds[0][0] if kinds else ""),
            (self.scalar, [(name, known[name]) for name in scalars], scalars[0] if scalars else ""),
            (
                self.across,
                [(path, f"→ {known[path]}") for path in paths],
                paths[0] if paths else "",
            ),
            (self.upwards, [(path, f"↑ {known[path]}") for path in paths], y[0] if y else ""),
        ):
            kept = pick.value if pick.value in dict(entries) else first
            pick.set_entries(tuple(entries), kept)
            if pick is not self.kind:
                for place, (name, _text) in enumerate(entries):
                    pick.setItemData(place, name, Qt.ItemDataRole.ToolTipRole)
        self.picks.setVisible(bool(scalars))
        self.export.setEnabled(bool(scalars))

    def show_picks(self) -> None:
        """Show the picks that mean something for the chosen way to look."""
        kind = self.kind.value
        self.scalar.setVisible(kind != "runs")
        self.across.setVisible(kind != "runs")
        self.upwards.setVisible(
            kind in ("map", "linear", "nearest", "multiples") and self.upwards.count() > 1
        )

    def _export_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction("Save table as CSV…", self.sheet_requested.emit)
        figure = menu.addAction("Save figure…", self.figure_requested.emit)
        figure.setEnabled(self.kind.value != "runs")
        return menu
