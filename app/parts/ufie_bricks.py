"""Active bricks: how many there are, where, and what they take of memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import psutil
from PySide6.QtCore import QTimer

from tauscope.app import memory_check
from tauscope.app.document import Content
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.slice_planes import ENGINE, MAIN, config_of
from tauscope.app.tracked import Tracked
from tauscope.engine.base import Frame
from tauscope.engine.errors import BadInput
from tauscope.engine.planes import Plane
from tauscope.engine.ufie import memory
from tauscope.engine.ufie.analysis.brick_watch import BrickState, BrickWatch, shown_share
from tauscope.engine.ufie.config import UfieConfig
from tauscope.widgets.amounts import count
from tauscope.widgets.controls.list_row import ListRow
from tauscope.widgets.labs.ufie.bricks import OFF, BricksData, BricksPanel
from tauscope.widgets.labs.ufie.hatching import hatching
from tauscope.widgets.labs.ufie.memory_bar import size_text
from tauscope.widgets.plots.history import History
from tauscope.widgets.sight import in_sight
from tauscope.widgets.state import SliceOptions

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

Floats = npt.NDArray[np.float64]
NOT_RECORDED = "Bricks are those of the live run. Go back to it to see them."
SHAPES = "bricks"
"""Key of the hatching on the slices."""
LABELS = {
    "active.grow_above": "grow above",
    "active.prune_below": "prune below",
    "active.on": "active bricks",
}


@dataclass(frozen=True)
class _Found:
    state: BrickState
    shares: Mapping[str, Floats]
    held: int
    free: int


class UfieBricks(Part):
    """Dock of the bricks; where active bricks are on, they are watched from the first tick.

    Parameters
    ----------
    lab : Lab
        Whose run it belongs to.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._shape_row: ListRow | None = None
        self._estimated: UfieConfig | None = None
        self.panel = BricksPanel()
        self.watch: Tracked[BrickWatch] = Tracked(lab)
        self._history = History(("bricks",))
        self._hatched: dict[str, Floats] = {}
        self._job = PanelJob(self, lab.window, self._begin, self._show, every=0.15)

    def docks(self) -> list[Dock]:
        """Bricks."""
        return [Dock("bricks", "Bricks", self.panel, "monitors", engines=(ENGINE,))]

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel and the slices."""
        self.lab.window.docks["bricks"].visibilityChanged.connect(self._soon)
        self.panel.edited.connect(self.edit)
        self.panel.overlay_toggled.connect(lambda _on: self._again())
        self._slices.plane_changed.connect(self._plane_changed)

    @property
    def _slices(self) -> UfieSlices:
        return part_of(self.lab, UfieSlices)

    # -- told by the lab

    def set_up_shown(self, content: Content) -> None:
        """Show the parameters of the set-up."""
        config = config_of(content)
        if config is not None:
            active = config.active
            self.panel.set_config(active.on, active.grow_above, active.prune_below)
            row = self._row()
            if row is not None and row.unfinished:
                row.tell()  # beneath what is typed stands what that would take, whatever is shown late
            else:
                self._estimate(config)

    def _row(self) -> ListRow | None:
        """Shape in the form, where that is the wave's; from now on it tells what is typed."""
        row = self.lab.window.parameters.form.rows.get("shape")
        if not isinstance(row, ListRow) or self.lab.document.content.engine != ENGINE:
            return None
        if row is not self._shape_row:
            self._shape_row = row
            row.typed.connect(self._shape_typed)
        return row

    def _estimate(self, config: UfieConfig) -> None:
        """Say what a shape takes, once the machine was asked what is free."""
        self._estimated = config
        self.lab.background.run(memory_check.free, partial(self._note_shape, config))

    def _note_shape(self, config: UfieConfig, free: int) -> None:
        """Say it beneath the shape; answers come in any order, and that of the last question counts."""
        row = self._row()
        if row is not None and config is self._estimated:
            wanted = size_text(memory_check.wave_bytes(config))
            row.set_note(f"{count(config.sites)} sites: at most {wanted}; {size_text(free)} are free")

    def _shape_typed(self, value: object) -> None:
        """Say what a shape would take while it is typed, before anything is made for it."""
        config = config_of(self.lab.document.content)
        if config is None or self.lab.document.content.engine != ENGINE:
            return
        with suppress(BadInput):  # said when the shape is finished
            self._estimate(config.with_value("shape", value))

    def prepared(self, content: Content) -> None:
        """Watch the new run, where its bricks come and go."""
        config = config_of(content)
        self._history.clear()
        self._clear_slices()
        self.panel.set_data(None)
        self.set_up_shown(content)
        self.watch.put(BrickWatch(ENGINE) if config is not None and config.active.on else None)
        self._again()

    def frame_shown(self, frame: Frame) -> None:
        """Keep the number of bricks, show what was worked out, and ask for more."""
        config = config_of(self.lab.document.content)
        if config is None or self.lab.playback.active:
            return
        sites = frame.scalars.get(ENGINE, {}).get("active_sites")
        if self.watch.tracker is not None and sites is not None:
            total = self.watch.tracker.data().total
            self._history.append(frame.macro_tick, {"bricks": sites * total / config.sites})
        self._job.turn()

    def edits_locked(self, locked: bool) -> None:
        """Bricks are not recorded."""
        self.panel.set_locked(locked)
        if locked:
            self._clear_slices()
            self.panel.set_data(None, NOT_RECORDED)
        else:
            self._again()

    # -- edits

    def edit(self, path: str, value: Any) -> None:
        """Change a parameter of the active bricks in one step; the run starts again."""
        lab, content = self.lab, self.lab.document.content
        if lab.editing.is_locked() or config_of(content) is None:
            self.set_up_shown(content)
            return
        try:
            focused = content.focused(ENGINE)
            config = focused.config.with_value(path, value)
            after = replace(focused, config=config).focused(content.engine)
            memory_check.refuse_growth(content.configs, after.configs)
        except BadInput as error:
            lab.show_error(error)
            self.set_up_shown(content)
            return
        lab.history.push(after, f"Set {LABELS[path]}")

    def content_changed(self, before: Content, after: Content) -> None:
        """Show the parameters of the document."""
        if before.configs.get(ENGINE) != after.configs.get(ENGINE):
            self.set_up_shown(after)

    # -- showing

    def _soon(self, _visible: bool = True) -> None:
        QTimer.singleShot(0, self, self._again)

    def _again(self) -> None:
        if config_of(self.lab.document.content) is not None and not self.lab.playback.active:
            self._job.again()

    def _plane_changed(self, key: str) -> None:
        self._hatched.pop(key, None)
        self._again()

    def _planes(self) -> dict[str, SliceOptions]:
        """Planes whose bricks are wanted: of the map in the dock, and of slices that are hatched."""
        slices = self._slices
        seen = [
            key for key, view in slices.views.items() if self.panel.overlay.isChecked() and in_sight(view)
        ]
        if in_sight(self.panel) and MAIN not in seen:
            seen.append(MAIN)
        return {key: slices.options(key) for key in seen}

    def _begin(self, done: Callable[[object], None]) -> None:
        tracker, planes = self.watch.tracker, self._planes()
        if tracker is None and not in_sight(self.panel):
            done(None)
            return

        def work() -> _Found:
            state = BrickState() if tracker is None else tracker.data()
            wanted = planes.items() if state.shape else ()
            shares = {key: shown_share(state, Plane(p.axes, p.index, p.mode)) for key, p in wanted}
            held = int(psutil.Process().memory_info().rss) if in_dock else 0
            return _Found(state, shares, held, memory_check.free() if in_dock else 0)

        in_dock = in_sight(self.panel)
        future = self.lab.background.run(work, done)
        future.add_done_callback(lambda f: done(None) if f.cancelled() or f.exception() else None)

    def _show(self, result: object) -> None:
        assert isinstance(result, _Found)
        config, state = config_of(self.lab.document.content), result.state
        if config is None or self.lab.playback.active:
            return
        if not in_sight(self.panel):
            self._hatch(result.shares)
            return
        if result.held:
            found = memory.estimate(config)
            self.panel.set_memory(found.parts, memory_text(config, found, result.held, result.free))
        if state.shape == config.shape and config.active.on:
            options = self._slices.options(MAIN)
            ticks, numbers = self._history.curve("bricks")
            share = result.shares.get(MAIN)
            self.panel.set_data(
                BricksData(
                    len(state.bricks),
                    state.total,
                    round(config.sites * state.share),
                    state.grown,
                    state.pruned,
                    state.changes,
                    state.energy,
                    ticks.copy(),
                    numbers.copy(),
                    share,
                    options.axes,
                )
            )
        elif not config.active.on:
            self.panel.set_data(None, OFF)
        self._hatch(result.shares)

    def _hatch(self, shares: Mapping[str, Floats]) -> None:
        """Mark on the slices what lies in bricks that are not there."""
        for key, view in self._slices.views.items():
            share = shares.get(key)
            if share is None or not self.panel.overlay.isChecked():
                if self._hatched.pop(key, None) is not None:
                    view.canvas.set_extra_shapes(SHAPES, None)
                continue
            old = self._hatched.get(key)
            if old is None or not np.array_equal(old, share):
                self._hatched[key] = share
                view.canvas.set_extra_shapes(SHAPES, hatching(share == 0.0))

    def _clear_slices(self) -> None:
        for key in list(self._hatched):
            self._slices.views[key].canvas.set_extra_shapes(SHAPES, None)
        self._hatched.clear()


def memory_text(config: UfieConfig, found: memory.MemoryEstimate, held: int, free: int) -> str:
    """What the wave takes at most, and what program and machine have, as sentences."""
    every = "with all bricks there, " if config.active.on else ""
    return (
        f"At most {size_text(found.total)} for {count(config.sites)} sites {every}beside "
        f"{size_text(free)} free; the program holds {size_text(held)}."
    ).replace("sites with", "sites, with")
