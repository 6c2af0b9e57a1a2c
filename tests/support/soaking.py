"""Run as a process: the whole program, worked in rounds, with what it holds told after each."""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tests.support.closing import run_driven, say_asked

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tauscope.app.lab import Lab

PAST_MIB = 24
"""Memory for keyframes, so little that it is full before anything is measured."""
UNDO_STEPS = 20
"""Steps of the document that are kept, for the same reason."""
LOG_LINES = 200
"""Entries of the log, for the same reason."""
STEP_MS = 150
RECORD_EVERY = 4
"""Rounds between the starts of two recordings."""
PACE_STEPS = 7
"""Steps of nothing while ticks are counted."""


class Worker:
    """Works a lab in rounds of the same steps, and measures after each.

    Parameters
    ----------
    lab : Lab
        Started, in its window.
    seconds : float
        How long.
    folder : Path
        For recordings.
    """

    def __init__(self, lab: Lab, seconds: float, folder: Path) -> None:
        import psutil

        self.lab, self.folder = lab, folder
        self.process = psutil.Process()
        self.ends = time.monotonic() + seconds
        self.begun = time.monotonic()
        self.rounds = 0
        self.last = time.monotonic()
        self.longest = 0.0
        self._steps = [
            self.edit, self.undo, self.redo, self.undo, self.view, self.detach, self.dock, self.raise_tab,
            self.scrub, self.play, self.keyframe, self.play, self.camera, self.camera_back, self.source,
            self.undo, self.theme, self.record, self.snapshot, self.pace, *[self.wait] * PACE_STEPS,
            self.paced,
        ]  # fmt: skip
        self.pace_began: Future[tuple[int, float, float]] | None = None
        self.rates = 0.0, 0.0

    def begin(self) -> None:
        """Work once the first frame is there."""
        from PySide6.QtCore import QTimer

        from tauscope.widgets.docks import log_model

        if self.lab.frame is None:
            QTimer.singleShot(50, self.begin)
            return
        loop = self.lab.simulation.loop
        loop.call(lambda _world: loop.past.set_budget(PAST_MIB << 20))
        self.lab.history.stack.clear()
        self.lab.history.stack.setUndoLimit(UNDO_STEPS)
        log_model.CAPACITY, log_model.DROPPED_AT_ONCE = LOG_LINES, LOG_LINES // 10
        self.beat = QTimer(self.lab)
        self.beat.timeout.connect(self._beat)
        self.beat.start(50)
        self.turn(0)

    def _beat(self) -> None:
        now = time.monotonic()
        self.longest, self.last = max(self.longest, now - self.last), now

    def turn(self, at: int) -> None:
        """Do one step and ask for the next; measure at the end of a round."""
        from PySide6.QtCore import QTimer

        if at == len(self._steps):
            self.measure()
            at = 0
            if time.monotonic() > self.ends:
                say_asked()
                self.lab.window.close()
                return
        try:
            self._steps[at]()
        except BaseException:
            self.lab.window.close()  # nobody would take the next step
            raise
        QTimer.singleShot(STEP_MS, self.lab, lambda: self.turn(at + 1))

    def measure(self) -> None:
        """Tell what the process holds."""
        from PySide6.QtCore import QObject, QTimer
        from PySide6.QtWidgets import QApplication

        from tauscope.app import allocator

        self.rounds += 1
        gc.collect()
        allocator.give_back()  # as the program does by itself after each autosave
        tops = QApplication.topLevelWidgets()
        found = {
            "at": time.monotonic() - self.begun,
            "rss": self.process.memory_info().rss,
            "fds": self.process.num_fds(),
            "threads": threading.active_count(),
            "objects": sum(len(top.findChildren(QObject)) for top in tops) + len(self.lab.children()),
            "timers": sum(len(top.findChildren(QTimer)) for top in tops) + len(self.lab.findChildren(QTimer)),
            "tops": len(tops),
            "tick": self.lab.simulation.loop.world.macro_tick,
            "past": self.lab.simulation.loop.past.reach().bytes,
            "steps": self.lab.history.stack.count(),
            "gap": self.longest,
            "rate": self.rates[0],
            "rate_of_processor": self.rates[1],
        }
        self.longest = 0.0
        print("measured", json.dumps(found), flush=True)

    # ----- steps; each leaves the document as the round found it, in the end

    def edit(self) -> None:
        """Drag a slider."""
        for step, phase in enumerate(("press", "drag", "drag", "drag", "release")):
            self.lab.editing.set_parameter_of("gravity", "capacity", 1.0 + 0.02 * step, phase)

    def undo(self) -> None:
        """Take back."""
        self.lab.undo()

    def redo(self) -> None:
        """Do again."""
        self.lab.redo()

    def view(self) -> None:
        """Other colours, and those from before."""
        from dataclasses import replace

        view = self.lab.window.views["tau"]
        names = ("viridis", "magma")
        self.lab.editing.set_view("tau", replace(view.options, cmap=names[self.rounds % 2]))

    def detach(self) -> None:
        """Float a panel."""
        self.lab.window.docks["tau"].setFloating(True)

    def dock(self) -> None:
        """Dock it."""
        self.lab.window.docks["tau"].setFloating(False)

    def raise_tab(self) -> None:
        """Turn to another tab."""
        keys = ("presets", "sources", "recording", "log", "monitors")
        self.lab.window.docks[keys[self.rounds % len(keys)]].raise_()

    def scrub(self) -> None:
        """Go back in time."""
        reach = self.lab.simulation.loop.past.reach()
        self.lab.travel.go((reach.first + reach.tip) // 2)

    def keyframe(self) -> None:
        """Back one keyframe."""
        self.lab.actions["keyframe_back"].trigger()

    def play(self) -> None:
        """Go on."""
        self.lab.set_playing(True)

    def camera(self) -> None:
        """Turn the wheel."""
        self.lab.window.views["hero"].stage.zoom(1.3, 100.0, 80.0)

    def camera_back(self) -> None:
        """Look where one looked before."""
        self.lab.actions["camera_back"].trigger()

    def source(self) -> None:
        """Drop a source."""
        self.lab.editing.drop_source("gaussian", 30.0 + self.rounds % 20, 40.0)

    def theme(self) -> None:
        """Other theme, now and then."""
        if self.rounds % 5 == 4:
            self.lab.actions["dark"].toggle()

    def record(self) -> None:
        """Record two rounds of four; old files are removed."""
        from tauscope.widgets.state import RecordingChoice

        phase = self.rounds % RECORD_EVERY
        if phase == 0 and not self.lab.record.active:
            for old in sorted(self.folder.glob("*.h5"))[:-2]:
                for path in (old, old.with_suffix(".vtkhdf")):
                    path.unlink(missing_ok=True)  # the lock goes by itself
            path = self.folder / f"soak-{self.rounds:05d}.h5"
            self.lab.files.start_recording(RecordingChoice(str(path), ("tau",), 100))
        elif phase == 2 and self.lab.record.active:
            self.lab.files.stop_recording()

    def snapshot(self) -> None:
        """Copy a picture."""
        from tauscope.app.parts.pictures import Pictures
        from tauscope.app.parts.sessions import part_of

        part_of(self.lab, Pictures).copy()

    def pace(self) -> None:
        """Begin to count ticks of an undisturbed run."""
        self.lab.set_playing(True)
        self.pace_began = self._count()

    def wait(self) -> None:
        """Do nothing."""

    def paced(self) -> None:
        """End it: ticks a second, and ticks a second of the simulation's processor time."""
        assert self.pace_began is not None
        before, after = self.pace_began.result(60.0), self._count().result(60.0)
        ticks, clock, processor = (b - a for a, b in zip(before, after, strict=True))
        self.rates = ticks / clock, ticks / processor

    def _count(self) -> Future[tuple[int, float, float]]:
        return self.lab.simulation.loop.look(
            lambda world: (world.macro_tick, time.perf_counter(), time.thread_time())
        )


def main(seconds: float, folder: Path, preset: str) -> NoReturn:
    """Run the program, work it, and end with its window."""
    kept: list[Worker] = []  # a timer alone keeps no object alive

    def drive(lab: Lab) -> None:
        kept.append(Worker(lab, seconds, folder))
        kept[0].begin()

    run_driven(drive, preset)


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
