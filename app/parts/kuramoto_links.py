"""Links: measures of all pairs of clusters, over a window that the simulation fills while it is seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Signal

from tauscope.app.document import Content
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.kuramoto_feed import ENGINE, NOT_RECORDED, config_of, origin, pair_columns
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.sheets import Sheet
from tauscope.engine.base import Frame
from tauscope.engine.kuramoto.analysis.links_tracker import LinksTracker, LinkWindow
from tauscope.engine.kuramoto.analysis.signals import Measure, PhaseRelation
from tauscope.engine.kuramoto.geometry import structure_of
from tauscope.engine.trackers import Tracker
from tauscope.engine.world import World
from tauscope.widgets.amounts import count, measured
from tauscope.widgets.labs.kuramoto.links import EMPTY, ONE, Links, LinksPanel, Pair
from tauscope.widgets.labs.kuramoto.names import short
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

LEAST = 8
"""Samples from which a matrix is shown."""
REST = 9.0
"""The worker rests so many times as long as its work took: at most a tenth of a core."""


@dataclass(frozen=True)
class _Found:
    links: Links | None
    names: tuple[str, ...]
    hint: str
    pair: Pair | None
    title: str


class KuramotoLinks(Part):
    """Dock of the link matrix.

    Signals
    -------
    clusters_chosen(clusters)
        A cell was chosen: frozenset of its two clusters.
    """

    clusters_chosen = Signal(object)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = LinksPanel()
        self.tracker: LinksTracker | None = None
        """What samples now; None while the panel is hidden."""
        self._rested = 0.0
        self._late = False
        self._job = PanelJob(self, self.panel, self._begin, self._show)

    def docks(self) -> Sequence[Dock]:
        """Links."""
        return (Dock("links", "Links", self.panel, "pooled", engines=(ENGINE,)),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel."""
        self.lab.window.docks["links"].visibilityChanged.connect(self._soon)
        self.panel.view_changed.connect(self._again)
        self.panel.window_chosen.connect(lambda _samples: self._follow(anew=True))
        self.panel.pair_chosen.connect(self._chosen)
        self.panel.export.clicked.connect(
            lambda: save_sheet(self.lab, "Export link matrix", "links", self.sheet)
        )

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """Sample in step with the rows of the metrics."""
        old, new = config_of(before), config_of(after)
        if (old and old.log_every) != (new and new.log_every):
            self._follow(anew=True)

    def prepared(self, content: Content) -> None:
        """Begin at tick 0 of the new run."""
        del content
        self.panel.matrix.choose(None)
        self.panel.set_data(None, ())
        self._follow(anew=True)

    def frame_shown(self, frame: Frame) -> None:
        """Show what was worked out, and ask for more."""
        del frame
        if self.tracker is not None:
            self._job.turn()

    def edits_locked(self, locked: bool) -> None:
        """Nothing is sampled while a recording is shown."""
        if locked:
            self.panel.set_data(None, (), NOT_RECORDED)
        self._soon()

    # -- the simulation

    def _soon(self, _visible: bool = True) -> None:
        QTimer.singleShot(0, self, self._follow)

    def _follow(self, anew: bool = False) -> None:
        """Let a tracker sample while the panel is seen, and none otherwise."""
        config = config_of(self.lab.document.content)
        wanted = in_sight(self.panel) and config is not None and not self.lab.playback.active
        if wanted and self.tracker is not None and not anew:
            return
        loop, old, self.tracker = self.lab.simulation.loop, self.tracker, None
        if wanted and config is not None:
            self.tracker = LinksTracker(ENGINE, self.panel.window_box.value(), config.log_every)
        if old is not None or self.tracker is not None:
            new = self.tracker
            self.lab.background.watch(loop.call(lambda world: _exchange(loop.trackers, old, new, world)))
        if self.tracker is not None:
            self._again()

    # -- showing

    def _again(self) -> None:
        self._rested = 0.0
        self._job.again()

    def _catch_up(self) -> None:
        self._late = False
        self._job.again()

    def _begin(self, done: Callable[[object], None]) -> None:
        tracker, config = self.tracker, config_of(self.lab.document.content)
        left = self._rested - time.monotonic()
        if tracker is None or config is None or left > 0:
            done(None)
            if tracker is not None and left > 0 and not self._late:  # a wish, or the last before a pause
                self._late = True
                QTimer.singleShot(max(1, round(1000 * left)), self, self._catch_up)
            return
        structure, measure, cell = structure_of(config), self.panel.measure.value, self.panel.matrix.cell

        def work() -> object:
            began = time.perf_counter()
            try:
                window = tracker.data()
                names = structure.names if window.phases.shape[1] == structure.clusters else ()
                found = _found(window, measure, names, cell)
            except Exception as error:  # noqa: BLE001 - told on the GUI thread, and the job must end
                return error
            return found, time.perf_counter() - began

        self.lab.background.run(work, done)

    def _show(self, result: object) -> None:
        if isinstance(result, Exception):
            self.lab.show_error(result)
            return
        assert isinstance(result, tuple)
        found, took = result
        self._rested = time.monotonic() + REST * took
        if self.tracker is None:
            return
        self.panel.set_data(found.links, found.names, found.hint, tuple(short(name) for name in found.names))
        if found.pair is not None:
            self.panel.set_pair(found.pair, found.title)

    def _chosen(self, first: int, second: int) -> None:
        self.clusters_chosen.emit(frozenset((first, second)))
        self._again()

    # -- files

    def sheet(self) -> Sheet | None:
        """Matrix as it is shown, a row for each pair."""
        data, names = self.panel.data, self.panel.matrix.names
        if data is None:
            return None
        columns = pair_columns(names)
        columns[data.measure] = data.values[np.triu_indices(len(names), 1)]
        return Sheet(columns, (*origin(self.lab, None), self.panel.note.text(), data.bias))


