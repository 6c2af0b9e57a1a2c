"""Live scan of the phase control: followed by the document as one undoable step, stopped by anyone."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from tauscope.app.document import Content
from tauscope.engine.live_scan import LiveScan, set_value
from tauscope.engine.trackers import Tracker
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.world import World

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

ENGINE = "ufie"
PATH = "dphi"
LOW, HIGH = 0.0, 2 * math.pi
STEPS = 360
"""Changes of the value from one end of its range to the other."""
FOLLOW_SECONDS = 0.1
"""Between two looks of the document at where the scan is."""
TEXT = "Scan Δϕ"


def wave_of(content: Content) -> UfieConfig | None:
    """Configuration of the wave in a document, None where it does not run."""
    found = content.configs.get(ENGINE)
    return found if isinstance(found, UfieConfig) else None


class PhaseScanner(QObject):
    """Turns the phase control of the running wave to and fro, by simulated time.

    Each value is a command in the event log, set at a tick that does not depend on the display. The document
    follows some times a second, as one step of the history; an undo, or another value by hand, ends the scan.

    Signals
    -------
    changed()
        It began or ended.
    """

    changed = Signal()

    def __init__(self, lab: Lab, parent: QObject) -> None:
        super().__init__(parent)
        self._lab = lab
        self._scan: LiveScan | None = None
        self._followed_at = 0.0
        self._following = False
        self._ending: LiveScan | None = None
        """Scan whose last value the document waits for."""

    @property
    def running(self) -> bool:
        """Whether a scan is on."""
        return self._scan is not None

    def start(self, period: float) -> None:
        """Begin a scan, of so many simulated seconds from one end of the range to the other."""
        lab, content = self._lab, self._lab.document.content
        config = wave_of(content)
        if config is None or self.running or lab.editing.is_locked():
            return
        step = config.dt * content.ticks.get(ENGINE, 1)
        scan = LiveScan(ENGINE, PATH, LOW, HIGH, period, max(1, round(period / (STEPS * step))))
        lab.history.begin_gesture()

        def begin(world: World) -> None:
            scan.begin(world)
            lab.simulation.loop.trackers.append(scan)

        self._scan = scan
        lab.background.watch(lab.simulation.loop.call(begin))
        lab.window.log.append("trace", f"# {TEXT}: {period:g} s from one end to the other")
        self.changed.emit()

    def stop(self) -> None:
        """End the scan where it is; the document has that value then."""
        scan = self._taken()
        if scan is None:
            return
        self._ending = scan
        loop = self._lab.simulation.loop
        world = loop.world

        def end(now: World) -> float | None:
            _remove(loop.trackers, scan)
            return scan.end(now) if now is world else None

        def told(value: float | None) -> None:
            if value is not None and self._ending is scan:
                self._follow(value)

        self._lab.background.watch(loop.call(end), told)

    def take_over(self, value: float) -> None:
        """End the scan; the value is one that somebody set."""
        scan = self._taken()
        if scan is None:
            return
        loop = self._lab.simulation.loop
        world = loop.world

        def end(now: World) -> None:
            _remove(loop.trackers, scan)
            # A turn of the scan may have come between the new value and this.
            if now is world and scan.end(now) != value:
                set_value(now, ENGINE, PATH, value, "user")

        self._lab.background.watch(loop.call(end))

    def drop(self) -> None:
        """End the scan of a run that is gone."""
        scan = self._taken()
        if scan is not None:
            loop = self._lab.simulation.loop
            self._lab.background.watch(loop.call(lambda _world: _remove(loop.trackers, scan)))

    def look(self) -> None:
        """Let the document follow, if it is time to; not within a drag, which is a step of its own."""
        now = time.monotonic()
        if self._scan is None or self._scan.value is None or now - self._followed_at < FOLLOW_SECONDS:
            return
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return
        self._followed_at = now
        self._follow(self._scan.value)

    def content_changed(self, before: Content, after: Content) -> None:
        """An undo, or another value by hand, ends the scan."""
        old, new = wave_of(before), wave_of(after)
        if self._following or old is None or new is None:
            return
        if old.dphi != new.dphi:
            self._ending = None
            self.take_over(new.dphi)

    def _taken(self) -> LiveScan | None:
        scan, self._scan = self._scan, None
        if scan is not None:
            self.changed.emit()
        return scan

    def _follow(self, value: float) -> None:
        """Let the document have a value that the wave has already."""
        lab = self._lab
        content = lab.document.content
        config = wave_of(content)
        if config is None or config.dphi == value or lab.editing.locked:
            return
        focused = content.focused(ENGINE)
        changed = replace(focused, config=config.with_value(PATH, value)).focused(content.engine)
        self._following = True
        try:
            lab.history.push(changed, TEXT, "scan", self._put)
        finally:
            self._following = False

    def _put(self, content: Content) -> None:
        """Put a content of the step in place: as it comes the wave has it, by undo and redo it is told."""
        if self._following:
            self._lab.runs.follow(content)
        else:
            self._lab.document.replace(content)


def _remove(trackers: list[Tracker], scan: LiveScan) -> None:
    if scan in trackers:
        trackers.remove(scan)
