"""The file of a sweep: plan, provenance and every result in one HDF5 file, and a journal while it runs.

While a sweep runs, each result is a line of ``FILE.h5.journal``, on the disk before the next one counts.
The HDF5 file is written anew, whole, when the sweep ends or is paused. So a kill costs the runs that were
under way and nothing else, and no reader ever meets half a file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

import h5py
import numpy as np
import numpy.typing as npt

from tauscope.app.recording.environment import environment
from tauscope.app.regular import regular
from tauscope.app.storage import replacing
from tauscope.app.sweep_task import Result, Task
from tauscope.engine.errors import BadInput
from tauscope.engine.sweep_plan import Plan, dump_axes, load_axes

KIND = "tauscope.sweep"
VERSION = 1
JOURNAL_SUFFIX = ".journal"
MESSAGE_BYTES = 400
SLASH = "\u2215"
"""Stands in the file for the slash of a scalar's name, which would part a path of HDF5."""
STATUSES = ("waiting", "done", "blow-up", "failed")
Floats = npt.NDArray[np.float64]


@dataclass
class SweepData:
    """A sweep and what is known of it.

    Parameters
    ----------
    title : str
        Name for people.
    task : Task
        What is run at every point.
    plan : Plan
        Points and seeds.
    results : dict of int to Result
        Results so far, by number of the run.
    provenance : mapping
        Versions, commit and machine of its start.
    """

    title: str
    task: Task
    plan: Plan
    results: dict[int, Result] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> Literal["paused", "done"]:
        """Whether every run has ended."""
        return "done" if len(self.results) == len(self.plan) else "paused"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all scalars that any run gave."""
        ordered = (self.results[index] for index in sorted(self.results))
        found = dict.fromkeys(name for result in ordered for name in result.scalars)
        first = [name for name in self.task.scalars if name in found]
        return tuple(dict.fromkeys((*first, *found)))

    def values(self, name: str) -> Floats:
        """A scalar of every run, float64 [runs], in the order of the plan; NaN where there is none."""
        found = np.full(len(self.plan), np.nan)
        for index, result in self.results.items():
            found[index] = result.scalars.get(name, np.nan)
        return found

    def errors(self, name: str) -> Floats:
        """Standard error of a scalar of every run, float64 [runs]; NaN where there is none."""
        found = np.full(len(self.plan), np.nan)
        for index, result in self.results.items():
            found[index] = result.errors.get(name, np.nan)
        return found

    def mean(self, name: str) -> tuple[Floats, Floats]:
        """Mean of a scalar over the seeds and its standard error, each of the plan's shape.

        The error is the larger of what the runs say of themselves and what their scatter gives; NaN where
        neither is known.
        """
        seeds, shape = self.plan.seeds, self.plan.shape
        values = self.values(name).reshape(-1, seeds)
        own = self.errors(name).reshape(-1, seeds)
        known = np.isfinite(values)
        count = known.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(known, values, 0.0).sum(axis=1) / count
            spread = np.where(known, values - mean[:, None], 0.0)
            between = np.sqrt((spread**2).sum(axis=1) / (count - 1) / count)
            within = np.sqrt((np.where(known, own, 0.0) ** 2).sum(axis=1)) / count
        error = np.fmax(np.where(count > 1, between, np.nan), within)
        return mean.reshape(shape), error.reshape(shape)

    def describe(self) -> dict[str, Any]:
        """Plan and task as plain JSON data; two sweeps with equal ones give equal results."""
        return {
            "title": self.title,
            "task": self.task.dump(),
            "plan": {
                "kind": self.plan.kind,
                "axes": dump_axes(self.plan.axes),
                "count": self.plan.count,
                "seeds": self.plan.seeds,
                "seed": self.plan.seed,
            },
        }


def journal_path(path: Path) -> Path:
    """Where the journal of a sweep lies while it runs."""
    return path.with_name(path.name + JOURNAL_SUFFIX)


def save(path: Path, data: SweepData) -> None:
    """Write the file whole; an older one of the same sweep is replaced in one step.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    with replacing(path, "file of the sweep", over=True) as part, h5py.File(part, "w") as file:
        _write(file, data)


