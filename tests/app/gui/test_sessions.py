"""Sessions in the window by keys, to the last bit; conditions that pause; workspaces; the trace."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from tauscope.app import headless, presets, session
from tauscope.app.lab import Lab
from tauscope.app.parts.conditions import Conditions
from tauscope.app.parts.sessions import Sessions, part_of
from tauscope.app.parts.trace import Trace
from tauscope.app.parts.workspaces import Workspaces
from tauscope.engine.base import hash_state
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tauscope.widgets.condition_dialog import ConditionDialog
from tauscope.widgets.dialogs import Prompt
from tests.conftest import ROOT
from tests.support.gui import PATIENCE, in_place, paused, pump, served, wait_for

CONTROL = Qt.KeyboardModifier.ControlModifier
ON_THIS_KEY = Qt.KeyboardModifier.NoModifier


def press(lab: Lab, key: Qt.Key, modifiers: Qt.KeyboardModifier = ON_THIS_KEY) -> None:
    QTest.keyClick(lab.window.views["hero"].canvas_native, key, modifiers)


def said(lab: Lab, text: str) -> bool:
    return any(text in note for note in lab.window.notifications.texts())


def pause(lab: Lab, qapp: QApplication) -> int:
    return paused(qapp, lab)


def hashes(lab: Lab) -> dict[str, str]:
    def look(world: World) -> dict[str, str]:
        return hash_state(world.engine("gravity").state())

    return lab.simulation.loop.call(look).result(PATIENCE)


def step(lab: Lab, qapp: QApplication, ticks: int) -> None:
    end = served(qapp, lab) + ticks
    lab.step(ticks)
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick == end, f"{ticks} ticks")
    wait_for(qapp, lambda: not lab.simulation.loop.running, "the step ends")


def test_quick_keys_come_back_to_the_same_bits(lab: Lab, qapp: QApplication) -> None:
    tick = pause(lab, qapp)
    press(lab, Qt.Key.Key_F6)
    wait_for(qapp, lambda: said(lab, "Quick-saved"), "F6 saves")
    kept, before = hashes(lab), lab.document.content
    step(lab, qapp, 50)
    uninterrupted = hashes(lab)
    lab.editing.set_parameter("survival", 0.97)
    step(lab, qapp, 20)
    edited, changed = hashes(lab), lab.document.content
    assert edited != uninterrupted
    press(lab, Qt.Key.Key_F9)
    wait_for(qapp, lambda: said(lab, "Back at tick"), "F9 loads")
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick == tick, "the tick of F6")
    assert hashes(lab) == kept
    assert lab.document.content == before
    step(lab, qapp, 50)
    assert hashes(lab) == uninterrupted
    assert lab.actions["undo"].text() == "&Undo quick-load"
    lab.undo()
    wait_for(qapp, lambda: said(lab, f"Back at tick {tick + 70:,} of the run before"), "the undo says so")
    assert hashes(lab) == edited and lab.document.content == changed
    lab.redo()
    wait_for(qapp, lambda: said(lab, f"Back at tick {tick + 50:,} of the quick-save"), "the redo says so")
    assert hashes(lab) == uninterrupted and lab.document.content == before
    lab.undo()
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick == tick + 70, "the run before stands again")
    lab.undo()
    assert lab.document.content == before
    step(lab, qapp, 5)
    assert lab.simulation.loop.world.macro_tick == tick + 75
    assert (
        lab.simulation.loop.call(lambda world: world.engine("gravity").config).result(PATIENCE)
        == before.config
    )


def test_the_newest_of_two_openings_keeps_the_run_and_the_other_its_set_up(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    sessions = part_of(lab, Sessions)
    pause(lab, qapp)
    for name in ("first", "second"):
        path = tmp_path / f"{name}.tauscope"
        lab.editing.set_parameter("survival", 0.97 if name == "first" else 0.98)
        sessions.save(path)
        wait_for(qapp, lambda: sessions.path == path, "the session is written")  # noqa: B023 - in this turn
    lab.editing.set_parameter("survival", 0.99)
    step(lab, qapp, 10)
    sessions.path = None
    contents = [lab.document.content]
    for name in ("first", "second"):
        path = tmp_path / f"{name}.tauscope"
        sessions.open(path)
        wait_for(qapp, lambda: sessions.path == path, "the session opens")  # noqa: B023 - called in this turn
        contents.append(lab.document.content)
        step(lab, qapp, 7)
    assert [c.config.dump()["survival"] for c in contents] == [0.99, 0.97, 0.98]
    assert sessions.path == tmp_path / "second.tauscope"
    tick = lab.simulation.loop.world.macro_tick
    lab.undo()
    wait_for(qapp, lambda: said(lab, f"Back at tick {tick:,} of the run before second"), "the run returns")
    assert lab.document.content == contents[1] and sessions.path == tmp_path / "first.tauscope"
    lab.undo()
    wait_for(qapp, lambda: said(lab, "starts again at tick 0"), "only one world is kept")
    assert lab.document.content == contents[0] and sessions.path is None
    step(lab, qapp, 3)
    assert lab.simulation.loop.world.macro_tick == 3
    origin = part_of(lab, Trace).origin
    assert origin is not None and origin.config == contents[0].config.dump()


def test_control_s_asks_once_and_a_new_window_goes_on(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    lab = make_lab()
    path = tmp_path / "evening.tauscope"
    lab.set_speed(300.0)
    part_of(lab, Conditions).set("f_traffic_min < 0.001", 5)
    lab.editing.set_parameter("survival", 0.998)
    pump(qapp, 0.3)
    pause(lab, qapp)
    press(lab, Qt.Key.Key_S, CONTROL)
    wait_for(qapp, lambda: lab.window.findChild(QFileDialog) is not None, "Ctrl+S asks for a file")
    dialog = lab.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    field = dialog.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setText(str(path.with_suffix("")))
    QTest.keyClick(field, Qt.Key.Key_Return)
    wait_for(qapp, path.exists, "the session is written")
    wait_for(qapp, lambda: said(lab, "was saved"), "the message")
    step(lab, qapp, 30)
    press(lab, Qt.Key.Key_S, CONTROL)
    wait_for(
        qapp,
        lambda: session.load(path).tick == lab.simulation.loop.world.macro_tick,
        "Ctrl+S writes the same file again",
    )
    step(lab, qapp, 40)
    wanted, content = hashes(lab), lab.document.content

    other = make_lab(str(path), running=False)
    wait_for(qapp, lambda: said(other, "Back at tick"), "the session opens")
    assert other.document.content == content
    assert not other.simulation.loop.running
    assert other.simulation.loop.speed == 300.0
    assert part_of(other, Conditions).chosen.text == "f_traffic_min < 0.001"
    step(other, qapp, 40)
    assert hashes(other) == wanted


def test_a_file_that_is_no_session_changes_nothing(lab: Lab, qapp: QApplication, tmp_path: Path) -> None:
    before = lab.document.content
    foreign = tmp_path / "other.tauscope"
    foreign.write_bytes(b"not a session at all")
    part_of(lab, Sessions).open(foreign)
    wait_for(qapp, lambda: said(lab, "other.tauscope"), "the refusal")
    assert lab.document.content is before
    assert lab.simulation.loop.running


def test_a_folder_that_is_gone_offers_another(lab: Lab, qapp: QApplication, tmp_path: Path) -> None:
    part_of(lab, Sessions).save(tmp_path / "gone" / "a.tauscope")
    wait_for(qapp, lambda: said(lab, "the folder is gone"), "cause")
    note = next(b for b in lab.window.notifications.visible() if "folder is gone" in b.note.text)
    assert note.note.actions[0][0] == "Choose another folder…"
    note.buttons[0].click()
    wait_for(qapp, lambda: lab.window.findChild(QFileDialog) is not None, "the folder dialog")
    dialog = lab.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(tmp_path))
    dialog.close()
    wait_for(qapp, (tmp_path / "a.tauscope").exists, "it is written there")
    assert session.load(tmp_path / "a.tauscope").content == lab.document.content


def test_the_run_pauses_at_the_exact_tick_of_a_condition(lab: Lab, qapp: QApplication) -> None:
    conditions = part_of(lab, Conditions)
    with pytest.raises(BadInput, match="f_traffic_mim"):
        conditions.set("f_traffic_mim < 1")
    assert not conditions.chosen.enabled
    pause(lab, qapp)
    press(lab, Qt.Key.Key_B, CONTROL)
    wait_for(qapp, lambda: lab.window.findChild(ConditionDialog) is not None, "Ctrl+B asks")
    dialog = lab.window.findChild(ConditionDialog)
    assert isinstance(dialog, ConditionDialog)
    QTest.keyClicks(dialog.field, "possible >")
    assert not dialog.accept_button.isEnabled()
    assert "no formula" in dialog.verdict.text()
    goal = lab.simulation.loop.world.macro_tick + 137
    QTest.keyClicks(dialog.field, f"= {goal}")
    assert dialog.accept_button.isEnabled()
    dialog.every.set_value(1)
    dialog.answer()
    lab.reset_statistics()
    lab.set_playing(True)
    wait_for(qapp, lambda: said(lab, "holds"), "the condition pauses the run")
    world = lab.simulation.loop.world
    wait_for(qapp, lambda: not lab.simulation.loop.running, "it pauses")
    assert world.engine("gravity").scalars()["possible"] == goal
    assert said(lab, f"Paused at tick {world.macro_tick:,}") and said(lab, f"possible = {goal}")
    tick = world.macro_tick
    lab.set_playing(True)
    wait_for(qapp, lambda: world.macro_tick > tick + 100, "play goes on past it")


def test_workspaces_are_kept_renamed_chosen_and_forgotten(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    spaces = part_of(lab, Workspaces)
    lab.window.docks["presets"].hide()
    lab.window.docks["tau"].hide()
    spaces.save("My bench")
    spaces.choose("Lattice")
    wait_for(qapp, lambda: not lab.window.docks["tau"].isHidden(), "the layout")
    before = lab.document.content.views["hero"].field
    spaces.choose("Measuring")
    wait_for(qapp, lab.window.docks["sources"].isHidden, "another layout")
    assert not lab.window.docks["monitors"].isHidden()
    assert lab.document.content.views["hero"].field == "f_traffic" != before
    spaces.choose("My bench")
    wait_for(qapp, lab.window.docks["tau"].isHidden, "the own layout")
    assert not lab.window.docks["sources"].isHidden()
    assert lab.document.content.views["hero"].field == before
    spaces.rename("My bench", "Evening")
    assert "Evening" in spaces.names() and "My bench" not in spaces.names()
    with pytest.raises(BadInput, match="belongs to the program"):
        spaces.save("gravity")
    wait_for(qapp, (tmp_path / "settings.json").exists, "the settings are written")
    lab.settings.workspaces[0].layout = "AAAA"
    spaces.choose("Evening")
    assert said(lab, "does not fit this window")
    spaces.delete("Evening")
    assert spaces.offered()[0] == ["Lattice", "Gravity", "Painting", "Measuring"]
    spaces.ask_save()
    prompt = lab.window.findChild(Prompt)
    assert isinstance(prompt, Prompt)
    QTest.keyClicks(prompt.field, "Night")
    QTest.keyClick(prompt.field, Qt.Key.Key_Return)
    assert spaces.names()[-1] == "Night"


def test_window_script_and_command_line_give_one_hash(lab: Lab, qapp: QApplication, tmp_path: Path) -> None:
    pause(lab, qapp)
    lab.reset()
    in_place(qapp, lab)
    assert lab.simulation.loop.world.macro_tick == 0
    generator = np.random.default_rng(20)
    for _ in range(12):
        lab.set_playing(True)
        pump(qapp, float(generator.uniform(0.02, 0.08)))
        match int(generator.integers(5)):
            case 0:
                lab.editing.set_parameter("survival", round(float(generator.uniform(0.98, 1.0)), 4))
            case 1:
                x, y = (float(v) for v in generator.uniform(10, 50, 2))
                lab.editing.drop_source("gaussian", x, y)
            case 2:
                name = lab.document.content.config.dump()["sources"][0]["id"]
                lab.editing.edit_source(name, {"x": float(generator.uniform(10, 50))}, "commit")
            case 3:
                lab.warm_start()
                pump(qapp, 0.2)
            case 4:
                lab.undo()
    pump(qapp, 0.3)
    pause(lab, qapp)
    step(lab, qapp, 17)
    path = tmp_path / "trace.py"
    part_of(lab, Trace).save(str(path))
    wait_for(qapp, path.exists, "the script")
    wait_for(qapp, lambda: said(lab, "The trace up to"), "the message")
    wanted = hashes(lab)
    check = (
        "from tauscope.engine.base import hash_state\nimport json\nprint(json.dumps(hash_state(eng.state())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"exec(open({str(path)!r}).read())\n{check}"],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    import json

    assert json.loads(done.stdout.splitlines()[-1]) == wanted
    lines = [lab.window.log.model.entry(row) for row in range(len(lab.window.log.model))]
    traced = [entry.text for entry in lines if entry.level == "trace"]
    assert any("eng.advance(" in line for line in traced)
    assert any("eng.command(" in line or "eng.set(" in line for line in traced)


def test_an_unedited_run_equals_the_command_line(lab: Lab, qapp: QApplication) -> None:
    pause(lab, qapp)
    lab.reset()
    in_place(qapp, lab)
    assert lab.simulation.loop.world.macro_tick == 0
    step(lab, qapp, 100)
    outcome = headless.run(headless.Plan(presets.load("two_bodies"), ticks=100))
    assert outcome.hashes == hashes(lab)


def test_an_opened_session_has_a_name_for_its_recording(
    lab: Lab, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(lab.files, "_begin", lambda choice: asked.append(choice.path))
    panel = lab.window.recording
    panel.set_path("")
    lab.files.start_recording(panel.choice())
    assert asked[0].endswith(".h5") and panel.choice().path == asked[0]
    path = tmp_path / "one.tauscope"
    part_of(lab, Sessions).save(path)
    wait_for(qapp, path.exists, "the session is saved")
    panel.set_path("")
    part_of(lab, Sessions).open(path)
    wait_for(qapp, lambda: panel.choice().path.endswith(".h5"), "a file is suggested")
