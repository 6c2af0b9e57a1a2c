"""Recovery of a recording that was not closed: header repaired in place, or frames copied to a new file.

After a death of the process the file is whole but for its header. After a power cut (the journal was written
in an earlier run of the system) nothing that HDF5 rewrote in place is believed: the journal tells what was
written, and every frame whose checksum fits goes to a new file.

The 48 bytes of the header are kept beside the file before a byte is changed. Clearing the open flag alone
would make HDF5 cut the file to its last known end; so the end is set to the end of the file as well.

Before any of it a process with limits makes the repair in memory and reads it; a file that is refused is not
changed. What a journal made anew is looked through in the same way before it stays.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py

from tauscope.app.recording import checks, journal, layout, lock, overlay, rebuild, superblock, vetting, views
from tauscope.app.recording.guard import DiskGuard
from tauscope.app.recording.opened import DAMAGE
from tauscope.app.recording.reader import RecordingFile
from tauscope.engine.errors import BadInput, Cancelled

REBUILT = ".recovered"
PIECE = 8 << 20
"""Bytes copied between two looks at whether somebody wants it stopped."""

Progress = Callable[[float, str], None]


def recover(path: Path | str, progress: Progress | None = None) -> Path:
    """Make a recording readable and return the file that is.

    A recording that was closed is left as it is. Otherwise the header is repaired in place and every dataset
    is cut to the commit count; where that is impossible, or the computer was started again since, the frames
    are copied to ``NAME.recovered.h5``, by the journal if there is one.

    Parameters
    ----------
    path : Path or str
        The recording.
    progress : callable, optional
        Told a fraction and what is being done; it may raise to stop, and then nothing new stays.

    Returns
    -------
    Path
        ``path`` itself, or the new file. What lay beside the recording while it was written (lock, ballast)
        is gone then; the header's 48 bytes stay, as ``NAME.h5.superblock``, and beside a damaged
        file its journal.

    Raises
    ------
    BadInput
        No recording, being recorded by a live process, nothing committed to recover, or damaged beyond
        repair.
    """
    target = Path(path).absolute()
    book = rebuild.read(target)
    if book is None:
        _refuse_empty(target)
    tell = progress or _untold
    try:
        size, head = _head(target)
    except BadInput:
        if book is None or not target.is_file():
            raise
        size, head = target.stat().st_size, None
    lock.refuse_if_written(target)
    tell(0.0, "Looking at the file")
    refused, found = _examined(target)
    if refused is None and overlay.apply_log(target):
        return recover(target, progress)
    if head is not None and found is not None and _is_whole(target, head, size):
        _clear_away(target)  # a death after the file was closed leaves them, too
        return target
    if head is not None and (book is None or book.boot == journal.boot()):
        if book is None and size < head.end and not head.left_open:
            raise checks.refusal(
                target, "is cut short, which recovery cannot undo", "Copy it again from its origin."
            )
        least = 0 if book is None else book.frames
        if found is not None and found >= least and _may_repair(target, head) and _repair(target, head, size):
            _clear_away(target)
            return target
    result = _from_journal(target, book, tell) if book is not None else None
    if result is None and refused is not None:
        raise refused
    if result is None and head is not None:
        result = _rebuild(target, head, size, tell)
    if result is None:
        raise checks.refusal(target, "holds no frame that can be read", "There is nothing to recover.")
    _clear_away(target, journal_too=False)
    return result


def _refuse_empty(path: Path) -> None:
    """Say plainly that nothing was recorded yet, of a file that only holds its name."""
    try:
        empty = path.is_file() and not path.stat().st_size
    except OSError:
        return  # what is the matter is told where it is read
    if not empty:
        return
    lock.refuse_if_held(path)
    what = "is empty"
    if lock.lock_path(path).exists():
        _clear_away(path)
        what = "is empty: its recording ended before anything was saved"
    raise checks.refusal(path, what, "There is nothing to recover, and it can be deleted.")


def _examined(path: Path) -> tuple[BadInput | None, int | None]:
    """Why a file must not be touched, and the frames that it has once its header is repaired."""
    try:
        return None, vetting.examined(path)
    except BadInput as error:
        return error, None


def _head(path: Path) -> tuple[int, superblock.Superblock]:
    """Size and header of a recording, refusing what does not begin as one."""
    size = checks.check_is_hdf5(path)
    head = superblock.read(path)
    if head is None:
        raise checks.refusal(
            path, "is an HDF5 file of another kind", "Only recordings by Tauscope are recovered."
        )
    return size, head


def _may_repair(path: Path, head: superblock.Superblock) -> bool:
    return head.usable and os.access(path, os.W_OK)


def interrupted(folder: Path) -> list[Path]:
    """Recordings in a folder whose process on this computer died before it closed them, newest first.

    Raises
    ------
    OSError
        If the folder cannot be read.
    """
    found = []
    for beside in folder.glob(f"*{layout.LOCK_SUFFIX}"):
        path = beside.with_name(beside.name.removesuffix(layout.LOCK_SUFFIX))
        if path.is_file() and lock.holder(path) is None:
            try:
                checks.check_head(path)
            except checks.NotClosed:
                found.append(path)
            except BadInput:  # whatever else is the matter, only a journal would help
                if journal.journal_path(path).exists():
                    found.append(path)
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _clear_away(path: Path, *, journal_too: bool = True) -> None:
    """Remove lock and ballast of a recording that is written no more, and a journal of no more use."""
    lock.release(path)
    DiskGuard(path, 0).drop()
    if journal_too:
        journal.remove(journal.journal_path(path))


def _untold(_fraction: float, _text: str) -> None:
    """Nobody asked how far it is."""


def _is_whole(path: Path, head: superblock.Superblock, size: int) -> bool:
    """Whether a recording is closed and finished."""
    if head.left_open or not head.checksum_right or size < head.end:
        return False
    try:
        with RecordingFile(path) as file:
            return file.state in layout.FINISHED
    except BadInput:
        return False  # what is wrong is told where it is repaired


def _repair(path: Path, head: superblock.Superblock, size: int) -> bool:
    """Repair the header in place and finish the file, as was tried in memory; False where it fails."""
    if head.left_open:
        _keep_header(path, head)
        _write_header(path, head.repaired(size))
    try:
        views.finalise(path, "recovered")
        views.write_sidecar(path)
    except DAMAGE:
        return False  # a disk that is full, say; it is rebuilt then
    return True


def _keep_header(path: Path, head: superblock.Superblock) -> Path:
    """Write the 48 bytes beside the file, under a name that is free."""
    kept, number = path.with_name(path.name + layout.SUPERBLOCK_SUFFIX), 2
    while kept.exists():
        kept, number = path.with_name(f"{path.name}{layout.SUPERBLOCK_SUFFIX}{number}"), number + 1
    with kept.open("xb") as stream:
        stream.write(head.raw)
        stream.flush()
        os.fsync(stream.fileno())
    return kept


def _write_header(path: Path, data: bytes) -> None:
    with path.open("r+b") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _from_journal(path: Path, book: rebuild.Book, tell: Progress) -> Path | None:
    """Write every frame of the journal whose chunks are whole to a new file; None if there is none."""
    target = _free_target(path)
    try:
        frames = book.write(target, lambda fraction, text: tell(0.9 * fraction, text))
        if frames:
            _synchronise(target)
            _finish(target)
            return target
    except (*DAMAGE, MemoryError, Cancelled) as error:
        target.unlink(missing_ok=True)
        if isinstance(error, BadInput | Cancelled):
            raise
        raise checks.refusal(
            path, f"cannot be written anew ({error})", "Free some space, then try again."
        ) from None
    target.unlink(missing_ok=True)
    return None


def _rebuild(path: Path, head: superblock.Superblock, size: int, tell: Progress) -> Path:
    """Copy every committed frame that can be read to a new file; the damaged one stays as it is."""
    target = _free_target(path)
    copy = target.with_name(target.name + ".part")
    try:
        _copy_file(path, copy, size, tell)
        _write_header(copy, head.repaired(size))
        with h5py.File(copy, "r") as source:
            checks.check_schema(path, source)
            with h5py.File(target, "x", libver=layout.LIBVER) as sink:
                frames = _copy(source, sink, tell)
        if not frames:
            raise checks.refusal(path, "holds no frame that can be read", "There is nothing to recover.")
        _finish(target)
    except (*DAMAGE, MemoryError, Cancelled) as error:
        target.unlink(missing_ok=True)
        if isinstance(error, BadInput | Cancelled):
            raise
        raise checks.refusal(
            path, "is damaged beyond recovery: parts of it cannot be read", "Keep it for a specialist."
        ) from None
    finally:
        copy.unlink(missing_ok=True)
    return target


def _finish(made: Path) -> None:
    """Finish a file that was made anew, once a process with limits has looked through it."""
    views.finalise(made, "recovered")
    vetting.vet(made)
    views.write_sidecar(made)


def _free_target(path: Path) -> Path:
    """Where a rebuilt recording goes; an earlier one is never overwritten."""
    target = path.with_name(f"{path.stem}{REBUILT}{path.suffix or '.h5'}")
    if target.exists():
        raise BadInput(
            f"“{target.name}” exists from an earlier recovery.",
            key="path",
            value=str(target),
            remedy="Move it away.",
        )
    return target


def _synchronise(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _copy_file(path: Path, copy: Path, size: int, tell: Progress) -> None:
    with path.open("rb") as source, copy.open("xb") as sink:
        while piece := source.read(PIECE):
            sink.write(piece)
            tell(0.3 * min(sink.tell() / max(size, 1), 1.0), "Copying the file")


def _copy(source: Any, sink: Any, tell: Progress) -> int:
    """Copy attributes, logs and frames up to the first that cannot be read; returns the number of frames."""
    for name, value in source.attrs.items():
        if name != "meshesPath":
            sink.attrs.create(name, value)
    for name in (layout.FIELDS, layout.REPLAY, layout.STATUS):
        sink.create_group(name)
    frames = _readable(source, tell)
    for name in (layout.REPLAY, layout.STATUS):
        _copy_group(source[name], sink[name])
    _copy_attributes(source[layout.FIELDS], sink[layout.FIELDS])
    for name, item in source[layout.FIELDS].items():
        _copy_rows(item, sink, f"{layout.FIELDS}/{name}", frames, tell)
    _attach_scales(source, sink)
    for name, group in source[layout.SERIES].items():
        series = sink.create_group(f"{layout.SERIES}/{name}")
        series["step"], series["time"] = sink[layout.TICK], sink[layout.TIME]
        _copy_rows(group["value"], sink, f"{layout.SERIES}/{name}/value", frames, tell)
    sink[layout.FRAME_EVENTS].resize(frames, axis=0)
    sink["entry"] = h5py.SoftLink("/fields")
    return frames


def _readable(source: Any, tell: Progress) -> int:
    """Committed frames before the first chunk that cannot be read."""
    names = [f"{layout.FIELDS}/{name}" for name in views.recorded(source)]
    frames = min([source[layout.TIME].shape[0], *(checks.stored_rows(source[name]) for name in names)])
    for index in range(frames):
        tell(0.3 + 0.3 * index / frames, "Reading the frames")
        try:
            for name in names:
                source[name][index]
        except DAMAGE:
            return index
    return int(frames)


def _copy_group(source: Any, sink: Any) -> None:
    _copy_attributes(source, sink)
    for name, item in source.items():
        source.copy(item, sink, name=name)


def _copy_attributes(source: Any, sink: Any) -> None:
    skipped = ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME")
    for name, value in source.attrs.items():
        if name not in skipped:
            sink.attrs.create(name, value)


def _copy_rows(source: Any, sink: Any, name: str, frames: int, tell: Progress) -> None:
    """Copy the first rows of a growing dataset, or all of a fixed one."""
    growing = source.maxshape[0] is None
    shape = (frames, *source.shape[1:]) if growing else source.shape
    filters = {"shuffle": True, "compression": "gzip", "compression_opts": 1} if source.compression else {}
    options = {"maxshape": source.maxshape, "chunks": source.chunks} if growing else {}
    target = sink.create_dataset(name, shape=shape, dtype=source.dtype, **options, **filters)
    _copy_attributes(source, target)
    if source.ndim > 1:
        for index in range(frames):
            tell(0.6 + 0.35 * index / frames, f"Copying {name.rpartition('/')[2]}")
            target[index] = source[index]
    else:
        target[...] = source[: shape[0]]


def _attach_scales(source: Any, sink: Any) -> None:
    for name, item in source[layout.FIELDS].items():
        if item.is_scale:
            sink[f"{layout.FIELDS}/{name}"].make_scale(name)
    for name, item in source[layout.FIELDS].items():
        for axis, dim in enumerate(item.dims):
            for label in dim.keys() if not item.is_scale else ():
                sink[f"{layout.FIELDS}/{name}"].dims[axis].attach_scale(sink[f"{layout.FIELDS}/{label}"])