def _write(file: h5py.File, data: SweepData) -> None:
    file.attrs["kind"] = np.bytes_(KIND)
    file.attrs["schema_version"] = VERSION
    file.attrs["status"] = np.bytes_(data.status)
    file.attrs["title"] = np.bytes_(data.title.encode("utf-8"))
    for name, value in (("sweep", data.describe()), ("provenance", data.provenance)):
        text = json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8")
        file.create_dataset(name, data=np.frombuffer(text, np.uint8))
    runs = file.create_group("runs")
    points = list(data.plan.runs())
    found = [data.results.get(point.index) for point in points]
    runs["seed"] = np.array([point.seed for point in points], np.uint64)
    runs["status"] = np.array(
        [STATUSES.index(one.status) if one is not None else 0 for one in found], np.uint8
    )
    runs["status"].attrs["names"] = np.array(STATUSES, "S")
    runs["seconds"] = np.array([one.seconds if one is not None else np.nan for one in found])
    runs["overhead"] = np.array([one.overhead if one is not None else np.nan for one in found])
    messages = [(one.message if one is not None else "").encode("utf-8")[:MESSAGE_BYTES] for one in found]
    runs.create_dataset("message", data=np.array(messages, f"S{MESSAGE_BYTES}"), compression="gzip")
    values = file.create_group("values")
    for axis in data.plan.axes:
        column = [point.values[axis.path] for point in points]
        if axis.numeric:
            values[axis.path] = np.array(column, np.float64)
        else:
            values[axis.path] = np.array([json.dumps(value).encode("utf-8") for value in column], "S")
    # In the order in which the runs give them, not by name.
    scalars, errors = (file.create_group(name, track_order=True) for name in ("scalars", "errors"))
    for name in data.names:
        key = name.replace("/", SLASH)
        scalars[key] = data.values(name)
        scalars[key].attrs["points"] = np.array(data.plan.shape, np.int64)
        if np.isfinite(error := data.errors(name)).any():
            errors[key] = error


def load(path: Path) -> SweepData:
    """A sweep from its file, and from its journal where it did not end by itself.

    Raises
    ------
    BadInput
        No file, or none of a sweep.
    """
    try:
        with h5py.File(path, "r") as file:
            data = _read(file)
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}.", key="--out", value=str(path)) from None
    except (OSError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(
            f"{path} holds no sweep that can be read.",
            key="--out",
            value=str(path),
            remedy="Give a file that “tauscope sweep” has written.",
        ) from None
    for result in read_journal(journal_path(path)):
        if 0 <= result.index < len(data.plan):
            data.results[result.index] = result
    return data


def _read(file: h5py.File) -> SweepData:
    if bytes(file.attrs["kind"]).decode() != KIND:
        raise ValueError("another kind of file")
    described = json.loads(bytes(file["sweep"][()]))
    plan = described["plan"]
    data = SweepData(
        described["title"],
        Task.load(described["task"]),
        Plan(plan["kind"], load_axes(plan["axes"]), plan["count"], plan["seeds"], plan["seed"]),
        provenance=json.loads(bytes(file["provenance"][()])),
    )
    runs = {name: file["runs"][name][()] for name in ("status", "seconds", "overhead", "message")}
    tables = {
        group: {name.replace(SLASH, "/"): file[group][name][()] for name in list(file[group])}
        for group in ("scalars", "errors")
    }
    for index in np.flatnonzero(runs["status"]).tolist():
        numbers = {
            group: {name: float(column[index]) for name, column in table.items()}
            for group, table in tables.items()
        }
        status = STATUSES[int(runs["status"][index])]
        if status != "done":  # it has no more than it could still give
            numbers["scalars"] = {n: value for n, value in numbers["scalars"].items() if np.isfinite(value)}
        data.results[index] = Result(
            index,
            status,  # type: ignore[arg-type]
            numbers["scalars"],
            {name: value for name, value in numbers["errors"].items() if np.isfinite(value)},
            float(runs["seconds"][index]),
            float(runs["overhead"][index]),
            bytes(runs["message"][index]).decode("utf-8", "ignore"),
        )
    return data


class Journal:
    """Lines of results, each on the disk when `append` returns.

    Parameters
    ----------
    path : Path
        File of the sweep; the journal lies beside it.
    """

    def __init__(self, path: Path) -> None:
        self._path = journal_path(path)
        self._stream: IO[bytes] = self._path.open("ab")
        if self._stream.tell():
            self._stream.write(b"\n")  # what a kill left of a line ends here

    def append(self, result: Result) -> None:
        """Keep a result."""
        self._stream.write(json.dumps(asdict(result)).encode("utf-8") + b"\n")
        self._stream.flush()
        os.fdatasync(self._stream.fileno()) if hasattr(os, "fdatasync") else os.fsync(self._stream.fileno())

    def close(self, remove: bool) -> None:
        """Close it; it is removed once the HDF5 file holds everything."""
        self._stream.close()
        if remove:
            self._path.unlink(missing_ok=True)


def read_journal(path: Path) -> list[Result]:
    """Results of a journal; a line that a kill has torn is left out."""
    try:
        lines = regular(path).read_bytes().split(b"\n")
    except OSError:
        return []  # a sweep that ended in order has none
    found = []
    for line in lines:
        try:
            found.append(Result(**json.loads(line)))
        except (ValueError, TypeError):
            continue  # its point is run again
    return found


def new(title: str, task: Task, plan: Plan) -> SweepData:
    """A sweep of which nothing has run yet."""
    return SweepData(title, task, plan, provenance=dict(environment()))
