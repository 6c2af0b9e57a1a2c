"""The first moments: keys work at once, and settings that point nowhere do not leave the window empty."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.recording import Recorder
from tauscope.engine.world import World
from tauscope.widgets.controls.number_edit import NumberEdit
from tauscope.widgets.field_view import EMPTY_TEXT, FieldView
from tests.support.gui import in_front, paused, pump, served, wait_for


def test_the_canvas_has_the_keyboard_at_the_start(lab: Lab, qapp: QApplication) -> None:
    focused = lab.window.views["hero"].canvas_native
    wait_for(qapp, lambda: QApplication.focusWidget() is focused, "the canvas has the keys")
    count = len(lab.document.content.config.dump()["sources"])
    QTest.keyClick(focused, Qt.Key.Key_Space)
    wait_for(qapp, lambda: not lab.simulation.loop.running, "Space pauses")
    assert len(lab.document.content.config.dump()["sources"]) == count


def test_a_kept_preset_that_is_gone_falls_back_to_the_default(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab("")
    assert lab.document.content.preset == "everything"
    lab.settings.preset = "long_gone"
    lab.gallery.load_kept()
    wait_for(
        qapp, lambda: any("long_gone" in text for text in lab.window.notifications.texts()), "the warning"
    )
    assert lab.document.content.preset == "everything"


def test_a_recording_given_at_the_start_is_shown_and_nothing_runs_behind_it(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "run.h5"
    world = World.single("gravity", {"nx": 48, "ny": 40}, seed=1)
    recorder = Recorder(path, fields=("f_live",), every=10)
    recorder.start(world)
    for _ in range(5):
        world.advance(10)
        recorder.sample(world)
    recorder.stop(world)
    recorder.close()
    lab = make_lab(str(path), running=False)
    wait_for(qapp, lambda: lab.window.player.isVisible(), "the player appears")
    hero = lab.window.views["hero"]
    wait_for(qapp, lambda: hero.array is not None and hero.array.shape == (40, 48), "its first frame")
    pump(qapp, 0.5)
    assert not lab.simulation.loop.running
    assert lab.simulation.loop.world.macro_tick == 0
    assert hero.array is not None and hero.array.shape == (40, 48)


def test_before_the_first_frame_the_views_say_that_it_is_coming(
    make_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[FieldView, str]] = []
    clear = FieldView.clear

    def spy(view: FieldView, why: str = EMPTY_TEXT) -> None:
        told.append((view, why))
        clear(view, why)

    monkeypatch.setattr(FieldView, "clear", spy)
    lab = make_lab()
    said = [why for view, why in told if view in lab.window.views.values()]
    assert "Preparing…" in said
    assert EMPTY_TEXT not in said


def test_after_enter_in_a_parameter_keys_stay_in_the_form(lab: Lab, qapp: QApplication) -> None:
    tick = paused(qapp, lab)
    before = len(lab.document.content.config.dump()["sources"])
    row = lab.window.parameters.form.rows["survival"]
    edit = row.findChild(NumberEdit)
    assert edit is not None
    lab.window.parameters.scroller.ensureWidgetVisible(edit)
    in_front(qapp, edit)
    QTest.mouseClick(edit, Qt.MouseButton.LeftButton)
    edit.selectAll()
    QTest.keyClicks(edit, "0.991")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert lab.document.content.config.dump()["survival"] == 0.991
    wait_for(qapp, lambda: QApplication.focusWidget() is edit, "the keys stay")
    QTest.keyClicks(edit, ".992")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    wait_for(qapp, lambda: QApplication.focusWidget() not in (edit, None), "Tab goes on")
    after = QApplication.focusWidget()
    assert after is not None
    assert lab.window.parameters.isAncestorOf(after)
    assert lab.document.content.config.dump()["survival"] == 0.992
    assert served(qapp, lab) == tick, "a full stop made no step"
    assert len(lab.document.content.config.dump()["sources"]) == before
