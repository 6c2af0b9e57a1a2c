"""The inverse metric of a configuration as arrays, its volume, and how fast waves may run in it.

g^ij = delta_ij + sigma(x) n_i n_j, sigma = strength times a Gaussian bump; ``diagonal`` keeps the diagonal.
Source of the modes: ufie.md, section B.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie.axes import DIMS, Shape, along, middle, sites, top_eigenvalue
from tauscope.engine.ufie.config_parts import MetricConfig
from tauscope.engine.ufie.emitters import gaussian
from tauscope.engine.ufie.reference_operator import Geometry
from tauscope.gpu.ufie.layout import brick_axes

Floats = npt.NDArray[np.float64]

MOST_TRIED = 2**14
"""Sites up to which the largest eigenvalue is worked out; a larger torus takes a bound, never too small."""

ITERATIONS, MARGIN = 20, 1.05
"""Steps of the power iteration, and what it may be short of. Source: ufie.md, section B."""


def direction(metric: MetricConfig) -> Floats:
    """Unit vector n, shape (9,)."""
    given = np.zeros(DIMS)
    given[6:8] = 1.0
    if metric.direction is not None:
        given = np.array(metric.direction, np.float64)
    found: Floats = given / np.linalg.norm(given)
    return found


def bump(shape: Shape, metric: MetricConfig) -> Floats:
    """Sigma, broadcasting to the torus; one value a brick unless the metric is one of rank one."""
    center = metric.center or middle(shape)
    whole = np.full((1,) * DIMS, metric.strength)
    for axis, part in enumerate(gaussian(center, metric.width, shape)):
        if metric.kind == "rank1" or axis not in brick_axes(shape):
            whole = whole * along(part, axis)
    return whole


def values(shape: Shape, metric: MetricConfig) -> Floats | None:
    """What the kernels take for a kind of metric: diagonals, vectors or matrices last; None where flat."""
    if metric.kind == "flat":
        return None
    n, sigma = direction(metric), bump(shape, metric)[..., None]
    if metric.kind == "rank1":
        return np.asarray(np.sqrt(sigma) * n)
    if metric.kind == "diagonal":
        return np.asarray(1.0 + sigma * n**2)
    return np.asarray(np.eye(DIMS) + sigma[..., None] * np.outer(n, n))


def volume(shape: Shape, metric: MetricConfig) -> Floats:
    """``sqrt|g|``, broadcasting to the torus."""
    if metric.kind == "flat":
        return np.ones((1,) * DIMS)
    sigma = bump(shape, metric)
    if metric.kind == "diagonal":
        return np.asarray(np.prod(1.0 + sigma[..., None] * direction(metric) ** 2, axis=-1) ** -0.5)
    return np.asarray((1.0 + sigma) ** -0.5)


@lru_cache(maxsize=64)
def largest_eigenvalue(shape: Shape, metric: MetricConfig) -> float:
    """Largest eigenvalue of minus the Laplacian at s = 0: by power iteration, or a bound of it.

    The bound: with D0 between the differences to both sides, K is at most the flat one times the largest
    eigenvalue of the matrix of the moduli of sqrt|g| g^ij, and the weight is at least the smallest sqrt|g|.
    """
    sigma, weight = bump(shape, metric), volume(shape, metric)
    most = float((weight * (1.0 + np.abs(sigma))).max() / weight.min())
    bound = top_eigenvalue(shape) * most
    return bound if sites(shape) > MOST_TRIED else min(bound, MARGIN * _iterated(shape, metric))


def geometry(shape: Shape, metric: MetricConfig) -> Geometry:
    """The metric as the reference has it."""
    found = values(shape, metric)
    if found is None:
        return Geometry.flat(shape)
    if metric.kind == "full":
        return Geometry.of_full(
            shape, np.moveaxis(np.broadcast_to(found, (*shape, DIMS, DIMS)), (-2, -1), (0, 1))
        )
    spread = np.moveaxis(np.broadcast_to(found, (*shape, DIMS)), -1, 0)
    return (Geometry.of_rank_one if metric.kind == "rank1" else Geometry.of_diagonal)(shape, spread)


def _iterated(shape: Shape, metric: MetricConfig) -> float:
    """Rayleigh quotient after a power iteration that begins near the shortest wave."""
    made = geometry(shape, metric)
    signs = np.indices(shape).sum(axis=0) % 2
    # A little of every other mode, the same at every call.
    wave = (
        1.0 - 2.0 * signs + 0.1 * np.sin(np.arange(math.prod(shape), dtype=np.float64) ** 1.5).reshape(shape)
    )
    found = 0.0
    for _ in range(ITERATIONS):
        pushed = made.stiffness(wave)
        found = float((wave * pushed).sum() / (made.volume * wave * wave).sum())
        wave = pushed / made.volume
        wave /= np.abs(wave).max() or 1.0
    return found
