"""The window as the Kuramoto lab: opened, touched, recorded and left again, with real events."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tauscope.app import labs
from tauscope.app.parts.kuramoto_lab import CIRCLES, KuramotoLab
from tauscope.app.parts.kuramoto_plots import KuramotoPlots
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.workspaces import BUILT_IN, Workspaces
from tauscope.app.recording import RecordingFile
from tauscope.app.snapshot import read_snapshot
from tauscope.engine.errors import BadInput
from tauscope.widgets.docks.preset_card import Card
from tauscope.widgets.save_dialogs import SnapshotDialog
from tauscope.widgets.state import RecordingChoice
from tests.support.circles import drag as drag_circles
from tests.support.gui import LEFT, PLAIN, distinct_colours, drag, paused, pump, screen_of, still, wait_for

SHIFT = Qt.KeyboardModifier.ShiftModifier
SEVEN = {
    "schema_version": 1,
    "engine": "kuramoto",
    "title": "Seven clusters",
    "summary": "A hub and six.",
    "config": {
        "geometry": "circle6_center",
        "oscillators_per_cluster": 40,
        "K": 1.2,
        "frequencies": {"kind": "gaussian", "scale": 0.3},
    },
}


@pytest.fixture
def preset(tmp_path):
    """A file with seven clusters."""
    path = tmp_path / "seven.json"
    path.write_text(json.dumps(SEVEN), encoding="utf-8")
    return str(path)


@pytest.fixture
def lab(make_lab, preset):
    """A window that runs seven clusters, slowly."""
    lab = make_lab(preset)
    lab.set_speed(50.0)
    return lab


def part(lab):
    return part_of(lab, KuramotoLab)


def state(qapp, lab):
    """Tick, phases and order of the engine, looked at where it runs."""

    def look(world):
        engine = world.engine("kuramoto")
        return {
            "tick": engine.tick,
            "theta": engine.field("theta"),
            "Z": engine.field("Z"),
            "R": engine.scalar("R_total"),
        }

    future = lab.simulation.loop.call(look)
    wait_for(qapp, future.done, "the simulation answers")
    return future.result()


def pause(qapp, lab):
    paused(qapp, lab)


def shown_docks(lab):
    return {key for key, dock in lab.window.docks.items() if dock.toggleViewAction().isVisible()}


def point(lab, cluster, angle):
    """Pixel on the ring of a cluster."""
    view = part(lab).view
    px, py = view.center_of(cluster)
    radius = view.camera.scale
    return QPoint(round(px + radius * math.cos(angle)), round(py - radius * math.sin(angle)))


def select(qapp, lab, cluster):
    view = part(lab).view
    QTest.mouseClick(view.canvas_native, LEFT, PLAIN, QPoint(*(round(p) for p in view.center_of(cluster))))
    wait_for(qapp, lambda: view.selection() == {cluster}, "the cluster is selected")


# -- opening


def test_a_preset_of_the_gallery_opens_the_lab_and_undo_leaves_it(make_lab, qapp):
    lab = make_lab("two_bodies")
    window = lab.window
    gravity = shown_docks(lab)
    assert window.stack.currentWidget() is window.views["hero"]
    assert {"sources", "tau", "worlds"} <= gravity
    assert not {"traces", "pooled", "links"} & gravity
    assert not lab.actions["kick_clusters"].isEnabled()
    wait_for(qapp, lambda: "circle6_center" in window.presets.cards, "the gallery is read")
    assert [*window.presets.headings][:3] == ["Everything", "Gravity", "Kuramoto"]
    window.docks["presets"].raise_()
    card: Card = window.presets.cards["circle6_center"]
    window.presets.search.setText("circle of six")
    window.presets.select("circle6_center")
    wait_for(qapp, card.load.isVisible, "the card can be loaded")
    QTest.mouseClick(card.load, LEFT)
    wait_for(qapp, lambda: part(lab).shown is not None, "the circles have phases")
    assert window.lab is labs.KURAMOTO
    assert window.stack.currentWidget() is part(lab).view
    shown = shown_docks(lab)
    assert {"traces", "pooled", "presets", "parameters", "monitors"} <= shown
    assert not {"sources", "f", "tau", "phi", "worlds", "paint", "surface", "profile"} & shown
    assert not window.docks["sources"].isVisible()
    action = lab.actions["warm_start"]
    assert not action.isEnabled()
    assert "gravity" in action.toolTip()
    assert lab.actions["select_clusters"].isEnabled()
    assert not window.monitors.steadiness.isVisible()
    lab.undo()
    wait_for(qapp, lambda: window.lab is labs.GRAVITY, "the lattice's lab is back")
    wait_for(qapp, lambda: window.views["hero"].array is not None, "the lattice runs again")
    assert shown_docks(lab) == gravity
    assert lab.actions["warm_start"].isEnabled()
    assert "gravity" not in lab.actions["warm_start"].toolTip()


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.slow)])
def test_circles_are_drawn_and_move_with_the_run(make_lab, qapp, preset, theme):
    lab = make_lab(preset, theme=theme)
    lab.set_speed(50.0)
    pause(qapp, lab)
    native = part(lab).view.canvas_native
    wait_for(qapp, lambda: distinct_colours(screen_of(native)) >= 50, "the circles show")
    before, was = state(qapp, lab), still(qapp, lambda: screen_of(native), "the picture")
    lab.step(37)
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick == before["tick"] + 37, "37 steps")
    wait_for(qapp, lambda: (screen_of(native) != was).any(), "the picture follows")
    after = state(qapp, lab)
    np.testing.assert_array_equal(part(lab).shown[0], after["theta"])
    np.testing.assert_array_equal(part(lab).shown[1], after["Z"])
    assert lab.window.parameters.form.rows["geometry.kind"].value == "circle6_center"


def test_keys_work_on_the_circles(lab, qapp):
    native = part(lab).view.canvas_native
    native.setFocus()
    QTest.keyClick(native, Qt.Key.Key_Space)
    wait_for(qapp, lambda: not lab.simulation.loop.running, "Space pauses")
    tick = state(qapp, lab)["tick"]
    QTest.keyClick(native, Qt.Key.Key_Period)
    wait_for(qapp, lambda: state(qapp, lab)["tick"] == tick + 1, "a step")
    QTest.keyClick(native, Qt.Key.Key_H)
    wait_for(qapp, lambda: not lab.window.docks["parameters"].isVisible(), "H hides the panels")
    QTest.keyClick(native, Qt.Key.Key_H)
    wait_for(qapp, lambda: lab.window.docks["parameters"].isVisible(), "H brings them back")
    assert not lab.window.docks["sources"].isVisible()


# -- parameters


def test_dragging_K_changes_order_while_it_runs_and_is_one_step(lab, qapp):
    hero = lab.window.parameters.heroes["K"]
    lab.set_speed(None)
    wait_for(qapp, lambda: state(qapp, lab)["R"] > 0.8, "clusters lock at K = 1.2")
    steps = lab.history.stack.count()
    track = hero.track
    at = QPoint(round(track.x_of(1.2)) if hasattr(track, "x_of") else track.width() // 4, track.height() // 2)
    drag(qapp, track, at, QPoint(2, track.height() // 2))
    assert lab.document.content.config.K < 0.1
    assert lab.history.stack.count() == steps + 1
    wait_for(qapp, lambda: state(qapp, lab)["R"] < 0.6, "order falls without coupling")
    lab.undo()
    assert lab.document.content.config.K == 1.2
    wait_for(qapp, lambda: state(qapp, lab)["R"] > 0.8, "and comes back with it")


def test_a_nested_parameter_and_a_list_reach_the_engine(lab, qapp):
    lab.editing.set_parameter("gate.on", True)
    lab.editing.set_parameter("detuning", [0.5] + [0.0] * 6)

    def config():
        return lab.simulation.loop.world.engine("kuramoto").config

    wait_for(qapp, lambda: config().gate.on and config().detuning[:1] == (0.5,), "the engine has both")
    assert lab.window.parameters.form.rows["detuning"].editor.text().startswith("0.5, 0, ")
    lab.undo()
    lab.undo()
    wait_for(qapp, lambda: not config().gate.on and not any(config().detuning), "and neither")
    lab.editing.set_parameter("detuning", [0.5])
    assert any("detuning" in text for text in lab.window.notifications.texts())
    assert lab.window.parameters.form.rows["detuning"].error()


# -- clusters touched


def test_a_kick_by_mouse_turns_the_phases_and_undo_returns_to_the_state_before(lab, qapp):
    pause(qapp, lab)
    select(qapp, lab, 2)
    before, document = state(qapp, lab), lab.document.content
    native = part(lab).view.canvas_native
    drag(qapp, native, point(lab, 2, 0.0), point(lab, 2, math.pi / 2))
    wait_for(qapp, lambda: lab.history.stack.undoText() == "Kick 1 cluster", "the kick is a step")
    wait_for(qapp, lambda: (state(qapp, lab)["theta"] != before["theta"]).any(), "phases turned")
    turned = np.angle(np.exp(1j * (state(qapp, lab)["theta"] - before["theta"])))
    kicked = np.zeros(7, bool)
    kicked[2] = True
    np.testing.assert_allclose(turned[np.repeat(kicked, 40)], turned[80], atol=1e-12)
    # The mouse moves by whole pixels, of which one is some 0.03 rad of the ring, at press and release.
    assert turned[80] == pytest.approx(math.pi / 2, abs=0.1)
    np.testing.assert_allclose(turned[np.repeat(~kicked, 40)], 0.0, atol=1e-12)
    assert lab.document.content == document
    wait_for(qapp, lambda: any("physics" in t for t in lab.window.notifications.texts()), "it is told")
    lab.step(20)
    wait_for(qapp, lambda: state(qapp, lab)["tick"] == before["tick"] + 20, "20 steps")
    lab.undo()
    wait_for(qapp, lambda: state(qapp, lab)["tick"] == before["tick"], "back at the tick of the kick")
    np.testing.assert_array_equal(state(qapp, lab)["theta"], before["theta"])
    wait_for(qapp, lambda: any("before the kick" in t for t in lab.window.notifications.texts()), "told")
    lab.redo()
    wait_for(qapp, lambda: (state(qapp, lab)["theta"] != before["theta"]).any(), "kicked again")
    now = state(qapp, lab)
    part(lab).view.kicked.emit(frozenset({0}), 1.0)
    lab.undo()  # before the simulation has answered
    np.testing.assert_array_equal(state(qapp, lab)["theta"], now["theta"])
    lab.redo()
    assert (state(qapp, lab)["theta"] != now["theta"]).any()
    assert not any("let go" in text for text in lab.window.notifications.texts())


def test_detuning_by_mouse_is_one_step_of_the_document(lab, qapp):
    pause(qapp, lab)
    select(qapp, lab, 3)
    steps = lab.history.stack.count()
    start = point(lab, 3, 0.0)
    way = [start - QPoint(0, up) for up in range(0, 45, 5)]
    drag_circles(part(lab).view, way, SHIFT)
    wait_for(qapp, lambda: bool(lab.document.content.config.detuning), "the document has it")
    found = lab.document.content.config.detuning
    assert found[3] == pytest.approx(0.2, abs=0.03)  # 40 pixels at 0.005, less those before a drag begins
    assert [value for index, value in enumerate(found) if index != 3] == [0.0] * 6
    assert lab.history.stack.count() == steps + 1
    engine = lab.simulation.loop.world.engine("kuramoto")
    wait_for(qapp, lambda: engine.config.detuning == found, "the engine has it")
    lab.undo()
    wait_for(qapp, lambda: not any(engine.config.detuning), "undo takes it back")
    assert not lab.document.content.config.detuning


def test_frozen_clusters_stand_still_and_undo_lets_them_go(lab, qapp):
    select(qapp, lab, 1)
    QTest.keyClick(part(lab).view.canvas_native, Qt.Key.Key_Z)
    wait_for(qapp, lambda: lab.document.content.config.frozen == (1,), "the document has it")
    assert part(lab).view.frozen == {1}
    engine = lab.simulation.loop.world.engine("kuramoto")
    wait_for(qapp, lambda: engine.config.frozen == (1,), "the engine has it")
    first = state(qapp, lab)
    wait_for(qapp, lambda: state(qapp, lab)["tick"] > first["tick"] + 5, "it runs on")
    later = state(qapp, lab)
    np.testing.assert_array_equal(later["theta"][40:80], first["theta"][40:80])
    assert (later["theta"][:40] != first["theta"][:40]).all()
    lab.undo()
    wait_for(qapp, lambda: engine.config.frozen == (), "undo lets it go")
    assert part(lab).view.frozen == frozenset()


# -- files


def test_a_snapshot_holds_the_circles_and_their_phases(lab, qapp, tmp_path):
    pause(qapp, lab)
    now = state(qapp, lab)["theta"]
    wait_for(qapp, lambda: np.array_equal(part(lab).shown[0], now), "the circles stand")
    lab.actions["snapshot"].trigger()
    dialog = next(child for child in lab.window.findChildren(SnapshotDialog) if child.isVisible())
    assert dialog.view.currentData() == CIRCLES
    path = tmp_path / "circles.png"
    dialog.place.edit.setText(str(path))
    wait_for(qapp, dialog.accept_button.isEnabled, "the path is good")
    dialog.accept_button.click()
    wait_for(qapp, lambda: path.exists() and path.with_suffix(".npz").exists(), "both files")
    array, described = read_snapshot(path.with_suffix(".npz"))
    np.testing.assert_array_equal(array, state(qapp, lab)["theta"])
    assert described["engine"] == "kuramoto"
    assert described["config"]["geometry"]["kind"] == "circle6_center"
    from PySide6.QtGui import QImage

    from tests.support.canvas import as_array

    assert distinct_colours(as_array(QImage(str(path)))) >= 50


def test_a_recording_plays_in_the_circles(lab, qapp, tmp_path):
    pause(qapp, lab)
    path = tmp_path / "run.h5"
    lab.files.start_recording(RecordingChoice(str(path), ("theta",), 5))
    wait_for(qapp, lambda: lab.record.active, "recording")
    tick = state(qapp, lab)["tick"]
    lab.step(40)
    wait_for(qapp, lambda: state(qapp, lab)["tick"] == tick + 40, "40 steps")
    lab.files.stop_recording()
    wait_for(qapp, lambda: any("complete" in t for t in lab.window.notifications.texts()), "the file")
    lab.files.open_path(str(path))
    wait_for(qapp, lambda: lab.playback.active and part(lab).shown is not None, "the player")
    with RecordingFile(path) as file:
        for index in (0, file.frames - 1, 1):
            lab.playback.show(index)
            theta = file.frame("theta", index)
            wait_for(qapp, lambda t=theta: np.array_equal(part(lab).shown[0], t), f"frame {index}")
            order = np.exp(1j * theta).reshape(7, 40).mean(axis=1)
            np.testing.assert_allclose(part(lab).shown[1], order, atol=1e-12)
            circle, mean = part_of(lab, KuramotoPlots).pooled.circle, np.exp(1j * theta).mean()
            wait_for(qapp, lambda c=circle, m=mean: c.pooled and abs(c.pooled.z - m) < 1e-12, "the circle")
    assert part_of(lab, KuramotoPlots).scatter.data is None, "the recording holds no frequencies"
    native = part(lab).view.canvas_native
    wait_for(qapp, lambda: distinct_colours(screen_of(native)) >= 50, "the circles are drawn")
    part(lab).view.kicked.emit(frozenset({1}), 1.0)
    assert lab.history.stack.undoText() != "Kick 1 cluster"
    lab.playback.close()
    now = state(qapp, lab)
    wait_for(qapp, lambda: np.array_equal(part(lab).shown[0], now["theta"]), "the run is back")


# -- from lab to lab


def switch(lab, qapp, preset, wanted):
    lab.load_preset(preset)
    wait_for(qapp, lambda: lab.window.lab is wanted, f"the {wanted.title} lab")
    if wanted is labs.KURAMOTO:
        wait_for(qapp, lambda: part(lab).shown is not None, "phases")
    else:
        wait_for(qapp, lambda: lab.window.views["hero"].array is not None, "a field")


@pytest.mark.slow
def test_each_lab_keeps_its_layout(lab, qapp, preset):
    lab.window.docks["links"].hide()
    lab.window.docks["pooled"].setFloating(True)
    pump(qapp, 0.2)
    switch(lab, qapp, "weak_field", labs.GRAVITY)
    lab.window.docks["log"].hide()
    assert not lab.window.docks["pooled"].isVisible()
    switch(lab, qapp, preset, labs.KURAMOTO)
    assert lab.window.docks["links"].isHidden()
    assert lab.window.docks["pooled"].isFloating()
    assert not lab.window.docks["log"].isHidden()
    kept = lab.window.other_layouts()
    assert set(kept) == {"gravity"}
    switch(lab, qapp, "weak_field", labs.GRAVITY)
    assert lab.window.docks["log"].isHidden()
    assert not lab.window.docks["pooled"].isVisible()


@pytest.mark.slow
def test_workspaces_are_those_of_the_lab(lab, qapp):
    workspaces = part_of(lab, Workspaces)
    built_in, own = workspaces.offered()
    assert built_in == [name for name, item in BUILT_IN.items() if item.lab == "kuramoto"]
    assert own == []
    for name in built_in:
        workspaces.choose(name)
        pump(qapp, 0.1)
        assert not lab.window.docks["sources"].isVisible()
    with pytest.raises(BadInput, match="Gravity lab"):
        workspaces.choose("Painting")
    workspaces.save("Mine")
    assert workspaces.offered()[1] == ["Mine"]
    assert lab.settings.workspaces[0].lab == "kuramoto"


@pytest.mark.slow
def test_25_changes_of_the_lab_leave_no_black_canvas(lab, qapp, preset):
    for turn in range(25):
        kuramoto = turn % 2 == 1
        switch(lab, qapp, preset if kuramoto else "weak_field", labs.KURAMOTO if kuramoto else labs.GRAVITY)
        native = lab.window.home()
        wait_for(qapp, lambda n=native: distinct_colours(screen_of(n)) >= 50, f"a picture, turn {turn}")
    assert lab.simulation.loop.world.macro_tick >= 0
    assert not any("unexpected" in text for text in lab.window.notifications.texts())


@pytest.mark.slow
def test_a_quick_save_brings_phases_and_frozen_clusters_back(lab, qapp):
    pause(qapp, lab)
    lab.editing.set_parameter("frozen", [4])
    before = state(qapp, lab)
    native = part(lab).view.canvas_native
    native.setFocus()
    QTest.keyClick(native, Qt.Key.Key_F6)
    wait_for(qapp, lambda: any("Quick-saved" in t for t in lab.window.notifications.texts()), "it is kept")
    lab.editing.set_parameter("frozen", [])
    lab.step(30)
    wait_for(qapp, lambda: state(qapp, lab)["tick"] == before["tick"] + 30, "30 steps")
    QTest.keyClick(native, Qt.Key.Key_F9)
    wait_for(qapp, lambda: state(qapp, lab)["tick"] == before["tick"], "the tick of F6")
    np.testing.assert_array_equal(state(qapp, lab)["theta"], before["theta"])
    wait_for(qapp, lambda: np.array_equal(part(lab).shown[0], before["theta"]), "the circles show it")
    assert part(lab).view.frozen == {4}
    assert lab.window.lab is labs.KURAMOTO
