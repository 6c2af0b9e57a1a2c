"""Readers of files for configurations: engines know no files, so whoever does registers a function.

An entry point of the group ``tauscope.readers`` named ``map`` is a function of a path that gives an array.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from tauscope.engine.errors import BadInput

GROUP, NAME = "tauscope.readers", "map"


def read_map(path: str) -> Any:
    """Array of a picture, an .npy or a CSV file, row 0 at the bottom.

    Raises
    ------
    BadInput
        No reader is installed, or the reader refuses the file.
    """
    for point in entry_points(group=GROUP, name=NAME):
        return point.load()(path)
    raise BadInput(
        f"Nothing here reads files, so {path} was not opened.",
        key="file",
        value=path,
        remedy="Give array, as rows of numbers, instead of file.",
    )
