"""The line about the speed in the window: what is planted is named in the status bar, and goes with it."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.meters import WAITS
from tauscope.app.slow import WORDS
from tauscope.engine.world import World
from tauscope.widgets.state import RecordingStatus
from tests.support.gui import PATIENCE, wait_for

NOTHING = ("— ticks/s", "0 ticks/s")


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


def test_a_run_that_stands_in_a_recorder_waiting_for_its_disk_has_no_rate(
    qapp: QApplication, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, window, gate = lab.simulation.loop, lab.window, threading.Event()
    wait_for(qapp, lambda: window.meters.rate.text() not in NOTHING, "it runs")
    monkeypatch.setattr(lab.record, "status", lambda: RecordingStatus(active=True, waits_for_room=True))
    standing = loop.call(lambda _world: gate.wait(PATIENCE))
    try:
        wait_for(qapp, lambda: window.status_meters.slow.text() == WAITS, "it is said")
        assert window.meters.rate.text() == "0 ticks/s"
    finally:
        gate.set()
    standing.result(PATIENCE)
    wait_for(qapp, lambda: window.status_meters.slow.text() != WAITS, "it goes on")
    wait_for(qapp, lambda: window.meters.rate.text() not in NOTHING, "it has a rate")
