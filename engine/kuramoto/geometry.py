"""Clusters, their links and places: a pure function of the configuration, for engine, plots and canvas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.kuramoto.config_parts import GeometryConfig

if TYPE_CHECKING:
    from tauscope.engine.kuramoto.config import KuramotoConfig

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LAYER_GAP = 1.4
"""Free space between two layers as they are drawn, in units of a typical distance of neighbours."""

LAYER_RISE = 0.35
"""How much higher each layer is drawn than the one before, so that layers read as a stack."""


@dataclass(frozen=True)
class Graph:
    """Clusters of one layer.

    Parameters
    ----------
    clusters : int
        Number of clusters.
    edges : int64 array, shape (E, 2)
        Ends of each link, every link once.
    weights : float64 array, shape (E,)
        Weight of each link, 1 where none is given.
    places : float64 array, shape (clusters, 2)
        Where clusters are drawn, centred; 1 is a typical distance of neighbours, y points up.
    """

    clusters: int
    edges: Ints
    weights: Floats
    places: Floats

    @cached_property
    def degrees(self) -> Floats:
        """Sum of the weights at each cluster, shape (clusters,), read-only."""
        both = np.concatenate((self.edges[:, 0], self.edges[:, 1]))
        found = np.bincount(both, np.concatenate((self.weights, self.weights)), self.clusters)
        fixed: Floats = _fixed(found.astype(np.float64))  # whole numbers where there are no edges
        return fixed


@dataclass(frozen=True)
class Structure:
    """Clusters of all layers, cluster c of layer l at index ``l * clusters_per_layer + c``.

    Parameters
    ----------
    offsets : int64 array, shape (C + 1,)
        First oscillator of each cluster, and N at the end.
    edges : int64 array, shape (E, 2)
        Links within layers, layer by layer, then those between the same cluster of two layers.
    weights_of_edges : float64 array, shape (E,)
        Weight of each link: that of the graph, or the factor of the pair of layers.
    places : float64 array, shape (C, 2)
        Where clusters are drawn, centred; 1 is a typical distance of neighbours, y points up.
    layer : int64 array, shape (C,)
        Layer of each cluster.
    links_in_layers : int
        How many of the edges lie within layers; those between layers follow them.
    kind : str
        Geometry.
    """

    offsets: Ints
    edges: Ints
    weights_of_edges: Floats
    places: Floats
    layer: Ints
    links_in_layers: int
    kind: str

    @property
    def clusters(self) -> int:
        """Clusters C in all layers."""
        return self.layer.size

    @cached_property
    def sizes(self) -> Ints:
        """Oscillators of each cluster, int64, shape (C,)."""
        return np.diff(self.offsets)

    @property
    def matrix_places(self) -> tuple[Ints, Ints]:
        """Row and column in a matrix of coupling of each entry: the diagonal, links forth, links back."""
        diagonal = np.arange(self.clusters)
        i, j = self.edges.T
        return np.concatenate((diagonal, i, j)), np.concatenate((diagonal, j, i))

    @cached_property
    def compressed_rows(self) -> tuple[Any, Any, Any]:
        """Those places as compressed rows: starts (C + 1,), columns, and numbers of the entries.

        Kept, for a live change of K or of the permeability leaves them alone, and a million clusters take a
        second to sort.
        """
        import scipy.sparse as sp  # config imports this module, and plots need no matrices

        rows, columns = self.matrix_places
        shape = (self.clusters, self.clusters)
        found = sp.csr_array((np.arange(rows.size), (rows, columns)), shape=shape)
        found.sort_indices()
        return _fixed(found.indptr), _fixed(found.indices), _fixed(found.data)

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each cluster, for people."""
        return tuple(self.name(cluster) for cluster in range(self.clusters))

    def name(self, cluster: int) -> str:
        """Name of one cluster, for people."""
        layers = int(self.layer[-1]) + 1
        per_layer = self.clusters // layers
        index = cluster % per_layer
        hub = self.kind in ("circle6_center", "star", "flower")
        name = "centre" if hub and index == 0 else str(index if hub else index + 1)
        return name if layers == 1 else f"{name} in layer {int(self.layer[cluster]) + 1}"


def clusters_in_layer(geometry: GeometryConfig, rows: int, cols: int) -> int:
    """Clusters of one layer, without making the graph."""
    counts = {
        "single": 1,
        "two_populations": 2,
        "circle6_center": 7,
        "grid_rect": rows * cols,
        "flower": 1 + 3 * geometry.rings * (geometry.rings + 1),
    }
    return counts.get(geometry.kind, geometry.clusters)


