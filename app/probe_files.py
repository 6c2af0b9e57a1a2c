"""Files of probes: samples and profiles as CSV and HDF5, and the JSON that says what to sample."""

from __future__ import annotations

import contextlib
import csv
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import h5py
import numpy as np
import numpy.typing as npt

from tauscope.app.outputs import check_output
from tauscope.app.regular import regular
from tauscope.app.storage import replacing
from tauscope.engine.errors import BadInput
from tauscope.engine.probes import Probe, dump_probes, load_probes
from tauscope.engine.sampler import ProbeData, Profile, Sampler
from tauscope.engine.world import World

Floats = npt.NDArray[np.float64]
ENDINGS = (".csv", ".h5", ".hdf5")
FORMAT = "tauscope_probes"
"""Root attribute of HDF5 files of samples and profiles; its value is the version."""
VERSION = 1
WHAT = "file of probes"
BUFFER = 4096
"""Samples that a headless run keeps before it writes them."""
_FLUSH_SECONDS = 0.5
_CHUNK = 1024


@dataclass(frozen=True)
class Samples:
    """Samples read from a file.

    Parameters
    ----------
    ticks : int64 array [n]
        Macro ticks.
    values : mapping of str to float64 array [n]
        Samples by the name of the column or probe, as shown, with its unit.
    metadata : mapping
        Of an HDF5 file; empty for CSV.
    """

    ticks: npt.NDArray[np.int64]
    values: Mapping[str, Floats]
    metadata: Mapping[str, Any]


def read_probe_file(path: Path, engine: str) -> tuple[Probe, ...]:
    """Probes of a JSON file; see `engine.probes.load_probes`.

    Raises
    ------
    BadInput
        The file cannot be read, is no JSON, or an entry is refused.
    """
    try:
        data = json.loads(regular(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", key="--probes", value=str(path)) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is no JSON: {error}.", key="--probes", value=str(path)) from None
    return load_probes(data, engine)


def columns(probes: Sequence[Probe], units: Mapping[str, str]) -> list[str]:
    """Heads of the probes' columns: name and unit; of equal ones each with its id."""
    heads = [f"{probe.title}{unit_text(units.get(probe.id, ''))}" for probe in probes]
    return [
        head if heads.count(head) == 1 else f"{probe.id} {head}"
        for probe, head in zip(probes, heads, strict=True)
    ]


def unit_text(unit: str) -> str:
    """Unit in brackets after a name; nothing for a dimensionless one."""
    return "" if unit in ("", "1") else f" [{unit}]"


def save_samples(path: Path, data: ProbeData, metadata: Mapping[str, Any]) -> Path:
    """Save samples to a new ``.csv``, ``.h5`` or ``.hdf5`` file.

    Parameters
    ----------
    path : Path
        New file.
    data : ProbeData
        What to save.
    metadata : mapping
        JSON data kept in an HDF5 file: engine, config, seed, preset.

    Raises
    ------
    BadInput
        No samples, a path that exists or cannot be written, another ending, a full disk.
    """
    if not len(data.ticks):
        raise BadInput("There are no samples to save yet.", key="probes", remedy="Let the run go on.")
    heads = columns(data.probes, data.units)
    series = [data.values[probe.id] for probe in data.probes]
    if path.suffix.lower() == ".csv":
        return _write_csv(path, "tick", data.ticks, heads, series)
    with _new_h5(path) as file:
        _describe(file, data, metadata)
        ticks = file.create_dataset("tick", data=data.ticks, **_packed(len(data.ticks)))
        ticks.attrs["unit"] = "ticks"
        for probe, head, values in zip(data.probes, heads, series, strict=True):
            _probe_dataset(file, probe, head, data.units.get(probe.id, ""), values)
    return path


def save_profile(path: Path, profile: Profile, units: Mapping[str, str], metadata: Mapping[str, Any]) -> Path:
    """Save a profile: distance, column, row and every field of each cell; refusals as for samples."""
    heads = [
        "x [cells]",
        "y [cells]",
        *(f"{name}{unit_text(units.get(name, ''))}" for name in profile.values),
    ]
    series = [profile.x, profile.y, *profile.values.values()]
    if path.suffix.lower() == ".csv":
        return _write_csv(path, "r [cells]", profile.r, heads, series)
    with _new_h5(path) as file:
        file.attrs[FORMAT] = VERSION
        file.attrs["tick"] = profile.tick
        file.attrs["probe"] = json.dumps(asdict(profile.probe))
        file.attrs["metadata"] = json.dumps(metadata, default=str)
        for name, values in (("r", profile.r), ("x", profile.x), ("y", profile.y)):
            file.create_dataset(name, data=values).attrs["unit"] = "cells"
        for name, values in profile.values.items():
            file.create_dataset(f"fields/{name}", data=values).attrs["unit"] = units.get(name, "1")
    return path


def read_samples(path: Path) -> Samples:
    """Samples of a file that `save_samples` or `ProbeLog` wrote.

    Raises
    ------
    BadInput
        Missing, or not such a file.
    """
    try:
        return _read_samples(path)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        if isinstance(error, BadInput):
            raise
        raise _no_samples(path, f" ({error})") from None


def _no_samples(path: Path, why: str = "") -> BadInput:
    return BadInput(
        f"{path} holds no samples of probes{why}.",
        key="path",
        value=str(path),
        remedy="Give a file that “Export samples” or “tauscope run --probe-out” wrote.",
    )


def _read_samples(path: Path) -> Samples:
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8", newline="") as text:
            head, *rows = list(csv.reader(text)) or [[]]
        if not head or head[0] != "tick":
            raise _no_samples(path)
        table = np.array([[float(entry) for entry in row] for row in rows]).reshape(len(rows), len(head))
        return Samples(table[:, 0].astype(np.int64), dict(zip(head[1:], table[:, 1:].T, strict=True)), {})
    with h5py.File(path, "r") as file:
        if FORMAT not in file.attrs or "probes" not in file:
            raise _no_samples(path)
        order = [probe["id"] for probe in json.loads(file.attrs["probes"])]
        sets = [file["probes"][key] for key in order]
        return Samples(
            file["tick"][...],
            {str(one.attrs["head"]): one[...] for one in sets},
            json.loads(file.attrs["metadata"]),
        )


class ProbeLog:
    """Tracker of a headless run: samples probes and writes them as they come, so that memory stays bounded.

    Parameters
    ----------
    path : Path
        New ``.csv``, ``.h5`` or ``.hdf5`` file.
    probes : sequence of Probe
        What to sample.
    stride : int
        Ticks between two samples.
    metadata : mapping
        Kept in an HDF5 file.

    Raises
    ------
    BadInput
        The path cannot become a new file; at the start, a probe that cannot be sampled.
    """

    light = True

    def __init__(
        self, path: Path, probes: Sequence[Probe], stride: int = 1, metadata: Mapping[str, Any] | None = None
    ) -> None:
        check_output(path, "--probe-out", ENDINGS)
        self.path = path
        self._sampler = Sampler(probes, stride, BUFFER)
        self._metadata = dict(metadata or {})
        self._text: TextIO | None = None
        self._file: Any = None
        self._flushed = 0.0

    def start(self, world: World) -> None:
        """Make the file and take the first sample."""
        self._sampler.start(world)
        data = self._sampler.data()
        for problem in data.problems.values():
            raise BadInput(problem, key="--probes", remedy="Change the file of probes.")
        heads = columns(data.probes, data.units)
        if self.path.suffix.lower() == ".csv":
            self._text = self.path.open("x", encoding="utf-8", newline="")
            csv.writer(self._text, lineterminator="\n").writerow(["tick", *heads])
        else:
            self._file = h5py.File(self.path, "x")
            _describe(self._file, data, self._metadata)
            ticks = self._file.create_dataset("tick", (0,), np.int64, maxshape=(None,), **_packed(_CHUNK))
            ticks.attrs["unit"] = "ticks"
            for probe, head in zip(data.probes, heads, strict=True):
                empty = np.empty(0)
                _probe_dataset(self._file, probe, head, data.units.get(probe.id, ""), empty, grows=True)

    def next_due(self, macro_tick: int) -> int | None:
        """Next tick to be sampled."""
        return self._sampler.next_due(macro_tick)

    def sample(self, world: World) -> None:
        """Take a sample; write what was kept when the buffer is full or half a second old."""
        self._sampler.sample(world)
        if self._sampler.full or time.monotonic() - self._flushed > _FLUSH_SECONDS:
            self._write()

    def close(self) -> None:
        """Write the rest and close the file; a second call does nothing."""
        if self._text is not None or self._file is not None:
            self._write()
        if self._text is not None:
            self._text.close()
            self._text = None
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self) -> None:
        data = self._sampler.take()
        series = [data.values[probe.id] for probe in data.probes]
        self._flushed = time.monotonic()
        if self._text is not None:
            _write_rows(self._text, data.ticks, series)
            self._text.flush()
        elif self._file is not None:
            sets = [self._file["tick"], *(self._file["probes"][probe.id] for probe in data.probes)]
            for dataset, values in zip(sets, [data.ticks, *series], strict=True):
                before = len(dataset)
                dataset.resize((before + len(values),))
                dataset[before:] = values
            self._file.flush()


