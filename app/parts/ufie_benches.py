"""Benches of the wave: mixing, soliton, learning metric, read-out, and the scan of the phase control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.parts.bench_files import save_figure
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.parts.study_job import StudyJob
from tauscope.app.parts.ufie_bench_list import BENCHES, SCAN
from tauscope.app.parts.ufie_bench_results import result_of, sheet_of
from tauscope.app.parts.ufie_scan import ENGINE, HIGH, PATH, PhaseScanner, wave_of
from tauscope.app.sheets import Sheet
from tauscope.app.studies import StudyTask
from tauscope.engine.base import Frame
from tauscope.engine.errors import BadInput
from tauscope.engine.study import Report
from tauscope.engine.ufie.config import UfieConfig
from tauscope.widgets.controls.numbers import tidy_digits
from tauscope.widgets.labs.ufie.benches import BenchesPanel
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

CHANGED = "The set-up was changed since; the map is that of the set-up before."


class UfieBenches(Part):
    """Dock of the benches, and the live scan."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = BenchesPanel(BENCHES)
        self.job = StudyJob(self)
        self.scanner = PhaseScanner(lab, self)
        self._asked: tuple[str, Mapping[str, Any], UfieConfig | None] | None = None
        """Bench that runs: its key, its options, and the set-up that is scanned."""
        self._scanned: UfieConfig | None = None
        """Set-up of the scan that is shown."""

    def docks(self) -> Sequence[Dock]:
        """Benches."""
        return (Dock("benches", "Benches", self.panel, "slice2", engines=(ENGINE,)),)

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        return (
            ActionSpec(
                "scan_phase_live",
                "&Run",
                "Scan Δ&ϕ live",
                self.toggle_live,
                ("Ctrl+Shift+F",),
                "swap",
                checkable=True,
                tip="Δϕ goes to and fro by itself, by simulated time; Esc ends it, undo takes it back",
                engines=(ENGINE,),
            ),
            ActionSpec(
                "scan_phase",
                "&Run",
                "Response &map of Δϕ",
                self.scan_now,
                tip="The field’s response to each Δϕ, from this set-up, in a process of its own",
                engines=(ENGINE,),
            ),
        )

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel, the worker and the scanner."""
        panel, job = self.panel, self.job
        panel.run_requested.connect(self.run)
        panel.cancel_requested.connect(self._cancel)
        panel.phase_chosen.connect(self.set_phase)
        panel.live_requested.connect(self.scanner.start)
        panel.live_ended.connect(self.scanner.stop)
        panel.sheet_requested.connect(lambda: save_sheet(self.lab, "Export table", panel.key, self.sheet))
        panel.figure_requested.connect(self.save_figure_dialog)
        panel.bench_chosen.connect(lambda _key: self._mark())
        job.advanced.connect(panel.set_progress)
        job.done.connect(self._done)
        job.failed.connect(self._failed)
        self.scanner.changed.connect(self._live_changed)
        self.lab.window.installEventFilter(self)
        self.lab.window.docks["benches"].visibilityChanged.connect(
            lambda _seen: QTimer.singleShot(0, self, self._mark)
        )

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """Mark the present Δϕ; say that a map is of another set-up."""
        self.scanner.content_changed(before, after)
        if before.configs != after.configs:
            self._mark()

    def prepared(self, content: Content) -> None:
        """A run that is gone cannot be scanned on."""
        del content
        self.scanner.drop()
        self._mark()

    def frame_shown(self, frame: Frame) -> None:
        """Let the document follow a live scan."""
        del frame
        self.scanner.look()

    def edits_locked(self, locked: bool) -> None:
        """Δϕ is not set while a recording is shown."""
        del locked
        why = self.lab.editing.locked
        if why:
            self.scanner.drop()
        self.panel.set_locked(why)

    def close(self) -> None:
        """End the worker."""
        self.job.close()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Esc that nobody else has used ends the live scan, wherever the focus is."""
        if (
            self.scanner.running
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            self.scanner.stop()
            return True
        return False

    # -- the live scan

    def toggle_live(self, on: bool) -> None:
        """Begin or end the live scan."""
        if on:
            self.scanner.start(self.panel.period.value or 10.0)
            self._live_changed()
        else:
            self.scanner.stop()

    def _live_changed(self) -> None:
        on = self.scanner.running
        self.panel.set_live(on)
        action = self.lab.actions["scan_phase_live"]
        action.setChecked(on)

    # -- benches

    def scan_now(self) -> None:
        """Show the dock and run the scan."""
        dock = self.lab.window.docks["benches"]
        dock.show()
        dock.raise_()
        self.panel.ask(SCAN.key)

    def run(self, key: str, options: Mapping[str, Any]) -> None:
        """Start a bench in a worker process."""
        content = self.lab.document.content
        config = wave_of(content)
        if self.job.running or (key == SCAN.key and config is None):
            return
        given = dict(options)
        if key == SCAN.key and config is not None:
            given["config"] = config.dump()
        try:
            self.job.start(StudyTask(ENGINE, key, seed=content.seed, options=given))
        except BadInput as error:
            self.panel.set_trouble(str(error))
            return
        self._asked = key, dict(options), config
        self.panel.set_progress(0.0, "Starting a worker process…", key)

    def _cancel(self) -> None:
        self.job.cancel()
        self.panel.set_progress(0.0, "Stopping…")

    def _done(self, report: Report) -> None:
        self.panel.set_progress(None)
        if self._asked is None:
            return
        key, options, config = self._asked
        if key == SCAN.key:
            self._scanned = config
        self.panel.set_result(key, result_of(key, report, options), options)
        self._mark()

    def _failed(self, why: str) -> None:
        self.panel.set_failed(why)

    def set_phase(self, dphi: float) -> None:
        """Set Δϕ to that of a place of the map: one undoable step."""
        content = self.lab.document.content
        config = wave_of(content)
        if config is None or self.lab.editing.is_locked():
            return
        value = tidy_digits(dphi, 6)
        changed = replace(content.focused(ENGINE), config=config.with_value(PATH, min(value, HIGH)))
        self.lab.history.push(changed.focused(content.engine), f"Set Δϕ to {value:.4g}")

    def _mark(self) -> None:
        """Mark the present Δϕ, if anyone can see it."""
        config = wave_of(self.lab.document.content)
        if config is None or not in_sight(self.panel):
            return
        self.panel.set_phase(config.dphi)
        other = self._scanned is not None and _scan_of(config) != _scan_of(self._scanned)
        self.panel.set_outdated(SCAN.key, CHANGED if other else "")

    # -- files

    def sheet(self) -> Sheet | None:
        """What is shown, as columns."""
        view = self.panel.view
        return None if view is None else sheet_of(view, self._origin())

    def save_figure_dialog(self) -> None:
        """Ask for a file and save the figure that is shown."""
        key = self.panel.key
        title, caption = self.panel.specs[key].title, " · ".join(self._origin())
        name = f"{self.lab.document.content.preset or 'run'}-{key}"
        save_figure(self.lab, self.panel.view, name, title, caption)

    def _origin(self) -> tuple[str, ...]:
        """Where the numbers come from."""
        content, result = self.lab.document.content, self.panel.result
        notes = () if result is None else (*result.notes, result.summary, result.caution)
        bench = f"Tauscope, bench {self.panel.key} of the engine {ENGINE}, seed {content.seed}"
        run = f", preset {content.preset or '–'}" if self.panel.key == SCAN.key else ""
        return (f"{bench}{run}", *(note for note in notes if note))


def _scan_of(config: UfieConfig) -> UfieConfig:
    """What a scan depends on: all but Δϕ."""
    return config.model_copy(update={PATH: 1.0})
