"""Behaviour 20: what fails anywhere becomes a notification and an entry of the log file; the run goes on."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from tauscope.app import log_file, overrides
from tauscope.app.heartbeat import Heartbeat
from tauscope.app.lab import Lab
from tauscope.app.log_file import LogFile, log_path
from tauscope.app.recording import RecordingFile
from tauscope.widgets.state import RecordingChoice
from tests.support.disks import fill, small_disk
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


def written() -> str:
    """What the log file holds."""
    return log_path().read_text(encoding="utf-8")


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
    wait_for(qapp, lambda: WORDS in written(), "it is in the file")
    assert "Traceback" in written()
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
        assert written().count("most recent call first") == 0
        before = lab.simulation.loop.world.macro_tick
        time.sleep(stands)  # as a slot that waits for something
        assert lab.simulation.loop.world.macro_tick - before > 0.5 * 200 * stands
        wait_for(qapp, lambda: bool(told), "it is told")
    finally:
        heartbeat.stop()
    wait_for(qapp, lambda: "test_a_window_that_stands_still" in written(), "what the GUI thread was doing")
    assert "most recent call first" in written()
    assert written().count("Thread 0x") >= 2  # and the others
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
    assert not refused.opened
    refused.close()


def test_warnings_and_errors_that_are_shown_are_in_the_file_with_their_level(
    hooked: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    lab = hooked
    lab.notify("info", "An information for the window.")
    lab.notify("warning", "A warning for both.")
    lab.files.start_recording(RecordingChoice(str(tmp_path / "gone" / "run.h5"), ("f_live",), 10))
    wait_for(qapp, lambda: "There is no folder" in written(), "the refused recording")
    folder = tmp_path / "here"
    folder.mkdir()
    lab.files.start_recording(RecordingChoice(str(folder / "run.h5"), ("f_live",), 10))
    wait_for(qapp, lambda: lab.record.active and lab.record.status().saved > 0, "it records")
    shutil.rmtree(folder)
    wait_for(qapp, lambda: "was removed or replaced" in written(), "the recording that lost its folder")
    lines = written().splitlines()
    level = {
        part: line.split()[3]
        for line in lines
        for part in ("for both", "There is no", "was removed")
        if part in line
    }
    assert level == {"for both": "WARNING", "There is no": "ERROR", "was removed": "ERROR"}
    assert "for the window" not in written()


def test_a_full_disk_or_a_disk_that_stands_still_costs_the_log_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAUSCOPE_SETTINGS", str(tmp_path / "settings.json"))
    with small_disk(tmp_path, "1m"):
        log = LogFile()
        log.open()
        filler = fill(tmp_path)
        for _ in range(50):
            log.note("x" * 10_000)
        began = time.monotonic()
        while "cannot be written" not in (told := capfd.readouterr().err):
            assert time.monotonic() - began < 60, "nobody is told"
            time.sleep(0.01)
        assert told.count("cannot be written") == 1 and "No space left" in told
        filler.unlink()
        log.note("There is room again.", "warning")
        log.close()
        assert "WARNING There is room again." in log_path().read_text(encoding="utf-8")
    gate = threading.Event()
    monkeypatch.setattr(log_file, "CLOSE_SECONDS", 0.2)
    monkeypatch.setattr(log_file._File, "emit", lambda _self, _record: gate.wait())
    log = LogFile()
    log.open()
    for _ in range(3):
        log.note("nobody takes this")
    log.close()  # else the test stands still here
    gate.set()
    for thread in threading.enumerate():
        if thread.name == "log file":
            thread.join(60)
