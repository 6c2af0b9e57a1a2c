"""What every engine is: Engine, FieldSpec, FrameRequest, Frame, Command.

An engine advances a lattice model by whole ticks and knows nothing of windows, files or drawing.
Views, probes and recorders subscribe to `FrameRequest`s; an engine is asked only for what is subscribed.
"""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from tauscope.engine.config import EngineConfig
from tauscope.engine.errors import unknown_name
from tauscope.engine.notices import Notice
from tauscope.engine.planes import Plane, cut

Array = npt.NDArray[Any]
Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of these; commands may also hold arrays."""

State = Mapping[str, Any]
"""Bit-exact checkpoint: a mapping of NumPy arrays and JSON scalars."""

FieldKind = Literal["scalar2d", "complexND", "phase_points", "links", "table", "series"]
Palette = Literal["sequential", "diverging", "cyclic"]
Cost = Literal["copy", "reduce", "derive"]
Reduction = Literal["none", "min", "max", "mean", "sum", "rms"]
Reproducibility = Literal["A", "B", "C"]
Span = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field that an engine offers, and how it wants to be seen.

    Parameters
    ----------
    name : str
        Name in code and in files.
    label : str
        Name in the interface, with Greek letters, as in ``"f(x)"``.
    title : str
        What it is, in a few words of sentence case.
    dims : tuple of str
        Axis names, slowest first, as in ``("y", "x")``.
    dtype : str
        NumPy dtype name of the array.
    unit : str
        Unit, ``"1"`` when dimensionless.
    kind : FieldKind
        Decides which view shows it.
    cost : Cost
        ``copy`` one array copy, ``reduce`` a pass over the state, ``derive`` computed by the analysis layer.
    settable : bool
        Whether ``command("set_field", name=…, value=…)`` may write it.
    palette : Palette
        Family of colour maps that suits it.
    center : float or None
        Value at the middle of a diverging map.
    note : str
        How it is defined and with what error.
    """

    name: str
    label: str
    title: str
    dims: tuple[str, ...]
    dtype: str
    unit: str = "1"
    kind: FieldKind = "scalar2d"
    cost: Cost = "copy"
    settable: bool = False
    palette: Palette = "sequential"
    center: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScalarSpec:
    """A scalar that an engine measures: name, interface label, unit and definition."""

    name: str
    label: str
    unit: str = "1"
    note: str = ""


@dataclass(frozen=True, slots=True)
class DerivedField:
    """A field computed from engine fields by the analysis layer; it never feeds back.

    Parameters
    ----------
    spec : FieldSpec
        What it is.
    inputs : tuple of str
        Engine fields it needs.
    function : callable
        ``function(config, **inputs) -> array``.
    local : bool
        Whether a cell's value depends on the same cell of the inputs alone, so that probes need no other.
    applies : callable or None
        ``applies(config) -> bool``: whether the field means anything for a configuration, without which it
        is not on offer; None: for all.
    """

    spec: FieldSpec
    inputs: tuple[str, ...]
    function: Callable[..., Array]
    local: bool = False
    applies: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class DerivedScalar:
    """A number computed from engine fields by the analysis layer; it never feeds back.

    Parameters
    ----------
    spec : ScalarSpec
        What it is.
    inputs : tuple of str
        Engine fields it needs.
    function : callable
        ``function(config, **inputs) -> float``.
    applies : callable or None
        As in `DerivedField`.
    """

    spec: ScalarSpec
    inputs: tuple[str, ...]
    function: Callable[..., float]
    applies: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """What a view, probe or recorder wants of a frame.

    Parameters
    ----------
    field : str
        Field name (an engine's own or a derived one).
    engine : str
        Engine's key in the world.
    selection : tuple
        One entry an axis: an index, a ``(start, stop, step)`` span or None for the whole axis; ``()`` is all.
    reduction : Reduction
        Applied over all axes that remain; ``none`` keeps the array.
    robust : bool
        Whether the percentiles of the limits are wanted; they cost a partial sort.
    plane : Plane or None
        Two axes of a field of many, [n_up, n_across], in place of selection and reduction.
    """

    field: str
    engine: str = "gravity"
    selection: tuple[int | Span | None, ...] = ()
    reduction: Reduction = "none"
    robust: bool = False
    plane: Plane | None = None

    def apply(self, array: Array) -> Array:
        """Selected and reduced part of ``array``, as an array of its own."""
        return self.reduce(array[self.index] if self.selection else array)

    @property
    def index(self) -> tuple[Any, ...]:
        """The selection as a NumPy index."""
        return tuple(
            entry if isinstance(entry, int) else slice(*(entry or (None, None, None)))
            for entry in self.selection
        )

    def reduce(self, selected: Array) -> Array:
        """Reduced selection, as an array of its own; the same bits however it lies in memory."""
        part = np.array(selected, order="C")
        if self.reduction == "none":
            return part
        if not part.size:  # as the links of a single cluster
            return np.asarray(0.0 if self.reduction == "sum" else math.nan)
        if self.reduction == "rms":
            return np.asarray(np.sqrt(np.mean(np.abs(part).astype(np.float64) ** 2)))
        return np.asarray(getattr(np, self.reduction)(part))


