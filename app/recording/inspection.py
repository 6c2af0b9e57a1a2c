"""A look at a recording that is to be recovered, before a byte of it is changed, in a process with limits.

What a repair would make of the file is made in memory and read as a reader would, so that a file that is
refused stays as it was.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import h5py

from tauscope.app.recording import checks, layout, overlay, superblock, views
from tauscope.app.recording.opened import DAMAGE
from tauscope.app.recording.reader import RecordingFile
from tauscope.engine.errors import BadInput

KINDS = "biufcS"
OWN = (layout.FIELDS, layout.SERIES, layout.REPLAY, layout.STATUS)
MOST_BYTES = 1 << 30
"""Of what recovery reads at once."""
COUNTERS = {layout.TIME: "f", layout.TICK: "i", layout.DROPPED: "i", layout.FRAME_EVENTS: "i"}


def examine(path: Path) -> int | None:
    """Look whether a file may be recovered; returns the frames of one whose repair would be whole, else None.

    Parameters
    ----------
    path : Path
        A recording, closed or not; its redo log, if there is one, is taken for applied.

    Raises
    ------
    BadInput
        It is no recording, points outside itself, asks for too much memory, or its structure is damaged.
    """
    with closing(overlay.Overlay(path)) as pages:
        overlay.lay_log(path, pages)
        _open_header(path, pages)
        try:
            with h5py.File(pages, "r") as file:
                check_structure(path, file)
        except BadInput:
            raise
        except DAMAGE:
            raise checks.refusal(
                path, "is damaged beyond recovery: its structure cannot be read", "Keep it for a specialist."
            ) from None
        try:
            with h5py.File(pages, "r+", libver=layout.LIBVER) as file:
                frames = views.complete(file, layout.RECOVERED)
            with h5py.File(pages, "r") as file:
                look_at(_Mended(path, file))
        except (BadInput, *DAMAGE):
            return None  # its frames are copied one by one, as far as they can be read
        return frames


class _Mended(RecordingFile):
    """A recording whose repaired bytes are in memory only."""

    def __init__(self, path: Path, file: Any) -> None:
        self._take(path, file)


def look_at(file: RecordingFile) -> None:
    """Read every part of a recording, and of its frames the first, the middle one and the last.

    Raises
    ------
    BadInput
        As the methods of `RecordingFile`.
    """
    for name in file.fields if file.frames else ():
        if file.stored(name) < file.frames:
            raise checks.refusal(
                file.path, f"has lost frames of {name}", f"Run “tauscope recover {file.path}”."
            )
        for index in sorted({0, file.frames // 2, file.frames - 1}):
            file.frame(name, index)
    file.event_lines()
    file.notices()
    file.hashes()
    file.initial()
    file.checkpoint()
    file.session()
    file.source()


def check_structure(path: Path, file: Any) -> None:
    """Refuse a file that is no recording or that recovery must not copy: links, storage outside, sizes.

    Raises
    ------
    BadInput
        As `examine`.
    """
    checks.check_schema(path, file)
    checks.text_json(path, file, layout.CONFIG)
    checks.text_json(path, file, layout.ENVIRONMENT)
    for name, kinds in COUNTERS.items():
        checks.dataset(path, file, name, kinds, MOST_BYTES)
    for name in checks.group(path, file, layout.SERIES):
        checks.dataset(path, file, f"{layout.SERIES}/{name}/value", "f", MOST_BYTES)
    seen: set[int] = set()
    left = [("", file)]
    while left:
        parent, node = left.pop()
        address = int(h5py.h5o.get_info(node.id).addr)
        if address in seen:
            continue
        seen.add(address)
        for name in node:
            found = f"{parent}/{name}" if parent else name
            link = node.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise checks.refusal(path, f"points outside itself at /{found}", "Such files are not opened.")
            if not isinstance(link, h5py.HardLink):
                _check_soft(path, found)
                continue
            item = node[name]
            if isinstance(item, h5py.Group):
                left.append((found, item))
            elif isinstance(item, h5py.Dataset):
                _check_dataset(path, file, found, item)


def _check_soft(path: Path, name: str) -> None:
    if name.startswith(tuple(f"{one}/" for one in OWN)):
        raise checks.refusal(path, f"has a link at /{name}", "It was not written by Tauscope.")


def _check_dataset(path: Path, file: Any, name: str, item: Any) -> None:
    outside = item.external or (item.is_virtual and any(s.file_name != "." for s in item.virtual_sources()))
    if outside:
        raise checks.refusal(path, f"keeps /{name} outside itself", "Such files are not opened.")
    if name.startswith(tuple(f"{one}/" for one in OWN)):
        checks.dataset(path, file, name, KINDS, MOST_BYTES)


def _open_header(path: Path, pages: overlay.Overlay) -> None:
    """Put the header that a repair would write into the pages, where the one that is there needs it."""
    pages.seek(0)
    head = superblock.parse(bytes(pages.read(superblock.SIZE) or b""))
    if head is None:
        raise checks.refusal(path, "has no header that can be read", "Only its journal could help.")
    if head.left_open or not head.checksum_right:
        size = pages.seek(0, 2)
        pages.seek(0)
        pages.write(head.repaired(size))
