"""Writing process on a disk of ``TAUSCOPE_TEST_DISK`` bytes a second."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NoReturn

from tauscope.app.recording import process
from tauscope.app.recording.plan import FrameItem
from tauscope.app.recording.writer import RecordingWriter


def main(ring: Path) -> NoReturn:
    """Write one recording, slowly."""
    write, rate = RecordingWriter.append_frame, float(os.environ["TAUSCOPE_TEST_DISK"])

    def slow(self: RecordingWriter, frame: FrameItem) -> None:
        time.sleep(frame.nbytes / rate)
        write(self, frame)

    RecordingWriter.append_frame = slow  # type: ignore[method-assign]
    process.main(ring)
