"""States in which deaths and power cuts leave a recording and its journal, each recovered and read.

Every write of HDF5 and of the journal is kept. A death of the process leaves the writes up to a moment, in
order. A power cut leaves all that was synchronised, and of the writes after that any sectors of 512 bytes, in
any order. Run as a program it tries such states in a process of its own, so that a crash of the reader is
seen as one; its arguments: folder, kind of state, number of states, and "nojournal" to leave the journal out.
"""

from __future__ import annotations

import io
import itertools
import json
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.app.recording import RecordingFile, journal, layout, recover
from tauscope.app.recording.journal import Journal, journal_path
from tauscope.engine.errors import TauscopeError
from tests.recording import crash_states
from tests.recording.here import look_here

SECTOR = 512
FILE, BOOK = "file", "journal"

Step = tuple[str, int, bytes] | str | int
"""A write (which, offset, bytes), a synchronisation, or the number of frames acknowledged."""


class Steps:
    """What happened, in order."""

    def __init__(self) -> None:
        self.all: list[Step] = []


class Logged(io.BytesIO):
    """File in memory that keeps every write."""

    def __init__(self, steps: Steps, which: str) -> None:
        super().__init__()
        self._steps, self._which = steps, which

    def write(self, data: Any) -> int:
        self._steps.all.append((self._which, self.tell(), bytes(data)))
        return super().write(data)


class LoggedJournal(Journal):
    steps: Steps

    def _open(self) -> Any:
        return Logged(self.steps, BOOK)


class LoggedWriter(crash_states.RecordingWriter):
    steps: Steps

    def _create(self, path: Path) -> Any:
        del path
        self.stream = Logged(self.steps, FILE)
        return crash_states.h5py.File(self.stream, "w", libver=layout.LIBVER)

    def _new_journal(self, head: Mapping[str, Any], paths: list[str]) -> Journal:
        return LoggedJournal(self.path, head, paths)

    def _read_back(self, offset: int, size: int) -> bytes:
        return bytes(self.stream.getbuffer()[offset : offset + size])

    def size(self) -> int:
        return len(self.stream.getbuffer())

    def _sync(self) -> None:
        self.steps.all.append("sync")


def logged_run() -> list[Step]:
    """Write a recording with events, hashes and a checkpoint; its last step is a commit."""
    crash_states.SHAPE = (40, 32)  # a state and frames of several sectors
    steps = LoggedWriter.steps = LoggedJournal.steps = Steps()
    writer = LoggedWriter(Path("memory"), crash_states.plan(), journal=True)
    for index in range(crash_states.FRAMES):
        if index % 5 == 0:
            writer.append_events(crash_states.EventItem((json.dumps({"number": index}),)))
        if index % 6 == 0:
            writer.append_hashes(index, 0, {"toy": {"u": crash_states.frame(index), "tick": index}})
        if index == 12:
            writer.checkpoint(index, {"toy": {"u": crash_states.frame(index), "tick": index}})
        frame = (crash_states.frame(index),)
        item = crash_states.FrameItem(index, 0.5 * index, index // 5 + 1, 0, frame, (float(index),))
        writer.append_frame(item)
        if index % 4 == 3:
            steps.all.append(writer.flush())
    return steps.all


def died(steps: list[Step], moment: int) -> tuple[dict[str, bytearray], int]:
    """Both files after the first ``moment`` steps, and the frames acknowledged by then."""
    found = {FILE: bytearray(), BOOK: bytearray()}
    for step in steps[:moment]:
        if isinstance(step, tuple):
            _put(found[step[0]], step[1], step[2])
    return found, _acknowledged(steps[:moment])


def lost_power(steps: list[Step], moment: int, chance: random.Random) -> tuple[dict[str, bytearray], int]:
    """Both files as a power cut after ``moment`` steps may leave them, and the frames acknowledged."""
    last = max((at for at, step in enumerate(steps[:moment]) if step == "sync"), default=-1)
    found, _ = died(steps, last + 1)
    sectors = [piece for step in steps[last + 1 : moment] if isinstance(step, tuple) for piece in _cut(step)]
    reached = [piece for piece in sectors if chance.random() < 0.5]
    chance.shuffle(reached)
    for which, offset, content in reached:
        _put(found[which], offset, content)
    return found, _acknowledged(steps[:moment])


def _acknowledged(steps: list[Step]) -> int:
    return max((step for step in steps if isinstance(step, int)), default=0)


def _cut(step: tuple[str, int, bytes]) -> list[tuple[str, int, bytes]]:
    which, offset, content = step
    cuts = [0, *range(SECTOR - offset % SECTOR, len(content), SECTOR), len(content)]
    return [(which, offset + a, content[a:b]) for a, b in itertools.pairwise(cuts) if b > a]


def _put(data: bytearray, offset: int, content: bytes) -> None:
    data.extend(bytes(max(0, offset + len(content) - len(data))))
    data[offset : offset + len(content)] = content


def try_state(folder: Path, files: Mapping[str, bytearray], acknowledged: int, found: dict[str, int]) -> None:
    """Recover a state and count what is lost or wrong in what comes out."""
    path = folder / "run.h5"
    path.write_bytes(files[FILE])
    if files[BOOK]:
        journal_path(path).write_bytes(files[BOOK])
    found["states"] += 1
    try:
        result = recover(path)
    except TauscopeError:
        found["lost"] += acknowledged > 0
    else:
        found["anew"] += result != path
        with RecordingFile(result) as file:
            found["lost"] += file.frames < acknowledged
            found["frames"] = max(found["frames"], file.frames)
            found["wrong"] += not _is_right(file)
    for one in folder.iterdir():
        one.unlink()


def _is_right(file: RecordingFile) -> bool:
    count = file.frames
    right = list(file.ticks) == list(range(count))
    right &= list(file.scalars["mean"]) == [float(index) for index in range(count)]
    right &= all(np.array_equal(file.frame("u", index), crash_states.frame(index)) for index in range(count))
    right &= count == 0 or len(file.event_lines()) >= int(file.frame_events[-1])
    return right and np.array_equal(file.initial()["toy"]["u"], crash_states.frame(0))


def main(folder: Path, kind: str, count: int, without: bool) -> dict[str, int]:
    """Try states of a kind, spread over the run; returns counts: ``lost`` and ``wrong`` must be 0."""
    steps, chance = logged_run(), random.Random(4)
    begun = next(at for at, step in enumerate(steps) if isinstance(step, tuple) and step[0] == BOOK)
    found = {"states": 0, "lost": 0, "wrong": 0, "frames": 0, "anew": 0}
    look_here(pytest.MonkeyPatch())
    if kind == "power":
        journal.boot = lambda: "after it"
    for number in range(count):
        moment = begun + 1 + number * (len(steps) - begun - 1) // max(count - 1, 1)
        if kind == "power":
            files, acknowledged = lost_power(steps, moment, chance)
        else:
            files, acknowledged = died(steps, moment)
        if without:
            files[BOOK].clear()
        try_state(folder, files, acknowledged, found)
    return {**found, "steps": len(steps) - begun}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), "nojournal" in sys.argv)))
