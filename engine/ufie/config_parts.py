"""Parts of the wave's configuration: emitters, metric, active bricks, SCRAM and start."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import core_schema

from tauscope.engine.config import EngineConfig, parameter
from tauscope.engine.errors import BadInput
from tauscope.engine.ufie import golden
from tauscope.engine.ufie.axes import AXES, DIMS

Place = tuple[float, ...]
LARGEST_PLACE = 1e6


def _nine(value: Any) -> Any:
    """Nine finite numbers, or None."""
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != DIMS:
        raise BadInput(
            f"A place needs nine numbers, not {value!r}.",
            key="position",
            value=value,
            allowed=f"one number for each of {' '.join(AXES)}",
        )
    return value


Nine = Annotated[Place | None, BeforeValidator(_nine)]


class EmitterConfig(EngineConfig):
    """One emitter: a tone, and where it acts. What is left open follows from a name e1 to e9."""

    name: str = Field(min_length=1, max_length=40, pattern=r"^[^.]*[^.\d][^.]*$")
    frequency: float | None = parameter(
        None,
        label="Frequency",
        unit="Hz",
        live=True,
        ge=0.0,
        le=1000.0,
        soft=(0.0, 200.0),
        description="Frequency before detuning; empty for that of the golden array, π φⁿ for e1 to e8.",
    )
    detune: float = parameter(
        0.0,
        label="Detune",
        live=True,
        ge=-0.5,
        le=0.5,
        soft=(-0.1, 0.1),
        description="Share of the frequency that is added to it.",
    )
    amplitude: float = parameter(
        golden.DEFAULT_AMPLITUDE,
        label="Amplitude",
        unit="1/s²",
        live=True,
        ge=0.0,
        le=1e5,
        soft=(0.0, 1e4),
        description="Largest acceleration at the emitter's centre, before the mean is taken off.",
    )
    phase: float = parameter(
        0.0,
        label="Phase",
        unit="rad",
        live=True,
        ge=-2 * math.pi,
        le=2 * math.pi,
        description="Added to the phase that Δϕ gives.",
    )
    prime: float | None = parameter(
        None,
        label="Degrees per Δϕ",
        unit="°",
        live=True,
        ge=0.0,
        le=360.0,
        soft=(0.0, 30.0),
        description="By how many degrees each unit of Δϕ turns it; empty for the prime of e1 to e8, else 0.",
    )
    position: Nine = Field(
        None,
        description="Centre, nine numbers; empty: the antipode on the axis of e1 to e8, else the centre.",
    )
    sigma: float = parameter(
        1.0,
        label="Width σ",
        unit="sites",
        live=True,
        ge=0.5,
        le=3.0,
        description="Width of the Gaussian on the torus.",
    )
    profile: Literal["gaussian", "uniform"] = parameter(
        "gaussian",
        label="Profile",
        live=True,
        description="gaussian: around the centre. uniform: the same at every site.",
    )
    ramp: float = parameter(
        1.0,
        label="Ramp",
        unit="s",
        live=True,
        ge=0.0,
        le=10.0,
        soft=(0.0, 5.0),
        description="Time in which it swells when it is switched on, and dies down when it is muted.",
    )
    complex: bool = parameter(
        False,
        label="Complex tone",
        live=True,
        description="Off: A sin(2πft + θ). On: A exp(i(2πft + θ)), which makes no third harmonic.",
    )
    on: bool = parameter(True, label="On", live=True, description="Off: muted.")
    zero_mean: bool = parameter(
        True,
        label="Mean of zero",
        live=True,
        description="Take the mean off a Gaussian profile; otherwise the emitter pushes the whole field.",
    )

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.frequency is None and self.name not in golden.NAMES:
            raise BadInput(
                f"The emitter “{self.name}” has no frequency.",
                key="emitters.frequency",
                value=None,
                allowed="0 to 1000 Hz; only e1 to e9 have one of their own",
            )
        return self

    @property
    def tone(self) -> float:
        """Frequency in Hz, detuned."""
        base = golden.frequency(self.name) if self.frequency is None else self.frequency
        return base * (1.0 + self.detune)

    @property
    def is_golden(self) -> bool:
        """Whether its tuning word is one of the exact chain of e1 to e8."""
        return self.frequency is None and self.detune == 0.0 and self.name in golden.RATIO_NAMES

    def angle(self, dphi: float, reference: float) -> float:
        """Phase theta in rad: degrees per unit of the control, its own phase, and the reference phase."""
        degrees = golden.prime(self.name) if self.prime is None else self.prime
        return math.radians(degrees) * dphi + self.phase + reference


class _OrGolden:
    """Schema of emitters as an editor wants it: the word “golden”, or a list."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"const": "golden"}, handler(schema)]}


def golden_or_list(value: Any) -> Any:
    """The document's array for “golden”; anything else is as it was."""
    if isinstance(value, str):
        if value != "golden":
            raise BadInput(
                f"There are no emitters “{value}”.",
                key="emitters",
                value=value,
                allowed="“golden” for the document's array, or a list of emitters",
            )
        return golden.array()
    return value


Emitters = Annotated[tuple[EmitterConfig, ...], BeforeValidator(golden_or_list), _OrGolden()]

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
    axis: Literal["r", "s", "t", "u", "v", "w", "x", "y", "z"] = parameter(
        "x", label="Axis", description="Axis along which a soliton lies."
    )
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
