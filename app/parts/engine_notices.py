"""What engines see and do by themselves, told in the window; the wave has a part of its own for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from tauscope.app.oracle_sampler import ENGINE as TOLD_ELSEWHERE
from tauscope.app.parts.part import Part
from tauscope.app.recording import RecordingFile
from tauscope.engine import registry
from tauscope.engine.notices import Noticed, Watch, at_the_start
from tauscope.engine.world import World

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

MOST_LINES = 20
"""Notices that are listed of one turn; of more, their number is."""


class EngineNotices(Part):
    """Brings notices of a run to the window and its log, and those of a recording as it is played.

    Parameters
    ----------
    lab : Lab
        Whose run is heard.
    """

    _heard = Signal()

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._watch = Watch()
        self._world: World | None = None
        self._taking = threading.Lock()
        self._waiting: list[Noticed] = []
        self._passed: tuple[str, int] = ("", -1)
        self._heard.connect(self._hear)

    def connect(self) -> None:  # type: ignore[override]
        """Look at the world between ticks."""
        loop = self.lab.simulation.loop
        loop.call(lambda _world: loop.watchers.append(self._look))

    def _look(self, world: World) -> None:
        """Take what is new, on the simulation thread."""
        found = [] if world is self._world else at_the_start(world)
        self._world = world
        found += self._watch.look(world).new
        found = [item for item in found if item.engine != TOLD_ELSEWHERE]
        if found:
            with self._taking:
                self._waiting += found
            self._heard.emit()

    def _hear(self) -> None:
        with self._taking:
            found, self._waiting = self._waiting, []
        for item in found[:MOST_LINES]:
            self.lab.notify(level_of(item), told(item), key=f"notice of {item.engine}")
        if more := found[MOST_LINES:]:
            self.lab.write_down("warning", f"{len(more)} more; the last: {told(more[-1])}")

    def read_frame(self, file: RecordingFile, index: int) -> tuple[str, int, list[Noticed]]:
        """Read the notices up to a recording's frame."""
        first, tick = int(file.config.get("start_tick", 0)), int(file.ticks[index])
        found = []
        for item in file.notices():
            entry = file.engines.get(item.engine, {})
            reached = int(entry.get("tick", 0)) + (tick - first) * int(entry.get("ratio", 1))
            if item.engine != TOLD_ELSEWHERE and item.notice.tick <= reached:
                found.append(item)
        return str(file.path), tick, found

    def frame_read(self, found: tuple[str, int, list[Noticed]] | None) -> None:
        """Write those that were passed since the frame before into the log; none where it goes back."""
        if found is None:
            return
        path, _tick, items = found
        before = self._passed[1] if self._passed[0] == path else 0
        for item in items[before : before + MOST_LINES]:
            self.lab.window.log.append(level_of(item), f"Recorded: {told(item)}")
        self._passed = path, max(before, len(items))


def level_of(item: Noticed) -> str:
    """Level of the window's log."""
    return item.notice.level if item.notice.level in ("debug", "info", "warning", "error") else "info"


def told(item: Noticed) -> str:
    """Sentence: who, when and what."""
    known = registry.entries()
    title = known[item.engine].title if item.engine in known else item.engine
    return f"{title}, tick {item.notice.tick:,}: {item.notice.sentence}"
