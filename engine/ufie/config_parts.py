"""Parts of the wave's configuration: metric, active bricks, SCRAM and start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from tauscope.engine.config import EngineConfig, parameter
from tauscope.engine.errors import BadInput
from tauscope.engine.ufie.axes import DIMS
from tauscope.engine.ufie.config_emitters import Nine

AxisName = Literal["r", "s", "t", "u", "v", "w", "x", "y", "z"]
MetricKind = Literal["flat", "diagonal", "rank1", "full"]


class MetricConfig(EngineConfig):
    """Inverse metric g^ij = δ_ij + strength · bump(x) n_i n_j, of which ``diagonal`` keeps the diagonal."""

    kind: MetricKind = parameter(
        "flat",
        label="Metric",
        description="flat; diagonal and full: one metric a brick; rank1: one vector a site.",
    )
    strength: float = parameter(
        0.5,
        label="Strength",
        live=True,
        ge=-0.9,
        le=9.0,
        soft=(-0.9, 3.0),
        description="By how much waves run faster along the direction at the centre, in squares of speed.",
    )
    width: float = parameter(
        2.0,
        label="Width",
        unit="sites",
        live=True,
        gt=0.0,
        le=1e4,
        soft=(0.5, 20.0),
        description="Width of the Gaussian bump.",
    )
    center: Nine = Field(None, description="Centre of the bump; empty for that of the torus.")
    direction: Nine = Field(
        None, description="Direction n, nine numbers of any length; empty for that between x and y."
    )

    @model_validator(mode="after")
    def _is_positive(self) -> Self:
        if self.kind == "rank1" and self.strength < 0.0:
            raise BadInput(
                "A metric of rank one adds to the flat one and cannot take from it.",
                key="metric.strength",
                value=self.strength,
                allowed="0 to 9 with rank1",
                remedy="Take the kind diagonal or full for a strength below 0.",
            )
        if self.direction is not None and not any(self.direction):
            raise BadInput("The direction has no length.", key="metric.direction", value=self.direction)
        return self

    def unused(self) -> Mapping[str, str]:
        """Parameters that do nothing, each with the reason."""
        if self.kind != "flat":
            return {}
        why = "The metric is flat."
        return dict.fromkeys(("strength", "width", "center", "direction"), why)


class LensConfig(EngineConfig):
    """A Gaussian of state s that the medium starts with: waves run slower there, as in a lens."""

    height: float = parameter(
        0.0,
        label="Height of s",
        ge=0.0,
        le=2.0,
        description="Added to s at the centre, where s may not exceed 2; 0 for none.",
    )
    width: float = parameter(
        3.0, label="Width", unit="sites", gt=0.0, le=1e4, soft=(0.5, 20.0), description="Of the Gaussian."
    )
    center: Nine = Field(None, description="Centre; empty for that of the torus.")
    axes: tuple[AxisName, ...] = Field(
        ("x", "y"), min_length=1, description="Axes across which it has a shape; it goes through all others."
    )


class ActiveConfig(EngineConfig):
    """Bricks that are there only where the amplitude is high."""

    on: bool = parameter(
        False,
        label="Active bricks",
        description="Keep only bricks where the amplitude is high, and those near.",
    )
    grow_above: float = parameter(
        1e-3, label="Grow above", gt=0.0, le=1e6, log=True, description="Amplitude above which a brick grows."
    )
    prune_below: float = parameter(
        1e-5,
        label="Prune below",
        ge=0.0,
        le=1e6,
        log=True,
        description="Amplitude below which a brick may go.",
    )
    every: int = parameter(
        20,
        label="Steps between looks",
        unit="steps",
        ge=1,
        le=100_000,
        description="Bricks are added and taken away at multiples of it.",
    )
    reserve: float = parameter(
        1.0,
        label="Largest share",
        gt=0.0,
        le=1.0,
        description="Share of all bricks that may be there at once; beyond it none grows.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.on and not self.prune_below < self.grow_above:
            raise BadInput(
                "A brick would be taken away as soon as it has grown.",
                key="active.prune_below",
                value=self.prune_below,
                allowed=f"less than grow_above, {self.grow_above:g}",
            )
        return self


class ScramConfig(EngineConfig):
    """When the run is stopped from running away, and how it goes on; all times are simulated."""

    on: bool = parameter(True, label="SCRAM", description="Roll back when the field runs away.")
    soft: float = parameter(
        1e-4,
        label="Soft limit of the residual",
        gt=0.0,
        le=1.0,
        log=True,
        description="Relative energy residual beyond which a warning is given.",
    )
    hard: float = parameter(
        1e-2,
        label="Hard limit of the residual",
        gt=0.0,
        le=10.0,
        log=True,
        description="Relative energy residual beyond which the run is rolled back.",
    )
    amplitude_trip: float | None = parameter(
        None,
        label="Largest amplitude",
        live=True,
        gt=0.0,
        le=1e12,
        soft=(1.0, 1000.0),
        description="Amplitude beyond which the run is rolled back; empty for m/2√β.",
    )
    check_every: int = parameter(
        20, label="Steps between checks", unit="steps", ge=1, le=10_000, description="How often it looks."
    )
    checkpoint_every: float = parameter(
        0.5, label="Time between checkpoints", unit="s", ge=1e-3, le=60.0, description="Four are kept."
    )
    window: float = parameter(
        60.0, label="Window", unit="s", gt=0.0, le=1e4, description="Time in which attempts are counted."
    )
    hold: float = parameter(
        5.0, label="Hold", unit="s", ge=0.0, le=1e3, description="Time for which a reduced drive stays so."
    )
    recovery: float = parameter(
        0.05, label="Recovery", gt=0.0, le=1.0, description="Share of the drive that comes back at a time."
    )
    recovery_every: float = parameter(
        0.5,
        label="Time between recoveries",
        unit="s",
        gt=0.0,
        le=60.0,
        description="How often it comes back.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.soft > self.hard:
            raise BadInput(
                "The soft limit of the residual lies above the hard one.",
                key="scram.soft",
                value=self.soft,
                allowed=f"at most {self.hard:g}",
            )
        return self


StartKind = Literal["zero", "plane", "gaussian", "random", "soliton", "uniform"]


class StartConfig(EngineConfig):
    """The field at the start."""

    kind: StartKind = parameter(
        "zero",
        label="Start",
        description="plane: a wave of whole periods; soliton: a bright one along an axis, which needs m > 0.",
    )
    amplitude: float = parameter(
        1.0,
        label="Amplitude",
        ge=0.0,
        le=1e6,
        soft=(0.0, 100.0),
        description="Largest amplitude; the root of the mean square for random; a soliton has its own.",
    )
    center: Nine = Field(None, description="Centre of a Gaussian or soliton; empty for that of the torus.")
    sigma: float = parameter(
        1.5,
        label="Width σ",
        unit="sites",
        gt=0.0,
        le=1e4,
        soft=(0.5, 20.0),
        description="Width of a Gaussian.",
    )
    waves: tuple[int, ...] = Field(
        (0, 0, 0, 0, 0, 0, 1, 0, 0), description="Whole periods of a plane wave along each axis."
    )
    travelling: bool = parameter(
        True, label="Travelling", description="Whether a plane wave travels or stands, starting at rest."
    )
    axis: AxisName = parameter("x", label="Axis", description="Axis along which a soliton lies.")
    ratio: float = parameter(
        0.9,
        label="ω/m",
        gt=0.0,
        lt=1.0,
        description="Frequency of a soliton; stable in one dimension above 1/√2.",
    )
    speed: float = parameter(
        0.0, label="Speed", unit="sites/s", ge=-1e4, le=1e4, soft=(-100, 100), description="Of a soliton."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.waves) != DIMS or any(abs(count) > 10**6 for count in self.waves):
            raise BadInput(
                "Periods of a plane wave need nine whole numbers.", key="start.waves", value=list(self.waves)
            )
        return self
