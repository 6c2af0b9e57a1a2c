"""Configuration of the charge model: lattice, mode, charges, and the constants of its equations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tauscope.engine.charge.modes import CHANGING, MODES, Mode, ModeSpec, Scheme
from tauscope.engine.config import EngineConfig, parameter
from tauscope.engine.errors import BadInput, unknown_name

SMALLEST_SIDE, LARGEST_SIDE = 8, 256
LARGEST_IMPLICIT = 128
"""Largest side for implicit steps, whose sparse systems fill up as the lattice grows."""
_ID = r"^[A-Za-z][A-Za-z0-9_-]{0,31}$"


class ChargeItem(BaseModel):
    """One charge: a cell, or a Gaussian whose cells add up to its value; the lattice is a torus."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)

    id: str = Field(
        "", pattern=rf"^$|{_ID}", description="Stable name; q1, q2, … are given where it is missing."
    )
    name: str = parameter("", label="Name", live=True, max_length=80)
    x: float = parameter(
        label="x", unit="cells", live=True, description="Column; of a charge of one cell the nearest counts."
    )
    y: float = parameter(
        label="y", unit="cells", live=True, description="Row; of a charge of one cell the nearest counts."
    )
    value: float = parameter(
        1.0,
        label="Charge",
        unit="e",
        live=True,
        soft=(-4.0, 4.0),
        ge=-100.0,
        le=100.0,
        description="Its sum.",
    )
    width: float = parameter(
        0.0,
        label="Width",
        unit="cells",
        live=True,
        soft=(0.0, 4.0),
        ge=0.0,
        le=32.0,
        description="0: one cell. Otherwise the standard deviation of a Gaussian, at least 0.3.",
    )


