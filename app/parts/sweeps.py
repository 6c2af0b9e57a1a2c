"""Sweeps in the window: set up, watched, paused, gone on with, looked at, and opened run by run."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog

from tauscope.app import memory_check, sweep_presets
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.heat_figures import write_views
from tauscope.app.labs import SWEEPS
from tauscope.app.outputs import fresh
from tauscope.app.parts.atomx_map import AtomxMap
from tauscope.app.parts.part import Part
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.sheets import Sheet
from tauscope.app.sweep import Outcome, Pool, check_new, resumed
from tauscope.app.sweep_cluster import ClusterPool
from tauscope.app.sweep_file import SweepData, load
from tauscope.app.sweep_job import SweepJob
from tauscope.app.sweep_labels import labelled, labelled_table, labels_of
from tauscope.app.sweep_local import LocalPool
from tauscope.app.sweep_opening import open_run
from tauscope.app.sweep_task import Result, Task
from tauscope.app.sweep_views import Multiple, counts, kinds, origin, runs_table, sheet, views_of
from tauscope.app.sweep_wish import (
    OF_FILE,
    SHOWN,
    Wish,
    content_of_run,
    estimate,
    parameters,
    suggested,
    unfinished,
    values_text,
)
from tauscope.engine.errors import BadInput, Cancelled
from tauscope.engine.sweep_plan import Point
from tauscope.widgets.controls.numbers import format_duration
from tauscope.widgets.dialogs import ask_file
from tauscope.widgets.labs.sweeps.panel import SweepsPanel
from tauscope.widgets.plots.heat_types import Heat
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

DRAW_MS = 150
"""Least time between two drawings of results that come in."""
OPTIONS = ("kind", "count", "seeds", "seed", "settle", "measure", "every", "scalars")
"""Entries of the form that a preset of a sweep sets."""
NO_FILE = "No name is given for the file of the sweep."


class Sweeps(Part):
    """The tool “Sweeps”."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = SweepsPanel()
        self.job = SweepJob(self)
        self.data: SweepData | None = None
        """Sweep that is shown, with the results so far."""
        self.path: Path | None = None
        self._shown: list[Multiple] = []
        """Maps and curves that are shown."""
        self._began = (0.0, 0)
        """When it was started last, and how many runs had ended then."""
        self._begun = False
        self._bases: tuple[tuple[str, str], ...] = ()
        self._of_file: tuple[str, Task] | None = None
        """Title and task of the file that was opened last."""
        self._drawing = QTimer(self)
        self._drawing.setSingleShot(True)
        self._drawing.setInterval(DRAW_MS)
        self._drawing.timeout.connect(self._draw)
        lab.window.add_centre(SWEEPS.centre, self.panel)

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        tip = "Run a set-up with many values and seeds, and look at what comes out"
        return (ActionSpec("sweep_runs", "&Run", "Sweeps", self.show, tip=tip),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel and to the thread."""
        panel, job = self.panel, self.job
        panel.left.connect(self.lab.shell.leave_tool)
        panel.shown.connect(self._seen)
        panel.base_chosen.connect(self.choose_base)
        panel.changed.connect(self._set_up_changed)
        panel.start_requested.connect(self.start)
        panel.pause_requested.connect(self.pause)
        panel.new_requested.connect(self.make_new)
        panel.open_requested.connect(self.ask_open)
        panel.unfinished_chosen.connect(self.open)
        panel.view_changed.connect(self._draw)
        panel.sheet_requested.connect(lambda: save_sheet(self.lab, "Export sweep", "sweep", self.sheet))
        panel.figure_requested.connect(self.ask_figure)
        panel.results.picked.connect(self._picked)
        panel.results.run_picked.connect(self.open_run)
        job.result.connect(self._result)
        job.ended.connect(self._ended)

    def content_changed(self, before: Content, after: Content) -> None:
        """Offer the parameters of another set-up."""
        if before.configs != after.configs and in_sight(self.panel):
            self._offer()

    def close(self) -> None:
        """Pause a sweep that runs; its file can be gone on with."""
        self.job.close()

    def show(self) -> None:
        """Let sweeps have the window."""
        self.lab.shell.show_tool(SWEEPS)

    # -- setting up

    def _seen(self) -> None:
        panel = self.panel
        if not self._begun:
            self._begun = True
            panel.form.set_value("workers", os.cpu_count() or 1)
            names = [(name, sweep_presets.load(name).title) for name in sweep_presets.names()]
            self._bases = ((SHOWN, "The set-up shown"), *names)
            panel.set_bases(self._bases, SHOWN)
            self.choose_base(SHOWN)
            panel.set_picks((), (), ())
        self._offer()
        self._look_for_unfinished()

    def _look_for_unfinished(self) -> None:
        folder = self.lab.files.folder
        self.lab.background.run(lambda: unfinished(folder), self._offer_unfinished)

    def _offer(self) -> None:
        self.panel.axes.set_known(parameters(self.lab.document.content))
        self._set_up_changed()

    def _offer_unfinished(self, paths: list[Path]) -> None:
        own = self.path if self.job.running or self.data is not None else None
        self.panel.set_waiting([(str(path), path.name) for path in paths if path != own])

    def choose_base(self, name: str) -> None:
        """Fill the form with a preset of a sweep, or with a first parameter of the set-up shown."""
        panel, content = self.panel, self.lab.document.content
        panel.base.set_value(name)
        if name == OF_FILE:  # the form has its values already
            self._set_up_changed()
            return
        if name == SHOWN:
            wish, see = Wish(SHOWN, (suggested(content),)), ""
        else:
            preset = sweep_presets.load(name)
            wish, see = Wish.of_preset(name), f"{preset.summary} {preset.see}".strip()
        panel.see.setText(see)
        panel.see.setVisible(bool(see))
        panel.axes.set_axes(wish.vary)
        panel.set_options({key: getattr(wish, key) for key in OPTIONS})
        panel.path.setText(self._suggestion(name or self._stem()))
        self._set_up_changed()

    def _suggestion(self, name: str) -> str:
        return str(fresh(self.lab.files.folder / f"sweep-{name}-{time.strftime('%Y%m%d-%H%M%S')}.h5"))

    def wish(self) -> Wish:
        """What the form says."""
        options: dict[str, Any] = dict(self.panel.options)
        del options["workers"], options["scheduler"]
        return Wish(self.panel.base.value, self.panel.axes.axes, **options, of_file=self._of_file)

    def _workers(self) -> int:
        """Processes that work side by side, 0 where nobody knows."""
        options = self.panel.options
        return 0 if str(options["scheduler"]).strip() else int(options["workers"])

    def _set_up_changed(self) -> None:
        """Say how many runs there are, and how long they take."""
        if self.data is not None:
            return
        panel = self.panel
        try:
            data = self.wish().sweep(self.lab.document.content)
            data.plan.check()
        except BadInput as error:
            panel.set_estimate(str(error))
            return
        rate = self.lab.simulation.loop.meters.rate if panel.base.value == SHOWN else 0.0
        panel.set_estimate(estimate(data, rate, self._workers()))

    # -- running

    def start(self) -> None:
        """Start the sweep of the form, or go on with the one that is shown."""
        panel, again = self.panel, self.data is not None
        if self.job.running:
            return
        panel.set_trouble("")
        try:
            if self.data is None or self.path is None:
                name = panel.path.text().strip()
                if not name:
                    raise BadInput(NO_FILE, remedy="Type one.")
                path = Path(name).expanduser()
                data = self.wish().sweep(self.lab.document.content)
                data.plan.check()
                if self.lab.files.makes_folder(path):
                    path.parent.mkdir(parents=True, exist_ok=True)
                check_new(path)
            else:
                path, data = self.path, resumed(self.path)
        except (BadInput, OSError) as error:
            panel.set_trouble(str(error))
            return
        scheduler = str(panel.options["scheduler"]).strip()
        pool: Pool = (
            ClusterPool(scheduler, self.job.stopping)
            if scheduler
            else LocalPool(int(panel.options["workers"]))
        )
        self.path, self.data = path, data
        self._began = time.monotonic(), len(data.results)
        self._show_state("running")
        panel.status.setText(f"Runs on {pool.title}; {path.name}")
        own = replace(data, results=dict(data.results))
        self.job.start(path, own, pool, fresh=not again)

    def pause(self) -> None:
        """Pause it; runs under way are done again when it goes on."""
        self.job.pause()
        self._show_state("pausing")

    def make_new(self) -> None:
        """Set up another sweep."""
        if not self.job.running:
            self.data = self.path = None
            self.panel.results.clear()
            self.panel.set_picks((), (), ())
            self.panel.status.setText("")
            self._show_state("new")
            base = self.panel.base.value
            self.panel.path.setText(self._suggestion(base if base not in (SHOWN, OF_FILE) else self._stem()))
            self._set_up_changed()
            self._look_for_unfinished()

    def _stem(self) -> str:
        return self.lab.document.content.preset or "run"

    def _result(self, result: Result) -> None:
        if self.data is not None:
            self.data.results[result.index] = result
            if not self._drawing.isActive():
                self._drawing.start()

    def _ended(self, outcome: object) -> None:
        panel = self.panel
        if isinstance(outcome, Outcome):
            self.data = outcome.data
            self._show_state("paused" if outcome.paused else "done")
        elif self.data is not None and self.data.results:
            self._show_state("paused")
        else:  # refused before anything had run
            self.data = self.path = None
            panel.status.setText("")
            self._show_state("new")
        if isinstance(outcome, BadInput):
            panel.set_trouble(str(outcome))
        elif isinstance(outcome, BaseException) and not isinstance(outcome, Cancelled):
            self.lab.show_error(outcome)
        self._draw()
        if isinstance(outcome, Outcome) and not outcome.paused and not in_sight(panel):
            self.lab.notify("info", f"The sweep “{outcome.data.title}” is done. {counts(outcome.data)}",
                            actions=[("Show it", self.show)], key="sweep")  # fmt: skip

    def _show_state(self, state: str) -> None:
        self.panel.set_state(state)
        self._tell()

    def _tell(self) -> None:
        data, panel = self.data, self.panel
        if data is None:
            self._set_up_changed()
            return
        done, whole = len(data.results), len(data.plan)
        panel.set_progress(done, whole)
        text, (began, before) = counts(data), self._began
        if self.job.running and done > before:
            left = (time.monotonic() - began) / (done - before) * (whole - done)
            text += f" About {format_duration(left)} left."
        panel.set_estimate(text)

    # -- files

    def ask_open(self) -> None:
        """Ask for the file of a sweep."""
        ask_file(self.lab.window, "Open sweep", str(self.lab.files.folder), "Sweeps (*.h5)", self.open)

    def open(self, path: str) -> None:
        """Show the sweep of a file; one that is not finished can be gone on with."""
        if self.job.running or not path:
            return

        def work() -> SweepData | BadInput:
            try:
                return load(Path(path))
            except BadInput as error:
                return error

        def done(found: SweepData | BadInput) -> None:
            self.panel.waiting.set_value("")
            if isinstance(found, BadInput):
                self.panel.set_trouble(str(found))
                return
            self.panel.set_trouble("")
            self.data, self.path = found, Path(path)
            self.panel.status.setText(f"{found.title}; {Path(path).name}")
            self._show_set_up(found, path)
            self._show_state(found.status)
            self._draw()

        self.lab.background.run(work, done)

    def _show_set_up(self, found: SweepData, path: str) -> None:
        """Fill the form with what a file was made from."""
        panel, wish = self.panel, Wish.of_data(found)
        self._of_file = wish.of_file
        panel.set_bases((*self._bases, (OF_FILE, f"As in the file: {found.title}")), OF_FILE)
        panel.see.hide()
        panel.axes.set_axes(wish.vary)
        panel.set_options({key: getattr(wish, key) for key in OPTIONS})
        panel.path.setText(path)

    def sheet(self) -> Sheet | None:
        """Every run as columns."""
        return None if self.data is None else sheet(self.data, self._origin(self.data))

    def ask_figure(self) -> None:
        """Ask for a file and save what is shown as a figure."""
        lab, data = self.lab, self.data
        views = [(one.title, one.view) for one in self._shown]
        if data is None or not views:
            return

        def save(path: str) -> None:
            caption = " · ".join(self._origin(data))
            lab.files.write(Path(path), "figure", lambda: write_views(Path(path), views, data.title, caption),
                            lambda done: lab.notify("info", f"Saved {done}."), save)  # fmt: skip

        kinds_of = "Picture (*.png);;Drawing (*.svg);;Page (*.pdf)"
        name = lab.files.suggestion(".png", "sweep")
        dialog = ask_file(lab.window, "Save figure", name, kinds_of, save, save=True)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # what exists is refused, never replaced

    def _origin(self, data: SweepData) -> tuple[str, ...]:
        return origin(data, self.path.name if self.path is not None else "")

    # -- results

    def _draw(self) -> None:
        """Draw what is known in the way that is chosen."""
        data, panel = self.data, self.panel
        self._tell()
        if data is None or not data.results:
            panel.results.clear()
            self._shown = []
            return
        labels = labels_of(data)
        panel.set_picks(kinds(data), data.names or ("–",), [axis.path for axis in data.plan.axes], labels)
        panel.show_picks()
        kind = panel.kind.value if data.names else "runs"
        made = views_of(data, kind, panel.scalar.value, panel.across.value, panel.upwards.value)
        self._shown = [labelled(one, labels) for one in made]
        views = [(one.title, one.view) for one in self._shown]
        if kind == "runs":
            panel.results.show_table(labelled_table(runs_table(data), labels))
        elif kind == "multiples":
            panel.results.show_multiples(views)
        elif isinstance(views[0][1], Heat):
            panel.results.show_map(views[0][1])
        else:
            panel.results.show_lines(views[0][1])

    def _picked(self, part: int, row: int, column: int) -> None:
        if self.data is not None:
            self.open_run(int(self._shown[part].cells.points[row, column]) * self.data.plan.seeds)

    def open_run(self, index: int) -> None:
        """Open one run in the window: its parameters and its seed, as one step of the history."""
        data, lab = self.data, self.lab
        if data is None or lab.editing.is_locked():
            return
        point = next(point for point in data.plan.runs() if point.index == index)
        if data.task.study is not None:
            self._open_study(data, point)
            return
        try:
            content = content_of_run(data, point)
            memory_check.refuse(content.setup())
        except BadInput as error:
            lab.show_error(error)
            return
        said = f"Run {index}: {values_text(point)}. Undo goes back to the run before."
        open_run(lab, content, f"Open run {index} of a sweep", said, self.show)

    def _open_study(self, data: SweepData, point: Point) -> None:
        """Show the voxel of a run of the study of synthetic atoms; other studies have nothing to show."""
        values = {**data.task.fixed, **point.values}
        if data.task.study == ("atomx", "scan") and {"kappa", "r_screen"} <= values.keys():
            part_of(self.lab, AtomxMap).show_voxel(float(values["kappa"]), float(values["r_screen"]))
            return
        self.panel.set_trouble("This sweep runs a study, which has no set-up that the window could show.")
