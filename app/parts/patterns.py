"""Patterns: the dock with palette, list and inspector, and over the fields where they are and have been."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tauscope.app import placed
from tauscope.app.document import Content
from tauscope.app.editing import marks_of
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.sheets import Sheet
from tauscope.engine.base import Frame
from tauscope.engine.events import Event
from tauscope.engine.gravity.config_patterns import PatternConfig
from tauscope.engine.gravity.engine import GravityEngine
from tauscope.engine.gravity.policies import known_policies
from tauscope.engine.world import World
from tauscope.widgets.canvas.pattern_marks import PatternTrace, drawn
from tauscope.widgets.controls.numbers import format_value
from tauscope.widgets.labs.gravity.patterns import PatternsPanel

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

ENGINE = "gravity"
DOCK = "patterns"
LOCKED = "Patterns of the recording that is shown"
DRAWN_POINTS = 240
"""Points of a trajectory that are drawn at most."""
SECONDS = 0.1
"""Between two looks at the patterns; their waves are summed over all nodes for it."""
CHANGING = {f"{verb}_pattern" for verb in ("add", "remove", "update")} | {"set_patterns", "set_worlds"}
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Look:
    """All patterns of a running lattice at one tick."""

    tick: int
    present: dict[str, dict[str, float]]
    trails: dict[str, Floats]
    patterns: tuple[PatternConfig, ...]


class Patterns(Part):
    """Shows the patterns of the document in their dock and on the fields, and hands edits on.

    Parameters
    ----------
    lab : Lab
        Whose document is edited.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = PatternsPanel(known_policies())
        self.look: Look | None = None
        """What was seen last."""
        self._offered = (False, False)
        self._job = PanelJob(self, lab.window.views["hero"], self._ask, self._seen, SECONDS)

    def docks(self) -> Sequence[Dock]:
        """The patterns."""
        return (Dock(DOCK, "Patterns", self.panel, "sources", engines=(ENGINE,)),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the dock, and to what is selected on the canvases."""
        panel, editing = self.panel, self.lab.editing
        panel.selection_changed.connect(self.lab.document.select)
        panel.source_edited.connect(editing.edit_source)
        panel.add_requested.connect(editing.add_source)
        panel.delete_requested.connect(editing.delete)
        panel.duplicate_requested.connect(editing.duplicate)
        panel.copy_requested.connect(editing.copy)
        panel.paste_requested.connect(editing.paste)
        panel.sheet_requested.connect(lambda: save_sheet(self.lab, "Export readings", "patterns", self.sheet))
        self.lab.document.selected.connect(self._selected)

    # -- told by the lab

    def set_up_shown(self, content: Content) -> None:
        """Show the patterns of the document, or of a recording."""
        lattice = content.lattice.config
        self.panel.set_limits(*(placed.sides(lattice) or (1, 1)))
        self.panel.set_sources(marks_of(content, placed.PATTERNS))
        if self.lab.playback.active or not getattr(lattice, "patterns", ()):
            self._show(None)

    def prepared(self, content: Content) -> None:
        """Begin with the new run."""
        del content
        self._offered = self._kinds()
        self._show(None)
        self._job.again()

    def frame_shown(self, frame: Frame) -> None:
        """Look at the patterns again, if there are any."""
        if ENGINE in frame.ticks and not self.lab.playback.active and self._kinds()[0]:
            self._job.turn()

    def event_applied(self, event: Event) -> None:
        """Offer psi, pi and the table once the lattice has them."""
        if event.command.name in CHANGING and (kinds := self._kinds()) != self._offered:
            self._offered = tuple(a or b for a, b in zip(kinds, self._offered, strict=True))  # type: ignore[assignment]
            self.lab.runs.offer_fields(self.lab.document.content, self.lab.simulation.loop.world)

    def edits_locked(self, locked: bool) -> None:
        """Nothing is edited while a recording is shown, and nothing of the run is drawn."""
        self.panel.set_locked(LOCKED if locked else "")
        self._show(None)

    # -- looks

    def _patterns(self) -> tuple[PatternConfig, ...]:
        config: Any = self.lab.document.content.configs.get(ENGINE)
        return () if config is None else config.patterns

    def _kinds(self) -> tuple[bool, bool]:
        """Whether there are patterns, and waves among them."""
        found = self._patterns()
        return bool(found), any(one.is_wave for one in found)

    def _ask(self, done: Callable[[object], None]) -> None:
        future = self.lab.simulation.loop.look(looked)
        future.add_done_callback(lambda told: done(None) if told.cancelled() or told.exception() else None)
        self.lab.background.watch(future, lambda found: done((found,)))

    def _seen(self, found: object) -> None:
        if isinstance(found, tuple) and not self.lab.playback.active:
            self._show(found[0])

    def _show(self, look: Look | None) -> None:
        if look is None and self.look is None:
            return
        self.look = look
        traces = () if look is None else self._traces(look)
        for view in self.lab.window.views.values():
            view.set_extra_shapes(DOCK, partial(drawn, traces) if traces else None)
        self._read()

    def _traces(self, look: Look) -> tuple[PatternTrace, ...]:
        content = self.lab.document.content.lattice
        worlds = {world.name: world for world in getattr(content.config, "worlds", ())}
        nx, ny = placed.sides(content.config) or (1, 1)
        found = []
        for one in look.patterns:
            world = worlds.get(one.world)
            if (world is not None and not world.visible) or one.id not in look.present:
                continue
            now = look.present[one.id]
            found.append(
                PatternTrace(
                    one.id,
                    one.kind,
                    "#4fb3ff" if world is None else world.color,
                    now["x"],
                    now["y"],
                    int(now["count"]),
                    one.period,
                    int(now["phase"]),
                    bool(now["alive"]),
                    None if one.kind == "clock" else thinned(look.trails[one.id][:, 1:]),
                    min(nx, ny) / 2,
                )
            )
        return tuple(found)

    def _selected(self, ids: frozenset[str]) -> None:
        self.panel.set_selection(ids)
        self._read()

    def _read(self) -> None:
        """Show what the selected pattern shows now."""
        chosen = [placed.bare(one) for one in self.lab.document.selection if one.startswith(f"{DOCK}:")]
        look = self.look
        known = look is not None and len(chosen) == 1 and chosen[0] in look.present
        self.panel.set_reading(reading(look, chosen[0]) if look is not None and known else "")

    # -- files

    def sheet(self) -> Sheet | None:
        """Ways and readings of all patterns, a row for each point."""
        look = self.look
        if look is None or not look.present:
            return None
        columns: dict[str, list[Any]] = {
            name: [] for name in ("pattern", "kind", "tick", "x", "y", "clock_ticks", "phase")
        }
        for one in look.patterns:
            for tick, a, b in look.trails.get(one.id, np.zeros((0, 3))):
                clock = one.kind == "clock"
                row = (one.id, one.kind, int(tick), *((one.x, one.y) if clock else (a, b)))
                row += (int(a), int(b)) if clock else ("", "")
                for name, value in zip(columns, row, strict=True):
                    columns[name].append(value)
        content = self.lab.document.content
        note = f"Tauscope, engine {ENGINE}, preset {content.preset or '–'}, seed {content.seed}"
        return Sheet(columns, (note, "Places in cells, of a pattern that moves; clock_ticks in updates"))


def looked(world: World) -> Look | None:
    """All patterns of a world at its present tick; for the simulation thread."""
    engine = world.engines.get(ENGINE)
    if not isinstance(engine, GravityEngine):
        return None
    patterns = engine.config.patterns
    return Look(engine.tick, engine.patterns(), {one.id: engine.trail(one.id) for one in patterns}, patterns)


def thinned(trail: Floats, most: int = DRAWN_POINTS) -> Floats:
    """At most so many points of a trail, the first and the last among them."""
    if len(trail) <= most:
        return trail
    return trail[np.linspace(0, len(trail) - 1, most).astype(np.int64)]


def reading(look: Look, name: str) -> str:
    """What a pattern shows, in a line."""
    now = look.present[name]
    kind = next(one.kind for one in look.patterns if one.id == name)
    if kind in ("clock", "agent"):
        text = f"{int(now['count']):,} updates of {look.tick:,}"
        return f"{text}, f {format_value(now['f'], digits=4)}"
    if not math.isfinite(now["x"] + now["y"]):
        return "nowhere"
    place = f"x {now['x']:.2f}, y {now['y']:.2f}, f {format_value(now['f'], digits=4)}"
    return place if now["alive"] else f"left the lattice at {place}"
