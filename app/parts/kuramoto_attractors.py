"""Attractors: plots of the signals that may drive a run, worked out off the GUI thread and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Signal

from tauscope.app.document import Content
from tauscope.app.parts.kuramoto_feed import ENGINE, config_of, edit
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.sheets import Sheet
from tauscope.engine.errors import Cancelled
from tauscope.engine.kuramoto.analysis import attractor_plots
from tauscope.engine.kuramoto.analysis.attractor_maps import FAMILIES, parameter_name
from tauscope.engine.kuramoto.drivers import ATTRACTORS
from tauscope.widgets.labs.kuramoto.attractors import Attractor, AttractorPlot, AttractorsPanel, View
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

FIRST = "logistic"


@dataclass(eq=False)
class _Job:
    wanted: tuple[str, View]
    cancelled: bool = False


class KuramotoAttractors(Part):
    """Dock of the attractors."""

    _advanced = Signal(object, float)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = AttractorsPanel()
        self.panel.set_offered(
            {
                key: Attractor(one.label, f"{one.formula}  ({ATTRACTORS[key].source})", one.views)
                for key, one in FAMILIES.items()
            },
            FIRST,
        )
        self._job: _Job | None = None
        self._kept: dict[tuple[str, View], AttractorPlot] = {}
        self._advanced.connect(self._show_progress)

    def docks(self) -> Sequence[Dock]:
        """Attractors."""
        return (Dock("attractors", "Attractors", self.panel, "traces", shown=False, engines=(ENGINE,)),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel."""
        self.lab.window.docks["attractors"].visibilityChanged.connect(
            lambda _seen: QTimer.singleShot(0, self, self._look)
        )
        self.panel.view_changed.connect(self._look)
        self.panel.drive_requested.connect(self._drive)
        self.panel.export.clicked.connect(
            lambda: save_sheet(self.lab, "Export attractor", f"{self.panel.kind.value}", self.sheet)
        )

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """Show the attractor that drives."""
        old, new = config_of(before), config_of(after)
        if new is not None and (old is None or old.drive.kind != new.drive.kind):
            self.panel.choose(new.drive.kind)
        self._show_drive()

    def prepared(self, content: Content) -> None:
        """Show the attractor that drives the new run."""
        config = config_of(content)
        if config is not None:
            self.panel.choose(config.drive.kind)
        self._show_drive()

    def edits_locked(self, locked: bool) -> None:
        """No drive is changed while a recording is shown."""
        del locked
        self._show_drive()

    def close(self) -> None:
        """Let go of what is worked out."""
        if self._job is not None:
            self._job.cancelled = True

    # -- the plot

    def _look(self) -> None:
        """Show the plot that is chosen, if anyone can see it; work it out where it is not kept."""
        self._show_drive()
        wanted = self.panel.shown
        if not in_sight(self.panel) or not wanted[0]:
            return
        if wanted in self._kept:
            self._stop()
            self.panel.set_plot(self._kept[wanted])
        elif self._job is None or self._job.wanted != wanted:
            self._stop()
            self._start(_Job(wanted))

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancelled = True
            self._job = None
        self.panel.set_progress(None)

    def _start(self, job: _Job) -> None:
        self._job = job
        self.panel.set_progress(0.0)

        def tell(fraction: float) -> None:
            if job.cancelled:
                raise Cancelled("The plot of an attractor")
            self._advanced.emit(job, fraction)

        def work() -> AttractorPlot | Exception:
            try:
                return shown(job.wanted[0], attractor_plots.attractor_plot(*job.wanted, tell))
            except Exception as error:  # noqa: BLE001 - told on the GUI thread
                return error

        self.lab.background.run(work, lambda found: self._ended(job, found))

    def _show_progress(self, job: _Job, fraction: float) -> None:
        if job is self._job:
            self.panel.set_progress(fraction)

    def _ended(self, job: _Job, found: AttractorPlot | Exception) -> None:
        if isinstance(found, AttractorPlot):
            self._kept[job.wanted] = found
        if job is not self._job:
            return
        self._job = None
        self.panel.set_progress(None)
        if isinstance(found, AttractorPlot):
            self.panel.set_plot(found)
        else:
            self.lab.show_error(found)

    # -- the drive

    def _show_drive(self) -> None:
        config = config_of(self.lab.document.content)
        self.panel.set_drive(config.drive.kind if config is not None else "", self.lab.editing.locked)

    def _drive(self, kind: str) -> None:
        """Let an attractor drive the run: one undoable step, and a restart."""
        if edit(self.lab, {"drive.kind": kind}, f"Drive with the {FAMILIES[kind].label.lower()}"):
            self._show_drive()

    # -- files

    def sheet(self) -> Sheet | None:
        """Points as they are shown."""
        data = self.panel.data
        if data is None:
            return None
        kind, view = self.panel.shown
        notes = (f"Tauscope, {FAMILIES[kind].label}, {view}: {FAMILIES[kind].formula}", data.note)
        return Sheet({data.x_label: data.x, data.y_label: data.y}, notes)


def shown(kind: str, found: attractor_plots.AttractorPlot) -> AttractorPlot:
    """Plot as the panel takes it, with the drive's parameter marked."""
    text = f"drive: {parameter_name(kind)} = {found.present:.4g}" if np.isfinite(found.present) else ""
    return AttractorPlot(
        found.x,
        found.y,
        found.x_label,
        found.y_label,
        found.present,
        text,
        note=found.note,
        curve=found.curve,
    )
