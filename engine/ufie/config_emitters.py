"""The emitters of a wave's configuration: tones, and where they act."""

from __future__ import annotations

import math
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
