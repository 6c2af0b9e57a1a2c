"""Painting on lattices and slices: every stroke becomes one step of the document, shown while it is drawn."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.brush_texts import BrushTexts
from tauscope.app.document import Content, sources_of
from tauscope.app.paint_actions import ENGINES, name_of, paint_actions
from tauscope.app.paint_drops import drop_maps
from tauscope.app.paint_places import PaintPlaces, Place, config_of, is_medium
from tauscope.app.painted_stroke import Painted, PaintedStroke
from tauscope.app.parts.part import Dock, Part
from tauscope.engine import strokes
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.errors import BadInput
from tauscope.engine.strokes import Stroke
from tauscope.widgets.canvas.paint_tools import TOOLS, Tool
from tauscope.widgets.docks.paint import ENTRIES, LATTICE, NAMES, TARGETS, Entry, PaintPanel, Target
from tauscope.widgets.field_view import FieldView

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

FLUSH = 0.008
"""Seconds between two changes of the document by a stroke; after one that took longer, as long as it took."""
LARGE = 1 << 18
"""Maps of more cells than this are packed on a worker thread while the stroke goes on."""


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
        self.places = PaintPlaces(lab)
        self._texts = BrushTexts(lambda: float(lab.frame.macro_tick) if lab.frame is not None else 0.0)
        self._ground: object = None
        """What could be painted when it was offered last."""
        self._present: PaintedStroke | None = None
        self._pushing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._flush)
        self._pause = FLUSH

    # -- as a part

    def docks(self) -> Sequence[Dock]:
        """The Paint panel, which the palette opens."""
        return (Dock("paint", "Paint", self.panel, "sources", shown=False, engines=ENGINES),)

    def actions(self) -> Sequence[ActionSpec]:
        """Tools by number, and brush size."""
        return paint_actions(self.take, self.resize)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panels."""
        panel = self.panel
        panel.tool_chosen.connect(self.set_tool)
        panel.target_chosen.connect(self.set_target)
        panel.world_chosen.connect(self.set_world)
        panel.reach_chosen.connect(self.set_reach)
        panel.clear_requested.connect(self.clear)
        panel.typed.connect(self._typed)
        self.lab.window.sources.paint_requested.connect(lambda: self.open("emission"))
        self.lab.editing.world_changed.connect(self._show_worlds)
        self.lab.window.installEventFilter(self)
        self.lab.editing.told = lambda text: self.lab.notify("info", text, key="fitted")
        slices = self.places.slices
        for key, view in slices.views.items() if slices is not None else ():
            self.connect_view(key, view.canvas)
            drop = partial(drop_maps, self.lab, self.places, lambda: self.target, view.canvas)
            view.canvas.files_dropped.connect(drop)
        if slices is not None:
            slices.plane_changed.connect(lambda _key: self._offer())
        self._offer()

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
        if self._present is not None or _painted(before) != _painted(after):
            self._drop()
        if _world_names(before) != _world_names(after):
            self._show_worlds()
        self._offer()

    def edits_locked(self, locked: bool) -> None:
        """Give the stroke in progress up."""
        if locked:
            self.cancel()
            self._drop()

    def close(self) -> None:
        """Stop the timer."""
        self._timer.stop()

    # -- tool

    def take(self, tool: str) -> None:
        """Take a tool in hand, for the canvas that has the keyboard where that was not painted last."""
        place = self.places.focused()
        if place is not None and self.target not in place.targets:
            self.target = place.targets[0]
        self.set_tool(tool)

    def set_tool(self, tool: str) -> None:
        """Take a tool in hand."""
        self.tool = next((known for known in TOOLS if known == tool), "select")
        self.panel.set_tool(self.tool)
        self._show()

    def set_target(self, target: str) -> None:
        """Paint on the emission of a world, on the capacity, on resonance r or on state s."""
        self.target = next((known for known in TARGETS if known == target), "emission")
        self._show()

    def set_reach(self, reach: str) -> None:
        """Let strokes on a slice go ``through`` all axes that it does not show, or stay in its ``cut``."""
        self.places.through = reach != "cut"
        self.panel.set_reach("through" if self.places.through else "cut")
        self._show()

    def clear(self) -> None:
        """Take back all strokes on r, or on s: one step."""
        content = None if self.lab.editing.is_locked() else self.places.without(self.target)
        if content is not None:
            self.cancel()
            self.lab.history.push(content, f"Clear {NAMES[self.target].lower()}")

    def _offer(self) -> None:
        """Offer what can be painted, where that is something else now."""
        known, self._ground = self._ground, self.places.ground()
        if self._ground == known:
            return
        offered = self.places.offered() or LATTICE
        if self.target not in offered:
            self.target = offered[0]
        self.panel.set_targets(offered, self.target)
        self._show()

    @property
    def world(self) -> str:
        """World that is painted: the one that new sources join."""
        return self.lab.editing.world

    def set_world(self, name: str) -> None:
        """Paint in a world, which new sources join from then on."""
        self.lab.editing.world = name

    def _show_worlds(self, _name: str = "") -> None:
        self.panel.set_worlds(_world_names(self.lab.document.content), self.world)
        self._show()

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

    def open(self, target: Target) -> None:
        """Show the panel and take the brush, for a target or the other of its kind that was painted last."""
        if is_medium(self.target) != is_medium(target):
            self.target = target
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
        radius, note = self._texts.tip_radius(), self._note()
        for place in self.places:
            tool: Tool = self.tool if self.target in place.targets else "select"
            if place.view.painter.tool != tool or tool != "select":
                place.view.painter.set_tool(tool, radius, note)

    def _note(self) -> str:
        """What the canvases say of the tool in hand."""
        name = name_of(self.tool)
        what = NAMES[self.target].lower()
        if self.target == "emission":
            what = f"emission of {self.world or 'the sources'}"
        elif is_medium(self.target):
            what += " through all other axes" if self.places.through else " in this cut only"
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
        data = self.places.sides(self.target)
        if not data:
            return  # nothing runs that could be painted
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
                self._pick(self.places.of(view), x, y)
                return
            place = self.places.of(view)
            present = self._present_of(place, x, y)
        except BadInput as error:
            painter.stop()
            self.lab.notify("warning", str(error), key="paint")
            return
        present.wet = self.places.wet(place, present.target.field)
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

    def _present_of(self, place: Place, x: float, y: float) -> PaintedStroke:
        """Stroke that begins at a place."""
        erasing = self.tool == "eraser"
        target = self.places.target(self.target, place, self.world, erasing)
        value = target.eraser() if erasing else target.value(self._formula("value"))
        stroke = Stroke(target.base, value, self._formula("radius"), target.least, target.above)
        if self.tool == "fill":
            stroke.fill(x, y)
        elif self.tool == "line":
            stroke.draw_line((x, y), (x, y))
        else:
            stroke.extend(x, y)
        return PaintedStroke(place.view.painter, self.tool, target, stroke, (x, y))

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
        for place in self.places:
            place.view.wet.drop()

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

    def _pick(self, place: Place, x: float, y: float) -> None:
        """Take the value of a cell, and with it what it belongs to."""
        found = self.places.picked(place, x, y, self.target, self.world)
        if found is not None:
            self.target = found[0]
            self.set_text("value", f"{found[1]:.12g}")


def _painted(content: Content) -> tuple[object, ...]:
    """What strokes lie on: another of it ends the one in progress."""
    config = config_of(content)
    return sources_of(content.lattice.config), None if config is None else config.painted


def _world_names(content: Content) -> tuple[str, ...]:
    return tuple(world.name for world in getattr(content.lattice.config, "worlds", ()))
