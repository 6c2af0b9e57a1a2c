"""Standard normal numbers of Philox: addressed like its words, and the same bits on every device."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.elementary import log, sincos_turns
from tauscope.gpu.jit import kernel, piece
from tauscope.gpu.philox import address, philox4x32, uniform64
from tauscope.gpu.streams import Stream


@piece
def normal_pair(w0: Any, w1: Any, w2: Any, w3: Any) -> tuple[Any, Any]:
    """Two independent standard normal numbers, float64, from four words (Box and Muller's way).

    They lie within 3.5 ulp of the exact values for their two uniform numbers; no device differs by a bit.
    Source: G. E. P. Box, M. E. Muller, Ann. Math. Statist. 29, 610 (1958).
    """
    radius = np.sqrt(-2.0 * log(1.0 - uniform64(w0, w1)))
    s, c = sincos_turns(uniform64(w2, w3))
    return radius * c, radius * s


@kernel
def fill_normals(out: Any, k0: Any, k1: Any, c1: Any, c2: Any, c3: Any) -> None:
    """Fill a float64 array with normal numbers; sites 2 s and 2 s + 1 share the draw of counter s."""
    size = np.uint64(out.size)
    for pair in range(np.uint64(0), size // np.uint64(2)):
        words = philox4x32(np.uint32(pair), c1, c2, c3, k0, k1)
        first = np.uint64(2) * np.uint64(pair)
        out[first], out[first + np.uint64(1)] = normal_pair(words[0], words[1], words[2], words[3])
    if out.size % 2 == 1:
        words = philox4x32(np.uint32(size // np.uint64(2)), c1, c2, c3, k0, k1)
        out[size - np.uint64(1)] = normal_pair(words[0], words[1], words[2], words[3])[0]


def normal(count: int, seed: int, stream: Stream, step: int = 0, trial: int = 0) -> npt.NDArray[np.float64]:
    """Standard normal numbers, one a site, shape (count,); parameters as in `tauscope.gpu.philox.address`."""
    out = np.empty(count, np.float64)
    fill_normals(out, *address(seed, stream, step, trial))
    return out
