"""Lock file beside a recording that is being written: process, start of the process, host.

HDF5's own lock ends when SWMR writing starts, so that readers may look in; this file says who writes.
"""

from __future__ import annotations

import json
import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tauscope.app.owned import lives
from tauscope.app.recording.layout import LOCK_SUFFIX
from tauscope.app.regular import regular
from tauscope.engine.errors import BadInput


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes a recording: process number, its start in seconds since the epoch, and host name."""

    pid: int
    started: float
    host: str

    def alive(self) -> bool:
        """Whether that process still runs; one on another host is taken to."""
        if self.host != platform.node():
            return True
        return lives(self.pid, self.started)


def lock_path(path: Path) -> Path:
    """Where the lock file of a recording lies."""
    return path.with_name(path.name + LOCK_SUFFIX)


def holder(path: Path) -> Holder | None:
    """Live process that writes ``path``, or None; the lock of a dead process counts as none."""
    found = read(lock_path(path))
    return found if found is not None and found.alive() else None


def read(beside: Path) -> Holder | None:
    """Process that a lock file names, whether or not it lives; None where there is no such file."""
    try:
        data = json.loads(regular(beside).read_text(encoding="utf-8"))
        return Holder(int(data["pid"]), float(data["started"]), str(data["host"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None  # no lock, or one that a crash has torn or somebody made


def writer_of(path: Path) -> int | None:
    """Number of a process that has a file open for writing, whatever lies beside the file; None without one.

    Only processes that this user may look into are seen.
    """
    try:
        own = path.stat()
    except OSError:
        return None  # what is not there nobody writes
    for process in psutil.process_iter():
        try:
            opened = process.open_files()
        except (psutil.Error, OSError):
            continue  # ended meanwhile, or somebody else's
        for one in opened:
            with suppress(OSError):  # removed meanwhile
                if getattr(one, "mode", "") != "r" and os.path.samestat(os.stat(one.path), own):
                    return int(process.pid)
    return None


def acquire(path: Path) -> None:
    """Claim a recording for this process.

    Raises
    ------
    BadInput
        If a live process holds it.
    OSError
        If the folder cannot be written.
    """
    refuse_if_held(path)
    take_over(path)


def take_over(path: Path, pid: int | None = None) -> None:
    """Claim a recording for a process, by itself this one, whoever holds it.

    Raises
    ------
    OSError
        If the folder cannot be written.
    psutil.NoSuchProcess
        If the process has ended.
    """
    own = psutil.Process(pid)
    text = json.dumps({"pid": own.pid, "started": own.create_time(), "host": platform.node()})
    part = lock_path(path).with_name(f"{lock_path(path).name}.{own.pid}")
    part.write_text(text, encoding="utf-8")
    os.replace(part, lock_path(path))


def release(path: Path) -> None:
    """Give the claim up; a folder that is gone is no error."""
    try:
        lock_path(path).unlink(missing_ok=True)
    except OSError:
        return  # see above


def refuse_if_written(path: Path) -> None:
    """Raise BadInput if a live process writes ``path``, also where the lock was removed by hand or renamed.

    It asks every process, which takes a moment: for what changes the file.
    """
    refuse_if_held(path)
    found = writer_of(path)
    if found is not None:
        raise BadInput(
            f"“{path.name}” is being recorded by process {found}, although it has no lock beside it.",
            key="path",
            value=str(path),
            remedy="Stop that recording, or end that process, first.",
        )


def refuse_if_held(path: Path) -> None:
    """Raise BadInput if a live process writes ``path``."""
    found = holder(path)
    if found is None:
        return
    other = "" if found.host == platform.node() else f" on {found.host}"
    remedy = "Stop that recording first."
    if other:
        remedy += f" If that process is gone, delete “{lock_path(path).name}”."
    raise BadInput(
        f"“{path.name}” is being recorded by process {found.pid}{other}.",
        key="path",
        value=str(path),
        remedy=remedy,
    )
