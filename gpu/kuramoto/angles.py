"""Phases of phasors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.elementary import atan2
from tauscope.gpu.jit import kernel


@kernel
def angles(zr: Any, zi: Any, theta: Any) -> None:
    """Phases in [-pi, pi] of phasors, float64 arrays (N,), into ``theta``."""
    for i in range(np.uint64(zr.size)):
        theta[i] = atan2(zi[i], zr[i])
