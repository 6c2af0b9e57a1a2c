"""Laws: their present numbers while they are seen, the choice assessed on request, the gate's factors."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QTimer, Signal

from tauscope.app.document import Content
from tauscope.app.parts.kuramoto_feed import ENGINE, config_of, edit, origin, pair_columns
from tauscope.app.parts.kuramoto_laws_text import laws_of, stepped, suggestion_of
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.parts.study_job import StudyJob
from tauscope.app.sheets import Sheet
from tauscope.app.studies import StudyTask
from tauscope.engine.base import Command, Frame
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.analysis.choice import NO_CONSENT, NO_SECOND, ONE_PATH, Choice
from tauscope.engine.kuramoto.geometry import structure_of
from tauscope.engine.kuramoto.laws import gate_matrix
from tauscope.engine.study import Report
from tauscope.engine.world import World
from tauscope.widgets.labs.kuramoto.laws import LawsPanel
from tauscope.widgets.labs.kuramoto.names import short
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

READ_SECONDS = 0.25
"""Between two readings: numbers that change faster cannot be read."""
GATE_SECONDS = 1.0
FRAMES = 20
"""Frames over which the Return Spiral takes means."""
MOST_CLUSTERS = 512
"""Clusters beyond which the gate's matrix is not drawn."""
NO_RUN = "There is no run of phase oscillators to assess."


@dataclass(frozen=True)
class _Fork:
    """What a copy of the run is made from."""

    config: Mapping[str, Any]
    state: Mapping[str, Any]
    seed: int
    generation: int


@dataclass(frozen=True)
class _Gate:
    """Factors of the gate, and what they were worked out from."""

    factors: npt.NDArray[np.float64]
    means: npt.NDArray[np.float64]
    names: tuple[str, ...]
    note: str


