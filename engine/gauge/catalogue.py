"""Fields and scalars that the gauge engine offers, with label, unit and definition."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from tauscope.engine.base import FieldKind, FieldSpec, ScalarSpec
from tauscope.engine.gauge.config import AXES

if TYPE_CHECKING:
    from tauscope.engine.gauge.config import GaugeConfig

SETTABLE = ("angle",)


@lru_cache
def planes(dimensions: int) -> Mapping[str, tuple[int, int]]:
    """Planes of two axes by the name of their field, in three and four dimensions."""
    names = AXES[dimensions]
    pairs = itertools.combinations(range(dimensions), 2)
    return {f"plaquette_{names[a]}{names[b]}": (a, b) for a, b in pairs} if dimensions > 2 else {}


@lru_cache
def fields(dimensions: int) -> Mapping[str, FieldSpec]:
    """Fields by name, for 2, 3 or 4 axes."""
    axes = AXES[dimensions]
    kind: FieldKind = "scalar2d" if dimensions == 2 else "complexND"
    whole = (
        "cos θ_p of the plaquette whose lowest corner is the site."
        if dimensions == 2
        else ("Mean of cos θ_p over the planes, of the plaquettes whose lowest corner is the site.")
    )
    found = [
        FieldSpec(
            "plaquette",
            "cos θ_p",
            "Plaquettes" if dimensions == 2 else "Plaquettes, mean of all planes",
            axes,
            "float64",
            kind=kind,
            cost="reduce",
            palette="diverging",
            center=0.0,
            note=whole,
        )
    ]
    for name, (a, b) in planes(dimensions).items():
        found.append(
            FieldSpec(
                name,
                f"cos θ_{axes[a]}{axes[b]}",
                f"Plaquettes in the plane {axes[a]}, {axes[b]}",
                axes,
                "float64",
                kind=kind,
                cost="reduce",
                palette="diverging",
                center=0.0,
                note="cos θ_p of the plaquette in this plane whose lowest corner is the site.",
            )
        )
    if dimensions == 2:
        found.append(
            FieldSpec(
                "flux",
                "θ_p",
                "Flux through plaquettes",
                axes,
                "float64",
                unit="rad",
                kind=kind,
                cost="reduce",
                palette="cyclic",
                note="Plaquette angle in [−π, π].",
            )
        )
    found.append(
        FieldSpec(
            "angle",
            "θ",
            "Links",
            ("direction", *axes),
            "float64",
            unit="rad",
            kind="table",
            cost="reduce",
            settable=True,
            palette="cyclic",
            note="Angle of the link from each site along each axis, in [−π, π]; depends on the gauge.",
        )
    )
    return {spec.name: spec for spec in found}


SCALARS: Mapping[str, ScalarSpec] = {
    spec.name: spec
    for spec in (
        ScalarSpec("plaquette", "P", note="Mean of cos θ_p over all plaquettes of the present links."),
        ScalarSpec(
            "plaquette_mean",
            "⟨P⟩",
            note="Running mean over the sweeps since the last change, the thermalisation left out.",
        ),
        ScalarSpec(
            "plaquette_error",
            "error of ⟨P⟩",
            note="Standard error of the running mean, with its autocorrelation; no value before 20 samples.",
        ),
        ScalarSpec(
            "tau_int",
            "τ_int",
            "sweeps",
            "Integrated autocorrelation time of P, 1/2 without memory; no value before 20 samples.",
        ),
        ScalarSpec(
            "acceptance",
            "acceptance",
            note="Share of the proposals accepted in the last sweep; of the heat bath, draws per trial. "
            "No value before the first.",
        ),
        ScalarSpec("action", "S", note="β Σ (1 − cos θ_p) over all plaquettes."),
        ScalarSpec(
            "polyakov",
            "|L|",
            note="Modulus of the mean Polyakov loop, the product of links once around the first axis.",
        ),
        ScalarSpec(
            "sweeps_since_change",
            "sweeps since change",
            "sweeps",
            "Sweeps since the start or since β, the algorithm or another setting of the chain changed.",
        ),
    )
}


def fields_for(config: GaugeConfig) -> Mapping[str, FieldSpec]:
    """Fields that an engine of this configuration offers, by name."""
    return fields(config.dimensions)
