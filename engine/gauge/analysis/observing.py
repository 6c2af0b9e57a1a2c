"""Series of a gauge run: plaquette, Polyakov correlator and Wilson loops in blocks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.autocorrelation import Mean, mean_of
from tauscope.engine.errors import BadInput
from tauscope.engine.gauge.analysis.correlators import polyakov_correlator, wilson_loops
from tauscope.engine.gauge.engine import GaugeEngine
from tauscope.engine.statistics import block_means

Floats = npt.NDArray[np.float64]

UPDATES = 4e5
"""Link updates between two reports of progress, some tens of milliseconds."""
LEAST_BLOCKS, MOST_BLOCKS = 4, 200
APART = 3.0
"""Combined standard errors from which hot and cold starts disagree."""
PATIENT = 2.0
"""Autocorrelation times that a block must be long at least."""


@dataclass(frozen=True)
class Plan:
    """How a run is observed.

    Parameters
    ----------
    thermalise : int
        Sweeps that are left out.
    sweeps : int
        Sweeps that are measured.
    every : int
        Sweeps between two measurements of loops.
    blocks : int
        Blocks of the jackknife.
    """

    thermalise: int = 300
    sweeps: int = 4000
    every: int = 5
    blocks: int = 20

    @classmethod
    def of(cls, options: Mapping[str, Any], quick: bool = False) -> Plan:
        """Plan from a study's options; a quick one takes an eighth of the sweeps where they are not given.

        Raises
        ------
        BadInput
            Values out of range, or fewer than one measurement in a block.
        """
        usual = {"thermalise": 100, "sweeps": 500} if quick else {}
        names = cls.__dataclass_fields__
        found = cls(**{**usual, **{name: int(options[name]) for name in names if name in options}})
        rules = (
            ("thermalise", found.thermalise, 0 <= found.thermalise <= 10**7, "0 to 10,000,000"),
            ("every", found.every, 1 <= found.every <= 10**5, "1 to 100,000"),
            ("blocks", found.blocks, LEAST_BLOCKS <= found.blocks <= MOST_BLOCKS, "4 to 200"),
            (
                "sweeps",
                found.sweeps,
                found.blocks * found.every <= found.sweeps <= 10**8,
                "one measurement in each block or more",
            ),
        )
        for key, value, right, allowed in rules:
            if not right:
                raise BadInput(f"A measurement with {key} = {value}.", key=key, value=value, allowed=allowed)
        return found

    @property
    def count(self) -> int:
        """Measurements of loops, a whole number for each block."""
        return self.sweeps // self.every // self.blocks * self.blocks

    @property
    def total(self) -> int:
        """Sweeps in all."""
        return self.thermalise + self.count * self.every


@dataclass(frozen=True)
class Observed:
    """What one run gave.

    Parameters
    ----------
    start : str
        ``hot`` or ``cold``.
    plaquette : Mean
        Mean plaquette with its error and autocorrelation time, in measurements.
    correlator : float64 array [blocks, n]
        Polyakov correlator at R = 0 to n - 1, means over blocks; n is 0 where it was not wanted.
    wilson : float64 array [blocks, r, t]
        Wilson loops, means over blocks.
    slowest : float
        Autocorrelation time of the nearest correlator or the largest loop, in measurements.
    block : int
        Measurements in a block.
    every : int
        Sweeps between two measurements.
    """

    start: str
    plaquette: Mean
    correlator: Floats
    wilson: Floats
    slowest: float
    block: int
    every: int

    @property
    def sweeps(self) -> float:
        """Longest autocorrelation time that was seen, in sweeps."""
        return max(self.plaquette.tau, self.slowest) * self.every

    @property
    def trouble(self) -> str:
        """Why its errors are too small, as a sentence, or ""."""
        longest = max(self.plaquette.tau, self.slowest)
        if self.block >= PATIENT * longest:
            return ""
        return (
            f"Blocks of {self.block * self.every} sweeps are shorter than two autocorrelation times "
            f"(τ = {longest * self.every:.0f} sweeps, {self.start} start): the errors are too small. "
            "Measure longer."
        )


def observe(
    engine: GaugeEngine,
    plan: Plan,
    progress: Callable[[int], None],
    *,
    polyakov: bool = False,
    wilson: tuple[int, int] = (0, 0),
) -> Observed:
    """Thermalise a run and measure it.

    Parameters
    ----------
    engine : GaugeEngine
        Run at its start.
    plan : Plan
        Sweeps and blocks.
    progress : callable
        Told the sweeps that were done since it was last told; may raise `Cancelled`.
    polyakov : bool
        Whether the Polyakov correlator is wanted.
    wilson : (int, int)
        Largest sides of Wilson loops, along space and along the first axis; 0 for none.
    """
    config = engine.config
    chunk = max(1, int(UPDATES / (math.prod(config.shape) * config.dimensions * (1 + config.overrelaxation))))

    def run(sweeps: int) -> None:
        while sweeps > 0:
            now = min(chunk, sweeps)
            engine.advance(now)
            progress(now)
            sweeps -= now

    run(plan.thermalise)
    width = min(config.shape[1:]) // 2 + 1 if polyakov else 0
    plaquettes = np.empty(plan.count)
    correlators = np.empty((plan.count, width))
    loops_seen = np.empty((plan.count, *wilson))
    for n in range(plan.count):
        run(plan.every)
        plaquettes[n] = engine.scalar("plaquette")
        if not polyakov and not wilson[0]:
            continue
        links = engine.links()
        if polyakov:
            correlators[n] = polyakov_correlator(links.real, links.imag)
        if wilson[0]:
            loops_seen[n] = wilson_loops(links.real, links.imag, *wilson)
    watched = [correlators[:, 1]] if polyakov else []
    watched += [loops_seen[:, -1, -1]] if wilson[0] else []
    slow = [mean_of(series).tau for series in watched]
    length = plan.count // plan.blocks
    return Observed(
        config.start,
        mean_of(plaquettes),
        block_means(correlators, plan.blocks),
        block_means(loops_seen, plan.blocks),
        max(slow, default=0.5),
        length,
        plan.every,
    )
