"""Layout of a recording: names of groups, datasets and attributes, and how text is stored in them.

::

    /                      openPMD 1.1 root attributes, Conventions, default = "entry"
    /fields                NXdata: t (commit count), y, x (scales), tick, dropped, one [t, *dims] a field
    /entry                 soft link to /fields
    /series/<name>         step and time (hard links to tick and t), value
    /replay                config_json, environment_json, source, frame_events, statements_json
                           (attributes and axes as they were laid out)
    /replay/initial/<key>  arrays/<name>, scalars_json: state of each engine at the first frame
    /replay/events         log (JSON lines as bytes), end (offset after each line), chain (running hash)
    /replay/notices        log (JSON lines as bytes), end: what the engines saw and did by themselves, as the
                           roll-backs of SCRAM, with the tick of each; recordings made before have none
    /replay/hashes         tick, events, state/<key>/<array>: state hashes every so many ticks
    /replay/checkpoints    0 and 1 (npz bytes), size, tick: the two newest checkpoints
    /session               document_json, in session files only
    /status                attributes state, frames, dropped, sha256 of what the file was closed with
    /data/<tick>/meshes    openPMD view, virtual datasets, made when the file is closed
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

SCHEMA = "tauscope-recording"
SCHEMA_VERSION = 1
LIBVER = ("v110", "v110")

FIELDS = "fields"
TICK = "fields/tick"
TIME = "fields/t"
DROPPED = "fields/dropped"
SERIES = "series"
STATUS = "status"
REPLAY = "replay"
CONFIG = "replay/config_json"
ENVIRONMENT = "replay/environment_json"
SOURCE = "replay/source"
STATEMENTS = "replay/statements_json"
FRAME_EVENTS = "replay/frame_events"
INITIAL = "replay/initial"
EVENT_LOG = "replay/events/log"
EVENT_END = "replay/events/end"
EVENT_CHAIN = "replay/events/chain"
NOTICE_LOG = "replay/notices/log"
NOTICE_END = "replay/notices/end"
HASH_TICK = "replay/hashes/tick"
HASH_EVENTS = "replay/hashes/events"
HASH_STATE = "replay/hashes/state"
CHECKPOINTS = "replay/checkpoints"
CHECKPOINT_SIZE = "replay/checkpoints/size"
CHECKPOINT_TICK = "replay/checkpoints/tick"
SESSION = "session/document_json"
VIEW = "data"

BOOKKEEPING = ("t", "tick", "dropped")
"""Datasets of /fields that are no field."""

STATED = "statements"
"""Entry of the configuration of a recording that keeps what it says a second time."""

HASH_CHARS = 32
ROWS_PER_CHUNK = 1024
BYTES_PER_CHUNK = 1 << 16

MAX_READ_BYTES = 2 << 30
MAX_CHUNK_BYTES = 256 << 20
MAX_TEXT_BYTES = 256 << 20

CLOSED = "closed"
RECOVERED = "recovered"
ORPHANED = "closed by supervisor"
"""State of a file whose program was gone, so that the process that writes it closed it by itself."""
FINISHED = (CLOSED, RECOVERED, ORPHANED)

LOCK_SUFFIX = ".lock"
JOURNAL_SUFFIX = ".journal"
RESERVE_SUFFIX = ".reserve"
CLOSING_SUFFIX = ".closing"
SUPERBLOCK_SUFFIX = ".superblock"


def safe_name(name: str) -> str:
    """Name of an array or scalar as one HDF5 link name."""
    escaped = name.replace("%", "%25").replace("/", "%2F")
    return escaped if escaped.strip(".") else escaped.replace(".", "%2E")


def record_name(name: str) -> str:
    """Name of a field as openPMD admits it: letters, digits, underscores; ``gravity_f`` of ``gravity.f``."""
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def plain_name(link: str) -> str:
    """Inverse of `safe_name`."""
    return link.replace("%2E", ".").replace("%2F", "/").replace("%25", "%")


def fixed(text: str) -> Any:
    """Text as a fixed-length attribute value; readers of openPMD refuse variable-length strings."""
    return np.bytes_(text.encode("ascii", "replace") or b" ")


def utf8(text: str) -> Any:
    """Text as a fixed-length UTF-8 attribute value, for labels with Greek letters."""
    data = text.encode("utf-8") or b" "
    return np.array(data, dtype=h5py.string_dtype("utf-8", len(data)))


def fixed_list(*texts: str) -> Any:
    """Several texts as one fixed-length attribute value."""
    return np.array([text.encode("ascii", "replace") for text in texts], dtype="S")


def write_attributes(target: Any, attributes: Mapping[str, Any]) -> None:
    """Set attributes of a group or dataset; str becomes fixed-length."""
    for name, value in attributes.items():
        target.attrs.create(name, fixed(value) if isinstance(value, str) else value)


def write_json(parent: Any, name: str, value: Any) -> None:
    """Write JSON as one fixed-length ASCII string, readable by every tool, with its SHA-256 beside it."""
    text = json.dumps(value).encode("ascii")
    dataset = parent.create_dataset(name, data=np.bytes_(text))
    write_attributes(dataset, {"sha256": hashlib.sha256(text).hexdigest()})


def growing(parent: Any, name: str, dtype: Any, rows: int = ROWS_PER_CHUNK) -> Any:
    """Create an empty one-dimensional dataset that may grow without bound."""
    return parent.create_dataset(name, shape=(0,), maxshape=(None,), chunks=(rows,), dtype=dtype)
