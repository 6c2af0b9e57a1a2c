"""All-or-nothing changes to a closed HDF5 file: kept in memory, then applied by way of a redo log.

Outside SWMR mode HDF5 rewrites metadata in place, and a death between two such writes leaves a file that
nothing opens. Here HDF5 writes into memory pages; new pages are appended to the file first, pages that
replace old ones go into a log beside the file, and only then into the file. Whoever finds a log applies it.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import h5py

from tauscope.app.recording.layout import CLOSING_SUFFIX, LIBVER

PAGE = 4096
MAGIC = b"tauscope redo 1\n"
HEAD = struct.Struct("<QQ")
ENTRY = struct.Struct("<QI")


class Overlay(io.RawIOBase):
    """A file whose writes stay in memory until `commit`.

    Parameters
    ----------
    path : Path
        Existing file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._base = path.open("rb")
        self._base_size = self._size = os.fstat(self._base.fileno()).st_size
        self._pages: dict[int, bytearray] = {}
        self._at = 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        count = max(0, min(len(view), self._size - self._at))
        done = 0
        while done < count:
            number, start = divmod(self._at, PAGE)
            step = min(PAGE - start, count - done)
            page = self._pages.get(number)
            if page is None:
                self._base.seek(self._at)
                piece = self._base.read(step).ljust(step, b"\0")
            else:
                piece = bytes(page[start : start + step])
            view[done : done + step] = piece
            done += step
            self._at += step
        return count

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view):
            number, start = divmod(self._at, PAGE)
            step = min(PAGE - start, len(view) - done)
            self._page(number)[start : start + step] = view[done : done + step]
            done += step
            self._at += step
        self._size = max(self._size, self._at)
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        self._size = self._at if size is None else size
        return self._size

    def close(self) -> None:
        if hasattr(self, "_base"):  # not where the file could not be opened
            self._base.close()
        super().close()

    def commit(self) -> None:
        """Put everything written into the file; a death leaves the old or, by the log, the new."""
        old = {n: bytes(page) for n, page in self._pages.items() if n * PAGE < self._base_size}
        with self._path.open("r+b") as stream:
            for number in sorted(self._pages.keys() - old.keys()):
                stream.seek(number * PAGE)
                stream.write(self._pages[number][: max(0, self._size - number * PAGE)])
            stream.flush()
            os.fsync(stream.fileno())
        _write_log(self._path, old, self._size)
        apply_log(self._path)

    def _page(self, number: int) -> bytearray:
        if number not in self._pages:
            self._base.seek(number * PAGE)
            self._pages[number] = bytearray(self._base.read(PAGE).ljust(PAGE, b"\0"))
        return self._pages[number]


class changed:  # noqa: N801  a context manager, used as a verb
    """Context in which an HDF5 file may be changed; the changes are applied at its end, all or none.

    Parameters
    ----------
    path : Path
        A file that no process has open for writing.
    """

    def __init__(self, path: Path) -> None:
        self._overlay = Overlay(path)
        self._file: Any = None

    def __enter__(self) -> Any:
        try:
            self._file = h5py.File(self._overlay, "r+", libver=LIBVER)
        except BaseException:
            self._overlay.close()
            raise
        return self._file

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        try:
            self._file.close()
            if kind is None:
                self._overlay.commit()
        finally:
            self._overlay.close()


def log_path(path: Path) -> Path:
    """Where the redo log of a file lies while it is being applied."""
    return path.with_name(path.name + CLOSING_SUFFIX)


def apply_log(path: Path) -> bool:
    """Apply the redo log of a file, if there is a whole one, and delete it; returns whether there was."""
    log = log_path(path)
    if not log.is_file():
        return False
    read = _read_log(log)
    if read is not None:
        pages, size = read
        with path.open("r+b") as stream:
            for number, page in sorted(pages.items()):
                stream.seek(number * PAGE)
                stream.write(page)
            stream.truncate(size)
            stream.flush()
            os.fsync(stream.fileno())
    log.unlink()
    return read is not None


def lay_log(path: Path, pages: Overlay) -> None:
    """Lay a whole redo log over the pages of its file, without changing either."""
    log = log_path(path)
    read = _read_log(log) if log.is_file() else None
    if read is not None:
        found, size = read
        for number, page in found.items():
            pages.seek(number * PAGE)
            pages.write(page)
        pages.truncate(size)


def _write_log(path: Path, pages: dict[int, bytes], size: int) -> None:
    log = log_path(path)
    part = log.with_name(log.name + ".part")
    with part.open("wb") as stream:
        stream.write(MAGIC + HEAD.pack(size, len(pages)))
        for number, page in pages.items():
            stream.write(ENTRY.pack(number, zlib.crc32(page)) + page)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, log)


def _read_log(log: Path) -> tuple[dict[int, bytes], int] | None:
    with log.open("rb") as stream:
        head = stream.read(len(MAGIC) + HEAD.size)
        if len(head) < len(MAGIC) + HEAD.size or not head.startswith(MAGIC):
            return None
        size, count = HEAD.unpack(head[len(MAGIC) :])
        pages: dict[int, bytes] = {}
        for _ in range(count):
            entry, page = stream.read(ENTRY.size), stream.read(PAGE)
            if len(page) < PAGE:
                return None
            number, checksum = ENTRY.unpack(entry)
            if zlib.crc32(page) != checksum:
                return None
            pages[number] = page
    return pages, int(size)
