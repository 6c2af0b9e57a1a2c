"""Whole sweeps of a U(1) lattice in one call: an update of every link, reflections, the sum of plaquettes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.elementary import sincos_turns
from tauscope.gpu.gauge.staples import plaquette_sum
from tauscope.gpu.gauge.updates import heat_bath, metropolis, relax
from tauscope.gpu.jit import kernel


@kernel
def sweep(
    sums: Any,
    taken: Any,
    tried: Any,
    ur: Any,
    ui: Any,
    up: Any,
    down: Any,
    parity: Any,
    bath: Any,
    beta: Any,
    delta: Any,
    relaxations: Any,
    k0: Any,
    k1: Any,
    c1: Any,
    step: Any,
) -> None:
    """Do ``sums.size`` sweeps.

    Parameters
    ----------
    sums : float64 array (n,)
        Sum of the plaquettes after each.
    taken, tried : int64 array (n,)
        Proposals accepted and made in each.
    ur, ui, up, down, parity : arrays
        Links and layout.
    bath : bool
        Heat bath, else Metropolis.
    beta, delta : float64
        Inverse coupling; half width of the tangent of half a turn that Metropolis proposes.
    relaxations : int64
        Reflections of every link after the update.
    k0, k1, c1 : uint32
        Key, and stream of the random numbers.
    step : uint64
        Number of the first sweep.
    """
    axes, rows = ur.shape[0], np.int64(parity.size)
    links = np.int64(axes) * rows * np.int64(2 * (ur.shape[3] - 2))
    for n in range(sums.size):
        now = np.uint64(step) + np.uint64(n)
        c2, c3 = np.uint32(now & np.uint64(0xFFFFFFFF)), np.uint32(now >> np.uint64(32))
        count = np.int64(0)
        for mu in range(axes):
            for p in range(2):
                if bath:
                    count += heat_bath(ur, ui, up, down, parity, mu, p, 0, rows, beta, k0, k1, c1, c2, c3)
                else:
                    count += metropolis(
                        ur, ui, up, down, parity, mu, p, 0, rows, beta, delta, k0, k1, c1, c2, c3
                    )
        taken[n], tried[n] = (links, count) if bath else (count, links)
        for _ in range(relaxations):
            for mu in range(axes):
                for p in range(2):
                    relax(ur, ui, up, down, parity, mu, p, 0, rows)
        sums[n] = plaquette_sum(ur, ui, up, parity)


@kernel
def fill_phasors(ur: Any, ui: Any, turns: Any) -> None:
    """Cosine and sine of 2 pi times each number."""
    for i in range(np.uint64(turns.size)):
        ui[i], ur[i] = sincos_turns(turns[i])
