"""Configuration models: parameters with label, unit and range, and errors that name key and remedy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal, Self, TypeVar, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.errors import BadInput, nearest_name, unknown_name

Model = TypeVar("Model", bound="EngineConfig")


class EngineConfig(BaseModel):
    """Base of every engine's configuration: immutable, no unknown keys, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)

    live_lists: ClassVar[tuple[str, ...]] = ()
    """Paths of lists that may change while running; having no `Leaf`, they stand in no form."""

    @classmethod
    def load(cls, data: Mapping[str, Any] | Self) -> Self:
        """Validated configuration from plain data.

        Raises
        ------
        BadInput
            Naming key, value, allowed range and the nearest right name.
        """
        if isinstance(data, cls):
            return data
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            raise translate(error, cls) from None

    def dump(self) -> dict[str, Any]:
        """Plain JSON data of every entry; ``load(dump())`` gives an equal configuration."""
        return self.model_dump(mode="json")

    def warnings(self) -> tuple[str, ...]:
        """What is allowed and yet worth a word, as sentences."""
        return ()

    def unused(self) -> Mapping[str, str]:
        """Why parameters do nothing beside the others' present values, by path; empty where all do."""
        return {}

    def with_value(self, path: str, value: Any) -> Self:
        """Copy with one entry changed and everything validated again.

        Parameters
        ----------
        path : str
            Dotted path; list entries by index, or by their ``id`` or else ``name``, as in
            ``sources.s1.strength``.
        value : object
            New value.

        Raises
        ------
        BadInput
            Unknown path or refused value.
        """
        data = _lists(self.model_dump())
        parts = path.split(".")
        node: Any = data
        for part in parts[:-1]:
            node = node[_key(node, part, path)]
        node[_key(node, parts[-1], path)] = value
        self.follow(data, path)
        return type(self).load(data)

    def follow(self, data: dict[str, Any], path: str) -> None:
        """Bring entries of plain data into line with the one at a path, just changed; none by default.

        For entries that mean nothing without one another, such as a list and the choice that uses it.
        """


@dataclass(frozen=True, slots=True)
class Leaf:
    """One parameter as a form shows it.

    Parameters
    ----------
    path : str
        Dotted path.
    label, unit, description : str
        For the interface.
    type_name : str
        ``float``, ``int``, ``bool``, ``str`` or ``choice``.
    default : object
        Default value, None where it follows from others.
    live : bool
        Whether it may change while running; otherwise a change restarts the engine.
    hero : bool
        Whether it gets a large slider.
    log : bool
        Whether its slider is logarithmic.
    low, high : float or None
        Hard bounds.
    soft_low, soft_high : float or None
        Range of the slider.
    choices : tuple of str
        For ``choice``.
    file : str
        Filter of a file dialog, as in ``"Graphs (*.gml *.net)"``, where the entry names a file that was read.
    """

    path: str
    label: str
    unit: str
    description: str
    type_name: Literal["float", "int", "bool", "str", "choice"]
    default: Any
    live: bool
    hero: bool
    log: bool
    low: float | None
    high: float | None
    soft_low: float | None
    soft_high: float | None
    choices: tuple[str, ...] = ()
    file: str = ""


def parameter(
    default: Any = ...,
    *,
    label: str,
    unit: str = "1",
    description: str = "",
    live: bool = False,
    hero: bool = False,
    log: bool = False,
    soft: tuple[float, float] | None = None,
    file: str = "",
    **constraints: Any,
) -> Any:
    """Pydantic field with what a form needs beside it.

    Parameters
    ----------
    default : object
        Default value; ``...`` makes it required.
    label, unit, description : str
        Interface name, unit (``"1"`` dimensionless) and definition.
    live : bool
        Whether it may change while the engine runs.
    hero, log, soft
        Large slider, logarithmic slider, slider range.
    file : str
        Filter of a file dialog, where the entry names a file.
    **constraints
        ``ge``, ``gt``, ``le``, ``lt`` and whatever else ``pydantic.Field`` takes.
    """
    extra: dict[str, Any] = {
        "label": label,
        "unit": unit,
        "live": live,
        "hero": hero,
        "log": log,
        "soft": list(soft or ()),
        "file": file,
    }
    return Field(default, description=description, json_schema_extra={"tauscope": extra}, **constraints)


def leaves(config_type: type[BaseModel], prefix: str = "") -> Iterator[Leaf]:
    """Every parameter made with `parameter`, nested models included, in order of definition."""
    return iter(_leaves(config_type, prefix))


