"""What a recording says beside its numbers: every later change of it is found by `replay --verify`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tauscope.app.recording import RecordingFile, layout, rerun
from tauscope.app.recording.replay import Mismatch
from tauscope.app.recording.writer import pack_state
from tests.recording.conftest import Recording

Edit = Callable[[h5py.File], Any]


def verified(path: Path) -> Mismatch | None:
    """First mismatch of a recording, found in this process."""
    return rerun.rerun(path, True, lambda _fraction, _text: None).mismatch


def said(path: str, name: str, value: Any) -> Edit:
    """Set an attribute."""

    def edit(file: h5py.File) -> None:
        file[path].attrs[name] = value

    return edit


def unsaid(path: str, name: str) -> Edit:
    """Delete an attribute."""

    def edit(file: h5py.File) -> None:
        del file[path].attrs[name]

    return edit


def put(name: str, value: Callable[[h5py.File], Any]) -> Edit:
    """Put something at a place, instead of what may be there."""

    def edit(file: h5py.File) -> None:
        new = value(file)
        if name in file:
            del file[name]
        file[name] = new

    return edit


def gone(name: str) -> Edit:
    """Delete a group or dataset."""

    def edit(file: h5py.File) -> None:
        del file[name]

    return edit


def swapped(file: h5py.File) -> None:
    """Let the axes of a field change places."""
    dims = file["fields/u"].dims
    for axis, (old, new) in enumerate((("y", "x"), ("x", "y")), start=1):
        dims[axis].detach_scale(file[f"fields/{old}"])
        dims[axis].attach_scale(file[f"fields/{new}"])


def other_frame(file: h5py.File) -> None:
    """Let an iteration of the view show another frame, with all that stands beside it."""
    old = file["data/10/meshes/u"]
    attributes = {name: old.attrs[name] for name in old.attrs}
    source = h5py.VirtualSource(".", "/fields/u", file["fields/u"].shape)
    shown = h5py.VirtualLayout(old.shape, old.dtype)
    shown[...] = source[3]
    del file["data/10/meshes/u"]
    new = file["data/10/meshes"].create_virtual_dataset("u", shown)
    for name, value in attributes.items():
        new.attrs[name] = value


def last_event(file: h5py.File) -> None:
    """Forget what came last, with all that counts it but the digest of the closing."""
    for name in (layout.HASH_TICK, layout.HASH_EVENTS):
        file[name].resize(len(file[name]) - 1, axis=0)
    for hashes in file[f"{layout.HASH_STATE}/toy"].values():
        hashes.resize(len(hashes) - 1, axis=0)
    file[layout.CHECKPOINT_TICK][:] = -1


EDITS: dict[str, Edit] = {
    "units of /fields/u": said("fields/u", "units", "K"),
    "long_name of /fields/u": said("fields/u", "long_name", "temperature"),
    "scale_factor of /fields/u": said("fields/u", "scale_factor", 2.0),
    "signal of /fields": said("fields", "signal", "visits"),
    "axes of /fields": said("fields", "axes", ["t", "x", "y"]),
    "auxiliary_signals of /fields": said("fields", "auxiliary_signals", ["visits"]),
    "long_name of /fields/t": said("fields/t", "long_name", "days"),
    "long_name of /fields/tick": said("fields/tick", "long_name", "frames"),
    "units of /fields/x": said("fields/x", "units", "m"),
    "axes of /fields/u": swapped,
    "axes of /fields/u ": said("fields/x", "NAME", np.bytes_(b"breadth")),
    "units of /series/largest/value": said("series/largest/value", "units", "J"),
    "long_name of /series/largest/value": unsaid("series/largest/value", "long_name"),
    "/series/largest/time": put("series/largest/time", lambda file: file["fields/t"][:] * 2),
    "/series/largest/step": put("series/largest/step", lambda file: file["fields/dropped"]),
    "/series/median": lambda file: file.copy("series/largest", "series/median"),
    "/fields/better": put("fields/better", lambda file: np.zeros((11, 12, 16))),
    "/notes": put("notes", lambda file: np.bytes_(b"measured twice")),
    "/entry": put("entry", lambda file: h5py.SoftLink("/series")),
    "/replay/notices": gone("replay/notices"),
    "title of /": said("/", "title", "Another run"),
    "date of /": said("/", "date", "2020-01-01 00:00:00 +0000"),
    "author of /": unsaid("/", "author"),
    "comment of /": said("/", "comment", "checked"),
    "version of /replay": said("replay", "version", np.int64(0)),
    "status": said("status", "state", np.bytes_(f"{layout.RECOVERED:24}")),
    "status ": said("status", "frames", np.int64(12)),
    "status  ": said("status", "dropped", np.int64(1)),
    "structure": unsaid("status", "dropped"),
    "status   ": last_event,
    "time of /data/10": said("data/10", "time", np.float64(3.0)),
    "dt of /data/10": said("data/10", "dt", np.float64(2.0)),
    "attributes of /data/10": said("data/10", "note", "odd"),
    "unitSI of /data/10/meshes/u": said("data/10/meshes/u", "unitSI", np.float64(1e-3)),
    "axisLabels of /data/10/meshes/u": said("data/10/meshes/u", "axisLabels", np.array([b"x", b"y"])),
    "attributes of /data/10/meshes/u": said("data/10/meshes/u", "scale_factor", 2.0),
    "frame of /data/10/meshes/u": other_frame,
    "numbers of /data/10/meshes/u": put("data/10/meshes/u", lambda file: np.zeros((12, 16))),
    "/data/10": put("data/10/meshes/better", lambda file: np.zeros((12, 16))),
    "/data": gone("data/10"),
}
"""Edit of a recording, by the place where a difference is found; blanks tell those of one place apart."""


def test_every_edit_beside_the_numbers_is_found(recorded: Recording, tmp_path: Path) -> None:
    path = recorded(checkpoint_seconds=0.0)
    assert verified(path) is None
    found = {}
    for place, edit in EDITS.items():
        copy = Path(shutil.copy(path, tmp_path / "copy.h5"))
        with h5py.File(copy, "r+") as file:
            edit(file)
        if (mismatch := verified(copy)) is None or mismatch.array != place.rstrip():
            found[place] = mismatch
    assert found == {}


def test_a_difference_names_both_values(recorded: Recording) -> None:
    path = recorded()
    with h5py.File(path, "r+") as file:
        file["fields/u"].attrs["units"] = "K"
    found = verified(path)
    assert found is not None
    assert found.detail == 'It is "K", "1" was recorded.'


def test_an_older_checkpoint_is_looked_at_too(recorded: Recording) -> None:
    path = recorded(checkpoint_seconds=0.0)
    assert verified(path) is None
    with RecordingFile(path) as opened:
        states = opened.initial()
    blob = np.frombuffer(pack_state(states), np.uint8)
    with h5py.File(path, "r+") as file:
        ticks = file[layout.CHECKPOINT_TICK][:]
        assert min(ticks) > 0
        older = 1 - int(np.argmax(ticks))
        file[f"{layout.CHECKPOINTS}/{older}"].resize(blob.shape)
        file[f"{layout.CHECKPOINTS}/{older}"][:] = blob
        file[layout.CHECKPOINT_SIZE][older] = blob.size
    found = verified(path)
    assert found is not None
    assert found.array == "checkpoint"


def test_statements_that_are_changed_with_their_file_are_found(recorded: Recording) -> None:
    path = recorded()
    with h5py.File(path, "r+") as file:
        text = bytes(file[layout.STATEMENTS][()]).replace(b'"units": "1"', b'"units": "K"')
        kept = dict(file[layout.STATEMENTS].attrs)
        del file[layout.STATEMENTS]
        file[layout.STATEMENTS] = np.bytes_(text)
        file[layout.STATEMENTS].attrs.update(kept)
    found = verified(path)
    assert found is not None
    assert found.array == "statements"


def test_a_recording_from_before_is_believed(recorded: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    from tauscope.app.recording import planning, statements

    monkeypatch.setattr(planning, "STATED", "unknown")
    monkeypatch.setattr(statements.Statements, "keep", lambda self, file: None)
    path = recorded()
    with h5py.File(path, "r+") as file:
        assert layout.STATEMENTS not in file
        del file["status"].attrs["sha256"]
    assert verified(path) is None
    with RecordingFile(path) as opened:
        assert layout.STATED not in opened.config
