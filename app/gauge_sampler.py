"""Samples of Wilson loops and Polyakov correlators, taken on the simulation thread in bounded blocks."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tauscope.engine.gauge.analysis.correlators import polyakov_correlator, wilson_loops
from tauscope.engine.gauge.engine import GaugeEngine
from tauscope.engine.world import World

ENGINE = "gauge"
OFTEN, SELDOM = 40, 200
"""Sweeps between two measurements of a large lattice, and of a small one, whose sweeps cost little."""
LARGE = 4096
"""Links from which a lattice is large: below, a measurement takes some 3 ms whatever the size."""
BLOCKS = 40
"""Blocks that are kept; when they are full, neighbours are joined, so there are 20 to 40."""
LEAST = 10
"""Blocks below which nothing is shown: an error of fewer is itself uncertain by a quarter."""
MOST_R, MOST_T = 6, 4
"""Largest Wilson loop that is measured."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """Blocks of one chain.

    Parameters
    ----------
    every : int
        Sweeps between two measurements.
    wilson : float64 array [n, r, t]
        Block means of Wilson loops.
    polyakov : float64 array [n, R + 1]
        Block means of the correlator of Polyakov loops, from R = 0.
    width : int
        Measurements in a block.
    tau : float
        Autocorrelation time of the plaquette in sweeps, NaN while there is none.
    beta : float
        Coupling of the chain.
    shape : tuple of int
        Its lattice.
    """

    every: int
    wilson: Floats
    polyakov: Floats
    width: int
    tau: float
    beta: float
    shape: tuple[int, ...]

    @property
    def sweeps(self) -> int:
        """Sweeps in a block."""
        return self.width * self.every


class GaugeSampler:
    """Tracker of the loop; `measured` is for any thread. It measures while it is `wanted`."""

    light = True
    """It only reads; the check of the state waits for the end of the chunk."""

    def __init__(self) -> None:
        self.wanted = False
        self.every = OFTEN
        self._lock = threading.Lock()
        self._blocks: list[tuple[Floats, Floats]] = []
        self._open: list[tuple[Floats, Floats]] = []
        self._width = 1
        self._since = 0.0
        self._chain: tuple[object, ...] = ()
        self._tau = float("nan")

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the interval, while anyone looks."""
        return (macro_tick // self.every + 1) * self.every if self.wanted else None

    def sample(self, world: World) -> None:
        """Measure the present links, once they are thermalised; begin anew with another chain."""
        engine = world.engines.get(ENGINE)
        if not isinstance(engine, GaugeEngine):
            return
        config, since = engine.config, engine.scalar("sweeps_since_change")
        chain = (id(world), config.shape, config.beta)
        if chain != self._chain or since < self._since:
            self.clear()
        self._chain, self._since = chain, since
        self.every = OFTEN if len(config.shape) * math.prod(config.shape) >= LARGE else SELDOM
        if since <= config.thermalisation:
            return
        U, spatial = engine.links(), min(config.shape[1:])
        most_r, most_t = min(MOST_R, spatial // 2), min(MOST_T, config.shape[0] // 2)
        found = wilson_loops(U.real, U.imag, most_r, most_t), polyakov_correlator(U.real, U.imag)
        tau = engine.scalar("tau_int")
        with self._lock:
            self._tau = tau
            self._open.append(found)
            if len(self._open) == self._width:
                self._blocks.append(_mean(self._open))
                self._open = []
            if len(self._blocks) == BLOCKS:
                self._blocks = [_mean(self._blocks[at : at + 2]) for at in range(0, BLOCKS, 2)]
                self._width *= 2

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._blocks, self._open, self._width = [], [], 1
            self._since, self._chain = 0.0, ()

    def measured(self) -> Measured | None:
        """What was measured of the present chain; None below `LEAST` blocks."""
        with self._lock:
            blocks, chain, width, tau = list(self._blocks), self._chain, self._width, self._tau
        if len(blocks) < LEAST:
            return None
        _world, shape, beta = chain
        wilson, polyakov = (np.array([block[which] for block in blocks]) for which in (0, 1))
        return Measured(self.every, wilson, polyakov, width, tau, float(beta), tuple(shape))  # type: ignore[arg-type]


def _mean(parts: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    first, second = (np.mean([part[which] for part in parts], axis=0) for which in (0, 1))
    return first, second
