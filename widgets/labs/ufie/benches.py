"""Benches: a choice of bench, its form, progress, and what it found as plots, map and verdicts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.labs.ufie.bench_form import BenchForm
from tauscope.widgets.labs.ufie.bench_map import ResponseMap
from tauscope.widgets.labs.ufie.bench_plot import BenchPlane
from tauscope.widgets.labs.ufie.bench_table import BenchTableView
from tauscope.widgets.labs.ufie.bench_types import (
    BenchMap,
    BenchPlot,
    BenchResult,
    BenchSpec,
    BenchTable,
    Value,
    View,
)
from tauscope.widgets.plots.chart import scrolled
from tauscope.widgets.plots.plane import Mark
from tauscope.widgets.texts import Caption, Label, set_role

BARE_BELOW = 320
"""Height in pixels below which there is no empty plot beside the form."""
ROOMY = 420
"""Height in pixels from which all of the summary is shown."""
LEAST = 130
"""Height in pixels to which the panel can be drawn."""
LEAST_FORM = 60
"""Height in pixels that the options have at least; they scroll."""
EDGES = 30
"""Pixels that margins and a scroll bar take of the width of the form."""
LIVE_TIP = (
    "Let Δϕ of the running wave go to and fro from 0 to 2π by itself, by simulated time. Esc or Stop ends "
    "it, undo takes it back."
)


class BenchesPanel(QWidget):
    """Benches of the wave, one at a time.

    Signals
    -------
    run_requested(key, options), cancel_requested()
        A bench is to be run, or that is to end.
    bench_chosen(key)
        Another bench is shown.
    phase_chosen(dphi)
        A place of the response was picked: Δϕ is to be set to it.
    live_requested(period), live_ended()
        Δϕ is to be scanned live, or that is to end.
    sheet_requested(), figure_requested()
        What is shown is to be saved.
    """

    run_requested = Signal(str, object)
    cancel_requested = Signal()
    bench_chosen = Signal(str)
    phase_chosen = Signal(float)
    live_requested = Signal(float)
    live_ended = Signal()
    sheet_requested = Signal()
    figure_requested = Signal()

    PICKED = "Click a place to set Δϕ to it."
    """What picking a place of the response does."""
    NOW = "Δϕ now"
    FORM_ABOVE = ROOMY
    """Height in pixels from which the form stands above the results for good."""

    def __init__(self, specs: Sequence[BenchSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("benches")
        self.specs = {spec.key: spec for spec in specs}
        self.key = specs[0].key
        self.results: dict[str, BenchResult] = {}
        self._asked_for: dict[str, Mapping[str, Value]] = {}
        """Options of the results that are shown."""
        self._views: dict[str, str] = {}
        self._outdated: dict[str, str] = {}
        self._unfinished: dict[str, str] = {}
        """How the last run of each ended, where it brought no result."""
        self._running = ""
        self._live = False
        self._phase = math.nan
        self._locked = ""
        self.choice = Pick("Bench")
        self.choice.set_entries([(spec.key, spec.title) for spec in specs], self.key)
        self.choice.chosen.connect(self.choose)
        self.run = Button("Run", "play", "Run it in a process of its own, beside the run shown", "primary")
        self.run.reserve("Cancel")
        self.run.clicked.connect(self._pressed)
        self.more = Button("Options", tip="Show the options, in the place of the results")
        self.more.setCheckable(True)
        self.more.clicked.connect(self._arrange)
        self.export = Button("", "export", "Save what is shown as a table or a figure", "ghost")
        self.export.set_menu(self._export_menu)
        self.forms = {spec.key: BenchForm(spec) for spec in specs}
        self.form_stack = QWidget()
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.status = Caption(wrap=True)
        self.remark = Label(wrap=True)
        set_role(self.remark, "warning")
        self.complaint = Label(wrap=True)
        set_role(self.complaint, "trouble")
        self.views = Pick("What is shown")
        self.views.chosen.connect(self._view_chosen)
        self.verdict = Label()
        self.plane = BenchPlane("Result of the bench")
        self.plane.picked.connect(self._picked)
        self.map = ResponseMap("Response over Δϕ")
        self.map.picked.connect(self.phase_chosen)
        self.table = BenchTableView()
        self.shown = QStackedWidget()
        self.period = NumberField("s", Bounds(0.01, 1e4), name="Simulated time from 0 to 2π")
        self.period.setToolTip("Simulated time from one end of the range to the other")
        self.period.set_value(10.0)
        self.period.edited.connect(lambda value, _phase: self.period.set_value(value))
        self.live = Button("Scan live", "swap", LIVE_TIP)
        self.live.reserve("Stop scan")
        self.live.clicked.connect(self._live_pressed)
        self.live_row = QWidget()
        self._build()
        self.set_progress(None)
        self.choose(self.key)

    def _build(self) -> None:
        forms = QVBoxLayout(self.form_stack)
        forms.setContentsMargins(0, 0, 4, 0)
        for form in self.forms.values():
            forms.addWidget(form)
            form.changed.connect(self._say)
        live = QHBoxLayout(self.live_row)
        live.setContentsMargins(0, 4, 0, 0)
        live.setSpacing(8)
        live.addWidget(Caption("One way in"))
        self.period.setFixedWidth(92)
        live.addWidget(self.period)
        live.addWidget(self.live)
        live.addStretch(1)
        forms.addWidget(self.live_row)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.choice, 1)
        head.addWidget(self.run)
        head.addWidget(self.more)
        head.addWidget(self.export)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.views, 1)
        line.addWidget(self.verdict)
        self.view_line = QWidget()
        self.view_line.setLayout(line)
        line.setContentsMargins(0, 0, 0, 0)
        for part in (self.plane, self.map, self.table):
            self.shown.addWidget(part)
        self.form_area = scrolled(self.form_stack)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(self.form_area)
        for text in (self.complaint, self.remark, self.status):
            column.addWidget(text)
        column.addWidget(self.view_line)
        self.body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self.body.setSpacing(6)
        self.body.addWidget(self.shown, 3)
        column.addLayout(self.body, 1)
        self._column = column

    def sizeHint(self) -> QSize:
        """Room for a form and a plot."""
        return QSize(400, 360)

    def minimumSizeHint(self) -> QSize:
        """As wide as its parts ask, and low: what is in it scrolls or gives way."""
        return QSize(super().minimumSizeHint().width(), LEAST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low dock the results have the room of the form."""
        super().resizeEvent(event)
        self._arrange()

    # -- which bench

    def choose(self, key: str) -> None:
        """Show another bench."""
        self.key = key
        self.choice.set_value(key)
        for name, form in self.forms.items():
            form.set_shown(name == key)
        self.live_row.setVisible(key == "scan")
        self.set_trouble("")
        self._offer_views()
        self._arrange()
        self.bench_chosen.emit(key)

    @property
    def result(self) -> BenchResult | None:
        """What the bench that is shown has found."""
        return self.results.get(self.key)

    @property
    def view(self) -> View | None:
        """Plot, map or table that is shown."""
        return None if self.result is None else self.result.view(self._views.get(self.key, ""))

    @property
    def options(self) -> dict[str, Value]:
        """What the form says."""
        return self.forms[self.key].values

    # -- told from outside

    def set_progress(self, fraction: float | None, text: str = "", key: str = "") -> None:
        """Show how far a bench is; None: none runs."""
        self._running = (key or self._running or self.key) if fraction is not None else ""
        self._unfinished.pop(self._running, None)
        self.progress.setVisible(fraction is not None)
        self.progress.setValue(round(1000 * (fraction or 0.0)))
        self.run.set_look(*(("Cancel", "stop", "danger") if self._running else ("Run", "play", "primary")))
        self._text = text
        self._say()

    def set_trouble(self, text: str) -> None:
        """Say why nothing came out; "" says nothing."""
        self.complaint.setText(text)
        self.complaint.setVisible(bool(text))
        self._fit_form()

    def set_failed(self, why: str) -> None:
        """Say that the run has ended without a result, and why; "" where it was cancelled."""
        key = self._running or self.key
        self._unfinished[key] = "The run ended without a result." if why else "The run was cancelled."
        self.set_trouble(why)
        self.set_progress(None)

    def set_result(self, key: str, result: BenchResult, options: Mapping[str, Value]) -> None:
        """Show what a bench found, and with which options."""
        self.results[key] = result
        self._asked_for[key] = dict(options)
        self._outdated.pop(key, None)
        self._unfinished.pop(key, None)
        if result.view(self._views.get(key, "")) is None:
            self._views[key] = result.views[0].key
        self.more.setChecked(False)
        self.set_trouble("")
        if key == self.key:
            self._offer_views()
            self._arrange()

    def set_outdated(self, key: str, why: str) -> None:
        """Say that a result belongs to another set-up; "" says that it does not."""
        if why != self._outdated.get(key, ""):
            self._outdated[key] = why
            self._say()

    def set_phase(self, dphi: float) -> None:
        """Mark the present Δϕ."""
        if dphi != self._phase:
            self._phase = dphi
            self._mark()

    def set_locked(self, why: str) -> None:
        """Say why Δϕ cannot be set from here; "" allows it again."""
        self._locked = why
        self.map.pickable = not why
        self.live.setEnabled(not why or self._live)
        self.live.setToolTip(why or LIVE_TIP)
        self._say()

    def set_live(self, on: bool) -> None:
        """Show whether Δϕ is being scanned."""
        self._live = on
        self.live.set_look(*(("Stop scan", "stop", "danger") if on else ("Scan live", "swap", "plain")))
        self.live.setEnabled(on or not self._locked)
        self._arrange()

    # -- what is shown

    def _offer_views(self) -> None:
        result = self.result
        self.export.setEnabled(result is not None)
        if result is None:
            self.plane.set_content(())
            self.plane.set_labels(())
            self.plane.set_hint(self.specs[self.key].hint)
            self.shown.setCurrentWidget(self.plane)
            return
        self.views.set_entries([(view.key, view.title) for view in result.views], self._views[self.key])
        self._judge(result)
        self._draw(fresh=True)

    def _judge(self, result: BenchResult) -> None:
        """Show the verdict; without its colour where it is not that of the last run, or options changed."""
        before = self.key == self._running or self.key in self._unfinished
        said = result.headline or ("All hold" if result.passed else "Not all hold")
        self.verdict.setVisible(result.passed is not None or bool(result.headline))
        self.verdict.setText(f"Run before: {said}" if before else said)
        plain = result.passed is None or before or self._asked_for.get(self.key) != self.options
        set_role(self.verdict, "" if plain else "good" if result.passed else "trouble")

    def _view_chosen(self, key: str) -> None:
        self._views[self.key] = key
        self._draw(fresh=True)
        self._say()

    def _draw(self, fresh: bool) -> None:
        view = self.view
        if isinstance(view, BenchPlot):
            self.plane.show_plot(view, self._marks(view), fresh)
            self.shown.setCurrentWidget(self.plane)
        elif isinstance(view, BenchMap):
            if fresh:
                self.map.show_map(view)
            self.map.set_now(self._phase)
            self.shown.setCurrentWidget(self.map)
        elif isinstance(view, BenchTable):
            self.table.show_table(view)
            self.shown.setCurrentWidget(self.table)

    def _marks(self, view: BenchPlot) -> tuple[Mark, ...]:
        seen = view.pickable and math.isfinite(self._phase)
        return (Mark("now", self._phase, self.NOW, color="text", dashed=False),) if seen else ()

    def _mark(self) -> None:
        view = self.view
        if isinstance(view, BenchMap):
            self.map.set_now(self._phase)
        elif isinstance(view, BenchPlot) and view.pickable:
            self.plane.set_content(view.series, self._marks(view))

    def _arrange(self) -> None:
        low = self.height() < self.FORM_ABOVE and self.result is not None
        form = not low or self.more.isChecked()
        # Before the first result a low dock has the form alone.
        bare = self.result is None and self.height() < BARE_BELOW
        results = not bare and (not low or not self.more.isChecked())
        self.more.setVisible(low)
        self.form_area.setVisible(form)
        self.shown.setVisible(results)
        self.view_line.setVisible(results and self.result is not None)
        if form:
            self.forms[self.key].fit_width(self.width() - EDGES)
        self._say()

    def _fit_form(self) -> None:
        """Give the form what the rest leaves; the plot has its least room, where it is shown.

        Whatever asks for more than there is would be painted over what stands below.
        """
        if self.form_area.isHidden():
            return
        margins, gap, width = self._column.contentsMargins(), self._column.spacing(), self.width() - EDGES
        taken = margins.top() + margins.bottom() + self.run.sizeHint().height() + gap
        for part in (self.progress, self.complaint, self.remark, self.status, self.view_line):
            if not part.isHidden():
                high = part.heightForWidth(width) if part.hasHeightForWidth() else part.sizeHint().height()
                taken += high + gap
        if not self.shown.isHidden():
            taken += self.shown.minimumSizeHint().height() + gap
        room = max(self.height() - taken, LEAST_FORM)
        self.form_area.setFixedHeight(min(self.form_stack.sizeHint().height(), room))

    def _say(self) -> None:
        if not hasattr(self, "_column"):
            return
        key, result = self.key, self.result
        why = self._outdated.get(key, "")
        if not why and result is not None and self._asked_for.get(key) != self.options:
            why = "The options were changed since; this is the result of those before."
        why = why or ("" if result is None else self._caution(result))
        if ended := self._unfinished.get(key, ""):
            why = ended if result is None else f"{ended} What is shown is of the run before."
        if result is not None:
            self._judge(result)
        self.remark.setText(why)
        self.remark.setVisible(bool(why) and not self._running)
        text = self._text if self._running else ""
        if not text and result is not None and self.height() >= ROOMY:
            view = self.view
            pickable = isinstance(view, BenchMap) or (isinstance(view, BenchPlot) and view.pickable)
            how = self._locked or (self.PICKED if pickable else "")
            text = " ".join(part for part in (self._summary(result), how) if part)
        self.status.setText(text)
        self.status.setVisible(bool(text))
        self.shown.setToolTip("" if result is None else "\n".join((result.summary, *result.notes)))
        self._fit_form()

    def _caution(self, result: BenchResult) -> str:
        """What the remark says of a result that is up to date."""
        return result.caution

    def _summary(self, result: BenchResult) -> str:
        """What the line of the status says of a result."""
        return result.summary

    # -- what the user does

    def ask(self, key: str = "") -> None:
        """Ask for a run of a bench with what its form says; nothing while one runs."""
        if key:
            self.choose(key)
        if not self._running:
            self.set_trouble("")
            self.run_requested.emit(self.key, self.options)

    def _pressed(self) -> None:
        if self._running:
            self.cancel_requested.emit()
        else:
            self.ask()

    def _live_pressed(self) -> None:
        if self._live:
            self.live_ended.emit()
        else:
            self.live_requested.emit(self.period.value or 10.0)

    def _picked(self, series: str, index: int) -> None:
        view = self.view
        if isinstance(view, BenchPlot) and view.pickable and not self._locked:
            found = next(one for one in view.series if one.key == series)
            self.phase_chosen.emit(float(found.x[index]))

    def _export_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Save table as CSV…", self.sheet_requested.emit)
        figure = menu.addAction("Save figure…", self.figure_requested.emit)
        figure.setEnabled(not isinstance(self.view, BenchTable))
        return menu
