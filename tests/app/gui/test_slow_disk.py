"""F9: a disk of 5 MB/s fills the ring; the window answers all the same, and memory stays within bounds."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.recording import RecordingFile, sinks
from tauscope.widgets.state import RecordingChoice
from tests.support.crowding import Queueing
from tests.support.gui import wait_for

SECONDS = 20.0
ANSWERS_WITHIN_MS = 50.0
GROWTH = 50e6
BEAT = 0.010


def late(seconds: float) -> list[float]:
    """Seconds by which each beat of a timer came late, but for those in which there was no core for it."""
    queueing, found = Queueing(), list[float]()
    last = [time.perf_counter(), queueing.seconds()]

    def beat() -> None:
        now, waited = time.perf_counter(), queueing.seconds()
        found.append(max(now - last[0] - BEAT - (waited - last[1]), 0.0))
        last[:] = now, waited

    loop, timer = QEventLoop(), QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(round(1000 * BEAT))
    timer.timeout.connect(beat)
    timer.start()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
    timer.stop()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["slow", "skip"])
def test_a_window_beside_a_slow_disk_answers_and_stays_small(
    make_lab: Callable[..., Lab],
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    policy: Literal["slow", "skip"],
) -> None:
    monkeypatch.setenv("TAUSCOPE_WRITER", "process")
    monkeypatch.setattr(sinks, "ENTRY", "tests.faults.slow_writer")
    monkeypatch.setenv("TAUSCOPE_TEST_DISK", "5e6")
    lab = make_lab("two_bodies")
    loop = lab.simulation.loop
    loop.call(lambda _world: loop.past.set_budget(1 << 20))  # a memory of its own, which grows on purpose
    late(5.0)
    before, path = psutil.Process().memory_info().rss, tmp_path / "run.h5"
    lab.files.start_recording(RecordingChoice(str(path), ("f_live", "tau"), 1, policy))
    wait_for(qapp, lambda: lab.record.status().queue > 0.9, "the ring is full")
    recorder = lab.record._recorder
    assert recorder is not None and isinstance(recorder._sink, sinks.ProcessSink)
    ring = recorder._sink._ring_queue._limit
    tick = loop.world.macro_tick
    found = np.array(late(SECONDS))
    grown = psutil.Process().memory_info().rss - before
    status, ticks = lab.record.status(), loop.world.macro_tick - tick
    p50, p99, most = 1e3 * np.percentile(found, (50, 99, 100))
    print(f"{policy}: late by {p50:.1f} ms, p99 {p99:.1f} ms, most {most:.1f} ms of {found.size} beats")
    print(f"{grown / 1e6:.0f} MB more, ring of {ring / 1e6:.0f} MB; {ticks / SECONDS:.0f} ticks/s")
    assert p99 < ANSWERS_WITHIN_MS
    assert grown < ring + GROWTH
    assert (status.dropped > 0) == (policy == "skip") and status.limited == (policy == "slow")
    lab.set_playing(False)
    lab.files.stop_recording()
    wait_for(qapp, lambda: not lab.record.status().active and lab.background.idle, "the end")
    with RecordingFile(path) as file:
        skipped = np.diff(file.ticks) - 1
        np.testing.assert_array_equal(np.diff(file.dropped), skipped)
        assert (skipped.max() > 0) == (policy == "skip")
