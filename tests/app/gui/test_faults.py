"""Behaviour 20: what fails anywhere becomes a notification and an entry of the log file; the run goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from tauscope.app import overrides
from tauscope.app.heartbeat import Heartbeat
from tauscope.app.lab import Lab
from tauscope.app.log_file import LogFile, log_path
from tauscope.app.recording import RecordingFile
from tauscope.widgets.state import RecordingChoice
from tests.support.gui import pump, wait_for

WORDS = "planted for this test"


class Broken(QWidget):
    """Cannot paint itself."""

    def paintEvent(self, event: QPaintEvent) -> None:
        QTimer.singleShot(200, self, self.deleteLater)  # not before it was painted, however busy the machine
        raise RuntimeError(f"{WORDS}: paint")


@pytest.fixture
def hooked(lab: Lab) -> Iterator[Lab]:
    """The lab with the hooks that the program installs, and its log file."""
    lab.faults.log_file = LogFile()
    lab.faults.log_file.open()
    lab.faults.install()
    yield lab
    lab.faults.uninstall()
    lab.faults.log_file.close()


def in_slot(lab: Lab) -> None:
    def broken() -> None:
        raise RuntimeError(f"{WORDS}: slot")

    QTimer.singleShot(0, broken)


def in_paint(lab: Lab) -> None:
    overrides.guard((__name__,))  # as the program does with all classes of its own
    widget = Broken(lab.window)
    widget.resize(40, 40)
    widget.show()


def in_thread(lab: Lab) -> None:
    def broken() -> None:
        raise RuntimeError(f"{WORDS}: thread")

    threading.Thread(target=broken).start()


def in_background(lab: Lab) -> None:
    def broken() -> None:
        raise RuntimeError(f"{WORDS}: worker")

    lab.background.run(broken)


def in_simulation(lab: Lab) -> None:
    def broken(_world: object) -> None:
        raise RuntimeError(f"{WORDS}: simulation")

    lab.background.watch(lab.simulation.loop.call(broken))


@pytest.mark.parametrize("place", [in_slot, in_paint, in_thread, in_background, in_simulation])
def test_what_nobody_caught_is_told_with_its_details_and_the_run_goes_on(
    hooked: Lab, qapp: QApplication, place: Callable[[Lab], None]
) -> None:
    lab, notes = hooked, hooked.window.notifications
    place(lab)
    wait_for(qapp, lambda: any(WORDS in text for text in notes.texts()), "it is told")
    pump(qapp, 0.3)
    assert sum(WORDS in text for text in notes.texts()) == 1  # a paint event comes again and again
    text = next(text for text in notes.texts() if WORDS in text)
    assert str(log_path()) in text
    banner = next(banner for banner in notes.visible() if WORDS in banner.note.text)
    assert "Traceback" in banner.note.details
    assert not banner.details.isVisible()  # folded
    written = log_path().read_text(encoding="utf-8")
    assert "Traceback" in written
    assert WORDS in written
    tick = lab.simulation.loop.world.macro_tick
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick > tick, "the run goes on")


@pytest.mark.parametrize(("patience", "stands"), [(0.5, 2.5), pytest.param(5.0, 7.0, marks=pytest.mark.slow)])
def test_a_window_that_stands_still_is_looked_at_and_the_recording_loses_nothing(
    hooked: Lab, qapp: QApplication, tmp_path: Path, patience: float, stands: float
) -> None:
    lab, told = hooked, list[float]()
    path = tmp_path / "still.h5"
    lab.set_speed(200.0)
    lab.files.start_recording(RecordingChoice(str(path), ("f",), 10))
    wait_for(qapp, lambda: lab.record.active and lab.record.status().saved > 0, "it records")
    heartbeat = Heartbeat(lab.faults.log_file.note, told.append, patience)
    heartbeat.start()
    try:
        pump(qapp, 0.2)
        assert log_path().read_text(encoding="utf-8").count("most recent call first") == 0
        before = lab.simulation.loop.world.macro_tick
        time.sleep(stands)  # as a slot that waits for something
        assert lab.simulation.loop.world.macro_tick - before > 0.5 * 200 * stands
        wait_for(qapp, lambda: bool(told), "it is told")
    finally:
        heartbeat.stop()
    written = log_path().read_text(encoding="utf-8")
    assert "most recent call first" in written
    assert "test_a_window_that_stands_still" in written  # what the GUI thread was doing
    assert written.count("Thread 0x") >= 2  # and the others
    assert told[0] == pytest.approx(stands, abs=1.5)
    lab.set_playing(False)
    lab.files.stop_recording()
    wait_for(qapp, lambda: not lab.record.active and lab.background.idle, "the recording is closed")
    with RecordingFile(path) as file:
        ticks = [int(tick) for tick in file.ticks]
    assert ticks == list(range(ticks[0], ticks[-1] + 1, 10))
    assert ticks[-1] >= before + 0.5 * 200 * stands


def test_the_log_file_is_bounded_and_a_folder_that_refuses_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAUSCOPE_SETTINGS", str(tmp_path / "settings.json"))
    log = LogFile()
    log.open()
    for _ in range(60):
        log.note("x" * 100_000)
    log.close()
    files = sorted(tmp_path.glob("tauscope.log*"))
    assert len(files) == 4
    assert sum(path.stat().st_size for path in files) < 4.5e6
    (tmp_path / "file").touch()
    monkeypatch.setenv("TAUSCOPE_SETTINGS", str(tmp_path / "file" / "settings.json"))
    refused = LogFile()
    refused.open()
    refused.note("nothing")
    assert refused.stream is None
    refused.close()
