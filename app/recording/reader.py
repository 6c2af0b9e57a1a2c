"""Reader of recordings: frames, series, configuration, events, hashes, checkpoints."""

from __future__ import annotations

import io
import json
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, cast
from zipfile import BadZipFile

import h5py
import numpy as np
import numpy.typing as npt

from tauscope.app.recording import checks, clock, layout, slabs
from tauscope.app.recording.lines import lines_of
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.errors import BadInput
from tauscope.engine.events import decode
from tauscope.engine.notices import Noticed
from tauscope.engine.planes import Plane

DAMAGE = (
    OSError,
    RuntimeError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    BadZipFile,
    zlib.error,
)
"""What HDF5, JSON and NumPy raise on bytes that were changed."""


class RecordingFile:
    """A closed recording, opened for reading with every check before every read.

    Parameters
    ----------
    path : Path or str
        File to open.

    Raises
    ------
    BadInput
        If the file is missing, empty, a text file, no recording, truncated, being recorded, or not closed.

    Attributes
    ----------
    path : Path
        The file.
    frames : int
        Number of whole frames.
    ticks, times : arrays
        Macro tick and simulated time of each frame, shape [frames]; the time is NaN where there is none.
    clock, counts : array and str
        Place of each frame on the axis of time, always finite, and what it counts: ``time``, ``sweep``.
    dropped : array
        Frames left out before each frame, in total.
    fields : mapping of str to FieldSpec
        Recorded fields, by dataset name.
    scalars : mapping of str to array
        Recorded scalars, shape [frames].
    config, environment : mapping
        JSON of the run.
    """

    def __init__(self, path: Path | str) -> None:
        path = Path(path).absolute()
        checks.check_head(path)
        try:
            file = h5py.File(path, "r")
        except (OSError, RuntimeError) as error:
            raise checks.refusal(
                path, f"cannot be opened ({error})", "Copy it again from its origin."
            ) from None
        self._take(path, file)

    def _take(self, path: Path, file: Any) -> None:
        """Check an open file and read what every user of it needs; it is closed if that fails."""
        self.path, self._file = path, file
        self._lock = threading.Lock()
        try:
            with self._damage_refused():
                self._open()
        except BaseException:
            self._file.close()
            raise

    def _open(self) -> None:
        checks.check_schema(self.path, self._file)
        axis = self._dataset(layout.TIME, "f")
        self.frames = int(axis.shape[0])
        self.ticks = self._rows(layout.TICK, "i")
        self.dropped = self._rows(layout.DROPPED, "i")
        self.frame_events = self._rows(layout.FRAME_EVENTS, "i")
        self.config: Mapping[str, Any] = checks.text_json(self.path, self._file, layout.CONFIG)
        self.environment: Mapping[str, Any] = checks.text_json(self.path, self._file, layout.ENVIRONMENT)
        self._check_config()
        self._read_clock(axis[:])
        self.fields: Mapping[str, FieldSpec] = dict(self._specs())
        self.scalars: Mapping[str, npt.NDArray[np.float64]] = {
            name: self._rows(f"{layout.SERIES}/{name}/value", "f") for name in self._file[layout.SERIES]
        }
        state = self._file[layout.STATUS].attrs.get("state", b"")
        self.state = bytes(state).decode("ascii", "replace").strip()

    def _read_clock(self, places: npt.NDArray[np.float64]) -> None:
        has_time = clock.counted(self.config) == clock.TIME
        self.times: npt.NDArray[np.float64] = places if has_time else np.full(self.frames, np.nan)
        # Older recordings of a chain have no numbers on their axis.
        known = bool(np.isfinite(places).all())
        self.clock: npt.NDArray[np.float64] = places if known else self.ticks.astype(np.float64)
        self.counts = clock.counted(self.config) if known else clock.SWEEP

    # -- frames

    def frame(self, field: str, index: int) -> Array:
        """One frame of a field, shape by its dims.

        Raises
        ------
        BadInput
            Unknown field, no such frame, or data that cannot be decoded.
        """
        if field not in self.fields:
            raise checks.unknown(field, self.fields)
        if not -self.frames <= index < self.frames:
            raise checks.refusal(
                self.path, f"has no frame {index}", f"It has {self.frames} frames, from 0 on."
            )
        return self._read(f"{layout.FIELDS}/{field}", index % self.frames)

    def plane(self, field: str, index: int, plane: Plane, dims: tuple[str, ...] = ()) -> Array:
        """Two axes of one frame of a field of many, [n_up, n_across], without the rest of the frame.

        Parameters
        ----------
        field : str
            Dataset name.
        index : int
            Frame.
        plane : Plane
            Which two axes, and what becomes of the others.
        dims : tuple of str
            Names of the field's axes; those of the file by itself.

        Raises
        ------
        BadInput
            As `frame`; an axis or mode that does not exist, or an index outside the field.
        """
        if field not in self.fields:
            raise checks.unknown(field, self.fields)
        if not -self.frames <= index < self.frames:
            raise checks.refusal(
                self.path, f"has no frame {index}", f"It has {self.frames} frames, from 0 on."
            )
        spec, at = self.fields[field], index % self.frames
        return slabs.read_plane(
            lambda selection: self._read(f"{layout.FIELDS}/{field}", (at, *selection)),
            self.shape(field),
            np.dtype(spec.dtype).itemsize,
            dims or spec.dims,
            plane,
        )

    def axis(self, name: str) -> npt.NDArray[np.float64]:
        """Coordinates of an axis in cells."""
        return self._whole(f"{layout.FIELDS}/{name}", "f")

    def axes(self) -> dict[str, int]:
        """Names of the axes of the fields as they stand in the file, and their lengths."""
        with self._damage_refused():
            group = self._file[layout.FIELDS]
            return {
                scale.name.rsplit("/", 1)[-1]: int(scale.shape[0])
                for name in self.fields
                for dim in list(group[name].dims)[1:]
                for scale in dim.values()
            }

    def text(self, name: str) -> bytes:
        """A text of /replay, as it stands in the file."""
        with self._damage_refused():
            return bytes(self._file[name][()])

    def digest(self, name: str) -> str:
        """SHA-256 of a text, as it was when it was written; empty in files that keep none."""
        with self._damage_refused():
            return _text(self._file[name].attrs.get("sha256", b""))

    def shape(self, field: str) -> tuple[int, ...]:
        """Shape of one frame of a field."""
        return tuple(int(length) for length in self._file[f"{layout.FIELDS}/{field}"].shape[1:])

    @property
    def title(self) -> str:
        """Title of the run."""
        return _text(self._file.attrs.get("title", b""))

    def owner(self, field: str) -> tuple[str, str]:
        """Engine key and field name of a recorded field."""
        with self._damage_refused():
            attributes = self._file[f"{layout.FIELDS}/{field}"].attrs
            return _text(attributes["engine"]), _text(attributes["field"])

    def scalar_owner(self, series: str) -> tuple[str, str]:
        """Engine key and scalar name of a recorded series."""
        with self._damage_refused():
            attributes = self._file[f"{layout.SERIES}/{series}/value"].attrs
            return _text(attributes["engine"]), _text(attributes["scalar"])

    def _read(self, name: str, selection: Any) -> Array:
        try:
            with self._lock:
                if not self._file:
                    raise checks.refusal(self.path, "was closed", "Open it again.")
                return np.asarray(self._file[name][selection])
        except (OSError, RuntimeError) as error:
            raise checks.refusal(
                self.path, f"is damaged in /{name} ({error})", "Recover or copy it again."
            ) from None

    # -- replay

    @property
    def engines(self) -> Mapping[str, Mapping[str, Any]]:
        """Name, config, seed, device, ratio and reproducibility of each engine, by key."""
        return cast("Mapping[str, Mapping[str, Any]]", self.config["engines"])

    @contextmanager
    def _damage_refused(self) -> Iterator[None]:
        """Turn what HDF5 and decoders say of a damaged file into a sentence."""
        try:
            yield
        except BadInput:
            raise
        except DAMAGE as error:
            reason = "is damaged: parts of it cannot be read"
            raise checks.refusal(self.path, reason, "Recover it or copy it again from its origin.") from error

    def event_lines(self) -> list[str]:
        """Lines of the event log, in order; whole ones only."""
        with self._damage_refused():
            return self._event_lines()

    def _event_lines(self) -> list[str]:
        return lines_of(self._whole(layout.EVENT_LOG, "u").tobytes(), self._whole(layout.EVENT_END, "i"))

    def notices(self) -> list[Noticed]:
        """What the engines saw and did by themselves, in order; nothing where that was not recorded yet.

        Raises
        ------
        BadInput
            A line that is no notice.
        """
        if "notices" not in self._file[layout.REPLAY]:
            return []
        with self._damage_refused():
            log, ends = self._whole(layout.NOTICE_LOG, "u"), self._whole(layout.NOTICE_END, "i")
            return [Noticed.from_json(line) for line in lines_of(log.tobytes(), ends)]

    def event_chain(self) -> list[bytes]:
        """Running hash after each event."""
        return [bytes(item) for item in self._whole(layout.EVENT_CHAIN, "S")]

    def hashes(self) -> list[tuple[int, int, dict[str, dict[str, str]]]]:
        """State hashes: tick, number of events before it, and hash by engine and array."""
        with self._damage_refused():
            return self._hashes()

    def _hashes(self) -> list[tuple[int, int, dict[str, dict[str, str]]]]:
        ticks, events = self._whole(layout.HASH_TICK, "i"), self._whole(layout.HASH_EVENTS, "i")
        columns = {
            layout.plain_name(key): {
                name: self._whole(f"{layout.HASH_STATE}/{key}/{name}", "S")
                for name in group
                if name != "%all"
            }
            for key, group in checks.group(self.path, self._file, layout.HASH_STATE).items()
        }
        length = min(
            [len(ticks), len(events), *(len(c) for group in columns.values() for c in group.values())]
        )
        return [
            (
                int(ticks[row]),
                int(events[row]),
                {
                    key: {
                        layout.plain_name(name): column[row].decode("ascii") for name, column in group.items()
                    }
                    for key, group in columns.items()
                },
            )
            for row in range(length)
        ]

    def whole_hashes(self) -> list[dict[str, str]]:
        """Hash of the whole state of each engine, row by row of `hashes`; empty where a file keeps none."""
        with self._damage_refused():
            groups = checks.group(self.path, self._file, layout.HASH_STATE)
            found = {
                layout.plain_name(key): self._whole(f"{layout.HASH_STATE}/{key}/%all", "S")
                for key, group in groups.items()
                if "%all" in group
            }
            length = min((len(column) for column in found.values()), default=0)
            return [
                {key: column[row].decode("ascii") for key, column in found.items()} for row in range(length)
            ]

    def initial(self) -> dict[str, dict[str, Any]]:
        """State of each engine at the first frame, as `World.restore` takes it."""
        with self._damage_refused():
            return self._initial()

    def _initial(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for key in self.engines:
            base = f"{layout.INITIAL}/{layout.safe_name(key)}"
            scalars = checks.text_json(self.path, self._file, f"{base}/scalars_json")
            arrays = checks.group(self.path, self._file, f"{base}/arrays")
            state = {
                layout.plain_name(name): self._whole(f"{base}/arrays/{name}", "biufc") for name in arrays
            }
            found[key] = {**state, **{name: decode(value) for name, value in scalars.items()}}
        return found

    def checkpoint(self) -> tuple[int, dict[str, dict[str, Any]]] | None:
        """Newest whole checkpoint: tick and state of each engine; None if there is none."""
        with self._damage_refused():
            return self._checkpoint()

    def _checkpoint(self) -> tuple[int, dict[str, dict[str, Any]]] | None:
        ticks, sizes = self._whole(layout.CHECKPOINT_TICK, "i"), self._whole(layout.CHECKPOINT_SIZE, "i")
        if ticks.max(initial=-1) < 0:
            return None
        slot = int(np.argmax(ticks))
        blob = self._whole(f"{layout.CHECKPOINTS}/{slot}", "u")[: int(sizes[slot])].tobytes()
        return int(ticks[slot]), _unpacked(blob)

    def session(self) -> Any:
        """JSON of a session file beside its state; None in a plain recording."""
        if "session" not in self._file:
            return None
        with self._damage_refused():
            return checks.text_json(self.path, self._file, layout.SESSION)

    def source(self) -> dict[str, str]:
        """Text of the engine modules that ran, by module name."""
        with self._damage_refused():
            return cast("dict[str, str]", json.loads(self._whole(layout.SOURCE, "u").tobytes()))

    # -- closing

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # -- checked access

    def _dataset(self, name: str, kinds: str) -> Any:
        return checks.dataset(self.path, self._file, name, kinds)

    def _whole(self, name: str, kinds: str) -> Array:
        self._dataset(name, kinds)
        return self._read(name, ())

    def _rows(self, name: str, kinds: str) -> Array:
        """First ``frames`` rows of a series."""
        found = self._dataset(name, kinds)
        if found.ndim != 1 or found.shape[0] < self.frames:
            raise checks.refusal(
                self.path, f"has too few rows in /{name}", f"Run “tauscope recover {self.path}”."
            )
        return self._read(name, slice(0, self.frames))

    def _specs(self) -> Iterator[tuple[str, FieldSpec]]:
        for name in self._file[layout.FIELDS]:
            if name in layout.BOOKKEEPING:
                continue
            found = self._dataset(f"{layout.FIELDS}/{name}", "biufc")
            attributes = found.attrs
            if "engine" not in attributes:
                continue
            if found.shape[0] < self.frames:
                raise checks.refusal(
                    self.path, f"has too few frames of {name}", f"Run “tauscope recover {self.path}”."
                )
            labels = [dim.keys()[0] if len(dim) else f"axis{axis}" for axis, dim in enumerate(found.dims)]
            label, unit = _text(attributes.get("long_name", name)), _text(attributes.get("units", "1"))
            yield name, FieldSpec(name, label, label, tuple(labels[1:]), found.dtype.name, unit)

    def _check_config(self) -> None:
        engines = self.config.get("engines") if isinstance(self.config, dict) else None
        whole = isinstance(engines, dict) and all(
            isinstance(item, dict) and {"name", "config", "seed"} <= item.keys() for item in engines.values()
        )
        if not engines or not whole:
            raise checks.refusal(self.path, "has no usable configuration", "It was edited or is damaged.")


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _unpacked(blob: bytes) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    with np.load(io.BytesIO(blob), allow_pickle=False) as entries:
        rest = json.loads(entries["scalars_json"].tobytes())
        for name in entries.files:
            if name != "scalars_json":
                key, _, array = name.partition("/")
                found.setdefault(key, {})[array] = entries[name]
    for key, scalars in rest.items():
        found.setdefault(key, {}).update({name: decode(value) for name, value in scalars.items()})
    return found
