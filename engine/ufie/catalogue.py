"""Fields and scalars that the wave offers, with label, unit and definition."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from tauscope.engine.base import FieldSpec, ScalarSpec
from tauscope.engine.ufie.axes import AXES

if TYPE_CHECKING:
    from tauscope.engine.ufie.config import UfieConfig

SETTABLE = ("psi", "velocity", "resonance", "state_index")


@lru_cache
def fields(precision: str) -> Mapping[str, FieldSpec]:
    """Fields by name, for ``fast`` or ``precise``."""
    whole, real = ("complex128", "float64") if precision == "precise" else ("complex64", "float32")
    found = (
        FieldSpec(
            "psi",
            "Ψ",
            "Wave",
            AXES,
            whole,
            kind="complexND",
            settable=True,
            note="Complex field; an edit is booked as injected energy.",
        ),
        FieldSpec(
            "velocity",
            "∂Ψ/∂t",
            "Velocity",
            AXES,
            whole,
            unit="1/s",
            kind="complexND",
            cost="reduce",
            settable=True,
            note="At the present step; the leapfrog keeps it half a step back.",
        ),
        FieldSpec(
            "amplitude", "|Ψ|", "Amplitude", AXES, real, kind="complexND", cost="reduce", note="Modulus of Ψ."
        ),
        FieldSpec(
            "phase",
            "arg Ψ",
            "Phase",
            AXES,
            real,
            unit="rad",
            kind="complexND",
            cost="reduce",
            palette="cyclic",
            note="Argument of Ψ in (−π, π].",
        ),
        FieldSpec(
            "resonance",
            "r",
            "Resonance",
            AXES,
            "float64",
            kind="complexND",
            settable=True,
            note="Memory: damping is α(1 − r). 0 to 1.",
        ),
        FieldSpec(
            "state_index",
            "s",
            "State",
            AXES,
            "float64",
            kind="complexND",
            settable=True,
            note="Attention: waves run at c₀/(1 + s). 0 to 2.",
        ),
    )
    return {spec.name: spec for spec in found}


SCALARS: Mapping[str, ScalarSpec] = {
    spec.name: spec
    for spec in (
        ScalarSpec("H", "H", "1/s²", note="Energy Σμ(|v|²/2 + m²|Ψ|²/2 − β|Ψ|⁴/4) + c₀²Ψ†KΨ/2."),
        ScalarSpec("H_hat", "Ĥ", "1/s²", note="H − dt²/8 Σμ|F|², which undriven, undamped steps keep."),
        ScalarSpec("P_in", "P in", "1/s³", "Power of the emitters, Σμ Re(E v*)."),
        ScalarSpec("P_diss", "P diss", "1/s³", "Power lost to friction, Σμγ|v|²."),
        ScalarSpec(
            "residual",
            "residual",
            note="Energy that no work accounts for, relative to T + G + |N| + Σ|W|, since the statistics "
            "were reset; 0 at rest.",
        ),
        ScalarSpec(
            "residual_recent", "recent residual", note="The same since the last checkpoint; this trips."
        ),
        ScalarSpec("W_in", "W in", "1/s²", note="Work of the emitters since the statistics were reset."),
        ScalarSpec("W_diss", "W diss", "1/s²", note="Energy lost to friction, negative."),
        ScalarSpec(
            "W_geom",
            "W geom",
            "1/s²",
            note="Energy given by edits of medium, metric, bricks, drive and step.",
        ),
        ScalarSpec("W_inject", "W inject", "1/s²", note="Energy given by edits of the field."),
        ScalarSpec("max_amplitude", "max |Ψ|", note="Largest modulus."),
        ScalarSpec(
            "amplitude_limit", "limit of |Ψ|", note="Beyond it the run is rolled back; no value without one."
        ),
        ScalarSpec("nu", "ν", note="β max|Ψ|²/ω₁², with ω₁² = m² + c₀² 4 sin²(π/N) of the longest axis."),
        ScalarSpec("drive_gain", "drive", note="Share of the drive that acts; SCRAM lowers it."),
        ScalarSpec("active_sites", "active sites", "sites", "Sites of bricks that are there."),
        ScalarSpec("scram_level", "SCRAM", note="0 well, 1 warned, 2 reduced drive or step, 3 stopped."),
        ScalarSpec("scram_attempts", "attempts", note="Roll-backs within the present window."),
        ScalarSpec("step_size", "dt", "s", "Step in force; SCRAM halves it."),
    )
}

SUMMED = frozenset({"H", "H_hat", "P_in", "P_diss", "residual"})
"""Scalars for which the sums of the oracle are worked out anew."""

BOOKED: Mapping[str, str] = {"W_in": "work", "W_diss": "loss", "W_geom": "geometry", "W_inject": "injected"}
PEAKED = frozenset({"max_amplitude", "nu"})
"""Scalars for which the largest amplitude is looked for."""


def fields_for(config: UfieConfig) -> Mapping[str, FieldSpec]:
    """Fields that an engine of this configuration offers, by name."""
    return fields(config.precision)
