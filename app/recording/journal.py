"""Journal beside a recording: where each chunk lies, its checksum, and all that is no chunk.

No mode of HDF5 survives a power cut, because metadata are rewritten in place. The journal is only appended
to, so what was synchronised with the disk stays, and it says all that is needed to write the recording anew:

    magic, length and CRC-32 of a head; the head: JSON of the plan, and where the initial state lies
    records of 40 bytes: magic, kind, dataset, row, offset, size, CRC-32 of the content and of the record

A record of kind ``CHUNK`` points to the bytes of one frame in the HDF5 file. One of kind ``ROWS`` is followed
by the bytes themselves: rows of ticks, series, events and hashes, ``t`` last in each commit.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from tauscope.app.recording.layout import JOURNAL_SUFFIX

MAGIC = b"TAUJRNL1"
MARK = b"TJR1"
HEAD = struct.Struct("<8sQI")
RECORD = struct.Struct("<4sHHqQQI")
"""Without the CRC-32 of the record, which follows."""
RECORD_BYTES = RECORD.size + 4
CHUNK, ROWS = 1, 2


def journal_path(path: Path) -> Path:
    """Where the journal of a recording lies."""
    return path.with_name(path.name + JOURNAL_SUFFIX)


def boot() -> str:
    """Name of the present run of the operating system; another one means that the power may have failed."""
    with suppress(OSError):  # Linux alone has it
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{psutil.boot_time():.0f}"


class Journal:
    """Journal that is being written; records wait in memory until `commit`.

    Parameters
    ----------
    path : Path
        The recording; the journal of an earlier one of that name is overwritten.
    head : mapping
        JSON that `tauscope.app.recording.rebuild` understands; ``boot`` is added.
    rows : sequence of str
        Paths of the datasets whose rows are kept.
    """

    def __init__(self, path: Path, head: Mapping[str, Any], rows: list[str]) -> None:
        self.path = journal_path(path)
        self._number = {name: number for number, name in enumerate(rows)}
        text = json.dumps({**head, "boot": boot(), "rows": rows}).encode("ascii")
        self._waiting: dict[tuple[int, int, int], bytes] = {
            (0, 0, 0): HEAD.pack(MAGIC, len(text), zlib.crc32(text)) + text
        }
        self._size = 0
        self._stream: Any = self._open()
        try:
            self.commit()
        except BaseException:
            self.discard()
            raise

    def chunk(self, dataset: int, row: int, offset: int, content: bytes) -> None:
        """Say where the bytes of a frame lie in the recording."""
        record = _record(CHUNK, dataset, row, offset, len(content), zlib.crc32(content))
        self._wait_for_commit((CHUNK, dataset, row), record)

    def rows(self, name: str, start: int, values: Any) -> None:
        """Keep rows of a dataset, from ``start`` on."""
        content = np.ascontiguousarray(values).tobytes()
        number = self._number[name]
        record = _record(ROWS, number, start, len(values), len(content), zlib.crc32(content))
        self._wait_for_commit((ROWS, number, start), record + content)

    def commit(self) -> None:
        """Write what waits, over whatever an attempt that failed has left.

        Raises
        ------
        OSError
            As the disk says; everything still waits then.
        """
        data = memoryview(b"".join(self._waiting.values()))
        done = 0
        self._stream.seek(self._size)
        while done < len(data):
            done += self._stream.write(data[done:])
        self._size += done
        self._waiting = {}

    def sync(self) -> None:
        """Ask the disk to keep it through a power cut."""
        synchronise(self._stream.fileno())

    def close(self) -> None:
        """Close the file, which stays."""
        self._stream.close()

    def discard(self) -> None:
        """Close and delete it."""
        self.close()
        remove(self.path)

    def _open(self) -> Any:
        return self.path.open("w+b", buffering=0)

    def _wait_for_commit(self, key: tuple[int, int, int], data: bytes) -> None:
        """Take in what is to be written; what a commit that failed left waiting of the same is replaced."""
        self._waiting.pop(key, None)
        self._waiting[key] = data


def synchronise(descriptor: int) -> None:
    """Ask the disk to keep the data of a file."""
    if hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def remove(path: Path) -> None:
    """Delete a file; one that is gone, or whose folder is, is no error."""
    with suppress(OSError):  # see above
        path.unlink(missing_ok=True)


def records(data: bytes) -> list[tuple[int, int, int, int, int, int, bytes]]:
    """Whole records up to the first torn one: kind, dataset, row, offset, size, CRC-32, content of rows."""
    found = []
    at = 0
    while at + RECORD_BYTES <= len(data):
        packed = data[at : at + RECORD.size]
        (checksum,) = struct.unpack_from("<I", data, at + RECORD.size)
        mark, kind, dataset, row, offset, size, crc = RECORD.unpack(packed)
        at += RECORD_BYTES
        if mark != MARK or checksum != zlib.crc32(packed):
            break
        content = b""
        if kind == ROWS:
            content = data[at : at + size]
            at += size
            if len(content) < size or zlib.crc32(content) != crc:
                break
        found.append((kind, dataset, row, offset, size, crc, content))
    return found


def _record(kind: int, dataset: int, row: int, offset: int, size: int, crc: int) -> bytes:
    packed = RECORD.pack(MARK, kind, dataset, row, offset, size, crc)
    return packed + struct.pack("<I", zlib.crc32(packed))
