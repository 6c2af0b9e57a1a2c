"""Wishes that overtake each other: of several the last counts, and nothing waits for what hangs."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app import files, live, playback, presets, session
from tauscope.app.lab import Lab
from tauscope.app.parts.sessions import Sessions, part_of
from tauscope.app.recording import Recorder, RecordingFile
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tauscope.widgets.state import RecordingChoice
from tests.support.gui import PATIENCE, pump, wait_for


def recording(path: Path) -> str:
    world = World.single("gravity", {"nx": 16, "ny": 16})
    recorder = Recorder(path, fields=("f_live",), reserve_bytes=0)
    recorder.start(world)
    for _number in range(5):
        world.advance(1)
        recorder.sample(world)
    recorder.close()
    return str(path)


def only_one_recording_runs(qapp: QApplication, lab: Lab, folder: Path, _monkeypatch: object) -> None:
    """Two presses before the run has taken the first: the second is refused, and one file is whole."""
    first, second = (RecordingChoice(str(folder / name), ("f_live",), 10) for name in ("1.h5", "2.h5"))
    taken, refused = lab.record.start(first), lab.record.start(second)
    taken.result(PATIENCE)
    with pytest.raises(BadInput, match="runs already"):
        refused.result(PATIENCE)
    wait_for(qapp, lambda: lab.record.status().saved > 0, "a frame")
    lab.record.stop()()
    assert [path.name for path in folder.glob("*.h5")] == ["1.h5"]
    with RecordingFile(folder / "1.h5") as file:
        assert file.frames > 0
    assert not any(isinstance(tracker, Recorder) for tracker in lab.simulation.loop.trackers)


def of_two_presets_the_last_is_loaded(
    qapp: QApplication, lab: Lab, _folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, gate = presets.load, threading.Event()

    def slow(name: str) -> presets.Preset:
        if name == "two_bodies":
            gate.wait(PATIENCE)
        return load(name)

    with monkeypatch.context() as patched:
        patched.setattr(presets, "load", slow)
        before = lab.history.stack.count()
        lab.load_preset("two_bodies")
        lab.load_preset("single_mass")
        wait_for(qapp, lambda: lab.document.content.preset == "single_mass", "the last one")
        gate.set()
        wait_for(qapp, lambda: lab.background.idle, "the first one is read")
        pump(qapp, 0.3)
    assert lab.document.content.preset == "single_mass" and lab.history.stack.count() == before + 1
    lab.load_preset("no_such_preset")
    assert lab.gallery.reading
    wait_for(qapp, lambda: not lab.gallery.reading, "the refusal")
    assert any("no_such_preset" in text for text in lab.window.notifications.texts())


def of_two_recordings_the_last_is_shown(
    qapp: QApplication, lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = recording(folder / "one.h5"), recording(folder / "OTHER.H5")
    read, gate = playback.read_recording, threading.Event()

    def slow(path: Path) -> object:
        if path.name == "one.h5":
            gate.wait(PATIENCE)
        return read(path)

    with monkeypatch.context() as patched:
        patched.setattr(playback, "read_recording", slow)
        lab.files.open_path(one)
        lab.files.open_path(other)
        wait_for(qapp, lambda: lab.playback.path == other, "the last one")
        gate.set()
        wait_for(qapp, lambda: lab.background.idle, "the first one is read")
        pump(qapp, 0.3)
    assert lab.playback.path == other


def of_preset_session_and_recording_the_last_counts(
    qapp: QApplication, lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.playback.close()
    kept, file = folder / "kept.tauscope", recording(folder / "run.h5")
    wait_for(qapp, lambda: lab.frame is not None, "a run to save")
    part_of(lab, Sessions).save(kept)
    wait_for(qapp, kept.exists, "the session")
    open_run, gate = session.open_run, threading.Event()

    def slow(path: Path) -> object:
        gate.wait(PATIENCE)
        return open_run(path)

    with monkeypatch.context() as patched:
        patched.setattr(session, "open_run", slow)
        before = lab.history.stack.count()
        lab.files.open_path(str(kept))
        lab.load_preset("single_mass" if lab.document.content.preset != "single_mass" else "two_bodies")
        wanted = lab.document.content.preset
        wait_for(qapp, lambda: lab.document.content.preset != wanted, "the preset")
        wanted = lab.document.content.preset
        gate.set()
        wait_for(qapp, lambda: lab.background.idle, "the session is read")
        pump(qapp, 0.3)
        assert lab.document.content.preset == wanted and lab.history.stack.count() == before + 1
        gate.clear()
        lab.files.open_path(str(kept))
        lab.files.open_path(file)
        wait_for(qapp, lambda: lab.playback.active, "the recording")
        gate.set()
        wait_for(qapp, lambda: lab.background.idle, "the session is read again")
        pump(qapp, 0.3)
        assert lab.playback.active and lab.playback.path == file
    lab.playback.close()


def verifying_ends_with_a_word_when_the_recording_is_left(
    qapp: QApplication, lab: Lab, folder: Path, _monkeypatch: object
) -> None:
    lab.playback.open(recording(folder / "left.h5"))
    wait_for(qapp, lambda: lab.playback.path.endswith("left.h5"), "the player")
    lab.playback.verify()
    assert lab.playback.verifying.active
    lab.set_playing(True)
    wait_for(qapp, lambda: not lab.playback.active, "play leaves the recording")
    assert any("replay was stopped" in text for text in lab.window.notifications.texts())


def a_difference_that_fails_is_said_and_the_next_one_is_shown(
    qapp: QApplication, lab: Lab, _folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, tried = live.difference, []

    def failing(first: object, second: object) -> object:
        tried.append(1)
        raise MemoryError("too large")

    view = lab.window.views["hero"]
    with monkeypatch.context() as patched:
        patched.setattr(live, "LARGE", 16)
        patched.setattr(live, "difference", failing)
        lab.editing.set_view("hero", replace(view.options, field="tau", minus="f"))
        lab.set_playing(True)
        wait_for(qapp, lambda: len(tried) > 1, "the next frame is tried after one that failed")
        wait_for(qapp, lambda: "cannot be worked out" in view.empty_text, "the reason")
        assert "too large" in view.empty_text
        patched.setattr(live, "difference", work)
        wait_for(qapp, lambda: view.array is not None, "the difference")
    lab.undo()


def a_frame_that_cannot_be_read_does_not_end_the_scrubbing(
    qapp: QApplication, lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.playback.open(recording(folder / "damaged.h5"))
    wait_for(qapp, lambda: lab.playback.path.endswith("damaged.h5"), "the player")
    wait_for(qapp, lambda: lab.background.idle, "the first frame")
    frame = RecordingFile.frame

    def third_is_gone(file: RecordingFile, field: str, index: int) -> object:
        if index == 2:
            raise MemoryError("too large")
        return frame(file, field, index)

    with monkeypatch.context() as patched:
        patched.setattr(RecordingFile, "frame", third_is_gone)
        lab.playback.show(2)
        wait_for(qapp, lambda: any("too large" in t for t in lab.window.notifications.texts()), "the error")
        lab.playback.show(4)
        wait_for(qapp, lambda: lab.window.player.frame_index == 4, "the next frame")
    lab.playback.close()


def a_folder_that_hangs_takes_one_worker_only(
    qapp: QApplication, lab: Lab, _folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, asked = threading.Event(), []

    def hanging(path: Path) -> float:
        asked.append(path)
        gate.wait(PATIENCE)
        return 1e9

    with monkeypatch.context() as patched:
        wait_for(qapp, lambda: lab.background.idle, "no work is left")
        qapp.processEvents()
        patched.setattr(files, "free_space", hanging)
        for _number in range(6):
            lab.files.refresh_disk()
        wait_for(qapp, lambda: bool(asked), "it is asked for")
        done: list[int] = []
        lab.background.run(lambda: 1, done.append)
        wait_for(qapp, lambda: done == [1], "other work goes on")
        assert len(asked) == 1
        gate.set()
        wait_for(qapp, lambda: lab.background.idle, "the answer")


def test_the_last_wish_counts(
    qapp: QApplication, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checks share a window: a lab takes seconds to open."""
    for check in (
        only_one_recording_runs,
        of_two_recordings_the_last_is_shown,
        of_two_presets_the_last_is_loaded,
        of_preset_session_and_recording_the_last_counts,
        verifying_ends_with_a_word_when_the_recording_is_left,
        a_difference_that_fails_is_said_and_the_next_one_is_shown,
        a_frame_that_cannot_be_read_does_not_end_the_scrubbing,
        a_folder_that_hangs_takes_one_worker_only,
    ):
        folder = tmp_path / check.__name__
        folder.mkdir()
        check(qapp, lab, folder, monkeypatch)
