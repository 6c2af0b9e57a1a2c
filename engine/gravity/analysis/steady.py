"""Exact steady state of the airtime and fluid rules, warm start, and how long a cold start takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tauscope.engine.base import Engine
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.engine.gravity.analysis.lattice import (
    Floats,
    Mask,
    adjacency,
    boundary_and_mask,
    centre_weight,
    neighbour_sum,
)
from tauscope.engine.gravity.analysis.solvers import make_solver
from tauscope.engine.gravity.bounds import capacity_array
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.sources import emission_map
from tauscope.engine.gravity.steadiness import efold_ticks
from tauscope.engine.gravity.support import RELAYING, UNIT_BITS, kept_survival

_MOST_ROUNDS = 100
"""Active-set iterations: more than any of the lattices tried needed (11), and each costs a factorisation."""

_ROUNDING = 1e-12
"""Of C: an f that is zero in theory may come out this much below."""


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
    neighbourhood : str
        ``von_neumann`` or ``moore``.
    backlog : array
        Bits per tick by which an outbox grows without end: above zero on nodes that receive more than their
        C, which only a map of capacities makes possible.
    """

    traffic: Floats
    f: Floats
    emission: Floats
    capacity: Floats
    survival: float
    boundary: str
    sinks: Mask
    neighbourhood: str
    backlog: Floats

    @property
    def realized(self) -> Floats:
        """Realized emission ``f a``, bits per tick: the density of any Poisson comparison."""
        return rho_realized(self.f, self.emission)

    @property
    def m2(self) -> float:
        """Screening mass squared per cell^2, ``4 (1 - p) / p``; ``10 (1 - p) / (3 p)`` for Moore."""
        return screening(self.survival, self.neighbourhood)

    @property
    def place(self) -> str | Mask:
        """Boundary argument for `solve_poisson`: the sink mask where there is one, else the edge rule."""
        return self.sinks if self.sinks.any() else self.boundary


def rho_realized(f: npt.ArrayLike, emission: npt.ArrayLike) -> Floats:
    """Realized emission ``f a`` [ny, nx] in bits per tick, from f and the nominal emission a."""
    return np.asarray(f, dtype=np.float64) * np.asarray(emission, dtype=np.float64)


def coupling(capacity: float, survival: float, neighbourhood: str = "von_neumann") -> float:
    """Coupling kappa of the airtime rule, per bit and tick: ``4 / (p C)``, ``10 / (3 p C)`` for Moore.

    Notes
    -----
    A node relays ``(p / w) S u`` of its neighbours' traffic u (see `lattice`), so that the steady traffic
    obeys ``u - (p / w) S u = f a``. As ``S u = lap u + w u``, with ``m^2 = w (1 - p) / p``::

        lap u - m^2 u = -(w / p) f a

    With ``u = C (1 - f)`` this is ``lap f - m^2 (f - 1) = kappa f a`` and ``kappa = w / (p C)``. The four
    nearest have w = 4; Moore, whose relay weights p/5 and p/20 are those of the isotropic 9-point Laplacian,
    has w = 10/3.

    Where C is a map, u alone obeys a Poisson equation: the first one, whose coupling w / p knows no C. The
    potential is ``-u / C`` node by node, and has no Laplacian of its own.
    """
    return centre_weight(neighbourhood) / (survival * capacity)


def screening(survival: float, neighbourhood: str = "von_neumann") -> float:
    """Screening mass squared m^2, per cell^2: ``4 (1 - p) / p``, ``10 (1 - p) / (3 p)`` for Moore.

    The derivation is that of `coupling`.
    """
    return centre_weight(neighbourhood) * (1.0 - survival) / survival


