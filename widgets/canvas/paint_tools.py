"""Painting on a canvas: which tool is in hand, the brush under the pointer, and strokes as signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal

from tauscope.widgets.canvas.overlay import BrushTip

if TYPE_CHECKING:
    from tauscope.widgets.canvas.source_view import SourceView

Tool = Literal["select", "brush", "eraser", "line", "fill", "picker"]
TOOLS: tuple[Tool, ...] = ("select", "brush", "eraser", "line", "fill", "picker")
"""In the order of their keys, 1 to 6."""

ROUND: tuple[Tool, ...] = ("brush", "eraser", "line")
"""Tools with a radius."""


class Painter(QObject):
    """The tool on one canvas. It paints nothing: whoever listens does, and may end the stroke at once.

    Signals
    -------
    began(x, y), moved(x, y), ended(x, y)
        A stroke with the left button, in cells, whether inside the lattice or not.
    cancelled()
        The stroke in progress was given up.
    """

    began = Signal(float, float)
    moved = Signal(float, float)
    ended = Signal(float, float)
    cancelled = Signal()

    def __init__(self, view: SourceView) -> None:
        super().__init__(view)
        self._view = view
        self._tool: Tool = "select"
        self._radius: Callable[[float, float], float] = lambda _x, _y: 0.0
        self._painting = False
        self._note = ""

    @property
    def note(self) -> str:
        """What the canvas says of the tool in hand, "" for nothing or where it cannot be used."""
        return self._note if self.active and self._view.editable else ""

    @property
    def tool(self) -> Tool:
        """Tool in hand."""
        return self._tool

    @property
    def active(self) -> bool:
        """Whether the left button paints; otherwise it selects and drags sources."""
        return self._tool != "select"

    @property
    def painting(self) -> bool:
        """Whether a stroke is in progress."""
        return self._painting

    def set_tool(self, tool: Tool, radius: Callable[[float, float], float], note: str = "") -> None:
        """Take a tool in hand; ``radius`` gives the brush's radius in cells at a place, ``note`` names it."""
        if tool != self._tool:
            self.cancel()
        self._tool, self._radius, self._note = tool, radius, note
        self.show_cursor()
        self._view.stage.refresh()

    def show_cursor(self) -> None:
        """Give the canvas the tool's cursor."""
        if self.active:
            self._view.canvas_native.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self._view.canvas_native.unsetCursor()

    def begin(self, px: float, py: float) -> None:
        """Begin a stroke at a pixel."""
        self._painting = True
        self.began.emit(*self._view.pixel_to_world(px, py))

    def go(self, px: float, py: float) -> None:
        """Go on to a pixel."""
        self.moved.emit(*self._view.pixel_to_world(px, py))

    def end(self, px: float, py: float) -> None:
        """End the stroke at a pixel."""
        x, y = self._view.pixel_to_world(px, py)
        self.stop()
        self.ended.emit(x, y)

    def cancel(self) -> bool:
        """Give the stroke in progress up; returns whether there was one."""
        if not self._painting:
            return False
        self.stop()
        self.cancelled.emit()
        return True

    def stop(self) -> None:
        """Forget the stroke in progress; emits nothing."""
        self._painting = False
        self._view.stage.refresh()

    def tip(self, pointer: tuple[float, float] | None) -> BrushTip | None:
        """What is drawn of the tool, with the pointer at a pixel or elsewhere."""
        if not self.active:
            return None
        place = None if pointer is None else self._view.pixel_to_world(*pointer)
        radius = self._radius(*place) if place is not None and self._tool in ROUND else 0.0
        return BrushTip(place, radius)