def _exchange(
    trackers: list[Tracker], old: LinksTracker | None, new: LinksTracker | None, world: World
) -> None:
    """Let one tracker go and another begin; on the simulation thread."""
    if old in trackers:
        trackers.remove(old)
    if new is not None:
        new.start(world)
        trackers.append(new)


def _found(window: LinkWindow, measure: str, names: Sequence[str], cell: tuple[int, int] | None) -> _Found:
    """Matrix and chosen pair of a window."""
    if window.problem or window.samples < LEAST or not names:
        hint = ONE if window.problem.startswith("There is one") else window.problem or EMPTY
        return _Found(None, (), hint, None, "")
    effective = window.effective()
    values = (
        window.cosines() if measure == "cos" else window.plv() if measure == "plv" else window.ppc(effective)
    )
    span = f"{window.span:.4g} time"
    links = Links(values, window.samples, effective, span, _bias(measure, effective), measure)
    if cell is None or cell[0] == cell[1] or max(cell) >= len(names):
        return _Found(links, tuple(names), "", None, "")
    pair = Pair(_rows(window.relation(*cell)))
    return _Found(links, tuple(names), "", pair, f"{names[cell[0]]} – {names[cell[1]]}")


def _bias(measure: str, effective: float) -> str:
    """Bias of a measure at so many independent samples, as a sentence."""
    if measure == "cos":
        return "Of the newest sample alone; a chance alignment looks like a lock."
    if not effective >= 2:
        return "Too few independent samples: nothing can be said of locking yet."
    if measure == "plv":
        return (
            f"Unrelated phases give about {measured(float(np.sqrt(np.pi / (4 * effective))), '', 2)}, not 0."
        )
    return "PPC with n_eff: no bias on average, and below 0 by chance."


def _rows(found: PhaseRelation) -> tuple[tuple[str, float, str, str], ...]:
    """Rows of a pair: each measure as it is defined, and its bias."""
    return (
        ("PLV", found.plv.value, "", _remark(found.plv)),
        ("PPC", found.ppc.value, "", _remark(found.ppc)),
        ("entropy coherence", found.entropy.value, "", _remark(found.entropy)),
        ("mutual information", found.information.value, "nat", _remark(found.information)),
    )


def _remark(one: Measure) -> str:
    bins = f"; {count(one.bins)} bins" if one.bins else ""
    return f"bias {measured(one.bias, '', 2)}, without it {measured(one.corrected, '', 3)}{bins}"
