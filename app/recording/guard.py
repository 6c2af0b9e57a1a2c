"""Watch over the disk a recording goes to: free space, ballast, whether the file is still in its folder."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from pathlib import Path

from tauscope.app.recording.layout import RESERVE_SUFFIX
from tauscope.app.storage import file_limit
from tauscope.engine.errors import BadInput, TauscopeError

RESERVE_BYTES = 500_000_000
RESERVE = "TAUSCOPE_RESERVE_MB"
"""Environment variable: MB to leave free on the disk, for a small disk or a quota."""
BALLAST_BYTES = 8 << 20
KEPT_BYTES = 2 << 20
"""What stays of the ballast while the last frames are written: the file is closed with it."""
SECONDS_OF_DATA = 10.0
PAGE = 4096
LEAST_ROOM = 2 << 20
"""Bytes that must be free before a recording that waited goes on."""


def reserve() -> int:
    """Bytes that a recording leaves free on its disk: 500 MB, or what the environment says.

    Raises
    ------
    BadInput
        If the variable holds no number of MB.
    """
    named = os.environ.get(RESERVE, "")
    if not named:
        return RESERVE_BYTES
    if not named.isascii() or not named.isdigit():
        raise BadInput(f"{RESERVE} is “{named}”.", key=RESERVE, value=named, allowed="a number of MB")
    return int(named) * 1_000_000


class DiskGuard:
    """Free space and ballast of one recording.

    The ballast is a file beside the recording whose blocks are given back when the disk fills up, because
    HDF5 cannot close a file without room for its metadata.

    Parameters
    ----------
    path : Path
        The recording.
    reserve : int
        Bytes to leave free on the disk.
    """

    def __init__(self, path: Path, reserve: int) -> None:
        self._path = path
        self._reserve = reserve
        self._ballast = path.with_name(path.name + RESERVE_SUFFIX)

    def refuse_if_full(self) -> None:
        """Raise BadInput before a recording starts on a disk without room."""
        free = self.free()
        if free < self._reserve + BALLAST_BYTES:
            raise BadInput(
                f"Only {megabytes(free)} are free on the disk of “{self._path.parent}”.",
                key="path",
                value=str(self._path),
                allowed=f"a disk with more than {megabytes(self._reserve + BALLAST_BYTES)} free",
                remedy=f"Free some space, choose another folder, or leave less free with {RESERVE}.",
            )

    def load(self) -> None:
        """Lay the ballast down."""
        descriptor = os.open(self._ballast, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
            else:
                os.write(descriptor, bytes(BALLAST_BYTES))
        except OSError:  # a disk as full as that is refused before the recording begins
            os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def spend(self) -> None:
        """Give back what of the ballast is not needed to close the file."""
        with contextlib.suppress(OSError):  # gone with its folder, which is told by `check`
            if self._ballast.stat().st_size > KEPT_BYTES:
                os.truncate(self._ballast, KEPT_BYTES)

    def drop(self) -> None:
        """Give the ballast back."""
        with contextlib.suppress(OSError):  # gone with its folder, which is told by `check`
            self._ballast.unlink(missing_ok=True)

    def free(self) -> int:
        """Free bytes on the disk, 0 if the folder is gone."""
        try:
            return int(shutil.disk_usage(self._path.parent).free)
        except OSError:
            return 0  # as the docstring says

    def has_room(self) -> bool:
        """Whether writing may go on after it had to wait for room."""
        return self.missing() == 0

    def missing(self) -> int:
        """Bytes that have to be freed before a recording that waits goes on."""
        return max(0, max(self._reserve, LEAST_ROOM) - self.free())

    def in_place(self, descriptor: int) -> bool:
        """Whether the open file is still what its path names."""
        opened = os.fstat(descriptor)
        if os.name == "nt":
            return True
        try:
            named = self._path.stat()
        except OSError:
            return False  # its name is gone
        return opened.st_nlink > 0 and (named.st_ino, named.st_dev) == (opened.st_ino, opened.st_dev)

    def check(self, descriptor: int, bytes_per_second: float) -> TauscopeError | None:
        """Reason to stop now: the file left its folder, or the disk is nearly full; else None."""
        if not self.in_place(descriptor):
            return TauscopeError(f"“{self._path}” was removed or replaced while it was being recorded.")
        free = self.free()
        if free < max(self._reserve, SECONDS_OF_DATA * bytes_per_second if self._reserve else 0):
            return TauscopeError(
                f"The disk of “{self._path.parent}” has only {megabytes(free)} left, so recording stopped.",
                "Everything recorded before is in the file. Free some space and start a new recording.",
            )
        return None


def is_full(error: BaseException) -> bool:
    """Whether an error says that the disk, or one's share of it, is full."""
    full = (errno.ENOSPC, errno.EDQUOT)
    if not isinstance(error, OSError | RuntimeError):
        return False
    return getattr(error, "errno", None) in full or any(f"errno = {number}," in str(error) for number in full)


def explained(error: BaseException, path: Path) -> TauscopeError:
    """An error of the writer as a sentence."""
    if isinstance(error, TauscopeError):
        return error
    number = _number(error)
    kept = "Everything counted as saved is kept."
    if is_full(error) or _is_without_room(path):
        return TauscopeError(
            f"The disk of “{path.parent}” is full, so recording stopped.", f"{kept} Free some space."
        )
    if number == errno.EFBIG:
        if most := file_limit():
            size = f"“{path.name}” reached the largest size that files of this program may have"
            return TauscopeError(f"{size}, {megabytes(most)}.", f"{kept} Raise that limit (ulimit -f).")
        return TauscopeError(
            f"“{path.name}” reached the largest size its disk allows.", f"{kept} Start a new file."
        )
    return TauscopeError(
        f"Recording to “{path.name}” failed ({str(error) or type(error).__name__}).",
        f"{kept} Run “tauscope recover {path}”.",
    )


def _number(error: BaseException) -> int | None:
    """Number of the system's error, which HDF5 has in its words."""
    if number := getattr(error, "errno", None):
        return int(number)
    found = re.search(r"errno = (\d+)", str(error))
    return int(found[1]) if found else None


def _is_without_room(path: Path) -> bool:
    """Whether the disk of a file has no page left; HDF5 names no cause where it cannot close a file."""
    try:
        return shutil.disk_usage(path.parent).free < PAGE
    except OSError:
        return False  # the folder is gone, which is another matter


def rescue(descriptor: int, path: Path) -> Path | None:
    """Copy a file that has lost its name to the nearest folder that takes files; None where nothing does.

    Parameters
    ----------
    descriptor : int
        Of the open file.
    path : Path
        Where it was.
    """
    nearest = next(folder for folder in path.parents if folder.is_dir())
    for folder in (nearest, Path(tempfile.gettempdir())):
        try:
            with open(f"/proc/self/fd/{descriptor}", "rb") as source:
                handle, target = tempfile.mkstemp(path.suffix, f"{path.stem}.rescued.", folder)
                with os.fdopen(handle, "wb") as sink:
                    if hasattr(os, "fchmod"):
                        os.fchmod(handle, os.fstat(descriptor).st_mode & 0o777)  # readable as it was
                    shutil.copyfileobj(source, sink, 1 << 20)
        except OSError:
            continue  # the next folder; with none the caller tells of the loss
        return Path(target)
    return None


def megabytes(count: float) -> str:
    """Byte count for a sentence."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
