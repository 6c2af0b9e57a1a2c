"""Coupling of clusters W = K (1 + π B), with layers and gate, dense or sparse."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.geometry import Graph, graph_of, structure_of
from tauscope.engine.kuramoto.laws import gate_factors

Floats = npt.NDArray[np.float64]

MOST_DENSE = 2000
"""Clusters beyond which the matrix is always sparse."""

_ALWAYS_DENSE = 64
_SPARSE_SHARE = 0.1
"""Share of entries below which a sparse matrix is read faster than a whole one of more than 64 clusters."""


def link_shares(config: KuramotoConfig) -> tuple[Floats, Floats]:
    """B of one layer on each of its edges (i, j): B_ij and B_ji, each of shape (E,).

    With A the weights: ``mean`` A over the mean degree, which is symmetric; ``degree`` A over the degree of
    the cluster acted upon, which is not; ``sum`` A itself. Source: the design's kuramoto page, "Model".
    """
    graph = graph_of(config.geometry, config.rows, config.cols)
    if config.geometry.normalisation == "degree":
        degrees = graph.degrees
        return tuple(graph.weights / degrees[graph.edges[:, end]] for end in (0, 1))  # type: ignore[return-value]
    shares = graph.weights / _mean_degree(graph) if config.geometry.normalisation == "mean" else graph.weights
    return shares, shares


def coupling(config: KuramotoConfig, frequencies: Floats | None = None) -> Floats | Any:
    """Matrix W, shape (C, C), rad per unit of time: an array, or scipy's CSR array where that is faster.

    Parameters
    ----------
    config : KuramotoConfig
        Configuration.
    frequencies : float64 array, shape (C,), optional
        Mean natural frequencies of the clusters, rad per unit of time, which the Harmonic Gate compares where
        it is on.
    """
    structure, clusters = structure_of(config), config.clusters
    forth, back = link_shares(config)
    strengths = config.K * np.array(config.layer_K or (1.0,) * config.layers)
    within = np.repeat(config.permeability * strengths, forth.size)
    between = config.inter_K * structure.weights_of_edges[structure.links_in_layers :]
    values = [np.concatenate((within * np.tile(b, config.layers), between)) for b in (forth, back)]
    i, j = structure.edges.T
    if config.gate.on and frequencies is not None:
        gate = gate_factors(frequencies[i], frequencies[j], config.gate.sigma, config.gate.order)
        values = [value * gate for value in values]
    entries = np.concatenate((strengths[structure.layer], *values))
    if _is_sparse(clusters, entries.size):
        starts, places, slots = structure.compressed_rows
        found = sp.csr_array((entries[slots], places, starts), shape=(clusters, clusters))
        found.has_canonical_format = True
        return found
    dense = np.zeros((clusters, clusters))
    dense[structure.matrix_places] = entries
    return dense


def _mean_degree(graph: Graph) -> float:
    """Mean degree; 1 where there are no links, of which nothing is divided then."""
    return float(graph.degrees.mean()) if graph.edges.size else 1.0


def _is_sparse(clusters: int, entries: int) -> bool:
    if clusters > MOST_DENSE:
        return True
    return clusters > _ALWAYS_DENSE and entries < _SPARSE_SHARE * clusters**2
