"""Sources as pictures and lists show them, from a document or from the JSON of a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tauscope.app import placed
from tauscope.engine import strokes
from tauscope.engine.arrays import FrozenArray
from tauscope.widgets.canvas.gestures import wrapped
from tauscope.widgets.state import SourceMark

NUMBERS = ("mass", "wavelength", "activity", "period", "policy", "speed", "law")
"""What a pattern has besides place, velocity and extent."""

POSITIVE, NEGATIVE = "#ff8f5a", "#4fb3ff"
"""Colours of charges, as those at the ends of the diverging map; sources without a world have the second."""


def marks_of_config(config: Mapping[str, Any]) -> tuple[SourceMark, ...]:
    """Marks of the sources of a configuration.

    Parameters
    ----------
    config : mapping
        Its entries as plain data; arrays as they are, or in their JSON form.

    Raises
    ------
    BadInput
        A map in JSON form that cannot be read.
    """
    worlds = {world["name"]: world for world in config.get("worlds") or ()}
    sides = placed.sides(config) or (1, 1)
    kinds = [
        (kind, kind.read(entry)) for kind in placed.placings(config) for entry in config.get(kind.key) or ()
    ]

    def at(kind: placed.Placing, source: Mapping[str, Any], key: str, side: int) -> float:
        place = float(source[key])
        return wrapped(place, sides[side]) if kind.torus else place

    return tuple(
        SourceMark(
            id=source.get("id") or "",
            name=source.get("name") or placed.bare(source.get("id") or ""),
            kind=source.get("kind", "point"),
            x=at(kind, source, "x", 0),
            y=at(kind, source, "y", 1),
            strength=source.get("strength") or 0.0,
            width=source.get("width") or 0.0,
            radius=source.get("radius") or 0.0,
            x2=source["x2"] if source.get("x2") is not None else source["x"],
            y2=source["y2"] if source.get("y2") is not None else source["y"],
            vx=source.get("vx") or 0.0,
            vy=source.get("vy") or 0.0,
            numbers=_numbers(kind, source),
            world=source.get("world") or "",
            color=worlds.get(source.get("world"), {}).get("color") or _color(kind, source),
            shown=worlds.get(source.get("world"), {}).get("visible", True),
            style=kind.style,
            **_map_mark(source),
        )
        for kind, source in kinds
    )


def _numbers(kind: placed.Placing, source: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """What a pattern has besides."""
    return tuple((key, source[key]) for key in NUMBERS if key in source) if kind is placed.PATTERNS else ()


def _color(kind: placed.Placing, source: Mapping[str, Any]) -> str:
    """Colour of what belongs to no world: that of a charge tells its sign."""
    return NEGATIVE if kind is not placed.CHARGES or (source.get("strength") or 0.0) < 0 else POSITIVE


def _map_mark(source: Mapping[str, Any]) -> dict[str, Any]:
    """What the mark of an image or a brush has besides."""
    if source.get("array") is None:
        return {}
    array = FrozenArray.read(source["array"])
    if source.get("kind") == "brush":
        return {"box": painted_box(array)}
    return {"aspect": array.shape[0] / array.shape[1]}


# Asked for at every change of the document, and for each brush.
@lru_cache(maxsize=64)
def painted_box(array: FrozenArray) -> tuple[float, float, float, float]:
    """Left, bottom, right and top edge of a map's entries above 0, from the centre of its first entry."""
    rows, columns = strokes.bounds(array.array > 0) or (slice(0, array.shape[0]), slice(0, array.shape[1]))
    return columns.start - 0.5, rows.start - 0.5, columns.stop - 0.5, rows.stop - 0.5
