"""Recordings as numbers: scalars as CSV, everything as NPZ, and an XDMF description for ParaView."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np

from tauscope.app.recording import RecordingFile
from tauscope.engine.base import Array
from tauscope.engine.errors import BadInput

MOST_BYTES = 4 << 30
ROWS_AT_ONCE = 1000

Tell = Callable[[int, int, str], None]


def write_csv(file: RecordingFile, path: Path, chosen: Sequence[int], tell: Tell) -> None:
    """Table of tick, time or sweep, and every scalar, a row a frame; numbers read back to the last bit."""
    names = list(file.scalars)
    with path.open("x", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["tick", file.counts, "dropped", *names])
        for number, index in enumerate(chosen):
            if number % ROWS_AT_ONCE == 0:
                tell(number, len(chosen), f"row {number} of {len(chosen)}")
            numbers = [repr(float(file.scalars[name][index])) for name in names]
            moment = [int(file.ticks[index]), repr(float(file.clock[index])), int(file.dropped[index])]
            table.writerow([*moment, *numbers])


def write_npz(file: RecordingFile, path: Path, chosen: Sequence[int], tell: Tell) -> None:
    """Arrays ``tick``, ``time`` or ``sweep``, fields [t, …], scalars [t], and the configuration as JSON.

    Raises
    ------
    BadInput
        If the arrays would take more than 4 GiB of memory.
    """
    first = {name: file.frame(name, chosen[0]) for name in file.fields}
    size = sum(array.nbytes for array in first.values()) * len(chosen)
    if size > MOST_BYTES:
        raise BadInput(
            f"The fields would take {size / 1e9:.1f} GB.",
            key="--to",
            value="npz",
            allowed=f"at most {MOST_BYTES / 1e9:.1f} GB",
            remedy="Take every n-th frame (--every), or read the recording itself with h5py or xarray.",
        )
    entries: dict[str, Any] = {"tick": file.ticks[list(chosen)], file.counts: file.clock[list(chosen)]}
    done, total = 0, len(chosen) * max(len(first), 1)
    for name, array in first.items():
        stack: Array = np.empty((len(chosen), *array.shape), array.dtype)
        for number, index in enumerate(chosen):
            tell(done, total, f"{name}, frame {number + 1} of {len(chosen)}")
            stack[number] = file.frame(name, index)
            done += 1
        entries[_free(name, entries)] = stack
    for name, values in file.scalars.items():
        entries[_free(name, entries)] = values[list(chosen)]
    about = {"title": file.title, "recording": file.path.name, "config": file.config}
    entries["tauscope"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    tell(total, total, "writing")
    with path.open("xb") as stream:
        np.savez(stream, **entries)


def write_xdmf(file: RecordingFile, path: Path, out: Path, chosen: Sequence[int]) -> None:
    """XML that shows the recording's own data to ParaView; the recording stays where it is.

    Parameters
    ----------
    file : RecordingFile
        The recording.
    path, out : Path
        File to write now, and the name it will have: references are relative to that.
    chosen : sequence of int
        Frames.
    """
    here = file.path.parent == out.parent
    where = file.path.name if here else str(file.path)
    planes = {name: file.shape(name) for name, spec in file.fields.items() if _plain(spec.dtype)}
    planes = {name: shape for name, shape in planes.items() if len(shape) == 2}
    if not planes:
        raise BadInput(
            f"“{file.path.name}” holds no field of real numbers on a plane.", key="--to", value="xdmf"
        )
    ny, nx = next(iter(planes.values()))
    lines = [
        '<?xml version="1.0" ?>',
        '<Xdmf Version="3.0"><Domain>',
        '<Grid Name="recording" GridType="Collection" CollectionType="Temporal">',
    ]
    for index in chosen:
        lines += _grid(file, index, {n: s for n, s in planes.items() if s == (ny, nx)}, where)
    path.write_text("\n".join([*lines, "</Grid></Domain></Xdmf>", ""]), encoding="utf-8")


def _grid(file: RecordingFile, index: int, planes: dict[str, tuple[int, ...]], where: str) -> list[str]:
    ny, nx = next(iter(planes.values()))
    lines = [
        f'<Grid Name="tick {int(file.ticks[index])}" GridType="Uniform">',
        f'<Time Value="{float(file.clock[index])!r}"/>',
        f'<Topology TopologyType="3DCoRectMesh" Dimensions="1 {ny} {nx}"/>',
        '<Geometry GeometryType="ORIGIN_DXDYDZ">',
        '<DataItem Dimensions="3">0 0 0</DataItem><DataItem Dimensions="3">1 1 1</DataItem></Geometry>',
    ]
    for name in planes:
        dtype = np.dtype(file.fields[name].dtype)
        kind = {"f": "Float", "i": "Int", "u": "UInt"}[dtype.kind]
        lines.append(
            f'<Attribute Name={quoteattr(name)} AttributeType="Scalar" Center="Node">'
            f'<DataItem ItemType="HyperSlab" Dimensions="1 {ny} {nx}">'
            f'<DataItem Dimensions="3 3" Format="XML">{index} 0 0 1 1 1 1 {ny} {nx}</DataItem>'
            f'<DataItem Dimensions="{file.frames} {ny} {nx}" NumberType="{kind}" '
            f'Precision="{dtype.itemsize}" Format="HDF">{_escaped(where)}:/fields/{_escaped(name)}</DataItem>'
            "</DataItem></Attribute>"
        )
    return [*lines, "</Grid>"]


def _plain(dtype: str) -> bool:
    return np.dtype(dtype).kind in "fiu"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _free(name: str, taken: dict[str, Any]) -> str:
    while name in taken or name in ("tauscope", "file"):
        name = f"{name}_"
    return name
