"""Fields that views, probes and recordings may ask for beside the engine's own; none feeds back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import DerivedField, DerivedScalar, FieldSpec, ScalarSpec
from tauscope.engine.gravity.analysis.lattice import Floats, Mask
from tauscope.engine.gravity.analysis.poisson import solve_poisson
from tauscope.engine.gravity.analysis.potential import phi_from_f
from tauscope.engine.gravity.analysis.steady import (
    check_has_field,
    coupling,
    emission_of,
    rho_realized,
    screening,
    survival_of,
)
from tauscope.engine.gravity.bounds import capacity_array
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.linkshare import backlog, link_share
from tauscope.engine.gravity.sources import sink_mask
from tauscope.engine.gravity.support import RELAYING

Floats32 = npt.NDArray[np.float32]


def phi(_config: GravityConfig, f_traffic: npt.NDArray[Any]) -> Floats32:
    """Potential ``f - 1`` [ny, nx] from the smooth ``f_traffic`` (mode linear, alpha 1); 0 or less."""
    return phi_from_f(f_traffic).astype(np.float32)


def slowness(_config: GravityConfig, f_traffic: npt.NDArray[Any]) -> Floats32:
    """Share ``1 - f`` of the update opportunities that a node loses, [ny, nx], 0 to 1."""
    return np.asarray(1 - f_traffic).astype(np.float32)


def phi_poisson(config: GravityConfig, f_live: npt.NDArray[Any]) -> Floats32:
    """Solution [ny, nx] of ``lap phi - m^2 phi = kappa f a``, what the lattice's phi is compared with.

    kappa and m^2 are those of `coupling` and `screening`, and f a the realized emission of the present
    sources, with the live f: it counts updates, where the traffic of two ticks misses those of a nearly
    saturated node. Sources that fill outboxes are taken by what they send (`link_share`).
    It equals phi once the field is steady.

    Where the capacity is a map the equation is solved for the traffic, ``lap u - m^2 u = -(w / p) f a``, and
    phi is ``-u / C`` (see `coupling`); what congested nodes keep (`backlog`) is taken from f a.

    Raises
    ------
    BadInput
        A rule without a field.
    """
    emission = _emission(config)[0]
    return _poisson(config, f_live, emission)


def phi_visible(config: GravityConfig, f_live: npt.NDArray[Any]) -> Floats32:
    """Potential [ny, nx] that an observer of the visible worlds expects from what these emit.

    It is `phi_poisson` of the realized emission of the sources and patterns of worlds that are shown, with
    the share of its updates that each node really has, which all worlds together take. The background
    belongs to no world and is left out; nothing is taken off for what congested nodes keep.

    Raises
    ------
    BadInput
        A rule without a field.
    """
    return _poisson(config, f_live, _visible(config))


def phi_dark(config: GravityConfig, f_live: npt.NDArray[Any], f_traffic: npt.NDArray[Any]) -> Floats32:
    """What visible worlds do not explain of the lattice's `phi`, [ny, nx]: ``phi - phi_visible``.

    Raises
    ------
    BadInput
        A rule without a field.
    """
    return phi(config, f_traffic) - phi_visible(config, f_live)


def _poisson(config: GravityConfig, f_live: npt.NDArray[Any], part: Floats) -> Floats32:
    """Potential of a part of the present emission, or of all of it."""
    check_has_field(config.rule)
    hood, survival, capacity = config.neighbourhood, survival_of(config), capacity_array(config)
    emission, mask = _emission(config)
    share = link_share(emission, f_live, capacity, survival, config.boundary, hood)
    rho = rho_realized(share, part)
    if capacity.ndim and part is emission:
        rho -= backlog(f_live, capacity, survival, config.boundary, hood)
    # The engine's own mask, also where its radius leaves no sink inside the lattice.
    place = mask if config.boundary == "disc" else config.boundary
    kappa, m2 = coupling(1.0, survival, hood), screening(survival, hood)
    minus_traffic = solve_poisson(rho, kappa, place, m2, neighbourhood=hood)
    return (minus_traffic / capacity).astype(np.float32)


def phi_residual(config: GravityConfig, f_live: npt.NDArray[Any], f_traffic: npt.NDArray[Any]) -> Floats32:
    """Difference [ny, nx] of the lattice's `phi` and `phi_poisson`: 0 within noise once the field is steady.

    Raises
    ------
    BadInput
        A rule without a field.
    """
    return phi(config, f_traffic) - phi_poisson(config, f_live)


def phi_mismatch(config: GravityConfig, f_live: npt.NDArray[Any], f_traffic: npt.NDArray[Any]) -> float:
    """Relative Euclidean norm ``|phi - phi_poisson| / |phi|``; 0 for a lattice without a field.

    Raises
    ------
    BadInput
        A rule without a field.
    """
    own = phi(config, f_traffic)
    norm = float(np.linalg.norm(own))
    rest = float(np.linalg.norm(own - phi_poisson(config, f_live)))
    return rest / norm if norm > 0.0 else rest


def has_field(config: GravityConfig) -> bool:
    """Whether the rule relays bits, so that sources have a field: airtime and fluid do."""
    return config.rule in RELAYING


_last: tuple[GravityConfig, Floats, Mask] | None = None


def _emission(config: GravityConfig) -> tuple[Floats, Mask]:
    """Emission map and sinks, kept for the last configuration: a view asks frame after frame."""
    global _last  # one tuple, replaced whole: threads at worst work it out twice
    kept = _last
    if kept is None or kept[0] is not config:
        emission = emission_of(config)
        emission.flags.writeable = False
        _last = kept = (config, emission, sink_mask(config))
    return kept[1], kept[2]


_last_visible: tuple[GravityConfig, Floats] | None = None


def _visible(config: GravityConfig) -> Floats:
    """Emission [ny, nx] of what belongs to worlds that are shown; made once a configuration."""
    global _last_visible
    kept = _last_visible
    if kept is None or kept[0] is not config:
        shown = {world.name for world in config.worlds if world.visible}
        changes = {
            "sources": tuple(one for one in config.sources if one.world in shown),
            "patterns": tuple(one for one in config.patterns if one.world in shown),
            "background": 0.0,
        }
        emission = emission_of(config.model_copy(update=changes))
        emission.flags.writeable = False
        _last_visible = kept = (config, emission)
    return kept[1]


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
            applies=has_field,
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
            applies=has_field,
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
                note="Solves Δϕ − m²ϕ = κ f a, live f, κ = 4/(pC), m² = 4(1 − p)/p (Moore: 10/3 for 4); "
                "where C is a map, for the traffic −Cϕ. Equals ϕ if steady.",
            ),
            ("f_live",),
            phi_poisson,
            applies=has_field,
        ),
        DerivedField(
            FieldSpec(
                "phi_visible",
                "ϕ(x) of visible worlds",
                "Expectation",
                ("y", "x"),
                "float32",
                cost="derive",
                palette="diverging",
                center=0.0,
                note="As ϕ from Poisson, of what the worlds that are shown really emit; the background is no "
                "world's.",
            ),
            ("f_live",),
            phi_visible,
            applies=has_field,
        ),
        DerivedField(
            FieldSpec(
                "phi_dark",
                "ϕ(x) dark",
                "Not explained by visible worlds",
                ("y", "x"),
                "float32",
                cost="derive",
                palette="diverging",
                center=0.0,
                note="ϕ less what visible worlds explain: the field of hidden ones and of the background.",
            ),
            ("f_live", "f_traffic"),
            phi_dark,
            applies=has_field,
        ),
        DerivedField(
            FieldSpec(
                "phi_residual",
                "ϕ(x) − ϕ from Poisson",
                "Lattice less theory",
                ("y", "x"),
                "float32",
                cost="derive",
                palette="diverging",
                center=0.0,
                note="Near 0 once the field is steady. What is left then is counting noise of f a, about "
                "0.41/W of a at each source node, spread by the equation.",
            ),
            ("f_live", "f_traffic"),
            phi_residual,
            applies=has_field,
        ),
    )
}

SCALARS = {
    found.spec.name: found
    for found in (
        DerivedScalar(
            ScalarSpec(
                "phi_mismatch",
                "‖ϕ − ϕ Poisson‖ / ‖ϕ‖",
                note="Relative l2 distance of the lattice's ϕ and the Poisson solution of its realized "
                "emission. Falls to counting noise, about 0.41/W over √nodes, once the field is steady.",
            ),
            ("f_live", "f_traffic"),
            phi_mismatch,
            applies=has_field,
        ),
    )
}
