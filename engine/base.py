"""What every engine is: Engine, Command, BlowUp; with it what is read of one, FieldSpec, FrameRequest, Frame.

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

from tauscope.engine.arguments import check_arguments, check_scalars
from tauscope.engine.config import EngineConfig
from tauscope.engine.errors import unknown_name
from tauscope.engine.frames import Frame, FrameRequest, Limits, Reduction, Span
from tauscope.engine.notices import Notice
from tauscope.engine.planes import Plane, cut
from tauscope.engine.specs import (
    Array,
    Cost,
    DerivedField,
    DerivedScalar,
    FieldKind,
    FieldSpec,
    Palette,
    ScalarSpec,
)

__all__ = [
    "Array",
    "BlowUp",
    "Command",
    "Cost",
    "DerivedField",
    "DerivedScalar",
    "Engine",
    "FieldKind",
    "FieldSpec",
    "Frame",
    "FrameRequest",
    "Json",
    "Limits",
    "Palette",
    "Reduction",
    "Reproducibility",
    "ScalarSpec",
    "Span",
    "State",
    "hash_array",
    "hash_state",
]

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of these; commands may also hold arrays."""

State = Mapping[str, Any]
"""Bit-exact checkpoint: a mapping of NumPy arrays and JSON scalars."""

Reproducibility = Literal["A", "B", "C"]


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
            return f"The engine {self.engine} has stopped at {when}: {self.limit}. {self.remedy}".strip()
        where = ", ".join(str(c) for c in self.cell)
        return (
            f"The engine {self.engine} broke a limit: {self.field} is {self.value:g} at cell ({where}), "
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
        check_scalars(names, self.scalar_specs())
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
        check_arguments(name, known[name], args)
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
