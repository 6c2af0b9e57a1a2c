"""Paint panel: the tool in hand, what it paints on, and its value and radius as numbers or formulas."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.canvas.paint_tools import ROUND, TOOLS, Tool
from tauscope.widgets.controls.choice import Choice
from tauscope.widgets.texts import Caption, Label

Target = Literal["emission", "capacity", "resonance", "state_index"]
LATTICE: tuple[Target, ...] = ("emission", "capacity")
"""Painted on views of the lattice."""
MEDIUM: tuple[Target, ...] = ("resonance", "state_index")
"""Painted on slices of the wave."""
TARGETS: tuple[Target, ...] = (*LATTICE, *MEDIUM)
NAMES: dict[Target, str] = {
    "emission": "Emission", "capacity": "Capacity", "resonance": "Resonance r", "state_index": "State s",
}  # fmt: skip
REACHES = {"through": "Through all other axes", "cut": "This cut only"}
Entry = Literal["value", "radius"]
ENTRIES: tuple[Entry, ...] = ("value", "radius")

_TIPS: dict[Tool, str] = {
    "select": "Select and move sources",
    "brush": "Brush",
    "eraser": "Eraser: emission 0, a capacity factor of 1, r and s as the parameters say",
    "line": "Straight line",
    "fill": "Fill the region of equal value",
    "picker": "Pick the value of a cell",
}
_HINTS: dict[Tool, str] = {
    "select": "Choose a tool, then drag over any {where}.",
    "brush": "Drag over a {where} to paint. Esc cancels, [ and ] change the radius.",
    "eraser": "Drag over a {where} to erase. Esc cancels, [ and ] change the radius.",
    "line": "Press, drag to the other end, release. Esc cancels.",
    "fill": "Click a region; all joined cells of the same value take the new one.",
    "picker": "Click a cell to take its value.",
}
_UNITS: dict[Target, str] = {
    "emission": "bits/update", "capacity": "× C", "resonance": "0 to 1", "state_index": "0 to 2",
}  # fmt: skip
_FORMULA = "A number, or a formula of x and y (cells across and up) and t (tick at the start of the stroke)"


class PaintPanel(QWidget):
    """What is painted, and with what; it emits wishes and shows what it is told.

    Signals
    -------
    tool_chosen(tool), target_chosen(target), world_chosen(name), reach_chosen(reach)
        Buttons and lists; a reach is ``through`` or ``cut``.
    clear_requested()
        Take back all strokes on r, or on s.
    typed(entry, text)
        The text of ``value`` or ``radius`` changed, letter by letter.
    """

    tool_chosen = Signal(str)
    target_chosen = Signal(str)
    world_chosen = Signal(str)
    reach_chosen = Signal(str)
    clear_requested = Signal()
    typed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tool: Tool = "select"
        self.tools: dict[Tool, Button] = {}
        self.target = Choice((), "What is painted")
        self.world = Choice((), "World that is painted")
        self.reach = Choice((), "How far strokes reach along the axes that a slice does not show")
        self.clear = Button("", "delete", "", "ghost")
        self.value = _line("Value", f"{_FORMULA}, such as 4e-3 * exp(-(x - 64)**2 / 50)")
        self.radius = _line("Radius", f"{_FORMULA}, such as 3 + 2 * sin(x / 8)")
        self.unit = Caption()
        self.errors: dict[Entry, Label] = {
            "value": Label("", "trouble", wrap=True),
            "radius": Label("", "trouble", wrap=True),
        }
        self.hint = Caption("", wrap=True)
        self._world_label, self._reach_label = Caption("World"), Caption("Depth")
        for key, text in REACHES.items():
            self.reach.addItem(text, key)
        self.reach.setToolTip(
            "Whether a stroke goes through all axes that the slice does not show, or stays where it is cut"
        )
        self._offered: tuple[Target, ...] = ()
        self._lay_out()
        self._connect()
        self.set_tool("select")
        self.set_reach("through")
        self.set_targets(LATTICE, "emission")
        for entry in self.errors:
            self.set_error(entry, "")

    # -- shown

    @property
    def tool(self) -> Tool:
        """Tool in hand."""
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        """Show which tool is in hand."""
        self._tool = tool
        for name, button in self.tools.items():
            button.set_look("", name, "primary" if name == tool else "plain")
        self._say()
        self.value.setEnabled(tool not in ("eraser", "picker", "select"))
        self.radius.setEnabled(tool in ROUND)

    def _say(self) -> None:
        where = "slice of the wave" if self.target.value in MEDIUM else "lattice view"
        self.hint.setText(_HINTS[self._tool].format(where=where))

    def set_targets(self, offered: tuple[Target, ...], target: Target) -> None:
        """Offer what can be painted, and show what is; emits nothing."""
        if offered != self._offered:
            self._offered = offered
            self.target.clear()
            for key in offered:
                self.target.addItem(NAMES[key], key)
        self.set_target(target)

    def set_target(self, target: Target) -> None:
        """Show what is painted."""
        self.target.set_value(target)
        self.unit.setText(_UNITS[target])
        for widget in (self._world_label, self.world):
            widget.setVisible(target == "emission")
        for part in (self._reach_label, self.reach, self.clear):
            part.setVisible(target in MEDIUM)
        tip = f"Take back all strokes on {NAMES[target].lower()}"
        self.clear.setToolTip(tip)
        self.clear.setAccessibleName(tip)
        self._say()

    def set_reach(self, reach: str) -> None:
        """Show how far strokes reach; emits nothing."""
        self.reach.set_value(reach)

    def set_worlds(self, names: tuple[str, ...], chosen: str) -> None:
        """Offer these worlds; emits nothing."""
        if tuple(self.world.itemData(k) for k in range(self.world.count())) != names:
            self.world.clear()
            for name in names:
                self.world.addItem(name, name)
        self.world.set_value(chosen)

    def set_text(self, entry: Entry, text: str) -> None:
        """Show another text of an entry; emits nothing."""
        line = self._line_of(entry)
        if line.text() != text:
            line.setText(text)

    def set_error(self, entry: Entry, why: str, warning: bool = False) -> None:
        """Say below an entry what is wrong with it, or nothing; a warning leaves the entry itself plain."""
        label, line = self.errors[entry], self._line_of(entry)
        label.setText(why)
        label.setVisible(bool(why))
        state = "error" if why and not warning else ""
        role = "warning" if warning else "trouble"
        for widget, name, value in ((line, "state", state), (label, "role", role)):
            if (widget.property(name) or "") != value:
                widget.setProperty(name, value)
                widget.style().unpolish(widget)
                widget.style().polish(widget)

    def sizeHint(self) -> QSize:
        """As wide as the sources."""
        return QSize(200, 320)

    # -- built

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(1)
        for key, tool in enumerate(TOOLS, start=1):
            button = Button("", tool, f"{_TIPS[tool]} ({key})")
            button.clicked.connect(lambda _checked=False, tool=tool: self.tool_chosen.emit(tool))
            self.tools[tool] = button
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.clear)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        cells = Caption("cells")
        entries: tuple[tuple[QWidget, QWidget, Caption | None, Label | None], ...] = (
            (Caption("Paint on"), self.target, None, None),
            (self._world_label, self.world, None, None),
            (self._reach_label, self.reach, None, None),
            (Caption("Value"), self.value, self.unit, self.errors["value"]),
            (Caption("Radius"), self.radius, cells, self.errors["radius"]),
        )
        for label, editor, unit, error in entries:
            at = grid.rowCount()
            grid.addWidget(label, at, 0)
            if unit is None or error is None:
                grid.addWidget(editor, at, 1)
                continue
            # Formulas are long: they have the whole width, below their name.
            unit.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(unit, at, 1)
            grid.addWidget(editor, at + 1, 0, 1, 2)
            grid.addWidget(error, at + 2, 0, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(row)
        column.addLayout(grid)
        column.addWidget(self.hint)
        column.addStretch(1)

    def _connect(self) -> None:
        self.target.chosen.connect(self.target_chosen)
        self.world.chosen.connect(self.world_chosen)
        self.reach.chosen.connect(self.reach_chosen)
        self.clear.clicked.connect(self.clear_requested)
        self.value.textEdited.connect(lambda text: self.typed.emit("value", text))
        self.radius.textEdited.connect(lambda text: self.typed.emit("radius", text))

    def _line_of(self, entry: Entry) -> QLineEdit:
        return self.value if entry == "value" else self.radius


def _line(name: str, tip: str) -> QLineEdit:
    line = QLineEdit()
    line.setFont(theme.number_font())
    line.setAccessibleName(name)
    line.setToolTip(tip)
    line.setMaxLength(1000)
    line.setMinimumWidth(48)
    return line
