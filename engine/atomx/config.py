"""Configuration of a scan for synthetic atoms: ranges of the medium, thresholds of the gates, seed."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from tauscope.engine.config import EngineConfig, parameter
from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]
Mode = Literal["physical", "reference"]
Method = Literal["table", "direct"]

LEAST_VALUE, MOST_VALUE = 1e-25, 1e25
"""Range of both axes, N/m and m, within which no energy is beyond what a file's numbers hold."""
MOST_POINTS = 4_000_000
"""Voxels of a scan; the files of more would not be read by anybody."""

RANGES: dict[str, dict[str, float]] = {
    "physical": {
        "kappa_start": 1e-10,
        "kappa_stop": 5e-10,
        "r_screen_start": 8e-8,
        "r_screen_stop": 1.8e-7,
    },
    "reference": {
        "kappa_start": 1e-10,
        "kappa_stop": 5e-10,
        "r_screen_start": 1e-15,
        "r_screen_stop": 5e-15,
    },
}
"""Ranges where none are given: the document's, and for the physical mode those where its stiffness binds."""


class AtomxConfig(EngineConfig):
    """What a scan goes through, and the gates.

    The thresholds are read after the levels are known: changing one needs no new scan.
    """

    mode: Mode = parameter(
        "physical",
        label="Mode",
        description="physical: levels of the radial Schrödinger equation, every gate measured. "
        "reference: the document's formulas, with random numbers in two columns.",
    )
    method: Method = parameter(
        "table",
        label="Method",
        description="table: one curve of 80 solutions, and edges of the gates solved anew. "
        "direct: every voxel solved by itself.",
    )
    kappa_start: float = parameter(
        1e-10, label="κ from", unit="N/m", ge=LEAST_VALUE, le=MOST_VALUE, description="Lowest stiffness."
    )
    kappa_stop: float = parameter(
        5e-10, label="κ to", unit="N/m", ge=LEAST_VALUE, le=MOST_VALUE, description="Highest stiffness."
    )
    kappa_count: int = parameter(20, label="κ values", ge=1, description="Values of κ, ends included.")
    r_screen_start: float = parameter(
        8e-8,
        label="r_screen from",
        unit="m",
        ge=LEAST_VALUE,
        le=MOST_VALUE,
        description="Shortest screening length.",
    )
    r_screen_stop: float = parameter(
        1.8e-7,
        label="r_screen to",
        unit="m",
        ge=LEAST_VALUE,
        le=MOST_VALUE,
        description="Longest screening length.",
    )
    r_screen_count: int = parameter(
        20, label="r_screen values", ge=1, description="Values of r_screen, ends included."
    )
    split_thr: float = parameter(
        0.19,
        label="Split at most",
        unit="meV",
        live=True,
        gt=0,
        description="Largest distance of the two levels.",
        soft=(0.01, 1.0),
        log=True,
    )
    compat_thr: float = parameter(
        0.02,
        label="compat at most",
        live=True,
        gt=0,
        description="Largest deviation from the virial theorem.",
        soft=(1e-5, 0.1),
        log=True,
    )
    r2_thr: float = parameter(
        0.98,
        label="R² at least",
        live=True,
        gt=0,
        le=1,
        description="Least linearity of the levels' answer to a stronger or weaker potential.",
        soft=(0.8, 1.0),
    )
    seed: int = parameter(
        12345,
        label="Seed",
        ge=0,
        le=2**32 - 1,
        description="Of the document's random columns, and of the resampling.",
    )
    bc_anchor: bool = parameter(
        False,
        label="Anchored edge",
        live=True,
        description="Whether controls hold the medium; then the catalogue says maintained, not natural.",
    )
    resamples: int = parameter(
        4000, label="Resamples", ge=100, le=100_000, description="Of the spread of τ over the voxels."
    )

    @model_validator(mode="before")
    @classmethod
    def _ranges_of_mode(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {**RANGES.get(str(data.get("mode", "physical")), {}), **data}

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        for name in ("kappa", "r_screen"):
            low, high = getattr(self, f"{name}_start"), getattr(self, f"{name}_stop")
            count = getattr(self, f"{name}_count")
            if high < low or (high == low and count > 1):
                raise BadInput(
                    f"The range of {name} runs from {low:g} to {high:g}.",
                    key=f"{name}_stop",
                    value=high,
                    allowed=f"above {low:g}",
                )
        if self.kappa_count * self.r_screen_count > MOST_POINTS:
            raise BadInput(
                f"The scan has {self.kappa_count * self.r_screen_count:,} voxels.",
                key="kappa_count",
                value=self.kappa_count,
                allowed=f"at most {MOST_POINTS:,} voxels",
                remedy="Take fewer values of κ or of r_screen.",
            )
        return self

    @property
    def kappa(self) -> Floats:
        """Values of kappa, float64 [Nk], N/m."""
        return np.linspace(self.kappa_start, self.kappa_stop, self.kappa_count)

    @property
    def r_screen(self) -> Floats:
        """Values of r_screen, float64 [Nr], m."""
        return np.linspace(self.r_screen_start, self.r_screen_stop, self.r_screen_count)

    @property
    def thresholds(self) -> dict[str, float]:
        """Thresholds of the gates by their names in files."""
        return {"split_thr": self.split_thr, "compat_thr": self.compat_thr, "r2_thr": self.r2_thr}
