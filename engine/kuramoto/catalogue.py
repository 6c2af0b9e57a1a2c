"""Fields and scalars that the Kuramoto engine offers, with label, unit and definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tauscope.engine.base import FieldSpec, ScalarSpec

if TYPE_CHECKING:
    from tauscope.engine.kuramoto.config import KuramotoConfig

_OURS = "The definition is ours; the sim stack document gives none."

FIELDS: Mapping[str, FieldSpec] = {
    spec.name: spec
    for spec in (
        FieldSpec(
            "theta",
            "θ",
            "Phases",
            ("oscillator",),
            "float64",
            unit="rad",
            kind="phase_points",
            settable=True,
            palette="cyclic",
            note="In [−π, π], cluster by cluster.",
        ),
        FieldSpec(
            "Z",
            "Z",
            "Order parameters of the clusters",
            ("cluster",),
            "complex128",
            kind="complexND",
            cost="reduce",
            palette="cyclic",
            note="Z_c = ⟨e^iθ⟩ over the oscillators of a cluster.",
        ),
        FieldSpec(
            "frequency",
            "dθ/dt",
            "Measured frequencies",
            ("oscillator",),
            "float64",
            unit="rad/time",
            kind="table",
            cost="reduce",
            note="Wrapped change of phase in the last step over its time; 0 before the first step after the "
            "phases were set.",
        ),
        FieldSpec(
            "omega",
            "ω",
            "Natural frequencies in force",
            ("oscillator",),
            "float64",
            unit="rad/time",
            kind="table",
            note="(ω + detuning of the cluster) times the rate of its clock.",
        ),
        FieldSpec(
            "R",
            "R_c",
            "Order of the clusters",
            ("cluster",),
            "float64",
            kind="table",
            cost="reduce",
            note="|Z_c|; chance alone gives about √(π / 4M) with M oscillators.",
        ),
        FieldSpec(
            "links",
            "cos Δψ",
            "Alignment along links",
            ("link",),
            "float64",
            kind="links",
            cost="reduce",
            palette="diverging",
            center=0.0,
            note="cos(ψ_c − ψ_d) of the mean phases at both ends.",
        ),
        FieldSpec(
            "clock_rate",
            "clock rate",
            "Rates of the clusters' clocks",
            ("cluster",),
            "float64",
            kind="table",
            note="Factor of all natural frequencies of a cluster; 1 unless another engine sets it.",
        ),
    )
}

SCALARS: Mapping[str, ScalarSpec] = {
    spec.name: spec
    for spec in (
        ScalarSpec("R_total", "R total", note="Global order |Σ M_c Z_c| / N, 0 to 1."),
        ScalarSpec("R_mean", "mean R", note="Mean order |Z_c| of the clusters."),
        ScalarSpec(
            "cross_sync",
            "cross sync",
            note="Alignment of linked clusters, Σ Re(Z_c Z_d*) / Σ |Z_c| |Z_d|, −1 to 1; no value without "
            "links. Classic: mean cos(ψ_c − ψ_d) over all pairs.",
        ),
        ScalarSpec(
            "drift",
            "drift",
            "rad/step",
            "Mean turning of a phase in a step, in the frame that turns with all of them. "
            "Classic: mean turning between two rows.",
        ),
        ScalarSpec(
            "drift_mean",
            "signed drift",
            "rad/step",
            "Mean wrapped change of phase in a step. With reciprocal coupling a constant of motion, the "
            "mean ω times the step, and says nothing about order.",
        ),
        ScalarSpec(
            "ready",
            "ready",
            note="Readiness, S(R; 0.4, 0.8) S(X; 0.3, 0.8) of the means of 20 rows; 0 without links. "
            f"{_OURS} Classic: 0.5 R + 0.4 X + 0.1 e^(−3 drift).",
        ),
        ScalarSpec(
            "choice_score",
            "choice score",
            note="Consent × two paths × readiness × reversibility, from the last assessment; no value before "
            f"the first. {_OURS} Classic: by the number of paths.",
        ),
        ScalarSpec(
            "mirror_residual",
            "mirror residual",
            note=f"Action less reaction, Σ|J + Jᵀ| / Σ|J| of the torques between clusters. {_OURS}",
        ),
        ScalarSpec(
            "R_total_debiased",
            "R² without bias",
            note="(N R² − 1) / (N − 1): an estimate of R² that is 0 on average without order.",
        ),
        ScalarSpec("frequency_mean", "mean dθ/dt", "rad/time", "Mean measured frequency of the last step."),
        ScalarSpec(
            "frequency_spread",
            "spread of dθ/dt",
            "rad/time",
            "Standard deviation of the measured frequencies.",
        ),
    )
}


def fields_for(_config: KuramotoConfig) -> Mapping[str, FieldSpec]:
    """Fields that an engine of this configuration offers, by name."""
    return FIELDS
