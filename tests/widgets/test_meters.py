"""Meters: what stands in the toolbar and in the status bar."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from tauscope.widgets import theme
from tauscope.widgets.meters import MetersBar, MeterValues, StatusMeters, rate_text, recording_text
from tauscope.widgets.state import RecordingStatus

VALUES = MeterValues(6284.4, 59.8, 0.07, 3, False, "CPU · numba · 1 thread", 48_210)
RUNNING = RecordingStatus(True, "/data/two-bodies.h5", 2884, 0, 10**9, 60e6, 0.03, 1.5e11)


def test_the_toolbar_reads_as_in_the_drawing(shown):
    bar = shown(MetersBar(), 360, 40)
    bar.set_meters(VALUES)
    assert [reading.text() for reading in (bar.rate, bar.fps, bar.drawing)] == [
        "6,284 ticks/s",
        "60 fps",
        "drawing 7 %",
    ]
    ink = QColor(theme.current().text)
    image = bar.rate.grab().toImage()
    assert any(image.pixelColor(x, y) == ink for x in range(image.width()) for y in range(image.height()))


def test_a_changing_number_does_not_move_its_neighbours(shown, qtbot):
    bar = shown(MetersBar(), 400, 40)
    places = set()
    for rate in (0.0, 7.0, 999.0, 12_345.0, 3.0):
        bar.set_meters(MeterValues(ticks_per_second=rate, fps=rate % 60, drawing=rate % 1))
        qtbot.wait(10)
        places.add((bar.rate.x(), bar.fps.x(), bar.drawing.x()))
    assert len(places) == 1


@pytest.mark.parametrize(
    ("rate", "text"),
    [(0.0, "0"), (0.5, "0.5"), (9.94, "9.9"), (9.99, "10"), (6284.4, "6,284"), (float("nan"), "–")],
)
def test_rates(rate, text):
    assert rate_text(rate) == text


def test_the_status_bar_reads_as_in_the_drawing(shown):
    status = shown(StatusMeters(), 1200, 24)
    status.set_meters(VALUES, RUNNING)
    assert status.device.text() == "CPU · numba · 1 thread"
    assert status.saved.text() == "Saved 2,884 frames"
    assert status.queue.text() == "3 changes wait"
    assert status.tick.text() == "tick 48,210"
    told = status.recording.text()
    assert told == "Recording two-bodies.h5 · 60.0\u202fMB/s · queue 3 % · 0 dropped · 42\u202fmin of disk"
    assert status.recording_dot.isVisible()
    assert not status.badge.isVisible()


def test_nothing_is_said_of_a_recording_that_is_not(shown):
    status = shown(StatusMeters(), 900, 24)
    status.set_meters(MeterValues(), RecordingStatus())
    assert not status.recording_dot.isVisible()
    assert not status.saved.isVisible()
    assert not status.queue.isVisible()
    assert status.device.text() == "no engine yet"


def dot_color(dot):
    image = dot.grab().toImage()
    return image.pixelColor(image.width() // 2, image.height() // 2).name()


def test_lights_and_badge(shown):
    status = shown(StatusMeters(), 900, 24)
    status.set_meters(VALUES, RUNNING)
    assert dot_color(status.device_dot) == theme.current().good
    assert dot_color(status.recording_dot) == theme.current().trouble
    status.set_meters(MeterValues(device="CPU", preparing=True), RecordingStatus())
    assert status.badge.isVisible()
    assert dot_color(status.device_dot) == theme.current().warning


def test_what_slows_the_run_and_an_error_are_said(shown):
    status = shown(StatusMeters(), 1000, 24)
    assert not status.slow.isVisible()
    line = "Slow because probes are read within the run"
    status.set_meters(MeterValues(speed_line=line, speed_hint="stepping 40 %"), RecordingStatus())
    assert status.slow.isVisible()
    assert (status.slow.text(), "stepping 40 %" in status.slow.toolTip()) == (line, True)
    status.set_meters(MeterValues(), RecordingStatus())
    assert not status.slow.isVisible()
    broken = RecordingStatus(False, "/data/x.h5", 4, error="The disk is full.")
    status.set_meters(VALUES, broken)
    assert status.recording.text() == "Recording stopped"
    assert "The disk is full." in status.recording.toolTip()
    assert status.saved.text() == "Saved 4 frames"
    assert "simulation slowed" in recording_text(RecordingStatus(True, "/x.h5", limited=True))
    waits = RecordingStatus(True, "/x.h5", limited=True, waits_for_room=True)
    assert "disk full: waiting" in recording_text(waits)


def test_the_end_of_a_recording_gives_way(shown, qtbot):
    status = shown(StatusMeters(), 1000, 24)
    why = "The disk of /data has only 499 MB left, and 512 MB are kept free. Make room, or choose another."
    broken = RecordingStatus(False, "/data/x.h5", 4, error=why)
    status.set_meters(MeterValues(tick=123456, speed_line="Slow because probes are read"), broken)
    qtbot.waitUntil(lambda: status.tick.fitting(status.tick.width()) == status.tick.text())
    assert status.slow.fitting(status.slow.width()) == status.slow.text()
    assert why in status.recording.toolTip()
    qtbot.mouseClick(status.recording, Qt.MouseButton.LeftButton)
    status.set_meters(MeterValues(), broken)
    assert not status.recording.isVisible(), "a click has dismissed it"
    status.set_meters(MeterValues(), RecordingStatus(True, "/data/y.h5"))
    assert status.recording.isVisible()
    status.set_meters(MeterValues(), RecordingStatus(False, "/data/y.h5", error=why))
    assert status.recording.isVisible(), "another end is told again"


def test_a_long_line_is_cut_and_whole_in_the_tooltip(shown, qtbot):
    status = shown(StatusMeters(), 620, 24)
    status.set_meters(VALUES, RUNNING)
    qtbot.waitUntil(lambda: "60.0" in status.recording.toolTip())
    assert status.saved.geometry().right() <= status.width()


def test_a_narrow_bar_gives_up_whole_parts_the_least_important_first(shown, qtbot):
    status = shown(StatusMeters(), 1200, 24)
    values = MeterValues(device="CPU · numba · 1 thread", tick=1_234_567, speed_line="Slow because of frames")
    given, before = [], set()
    for width in range(1200, 540, -10):
        status.resize(width, 24)
        status.set_meters(values, RUNNING)
        qtbot.waitUntil(lambda width=width: status.width() == width)
        told = status.recording.text() + (status.slow.text() if status.slow.isVisible() else "")
        parts = ("queue 3 %", "0 dropped", "Slow because", "60.0", "two-bodies.h5", "of disk")
        present = {part for part in parts if part in told}
        given += sorted(before - present, key=parts.index)
        before = present
        status.layout().activate()
        assert "Recording" in told
        assert status.recording.fitting(status.recording.width()) == status.recording.text(), width
        assert status.tick.fitting(status.tick.width()) == "tick 1,234,567", width
        assert all(part in told + status.recording.toolTip() for part in parts)
    assert given == list(parts)
    status.resize(1200, 24)
    qtbot.waitUntil(lambda: "0 dropped" in status.recording.text())


def test_what_is_not_as_it_should_be_is_not_given_up(shown):
    status = shown(StatusMeters(), 520, 24)
    status.set_meters(VALUES, RecordingStatus(True, "/data/x.h5", 9, 7, 10**9, 60e6, 0.9, 1e6, limited=True))
    for part in ("queue 90 %", "7 dropped", "simulation slowed"):
        assert part in status.recording.text()
    assert "x.h5" not in status.recording.text()


def test_what_is_not_measured_yet_is_left_out_and_no_seconds_are_counted():
    fresh = RecordingStatus(True, "/x.h5", rate=float("nan"), disk_left=float("nan"))
    assert recording_text(fresh) == "Recording x.h5 · queue 0 % · 0 dropped"
    last = RecordingStatus(True, "/x.h5", 1, 0, 1, rate=1e6, disk_left=2e5)
    assert recording_text(last).endswith("less than a minute of disk")


def test_no_time_is_told_for_a_disk_that_was_not_measured():
    known = RecordingStatus(active=True, path="/a/run.h5", rate=1e6, disk_left=1e9)
    assert "of disk" in recording_text(known)
    assert "disk" not in recording_text(replace(known, disk_left=math.nan))
