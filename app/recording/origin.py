"""Head of a journal: the plan of the recording, and where its initial state lies in the file."""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from tauscope.app.recording import layout
from tauscope.app.recording.deflate import inflated
from tauscope.app.recording.plan import FieldPlan, Plan, ScalarPlan
from tauscope.engine.base import Array
from tauscope.engine.events import decode, encode

ReadBytes = Callable[[int, int], bytes]
"""Bytes of the recording, from an offset and a size."""

MOST_INLINE = 4096


def journal_head(plan: Plan, file: Any, read: ReadBytes) -> dict[str, Any]:
    """JSON of a plan, for a file that has just been laid out and flushed.

    Parameters
    ----------
    plan : Plan
        What the recording holds.
    file : h5py.File
        The recording, with the initial state in it.
    read : callable
        Gives bytes of it, for their checksums.
    """
    return {
        "fields": [asdict(item) for item in plan.fields],
        "scalars": [asdict(item) for item in plan.scalars],
        "config": plan.config,
        "environment": plan.environment,
        "source": plan.source,
        "source_hash": plan.source_hash,
        "title": plan.title,
        "author": plan.author,
        "date": bytes(file.attrs["date"]).decode("ascii"),
        "initial": {key: _described(key, state, file, read) for key, state in plan.initial.items()},
    }


def plan_of(head: Mapping[str, Any], read: ReadBytes) -> Plan:
    """Inverse of `journal_head`; arrays of the initial state whose checksum does not fit are left out."""
    fields = (
        FieldPlan(**{**item, "dims": tuple(item["dims"]), "shape": tuple(item["shape"])})
        for item in head["fields"]
    )
    return Plan(
        fields=tuple(fields),
        scalars=tuple(ScalarPlan(**item) for item in head["scalars"]),
        config=head["config"],
        environment=head["environment"],
        source=head["source"],
        source_hash=head["source_hash"],
        initial={key: _restored(state, read) for key, state in head["initial"].items()},
        title=head["title"],
        author=head["author"],
        date=head["date"],
    )


def _described(key: str, state: Mapping[str, Any], file: Any, read: ReadBytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in state.items():
        if not (isinstance(value, np.ndarray) and value.dtype.kind in "biufc"):
            found[name] = {"value": encode(value)}
            continue
        described: dict[str, Any] = {"dtype": value.dtype.str, "shape": value.shape}
        if value.nbytes <= MOST_INLINE:
            described["bytes"] = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode("ascii")
        else:
            base = f"{layout.INITIAL}/{layout.safe_name(key)}/arrays"
            dataset = file[f"{base}/{layout.safe_name(name)}"]
            described |= {"chunk": dataset.chunks, "pieces": _pieces(dataset, read)}
        found[name] = described
    return found


def _pieces(dataset: Any, read: ReadBytes) -> list[list[Any]]:
    """Place, offset, size and CRC-32 of each chunk of a dataset."""
    found: list[list[Any]] = []

    def note(chunk: Any) -> None:
        content = read(int(chunk.byte_offset), int(chunk.size))
        place = [int(start) for start in chunk.chunk_offset]
        found.append([place, int(chunk.byte_offset), int(chunk.size), zlib.crc32(content)])

    dataset.id.chunk_iter(note)
    return found


def _restored(state: Mapping[str, Any], read: ReadBytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in state.items():
        if "value" in item:
            found[name] = decode(item["value"])
            continue
        array = _array(item, read)
        if array is not None:
            found[name] = array
    return found


def _array(item: Mapping[str, Any], read: ReadBytes) -> Array | None:
    dtype, shape = np.dtype(item["dtype"]), tuple(item["shape"])
    if "bytes" in item:
        return np.frombuffer(base64.b64decode(item["bytes"]), dtype).reshape(shape).copy()
    array = np.zeros(shape, dtype)
    chunk = tuple(item["chunk"])
    expected = math.prod(-(-length // step) for length, step in zip(shape, chunk, strict=True))
    if len(item["pieces"]) != expected:
        return None
    for place, offset, size, crc in item["pieces"]:
        content = read(offset, size)
        if len(content) != size or zlib.crc32(content) != crc:
            return None
        part = inflated(content, chunk, dtype)
        spans = [slice(a, min(a + step, length)) for a, step, length in zip(place, chunk, shape, strict=True)]
        array[tuple(spans)] = part[tuple(slice(0, span.stop - span.start) for span in spans)]
    return array
