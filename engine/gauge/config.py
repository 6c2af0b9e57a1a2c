"""Configuration of the gauge engine: lattice, coupling, algorithm and start."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from tauscope.engine.config import EngineConfig, parameter
from tauscope.engine.errors import BadInput

Algorithm = Literal["heatbath", "metropolis"]
Start = Literal["hot", "cold"]

MOST_LINKS = 2**24
"""Links at most: 268 MB of them."""
MOST_EXTENT = 4096
AXES = {2: ("y", "x"), 3: ("t", "y", "x"), 4: ("t", "z", "y", "x")}
"""Names of the axes by their number, slowest first; the first is the one that Polyakov loops wind around."""


def default_relaxations(dimensions: int) -> int:
    """Overrelaxation sweeps after each update: in two dimensions they only permute plaquettes."""
    return 0 if dimensions == 2 else 3


class GaugeConfig(EngineConfig):
    """Everything a run of compact U(1) lattice gauge theory depends on, besides its seed.

    Raises
    ------
    BadInput
        From `load` and `with_value`, naming key, value, allowed range and the nearest right name.
    """

    shape: tuple[int, ...] = Field(
        (32, 32),
        title="Shape",
        description="Even extents of 2, 3 or 4 axes: y, x; t, y, x; t, z, y, x. The first is Euclidean time, "
        "around which Polyakov loops wind.",
    )
    beta: float = parameter(
        1.0,
        label="Inverse coupling β",
        live=True,
        hero=True,
        ge=0.0,
        le=100.0,
        soft=(0.1, 10.0),
        log=True,
        description="Weight exp(β Σ cos θ_p) of the plaquette angles; β = 1/e².",
    )
    algorithm: Algorithm = parameter(
        "heatbath",
        label="Algorithm",
        live=True,
        description="heatbath: each link drawn from its exact distribution (Best and Fisher). metropolis: "
        "one proposal a link.",
    )
    overrelaxation: int = parameter(
        None,
        label="Overrelaxation sweeps",
        unit="sweeps",
        live=True,
        ge=0,
        le=20,
        soft=(0, 10),
        description="Reflections of all links after each update, which keep the action. In two dimensions "
        "they only permute plaquettes; 0 there and 3 elsewhere unless given.",
    )
    delta: float = parameter(
        0.5,
        label="Metropolis width δ",
        live=True,
        gt=0.0,
        le=20.0,
        soft=(0.05, 2.0),
        log=True,
        description="Metropolis turns a link by 2 arctan t, t uniform in ±δ.",
    )
    start: Start = parameter(
        "hot", label="Start", description="hot: links at random. cold: all links 1; better at large β."
    )
    thermalisation: int = parameter(
        200,
        label="Thermalisation",
        unit="sweeps",
        live=True,
        ge=0,
        le=1_000_000,
        soft=(0, 2000),
        description="Sweeps after the start, or after a change of what acts on the links, that running "
        "means leave out.",
    )

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, data: Any) -> Any:
        """Overrelaxation follows from the number of axes where it is not given."""
        if not isinstance(data, Mapping):
            return data
        shape: Any = data.get("shape", (32, 32))
        if not isinstance(shape, list | tuple):
            raise BadInput(
                f"The shape {shape!r} is no list of extents.",
                key="shape",
                value=shape,
                allowed=f"a list of 2, 3 or 4 even numbers from 2 to {MOST_EXTENT}, as in [4,6,8,8]",
            )
        if data.get("overrelaxation") is not None:
            return data
        return {**data, "overrelaxation": default_relaxations(len(shape))}

    @model_validator(mode="after")
    def _check(self) -> GaugeConfig:
        shape = self.shape
        if len(shape) not in AXES:
            raise BadInput(
                f"A lattice of {len(shape)} axes was refused.",
                key="shape",
                value=list(shape),
                allowed="2, 3 or 4 axes",
            )
        for extent in shape:
            if not 2 <= extent <= MOST_EXTENT or extent % 2:
                raise BadInput(
                    f"An extent of {extent} sites was refused.",
                    key="shape",
                    value=list(shape),
                    allowed=f"even numbers from 2 to {MOST_EXTENT}",
                    remedy="Links of one parity are updated together, so every extent must be even.",
                )
        if len(shape) * math.prod(shape) > MOST_LINKS:
            raise BadInput(
                f"A lattice of {len(shape) * math.prod(shape)} links is too large.",
                key="shape",
                value=list(shape),
                allowed=f"at most {MOST_LINKS} links",
            )
        return self

    def follow(self, data: dict[str, Any], path: str) -> None:
        """Another number of axes brings its own default of overrelaxation."""
        if (
            path == "shape"
            and isinstance(data["shape"], list | tuple)
            and len(data["shape"]) != self.dimensions
        ):
            data["overrelaxation"] = None

    @property
    def dimensions(self) -> int:
        """Number of axes D."""
        return len(self.shape)

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes, slowest first."""
        return AXES[len(self.shape)]

    def unused(self) -> Mapping[str, str]:
        """Parameters that do nothing beside the others' present values, by path, each with the reason."""
        if self.algorithm == "heatbath":
            return {"delta": "The heat bath draws links without proposals of a width."}
        return {}

    def warnings(self) -> tuple[str, ...]:
        """What is allowed and yet worth a word."""
        found = []
        if self.dimensions == 2 and self.overrelaxation:
            found.append(
                "In two dimensions overrelaxation only permutes plaquettes: it decorrelates nothing."
            )
        if self.start == "hot" and self.beta >= 3.0:
            found.append(
                "A hot start at large β may keep trapped flux for long; compare it with a cold start."
            )
        return tuple(found)
