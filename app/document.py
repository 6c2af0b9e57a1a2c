"""The document: what the user edits and undo restores (configuration with sources, views), without Qt.

Every edit replaces the immutable configuration by another; what the engine must be told is the difference
of the two (`app.changes`), so undo is the same difference taken backwards, at the present tick. Physics is
not rewound.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from psygnal import Signal
from pydantic import BaseModel

from tauscope.app import placed
from tauscope.app.capacity_fit import fitted
from tauscope.app.lattice_fields import followed
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.base import Array
from tauscope.engine.config import EngineConfig
from tauscope.engine.coupling import CouplingConfig
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.probes import Probe
from tauscope.engine.setup import Setup
from tauscope.widgets.state import SliceOptions, ViewOptions


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that undo restores.

    Parameters
    ----------
    engine : str
        Name of the engine in focus, whose parameters and scalars the window shows.
    config : EngineConfig
        Its configuration, sources included.
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
    others: Mapping[str, EngineConfig] = field(default_factory=dict)
    """Configurations of the other engines of the session, by name."""
    main_engine: str = ""
    """Main engine of the set-up, "" where it is in focus; conditions and logs call its scalars by name."""
    ticks: Mapping[str, int] = field(default_factory=dict)
    """Ticks of each engine in one macro tick, where they are not 1."""
    couplings: tuple[CouplingConfig, ...] = ()
    slices: Mapping[str, SliceOptions] = field(default_factory=dict)
    """Which plane of the wave each slice shows, by key of the view; one that was never touched has none."""

    @property
    def main(self) -> str:
        """Name of the main engine, whichever is in focus."""
        return self.main_engine or self.engine

    @property
    def configs(self) -> dict[str, EngineConfig]:
        """Configurations of all engines, by name; that in focus first."""
        return {self.engine: self.config, **self.others}

    def focused(self, key: str) -> Content:
        """The same with another engine in focus.

        Raises
        ------
        BadInput
            An engine that is not in the session.
        """
        if key == self.engine:
            return self
        configs = self.configs
        if key not in configs:
            raise unknown_name("engine of the session", key, configs, key="engine")
        config, main = configs.pop(key), "" if key == self.main else self.main
        return replace(self, engine=key, config=config, others=configs, main_engine=main)

    @property
    def lattice(self) -> Content:
        """The same with the engine in focus that has a lattice of rows and columns, and with it sources.

        As it is where the engine in focus has one, or none has.
        """
        wide = (key for key, config in self.configs.items() if placed.sides(config) is not None)
        return self.focused(next(wide, self.engine))

    def setup(self) -> Setup:
        """Set-up of the engines, the main one first.

        Raises
        ------
        BadInput
            Engines that cannot be coupled so.
        """
        made = self.focused(self.main)
        return Setup.of(made.engine, made.config, made.others, made.ticks, made.couplings)

    def digest(self) -> str:
        """Hash of the content; equal contents have equal digests, whichever engine is in focus."""
        views = {key: asdict(view) for key, view in sorted(self.views.items())}
        probes = [asdict(probe) for probe in self.probes]
        configs = {key: config.dump() for key, config in sorted(self.configs.items())}
        couplings = [coupling.dump() for coupling in self.couplings]
        ticks = {key: count for key, count in sorted(self.ticks.items()) if count != 1}
        slices = {key: asdict(options) for key, options in sorted(self.slices.items())}
        data = [configs, ticks, couplings, self.seed, views, self.preset, probes, slices]
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

    def focus(self, key: str) -> None:
        """Turn to another engine of the session: a change of the view, which undo knows nothing of.

        Raises
        ------
        BadInput
            An engine that is not in the session.
        """
        before, after = self._content, self._content.focused(key)
        if after is not before:
            self._content = after
            self.changed.emit(before, after)

    def aligned(self, content: Content) -> Content:
        """A content of the present session with the present engine in focus; another's as it is."""
        present = self._content
        same = content.preset == present.preset and content.configs.keys() == present.configs.keys()
        return content.focused(present.engine) if same else content

    def replace(self, content: Content) -> None:
        """Put another content in place; emits ``changed`` when it differs."""
        before, content = self._content, self.aligned(content)
        if content == before:
            return
        self._content = content
        self.changed.emit(before, content)
        self.select(self._selection)

    def select(self, ids: frozenset[str]) -> None:
        """Select sources; ids that do not exist are left out."""
        kept = ids & placed.ids(self._content.lattice.config)
        if kept != self._selection:
            self._selection = kept
            self.selected.emit(kept)

    # -- edits: each returns the content it would lead to, or raises BadInput

    def with_value(self, path: str, value: Any, engine: str = "") -> Content:
        """Content with one parameter changed; arrays stay the same objects, kept once by the history.

        It is one of the engine in focus, or of another that is named.
        """
        content = self._content.focused(engine or self._content.engine)
        config = content.config
        data = plain(config)
        changed = type(config).load({**data, path: value}) if path in data else config.with_value(path, value)
        views = followed(content.views, content.engine, config, changed)
        return replace(content, config=changed, views=views).focused(self._content.engine)

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
        data = {**plain(self._content.lattice.config), path: value, "capacity_map": None}
        config = self._with_config(
            data
        ).lattice.config  # refuses a side that is none before anything is made of it
        sides = plain(config)
        return self._with_config({**data, "capacity_map": fitted(painted, (sides["ny"], sides["nx"]))})

    def with_source_changes(self, changes: Mapping[str, Mapping[str, Any]]) -> Content:
        """Content with entries of several sources changed, by source id."""
        data = plain(self._content.lattice.config)
        found = [{**entry, **changes.get(entry["id"], {})} for entry in placed.entries(data)]
        return self._with_config(placed.with_entries(data, found))

    def with_sources_added(self, added: list[dict[str, Any]]) -> tuple[Content, frozenset[str]]:
        """Content with sources added, and their new ids."""
        data = plain(self._content.lattice.config)
        found, kinds = placed.entries(data), placed.placings(data)
        taken = {entry["id"] for entry in found}
        ids = []
        for source in added:
            kind = next((one for one in kinds if one.holds(source["kind"])), placed.SOURCES)
            ids.append(free_id(taken, kind.called(kind.prefix)))
            taken.add(ids[-1])
            found.append({**source, "id": ids[-1]})
        return self._with_config(placed.with_entries(data, found)), frozenset(ids)

    def without_sources(self, ids: frozenset[str]) -> Content:
        """Content without some sources."""
        data = plain(self._content.lattice.config)
        found = [entry for entry in placed.entries(data) if entry["id"] not in ids]
        return self._with_config(placed.with_entries(data, found))

    def with_map(self, source: str, array: FrozenArray, **place: float) -> Content:
        """Content with another map of a brush, and another place of its first entry where one is given."""
        return self.with_source_changes({source: {"array": array, **place}})

    def with_capacity_map(self, factors: Array) -> Content:
        """Content with other factors of the capacity, [ny, nx]; none are kept where all of them are 1."""
        data = plain(self._content.lattice.config)
        data["capacity_map"] = None if (factors == 1.0).all() else FrozenArray(factors)
        return self._with_config(data)

    def with_view(self, key: str, options: ViewOptions) -> Content:
        """Content with a view's options changed."""
        return replace(self._content, views={**self._content.views, key: options})

    def with_slices(self, slices: Mapping[str, SliceOptions]) -> Content:
        """Content with other planes of the wave in some slices, by key."""
        return replace(self._content, slices={**self._content.slices, **slices})

    def _with_config(self, data: Mapping[str, Any]) -> Content:
        """Content whose lattice has another configuration, with the focus where it is."""
        base = self._content.lattice
        changed = replace(base, config=type(base.config).load(data))
        return changed.focused(self._content.engine)


