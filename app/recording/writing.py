"""Writes what a recorder hands over, commits it, and closes the file: in a process or thread of its own."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from tauscope.app.recording import guard, layout, views
from tauscope.app.recording.plan import EventItem, FrameItem, HashItem, Item, NoticeItem
from tauscope.app.recording.writer import RecordingWriter
from tauscope.engine.errors import TauscopeError

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.25
RATE_SECONDS = 3.0
MEASURED_SECONDS = 1.0
"""Seconds from which a rate says something: the first bytes of a file come at once."""


SPARE_BYTES = 128 << 20
"""More than waits, with what a file needs when it is closed."""
COUNTING_SECONDS = 2.0
"""Longest time to count what is given up."""


class Source(Protocol):
    """Where items come from."""

    @property
    def closed(self) -> bool:
        """Whether nothing more is coming."""
        ...

    @property
    def ending(self) -> bool:
        """Whether room on the disk is waited for no more."""
        ...

    @property
    def drained(self) -> bool:
        """Whether it is closed, and all that was put in before that was taken."""
        ...

    def get(self, timeout: float) -> Item | None:
        """Oldest item, or None after the timeout or when all is done."""
        ...

    def done(self) -> None:
        """Free the room of the item that `get` gave."""
        ...

    def abandon(self) -> None:
        """Take nothing more."""
        ...


class Writing:
    """Writes one recording from its first item to its closed file.

    Parameters
    ----------
    writer : RecordingWriter
        Owns the file; from `run` on only this thread touches it.
    queue : HandOver or RingReader
        Where items come from.
    disk_guard : DiskGuard
        Watches the disk.
    failed : callable
        Told of an error that ended the recording.
    clean_up : callable
        Removes what lies beside the file while it is written; called last, whatever happened.
    """

    def __init__(
        self,
        writer: RecordingWriter,
        queue: Source,
        disk_guard: guard.DiskGuard,
        failed: Callable[[TauscopeError], None],
        clean_up: Callable[[], None],
    ) -> None:
        self._writer, self._queue, self._guard = writer, queue, disk_guard
        self._failed, self._clean_up = failed, clean_up
        self.disk = DiskNumbers()
        """For any thread to read."""
        self.paused = False
        """Whether it waits for room on the disk."""
        self.missing = 0
        """Bytes that have to be freed before it goes on."""
        self.rescues = False
        """Whether the file lost its name, and what is saved is being copied to another."""
        self._spends = False
        self.waits_when_full = False
        """Whether a full disk is waited for until the recording is to end, instead of ending it."""
        self.told: Callable[[], object] = _nobody
        """Called after the numbers change."""
        self.broken: Callable[[], object] = _nobody
        """Called when the file could not be closed; HDF5 may crash on it later."""
        self.final_state: Callable[[], str] = lambda: layout.CLOSED
        """State that the closed file gets."""

    def run(self) -> None:
        """Write until the queue is closed and empty, then close the file."""
        try:
            self.disk.bytes, self.disk.free = self._writer.size(), self._guard.free()
            self.told()
            self._pump()
        # Whatever it is, want of memory too: a simulation that waits for the disk would wait for ever.
        except Exception as error:  # noqa: BLE001
            self._stop_after(error)
        else:
            self._finish()
        finally:
            self._clean_up()
            self._note(self.disk.bytes)
            self._failed = _nobody  # it may belong to whoever holds this

    def _pump(self) -> None:
        """Write what comes until the queue is closed and empty, committing every quarter of a second."""
        last_flush = last_check = 0.0
        dirty = False
        while True:
            item = self._queue.get(FLUSH_SECONDS)
            if item is not None:
                self._append(item)
                self._queue.done()
                dirty = True
                self.disk.bytes = self._writer.size()
                self.told()
            now = time.monotonic()
            if now - last_check >= 1.0 or self.disk.nearly_full(self._guard.free()):
                self._look_at_the_disk()
                last_check = now
            if now - last_flush >= FLUSH_SECONDS:
                if dirty:
                    self._insist(self._writer.flush)
                self._note(self._writer.size())
                last_flush, dirty = time.monotonic(), False
            # Asked anew: more may have come, and the end, since `get` had nothing to give.
            if item is None and self._queue.drained:
                return

    def _append(self, item: Item) -> None:
        writer = self._writer
        if isinstance(item, FrameItem):
            self._insist(lambda: writer.append_frame(item))
        elif isinstance(item, EventItem):
            writer.append_events(item)
        elif isinstance(item, NoticeItem):
            writer.append_notices(item)
        else:
            writer.append_hashes(item.tick, item.events, item.states)
            if item.checkpoint and self._has_room_for(item):
                self._insist(lambda: writer.checkpoint(item.tick, item.states))

    def _has_room_for(self, item: HashItem) -> bool:
        """Whether a checkpoint, which a replay makes again, takes no room from frames that wait."""
        return not self._spends or self._guard.free() > SPARE_BYTES + 2 * item.nbytes

    def _insist(self, step: Callable[[], object]) -> None:
        """Take a step that may be repeated; while the disk is full it waits, if it may."""
        while True:
            try:
                step()
            except (OSError, RuntimeError) as error:
                if not (self.waits_when_full and guard.is_full(error)):
                    raise
                self._wait_for_room(guard.explained(error, self._writer.path))
            else:
                return

    def _look_at_the_disk(self) -> None:
        reason = self._guard.check(self._writer.descriptor, self.disk.rate)
        if reason is None:
            return
        if self._spends and self._guard.in_place(self._writer.descriptor):
            return
        if not (self.waits_when_full and self._guard.in_place(self._writer.descriptor)):
            raise reason
        self._wait_for_room(reason)

    def _wait_for_room(self, reason: TauscopeError) -> None:
        """Wait until space returns.

        When the recording is to end meanwhile, the room that is kept free otherwise is for what waits; raises
        the reason when that is used up.
        """
        if self._spends:
            raise reason
        self.paused = True
        while missing := self._guard.missing():
            self.missing = missing
            self._note(self.disk.bytes)
            if not self._guard.in_place(self._writer.descriptor):
                raise reason
            if self._queue.ending:
                self._guard.spend()
                self._spends = True
                break
            time.sleep(FLUSH_SECONDS)
        self.paused, self.missing = False, 0

    def _note(self, size: int) -> None:
        self.disk.note(size, self._guard.free())
        self.told()

    def _finish(self) -> None:
        self._guard.drop()
        try:
            self._close()
            views.finalise(self._writer.path, self.final_state())
            views.write_sidecar(self._writer.path)
            self._writer.discard_journal()
            self._note(self._writer.path.stat().st_size)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it on this thread
            self._failed(guard.explained(error, self._writer.path))

    def _close(self) -> None:
        try:
            self._writer.close()
        except (OSError, RuntimeError) as error:
            self._failed(guard.explained(error, self._writer.path))
            self.broken()
            raise

    def _stop_after(self, error: BaseException) -> None:
        """Keep what is saved, close the file, and say why the recording ended."""
        reason = self._with_loss(guard.explained(error, self._writer.path))
        self._queue.abandon()
        self._guard.drop()
        try:
            reason = self._keep_saved(reason)
        except Exception as second:  # noqa: BLE001 - the first error is the one to hear of
            log.error("Closing %s after an error failed as well: %s", self._writer.path, second)
        self._failed(reason)

    def _with_loss(self, reason: TauscopeError) -> TauscopeError:
        """The reason, with the number of frames that were handed over and come into no file."""
        lost, end = 0, time.monotonic() + COUNTING_SECONDS
        try:
            while time.monotonic() < end and (item := self._queue.get(0.0)) is not None:
                lost += isinstance(item, FrameItem)
                self._queue.done()
        except Exception as second:  # noqa: BLE001 - the file is to be closed whatever cannot be counted
            log.error("What waited for %s cannot be counted: %s", self._writer.path, second)
        if not lost:
            return reason
        frames = "1 frame that waited is" if lost == 1 else f"{lost} frames that waited are"
        return TauscopeError(f"{reason.message} {frames} not in the file.", reason.remedy)

    def _keep_saved(self, reason: TauscopeError) -> TauscopeError:
        """Close the file with what is saved; returns the reason, with where that is if it moved."""
        lost_name = not self._guard.in_place(self._writer.descriptor)
        rescued = None
        if lost_name:
            self.rescues = True
            self.told()
            with suppress(OSError, RuntimeError):  # what is counted as saved by now is in the file
                self._writer.flush()  # and what the flush adds to the count is in the copy, too
            rescued = guard.rescue(self._writer.descriptor, self._writer.path)
        try:
            self._writer.close()
            if not lost_name:
                views.finalise(self._writer.path, self.final_state())
                views.write_sidecar(self._writer.path)
                self._writer.discard_journal()
        except (OSError, RuntimeError) as second:
            log.error("Closing %s after an error failed as well: %s", self._writer.path, second)
            if rescued is None:
                self._failed(reason)
                self.broken()
        if rescued is not None:
            from tauscope.app.recording.recover import recover

            return TauscopeError(reason.message, f"What was saved is in “{recover(rescued)}”.")
        return reason


class DiskNumbers:
    """File size, free space and rate over the last seconds, written by one thread and read by others."""

    def __init__(self) -> None:
        self.bytes = 0
        self.free = 0
        self.rate = 0.0
        self.measured = False
        """Whether the rate is one over a second or more."""
        self._history: deque[tuple[float, int]] = deque()

    def note(self, size: int, free: int) -> None:
        """Take note of the present size and free space."""
        now = time.monotonic()
        self._history.append((now, size))
        while now - self._history[0][0] > RATE_SECONDS and len(self._history) > 2:
            self._history.popleft()
        before, old = self._history[0]
        self.rate = (size - old) / (now - before) if now > before else 0.0
        self.measured = self.measured or now - before >= MEASURED_SECONDS
        self.bytes, self.free = size, free

    def nearly_full(self, free: int) -> bool:
        """Whether less than two seconds of data fit."""
        return self.bytes > 0 and free < 2.0 * self.rate


def _nobody(*_told: object) -> None:
    """Nobody asked to be told."""
