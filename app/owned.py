"""Names of files half written that tell whose they are, so that what a kill left behind is recognised.

Only what a process of this computer left that is gone by now, and that nobody has touched for a while, is
removed: never something of a living process, and never a file that has another name.
"""

from __future__ import annotations

import hashlib
import math
import os
import platform
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

CLOCK = 2.5
"""Seconds by which two processes may differ on when a third one began: clocks are set, and drift."""
GRACE = 120.0
"""Seconds for which a file of a dead process is left alone: what it started may still be at work."""
MOST_BYTES = 100
"""Of the name of the file to be in that of the half-written one."""
_NAME = re.compile(r"\..*\.tauscope-([0-9a-f]{6})-(\d+)-(\d+)-\w+(\.\w+)?")


def lives(pid: int, started: float) -> bool:
    """Whether the process of this computer that has a number and began at a time still runs."""
    try:
        return abs(psutil.Process(pid).create_time() - started) < CLOCK
    except (psutil.NoSuchProcess, ValueError, OverflowError):
        return False  # which is the answer; no process has a number below 0, or one that is too large
    except psutil.AccessDenied:
        return True  # somebody else's, which may well be at work


def hidden_prefix(name: str) -> str:
    """Beginning of the name of a file or folder of this process that will be called ``name``."""
    own = psutil.Process()
    short = name.encode("utf-8")[:MOST_BYTES].decode("utf-8", "ignore")
    return f".{short}.tauscope-{_host()}-{own.pid}-{math.floor(own.create_time())}-"


def name_beside(path: Path) -> Path:
    """Hidden name that is free in the folder of a path, with its ending; what kills left there goes.

    Nothing is left there: whoever writes makes the file, so that it gets the rights the user's mask gives.

    Raises
    ------
    OSError
        If nothing of that name, or nothing at all, can be made in that folder.
    """
    _refuse_name(path)
    remove_orphans(path.parent)
    handle, name = tempfile.mkstemp(prefix=hidden_prefix(path.stem), suffix=path.suffix, dir=path.parent)
    os.close(handle)
    os.unlink(name)
    return Path(name)


def folder_beside(path: Path) -> Path:
    """Hidden folder beside a path, made by this call; what kills left there goes.

    Raises
    ------
    OSError
        As `name_beside`.
    """
    _refuse_name(path)
    remove_orphans(path.parent)
    return Path(tempfile.mkdtemp(prefix=hidden_prefix(path.name), dir=path.parent))


def remove_orphans(folder: Path) -> None:
    """Remove what dead processes of this computer left half written in a folder."""
    with suppress(OSError):  # a folder that cannot be read has nothing to remove
        for entry in os.scandir(folder):
            found = _NAME.fullmatch(entry.name) if entry.name.startswith(".") else None
            if found is None or found[1] != _host() or lives(int(found[2]), int(found[3])):
                continue
            with suppress(OSError):  # gone meanwhile, or somebody else's; tried again the next time
                if time.time() - _touched(entry) < GRACE:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)


def _touched(entry: os.DirEntry[str]) -> float:
    """When a file, or something in a folder, was last written."""
    times = [entry.stat(follow_symlinks=False).st_mtime]
    if entry.is_dir(follow_symlinks=False):
        times += [one.lstat().st_mtime for one in Path(entry.path).rglob("*")]
    return max(times)


def _refuse_name(path: Path) -> None:
    """Raise OSError where the system admits no such name, before anything is written under another."""
    with suppress(FileNotFoundError):  # a name that is free
        path.lstat()


def _host() -> str:
    """Name of the computer in a few letters."""
    return hashlib.sha256(platform.node().encode("utf-8")).hexdigest()[:6]
