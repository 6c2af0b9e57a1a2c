"""Changes: what running engines must be told so that they go from one document to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tauscope.app import placed
from tauscope.app.document import Content, plain
from tauscope.engine import strokes
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.base import Array, Command
from tauscope.engine.config import EngineConfig, leaves
from tauscope.engine.errors import BadInput

TOGETHER = frozenset({"worlds", "sources", "patterns", "capacity_map", "nx", "ny"})
"""Entries of which each is looked at for what it means to the others."""

PLACED = frozenset(kind.key for kind in placed.KINDS)
"""Lists of what stands on a lattice, which have commands of their own."""


def difference(before: Content, after: Content, origin: str = "user") -> list[Command] | None:
    """Commands that bring running engines from one content to another, or None where they must restart.

    Parameters
    ----------
    before, after : Content
        What runs, and what shall run; which engine is in focus makes no difference.
    origin : str
        Kept in the event log.
    """
    old, new = before.configs, after.configs
    if old.keys() != new.keys() or before.seed != after.seed or before.preset != after.preset:
        return None
    if before.couplings != after.couplings or _ratios(before) != _ratios(after):
        return None
    commands: list[Command] = []
    for key, config in new.items():
        if config is old[key]:
            continue
        found = _engine_difference(key, old[key], config, origin)
        if found is None:
            return None
        commands += found
    return commands


def _ratios(content: Content) -> dict[str, int]:
    return {key: content.ticks.get(key, 1) for key in content.configs}


def _engine_difference(
    engine: str, before: EngineConfig, after: EngineConfig, origin: str
) -> list[Command] | None:
    """Commands for one engine, or None where it must restart."""
    changed_fields = {n for n in type(after).model_fields if getattr(before, n, None) != getattr(after, n)}
    wanted = changed_fields | (TOGETHER if changed_fields & TOGETHER else set())
    old, new = plain(before, wanted), plain(after, wanted)
    live = {leaf.path for leaf in leaves(type(after)) if leaf.live} | {*getattr(after, "live_lists", ())}
    commands: list[Command] = []
    live_values: dict[str, Any] = {}
    if new.get("worlds") != old.get("worlds"):
        # Together with what names its world: neither can change before the other.
        named: dict[str, Any] = {key: new[key] for key in ("sources", "patterns") if key in new}
        if named.get("patterns") == old.get("patterns"):
            named.pop("patterns", None)
        all_of_them = {"worlds": new["worlds"], **_sent(named)}
        commands.append(Command(engine, "set_worlds", all_of_them, origin=origin))
        old = {**old, "worlds": new["worlds"], **named}
    for key in new:
        if key in PLACED or new[key] == old.get(key):
            continue
        if key == "capacity_map":
            shape = (new["ny"], new["nx"])
            args = _patch(*(np.ones(shape) if m is None else m.array for m in (old.get(key), new[key])))
            if args is None:
                return None
            commands.append(Command(engine, "paint_capacity", args, origin=origin))
            continue
        changed = dict(_changed(key, old.get(key), new[key]))
        if not live.issuperset(changed):
            return None
        live_values |= changed
    for path in _in_order(before, after, live_values):
        args = {"path": path, "value": _sent(live_values[path])}
        commands.append(Command(engine, "set", args, coalesce=f"set:{engine}:{path}", origin=origin))
    for kind in placed.KINDS:
        if kind.key in new:
            commands += _placed_commands(engine, kind, old.get(kind.key, []), new[kind.key], origin)
    return commands


def _in_order(config: EngineConfig, after: EngineConfig, values: Mapping[str, Any]) -> list[str]:
    """Paths of live values in an order in which an engine takes each: a width before its gate is shut.

    What would be refused after all of the others comes last, as it came.
    """
    if len(values) < 2:
        return list(values)
    idle_after = after.unused()
    waiting, found = sorted(values, key=lambda path: path not in idle_after), list[str]()
    while len(waiting) > 1:
        for path in waiting:
            if path in config.unused():
                continue
            try:
                config = config.with_value(path, values[path])
            except BadInput:
                continue  # allowed after another of these, perhaps; where not, the last one is refused aloud
            found.append(path)
            waiting.remove(path)
            break
        else:
            break
    return found + waiting


def _changed(path: str, old: Any, new: Any) -> Iterable[tuple[str, Any]]:
    """Dotted paths that differ, and their new values; a list is one value."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for key, value in new.items():
            yield from _changed(f"{path}.{key}", old[key], value)
    elif old != new:
        yield path, new


def _placed_commands(
    engine: str, kind: placed.Placing, old: list[dict[str, Any]], new: list[dict[str, Any]], origin: str
) -> list[Command]:
    """Commands for sources, charges or patterns, whose entries are those of the configuration."""
    if old == new:
        return []
    old_ids, new_ids = [s["id"] for s in old], [s["id"] for s in new]
    kept = [i for i in old_ids if i in new_ids]
    if (
        new_ids[: len(kept)] != kept
    ):  # an undone removal returns to its place, which keeps the order of addition
        return [Command(engine, f"set_{kind.key}", {kind.key: _sent(new)}, origin=origin)]
    commands = [
        Command(engine, f"remove_{kind.noun}", {"id": i}, origin=origin) for i in old_ids if i not in new_ids
    ]
    before = {s["id"]: s for s in old}
    for source in new:
        known = before.get(source["id"])
        if known is None:
            commands.append(Command(engine, f"add_{kind.noun}", _sent(source), origin=origin))
            continue
        changed = {key: value for key, value in source.items() if known.get(key) != value}
        if (stroke := _stroke(known, changed)) is not None:
            del changed["array"]
            commands.append(Command(engine, "paint_source", {"id": source["id"], **stroke}, origin=origin))
        if changed:
            moved = set(changed) <= {"x", "y"}
            name = f"{'move' if moved else 'update'}_{kind.noun}"
            args = {"x": source["x"], "y": source["y"]} if moved else _sent(changed)
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


def _sent(value: Any) -> Any:
    """Form in which a value goes into a command, and with it into the event log."""
    if isinstance(value, FrozenArray):
        return value.dump()
    if isinstance(value, Mapping):
        return {key: _sent(item) for key, item in value.items()}
    return [_sent(item) for item in value] if isinstance(value, list) else value
