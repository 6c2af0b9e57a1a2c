"""Samples of the charge model's scalars, taken on the simulation thread at given steps, and bounded."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from tauscope.engine.world import World
from tauscope.widgets.labs.charge.growth import NAMES
from tauscope.widgets.plots.history import History

ENGINE = "charge"
TIME = "t"
KEPT = 2048
"""Samples at most; of more every second is dropped."""
EVERY = 10
"""Steps between two samples of equations that may blow up within some hundred steps."""
CALM = 200
"""Steps between two samples of mode D, which falls to rest, and of runs of more steps than `LONG`."""
LONG = 5_000
Floats = npt.NDArray[np.float64]


class GrowthSampler:
    """Tracker of the loop; `curves` is for any thread."""

    light = True
    """It only reads; the check of the state waits for the end of the chunk."""

    def __init__(self) -> None:
        self._world: World | None = None
        self._every = 0
        self._history = History((*NAMES, TIME), KEPT)
        self._lock = threading.Lock()

    def follow(self, world: World) -> None:
        """Begin anew with another world; to be called where it advances, and at no cost for the same one."""
        if world is self._world:
            return
        self._world = world
        engine = world.engines.get(ENGINE)
        calm = engine is not None and getattr(engine.config, "mode", "") == "D"
        self._every = 0 if engine is None else CALM if calm else EVERY
        with self._lock:
            self._history.clear()
        if engine is not None:
            self.sample(world)

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the interval, where charges run."""
        if not self._every:
            return None
        every = CALM if macro_tick >= LONG else self._every
        return (macro_tick // every + 1) * every

    def sample(self, world: World) -> None:
        """Read the scalars that the mode has."""
        engine = world.engines.get(ENGINE)
        if engine is None:
            return
        known = engine.scalar_specs()
        values = engine.scalars_of([name for name in NAMES if name in known])
        with self._lock:
            self._history.append(engine.tick, {**values, TIME: engine.time})

    def curves(self) -> tuple[Floats, Mapping[str, Floats]]:
        """Copy of what is kept: times [n], and values [n] by name; NaN where a scalar has no value."""
        with self._lock:
            times = self._history.curve(TIME)[1].copy()
            return times, {name: self._history.curve(name)[1].copy() for name in NAMES}
