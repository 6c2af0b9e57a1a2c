"""Files that are files: reading a pipe or a device, as a name may turn out to be, could wait for ever."""

from __future__ import annotations

import errno
from pathlib import Path


def regular(path: Path) -> Path:
    """The path again, if it names an ordinary file, or nothing at all.

    Raises
    ------
    OSError
        It is a pipe, a device, a socket or a folder.
    """
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "a pipe or a device"
        raise OSError(errno.EINVAL, f"it is {kind}, not a file", str(path))
    return path