@dataclass(frozen=True, slots=True)
class Limits:
    """Smallest and largest finite value of an array, and its 1st and 99th percentile where wanted."""

    low: float
    high: float
    robust_low: float
    robust_high: float
    finite: bool

    @classmethod
    def of(cls, array: Array, robust: bool = True) -> Limits:
        """Exact limits of an array; without ``robust`` the extremes stand for the percentiles."""
        flat = np.asarray(array).ravel()
        finite = True
        if flat.dtype.kind == "f":
            mask = np.isfinite(flat)
            finite = bool(mask.all())
            if not finite:
                flat = flat[mask]
        if flat.size == 0:
            return cls(0.0, 1.0, 0.0, 1.0, finite)
        low, high = float(flat.min()), float(flat.max())
        if not robust:
            return cls(low, high, low, high, finite)
        ranks = (round(0.01 * (flat.size - 1)), round(0.99 * (flat.size - 1)))
        part = np.partition(flat, ranks)
        return cls(low, high, float(part[ranks[0]]), float(part[ranks[1]]), finite)


@dataclass(frozen=True, slots=True)
class Frame:
    """Immutable picture of the world at one macro tick, holding only what was asked for.

    Parameters
    ----------
    macro_tick : int
        Macro tick of the world.
    generation : int
        Counts resets and loads; a view drops frames of an older generation.
    ticks, times : mapping
        Tick and time of each engine.
    arrays : mapping of FrameRequest to array
        Private, read-only arrays in the engine's own dtype.
    limits : mapping of FrameRequest to Limits
        For two-dimensional arrays.
    scalars : mapping
        Scalars of each engine. Empty in some frames of a run whose scalars cost much: a frame that follows
        has them, and the one at a pause always does.
    rate : float
        Macro ticks a second of wall clock at publication.
    """

    macro_tick: int
    generation: int
    ticks: Mapping[str, int]
    times: Mapping[str, float]
    arrays: Mapping[FrameRequest, Array]
    limits: Mapping[FrameRequest, Limits]
    scalars: Mapping[str, Mapping[str, float]]
    rate: float = 0.0
    running: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """An intention of the user or a script, applied between ticks.

    Parameters
    ----------
    engine : str
        Engine's key in the world.
    name : str
        ``"set"`` (args ``path`` and ``value``) or one of the engine's commands.
    args : mapping
        Keyword arguments; JSON values or NumPy arrays.
    coalesce : str
        Commands with the same non-empty key replace one another while they wait; "" keeps each.
    origin : str
        Who asked: ``user``, ``undo``, ``script``, ``replay``.
    """

    engine: str
    name: str
    args: Mapping[str, Json] = field(default_factory=dict)
    coalesce: str = ""
    origin: str = "user"


@dataclass(frozen=True, slots=True)
class BlowUp:
    """A broken limit, with everything a sentence about it needs.

    Parameters
    ----------
    engine, field : str
        Where.
    cell : tuple of int
        Index of the first offending site, in the order of the field's dims.
    tick : int
        Engine tick at which it was seen.
    time : float
        Engine time.
    value : float
        Offending value.
    limit : str
        The limit that was broken, in words with numbers.
    remedy : str
        What to do.
    remedy_set : tuple of (str, value) or None
        Live or restart parameter and the value that "go back and …" sets.
    kept : bool
        Whether the engine has stopped by itself at a good state, which may be shown and saved.
    """

    engine: str
    field: str
    cell: tuple[int, ...]
    tick: int
    time: float
    value: float
    limit: str
    remedy: str = ""
    remedy_set: tuple[str, Json] | None = None
    kept: bool = False

    def sentence(self) -> str:
        """Whole message for a user."""
        if self.kept:
            when = f"tick {self.tick}, time {self.time:g}"
            return f"{self.engine} has stopped at {when}: {self.limit}. {self.remedy}".strip()
        where = ", ".join(str(c) for c in self.cell)
        return (
            f"{self.engine} broke a limit: {self.field} is {self.value:g} at cell ({where}), "
            f"tick {self.tick}, time {self.time:g}; the limit is {self.limit}. {self.remedy}"
        ).strip()


