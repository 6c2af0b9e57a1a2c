"""Correlators of links, and the potentials that they give; pure functions of arrays.

Links are ``ur`` and ``ui`` of a checkpoint, shape (D, *shape), direction first; axis 0 is Euclidean time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tauscope.engine.gauge import loops
from tauscope.engine.statistics import jackknife

Floats = npt.NDArray[np.float64]

SIGNIFICANT = 2.0
"""Standard errors above 0 that a correlator must be to have a logarithm; clipping it would make one up."""


class Potential(NamedTuple):
    """Potential at the separations that the data bear."""

    R: npt.NDArray[np.int64]
    """Separations in sites, shape (n,)."""
    V: Floats
    """Potential, per site of time."""
    error: Floats
    """Jackknife errors."""
    dropped: tuple[int, ...]
    """Separations left out: the first where the correlator is less than two errors above 0, and all beyond.

    Those beyond that stick out again are the ones that noise has lifted, and would bend the potential.
    """


def wilson_loops(ur: npt.ArrayLike, ui: npt.ArrayLike, most_r: int, most_t: int) -> Floats:
    """Means of Re W(r, t) over places and spatial axes, shape (most_r, most_t), from r = t = 1."""
    return loops.wilson_means(np.asarray(ur, np.float64) + 1j * np.asarray(ui, np.float64), most_r, most_t)


def polyakov_correlator(ur: npt.ArrayLike, ui: npt.ArrayLike) -> Floats:
    """Mean of Re P(x) P*(x + R) over places and spatial axes, shape (L/2 + 1,), R = 0 … L/2.

    L is the shortest spatial extent.
    """
    P = loops.polyakov_loops(np.asarray(ur, np.float64) + 1j * np.asarray(ui, np.float64))
    most = min(P.shape) // 2
    found = np.zeros(most + 1)
    for axis in range(P.ndim):
        power = np.abs(np.fft.fft(P, axis=axis)) ** 2
        others = tuple(other for other in range(P.ndim) if other != axis)
        along = np.fft.ifft(power.sum(axis=others)).real / P.size
        found += along[: most + 1]
    return np.asarray(found / P.ndim)


def potential_of_polyakov(blocks: npt.ArrayLike, extent: int) -> Potential:
    """V(R) = -ln C(R) / Nt from Polyakov correlators.

    Parameters
    ----------
    blocks : array_like [n, most + 1]
        Means of blocks of `polyakov_correlator`, R from 0; 2 blocks or more, each longer than 2 tau.
    extent : int
        Sites Nt along time.

    Raises
    ------
    BadInput
        Fewer than two blocks.
    """
    means = np.asarray(blocks, np.float64)[:, 1:]
    return _logarithm(means, np.arange(1, means.shape[1] + 1), lambda C: -np.log(C) / extent, means)


def potential_of_wilson(blocks: npt.ArrayLike, t: int) -> Potential:
    """V(R) = ln(W(R, t) / W(R, t + 1)) from Wilson loops.

    Parameters
    ----------
    blocks : array_like [n, most_r, most_t]
        Means of blocks of `wilson_loops`; 2 blocks or more, each longer than 2 tau.
    t : int
        Extent of the shorter loops along time, from 1 to most_t - 1.

    Raises
    ------
    BadInput
        Fewer than two blocks.
    """
    means = np.asarray(blocks, np.float64)[:, :, t - 1 : t + 1]
    R = np.arange(1, means.shape[1] + 1)
    return _logarithm(means, R, lambda W: np.log(W[:, 0] / W[:, 1]), means.min(axis=2))


def _logarithm(means: Floats, R: npt.NDArray[np.int64], function: Any, tested: Floats) -> Potential:
    seen = jackknife(tested)
    good = seen.value > SIGNIFICANT * seen.error
    count = len(means)
    good &= ((tested.sum(axis=0) - tested) / (count - 1) > 0.0).all(axis=0)
    good = np.logical_and.accumulate(good)
    found = jackknife(means[:, good], function)
    return Potential(R[good], found.value, found.error, tuple(int(r) for r in R[~good]))
