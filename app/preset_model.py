"""What a preset file holds: an engine's configuration, what to see, what to try, and what it must give."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from tauscope.engine import registry
from tauscope.engine.config import EngineConfig
from tauscope.engine.coupling import KINDS, CouplingConfig
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.planes import PlaneMode
from tauscope.engine.setup import Setup
from tauscope.widgets.state import Autoscale, ColorScale, SliceOptions, ViewOptions

Text = Annotated[str, Field(min_length=1)]
SliceKey = Annotated[str, Field(pattern="^slice2?$")]
Axis = Literal["r", "s", "t", "u", "v", "w", "x", "y", "z"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)


class Expectation(_Part):
    """What a scalar must read after some ticks with seed 1: the preset's own test.

    Parameters
    ----------
    scalar : str
        Name of a scalar of the engine.
    range : (float, float)
        Lowest and highest allowed value, in the scalar's unit.
    ticks : int
        Macro ticks from the start.
    engine : str
        Engine of the set-up that measures it, "" for the main one.
    """

    scalar: Text
    range: tuple[float, float]
    ticks: int = Field(ge=0)
    engine: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.range[0] > self.range[1]:
            raise ValueError(
                f"the range of “{self.scalar}” runs backwards: {self.range[0]} to {self.range[1]}"
            )
        return self


class PresetView(_Part):
    """How one field is shown when the preset opens.

    Parameters
    ----------
    cmap : str
        Colour map, "" for the one that suits the field.
    autoscale : str
        How colour limits follow the data.
    low, high : float or None
        Colour limits where autoscale is ``frozen``.
    scale, linthresh, minus, contours, levels, contour_labels
        As in `widgets.state.ViewOptions`.
    """

    cmap: str = ""
    autoscale: Autoscale = "continuous"
    low: float | None = None
    high: float | None = None
    scale: ColorScale = "linear"
    linthresh: float | None = Field(default=None, gt=0)
    minus: str = ""
    contours: int = Field(default=0, ge=0, le=40)
    levels: tuple[float, ...] = Field(default=(), max_length=40)
    contour_labels: bool = False

    @classmethod
    def of(cls, options: ViewOptions) -> Self:
        """Of a view as it is shown now."""
        return cls.model_validate({name: getattr(options, name) for name in cls.model_fields})

    def options(self, field: str, cmap: str) -> ViewOptions:
        """Options of a view of a field; ``cmap`` is used where no colour map is named."""
        return ViewOptions(field, **{**dict(self), "cmap": self.cmap or cmap})


class PresetSlice(_Part):
    """Which plane of the wave a slice shows when the preset opens.

    Parameters
    ----------
    axes : (str, str) or None
        Axes across and up; the two longest where none are named.
    index : tuple of int or None
        Where the nine axes are cut; the middle of each where none is given.
    mode : str
        ``index``, or a projection along the other axes: ``max``, ``sum``, ``rms``.
    linked : bool or None
        Whether the second slice is cut where the main one is; as usual where nothing is said.
    field : str
        Field that is shown, such as ``domain``, ``amplitude`` or ``resonance``; "" for the usual one.
    """

    axes: tuple[Axis, Axis] | None = None
    index: tuple[int, int, int, int, int, int, int, int, int] | None = None
    mode: PlaneMode = "index"
    linked: bool | None = None
    field: str = ""

    @classmethod
    def of(cls, options: SliceOptions, field: str) -> Self:
        """Of a slice as it is shown now."""
        return cls.model_validate(
            {
                "axes": options.axes,
                "index": options.index,
                "mode": options.mode,
                "linked": options.linked,
                "field": field,
            }
        )

    @model_validator(mode="after")
    def _two_axes(self) -> Self:
        if self.axes is not None and self.axes[0] == self.axes[1]:
            raise ValueError(f"a slice has two axes, not twice “{self.axes[0]}”")
        return self


class Companion(_Part):
    """Another engine that runs beside the main one.

    Parameters
    ----------
    config : mapping
        Its configuration; missing entries take their defaults.
    ticks : int
        Its ticks in one macro tick.
    """

    config: dict[str, Any] = Field(default_factory=dict)
    ticks: int = Field(default=1, ge=1)


class Preset(_Part):
    """A starting point: an engine's configuration, how to show it, what to see and what to try.

    Parameters
    ----------
    schema_version : int
        Version of the file format, 1.
    engine : str
        Engine name, of the main engine where several run.
    title, summary, see : str
        Name for people, one sentence about it, and what to look for.
    tries : tuple of str
        What to try next; ``"try"`` in the file.
    config : mapping
        The engine's configuration; missing entries take their defaults.
    ticks : int
        The engine's ticks in one macro tick.
    companions : mapping of str to Companion
        Other engines that run beside it, by engine name.
    couplings : tuple of mapping
        How they feed one another: ``{"kind": "clock_rate", "source": "gravity", "target": "kuramoto"}``.
    views : mapping of str to PresetView
        How fields are shown at first, by field name; those left out are shown as usual.
    slices : mapping of str to PresetSlice
        Which planes of the wave are shown at first, by slice: ``slice`` in the centre, ``slice2`` beside it.
    speed : float, optional
        Macro ticks a second in the window at first, where it is to be watched; otherwise that in force.
    expect : tuple of Expectation
        What a run must give.
    """

    schema_version: Literal[1] = 1
    engine: Text
    title: Text
    summary: Text
    see: str = ""
    tries: tuple[Text, ...] = Field(default=(), alias="try")
    config: dict[str, Any] = Field(default_factory=dict)
    ticks: int = Field(default=1, ge=1)
    companions: dict[str, Companion] = Field(default_factory=dict)
    couplings: tuple[dict[str, Any], ...] = ()
    views: dict[str, PresetView] = Field(default_factory=dict)
    slices: dict[SliceKey, PresetSlice] = Field(default_factory=dict)
    speed: float | None = Field(default=None, gt=0.0, le=1e6)
    expect: tuple[Expectation, ...] = ()
    schema_link: str | None = Field(default=None, alias="$schema", exclude=True)

    _name: str = PrivateAttr(default="")
    _path: Path | None = PrivateAttr(default=None)

    @property
    def name(self) -> str:
        """Name on the command line: the file's name without its ending."""
        return self._name

    @property
    def path(self) -> Path | None:
        """File it was read from, None for one made in memory."""
        return self._path

    @classmethod
    def make(
        cls,
        title: str,
        engine: str,
        config: Mapping[str, Any],
        views: Mapping[str, Mapping[str, Any]] | None = None,
        summary: str = "",
        companions: Mapping[str, Mapping[str, Any] | EngineConfig] | None = None,
        ticks: Mapping[str, int] | None = None,
        couplings: Iterable[Mapping[str, Any] | CouplingConfig] = (),
        slices: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Preset:
        """Preset of a set-up that is running; its name follows from its title.

        Raises
        ------
        BadInput
            A title without a letter or digit, or a configuration that its engine refuses.
        """
        name = slug(title)
        if not name:
            raise BadInput(
                f"“{title}” is no title for a preset.",
                key="title",
                value=title,
                allowed="at least one letter or digit",
            )
        shown = {field: PresetView.model_validate(dict(view)) for field, view in (views or {}).items()}
        made = Setup.of(engine, config, companions, ticks, couplings)
        kept = {key: Companion(config=m.config.dump(), ticks=m.ticks) for key, m in made.engines.items()}
        main = kept.pop(engine)
        return cls(
            engine=engine,
            title=title,
            summary=summary or f"Saved from the window: {title}.",
            config=main.config,
            ticks=main.ticks,
            companions=kept,
            couplings=tuple(coupling.dump() for coupling in made.couplings),
            views=shown,
            slices={key: PresetSlice.model_validate(dict(one)) for key, one in (slices or {}).items()},
        ).named(name)

    def named(self, name: str, path: Path | None = None) -> Self:
        """Copy that knows its name and the file it came from."""
        found = self.model_copy()
        found._name, found._path = name, path
        return found

    def engine_config(self) -> EngineConfig:
        """Validated configuration of the engine.

        Raises
        ------
        BadInput
            Unknown engine or refused configuration.
        """
        return registry.config_type(self.engine).load(self.config)

    def ratios(self) -> dict[str, int]:
        """Ticks of each engine in one macro tick, by name."""
        others = {key: companion.ticks for key, companion in self.companions.items()}
        return {self.engine: self.ticks, **others}

    def setup(self) -> Setup:
        """Validated set-up of all its engines, the main one first.

        Raises
        ------
        BadInput
            Unknown engine or coupling, refused configuration, or engines that cannot be coupled so.
        """
        others = {key: companion.config for key, companion in self.companions.items()}
        return Setup.of(self.engine, self.config, others, self.ratios(), self.couplings)

    def with_values(self, values: Mapping[str, Any]) -> Preset:
        """Copy whose configuration has some entries changed, by dotted path, all checked together.

        Parameters
        ----------
        values : mapping of str to object
            Such as ``{"survival": 0.999, "sources.0.x": 12}``; list entries by index or by ``id``. Where a
            path begins with the name of a companion, it is an entry of that one: ``gravity.survival``.

        Raises
        ------
        BadInput
            Unknown path or refused value.
        """
        if not values:
            return self
        changed = self
        for key in (self.engine, *self.companions):
            own = dict(changed._values_of(key, values))
            if own:
                changed = changed._with_config(key, own)
        changed.setup()
        return changed.named(self._name, self._path)

    def _values_of(self, key: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Of values by path, those of one engine, without its name."""
        for path, value in values.items():
            first, _, rest = path.partition(".")
            named = bool(rest) and (first in self.companions or first == self.engine)
            if (first if named else self.engine) == key:
                yield (rest if named else path), value

    def _with_config(self, key: str, values: Mapping[str, Any]) -> Self:
        """Copy with entries of one engine's configuration changed, checked together."""
        own = self.config if key == self.engine else self.companions[key].config
        data, kind = copy.deepcopy(own), registry.config_type(key)
        shown = kind.load(own).dump()
        for path, value in values.items():
            _put(data, shown, path, value)
        kind.load(data)
        if key == self.engine:
            return self.model_copy(update={"config": data})
        companion = self.companions[key].model_copy(update={"config": data})
        return self.model_copy(update={"companions": {**self.companions, key: companion}})

    def dump(self) -> dict[str, Any]:
        """Plain JSON data as it stands in a file."""
        return self.model_dump(mode="json", by_alias=True)


def json_schema() -> dict[str, Any]:
    """JSON schema of the file format, as editors want it; shipped as ``presets/schema.json``.

    The configuration of a built-in engine is part of it, so that an editor completes its keys.
    """
    schema = Preset.model_json_schema(by_alias=True)
    definitions = schema.setdefault("$defs", {})
    rules: list[dict[str, Any]] = []
    for entry in registry.BUILT_IN:
        config = registry.config_type(entry.name)
        part = _plain(config.model_json_schema())
        definitions |= part.pop("$defs", {})
        definitions[config.__name__] = part
        then = {"properties": {"config": {"$ref": f"#/$defs/{config.__name__}"}}}
        rules.append({"if": {"properties": {"engine": {"const": entry.name}}}, "then": then})
        beside = {"properties": {"companions": {"properties": {entry.name: then}}}}
        rules.append(beside)
    kinds = []
    for kind in KINDS.values():
        made = kind.config_type
        definitions[made.__name__] = _plain(made.model_json_schema())
        kinds.append({"$ref": f"#/$defs/{made.__name__}"})
    schema["properties"]["couplings"]["items"] = {"anyOf": kinds}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "allOf": rules}


def slug(title: str) -> str:
    """File name of a title: letters, digits and single underscores, in lower case."""
    words = "".join(c if c.isalnum() else " " for c in title.lower()).split()
    return "_".join(words)


def _plain(node: Any) -> Any:
    """Schema without what only the program's own forms read."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items() if key != "tauscope"}
    return [_plain(value) for value in node] if isinstance(node, list) else node


def _put(data: Any, shown: Any, path: str, value: Any) -> None:
    """Set one entry of ``data``; ``shown`` is the same configuration with every default filled in.

    Only what the user gave stands in ``data``, so that a default which follows from another entry
    still follows after that entry was changed.
    """
    *parents, last = path.split(".")
    for part in parents:
        key = _key(shown, part, path)
        if isinstance(data, list):
            data = data[key]
        else:
            data = data.setdefault(key, copy.deepcopy(shown[key]))
        shown = shown[key]
    if isinstance(shown, list):
        data[_key(shown, last, path)] = value
    elif isinstance(data, dict):
        data[last] = value
    else:
        raise BadInput(f"{path} goes deeper than the configuration does.", key=path)


def _key(node: Any, part: str, path: str) -> Any:
    if isinstance(node, dict):
        if part not in node:
            raise unknown_name("parameter", part, node, key=path)
        return part
    if isinstance(node, list):
        ids = [
            str(item.get("id", item.get("name", i))) if isinstance(item, dict) else str(i)
            for i, item in enumerate(node)
        ]
        if part in ids:
            return ids.index(part)
        if part.isdecimal() and int(part) < len(node):
            return int(part)
        raise unknown_name("entry", part, ids or ["none"], key=path)
    raise BadInput(f"{path} goes deeper than the configuration does.", key=path)
