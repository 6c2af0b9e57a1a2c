"""Graph files that are nearly right: tables with heads, weights of nothing, and what no parser stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tauscope.app.graph_files import read_graph
from tauscope.engine.errors import BadInput


@pytest.mark.parametrize("head", ["source,target,weight", "from,to,weight"])
def test_names_of_columns_are_no_link(tmp_path: Path, head: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"{head}\n0,1,0.5\n1,2,2\n")
    found = read_graph(str(file))
    assert found["clusters"] == 3
    np.testing.assert_array_equal(found["edges"].array, [[0, 1, 0.5], [1, 2, 2]])
    file.write_text("source,target\n0,1\n1,2\n")
    assert read_graph(str(file))["clusters"] == 3


def test_a_file_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set-up is checked several times on its way to a run, in the window on its own thread."""
    file = tmp_path / "a.txt"
    file.write_text("0 1\n1 2\n")
    first = read_graph(str(file))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", lambda *_args, **_more: pytest.fail("it is read again"))
        assert read_graph(str(file))["edges"] is first["edges"]
    file.write_text("0 1\n1 2\n2 3\n")
    assert read_graph(str(file))["clusters"] == 4


def test_links_between_names_are_all_links(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("anna,ben\nben,carl\n")
    assert read_graph(str(file))["clusters"] == 3


@pytest.mark.parametrize("weight", ["0", "-1", "nan", "inf"])
def test_a_weight_that_pulls_nothing_is_refused_with_its_link(tmp_path: Path, weight: str) -> None:
    """0 once became 1 without a word."""
    file = tmp_path / "a.txt"
    file.write_text(f"0 1 1\n7 9 {weight}\n")
    with pytest.raises(BadInput, match=f"the link from 7 to 9 has the weight {weight}"):
        read_graph(str(file))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.gml", b"graph [ " * 20_000),
        ("a.graphml", b"\xff\xfe\x00binary"),
        ("a.net", bytes(range(256))),
        ("a.edges", "0 1\n".encode("utf-16")),
        ("a.txt", b"\n\n"),
        ("a.csv", b"one line of prose and no more\n"),
    ],
)
def test_what_is_no_graph_ends_in_a_sentence(tmp_path: Path, name: str, data: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(BadInput, match=rf"{name} was not taken: ") as caught:
        read_graph(str(file))
    assert "edge list" in str(caught.value)
