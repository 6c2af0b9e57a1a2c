"""A recording written anew from its journal and the chunks that it points to, each checked by its CRC-32."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tauscope.app.recording import layout
from tauscope.app.recording.journal import CHUNK, HEAD, MAGIC, journal_path, records
from tauscope.app.recording.origin import plan_of
from tauscope.app.recording.plan import Plan
from tauscope.app.recording.writer import RecordingWriter
from tauscope.app.regular import regular

Place = tuple[int, int, int]
"""Offset, size and CRC-32 of a chunk."""

Progress = Callable[[float, str], None]
FRAME_ROWS = (layout.TIME, layout.TICK, layout.DROPPED, layout.FRAME_EVENTS)


class Book:
    """What the journal of a recording says.

    Parameters
    ----------
    path : Path
        The recording, which need not be readable.
    head : mapping
        JSON of the head.
    content : bytes
        Everything after the head.

    Attributes
    ----------
    frames : int
        Frames whose rows and places are known, whether or not their chunks are whole.
    """

    def __init__(self, path: Path, head: Mapping[str, Any], content: bytes) -> None:
        self.path, self.boot = path, str(head["boot"])
        self._head = head
        self._rows: dict[str, list[tuple[int, int, bytes]]] = {name: [] for name in head["rows"]}
        self._chunks: list[dict[int, Place]] = [{} for _ in head["fields"]]
        for kind, dataset, row, offset, size, crc, rows in records(content):
            if kind == CHUNK:
                self._chunks[dataset][row] = (offset, size, crc)
            else:
                self._rows[head["rows"][dataset]].append((row, offset, rows))
        self.frames = self._known()

    def _known(self) -> int:
        series = [f"{layout.SERIES}/{item['series']}/value" for item in self._head["scalars"]]
        lengths = [self._length(name) for name in (*FRAME_ROWS, *series)]
        for item, chunks in zip(self._head["fields"], self._chunks, strict=True):
            if all(item["shape"]):
                lengths.append(next(row for row in range(len(chunks) + 1) if row not in chunks))
        return min(lengths)

    def _length(self, name: str) -> int:
        """Rows of a dataset up to the first gap."""
        length = 0
        for start, count, _ in self._rows[name]:
            if start > length:
                break
            length = max(length, start + count)
        return length

    def whole_frames(self, tell: Progress) -> int:
        """Frames up to the first of which a chunk is not in the file as it was written."""
        with self.path.open("rb") as stream:
            for row in range(self.frames):
                tell(row / self.frames, "Checking the frames")
                for chunks in self._chunks:
                    if row in chunks and _content(stream, chunks[row]) is None:
                        return row
        return self.frames

    def write(self, target: Path, tell: Progress) -> int:
        """Write every whole frame to a new file; returns how many.

        Parameters
        ----------
        target : Path
            File to create; it is closed, but without views.
        tell : callable
            Told a fraction and what is being done; it may raise to stop.
        """
        with self.path.open("rb") as stream:

            def read(offset: int, size: int) -> bytes:
                stream.seek(offset)
                return stream.read(size)

            plan = plan_of(self._head, read)
            with _Rebuilder(target, plan) as sink:
                frames = self._copy_chunks(stream, sink, plan, tell)
                for name, pieces in self._rows.items():
                    sink.put(name, pieces, self._length(name))
                return sink.cut(frames)

    def _copy_chunks(self, stream: Any, sink: _Rebuilder, plan: Plan, tell: Progress) -> int:
        for row in range(self.frames):
            tell(row / self.frames, "Copying the frames")
            contents = []
            for field, chunks in zip(plan.fields, self._chunks, strict=True):
                content = _content(stream, chunks[row]) if field.nbytes else b""
                if content is None:
                    return row
                contents.append(content)
            for field, content in zip(plan.fields, contents, strict=True):
                sink.append_chunk(field, content, row)
        return self.frames


class _Rebuilder(RecordingWriter):
    """Writes chunks and rows as they were."""

    def __enter__(self) -> _Rebuilder:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._file.close()

    def _begin(self) -> None:
        """Nobody reads it meanwhile."""

    def put(self, name: str, pieces: list[tuple[int, int, bytes]], length: int) -> None:
        """Write rows of a dataset."""
        target = self._at(name)
        target.resize(length, axis=0)
        for start, count, content in pieces:
            if start + count <= length:
                target[start : start + count] = np.frombuffer(content, target.dtype)

    def cut(self, frames: int) -> int:
        """Leave out frames after the first that is not whole, or whose events are missing."""
        events = self._at(layout.FRAME_EVENTS)[:frames]
        known = self._at(layout.EVENT_END).shape[0]
        frames = int(np.argmax(events > known)) if (events > known).any() else frames
        self._at(layout.TIME).resize(frames, axis=0)
        return frames


def read(path: Path) -> Book | None:
    """Journal of a recording; None if there is none, or its head is not whole."""
    try:
        data = regular(journal_path(path)).read_bytes()
    except OSError:
        return None  # closed recordings have none
    if len(data) < HEAD.size:
        return None
    magic, length, checksum = HEAD.unpack(data[: HEAD.size])
    text = data[HEAD.size : HEAD.size + length]
    if magic != MAGIC or len(text) != length or zlib.crc32(text) != checksum:
        return None
    return Book(path, json.loads(text), data[HEAD.size + length :])


def _content(stream: Any, place: Place) -> bytes | None:
    """Bytes of a chunk, None if they are not what was written."""
    offset, size, checksum = place
    stream.seek(offset)
    content = bytes(stream.read(size))
    return content if len(content) == size and zlib.crc32(content) == checksum else None
