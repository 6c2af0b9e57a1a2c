"""Mean plaquette of the gauge engine: its trace, exact value, new starts, and a hot beside a cold one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tauscope.app.document import Content
from tauscope.app.gauge_planes import ENGINE, config_of
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.parts.study_job import StudyJob
from tauscope.app.sheets import Sheet
from tauscope.app.studies import StudyTask
from tauscope.engine.base import Command, Frame
from tauscope.engine.errors import BadInput
from tauscope.engine.gauge.analysis.exact import plaquette_2d
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.study import Report
from tauscope.widgets.labs.gauge.mean import ACCEPTANCE, ERROR, MEAN, NAMES, TAU, MeanPanel, Reading
from tauscope.widgets.plots.history import History
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

KEPT = 2048
"""Samples of each trace at most; of more every second is dropped."""
SECONDS = 0.2
"""Between two drawings of the trace."""
Floats = npt.NDArray[np.float64]


class GaugeMean(Part):
    """Dock of the mean plaquette.

    Parameters
    ----------
    lab : Lab
        Whose run is shown.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = MeanPanel()
        self.job = StudyJob(self)
        self._asked: GaugeConfig | None = None
        """Configuration of the comparison that was started last."""
        self._history = History(NAMES, KEPT)
        self._generation = -1
        self._drawn: object = None
        self._exact = math.nan
        self._scalars: Mapping[str, float] = {}
        self._job = PanelJob(self, self.panel, lambda done: done(True), lambda _true: self._draw(), SECONDS)

    def docks(self) -> Sequence[Dock]:
        """Mean plaquette."""
        return (Dock("mean", "⟨P⟩", self.panel, "monitors", engines=(ENGINE,)),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel and to the worker."""
        panel, job = self.panel, self.job
        panel.start_requested.connect(self.start)
        panel.compare_requested.connect(self.compare)
        panel.cancel_requested.connect(self._cancel)
        panel.export.clicked.connect(lambda: save_sheet(self.lab, "Export trace", "plaquette", self.sheet))
        job.advanced.connect(lambda _share, text: panel.set_progress(f"Hot and cold start: {text}"))
        job.done.connect(self._compared)
        job.failed.connect(self._failed)
        self.lab.window.docks["mean"].visibilityChanged.connect(lambda _seen: self._draw())

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """The exact value follows β; a comparison at another β is no longer that of the run."""
        old, new = config_of(before), config_of(after)
        if old == new:
            return
        self._exact = exact_of(new)
        if self._asked is not None and not same_chain(new, self._asked):
            self._forget()

    def prepared(self, content: Content) -> None:
        """Begin at sweep 0 of the new run."""
        config = config_of(content)
        self._history.clear()
        self._scalars = {}
        self._exact = exact_of(config)
        if self._asked is not None and not same_chain(config, self._asked):
            self._forget()
        self._draw()

    def frame_shown(self, frame: Frame) -> None:
        """Keep the scalars; show what is seen."""
        if ENGINE not in frame.ticks or self.lab.playback.active:
            return
        if frame.generation != self._generation:
            self._generation = frame.generation
            self._history.clear()
        scalars = frame.scalars.get(ENGINE)
        if scalars is not None:
            self._scalars = scalars
            self._history.append(frame.ticks[ENGINE], scalars)
            self._job.turn()

    def edits_locked(self, locked: bool) -> None:
        """Show the series of a recording in the place of the run's."""
        self.panel.set_locked(locked)
        self._draw()

    def close(self) -> None:
        """End the worker."""
        self.job.close()

    # -- starts

    def start(self, start: str) -> None:
        """Put all links at random or to 1, in the present run."""
        lab = self.lab
        if config_of(lab.document.content) is None or lab.editing.is_locked():
            return
        lab.background.watch(lab.simulation.loop.submit(Command(ENGINE, "start_again", {"start": start})))

    def compare(self) -> None:
        """Run a hot and a cold start of the present configuration in a worker process."""
        config = config_of(self.lab.document.content)
        if config is None or self.job.running:
            return
        try:
            options = {"config": config.dump()}
            self.job.start(
                StudyTask(ENGINE, "two_starts", seed=self.lab.document.content.seed, options=options)
            )
        except BadInput as error:
            self.lab.show_error(error)
            return
        self._asked = config
        self.panel.set_verdict("", True, {})
        self.panel.set_progress("Hot and cold start: beginning…")

    def _compared(self, report: Report) -> None:
        self.panel.set_progress(None)
        means = {str(row[0]): float(row[1]) for row in report.tables[0].rows}
        self.panel.set_verdict(report.notes[0], report.passed, means)
        if not report.passed:
            self.lab.notify("warning", report.notes[0], key="starts")

    def _failed(self, text: str) -> None:
        self.panel.set_progress(None)
        if text:
            self.lab.notify("error", text)

    def _cancel(self) -> None:
        self.job.cancel()

    def _forget(self) -> None:
        self._asked = None
        self.job.drop()
        self.panel.set_progress(None)
        self.panel.set_verdict("", True, {})

    # -- shown

    def series(self) -> tuple[Floats, Mapping[str, Floats], str]:
        """Sweeps, values and label of the horizontal axis; of a recording while one is shown."""
        if self.lab.playback.active:
            recorded = self.lab.window.monitors.history
            names = [name for name in NAMES if name in recorded.names]
            places = recorded.curve(names[0])[0] if names else np.zeros(0)
            return places, {name: recorded.curve(name)[1] for name in names}, "sweep"
        values = {name: self._history.curve(name)[1] for name in NAMES}
        return self._history.curve(NAMES[0])[0], values, "sweep"

    def _draw(self) -> None:
        if not in_sight(self.panel):
            self._drawn = None
            return
        sweeps, values, label = self.series()
        recorded = self.lab.playback.active
        if not recorded:
            mean, error, tau, accepted = (
                self._scalars.get(name, math.nan) for name in (MEAN, ERROR, TAU, ACCEPTANCE)
            )
            self.panel.set_reading(Reading(mean, error, tau, accepted, self._exact))
        exact = math.nan if recorded else self._exact
        state = len(sweeps), recorded, float(sweeps[-1]) if len(sweeps) else 0.0, exact
        if state == self._drawn:
            return
        self._drawn = state
        kept = {name: one.copy() for name, one in values.items()}
        self.panel.set_data(sweeps.copy(), kept, exact, label)

    def sheet(self) -> Sheet | None:
        """Trace as it is kept."""
        sweeps, values, _label = self.series()
        if not len(sweeps):
            return None
        content = self.lab.document.content
        note = f"Tauscope, engine {ENGINE}, preset {content.preset or '–'}, seed {content.seed}"
        columns = {name: one.copy() for name, one in values.items()}
        return Sheet({"sweep": sweeps.astype(np.int64), **columns}, (note,))


def exact_of(config: GaugeConfig | None) -> float:
    """Exact mean plaquette of a finite lattice in two dimensions; NaN where none is known."""
    if config is None or config.dimensions != 2:
        return math.nan
    return float(plaquette_2d(config.beta, math.prod(config.shape)))


def same_chain(config: GaugeConfig | None, other: GaugeConfig) -> bool:
    """Whether two configurations have the same distribution and the same updates, whatever the start."""
    return config is not None and config.model_copy(update={"start": other.start}) == other
