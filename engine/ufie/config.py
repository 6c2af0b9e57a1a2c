"""Configuration of the nine-dimensional wave: torus, medium, emitters, integrator, oracle and start."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from tauscope.engine.config import EngineConfig, parameter
from tauscope.engine.ufie import config_checks
from tauscope.engine.ufie.axes import AXES, sites
from tauscope.engine.ufie.config_emitters import Emitters, golden_or_list
from tauscope.engine.ufie.config_parts import ActiveConfig, LensConfig, MetricConfig, ScramConfig, StartConfig
from tauscope.engine.ufie.painted import MOST, PaintedPlane, check_painted

Precision = Literal["fast", "precise"]
Integrator = Literal["kdk", "etd", "literal"]

_PARTS = ("metric",)


class UfieConfig(EngineConfig):
    """Everything a run of the wave depends on, besides its seed.

    Source of defaults and ranges: the table of ufie.md.

    Raises
    ------
    BadInput
        From `load` and `with_value`, naming key, value, allowed range and the nearest right name.
    """

    live_lists: ClassVar[tuple[str, ...]] = ("emitters", "painted")

    shape: tuple[int, ...] = Field(
        (3, 1, 1, 1, 1, 1, 32, 32, 3), description="Sites along r s t u v w x y z; each 1, or at least 3."
    )
    dt: float = parameter(
        2.5e-4,
        label="Time step",
        unit="s",
        live=True,
        le=config_checks.LONGEST_STEP,
        ge=config_checks.SHORTEST_STEP,
        soft=(1e-4, 5e-4),
        description="Step; at most half a millisecond, so that the third harmonic of e8 is sampled well.",
    )
    c0: float = parameter(
        600.0,
        label="Wave speed c₀",
        unit="sites/s",
        live=True,
        ge=0.0,
        le=1e6,
        soft=(0.0, 1000.0),
        description="Speed of waves where s is 0; at most 0.9 of the limit of the time step.",
    )
    alpha: float = parameter(
        0.1,
        label="Damping α",
        unit="1/s",
        live=True,
        ge=0.0,
        le=10.0,
        soft=(0.0, 2.0),
        description="Rate of damping where r is 0: γ = α(1 − r).",
    )
    beta: float = parameter(
        0.01,
        label="Nonlinearity β",
        unit="1/s²",
        live=True,
        ge=0.0,
        le=1000.0,
        soft=(1e-3, 100.0),
        log=True,
        description="Focusing cubic β|Ψ|²Ψ; compare ν = β|Ψ|²/ω₁².",
    )
    mass: float = parameter(
        3.254,
        label="Mass m/2π",
        unit="Hz",
        live=True,
        ge=0.0,
        le=20.0,
        description="Frequency of the uniform field; an extension of the document's equation, which has 0.",
    )
    saturation: float | None = parameter(
        None,
        label="Saturation A_s",
        live=True,
        gt=0.0,
        le=1e9,
        soft=(1.0, 1000.0),
        log=True,
        description="Amplitude at which the cubic β|Ψ|²Ψ/(1 + |Ψ|²/A_s²) gives way; empty: the plain cubic.",
    )
    dphi: float = parameter(
        1.0,
        label="Phase control Δϕ",
        unit="rad",
        live=True,
        hero=True,
        ge=0.0,
        le=2 * math.pi,
        soft=(0.0, 2 * math.pi),
        description="Turns the phase of emitter i by its prime in degrees times Δϕ.",
    )
    reference_phase: float = parameter(
        0.0,
        label="Reference phase ♭",
        unit="rad",
        live=True,
        ge=-2 * math.pi,
        le=2 * math.pi,
        description="Added to the phase of every emitter.",
    )
    resonance: float = parameter(
        0.5,
        label="Resonance r",
        live=True,
        ge=0.0,
        le=1.0,
        description="Memory: 1 takes all damping away. A new value goes to every site without strokes.",
    )
    state_index: float = parameter(
        0.0,
        label="State s",
        live=True,
        ge=0.0,
        le=2.0,
        description="Attention: waves run at c₀/(1 + s). A new value goes to every site without strokes.",
    )
    emitters: Emitters = Field(
        default_factory=lambda: golden_or_list("golden"), description="“golden”, or a list of emitters."
    )
    metric: MetricConfig = Field(MetricConfig(), description="Inverse metric of the torus.")
    lens: LensConfig = Field(LensConfig(), description="A bump of s that the medium starts with.")
    painted: tuple[PaintedPlane, ...] = Field(
        (), max_length=MOST, description="What was painted on r and s, laid over them in order."
    )
    start: StartConfig = Field(StartConfig(), description="The field at the start.")
    active: ActiveConfig = Field(ActiveConfig(), description="Bricks that are there only where needed.")
    scram: ScramConfig = Field(ScramConfig(), description="What happens when the field runs away.")
    precision: Precision = parameter(
        "fast", label="Precision", description="fast: complex64. precise: complex128."
    )
    integrator: Integrator = parameter(
        "kdk",
        label="Integrator",
        description="kdk: fused kick-drift-kick. etd: exact for linear waves on a flat, even torus. "
        "literal: the document's kernel, which gains energy at every step.",
    )
    threads: int = parameter(
        1,
        label="Threads",
        ge=1,
        le=256,
        soft=(1, 16),
        description="Of the processor; two on a busy machine can be slower than one. Results are the same.",
    )

    @field_validator("dt", mode="before")
    @classmethod
    def _steps_well(cls, value: Any) -> Any:
        config_checks.check_step(value)
        return value

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        config_checks.check_shape(self.shape)
        config_checks.check_emitters(self)
        config_checks.check_places(self)
        config_checks.check_integrator(self)
        check_painted(self)
        config_checks.check_start(self)
        config_checks.check_speed(self)
        return self

    @property
    def sites(self) -> int:
        """Sites of the torus."""
        return sites(self.shape)

    @property
    def mass_rate(self) -> float:
        """M in rad/s."""
        return 2.0 * math.pi * self.mass

    def warnings(self) -> tuple[str, ...]:
        """What is allowed and yet worth a word, as sentences."""
        found = []
        for name, size in zip(AXES, self.shape, strict=True):
            if size == 2:
                found.append(
                    f"Axis {name} has two sites: both neighbours of a site are the same one, and mixed terms "
                    "of the metric vanish."
                )
        return tuple(found)

    def unused(self) -> Mapping[str, str]:
        """Parameters that do nothing beside the others' present values, by path, each with the reason."""
        found = {
            f"{part}.{name}": why for part in _PARTS for name, why in getattr(self, part).unused().items()
        }
        if not self.emitters:
            found["dphi"] = found["reference_phase"] = "There are no emitters."
        if self.beta == 0.0:
            found["saturation"] = "Without β there is no cubic that could saturate."
        if self.sites == 1 or self.c0 == 0.0:
            found["state_index"] = "No waves run here, so nothing can slow them."
        if not self.scram.on:
            found["scram.amplitude_trip"] = "SCRAM is off."
        return found
