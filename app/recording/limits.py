"""How large a recording may become on its disk, and the name of the part that goes on."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil

from tauscope.app.storage import file_limit

FAT_BYTES = 3_900_000_000
"""On FAT, whose files end at 4 GiB."""
FAT = ("vfat", "msdos", "fat", "fat32")


def largest_file(folder: Path) -> int:
    """Bytes that a file in a folder may have by its file system and the limits of this process; 0 for any."""
    limits = [FAT_BYTES] if _file_system(folder) in FAT else []
    if own := file_limit():
        limits.append(own)
    return min(limits, default=0)


def next_part(path: Path) -> Path:
    """First free ``name_002.h5``, ``name_003.h5``, … beside a recording."""
    stem = (
        path.stem.rsplit("_", 1)[0] if path.stem[-4:-3] == "_" and path.stem[-3:].isdecimal() else path.stem
    )
    number = 2
    while (candidate := path.with_name(f"{stem}_{number:03d}{path.suffix}")).exists():
        number += 1
    return candidate


def _file_system(folder: Path) -> str:
    """Name of the file system of a folder in lower case, "" where the system does not tell."""
    found = ""
    with suppress(OSError):  # unknown counts as without a limit
        kinds = {Path(one.mountpoint): one.fstype for one in psutil.disk_partitions(all=True)}
        found = next((kinds[place] for place in (folder, *folder.parents) if place in kinds), "")
    return found.lower()
