"""Where a recorder's items go: a process, which a crash of the program does not touch, or a thread."""

from __future__ import annotations

import errno
import json
import logging
import math
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypedDict

import psutil

from tauscope.app import storage
from tauscope.app.recording import guard, lock, memory, ring
from tauscope.app.recording.plan import Item, Plan
from tauscope.app.recording.process import DONE, FAILED, Assignment
from tauscope.app.recording.queue import HandOver
from tauscope.app.recording.vetting import remember
from tauscope.app.recording.writer import RecordingWriter
from tauscope.app.recording.writing import DiskNumbers, Writing
from tauscope.engine.errors import BadInput, TauscopeError

log = logging.getLogger(__name__)

QUEUE_SECONDS = 0.4
ENTRY = "tauscope.app.recording.process"
"""Module whose ``main`` is the writing process."""
START = "import pathlib, sys; from {} import main; main(pathlib.Path(sys.argv[1]))"


class RunReplaced(TauscopeError):
    """The world that was recorded is gone; what was saved is whole."""


class WriterDied(TauscopeError):
    """The process that wrote a recording ended without a word; its file was repaired."""


Failed = Callable[[TauscopeError], None]


class Queue(Protocol):
    """What a recorder puts items into."""

    @property
    def waiting(self) -> int:
        """Bytes that wait."""
        ...

    @property
    def filled(self) -> float:
        """Filled share, 0 to 1."""
        ...

    @property
    def closed(self) -> bool:
        """Whether nothing more is coming."""
        ...

    def fits(self, nbytes: int) -> bool:
        """Whether an item of that size would go in at once."""
        ...

    def put(self, item: Item, *, wait: bool = True) -> float:
        """Add an item; returns the seconds waited for room."""
        ...

    def close(self) -> None:
        """Say that nothing more is coming."""
        ...

    def abandon(self) -> None:
        """Forget what waits."""
        ...


class ThreadSink:
    """Writes on a thread of this process.

    Parameters
    ----------
    path : Path
        File to create; its lock is held.
    plan : Plan
        What it will hold.
    disk_guard : DiskGuard
        Watches the disk.
    limit : int
        Bytes that may wait.
    failed : callable
        Told of an error that ended the recording.

    Raises
    ------
    OSError
        If the file cannot be created.
    """

    def __init__(
        self, path: Path, plan: Plan, disk_guard: guard.DiskGuard, limit: int, failed: Failed
    ) -> None:
        self.path = path
        self.queue: Queue
        self.queue = queue = HandOver(limit, QUEUE_SECONDS)
        self._guard = disk_guard
        self._writer = RecordingWriter(path, plan, journal=True)
        self._writing = Writing(self._writer, queue, disk_guard, failed, lambda: clean_up(path, disk_guard))
        self.thread = threading.Thread(target=self._writing.run, name=f"recorder {path.name}", daemon=True)
        self.paused = self.ending = False
        self.missing = self.at_risk = 0
        self.trouble = ""

    def begin(self) -> None:
        """Write what was put in, and what will be."""
        self.thread.start()

    def undo(self) -> None:
        """Leave nothing behind of a recording that did not begin."""
        self.queue.abandon()
        try:
            self._writer.close()
        except (OSError, RuntimeError) as error:
            log.warning("Closing %s failed: %s", self.path, error)
        self._writer.discard_journal()
        self.path.unlink(missing_ok=True)

    def hurry(self) -> None:
        """Nothing to do: a thread never waits for room on the disk."""

    @property
    def saved(self) -> int:
        """Frames that survive a death of any process."""
        return self._writer.committed

    @property
    def disk(self) -> DiskNumbers:
        """Size, rate and free space."""
        return self._writing.disk