@cache
def _leaves(config_type: type[BaseModel], prefix: str) -> tuple[Leaf, ...]:
    return tuple(_made_leaves(config_type, prefix))  # asked for at every move of a slider


def _made_leaves(config_type: type[BaseModel], prefix: str) -> Iterator[Leaf]:
    for name, info in config_type.model_fields.items():
        path = f"{prefix}{name}"
        annotation = _strip_optional(info.annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from leaves(annotation, f"{path}.")
            continue
        leaf = _leaf(path, annotation, info)
        if leaf is not None:
            yield leaf


def bounds(info: FieldInfo) -> tuple[float | None, float | None, str]:
    """Hard lower and upper bound of a field, and both in words."""
    low: float | None = None
    high: float | None = None
    words: list[str] = []
    for item in info.metadata:
        if isinstance(item, Ge | Gt):
            low = float(item.ge if isinstance(item, Ge) else item.gt)  # type: ignore[arg-type]
            words.append(f"{'at least' if isinstance(item, Ge) else 'more than'} {low:g}")
        if isinstance(item, Le | Lt):
            high = float(item.le if isinstance(item, Le) else item.lt)  # type: ignore[arg-type]
            words.append(f"{'at most' if isinstance(item, Le) else 'less than'} {high:g}")
    return low, high, " and ".join(words)


def translate(error: ValidationError, config_type: type[BaseModel]) -> BadInput:
    """First entry of a pydantic error as a sentence with key, value, range and nearest name."""
    entry = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in entry["loc"])
    cause = entry.get("ctx", {}).get("error")
    if isinstance(cause, BadInput):
        return cause
    value = entry.get("input")
    info, owner = _find(config_type, entry["loc"])
    if entry["type"] == "extra_forbidden":
        known = sorted(owner.model_fields) if owner is not None else []
        return BadInput(
            f"There is no parameter “{key}”.",
            key=key,
            value=value,
            allowed=", ".join(known),
            nearest=nearest_name(str(entry["loc"][-1]), known),
        )
    if entry["type"] == "missing":
        return BadInput(f"The parameter “{key}” is missing.", key=key, remedy=f"Give a value for “{key}”.")
    if entry["type"] == "literal_error" and info is not None:
        choices = [str(c) for c in get_args(_strip_optional(info.annotation))]
        if choices:
            return BadInput(
                f"{key} = {value!r} is not one of the choices.",
                key=key,
                value=value,
                allowed=", ".join(choices),
                nearest=nearest_name(str(value), choices),
            )
    allowed = bounds(info)[2] if info is not None else ""
    if isinstance(value, float) and not math.isfinite(value):
        return BadInput(
            f"{key} is {value}, which is not a finite number.", key=key, value=value, allowed=allowed
        )
    shown = repr(value) if len(repr(value)) < 80 else f"{repr(value)[:77]}…"
    subject = f"{key} = {shown} was refused" if key else "The configuration was refused"
    return BadInput(f"{subject}: {_lower_first(entry['msg'])}.", key=key, value=value, allowed=allowed)


def _lower_first(text: str) -> str:
    text = text.removeprefix("Value error, ").rstrip(".")
    return text[:1].lower() + text[1:]


def _lists(value: Any) -> Any:
    """Plain data whose entries may be replaced, with lists in place of tuples; arrays stay as they are."""
    if isinstance(value, Mapping):
        return {key: _lists(item) for key, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, list | tuple) else value


def _key(node: Any, part: str, path: str) -> Any:
    if isinstance(node, dict):
        if part not in node:
            raise unknown_name("parameter", part, node, key=path)
        return part
    if isinstance(node, list):
        ids = [
            str(item.get("id", item.get("name", index))) if isinstance(item, dict) else str(index)
            for index, item in enumerate(node)
        ]
        if part in ids:
            return ids.index(part)
        if part.isdecimal() and int(part) < len(node):
            return int(part)
        place = path.partition(part)[0].rstrip(".") or "the list"
        raise unknown_name(f"entry of {place}", part, ids, key=path)
    raise BadInput(f"{path} goes deeper than the configuration does.", key=path)


def _strip_optional(annotation: Any) -> Any:
    if get_origin(annotation) is Literal:
        return annotation
    args = [a for a in get_args(annotation) if a is not type(None)]
    if len(args) == 1 and type(None) in get_args(annotation):
        return args[0]
    return annotation


