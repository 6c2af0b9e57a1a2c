"""The line about the speed in the window: what is planted is named in the status bar, and goes with it."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.slow import WORDS
from tauscope.engine.world import World
from tests.support.gui import PATIENCE, wait_for


class Sleeper:
    """A tracker that sleeps at every tick, as one does that waits for a disk."""

    def next_due(self, macro_tick: int) -> int:
        return macro_tick + 1

    def sample(self, world: World) -> None:
        time.sleep(0.02)


def test_the_status_bar_says_what_binds(qapp: QApplication, lab: Lab) -> None:
    loop, line = lab.simulation.loop, lab.window.status_meters.slow
    tracker: Any = Sleeper()
    loop.call(lambda _world: loop.trackers.append(tracker)).result(PATIENCE)
    wanted = f"Slow because {WORDS['trackers']}"
    wait_for(qapp, lambda: line.text() == wanted and line.isVisible(), "the planted tracker is named")
    assert "trackers" in line.toolTip() and "Drawing takes" in line.toolTip()
    loop.call(lambda _world: loop.trackers.remove(tracker)).result(PATIENCE)
    lab.run_control.set_speed(5.0)
    wait_for(qapp, lambda: line.text() == "Held at 5.0 ticks/s", "the speed that was chosen")
    lab.set_playing(False)
    wait_for(qapp, lambda: not line.isVisible(), "a paused run is not slow")
