"""Every state in which a death of the process can leave a recording: each write of HDF5, in order.

Run as a program it reads such states in a process of its own, so that a crash of the reader is seen as one.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tauscope.app.recording import layout, superblock, views
from tauscope.app.recording.plan import EventItem, FieldPlan, FrameItem, Plan, ScalarPlan
from tauscope.app.recording.writer import RecordingWriter

SHAPE = (6, 5)
FRAMES = 24


class WriteLog(io.BytesIO):
    """File in memory that keeps every write, and marks of how many frames were acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[int, bytes] | int] = []

    def write(self, data: Any) -> int:
        self.steps.append((self.tell(), bytes(data)))
        return super().write(data)


class LoggedWriter(RecordingWriter):
    """Writer whose file is a `WriteLog`."""

    log = WriteLog()

    def _create(self, path: Path) -> Any:
        del path
        return h5py.File(self.log, "w", libver=layout.LIBVER)

    def _sync(self) -> None:
        return


def frame(index: int) -> np.ndarray[Any, Any]:
    """Contents of frame ``index``."""
    return np.random.Generator(np.random.PCG64(index)).random(SHAPE).astype(np.float32)


def plan() -> Plan:
    """Plan of a recording with one field, one scalar and one engine."""
    fields = (FieldPlan("u", "toy", "u", "u", "1", ("y", "x"), SHAPE, "float32"),)
    scalars = (ScalarPlan("mean", "toy", "mean", "mean", "1"),)
    config = {"engines": {"toy": {"name": "toy", "config": {}, "seed": 1}}, "start_tick": 0}
    return Plan(fields, scalars, config, {}, {"m": "text"}, "0" * 64, {"toy": {"u": frame(0), "tick": 0}})


def logged_run() -> list[tuple[int, bytes] | int]:
    """Write a recording with events, hashes and a checkpoint; returns writes and acknowledgements."""
    LoggedWriter.log = log = WriteLog()
    writer = LoggedWriter(Path("memory"), plan())
    log.steps.append(0)
    for index in range(FRAMES):
        if index % 5 == 0:
            writer.append_events(EventItem((json.dumps({"number": index}),)))
        if index % 6 == 0:
            writer.append_hashes(index, 0, {"toy": {"u": frame(index), "tick": index}})
        if index == 12:
            writer.checkpoint(index, {"toy": {"u": frame(index), "tick": index}})
        writer.append_frame(
            FrameItem(index, 0.5 * index, index // 5 + 1, 0, (frame(index),), (float(index),))
        )
        if index % 4 == 3:
            log.steps.append(writer.flush())
    writer.close()
    return log.steps


def read_states(steps: list[tuple[int, bytes] | int], folder: Path) -> dict[str, int]:
    """Repair and read the file after every write; returns counts, ``lost`` must be 0."""
    data = bytearray()
    acknowledged, started = 0, False
    found = {"states": 0, "lost": 0, "wrong": 0, "frames": 0}
    for step in steps:
        if isinstance(step, int):
            acknowledged, started = step, True
            continue
        offset, content = step
        data.extend(bytes(max(0, offset + len(content) - len(data))))
        data[offset : offset + len(content)] = content
        if started:
            found["states"] += 1
            _read_state(bytes(data), folder / "state.h5", acknowledged, found)
    return found


def _read_state(data: bytes, path: Path, acknowledged: int, found: dict[str, int]) -> None:
    path.write_bytes(data)
    head = superblock.read(path)
    if head is None or not head.usable:
        found["lost"] += 1
        return
    if head.left_open:
        path.write_bytes(head.repaired(len(data)) + data[superblock.SIZE :])
    with h5py.File(path, "r+", libver=layout.LIBVER) as file:
        frames = views.cut_to_commit(file)
    found["frames"] = max(found["frames"], frames)
    found["lost"] += frames < acknowledged
    with h5py.File(path) as file:
        kept = file["fields/u"][:]
        events = file[layout.FRAME_EVENTS][:]
        log = file[layout.EVENT_LOG][:].tobytes()
        right = all(np.array_equal(kept[index], frame(index)) for index in range(frames))
        right &= list(file[layout.TICK][:]) == list(range(frames))
        right &= list(file["series/mean/value"][:]) == [float(index) for index in range(frames)]
        right &= frames == 0 or log.count(b"\n") >= int(events[-1])
        right &= log == b"" or log.endswith(b"\n")
    found["wrong"] += not right


if __name__ == "__main__":
    print(json.dumps(read_states(logged_run(), Path(sys.argv[1]))))