def steady_state(
    emission: npt.ArrayLike,
    capacity: npt.ArrayLike = 1.0,
    survival: float = 1.0,
    boundary: str | Mask = "absorbing",
    *,
    disc_radius: float | None = None,
    neighbourhood: str = "von_neumann",
) -> SteadyState:
    """Solve ``lambda - (p/w) S lambda = a (1 - lambda / C)`` for an emission map, with ``lambda <= C``.

    Parameters
    ----------
    emission : array [ny, nx]
        Nominal emission a, at least 0, bits per realized update.
    capacity : float or array [ny, nx]
        Capacity C, bits per tick.
    survival : float
        Relay survival p, 0 < p <= 1.
    boundary, disc_radius, neighbourhood
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
    TauscopeError
        The iteration for congested nodes (see the notes) came to no end.

    Notes
    -----
    gravity.md, "Airtime rule, derivation". S and w are those of `lattice`; ``(p/w) S`` is ``(p/4) sum4`` on
    the von Neumann lattice. The matrix ``1 + a/C - (p/w) S`` is a symmetric M-matrix. Where C is the same
    everywhere, ``0 <= lambda < C`` follows for every emission.

    Where C differs it does not: a node may receive ``(p/w) S lambda >= C`` of its own. It sends C then, never
    updates, and its outbox grows by what it cannot send. These *congested* nodes are found with the solution:
    lambda is the one with ``lambda <= C`` that misses the equation where ``lambda = C`` alone: an obstacle
    problem, solved by a primal-dual active-set iteration (Hintermueller, Ito & Kunisch, SIAM J. Optim. 13,
    865, 2002; finite for M-matrices).
    """
    nominal = np.array(emission, dtype=np.float64)
    shape = (nominal.shape[0], nominal.shape[1])
    edges, sinks = boundary_and_mask(boundary, shape, disc_radius)
    nominal[sinks] = 0.0
    limit = np.array(np.broadcast_to(np.asarray(capacity, dtype=np.float64), shape))
    given = (nominal, limit, survival, edges, sinks, neighbourhood)
    if survival == 1.0 and edges != "absorbing" and not sinks.any():
        if nominal.any():
            raise BadInput(
                "With survival 1 and a closed boundary nothing leaves the lattice: f falls to 0 everywhere.",
                key="survival",
                value=survival,
                allowed="more than 0 and less than 1 on periodic and reflective boundaries",
                remedy="Lower survival, or choose the absorbing or the disc boundary.",
            )
        return SteadyState(np.zeros(shape), np.ones(shape), *given, np.zeros(shape))
    traffic, clear, congested = _solved(*given)
    relayed = survival / centre_weight(neighbourhood) * neighbour_sum(traffic, edges, neighbourhood)
    backlog = np.where(congested, np.maximum(relayed - limit, 0.0), 0.0)
    return SteadyState(traffic, clear / limit, *given, backlog)


def _solved(
    nominal: Floats, limit: Floats, survival: float, edges: str, sinks: Mask, neighbourhood: str
) -> tuple[Floats, Floats, Mask]:
    """Traffic, what it leaves of C, and the congested nodes; TauscopeError if these are not found."""
    share = survival / centre_weight(neighbourhood)
    relay = share * adjacency((limit.shape[0], limit.shape[1]), edges, neighbourhood)
    whole = sparse.csr_array(sparse.diags_array((1.0 + nominal / limit).ravel()) - relay)
    inside = np.where(sinks, 0.0, limit)
    left = (inside - share * neighbour_sum(inside, edges, neighbourhood)).ravel()
    congested = np.zeros_like(sinks)
    uniform = bool((limit == limit.flat[0]).all())
    for _ in range(_MOST_ROUNDS):
        kept = np.flatnonzero(~(sinks | congested))
        traffic, clear = np.where(congested, limit, 0.0), np.where(sinks, limit, 0.0)
        if kept.size:
            solver = make_solver(sparse.csr_array(whole[kept][:, kept]))
            held = (relay @ traffic.ravel())[kept]
            traffic.flat[kept] = solver.solve(nominal.ravel()[kept] + held)
            # C - lambda has a right side of its own; held nodes leave nothing, which is zero there already.
            clear.flat[kept] = solver.solve(left[kept])
        arriving = (relay @ traffic.ravel()).reshape(limit.shape)
        over = np.where(congested, arriving >= limit, clear < -_ROUNDING * limit)
        if uniform or (over == congested).all():
            break
        congested = np.asarray(over)
    else:
        raise TauscopeError(
            f"The steady state was not found in {_MOST_ROUNDS} rounds: which nodes receive more than they "
            "can send did not settle.",
            "Smooth the capacity map, or let the lattice run until it is steady.",
        )
    return traffic, np.maximum(clear, 0.0), congested


