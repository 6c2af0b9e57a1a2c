"""What acts on each cluster: H = e^{-i alpha} g W Z + m F, with W dense or as compressed rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.intrinsics import fma
from tauscope.gpu.jit import kernel, piece


@kernel
def weighed(Z: Any, dense: Any, starts: Any, columns: Any, values: Any, Hr: Any, Hi: Any) -> None:
    """Products W Z of all clusters, each row summed in the order of its columns.

    Parameters
    ----------
    Z : float64 array (C, 2)
        Order parameters.
    dense : float64 array (C, C) or (0, 0)
        Transpose of W: row d holds what cluster d does to every other.
    starts : int64 array (C + 1,)
        Where each row of W begins, and the end; used if ``dense`` is empty.
    columns : int32 array (E,)
        Clusters that act upon a row's cluster.
    values : float64 array (E,)
        Their weights.
    Hr, Hi : float64 array (C,)
        Result.
    """
    size: Any = np.uint64(Hr.size)
    if dense.size > 0:
        for c in range(Hr.size):
            Hr[c] = 0.0
            Hi[c] = 0.0
        for d in range(size):
            x, y = Z[d, 0], Z[d, 1]
            for k in range(size):
                Hr[k] = fma(dense[d, k], x, Hr[k])
                Hi[k] = fma(dense[d, k], y, Hi[k])
        return
    # One running edge and indices without a sign: half the time of two loops over pairs.
    one, e = np.uint64(1), np.uint64(0)
    for k in range(size):
        end = np.uint64(starts[k + one])
        x, y = 0.0, 0.0
        while e < end:
            place = np.uint64(columns[e])
            x = fma(values[e], Z[place, 0], x)
            y = fma(values[e], Z[place, 1], y)
            e += one
        Hr[k] = x
        Hi[k] = y


@piece
def acting(Hr: Any, Hi: Any, lag: Any, gain: Any, field: Any, mask: Any, scale: Any) -> None:
    """Turn W Z into ``scale`` times (e^{-i alpha} g W Z + m F), in place.

    Parameters
    ----------
    Hr, Hi : float64 array (C,)
        W Z, and the result.
    lag, field : complex128
        e^{-i alpha} and F.
    gain, scale : float64
        g, and what everything is multiplied with.
    mask : float64 array (C,)
        m.
    """
    p, q = scale * gain * lag.real, scale * gain * lag.imag
    x, y = scale * field.real, scale * field.imag
    for c in range(Hr.size):
        hr, hi = Hr[c], Hi[c]
        Hr[c] = fma(mask[c], x, fma(p, hr, -(q * hi)))
        Hi[c] = fma(mask[c], y, fma(p, hi, q * hr))
