"""The document: what the user edits and undo restores (configuration with sources, views), without Qt.

Every edit replaces the immutable configuration by another; what the engine must be told is the difference
of the two, so undo is the same difference taken backwards, at the present tick. Physics is not rewound.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from psygnal import Signal
from pydantic import BaseModel

from tauscope.app.capacity_fit import fitted
from tauscope.engine import registry, strokes
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.base import Array, Command
from tauscope.engine.config import EngineConfig, leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.probes import Probe
from tauscope.widgets.state import ViewOptions


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that undo restores.

    Parameters
    ----------
    engine : str
        Engine name.
    config : EngineConfig
        Configuration, sources included.
    seed : int
        Seed of the run.
    views : mapping of str to ViewOptions
        How each view shows its field.
    preset : str
        Preset it came from.
    title : str
        Shown title.
    probes : tuple of Probe
        Where the world is measured.
    """

    engine: str
    config: EngineConfig
    seed: int
    views: Mapping[str, ViewOptions]
    preset: str = ""
    title: str = ""
    probes: tuple[Probe, ...] = ()

    def digest(self) -> str:
        """Hash of the content; equal contents have equal digests."""
        views = {key: asdict(view) for key, view in sorted(self.views.items())}
        probes = [asdict(probe) for probe in self.probes]
        data = [self.engine, self.config.dump(), self.seed, views, self.preset, probes]
        return hashlib.blake2b(json.dumps(data, sort_keys=True).encode(), digest_size=16).hexdigest()


class Document:
    """Holds the present content and says when it changed.

    Signals
    -------
    changed : (Content, Content)
        Before and after.
    selected : frozenset of str
        Ids of the selected sources.
    """

    changed = Signal(object, object)
    selected = Signal(object)

    def __init__(self, content: Content) -> None:
        self._content = content
        self._selection: frozenset[str] = frozenset()

    @property
    def content(self) -> Content:
        """Present content."""
        return self._content

    @property
    def selection(self) -> frozenset[str]:
        """Ids of the selected sources."""
        return self._selection

    def replace(self, content: Content) -> None:
        """Put another content in place; emits ``changed`` when it differs."""
        before = self._content
        if content == before:
            return
        self._content = content
        self.changed.emit(before, content)
        self.select(self._selection)

    def select(self, ids: frozenset[str]) -> None:
        """Select sources; ids that do not exist are left out."""
        kept = frozenset(ids & {source.id for source in sources_of(self._content.config)})
        if kept != self._selection:
            self._selection = kept
            self.selected.emit(kept)

    # -- edits: each returns the content it would lead to, or raises BadInput

    def with_value(self, path: str, value: Any) -> Content:
        """Content with one parameter changed; arrays stay the same objects, kept once by the history."""
        data = plain(self._content.config)
        if path in data:
            return self._with_config({**data, path: value})
        return replace(self._content, config=self._content.config.with_value(path, value))

    def with_side(self, path: str, value: Any, painted: FrozenArray) -> Content:
        """Content with another ``nx`` or ``ny`` and the factors of the capacity fitted to it.

        Parameters
        ----------
        path : str
            ``nx`` or ``ny``.
        value : int
            Cells along that side.
        painted : FrozenArray, shape (rows, columns)
            Factors of the capacity: cells keep their place from x 0, y 0, those beyond the lattice are left
            out, and new ones have the factor 1.
        """
        data = {**plain(self._content.config), path: value, "capacity_map": None}
        config = self._with_config(data).config  # refuses a side that is none before anything is made of it
        sides = plain(config)
        return self._with_config({**data, "capacity_map": fitted(painted, (sides["ny"], sides["nx"]))})

    def with_source_changes(self, changes: Mapping[str, Mapping[str, Any]]) -> Content:
        """Content with entries of several sources changed, by source id."""
        data = plain(self._content.config)
        data["sources"] = [{**source, **changes.get(source["id"], {})} for source in data["sources"]]
        return self._with_config(data)

    def with_sources_added(self, added: list[dict[str, Any]]) -> tuple[Content, frozenset[str]]:
        """Content with sources added, and their new ids."""
        data = plain(self._content.config)
        taken = {source["id"] for source in data["sources"]}
        ids = []
        for source in added:
            ids.append(free_id(taken))
            taken.add(ids[-1])
            data["sources"].append({**source, "id": ids[-1]})
        return self._with_config(data), frozenset(ids)

    def without_sources(self, ids: frozenset[str]) -> Content:
        """Content without some sources."""
        data = plain(self._content.config)
        data["sources"] = [source for source in data["sources"] if source["id"] not in ids]
        return self._with_config(data)

    def with_map(self, source: str, array: FrozenArray, **place: float) -> Content:
        """Content with another map of a brush, and another place of its first entry where one is given."""
        return self.with_source_changes({source: {"array": array, **place}})

    def with_capacity_map(self, factors: Array) -> Content:
        """Content with other factors of the capacity, [ny, nx]; none are kept where all of them are 1."""
        data = plain(self._content.config)
        data["capacity_map"] = None if (factors == 1.0).all() else FrozenArray(factors)
        return self._with_config(data)

    def with_view(self, key: str, options: ViewOptions) -> Content:
        """Content with a view's options changed."""
        return replace(self._content, views={**self._content.views, key: options})

    def _with_config(self, data: Mapping[str, Any]) -> Content:
        return replace(self._content, config=type(self._content.config).load(data))


