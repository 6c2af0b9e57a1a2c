"""A wave in bricks, whatever device its arrays lie on: what processor and device have in common.

Subclasses say where arrays are (``xp``), how a step is done (`_advance`) and how the field is projected
(`_projected`). See `tauscope.gpu.ufie.protocol.Wave`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from tauscope.gpu.ufie.emitters import Drive, Entries
from tauscope.gpu.ufie.layout import Integers, Layout
from tauscope.gpu.ufie.medium import Medium
from tauscope.gpu.ufie.protocol import (
    MODES,
    PRECISIONS,
    Array,
    Complexes,
    Cut,
    Peak,
    Reals,
    Separable,
    Support,
)
from tauscope.gpu.ufie.step import ALL, BLIND, BOOKS, FORCE, LITERAL, LOOK, START, STEP, VELOCITY
from tauscope.gpu.ufie.sweep import WORKS
from tauscope.gpu.ufie.topology import Change, Topology

NAMES = ("psi", "u", "velocity")
"""Fields that slices and parts can be asked of."""

Looks = npt.NDArray[np.uint8]
"""Which sums of the oracle each step makes."""

LOOKS = {look: np.array([look], np.uint8) for look in (BLIND, ALL)}
"""The same of a call of one step."""


class BrickWave(ABC):
    """psi and u on bricks; see `tauscope.gpu.ufie.protocol.Wave`.

    Parameters
    ----------
    shape : nine ints
        Sizes of the axes.
    precision : str
        ``fast`` or ``precise``.
    present : int array, optional
        Bricks that are there.
    xp : module
        NumPy, or what stands for it on a device.

    Raises
    ------
    ValueError
        If sizes, precision or bricks are none that can be.
    """

    def __init__(self, shape: Sequence[int], precision: str, present: npt.ArrayLike | None, xp: Any) -> None:
        if precision not in PRECISIONS:
            raise ValueError(f"The precision is {' or '.join(PRECISIONS)}, not {precision}.")
        self.layout = Layout(shape)
        self.shape, self.precision = self.layout.shape, precision
        self.real = np.dtype(np.float32 if precision == "fast" else np.float64)
        self.dtype = np.dtype(np.complex64 if precision == "fast" else np.complex128)
        self._xp = xp
        self._topology = Topology(self.layout, present)
        self._medium = Medium(self.layout)
        self._turn = 0
        rows = self._topology.capacity
        self._rows = {name: self._zeros((rows, 2 * self.layout.sites)) for name in ("a", "b", "u")}
        self._beside = xp.asarray(self._topology.beside)
        self._prepare_medium()
        self._drive = Drive(self.layout, (), self.real)
        self._table = xp.asarray(self._drive.table)
        self._prepare_entries()

    def psi(self) -> Complexes:
        """Copy of psi, public order."""
        return self.part((), "psi")

    def set_psi(self, psi: npt.ArrayLike) -> None:
        """Set psi; ``u`` stays as it is."""
        self._write(self._now, psi)

    def velocity(self, drive: npt.ArrayLike = ()) -> Complexes:
        """Copy of the velocity now, public order."""
        self._act(VELOCITY, drive)
        return self._spread(self._other)

    def set_velocity(self, velocity: npt.ArrayLike, drive: npt.ArrayLike = ()) -> None:
        """Set the velocity of now."""
        self._write(self._rows["u"], velocity)
        self._act(START, drive)

    def add(self, sites: npt.ArrayLike, values: npt.ArrayLike, drive: npt.ArrayLike = ()) -> None:
        """Add values to psi at site numbers and keep the velocity of now."""
        number, place = self.layout.split(sites)
        given = np.broadcast_to(np.asarray(values, self.dtype).ravel(), number.shape)
        slot = self._topology.slots[number]
        there = slot >= 0
        at, place, given = self._xp.asarray(slot[there]), self._xp.asarray(place[there]), given[there]
        self._act(VELOCITY, drive)
        self._rows["u"][...] = self._other
        self._now[at, place] += self._xp.asarray(given.real)
        self._now[at, place + self.layout.sites] += self._xp.asarray(given.imag)
        self._act(START, drive)

    def set_material(
        self,
        dt: float,
        damping: npt.ArrayLike,
        speed_squared: npt.ArrayLike,
        beta: float = 0.0,
        mass_squared: float = 0.0,
        saturation: float | None = None,
        weight: npt.ArrayLike = 1.0,
    ) -> None:
        """Set what the medium is."""
        self._medium.set_material(dt, damping, speed_squared, weight)
        self._medium.beta, self._medium.mass_squared = float(beta), float(mass_squared)
        self._medium.saturation = saturation
        self._prepare_medium()

    def set_metric(self, kind: str, values: npt.ArrayLike | None = None) -> None:
        """Set the inverse metric."""
        self._medium.set_metric(kind, values)
        self._prepare_medium()

    def set_emitters(self, supports: Sequence[Support | Separable]) -> None:
        """Set where emitters act."""
        before = self._drive
        self._drive = Drive(self.layout, supports, self.real, before)
        self._table = self._xp.asarray(self._drive.table)
        if not self._drive.lies_as(before):
            self._prepare_entries()

    def advance(
        self,
        steps: int,
        drives: npt.ArrayLike | None = None,
        oracle: bool = False,
        literal: bool = False,
        books: bool = False,
    ) -> Reals | None:
        """Do whole steps; see the protocol."""
        if literal and (oracle or self._medium.kind != 0):
            raise ValueError("The document's own kernel has a flat metric and no oracle.")
        values = self._drive.values(drives, steps)
        if not steps or not self._topology.count:
            return np.zeros((steps, 11)) if oracle else None
        looks = np.full(steps, (BOOKS if books else ALL) if oracle else BLIND, np.uint8)
        if oracle:
            looks[-1] = ALL
        sums = self._advance(values, LITERAL if literal else STEP, looks, self._medium.numbers(self.real))
        self._turn = (self._turn + steps) % 2
        if not oracle:
            return None
        sums[looks == BOOKS, :WORKS] = 0.0  # a device may make them all
        return self._named(sums)

    def observe(self, drive: npt.ArrayLike = ()) -> Reals:
        """Sums now, shape (11,)."""
        if not self._topology.count:
            return np.zeros(11)
        values = self._drive.values(self._one(drive), 1)
        row = self._named(self._advance(values, LOOK, LOOKS[ALL], self._medium.numbers(self.real)))[0]
        return np.asarray(row)

    def force(self, linear: bool = False) -> Complexes:
        """F now, or its linear part without the mass, public order."""
        numbers = self._medium.numbers(self.real)
        if linear:
            numbers[2:4] = 0
        if self._topology.count:
            self._advance(self._drive.values(self._one(()), 1), FORCE, LOOKS[BLIND], numbers)
        return self._spread(self._other)

    def slice(
        self,
        axes: tuple[int, int],
        index: Sequence[int],
        mode: str = "index",
        name: str = "psi",
        drive: npt.ArrayLike = (),
    ) -> Array:
        """Two axes of a field; see the protocol."""
        if mode not in MODES:
            raise ValueError(f"A slice is one of {', '.join(MODES)}, not {mode}.")
        if len(set(axes)) != 2 or not set(axes) <= set(range(9)):
            raise ValueError(f"A slice has two different axes from 0 to 8, not {axes}.")
        if mode == "index":
            cut: tuple[Cut, ...] = tuple(slice(None) if d in axes else int(index[d]) for d in range(9))
            plane: Array = self.part(cut, name, drive)
            return plane if axes[0] < axes[1] else np.ascontiguousarray(plane.T)
        return self._projected(self._field(name, drive), axes, mode)

    def part(self, index: tuple[Cut, ...], name: str = "psi", drive: npt.ArrayLike = ()) -> Complexes:
        """Copy of a part of a field, as NumPy would index it."""
        xp, layout = self._xp, self.layout
        cuts = (*index, *(slice(None),) * (9 - len(index)))
        if len(cuts) != 9:
            raise ValueError("A wave has nine axes.")
        lines = [np.atleast_1d(np.arange(size)[cut]) for size, cut in zip(self.shape, cuts, strict=True)]
        number, place = layout.places(np.ix_(*lines))
        slots = self._topology.slots[number]
        slot = xp.asarray(slots)
        field, place = self._field(name, drive, slots), xp.asarray(place)
        values = xp.empty(tuple(line.size for line in lines), self.dtype)
        values.real, values.imag = field[slot, place], field[slot, place + layout.sites]
        if self._topology.count < layout.bricks:
            values = xp.where(slot < 0, 0, values).astype(self.dtype)
        kept = tuple(line.size for line, cut in zip(lines, cuts, strict=True) if isinstance(cut, slice))
        return self._host(values).reshape(kept)

    def maximum(self) -> Peak:
        """Largest amplitude, where, and whether all is finite."""
        if not self._topology.count:
            return Peak(0.0, 0, True)
        tops, broken = self._tops()
        slot, finite = (int(np.argmax(tops)), True) if broken < 0 else (broken, False)
        psi = self._host(self._now[slot])
        u = self._host(self._rows["u"][slot])
        B = self.layout.sites
        if finite:
            place = int(np.argmax(psi[:B] * psi[:B] + psi[B:] * psi[B:]))
        else:
            place = int(np.argmax(~np.isfinite(psi + u).reshape(2, B).all(axis=0)))
        site = self.layout.site(int(self._topology.numbers[slot]), place)
        return Peak(float(np.sqrt(tops.max())), site, finite)

    def brick_maxima(self) -> Reals:
        """Largest |psi| of each brick that is there."""
        return np.asarray(np.sqrt(self._tops()[0]))

    def bricks(self) -> Integers:
        """Numbers of the bricks that are there."""
        return self._topology.numbers.copy()

    def grow(self, bricks: npt.ArrayLike) -> None:
        """Add bricks."""
        before = self._topology.count
        change = self._topology.grow(bricks)
        room = self._topology.capacity
        for name, array in self._rows.items():
            if len(array) < room:
                self._rows[name] = self._zeros((room, array.shape[1]))
                self._rows[name][: len(array)] = array
        fresh = slice(before, self._topology.count)
        for name in ("a", "b", "u"):
            self._rows[name][fresh] = 0
        for name, values in self._medium_rows(self._topology.numbers[fresh]).items():
            self._rows[name][fresh] = self._xp.asarray(values)
        self._changed(change)

    def prune(self, bricks: npt.ArrayLike) -> None:
        """Take bricks away."""
        change = self._topology.prune(bricks)
        source, target = self._xp.asarray(change.source), self._xp.asarray(change.target)
        for array in self._rows.values():
            array[target] = array[source]
        self._changed(change)

    def state(self) -> Mapping[str, Array]:
        """Bit-exact copies of psi, u and the bricks."""
        count = self._topology.count
        return {
            "psi": self._host(self._now[:count]).copy(),
            "u": self._host(self._rows["u"][:count]).copy(),
            "bricks": self._topology.numbers.copy(),
        }

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave."""
        if not np.array_equal(state["bricks"], self._topology.numbers):
            self._topology = Topology(self.layout, state["bricks"])
            rows = self._topology.capacity
            for name in ("a", "b", "u"):
                self._rows[name] = self._zeros((rows, 2 * self.layout.sites))
            self._beside = self._xp.asarray(self._topology.beside)
            self._prepare_medium()
            self._prepare_entries()
        count = self._topology.count
        self._now[:count] = self._xp.asarray(state["psi"])
        self._rows["u"][:count] = self._xp.asarray(state["u"])

    @abstractmethod
    def _advance(self, drives: Array, mode: int, looks: Looks, numbers: Array) -> Reals:
        """Do one step a row of ``drives``, or what ``mode`` says; the kernels' sums (steps, 9), if wanted."""

    @abstractmethod
    def _projected(self, field: Any, axes: tuple[int, int], mode: str) -> Array:
        """Maximum, sum or rms over the other axes."""

    @abstractmethod
    def _tops(self) -> tuple[Reals, int]:
        """Largest |psi|^2 of the finite sites of each slot, and the first slot that is not finite, or -1."""

    def _host(self, array: Any) -> Array:
        return cast("Array", array)

    def _plane(self, totals: Reals, mode: str) -> Array:
        """A projection from the totals (2, n, m) of its cells."""
        if mode == "sum":
            return np.asarray(totals[0] + 1j * totals[1], self.dtype)
        square = totals[0]
        if mode == "rms":
            square = square * (square.size / np.prod(self.shape, dtype=np.float64))
        return np.asarray(np.sqrt(square), self.real)

    @property
    def _now(self) -> Any:
        """Buffer that holds psi."""
        return self._rows["ab"[self._turn]]

    @property
    def _other(self) -> Any:
        """The other buffer, free between steps."""
        return self._rows["ba"[self._turn]]

    def _field(self, name: str, drive: npt.ArrayLike = (), slots: npt.NDArray[np.int32] | None = None) -> Any:
        """Buffer of a field; the velocity now is worked out, where wanted in some slots alone."""
        if name not in NAMES:
            raise ValueError(f"A wave has {', '.join(NAMES)}, not {name}.")
        if name == "velocity":
            self._act(VELOCITY, drive, slots)
            return self._other
        return self._now if name == "psi" else self._rows["u"]

    def _zeros(self, shape: tuple[int, ...]) -> Any:
        return self._xp.zeros(shape, self.real)

    def _one(self, drive: npt.ArrayLike) -> Array:
        given = np.asarray(drive, np.complex128).reshape(1, -1)
        return np.zeros((1, self._drive.count), np.complex128) if given.size == 0 else given

    def _act(self, mode: int, drive: npt.ArrayLike, slots: npt.NDArray[np.int32] | None = None) -> None:
        if self._topology.count:
            values, numbers = self._drive.values(self._one(drive), 1), self._medium.numbers(self.real)
            if slots is None or not self._advance_some(values, mode, slots, numbers):
                self._advance(values, mode, LOOKS[BLIND], numbers)

    def _advance_some(self, drives: Array, mode: int, slots: npt.NDArray[np.int32], numbers: Array) -> bool:
        """Do what ``mode`` says in some slots alone, if that is worth it; say whether it was done."""
        return False

    def _write(self, target: Any, values: npt.ArrayLike) -> None:
        """Set a field from public order."""
        given = np.asarray(values, self.dtype)
        given = given.reshape((1,) * (9 - given.ndim) + given.shape)
        bricks = self.layout.gathered(given, self._topology.numbers)
        target[: len(bricks)] = self._xp.asarray(np.concatenate([bricks.real, bricks.imag], axis=1))

    def _spread(self, field: Any) -> Complexes:
        """Public order of a buffer."""
        B, numbers = self.layout.sites, self._topology.numbers
        rows = self._host(field[: numbers.size])
        values = np.empty((numbers.size, B), self.dtype)
        values.real, values.imag = rows[:, :B], rows[:, B:]
        return cast("Complexes", self.layout.spread(values, numbers))

    def _medium_rows(self, numbers: Integers) -> dict[str, Array]:
        rows = dict(zip(("loss", "rate", "weight"), self._medium.rows(numbers), strict=True))
        if self._medium.kind:
            rows["g"] = self._medium.metric(numbers)
        return {name: values.astype(self.real) for name, values in rows.items()}

    def _prepare_medium(self) -> None:
        """Arrays of material and metric for the bricks that are there."""
        room, count = self._topology.capacity, self._topology.count
        self._rows.pop("g", None)
        for name, values in self._medium_rows(self._topology.numbers).items():
            array = self._zeros((room, values.shape[1]))
            array[:count] = self._xp.asarray(values)
            self._rows[name] = array
        self._rows.pop("flux", None)
        if width := self._medium.flux_width():
            self._rows["flux"] = self._zeros((room, width))
        self._mixed = self._xp.asarray(self._medium.mixed)

    def _prepare_entries(self) -> None:
        entries = self._drive.entries(self._topology.slots, self._topology.count)
        self._entries = Entries(*(self._xp.asarray(part) for part in entries))

    def _changed(self, change: Change) -> None:
        """Bring the device's table of neighbours up to date, in the rows that changed alone."""
        beside = self._topology.beside
        if len(self._beside) < len(beside):
            self._beside = self._xp.asarray(beside)
        elif self._beside is not beside:
            self._beside[self._xp.asarray(change.rows)] = self._xp.asarray(beside[change.rows])
        self._prepare_entries()

    def _named(self, sums: Reals) -> Reals:
        """Sums of the protocol from those of the kernels, (steps, 11)."""
        medium = self._medium
        factors = np.array([1, 0.5, 0.5 * medium.mass_squared, 0.25 * medium.beta, 1, 1, 1, 1, 1])
        named = np.empty((len(sums), 11))
        named[:, :9] = sums * factors
        named[:, 9] = (named[:, 5] + named[:, 6]) / medium.dt
        named[:, 10] = -(named[:, 7] + named[:, 8]) / medium.dt
        return named
