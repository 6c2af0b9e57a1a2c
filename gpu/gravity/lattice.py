"""The arrays of a gravity lattice of the relaying rules on the CPU, and the calls that advance them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu import philox
from tauscope.gpu.gravity import cpu, reductions, sources
from tauscope.gpu.gravity.form import LINKS, UNITS_PER_BIT, Form
from tauscope.gpu.gravity.layout import PAD, allocate, inner, row_width, ticks_per_sweep
from tauscope.gpu.gravity.protocol import MEASURES, Totals
from tauscope.gpu.gravity.waves import Waves
from tauscope.gpu.streams import Stream

Array = npt.NDArray[Any]
Spans = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

_RULES = {"airtime": cpu.AIRTIME, "fluid": cpu.FLUID}
_STATE = ("traffic", "traffic_before", "waiting", "debt", "live")


class Lattice:
    """State of ny x nx nodes, laid out for the kernels; a `GravityLattice` of the rules airtime and fluid.

    With the number type int32 bits are whole units of 2^-22 bit. A node then sends a multiple of 4 units (of
    20 with Moore neighbours), what is left over stays in its outbox, capacities are such multiples too, and
    of what arrives ``floor((arriving k + r) / 2^20)`` units are lost, with ``k = round((1 - p) 2^20)`` and
    ``r`` the lowest 20 bits of the node's airtime debt. The debt makes the rounding even on average: rounded
    down always, less than 1 / (1 - p) units would never lose any. Every unit is accounted for: emitted =
    waiting + in flight + sent over the edge + lost.

    Parameters
    ----------
    form : Form
        Size, number type, rule airtime or fluid, edge and neighbours.
    sinks : bool array (ny, nx), optional
        Nodes outside the disc; each row's other nodes must follow one another.
    threads : int
        Threads that share the rows of each tick; the result does not depend on it. One thread does several
        ticks in one pass through the cache, so that two pay only on large lattices with two idle cores.
    kernels, sums : module
        `tauscope.gpu.gravity.cpu` and `tauscope.gpu.gravity.reductions`, or others with their functions.
    """

    def __init__(
        self,
        form: Form,
        sinks: Array | None = None,
        threads: int = 1,
        kernels: Any = cpu,
        sums: Any = reductions,
    ) -> None:
        self._kernels, self._reductions = kernels, sums
        self._form = form
        self.ny, self.nx, self.dtype, self._units = form.ny, form.nx, form.dtype, form.units
        self.rule = cpu.UNITS if form.units else _RULES[form.rule]
        self.moore = form.neighbourhood == "moore"
        self._counts = self.rule != cpu.FLUID
        padded = (self.ny + 2, row_width(self.nx))
        one_site = (1, 1)
        self._sent = allocate((2, *padded), self.dtype, 0)
        self._q, self._d, self._a = (allocate(padded, self.dtype, slot) for slot in (2, 3, 4))
        self._g = allocate(padded, form.average, 5)
        self._n = allocate(padded if self._counts else one_site, np.int32, 6)
        self._m = allocate(one_site if self._counts else padded, np.float64, 7)
        self._g[...] = 1
        self._lo, self._hi = _spans(self.ny, self.nx, sinks)
        self._source = 0
        self.block = 1
        self.waves = Waves(form, self._lo, self._hi)
        self._row_bytes = padded[1] * (
            5 * self.dtype.itemsize + form.average.itemsize + (4 if self._counts else 8)
        )
        self.set_capacity(1.0)
        cuts = [round(self.ny * part / threads) for part in range(threads + 1)]
        self._strips = list(pairwise(cuts))
        self._pool = ThreadPoolExecutor(threads, "gravity-rows") if threads > 1 else None

    # -- reading and writing

    def read(self, name: str) -> Array:
        """Copy of a quantity of `GravityLattice`, shape (ny, nx), in bits, shares or counts."""
        return self.read_at(name, (...,))

    def read_at(self, name: str, index: tuple[Any, ...]) -> Array:
        """Cells of a quantity that a NumPy index picks; no others are read."""
        part = self._array(name)[index]
        scale = self._form.scale(name)
        return np.array(part) if scale == 1 else np.asarray(part / scale)

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set a quantity from bits or shares, shape (ny, nx); whole units are rounded to the nearest."""
        scale = self._form.scale(name)
        units = value if scale == 1 else np.rint(np.asarray(value, np.float64) * scale)
        self._array(name)[...] = units

    def set_capacity(self, capacity: npt.ArrayLike) -> None:
        """C of every node in bits per tick: a number, or an array (ny, nx).

        In whole units it is rounded to what a node can share out among its neighbours, and at least that.
        """
        found = self._form.capacity(capacity)
        self.mapped = found.ndim > 0
        padded = self._q.shape if self.mapped else (1, 1)
        self._c = allocate(padded, self.dtype, 8)
        if self.mapped:
            inner(self._c, self.nx)[...] = found
        number: Any = self.dtype.type
        self._capacity = number(1) if self.mapped else number(found)
        self._share_cache()

    def _share_cache(self) -> None:
        more = self._c.shape[1] * self.dtype.itemsize if self.mapped else 0
        self.block = ticks_per_sweep(self._row_bytes + more + self.waves.row_bytes, self.ny)

    def set_masses(self, masses: Sequence[float], kept: Sequence[int]) -> None:
        """One wave for each mass; wave i goes on as wave ``kept[i]`` was, or at rest where that is -1."""
        self.waves.set_masses(masses, kept, self._source)
        self._share_cache()

    def read_wave(self, wave: int, name: str, index: tuple[Any, ...] = (...,)) -> Array:
        """Copy of ``psi`` or ``pi`` of a wave, or of the cells that a NumPy index picks."""
        return np.array(self.waves.site(wave, name, self._source)[index])

    def write_wave(self, wave: int, name: str, value: npt.ArrayLike) -> None:
        """Set ``psi`` or ``pi`` of a wave, shape (ny, nx); sinks stay at zero."""
        self.waves.write(wave, name, value, self._source)

    def wave_energy(self, wave: int) -> float:
        """Energy of a wave, kept while the moving average stands still."""
        return self.waves.energy(wave, self._source, self._g, 1, PAD)

    def wave_centre(self, wave: int, x: float, y: float) -> tuple[float, float]:
        """Column and row of a wave's centre in cells, on a periodic lattice that nearest to (x, y)."""
        return self.waves.centre(wave, self._source, x, y)

    def capacity(self) -> Array:
        """C of every node in bits per tick as it is kept, an array (ny, nx), or one of no dimension."""
        kept = inner(self._c, self.nx) if self.mapped else np.asarray(self._capacity)
        return np.array(kept) if not self._units else np.asarray(kept / UNITS_PER_BIT)

    def clear_realized(self) -> None:
        """Count realized updates from zero."""
        self._array("realized")[...] = 0

    def state(self) -> Mapping[str, Array]:
        """Bit-exact copies of everything that advances but the counts, in the state's own number type."""
        return {name: np.array(self._array(name)) for name in _STATE}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave; shapes and number types were checked."""
        for name in _STATE:
            self._array(name)[...] = state[name]

    # -- running

    def advance(self, ticks: int, survival: float, window: float) -> None:
        """Do whole ticks; releases the GIL.

        Parameters
        ----------
        ticks : int
            At least 0; the int32 counts must not reach 2^31.
        survival : float
            Share p of arriving bits that is relayed.
        window : float
            Ticks of the moving average; its weight is ``2 / (window + 1)``.
        """
        if ticks == 0:
            return
        self._kernels.fill_halos(self._sent, self._source, self._lo, self._hi, self._form.edge)
        self.waves.fill_halos(self._source)
        if self._pool is None:
            self._source = self._do(ticks, self.block, 0, self.ny, survival, window)
            return
        for _ in range(ticks):
            jobs = [self._pool.submit(self._do, 1, 1, *strip, survival, window) for strip in self._strips]
            done = [job.result() for job in jobs]
            self._source = done[0]

    def _do(self, ticks: int, block: int, top: int, bottom: int, survival: float, window: float) -> int:
        number: Any = self.dtype.type
        near, diagonal = (survival / 5, survival / 20) if self.moore else (survival / 4, 0.0)
        if self._units:
            near, diagonal = round((1 - survival) * 2**cpu.LOSS_BITS), 0
        w = self.waves
        flags = (self.rule, self.moore, self.mapped, *((True,) if w.masses else ()))
        found = self._kernels.advance(*flags)(
            self._sent,
            self._q,
            self._d,
            self._a,
            self._n,
            self._m,
            self._g,
            self._c,
            w.psi,
            w.pi,
            w.stiff,
            self._lo,
            self._hi,
            self._source,
            ticks,
            block,
            top,
            bottom,
            self._form.edge,
            number(near),
            number(diagonal),
            self._capacity,
            self._g.dtype.type(2 / (window + 1)),
            w.pace,
        )
        return int(found)

    def broken(self, traffic_limit: float, waiting_limit: float, debt_limit: float) -> int:
        """Nodes with a traffic / C, outbox or debt / C that is not in [0, limit], NaN included."""
        number: Any = np.float64 if self._units else self.dtype.type
        bits = UNITS_PER_BIT if self._units else 1
        return int(
            self._kernels.broken_sites(self.mapped)(
                self._sent,
                self._q,
                self._d,
                self._c,
                self._lo,
                self._hi,
                self._source,
                self._capacity,
                number(self._form.parts),
                number(traffic_limit),
                number(waiting_limit * bits),
                number(debt_limit),
            )
        )

    def measure(self, name: str) -> float:
        """One total of `GravityLattice`, in bits, shares or counts."""
        k, spans, bits = self._reductions, (self._lo, self._hi), float(UNITS_PER_BIT if self._units else 1)
        sent, before = self._rows(self._sent[self._source]), self._rows(self._sent[1 - self._source])
        a, g = self._rows(self._a), self._rows(self._g)
        if name == "traffic":
            return float(k.total(sent, *spans) * self._form.parts / bits)
        if name == "top" and self.mapped:
            return float(k.largest_share(sent, before, self._rows(self._c), *spans) * self._form.parts)
        if name == "top":
            return float(k.largest_sum(sent, before, *spans) * (self._form.parts / float(self._capacity)))
        if name == "waiting":
            return float(k.largest(self._rows(self._q), *spans) / bits)
        if name == "emission":
            return float(k.total(a, *spans) / bits)
        if name == "realized":
            return float(k.total_product(a, g, *spans) / bits)
        if name == "live":
            return float(k.total(g, *spans))
        if name == "counted":
            return float(k.total(self._rows(self._n if self._counts else self._m), *spans))
        raise KeyError(name)

    def least_count(self, before: Array | None) -> float:
        """Least count plus ``before``, an array (ny, nx), over all nodes but sinks."""
        counted = self._rows(self._n if self._counts else self._m)
        if before is None:
            return float(self._reductions.least(counted, self._lo, self._hi))
        return float(self._reductions.least_sum(counted, before, PAD, self._lo, self._hi))

    def totals(self) -> Totals:
        """Sum of E, largest (E_t + E_(t-1)) / C, largest q, sums of a, a g and g; sinks are left out."""
        traffic, top, waiting, emission, realized, live = (self.measure(name) for name in MEASURES)
        return traffic, top, waiting, emission, realized, live

    # -- inside

    @staticmethod
    def _rows(padded: Array) -> Array:
        """Whole padded rows of the sites, contiguous, as the reductions want them."""
        return padded[1:-1]

    def _array(self, name: str) -> Array:
        padded = {
            "traffic": self._sent[self._source],
            "traffic_before": self._sent[1 - self._source],
            "waiting": self._q,
            "debt": self._d,
            "emission": self._a,
            "live": self._g,
            "realized": self._n if self._counts else self._m,
        }
        return inner(padded[name], self.nx)


def _spans(ny: int, nx: int, sinks: Array | None) -> Spans:
    """First column, and the one after the last, of each row's nodes that are not sinks, in padded columns."""
    lo = np.full(ny, PAD, np.int64)
    hi = np.full(ny, PAD + nx, np.int64)
    if sinks is not None:
        nodes = ~np.asarray(sinks, np.bool_)
        some = nodes.any(axis=1)
        lo += np.where(some, nodes.argmax(axis=1), 0)
        hi -= np.where(some, nodes[:, ::-1].argmax(axis=1), nx)
        if int((hi - lo).sum()) != int(nodes.sum()):
            raise ValueError(
                "The nodes of each row must follow one another; a sink lies between two of them."
            )
    return lo, hi


def warm_up(dtype: npt.DTypeLike) -> float:
    """Compile or load every kernel that a lattice of one number type needs; returns the seconds it took."""
    started = time.perf_counter()
    philox.uniform(1, 0, Stream.GRAVITY_AIRTIME_DEBT, dtype=np.float64 if dtype == "int32" else dtype)
    emission, factor = np.zeros((1, 1)), np.zeros(1)
    sources.add_product(emission, factor, factor, 0.0)
    sources.add_band(emission, 0.0, 0.0, 0.0, 0.0, -1.0, 1.0, True, 0.0)
    for rule in ("airtime",) if np.dtype(dtype).kind == "i" else _RULES:
        for neighbourhood in LINKS:
            lattice = Lattice(Form(4, 4, dtype, rule, "absorbing", neighbourhood))
            for capacity in (1.0, np.ones((4, 4))):
                lattice.set_capacity(capacity)
                lattice.advance(2, 1.0, 10.0)
                lattice.broken(1.0, 1.0, 2.0)
                lattice.totals()
                lattice.measure("counted")
                for before in (None, np.zeros((4, 4), np.int64 if lattice._counts else np.float64)):
                    lattice.least_count(before)
    return time.perf_counter() - started
