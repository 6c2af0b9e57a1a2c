"""Actions of painting: tools by number, and the size of the brush."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tauscope.app.actions.spec import ActionSpec
from tauscope.widgets.canvas.paint_tools import TOOLS, Tool

ENGINES = ("gravity", "ufie")
"""What can be painted on."""

_TEXTS: dict[Tool, str] = {
    "select": "&Select tool", "brush": "&Brush", "eraser": "&Eraser", "line": "&Line", "fill": "&Fill",
    "picker": "Pic&ker",
}  # fmt: skip
_SIZES = (
    ("brush_smaller", "S&maller brush", -1, "[", "minus"),
    ("brush_larger", "Lar&ger brush", 1, "]", "plus"),
)


def name_of(tool: Tool) -> str:
    """Name of a tool for people."""
    return _TEXTS[tool].replace("&", "")


def paint_actions(take: Callable[[str], None], resize: Callable[[int], None]) -> tuple[ActionSpec, ...]:
    """Tools, which ``take`` takes in hand, and brush sizes, one up or down by ``resize``."""
    tools = [
        ActionSpec(
            f"tool_{tool}",
            "&Edit",
            _TEXTS[tool],
            partial(take, tool),
            (str(key),),
            tool,
            separated=key == 1,
            engines=ENGINES,
        )
        for key, tool in enumerate(TOOLS, start=1)
    ]
    sizes = [
        ActionSpec(key, "&Edit", text, partial(resize, by), (keys,), icon, engines=ENGINES)
        for key, text, by, keys, icon in _SIZES
    ]
    return (*tools, *sizes)
