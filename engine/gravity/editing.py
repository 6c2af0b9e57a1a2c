"""Edits of the sources of a gravity configuration; each returns a validated copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.gravity.config import GravityConfig, free_id


def with_sources(config: GravityConfig, sources: Sequence[Mapping[str, Any]]) -> GravityConfig:
    """Configuration with other sources.

    Raises
    ------
    BadInput
        If one of them is refused; so do the other functions here.
    """
    return GravityConfig.load({**config.model_dump(exclude={"sources"}), "sources": sources})


def with_worlds(
    config: GravityConfig,
    worlds: Sequence[Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]],
    patterns: Sequence[Mapping[str, Any]] | None = None,
) -> GravityConfig:
    """Configuration with other worlds, and the sources and, if given, the patterns that name them."""
    kept = config.model_dump(exclude={"sources", "worlds"})
    more = {} if patterns is None else {"patterns": patterns}
    return GravityConfig.load({**kept, "worlds": worlds, "sources": sources, **more})


def with_patterns(config: GravityConfig, patterns: Sequence[Mapping[str, Any]]) -> GravityConfig:
    """Configuration with other patterns."""
    return GravityConfig.load({**config.model_dump(exclude={"patterns"}), "patterns": patterns})


def with_pattern(config: GravityConfig, entries: Mapping[str, Any]) -> tuple[GravityConfig, str]:
    """Configuration with one pattern more, and its id: the given one, or the smallest free one."""
    pattern_id = entries.get("id") or free_id({one.id for one in config.patterns}, "p")
    changed = with_patterns(config, [*_plain_patterns(config), {**entries, "id": pattern_id}])
    return changed, str(pattern_id)


def with_changed_pattern(config: GravityConfig, pattern_id: str, changes: Mapping[str, Any]) -> GravityConfig:
    """Configuration with some entries of one pattern changed."""
    patterns = _plain_patterns(config)
    patterns[_pattern_index(config, pattern_id)].update(changes)
    return with_patterns(config, patterns)


def without_pattern(config: GravityConfig, pattern_id: str) -> GravityConfig:
    """Configuration without one pattern."""
    index = _pattern_index(config, pattern_id)
    patterns = _plain_patterns(config)
    return with_patterns(config, patterns[:index] + patterns[index + 1 :])


def _plain_patterns(config: GravityConfig) -> list[dict[str, Any]]:
    return [one.model_dump() for one in config.patterns]


def _pattern_index(config: GravityConfig, pattern_id: str) -> int:
    ids = [one.id for one in config.patterns]
    if pattern_id not in ids:
        raise unknown_name("pattern", pattern_id, ids, key="id")
    return ids.index(pattern_id)


def with_source(config: GravityConfig, entries: Mapping[str, Any]) -> tuple[GravityConfig, str]:
    """Configuration with one source more, and its id: the given one, or the smallest free one."""
    source_id = entries.get("id") or free_id({source.id for source in config.sources})
    changed = with_sources(config, [*_plain(config), {**entries, "id": source_id}])
    return changed, str(source_id)


def with_changes(config: GravityConfig, source_id: str, changes: Mapping[str, Any]) -> GravityConfig:
    """Configuration with some entries of one source changed."""
    sources = _plain(config)
    sources[_index(config, source_id)].update(changes)
    return with_sources(config, sources)


def with_painted(
    config: GravityConfig, source_id: str, x: int, y: int, patch: npt.ArrayLike
) -> GravityConfig:
    """Configuration with a rectangle of a brush's map replaced.

    Parameters
    ----------
    config : GravityConfig
        Present configuration.
    source_id : str
        A source of kind brush.
    x, y : int
        Column and row, in the brush's own map, of the first entry of the patch.
    patch : array_like, shape (rows, columns)
        New values, finite and at least 0.

    Raises
    ------
    BadInput
        No such source, one of another kind, or a patch that is refused or reaches beyond the map.
    """
    source = config.sources[_index(config, source_id)]
    if source.kind != "brush" or source.array is None:
        raise BadInput(
            f"The source “{source_id}” is of kind {source.kind} and cannot be painted.",
            key="id",
            value=source_id,
            allowed="ids of sources of kind brush",
        )
    changed = patched(source.array, x, y, patch)
    if changed.least < 0:
        raise BadInput(
            f"The smallest value of the patch is {changed.least:g}.",
            key="patch",
            value=changed.least,
            allowed="numbers of at least 0",
        )
    return with_changes(config, source_id, {"array": changed})


def patched(array: FrozenArray, x: int, y: int, patch: npt.ArrayLike) -> FrozenArray:
    """Array with the rectangle from column ``x`` and row ``y`` on replaced.

    Raises
    ------
    BadInput
        The patch is not two-dimensional or not finite, or reaches beyond the array.
    """
    new = np.asarray(patch, np.float64)
    rows, columns = array.shape
    at: tuple[Any, ...] = (x, y)
    whole = all(isinstance(one, int | np.integer) and not isinstance(one, bool) for one in at)
    fits = new.ndim == 2 and new.size > 0 and whole and x >= 0 and y >= 0
    if not fits or x + new.shape[1] > columns or y + new.shape[0] > rows:
        raise BadInput(
            f"A patch of shape {new.shape} at column {x}, row {y} does not fit a map of "
            f"{rows} rows and {columns} columns.",
            key="patch",
            value=new.shape,
            allowed="rows and columns inside the map",
        )
    return array.with_part((slice(y, y + new.shape[0]), slice(x, x + new.shape[1])), new)


def without_source(config: GravityConfig, source_id: str) -> GravityConfig:
    """Configuration without one source."""
    sources = _plain(config)
    del sources[_index(config, source_id)]
    return with_sources(config, sources)


def _plain(config: GravityConfig) -> list[dict[str, Any]]:
    """Entries of every source."""
    return [source.model_dump() for source in config.sources]


def _index(config: GravityConfig, source_id: str) -> int:
    ids = [source.id for source in config.sources]
    if source_id not in ids:
        raise unknown_name("source", str(source_id), ids, key="id")
    return ids.index(source_id)
