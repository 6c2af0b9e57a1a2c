"""Recordings: write, read, recover, replay.

Recording while a world runs (a `Recorder` is a tracker of the loop)::

    recorder = Recorder("run.h5", fields=("f", "tau"), every=10)   # BadInput at once: exists, folder, every
    recorder.start(world)            # simulation thread: loop.call(recorder.start)
    loop.trackers.append(recorder)   # it samples the world at ticks it names itself
    recorder.status()                # any thread -> tauscope.widgets.state.RecordingStatus
    recorder.stop(world)             # simulation thread; the writer drains and closes the file
    recorder.close()                 # any thread but the window's: stop, wait, -> last RecordingStatus

Reading, repairing, replaying::

    open("run.h5")                   -> xarray.Dataset (lazy)
    RecordingFile("run.h5")          frames by index, with checks against damaged and hostile files
    recover("run.h5")                -> Path of the readable file
    replay("run.h5", verify=True)    -> ReplayReport: passed, sentence, mismatch (run in a new process)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tauscope.app.recording.planning import frame_bytes
from tauscope.app.recording.reader import RecordingFile
from tauscope.app.recording.recorder import Recorder
from tauscope.app.recording.recover import recover
from tauscope.app.recording.replay import Mismatch, ReplayReport, replay

if TYPE_CHECKING:
    import xarray

__all__ = [
    "Mismatch",
    "Recorder",
    "RecordingFile",
    "ReplayReport",
    "frame_bytes",
    "open",
    "recover",
    "replay",
]


def open(path: Path | str) -> xarray.Dataset:
    """Recording as a lazy xarray dataset; see `tauscope.app.recording.dataset.open_dataset`."""
    from tauscope.app.recording.dataset import open_dataset

    return open_dataset(path)
