"""Writer of one recording: owns the HDF5 file, knows no engine, no thread and no window.

Commit protocol: the chunks of a frame are written as they come; at each flush all datasets but ``t`` are
flushed first, then ``t`` is extended and flushed. A process that dies at any moment leaves a file in which
every frame up to the length of ``t`` is whole, with all events before it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tauscope.app.recording import layout
from tauscope.app.recording.deflate import deflated
from tauscope.app.recording.journal import Journal, synchronise
from tauscope.app.recording.lines import LineLog
from tauscope.app.recording.origin import journal_head
from tauscope.app.recording.plan import EventItem, FieldPlan, FrameItem, NoticeItem, Plan
from tauscope.app.recording.skeleton import HASH, hash_path, hash_paths, lay_out
from tauscope.engine.base import hash_state
from tauscope.engine.events import encode


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the event log: bytes, offset after it, running hash."""

    data: bytes
    end: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class _Hash:
    """Hashes at one tick, by dataset path."""

    tick: int
    events: int
    values: Mapping[str, str]


class RecordingWriter:
    """Creates a recording and appends to it.

    Parameters
    ----------
    path : Path
        File to create; must not exist.
    plan : Plan
        What it will hold.
    journal : bool
        Keep a journal beside it, which stays when the file is closed; see `tauscope.app.recording.journal`.

    Raises
    ------
    FileExistsError, FileNotFoundError, PermissionError, OSError
        As the system says; nothing is left behind then.
    """

    def __init__(self, path: Path, plan: Plan, journal: bool = False) -> None:
        self.path = path
        self.committed = 0
        self._plan = plan
        self._rows: list[FrameItem] = []
        self._written = 0
        self._lines: list[_Line] = []
        self._lines_saved = 0
        self._log_bytes = 0
        self._chain = b""
        self._notices = LineLog(layout.NOTICE_LOG, layout.NOTICE_END)
        self._hashes: list[_Hash] = []
        self._hashes_saved = 0
        self._hash_paths = hash_paths(plan)
        self._slot = 0
        self._file = self._create(path)
        self._open: dict[str, Any] = {}
        self._journal: Journal | None = None
        self._end = 0
        try:
            lay_out(self._file, plan)
            self._journal = self._begin_journal() if journal else None
            self._begin()
        except BaseException:
            self.discard_journal()
            with suppress(OSError, RuntimeError):  # a full disk, say; the cause is raised
                self._file.close()
            path.unlink(missing_ok=True)
            raise

    # -- appending

    def append_events(self, item: EventItem) -> None:
        """Append lines of the event log."""
        for line in item.lines:
            data = line.encode("utf-8") + b"\n"
            self._log_bytes += len(data)
            self._chain = link(self._chain, line)
            self._lines.append(_Line(data, self._log_bytes, self._chain))

    def append_notices(self, item: NoticeItem) -> None:
        """Append lines of what the engines saw and did by themselves."""
        for line in item.lines:
            self._notices.append(line)

    def append_frame(self, frame: FrameItem) -> None:
        """Write the chunks of a frame; it counts as saved after the next `flush`."""
        for plan, array in zip(self._plan.fields, frame.arrays, strict=True):
            self.append_chunk(plan, deflated(array) if plan.nbytes else b"", self._written)
        self.take_row(frame)

    def append_chunk(self, plan: FieldPlan, content: bytes, row: int) -> None:
        """Write the packed bytes of one field of frame ``row``; again after an error, it changes nothing."""
        target = self._at(f"{layout.FIELDS}/{plan.dataset}")
        target.resize(row + 1, axis=0)
        if not content:
            return
        place = (row, *(0 for _ in plan.shape))
        try:
            target.id.write_direct_chunk(place, content)
        except (OSError, RuntimeError):
            # HDF5 takes a chunk for written that never came into its index: its room is given back, so that
            # another attempt begins anew.
            target.resize(row, axis=0)
            raise
        if self._journal is not None:
            offset = self._where(target, place, content)
            self._journal.chunk(self._plan.fields.index(plan), row, offset, content)

    def take_row(self, frame: FrameItem) -> None:
        """Count a frame whose chunks are written."""
        self._written += 1
        self._rows.append(frame)

    def append_hashes(self, tick: int, events: int, states: Mapping[str, Mapping[str, Any]]) -> None:
        """Hash the state of every engine and append the hashes; arrays that came later count in ``%all``."""
        row: dict[str, str] = {}
        for key, state in states.items():
            found = hash_state(state)
            found["%all"] = whole_hash(found)
            row |= {hash_path(key, name): value for name, value in found.items()}
        self._hashes.append(_Hash(tick, events, row))

    def checkpoint(self, tick: int, states: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep a whole state in the older of two slots; a death while writing leaves the other one whole."""
        blob = np.frombuffer(pack_state(states), np.uint8)
        slot = self._slot
        ticks, sizes = self._at(layout.CHECKPOINT_TICK), self._at(layout.CHECKPOINT_SIZE)
        target = self._at(f"{layout.CHECKPOINTS}/{slot}")
        ticks[slot] = -1
        ticks.id.flush()
        target.resize(blob.size, axis=0)
        target[:] = blob
        target.id.flush()
        sizes[slot] = blob.size
        sizes.id.flush()
        ticks[slot] = tick
        ticks.id.flush()
        self._slot = 1 - slot  # not before: what failed is tried again in the same slot

    # -- committing

    def flush(self, sync: bool = True) -> int:
        """Commit everything appended so far; returns the number of frames that are saved.

        Parameters
        ----------
        sync : bool
            Also ask the disk to keep it through a power cut.
        """
        changed = self._changes()
        for name, start, values in changed:
            _place(self._at(name), start, values)
        for name in (
            *(f"{layout.FIELDS}/{item.dataset}" for item in self._plan.fields),
            *(c[0] for c in changed),
        ):
            self._at(name).id.flush()
        if self._rows:
            clock = self._at(layout.TIME)
            _place(clock, self.committed, np.array([row.time for row in self._rows], np.float64))
            clock.id.flush()
        self._file.flush()
        self._commit_journal(changed)
        self._lines_saved += len(self._lines)
        self._notices.saved()
        self._hashes_saved += len(self._hashes)
        self._rows, self._lines, self._hashes = [], [], []
        self.committed = self._written
        if sync:
            self._sync()
        return self.committed

    def size(self) -> int:
        """Bytes of the file."""
        return os.fstat(self.descriptor).st_size

    @property
    def descriptor(self) -> int:
        """File descriptor under the HDF5 file."""
        return int(self._file.id.get_vfd_handle())

    def close(self) -> None:
        """Commit and close the file; the views are made afterwards by `tauscope.app.recording.views`."""
        try:
            self.flush()
        finally:
            if self._journal is not None:
                self._journal.close()
            self._file.close()

    def discard_journal(self) -> None:
        """Delete the journal, which nobody needs once the file is closed and finished."""
        if self._journal is not None:
            self._journal.discard()

    def _at(self, name: str) -> Any:
        """Dataset by path, looked up once."""
        if name not in self._open:
            self._open[name] = self._file[name]
        return self._open[name]

    # -- laying out

    def _create(self, path: Path) -> Any:
        return h5py.File(path, "x", libver=layout.LIBVER)

    def _begin(self) -> None:
        """Let readers in; from here on every commit leaves a file that can be read."""
        self._file.swmr_mode = True

    def _changes(self) -> list[tuple[str, int, Any]]:
        """What waits for a flush, but ``t``: dataset, first row, values; logs before what refers to them."""
        found: list[tuple[str, int, Any]] = []
        if lines := self._lines:
            data = b"".join(line.data for line in lines)
            found.append((layout.EVENT_LOG, self._log_bytes - len(data), np.frombuffer(data, np.uint8)))
            found.append(
                (layout.EVENT_CHAIN, self._lines_saved, np.array([line.chain for line in lines], HASH))
            )
            found.append(
                (layout.EVENT_END, self._lines_saved, np.array([line.end for line in lines], np.int64))
            )
        found += self._notices.changes()
        if hashes := self._hashes:
            for name in self._hash_paths:
                texts = [row.values.get(name, "").encode("ascii") for row in hashes]
                found.append((name, self._hashes_saved, np.array(texts, HASH)))
            numbers = {
                layout.HASH_EVENTS: [h.events for h in hashes],
                layout.HASH_TICK: [h.tick for h in hashes],
            }
            found += [
                (name, self._hashes_saved, np.array(column, np.int64)) for name, column in numbers.items()
            ]
        if rows := self._rows:
            columns = {
                layout.TICK: [row.tick for row in rows],
                layout.DROPPED: [row.dropped for row in rows],
                layout.FRAME_EVENTS: [row.events for row in rows],
            }
            found += [(name, self.committed, np.array(column, np.int64)) for name, column in columns.items()]
            for index, scalar in enumerate(self._plan.scalars):
                values = np.array([row.scalars[index] for row in rows], np.float64)
                found.append((f"{layout.SERIES}/{scalar.series}/value", self.committed, values))
        return found

    def _sync(self) -> None:
        synchronise(self.descriptor)
        if self._journal is not None:
            self._journal.sync()

    def _begin_journal(self) -> Journal:
        self._file.flush()
        paths = {target.name.lstrip("/") for target in _growing(self._file)}
        head = journal_head(self._plan, self._file, self._read_back)
        return self._new_journal(head, sorted(paths))

    def _new_journal(self, head: Mapping[str, Any], paths: list[str]) -> Journal:
        return Journal(self.path, head, paths)

    def _commit_journal(self, changed: list[tuple[str, int, Any]]) -> None:
        if self._journal is None:
            return
        for name, start, values in changed:
            self._journal.rows(name, start, values)
        if self._rows:
            times = np.array([row.time for row in self._rows], np.float64)
            self._journal.rows(layout.TIME, self.committed, times)
        self._journal.commit()

    def _where(self, target: Any, place: tuple[int, ...], content: bytes) -> int:
        """Offset of a chunk just written, mostly the end of the file; HDF5 would look through all chunks."""
        for offset in (self._end, self.size() - len(content)):
            if self._read_back(offset, len(content)) == content:
                break
        else:
            offset = int(target.id.get_chunk_info_by_coord(place).byte_offset)
        self._end = offset + len(content)
        return offset

    def _read_back(self, offset: int, size: int) -> bytes:
        """Bytes of the file; none where the system cannot read without moving HDF5's own position."""
        return os.pread(self.descriptor, size, offset) if hasattr(os, "pread") and offset >= 0 else b""


def link(chain: bytes, line: str) -> bytes:
    """Next value of the running hash over the lines of the event log, as hex digits."""
    return hashlib.blake2b(chain + line.encode("utf-8"), digest_size=16).hexdigest().encode("ascii")


def whole_hash(found: Mapping[str, str]) -> str:
    """Hash of a whole state, given those of its arrays as `hash_state` has them."""
    return hashlib.blake2b(repr(sorted(found.items())).encode(), digest_size=16).hexdigest()


def pack_state(states: Mapping[str, Mapping[str, Any]]) -> bytes:
    """State of every engine as npz bytes: one entry an array, the rest as JSON bytes; no pickles."""
    entries: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for key, state in states.items():
        for name, value in state.items():
            if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
                entries[f"{key}/{name}"] = value
            else:
                rest.setdefault(key, {})[name] = encode(value)
    entries["scalars_json"] = np.frombuffer(json.dumps(rest).encode("ascii"), np.uint8)
    stream = io.BytesIO()
    np.savez(stream, **entries)
    return stream.getvalue()


def _growing(file: Any) -> list[Any]:
    """Datasets of rows in a file: all of one dimension that may grow."""
    found: list[Any] = []

    def visit(_name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.ndim == 1 and item.maxshape[0] is None:
            found.append(item)

    file.visititems(visit)
    return found


def _place(dataset: Any, start: int, values: Sequence[Any] | Any) -> None:
    """Write rows from ``start`` on; writing them again after an error changes nothing."""
    dataset.resize(start + len(values), axis=0)
    dataset[start:] = values
