"""What a recording will hold, as plain data between the recorder and the file writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One recorded field: dataset name, engine key, field name, label, unit, dims, frame shape and dtype."""

    dataset: str
    engine: str
    field: str
    label: str
    unit: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str

    @property
    def nbytes(self) -> int:
        """Bytes of one frame, uncompressed."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True, slots=True)
class ScalarPlan:
    """One recorded scalar: series name, engine key, scalar name, label and unit."""

    series: str
    engine: str
    scalar: str
    label: str
    unit: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is laid out before the first frame.

    Parameters
    ----------
    fields, scalars : tuple
        What each frame holds.
    config : mapping
        JSON of engines, ratios, seeds and intervals.
    environment : mapping
        JSON of versions, processor and threads.
    source : mapping of str to str
        Text of every engine module that runs, by module name.
    source_hash : str
        SHA-256 of ``source``.
    initial : mapping of str to mapping
        State of each engine at the first frame.
    title, author, date : str
        For the file's attributes; the date is that of its creation where it is empty.
    """

    fields: tuple[FieldPlan, ...]
    scalars: tuple[ScalarPlan, ...]
    config: Mapping[str, Any]
    environment: Mapping[str, Any]
    source: Mapping[str, str]
    source_hash: str
    initial: Mapping[str, Mapping[str, Any]]
    title: str = ""
    author: str = ""
    date: str = ""

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame, uncompressed."""
        return sum(item.nbytes for item in self.fields)


@dataclass(frozen=True, slots=True)
class FrameItem:
    """One frame on its way to the file, with the numbers of events and of dropped frames before it."""

    tick: int
    time: float
    events: int
    dropped: int
    arrays: tuple[Array, ...]
    scalars: tuple[float, ...]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(array.nbytes for array in self.arrays)


@dataclass(frozen=True, slots=True)
class HashItem:
    """Whole state on its way to be hashed, and kept as a checkpoint if ``checkpoint``."""

    tick: int
    events: int
    states: Mapping[str, Mapping[str, Any]]
    checkpoint: bool = False

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        arrays = (value for state in self.states.values() for value in state.values())
        return sum(value.nbytes for value in arrays if isinstance(value, np.ndarray))


@dataclass(frozen=True, slots=True)
class EventItem:
    """Lines of the event log on their way to the file."""

    lines: tuple[str, ...] = field(default=())

    @property
    def nbytes(self) -> int:
        """Bytes of the lines."""
        return sum(len(line) for line in self.lines)


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """Lines of what the engines saw and did by themselves, on their way to the file."""

    lines: tuple[str, ...] = field(default=())

    @property
    def nbytes(self) -> int:
        """Bytes of the lines."""
        return sum(len(line) for line in self.lines)


Item = FrameItem | HashItem | EventItem | NoticeItem
