"""White noise on the phases: an Euler-Maruyama kick after each internal step, exact on the circle."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.elementary import sincos
from tauscope.gpu.jit import piece
from tauscope.gpu.kuramoto.stages import turned


@piece
def jolt(zr: Any, zi: Any, normals: Any, sites: Any, moving: Any, amplitude: Any) -> None:
    """Turn every phasor by ``amplitude`` times its normal number.

    Parameters
    ----------
    zr, zi : float64 array (N,)
        Phasors.
    normals : float64 array (N,)
        Normal numbers by the oscillators' public numbers.
    sites : int64 array (N,) or (0,)
        Public number of each oscillator; empty if it is its place.
    moving : float64 array (N,)
        0 where the cluster is frozen, 1 elsewhere.
    amplitude : float64
        sqrt(2 D h), rad.
    """
    named = sites.size > 0
    for i in range(np.uint64(zr.size)):
        number = normals[sites[i]] if named else normals[i]
        s, c = sincos(amplitude * moving[i] * number)
        zr[i], zi[i] = turned(c, s, zr[i], zi[i])
