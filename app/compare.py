"""Comparison of two recordings: their set-ups, and their fields and scalars at the ticks that both have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tauscope.app.recording.vetting import open_vetted
from tauscope.engine.base import FieldSpec
from tauscope.engine.comparison import Deviation, Entry, deviation, entries


@dataclass(frozen=True, slots=True)
class FieldDeviation:
    """A field of both: the tick at which it lies furthest apart, how far then, and how far at the end."""

    name: str
    worst_tick: int
    worst: Deviation
    last: Deviation
    dims: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where they lie furthest apart, by the names of the axes."""
        return self.worst.place(self.dims)


@dataclass(frozen=True, slots=True)
class Ends:
    """Scalars of two runs, each at its own last tick.

    Parameters
    ----------
    ticks : tuple of int
        Last macro tick of each; empty where one has none.
    values : mapping of str to tuple of float
        Scalars of both, at these.
    """

    ticks: tuple[int, ...] = ()
    values: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two recordings have in common, and what not.

    Parameters
    ----------
    parameters : tuple of Entry
        Entries of the set-ups that differ, seeds, devices and couplings included.
    ticks : tuple of int
        Macro ticks that both recorded.
    fields : tuple of FieldDeviation
        Fields of both.
    scalars : mapping of str to Deviation
        Scalars of both, over these ticks; a place in them means nothing.
    scalar_ticks : mapping of str to int
        Macro ticks at which they lie furthest apart.
    left_out : mapping of str to str
        Fields that are not compared, and why.
    bitwise : bool
        Whether both have the same ticks, fields and scalars, each with the same bits and of one type.
    ends : Ends
        Scalars of both, each at its own last tick.
    """

    parameters: tuple[Entry, ...]
    ticks: tuple[int, ...]
    fields: tuple[FieldDeviation, ...]
    scalars: dict[str, Deviation]
    left_out: dict[str, str]
    bitwise: bool = False
    scalar_ticks: Mapping[str, int] = field(default_factory=dict)
    ends: Ends = Ends()

    @property
    def identical(self) -> bool:
        """Whether all that is compared is the same, and nothing is left out."""
        apart = [one.worst for one in self.fields] + list(self.scalars.values())
        return bool(self.ticks) and not self.left_out and all(one.identical for one in apart)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {**asdict(self), "identical": self.identical}


def compare(first: Path, second: Path, progress: Callable[[float, str], None] | None = None) -> Comparison:
    """Compare two recordings.

    Parameters
    ----------
    first, second : Path
        Closed recordings.
    progress : callable, optional
        ``progress(fraction, text)``.

    Raises
    ------
    BadInput
        A file that is no closed recording.
    """
    with open_vetted(first) as a, open_vetted(second) as b:
        return compare_sides(a, b, progress)


class Side(Protocol):
    """What is compared: a recording, or a run that was kept at one tick."""

    @property
    def ticks(self) -> npt.NDArray[Any]:
        """Macro ticks of its frames."""

    @property
    def fields(self) -> Mapping[str, FieldSpec]:
        """Specs of its fields."""

    @property
    def scalars(self) -> Mapping[str, npt.NDArray[np.float64]]:
        """Scalars at every tick."""

    @property
    def engines(self) -> Mapping[str, Mapping[str, Any]]:
        """Engines, as a recording describes them."""

    @property
    def config(self) -> Mapping[str, Any]:
        """Engines and couplings."""

    def shape(self, field: str) -> tuple[int, ...]:
        """Shape of a field."""

    def frame(self, field: str, index: int) -> npt.NDArray[Any]:
        """Field at a tick, by the tick's number."""


def shared_ticks(a: Side, b: Side) -> tuple[npt.NDArray[Any], list[int], list[int]]:
    """Ticks that both have, and their numbers in each."""
    ticks, at_a, at_b = np.intersect1d(a.ticks, b.ticks, return_indices=True)
    return ticks, at_a.tolist(), at_b.tolist()


def compare_sides(a: Side, b: Side, progress: Callable[[float, str], None] | None = None) -> Comparison:
    """Compare two recordings or kept runs; ``progress`` as in `compare`."""
    ticks, at_a, at_b = shared_ticks(a, b)
    fields: list[FieldDeviation] = []
    left_out: dict[str, str] = {}
    names = list(dict.fromkeys((*a.fields, *b.fields)))
    bits = np.array_equal(a.ticks, b.ticks) and a.scalars.keys() == b.scalars.keys() and len(ticks) > 0
    for number, name in enumerate(names):
        why = unlike(a, b, name)
        if why or not len(ticks):
            left_out[name] = why or "no tick is in both"
            bits = False
            continue
        found = []
        for place, (i, j) in enumerate(zip(at_a, at_b, strict=True)):
            one, other = a.frame(name, i), b.frame(name, j)
            found.append(deviation(one, other))
            bits = bits and _same_bits(one, other)
            if progress is not None:
                progress((number + (place + 1) / len(ticks)) / len(names), name)
        worst = max(range(len(found)), key=lambda n: (found[n].odd, found[n].largest))
        dims = tuple(a.fields[name].dims)
        fields.append(FieldDeviation(name, int(ticks[worst]), found[worst], found[-1], dims))
    scalars = {
        name: deviation(values[at_a], b.scalars[name][at_b])
        for name, values in a.scalars.items()
        if name in b.scalars and len(ticks)
    }
    bits = bits and all(_same_bits(a.scalars[name], b.scalars[name]) for name in scalars)
    worst_ticks = {name: int(ticks[far.at[0]]) for name, far in scalars.items() if far.at}
    scalars = {name: replace(far, at=()) for name, far in scalars.items()}
    changed = tuple(entries(_setup(a), _setup(b)))
    shared = tuple(ticks.tolist())
    return Comparison(changed, shared, tuple(fields), scalars, left_out, bits, worst_ticks, _ends(a, b))


def _ends(a: Side, b: Side) -> Ends:
    if not len(a.ticks) or not len(b.ticks):
        return Ends()
    both = [name for name in a.scalars if name in b.scalars]
    values = {name: (float(a.scalars[name][-1]), float(b.scalars[name][-1])) for name in both}
    return Ends((int(a.ticks[-1]), int(b.ticks[-1])), values)


def _same_bits(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    """Whether two arrays hold the same bits: 0 and -0 differ, and so do single and double precision."""
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def _setup(file: Side) -> dict[str, Any]:
    """What makes a run: its engines without the tick they stood at, and their couplings."""
    engines = {
        key: {name: value for name, value in item.items() if name != "tick"}
        for key, item in file.engines.items()
    }
    return {**engines, "couplings": file.config.get("couplings", [])}


def unlike(a: Side, b: Side, name: str) -> str:
    """Why a field cannot be compared, "" where it can."""
    if name not in b.fields:
        return "only the first has it"
    if name not in a.fields:
        return "only the second has it"
    if a.shape(name) != b.shape(name):
        return f"its shapes are {a.shape(name)} and {b.shape(name)}"
    return ""
