"""What strokes paint on: the brush map of a world, or the capacity; each turns a map into a content.

A map is packed for the document first, which takes a third of a second at 2048 x 2048 and may happen on any
thread; the content with it is made on the GUI thread.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

import numpy as np

from tauscope.app.document import Content, Document, plain, sources_of
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.errors import BadInput
from tauscope.engine.strokes import Box, Floats, Mask, Of


class PaintTarget(ABC):
    """A map of the lattice that strokes change.

    Attributes
    ----------
    base : array, shape (ny, nx), float64
        Values before the stroke.
    empty : float
        Value of a cell that was never painted; the eraser's.
    least : float
        Smallest value that is taken.
    above : bool
        Whether values must be more than that.
    field : str
        Field of the engine that shows the map, among other things; "" where none does.
    by_mask : bool
        Whether a stroke paints all that it covers, or only what it changes.
    """

    base: Floats
    empty: float
    least: float = 0.0
    above: bool = False
    field: str = ""
    by_mask: bool = False

    def value(self, wanted: Of) -> Of:
        """Value that a stroke paints where another was wanted."""
        return wanted

    def eraser(self) -> Of:
        """Value that the eraser paints."""
        return lambda _x, _y: self.empty

    def shown_change(self, box: Box, after: Floats) -> Floats:
        """What ``field`` changes by in a rectangle [rows, columns] whose values become ``after``."""
        return after - self.base[box]

    @abstractmethod
    def packed(self, box: Box, after: Floats, mask: Mask) -> FrozenArray | None:
        """Whole map as the document keeps it; from any thread.

        Parameters
        ----------
        box : tuple of slice
            Rows and columns of a rectangle.
        after : array
            Its values.
        mask : array of bool
            Which of them the stroke covers.
        """

    @abstractmethod
    def with_packed(self, document: Document, packed: FrozenArray | None) -> Content:
        """Content of the document with the map exchanged for one from `packed`.

        Raises
        ------
        BadInput
            A map that the configuration refuses.
        """


class CapacityTarget(PaintTarget):
    """Factors of the capacity, 1 where nothing was painted.

    Raises
    ------
    BadInput
        An engine without a capacity for each node.
    """

    empty, above, field = 1.0, True, "capacity"

    def __init__(self, content: Content) -> None:
        data = plain(content.config)
        if "capacity_map" not in data:
            raise BadInput(f"The engine {content.engine} has no capacity to paint.", key="target")
        self._capacity = float(data["capacity"])
        found = data["capacity_map"]
        self._map = FrozenArray.uniform((data["ny"], data["nx"]), 1.0) if found is None else found
        self.base = self._map.array

    def shown_change(self, box: Box, after: Floats) -> Floats:
        """Change of the capacity, of which the map holds factors."""
        return self._capacity * super().shown_change(box, after)

    def packed(self, box: Box, after: Floats, mask: Mask) -> FrozenArray | None:
        """Factors with a rectangle exchanged; none are kept where all of them are 1."""
        whole = self._map.with_part(box, after)
        return None if whole.least == whole.peak == 1.0 else whole

    def with_packed(self, document: Document, packed: FrozenArray | None) -> Content:
        """Content with other factors."""
        content = document.content.lattice
        data = {**plain(content.config), "capacity_map": packed}
        return replace(content, config=type(content.config).load(data))


class EmissionTarget(PaintTarget):
    """Painted emission of a world in bits per update, kept by a brush source; 0 where nothing was painted.

    A selected brush of the world is painted, else its newest; where there is none, the first stroke makes it.

    Raises
    ------
    BadInput
        A hidden world, an engine without sources, or a brush that is multiplied by 0.
    """

    empty, field = 0.0, "emission"

    def __init__(self, content: Content, world: str, selection: frozenset[str]) -> None:
        data = plain(content.config)
        worlds = {one["name"]: one for one in data.get("worlds", [])}
        if "sources" not in data or world not in worlds:
            raise BadInput(f"The engine {content.engine} has no sources to paint.", key="target")
        if not worlds[world]["visible"]:
            raise BadInput(
                f"World {world} is hidden, so that what you paint in it could not be seen.",
                key="world",
                value=world,
                remedy="Show it, or choose another world in the Paint panel.",
            )
        self._world = world
        self._shape = (data["ny"], data["nx"])
        disc = data.get("boundary") == "disc"
        self._sink: float | None = getattr(content.config, "sink_radius", None) if disc else None
        brushes = [s for s in data["sources"] if s["kind"] == "brush" and s["world"] == world]
        chosen = [s for s in brushes if s["id"] in selection] or brushes
        self.source: str = chosen[-1]["id"] if chosen else ""
        self._strength = float(chosen[-1]["strength"]) if chosen else 1.0
        if self._strength == 0:
            raise BadInput(
                f"The brush of world {world} is multiplied by 0, so that nothing painted would emit.",
                key="sources",
                remedy="Set its factor to 1 in the Sources panel.",
            )
        self._map, self._window = self._widened(chosen[-1] if chosen else None)
        self.base = self._map.array[self._window] * self._strength

    def _widened(self, source: dict[str, Any] | None) -> tuple[FrozenArray, Box]:
        """Map that covers the whole lattice and all that was painted, and the lattice's part of it."""
        ny, nx = self._shape
        if source is None:
            self._place = {"x": 0.0, "y": 0.0}
            return FrozenArray.uniform(self._shape, 0.0), (slice(0, ny), slice(0, nx))
        array = source["array"].array
        left, bottom = math.floor(source["x"] + 0.5), math.floor(source["y"] + 0.5)
        low_x, low_y = min(left, 0), min(bottom, 0)
        high_x, high_y = max(left + array.shape[1], nx), max(bottom + array.shape[0], ny)
        window = (slice(-low_y, ny - low_y), slice(-low_x, nx - low_x))
        if (high_y - low_y, high_x - low_x) == array.shape:
            self._place = {}
            return source["array"], window
        self._place = {"x": float(low_x), "y": float(low_y)}
        whole = np.zeros((high_y - low_y, high_x - low_x))
        rows, columns = bottom - low_y, left - low_x
        whole[rows : rows + array.shape[0], columns : columns + array.shape[1]] = array
        return FrozenArray(whole), window

    def shown_change(self, box: Box, after: Floats) -> Floats:
        """What the emission changes by in a rectangle; nothing emits in a sink."""
        change = after - self.base[box]
        if self._sink is not None:
            rows, columns = box
            y = np.arange(rows.start, rows.stop)[:, np.newaxis] - (self._shape[0] - 1) / 2
            x = np.arange(columns.start, columns.stop) - (self._shape[1] - 1) / 2
            change[np.hypot(x, y) > self._sink] = 0.0
        return change

    def packed(self, box: Box, after: Floats, mask: Mask) -> FrozenArray:
        """Map of the brush with what a rectangle of the lattice emits exchanged."""
        part = self._map.array[self._window][box].copy()
        changed = after != self.base[box]
        part[changed] = after[changed] / self._strength
        rows, columns = (
            slice(edges.start + side.start, edges.start + side.stop)
            for edges, side in zip(self._window, box, strict=True)
        )
        return self._map.with_part((rows, columns), part)

    def with_packed(self, document: Document, packed: FrozenArray | None) -> Content:
        """Content whose brush emits this; the first one with a brush where there was none."""
        if packed is None:
            return document.content
        if self.source:
            return document.with_map(self.source, packed, **self._place)
        entry = {
            "kind": "brush",
            "name": self._fresh_name(document.content.lattice),
            "world": self._world,
            "array": packed,
            "strength": 1.0,
            **self._place,
        }
        content, ids = document.with_sources_added([entry])
        (self.source,) = ids
        return content

    def _fresh_name(self, content: Content) -> str:
        taken = {source.name for source in sources_of(content.config)}
        number = 1
        while (name := f"Brush {number}") in taken:
            number += 1
        return name
