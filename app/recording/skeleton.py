"""What a recording holds before its first frame: every group, dataset and attribute, all of them empty."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import h5py
import numpy as np

from tauscope.app.recording import clock, layout
from tauscope.app.recording.deflate import LEVEL
from tauscope.app.recording.plan import FieldPlan, Plan
from tauscope.app.recording.statements import Statements
from tauscope.engine.events import encode

CHECKPOINT_CHUNK = 1 << 20
HASH = f"S{layout.HASH_CHARS}"


def lay_out(file: Any, plan: Plan) -> None:
    """Create everything in a new file; nothing is created later, as SWMR demands."""
    Skeleton(file, plan).lay_out()


class Skeleton:
    """Lays out one file.

    Parameters
    ----------
    file : h5py.File
        New and empty.
    plan : Plan
        What it will hold.
    """

    def __init__(self, file: Any, plan: Plan) -> None:
        self._file, self._plan = file, plan
        self._said = Statements()

    def lay_out(self) -> None:
        """Create groups, datasets and attributes."""
        self._said.put(self._file, root_attributes(self._plan))
        self._lay_out_fields()
        self._lay_out_series()
        self._lay_out_replay()
        status = self._file.create_group(layout.STATUS)
        layout.write_attributes(
            status, {"state": f"{'open':16}", "frames": np.int64(0), "dropped": np.int64(0)}
        )
        self._file["entry"] = h5py.SoftLink("/fields")
        self._said.keep(self._file)

    def _lay_out_fields(self) -> None:
        group = self._file.create_group(layout.FIELDS)
        self._said.put(group, {"NX_class": "NXdata"})
        times = layout.growing(group, "t", np.float64)
        self._said.put(times, {"units": "1", "long_name": clock.title(self._plan.config)})
        times.make_scale("t")
        for name, title in (("tick", "tick of the world"), ("dropped", "frames left out before this one")):
            counter = layout.growing(group, name, np.int64)
            self._said.put(counter, {"units": "1", "long_name": title})
            counter.dims[0].attach_scale(times)
        axes = [self._lay_out_field(group, item, times) for item in self._plan.fields]
        if axes:
            shown = {"signal": self._plan.fields[0].dataset, "axes": layout.fixed_list("t", *axes[0])}
            self._said.put(group, shown)

    def _lay_out_field(self, group: Any, item: FieldPlan, times: Any) -> list[str]:
        """Create a field; the names of its axes but time, which may differ from those of its dims."""
        dataset = group.create_dataset(
            item.dataset,
            shape=(0, *item.shape),
            maxshape=(None, *item.shape),
            chunks=(1, *(max(length, 1) for length in item.shape)),
            dtype=np.dtype(item.dtype),
            shuffle=True,
            compression="gzip",
            compression_opts=LEVEL,
        )
        label = layout.utf8(item.label)
        self._said.put(dataset, {"units": item.unit, "long_name": label, "field": item.field})
        self._said.put(dataset, {"engine": item.engine})
        dataset.dims[0].attach_scale(times)
        names = []
        for axis, (dim, length) in enumerate(zip(item.dims, item.shape, strict=True), start=1):
            scale = self._scale(group, dim, length)
            dataset.dims[axis].attach_scale(scale)
            names.append(str(scale.name).rpartition("/")[2])
        self._said.axes(dataset, ["t", *names])
        return names

    def _scale(self, group: Any, dim: str, length: int) -> Any:
        """Dimension scale of that name and length, made when it is missing; cell centres at integers."""
        name, number = dim, 2
        while name in group and group[name].shape != (length,):
            name, number = f"{dim}{number}", number + 1
        if name not in group:
            group.create_dataset(name, data=np.arange(length, dtype=np.float64))
            self._said.put(group[name], {"units": "1", "long_name": f"{dim} in cells"})
            group[name].make_scale(name)
        return group[name]

    def _lay_out_series(self) -> None:
        group = self._file.create_group(layout.SERIES)
        for item in self._plan.scalars:
            series = group.create_group(item.series)
            series["step"] = self._file[layout.TICK]
            series["time"] = self._file[layout.TIME]
            value = layout.growing(series, "value", np.float64)
            self._said.put(value, {"units": item.unit, "long_name": layout.utf8(item.label)})
            self._said.put(value, {"engine": item.engine, "scalar": item.scalar})

    def _lay_out_replay(self) -> None:
        plan, file = self._plan, self._file
        group = file.create_group(layout.REPLAY)
        self._said.put(group, {"schema": layout.SCHEMA, "version": np.int64(layout.SCHEMA_VERSION)})
        layout.write_json(file, layout.CONFIG, plan.config)
        layout.write_json(file, layout.ENVIRONMENT, plan.environment)
        text = np.frombuffer(json.dumps(plan.source).encode("ascii"), np.uint8)
        source = file.create_dataset(
            layout.SOURCE, data=text, compression="gzip", chunks=(max(text.size, 1),)
        )
        self._said.put(source, {"sha256": plan.source_hash})
        layout.growing(file, layout.FRAME_EVENTS, np.int64)
        layout.growing(file, layout.EVENT_LOG, np.uint8, layout.BYTES_PER_CHUNK)
        layout.growing(file, layout.EVENT_END, np.int64)
        layout.growing(file, layout.EVENT_CHAIN, HASH)
        layout.growing(file, layout.NOTICE_LOG, np.uint8, layout.BYTES_PER_CHUNK)
        layout.growing(file, layout.NOTICE_END, np.int64)
        layout.growing(file, layout.HASH_TICK, np.int64)
        layout.growing(file, layout.HASH_EVENTS, np.int64)
        for key, state in plan.initial.items():
            self._lay_out_state(layout.safe_name(key), state)
        for name in hash_paths(self._plan):
            layout.growing(file, name, HASH)
        for slot in ("0", "1"):
            layout.growing(file, f"{layout.CHECKPOINTS}/{slot}", np.uint8, CHECKPOINT_CHUNK)
        file.create_dataset(layout.CHECKPOINT_SIZE, data=np.zeros(2, np.int64))
        file.create_dataset(layout.CHECKPOINT_TICK, data=np.full(2, -1, np.int64))

    def _lay_out_state(self, key: str, state: Mapping[str, Any]) -> None:
        arrays = self._file.create_group(f"{layout.INITIAL}/{key}/arrays")
        rest: dict[str, Any] = {}
        for name, value in state.items():
            if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
                filters = {"compression": "gzip", "compression_opts": LEVEL, "shuffle": True}
                small = value.ndim == 0 or value.size == 0
                arrays.create_dataset(layout.safe_name(name), data=value, **({} if small else filters))
            else:
                rest[name] = encode(value)
        layout.write_json(self._file, f"{layout.INITIAL}/{key}/scalars_json", rest)


def hash_paths(plan: Plan) -> list[str]:
    """Paths of the hashes of every array of every engine, and of whole states."""
    return [
        hash_path(key, name) for key, state in plan.initial.items() for name in ("%all", *hash_names(state))
    ]


def hash_names(state: Mapping[str, Any]) -> list[str]:
    """Names under which `hash_state` puts the hashes of a state."""
    return [*sorted(name for name, value in state.items() if isinstance(value, np.ndarray)), "scalars"]


def hash_path(key: str, name: str) -> str:
    """Path of the hashes of one array; ``%all`` stands for a whole state and is no array's name."""
    link_name = name if name == "%all" else layout.safe_name(name)
    return f"{layout.HASH_STATE}/{layout.safe_name(key)}/{link_name}"


def root_attributes(plan: Plan) -> dict[str, Any]:
    """Root attributes of openPMD 1.1 but ``meshesPath``, which comes with the view, and of CF and NeXus."""
    now = datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
    return {
        "openPMD": "1.1.0",
        "openPMDextension": np.uint32(0),
        "basePath": "/data/%T/",
        "iterationEncoding": "groupBased",
        "iterationFormat": "/data/%T/",
        "software": "Tauscope",
        "softwareVersion": metadata.version("tauscope"),
        "author": plan.author or "unknown",
        "date": plan.date or now,
        "Conventions": "CF-1.10",
        "title": plan.title or "Tauscope recording",
        "default": "entry",
    }