def structure_of(config: KuramotoConfig) -> Structure:
    """Clusters, links and places of a configuration; cheap to ask again."""
    return _structure(
        config.geometry,
        config.rows,
        config.cols,
        config.layers,
        config.oscillators_per_cluster,
        config.inter_factors,
    )


def largest_row_sum(geometry: GeometryConfig, rows: int, cols: int) -> float:
    """Largest sum of a row of the link matrix B of one layer."""
    graph = graph_of(geometry, rows, cols)
    if not graph.edges.size:
        return 0.0
    degrees = graph.degrees
    if geometry.normalisation == "degree":
        return 1.0
    return float(degrees.max() / (degrees.mean() if geometry.normalisation == "mean" else 1.0))


@lru_cache(maxsize=16)
def graph_of(geometry: GeometryConfig, rows: int, cols: int) -> Graph:
    """Graph of one layer; its arrays are shared and read-only."""
    if geometry.kind == "edges":
        graph = _listed(geometry)
    elif geometry.kind == "grid_rect":
        graph = _grid(rows, cols)
    elif geometry.kind == "flower":
        graph = _flower(geometry.rings)
    else:
        graph = _MAKERS[geometry.kind](clusters_in_layer(geometry, rows, cols))
    places = graph.places if geometry.places is None else np.array(geometry.places.array)
    return Graph(graph.clusters, _fixed(graph.edges), _fixed(graph.weights), _fixed(places - _middle(places)))


def circle(count: int, radius: float | None = None) -> Floats:
    """Places on a circle from the top, clockwise; neighbours 1 apart where no radius is given."""
    if count == 1 and radius is None:
        return np.zeros((1, 2))
    radius = 0.5 / np.sin(np.pi / count) if radius is None else radius
    angle = 2 * np.pi * np.arange(count) / count
    return radius * np.stack((np.sin(angle), np.cos(angle)), axis=1)


def _graph(clusters: int, edges: npt.ArrayLike, places: Floats, weights: Floats | None = None) -> Graph:
    found = np.asarray(edges, np.int64).reshape(-1, 2)
    return Graph(clusters, found, np.ones(len(found)) if weights is None else weights, places)


def _single(_clusters: int) -> Graph:
    return _graph(1, [], np.zeros((1, 2)))


def _two(_clusters: int) -> Graph:
    return _graph(2, [(0, 1)], np.array([[-0.5, 0.0], [0.5, 0.0]]))


def _ring(clusters: int) -> Graph:
    first = np.arange(clusters if clusters > 2 else clusters - 1)
    return _graph(clusters, np.stack((first, (first + 1) % clusters), axis=1), circle(clusters))


def _star(clusters: int) -> Graph:
    leaves = clusters - 1
    far = max(1.0, 0.5 / np.sin(np.pi / leaves)) if leaves > 1 else 1.0
    places = np.concatenate((np.zeros((1, 2)), circle(leaves, far) if leaves else np.zeros((0, 2))))
    ends = np.arange(1, clusters)
    return _graph(clusters, np.stack((np.zeros_like(ends), ends), axis=1), places)


def _hub_and_six(_clusters: int) -> Graph:
    star, rim = _star(7), _ring(6)
    return _graph(7, np.concatenate((star.edges, rim.edges + 1)), star.places)


def _all(clusters: int) -> Graph:
    return _graph(clusters, np.stack(np.triu_indices(clusters, 1), axis=1), circle(clusters))


def _grid(rows: int, cols: int) -> Graph:
    index = np.arange(rows * cols).reshape(rows, cols)
    across = np.stack((index[:, :-1].ravel(), index[:, 1:].ravel()), axis=1)
    up = np.stack((index[:-1].ravel(), index[1:].ravel()), axis=1)
    y, x = np.divmod(np.arange(rows * cols), cols)
    return _graph(rows * cols, np.concatenate((across, up)), np.stack((x, y), axis=1).astype(np.float64))


