"""The thread of a recording: writes what the recorder hands over, commits it, and closes the file."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

from tauscope.app.recording import guard, views
from tauscope.app.recording.plan import EventItem, FrameItem, Item, NoticeItem
from tauscope.app.recording.queue import HandOver
from tauscope.app.recording.writer import RecordingWriter
from tauscope.engine.errors import TauscopeError

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.25
RATE_SECONDS = 3.0


class Writing:
    """Writes one recording from its first item to its closed file.

    Parameters
    ----------
    writer : RecordingWriter
        Owns the file; from `run` on only this thread touches it.
    queue : HandOver
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
        queue: HandOver,
        disk_guard: guard.DiskGuard,
        failed: Callable[[TauscopeError], None],
        clean_up: Callable[[], None],
    ) -> None:
        self._writer, self._queue, self._guard = writer, queue, disk_guard
        self._failed, self._clean_up = failed, clean_up
        self.disk = DiskNumbers()
        """For any thread to read."""

    def run(self) -> None:
        """Body of the thread."""
        try:
            self._pump()
        # Whatever it is, want of memory too: a simulation that waits for the disk would wait for ever.
        except Exception as error:  # noqa: BLE001
            self._stop_after(error)
        else:
            self._finish()
        finally:
            self._clean_up()
            self.disk.note(self.disk.bytes, self._guard.free())

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
            now = time.monotonic()
            if now - last_check >= 1.0 or self.disk.nearly_full(self._guard.free()):
                reason = self._guard.check(self._writer.descriptor, self.disk.rate)
                if reason is not None:
                    raise reason
                last_check = now
            if now - last_flush >= FLUSH_SECONDS:
                if dirty:
                    self._writer.flush()
                self.disk.note(self._writer.size(), self._guard.free())
                last_flush, dirty = time.monotonic(), False
            if item is None and self._queue.closed:
                return

    def _append(self, item: Item) -> None:
        writer = self._writer
        if isinstance(item, FrameItem):
            writer.append_frame(item)
        elif isinstance(item, EventItem):
            writer.append_events(item)
        elif isinstance(item, NoticeItem):
            writer.append_notices(item)
        else:
            writer.append_hashes(item.tick, item.events, item.states)
            if item.checkpoint:
                writer.checkpoint(item.tick, item.states)

    def _finish(self) -> None:
        self._guard.drop()
        try:
            self._writer.close()
            views.finalise(self._writer.path)
            views.write_sidecar(self._writer.path)
            self._writer.discard_journal()
            self.disk.note(self._writer.path.stat().st_size, self._guard.free())
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it on this thread
            self._failed(guard.explained(error, self._writer.path))

    def _stop_after(self, error: BaseException) -> None:
        """Keep what is saved, close the file, and say why the recording ended."""
        reason = guard.explained(error, self._writer.path)
        self._queue.abandon()
        self._guard.drop()
        try:
            reason = self._keep_saved(reason)
        except Exception as second:  # noqa: BLE001 - the first error is the one to hear of
            log.error("Closing %s after an error failed as well: %s", self._writer.path, second)
        self._failed(reason)

    def _keep_saved(self, reason: TauscopeError) -> TauscopeError:
        """Close the file with what is saved; returns the reason, with where that is if it moved."""
        lost_name = not self._guard.in_place(self._writer.descriptor)
        rescued = guard.rescue(self._writer.descriptor, self._writer.path.name) if lost_name else None
        try:
            self._writer.close()
            if not lost_name:
                views.finalise(self._writer.path)
                views.write_sidecar(self._writer.path)
                self._writer.discard_journal()
        except (OSError, RuntimeError) as second:
            log.error("Closing %s after an error failed as well: %s", self._writer.path, second)
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
        self._history: deque[tuple[float, int]] = deque()

    def note(self, size: int, free: int) -> None:
        """Take note of the present size and free space."""
        now = time.monotonic()
        self._history.append((now, size))
        while now - self._history[0][0] > RATE_SECONDS and len(self._history) > 2:
            self._history.popleft()
        before, old = self._history[0]
        self.rate = (size - old) / (now - before) if now > before else 0.0
        self.bytes, self.free = size, free

    def nearly_full(self, free: int) -> bool:
        """Whether less than two seconds of data fit."""
        return self.bytes > 0 and free < 2.0 * self.rate
