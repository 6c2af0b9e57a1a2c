"""Sources and worlds of the gravity lattice: what emits, where, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.config import parameter
from tauscope.engine.errors import BadInput
from tauscope.engine.readers import read_map

Kind = Literal["point", "gaussian", "ring", "disc", "line", "image", "brush"]

MAP_KINDS = ("image", "brush")
"""Kinds of sources that carry an array."""

ID = r"^[A-Za-z][A-Za-z0-9_-]{0,31}$"
"""What a source's or a pattern's id may be."""

_COLOR = r"^#[0-9a-fA-F]{6}$"


class SourceConfig(BaseModel):
    """One source: what each node emits per realized update, on top of the background.

    Point: the nearest cell. Gaussian: peak ``strength``, standard deviation ``width``. Ring: uniform where
    ``|distance - radius| < width``. Disc: uniform where ``distance <= radius``. Line: uniform within half a
    ``width`` of the segment to (x2, y2). Image: ``array`` over its largest entry, times ``strength``, scaled
    to ``width`` cells across and centred at (x, y). Brush: ``array`` times ``strength`` (1 by default), its
    first entry on the cell nearest to (x, y), which is cell (0, 0) by default. Positions are in cells, with
    cell centres at integers; row 0 of an array is at the bottom, as in every field.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)

    id: str = Field(
        "", pattern=rf"^$|{ID}", description="Stable name; s1, s2, … are given where it is missing."
    )
    kind: Kind = parameter("gaussian", label="Kind", live=True)
    x: float = parameter(
        label="x", unit="cells", live=True, description="Column of the centre, or of a line's start."
    )
    y: float = parameter(
        label="y", unit="cells", live=True, description="Row of the centre, or of a line's start."
    )
    strength: float = parameter(
        4e-3,
        label="Strength",
        unit="bits/update",
        live=True,
        log=True,
        soft=(1e-5, 10.0),
        ge=0.0,
        le=1e12,
        description="Bits a node emits at each realized update; the peak of a Gaussian.",
    )
    width: float = parameter(
        3.0,
        label="Width",
        unit="cells",
        live=True,
        log=True,
        soft=(0.5, 64.0),
        gt=0.0,
        le=4096.0,
        description="Standard deviation of a Gaussian, half width of a ring, full width of a line.",
    )
    radius: float = parameter(
        8.0,
        label="Radius",
        unit="cells",
        live=True,
        soft=(1.0, 256.0),
        gt=0.0,
        le=4096.0,
        description="Radius of a ring or a disc.",
    )
    x2: float | None = parameter(
        None, label="x₂", unit="cells", live=True, description="Column of a line's end."
    )
    y2: float | None = parameter(
        None, label="y₂", unit="cells", live=True, description="Row of a line's end."
    )
    file: str = Field("", max_length=1024, description="Picture, .npy or CSV file that an array came from.")
    array: FrozenArray | None = Field(None, description="Map of an image or a brush, at least 0.")
    world: str = parameter(
        "", label="World", live=True, description="World it belongs to; the first one if empty."
    )
    name: str = parameter("", label="Name", live=True, max_length=80)

    @model_validator(mode="before")
    @classmethod
    def _array_of_a_file(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("kind") not in MAP_KINDS:
            return data
        if data.get("array") is not None or not data.get("file"):
            return data
        return {**data, "array": read_map(str(data["file"]))}

    @model_validator(mode="after")
    def _line_has_an_end(self) -> Self:
        if self.kind == "line" and (self.x2 is None or self.y2 is None):
            key = "x2" if self.x2 is None else "y2"
            raise BadInput(
                f"A line needs its end, and {key} is missing.", key=key, remedy="Give x2 and y2 in cells."
            )
        return self

    @model_validator(mode="after")
    def _map_has_an_array(self) -> Self:
        if self.kind not in MAP_KINDS:
            if self.array is not None:
                raise BadInput(
                    f"A {self.kind} source has no array.",
                    key="array",
                    allowed=f"arrays of {_named(MAP_KINDS)}",
                )
        elif self.array is None:
            raise BadInput(
                f"A source of kind {self.kind} needs its map, and array is missing.",
                key="array",
                remedy="Give array as rows of numbers, or file.",
            )
        elif self.array.least < 0 or (self.kind == "image" and self.array.peak <= 0):
            raise BadInput(
                f"The array of a source reaches from {self.array.least:g} to {self.array.peak:g}.",
                key="array",
                value=self.array.least,
                allowed="numbers of at least 0, in an image with one above 0",
            )
        return self

    @property
    def peak(self) -> float:
        """Largest emission of a node through this source, bits per realized update."""
        if self.kind == "brush" and self.array is not None:
            return self.strength * self.array.peak
        return self.strength


class WorldConfig(BaseModel):
    """A named set of sources; the engine runs on the sum of all worlds and knows none of them."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    name: str = Field("A", min_length=1, max_length=40, description="Name that sources refer to.")
    color: str = Field("#4fb3ff", pattern=_COLOR, description="Colour of its sources on the canvas, #rrggbb.")
    visible: bool = Field(True, description="Whether its sources are drawn; hidden ones emit all the same.")


def free_id(taken: set[str], letter: str = "s") -> str:
    """Smallest of s1, s2, … that is not taken."""
    number = 1
    while f"{letter}{number}" in taken:
        number += 1
    return f"{letter}{number}"


def first_world(worlds: Any) -> str:
    """Name of the first world of a configuration that was not validated yet."""
    if isinstance(worlds, list | tuple) and worlds:
        first = worlds[0]
        name = first.get("name", "A") if isinstance(first, Mapping) else getattr(first, "name", "A")
        return str(name)
    return "A"


def complete(sources: list[Any] | tuple[Any, ...], world: str) -> list[Any]:
    """Sources with the ids and worlds that were left out."""
    plain = [source.model_dump() if isinstance(source, SourceConfig) else source for source in sources]
    taken = {str(source["id"]) for source in plain if isinstance(source, Mapping) and source.get("id")}
    filled: list[Any] = []
    for source in plain:
        if not isinstance(source, Mapping):
            filled.append(source)
            continue
        entry = dict(source)
        if not entry.get("id"):
            entry["id"] = free_id(taken)
            taken.add(entry["id"])
        if not entry.get("world"):
            entry["world"] = world
        if entry.get("kind") == "brush":
            entry = {"x": 0.0, "y": 0.0, "strength": 1.0, **entry}
        filled.append(entry)
    return filled


def _named(kinds: tuple[str, ...]) -> str:
    return " and ".join(f"{kind} sources" for kind in kinds)
