"""Edits of the sources of a gravity configuration; each returns a validated copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tauscope.engine.errors import unknown_name
from tauscope.engine.gravity.config import GravityConfig, free_id


def with_sources(config: GravityConfig, sources: Sequence[Mapping[str, Any]]) -> GravityConfig:
    """Configuration with other sources.

    Raises
    ------
    BadInput
        If one of them is refused; so do the other functions here.
    """
    return GravityConfig.load({**config.dump(), "sources": sources})


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


def without_source(config: GravityConfig, source_id: str) -> GravityConfig:
    """Configuration without one source."""
    sources = _plain(config)
    del sources[_index(config, source_id)]
    return with_sources(config, sources)


def _plain(config: GravityConfig) -> list[dict[str, Any]]:
    return list(config.dump()["sources"])


def _index(config: GravityConfig, source_id: str) -> int:
    ids = [source.id for source in config.sources]
    if source_id not in ids:
        raise unknown_name("source", str(source_id), ids, key="id")
    return ids.index(source_id)
