"""The scalars of a gravity lattice: each is worked out by itself, and only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.counts import Counts
from tauscope.engine.gravity.linkshare import link_share
from tauscope.engine.gravity.patterns import Patterns
from tauscope.engine.gravity.support import kept_survival
from tauscope.gpu.gravity.protocol import GravityLattice


@dataclass(frozen=True)
class Present:
    """What the scalars of one tick are worked out from; sums are kept, so that each is made once.

    Parameters
    ----------
    config : GravityConfig
        Present configuration.
    lattice : GravityLattice
        Present state; it must not advance while this is read.
    counts : Counts
        Realized updates.
    capacity : float64 array, () or (ny, nx)
        C in bits per tick.
    nodes : int
        Nodes that are not sinks.
    bursts : bool
        Whether a node emits more than it can send in a tick.
    tick : int
        Ticks done.
    efold : float
        Ticks in which the slowest mode decays by e.
    since_edit : int or None
        Ticks since the last edit, None while what it left behind is worked off.
    patterns : Patterns
        What lives on the lattice.
    """

    config: GravityConfig
    lattice: GravityLattice
    counts: Counts
    capacity: npt.NDArray[np.float64]
    nodes: int
    bursts: bool
    tick: int
    efold: float
    since_edit: int | None
    patterns: Patterns

    def read(self, names: Collection[str]) -> dict[str, float]:
        """Scalars of these names, in their order."""
        return {name: _READERS[name](self) for name in names}

    @cached_property
    def nominal(self) -> float:
        """Sum of a in bits per update."""
        return self.lattice.measure("emission")

    @cached_property
    def energies(self) -> tuple[float, float]:
        """Energy of all waves now, and at their launches."""
        return self.patterns.energies()

    @property
    def energy_ratio(self) -> float:
        """Energy of all waves over that of their launches; 1 without waves."""
        now, launched = self.energies
        return now / launched if launched > 0 else 1.0

    @cached_property
    def realized(self) -> float:
        """Sum of a f in bits per tick; where outboxes fill in bursts, what really reaches the links."""
        if not self.bursts:
            return self.lattice.measure("realized")
        c, emission = self.config, self.lattice.read("emission")
        live, survival = self.lattice.read("live"), kept_survival(c.survival, c.dtype)
        share = link_share(emission, live, self.capacity, survival, c.boundary, c.neighbourhood)
        return float((emission * share).sum())


_READERS: Mapping[str, Callable[[Present], float]] = {
    "f_mean": lambda now: now.counts.mean(now.tick),
    "f_live_mean": lambda now: now.lattice.measure("live") / now.nodes,
    "f_traffic_min": lambda now: 1.0 - now.lattice.measure("top") / 2,
    "emission_nominal": lambda now: now.nominal,
    "emission_realized": lambda now: now.realized,
    "realized_share": lambda now: now.realized / now.nominal if now.nominal > 0 else 1.0,
    "traffic_total": lambda now: now.lattice.measure("traffic"),
    "waiting_max": lambda now: now.lattice.measure("waiting"),
    "lag_max": lambda now: now.counts.lag(now.tick),
    "possible": lambda now: float(now.tick - now.counts.window_start),
    "efold": lambda now: now.efold,
    "efolds": lambda now: 0.0 if now.since_edit is None else now.since_edit / now.efold,
    "clock_least": lambda now: float(min(now.patterns.counts(), default=0)),
    "clock_most": lambda now: float(max(now.patterns.counts(), default=0)),
    "wave_energy": lambda now: now.energies[0],
    "wave_energy_ratio": lambda now: now.energy_ratio,
}
