"""Names of clusters where there is little room for them."""

from __future__ import annotations


def short(name: str) -> str:
    """Short name of a cluster, as in ``3·2`` for 3 in layer 2, and ``c`` for the centre."""
    return name.replace("centre", "c").replace(" in layer ", "·")
