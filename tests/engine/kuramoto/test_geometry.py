"""Geometries: how many clusters and links, their degrees, places, layers, and graph files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.geometry import Graph, graph_of, structure_of

GEOMETRIES: list[tuple[dict[str, Any], int, int, list[int]]] = [
    ({"kind": "single"}, 1, 0, [0]),
    ({"kind": "circle6_center"}, 7, 12, [3] * 6 + [6]),
    ({"kind": "ring", "clusters": 2}, 2, 1, [1, 1]),
    ({"kind": "ring", "clusters": 9}, 9, 9, [2] * 9),
    ({"kind": "star", "clusters": 6}, 6, 5, [1] * 5 + [5]),
    ({"kind": "flower", "rings": 1}, 7, 12, [3] * 6 + [6]),
    ({"kind": "flower"}, 37, 90, [3] * 6 + [4] * 12 + [6] * 19),
    ({"kind": "two_populations"}, 2, 1, [1, 1]),
    ({"kind": "all_to_all", "clusters": 8}, 8, 28, [7] * 8),
    ({"kind": "edges", "clusters": 4, "edges": [[0, 1], [3, 1]]}, 4, 2, [0, 1, 1, 2]),
]


def config(geometry: Any, **entries: Any) -> KuramotoConfig:
    return KuramotoConfig.load({"geometry": geometry, "oscillators_per_cluster": 3, **entries})


def graph(geometry: Any, rows: int = 3, cols: int = 3) -> Graph:
    return graph_of(config(geometry).geometry, rows, cols)


@pytest.mark.parametrize(("geometry", "clusters", "links", "degrees"), GEOMETRIES, ids=str)
def test_clusters_links_and_degrees(geometry: Any, clusters: int, links: int, degrees: list[int]) -> None:
    found = graph(geometry)
    assert (found.clusters, len(found.edges)) == (clusters, links)
    assert sorted(found.degrees) == degrees
    assert config(geometry).clusters == clusters
    pairs = {tuple(sorted(edge)) for edge in found.edges.tolist()}
    assert len(pairs) == links
    assert all(a != b for a, b in pairs)


def test_a_grid_has_four_neighbours_inside_and_two_in_corners() -> None:
    found = graph_of(config("grid").geometry, 3, 5)
    assert found.clusters == 15
    assert len(found.edges) == 3 * 4 + 2 * 5
    degrees = found.degrees.reshape(3, 5)
    assert degrees[1, 1:4].tolist() == [4, 4, 4]
    assert [degrees[y, x] for y in (0, 2) for x in (0, 4)] == [2] * 4


@pytest.mark.parametrize("kind", ["circle6_center", "grid", "ring", "star", "flower", "two_populations"])
def test_neighbours_stand_about_one_apart_and_nobody_nearer(kind: str) -> None:
    found = structure_of(config(kind, rows=4, cols=4))
    ends = found.places[found.edges]
    apart = np.hypot(*(ends[:, 0] - ends[:, 1]).T)
    assert apart.min() == pytest.approx(1.0, abs=1e-9)
    assert np.median(apart) < 1.2
    every = found.places[:, None] - found.places[None]
    nearest = np.hypot(every[..., 0], every[..., 1]) + 9.0 * np.eye(found.clusters)
    assert nearest.min() > 1.0 - 1e-9
    middle = 0.5 * (found.places.min(axis=0) + found.places.max(axis=0))
    np.testing.assert_allclose(middle, 0.0, atol=1e-12)


def test_layers_repeat_the_graph_apart_and_join_equal_clusters() -> None:
    found = structure_of(config("circle6_center", layers=3, inter_factors=[1.0, 0.5, 0.75]))
    assert found.clusters == 21
    assert found.offsets.tolist() == list(range(0, 64, 3))
    assert found.layer.tolist() == [0] * 7 + [1] * 7 + [2] * 7
    assert found.links_in_layers == 36
    between = found.edges[36:]
    assert [(a // 7, b // 7) for a, b in between.tolist()] == [(0, 1)] * 7 + [(0, 2)] * 7 + [(1, 2)] * 7
    assert (between[:, 0] % 7 == between[:, 1] % 7).all()
    assert found.weights_of_edges[36:].tolist() == [1.0] * 7 + [0.5] * 7 + [0.75] * 7
    layers = [found.places[found.layer == layer] for layer in range(3)]
    assert layers[1][:, 0].min() > layers[0][:, 0].max() + 1.0
    np.testing.assert_allclose(layers[1] - layers[0], (layers[1] - layers[0])[0] * np.ones((7, 1)))
    assert found.names[0] == "centre in layer 1"
    assert found.names[20] == "6 in layer 3"


def test_a_structure_is_shared_and_cannot_be_changed() -> None:
    found = structure_of(config("ring"))
    assert structure_of(config("ring", K=2.0)) is found
    for array in (found.offsets, found.edges, found.weights_of_edges, found.places, found.layer):
        assert not array.flags.writeable


def test_places_may_be_given() -> None:
    places = [[0.0, 0.0], [2.0, 0.0], [2.0, 4.0]]
    found = structure_of(
        config({"kind": "edges", "clusters": 3, "edges": [[0, 1], [1, 2, 2.0]], "places": places})
    )
    np.testing.assert_allclose(found.places, np.array(places) - [1.0, 2.0])
    assert found.weights_of_edges.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("entries", "key"),
    [
        ({"edges": [[0, 3]]}, "geometry.edges"),
        ({"edges": [[0, 0]]}, "geometry.edges"),
        ({"edges": [[0, 1], [1, 0]]}, "geometry.edges"),
        ({"edges": [[0, 1.5]]}, "geometry.edges"),
        ({"edges": [[0, 1, -1.0]]}, "geometry.edges"),
        ({"edges": [[0, 1, 1, 1]]}, "geometry.edges"),
        ({"kind": "ring", "edges": [[0, 1]]}, "geometry.edges"),
        ({"edges": [[0, 1]], "places": [[0.0, 1.0]]}, "geometry.places"),
        ({"kind": "all_to_all", "clusters": 2001}, "geometry.clusters"),
    ],
)
def test_what_is_no_graph_is_refused(entries: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as caught:
        config({"clusters": 3, **entries})
    assert caught.value.key == key
    assert caught.value.allowed


@pytest.mark.parametrize("ending", [".txt", ".csv", ".graphml", ".gml", ".net"])
def test_a_graph_file_gives_its_links(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"graph{ending}"
    graph = nx.cycle_graph(5)
    nx.set_edge_attributes(graph, 2.0, "weight")
    if ending in (".txt", ".csv"):
        between = "," if ending == ".csv" else " "
        lines = [f"{a}{between}{b}{between}2.0" for a, b in graph.edges]
        file.write_text("\n".join(["# a ring", *lines]), encoding="utf-8")
    else:
        {".graphml": nx.write_graphml, ".gml": nx.write_gml, ".net": nx.write_pajek}[ending](graph, file)
    found = config({"file": str(file)})
    assert found.geometry.kind == "edges"
    assert found.clusters == 5
    drawn = graph_of(found.geometry, 1, 1)
    assert sorted(drawn.degrees) == [4.0] * 5
    assert KuramotoConfig.load(found.dump()) == found
    assert structure_of(found).places.shape == (5, 2)


@pytest.mark.parametrize(
    ("name", "text"), [("a.txt", "0 1 2 3"), ("a.graphml", "<no>"), ("a.gml", "graph ["), ("a.xyz", "")]
)
def test_a_file_that_is_no_graph_is_refused(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        config({"file": str(file)})
    assert name in str(caught.value)
    with pytest.raises(BadInput):
        config({"file": str(tmp_path / "missing.gml")})
