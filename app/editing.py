"""Edits: what the user does to sources, parameters and views becomes undoable steps of the document."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

from psygnal import Signal

from tauscope.app import memory_check, placed
from tauscope.app.capacity_fit import notice
from tauscope.app.document import Content, Document, plain
from tauscope.app.refused import idle
from tauscope.app.source_marks import marks_of_config, painted_box
from tauscope.app.undo import History
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.config import EngineConfig, all_leaves
from tauscope.engine.errors import BadInput
from tauscope.widgets.canvas.gestures import wrapped
from tauscope.widgets.controls.numbers import tidy_digits
from tauscope.widgets.state import (
    PATTERN_CAPTIONS,
    PATTERN_KINDS,
    PATTERN_NAMES,
    SOURCE_KINDS,
    SliceOptions,
    SourceMark,
    ViewOptions,
)

LINE_LENGTH = 24.0
IMAGE_SHARE = 0.5
"""A new image takes at most this share of each side of the lattice."""
PLACES = ("x", "y", "x2", "y2")
SIZES = ("width", "radius")
SIDES = ("nx", "ny")


class Editing:
    """Turns intentions of views and panels into steps of the history.

    Parameters
    ----------
    document : Document
        What is edited.
    history : History
        Where steps go.
    refuse : callable
        Told of a refused edit as ``refuse(error, path)``.

    Signals
    -------
    world_changed : str
        Name of the world that new sources join from now on.
    """

    world_changed = Signal(str)

    def __init__(self, document: Document, history: History, refuse: Callable[[BadInput, str], None]) -> None:
        self._document = document
        self._history = history
        self._refuse = refuse
        self._clipboard: list[dict[str, Any]] = []
        self._copied_of = ""
        """What was copied: sources or charges."""
        self.new_charge = 1.0
        """Value in e of a new charge of any value."""
        self.copied: Callable[[], None] = lambda: None
        self.told: Callable[[str], None] = lambda _text: None
        """Told in a sentence what an edit changed besides what was asked for."""
        self._world = ""
        self._map_before: FrozenArray | None = None
        self.locked = ""
        """Why nothing may be edited now, as a sentence; "" while editing is free."""

    @property
    def world(self) -> str:
        """Active world, which new sources join and strokes are painted in; the first one where it is ""."""
        return self._world

    @world.setter
    def world(self, name: str) -> None:
        if name != self._world:
            self._world = name
            self.world_changed.emit(name)

    # -- parameters

    def set_parameter(self, path: str, value: Any, phase: str = "commit", live: bool = True) -> None:
        """Change a parameter; press, drag and release make one step."""
        del live  # the document's difference decides between a live change and a restart
        if path in SIDES and self._set_side(path, value, phase):
            return
        self._gesture(
            phase, lambda: self._document.with_value(path, value), f"Set {path}", f"set:{path}", path
        )

    def _set_side(self, path: str, value: Any, phase: str) -> bool:
        """Change a side of a lattice whose capacity was painted; False where none was."""
        if phase in ("press", "commit"):
            self._map_before = getattr(self._lattice, "capacity_map", None)
        # A drag that comes by a smaller lattice on its way to a larger one loses nothing.
        before = self._map_before
        if before is None or phase == "cancel":
            return False
        self._gesture(
            phase,
            lambda: self._document.with_side(path, value, before),
            f"Set {path}, fit capacity map",
            f"set:{path}",
            path,
        )
        shape = tuple(getattr(self._lattice, side, 0) for side in ("ny", "nx"))
        if phase in ("release", "commit") and shape != before.shape:
            self.told(notice(before.shape, shape))
        return True

    def set_parameter_of(self, engine: str, path: str, value: Any, phase: str = "commit") -> None:
        """Change a parameter of an engine, whichever is in focus."""
        if engine == self._document.content.engine:
            self.set_parameter(path, value, phase)
            return
        called = f"{engine}.{path}"
        self._gesture(
            phase,
            lambda: self._document.with_value(path, value, engine),
            f"Set {path} of {engine}",
            f"set:{called}",
            called,
        )

    def reset_parameter(self, path: str, engine: str = "") -> None:
        """Return a parameter to its default, of the engine in focus or of another."""
        engine = engine or self._document.content.engine
        config_type = type(self._document.content.configs[engine])
        default = next((leaf.default for leaf in all_leaves(config_type) if leaf.path == path), None)
        self.set_parameter_of(engine, path, default)

    # -- sources

    def edit_source(self, source: str, changes: dict[str, Any], phase: str) -> None:
        """Change entries of a source to new absolute values, kept as round as `rounded` says."""
        typed = phase == "commit"
        changes = {key: rounded(key, value, typed) for key, value in changes.items()}
        if self._placing.torus:
            changes |= self._within(changes)
        noun, keys = self._noun({source}), [self._placing.own.get(key, key) for key in changes]
        text = f"Move {noun}" if set(changes) <= {"x", "y"} else f"Change {noun} {', '.join(keys)}"
        if set(changes) <= {"vx", "vy"}:
            text = f"Aim {noun}"
        self._gesture(
            phase, lambda: self._document.with_source_changes({source: changes}), text, "source", "sources"
        )

    def drop_source(self, kind: str, x: float, y: float) -> None:
        """Add a source, charge or pattern of a kind that the palette offers at a place, and select it."""
        if self._lacks(kind):
            return
        made = self._kind_of(kind).new
        x, y = round(x, 2), round(y, 2)
        called = self._placing.noun if self._placing.torus else PATTERN_CAPTIONS.get(kind, kind)
        entry: dict[str, Any] = {
            "kind": kind,
            "x": x,
            "y": y,
            "name": self._fresh_name(called),
            "world": self.world,
            **made[kind],
        }
        if self._placing.torus:
            entry = {"strength": self.new_charge, **entry}
            if entry["kind"] == "point":
                entry |= {"x": round(x), "y": round(y)}
            entry |= self._within(entry)
        if kind == "line":
            nx = self._sides[0]
            entry |= {"x2": min(x + LINE_LENGTH, nx - 1.0), "y2": y}
            if entry["x2"] - x < LINE_LENGTH / 2:
                entry["x2"] = x - LINE_LENGTH
        self._add([entry], f"Add {PATTERN_CAPTIONS.get(kind, kind).lower()}")

    def drop_image(self, array: FrozenArray, file: str, name: str, x: float, y: float) -> None:
        """Add an image of a map at a place, a cell an entry or smaller where it would not fit; select it."""
        if self._lacks("image"):
            return
        rows, columns = array.shape
        data = plain(self._lattice)
        width = min(columns, IMAGE_SHARE * data["nx"], IMAGE_SHARE * data["ny"] * columns / rows)
        entry = {
            "kind": "image",
            "x": round(x, 2),
            "y": round(y, 2),
            "name": name[:80],
            "world": self.world,
            "width": round(width, 2),
            "file": file,
            "array": array,
            **self._placing.new["image"],
        }
        self._add([entry], "Add image")

    @property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """What may be put at a place of the lattice, as the menu says it, and its kind; each lands there."""
        if self._placing.torus:
            return (("Charge +e", "positive"), ("Charge −e", "negative"), ("Gaussian charge", "cloud"))
        return tuple((kind.capitalize(), kind) for kind in SOURCE_KINDS)

    @property
    def patterns(self) -> tuple[tuple[str, str], ...]:
        """Patterns that may be put at a place of the lattice, as the menu says it, and their kinds."""
        known = placed.PATTERNS in placed.placings(self._lattice)
        return tuple((PATTERN_NAMES[kind], kind) for kind in PATTERN_KINDS) if known else ()

    @property
    def noun(self) -> str:
        """What stands on the lattice: a source, or a charge."""
        return self._placing.noun

    def add_source(self, kind: str) -> None:
        """Add a source of a kind at the centre of the lattice; a charge on the next free cell from there."""
        nx, ny = self._sides
        x, y = float(nx // 2), float(ny // 2)
        if self._placing.torus:
            x, y = placed.free_cell(placed.entries(plain(self._lattice)), (nx, ny), (x, y))
        self.drop_source(kind, x, y)

    def delete(self) -> None:
        """Delete the selected sources."""
        ids = self._document.selection
        if ids:
            self._push(lambda: self._document.without_sources(ids), f"Delete {self._noun(ids)}s")

    def copy(self) -> None:
        """Keep the selected sources for pasting."""
        chosen = self._chosen()
        if chosen:
            self._clipboard, self._copied_of = chosen, self._placing.key
            self.copied()

    @property
    def can_paste(self) -> bool:
        """Whether sources, or charges where charges stand, were copied."""
        place = placed.placing(self._lattice)
        return bool(self._clipboard) and place is not None and self._copied_of == place.key

    def paste(self, x: float | None = None, y: float | None = None) -> None:
        """Paste copied sources around a place, or four cells beside where they stood."""
        if not self.can_paste:
            return
        text = f"Paste {self._noun({source['id'] for source in self._clipboard})}s"
        if x is None or y is None:
            self._add_copies(self._beside(self._clipboard), text)
            return
        count = len(self._clipboard)
        dx = x - sum(s["x"] for s in self._clipboard) / count
        dy = y - sum(s["y"] for s in self._clipboard) / count
        self._add_copies([self._shifted(source, dx, dy) for source in self._clipboard], text)

    def duplicate(self) -> None:
        """Copy the selected sources four cells aside."""
        chosen = self._chosen()
        if chosen:
            self._add_copies(self._beside(chosen), f"Duplicate {self._noun(self._document.selection)}s")

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected sources by cells; repeated keys fold into one step."""
        ids = self._document.selection
        if not ids:
            return
        changes = {source["id"]: self._placed(source, dx, dy) for source in self._chosen()}
        self._push(
            lambda: self._document.with_source_changes(changes),
            f"Nudge {self._noun(ids)}s",
            f"nudge:{sorted(ids)}",
        )

    def select_all(self) -> None:
        """Select all that stands on the lattice."""
        self._document.select(placed.ids(self._lattice))

    # -- views

    def set_view(self, key: str, options: ViewOptions) -> None:
        """Change how a view shows its field."""
        self._push(lambda: self._document.with_view(key, options), "Change view", f"view:{key}")

    def set_slices(self, slices: Mapping[str, SliceOptions], text: str, phase: str = "commit") -> None:
        """Change which planes the slices show; press, drag and release make one step."""
        self._gesture(phase, lambda: self._document.with_slices(slices), text, f"slices:{text}", "slices")

    # -- helpers

    @property
    def _lattice(self) -> EngineConfig:
        """Configuration that holds the sources, whichever engine is in focus."""
        return self._document.content.lattice.config

    @property
    def _placing(self) -> placed.Placing:
        """How sources or charges stand on the lattice; sources where there is none."""
        return placed.placing(self._lattice) or placed.SOURCES

    def _kind_of(self, kind: str) -> placed.Placing:
        """How what is of a kind stands on the lattice."""
        return next((one for one in placed.placings(self._lattice) if kind in one.new), self._placing)

    def _lacks(self, kind: str) -> bool:
        """Refuse a kind that this run does not take: docks of other labs and dropped files ask for any."""
        if any(kind in one.new for one in placed.placings(self._lattice)):
            return False
        noun = self._placing.noun
        reason = f"There is no kind “{kind}” among the {noun}s of this run."
        if placed.placing(self._lattice) is None:
            reason = f"This run has no lattice that a {noun} could stand on."
        remedy = "Load a preset of the lab that this panel belongs to."
        self._refuse(BadInput(reason, key="kind", value=kind, remedy=remedy), "")
        return True

    def _noun(self, ids: Collection[str]) -> str:
        """What these are: sources, charges, patterns, or some of each."""
        patterns = sum(one.startswith(f"{placed.PATTERNS.key}:") for one in ids)
        other = "member" if patterns else self._placing.noun
        return placed.PATTERNS.noun if patterns == len(ids) > 0 else other

    @property
    def _sides(self) -> tuple[int, int]:
        """Columns and rows of the lattice."""
        return placed.sides(self._lattice) or (1, 1)

    def _chosen(self) -> list[dict[str, Any]]:
        """Entries of what is selected."""
        found = placed.entries(plain(self._lattice))
        return [entry for entry in found if entry["id"] in self._document.selection]

    def _within(self, place: Mapping[str, Any]) -> dict[str, float]:
        """Coordinates that a change names, within the torus to a hundredth of a cell."""
        sides = zip(("x", "y"), self._sides, strict=True)
        return {key: wrapped(round(float(place[key]), 2), side) for key, side in sides if key in place}

    def _fresh_name(self, kind: str) -> str:
        taken = {entry.get("name") for entry in placed.entries(plain(self._lattice))}
        number = 1
        while (name := f"{kind.capitalize()} {number}") in taken:
            number += 1
        return name

    def is_locked(self) -> bool:
        """Whether editing is locked; says so to the user where it is."""
        if self.locked:
            self._refuse(BadInput(self.locked, key="recording", remedy="Go back to the live run first."), "")
        return bool(self.locked)

    def _add(self, entries: list[dict[str, Any]], text: str) -> None:
        if self.is_locked():
            return
        try:
            content, ids = self._document.with_sources_added(entries)
        except BadInput as error:
            self._refuse(error, "sources")
            return
        self._history.push(content, text)
        self._document.select(ids)

    def _add_copies(self, entries: list[dict[str, Any]], text: str) -> None:
        taken = {str(entry.get("name") or "") for entry in placed.entries(plain(self._lattice))}
        self._add(placed.renamed(entries, taken), text)

    def _gesture(self, phase: str, make: Callable[[], Content], text: str, merge: str, path: str) -> None:
        if phase == "cancel":
            self._history.cancel_gesture()
            return
        if phase == "press":
            self._history.begin_gesture()
        self._push(make, text, merge if phase != "commit" else "", path)

    def _push(self, make: Callable[[], Content], text: str, merge: str = "", path: str = "") -> None:
        if self.is_locked():
            return
        try:
            content = make()
            memory_check.refuse_growth(self._document.content.configs, content.configs)
            if why := idle(self._document.content, content):
                raise why
        except BadInput as error:
            self._refuse(error, path)
            return
        self._history.push(content, text, merge)

    def _beside(self, chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Copies four cells aside: right and up, or the first other way in which all have room."""
        if self._placing.torus:
            return [self._shifted(source, 4.0, 4.0) for source in chosen]
        for dx, dy in ((4.0, 4.0), (-4.0, 4.0), (4.0, -4.0), (-4.0, -4.0)):
            found = [self._shifted(source, dx, dy) for source in chosen]
            moved = [
                (new["x"] - old["x"], new["y"] - old["y"]) for new, old in zip(found, chosen, strict=True)
            ]
            if any(abs(x - dx) + abs(y - dy) > 1 for x, y in moved):
                continue  # held back by the edge; a brush is set on whole cells
            try:
                self._document.with_sources_added(found)
            except BadInput:
                continue  # no room there: the next place is tried
            return found
        return [self._shifted(source, 4.0, 4.0) for source in chosen]

    def _shifted(self, source: dict[str, Any], dx: float, dy: float) -> dict[str, Any]:
        return {**source, **self._placed(source, dx, dy)}

    def _placed(self, source: dict[str, Any], dx: float, dy: float) -> dict[str, float]:
        """Shifted position, held inside the lattice, both ends of a line by the same amount."""
        nx, ny = self._sides
        if self._placing.torus:
            return self._within({"x": source["x"] + dx, "y": source["y"] + dy})
        line = source["kind"] == "line"
        if source["kind"] == "brush":
            return self._placed_brush(source, dx, dy)
        xs = [source["x"], source["x2"]] if line else [source["x"]]
        ys = [source["y"], source["y2"]] if line else [source["y"]]
        dx = min(max(dx, -min(xs)), nx - 1 - max(xs))
        dy = min(max(dy, -min(ys)), ny - 1 - max(ys))
        found = {"x": source["x"] + dx, "y": source["y"] + dy}
        return {**found, "x2": source["x2"] + dx, "y2": source["y2"] + dy} if line else found

    def _placed_brush(self, source: dict[str, Any], dx: float, dy: float) -> dict[str, float]:
        """Shifted place on whole cells, with the middle of what is painted inside the lattice."""
        nx, ny = self._sides
        left, bottom, right, top = painted_box(source["array"])
        found = {}
        for key, way, middle, side in (
            ("x", dx, (left + right) / 2, nx),
            ("y", dy, (bottom + top) / 2, ny),
        ):
            at = math.floor(source[key] + 0.5)
            found[key] = float(round(min(max(at + middle + way, 0.0), side - 1.0) - middle))
        return found


def rounded(key: str, value: Any, typed: bool = False) -> Any:
    """Value of a source as it is kept: lengths to a hundredth of a cell, strengths to four digits.

    Handles give what a pixel stands for, with all its digits; what was typed is kept, but for places.
    """
    if not isinstance(value, float) or (typed and key not in PLACES):
        return value
    if key in PLACES:
        return round(value, 2)
    if key in ("vx", "vy"):
        return round(value, 3)
    if key in SIZES:
        return round(value, 2) or value  # a size is never 0
    return tidy_digits(value, 4) if key == "strength" else value


def marks_of(content: Content, of: placed.Placing | None = None) -> tuple[SourceMark, ...]:
    """What stands on the lattice of a content, or one sort of it, as canvases and lists show it."""
    config = content.lattice.config
    if not placed.ids(config):
        return ()
    marks = marks_of_config(plain(config))
    if of is None:
        return marks
    return tuple(mark for mark in marks if of in placed.placings(config) and of.holds(mark.kind))
