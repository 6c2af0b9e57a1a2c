"""Growth of the charge model: its mode, the growth rate beside theory, and how a run that blew up ended."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tauscope.app.charge_texts import modes, no_rate
from tauscope.app.document import Content
from tauscope.app.growth_sampler import GrowthSampler
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.charges import ENGINE
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.sheets import Sheet
from tauscope.engine.base import BlowUp, Frame
from tauscope.engine.world import World
from tauscope.widgets.labs.charge.growth import NAMES, RATE, THEORY, UNITS, GrowthPanel
from tauscope.widgets.plots.chart import Mark
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

SECONDS = 0.2
"""Between two drawings of the traces."""
LEAST = 2
"""Samples without which there is no trace."""
Floats = npt.NDArray[np.float64]


class ChargeGrowth(Part):
    """Dock of the growth meter.

    Parameters
    ----------
    lab : Lab
        Whose run is shown.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = GrowthPanel(modes())
        self.ended: BlowUp | None = None
        """How the present run ended."""
        self.sampler = GrowthSampler()
        self._drawn: object = None
        self._mode = ""
        self._job = PanelJob(self, self.panel, lambda done: done(True), lambda _true: self._draw(), SECONDS)

    def docks(self) -> Sequence[Dock]:
        """Growth."""
        return (Dock("growth", "Growth", self.panel, "monitors", engines=(ENGINE,)),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel and to the end of runs."""
        lab = self.lab
        self.panel.mode_chosen.connect(lambda mode: lab.editing.set_parameter_of(ENGINE, "mode", mode))
        self.panel.export.clicked.connect(lambda: save_sheet(lab, "Export traces", "growth", self.sheet))
        lab.simulation.blown_up.connect(self._blown_up)
        loop = lab.simulation.loop

        def watch(_world: World) -> None:
            loop.watchers.append(self.sampler.follow)
            loop.trackers.append(self.sampler)

        loop.call(watch)
        lab.window.docks["growth"].visibilityChanged.connect(lambda _seen: self._draw())

    # -- told by the lab

    def set_up_shown(self, content: Content) -> None:
        """Show the mode of the document, or of a recording."""
        config = content.configs.get(ENGINE)
        if config is not None:
            self._mode = str(getattr(config, "mode", ""))
            self.panel.set_mode(self._mode)

    def prepared(self, content: Content) -> None:
        """Begin at tick 0 of the new run."""
        self._end(None)
        self._clear()
        # What is drawn next is of the new run, which the sampler may not have seen yet.
        future = self.lab.simulation.loop.call(self.sampler.follow)
        self.lab.background.watch(future, lambda _none: self._draw())

    def frame_shown(self, frame: Frame) -> None:
        """Keep the scalars; show what is seen."""
        if ENGINE not in frame.ticks or self.lab.playback.active:
            return
        if self.ended is not None and self.lab.simulation.loop.blow_up is None:
            self._end(None)  # it was taken back or acknowledged, and goes on
        self._job.turn()

    def edits_locked(self, locked: bool) -> None:
        """Show the series of a recording in the place of the run's."""
        self.panel.set_locked(locked)
        self._draw()

    # -- shown

    def _blown_up(self, found: BlowUp) -> None:
        if found.engine == ENGINE:
            self._end(found)
            self._draw()

    def _end(self, found: BlowUp | None) -> None:
        self.ended = found
        if found is None:
            self.panel.set_message("")
        else:
            broken = found.limit.partition(". ")[0]
            self.panel.set_message(f"Ended at t = {found.time:.4g}: {broken}.", found.sentence())

    def series(self) -> tuple[Floats, Mapping[str, Floats], str]:
        """Places, values and label of the horizontal axis; of a recording while one is shown."""
        if self.lab.playback.active:
            recorded = self.lab.window.monitors.history
            names = [name for name in NAMES if name in recorded.names]
            places = recorded.curve(names[0])[0] if names else np.zeros(0)
            return places, {name: recorded.curve(name)[1] for name in names}, "tick"
        return *self.sampler.curves(), "t / time"

    def _draw(self) -> None:
        if not in_sight(self.panel):
            self._drawn = None
            return
        times, values, label = self.series()
        if len(times) < LEAST:
            self._clear()
            return
        found = [float(values[n][-1]) if n in values else math.nan for n in (RATE, THEORY)]
        self.panel.set_rates(found[0], found[1], no_rate(self._mode))
        state = len(times), label, float(times[-1]) if len(times) else 0.0, self.ended
        if state == self._drawn:
            return
        self._drawn = state
        marks = []
        if self.ended is not None and label != "tick":
            marks.append(Mark(self.ended.time, "trouble", self.ended.sentence()))
        kept = {name: one.copy() for name, one in values.items()}
        self.panel.set_data(times.copy(), kept, label, marks)

    def _clear(self) -> None:
        """Show that there is nothing to draw yet."""
        self._drawn = None
        self.panel.set_rates(math.nan, math.nan, no_rate(self._mode))
        self.panel.set_data(np.zeros(0), {}, "t / time")

    def sheet(self) -> Sheet | None:
        """Traces as they are kept."""
        times, values, label = self.series()
        if not len(times):
            return None
        units = {name: f" [{UNITS[name]}]" if name in UNITS else "" for name in NAMES}
        head = "tick" if label == "tick" else "t [time]"
        columns = {f"{name}{units[name]}": one.copy() for name, one in values.items()}
        content = self.lab.document.content
        note = f"Tauscope, engine {ENGINE}, preset {content.preset or '–'}, seed {content.seed}"
        return Sheet({head: times.copy(), **columns}, (note,))