class Engine(ABC):
    """A model that advances by whole ticks.

    Subclasses set the class variables and pass the conformance suite before they are registered.
    ``advance(a + b)`` equals ``advance(a); advance(b)`` bit for bit.
    """

    name: ClassVar[str]
    config_type: ClassVar[type[EngineConfig]]
    reproducibility: ClassVar[Reproducibility]
    tick_unit: ClassVar[str] = "tick"
    device: str = "cpu"
    """Device it runs on: ``cpu`` or ``cuda``."""

    @property
    @abstractmethod
    def config(self) -> EngineConfig:
        """Present configuration, live changes and sources included."""

    @property
    @abstractmethod
    def seed(self) -> int:
        """Seed of every random stream."""

    @property
    @abstractmethod
    def tick(self) -> int:
        """Ticks done."""

    @property
    @abstractmethod
    def time(self) -> float:
        """Simulated time in the engine's unit."""

    @abstractmethod
    def advance(self, ticks: int) -> None:
        """Do ``ticks`` whole ticks; releases the GIL.

        An engine that stops at its last good state, which `check` tells with ``kept``, may do fewer; its
        tick is that of the state then.

        Raises
        ------
        BadInput
            If ``ticks`` is negative or not whole.
        """

    def events(self) -> tuple[Notice, ...]:
        """What it saw and did by itself, oldest first and part of its state; nothing for most engines."""
        return ()

    @abstractmethod
    def field_specs(self) -> Mapping[str, FieldSpec]:
        """Fields on offer, by name."""

    @abstractmethod
    def field(self, name: str) -> Array:
        """Copy of one field, shape by its dims."""

    def field_at(self, name: str, index: tuple[Any, ...]) -> Array:
        """Copy of the cells of one field that a NumPy index picks; engines read no others where they can."""
        return np.array(self.field(name)[index])

    def plane(self, name: str, plane: Plane) -> Array:
        """Copy of two axes of a field, [n_up, n_across]; engines of many axes read no more than needed.

        Raises
        ------
        BadInput
            Unknown field, axis or mode, or an index outside the field.
        """
        known = self.field_specs()
        if name not in known:
            raise unknown_name("field", name, known, key="field")
        return cut(self.field(name), known[name].dims, plane)

    def fields(self) -> dict[str, Array]:
        """Copies of all fields, by name."""
        return {name: self.field(name) for name in self.field_specs()}

    @abstractmethod
    def scalar_specs(self) -> Mapping[str, ScalarSpec]:
        """Scalars on offer, by name."""

    @abstractmethod
    def scalars(self) -> dict[str, float]:
        """All scalars, by name."""

    def scalars_of(self, names: Collection[str]) -> dict[str, float]:
        """Some scalars, by name, each equal bit for bit to that of `scalars`.

        Probes and conditions read so at every tick. This default works out all scalars; an engine for which
        that is dear reads only what was asked for, several in one pass over the state where it can.

        Parameters
        ----------
        names : collection of str
            Wanted scalars; one that has no value yet is left out of the result.

        Raises
        ------
        BadInput
            Unknown scalar.
        """
        known = self.scalar_specs()
        for name in names:
            if name not in known:
                raise unknown_name("scalar", name, known, key="name")
        found = self.scalars() if names else {}
        return {name: found[name] for name in names if name in found}

    def scalar(self, name: str) -> float:
        """One scalar, NaN while it has no value; see `scalars_of`.

        Raises
        ------
        BadInput
            Unknown scalar.
        """
        return self.scalars_of((name,)).get(name, math.nan)

    @abstractmethod
    def set(self, path: str, value: Json) -> None:
        """Change a live parameter by dotted path, at the present tick.

        Raises
        ------
        BadInput
            Unknown path, a value out of range, or a parameter that needs a restart; nothing is changed then.
        """

    @abstractmethod
    def commands(self) -> Mapping[str, Callable[..., Json]]:
        """Commands on offer, by name."""

    def command(self, name: str, /, **args: Json) -> Json:
        """Carry out a command by name; returns what it returns (``add_source`` an id).

        Raises
        ------
        BadInput
            Unknown command or refused arguments; nothing is changed then.
        """
        known = self.commands()
        if name not in known:
            raise unknown_name("command", name, known, key="command")
        return known[name](**args)

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: arrays (copies) and JSON scalars."""

    @abstractmethod
    def restore(self, state: State) -> None:
        """Return to a checkpoint of an engine with the same shape and dtype.

        Raises
        ------
        BadInput
            If an entry is missing or has another shape or dtype; nothing is changed then.
        """

    @abstractmethod
    def check(self) -> BlowUp | None:
        """First broken limit (NaN, infinity, a bound of the model), or None; cheap enough for every chunk."""


def hash_array(array: Array) -> str:
    """blake2b-16 of dtype, shape and bytes, as 32 hex digits."""
    data = np.ascontiguousarray(array)
    digest = hashlib.blake2b(f"{data.dtype.str}{data.shape}".encode(), digest_size=16)
    digest.update(data.data if data.size else b"")
    return digest.hexdigest()


def hash_state(state: State) -> dict[str, str]:
    """Hash of every array of a checkpoint, by name; scalars are hashed together under ``"scalars"``."""
    hashes = {
        name: hash_array(value) for name, value in sorted(state.items()) if isinstance(value, np.ndarray)
    }
    rest = repr([(name, value) for name, value in sorted(state.items()) if not isinstance(value, np.ndarray)])
    hashes["scalars"] = hashlib.blake2b(rest.encode(), digest_size=16).hexdigest()
    return hashes
