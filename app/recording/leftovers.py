"""What a kill leaves of a recording that had not begun: an empty file, its lock and its ballast."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from tauscope.app.owned import GRACE
from tauscope.app.recording import lock
from tauscope.app.recording.guard import BALLAST_BYTES, DiskGuard
from tauscope.app.recording.journal import journal_path
from tauscope.app.recording.layout import LOCK_SUFFIX, RESERVE_SUFFIX


def remove(folder: Path) -> None:
    """Remove empty recordings of dead processes of this computer from a folder, and what lies beside them.

    A recording that holds anything stays as it is, with all that may help to recover it.
    """
    with suppress(OSError):  # a folder that cannot be read has nothing to remove
        for beside in folder.glob(f"*{LOCK_SUFFIX}"):
            with suppress(OSError):  # gone meanwhile, or somebody else's; tried again the next time
                _remove(beside)
        for part in folder.glob(f"*{LOCK_SUFFIX}.*"):
            with suppress(OSError):  # as above
                if part.suffix[1:].isdecimal() and _is_left(part):
                    part.unlink()


def _remove(beside: Path) -> None:
    path = beside.with_name(beside.name.removesuffix(LOCK_SUFFIX))
    if path.suffix.lower() not in (".h5", ".hdf5") or journal_path(path).exists() or not _is_left(beside):
        return
    if path.exists():
        if path.stat().st_size or not path.is_file():
            return
        path.unlink()
    if _is_ballast(path.with_name(path.name + RESERVE_SUFFIX)):
        DiskGuard(path, 0).drop()
    beside.unlink(missing_ok=True)


def _is_ballast(reserve: Path) -> bool:
    """Whether a file is one of ours: zeros, and no more than a recording lays down."""
    try:
        with reserve.open("rb") as stream:
            content = stream.read(BALLAST_BYTES + 1)
    except OSError:
        return False  # there is none
    return len(content) <= BALLAST_BYTES and not content.strip(b"\0")


def _is_left(beside: Path) -> bool:
    """Whether a lock names a process of this computer that is gone, and has lain there for a while."""
    found = lock.read(beside)
    return found is not None and not found.alive() and time.time() - beside.stat().st_mtime > GRACE
