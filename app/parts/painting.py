"""Painting on the lattice: every stroke becomes one step of the document, shown while it is drawn."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.brush_texts import BrushTexts
from tauscope.app.document import Content, sources_of
from tauscope.app.paint_targets import CapacityTarget, EmissionTarget, PaintTarget
from tauscope.app.painted_stroke import Painted, PaintedStroke
from tauscope.app.parts.part import Dock, Part
from tauscope.engine import strokes
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.errors import BadInput
from tauscope.engine.strokes import Stroke
from tauscope.widgets.canvas.paint_tools import TOOLS, Painter, Tool
from tauscope.widgets.docks.paint import ENTRIES, Entry, PaintPanel, Target
from tauscope.widgets.field_view import FieldView

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

FLUSH = 0.008
"""Seconds between two changes of the document by a stroke; after one that took longer, as long as it took."""
LARGE = 1 << 18
"""Maps of more cells than this are packed on a worker thread while the stroke goes on."""

_TEXTS = {
    "select": "&Select tool", "brush": "&Brush", "eraser": "&Eraser", "line": "&Line", "fill": "&Fill",
    "picker": "Pic&ker",
}  # fmt: skip


class Painting(Part):
    """Owns the tool in hand and the stroke in progress.

    Parameters
    ----------
    lab : Lab
        Whose document is painted.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = PaintPanel()
        self.tool: Tool = "select"
        self.target: Target = "emission"
        self._texts = BrushTexts(lambda: float(lab.frame.macro_tick) if lab.frame is not None else 0.0)
        self._present: PaintedStroke | None = None
        self._pushing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._flush)
        self._pause = FLUSH

    # -- as a part

    def docks(self) -> Sequence[Dock]:
        """The Paint panel, which the palette opens."""
        return (Dock("paint", "Paint", self.panel, "sources", shown=False, engines=("gravity",)),)

    def actions(self) -> Sequence[ActionSpec]:
        """Tools by number, and brush size."""
        tools = [
            ActionSpec(
                f"tool_{tool}",
                "&Edit",
                _TEXTS[tool],
                partial(self.set_tool, tool),
                (str(key),),
                tool,
                separated=key == 1,
                engines=("gravity",),
            )
            for key, tool in enumerate(TOOLS, start=1)
        ]
        return (
            *tools,
            *(
                ActionSpec(key, "&Edit", text, partial(self.resize, by), (keys,), icon, engines=("gravity",))
                for key, text, by, keys, icon in (
                    ("brush_smaller", "S&maller brush", -1, "[", "minus"),
                    ("brush_larger", "Lar&ger brush", 1, "]", "plus"),
                )
            ),
        )

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panels."""
        panel = self.panel
        panel.tool_chosen.connect(self.set_tool)
        panel.target_chosen.connect(self.set_target)
        panel.world_chosen.connect(self.set_world)
        panel.typed.connect(self._typed)
        self.lab.window.sources.paint_requested.connect(self._open)
        self.lab.editing.world_changed.connect(self._world_changed)
        self.lab.window.installEventFilter(self)
        self.lab.editing.told = lambda text: self.lab.notify("info", text, key="fitted")
        self._show()

    def connect_view(self, key: str, view: FieldView) -> None:
        """Listen to a view's tool."""
        view.painter.began.connect(partial(self._began, view))
        view.painter.moved.connect(self._moved)
        view.painter.ended.connect(self._ended)
        view.painter.cancelled.connect(self.cancel)

    def content_changed(self, before: Content, after: Content) -> None:
        """Offer the worlds there are; a stroke ends where the document changes under it."""
        if self._pushing:
            return
        if self._present is not None or sources_of(before.lattice.config) != sources_of(after.lattice.config):
            self._drop()
        if before.lattice.config is not after.lattice.config:
            self._show_worlds()
            self._check()

    def edits_locked(self, locked: bool) -> None:
        """Give the stroke in progress up."""
        if locked:
            self.cancel()
            self._drop()

    def close(self) -> None:
        """Stop the timer."""
        self._timer.stop()

    # -- tool

    def set_tool(self, tool: str) -> None:
        """Take a tool in hand."""
        self.tool = next((known for known in TOOLS if known == tool), "select")
        self.panel.set_tool(self.tool)
        self._show()

    def set_target(self, target: str) -> None:
        """Paint on the emission of a world, or on the capacity."""
        self.target = "capacity" if target == "capacity" else "emission"
        self._show()

    @property
    def world(self) -> str:
        """World that is painted: the one that new sources join."""
        return self.lab.editing.world

    def set_world(self, name: str) -> None:
        """Paint in a world, which new sources join from then on."""
        self.lab.editing.world = name

    def _world_changed(self, _name: str) -> None:
        self._show_worlds()
        self._show()

    def _show_worlds(self) -> None:
        config = self.lab.document.content.lattice.config
        self.panel.set_worlds(tuple(world.name for world in getattr(config, "worlds", ())), self.world)

    def set_text(self, entry: Entry, text: str) -> None:
        """Set the value (of the present target) or the radius, as a number or a formula."""
        self._texts.set_text(entry, self.target, text)
        self._show()

    def resize(self, by: int) -> None:
        """Take the next smaller or larger round radius."""
        try:
            radius = self._texts.radius_beyond(by)
        except BadInput as error:
            self.panel.set_error("radius", error.message)
            return
        if radius is not None:
            self.set_text("radius", radius)

    def _open(self) -> None:
        dock = self.lab.window.docks["paint"]
        dock.show()
        dock.raise_()
        self.set_tool("brush")

    def _typed(self, entry: str, text: str) -> None:
        self.set_text("radius" if entry == "radius" else "value", text)

    def _show(self) -> None:
        """Bring panel and canvases to the present tool."""
        panel = self.panel
        panel.set_target(self.target)
        for entry in ENTRIES:
            panel.set_text(entry, self._texts.text(entry, self.target))
        self._check()
        radius = self._texts.tip_radius()
        for view in self.lab.window.views.values():
            view.painter.set_tool(self.tool, radius, self._note())

    def _note(self) -> str:
        """What the canvases say of the tool in hand."""
        name = _TEXTS[self.tool].replace("&", "")
        what = f"emission of {self.world or 'the sources'}" if self.target == "emission" else "capacity"
        return f"{name} · {what} · Esc: select"

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Esc that nobody else has used puts the tool down, wherever the focus is."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.tool != "select"
        ):
            self.set_tool("select")
            return True
        return False

    def _check(self) -> None:
        """Say what is wrong with value and radius while they are typed."""
        config = self.lab.document.content.lattice.config
        data = {side: getattr(config, side, 0) for side in ("nx", "ny")}
        if not data["nx"]:
            return  # no lattice runs
        for entry in ENTRIES:
            self.panel.set_error(entry, *self._texts.trouble(entry, self.target, data))

    def _formula(self, entry: Entry) -> strokes.Of:
        return self._texts.formula(entry, self.target)

    # -- strokes

    def _began(self, view: FieldView, x: float, y: float) -> None:
        self.cancel()
        painter = view.painter
        if self.lab.editing.is_locked():
            painter.stop()
            return
        try:
            if self.tool == "picker":
                painter.stop()
                self._pick(x, y)
                return
            present = self._present_of(painter, x, y)
        except BadInput as error:
            painter.stop()
            self.lab.notify("warning", str(error), key="paint")
            return
        views = self.lab.window.views.values()
        present.wet = tuple(
            one
            for one in views
            if one.isVisible() and one.options.field == present.target.field and not one.options.minus
        )
        present.dry = None if view in present.wet else view
        present.begin()
        self._present = present
        self.lab.history.begin_gesture()
        try:
            present.show()
        except BadInput as error:
            self._give_up(error)
            return
        if self.tool == "fill":
            painter.stop()
            self._end()
        else:
            self._timer.start(0)

    def _present_of(self, painter: Painter, x: float, y: float) -> PaintedStroke:
        """Stroke that begins at a place."""
        target = self._target()
        value: strokes.Of = (lambda _x, _y: target.empty) if self.tool == "eraser" else self._formula("value")
        stroke = Stroke(target.base, value, self._formula("radius"), 0.0, target.above_zero)
        if self.tool == "fill":
            stroke.fill(x, y)
        elif self.tool == "line":
            stroke.draw_line((x, y), (x, y))
        else:
            stroke.extend(x, y)
        return PaintedStroke(painter, self.tool, target, stroke, (x, y))

    def _target(self) -> PaintTarget:
        document = self.lab.document
        if self.target == "capacity":
            return CapacityTarget(document.content.lattice)
        return EmissionTarget(document.content.lattice, self.world, document.selection)

    def _moved(self, x: float, y: float) -> None:
        present = self._present
        if present is None:
            return
        try:
            present.go(x, y)
        except BadInput as error:
            self._give_up(error)
            return
        if not self._timer.isActive() and not present.packing:
            self._timer.start(round(1000 * self._pause))

    def _ended(self, x: float, y: float) -> None:
        self._moved(x, y)
        if self._present is not None:
            self._end()

    def _end(self) -> None:
        present = self._present
        if present is None:
            return
        present.waiting |= present.packing  # what the worker has packed comes too late
        self._flush(ending=True)
        if self._present is present:
            self._stop()
            present.settle()

    def cancel(self) -> None:
        """Give the stroke in progress up and take back what it painted."""
        if self._present is not None:
            self._drop()
            self.lab.history.cancel_gesture()

    def _stop(self) -> None:
        self._timer.stop()
        if self._present is not None:
            self._present.stop()
        self._present = None

    def _drop(self) -> None:
        """End the stroke in progress, and show fields as they are."""
        self._stop()
        for view in self.lab.window.views.values():
            view.wet.drop()

    def _flush(self, ending: bool = False) -> None:
        """Bring what was painted so far into the document, which tells the engine what changed."""
        present = self._present
        painted = None if present is None else present.take_unkept()
        if present is None or painted is None:
            return
        began = time.perf_counter()
        if present.target.base.size > LARGE and not ending:
            present.packing = True
            self.lab.background.run(
                lambda: present.packed(painted), lambda packed: self._packed(present, painted, packed, began)
            )
        else:
            self._push(present, painted, present.packed(painted), began)

    def _packed(
        self, present: PaintedStroke, painted: Painted, packed: FrozenArray | None, began: float
    ) -> None:
        """A worker has packed the map; where the stroke has ended meanwhile, all of it is there already."""
        present.packing = False
        if self._present is present:
            self._push(present, painted, packed, began)
            if self._present is present and present.waiting and not self._timer.isActive():
                self._timer.start(round(1000 * self._pause))

    def _push(
        self, present: PaintedStroke, painted: Painted, packed: FrozenArray | None, began: float
    ) -> None:
        try:
            content = present.target.with_packed(self.lab.document, packed)
        except BadInput as error:
            self._give_up(error)
            return
        self._pushing = True
        try:
            self.lab.history.push(content, f"Paint: {present.tool}", "stroke")
        finally:
            self._pushing = False
        present.kept = painted
        # Half of the time at most goes into the stroke, so that the pointer stays free on large lattices.
        self._pause = max(FLUSH, time.perf_counter() - began)

    def _give_up(self, error: BadInput) -> None:
        self.cancel()
        self.lab.notify("warning", f"The stroke was not painted. {error}", key="paint")

    def _pick(self, x: float, y: float) -> None:
        """Take the value of a cell, and with it what it belongs to: painted emission, or capacity."""
        content, selection = self.lab.document.content.lattice, self.lab.document.selection
        i, j = int(np.floor(x + 0.5)), int(np.floor(y + 0.5))
        known: list[tuple[Target, PaintTarget]] = [
            ("emission", EmissionTarget(content, self.world, selection)),
            ("capacity", CapacityTarget(content)),
        ]
        ny, nx = known[0][1].base.shape
        if not (0 <= i < nx and 0 <= j < ny):
            return
        known.sort(key=lambda pair: pair[0] != self.target)
        painted = [pair for pair in known if pair[1].base[j, i] != pair[1].empty]
        name, target = (painted or known)[0]
        self.target = name
        self.set_text("value", f"{target.base[j, i]:.12g}")
