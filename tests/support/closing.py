"""Run as a process: the whole program, doing something, closed after a given number of milliseconds.

The program runs by its own `tauscope.app.window.run`, so what is tried is its real end as well. It prints the
clock at which closing was asked for; whoever started the process measures from there until it is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


def run_driven(drive: Callable[[Lab], None], preset: str | None, safe: bool = False) -> NoReturn:
    """Run the program, and hand its lab to ``drive`` once it has started."""
    from tauscope.app import window

    window.application()  # before anything that imports Qt
    from tauscope.app import lab as module

    class Driven(module.Lab):
        """A lab that somebody drives."""

        def start(self, opened: str | None = None) -> None:
            """Start, then let it be driven."""
            super().start(opened)
            drive(self)

    module.Lab = Driven  # type: ignore[misc]
    window.run(preset, safe)


class NoManager:
    """Stands for the session manager of a desktop, which only Qt can make."""

    def setRestartHint(self, _hint: object) -> None:
        """Say whether the program is to be started again."""

    def allowsInteraction(self) -> bool:
        """Refuse questions."""
        raise AssertionError("a logout asks nobody anything")


def say_asked() -> None:
    """Say when closing was asked for."""
    print(f"asked at {time.time():.3f}", flush=True)


def main(what: str, delay_ms: int, recording: str) -> NoReturn:
    """Open, do ``what`` (see test_close.ACTIVITIES), close."""
    run_driven(lambda lab: _drive(lab, what, delay_ms, recording), "two_bodies")


def _drive(lab: Lab, what: str, delay_ms: int, recording: str) -> None:
    from PySide6.QtCore import QPoint, QTimer
    from PySide6.QtWidgets import QComboBox, QMenu, QToolTip

    from tauscope.widgets.state import RecordingChoice

    def end() -> None:
        say_asked()
        if what in ("term", "int"):
            os.kill(os.getpid(), signal.SIGTERM if what == "term" else signal.SIGINT)
        elif what == "logout":  # as Qt does it: what is unsaved is asked for, then all is to end
            lab.leaving.commit(NoManager())  # type: ignore[arg-type]
            QTimer.singleShot(0, lab.app, lab.app.quit)
        else:
            lab.window.close()

    def verify() -> None:
        """Record half a second, then close while the recording is replayed."""

        def shown() -> None:
            if not lab.playback.active:
                QTimer.singleShot(20, shown)
                return
            lab.playback.verify()
            QTimer.singleShot(delay_ms, end)

        def show(path: object) -> None:
            lab.playback.open(str(path))
            shown()

        def stop() -> None:
            if lab.record.status().saved == 0:  # a file takes its time on a busy machine
                QTimer.singleShot(50, stop)
                return
            lab.background.run(lab.record.stop(), show)

        lab.files.start_recording(RecordingChoice(recording, ("f_live", "tau"), 10))
        QTimer.singleShot(500, stop)

    def sweep() -> None:
        """Let two processes run a sweep that takes minutes."""
        from tauscope.app.parts.sessions import part_of
        from tauscope.app.parts.sweeps import Sweeps

        part = part_of(lab, Sweeps)
        part.show()
        part.panel.axes.set_axes((("capacity", "1:3:40"),))
        part.panel.form.set_value("workers", 2.0)
        part.panel.form.set_value("settle", 20000.0)
        part.panel.path.setText(recording)
        part.panel.run.click()

    def scrub() -> None:
        """Go to and fro in the past of the run."""
        timer = QTimer(lab)
        timer.timeout.connect(
            lambda: lab.travel.go(int(lab.simulation.loop.world.macro_tick * (time.monotonic() % 1.0)))
        )
        timer.start(20)

    def act() -> None:
        if what == "sweep":
            sweep()
        elif what == "scrub":
            scrub()
        elif what in ("record", "logout"):
            lab.files.start_recording(RecordingChoice(recording, ("f_live", "tau"), 10))
        elif what == "analysis":
            lab.background.run(lambda: time.sleep(60))  # as an exact solution, which nothing can stop
        elif what == "verify":
            verify()
            return
        elif what == "popups":  # windows that are Qt's own, and go with the main window
            place = lab.window.mapToGlobal(QPoint(300, 300))
            for box in lab.window.findChildren(QComboBox):
                if box.isVisible():
                    box.showPopup()
            lab.window.docks["tau"].setFloating(True)
            QToolTip.showText(place, "A tip", lab.window)
            for menu in lab.window.menuBar().findChildren(QMenu):
                menu.popup(place)
        elif what == "load":
            lab.load_preset("horizon")
        elif what == "drag":
            identity = lab.document.content.config.dump()["sources"][0]["id"]
            lab.editing.edit_source(identity, {"x": 80.0, "y": 80.0}, "press")
            timer = QTimer(lab)
            timer.timeout.connect(
                lambda: lab.editing.edit_source(
                    identity, {"x": 80.0 + time.monotonic() % 5, "y": 80.0}, "drag"
                )
            )
            timer.start(8)
        QTimer.singleShot(delay_ms, end)

    def when_running() -> None:
        if lab.frame is not None and lab.frame.macro_tick > 0:
            act()
        else:
            QTimer.singleShot(20, when_running)

    when_running()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
