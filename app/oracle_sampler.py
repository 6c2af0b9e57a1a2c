"""Samples of the oracle's scalars, taken on the simulation thread and bounded, whatever the window draws."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.world import World
from tauscope.widgets.labs.ufie.oracle import NAMES
from tauscope.widgets.plots.history import History

ENGINE = "ufie"
TIME = "t"
KEPT = 2048
"""Samples at most; of more every second is dropped."""
SHARE = 1 / 80
"""Share of the run's time that sampling may take."""
FIXED_MICROSECONDS, PER_SITE, CALL_MICROSECONDS = 20.0, 0.0055, 250.0
"""Cost of a step, a site in it, and a reading beyond a step, measured on one core from 1e3 to 1e6 sites:
a reading costs 11 steps at 1,080 sites, 4.8 at 9,216, 1.4 at 82,944 and 1.0 at 884,736."""
LEAST_EVERY = 20
YOUNG = 32
"""Steps between the first samples, and how many come at an interval before it doubles, up to the full one. So
the beginning of a run is seen as well; that costs a few per cent of its first seconds, and no more later."""
SLOW_SAMPLES = 10.0
"""Samples a second at a speed that the user has set; there the cost is nothing."""

Floats = npt.NDArray[np.float64]


def every_of(sites: int) -> int:
    """Steps between two samples: from the size of the torus alone, so that any two runs sample alike.

    A multiple of `LEAST_EVERY` by a power of two, so that a sample is due wherever the interval doubles.
    """
    step = FIXED_MICROSECONDS + PER_SITE * sites
    wanted = (1.0 + CALL_MICROSECONDS / step) / SHARE
    return LEAST_EVERY << math.ceil(math.log2(wanted / LEAST_EVERY))


class OracleSampler:
    """Tracker of the loop; `curves` is for any thread.

    Samples are taken at multiples of an interval of ticks, never by the wall clock, so they are the same
    whatever is drawn and however often.
    """

    light = True
    """It only reads; the check of the state waits for the end of the chunk."""

    def __init__(self) -> None:
        self.speed: float | None = None
        """Macro ticks a second that the user has set, None for as fast as possible."""
        self.every = 0
        """Steps between two samples, 0 while the wave does not run."""
        self._world: World | None = None
        self.ratio = 1
        """Steps of the wave in a macro tick."""
        self._history = History((*NAMES, TIME), KEPT)
        self._lock = threading.Lock()

    def follow(self, world: World) -> None:
        """Begin anew with another world; to be called where it advances, and at no cost for the same one."""
        if world is self._world:
            return
        self._world = world
        engine: Any = world.engines.get(ENGINE)
        self.every = every_of(engine.config.sites) if engine is not None else 0
        self.ratio = world.ratios.get(ENGINE, 1)
        with self._lock:
            self._history.clear()
        if engine is not None:
            self.sample(world)

    @property
    def interval(self) -> int:
        """Macro ticks between two samples."""
        found = self._least * (self.every // LEAST_EVERY)
        return found if self.speed is None else max(1, min(found, int(self.speed / SLOW_SAMPLES)))

    @property
    def _least(self) -> int:
        return max(1, LEAST_EVERY // self.ratio)

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the interval, or of a shorter one near the start, where the wave runs."""
        if not self.every:
            return None
        interval, young = self.interval, self._least
        while young < interval and macro_tick >= YOUNG * young:
            young *= 2
        interval = min(interval, young)
        return (macro_tick // interval + 1) * interval

    def sample(self, world: World) -> None:
        """Read the scalars."""
        engine = world.engines.get(ENGINE)
        if engine is None:
            return
        values = {**engine.scalars_of(NAMES), TIME: engine.time}
        with self._lock:
            self._history.append(engine.tick, values)

    def curves(self) -> tuple[Floats, Mapping[str, Floats]]:
        """Copy of what is kept: ticks [n], and values [n] by name, with the time as `TIME`."""
        with self._lock:
            ticks = self._history.curve(TIME)[0].copy()
            return ticks, {name: self._history.curve(name)[1].copy() for name in self._history.names}
