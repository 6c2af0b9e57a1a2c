"""What a recording gets when it is closed: commit count, openPMD view, status, ParaView sidecar."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tauscope.app.recording import layout
from tauscope.app.recording.overlay import changed

MAX_ITERATIONS = 1000
MAX_MESHES = 2000


def finalise(path: Path, state: str = "closed") -> int:
    """Cut every dataset to the commit count, add the openPMD view, set the status; returns the frames.

    All of it or nothing comes into the file, whenever the process dies.

    Parameters
    ----------
    path : Path
        A recording that no process has open for writing and whose superblock says so.
    state : str
        One of `layout.FINISHED`.

    Raises
    ------
    OSError
        If the file cannot be opened or written.
    """
    with changed(path) as file:
        return complete(file, state)


def complete(file: Any, state: str = "closed") -> int:
    """Cut an open file to the commit count, add the openPMD view, set the status; returns the frames."""
    frames = cut_to_commit(file)
    if "meshesPath" not in file.attrs:
        add_view(file, frames)
    dropped = int(file[layout.DROPPED][-1]) if frames else 0
    values = {"state": f"{state:24}", "frames": np.int64(frames), "dropped": np.int64(dropped)}
    layout.write_attributes(file[layout.STATUS], values)
    return frames


def cut_to_commit(file: Any) -> int:
    """Cut fields, series and logs to what was committed; returns the number of frames."""
    rows = [file[f"{layout.FIELDS}/{name}"] for name in recorded(file)]
    rows += [file[layout.TICK], file[layout.DROPPED], file[layout.FRAME_EVENTS]]
    rows += [file[f"{layout.SERIES}/{name}/value"] for name in file[layout.SERIES]]
    frames = _cut(file[layout.TIME], rows)
    _cut(file[layout.EVENT_END], [file[layout.EVENT_CHAIN]])
    for log, end in ((layout.EVENT_LOG, layout.EVENT_END), (layout.NOTICE_LOG, layout.NOTICE_END)):
        if end in file:
            ends = file[end]
            file[log].resize(int(ends[-1]) if len(ends) else 0, axis=0)
    states = [hashes for group in file[layout.HASH_STATE].values() for hashes in group.values()]
    _cut(file[layout.HASH_TICK], [file[layout.HASH_EVENTS], *states])
    return frames


def recorded(file: Any) -> list[str]:
    """Names of the recorded fields in /fields, in order of their names."""
    group = file[layout.FIELDS]
    return [name for name in group if name not in layout.BOOKKEEPING and "engine" in group[name].attrs]


def add_view(file: Any, frames: int) -> None:
    """Add the openPMD tree /data/<tick>/meshes/<field> of virtual datasets, at most about 1000 iterations."""
    layout.write_attributes(file, {"meshesPath": "meshes/"})
    times, ticks = file[layout.TIME][:], file[layout.TICK][:]
    fields = [name for name in recorded(file) if _is_grid(file[f"{layout.FIELDS}/{name}"])]
    data = file.require_group(layout.VIEW)
    if not frames or not fields:
        return
    most = max(1, min(MAX_ITERATIONS, MAX_MESHES // len(fields)))
    stride = max(1, -(-frames // most))
    span = int(ticks[-1] - ticks[0])
    step = float(times[-1] - times[0]) / span if span else 1.0
    dt = step if np.isfinite(step) else 1.0
    stamps = [_MeshStamp(file[f"{layout.FIELDS}/{name}"]) for name in fields]
    counted = bytes(file[layout.TIME].attrs.get("long_name", b"")).decode("utf-8", "replace")
    clock = _Stamp({"dt": np.float64(dt), "timeUnitSI": np.float64(1.0), "comment": f"time: {counted}"})
    for index in range(0, frames, stride):
        iteration = data.create_group(str(int(ticks[index])))
        now = float(times[index]) if np.isfinite(times[index]) else float(ticks[index])
        _Stamp({"time": np.float64(now)}).put(iteration.id)
        clock.put(iteration.id)
        meshes = iteration.create_group("meshes")
        for name, stamp in zip(fields, stamps, strict=True):
            stamp.add(meshes, layout.record_name(name), index)


def mesh_attributes(dims: tuple[str, ...], comment: str) -> dict[str, Any]:
    """Attributes that openPMD 1.1 asks of a scalar mesh on a lattice with unit spacing."""
    rank = len(dims)
    return {
        "geometry": "cartesian",
        "dataOrder": "C",
        "axisLabels": layout.fixed_list(*dims),
        "gridSpacing": np.ones(rank),
        "gridGlobalOffset": np.zeros(rank),
        "gridUnitSI": np.float64(1.0),
        "unitDimension": np.zeros(7),
        "timeOffset": np.float64(0.0),
        "unitSI": np.float64(1.0),
        "position": np.zeros(rank),
        "comment": comment,
    }


def write_sidecar(path: Path) -> Path | None:
    """Write ``run.vtkhdf`` for ParaView, a few kilobytes of external links; None if there is nothing to show.

    A file of that name that belongs to something else is left alone.
    """
    target = path.with_suffix(".vtkhdf")
    if target.exists() and not _is_own_sidecar(target, path.name):
        return None
    with h5py.File(path, "r") as file:
        shapes = {name: file[f"{layout.FIELDS}/{name}"].shape for name in recorded(file)}
        real = [
            name
            for name, shape in shapes.items()
            if len(shape) in (3, 4) and file[f"{layout.FIELDS}/{name}"].dtype.kind in "iuf"
        ]
        signal = bytes(file[layout.FIELDS].attrs.get("signal", b"")).decode("utf-8", "replace")
        frames = file[layout.TIME].shape[0]
    # An image has one shape: that of the field which other tools show by themselves, if it is one.
    chosen = signal if signal in real else next(iter(real), "")
    fields = [name for name in real if shapes[name][1:] == shapes[chosen][1:]]
    if not fields or not frames:
        return None
    temporary = target.with_name(target.name + ".part")
    try:
        with h5py.File(temporary, "w", libver=layout.LIBVER) as file:
            _lay_out_sidecar(file, path.name, fields, shapes[fields[0]])
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _lay_out_sidecar(file: Any, name: str, fields: list[str], shape: tuple[int, ...]) -> None:
    root = file.create_group("VTKHDF", track_order=True)
    sizes = (*reversed(shape[1:]), 1)[:3]
    extent = np.array([bound for size in sizes for bound in (0, size - 1)], np.int64)
    layout.write_attributes(root, {"Version": np.array([2, 0], np.int64), "Type": "ImageData"})
    layout.write_attributes(root, {"WholeExtent": extent, "Origin": np.zeros(3), "Spacing": np.ones(3)})
    layout.write_attributes(root, {"Direction": np.eye(3).ravel()})
    points, steps = root.create_group("PointData"), root.create_group("Steps")
    layout.write_attributes(points, {"Scalars": fields[0]})
    layout.write_attributes(steps, {"NSteps": np.int64(shape[0])})
    steps["Values"] = h5py.ExternalLink(name, f"/{layout.TIME}")
    for field in fields:
        points[field] = h5py.ExternalLink(name, f"/{layout.FIELDS}/{field}")


def _is_own_sidecar(target: Path, name: str) -> bool:
    try:
        with h5py.File(target, "r") as file:
            found = file["VTKHDF/Steps"].get("Values", getlink=True)
            return isinstance(found, h5py.ExternalLink) and found.filename == name
    except (OSError, KeyError):
        return False  # somebody else's file, which stays as it is


class _Stamp:
    """The same attributes for many objects; types and dataspaces are made once, which is six times faster."""

    def __init__(self, attributes: Mapping[str, Any]) -> None:
        self._entries = []
        for name, value in attributes.items():
            data = np.asarray(layout.fixed(value) if isinstance(value, str) else value)
            space = h5py.h5s.create_simple(data.shape) if data.shape else h5py.h5s.create(h5py.h5s.SCALAR)
            self._entries.append((name.encode("ascii"), h5py.h5t.py_create(data.dtype), space, data))

    def put(self, target: Any) -> None:
        """Set the attributes of an object, by its low-level identifier."""
        for name, kind, space, data in self._entries:
            h5py.h5a.create(target, name, kind, space).write(data)


class _MeshStamp:
    """Adds one field's frames as virtual openPMD meshes."""

    def __init__(self, source: Any) -> None:
        labels = [dim.keys()[0] if len(dim) else f"axis{axis}" for axis, dim in enumerate(source.dims)]
        self._attributes = _Stamp(mesh_attributes(tuple(labels[1:]), "lattice units"))
        self._name = source.name.encode("utf-8")
        self._shape = source.shape
        self._kind = source.id.get_type()

    def add(self, meshes: Any, name: str, index: int) -> None:
        """Add the mesh of frame ``index``, without copying data."""
        frame = self._shape[1:]
        target, origin = h5py.h5s.create_simple(frame), h5py.h5s.create_simple(self._shape)
        origin.select_hyperslab((index, *(0 for _ in frame)), (1, *frame))
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_virtual(target, b".", self._name, origin)
        mesh = h5py.h5d.create(meshes.id, name.encode("utf-8"), self._kind, target, properties)
        self._attributes.put(mesh)


def _is_grid(dataset: Any) -> bool:
    return bool(dataset.ndim >= 3 and dataset.size > 0)


def _cut(counter: Any, followers: list[Any]) -> int:
    """Cut datasets to the length of their counter, and all to the shortest; returns that length."""
    length = min([int(counter.shape[0]), *(int(item.shape[0]) for item in followers)])
    for item in (counter, *followers):
        if item.shape[0] != length:
            item.resize(length, axis=0)
    return length
