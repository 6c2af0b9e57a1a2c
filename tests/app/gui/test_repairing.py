"""A recording whose process was killed: offered at the start and where it is opened, repaired and shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.recording import RecordingFile
from tauscope.app.recording.layout import LOCK_SUFFIX, RESERVE_SUFFIX, SUPERBLOCK_SUFFIX
from tauscope.app.repairing import BUTTON
from tauscope.widgets.banner import Banner
from tests.recording.test_killed import kill_while_recording
from tests.support.gui import pump, wait_for


def offers(lab: Lab) -> list[Banner]:
    banners = lab.window.notifications.visible()
    return [banner for banner in banners if any(text == BUTTON for text, _ in banner.note.actions)]


def press(banner: Banner) -> None:
    next(action for text, action in banner.note.actions if text == BUTTON)()


def test_what_was_interrupted_is_offered_repaired_and_opened(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "killed.h5"
    kill_while_recording(path, "gravity", 1.0)
    beside = [path.with_name(path.name + suffix) for suffix in (LOCK_SUFFIX, RESERVE_SUFFIX)]
    assert all(one.exists() for one in beside)
    lab = make_lab("two_bodies")
    wait_for(qapp, lambda: len(offers(lab)) == 1, "the offer at the start")
    assert "killed.h5" in offers(lab)[0].note.text and "interrupted" in offers(lab)[0].note.text
    lab.window.notifications.clear()
    lab.files.open_path(str(path))
    wait_for(qapp, lambda: len(offers(lab)) == 1, "the offer where it is opened")
    assert not lab.playback.active
    press(offers(lab)[0])
    wait_for(qapp, lambda: lab.playback.active, "the recording is shown")
    assert lab.playback.path == str(path)
    assert any("was repaired" in text for text in lab.window.notifications.texts())
    assert not any(one.exists() for one in beside)
    assert path.with_name(path.name + SUPERBLOCK_SUFFIX).stat().st_size == 48
    with RecordingFile(path) as file:
        assert file.state == "recovered" and file.frames > 0
    lab.playback.close()
    lab.window.notifications.clear()
    lab.playback.repairing.look()
    wait_for(qapp, lambda: lab.background.idle, "another look")
    pump(qapp, 0.1)
    assert not offers(lab)
