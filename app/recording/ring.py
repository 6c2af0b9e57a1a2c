"""Ring of shared memory between the process that simulates and the one that writes: one puts, one takes.

Memory is a file that both map, and that is deleted as soon as both have it open; its name carries the process
and its start, so that one left behind by a kill is recognised and removed at the next start. Positions only
grow; an item counts once the position after it is written, so a death in between leaves nothing half.
"""

from __future__ import annotations

import mmap
import os
import pickle
import struct
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tauscope.app.recording import memory
from tauscope.app.recording.plan import Item
from tauscope.app.storage import file_limit

HEADER = 4096
SLACK = 1 << 16
ALIGNED = 8
SKIP = (1 << 64) - 1
"""Length that says: the next item is at the beginning."""
RECORD = struct.Struct("<QQII")
"""Bytes in the ring, bytes of the pickle, buffers, 1 where the content is in a file of its own."""

HEAD, TAIL, CLOSED, SAVED, BYTES, FREE, RATE, PAUSED, MISSING, ENDING, RESCUES = range(0, 11 * 64, 64)
"""Places in the header, each on a cache line of its own."""
WAIT = 0.002
STANDS_STILL = 10.0
"""Seconds in which nothing is taken, after which who puts into a closed ring gives up; 1 on a full disk."""
LEAST = 8 << 20
KEPT = 1 << 14
"""Bytes that stay for the names of items with files of their own, until the other side is there."""
MOST_FRAMES = 64
"""Small frames need no large memory."""


