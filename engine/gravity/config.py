"""Configuration of the gravity lattice: size, edges, rule, sources and worlds, each key with its range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.config import EngineConfig, parameter
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.gravity.catalogue import unused
from tauscope.engine.gravity.config_patterns import PatternConfig, check_patterns, complete_patterns
from tauscope.engine.gravity.config_sources import (
    SourceConfig,
    WorldConfig,
    complete,
    first_world,
    free_id,
)
from tauscope.engine.gravity.support import INT32_LARGEST_LOAD, RELAYING, kept_survival, why_not

Boundary = Literal["periodic", "reflective", "absorbing", "disc"]
Rule = Literal["airtime", "fluid", "literal", "strict"]
Neighbourhood = Literal["von_neumann", "moore"]

__all__ = ["LARGEST_LOAD", "GravityConfig", "PatternConfig", "SourceConfig", "WorldConfig", "free_id"]

SMALLEST_SIDE, LARGEST_SIDE = 3, 2048
SMALLEST_CAPACITY, LARGEST_CAPACITY = 1e-6, 1e6

MOST_PATTERNS = 64
LARGEST_LOAD = 1e6
"""Largest emission of a node, in units of C: a queue loses C a tick, which float32 resolves up to 10^6 C."""

_CLOSED = ("periodic", "reflective")


class GravityConfig(EngineConfig):
    """Everything a run of the gravity lattice depends on, besides its seed.

    Raises
    ------
    BadInput
        From `load` and `with_value`, naming key, value, allowed range and the nearest right name.
    """

    edited_elsewhere: ClassVar[frozenset[str]] = frozenset({"capacity_map"})

    nx: int = parameter(
        256,
        label="Width",
        unit="cells",
        ge=SMALLEST_SIDE,
        le=LARGEST_SIDE,
        description="Size of the lattice: its columns, the second number of its shape.",
    )
    ny: int = parameter(
        256,
        label="Height",
        unit="cells",
        ge=SMALLEST_SIDE,
        le=LARGEST_SIDE,
        description="Size of the lattice: its rows, the first number of its shape.",
    )
    boundary: Boundary = parameter(
        "absorbing",
        label="Boundary",
        description="What lies beyond the edge: the other side, a mirror, a sink, or a sink outside a disc.",
    )
    disc_radius: float | None = parameter(
        None,
        label="Disc radius",
        unit="cells",
        gt=0.0,
        le=2048.0,
        description="Nodes farther than this from the centre are sinks (boundary disc); "
        "half the shorter side less two cells where it is not given.",
    )
    capacity: float = parameter(
        1.0,
        label="Capacity C",
        unit="bits/tick",
        ge=SMALLEST_CAPACITY,
        le=LARGEST_CAPACITY,
        live=True,
        hero=True,
        log=True,
        soft=(0.01, 100.0),
        description="Most bits a node sends in one tick, a quarter on each link; κ = 4 / (p C). "
        "In the rules literal and strict: bits a tick on each link.",
    )
    capacity_map: FrozenArray | None = Field(
        None,
        description="Factor of each node's capacity, [ny, nx], more than 0; 1 everywhere if it is missing. "
        "An array given as capacity is taken as this map of a capacity of 1.",
    )
    survival: float = parameter(
        1.0,
        label="Survival p",
        unit="1",
        gt=0.0,
        le=1.0,
        live=True,
        hero=True,
        soft=(0.9, 1.0),
        description="Share of arriving bits that is relayed; 1 by default with a sink, 0.999 without. "
        "The field is screened over √(p / (4 (1 − p))) cells.",
    )
    background: float = parameter(
        0.0,
        label="Background b₀",
        unit="bits/update",
        ge=0.0,
        le=1e12,
        live=True,
        hero=True,
        soft=(0.0, 0.01),
        description="Emission of every node, added once to the sum of all worlds.",
    )
    rule: Rule = parameter(
        "airtime",
        label="Rule",
        description="airtime: sending costs whole update opportunities. fluid: its noise-free limit. "
        "literal and strict: the source document's kernel, which gives no field.",
    )
    neighbourhood: Neighbourhood = parameter(
        "von_neumann",
        label="Neighbourhood",
        description="von_neumann: the four nearest nodes. moore: the four diagonal ones too, "
        "with a quarter of a near one's share.",
    )
    dtype: Literal["float32", "float64", "int32"] = parameter(
        "float32",
        label="Number type",
        description="Of bits and debts. int32: whole units of 2⁻²² bit, conserved exactly.",
    )
    message_size: float = parameter(
        1.0,
        label="Message size",
        unit="bits",
        gt=0.0,
        le=1e6,
        live=True,
        log=True,
        soft=(0.01, 100.0),
        description="Bits of a message for each unit of emission (rules literal and strict).",
    )
    sizer: Literal["message", "delta"] = parameter(
        "message",
        label="Message sizer",
        description="What makes a message long (rules literal and strict): message: emission times message "
        "size. delta: the L2 norm of the node's change of state, times message size.",
    )
    ema_window: float = parameter(
        300.0,
        label="Window of f_live",
        unit="ticks",
        ge=1.0,
        le=100000.0,
        live=True,
        log=True,
        soft=(30.0, 10000.0),
        description="Averaging window W of the live f; its noise is about 0.41 / W. Waves go by it and need "
        "100 to 1000; with W = 1 they would skip the ticks at which a node waits, and are unstable.",
    )
    sources: tuple[SourceConfig, ...] = Field((), max_length=1000)
    worlds: tuple[WorldConfig, ...] = Field((WorldConfig(),), min_length=1, max_length=32)
    patterns: tuple[PatternConfig, ...] = Field((), max_length=MOST_PATTERNS)
    pattern_period: int = parameter(
        10,
        label="Period of patterns",
        unit="ticks",
        ge=1,
        le=1000,
        description="Ticks between two looks at the patterns: particles and rays are carried on, agents act, "
        "readings are noted.",
    )
    wave_step: float = parameter(
        0.5,
        label="Wave step h",
        unit="cells/tick",
        gt=0.0,
        le=0.7,
        description="Cells that light goes in a tick where f is 1; waves of mass m need h² (8 + m²) < 4.",
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        """Defaults that follow from other entries: survival, ids of sources, their world."""
        if not isinstance(data, Mapping):
            return data
        filled = dict(data)
        if filled.get("survival") is None:
            filled["survival"] = default_survival(str(filled.get("boundary", "absorbing")))
        if not isinstance(filled.get("capacity", 1.0), int | float | str | None):
            filled["capacity_map"], filled["capacity"] = filled["capacity"], 1.0
        if isinstance(sources := filled.get("sources"), list | tuple):
            filled["sources"] = complete(sources, first_world(filled.get("worlds")))
        if isinstance(patterns := filled.get("patterns"), list | tuple):
            filled["patterns"] = complete_patterns(patterns, first_world(filled.get("worlds")))
        return filled

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        key, reason, allowed = why_not(self.rule, self.boundary, self.dtype, self.neighbourhood)
        if key:
            raise BadInput(reason, key=key, value=getattr(self, key), allowed=allowed)
        self._check_capacity()
        self._check_sink()
        self._check_worlds()
        self._check_sources()
        names = {world.name for world in self.worlds}
        check_patterns(self.patterns, names, self.wave_step, self._check_place)
        return self

    def _check_capacity(self) -> None:
        found = self.capacity_map
        if found is None:
            return
        if found.shape != (self.ny, self.nx):
            raise BadInput(
                f"The capacity map has {found.shape[0]} rows and {found.shape[1]} columns, "
                f"the lattice {self.ny} and {self.nx}.",
                key="capacity_map",
                value=found.shape,
                allowed=f"{self.ny} x {self.nx}",
            )
        low, high = self.capacity * found.least, self.capacity * found.peak
        if not (low >= SMALLEST_CAPACITY and high <= LARGEST_CAPACITY):
            raise BadInput(
                f"Capacities reach from {low:g} to {high:g} bits per tick.",
                key="capacity_map",
                value=low if low < SMALLEST_CAPACITY else high,
                allowed=f"{SMALLEST_CAPACITY:g} to {LARGEST_CAPACITY:g} at every node",
            )

    def _check_sink(self) -> None:
        kept = kept_survival(self.survival, self.dtype)
        if kept == 1.0 and self.boundary in _CLOSED and self.rule in RELAYING:
            counted = "" if self.survival == 1.0 else " (it is 1 in steps of 2^-20, as int32 counts losses)"
            raise BadInput(
                f"survival = {self.survival:.9g}{counted} with the {self.boundary} boundary was refused: "
                "nothing is ever lost, so traffic grows until no node updates at all.",
                key="survival",
                value=self.survival,
                allowed="more than 0 and less than 1 on a closed boundary",
                remedy="Take 0.999, or the boundary absorbing or disc.",
            )
        if self.boundary == "disc" and self.sink_radius <= 0:
            raise BadInput(
                f"A lattice of {self.nx} x {self.ny} cells is too small for the disc boundary.",
                key="nx",
                value=self.nx,
                allowed="at least 6",
                remedy="Enlarge the lattice or give disc_radius.",
            )

    def _check_worlds(self) -> None:
        names = [world.name for world in self.worlds]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise BadInput(f"Two worlds are named “{name}”.", key=f"worlds.{index}.name", value=name)

    def _check_sources(self) -> None:
        worlds = {world.name for world in self.worlds}
        seen: set[str] = set()
        for source in self.sources:
            key = f"sources.{source.id}"
            if source.id in seen:
                raise BadInput(f"Two sources have the id “{source.id}”.", key=f"{key}.id", value=source.id)
            seen.add(source.id)
            if source.world not in worlds:
                raise unknown_name("world", source.world, worlds, key=f"{key}.world")
            if source.kind == "brush":
                continue  # its map may hang over the edge, where it is cut off
            who = f"“{source.name or source.id}”"
            self._check_place(f"{key}.x", f"{key}.y", source.x, source.y, who)
            if source.x2 is not None and source.y2 is not None and source.kind == "line":
                self._check_place(f"{key}.x2", f"{key}.y2", source.x2, source.y2, f"the end of {who}")
        self._check_load()

    def _check_load(self) -> None:
        load = self.background + sum(source.peak for source in self.sources)
        load += sum(pattern.activity for pattern in self.patterns)
        least = self.capacity * (1.0 if self.capacity_map is None else self.capacity_map.least)
        if load > LARGEST_LOAD * least:
            raise BadInput(
                f"Background and strengths add up to {load:g} bits per update. Beyond {LARGEST_LOAD:g} C = "
                f"{LARGEST_LOAD * least:g} a queue is so long that a tick's bits vanish in rounding.",
                key="sources",
                value=load,
                allowed=f"a sum of at most {LARGEST_LOAD * least:g}",
            )
        largest = self.capacity * (1.0 if self.capacity_map is None else self.capacity_map.peak)
        if self.dtype == "int32" and load + 2 * largest > INT32_LARGEST_LOAD:
            raise BadInput(
                f"Background, strengths and twice the capacity add up to {load + 2 * largest:g} bits, "
                "more than int32 can count in units of 2^-22 bit.",
                key="sources" if load > 2 * largest else "capacity",
                value=load + 2 * largest,
                allowed=f"a sum of at most {INT32_LARGEST_LOAD:g}",
                remedy="Lower them, or take float32 or float64.",
            )

    def _check_place(self, key_x: str, key_y: str, x: float, y: float, who: str) -> None:
        for key, value, side in ((key_x, x, self.nx), (key_y, y, self.ny)):
            if not -0.5 <= value < side - 0.5:
                raise BadInput(
                    f"{key} = {value:g} lies outside the lattice of {self.nx} x {self.ny} cells: "
                    f"{key.rpartition('.')[2]} of {who}.",
                    key=key,
                    value=value,
                    allowed=f"from -0.5 to less than {side - 0.5:g}",
                )
        if self.boundary == "disc":
            distance = math.hypot(x - (self.nx - 1) / 2, y - (self.ny - 1) / 2)
            if distance > self.sink_radius:
                raise BadInput(
                    f"{who[:1].upper()}{who[1:]} at ({x:g}, {y:g}) lies in the sink, "
                    f"{distance:.4g} cells off centre.",
                    key=key_x,
                    value=x,
                    allowed=f"at most {self.sink_radius:g} cells from the centre",
                )

    def unused(self) -> Mapping[str, str]:
        """Parameters that the rule has no use for, by path, each with the reason."""
        found = {path: unused(self.rule, path) for path in type(self).model_fields}
        return {path: why for path, why in found.items() if why}

    @property
    def sink_radius(self) -> float:
        """Radius of the disc boundary in cells, whether given or not."""
        return (min(self.nx, self.ny) - 1) / 2 - 2.0 if self.disc_radius is None else self.disc_radius


def default_survival(boundary: str) -> float:
    """Survival where none is given: 1 with a sink at the edge, 0.999 on a closed lattice."""
    return 0.999 if boundary in _CLOSED else 1.0
