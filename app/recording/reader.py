"""Reader of recordings: frames, series, configuration, events, hashes, checkpoints."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from tauscope.app.recording import checks, clock, layout, slabs
from tauscope.app.recording.opened import plain_text
from tauscope.app.recording.replayed import ReplayFile
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.planes import Plane

log = logging.getLogger(__name__)


class RecordingFile(ReplayFile):
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
            log.warning("HDF5 cannot open %s: %s", path, error)
            reason = "is damaged: its structure cannot be read"
            raise checks.refusal(path, reason, "Copy it again from its origin.") from error
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

    def stored(self, field: str) -> int:
        """Frames of a field up to the first whose numbers are not in the file."""
        with self._damage_refused():
            return checks.stored_rows(self._file[f"{layout.FIELDS}/{field}"])

    def shape(self, field: str) -> tuple[int, ...]:
        """Shape of one frame of a field."""
        return tuple(int(length) for length in self._file[f"{layout.FIELDS}/{field}"].shape[1:])

    @property
    def title(self) -> str:
        """Title of the run."""
        return plain_text(self._file.attrs.get("title", b""))

    def owner(self, field: str) -> tuple[str, str]:
        """Engine key and field name of a recorded field."""
        with self._damage_refused():
            attributes = self._file[f"{layout.FIELDS}/{field}"].attrs
            return plain_text(attributes["engine"]), plain_text(attributes["field"])

    def scalar_owner(self, series: str) -> tuple[str, str]:
        """Engine key and scalar name of a recorded series."""
        with self._damage_refused():
            attributes = self._file[f"{layout.SERIES}/{series}/value"].attrs
            return plain_text(attributes["engine"]), plain_text(attributes["scalar"])

    def _specs(self) -> Iterator[tuple[str, FieldSpec]]:
        for name in self._file[layout.FIELDS]:
            if name in layout.BOOKKEEPING:
                continue
            if "engine" not in self._dataset(f"{layout.FIELDS}/{name}", "biufc").attrs:
                continue
            found = checks.field(self.path, self._file, f"{layout.FIELDS}/{name}")
            attributes = found.attrs
            if found.shape[0] < self.frames:
                raise checks.refusal(
                    self.path, f"has too few frames of {name}", f"Run “tauscope recover {self.path}”."
                )
            labels = [dim.keys()[0] if len(dim) else f"axis{axis}" for axis, dim in enumerate(found.dims)]
            label, unit = (
                plain_text(attributes.get("long_name", name)),
                plain_text(attributes.get("units", "1")),
            )
            yield name, FieldSpec(name, label, label, tuple(labels[1:]), found.dtype.name, unit)

    def _check_config(self) -> None:
        engines = self.config.get("engines") if isinstance(self.config, dict) else None
        whole = isinstance(engines, dict) and all(
            isinstance(item, dict) and {"name", "config", "seed"} <= item.keys() for item in engines.values()
        )
        if not engines or not whole:
            raise checks.refusal(self.path, "has no usable configuration", "It was edited or is damaged.")
