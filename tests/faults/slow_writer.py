"""Writing process on a disk of ``TAUSCOPE_TEST_DISK`` bytes a second, which ``TAUSCOPE_TEST_HOLD`` holds.

That is a folder: after its first commit, once it has found nothing to write, the process makes a file
``held`` there and waits for a file ``go``. With ``TAUSCOPE_TEST_LEAVES`` it ends then, whatever came.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NoReturn

from tauscope.app.recording import process
from tauscope.app.recording.plan import FrameItem, Item
from tauscope.app.recording.ring import SAVED, RingReader
from tauscope.app.recording.writer import RecordingWriter

PATIENCE = 60.0


def main(ring: Path) -> NoReturn:
    """Write one recording, slowly."""
    write, rate = RecordingWriter.append_frame, float(os.environ.get("TAUSCOPE_TEST_DISK", "inf"))

    def slow(self: RecordingWriter, frame: FrameItem) -> None:
        time.sleep(frame.nbytes / rate)
        write(self, frame)

    RecordingWriter.append_frame = slow  # type: ignore[method-assign]
    if os.environ.get("TAUSCOPE_TEST_LEAVES"):
        RingReader.drained = property(lambda self: self.closed)  # type: ignore[method-assign,assignment]
    if folder := os.environ.get("TAUSCOPE_TEST_HOLD"):
        hold(Path(folder))
    process.main(ring)


def hold(folder: Path) -> None:
    """Let the process stand still right after it found nothing to write."""
    take, held = RingReader.get, folder / "held"

    def get(self: RingReader, timeout: float) -> Item | None:
        found = take(self, timeout)
        if found is None and self.ring.number(SAVED) and not held.exists():
            held.touch()
            end = time.monotonic() + PATIENCE
            while not (folder / "go").exists() and time.monotonic() < end:
                time.sleep(0.005)
        return found

    RingReader.get = get  # type: ignore[method-assign]
