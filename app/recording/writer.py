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
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tauscope.app.recording import layout
from tauscope.app.recording.deflate import LEVEL, deflated
from tauscope.app.recording.lines import LineLog
from tauscope.app.recording.plan import EventItem, FrameItem, NoticeItem, Plan
from tauscope.engine.base import hash_state
from tauscope.engine.events import encode

CHECKPOINT_CHUNK = 1 << 20
HASH = f"S{layout.HASH_CHARS}"


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

    Raises
    ------
    FileExistsError, FileNotFoundError, PermissionError, OSError
        As the system says; nothing is left behind then.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
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
        self._hash_paths = [
            _hash_path(key, name)
            for key, state in plan.initial.items()
            for name in ("%all", *hash_names(state))
        ]
        self._slot = 0
        self._file = self._create(path)
        self._open: dict[str, Any] = {}
        try:
            self._lay_out()
            self._begin()
        except BaseException:
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
            target = self._at(f"{layout.FIELDS}/{plan.dataset}")
            target.resize(self._written + 1, axis=0)
            if plan.nbytes:
                target.id.write_direct_chunk((self._written, *(0 for _ in plan.shape)), deflated(array))
        self._written += 1
        self._rows.append(frame)

    def append_hashes(self, tick: int, events: int, states: Mapping[str, Mapping[str, Any]]) -> None:
        """Hash the state of every engine and append the hashes; arrays that came later count in ``%all``."""
        row: dict[str, str] = {}
        for key, state in states.items():
            found = hash_state(state)
            found["%all"] = hashlib.blake2b(repr(sorted(found.items())).encode(), digest_size=16).hexdigest()
            row |= {_hash_path(key, name): value for name, value in found.items()}
        self._hashes.append(_Hash(tick, events, row))

    def checkpoint(self, tick: int, states: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep a whole state in the older of two slots; a death while writing leaves the other one whole."""
        blob = np.frombuffer(pack_state(states), np.uint8)
        slot, self._slot = self._slot, 1 - self._slot
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
            self._file.close()

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
        if hasattr(os, "fdatasync"):
            os.fdatasync(self.descriptor)
        else:
            os.fsync(self.descriptor)

    def _lay_out(self) -> None:
        layout.write_attributes(self._file, root_attributes(self._plan))
        self._lay_out_fields()
        self._lay_out_series()
        self._lay_out_replay()
        status = self._file.create_group(layout.STATUS)
        layout.write_attributes(
            status, {"state": f"{'open':16}", "frames": np.int64(0), "dropped": np.int64(0)}
        )
        self._file["entry"] = h5py.SoftLink("/fields")

    def _lay_out_fields(self) -> None:
        group = self._file.create_group(layout.FIELDS)
        first = self._plan.fields[0] if self._plan.fields else None
        layout.write_attributes(group, {"NX_class": "NXdata"})
        if first is not None:
            layout.write_attributes(
                group, {"signal": first.dataset, "axes": layout.fixed_list("t", *first.dims)}
            )
        clock = layout.growing(group, "t", np.float64)
        layout.write_attributes(clock, {"units": "1", "long_name": "simulated time"})
        clock.make_scale("t")
        for name, title in (("tick", "tick of the world"), ("dropped", "frames left out before this one")):
            counter = layout.growing(group, name, np.int64)
            layout.write_attributes(counter, {"units": "1", "long_name": title})
            counter.dims[0].attach_scale(clock)
        for item in self._plan.fields:
            self._lay_out_field(group, item, clock)

    def _lay_out_field(self, group: Any, item: Any, clock: Any) -> None:
        dataset = group.create_dataset(
            item.dataset,
            shape=(0, *item.shape),
            maxshape=(None, *item.shape),
            chunks=(1, *(max(length, 1) for length in item.shape)),
            dtype=np.dtype(item.dtype),
            shuffle=True,
            compression="gzip",
            compression_opts=LEVEL,
        )
        label = layout.utf8(item.label)
        layout.write_attributes(dataset, {"units": item.unit, "long_name": label, "field": item.field})
        layout.write_attributes(dataset, {"engine": item.engine})
        dataset.dims[0].attach_scale(clock)
        for axis, (dim, length) in enumerate(zip(item.dims, item.shape, strict=True), start=1):
            dataset.dims[axis].attach_scale(_scale(group, dim, length))

    def _lay_out_series(self) -> None:
        group = self._file.create_group(layout.SERIES)
        for item in self._plan.scalars:
            series = group.create_group(item.series)
            series["step"] = self._file[layout.TICK]
            series["time"] = self._file[layout.TIME]
            value = layout.growing(series, "value", np.float64)
            layout.write_attributes(value, {"units": item.unit, "long_name": layout.utf8(item.label)})
            layout.write_attributes(value, {"engine": item.engine, "scalar": item.scalar})

    def _lay_out_replay(self) -> None:
        plan, file = self._plan, self._file
        group = file.create_group(layout.REPLAY)
        layout.write_attributes(group, {"schema": layout.SCHEMA, "version": np.int64(layout.SCHEMA_VERSION)})
        layout.write_json(file, layout.CONFIG, plan.config)
        layout.write_json(file, layout.ENVIRONMENT, plan.environment)
        text = np.frombuffer(json.dumps(plan.source).encode("ascii"), np.uint8)
        source = file.create_dataset(
            layout.SOURCE, data=text, compression="gzip", chunks=(max(text.size, 1),)
        )
        layout.write_attributes(source, {"sha256": plan.source_hash})
        layout.growing(file, layout.FRAME_EVENTS, np.int64)
        layout.growing(file, layout.EVENT_LOG, np.uint8, layout.BYTES_PER_CHUNK)
        layout.growing(file, layout.EVENT_END, np.int64)
        layout.growing(file, layout.EVENT_CHAIN, HASH)
        layout.growing(file, layout.NOTICE_LOG, np.uint8, layout.BYTES_PER_CHUNK)
        layout.growing(file, layout.NOTICE_END, np.int64)
        layout.growing(file, layout.HASH_TICK, np.int64)
        layout.growing(file, layout.HASH_EVENTS, np.int64)
        for key, state in plan.initial.items():
            self._lay_out_state(layout.safe_name(key), state)
        for name in self._hash_paths:
            layout.growing(file, name, HASH)
        for slot in ("0", "1"):
            layout.growing(file, f"{layout.CHECKPOINTS}/{slot}", np.uint8, CHECKPOINT_CHUNK)
        file.create_dataset(layout.CHECKPOINT_SIZE, data=np.zeros(2, np.int64))
        file.create_dataset(layout.CHECKPOINT_TICK, data=np.full(2, -1, np.int64))

    def _lay_out_state(self, key: str, state: Mapping[str, Any]) -> None:
        arrays = self._file.create_group(f"{layout.INITIAL}/{key}/arrays")
        rest: dict[str, Any] = {}
        for name, value in state.items():
            if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
                filters = {"compression": "gzip", "compression_opts": LEVEL, "shuffle": True}
                small = value.ndim == 0 or value.size == 0
                arrays.create_dataset(layout.safe_name(name), data=value, **({} if small else filters))
            else:
                rest[name] = encode(value)
        layout.write_json(self._file, f"{layout.INITIAL}/{key}/scalars_json", rest)


def hash_names(state: Mapping[str, Any]) -> list[str]:
    """Names under which `hash_state` puts the hashes of a state."""
    return [*sorted(name for name, value in state.items() if isinstance(value, np.ndarray)), "scalars"]


def link(chain: bytes, line: str) -> bytes:
    """Next value of the running hash over the lines of the event log, as hex digits."""
    return hashlib.blake2b(chain + line.encode("utf-8"), digest_size=16).hexdigest().encode("ascii")


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


def root_attributes(plan: Plan) -> dict[str, Any]:
    """Root attributes of openPMD 1.1 but ``meshesPath``, which comes with the view, and of CF and NeXus."""
    now = datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
    return {
        "openPMD": "1.1.0",
        "openPMDextension": np.uint32(0),
        "basePath": "/data/%T/",
        "iterationEncoding": "groupBased",
        "iterationFormat": "/data/%T/",
        "software": "Tauscope",
        "softwareVersion": metadata.version("tauscope"),
        "author": plan.author or "unknown",
        "date": now,
        "Conventions": "CF-1.10",
        "title": plan.title or "Tauscope recording",
        "default": "entry",
    }


def _scale(group: Any, dim: str, length: int) -> Any:
    """Dimension scale of that name and length, made when it is missing; cell centres at integers."""
    name, number = dim, 2
    while name in group and group[name].shape != (length,):
        name, number = f"{dim}{number}", number + 1
    if name not in group:
        group.create_dataset(name, data=np.arange(length, dtype=np.float64))
        layout.write_attributes(group[name], {"units": "1", "long_name": f"{dim} in cells"})
        group[name].make_scale(name)
    return group[name]


def _hash_path(key: str, name: str) -> str:
    """Path of the hashes of one array; ``%all`` stands for a whole state and is no array's name."""
    link_name = name if name == "%all" else layout.safe_name(name)
    return f"{layout.HASH_STATE}/{layout.safe_name(key)}/{link_name}"


def _place(dataset: Any, start: int, values: Sequence[Any] | Any) -> None:
    """Write rows from ``start`` on; writing them again after an error changes nothing."""
    dataset.resize(start + len(values), axis=0)
    dataset[start:] = values
