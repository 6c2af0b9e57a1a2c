"""Fields that views, probes and recordings may ask for beside the engine's own; none feeds back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import DerivedField, FieldSpec
from tauscope.engine.gravity.analysis.poisson import solve_poisson
from tauscope.engine.gravity.analysis.potential import phi_from_f
from tauscope.engine.gravity.analysis.steady import coupling, rho_realized, screening
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.linkshare import link_share
from tauscope.engine.gravity.sources import emission_map, sink_mask

Floats32 = npt.NDArray[np.float32]


def phi(_config: GravityConfig, f_traffic: npt.NDArray[Any]) -> Floats32:
    """Potential ``f - 1`` [ny, nx] from the smooth ``f_traffic`` (mode linear, alpha 1); 0 or less."""
    return phi_from_f(f_traffic).astype(np.float32)


def slowness(_config: GravityConfig, f_traffic: npt.NDArray[Any]) -> Floats32:
    """Share ``1 - f`` of the update opportunities that a node loses, [ny, nx], 0 to 1."""
    return np.asarray(1 - f_traffic).astype(np.float32)


def phi_poisson(config: GravityConfig, f_live: npt.NDArray[Any]) -> Floats32:
    """Solution [ny, nx] of ``lap phi - m^2 phi = kappa f a``, what the lattice's phi is compared with.

    kappa = 4 / (p C), m^2 = 4 (1 - p) / p, and the realized emission f a of the present sources, with the
    live f: it counts updates, where the traffic of two ticks misses those of a nearly saturated node. Sources
    that fill outboxes are taken by what they send (`link_share`).
    It equals phi once the field is steady.
    """
    emission = emission_map(config)
    share = link_share(emission, f_live, config.capacity, config.survival, config.boundary)
    mask = sink_mask(config)
    place = mask if mask.any() else config.boundary
    kappa = coupling(config.capacity, config.survival)
    return solve_poisson(rho_realized(share, emission), kappa, place, screening(config.survival)).astype(
        np.float32
    )


DERIVED = {
    found.spec.name: found
    for found in (
        DerivedField(
            FieldSpec(
                "phi",
                "ϕ(x)",
                "Time sag, f − 1",
                ("y", "x"),
                "float32",
                cost="derive",
                palette="diverging",
                center=0.0,
                note="f_traffic − 1: free of counting noise; the engine does not use it.",
            ),
            ("f_traffic",),
            phi,
            local=True,
        ),
        DerivedField(
            FieldSpec(
                "slowness",
                "1 − f(x)",
                "Share of updates lost",
                ("y", "x"),
                "float32",
                cost="derive",
                note="1 − f_traffic: free of counting noise; obeys superposition while it is small.",
            ),
            ("f_traffic",),
            slowness,
            local=True,
        ),
        DerivedField(
            FieldSpec(
                "phi_poisson",
                "ϕ(x) from Poisson",
                "Solved from emission",
                ("y", "x"),
                "float32",
                cost="derive",
                palette="diverging",
                center=0.0,
                note="Solves Δϕ − m²ϕ = κ f a, live f, κ = 4/(pC), m² = 4(1 − p)/p; equals ϕ if steady.",
            ),
            ("f_live",),
            phi_poisson,
        ),
    )
}
