"""Run as a process: open the window, do something, and close it after a given number of milliseconds."""

from __future__ import annotations

import os
import signal
import sys
import time


def main(what: str, delay_ms: int, recording: str) -> int:
    """Open, do ``what`` (see test_close.ACTIVITIES), close; prints the seconds that closing took."""
    from PySide6.QtCore import QTimer

    from tauscope.app import settings, window
    from tauscope.app.faults import Faults
    from tauscope.app.lab import Lab
    from tauscope.widgets.state import RecordingChoice

    app = window.application()
    faults = Faults()
    lab = Lab(app, faults, settings.load()[0])
    faults.install()
    lab.window.show()
    lab.start("two_bodies")
    began: list[float] = []

    def end() -> None:
        began.append(time.monotonic())
        if what in ("term", "int"):
            os.kill(os.getpid(), signal.SIGTERM if what == "term" else signal.SIGINT)
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

    def act() -> None:
        if what == "record":
            lab.files.start_recording(RecordingChoice(recording, ("f_live", "tau"), 10))
        elif what == "analysis":
            lab.background.run(lambda: time.sleep(60))  # as an exact solution, which nothing can stop
        elif what == "verify":
            verify()
            return
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
    code = app.exec()
    lab.close()
    faults.uninstall()
    print(f"closed in {time.monotonic() - began[0]:.3f}")
    if not lab.ended:
        sys.stdout.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