class ProcessSink:
    """Writes in a process of its own, which is watched; a file that it leaves open is repaired.

    Parameters
    ----------
    path, plan, disk_guard, limit, failed
        As for `ThreadSink`.
    reserve : int
        Bytes to leave free on the disk.
    waits_when_full : bool
        Wait while the disk is full, instead of ending the recording.

    Raises
    ------
    OSError
        If the file cannot be created, or there is no memory for the ring.
    """

    def __init__(
        self,
        path: Path,
        plan: Plan,
        disk_guard: guard.DiskGuard,
        limit: int,
        failed: Failed,
        reserve: int,
        waits_when_full: bool,
    ) -> None:
        self.path = path
        self._guard, self._failed = disk_guard, failed
        self._frame_bytes = max(plan.frame_bytes, 1)
        self._trouble = ""
        # Held by an empty file from now on, so that a refusal comes at once and not from the process.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
        try:
            memory.remove_orphans()
            self._ring_queue = ring.RingQueue(limit, plan.frame_bytes)
            try:
                self._ring_queue.put(Assignment(path, plan, reserve, waits_when_full), wait=False)
            except BaseException:
                self._ring_queue.ring.forget_name()
                raise
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self.queue: Queue = self._ring_queue
        self._process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._supervise, name=f"recorder {path.name}", daemon=True)

    def begin(self) -> None:
        """Start the process; what was put in waits for it."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", START.format(ENTRY), str(self._ring_queue.ring.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self._ring_queue.attended = True
        with suppress(OSError, psutil.NoSuchProcess):  # it says so itself once it runs
            lock.take_over(self.path, self._process.pid)
        self.thread.start()

    def undo(self) -> None:
        """Leave nothing behind of a recording that did not begin."""
        self.queue.abandon()
        self._ring_queue.ring.forget_name()
        self._ring_queue.let_go()
        self.path.unlink(missing_ok=True)

    @property
    def pid(self) -> int:
        """Number of the writing process, 0 before it began."""
        return 0 if self._process is None else self._process.pid

    @property
    def saved(self) -> int:
        """Frames that survive a death of any process."""
        return self._ring_queue.ring.number(ring.SAVED)

    @property
    def paused(self) -> bool:
        """Whether it waits for room on the disk."""
        return bool(self._ring_queue.ring.number(ring.PAUSED)) and self.thread.is_alive()

    @property
    def missing(self) -> int:
        """Bytes that have to be freed before it goes on."""
        return self._ring_queue.ring.number(ring.MISSING)

    @property
    def trouble(self) -> str:
        """What happened to the process or its file, as a sentence, while that is being seen to."""
        if self._trouble or not self._ring_queue.ring.number(ring.RESCUES):
            return self._trouble
        gone = f"“{self.path}” was removed or replaced while it was being recorded."
        return f"{gone} What was saved is being copied elsewhere."

    @property
    def at_risk(self) -> int:
        """Frames that wait and would find no room, at most, if the recording ended now."""
        room = self.disk.free + guard.BALLAST_BYTES - guard.KEPT_BYTES
        return max(0, -(-(self._ring_queue.waiting - room) // self._frame_bytes))

    @property
    def ending(self) -> bool:
        """Whether room on the disk is waited for no more, and what waits is being written."""
        return bool(self._ring_queue.ring.number(ring.ENDING)) and self.thread.is_alive()

    def hurry(self) -> None:
        """Wait for room on the disk no more: what waits is written as far as there is any."""
        self._ring_queue.ring.set_number(ring.ENDING, 1)

    @property
    def disk(self) -> DiskNumbers:
        """Size, rate and free space."""
        shared, found = self._ring_queue.ring, DiskNumbers()
        found.bytes, found.free = shared.number(ring.BYTES), shared.number(ring.FREE)
        rate = shared.real(ring.RATE)
        found.measured = found.bytes > 0 and not math.isnan(rate)
        found.rate = rate if found.measured else 0.0
        return found

    def _supervise(self) -> None:
        """Body of the thread: wait for the end of the process, see to what it left, and let go of all."""
        try:
            self._wait_for_its_end()
        finally:
            self._ring_queue.let_go()
            self._failed = _nobody  # that of the recorder, which holds this sink

    def _wait_for_its_end(self) -> None:
        process = self._process
        if process is None or process.stdout is None or process.stdin is None:
            return
        answer = process.stdout.read()
        code = process.wait()
        process.stdout.close()
        process.stdin.close()
        self._ring_queue.ring.forget_name()
        try:
            told: dict[str, Any] = json.loads(answer.splitlines()[-1]) if answer.strip() else {}
        except ValueError:
            told = {}
        failure = told.get("failure")
        if code == DONE and told and not self._ring_queue.left:
            return
        self.queue.close()  # whoever waits for room waits in vain
        reason = None if failure is None else TauscopeError(failure["message"], failure["remedy"])
        if not told or told["code"] != code or code not in (DONE, FAILED):
            reason = self._repaired(code, reason)
        elif reason is None:
            reason = TauscopeError(
                f"The last of what “{self.path.name}” was to hold did not reach it.",
                f"Saved frames in it: {self.saved}.",
            )
        self.queue.abandon()
        if reason is not None:
            self._failed(reason)

    def _repaired(self, code: int, reason: TauscopeError | None) -> TauscopeError:
        """Repair the file that a process left open; returns why the recording ended and where it is."""
        if reason is None:
            how = f"signal {-code}" if code < 0 else f"code {code}"
            reason = WriterDied(f"The process that wrote “{self.path.name}” died ({how}).")
        # Told at once: the repair takes seconds on a busy machine.
        self._trouble = f"{reason.message} The file is being repaired."
        lock.release(self.path)
        from tauscope.app.recording.recover import recover

        try:
            found = recover(self.path)
        except (TauscopeError, OSError) as error:
            clean_up(self.path, self._guard)
            if self.path.is_file() and not self.path.stat().st_size:
                self.path.unlink()  # it held the name of a file that was never begun
            return type(reason)(reason.message, f"{reason.remedy} {error}".strip())
        remember(found)
        kept = f"All {self.saved} frames that were saved are in “{found.name}”."
        return type(reason)(reason.message, kept)


Sink = ThreadSink | ProcessSink


class Waits(TypedDict, total=False):
    """How a sink stands to its disk and its process, by the names of `RecordingStatus`."""

    waits_for_room: bool
    missing: float
    at_risk: int
    ending: bool
    trouble: str


def waits(sink: Sink | None) -> Waits:
    """How a sink stands to its disk and its process; {} where there is none."""
    if sink is None:
        return {}
    paused = sink.paused
    return {
        "waits_for_room": paused,
        "missing": float(sink.missing) if paused else 0.0,
        "at_risk": sink.at_risk if paused else 0,
        "ending": sink.ending,
        "trouble": sink.trouble,
    }


def _nobody(_error: TauscopeError) -> None:
    """Nobody is told."""


def not_created(path: Path, error: OSError) -> BadInput:
    """Why a recording cannot be begun, with the remedy that helps."""
    if isinstance(error, FileExistsError):
        taken = f"{path} exists, and nothing is overwritten."
        return BadInput(taken, key="path", remedy="Choose another name.")
    cause, remedy = storage.why(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT) and error.filename not in (None, str(path.parent)):
        cause, remedy = f"there is no room in {error.filename}", "Free some space there."
    reason = f"The recording {path} cannot be created: {cause}."
    return BadInput(reason, key="path", value=str(path), remedy=remedy)


def not_handed_over(path: Path, error: OSError) -> TauscopeError:
    """Why something cannot be given to the process that writes: too large for the ring and for a file."""
    cause, remedy = storage.why(error)
    return TauscopeError(f"What “{path.name}” is to hold cannot be handed over: {cause}.", remedy)


def clean_up(path: Path, disk_guard: guard.DiskGuard) -> None:
    """Remove what lies beside a recording while it is written."""
    disk_guard.drop()
    lock.release(path)
