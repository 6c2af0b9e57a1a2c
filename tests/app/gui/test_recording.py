"""Recording from the window: what is saved, opened and scrubbed, and what a kill leaves."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import platformdirs
import psutil
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QWidget

from tauscope.app.files import film_look
from tauscope.app.lab import Lab
from tauscope.app.lattice_fields import options_of
from tauscope.app.log_file import LogFile
from tauscope.app.parts.recovery import Recovery
from tauscope.app.parts.sessions import part_of
from tauscope.app.recording import Recorder, RecordingFile, lock, recover, replay
from tauscope.engine.world import World
from tauscope.widgets.dialogs import SmallDialog
from tauscope.widgets.state import RecordingChoice, RecordingStatus
from tests.conftest import ROOT
from tests.recording.running import drive
from tests.support.canvas import PaletteDrag
from tests.support.crowding import crowding
from tests.support.disks import remount, small_disk
from tests.support.gui import PATIENCE, in_front, in_place, point_of, pump, served, wait_for
from tests.support.saved import wait_for_frames

CONTROL = Qt.KeyboardModifier.ControlModifier


def record(lab: Lab, qapp: QApplication, path: Path, frames: int = 20) -> None:
    lab.set_speed(2000.0)
    lab.files.start_recording(RecordingChoice(str(path), ("f_live", "tau"), 20))
    wait_for(qapp, lambda: lab.record.active, "the recording runs")
    first = lab.document.content.config.dump()["sources"][0]["id"]
    wait_for(qapp, lambda: lab.record.status().saved > frames, "frames before the edit")
    lab.editing.edit_source(first, {"x": 70.0, "y": 66.0}, "commit")
    served(qapp, lab)
    wait_for(qapp, lambda: lab.record.status().saved > 2 * frames, "frames after it")
    lab.files.stop_recording()
    wait_for(qapp, lambda: not lab.record.active, "the recording stops")
    wait_for(
        qapp, lambda: any("complete" in t for t in lab.window.notifications.texts()), "the file is complete"
    )


def test_a_recording_is_scrubbed_and_verified_in_the_window(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "run.h5"
    record(lab, qapp, path)
    with RecordingFile(path) as file:
        frames, ticks = file.frames, file.ticks
        middle = file.frame("f_live", frames // 2)
    assert frames > 10
    assert (np.diff(ticks) == 20).all()
    lab.playback.open(str(path))
    wait_for(qapp, lambda: lab.window.player.isVisible(), "the player appears")
    lab.window.player.frame_requested.emit(frames // 2)
    hero = lab.window.views["hero"]
    wait_for(
        qapp,
        lambda: hero.array is not None and np.array_equal(hero.array, middle),
        "the frame that was asked for",
    )
    assert not lab.simulation.loop.running
    wait_for(
        qapp,
        lambda: lab.window.monitors.span.text() == f"recorded, tick {ticks[frames // 2]:,}",
        "the monitors follow",
    )
    warm = (lab.window.monitors.steadiness.warm_start, lab.actions["warm_start"])
    assert not any(start.isEnabled() for start in warm), "it would change the run that is not shown"
    lab.window.player.verify_requested.emit()
    wait_for(qapp, lambda: any("bit" in t for t in lab.window.notifications.texts()), "the replay's verdict")
    assert lab.window.notifications.visible()[0].note.level == "info"
    lab.window.player.close_recording()
    wait_for(qapp, lambda: not lab.window.player.isVisible(), "the live run returns")
    tick = lab.simulation.loop.world.macro_tick
    lab.set_playing(True)
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick > tick, "it plays on")


def test_a_recording_of_another_lab_has_its_own_names_and_colours(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    world = World.single("charge", {"mode": "D", "size": 24}, seed=1)
    recorder = Recorder(tmp_path / "charges.h5", ("rho", "phi"), every=5, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 20)
    recorder.close()
    window, before = lab.window, {key: view.spec for key, view in lab.window.views.items()}
    names = {key: window.docks[key].windowTitle() for key in ("tau", "phi")}
    assert before["phi"] is not None and before["phi"].label == "ϕ(x)"
    lab.playback.open(str(recorder.path))
    wait_for(qapp, lambda: window.player.isVisible(), "the player appears")
    specs = world.specs("charge")
    for key, field in (("hero", "rho"), ("phi", "phi"), ("tau", "p")):
        assert window.views[key].options.field == field
        assert window.views[key].spec == specs[field]
    assert window.views["phi"].options.cmap == options_of("phi", "phi").cmap
    assert window.docks["phi"].windowTitle() == specs["phi"].label
    with RecordingFile(recorder.path) as file:
        first = file.frame("phi", 0)
    wait_for(qapp, lambda: window.views["phi"].array is not None, "its field is shown")
    np.testing.assert_array_equal(window.views["phi"].array, first)
    assert window.views["tau"].array is None, "the recording does not hold it"
    window.player.close_recording()
    wait_for(qapp, lambda: not window.player.isVisible(), "the live run returns")
    assert {key: view.spec for key, view in window.views.items()} == before
    assert {key: window.docks[key].windowTitle() for key in names} == names
    lab.set_playing(True)
    wait_for(qapp, lambda: window.views["phi"].array is not None, "its frames are shown")
    assert window.views["phi"].array is not None and window.views["phi"].array.shape == (160, 256)


def test_a_new_run_continues_the_recording_in_a_second_part(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "run.h5"
    lab.files.start_recording(RecordingChoice(str(path), ("f_live",), 50))
    wait_for(qapp, lambda: lab.record.status().saved > 2, "frames in the first part")
    lab.reset()
    second = tmp_path / "run_002.h5"

    def second_runs() -> bool:
        status = lab.record.status()
        return status.path == str(second) and status.active and status.saved > 2

    wait_for(qapp, second_runs, "frames in the second part")
    lab.files.stop_recording()
    wait_for(
        qapp, lambda: any("run_002.h5 is complete" in t for t in lab.window.notifications.texts()), "the end"
    )
    # Each part is closed by a thread of its own; the first may be the last to end.
    wait_for(qapp, lambda: lock.holder(path) is None, "the first part is closed")
    for part in (path, second):
        with RecordingFile(part) as file:
            assert file.frames > 0
            assert (np.diff(file.ticks) == 50).all()


def test_record_pressed_while_a_recording_starts_or_changes_its_file_stops_it(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    lab.files.toggle_recording()
    lab.files.toggle_recording()  # before the simulation has answered
    wait_for(qapp, lambda: any("is complete" in t for t in lab.window.notifications.texts()), "it is closed")
    assert not lab.record.active and len(list(tmp_path.glob("*.h5"))) == 1
    lab.files.toggle_recording()
    wait_for(qapp, lambda: lab.record.active, "a recording")
    lab.reset()
    lab.files.toggle_recording()  # while the next part waits for the new run
    in_place(qapp, lab)
    wait_for(qapp, lambda: not lab.record.status().active, "the file is closed")
    pump(qapp, 0.3)
    assert len(list(tmp_path.glob("*.h5"))) == 2
    assert not lab.record.active


def test_a_refused_file_is_named_and_nothing_is_overwritten(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.h5"
    taken.write_text("mine")
    lab.files.start_recording(RecordingChoice(str(taken), ("f_live",), 10))
    wait_for(qapp, lambda: any("taken.h5" in t for t in lab.window.notifications.texts()), "the refusal")
    assert taken.read_text() == "mine"
    assert not lab.record.active
    lab.playback.open(str(taken))
    texts = lab.window.notifications.texts
    wait_for(qapp, lambda: sum("taken.h5" in t for t in texts()) >= 2, "the second refusal")
    assert not lab.playback.active


def test_a_snapshot_by_key_has_its_data_beside_it(lab: Lab, qapp: QApplication, tmp_path: Path) -> None:
    lab.files.snapshot(str(tmp_path / "shot.png"))
    wait_for(qapp, (tmp_path / "shot.npz").exists, "the data")
    wait_for(qapp, lambda: any("shot.png" in t for t in lab.window.notifications.texts()), "the notification")
    assert (tmp_path / "shot.png").read_bytes().startswith(b"\x89PNG")
    native = lab.window.views["hero"].canvas_native
    QTest.keyClick(native, Qt.Key.Key_E, CONTROL)
    wait_for(qapp, lambda: lab.record.active, "Ctrl+E records")
    QTest.keyClick(native, Qt.Key.Key_E, CONTROL)
    wait_for(qapp, lambda: not lab.record.active, "Ctrl+E stops")


def test_a_frame_that_comes_late_is_not_shown_of_another_recording(
    lab: Lab, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one.h5", "two.h5"):
        record(lab, qapp, tmp_path / name, 6)
        lab.window.notifications.clear()
    with RecordingFile(tmp_path / "two.h5") as file:
        second = file.frame("f_live", 0)
    hero = lab.window.views["hero"]
    lab.playback.open(str(tmp_path / "one.h5"))
    wait_for(qapp, lambda: lab.playback.active and hero.array is not None, "the first recording")
    slow, read = threading.Event(), RecordingFile.frame
    done: list[str] = []

    def late(self: RecordingFile, field: str, index: int) -> np.ndarray:
        found = read(self, field, index)
        done.append(self.path.name)
        if done.count("one.h5") == 2:  # both fields are read, and then so long on their way
            slow.wait(PATIENCE)
        return found

    monkeypatch.setattr(RecordingFile, "frame", late)
    lab.playback.show(0)  # the index that the second recording begins with
    lab.playback.open(str(tmp_path / "two.h5"))
    wait_for(qapp, lambda: lab.playback.path.endswith("two.h5"), "the second is opened")
    shown: list[np.ndarray] = []
    monkeypatch.setattr(hero, "set_array", lambda array, *_rest: shown.append(array))
    slow.set()
    wait_for(qapp, lambda: bool(shown), "a frame")
    np.testing.assert_array_equal(shown[0], second)
    lab.playback.show(2)
    lab.playback.close()
    pump(qapp, 0.3)
    assert not lab.window.notifications.visible(), "closing while a frame is read is no error"


def test_a_folder_that_was_removed_is_not_made_again(lab: Lab, qapp: QApplication, tmp_path: Path) -> None:
    folder = tmp_path / "films" / "today"
    folder.mkdir(parents=True)
    lab.settings.recording_folder = str(folder)
    lab.window.recording.set_path(lab.files.suggestion(".h5"))
    folder.rmdir()
    QTest.keyClick(lab.window.views["hero"].canvas_native, Qt.Key.Key_E, CONTROL)
    notes = lab.window.notifications
    wait_for(qapp, lambda: any(f"There is no folder {folder}" in t for t in notes.texts()), "it is said")
    assert not folder.exists() and not lab.record.active
    banner = next(b for b in notes.visible() if "There is no folder" in b.note.text)
    banner.buttons[0].click()
    wait_for(qapp, lambda: lab.window.findChild(QFileDialog) is not None, "the folder dialog")
    dialog = lab.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert Path(dialog.directory().absolutePath()) == folder.parent, "the nearest folder that is there"
    dialog.fileSelected.emit(str(folder.parent))
    dialog.close()
    wait_for(qapp, lambda: lab.record.active, "it is recorded there")
    assert Path(lab.record.status().path).parent == folder.parent
    wait_for(qapp, lambda: lab.settings.recording_folder == str(folder.parent), "it is remembered")


def test_the_first_recording_makes_the_folder_of_the_program(
    lab: Lab, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platformdirs, "user_documents_dir", lambda: str(tmp_path / "Documents"))
    lab.settings.recording_folder = ""
    lab.window.recording.set_path(lab.files.suggestion(".h5"))
    QTest.keyClick(lab.window.views["hero"].canvas_native, Qt.Key.Key_E, CONTROL)
    wait_for(qapp, lambda: lab.record.active, "Ctrl+E records")
    assert Path(lab.record.status().path).parent == tmp_path / "Documents" / "Tauscope"


def test_a_home_that_can_only_be_read_is_said_and_another_folder_is_one_click_away(
    lab: Lab, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, notes = tmp_path / "home", lab.window.notifications
    home.mkdir()
    with small_disk(home, "1m"):
        remount(home, "ro")
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("TAUSCOPE_SETTINGS", str(home / ".config" / "settings.json"))
        monkeypatch.delenv("XDG_DOCUMENTS_DIR", raising=False)
        lab.settings.recording_folder = ""
        lab.window.recording.set_path(lab.files.suggestion(".h5"))
        assert lab.window.recording.path.text().startswith(str(home))
        log = LogFile()
        log.open()
        assert not log.opened and "the disk can only be read" in log.refused
        part_of(lab, Recovery).save()
        lab.save_settings()
        lab.files.toggle_recording()
        for what in ("saved by itself: the disk can only be read", "settings file", "The recording"):
            wait_for(qapp, lambda what=what: any(what in text for text in notes.texts()), what)  # type: ignore[misc]
        assert not lab.record.active and lab.simulation.loop.running
        banner = next(b for b in notes.visible() if "The recording" in b.note.text)
        banner.buttons[0].click()
        wait_for(qapp, lambda: lab.window.findChild(QFileDialog) is not None, "the folder dialog")
        dialog = lab.window.findChild(QFileDialog)
        assert isinstance(dialog, QFileDialog)
        dialog.fileSelected.emit(str(tmp_path))
        dialog.close()
        said = f"Recording to {tmp_path}"
        wait_for(qapp, lambda: any(said in text for text in notes.texts()), "it says where it records")
        monkeypatch.setenv("TAUSCOPE_SETTINGS", str(tmp_path / "settings.json"))


def test_a_film_looks_like_the_view_of_its_field(lab: Lab, qapp: QApplication) -> None:
    views, hero = lab.window.views.values(), lab.window.views["hero"]
    options = replace(hero.options, cmap="viridis", scale="symlog", linthresh=0.02, levels=(0.3, 0.7))
    lab.editing.set_view("hero", options)
    wait_for(qapp, lambda: hero.options == options, "the view follows")
    look = film_look(views, options.field)
    assert (look["cmap"], look["thresh"], look["levels"]) == ("viridis", 0.02, (0.3, 0.7))
    assert look["limits"] is None, "the film has one range for all its frames"
    lab.editing.set_view("hero", replace(options, autoscale="frozen", low=0.1, high=0.9))
    wait_for(qapp, lambda: film_look(views, options.field)["limits"] == (0.1, 0.9), "limits of the view")
    assert film_look(views, "no such field") == {}


@pytest.mark.parametrize("preset", ["two_bodies", pytest.param("everything", marks=pytest.mark.slow)])
def test_what_is_said_of_a_recording_never_covers_its_form(
    make_lab: Callable[..., Lab], qapp: QApplication, preset: str
) -> None:
    lab = make_lab(preset)
    window, notes = lab.window, lab.window.notifications
    dock = window.docks["recording"]
    dock.show()
    dock.raise_()
    error = f"“{'/home/somebody/a long name' * 4}” was removed or replaced while it was being recorded."
    for size in ((1440, 900), (1280, 800), (960, 600), (1920, 1080)):
        window.resize(*size)
        wait_for(qapp, lambda size=size: (window.width(), window.height()) == size, "the size")  # type: ignore[misc]
        pump(qapp, 0.1)
        lab.notify("error", error, actions=[("Try again", lambda: None)], key="recording")
        lab.notify(
            "error", f"{error} Its disk is full.", actions=[("Stop recording", lambda: None)], key="full"
        )
        pump(qapp, 0.1)
        form = QRect(dock.mapTo(window, QPoint(0, 0)), dock.size()).intersected(window.rect())
        stack = notes._stack.geometry()
        assert form.width() > 150 and window.rect().contains(stack)
        assert not stack.intersects(form), f"{stack} lies over {form} at {size}"
        assert stack.top() > window.toolbar.geometry().bottom(), "the record button there"
        notes.clear()
    lab.notify("info", "This speaks of something else.")
    pump(qapp, 0.1)
    assert notes._stack.geometry().right() > dock.mapTo(window, QPoint(0, 0)).x(), "it is over the column"


def test_try_again_after_a_full_disk_records_once_there_is_room(
    lab: Lab, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAUSCOPE_WRITER", "process")
    disk, window, notes = tmp_path / "disk", lab.window, lab.window.notifications
    disk.mkdir()
    lab.settings.recording_folder = str(disk)

    def press(widget: QWidget) -> None:
        in_front(qapp, widget)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def refusals() -> int:
        return sum(b.note.times for b in notes.visible() if "are free on the disk of" in b.note.text)

    def try_again() -> QWidget:
        (banner,) = [b for b in notes.visible() if "are free on the disk of" in b.note.text]
        (button,) = [b for b in banner.buttons if b.text() == "Try again"]
        return button

    with small_disk(disk, "20m"):
        window.recording.set_path(lab.files.suggestion(".h5"))
        window.docks["recording"].show()
        window.docks["recording"].raise_()
        press(window.recording.toggle)
        wait_for(qapp, lambda: refusals() == 1, "the refusal")
        assert not list(disk.iterdir()), "nothing is left of what did not begin"
        press(try_again())
        wait_for(qapp, lambda: lab.background.idle and refusals() == 1, "it is refused again")
        assert not list(disk.iterdir()) and not lab.record.active
        remount(disk, "size=900m")
        press(try_again())
        wait_for(qapp, lambda: lab.record.active and lab.record.status().saved > 2, "it is recorded")
        path = Path(lab.record.status().path)
        assert path.parent == disk and window.recording.status_rows.isVisible()
        assert refusals() == 0, "it is refused no more"
        holder = lock.holder(path)
        assert holder is not None and holder.pid != os.getpid()
        press(window.recording.toggle)
        wait_for(qapp, lambda: any("is complete" in text for text in notes.texts()), "the file is closed")
        with RecordingFile(path) as file:
            assert file.frames > 2
        assert {one.suffix for one in disk.iterdir()} == {".h5", ".vtkhdf"}


def test_a_killed_window_loses_at_most_a_second_and_replays(tmp_path: Path) -> None:
    path = tmp_path / "killed.h5"
    environment = {
        **os.environ,
        "TAUSCOPE_SETTINGS": str(tmp_path / "settings.json"),
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.closing", "record", "60000", str(path)],
        env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for_frames(path, 20, lambda: process.poll() is None)
    finally:
        process.kill()
        process.wait(PATIENCE)
    fixed = recover(path)
    with RecordingFile(fixed) as file:
        assert file.frames > 10
    report = replay(fixed, verify=True)
    assert report.passed, report.sentence


def test_a_shown_recording_locks_the_document_and_takes_the_keys(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "run.h5"
    record(lab, qapp, path)
    before = lab.document.content
    lab.playback.open(str(path))
    wait_for(qapp, lambda: lab.window.player.isVisible(), "the player appears")
    hero = lab.window.views["hero"]
    assert not hero.marks
    window = lab.window
    recorded = {mark.id: mark.x for mark in window.sources.sources}
    first = before.config.dump()["sources"][0]
    assert recorded[first["id"]] != first["x"], "the panel shows the recording, where the source was moved"
    for panel in (window.sources, window.parameters):
        assert panel.locked.isVisible() and "cannot be edited" in panel.locked.text()
        assert not panel.body.isEnabled()
    assert not window.sources.selection()
    PaletteDrag(hero, "point").drop(point_of(hero, 100.0, 90.0))
    assert sum("cannot be edited" in text for text in window.notifications.texts()) == 1
    lab.editing.set_parameter("capacity", 2.0)
    QTest.keyClick(hero.canvas_native, Qt.Key.Key_Z, CONTROL)
    pump(qapp, 0.2)
    assert lab.document.content == before
    assert any("cannot be edited" in text for text in lab.window.notifications.texts())
    tick = served(qapp, lab)
    QTest.keyClick(hero.canvas_native, Qt.Key.Key_Period)
    wait_for(qapp, lambda: lab.window.player.frame_index == 1, "a full stop goes a frame on")
    QTest.keyClick(hero.canvas_native, Qt.Key.Key_Space)
    wait_for(qapp, lambda: lab.window.player.frame_index > 2, "Space plays the recording")
    QTest.keyClick(hero.canvas_native, Qt.Key.Key_Space)
    assert served(qapp, lab) == tick
    lab.window.player.close_recording()
    wait_for(qapp, lambda: len(hero.marks) == 2, "the marks of the live run")
    assert window.sources.body.isEnabled() and not window.parameters.locked.isVisible()
    assert {m.id: m.x for m in window.sources.sources}[first["id"]] == first["x"]
    lab.editing.set_parameter("capacity", 2.0)
    assert lab.document.content.config.dump()["capacity"] == 2.0


def test_a_disk_that_will_be_full_in_two_minutes_is_told_once(lab: Lab, qapp: QApplication) -> None:
    def told() -> int:
        return sum("will be full" in text for text in lab.window.notifications.texts())

    look = lab.files.disk.look
    look(RecordingStatus(True, "/data/run.h5", 1, 0, 1, 1e8, 0.0, 121e8))
    assert told() == 0
    for _again in range(3):
        look(RecordingStatus(True, "/data/run.h5", 1, 0, 1, 1e8, 0.0, 119e8))
    assert told() == 1
    banner = lab.window.notifications.visible()[0]
    assert banner.note.times == 1 and [button.text() for button in banner.buttons] == ["Stop recording"]
    full = RecordingStatus(True, "/data/run.h5", 1, 0, 1, 0.0, 1.0, 0.0, waits_for_room=True, missing=5e8)
    for _again in range(3):
        look(full)
    banner = next(b for b in lab.window.notifications.visible() if "is full" in b.note.text)
    assert banner.note.times == 1 and [button.text() for button in banner.buttons] == ["Stop recording"]
    assert "when 500\u202fMB more are free" in banner.sentence.text()
    look(replace(full, missing=492.5e6, at_risk=51))
    assert banner in lab.window.notifications.visible(), "a button is not taken from under the mouse"
    assert "492" in banner.sentence.text() and "up to 51 frames that wait are lost" in banner.sentence.text()
    look(replace(full, waits_for_room=False))
    assert any("goes on" in text for text in lab.window.notifications.texts())
    look(full)
    look(replace(full, waits_for_room=False, ending=True))
    assert not any("goes on" in text or "is full" in text for text in lab.window.notifications.texts())
    look(full)
    assert not any("will be full" in text for text in lab.window.notifications.texts())


def test_frames_that_would_be_lost_on_a_full_disk_are_given_up_only_when_asked(
    lab: Lab, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = RecordingStatus(
        True, "/data/run.h5", 44, waits_for_room=True, missing=492.5e6, at_risk=51, disk_left=7.5e6
    )
    done: list[str] = []
    monkeypatch.setattr(lab.record, "status", lambda: full)
    monkeypatch.setattr(lab.files.disk, "_stop", lambda: done.append("stop"))
    for button, expected in (("Keep waiting", []), ("Stop and give up 51 frames", ["stop"])):
        lab.files.stop_recording()
        (dialog,) = (one for one in lab.window.findChildren(SmallDialog) if one.isVisible())
        words = " ".join(label.text() for label in dialog.findChildren(QLabel))
        assert "Up to 51 frames that wait" in words and "Free 492" in words and not done
        next(one for one in dialog.findChildren(QAbstractButton) if one.text() == button).click()
        assert not any(one.isVisible() for one in lab.window.findChildren(SmallDialog))
        assert done == expected
        lab.files.disk.look(full)
        kept = any("is full" in text for text in lab.window.notifications.texts())
        assert kept == (button == "Keep waiting"), "what may be needed again is gone"
        lab.window.notifications.clear()
    lab.window.close()
    (dialog,) = (one for one in lab.window.findChildren(SmallDialog) if one.isVisible())
    assert not lab.window.close_accepted, "the window closed over frames that wait"
    dialog.reject()
    full = replace(full, at_risk=0)
    lab.files.stop_recording()
    assert done == ["stop", "stop"], "what finds room is not asked about"


def test_a_writing_process_that_dies_is_told_and_one_click_goes_on(
    lab: Lab, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAUSCOPE_WRITER", "process")
    path = tmp_path / "run.h5"
    lab.files.start_recording(RecordingChoice(str(path), ("f_live",), 50))
    wait_for(qapp, lambda: lab.record.status().saved > 2, "frames")
    holder = lock.holder(path)
    assert holder is not None and holder.pid != os.getpid()
    notes = lab.window.notifications
    repaired = threading.Event()
    module = importlib.import_module("tauscope.app.recording.recover")
    mend = module.recover
    # What repairs is a process of its own, which a busy machine lets wait.
    monkeypatch.setattr(module, "recover", lambda path: repaired.wait(PATIENCE) and mend(path))
    psutil.Process(holder.pid).kill()
    killed = time.monotonic()
    wait_for(qapp, lambda: any("died (signal 9)" in text for text in notes.texts()), "the banner")
    told = time.monotonic() - killed
    print(f"told after {told:.2f} s")
    assert told < 2.0 * crowding(), f"told after {told:.2f} s"
    assert lab.simulation.loop.running
    assert any("is being repaired" in text for text in notes.texts())
    repaired.set()
    wait_for(qapp, lambda: any("that were saved are in" in text for text in notes.texts()), "the repair")
    with RecordingFile(path) as file:
        assert file.frames > 2
    banner = next(b for b in notes.visible() if "died" in b.note.text)
    assert [button.text() for button in banner.buttons] == ["Go on in run_002.h5"]
    banner.buttons[0].click()
    second = tmp_path / "run_002.h5"
    wait_for(qapp, lambda: lab.record.status().path == str(second), "the next part")
    wait_for(qapp, lambda: lab.record.status().saved > 2, "frames in the next part")
    lab.files.stop_recording()
    wait_for(qapp, lambda: any("run_002.h5 is complete" in text for text in notes.texts()), "the end")