def plain(config: BaseModel, names: Collection[str] | None = None) -> dict[str, Any]:
    """Entries of a configuration, or some, as plain data; arrays as they are: packing takes milliseconds."""
    fields = type(config).model_fields
    return {name: _plain(getattr(config, name)) for name in fields if names is None or name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def value_at(config: BaseModel, path: str) -> Any:
    """Entry of a configuration by dotted path, None where it has none; arrays as they are."""
    found: Any = config
    for part in path.split("."):
        found = getattr(found, part, None)
    return found


def sources_of(config: EngineConfig) -> tuple[Any, ...]:
    """Sources of a configuration, or charges; engines that have neither have none."""
    kind = placed.placing(config)
    return () if kind is None else tuple(getattr(config, kind.key))


def free_id(taken: set[str], prefix: str = "s") -> str:
    """Smallest ``s1``, ``s2``, … that is not taken."""
    number = 1
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"


def content_of(
    engine: str,
    config: Mapping[str, Any],
    *,
    seed: int = 1,
    views: Mapping[str, ViewOptions] | None = None,
    preset: str = "",
    title: str = "",
    companions: Mapping[str, Mapping[str, Any] | EngineConfig] | None = None,
    ticks: Mapping[str, int] | None = None,
    couplings: Iterable[Mapping[str, Any] | CouplingConfig] = (),
) -> Content:
    """Content from plain data.

    Raises
    ------
    BadInput
        Unknown engine or coupling, refused configuration, or engines that cannot be coupled so.
    """
    if seed < 0:
        raise BadInput(f"seed = {seed} is negative.", key="seed", value=seed, allowed="0 to 2^64 - 1")
    made = Setup.of(engine, config, companions, ticks, couplings)
    configs = {key: member.config for key, member in made.engines.items()}
    return Content(
        engine,
        configs.pop(engine),
        seed,
        dict(views or {}),
        preset,
        title or preset,
        others=configs,
        ticks=dict(ticks or {}),
        couplings=made.couplings,
    )
