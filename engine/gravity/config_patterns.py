"""Patterns of the gravity lattice: clocks, waves, particles, rays and agents, each key with its range."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tauscope.engine.config import parameter
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.gravity.config_sources import ID, free_id
from tauscope.engine.gravity.policies import known_policies, policy_name

PatternKind = Literal["clock", "packet", "light", "geodesic", "ray", "agent"]
Profile = Literal["point", "gaussian", "uniform"]

WAVES = ("packet", "light")
"""Kinds that are waves on the lattice."""

TRACED = ("geodesic", "ray")
"""Kinds that are carried through the measured field: approximate."""

MOST_WAVES = 16
WAVE_EXTENT, WAVELENGTH, MASS = 12.0, 12.0, 0.6
_MOVING = ("packet", "geodesic")


class PatternConfig(BaseModel):
    """One pattern: what lives on the lattice, where it starts, and what it adds to its world's emission.

    A clock counts the realized updates of its host node. A packet (Klein-Gordon, ``mass``) and a light pulse
    are waves psi, pi on the nodes. A geodesic is a particle, a ray is light, integrated through the measured
    smooth f. An agent perceives the fields about it and acts by its policy at every ``period``-th realized
    update of its host.

    ``velocity`` is in units of the speed of light far away: less than 1 for packet and geodesic; of light
    and rays it is the direction. Positions are in cells, with cell centres at integers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)

    id: str = Field(
        "", pattern=rf"^$|{ID}", description="Stable name; p1, p2, … are given where it is missing."
    )
    kind: PatternKind = parameter("clock", label="Kind", live=True)
    name: str = parameter("", label="Name", live=True, max_length=80)
    world: str = parameter(
        "", label="World", live=True, description="World that its activity belongs to; the first if empty."
    )
    x: float = parameter(label="x", unit="cells", live=True, description="Column where it starts.")
    y: float = parameter(label="y", unit="cells", live=True, description="Row where it starts.")
    velocity: tuple[float, float] = Field(
        (0.0, 0.0), description="Columns and rows, in units of the speed of light where f is 1."
    )
    extent: float | None = parameter(
        None,
        label="Extent",
        unit="cells",
        live=True,
        gt=0.0,
        le=512.0,
        description="Standard deviation of a wave's envelope, 12 unless given; of the profile otherwise, 3.",
    )
    wavelength: float = parameter(
        WAVELENGTH,
        label="Wavelength",
        unit="cells",
        live=True,
        ge=4.0,
        le=512.0,
        description="Of a light pulse; at least 10 is advisable, shorter waves feel the lattice.",
    )
    mass: float = parameter(
        MASS,
        label="Mass m",
        unit="1/cells",
        live=True,
        gt=0.0,
        le=2.0,
        description="Of a packet or a particle; a packet falls faster by 1 / (1 - (f h m / 2)²).",
    )
    profile: Profile = parameter("point", label="Profile", live=True, description="Shape of its activity.")
    activity: float = parameter(
        0.0,
        label="Activity",
        unit="bits/update",
        live=True,
        ge=0.0,
        le=1e6,
        description="Bits that a node emits per realized update through it, at most; 0 for a test body.",
    )
    period: int = parameter(
        10,
        label="Period",
        unit="updates",
        live=True,
        ge=1,
        le=1_000_000,
        description="Updates of a clock's phase, and between two acts of an agent.",
    )
    law: Literal["exact", "document"] = parameter(
        "exact",
        label="Law",
        live=True,
        description="Of particles and rays. document: the source document's equations as they are written, "
        "which turn light away from a mass.",
    )
    policy: str = parameter(
        "rest", label="Policy", live=True, description="How an agent acts: a built-in name or a callable."
    )
    speed: float = parameter(
        1.0, label="Speed", unit="cells", live=True, gt=0.0, le=4.0, description="Most cells an act moves by."
    )

    @field_validator("policy", mode="before")
    @classmethod
    def _name_of_a_policy(cls, value: Any) -> Any:
        return policy_name(value) if callable(value) else value

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        speed = math.hypot(*self.velocity)
        if self.kind in ("light", "ray") and not speed > 0:
            raise BadInput(
                "Light needs a direction, and its velocity is (0, 0).",
                key="velocity",
                value=self.velocity,
                allowed="any two numbers but (0, 0)",
            )
        if self.kind in _MOVING and not speed < 0.999:
            called = "particle" if self.kind == "geodesic" else self.kind
            raise BadInput(
                f"A {called} of mass {self.mass:g} cannot go at {speed:g} times the speed of light.",
                key="velocity",
                value=self.velocity,
                allowed="less than 0.999 in all",
            )
        if self.kind == "agent" and self.policy not in known_policies():
            raise unknown_name("policy", self.policy, known_policies(), key="policy")
        return self

    @property
    def is_wave(self) -> bool:
        """Whether it is a wave on the nodes."""
        return self.kind in WAVES

    @property
    def size(self) -> float:
        """Extent in cells, whether given or not."""
        return self.extent if self.extent is not None else WAVE_EXTENT if self.is_wave else 3.0

    @property
    def rest_mass(self) -> float:
        """Mass of what moves; 0 for light."""
        return self.mass if self.kind in _MOVING else 0.0

    @property
    def momentum(self) -> tuple[float, float]:
        """Wave vector (kx, ky) in 1/cells: of light 2 pi over its wavelength, else m v / sqrt(1 - v^2)."""
        vx, vy = self.velocity
        speed = math.hypot(vx, vy)
        if self.kind in ("light", "ray"):
            size = 2.0 * math.pi / self.wavelength / speed
        else:
            size = self.mass / math.sqrt(1.0 - speed * speed)
        return size * vx, size * vy

    @property
    def start(self) -> tuple[Any, ...]:
        """What makes it start anew where it changes."""
        return (self.kind, self.x, self.y, self.velocity, self.law, *self._shape())

    def _shape(self) -> tuple[Any, ...]:
        if self.is_wave:
            return self.extent, self.wavelength, self.mass
        return (self.mass,) if self.kind == "geodesic" else ()


