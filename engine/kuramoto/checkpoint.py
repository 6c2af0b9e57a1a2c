"""Checkpoints of the Kuramoto engine, checked before anything is changed."""

from __future__ import annotations

import numpy as np

from tauscope.engine import checkpoint
from tauscope.engine.base import State
from tauscope.engine.checkpoint import Checkpoint
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.config import KuramotoConfig

_PHASORS = (("zr", "zi"), ("br", "bi"))
"""Real and imaginary parts of the phasors now and one tick earlier."""

_UNIT = 0.02
"""How far the modulus of a phasor may be from 1. Lawson's method keeps it to 1e-15 where a step turns by less
than 0.1 rad; in the tails of a Lorentzian it leaves up to 6e-3, with a step at the bound of its coupling."""

LARGEST_RATE = 1e3
"""Fastest clock that is taken."""

_LARGEST = {"rates": LARGEST_RATE, "rows": 1.0 + _UNIT, "logged": 4.0, "signal": 1e6}
"""Largest sizes of entries: rates, orders, phases, coordinates of an attractor."""


def read(state: State, like: State, config: KuramotoConfig) -> Checkpoint[KuramotoConfig]:
    """Checkpoint with every entry checked against one of the running engine.

    Parameters
    ----------
    state : mapping
        What shall be restored.
    like : mapping
        A checkpoint of the running engine.
    config : KuramotoConfig
        Configuration of the running engine.

    Raises
    ------
    BadInput
        A missing entry, another shape or dtype, a number that cannot be, or a configuration that differs in
        something that needs a restart.
    """
    found = checkpoint.read(state, like, config, checkpoint.restart_entries)
    for name, array in found.arrays.items():
        if not np.isfinite(array).all() or (abs(array) > _LARGEST.get(name, np.inf)).any():
            raise BadInput(f"“{name}” of the checkpoint holds a value that cannot be.", key=name)
    for real, imaginary in _PHASORS:
        if (abs(np.hypot(found.arrays[real], found.arrays[imaginary]) - 1.0) > _UNIT).any():
            raise BadInput(f"“{real}” of the checkpoint: a phasor does not lie on the circle.", key=real)
    if (found.arrays["rates"] < 0).any():
        raise BadInput("“rates” of the checkpoint holds a negative rate.", key="rates")
    return found
