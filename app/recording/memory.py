"""Where the memory of rings lies: names that tell whose it is, room for it, and what a kill left behind."""

from __future__ import annotations

import math
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tauscope.app.owned import lives

PREFIX = "tauscope-"
SUFFIX = ".ring"
GRACE = 120.0
"""Seconds that the writing process has to start, on a busy machine, after its maker died."""


def remove_orphans() -> None:
    """Delete memory of processes that are gone; not at once, as who writes may be about to open it."""
    now = time.time()
    for one in [one for place in folders() for one in Path(place).glob(f"{PREFIX}*{SUFFIX}")]:
        parts = one.name.removeprefix(PREFIX).split("-")
        if len(parts) < 3 or not (parts[0].isdigit() and parts[1].isdigit()):
            continue
        if not lives(int(parts[0]), int(parts[1])):
            with suppress(OSError):  # deleted meanwhile by who had it open
                if now - one.stat().st_mtime > GRACE:
                    one.unlink(missing_ok=True)


def folder() -> str:
    """Where files are memory, or the folder for temporary files."""
    return (
        "/dev/shm" if os.path.isdir("/dev/shm") and os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()
    )


def folders() -> tuple[str, ...]:
    """Where rings may lie, the better place first."""
    return tuple(dict.fromkeys((folder(), tempfile.gettempdir())))


def own_prefix() -> str:
    """Beginning of the names of this process's files: its number and its start."""
    own = psutil.Process()
    return f"{PREFIX}{own.pid}-{math.floor(own.create_time())}-"


def reserve(descriptor: int, size: int) -> None:
    """Take the memory now: a page that is missing later would be a crash."""
    take = getattr(os, "posix_fallocate", lambda one, _start, end: os.ftruncate(one, end))
    take(descriptor, 0, size)


def without_room(error: OSError, folder: Path) -> OSError:
    """The same error, with the folder in which there is no room."""
    return OSError(error.errno, error.strerror, str(folder))