class KuramotoLaws(Part):
    """Dock of the laws.

    Signals
    -------
    clusters_chosen(clusters)
        A cell of the gate was chosen: frozenset of its two clusters.
    """

    clusters_chosen = Signal(object)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = LawsPanel()
        self.job = StudyJob(self)
        self.choice: Choice | None = None
        """Last assessment of this run."""
        self._rows: deque[Mapping[str, float]] = deque(maxlen=FRAMES)
        self._generation = self._assessed = -1
        self._read_at = self._gate_at = 0.0
        self._asked = False
        self._gate: _Gate | None = None
        """What the matrix shows."""

    def docks(self) -> Sequence[Dock]:
        """Laws."""
        return (Dock("laws", "Laws", self.panel, "traces", engines=(ENGINE,)),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel and to the worker."""
        panel, job = self.panel, self.job
        panel.assess_requested.connect(self.assess)
        panel.cancel_requested.connect(job.cancel)
        panel.apply_requested.connect(self.apply)
        panel.view_changed.connect(self._gate_soon)
        panel.export.clicked.connect(lambda: save_sheet(self.lab, "Export laws", "laws", self.sheet))
        panel.gate_export.clicked.connect(
            lambda: save_sheet(self.lab, "Export factors of the gate", "gate", self.gate_sheet)
        )
        panel.pair_chosen.connect(lambda i, j: self.clusters_chosen.emit(frozenset((i, j))))
        job.advanced.connect(lambda fraction, _text: panel.set_progress(fraction))
        job.done.connect(self._assessed_as)
        job.failed.connect(self._failed)
        self.lab.window.docks["laws"].visibilityChanged.connect(
            lambda _seen: QTimer.singleShot(0, self, self._gate_soon)
        )

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """Numbers and factors follow the configuration."""
        if config_of(before) != config_of(after):
            self._rows.clear()
            self._read({})
            self._gate_soon()

    def prepared(self, content: Content) -> None:
        """Forget what belongs to the run before."""
        del content
        self.job.drop()
        self.choice = None
        self._rows.clear()
        self.panel.set_progress(None)
        self.panel.set_trouble("")
        self._clear_gate()
        self._read({})
        self._gate_soon()

    def frame_shown(self, frame: Frame) -> None:
        """Show the numbers of a frame, if anyone can see them."""
        if frame.generation != self._generation:
            self._generation = frame.generation
            self._rows.clear()
        scalars, now = frame.scalars.get(ENGINE), time.monotonic()
        if scalars is None or not in_sight(self.panel):
            return
        self._rows.append(scalars)
        if now - self._read_at >= READ_SECONDS:
            self._read_at = now
            self._read(scalars)
        if self.panel.over.value == "now" and now - self._gate_at >= GATE_SECONDS:
            self._gate_soon()

    def edits_locked(self, locked: bool) -> None:
        """Nothing is applied to a recording, nor is one assessed."""
        del locked
        self._read({})

    def close(self) -> None:
        """End the worker."""
        self.job.close()

    # -- numbers

    def _read(self, scalars: Mapping[str, float]) -> None:
        config = config_of(self.lab.document.content)
        if config is None or not in_sight(self.panel):
            return
        scalars = scalars or (self._rows[-1] if self._rows else {})
        self.panel.set_laws(laws_of(scalars, config, self.choice, self._rows), config.metrics == "classic")
        locked = self.lab.editing.locked
        step = suggestion_of(config, self._rows)
        self.panel.set_step(
            locked or ("Press play first." if step is None else "" if step.dK or step.dpi else step.reason)
        )
        why = NO_CONSENT if not config.consent_to_log else ONE_PATH if not config.offer_two_paths else ""
        if not why and "permeability" in config.unused():
            why = NO_SECOND
        self.panel.set_choice(locked or why)

    def apply(self) -> None:
        """Make the step that the Return Spiral suggests: one undoable step."""
        config = config_of(self.lab.document.content)
        step = suggestion_of(config, self._rows) if config is not None else None
        if config is None or step is None or not (step.dK or step.dpi):
            return
        parts = [f"{name} {by:+.3g}" for name, by in (("K", step.dK), ("π", step.dpi)) if by]
        edit(self.lab, stepped(config, step), f"Return Spiral: {', '.join(parts)}")

    def sheet(self) -> Sheet | None:
        """Numbers of the laws as they are shown."""
        table = self.panel.table()
        return Sheet(table, (*origin(self.lab, None), self.panel.remark.text())) if table["law"] else None

    # -- the choice

    def assess(self) -> None:
        """Copy the run as it stands and assess its choice in a worker process."""
        if self.job.running or self._asked or self.lab.editing.is_locked():
            return
        self._asked = True
        self.panel.set_trouble("")
        self.panel.set_progress(0.0)
        self.lab.background.watch(self.lab.simulation.loop.call(_fork), self._forked)

    def _forked(self, fork: _Fork | None) -> None:
        self._asked = False
        if fork is None:
            self._failed(NO_RUN)
            return
        self._assessed = fork.generation
        options = {"config": dict(fork.config), "state": dict(fork.state)}
        try:
            self.job.start(StudyTask(ENGINE, "choice", seed=fork.seed, options=options))
        except BadInput as error:
            self._failed(str(error))

    def _assessed_as(self, report: Report) -> None:
        """Note the score in the run, if it is still the one that was assessed."""
        self.panel.set_progress(None)
        loop = self.lab.simulation.loop
        if loop.world.generation != self._assessed:
            self.panel.set_trouble("The run was replaced while it was assessed; assess the new one.")
            return
        self.choice = Choice.of(report)
        self._read({})
        note = Command(ENGINE, "note_choice", {"score": self.choice.score})
        self.lab.background.watch(loop.submit(note))

    def _failed(self, why: str) -> None:
        self.panel.set_progress(None)
        self.panel.set_trouble(why)
        self._read({})

    # -- the gate

    def _gate_soon(self) -> None:
        """Ask the simulation for the clusters' frequencies, if anyone can see the matrix."""
        self._gate_at = time.monotonic()
        config = config_of(self.lab.document.content)
        if config is None or not in_sight(self.panel) or self.lab.playback.active:
            return
        self._read({})
        if not 1 < config.clusters <= MOST_CLUSTERS:
            self._clear_gate()
            return
        name = "frequency" if self.panel.over.value == "now" else "omega"
        loop = self.lab.simulation.loop
        self.lab.background.watch(
            loop.call(lambda world: _cluster_means(world, name)), lambda means: self._show_gate(name, means)
        )

    def _clear_gate(self) -> None:
        self._gate = None
        self.panel.set_gate(np.zeros((0, 0)), ())

    def _show_gate(self, name: str, means: npt.NDArray[np.float64] | None) -> None:
        config = config_of(self.lab.document.content)
        if means is None or config is None or len(means) != config.clusters:
            return
        names = structure_of(config).names
        sigma, order = config.gate.sigma, config.gate.order
        factors = gate_matrix(means, sigma, order)
        of = "measured frequencies" if name == "frequency" else "natural frequencies"
        self._gate = _Gate(factors, means, names, f"means of {of}, sigma = {sigma:g}, order = {order}")
        self.panel.set_gate(factors, names, [short(name) for name in names])

    def gate_sheet(self) -> Sheet | None:
        """Factors of the gate as they are shown, a row for each pair."""
        gate = self._gate
        if gate is None:
            return None
        return Sheet(
            {
                **pair_columns(gate.names),
                "Omega i [rad/time]": gate.means[np.triu_indices(len(gate.names), 1)[0]],
                "Omega j [rad/time]": gate.means[np.triu_indices(len(gate.names), 1)[1]],
                "g": gate.factors[np.triu_indices(len(gate.names), 1)],
            },
            (*origin(self.lab, None), gate.note),
        )


def _fork(world: World) -> _Fork | None:
    """Checkpoint of the engine; on the simulation thread."""
    engine = world.engines.get(ENGINE)
    if engine is None:
        return None
    return _Fork(engine.config.dump(), engine.state(), engine.seed, world.generation)


def _cluster_means(world: World, name: str) -> npt.NDArray[np.float64] | None:
    """Mean of a field of the oscillators over each cluster, float64 [C]; on the simulation thread."""
    engine = world.engines.get(ENGINE)
    config: Any = None if engine is None else engine.config
    if engine is None or (name == "frequency" and engine.tick == 0):
        return None
    offsets = structure_of(config).offsets
    means = np.add.reduceat(engine.field(name), offsets[:-1]) / np.diff(offsets)
    return np.asarray(means) if math.isfinite(float(means.sum())) else None
