"""Entries that mean nothing without one another follow when one of them is changed."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.config import KuramotoConfig

RING = {"geometry": "ring", "oscillators_per_cluster": 3}
LINKS = [[0, 1], [1, 2], [2, 8]]


def edges_of(config: KuramotoConfig) -> list[list[float]] | None:
    return None if config.geometry.edges is None else config.geometry.edges.array.tolist()


def test_a_list_of_links_brings_its_kind_and_its_clusters_along() -> None:
    made = KuramotoConfig.load(RING).with_value("geometry.edges", LINKS)
    assert (made.geometry.kind, made.clusters) == ("edges", 9)
    assert edges_of(made) == LINKS
    fewer = made.with_value("geometry.edges", LINKS[:2])
    assert fewer.clusters == 9, "clusters without links stay"
    assert edges_of(fewer.with_value("geometry.edges", None)) is None
    with pytest.raises(BadInput, match="twice"):
        made.with_value("geometry.edges", [[0, 1], [1, 0]])
    with pytest.raises(BadInput):
        made.with_value("geometry.edges", "no list")


def test_another_geometry_drops_links_places_and_file() -> None:
    places = np.arange(18.0).reshape(9, 2)
    start = {"geometry": {"clusters": 9, "edges": LINKS, "places": places, "file": "net.gml"}}
    made = KuramotoConfig.load(start).with_value("geometry.kind", "star")
    assert made.geometry.kind == "star" and made.geometry.file == ""
    assert made.geometry.edges is None and made.geometry.places is None
    kept = KuramotoConfig.load(start).with_value("K", 0.3)
    assert kept.geometry == KuramotoConfig.load(start).geometry, "nothing else drops them"


def test_a_list_of_frequencies_brings_its_kind_along() -> None:
    config = KuramotoConfig.load(RING)
    made = config.with_value("frequencies.values", [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]])
    assert made.frequencies.kind == "values"
    assert made.with_value("frequencies.values", None).frequencies.kind == "gaussian"
    assert config.with_value("frequencies.values", None).frequencies.kind == config.frequencies.kind
    with pytest.raises(BadInput, match="need their list"):
        config.with_value("frequencies.kind", "values")


def test_a_file_without_links_is_read_once(tmp_path) -> None:
    path = tmp_path / "two.gml"
    path.write_text("graph [ node [ id 0 ] node [ id 1 ] ]", encoding="utf-8")
    made = KuramotoConfig.load({"geometry": {"file": str(path)}})
    path.unlink()
    assert made.clusters == 2 and edges_of(made) is None
    assert made.with_value("K", 0.7).clusters == 2