class ChargeConfig(EngineConfig):
    """Everything a run of the charge model depends on, besides its seed.

    Source of defaults and ranges: charge-and-gauge.md, "charge" and "The published experiment".

    Raises
    ------
    BadInput
        From `load` and `with_value`, naming key, value, allowed range and the nearest right name.
    """

    live_lists: ClassVar[tuple[str, ...]] = ("charges",)

    mode: Mode = parameter(
        "D",
        label="Mode",
        description="published_v1, published_v2: the published experiment. rho2: its equations with I "
        "relaxing to ρ². A: friction. B: fixed charges. C: smaller or implicit steps. regularised: diffusion "
        "of ρ and φ. D: a variational model of two species around fixed charges.",
    )
    size: int = parameter(
        32,
        label="Cells a side",
        unit="cells",
        ge=SMALLEST_SIDE,
        le=LARGEST_SIDE,
        soft=(32, 256),
        description="Side of the square torus.",
    )
    spacing: float = parameter(
        1.0,
        label="Spacing h",
        ge=0.05,
        le=10.0,
        soft=(0.25, 1.0),
        description="Distance between cells, in units of length; a finer one resolves shorter waves.",
    )
    charges: tuple[ChargeItem, ...] = Field(
        (), max_length=256, description="Charges; a pair 8 cells apart where nothing is said."
    )
    scheme: Scheme = parameter(
        "central",
        label="Scheme",
        description="central: central gradient and divergence. compact: currents on faces. upwind: currents "
        "that carry the cell they leave. crank_nicolson, backward_euler: Newton's method, mode C alone.",
    )
    dt: float = parameter(
        0.01,
        label="Time step",
        unit="time",
        live=True,
        ge=1e-5,
        le=0.1,
        soft=(1e-3, 0.02),
        log=True,
        description="Step; in mode D the longest one.",
    )
    alpha: float = parameter(
        1.0, label="α", live=True, ge=0.0, le=10.0, soft=(0.0, 2.0), description="∂φ/∂t = α∇²I."
    )
    gamma: float = parameter(
        0.1, label="γ", live=True, ge=0.0, le=10.0, soft=(0.0, 2.0), description="∂I/∂t = −γ(I − I_eq)."
    )
    g: float = parameter(
        1.0,
        label="Coupling g",
        live=True,
        hero=True,
        ge=0.0,
        le=10.0,
        soft=(0.0, 4.0),
        description="j = −gρ∇φ.",
    )
    lam: float = parameter(
        0.1,
        label="Friction λ",
        live=True,
        hero=True,
        ge=0.0,
        le=10.0,
        description="Option A: ρ loses λρ per unit of time, so charge is not conserved.",
    )
    beta: float = parameter(
        0.5,
        label="β",
        live=True,
        ge=0.0,
        le=10.0,
        soft=(0.0, 2.0),
        description="Second published version: ∂φ/∂t = α∇²I − βρ.",
    )
    D: float = parameter(
        1.0,
        label="Diffusion D",
        live=True,
        ge=0.0,
        le=10.0,
        soft=(0.0, 3.0),
        description="Diffusion of ρ; in mode D that of both species.",
    )
    nu: float = parameter(
        1.0,
        label="Diffusion ν",
        live=True,
        ge=0.0,
        le=10.0,
        soft=(0.0, 3.0),
        description="Diffusion of φ; with D it makes the equations well posed where gα|ρ₀c₁| < Dν.",
    )
    T: float = parameter(
        0.1,
        label="Temperature T",
        live=True,
        hero=True,
        ge=0.02,
        le=1.0,
        log=True,
        description="Mode D: weight of the entropy in F.",
    )
    m2: float = parameter(
        0.0,
        label="Mass² m²",
        live=True,
        ge=0.0,
        le=1.0,
        soft=(0.0, 0.3),
        description="Mode D: (−∇² + m²)Φ = p − n + q − mean; above 0 the field is screened by itself.",
    )
    green: Literal["2d", "3d"] = parameter(
        "2d",
        label="Poisson equation",
        description="2d: on the lattice shown. 3d: on a plane of a cubic torus, so that 1/R is imposed.",
    )
    density: float = parameter(
        0.01,
        label="Density of carriers",
        unit="e/cell",
        ge=0.0,
        le=1.0,
        soft=(0.0, 0.1),
        description="Mode D: both species at the start; √(T/2n) is the Debye length.",
    )
    background: float = parameter(
        0.0,
        label="Background ρ₀",
        unit="e/cell",
        ge=-10.0,
        le=10.0,
        soft=(-1.0, 1.0),
        description="Uniform charge at the start, on which linear theory stands.",
    )
    noise: float = parameter(
        0.0,
        label="Noise at the start",
        unit="e/cell",
        ge=0.0,
        le=0.1,
        soft=(0.0, 1e-3),
        description="Standard deviation of a random addition to ρ; in mode D relative, on both species.",
    )
    intent_width: float = parameter(
        0.0,
        label="Width of I at the start",
        unit="cells",
        ge=0.0,
        le=8.0,
        soft=(0.0, 2.0),
        description="0: I starts at ρ². Otherwise as a Gaussian of height 1 around each charge.",
    )
    mass_ratio: float = parameter(
        1836.0,
        label="Mass ratio",
        ge=1.0,
        le=1e4,
        soft=(1.0, 2000.0),
        description="Published experiment: I at a positive charge; it is 1 everywhere else.",
    )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        """Fill in what follows from the mode, a pair of charges, and ids."""
        if not isinstance(data, Mapping):
            return data
        mode = data.get("mode", "D")
        found = dict(data)
        if isinstance(mode, str) and mode in MODES:
            found = {**MODES[mode].defaults, **found}  # type: ignore[index]
        size = found.get("size", 32)
        if "charges" not in found and isinstance(size, int) and size >= SMALLEST_SIDE:
            found["charges"] = pair(size, min(8, size // 2))
        charges = found.get("charges")
        if isinstance(charges, list | tuple):
            found["charges"] = _named(charges)
        return found

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        seen: set[str] = set()
        for charge in self.charges:
            key = f"charges.{charge.id}"
            if charge.id in seen:
                raise BadInput(f"Two charges have the id “{charge.id}”.", key=f"{key}.id", value=charge.id)
            seen.add(charge.id)
            for name, value in (("x", charge.x), ("y", charge.y)):
                if not -0.5 <= value < self.size - 0.5:
                    raise BadInput(
                        f"{key}.{name} = {value:g} lies outside the lattice of {self.size} cells a side.",
                        key=f"{key}.{name}",
                        value=value,
                        allowed=f"from -0.5 to less than {self.size - 0.5:g}",
                    )
            if 0.0 < charge.width < 0.3:
                raise BadInput(
                    f"A Gaussian of width {charge.width:g} falls between the cells.",
                    key=f"{key}.width",
                    value=charge.width,
                    allowed="0 for one cell, or 0.3 and more",
                )
        self._check_scheme()
        return self

    def _check_scheme(self) -> None:
        if self.scheme not in self.spec.schemes:
            raise BadInput(
                f"Mode {self.mode} has no scheme “{self.scheme}”.",
                key="scheme",
                value=self.scheme,
                allowed=", ".join(self.spec.schemes),
                remedy="Implicit steps belong to mode C." if self.mode != "C" else "",
            )
        if self.is_implicit and self.size > LARGEST_IMPLICIT:
            raise BadInput(
                f"An implicit step on {self.size} cells a side takes seconds.",
                key="size",
                value=self.size,
                allowed=f"at most {LARGEST_IMPLICIT} with an implicit scheme",
            )
        stiffest = max(self.D, self.nu)
        if self.mode == "regularised" and 4.0 * stiffest * self.dt > self.spacing**2:
            raise BadInput(
                f"dt = {self.dt:g} is too long for diffusion of {stiffest:g} at spacing {self.spacing:g}.",
                key="dt",
                value=self.dt,
                allowed=f"at most h²/4 max(D, ν) = {self.spacing**2 / (4 * stiffest):.4g}",
            )

    @property
    def spec(self) -> ModeSpec:
        """What the mode is."""
        return MODES[self.mode]

    @property
    def is_implicit(self) -> bool:
        """Whether steps are solved by Newton's method."""
        return self.scheme in ("crank_nicolson", "backward_euler")

    def follow(self, data: dict[str, Any], path: str) -> None:
        """Another mode takes its own step and constants where the last one's were untouched."""
        if path != "mode" or data.get("mode") not in MODES:
            return
        fields = type(self).model_fields
        for name in CHANGING:
            old = self.spec.defaults.get(name, fields[name].default)
            if data[name] == old:
                data[name] = MODES[data["mode"]].defaults.get(name, fields[name].default)
        if data["scheme"] not in MODES[data["mode"]].schemes:
            data["scheme"] = "central"

    def unused(self) -> Mapping[str, str]:
        """Parameters that do nothing in the present mode, by path, each with the reason."""
        always = {"mode", "size", "charges"}
        why = f"Mode {self.mode} does not use it."
        found = {
            name: why for name in type(self).model_fields if name not in always and name not in self.spec.used
        }
        if self.mode.startswith("published"):
            found["gamma"] = "I starts at its equilibrium here and stays there."
        return found


def pair(size: int, separation: int) -> list[dict[str, Any]]:
    """A charge +e and one −e on the middle row, so many cells apart."""
    left = size // 2 - separation // 2
    return [
        {"id": "plus", "name": "+e", "x": left, "y": size // 2, "value": 1.0},
        {"id": "minus", "name": "−e", "x": left + separation, "y": size // 2, "value": -1.0},
    ]


def free_id(taken: set[str]) -> str:
    """Smallest of q1, q2, … that is not taken."""
    number = 1
    while f"q{number}" in taken:
        number += 1
    return f"q{number}"


def _named(charges: list[Any] | tuple[Any, ...]) -> list[Any]:
    """Charges with the ids that were left out."""
    plain = [charge.model_dump() if isinstance(charge, ChargeItem) else charge for charge in charges]
    taken = {str(charge["id"]) for charge in plain if isinstance(charge, Mapping) and charge.get("id")}
    found: list[Any] = []
    for charge in plain:
        if not isinstance(charge, Mapping) or charge.get("id"):
            found.append(charge)
            continue
        entry = {**charge, "id": free_id(taken)}
        taken.add(entry["id"])
        found.append(entry)
    return found


def index_of(config: ChargeConfig, charge_id: str) -> int:
    """Place of a charge in the list.

    Raises
    ------
    BadInput
        No such charge.
    """
    ids = [charge.id for charge in config.charges]
    if charge_id not in ids:
        raise unknown_name("charge", str(charge_id), ids, key="id")
    return ids.index(charge_id)
