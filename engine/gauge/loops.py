"""Loops of links: plaquettes, Wilson and Polyakov loops of a configuration, for reading.

Links are complex numbers U, shape (D, *shape), direction first; see `tauscope.engine.gauge.reference`, which
has the same loops step by step.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Complexes = npt.NDArray[np.complex128]
Reals = npt.NDArray[np.float64]


def plaquettes(U: Complexes, mu: int, nu: int) -> Complexes:
    """Plaquettes of a plane by their lowest corner, shape ``shape``."""
    first = U[mu] * np.roll(U[nu], -1, mu)
    second = U[nu] * np.roll(U[mu], -1, nu)
    found: Complexes = first * np.conj(second)
    return found


def lines(U: Complexes, mu: int, most: int) -> Iterator[Complexes]:
    """Products of 1, 2, … ``most`` links along an axis, by their first site."""
    product = np.ones(U.shape[1:], np.complex128)
    for steps in range(most):
        product = product * np.roll(U[mu], -steps, mu)
        yield product


def wilson_means(U: Complexes, most_r: int, most_t: int) -> Reals:
    """Means of the real parts of Wilson loops over all places and spatial axes, shape (most_r, most_t).

    Entry [r - 1, t - 1] is of r steps along a spatial axis and t along axis 0.
    """
    means = np.zeros((most_r, most_t))
    upright = list(lines(U, 0, most_t))
    for axis in range(1, len(U)):
        for r, across in enumerate(lines(U, axis, most_r)):
            for t, up in enumerate(upright):
                right = np.roll(up, -(r + 1), axis)
                top = np.roll(across, -(t + 1), 0)
                means[r, t] += float((across * right * np.conj(top) * np.conj(up)).real.mean())
    return np.asarray(means / (len(U) - 1))


def polyakov_loops(U: Complexes) -> Complexes:
    """Products of the links once around axis 0, shape ``shape[1:]``."""
    found: Complexes = np.prod(U[0], axis=0)
    return found
