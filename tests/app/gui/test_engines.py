"""Two coupled engines in one window: focus, edits and undo of either, recording, sessions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.document import content_of
from tauscope.app.lab import Lab
from tauscope.app.parts.engines import Engines
from tauscope.app.parts.sessions import Sessions, part_of
from tauscope.app.recording import RecordingFile, rerun
from tauscope.widgets.state import RecordingChoice
from tests.support.gui import pump, wait_for

LEFT = Qt.MouseButton.LeftButton
PRESET = "redshifted_clocks"


def part(lab: Lab) -> Engines:
    return part_of(lab, Engines)


def settle(lab: Lab, qapp: QApplication) -> None:
    """Let what was asked of the simulation be done."""
    done = lab.simulation.loop.call(lambda _world: None)
    wait_for(qapp, done.done, "the simulation has done what was asked")
    pump(qapp, 0.05)


def test_both_engines_run_and_the_main_one_is_in_focus(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab(PRESET)
    world = lab.simulation.loop.world
    assert set(world.engines) == {"kuramoto", "gravity"}
    assert len(world.couplings) == 1
    assert lab.document.content.engine == "kuramoto"
    assert {"R_total", "gravity.f_traffic_min"} <= lab.window.monitors.rows.keys()
    assert "f_live" in lab.live.specs
    assert "kuramoto:theta" in lab.window.recording.fields
    assert "gravity:f_live" in lab.window.recording.fields
    lab.window.docks["engines"].raise_()
    panel = part(lab).panel
    wait_for(qapp, lambda: "% of the computing" in panel.rows["gravity"].numbers.text(), "shares")
    assert "20 ticks a macro tick" in panel.rows["gravity"].numbers.text()
    assert "rate f_traffic(x) of gravity" in panel.couplings[0].sentence
    tau = lab.window.views["tau"]
    wait_for(qapp, lambda: tau.array is not None and tau.array.shape == (128, 128), "the lattice is shown")


def test_turning_to_the_other_engine_is_a_view(make_lab: Callable[..., Lab], qapp: QApplication) -> None:
    lab = make_lab(PRESET)
    generation, steps = lab.simulation.loop.world.generation, lab.history.stack.count()
    digest, shown = lab.document.content.digest(), list(lab.window.monitors.rows)
    QTest.mouseClick(part(lab).switch.buttons["gravity"], LEFT)
    assert lab.document.content.engine == "gravity"
    assert "survival" in lab.window.parameters.form.rows
    assert list(lab.window.monitors.rows) == shown, "the monitors show all engines"
    lab.actions["next_engine"].trigger()
    assert lab.document.content.engine == "kuramoto"
    assert "permeability" in lab.window.parameters.form.rows
    assert lab.document.content.views["f"].field == "f_traffic"  # by which the clocks tick
    lab.reset_statistics()
    counted = lab.simulation.loop.call(lambda world: world.engine("gravity").state()["window_start"])
    settle(lab, qapp)
    assert counted.result() > 0
    assert lab.simulation.loop.world.generation == generation
    assert lab.history.stack.count() == steps
    assert lab.document.content.digest() == digest


def test_a_run_that_was_replaced_before_the_window_heard_of_it_is_passed_over(lab: Lab) -> None:
    world = lab.simulation.loop.world
    replaced = content_of("kuramoto", {"geometry": "ring"})
    lab.runs.put_in_place(replaced)
    assert lab.simulation.loop.world is world
    assert "f_traffic_min" in lab.window.monitors.rows


def test_edits_of_either_are_live_and_undone_whichever_is_in_focus(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab(PRESET)
    world = lab.simulation.loop.world
    lab.editing.set_parameter("K", 0.3)
    lab.editing.edit_source("mass", {"x": 60.0}, "commit")
    assert lab.document.content.engine == "kuramoto"
    settle(lab, qapp)
    assert world.engine("kuramoto").config.dump()["K"] == 0.3
    assert world.engine("gravity").config.dump()["sources"][0]["x"] == 60.0
    part(lab).focus("gravity")
    lab.undo()
    assert lab.document.content.engine == "gravity", "undo leaves the focus where it is"
    lab.undo()
    settle(lab, qapp)
    assert lab.simulation.loop.world is world, "nothing was restarted"
    assert world.engine("kuramoto").config.dump()["K"] == 0.12
    assert world.engine("gravity").config.dump()["sources"][0]["x"] == 48.0
    lab.redo()
    settle(lab, qapp)
    assert world.engine("kuramoto").config.dump()["K"] == 0.3


@pytest.mark.slow
def test_a_change_of_size_restarts_both(make_lab: Callable[..., Lab], qapp: QApplication) -> None:
    lab = make_lab(PRESET)
    before = lab.simulation.loop.world
    lab.editing.set_parameter("oscillators_per_cluster", 20)
    wait_for(qapp, lambda: lab.simulation.loop.world is not before, "a new run")
    world = lab.simulation.loop.world
    assert world.engine("kuramoto").field("theta").size == 60
    assert set(world.engines) == {"kuramoto", "gravity"}
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.generation == world.generation, "its frames")
    lab.editing.set_parameter("geometry.clusters", 4)
    assert lab.document.content.configs["kuramoto"].dump()["geometry"]["clusters"] == 3, "a place is missing"


@pytest.mark.slow
def test_what_is_recorded_in_the_window_replays(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    lab = make_lab(PRESET)
    path = tmp_path / "both.h5"
    lab.files.start_recording(RecordingChoice(str(path), ("kuramoto:theta", "gravity:f_live"), 5, "slow"))
    wait_for(qapp, lambda: lab.record.status().saved > 2, "frames are saved")
    lab.editing.set_parameter("K", 0.4)
    lab.editing.edit_source("mass", {"x": 60.0}, "commit")
    saved = lab.record.status().saved
    wait_for(qapp, lambda: lab.record.status().saved > saved + 2, "more frames are saved")
    lab.files.stop_recording()
    wait_for(qapp, lambda: not lab.record.status().active, "the file is closed")
    report = rerun.rerun(path, True, lambda _fraction, _text: None)
    assert report.passed, report.sentence
    assert report.events == 2
    lab.playback.open(str(path))
    wait_for(qapp, lambda: lab.playback.active, "the recording is shown")
    tau = lab.window.views["f"]
    with RecordingFile(path) as file:
        assert {file.owner(name) for name in file.fields} == {("kuramoto", "theta"), ("gravity", "f_live")}
        hero = lab.window.views["hero"]
        first = file.frame("gravity.f_live", 0)
        wait_for(
            qapp, lambda: hero.array is not None and np.array_equal(hero.array, first), "the recorded field"
        )
    assert tau.array is None
    part(lab).focus("gravity")
    assert lab.document.content.engine == "kuramoto", "the panels show the recording"
    lab.playback.close()


def test_a_session_of_two_engines_returns(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    lab = make_lab(PRESET)
    lab.editing.set_parameter("K", 0.33)
    part(lab).focus("gravity")
    lab.simulation.loop.pause()
    settle(lab, qapp)
    theta = lab.simulation.loop.world.engine("kuramoto").field("theta")
    tick = lab.simulation.loop.world.macro_tick
    sessions, path = part_of(lab, Sessions), tmp_path / "both.tauscope"
    sessions.save(path)
    wait_for(qapp, path.exists, "the session is saved")
    lab.load_preset("single_mass")
    wait_for(qapp, lambda: "kuramoto" not in lab.simulation.loop.world.engines, "another preset")
    sessions.open(path)
    wait_for(qapp, lambda: "kuramoto" in lab.simulation.loop.world.engines, "the session is back")
    settle(lab, qapp)
    world = lab.simulation.loop.world
    assert world.macro_tick == tick
    assert np.array_equal(world.engine("kuramoto").field("theta"), theta)
    content = lab.document.content
    assert (content.engine, content.main) == ("gravity", "kuramoto")
    assert content.configs["kuramoto"].dump()["K"] == 0.33
