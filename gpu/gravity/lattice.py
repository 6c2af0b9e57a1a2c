"""The arrays of one gravity lattice on the CPU, and the calls that advance, read and check them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu import philox
from tauscope.gpu.gravity import cpu, sources
from tauscope.gpu.gravity.layout import PAD, allocate, inner, row_width, ticks_per_sweep
from tauscope.gpu.streams import Stream

Array = npt.NDArray[Any]
Spans = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

_EDGES = {"absorbing": cpu.OPEN, "disc": cpu.OPEN, "reflective": cpu.REFLECTIVE, "periodic": cpu.PERIODIC}
_RULES = {"airtime": cpu.AIRTIME, "fluid": cpu.FLUID}


class Lattice:
    """State of nx x ny nodes, laid out for the kernels.

    Parameters
    ----------
    ny, nx : int
        Rows and columns.
    dtype : float32 or float64
        Of bits, debts and averages.
    rule : str
        ``airtime`` or ``fluid``.
    boundary : str
        ``absorbing``, ``disc``, ``reflective`` or ``periodic``.
    sinks : bool array (ny, nx), optional
        Nodes outside the disc; each row's other nodes must follow one another.
    kernels : module
        `tauscope.gpu.gravity.cpu`, or another with its functions.
    """

    def __init__(
        self,
        ny: int,
        nx: int,
        dtype: npt.DTypeLike,
        rule: str,
        boundary: str,
        sinks: Array | None = None,
        kernels: Any = cpu,
    ) -> None:
        self._kernels = kernels
        self.nx, self.ny = nx, ny
        self.dtype = np.dtype(dtype)
        self.rule, self.edge = _RULES[rule], _EDGES[boundary]
        padded = (ny + 2, row_width(nx))
        one_site = (1, 1)
        airtime = self.rule == cpu.AIRTIME
        self._sent = allocate((2, *padded), self.dtype, 0)
        self._q, self._d, self._a, self._g = (allocate(padded, self.dtype, slot) for slot in (2, 3, 4, 5))
        self._n = allocate(padded if airtime else one_site, np.int32, 6)
        self._m = allocate(one_site if airtime else padded, np.float64, 7)
        self._g[...] = 1
        self._lo, self._hi = _spans(ny, nx, sinks)
        self._source = 0
        self.block = ticks_per_sweep(padded[1] * (6 * self.dtype.itemsize + (4 if airtime else 8)), ny)

    @property
    def traffic(self) -> Array:
        """Bits each node sent in the last tick, E; a view, shape (ny, nx)."""
        return inner(self._sent[self._source], self.nx)

    @property
    def traffic_before(self) -> Array:
        """Bits each node sent in the tick before the last; a view."""
        return inner(self._sent[1 - self._source], self.nx)

    @property
    def waiting(self) -> Array:
        """Outbox bits q; a view."""
        return inner(self._q, self.nx)

    @property
    def debt(self) -> Array:
        """Airtime debt d in bits; a view."""
        return inner(self._d, self.nx)

    @property
    def emission(self) -> Array:
        """Emission a in bits per realized update; a view."""
        return inner(self._a, self.nx)

    @property
    def live(self) -> Array:
        """Moving average of the realized share, g; a view."""
        return inner(self._g, self.nx)

    @property
    def realized(self) -> Array:
        """Realized updates since they were last set to zero: int32 counts or float64 sums; a view."""
        return inner(self._n if self.rule == cpu.AIRTIME else self._m, self.nx)

    def advance(self, ticks: int, survival: float, capacity: float, window: float) -> None:
        """Do whole ticks; releases the GIL.

        Parameters
        ----------
        ticks : int
            At least 0; the int32 counts must not reach 2^31.
        survival, capacity : float
            Share of arriving bits that is relayed, and C in bits per tick.
        window : float
            Ticks of the moving average; its weight is ``2 / (window + 1)``.
        """
        if ticks == 0:
            return
        number: Any = self.dtype.type
        self._source = self._kernels.advance(
            self._sent,
            self._q,
            self._d,
            self._a,
            self._n,
            self._m,
            self._g,
            self._lo,
            self._hi,
            self._source,
            ticks,
            self.block,
            self.rule,
            self.edge,
            number(survival / 4),
            number(capacity),
            number(2 / (window + 1)),
        )

    def broken(self, traffic_limit: float, waiting_limit: float, debt_limit: float) -> int:
        """Number of nodes with a traffic, outbox or debt that is not in [0, limit], NaN included."""
        number: Any = self.dtype.type
        limits = number(traffic_limit), number(waiting_limit), number(debt_limit)
        return int(
            self._kernels.broken_sites(
                self._sent, self._q, self._d, self._lo, self._hi, self._source, *limits
            )
        )

    def totals(self) -> tuple[float, float, float, float, float, float]:
        """Sum of E, largest E of the last two ticks together, largest q, sums of a, a g and g.

        Sinks are left out.
        """
        found = self._kernels.totals(self._sent, self._q, self._a, self._g, self._lo, self._hi, self._source)
        return tuple(float(value) for value in found)  # type: ignore[return-value]


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
    philox.uniform(1, 0, Stream.GRAVITY_AIRTIME_DEBT, dtype=dtype)
    emission, factor = np.zeros((1, 1)), np.zeros(1)
    sources.add_product(emission, factor, factor, 0.0)
    sources.add_band(emission, 0.0, 0.0, 0.0, 0.0, -1.0, 1.0, True, 0.0)
    for rule in _RULES:
        lattice = Lattice(4, 4, dtype, rule, "absorbing")
        lattice.advance(2, 1.0, 1.0, 10.0)
        lattice.broken(1.0, 1.0, 2.0)
        lattice.totals()
    return time.perf_counter() - started
