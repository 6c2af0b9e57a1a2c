"""A stroke in progress: the map it paints, the views it shows in, and what of it the document has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tauscope.app.paint_targets import PaintTarget
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.strokes import Box, Floats, Mask, Stroke
from tauscope.widgets.canvas.paint_tools import Painter, Tool
from tauscope.widgets.field_view import FieldView

Painted = tuple[Box, Floats, Mask]
"""Rows and columns of a rectangle, the map's values in it, and which of them the stroke covers."""


@dataclass(eq=False)
class PaintedStroke:
    """Stroke in progress.

    Parameters
    ----------
    painter : Painter
        Tool of the view that is painted on.
    tool : str
        Tool in hand.
    target : PaintTarget
        Map that is painted.
    stroke : Stroke
        Cells covered so far.
    start : (float, float)
        Where it began, in cells.
    wet : tuple of FieldView
        Views whose field shows the map.
    dry : FieldView or None
        View that is painted on, where its field does not.
    waiting, packing : bool
        Whether it was extended since the document was last changed; whether a worker packs the map.
    kept : tuple or None
        What the document has of it.
    """

    painter: Painter
    tool: Tool
    target: PaintTarget
    stroke: Stroke
    start: tuple[float, float]
    wet: tuple[FieldView, ...] = ()
    dry: FieldView | None = None
    waiting: bool = True
    packing: bool = False
    kept: Painted | None = None

    def begin(self) -> None:
        """Lay wet paint over the views that show the map."""
        for view in self.wet:
            view.wet.begin()

    def go(self, x: float, y: float) -> None:
        """Go on to a place in cells, and show it.

        Raises
        ------
        BadInput
            A radius or a value that is refused.
        """
        if self.tool == "line":
            self.stroke.draw_line(self.start, (x, y))
        else:
            self.stroke.extend(x, y)
        self.waiting = True
        self.show()

    def show(self) -> None:
        """Show at once what has changed since the last call.

        Raises
        ------
        BadInput
            A value that is refused.
        """
        box = self.stroke.take_changed()
        if box is None:
            return
        change = self.target.shown_change(box, self.stroke.after[box])
        for view in self.wet:
            view.wet.paint(box, change)
        if self.dry is not None:
            self.dry.wet.sweep(self.stroke.mask, self.stroke.box)

    def take_unkept(self) -> Painted | None:
        """What the document does not have yet, or None where it has all."""
        if not self.waiting:
            return None
        self.waiting, kept, box = False, self.kept, self.stroke.box
        if box is None and kept is not None:
            box = kept[0]  # a line that was drawn out of the lattice
        if box is None:
            return None
        after, mask = self.stroke.after[box].copy(), self.stroke.mask[box].copy()
        return None if self._same(box, after, mask) else (box, after, mask)

    def _same(self, box: Box, after: Floats, mask: Mask) -> bool:
        """Whether the document has all of this already."""
        if self.kept is None:
            return not (self.target.by_mask and mask.any()) and np.array_equal(after, self.target.base[box])
        known, values, covered = self.kept
        same = known == box and np.array_equal(after, values)
        return same and (not self.target.by_mask or np.array_equal(mask, covered))

    def packed(self, painted: Painted) -> FrozenArray | None:
        """Whole map for the document; from any thread."""
        found = self.target.packed(*painted)
        if found is not None:
            _ = found.array  # unpacked here, and kept for who asks next
        return found

    def stop(self) -> None:
        """End it; wet paint stays."""
        self.painter.stop()
        if self.dry is not None:
            self.dry.wet.sweep(None)

    def settle(self) -> None:
        """Let the wet paint go with the first frame that shows it."""
        for view in self.wet:
            view.wet.settle()
