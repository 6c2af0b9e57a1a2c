"""Graph files as links of a geometry, and lists of numbers, for configurations that name a file."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.errors import BadInput

LARGEST_FILE = 256 * 2**20
LARGEST_GRAPH = 1_000_000
KEPT = 4
"""Files of each kind that are kept as they were read last."""

Stamp = tuple[int, int]
"""Size and time of the last change."""

_ALLOWED_GRAPHS = "an edge list (.txt, .csv, .edges, .edgelist), .graphml, .gml or .net file"
_ALLOWED_NUMBERS = "finite numbers in a .npy, .csv or .txt file"

_DAMAGED = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    SyntaxError,
    AttributeError,
    OverflowError,
    RecursionError,
    gzip.BadGzipFile,
)
"""What parsers raise on a file that is not what its name says; networkx adds an error of its own."""


def read_graph(path: str) -> dict[str, Any]:
    """Clusters, edges and places of a graph file, read by NetworkX.

    Parameters
    ----------
    path : str
        Edge list (two or three columns: ends and weight; ``#`` begins a comment, and above links of numbered
        ends a first line of names is left out), GraphML, GML or Pajek.

    Returns
    -------
    dict
        ``clusters``, ``edges`` [E, 3] (None for no links) and, where every node has numbers x and y,
        ``places`` [C, 2], both as `FrozenArray`. Nodes are numbered in the order of the file; if all are
        named by whole numbers from 0 to C - 1, by these.

    Raises
    ------
    BadInput
        Another kind of file, or one that cannot be read.

    Notes
    -----
    Directions are dropped, since links act both ways; so are links of a node with itself.
    """
    file = Path(path).expanduser().absolute()
    _check_graph_name(file)
    return dict(_graph_of(file, _stamp(file, _ALLOWED_GRAPHS)))


@lru_cache(maxsize=KEPT)
def _graph_of(file: Path, _stamp: Stamp) -> Mapping[str, Any]:
    """What a file holds that was changed last then: a set-up is checked several times on its way to a run."""
    import networkx as nx

    try:
        graph = _graph_reader(file, nx)(file)
        if graph.is_directed() or graph.is_multigraph():
            graph = nx.Graph(graph)
    except OSError as error:
        raise _refused(file, (error.strerror or str(error)).lower(), _ALLOWED_GRAPHS) from None
    except (*_DAMAGED, nx.NetworkXException) as error:
        raise _refused(file, f"it cannot be read ({error})", _ALLOWED_GRAPHS) from None
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    if not 0 < len(graph) <= LARGEST_GRAPH:
        raise _refused(file, f"it has {len(graph)} nodes", _ALLOWED_GRAPHS)
    index = _numbered(graph)
    try:
        links = graph.edges(data="weight", default=1.0)
        rows = [(index[a], index[b], float(weight)) for a, b, weight in links]
    except (TypeError, ValueError):
        raise _refused(file, "a weight is not a number", _ALLOWED_GRAPHS) from None
    if wrong := next((row for row in rows if not 0.0 < row[2] < np.inf), None):
        a, b = (node for node, number in index.items() if number in wrong[:2])
        raise _refused(
            file, f"the link from {a} to {b} has the weight {wrong[2]:g}", "weights of more than 0"
        )
    found: dict[str, Any] = {"clusters": len(graph), "edges": FrozenArray(rows) if rows else None}
    places = _places(graph, index)
    return found if places is None else {**found, "places": FrozenArray(places)}


def read_numbers(path: str) -> npt.NDArray[np.float64]:
    """All numbers of a file in their order, one row after the other.

    Raises
    ------
    BadInput
        Another kind of file, or one that holds something else.
    """
    file = Path(path).expanduser().absolute()
    return _numbers_of(file, _stamp(file, _ALLOWED_NUMBERS))


@lru_cache(maxsize=KEPT)
def _numbers_of(file: Path, _stamp: Stamp) -> npt.NDArray[np.float64]:
    """Numbers of a file that was changed last then, read-only."""
    try:
        if file.suffix.lower() == ".npy":
            found = np.load(file, allow_pickle=False)
        else:
            text = file.read_text(encoding="utf-8-sig")
            lines = [line.partition("#")[0] for line in text.splitlines()]
            words = " ".join(lines).replace(",", " ").replace(";", " ").split()
            found = np.array([float(word) for word in words])
        numbers = np.asarray(found, np.float64).ravel()
    except OSError as error:
        raise _refused(file, (error.strerror or str(error)).lower(), _ALLOWED_NUMBERS) from None
    except (*_DAMAGED, UnicodeDecodeError) as error:
        raise _refused(file, f"it holds something else ({error})", _ALLOWED_NUMBERS) from None
    if not numbers.size or not np.isfinite(numbers).all():
        raise _refused(file, "it holds no numbers, or some that are not finite", _ALLOWED_NUMBERS)
    numbers.flags.writeable = False
    return numbers


_PARSERS = (".graphml", ".gml", ".net")
_LISTS = (".txt", ".csv", ".edges", ".edgelist")


def _check_graph_name(file: Path) -> None:
    if file.suffix.lower() not in (*_PARSERS, *_LISTS):
        raise _refused(file, f"its name ends in “{file.suffix}”", _ALLOWED_GRAPHS)


def _graph_reader(file: Path, nx: Any) -> Callable[[Path], Any]:
    readers: dict[str, Callable[[Path], Any]] = {
        ".graphml": nx.read_graphml,
        ".gml": lambda path: nx.read_gml(path, label=None),
        ".net": nx.read_pajek,
    }
    return readers.get(file.suffix.lower(), _edge_list)


def _edge_list(file: Path) -> Any:
    import networkx as nx

    lines = file.read_text(encoding="utf-8-sig").replace(",", " ").replace(";", " ").splitlines()
    rows = [row for line in lines if (row := line.partition("#")[0].split())]
    if len(rows) > 1 and not any(map(str.isdecimal, rows[0])) and all(_are_ends(row) for row in rows[1:]):
        del rows[0]  # names of columns, as tables have; they would become two clusters
    graph = nx.Graph()
    for row in rows:
        if len(row) not in (2, 3):
            raise ValueError(f"“{' '.join(row)}” is no link")
        graph.add_edge(row[0], row[1], weight=float(row[2]) if len(row) == 3 else 1.0)
    return graph


def _are_ends(row: list[str]) -> bool:
    return len(row) > 1 and row[0].isdecimal() and row[1].isdecimal()


def _numbered(graph: Any) -> dict[Any, int]:
    """Index of each node: its own number where all have one, else its place in the file."""
    nodes = list(graph.nodes)
    numbers = [int(str(node)) if str(node).isdecimal() else -1 for node in nodes]
    if sorted(numbers) == list(range(len(nodes))):
        return dict(zip(nodes, numbers, strict=True))
    return {node: index for index, node in enumerate(nodes)}


def _places(graph: Any, index: dict[Any, int]) -> npt.NDArray[np.float64] | None:
    places = np.full((len(index), 2), np.nan)
    for node, entries in graph.nodes(data=True):
        graphics = entries.get("graphics")
        data = {**entries, **graphics} if isinstance(graphics, dict) else entries
        try:
            places[index[node]] = float(data["x"]), float(data["y"])
        except (KeyError, TypeError, ValueError):
            return None  # a graph without places is laid out here
    return places if np.isfinite(places).all() else None


def _stamp(file: Path, allowed: str) -> Stamp:
    """Size and time of the last change of a file that may be read."""
    try:
        found = file.stat()
    except OSError as error:
        raise _refused(file, (error.strerror or str(error)).lower(), allowed) from None
    if not file.is_file() or found.st_size > LARGEST_FILE:
        raise _refused(file, "it is no file, or larger than 256 MiB", allowed)
    return found.st_size, found.st_mtime_ns


def _refused(file: Path, why: str, allowed: str) -> BadInput:
    return BadInput(f"{file.name} was not taken: {why}.", key="file", value=os.fspath(file), allowed=allowed)
