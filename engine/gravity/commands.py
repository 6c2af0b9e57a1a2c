"""Commands of the gravity engine that change its configuration: sources, worlds, painted maps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.base import Json
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity import catalogue, editing
from tauscope.engine.gravity.config import GravityConfig


class ConfigCommands(ABC):
    """What a user does to the configuration of a running lattice; each command is taken whole or refused.

    Whoever inherits it has a configuration and takes on another.
    """

    @property
    @abstractmethod
    def config(self) -> GravityConfig:
        """Present configuration."""

    @abstractmethod
    def _adopt(self, config: GravityConfig) -> None:
        """Go on with this configuration from the present tick."""

    def config_commands(self) -> dict[str, Callable[..., Json]]:
        """Commands by name."""
        return {
            "add_source": self._add_source,
            "move_source": self._move_source,
            "update_source": self._update_source,
            "remove_source": self._remove_source,
            "set_sources": self._set_sources,
            "set_worlds": self._set_worlds,
            "add_pattern": self._add_pattern,
            "move_pattern": self._move_pattern,
            "update_pattern": self._update_pattern,
            "remove_pattern": self._remove_pattern,
            "set_patterns": self._set_patterns,
            "paint_source": self._paint_source,
            "paint_capacity": self._paint_capacity,
        }

    def _add_source(self, **entries: Json) -> str:
        """Add a source; returns its id."""
        changed, source_id = editing.with_source(self.config, entries)
        self._adopt(changed)
        return source_id

    def _move_source(
        self,
        id: str,
        x: float,
        y: float,
        x2: float | None = None,
        y2: float | None = None,
    ) -> None:
        """Move a source's centre, or a line's start and, if given, its end."""
        end = {key: value for key, value in (("x2", x2), ("y2", y2)) if value is not None}
        self._update_source(id, x=x, y=y, **end)

    def _update_source(self, id: str, **changes: Json) -> None:
        """Change any entries of a source."""
        self._adopt(editing.with_changes(self.config, id, changes))

    def _remove_source(self, id: str) -> None:
        """Remove a source."""
        self._adopt(editing.without_source(self.config, id))

    def _set_sources(self, sources: Sequence[Mapping[str, Json]]) -> None:
        """Replace all sources."""
        self._adopt(editing.with_sources(self.config, sources))

    def _set_worlds(
        self,
        worlds: Sequence[Mapping[str, Json]],
        sources: Sequence[Mapping[str, Json]],
        patterns: Sequence[Mapping[str, Json]] | None = None,
    ) -> None:
        """Replace all worlds together with what names them; the lattice knows no worlds."""
        self._adopt(editing.with_worlds(self.config, worlds, sources, patterns))

    def _add_pattern(self, **entries: Json) -> str:
        """Add a pattern, which begins at the present tick; returns its id."""
        changed, pattern_id = editing.with_pattern(self.config, entries)
        self._adopt(changed)
        return pattern_id

    def _move_pattern(self, id: str, x: float, y: float, velocity: Sequence[float] | None = None) -> None:
        """Put a pattern elsewhere, where it starts anew; a clock and an agent take their count along."""
        more = {} if velocity is None else {"velocity": tuple(velocity)}
        self._update_pattern(id, x=x, y=y, **more)

    def _update_pattern(self, id: str, **changes: Json) -> None:
        """Change any entries of a pattern; it starts anew where they say how it begins."""
        self._adopt(editing.with_changed_pattern(self.config, id, changes))

    def _remove_pattern(self, id: str) -> None:
        """Remove a pattern, and its wave from the nodes."""
        self._adopt(editing.without_pattern(self.config, id))

    def _set_patterns(self, patterns: Sequence[Mapping[str, Json]]) -> None:
        """Replace all patterns; those whose start is the same go on."""
        self._adopt(editing.with_patterns(self.config, patterns))

    def _paint_source(self, id: str, x: int, y: int, patch: Json) -> None:
        """Replace a rectangle of a brush's map; (x, y) is the patch's first entry in that map."""
        self._adopt(editing.with_painted(self.config, id, x, y, patch))

    def _paint_capacity(self, x: int, y: int, patch: Json) -> None:
        """Replace the rectangle of the capacity map that begins at column x, row y; it is 1 elsewhere."""
        present = self.config.capacity_map or FrozenArray.uniform((self.config.ny, self.config.nx), 1.0)
        painted = editing.patched(present, x, y, patch)
        if painted.least <= 0:
            raise BadInput(
                f"The smallest factor of the patch is {painted.least:g}; a node needs some capacity.",
                key="patch",
                value=painted.least,
                allowed="numbers of more than 0",
            )
        plain = painted.least == painted.peak == 1.0
        self._adopt(self.config.with_value("capacity_map", None if plain else painted))


def live_change(config: GravityConfig, path: str, value: Json) -> GravityConfig:
    """Configuration with one live parameter changed, by dotted path.

    Raises
    ------
    BadInput
        Unknown path, a value out of range, or a parameter that needs a restart.
    """
    live = [leaf.path for leaf in leaves(GravityConfig) if leaf.live]
    if reason := catalogue.unused(config.rule, path):
        raise BadInput(reason, key=path, value=value, remedy="Restart the run with another rule.")
    if path in GravityConfig.model_fields and path not in (*live, "capacity_map", "sources"):
        raise BadInput(
            f"“{path}” cannot change while the lattice runs.",
            key=path,
            value=value,
            allowed=f"{', '.join(live)}, capacity_map and sources while running",
            remedy="Restart the run with the new value.",
        )
    return config.with_value(path, value)