def exact_steady_state(config: GravityConfig | Mapping[str, Any]) -> SteadyState:
    """Exact steady state of a configuration: traffic lambda and ``f = 1 - lambda / C``, [ny, nx] float64.

    With the dtype int32 sources, capacities and losses are those that the lattice has, in whole units.

    Parameters
    ----------
    config : GravityConfig or mapping
        Configuration of the gravity engine with its sources; rule ``airtime`` or ``fluid``, either
        neighbourhood, with or without a capacity map, any number type.

    Raises
    ------
    BadInput
        Refused configuration, or a rule without a field.

    Examples
    --------
    >>> config = {"nx": 8, "ny": 8, "boundary": "periodic", "survival": 0.9, "background": 0.1}
    >>> round(float(exact_steady_state(config).f[3, 3]), 12)
    0.5
    """
    loaded = GravityConfig.load(config)
    check_has_field(loaded.rule)
    return steady_state(
        emission_of(loaded),
        capacity_array(loaded),
        survival_of(loaded),
        loaded.boundary,
        disc_radius=loaded.disc_radius,
        neighbourhood=loaded.neighbourhood,
    )


def emission_of(config: GravityConfig) -> Floats:
    """Emission map [ny, nx] that the lattice has: whole units of 2^-22 bit with the dtype int32."""
    emission = emission_map(config)
    if config.dtype == "int32":
        emission = np.ldexp(np.rint(np.ldexp(emission, UNIT_BITS)), -UNIT_BITS)
    return emission


def survival_of(config: GravityConfig) -> float:
    """Relay survival p that the lattice has, see `kept_survival`."""
    return kept_survival(config.survival, config.dtype)


def check_has_field(rule: str) -> None:
    """Refuse the rules that have no field.

    Raises
    ------
    BadInput
        Rule ``literal`` or ``strict``.
    """
    if rule not in RELAYING:
        raise BadInput(
            f"The rule {rule} relays no bits, so no field spreads from a source: it has no steady traffic "
            "and no potential.",
            key="rule",
            value=rule,
            allowed=", ".join(RELAYING),
            remedy="Take the rule airtime, or watch f itself.",
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
        value=…, steady=True)``; in bits as float64 for the dtype int32.

    Raises
    ------
    BadInput
        Refused configuration, or a rule without a field.
    """
    loaded = cast("GravityConfig", start.config) if isinstance(start, Engine) else GravityConfig.load(start)
    bits = np.float64 if loaded.dtype == "int32" else np.dtype(loaded.dtype)
    exact = exact_steady_state(loaded).traffic.astype(bits)
    # A full node sends its C, which float32 may round up: 0.1 would be refused as more than 0.1.
    over = exact.astype(np.float64) > capacity_array(loaded)
    return np.where(over, np.nextafter(exact, np.zeros((), bits)), exact)


def relaxation_ticks(config: GravityConfig | Mapping[str, Any]) -> float:
    """Ticks in which the slowest mode of the traffic falls by e, without sources; with them it is sooner.

    The engine's own `efold_ticks` for a configuration; 7 of these after an edit the field is steady to 1e-3.
    """
    loaded = GravityConfig.load(config)
    edges = loaded.boundary, survival_of(loaded), loaded.sink_radius, loaded.neighbourhood
    return efold_ticks(loaded.ny, loaded.nx, *edges)