def _write_rows(text: TextIO, first: npt.NDArray[Any], series: Sequence[Floats]) -> None:
    rows = zip(first.tolist(), *(values.tolist() for values in series), strict=True)
    csv.writer(text, lineterminator="\n").writerows([[repr(entry) for entry in row] for row in rows])


def _write_csv(
    path: Path, first: str, places: npt.NDArray[Any], heads: Sequence[str], series: Sequence[Floats]
) -> Path:
    check_output(path, "path", ENDINGS)
    with replacing(path, WHAT) as part, part.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text, lineterminator="\n").writerow([first, *heads])
        _write_rows(text, places, series)
    return path


@contextlib.contextmanager
def _new_h5(path: Path) -> Iterator[Any]:
    """HDF5 file that takes its name when all is written."""
    check_output(path, "path", ENDINGS)
    with replacing(path, WHAT) as part, h5py.File(part, "w") as file:
        yield file


def _describe(file: Any, data: ProbeData, metadata: Mapping[str, Any]) -> None:
    file.attrs[FORMAT] = VERSION
    file.attrs["probes"] = json.dumps(dump_probes(data.probes))
    file.attrs["stride"] = data.stride
    file.attrs["dropped"] = data.dropped
    file.attrs["metadata"] = json.dumps(metadata, default=str)


def _probe_dataset(
    file: Any, probe: Probe, head: str, unit: str, values: Floats, *, grows: bool = False
) -> None:
    size: dict[str, Any] = {"maxshape": (None,)} if grows else {}
    packed = _packed(_CHUNK if grows else len(values))
    dataset = file.create_dataset(f"probes/{probe.id}", data=values, **size, **packed)
    dataset.attrs["head"] = head
    dataset.attrs["name"] = probe.title
    dataset.attrs["unit"] = unit
    dataset.attrs["quantity"] = probe.quantity


def _packed(count: int) -> dict[str, Any]:
    """Chunks and the one compression that every reader has, where there is enough to compress."""
    return {
        "chunks": (min(max(count, 1), 65_536),),
        "compression": "gzip",
        "compression_opts": 1,
        "shuffle": True,
    }
