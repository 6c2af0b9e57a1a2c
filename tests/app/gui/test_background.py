"""Work off the GUI thread: closing waits for files that are written, and for nothing else."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app import verifying
from tauscope.app.background import Background
from tauscope.app.lab import Lab
from tauscope.app.recording.replay import Progress
from tauscope.engine.errors import Cancelled
from tests.support.gui import pump, wait_for


def test_closing_drops_what_nobody_will_see(qapp: QApplication) -> None:
    background, never = Background(lambda _error: None), threading.Event()
    told: list[bool] = []
    works = [background.run(lambda: never.wait(60), told.append) for _number in range(9)]
    wait_for(qapp, lambda: sum(work.running() for work in works) >= 2, "the threads are busy")
    assert not background.shutdown()
    assert any(work.running() for work in works), "it waited for what nobody will see"
    never.set()
    pump(qapp, 0.1)
    assert told == []


def test_closing_finishes_what_is_kept(qapp: QApplication, tmp_path: Path) -> None:
    background, path = Background(lambda _error: None), tmp_path / "settings.json"

    def write() -> None:
        time.sleep(0.8)
        path.write_text("whole")

    for _number in range(6):
        background.run(lambda: threading.Event().wait(5))
    background.run(write, keep=True)
    background.shutdown()
    assert path.read_text() == "whole"


def test_an_exception_is_told_and_the_thread_goes_on(qapp: QApplication) -> None:
    failed: list[BaseException] = []
    found: list[int] = []
    background = Background(failed.append)
    for _number in range(5):
        background.run(lambda: 1 // 0)
    background.run(lambda: 7, found.append)
    wait_for(qapp, lambda: len(failed) == 5 and found == [7], "errors and a result")
    assert background.shutdown()


def test_a_result_that_is_there_already_comes_later_all_the_same(qapp: QApplication) -> None:
    """Whoever asks may change what the answer is shown in before it hears of it."""
    background, found = Background(lambda _error: None), list[int]()
    known: Future[int] = Future()
    known.set_result(7)
    background.watch(known, found.append)
    assert found == []
    wait_for(qapp, lambda: found == [7], "the result")
    assert background.shutdown()


def test_one_replay_at_a_time_with_progress_and_cancel(
    lab: Lab, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[threading.Event] = []

    def endless(_path: Path, verify: bool, progress: Progress, stop: threading.Event) -> None:
        runs.append(stop)
        progress(0.25, "tick 25")
        stop.wait(20)
        raise Cancelled("The replay")

    monkeypatch.setattr(verifying, "replay", endless)
    player = lab.window.player
    player.set_recording("run.h5", (0, 10), ["f"])
    lab.playback.verifying.start(tmp_path / "run.h5")
    lab.playback.verifying.start(tmp_path / "run.h5")
    wait_for(qapp, lambda: "25 %" in player.verified_text.text(), "the progress")
    assert len(runs) == 1
    player.verify.click()
    assert runs[0].is_set() and not lab.playback.verifying.active
    assert player.verify.text() == "Verify by replay"
    lab.playback.verifying.start(tmp_path / "run.h5")
    wait_for(qapp, lambda: len(runs) == 2, "the second replay")
    lab.close()
    assert runs[1].is_set()
