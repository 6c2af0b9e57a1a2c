"""The process that writes a recording: it owns the file, and ends by itself when nobody needs it any more.

`main` takes everything from a ring of shared memory, whose first item says what to write. Standard input ends
when the program that records is gone: what was handed over is written then, and the file is closed. Standard
output gets one line of JSON: how it ended. It imports neither Qt nor any kernel.
"""

from __future__ import annotations

import json
import logging
import math
import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tauscope.app.recording import guard, layout, lock
from tauscope.app.recording.plan import Plan
from tauscope.app.recording.ring import BYTES, FREE, MISSING, PAUSED, RATE, RESCUES, SAVED, RingReader
from tauscope.app.recording.writer import RecordingWriter
from tauscope.app.recording.writing import Writing
from tauscope.engine.errors import TauscopeError

WAIT_SECONDS = 10.0

DONE, FAILED, BROKEN = 0, 1, 3
"""Exit codes: closed; closed after an error, which was told; not closed, so that it needs repair."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What to write: file, plan, bytes to leave free on its disk, whether to wait while the disk is full."""

    path: Path
    plan: Plan
    reserve: int
    waits_when_full: bool


class Claimed(RecordingWriter):
    """Writer of a file whose name is held by an empty file."""

    def _create(self, path: Path) -> Any:
        if path.stat().st_size:
            raise FileExistsError(f"{path} is not empty")
        path.unlink()
        return super()._create(path)


class Told:
    """Numbers for the other side, and how it ended."""

    def __init__(self, reader: RingReader) -> None:
        self._ring = reader.ring
        self.failure: TauscopeError | None = None

    def publish(self, writing: Writing, saved: int) -> None:
        """Put the numbers where the other side reads them."""
        disk, ring = writing.disk, self._ring
        ring.set_number(SAVED, saved)
        ring.set_number(BYTES, disk.bytes)
        ring.set_number(FREE, disk.free)
        ring.set_real(RATE, disk.rate if disk.measured else math.nan)
        ring.set_number(MISSING, writing.missing)
        ring.set_number(RESCUES, int(writing.rescues))
        ring.set_number(PAUSED, int(bool(writing.paused)))

    def fail(self, error: TauscopeError) -> None:
        """Keep why the recording ended."""
        self.failure = self.failure or error


def main(ring: Path) -> NoReturn:
    """Write one recording; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that records
    logging.basicConfig(level=logging.WARNING, format="recording: %(message)s")
    reader = RingReader(ring)
    threading.Thread(target=_watch, args=(reader,), daemon=True).start()
    told = Told(reader)
    try:
        code = _write(reader, told)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other side is to hear of it
        told.fail(TauscopeError(f"The recording cannot be written ({str(error) or type(error).__name__})."))
        code = FAILED
    _end(code, told)


def _write(reader: RingReader, told: Told) -> int:
    task: Any = reader.get(
        WAIT_SECONDS
    )  # handed over before this process began, though its maker may be gone
    if task is None:
        return FAILED
    assignment: Assignment = task
    path = assignment.path
    disk_guard = guard.DiskGuard(path, assignment.reserve)

    def clean_up() -> None:
        disk_guard.drop()
        lock.release(path)

    lock.take_over(path)
    try:
        writer = Claimed(path, assignment.plan, journal=True)
    except (OSError, RuntimeError) as error:  # HDF5 raises either
        told.fail(guard.explained(error, path))
        with suppress(OSError):  # an empty file stays, and the failure is told
            path.unlink(missing_ok=True)
        clean_up()
        return FAILED
    reader.done()
    writing = Writing(writer, reader, disk_guard, told.fail, clean_up)
    writing.waits_when_full = assignment.waits_when_full
    writing.told = lambda: told.publish(writing, writer.committed)
    writing.broken = lambda: _end(BROKEN, told)
    writing.final_state = lambda: layout.ORPHANED if reader.orphaned else layout.CLOSED
    writing.run()
    told.publish(writing, writer.committed)
    return FAILED if told.failure is not None else DONE


def _watch(reader: RingReader) -> None:
    """Notice when the other side is gone."""
    with suppress(OSError, ValueError):  # however it ends, the other side is gone
        while sys.stdin.buffer.read(1):
            continue
    reader.orphaned = True


def _end(code: int, told: Told) -> NoReturn:
    """Say how it ended and go, past the interpreter's end: HDF5 crashes there where a file stayed open."""
    failure = told.failure
    answer = None if failure is None else {"message": failure.message, "remedy": failure.remedy}
    with suppress(OSError, ValueError):  # nobody is left to be told
        print(json.dumps({"code": code, "failure": answer}), flush=True)
    os._exit(code)
