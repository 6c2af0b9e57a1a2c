"""V(R) bench and phase map: potentials of charge and gauge, measured in a worker and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.parts.bench_files import save_as, save_figure
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.potential_bench_list import (
    BENCHES,
    CHARGE,
    ENGINES,
    GAUGE,
    PHASES,
    SHOWN,
    STUDIES,
    task_options,
    unused_times,
)
from tauscope.app.parts.potential_results import result_of
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.parts.study_job import StudyJob
from tauscope.app.parts.ufie_bench_results import sheet_of
from tauscope.app.reports import write_report
from tauscope.app.sheets import Sheet
from tauscope.app.studies import StudyTask
from tauscope.engine.config import EngineConfig
from tauscope.engine.errors import BadInput
from tauscope.engine.potential.report import Reading, readings
from tauscope.engine.study import Report
from tauscope.widgets.controls.numbers import tidy_digits
from tauscope.widgets.labs.potential.bench import CELLS, PotentialPanel
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

DOCK = "potential"
KEPT = 6
"""Potentials that are kept for comparison, the latest ones."""
NO_GAUGE = "No gauge theory runs in this window: a lattice of the bench’s own is measured."
FOREIGN = {
    CHARGE.key: "No charge model runs in this window: its standard set-up is measured, for comparison.",
    GAUGE.key: NO_GAUGE,
    PHASES.key: NO_GAUGE,
}
"""What a bench of another engine than the one that runs says."""
CHANGED = "The set-up was changed since; this is the result of the set-up before."


@dataclass(frozen=True)
class Made:
    """A report, the options of its form, and the configuration of the window that it was made from."""

    report: Report
    options: Mapping[str, Any]
    shown: EngineConfig | None


class PotentialBench(Part):
    """Dock of the V(R) bench and the phase map."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = PotentialPanel(BENCHES, lengths=(CHARGE.key,))
        self.job = StudyJob(self)
        self.kept: dict[str, Reading] = {}
        """Potentials by what they are of, the latest last."""
        self._made: dict[str, Made] = {}
        self._asked: tuple[str, Mapping[str, Any], EngineConfig | None] | None = None
        self._unit = CELLS

    def docks(self) -> Sequence[Dock]:
        """V(R) bench."""
        return (Dock(DOCK, "V(R) bench", self.panel, "probes", engines=("charge", "gauge")),)

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        return (
            ActionSpec(
                "measure_potential",
                "&Run",
                "Measure &V(R)",
                self.measure_now,
                tip="Potential against separation of this set-up, in a process of its own",
                engines=("charge", "gauge"),
            ),
            ActionSpec(
                "phase_map",
                "&Run",
                "Phase map over β",
                lambda: self._run_now(PHASES.key),
                tip="Mean plaquette, Creutz ratio and coupling against β, in a process of its own",
                engines=("gauge",),
            ),
        )

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel and the worker."""
        panel, job = self.panel, self.job
        panel.run_requested.connect(self.run)
        panel.cancel_requested.connect(self._cancel)
        panel.phase_chosen.connect(self.set_beta)
        panel.unit_chosen.connect(self._unit_chosen)
        panel.sheet_requested.connect(lambda: save_sheet(self.lab, "Export table", panel.key, self.sheet))
        panel.figure_requested.connect(self.save_figure_dialog)
        panel.report_requested.connect(self.save_report_dialog)
        panel.bench_chosen.connect(lambda _key: self._mark())
        panel.forms[CHARGE.key].changed.connect(self._mark_times)
        job.advanced.connect(panel.set_progress)
        job.done.connect(self._done)
        job.failed.connect(self._failed)
        self.lab.window.docks[DOCK].visibilityChanged.connect(
            lambda _seen: QTimer.singleShot(0, self, self._mark)
        )

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """Mark the present beta; say that a result is of another set-up."""
        if before.configs != after.configs:
            self._mark()

    def prepared(self, content: Content) -> None:
        """Show a bench of the engine that runs."""
        self._choose_for(content)
        self._mark()

    def edits_locked(self, locked: bool) -> None:
        """Beta is not set while a recording is shown."""
        del locked
        self.panel.set_locked(self.lab.editing.locked)

    def close(self) -> None:
        """End the worker."""
        self.job.close()

    # -- benches

    def measure_now(self) -> None:
        """Show the dock and measure the potential of the engine that runs."""
        engines = self.lab.document.content.configs
        self._run_now(GAUGE.key if "gauge" in engines else CHARGE.key)

    def _run_now(self, key: str) -> None:
        dock = self.lab.window.docks[DOCK]
        dock.show()
        dock.raise_()
        self.panel.ask(key)

    def _choose_for(self, content: Content) -> None:
        key = GAUGE.key if "gauge" in content.configs else CHARGE.key
        if ENGINES[self.panel.key] not in content.configs:
            self.panel.choose(key)

    def run(self, key: str, options: Mapping[str, Any]) -> None:
        """Start a bench in a worker process."""
        if self.job.running:
            return
        content, engine = self.lab.document.content, ENGINES[key]
        shown = content.configs.get(engine)
        try:
            given = task_options(key, options, None if shown is None else shown.dump())
            self.job.start(StudyTask(engine, STUDIES[key], seed=content.seed, options=given))
        except BadInput as error:
            self.panel.set_trouble(str(error))
            return
        self._asked = key, dict(options), shown
        self.panel.set_progress(0.0, "Starting a worker process…", key)

    def _cancel(self) -> None:
        self.job.cancel()
        self.panel.set_progress(0.0, "Stopping…")

    def _done(self, report: Report) -> None:
        self.panel.set_progress(None)
        if self._asked is None:
            return
        key, options, shown = self._asked
        self._made[key] = Made(report, options, shown)
        if key != PHASES.key:
            for one in readings(report):
                self.kept.pop(one.label, None)
                self.kept[one.label] = one
            for label in list(self.kept)[:-KEPT]:
                del self.kept[label]
        self._show(key)

    def _failed(self, why: str) -> None:
        self.panel.set_failed(why)

    def _unit_chosen(self, unit: str) -> None:
        self._unit = unit
        for key in self._made:
            if key == CHARGE.key:
                self._show(key)

    def _show(self, key: str) -> None:
        """Draw a result, with all kept potentials beside it."""
        made = self._made[key]
        own = {one.label for one in readings(made.report)} if key != PHASES.key else set()
        others = [one for label, one in self.kept.items() if label not in own]
        gauge = "gauge" in self.lab.document.content.configs
        found = result_of(
            made.report, made.options, self._unit if key == CHARGE.key else CELLS, others, pickable=gauge
        )
        self.panel.set_result(key, found, made.options)
        self._mark()

    def set_beta(self, beta: float) -> None:
        """Set beta to that of a point: one undoable step."""
        content = self.lab.document.content
        config = content.configs.get("gauge")
        if config is None or self.lab.editing.is_locked():
            return
        value = tidy_digits(beta, 6)
        changed = replace(content.focused("gauge"), config=config.with_value("beta", value))
        self.lab.history.push(changed.focused(content.engine), f"Set β to {value:.4g}")

    def _mark(self) -> None:
        """Mark the present beta, and results of another set-up, if anyone can see it."""
        if not in_sight(self.panel):
            return
        configs: Mapping[str, Any] = self.lab.document.content.configs
        self._mark_times()
        self.panel.set_foreign("" if ENGINES[self.panel.key] in configs else FOREIGN[self.panel.key])
        gauge = configs.get("gauge")
        if gauge is not None:
            self.panel.set_phase(gauge.beta)
        for key, made in self._made.items():
            now = configs.get(ENGINES[key])
            chosen = made.options.get("lattice", made.options.get("mode"))
            # A mode or lattice of its own, and a set-up that is gone, cannot be outdated.
            other = (
                chosen == SHOWN and None not in (now, made.shown) and _of(key, now) != _of(key, made.shown)
            )
            self.panel.set_outdated(key, CHANGED if other else "")

    def _mark_times(self) -> None:
        """Disable the times of a measurement that has none."""
        form = self.panel.forms[CHARGE.key]
        shown = self.lab.document.content.configs.get("charge")
        for name, why in unused_times(form.values, None if shown is None else shown.dump()).items():
            form.set_enabled(name, why)

    # -- files

    def sheet(self) -> Sheet | None:
        """What is shown, as columns."""
        view = self.panel.view
        return None if view is None else sheet_of(view, self._origin())

    def save_figure_dialog(self) -> None:
        """Ask for a file and save the figure that is shown."""
        key = self.panel.key
        title, caption = self.panel.specs[key].title, " · ".join(self._origin())
        save_figure(self.lab, self.panel.view, self._name, title, caption)

    def save_report_dialog(self) -> None:
        """Ask for a file and save the whole report."""
        made, origin = self._made.get(self.panel.key), self._origin()
        if made is not None:
            suggested = self.lab.files.suggestion(".json", self._name)
            save_as(self.lab, "Save report", "report", suggested, "Report (*.json)",
                    lambda to: write_report(to, made.report, origin))  # fmt: skip

    @property
    def _name(self) -> str:
        return f"{self.lab.document.content.preset or 'run'}-{self.panel.key}"

    def _origin(self) -> tuple[str, ...]:
        """Where the numbers come from."""
        content, result, key = self.lab.document.content, self.panel.result, self.panel.key
        notes = () if result is None else (*result.notes, result.summary)
        run = f", preset {content.preset or '–'}" if ENGINES[key] in content.configs else ""
        bench = f"Tauscope, study {STUDIES[key]} of the engine {ENGINES[key]}, seed {content.seed}{run}"
        return (bench, *(note for note in notes if note))


def _of(key: str, config: Any) -> Any:
    """What a result depends on: a phase map goes through all beta."""
    return config.model_copy(update={"beta": 1.0}) if key == PHASES.key else config