def _find(model: type[BaseModel], loc: tuple[Any, ...]) -> tuple[FieldInfo | None, type[BaseModel] | None]:
    info: FieldInfo | None = None
    owner: type[BaseModel] | None = model
    for part in loc:
        if owner is not None and part in owner.model_fields:
            info = owner.model_fields[part]
            inner = _strip_optional(info.annotation)
            candidates = [inner, *get_args(inner)]
            nested = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
            if part != loc[-1] and nested:
                owner = nested[0]
        elif isinstance(part, str):
            return None, owner
    return info, owner


def _leaf(path: str, annotation: Any, info: FieldInfo) -> Leaf | None:
    extra = info.json_schema_extra
    meta: Any = extra.get("tauscope") if isinstance(extra, dict) else None
    if not isinstance(meta, dict):
        return None
    choices: tuple[str, ...] = ()
    type_name: Literal["float", "int", "bool", "str", "choice"] = "str"
    if get_origin(annotation) is Literal:
        choices = tuple(str(a) for a in get_args(annotation))
        type_name = "choice"
    elif annotation is bool:
        type_name = "bool"
    elif annotation is int:
        type_name = "int"
    elif annotation is float:
        type_name = "float"
    low, high, _ = bounds(info)
    soft = [float(s) for s in meta.get("soft", [])]
    default = None if info.is_required() else info.get_default(call_default_factory=False)
    return Leaf(
        path=path,
        label=str(meta["label"]),
        unit=str(meta["unit"]),
        description=info.description or "",
        type_name=type_name,
        default=default,
        live=bool(meta["live"]),
        hero=bool(meta["hero"]),
        log=bool(meta["log"]),
        low=low,
        high=high,
        soft_low=soft[0] if soft else low,
        soft_high=soft[1] if soft else high,
        choices=choices,
        file=str(meta["file"]),
    )


@dataclass(frozen=True, slots=True)
class ListLeaf:
    """An entry that holds numbers, or rows of numbers.

    Parameters
    ----------
    path : str
        Dotted path.
    label, description : str
        For the interface.
    live : bool
        Whether it may change while running; otherwise a change restarts the engine.
    whole : bool
        Whether its numbers are whole.
    table : bool
        Whether it holds rows of numbers.
    default : object
        Default value.
    """

    path: str
    label: str
    description: str
    live: bool
    whole: bool
    table: bool
    default: Any


def list_leaves(
    config_type: type[BaseModel], prefix: str = "", live: tuple[str, ...] = ()
) -> Iterator[ListLeaf]:
    """Entries of numbers, nested models included, in order of definition.

    Left out is what the configuration names as ``edited_elsewhere``, such as maps that are painted.
    """
    return iter(_list_leaves(config_type, prefix, live))


@cache
def _list_leaves(config_type: type[BaseModel], prefix: str, live: tuple[str, ...]) -> tuple[ListLeaf, ...]:
    return tuple(_made_list_leaves(config_type, prefix, live))


def _made_list_leaves(config_type: type[BaseModel], prefix: str, live: tuple[str, ...]) -> Iterator[ListLeaf]:
    live = live or tuple(getattr(config_type, "live_lists", ()))
    elsewhere: frozenset[str] = getattr(config_type, "edited_elsewhere", frozenset())
    for name, info in config_type.model_fields.items():
        path = f"{prefix}{name}"
        kind = _strip_optional(info.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from list_leaves(kind, f"{path}.", live)
        elif name not in elsewhere and (found := _list_leaf(path, name, kind, info, live)) is not None:
            yield found


def _list_leaf(path: str, name: str, kind: Any, info: FieldInfo, live: tuple[str, ...]) -> ListLeaf | None:
    table = kind is FrozenArray
    entries = get_args(kind)[:1] if get_origin(kind) in (tuple, list) else ()
    if not table and entries not in ((int,), (float,)):
        return None
    words = name.replace("_", " ")
    return ListLeaf(
        path=path,
        label=info.title or f"{words[:1].upper()}{words[1:]}",
        description=info.description or "",
        live=path in live,
        whole=entries == (int,),
        table=table,
        default=None if info.is_required() else info.get_default(call_default_factory=False),
    )


def all_leaves(config_type: type[BaseModel]) -> list[Leaf | ListLeaf]:
    """Every parameter of one value, then every entry of several numbers."""
    return [*leaves(config_type), *list_leaves(config_type)]
