"""Macro trace: each change of the run appears in the log as its Python line, and can be saved as a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from tauscope.app import trace
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.parts.part import Part
from tauscope.app.session import Origin
from tauscope.app.storage import replacing
from tauscope.engine.events import Event
from tauscope.engine.world import World
from tauscope.widgets.dialogs import ask_file

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

SETTLE_MS = 400
"""So long after the last change of a drag its line is printed; the script has every change of it."""


class Trace(Part):
    """Prints the lines and saves the script.

    Parameters
    ----------
    lab : Lab
        Whose run is traced.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.origin: Origin | None = None
        """What the present run was made from at tick 0."""
        self._next: Origin | None = None
        self._tick = 0
        self._waiting: Event | None = None
        self._remarks: dict[str, str] = {}
        """Lines of what a drag shows, of which only the last is printed."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._flush)

    def actions(self) -> Sequence[ActionSpec]:
        """Saving."""
        tip = "The run as a Python script that does it again, to the last bit"
        return [ActionSpec("save_trace", "&File", "Save trace as s&cript…", self.save_dialog, (), tip=tip)]

    def connect(self) -> None:  # type: ignore[override]
        """Listen to pauses."""
        self.lab.simulation.stopped.connect(self._stopped)
        self.lab.window.log.save_trace_requested.connect(self.save_dialog)

    # -- what happens

    def expect(self, origin: Origin | None) -> None:
        """Say what the run that comes next was made from, where that is not the document at tick 0."""
        self._next = origin

    def prepared(self, content: Content) -> None:
        """A run was put in place."""
        self._waiting, self._remarks = None, {}
        expected, self._next = self._next, None
        origin = Origin.of(content)
        self.origin = expected or origin
        self._tick = self._now(self.lab.simulation.loop.world) if expected else 0
        line = trace.create_line(self.origin)
        names = ", ".join(f'"{name}"' for name in (self.origin.engine, *self.origin.companions))
        brief = f"eng = create({names}, {{…}}, seed={self.origin.seed})"
        if not self._alone:
            brief = f"world = World.of({names}, …, seed={self.origin.seed})"
        title = content.title or content.preset or "untitled"
        self._print(f"{brief}  # {title}", line)

    def event_applied(self, event: Event) -> None:
        """A command was applied."""
        waiting = self._waiting
        if waiting is not None and waiting.command.coalesce != event.command.coalesce:
            self._flush()
        if event.command.coalesce:
            self._waiting = event
            self._timer.start()
            return
        self._show(event)

    def content_changed(self, before: Content, after: Content) -> None:
        """What shows the run, but does not change it, is a comment."""
        if after.preset != before.preset:
            return  # the line that makes the run follows
        for key, view in after.views.items():
            if view != before.views.get(key):
                words = [f"{item.name}={getattr(view, item.name)!r}" for item in fields(view)]
                self._print(f"# view {key}: {', '.join(words)}")
        for key, plane in after.slices.items():
            if plane != before.slices.get(key):
                words = [f"{item.name}={getattr(plane, item.name)!r}" for item in fields(plane)]
                self._remark(f"slice {key}", f"# slice {key}: {', '.join(words)}")
        if after.probes != before.probes:
            names = ", ".join(probe.name or probe.id for probe in after.probes) or "none"
            self._print(f"# probes: {names}")

    def _remark(self, what: str, line: str) -> None:
        self._remarks[what] = line
        self._timer.start()

    def _stopped(self, tick: int) -> None:
        self._flush()
        world = self.lab.simulation.loop.world
        if self.origin is not None and self.origin.engine in world.engines:
            self._advance(tick * world.ratios[self.origin.engine] if self._alone else tick)

    @property
    def _alone(self) -> bool:
        """Whether one engine runs, whose ticks count; else macro ticks do."""
        return self.origin is None or not self.origin.companions

    def _now(self, world: World) -> int:
        """Tick at which a run stands, as the lines count them."""
        return world.engine(world.main).tick if self._alone else world.macro_tick

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, None
        self._timer.stop()
        if waiting is not None:
            self._show(waiting)
        remarks, self._remarks = self._remarks, {}
        for line in remarks.values():
            self._print(line)

    def _show(self, event: Event) -> None:
        tick = event.engine_tick if self._alone else event.macro_tick
        self._advance(tick)
        line = trace.command_line(event.command, short=True, alone=self._alone)
        if event.command.name == "add_source":
            line = f"{line}  # -> {event.result}"
        self._print(f"tick {tick}: {line}")

    def _advance(self, tick: int) -> None:
        if tick > self._tick:
            line = trace.advance_line(tick - self._tick, alone=self._alone)
            self._print(f"tick {self._tick}: {line}")
        elif tick < self._tick:
            self._print(f"# back at tick {tick}")
        self._tick = tick

    def _print(self, line: str, details: str = "") -> None:
        self.lab.window.log.append("trace", line, details)

    # -- the script

    def save_dialog(self) -> None:
        """Ask for a file and save the script."""
        name = self.lab.files.suggestion(".py", "trace")
        ask_file(self.lab.window, "Save trace", name, "Python scripts (*.py)", self.save, save=True)

    def save(self, path: str) -> None:
        """Save the run from tick 0 to where it stands as a script."""
        lab, origin = self.lab, self.origin
        if origin is None:
            lab.notify("warning", "There is no run yet whose trace could be saved; load a preset first.")
            return
        title = lab.document.content.title

        def look(world: World) -> tuple[tuple[Event, ...], int]:
            return world.events.since(0), self._now(world)

        def write(found: tuple[tuple[Event, ...], int]) -> None:
            events, tick = found

            def work() -> Path:
                target = Path(path)
                with replacing(target, "trace", over=True) as part:
                    part.write_text(trace.script(origin, events, tick, title), encoding="utf-8")
                return target

            lab.background.run(
                work,
                lambda target: lab.notify("info", f"The trace up to tick {tick:,} is in {target}."),
                keep=True,
            )

        lab.background.watch(lab.simulation.loop.call(look), write)
