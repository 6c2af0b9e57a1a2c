"""Checkpoints of the gauge engine, checked before anything is changed."""

from __future__ import annotations

import numpy as np

from tauscope.engine import checkpoint
from tauscope.engine.base import State
from tauscope.engine.checkpoint import Checkpoint
from tauscope.engine.errors import BadInput
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.gauge.running import ROOM

_UNIT = 1e-9
"""How far the modulus of a link may be from 1; updates keep it to 1e-15."""


def read(state: State, like: State, config: GaugeConfig) -> Checkpoint[GaugeConfig]:
    """Checkpoint with every entry checked against one of the running engine.

    Parameters
    ----------
    state : mapping
        What shall be restored.
    like : mapping
        A checkpoint of the running engine.
    config : GaugeConfig
        Configuration of the running engine.

    Raises
    ------
    BadInput
        A missing entry, another shape or dtype, a number that cannot be, or a configuration that differs in
        something that needs a restart.
    """
    found = checkpoint.read(state, like, config, checkpoint.restart_entries)
    ur, ui, bins = (found.arrays[name] for name in ("ur", "ui", "bins"))
    for name in ("ur", "ui"):
        if not (np.abs(found.arrays[name]) <= 1.0 + _UNIT).all():
            raise BadInput(f"“{name}” of the checkpoint holds a value that cannot be.", key=name)
    if not (np.abs(np.hypot(ur, ui) - 1.0) <= _UNIT).all():
        raise BadInput("“ur” and “ui” of the checkpoint: a link does not lie on the circle.", key="ur")
    if not (np.abs(bins) <= 1.0 + _UNIT).all():
        raise BadInput("“bins” of the checkpoint holds a value that cannot be.", key="bins")
    count, width, waiting = (found.scalar(name) for name in ("bin_count", "bin_width", "waiting"))
    if not (0 <= count < ROOM and width >= 1 and 0 <= waiting < width):
        raise BadInput("The running mean of the checkpoint cannot be.", key="bin_count", value=count)
    if min(found.scalar("tick"), found.scalar("since")) < 0:
        raise BadInput("The checkpoint counts fewer than no sweeps.", key="tick")
    return found