class Ring:
    """Shared memory with its counters.

    Parameters
    ----------
    path : Path
        The file.
    size : int
        Bytes for items, or 0 to map a ring that exists.

    Raises
    ------
    OSError
        If there is not so much memory.
    """

    def __init__(self, path: Path, size: int = 0) -> None:
        self.path = path
        flags = os.O_RDWR | getattr(os, "O_BINARY", 0) | (os.O_CREAT | os.O_EXCL if size else 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            if size:
                memory.reserve(descriptor, HEADER + size)
            self.size = os.fstat(descriptor).st_size - HEADER
            self.memory: mmap.mmap | bytearray = mmap.mmap(descriptor, HEADER + self.size)
        except BaseException:
            if size:
                path.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
        self.view = memoryview(self.memory)

    def number(self, place: int) -> int:
        """A counter of the header."""
        return int(struct.unpack_from("<Q", self.memory, place)[0])

    def set_number(self, place: int, value: int) -> None:
        """Set a counter of the header."""
        struct.pack_into("<Q", self.memory, place, value)

    def real(self, place: int) -> float:
        """A real number of the header."""
        return float(struct.unpack_from("<d", self.memory, place)[0])

    def set_real(self, place: int, value: float) -> None:
        """Set a real number of the header."""
        struct.pack_into("<d", self.memory, place, value)

    def forget_name(self) -> None:
        """Delete the file; the memory lives as long as a process maps it."""
        with suppress(OSError):  # where a mapped file cannot be deleted, the next start does it
            self.path.unlink(missing_ok=True)

    def let_go(self) -> None:
        """Give the memory back; the counters stay as they are."""
        # Dropped, not closed: who reads a counter just now holds it a moment longer.
        self.memory = bytearray(self.memory[:HEADER])
        self.view = memoryview(self.memory)


class RingQueue:
    """The side that puts; same methods as `tauscope.app.recording.queue.HandOver`.

    Parameters
    ----------
    limit : int
        Bytes that may wait; one item always fits, however large.
    frame_bytes : int
        Usual size of an item, which bounds the memory.

    Raises
    ------
    OSError
        If there is no memory for it.
    """

    def __init__(self, limit: int, frame_bytes: int) -> None:
        wanted = min(limit, max(LEAST, MOST_FRAMES * frame_bytes))
        size = max(wanted, 1 << 20) + SLACK
        if allowed := file_limit():  # memory is a file, too
            size = min(size, max(allowed - HEADER, SLACK))
        self._limit = min(wanted, size)
        self._lock = threading.Lock()
        self._ended = self._gone = False
        self.attended = False
        """Whether the other side is there; to be set by whoever starts it."""
        self.lost = 0
        """Items that were not taken in after all, as the other side stood still."""
        self.ring = _new_ring(size)

    @property
    def waiting(self) -> int:
        """Bytes that wait."""
        return self.ring.number(HEAD) - self.ring.number(TAIL)

    @property
    def filled(self) -> float:
        """Filled share, 0 to 1."""
        return min(self.waiting / self._limit, 1.0)

    @property
    def closed(self) -> bool:
        """Whether nothing more is coming."""
        return self._ended

    @property
    def left(self) -> bool:
        """Whether something that was handed over was not taken."""
        return self.lost > 0 or self.waiting > 0

    def fits(self, nbytes: int) -> bool:
        """Whether an item of that size would go in at once."""
        waiting = self.waiting
        return not waiting or waiting + nbytes <= self._limit

    def put(self, item: Any, *, wait: bool = True) -> float:
        """Add an item, waiting for room; returns the seconds waited. After `close` nothing is taken in.

        Without ``wait``, and when it is closed meanwhile, it waits only where the memory itself is full, and
        not before there is somebody who takes: what finds no room then gets a file of its own.
        """
        buffers: list[pickle.PickleBuffer] = []
        head = pickle.dumps(item, protocol=5, buffer_callback=buffers.append)
        pieces = [memoryview(head), *(buffer.raw() for buffer in buffers)]
        sizes = [piece.nbytes for piece in pieces]
        table = struct.pack(f"<{len(sizes)}Q", *sizes)
        total = _aligned(RECORD.size + len(table)) + sum(_aligned(size) for size in sizes)
        try:
            with self._lock:
                if self._gone or self._ended:
                    return 0.0
                waited = self._wait(lambda: self.fits(total)) if wait else 0.0
                if total > self.ring.size // 2 or not (wait or self.attended or self._room(total + KEPT)):
                    total, table, pieces = self._spill(pieces, table)
                    spilled = 1
                else:
                    spilled = 0
                waited += self._wait(lambda: self._room(total), anyway=True)
                if self._room(total):
                    self._place(total, sizes if not spilled else [], table, pieces, spilled)
                else:
                    self.lost += 1
                    if spilled:
                        Path(table.decode("utf-8")).unlink(missing_ok=True)
        finally:
            if self._ended:
                self._say_closed()
        return waited

    def close(self) -> None:
        """Say that nothing more is coming, and let a waiting `put` through."""
        self._ended = True
        self._say_closed()

    def _say_closed(self) -> None:
        """Tell the other side, unless an item is being put in: who does that tells it afterwards."""
        if self._lock.acquire(blocking=False):
            self.ring.set_number(CLOSED, 1)
            self._lock.release()

    def abandon(self) -> None:
        """Nobody takes anything any more; a waiting `put` goes through."""
        self._ended = True
        self._forget_spilled()
        self.ring.set_number(TAIL, self.ring.number(HEAD))

    def _forget_spilled(self) -> None:
        """Delete the files of items too large for the ring that were not taken: they are memory, too."""
        ring = self.ring
        place, head = ring.number(TAIL), ring.number(HEAD)
        while place < head and len(ring.memory) > HEADER:
            at = place % ring.size
            left = ring.size - at
            total = SKIP if left < RECORD.size else RECORD.unpack_from(ring.memory, HEADER + at)[0]
            if total == SKIP:
                place += left
                continue
            _total, table_bytes, _count, spilled = RECORD.unpack_from(ring.memory, HEADER + at)
            if spilled:
                start = HEADER + at + RECORD.size
                name = bytes(ring.view[start : start + table_bytes]).decode("utf-8")
                with suppress(OSError):  # taken just before the other side ended
                    Path(name).unlink(missing_ok=True)
            place += total

    def let_go(self) -> None:
        """Give the memory back when both sides are done; what is put in after that is forgotten."""
        self._ended = True
        with self._lock:
            self._gone = True
            self.ring.let_go()

    def _wait(self, ready: Any, *, anyway: bool = False) -> float:
        started = moved = time.perf_counter()
        tail = self.ring.number(TAIL)
        while not ready() and (anyway or not self._ended):
            now = time.perf_counter()
            if self.ring.number(TAIL) != tail or not self._ended:
                moved, tail = now, self.ring.number(TAIL)
            elif now - moved > (1.0 if self.ring.number(PAUSED) else STANDS_STILL):
                break  # closed, and the writer takes nothing: a full disk, or one that does not answer
            time.sleep(WAIT)
        return waited if (waited := time.perf_counter() - started) > WAIT else 0.0

    def _room(self, total: int) -> bool:
        """Whether so much is free in one piece."""
        head, size = self.ring.number(HEAD), self.ring.size
        at = head % size
        lost = size - at if at + total > size else 0
        return self.waiting + lost + total <= size

    def _place(
        self, total: int, sizes: list[int], table: bytes, pieces: list[memoryview], spilled: int
    ) -> None:
        ring = self.ring
        head = ring.number(HEAD)
        at = head % ring.size
        if at + total > ring.size:
            if ring.size - at >= RECORD.size:
                RECORD.pack_into(ring.memory, HEADER + at, SKIP, 0, 0, 0)
            head += ring.size - at
            at = 0
        RECORD.pack_into(ring.memory, HEADER + at, total, len(table), len(sizes), spilled)
        place = HEADER + at + RECORD.size
        ring.view[place : place + len(table)] = table
        place = HEADER + at + _aligned(RECORD.size + len(table))
        for piece in pieces:
            flat = piece.cast("B") if piece.format != "B" or piece.ndim != 1 else piece
            ring.view[place : place + flat.nbytes] = flat
            place += _aligned(flat.nbytes)
        ring.set_number(HEAD, head + total)

    def _spill(self, pieces: list[memoryview], table: bytes) -> tuple[int, bytes, list[memoryview]]:
        """Put an item too large for the ring into a file of its own; the ring gets its name."""
        handle, name = tempfile.mkstemp(memory.SUFFIX, memory.own_prefix(), memory.folder())
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(struct.pack("<Q", len(table)) + table)
                for piece in pieces:
                    stream.write(piece)
        except OSError as error:
            os.unlink(name)
            raise memory.without_room(error, Path(name).parent) from None
        text = name.encode("utf-8")
        return _aligned(RECORD.size + len(text)), text, []


class RingReader:
    """The side that takes.

    Parameters
    ----------
    path : Path
        File of the ring, which is deleted here.
    """

    def __init__(self, path: Path) -> None:
        self.ring = Ring(path)
        self.ring.forget_name()
        self.orphaned = False
        """Whether the other side is gone; to be set by whoever sees it."""
        self._after = 0
        self._spilled: Path | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more is coming."""
        return self.orphaned or bool(self.ring.number(CLOSED))

    @property
    def ending(self) -> bool:
        """As `Source.ending` of the writing."""
        return self.closed or bool(self.ring.number(ENDING))

    @property
    def drained(self) -> bool:
        """Whether it is closed, and all that was put in before that was taken."""
        return self.closed and self.ring.number(HEAD) == self.ring.number(TAIL)

    def get(self, timeout: float) -> Item | None:
        """Oldest item, or None after the timeout or when all is done; its arrays live until `done`."""
        end = time.monotonic() + timeout
        while self.ring.number(HEAD) == self.ring.number(TAIL):
            if self.drained or time.monotonic() >= end:
                return None
            time.sleep(WAIT)
        found: Item = self._take()
        return found

    def done(self) -> None:
        """Free the room of the item that `get` gave."""
        if self._spilled is not None:
            self._spilled.unlink(missing_ok=True)
        self.ring.set_number(TAIL, self._after)

    def abandon(self) -> None:
        """Take nothing more; the other side is told otherwise."""

    def _take(self) -> Any:
        ring = self.ring
        tail = ring.number(TAIL)
        at = tail % ring.size
        if ring.size - at < RECORD.size or RECORD.unpack_from(ring.memory, HEADER + at)[0] == SKIP:
            tail += ring.size - at
            at = 0
        total, table_bytes, count, spilled = RECORD.unpack_from(ring.memory, HEADER + at)
        self._after = tail + total
        start = HEADER + at + RECORD.size
        table = bytes(ring.view[start : start + table_bytes])
        self._spilled = Path(table.decode("utf-8")) if spilled else None
        if self._spilled is not None:
            return _read_spilled(self._spilled)
        place = HEADER + at + _aligned(RECORD.size + table_bytes)
        return _unpickled(ring.view, place, struct.unpack(f"<{count}Q", table), ALIGNED)


def _unpickled(view: Any, place: int, sizes: tuple[int, ...], step: int) -> Any:
    pieces = []
    for size in sizes:
        pieces.append(view[place : place + size])
        place += -(-size // step) * step
    return pickle.loads(pieces[0], buffers=pieces[1:])


def _read_spilled(path: Path) -> Any:
    content = path.read_bytes()
    (table_bytes,) = struct.unpack_from("<Q", content)
    sizes = struct.unpack_from(f"<{table_bytes // 8}Q", content, 8)
    return _unpickled(memoryview(content), 8 + table_bytes, sizes, 1)


def _new_ring(size: int) -> Ring:
    failed: OSError | None = None
    for folder in memory.folders():
        handle, name = tempfile.mkstemp(memory.SUFFIX, memory.own_prefix(), folder)
        os.close(handle)
        os.unlink(name)
        try:
            return Ring(Path(name), size)
        except OSError as error:
            failed = memory.without_room(error, Path(folder))
    raise failed or OSError("no memory")


def _aligned(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED
