"""Density of phases on the circle: how many oscillators stand in each bin, as bars and colours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array
from tauscope.widgets.canvas.phase_circles import FULL_DENSITY, Circles, Indices
from tauscope.widgets.canvas.phase_colors import phase_colors, share_colors

_BLOCK = 1 << 16


def counts_of(
    theta: Array, offsets: Indices, index: Indices, bins: int, weights: Array | None = None
) -> npt.NDArray[np.float64]:
    """Oscillators of some clusters by bins of their phase.

    Parameters
    ----------
    theta : array, shape (N,)
        Phases in rad; bin 0 begins at -pi.
    offsets : array of int64, shape (C + 1,)
        First oscillator of each cluster, and N.
    index : array of int64, shape (V,)
        Clusters.
    bins : int
        Bins of the circle.
    weights : array, shape (N,), or None
        Summed in place of ones.

    Returns
    -------
    array of float64, shape (V, bins)
        Counts, or sums of weights.
    """
    counts = np.zeros((len(index), bins))
    flat = counts.reshape(-1)
    sizes = offsets[index + 1] - offsets[index]
    first = 0
    while first < len(index):  # blocks that stay in the cache, and leave the interpreter to others in between
        last = first + 1 + int(np.searchsorted(np.cumsum(sizes[first + 1 :]), _BLOCK - sizes[first]))
        block = index[first:last]
        if block[-1] - block[0] == len(block) - 1:
            part: slice | Indices = slice(int(offsets[block[0]]), int(offsets[block[-1] + 1]))
        else:
            part = np.concatenate([np.arange(offsets[c], offsets[c + 1]) for c in block])
        place = ((theta[part] + np.pi) * (bins / (2 * np.pi))).astype(np.int64)
        place %= bins
        place += np.repeat(np.arange(len(block), dtype=np.int64) * bins, sizes[first:last])
        wide = len(block) * bins
        found = np.bincount(place, None if weights is None else weights[part], wide)
        flat[first * bins : first * bins + wide] = found
        first = last
    return counts


def heights_of(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Lengths of bars, 0 to 1: the square root of the density, so that areas are as numbers (rose diagram).

    An even density has 0.35, eight times that and more has 1.
    """
    total = counts.sum(axis=1, keepdims=True)
    density = counts * counts.shape[1] / np.maximum(total, 1.0)
    return np.asarray(np.sqrt(np.minimum(density / FULL_DENSITY, 1.0)))


def bars_of(
    circles: Circles,
    index: Indices,
    bins: int,
    theta: Array,
    frequency: Array | None,
    limits: tuple[float, float],
) -> npt.NDArray[np.uint8]:
    """Bars of clusters.

    Parameters
    ----------
    frequency : array, shape (N,), or None
        Colours each bar by the mean of its oscillators; None: by its phase.
    limits : tuple of float
        Frequencies at the ends of the colour map.

    Returns
    -------
    array of uint8, shape (V, bins, 4)
        Red, green, blue of each bar, and its length of 255.
    """
    counts = counts_of(theta, circles.offsets, index, bins)
    bars = np.empty((len(index), bins, 4), np.uint8)
    bars[..., 3] = np.rint(255 * heights_of(counts))
    if frequency is None:
        bars[..., :3] = phase_colors(-np.pi + (np.arange(bins) + 0.5) * (2 * np.pi / bins))
    else:
        sums = counts_of(theta, circles.offsets, index, bins, frequency)
        mean = sums / np.maximum(counts, 1.0)
        low, high = limits
        bars[..., :3] = share_colors((mean - low) / (high - low) if high > low else np.full_like(mean, 0.5))
    return bars