def _flower(rings: int) -> Graph:
    """Hexagonal lattice, from the centre outwards and round each ring; neighbours are 1 apart."""
    q, r = (axis.ravel() for axis in np.mgrid[-rings : rings + 1, -rings : rings + 1])
    ring = np.maximum(np.maximum(abs(q), abs(r)), abs(q + r))
    q, r, ring = (axis[ring <= rings] for axis in (q, r, ring))
    x, y = q + 0.5 * r, np.sqrt(0.75) * r
    # Clockwise from the top; rounded, so that no last bit of an angle decides about the order.
    angle = np.round(np.arctan2(x, y) % (2 * np.pi), 9)
    order = np.lexsort((angle, ring))
    q, r, places = q[order], r[order], np.stack((x[order], y[order]), axis=1)
    index = np.full((2 * rings + 3, 2 * rings + 3), -1)
    index[q + rings + 1, r + rings + 1] = np.arange(q.size)
    pairs = [
        np.stack((np.arange(q.size), index[q + dq + rings + 1, r + dr + rings + 1]), axis=1)
        for dq, dr in ((1, 0), (0, 1), (1, -1))
    ]
    edges = np.concatenate(pairs)
    return _graph(q.size, np.sort(edges[edges[:, 1] >= 0], axis=1), places)


def _listed(geometry: GeometryConfig) -> Graph:
    rows = np.zeros((0, 2)) if geometry.edges is None else geometry.edges.array
    weights = rows[:, 2].copy() if rows.shape[1] == 3 else np.ones(len(rows))
    edges = rows[:, :2].astype(np.int64)
    given = geometry.places is not None
    places = np.zeros((geometry.clusters, 2)) if given else _laid_out(geometry.clusters, edges)
    return _graph(geometry.clusters, edges, places, weights)


_MAKERS: dict[str, Callable[[int], Graph]] = {
    "single": _single,
    "two_populations": _two,
    "ring": _ring,
    "star": _star,
    "circle6_center": _hub_and_six,
    "all_to_all": _all,
}

_MOST_ON_A_CIRCLE = 200
"""Clusters of a list of links without places that stand on a circle; more fill a square."""


def _laid_out(clusters: int, edges: Ints) -> Floats:
    """Places for a list of links: by forces between joined clusters, where there are few."""
    if clusters > _MOST_ON_A_CIRCLE:
        side = int(np.ceil(np.sqrt(clusters)))
        y, x = np.divmod(np.arange(clusters), side)
        return np.stack((x, y), axis=1).astype(np.float64)
    if not edges.size:
        return circle(clusters)
    import networkx as nx  # it takes long to import, and few need it

    graph: Any = nx.Graph()
    graph.add_nodes_from(range(clusters))
    graph.add_edges_from(edges.tolist())
    start = dict(enumerate(circle(clusters, 1.0)))
    found = nx.spring_layout(graph, pos=start, iterations=200, seed=1)
    places = np.array([found[index] for index in range(clusters)], np.float64)
    apart = np.hypot(*(places[edges[:, 0]] - places[edges[:, 1]]).T)
    typical = float(np.median(apart))
    return places / typical if typical > 0 else circle(clusters)


@lru_cache(maxsize=8)
def _structure(
    geometry: GeometryConfig,
    rows: int,
    cols: int,
    layers: int,
    oscillators: int,
    inter_factors: tuple[float, ...] | None,
) -> Structure:
    graph = graph_of(geometry, rows, cols)
    count = graph.clusters
    within = np.concatenate([graph.edges + layer * count for layer in range(layers)])
    first, second = np.triu_indices(layers, 1)
    factors = np.ones(first.size) if inter_factors is None else np.array(inter_factors)
    index = np.arange(count)
    between = np.stack(
        ((first[:, None] * count + index).ravel(), (second[:, None] * count + index).ravel()), axis=1
    )
    width = float(np.ptp(graph.places[:, 0]))
    shift = np.array([width + LAYER_GAP, LAYER_RISE])
    places = np.concatenate([graph.places + layer * shift for layer in range(layers)])
    return Structure(
        offsets=_fixed(np.arange(layers * count + 1, dtype=np.int64) * oscillators),
        edges=_fixed(np.concatenate((within, between)).astype(np.int64)),
        weights_of_edges=_fixed(np.concatenate((np.tile(graph.weights, layers), np.repeat(factors, count)))),
        places=_fixed(places - _middle(places)),
        layer=_fixed(np.repeat(np.arange(layers, dtype=np.int64), count)),
        links_in_layers=len(within),
        kind=geometry.kind,
    )


def _middle(places: Floats) -> Floats:
    """Middle of the rectangle around all places."""
    middle: Floats = 0.5 * (places.min(axis=0) + places.max(axis=0))
    return middle


def _fixed(array: Any) -> Any:
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array
