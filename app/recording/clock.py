"""What the time axis of a recording counts: time, or sweeps of a chain, which has none.

Readers of other projects need finite coordinates, so the axis is never without numbers; whether they are a
time is said beside them, and what this program shows as a time never comes from sweeps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tauscope.engine.world import World

TIME = "time"
SWEEP = "sweep"
KEY = "clock"
"""Entry of a recording's configuration."""


def unit(world: World) -> str:
    """What the axis counts: ``time``, or the unit of a tick, as ``sweep``, of a main engine without one."""
    engine = world.engine(world.main)
    return TIME if math.isfinite(engine.time) else engine.tick_unit


def moment(world: World) -> float:
    """Present place on the axis."""
    engine = world.engine(world.main)
    return float(engine.time if math.isfinite(engine.time) else engine.tick)


def counted(config: Mapping[str, Any]) -> str:
    """What the axis of a recording counts, by its configuration."""
    return str(config.get(KEY, TIME))


def title(config: Mapping[str, Any]) -> str:
    """Name of the axis for people."""
    found = counted(config)
    return "simulated time" if found == TIME else f"{found}s, of a run that has no time"
