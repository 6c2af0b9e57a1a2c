"""Readers of files for configurations: engines know no files, so whoever does registers a function.

Entry points of the group ``tauscope.readers``: ``map`` is a function of a path that gives an array, ``graph``
one that gives the clusters, edges and places of a graph, ``numbers`` one that gives a list of numbers.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from tauscope.engine.errors import BadInput

GROUP = "tauscope.readers"


def read_map(path: str) -> Any:
    """Array of a picture, an .npy or a CSV file, row 0 at the bottom.

    Raises
    ------
    BadInput
        No reader is installed, or the reader refuses the file.
    """
    return _read("map", path, "Give array, as rows of numbers, instead of file.")


def read_graph(path: str) -> dict[str, Any]:
    """Graph of a file: ``clusters`` (int), ``edges`` (`FrozenArray` [E, 3]) and, if any, ``places`` [C, 2].

    Raises
    ------
    BadInput
        No reader is installed, or the reader refuses the file.
    """
    found: dict[str, Any] = _read("graph", path, "Give edges, as rows [i, j], instead of file.")
    return found


def read_numbers(path: str) -> Any:
    """Numbers of a text file, .npy or CSV, in their order, shape (n,).

    Raises
    ------
    BadInput
        No reader is installed, or the reader refuses the file.
    """
    return _read("numbers", path, "Give the numbers themselves, instead of file.")


def _read(name: str, path: str, remedy: str) -> Any:
    for point in entry_points(group=GROUP, name=name):
        return point.load()(path)
    raise BadInput(
        f"Nothing here reads files, so {path} was not opened.", key="file", value=path, remedy=remedy
    )
