"""Experiments of the gravity lab: what each expects, a run in a process of its own, and its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tauscope.app import experiment_files
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.parts.bench_files import save_as, save_figure
from tauscope.app.parts.experiment_list import QUICK, SPECS, settings_of
from tauscope.app.parts.experiment_results import result_of
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.parts.study_job import StudyJob
from tauscope.app.parts.ufie_bench_results import sheet_of
from tauscope.app.sheets import Sheet
from tauscope.app.studies import StudyTask
from tauscope.engine.errors import BadInput
from tauscope.engine.study import Report
from tauscope.widgets.labs.gravity.experiments import ExperimentsPanel

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

ENGINE, STUDY, DOCK = "gravity", "experiment", "experiments"


@dataclass(frozen=True)
class Made:
    """A report, and what was set for it."""

    report: Report
    settings: Mapping[str, Any]


class Experiments(Part):
    """Dock of the experiments.

    Parameters
    ----------
    lab : Lab
        Whose lattice may be tried, and whose messages are used.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = ExperimentsPanel(SPECS)
        self.job = StudyJob(self)
        self.made: dict[str, Made] = {}
        """The last report of each."""
        self._asked: tuple[str, Mapping[str, Any], Mapping[str, Any]] | None = None

    def docks(self) -> Sequence[Dock]:
        """Experiments."""
        return (Dock(DOCK, "Experiments", self.panel, "tau", shown=False, engines=(ENGINE,)),)

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        return (
            ActionSpec(
                "show_experiments",
                "&Run",
                "E&xperiments…",
                self.show,
                tip="Named experiments with PASS or FAIL for every quantity, in a process of their own",
                engines=(ENGINE,),
            ),
        )

    def help_page(self, dock: str) -> str:
        """Page of the experiment that is chosen."""
        return f"experiment_{self.panel.key}" if dock == DOCK else ""

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel and the worker."""
        panel, job = self.panel, self.job
        panel.run_requested.connect(self.run)
        panel.cancel_requested.connect(self._cancel)
        panel.sheet_requested.connect(lambda: save_sheet(self.lab, "Export table", panel.key, self.sheet))
        panel.figure_requested.connect(self.save_figure_dialog)
        panel.report_requested.connect(self.save_report_dialog)
        job.advanced.connect(panel.set_progress)
        job.done.connect(self._done)
        job.failed.connect(self._failed)

    def close(self) -> None:
        """End the worker."""
        self.job.close()

    # -- runs

    def show(self) -> None:
        """Show the dock."""
        dock = self.lab.window.docks[DOCK]
        dock.show()
        dock.raise_()

    def run(self, key: str, options: Mapping[str, Any]) -> None:
        """Start an experiment in a worker process."""
        if self.job.running:
            return
        content = self.lab.document.content
        lattice = content.configs.get(ENGINE)
        try:
            settings = settings_of(key, options, None if lattice is None else lattice.dump())
            given = {"name": key, "set": settings}
            self.job.start(StudyTask(ENGINE, STUDY, content.seed, bool(options[QUICK]), given))
        except BadInput as error:
            self.panel.set_trouble(str(error))
            return
        self._asked = key, dict(options), settings
        self.panel.set_progress(0.0, "Starting a worker process…", key)

    def _cancel(self) -> None:
        self.job.cancel()
        self.panel.set_progress(0.0, "Stopping…")

    def _done(self, report: Report) -> None:
        self.panel.set_progress(None)
        if self._asked is None:
            return
        key, options, settings = self._asked
        self.made[key] = Made(report, settings)
        self.panel.set_result(key, result_of(report, options), options)

    def _failed(self, why: str) -> None:
        self.panel.set_failed(why)

    # -- files

    def sheet(self) -> Sheet | None:
        """What is shown, as columns."""
        view = self.panel.view
        return None if view is None else sheet_of(view, self._origin())

    def save_figure_dialog(self) -> None:
        """Ask for a file and save the figure that is shown."""
        key = self.panel.key
        title, caption = self.panel.specs[key].title, " · ".join(self._origin())
        save_figure(self.lab, self.panel.view, key, title, caption)

    def save_report_dialog(self) -> None:
        """Ask for a new folder and save the whole report in it: Markdown, JSON, CSV, HDF5 and figures."""
        made = self.made.get(self.panel.key)
        if made is None:
            return

        def write(to: Path) -> Path:
            folder = experiment_files.make_folder(to)
            experiment_files.write(made.report, folder, dict(made.settings), experiment_files.FORMATS)
            return folder

        suggested = self.lab.files.suggestion("", self.panel.key)
        save_as(self.lab, "Save report", "report", suggested, "New folder (*)", write)

    def _origin(self) -> tuple[str, ...]:
        """Where the numbers come from."""
        result, key = self.panel.result, self.panel.key
        notes = () if result is None else (*result.notes, result.summary)
        seed = self.lab.document.content.seed
        return (f"Tauscope, experiment {key} of the engine {ENGINE}, seed {seed}", *(n for n in notes if n))
