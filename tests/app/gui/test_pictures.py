"""What leaves the window: pictures, clipboard, films of a shown recording; and disks that refuse."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from tauscope.app.lab import Lab
from tauscope.app.recording import RecordingFile
from tauscope.app.recording.plan import FrameItem
from tauscope.app.recording.writer import RecordingWriter
from tauscope.app.snapshot import read_snapshot
from tauscope.widgets.save_dialogs import ExportDialog, SnapshotDialog
from tauscope.widgets.state import RecordingChoice
from tests.support.gui import paused, wait_for

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def said(lab: Lab, text: str) -> bool:
    return any(text in note for note in lab.window.notifications.texts())


def test_the_snapshot_dialog_saves_what_it_says(lab: Lab, qapp: QApplication, tmp_path: Path) -> None:
    paused(qapp, lab)
    native = lab.window.views["hero"].canvas_native
    QTest.keyClick(native, Qt.Key.Key_S, CONTROL | SHIFT)
    wait_for(qapp, lambda: lab.window.findChild(SnapshotDialog) is not None, "Ctrl+Shift+S asks")
    dialog = lab.window.findChild(SnapshotDialog)
    assert isinstance(dialog, SnapshotDialog)
    dialog.view.setCurrentIndex(dialog.view.findData("phi"))
    dialog.scale.setCurrentIndex(dialog.scale.findData("4"))
    dialog.ending.setCurrentIndex(dialog.ending.findData(".h5"))
    dialog.place.edit.setText(str(tmp_path / "phi"))
    dialog.answer()
    wait_for(qapp, lambda: said(lab, "phi.png"), "the message")
    array, described = read_snapshot(tmp_path / "phi.h5")
    shown = lab.window.views["phi"].array
    assert shown is not None
    np.testing.assert_array_equal(array, shown)
    assert described["tick"] == lab.simulation.loop.world.macro_tick
    with Image.open(tmp_path / "phi.png") as picture:
        assert min(picture.size) > 2000
        assert json.loads(picture.text["tauscope"])["field"] == "phi"  # type: ignore[attr-defined]


def test_a_snapshot_over_a_file_is_refused_while_the_dialog_is_open(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    (tmp_path / "a.npz").write_bytes(b"kept")
    lab.files.snapshot_dialog()
    dialog = lab.window.findChild(SnapshotDialog)
    assert isinstance(dialog, SnapshotDialog)
    dialog.place.edit.setText(str(tmp_path / "a.png"))
    dialog.accept_button.click()
    wait_for(qapp, dialog.problem.isVisible, "the refusal")
    named = f"{tmp_path / 'a.npz'} exists, and nothing is overwritten. Choose another name."
    assert dialog.problem.text() == named
    assert dialog.isVisible()
    assert not (tmp_path / "a.png").exists()
    dialog.place.edit.setText(str(tmp_path / "b.png"))
    dialog.accept_button.click()
    wait_for(qapp, lambda: said(lab, "b.png"), "the message")
    assert (tmp_path / "a.npz").read_bytes() == b"kept"


def test_the_picture_is_on_the_clipboard(lab: Lab, qapp: QApplication) -> None:
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick > 50, "a field that has spread")
    QGuiApplication.clipboard().clear()
    QTest.keyClick(lab.window.views["hero"].canvas_native, Qt.Key.Key_C, CONTROL | SHIFT)
    wait_for(qapp, lambda: said(lab, "on the clipboard"), "the message")
    data = QGuiApplication.clipboard().mimeData()
    image = QGuiApplication.clipboard().image()
    assert image.width() > 1000
    # The whole picture: how far the field has spread along one row depends on how fast the run is.
    colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 7)}
    assert len(colours) > 50
    assert b"tauscope" in bytes(data.data("image/png").data())


def recorded(lab: Lab, qapp: QApplication, path: Path) -> None:
    lab.files.start_recording(RecordingChoice(str(path), ("f_live", "tau"), 20))
    wait_for(qapp, lambda: lab.record.status().saved > 4, "five frames")
    lab.files.stop_recording()
    wait_for(qapp, lambda: said(lab, "is complete"), "the file is complete")


def test_the_player_exports_a_film_and_cancels_one(lab: Lab, qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    recorded(lab, qapp, path)
    lab.playback.open(str(path))
    wait_for(qapp, lab.window.player.isVisible, "the player")
    lab.window.player.export.click()
    wait_for(qapp, lambda: lab.window.findChild(ExportDialog) is not None, "the dialog")
    dialog = lab.window.findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    assert dialog.place.edit.text() == str(tmp_path / "run.mp4")
    dialog.format.setCurrentIndex(dialog.format.findData("gif"))
    dialog.every.set_value(2)
    dialog.answer()
    wait_for(qapp, lambda: said(lab, "Exported to"), "the film")
    with RecordingFile(path) as file, Image.open(tmp_path / "run.gif") as film:
        assert film.n_frames == -(-file.frames // 2)  # type: ignore[attr-defined]
    wait_for(qapp, lambda: lab.window.findChild(ExportDialog) is None, "the dialog is gone")
    lab.window.player.export.click()
    wait_for(qapp, lambda: lab.window.findChild(ExportDialog) is not None, "the dialog again")
    dialog = lab.window.findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    dialog.format.setCurrentIndex(dialog.format.findData("png"))
    dialog.answer()
    dialog.leave.click()
    wait_for(qapp, lambda: said(lab, "cancelled"), "the message")
    assert sorted(item.name for item in tmp_path.glob("*frames*")) == []


def test_a_full_disk_ends_the_recording_and_one_click_goes_on_elsewhere(
    lab: Lab, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RecordingWriter.append_frame

    def full(self: RecordingWriter, frame: FrameItem) -> None:
        if self.path.parent == tmp_path and self._written >= 5:
            raise OSError(28, "No space left on device")
        real(self, frame)

    monkeypatch.setattr(RecordingWriter, "append_frame", full)
    lab.files.start_recording(RecordingChoice(str(tmp_path / "run.h5"), ("f_live",), 10))
    wait_for(qapp, lambda: said(lab, "is full"), "the cause")
    tick = lab.simulation.loop.world.macro_tick
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick > tick, "the run goes on")
    wait_for(qapp, lambda: not lab.record.status().active, "the file is closed")
    with RecordingFile(tmp_path / "run.h5") as file:
        assert file.frames == 5
    goes_on_elsewhere(lab, qapp, tmp_path, "is full")


def test_a_removed_folder_ends_the_recording_and_one_click_goes_on_elsewhere(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    lab.files.start_recording(RecordingChoice(str(gone / "run.h5"), ("f_live",), 10))
    wait_for(qapp, lambda: lab.record.status().saved > 2, "frames")
    shutil.rmtree(gone)
    wait_for(qapp, lambda: said(lab, "was removed or replaced"), "the cause")
    assert lab.simulation.loop.running
    goes_on_elsewhere(lab, qapp, tmp_path, "was removed")


def goes_on_elsewhere(lab: Lab, qapp: QApplication, tmp_path: Path, cause: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    banner = next(b for b in lab.window.notifications.visible() if cause in b.note.text)
    assert banner.buttons[0].text() == "Choose another folder…"
    banner.buttons[0].click()
    wait_for(qapp, lambda: lab.window.findChild(QFileDialog) is not None, "the folder dialog")
    dialog = lab.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(other))
    dialog.close()
    wait_for(qapp, lambda: lab.record.active and lab.record.status().saved > 2, "it records there")
    lab.files.stop_recording()
    wait_for(qapp, lambda: said(lab, "is complete"), "the file is complete")
    with RecordingFile(other / "run.h5") as file:
        assert file.frames > 2


def test_a_snapshot_into_a_folder_that_is_gone_offers_another(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    lab.files.snapshot(str(tmp_path / "gone" / "a.png"))
    wait_for(qapp, lambda: said(lab, "There is no folder"), "the cause")
    banner = lab.window.notifications.visible()[0]
    assert [button.text() for button in banner.buttons] == ["Choose another folder…", "Try again"]
    (tmp_path / "gone").mkdir()
    banner.buttons[1].click()
    wait_for(qapp, (tmp_path / "gone" / "a.npz").exists, "it is written now")