def check_patterns(
    patterns: tuple[PatternConfig, ...],
    worlds: set[str],
    wave_step: float,
    check_place: Callable[[str, str, float, float, str], None],
) -> None:
    """See that patterns have places, worlds and ids of their own, and that their waves are stable.

    Parameters
    ----------
    patterns, worlds, wave_step
        Of the configuration; worlds by name.
    check_place : callable
        ``check_place(key_x, key_y, x, y, who)`` refuses a place outside the lattice.

    Raises
    ------
    BadInput
        Naming the pattern's key.
    """
    seen: set[str] = set()
    for pattern in patterns:
        key = f"patterns.{pattern.id}"
        if pattern.id in seen:
            raise BadInput(f"Two patterns have the id “{pattern.id}”.", key=f"{key}.id", value=pattern.id)
        seen.add(pattern.id)
        if pattern.world not in worlds:
            raise unknown_name("world", pattern.world, worlds, key=f"{key}.world")
        who = f"“{pattern.name or pattern.id}”"
        check_place(f"{key}.x", f"{key}.y", pattern.x, pattern.y, who)
        limit = math.sqrt(4.0 / wave_step**2 - 8.0)
        if pattern.is_wave and pattern.rest_mass >= limit:
            raise BadInput(
                f"A wave of mass {pattern.mass:g} is unstable with the wave step {wave_step:g}.",
                key=f"{key}.mass",
                value=pattern.mass,
                allowed=f"less than {limit:.4g}, so that h² (8 + m²) < 4",
            )
    waves = sum(pattern.is_wave for pattern in patterns)
    if waves > MOST_WAVES:
        raise BadInput(
            f"There are {waves} waves; each takes a field of its own.",
            key="patterns",
            value=waves,
            allowed=f"at most {MOST_WAVES} packets and light pulses",
        )


def complete_patterns(patterns: list[Any] | tuple[Any, ...], world: str) -> list[Any]:
    """Patterns with the ids and worlds that were left out."""
    plain = [one.model_dump() if isinstance(one, PatternConfig) else one for one in patterns]
    taken = {str(one["id"]) for one in plain if isinstance(one, Mapping) and one.get("id")}
    filled: list[Any] = []
    for one in plain:
        if isinstance(one, Mapping):
            entry = dict(one)
            if not entry.get("id"):
                entry["id"] = free_id(taken, "p")
                taken.add(entry["id"])
            entry["world"] = entry.get("world") or world
            filled.append(entry)
        else:
            filled.append(one)
    return filled
