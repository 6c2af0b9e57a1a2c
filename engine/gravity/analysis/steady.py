"""Exact steady state of the airtime and fluid rules, warm start, and how long a cold start takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tauscope.engine.base import Engine
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis.lattice import (
    Floats,
    Mask,
    adjacency,
    boundary_and_mask,
    neighbour_sum,
)
from tauscope.engine.gravity.analysis.solvers import make_solver
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.sources import emission_map
from tauscope.engine.gravity.steadiness import efold_ticks


@dataclass(frozen=True)
class SteadyState:
    """Steady state of the lattice: arrays [ny, nx] float64, sink nodes carrying no traffic.

    Parameters
    ----------
    traffic : array
        Mean bits sent per tick, lambda.
    f : array
        Realized fraction of update opportunities, ``1 - lambda / C``.
    emission : array
        Nominal emission a, in bits per realized update, zero on sinks.
    capacity : array
        Capacity C in bits per tick.
    survival : float
        Relay survival p.
    boundary : str
        Edge rule; with ``sinks`` it is all that `solve_poisson` needs.
    sinks : bool array
        True on sink nodes.
    """

    traffic: Floats
    f: Floats
    emission: Floats
    capacity: Floats
    survival: float
    boundary: str
    sinks: Mask

    @property
    def realized(self) -> Floats:
        """Realized emission ``f a``, bits per tick: the density of any Poisson comparison."""
        return rho_realized(self.f, self.emission)

    @property
    def m2(self) -> float:
        """Screening mass squared per cell^2, ``4 (1 - p) / p``."""
        return screening(self.survival)

    @property
    def place(self) -> str | Mask:
        """Boundary argument for `solve_poisson`: the sink mask where there is one, else the edge rule."""
        return self.sinks if self.sinks.any() else self.boundary


def rho_realized(f: npt.ArrayLike, emission: npt.ArrayLike) -> Floats:
    """Realized emission ``f a`` [ny, nx] in bits per tick, from f and the nominal emission a."""
    return np.asarray(f, dtype=np.float64) * np.asarray(emission, dtype=np.float64)


def coupling(capacity: float, survival: float) -> float:
    """Coupling ``kappa = 4 / (p C)`` of the airtime rule, per bit and tick."""
    return 4.0 / (survival * capacity)


def screening(survival: float) -> float:
    """Screening mass squared ``m^2 = 4 (1 - p) / p`` of the airtime rule, per cell^2."""
    return 4.0 * (1.0 - survival) / survival


def steady_state(
    emission: npt.ArrayLike,
    capacity: npt.ArrayLike = 1.0,
    survival: float = 1.0,
    boundary: str | Mask = "absorbing",
    *,
    disc_radius: float | None = None,
) -> SteadyState:
    """Solve ``lambda - (p/4) sum lambda = a (1 - lambda / C)`` for an emission map.

    Parameters
    ----------
    emission : array [ny, nx]
        Nominal emission a, at least 0, bits per realized update.
    capacity : float or array [ny, nx]
        Capacity C, bits per tick.
    survival : float
        Relay survival p, 0 < p <= 1.
    boundary, disc_radius
        As in `solve_poisson`.

    Returns
    -------
    SteadyState
        Traffic and f. They come from two right sides of one matrix, so that a weak field's traffic and a
        saturated node's f are both precise relatively, which one minus the other would not be.

    Raises
    ------
    BadInput
        Survival 1 on a closed boundary with any emission: the steady state is heat death, f = 0 everywhere.

    Notes
    -----
    gravity.md, "Airtime rule, derivation". The matrix ``1 + a/C - (p/4) A`` is a symmetric M-matrix, hence
    ``0 <= lambda < C`` for every emission.
    """
    nominal = np.array(emission, dtype=np.float64)
    shape = (nominal.shape[0], nominal.shape[1])
    edges, sinks = boundary_and_mask(boundary, shape, disc_radius)
    nominal[sinks] = 0.0
    limit = np.array(np.broadcast_to(np.asarray(capacity, dtype=np.float64), shape))
    if survival == 1.0 and edges != "absorbing" and not sinks.any():
        if nominal.any():
            raise BadInput(
                "With survival 1 and a closed boundary nothing leaves the lattice: f falls to 0 everywhere.",
                key="survival",
                value=survival,
                allowed="more than 0 and less than 1 on periodic and reflective boundaries",
                remedy="Lower survival, or choose the absorbing or the disc boundary.",
            )
        return SteadyState(np.zeros(shape), np.ones(shape), nominal, limit, survival, edges, sinks)
    kept = np.flatnonzero(~sinks)
    quarter = 0.25 * survival
    whole = sparse.diags_array((1.0 + nominal / limit).ravel()) - quarter * adjacency(shape, edges)
    solver = make_solver(sparse.csr_array(sparse.csr_array(whole)[kept][:, kept]))
    traffic, clear = np.zeros(shape), limit.copy()
    traffic.flat[kept] = solver.solve(nominal.ravel()[kept])
    inside = np.where(sinks, 0.0, limit)
    clear.flat[kept] = solver.solve((limit - quarter * neighbour_sum(inside, edges)).ravel()[kept])
    return SteadyState(traffic, clear / limit, nominal, limit, survival, edges, sinks)


def exact_steady_state(config: GravityConfig | Mapping[str, Any]) -> SteadyState:
    """Exact steady state of a configuration: traffic lambda and ``f = 1 - lambda / C``, [ny, nx] float64.

    Parameters
    ----------
    config : GravityConfig or mapping
        Configuration of the gravity engine with its sources; rule ``airtime`` or ``fluid``.

    Raises
    ------
    BadInput
        Refused configuration.

    Examples
    --------
    >>> config = {"nx": 8, "ny": 8, "boundary": "periodic", "survival": 0.9, "background": 0.1}
    >>> round(float(exact_steady_state(config).f[3, 3]), 12)
    0.5
    """
    loaded = GravityConfig.load(config)
    emission = emission_map(loaded)
    return steady_state(
        emission, loaded.capacity, loaded.survival, loaded.boundary, disc_radius=loaded.disc_radius
    )


def warm_start(start: Engine | GravityConfig | Mapping[str, Any]) -> npt.NDArray[Any]:
    """Traffic to begin with, so that the lattice is steady from the first tick: a tool of the analysis layer.

    Parameters
    ----------
    start : Engine, GravityConfig or mapping
        A gravity engine with its present sources, or its configuration.

    Returns
    -------
    array [ny, nx]
        Exact steady traffic in the configuration's dtype, for ``command("set_field", name="traffic",
        value=…, steady=True)``.
    """
    loaded = cast("GravityConfig", start.config) if isinstance(start, Engine) else GravityConfig.load(start)
    return exact_steady_state(loaded).traffic.astype(loaded.dtype)


def relaxation_ticks(config: GravityConfig | Mapping[str, Any]) -> float:
    """Ticks in which the slowest mode of the traffic falls by e, without sources; with them it is sooner.

    The engine's own `efold_ticks` for a configuration; 7 of these after an edit the field is steady to 1e-3.
    """
    loaded = GravityConfig.load(config)
    return efold_ticks(loaded.ny, loaded.nx, loaded.boundary, loaded.survival, loaded.sink_radius)
