"""Clocks at three distances from a mass: the set-up that the tests of couplings share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from tauscope.engine import registry
from tauscope.engine.base import Command, hash_state
from tauscope.engine.setup import Setup
from tauscope.engine.world import World

PLACES = ((26.0, 32.0), (33.0, 32.5), (50.25, 40.0))
"""Nodes, and places between two and between four."""
LATTICE: dict[str, Any] = {
    "nx": 64,
    "ny": 64,
    "boundary": "absorbing",
    "rule": "fluid",
    "dtype": "float64",
    "sources": [{"id": "m", "kind": "gaussian", "x": 22, "y": 32, "strength": 0.012, "width": 3}],
}


def clocks(**changes: Any) -> dict[str, Any]:
    """Three clusters of identical oscillators, all joined, each with a clock on the lattice."""
    return {
        "geometry": {"kind": "all_to_all", "clusters": len(PLACES)},
        "oscillators_per_cluster": 12,
        "K": 0.1,
        "permeability": 1.0,
        "frequencies": {"kind": "identical", "center": 1.0},
        "start": {"kind": "coherent", "spread": 0.3},
        "clock_places": [list(place) for place in PLACES],
        **changes,
    }


def coupling(**changes: Any) -> dict[str, Any]:
    """Description of the coupling."""
    return {"kind": "clock_rate", "source": "gravity", "target": "kuramoto", **changes}


def setup(
    lattice: Mapping[str, Any] | None = None,
    ticks: Mapping[str, int] | None = None,
    couplings: Sequence[Mapping[str, Any]] | None = None,
    **changes: Any,
) -> Setup:
    """Set-up of lattice and clocks; the clocks are the main engine."""
    given = [coupling()] if couplings is None else couplings
    return Setup.of("kuramoto", clocks(**changes), {"gravity": lattice or LATTICE}, ticks, given)


def steady(world: World) -> None:
    """Put the lattice into its exact steady state."""
    name, value = registry.warm_start("gravity", world.engine("gravity").config)
    world.apply(Command("gravity", "set_field", {"name": name, "value": value, "steady": True}))


def hashes(world: World) -> dict[str, dict[str, str]]:
    """Hashes of every engine's state."""
    return {key: hash_state(engine.state()) for key, engine in world.engines.items()}


def locks(omega: npt.NDArray[np.float64], strength: float) -> bool:
    """Whether oscillators that are all joined, each pair with ``strength``, have a locked state.

    In it omega_c - mean(omega) = strength rho sin(psi_c - Psi) with rho = |sum exp(i psi)|, so that rho must
    equal the sum of the cosines: the exact condition (Y. Kuramoto, Chemical Oscillations, 1984, section 5.4),
    here on the branch of positive cosines, which is the stable one.
    """
    away = np.abs(omega - omega.mean()) / strength
    if away.max() >= omega.size:
        return False
    rho = np.linspace(away.max(), omega.size, 20001)[1:]
    return bool((np.sqrt(1 - (away[:, None] / rho) ** 2).sum(axis=0) >= rho).any())


def critical(omega: npt.NDArray[np.float64]) -> float:
    """Least strength of a pair at which `locks`."""
    return float(brentq(lambda s: 1.0 if locks(omega, s) else -1.0, 1e-3, 10.0, xtol=1e-7))
