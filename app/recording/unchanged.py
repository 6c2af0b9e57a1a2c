"""Whether anybody changed later what a recording says beside its numbers: units, names, axes, counts, views.

What was said when the file was laid out stands in it a second time (`statements`); what it was closed with
has a digest of its own, and the openPMD view follows from the rest.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import h5py

from tauscope.app.recording import layout, views
from tauscope.app.recording.opened import DAMAGE
from tauscope.app.recording.replay import Mismatch
from tauscope.app.recording.statements import LATER, names, plain

if TYPE_CHECKING:
    from tauscope.app.recording.reader import RecordingFile

log = logging.getLogger(__name__)

CLOSING = ("meshesPath",)
"""Attributes of the root that come when a file is closed."""
LIBRARY = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST")
"""Attributes by which HDF5 keeps scales of axes; their meaning is held against what was said."""
ENTRY = "entry"
ADDED = "The run did not write it."
GONE = "It was written, and the file does not hold it any more."
LONGEST = 60
"""Characters of a value in a sentence."""


def differences(file: RecordingFile) -> Iterator[Mismatch]:
    """What was changed of what a file says beside its numbers; nothing is known of older files."""
    first = int(file.config["start_tick"])
    if layout.STATED not in file.config:
        return
    try:
        for place, detail in _changed(file.raw, file.statements()):
            yield Mismatch(first, place, detail)
        if views.tally(file.raw) != plain(file.raw[layout.STATUS].attrs.get(views.TALLY, "")):
            what = "another state, or with other numbers of frames, events, notices, hashes or checkpoints"
            yield Mismatch(first, "status", f"The file was closed with {what}.")
        for place, detail in views.view_differences(file.raw):
            yield Mismatch(first, place, detail)
    except DAMAGE as error:
        log.warning("%s: %s: %s", file.path, type(error).__name__, error)
        yield Mismatch(first, "structure", "A part of what was recorded beside the numbers cannot be read.")


def _changed(file: Any, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    found = set(names(file))
    for name in sorted(found.symmetric_difference(said["objects"])):
        yield f"/{name}", ADDED if name in found else GONE
    for one in set(file) - {*said["objects"], *LATER, ENTRY}:
        yield f"/{one}", ADDED
    for path, attributes in said["attributes"].items():
        yield from _attributes_changed(file[path or "/"], path, attributes)
    for path, axes in said["axes"].items():
        dims = file[path].dims
        now = [dim[0].name.rpartition("/")[2] if len(dim) else "" for dim in dims]
        if now != axes or [name for dim in dims for name in dim.keys()[:1]] != axes:
            yield f"axes of /{path}", f"They are {', '.join(now)}; {', '.join(axes)} was recorded."
    yield from _links_changed(file)


def _attributes_changed(target: Any, path: str, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    now = {name: plain(value) for name, value in target.attrs.items() if name not in LIBRARY}
    for name in sorted(now.keys() | said.keys()):
        place = f"{name} of /{path}"
        if name not in said and name not in (CLOSING if not path else ()):
            yield place, f"It is {_short(now[name])}, and the run said nothing of the kind."
        elif name not in now:
            yield place, f"It is not there any more; {_short(said[name])} was recorded."
        elif name in said and now[name] != said[name]:
            yield place, f"It is {_short(now[name])}, {_short(said[name])} was recorded."


def _links_changed(file: Any) -> Iterator[tuple[str, str]]:
    link = file.get(ENTRY, getlink=True)
    if not isinstance(link, h5py.SoftLink) or link.path != f"/{layout.FIELDS}":
        yield f"/{ENTRY}", "It does not lead to the fields any more."
    for name, group in file[layout.SERIES].items():
        for axis, target in (("step", layout.TICK), ("time", layout.TIME)):
            if axis not in group or group[axis] != file[target]:
                yield f"/{layout.SERIES}/{name}/{axis}", f"It is not that of the frames, /{target}, any more."


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
