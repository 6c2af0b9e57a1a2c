"""Behaviour 8: the past of the run from the window - scrubbing, keys, lines, recordings, the document."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.recording import RecordingFile
from tauscope.engine.base import hash_state
from tauscope.widgets.docks.timeline import PastBar, TimelinePanel
from tauscope.widgets.state import RecordingChoice
from tests.support.gui import PATIENCE, in_front, paused, pump, served, wait_for


def hashes(lab: Lab) -> dict[str, dict[str, str]]:
    return lab.simulation.loop.call(
        lambda world: {key: hash_state(state) for key, state in world.state()["engines"].items()}
    ).result(PATIENCE)


def arrived(app: QApplication, lab: Lab) -> int:
    wait_for(app, lambda: not lab.travel.busy, "the run is at another tick")
    tick = served(app, lab)
    wait_for(
        app, lambda: lab.frame is not None and lab.frame.macro_tick == tick, "the frame of the past is shown"
    )
    return tick


def stands_at(app: QApplication, lab: Lab, tick: int) -> None:
    """Wait until the run stands at a tick and shows it."""
    wait_for(
        app,
        lambda: not lab.travel.busy and lab.frame is not None and lab.frame.macro_tick == tick,
        "the tick is shown",
    )


def run_for(app: QApplication, lab: Lab, ticks: int) -> int:
    begun = paused(app, lab)
    lab.step(ticks)
    wait_for(
        app, lambda: lab.frame is not None and lab.frame.macro_tick == begun + ticks, "the steps are done"
    )
    return paused(app, lab)


@pytest.fixture
def timeline(lab: Lab, qapp: QApplication) -> TimelinePanel:
    lab.window.docks["timeline"].show()
    lab.window.docks["timeline"].raise_()
    body = lab.window.findChild(TimelinePanel, "timeline")
    assert body is not None
    in_front(qapp, body)
    return body


def test_dragging_the_bar_shows_any_tick_and_the_run_goes_on_from_there(
    lab: Lab, timeline: TimelinePanel, qapp: QApplication
) -> None:
    end = run_for(qapp, lab, 3000)
    at_end = hashes(lab)
    wait_for(qapp, lambda: timeline.shown.tip == end, "the bar reaches to the present")
    bar = timeline.bar
    middle = bar.height() // 2
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(round(bar.x_of(bar.maximum())), middle))
    for part in (0.9, 0.7, 0.4, 0.5):
        QTest.mouseMove(bar, QPoint(round(part * bar.width()), middle))
        pump(qapp, 0.02)
    wanted = bar.tick
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(round(0.5 * bar.width()), middle))
    tick = arrived(qapp, lab)
    assert tick == wanted
    assert abs(tick - end / 2) < 0.1 * end
    view = lab.window.views["hero"]
    shown = lab.simulation.loop.call(lambda world: world.field("gravity", view.options.field)).result(
        PATIENCE
    )
    assert view.array is not None
    np.testing.assert_array_equal(view.array, shown)
    assert f"tick {tick:,}" in timeline.where.text()
    lab.run_to(end)
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick == end, "the run is where it was")
    assert hashes(lab) == at_end


def test_the_bar_in_the_status_bar_is_the_same_bar(lab: Lab, qapp: QApplication) -> None:
    end = run_for(qapp, lab, 1000)
    bar = lab.window.findChild(PastBar, "past")
    assert bar is not None
    wait_for(qapp, lambda: bar.isEnabled() and bar.first + bar.maximum() == end, "it reaches to the present")
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(bar.width() // 3, bar.height() // 2))
    tick = arrived(qapp, lab)
    assert tick == bar.tick
    assert 0.1 * end < tick < 0.5 * end


def test_a_comma_goes_back_one_keyframe_and_the_end_is_one_key_away(lab: Lab, qapp: QApplication) -> None:
    end = run_for(qapp, lab, 5000)
    at_end = hashes(lab)
    marks = lab.simulation.loop.call(lambda _world: lab.simulation.loop.past.reach().marks).result(PATIENCE)
    earlier = sorted({mark for mark in marks if mark < end}, reverse=True)
    assert earlier
    for expected in earlier[:2]:
        QTest.keyClick(lab.window, Qt.Key.Key_Comma)
        stands_at(qapp, lab, expected)
    QTest.keyClick(lab.window, Qt.Key.Key_Semicolon, Qt.KeyboardModifier.ControlModifier)
    wait_for(qapp, lambda: served(qapp, lab) == end, "the end of the line")
    assert hashes(lab) == at_end


def test_keys_that_follow_each_other_quickly_are_done_one_after_the_other(
    lab: Lab, qapp: QApplication
) -> None:
    run_for(qapp, lab, 5000)
    end = paused(qapp, lab)
    marks = lab.simulation.loop.call(lambda _world: lab.simulation.loop.past.reach().marks).result(PATIENCE)
    earlier = sorted({mark for mark in marks if mark < end}, reverse=True)
    QTest.keyClick(lab.window, Qt.Key.Key_Comma)
    QTest.keyClick(lab.window, Qt.Key.Key_Comma)
    stands_at(qapp, lab, earlier[1])
    lab.travel.to_end()
    stands_at(qapp, lab, end)

    QTest.keyClick(lab.window, Qt.Key.Key_Comma)
    QTest.keyClick(lab.window, Qt.Key.Key_Period)
    stands_at(qapp, lab, earlier[0] + 1)
    lab.travel.to_end()
    stands_at(qapp, lab, end)

    for key in (Qt.Key.Key_Comma, Qt.Key.Key_Space, Qt.Key.Key_Space):
        QTest.keyClick(lab.window, key)
    stands_at(qapp, lab, earlier[0] + 1)  # where it stood was kept
    assert not lab.simulation.loop.will_run
    for key in (Qt.Key.Key_Comma, Qt.Key.Key_Space):
        QTest.keyClick(lab.window, key)
    wait_for(qapp, lambda: lab.simulation.loop.running, "the run goes on")
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick > earlier[1], "its frames come")
    assert lab.simulation.loop.will_run


def test_an_edit_in_the_past_begins_a_line_and_undo_and_redo_go_on_across_lines(
    lab: Lab, timeline: TimelinePanel, qapp: QApplication
) -> None:
    """The machine once lost keyframes that lines share, and switched itself off."""
    begun = run_for(qapp, lab, 200)
    lab.editing.set_parameter("survival", 0.999)
    first = run_for(qapp, lab, 300)
    end, document = hashes(lab), lab.document.content.digest()
    loop = lab.simulation.loop
    loop.call(lambda _world: loop.past.set_budget(1 << 24)).result(PATIENCE)
    lab.travel.go(begun - 50)
    assert arrived(qapp, lab) == begun - 50
    assert lab.document.content.config.survival != 0.999  # type: ignore[attr-defined]
    lab.editing.set_parameter("capacity", 1.5)
    run_for(qapp, lab, 100)
    stack = lab.history.stack
    for _ in range(3):
        stack.undo()  # the capacity, the travel's parameters, the survival
        run_for(qapp, lab, 40)
        lab.travel.back()
        arrived(qapp, lab)
        stack.redo()
        run_for(qapp, lab, 30)
        stack.undo()
        served(qapp, lab)
    reach = loop.call(lambda _world: loop.past.reach()).result(PATIENCE)
    assert len(reach.lines) >= 3
    wait_for(qapp, lambda: timeline.lines.count() == len(reach.lines), "the lines are on offer")
    timeline.lines.activated.emit(timeline.lines.findData(1))
    assert arrived(qapp, lab) == first
    assert hashes(lab) == end
    assert lab.document.content.digest() == document


def test_a_recording_is_closed_before_the_run_goes_back_and_goes_on_in_a_next_part(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    run_for(qapp, lab, 400)
    path = tmp_path / "a.h5"
    lab.files.start_recording(RecordingChoice(str(path), ("f",), 10))
    wait_for(qapp, lambda: lab.record.active, "the recording runs")
    end = run_for(qapp, lab, 200)
    for tick in (end - 300, end - 100):
        lab.travel.go(tick)
        arrived(qapp, lab)
    wait_for(qapp, lambda: not lab.record.active and lab.background.idle, "the recording is closed")
    with RecordingFile(path) as file:
        assert int(file.ticks[-1]) == end
        assert list(file.ticks) == sorted(file.ticks)
    assert not (tmp_path / "a_002.h5").exists()
    lab.set_speed(100.0)
    lab.set_playing(True)
    wait_for(qapp, lambda: lab.record.active, "the next part runs")
    wait_for(qapp, lambda: lab.record.status().saved > 2, "it has frames")
    paused(qapp, lab)
    lab.files.stop_recording()
    wait_for(qapp, lambda: not lab.record.active and lab.background.idle, "the next part is closed")
    with RecordingFile(tmp_path / "a_002.h5") as file:
        assert end - 100 <= int(file.ticks[0]) < end


def test_the_document_follows_and_one_undo_brings_its_parameters_to_the_present_tick(
    lab: Lab, qapp: QApplication
) -> None:
    run_for(qapp, lab, 100)
    lab.editing.set_parameter("capacity", 1.25)
    run_for(qapp, lab, 100)
    edited, count = lab.document.content.digest(), lab.history.stack.count()
    lab.travel.go(50, ends=False)
    arrived(qapp, lab)
    lab.travel.go(40, ends=False)
    arrived(qapp, lab)
    lab.travel.release()
    assert lab.history.stack.count() == count + 1
    assert lab.document.content.config.capacity == 1.0  # type: ignore[attr-defined]
    lab.history.stack.undo()
    assert lab.document.content.digest() == edited
    assert served(qapp, lab) == 40
    running = lab.simulation.loop.call(lambda world: world.engine("gravity").config.dump()).result(PATIENCE)
    assert running == lab.document.content.config.dump()


def test_a_preset_chosen_on_the_way_is_not_overwritten_by_the_past(lab: Lab, qapp: QApplication) -> None:
    run_for(qapp, lab, 300)
    lab.travel.go(10)
    lab.load_preset("single_mass")
    wait_for(qapp, lambda: lab.document.content.preset == "single_mass", "the preset is loaded")
    wait_for(qapp, lambda: not lab.simulation.preparing and not lab.travel.busy, "it is in place")
    served(qapp, lab)
    running = lab.simulation.loop.call(lambda world: world.engine("gravity").config.dump()).result(PATIENCE)
    assert running == lab.document.content.config.dump()


def test_the_memory_of_keyframes_is_a_setting(lab: Lab, timeline: TimelinePanel, qapp: QApplication) -> None:
    past = lab.simulation.loop.past
    assert past.budget == 1 << 30
    run_for(qapp, lab, 2000)
    timeline.budget.set_value(3)
    served(qapp, lab)
    assert past.budget == 3 << 20
    assert lab.settings.past_mib == 3
    assert past.reach().bytes <= 3 << 20
    wait_for(qapp, lambda: timeline.shown.bytes <= 3 << 20, "the panel knows")


SCRUBBED = (
    "everything", "horizon", "circle6_center", "golden_drive", "charge_fixed", "gauge_confinement_2d",
)  # fmt: skip
"""Every engine with a time, several at once, and a large lattice."""


def latencies(app: QApplication, lab: Lab, timeline: TimelinePanel, looks: int) -> list[float]:
    """Seconds from a wish on the bar to the frame in the views, for ticks all over the last 10,000."""
    rng, found = np.random.default_rng(1), []
    shown = timeline.shown
    first = max(shown.first, shown.tip - 10_000)
    for tick in rng.integers(first, shown.tip + 1, looks):
        began = time.perf_counter()
        timeline.tick_requested.emit(int(tick))
        stands_at(app, lab, tick)
        found.append(time.perf_counter() - began)
    timeline.released.emit()
    return found


@pytest.mark.parametrize(
    ("preset", "looks"),
    [
        ("two_bodies", 20),
        *[pytest.param(name, 60, marks=pytest.mark.slow) for name in SCRUBBED],
    ],
)
def test_any_of_the_last_ten_thousand_steps_is_shown_within_a_fifth_of_a_second(
    make_lab: Callable[..., Lab], qapp: QApplication, preset: str, looks: int, tolerances: dict[str, Any]
) -> None:
    lab = make_lab(preset)
    lab.set_speed(None)
    lab.window.docks["timeline"].show()
    lab.window.docks["timeline"].raise_()
    panel = lab.window.findChild(TimelinePanel, "timeline")
    assert panel is not None
    lab.set_playing(True)
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick > 10_500, "10,000 steps", 300)
    tick = paused(qapp, lab)
    wait_for(qapp, lambda: panel.shown.tip == tick, "the bar reaches to the present")
    assert panel.shown.first <= tick - 10_000
    at_end = hashes(lab)
    found = np.array(latencies(qapp, lab, panel, looks))
    print(f"\n{preset}: {1e3 * np.median(found):.0f} ms median, {1e3 * np.quantile(found, 0.95):.0f} ms p95")
    limits = tolerances["past"]
    assert np.median(found) < limits["shown_median"]
    assert looks < 60 or np.quantile(found, 0.9) < limits["shown"]
    lab.travel.go(tick - 1_000)
    stands_at(qapp, lab, tick - 1_000)
    lab.run_to(tick)
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick == tick, "it runs on to the end")
    paused(qapp, lab)
    assert hashes(lab) == at_end, "the run goes on from the past as it did"
