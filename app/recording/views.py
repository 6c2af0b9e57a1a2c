"""What a recording gets when it is closed: commit count, openPMD view, status, ParaView sidecar."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tauscope.app.recording import layout
from tauscope.app.recording.overlay import changed

MAX_ITERATIONS = 1000
MAX_MESHES = 2000
TALLY = "sha256"
"""Attribute of /status."""
COUNTED = (layout.TIME, layout.EVENT_END, layout.EVENT_LOG, layout.NOTICE_END, layout.HASH_TICK)


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
    layout.write_attributes(file[layout.STATUS], {TALLY: tally(file)})
    return frames


def tally(file: Any) -> str:
    """SHA-256 of what a file is closed with: state, and how much of everything there is."""
    said = file[layout.STATUS].attrs
    counts = [int(file[name].shape[0]) for name in COUNTED if name in file]
    slots = [file[name][:].tolist() for name in (layout.CHECKPOINT_TICK, layout.CHECKPOINT_SIZE)]
    state = np.asarray(said["state"]).tobytes().strip(b" \0").decode("ascii", "replace")
    text = json.dumps([state, int(said["frames"]), int(said["dropped"]), counts, slots])
    return hashlib.sha256(text.encode("ascii")).hexdigest()


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
    view = _View(file, frames)
    data = file.require_group(layout.VIEW)
    for index, name in view.iterations:
        iteration = data.create_group(name)
        view.now(index).put(iteration.id)
        view.clock.put(iteration.id)
        meshes = iteration.create_group("meshes")
        for mesh, stamp in view.meshes.items():
            stamp.add(meshes, mesh, index)


def view_differences(file: Any) -> Iterator[tuple[str, str]]:
    """Where the openPMD tree of a closed file is not what `add_view` makes: place, and what is the matter."""
    view = _View(file, int(file[layout.TIME].shape[0]))
    if set(file[layout.VIEW]) != {name for _index, name in view.iterations}:
        yield f"/{layout.VIEW}", "Its iterations are not those of the recorded frames."
        return
    for index, name in view.iterations:
        place, iteration = f"/{layout.VIEW}/{name}", file[layout.VIEW][name]
        wrong = view.now(index).differing(iteration.id) or view.clock.differing(iteration.id)
        if wrong or h5py.h5a.get_num_attrs(iteration.id) != len(view.now(index)) + len(view.clock):
            yield f"{wrong or 'attributes'} of {place}", "It is not what the recorded frames say."
        if set(iteration) != {"meshes"} or set(iteration["meshes"]) != set(view.meshes):
            yield place, "Its meshes are not the recorded fields."
            continue
        for mesh, stamp in view.meshes.items():
            if wrong := stamp.differing(iteration["meshes"][mesh], index):
                yield f"{wrong} of {place}/meshes/{mesh}", "It is not what the recorded field says."


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


class _View:
    """What the openPMD tree of a file holds: iterations by frame, their clock, and the meshes in each."""

    def __init__(self, file: Any, frames: int) -> None:
        self._times, self._ticks = file[layout.TIME][:], file[layout.TICK][:]
        fields = [name for name in recorded(file) if _is_grid(file[f"{layout.FIELDS}/{name}"])]
        self.meshes = {
            layout.record_name(name): _MeshStamp(file[f"{layout.FIELDS}/{name}"]) for name in fields
        }
        self.iterations: list[tuple[int, str]] = []
        if not frames or not fields:
            return
        most = max(1, min(MAX_ITERATIONS, MAX_MESHES // len(fields)))
        stride = max(1, -(-frames // most))
        self.iterations = [(index, str(int(self._ticks[index]))) for index in range(0, frames, stride)]
        span = int(self._ticks[-1] - self._ticks[0])
        step = float(self._times[-1] - self._times[0]) / span if span else 1.0
        dt = step if np.isfinite(step) else 1.0
        counted = bytes(file[layout.TIME].attrs.get("long_name", b"")).decode("utf-8", "replace")
        self.clock = _Stamp(
            {"dt": np.float64(dt), "timeUnitSI": np.float64(1.0), "comment": f"time: {counted}"}
        )

    def now(self, index: int) -> _Stamp:
        """Time of a frame; its tick where it has none."""
        time = self._times[index]
        return _Stamp({"time": np.float64(time if np.isfinite(time) else self._ticks[index])})


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

    def __len__(self) -> int:
        return len(self._entries)

    def differing(self, target: Any) -> str:
        """Name of the first attribute of an object that is not as `put` sets it, "" where all are."""
        for name, _kind, _space, data in self._entries:
            same = False
            if h5py.h5a.exists(target, name):
                attribute = h5py.h5a.open(target, name)
                if attribute.shape == data.shape and attribute.dtype == data.dtype:
                    found = np.empty(data.shape, data.dtype)
                    attribute.read(found)
                    same = found.tobytes() == data.tobytes()
            if not same:
                return str(name.decode("ascii"))
        return ""


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

    def differing(self, mesh: Any, index: int) -> str:
        """What of a mesh is not as `add` makes it, "" where all is."""
        source = self._name.decode("utf-8")
        if not (isinstance(mesh, h5py.Dataset) and mesh.is_virtual and mesh.dtype == self._kind.dtype):
            return "numbers"
        properties, frame = mesh.id.get_create_plist(), self._shape[1:]
        first, last = (index, *(0 for _ in frame)), (index, *(length - 1 for length in frame))
        sources = mesh.virtual_sources()
        if len(sources) != 1 or (sources[0].file_name, sources[0].dset_name) != (".", source):
            return "source"
        if mesh.shape != frame or properties.get_virtual_srcspace(0).get_select_bounds() != (first, last):
            return "frame"
        if h5py.h5a.get_num_attrs(mesh.id) != len(self._attributes):
            return "attributes"
        return self._attributes.differing(mesh.id)


def _is_grid(dataset: Any) -> bool:
    return bool(dataset.ndim >= 3 and dataset.size > 0)


def _cut(counter: Any, followers: list[Any]) -> int:
    """Cut datasets to the length of their counter, and all to the shortest; returns that length."""
    length = min([int(counter.shape[0]), *(int(item.shape[0]) for item in followers)])
    for item in (counter, *followers):
        if item.shape[0] != length:
            item.resize(length, axis=0)
    return length
