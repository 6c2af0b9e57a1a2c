"""Natural frequencies and phases at the start: functions of the configuration and the seed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.gpu import philox
from tauscope.gpu.streams import Stream

Floats = npt.NDArray[np.float64]

_HALF_STEP = 2.0**-54
"""Half the distance of two uniform numbers: keeps a draw off 0, where tails would be infinite."""


def natural_frequencies(config: KuramotoConfig, seed: int) -> Floats:
    """Natural frequency of each oscillator, rad per unit of time, shape (N,); no detuning, no clock rate.

    Quantiles are those of all oscillators of a layer at (i + 1/2) / n, dealt out in random order: in order,
    neighbours in a list would be neighbours in frequency.
    """
    wanted = config.frequencies
    if wanted.kind == "values" and wanted.values is not None:
        return _dealt(wanted.values.array.ravel(), config)
    if wanted.kind == "identical":
        return np.full(config.oscillators, wanted.center)
    shares = _shares(config, seed)
    if wanted.kind == "gaussian":
        unit = ndtri(shares)
    elif wanted.kind == "lorentzian":
        unit = np.tan(np.pi * (shares - 0.5))
    else:
        unit = 2.0 * shares - 1.0
    factors = np.array(config.layer_scale or (1.0,) * config.layers)
    widths = np.repeat(wanted.scale * factors, config.clusters_per_layer * config.oscillators_per_cluster)
    found: Floats = wanted.center + widths * unit
    return found


def start_phases(config: KuramotoConfig, seed: int) -> Floats:
    """Phase of each oscillator at the start, rad in [-pi, pi), shape (N,).

    The Poisson kernel of order r has quantiles ``2 atan((1 - r) / (1 + r) tan(pi (u - 1/2)))``; it is the
    distribution on which the Ott-Antonsen theory lives (E. Ott and T. M. Antonsen, Chaos 18, 037113, 2008).
    """
    start, size = config.start, config.oscillators_per_cluster
    uniform = philox.uniform(config.oscillators, seed, Stream.KURAMOTO_START)
    if start.kind == "random":
        theta = 2.0 * np.pi * uniform - np.pi
    elif start.kind == "poisson":
        theta = _poisson(_quantiles(uniform[None, :])[0], np.array(start.r))
    elif start.kind == "clusters":
        orders = _of_clusters(start.r_clusters or (start.r,), config)
        shares = _quantiles(uniform.reshape(config.clusters, size))
        theta = (_poisson(shares, orders[:, None]) + _cluster_phases(config, seed)[:, None]).ravel()
    else:
        theta = start.spread * ndtri(uniform + _HALF_STEP)
        if start.kind == "twisted":
            theta = theta + np.repeat(_twist(config), size)
    return wrapped(theta)


def wrapped(angle: npt.ArrayLike) -> Floats:
    """Angle in [-pi, pi)."""
    found: Floats = np.mod(np.asarray(angle, np.float64) + np.pi, 2.0 * np.pi) - np.pi
    return found


def kick_normals(count: int, first: int, seed: int, number: int) -> Floats:
    """Normal numbers of a kick for the oscillators from ``first`` on, shape (count,)."""
    uniform = philox.uniform(count, seed, Stream.KURAMOTO_KICK, number, first)
    found: Floats = ndtri(uniform + _HALF_STEP)
    return found


def _shares(config: KuramotoConfig, seed: int) -> Floats:
    """Where in the distribution each oscillator stands, in (0, 1)."""
    if config.frequencies.sampling == "sampled":
        drawn = philox.uniform(config.oscillators, seed, Stream.KURAMOTO_FREQUENCY)
        shares: Floats = drawn + _HALF_STEP
        return shares
    order = philox.uniform(config.oscillators, seed, Stream.KURAMOTO_FREQUENCY_ORDER)
    return _quantiles(order.reshape(config.layers, -1)).ravel()


def _quantiles(keys: Floats) -> Floats:
    """Shares (i + 1/2) / n along each row, in the order of random keys."""
    ranks = np.empty(keys.shape, np.int64)
    places = np.broadcast_to(np.arange(keys.shape[1]), keys.shape)
    np.put_along_axis(ranks, np.argsort(keys, axis=1, kind="stable"), places, axis=1)
    shares: Floats = (ranks + 0.5) / keys.shape[1]
    return shares


def _poisson(shares: Floats, order: Floats) -> Floats:
    found: Floats = 2.0 * np.arctan((1.0 - order) / (1.0 + order) * np.tan(np.pi * (shares - 0.5)))
    return found


def _cluster_phases(config: KuramotoConfig, seed: int) -> Floats:
    if config.start.phase_clusters is not None:
        return _of_clusters(config.start.phase_clusters, config)
    drawn = philox.uniform(config.clusters, seed, Stream.KURAMOTO_START_CLUSTER)
    phases: Floats = 2.0 * np.pi * drawn
    return phases


def _twist(config: KuramotoConfig) -> Floats:
    """Phase of each cluster of a twisted start: along the columns of a grid, else along the list."""
    index = np.arange(config.clusters) % config.clusters_per_layer
    turns = config.clusters_per_layer
    if config.geometry.kind == "grid_rect":
        index, turns = index % config.cols, config.cols
    phases: Floats = 2.0 * np.pi * config.start.twist * index / turns
    return phases


def _of_clusters(values: tuple[float, ...], config: KuramotoConfig) -> Floats:
    """One value for each of all clusters, from one, those of a layer, or all."""
    return np.resize(np.array(values, np.float64), config.clusters)


def _dealt(values: Floats, config: KuramotoConfig) -> Floats:
    """Frequencies of all oscillators from one, one for each cluster (of a layer), or all of them."""
    if values.size == config.oscillators:
        return values.copy()
    return np.repeat(np.resize(values, config.clusters), config.oscillators_per_cluster)