def plain(config: BaseModel) -> dict[str, Any]:
    """Entries of a configuration as plain data, but arrays as they are: packing them takes milliseconds."""
    return {name: _plain(getattr(config, name)) for name in type(config).model_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _sent(value: Any) -> Any:
    """Form in which a value goes into a command, and with it into the event log."""
    if isinstance(value, FrozenArray):
        return value.dump()
    if isinstance(value, Mapping):
        return {key: _sent(item) for key, item in value.items()}
    return [_sent(item) for item in value] if isinstance(value, list) else value


def sources_of(config: EngineConfig) -> tuple[Any, ...]:
    """Sources of a configuration; engines without sources have none."""
    return tuple(getattr(config, "sources", ()))


def free_id(taken: set[str]) -> str:
    """Smallest ``s1``, ``s2``, … that is not taken."""
    number = 1
    while f"s{number}" in taken:
        number += 1
    return f"s{number}"


def difference(before: Content, after: Content, origin: str = "user") -> list[Command] | None:
    """Commands that bring a running engine from one content to another, or None where it must restart.

    Parameters
    ----------
    before, after : Content
        What runs, and what shall run.
    origin : str
        Kept in the event log.
    """
    if before.engine != after.engine or before.seed != after.seed or before.preset != after.preset:
        return None
    old, new = plain(before.config), plain(after.config)
    live = {leaf.path: leaf.live for leaf in leaves(type(after.config))}
    commands: list[Command] = []
    if new.get("worlds") != old.get("worlds"):
        # Together with the sources, which name their world: neither can change before the other.
        both = {"worlds": new["worlds"], "sources": _sent(new["sources"])}
        commands.append(Command(after.engine, "set_worlds", both, origin=origin))
        old = {**old, "worlds": new["worlds"], "sources": new["sources"]}
    for key in new:
        if key == "sources" or new[key] == old.get(key):
            continue
        if key == "capacity_map":
            shape = (new["ny"], new["nx"])
            args = _patch(*(np.ones(shape) if m is None else m.array for m in (old.get(key), new[key])))
            if args is None:
                return None
            commands.append(Command(after.engine, "paint_capacity", args, origin=origin))
            continue
        if not live.get(key, False):
            return None
        commands.append(
            Command(
                after.engine, "set", {"path": key, "value": new[key]}, coalesce=f"set:{key}", origin=origin
            )
        )
    return commands + _source_commands(after.engine, old.get("sources", []), new.get("sources", []), origin)


def _source_commands(
    engine: str, old: list[dict[str, Any]], new: list[dict[str, Any]], origin: str
) -> list[Command]:
    if old == new:
        return []
    old_ids, new_ids = [s["id"] for s in old], [s["id"] for s in new]
    kept = [i for i in old_ids if i in new_ids]
    if (
        new_ids[: len(kept)] != kept
    ):  # an undone removal returns to its place, which keeps the order of addition
        return [Command(engine, "set_sources", {"sources": _sent(new)}, origin=origin)]
    commands = [
        Command(engine, "remove_source", {"id": i}, origin=origin) for i in old_ids if i not in new_ids
    ]
    before = {s["id"]: s for s in old}
    for source in new:
        known = before.get(source["id"])
        if known is None:
            commands.append(Command(engine, "add_source", _sent(source), origin=origin))
            continue
        changed = {key: value for key, value in source.items() if known.get(key) != value}
        if (stroke := _stroke(known, changed)) is not None:
            del changed["array"]
            commands.append(Command(engine, "paint_source", {"id": source["id"], **stroke}, origin=origin))
        if changed:
            name = "move_source" if set(changed) <= {"x", "y"} else "update_source"
            args = {"x": source["x"], "y": source["y"]} if name == "move_source" else _sent(changed)
            coalesce = f"{name}:{source['id']}:{'+'.join(sorted(args))}"
            commands.append(
                Command(engine, name, {"id": source["id"], **args}, coalesce=coalesce, origin=origin)
            )
    return commands


def _stroke(known: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a stroke on a brush changed, or None where its map was exchanged or left alone."""
    before, after = known.get("array"), changed.get("array")
    if known.get("kind") != "brush" or "kind" in changed:
        return None
    if not isinstance(before, FrozenArray) or not isinstance(after, FrozenArray):
        return None
    return _patch(before.array, after.array)


def _patch(before: Array, after: Array) -> dict[str, Any] | None:
    """Smallest rectangle that differs, as arguments of a command; None where the shapes do."""
    box = strokes.bounds(before != after) if before.shape == after.shape else None
    if box is None:
        return None
    rows, columns = box
    return {"x": columns.start, "y": rows.start, "patch": np.array(after[box])}


def content_of(
    engine: str,
    config: Mapping[str, Any],
    *,
    seed: int = 1,
    views: Mapping[str, ViewOptions] | None = None,
    preset: str = "",
    title: str = "",
) -> Content:
    """Content from plain data.

    Raises
    ------
    BadInput
        Unknown engine or refused configuration.
    """
    if seed < 0:
        raise BadInput(f"seed = {seed} is negative.", key="seed", value=seed, allowed="0 to 2^64 - 1")
    loaded = registry.config_type(engine).load(config)
    return Content(engine, loaded, seed, dict(views or {}), preset, title or preset)
