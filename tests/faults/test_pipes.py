"""F12: a named pipe under the name of a file is refused at once; reading it would wait for ever."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest

from tauscope.app import images, presets, probe_files, snapshot, suggestions_model
from tauscope.app.recording import RecordingFile, layout, lock, recover
from tauscope.app.recording.journal import journal_path
from tauscope.app.recording.vetting import open_vetted
from tauscope.engine.errors import BadInput
from tests.recording.conftest import Recording

PATIENCE = 30.0
READERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "open": ("run.h5", open_vetted),
    "read": ("run.h5", RecordingFile),
    "recover": ("run.h5", recover),
    "preset": ("run.json", presets.read),
    "probes": ("run.json", lambda path: probe_files.read_probe_file(path, "toy")),
    "suggestions": ("run.json", suggestions_model.load),
    "table": ("run.csv", images.read_map),
    "array": ("run.npy", images.read_map),
    "picture": ("run.png", images.read_map),
    "snapshot": ("run.npz", snapshot.read_snapshot),
}

if not hasattr(os, "mkfifo"):
    pytest.skip("there are no named pipes here", allow_module_level=True)


def answered(step: Callable[[], Any]) -> Any:
    """What a step gives or raises; fails where it waits."""
    found: list[Any] = []

    def work() -> None:
        try:
            found.append(step())
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            found.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert found, "it waits for a pipe that nobody writes to"
    return found[0]


@pytest.mark.parametrize("name", READERS)
def test_a_pipe_is_refused_by_whoever_reads(tmp_path: Path, name: str) -> None:
    kind, read = READERS[name]
    path = tmp_path / kind
    os.mkfifo(path)
    told = answered(lambda: read(path))
    assert isinstance(told, BadInput), told
    assert "a pipe or a device" in str(told).lower()


def test_pipes_beside_a_recording_count_as_nothing(recorded: Recording, tmp_path: Path) -> None:
    path = tmp_path / "foreign.h5"
    shutil.copy(recorded(), path)
    os.mkfifo(journal_path(path))
    os.mkfifo(lock.lock_path(path))
    assert answered(lambda: recover(path)) == path


def test_what_is_beyond_recovery_is_said_in_our_words(recorded: Recording, tmp_path: Path) -> None:
    path = tmp_path / "loop.h5"
    shutil.copy(recorded(), path)
    with h5py.File(path, "r+") as file:
        file[f"{layout.FIELDS}/loop"] = file[layout.FIELDS]
    told = answered(lambda: recover(path))
    if isinstance(told, BadInput):
        assert "object has no attribute" not in str(told)
    else:
        assert told == path, told
