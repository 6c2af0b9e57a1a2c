"""Checks of a file before anything in it is believed: what it is, whether it is whole, how much is read."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tauscope.app.recording import layout, lock, superblock
from tauscope.app.recording.overlay import log_path
from tauscope.app.regular import regular
from tauscope.engine.errors import BadInput, unknown_name

log = logging.getLogger(__name__)

DEFLATE, SHUFFLE = 1, 2
TEXT_SAMPLE = 512


def check_head(path: Path) -> None:
    """Refuse a path that is no closed recording, from its first bytes and its size.

    Raises
    ------
    BadInput
        Missing, a folder, empty, a text file, another format, truncated, being recorded, or not closed.
    """
    size = check_is_hdf5(path)
    head = superblock.read(path)
    if head is None:
        raise refusal(path, "is an HDF5 file of another kind", "Choose a recording made by Tauscope.")
    lock.refuse_if_held(path)
    if head.left_open or not head.checksum_right or log_path(path).exists():
        raise refusal(path, "was not closed", f"Run “tauscope recover {path}”.", NotClosed)
    if size < head.end:
        missing = head.end - size
        raise refusal(
            path, f"is cut short: {missing} of {head.end} bytes are missing", "Copy it again from its origin."
        )


def check_is_hdf5(path: Path, noun: str = "recording", ending: str = ".h5") -> int:
    """Refuse what is no HDF5 file at all, and so no recording or other noun; returns its size in bytes."""
    if path.is_dir():
        raise refusal(path, "is a folder", "Choose a file.")
    try:
        size = regular(path).stat().st_size
        with path.open("rb") as stream:
            start = stream.read(TEXT_SAMPLE)
    except FileNotFoundError:
        raise BadInput(
            f"There is no file “{path}”.", key="path", value=str(path), remedy="Check the name."
        ) from None
    except OSError as error:
        raise refusal(
            path, f"cannot be read ({error.strerror or error})", "Check its kind and permissions."
        ) from None
    if not size:
        raise refusal(path, "is empty", f"It holds no {noun}.")
    if not start.startswith(superblock.SIGNATURE):
        kind = "a text file" if _is_text(start) else "no HDF5 file"
        raise refusal(path, f"is {kind}, not a {noun}", f"Choose a {noun} made by Tauscope ({ending}).")
    return size


def check_schema(path: Path, file: Any) -> None:
    """Refuse a file that is not laid out as a recording, or that points outside itself."""
    for name in (layout.FIELDS, layout.SERIES, layout.REPLAY, layout.STATUS):
        group(path, file, name)
    attributes = file[layout.REPLAY].attrs
    if attributes.get("schema", b"") != layout.SCHEMA.encode() or "version" not in attributes:
        raise refusal(path, "is no Tauscope recording", "Choose a recording made by Tauscope.")
    if int(attributes["version"]) > layout.SCHEMA_VERSION:
        raise refusal(path, "was made by a newer Tauscope", "Install the newer version to read it.")


def group(path: Path, file: Any, name: str) -> Any:
    """Group of our layout, reached by hard links only."""
    found = _linked(path, file, name)
    if not isinstance(found, h5py.Group):
        raise refusal(path, f"has no group /{name}", "It is no whole recording.")
    return found


def dataset(path: Path, file: Any, name: str, kinds: str, limit: int = layout.MAX_READ_BYTES) -> Any:
    """Dataset of our layout: inside the file, of an expected number type, with filters and sizes we write.

    Parameters
    ----------
    path, file
        The recording.
    name : str
        Path inside it.
    kinds : str
        Allowed NumPy dtype kinds.
    limit : int
        Largest size of what will be read at once: all of it, or one frame of a field.
    """
    found = _linked(path, file, name)
    if not isinstance(found, h5py.Dataset):
        raise refusal(path, f"has no dataset /{name}", "It is no whole recording.")
    if found.external or found.is_virtual:
        raise refusal(path, f"keeps /{name} outside itself", "Such files are not opened.")
    if found.dtype.kind not in kinds:
        raise refusal(path, f"holds {found.dtype} in /{name}", "It was not written by Tauscope.")
    _check_filters(path, found)
    per_read = (
        _frame_bytes(found) if name.startswith(f"{layout.FIELDS}/") and found.ndim > 1 else _bytes(found)
    )
    if per_read > limit:
        raise refusal(path, f"asks for {per_read} bytes at once in /{name}", f"The limit is {limit} bytes.")
    return found


def field(path: Path, file: Any, name: str) -> Any:
    """Dataset of a recorded field: as `dataset`, in chunks of one frame, as all are written."""
    found = dataset(path, file, name, "biufc")
    if not _is_framed(found) or _frame_bytes(found) > layout.MAX_CHUNK_BYTES:
        shape = " × ".join(str(length) for length in found.shape)
        raise refusal(
            path, f"has no frames in /{name}, whose shape is {shape}", "It was not written by Tauscope."
        )
    return found


def stored_rows(found: Any) -> int:
    """Frames of a field up to the first whose numbers are not in the file; HDF5 would give zeros for it."""
    if not _is_framed(found):
        return 0
    if not _frame_bytes(found):
        return int(found.shape[0])
    rows: set[int] = set()
    found.id.chunk_iter(lambda chunk: rows.add(int(chunk.chunk_offset[0])))
    return next(row for row in range(len(rows) + 1) if row not in rows)


def text_json(path: Path, file: Any, name: str) -> Any:
    """JSON kept as one fixed-length string."""
    found = dataset(path, file, name, "S", layout.MAX_TEXT_BYTES)
    if found.shape != ():
        raise refusal(path, f"holds no single text in /{name}", "It was not written by Tauscope.")
    try:
        return json.loads(bytes(found[()]).decode("utf-8"))
    except ValueError as error:
        log.warning("/%s of %s is no JSON: %s", name, path, error)
        reason = f"is damaged: the text in /{name} cannot be read"
        raise refusal(path, reason, "Use a copy of it.") from error


class NotClosed(BadInput):
    """A recording that its program did not close; recovery makes it readable."""


def refusal(path: Path, what: str, remedy: str, kind: type[BadInput] = BadInput) -> BadInput:
    """Error about a file: its name, what is the matter, what to do."""
    return kind(f"“{path.name}” {what}.", key="path", value=str(path), remedy=remedy)


def unknown(field: str, known: Iterable[str]) -> BadInput:
    """Error for a field that was not recorded."""
    return unknown_name("recorded field", field, known, key="field")


def _linked(path: Path, file: Any, name: str) -> Any:
    node = file
    for part in name.split("/"):
        if not isinstance(node, h5py.Group) or not isinstance(node.get(part, getlink=True), h5py.HardLink):
            return None
        try:
            node = node[part]
        except (KeyError, OSError, RuntimeError) as error:
            log.warning("HDF5 cannot open /%s of %s: %s", name, path, error)
            reason = f"is damaged: /{name} cannot be read"
            raise refusal(path, reason, "Recover it or copy it again from its origin.") from error
    return node


def _check_filters(path: Path, found: Any) -> None:
    properties = found.id.get_create_plist()
    filters = {properties.get_filter(index)[0] for index in range(properties.get_nfilters())}
    if filters - {DEFLATE, SHUFFLE}:
        raise refusal(path, f"needs unknown filters for {found.name}", "Only gzip and shuffle are read.")
    if found.chunks is None:
        return
    chunk = int(np.prod(found.chunks, dtype=np.float64)) * found.dtype.itemsize
    if chunk > layout.MAX_CHUNK_BYTES:
        raise refusal(path, f"has chunks of {chunk} bytes in {found.name}", "It was not written by Tauscope.")


def _is_framed(found: Any) -> bool:
    return bool(found.ndim and found.chunks == (1, *(max(length, 1) for length in found.shape[1:])))


def _bytes(found: Any) -> int:
    return int(np.prod(found.shape, dtype=np.float64)) * int(found.dtype.itemsize)


def _frame_bytes(found: Any) -> int:
    return int(np.prod(found.shape[1:], dtype=np.float64)) * int(found.dtype.itemsize)


def _is_text(start: bytes) -> bool:
    try:
        text = start.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:
            return False
        text = start[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\r\n\t\f" for character in text)
