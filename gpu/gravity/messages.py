"""The lattice of the rules literal and strict: nodes that send messages, and relay nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.gravity import message_kernels, reductions
from tauscope.gpu.gravity.form import LINKS, Form
from tauscope.gpu.gravity.layout import PAD, allocate, inner, row_width
from tauscope.gpu.gravity.protocol import MEASURES, Totals
from tauscope.gpu.gravity.waves import Waves

Array = npt.NDArray[Any]

REST = {"float32": 2.0**-14, "float64": 2.0**-40}
"""Share of C below which what is left of a message is rounding and counts as sent.

Without it 0.6 bits over links of 0.1 bits a tick would take a seventh tick for the last 1e-17 bits.
"""

_STATE = ("traffic", "traffic_before", "waiting", "live", "realized", "delivered")


class MessageLattice:
    """A lattice of nodes that send messages over links, as the source document has it; it has no field.

    At every tick each node whose queues have cleared updates and puts one message of b bits on each of its
    directed links, 4 or 8; every link then sends at most C bits, and what a tick could have carried beyond
    the end of a message is lost. With nothing else to wait for (``literal``) the update fraction is::

        f = 1 / max(1, ceil(b / C))

    at the node itself and 1 where b <= C: nothing of it reaches a neighbour. In ``strict`` a node also needs
    one message from each neighbour, which its update takes from that neighbour's inbox (first in, first out).
    A message is there at the tick after the one in which its last bit was sent. Each inbox begins with one
    message: without it no node could ever be the first. Such a marked graph is live if each of its cycles
    holds a token, and then all nodes update at one rate, the smallest mean over all cycles, which is here
    that of the slowest node: f = 1 / max ceil(b / C) everywhere.

    A message of 0 bits is delivered in its own tick and never blocks. A node sends on links beyond the edge
    as on any other. Those of an absorbing edge end in the sink, from which nothing is needed; a reflective
    one returns to a node what itself or a neighbour in the plane sent, which it needs anyway: so both edges
    give the same run. Relay survival has no effect, for nothing is relayed, and there is no airtime debt.

    Bits of a message: emission times message size (sizer ``message``), or message size times the L2 norm of
    the node's change of state (``delta``). The document's state is the node's count of updates, which changes
    by 1, whatever the node emits.

    The queue of a link is in bits; ``waiting`` and ``traffic`` are sums over a node's links, and a node's own
    capacity is that of all its links.

    Parameters
    ----------
    form : Form
        Size, number type (float32 or float64), rule literal or strict, edge (no disc) and neighbours.
    message_size : float
        Bits of a message for each unit of emission or of change, more than 0.
    sizer : str
        ``message`` or ``delta``.
    kernels, sums : module
        `tauscope.gpu.gravity.message_kernels` and `tauscope.gpu.gravity.reductions`, or others with their
        functions.

    Raises
    ------
    ValueError
        A rule, boundary, sizer or number type that this lattice does not have.

    Notes
    -----
    Rule: source document, sections 3.3, 3.4, 4.2, 5.1. Liveness: Commoner, Holt, Even, Pnueli, "Marked
    directed graphs", J. Comput. Syst. Sci. 5 (1971). Rate as a cycle mean of max-plus algebra: Baccelli,
    Cohen, Olsder, Quadrat, "Synchronization and Linearity", Wiley (1992).
    """

    def __init__(
        self,
        form: Form,
        message_size: float = 1.0,
        sizer: str = "message",
        kernels: Any = message_kernels,
        sums: Any = reductions,
    ) -> None:
        self.ny, self.nx, self.dtype, self.rule = form.ny, form.nx, form.dtype, form.rule
        for what, value, known in (
            ("rule", form.rule, ("literal", "strict")),
            ("boundary", form.boundary, ("periodic", "reflective", "absorbing")),
            ("sizer", sizer, ("message", "delta")),
            ("number type", self.dtype.name, tuple(REST)),
        ):
            if value not in known:
                raise ValueError(
                    f"The rules literal and strict have no {what} “{value}”: {', '.join(known)}."
                )
        self.sizer, self.links = sizer, form.links
        self._moore, self._wraps = form.neighbourhood == "moore", form.boundary == "periodic"
        self._kernels, self._reductions = kernels, sums
        self._spans = np.zeros(self.ny, np.int64), np.full(self.ny, self.nx, np.int64)
        self._number: Any = self.dtype.type
        site = form.shape
        self._a = np.zeros(site, self.dtype)
        self._sent = allocate((2, *site), self.dtype, 0)
        self._q, self._b, self._c, self._g = (allocate(site, self.dtype, slot) for slot in (2, 3, 4, 5))
        self._n = allocate(site, np.int32, 6)
        counted = (2, self.ny + 2, row_width(self.nx)) if self.rule == "strict" else (2, 1, 1)
        self._v = allocate(counted, np.int32, 7)
        self._c[...] = self._g[...] = 1
        self._source = 0
        self.waves = Waves(form, self._spans[0] + PAD, self._spans[1] + PAD)
        self._message_size = float(message_size)
        self._size_messages()

    # -- reading

    def read(self, name: str) -> Array:
        """Copy of a quantity of `GravityLattice`, shape (ny, nx): bits of all links, shares or counts.

        ``debt`` is zero: this lattice has none.

        Raises
        ------
        KeyError
            Unknown quantity.
        """
        if name == "debt":
            return np.zeros((self.ny, self.nx), self.dtype)
        array = self._array(name)
        return np.array(array * self._number(self.links) if name in self._per_link else array)

    def read_at(self, name: str, index: tuple[Any, ...]) -> Array:
        """Cells of a quantity, by NumPy's index, without a copy of the others."""
        if name == "debt":
            return np.asarray(self.read(name)[index])
        cells = self._array(name)[index]
        return np.array(cells * self._number(self.links) if name in self._per_link else cells)

    @property
    def message_bits(self) -> Array:
        """Bits of the message that a node would put on each link now, shape (ny, nx)."""
        return self._b.copy()

    def broken(self, traffic_limit: float, waiting_limit: float, debt_limit: float) -> int:
        """Nodes whose traffic or waiting bits are not in [0, limit], NaN included.

        Traffic is compared in units of the capacity of all links, so that 1 is the most a node can send.
        What waits may reach ``waiting_limit`` or, where that is more, the largest message that can have been
        on its way since emission, message size or queues were last set.
        """
        waiting = max(waiting_limit / self.links, self._largest)
        found = self._kernels.broken_sites(
            self._sent, self._q, self._c, self._source, float(traffic_limit), float(waiting)
        )
        return int(found)

    def measure(self, name: str) -> float:
        """One total of `GravityLattice`; E, C and q of all links."""
        k, spans, sent = self._reductions, self._spans, self._sent
        if name == "traffic":
            return float(k.total(sent[self._source], *spans) * self.links)
        if name == "top":
            return float(k.largest_share(sent[self._source], sent[1 - self._source], self._c, *spans))
        if name == "waiting":
            return float(k.largest(self._q, *spans) * self.links)
        if name == "realized":
            return float(k.total_product(self._a, self._g, *spans))
        summed = {"emission": self._a, "live": self._g, "counted": self._n}
        return float(k.total(summed[name], *spans))

    def least_count(self, before: Array | None) -> float:
        """Least count plus ``before``, an array (ny, nx), over all nodes."""
        if before is None:
            return float(self._reductions.least(self._n, *self._spans))
        return float(self._reductions.least_sum(self._n, before, 0, *self._spans))

    def totals(self) -> Totals:
        """Sum of E, largest (E_t + E_(t-1)) / C, largest q, sums of a, a g and g; E, C and q of all links."""
        traffic, top, waiting, emission, realized, live = (self.measure(name) for name in MEASURES)
        return traffic, top, waiting, emission, realized, live

    def state(self) -> Mapping[str, Array]:
        """Bit-exact copies of everything that advances; ``delivered`` only in the rule strict."""
        names = _STATE if self.rule == "strict" else _STATE[:-1]
        return {name: self.read(name) for name in names}

    # -- changing

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set a quantity of `GravityLattice`, shape (ny, nx); bits are shared out evenly over a node's links.

        Bits that are set on a node's links are its last message, which the neighbours have to wait for; where
        they are set to zero it counts as delivered.

        Raises
        ------
        KeyError
            Unknown quantity, or ``debt``, which this lattice does not have.
        """
        array = self._array(name)
        if name == "waiting" and self.rule == "strict":
            # Delivered is what was begun less what is on its way, and only what is on its way changes here.
            begun = self._array("delivered") + (self._q > 0)
            self._array("delivered")[...] = begun - (np.broadcast_to(value, array.shape) > 0)
        array[...] = np.asarray(value) / self.links if name in self._per_link else value
        if name in ("emission", "waiting"):
            self._size_messages()

    def set_capacity(self, capacity: npt.ArrayLike) -> None:
        """C of each link of every node in bits per tick: a number, or an array (ny, nx).

        What was sent before counts up to the new capacity, so that traffic stays a share of it.
        """
        self._c[...] = capacity
        np.minimum(self._sent, self._c, out=self._sent)

    def set_message_size(self, value: float) -> None:
        """Bits of a message for each unit; messages on their way keep theirs."""
        self._message_size = float(value)
        self._size_messages()

    def clear_realized(self) -> None:
        """Count realized updates from zero."""
        self._n[...] = 0

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave; shapes and number types were checked."""
        for name in _STATE if self.rule == "strict" else _STATE[:-1]:
            array = self._array(name)
            array[...] = state[name] / self._number(self.links) if name in self._per_link else state[name]
        self._size_messages()

    def advance(self, ticks: int, survival: float, window: float) -> None:
        """Do whole ticks with W ticks of moving average; ``survival`` has no effect. Releases the GIL."""
        if ticks == 0:
            return
        if not self.waves.masses:
            self._advance(ticks, window)
            return
        for _ in range(ticks):
            before = self._source
            self._advance(1, window)
            self.waves.step(before, self._source, self._g, 0, 0)

    def _advance(self, ticks: int, window: float) -> None:
        rest, alpha = self._number(REST[self.dtype.name]), self._number(2 / (window + 1))
        if self.rule == "literal":
            self._source = self._kernels.advance_literal(
                self._sent, self._q, self._b, self._c, self._n, self._g, self._source, ticks, rest, alpha
            )
            return
        self._source = self._kernels.advance_strict(self._moore)(
            self._sent,
            self._q,
            self._b,
            self._c,
            self._v,
            self._n,
            self._g,
            self._source,
            ticks,
            self._wraps,
            rest,
            alpha,
        )

    # -- waves

    def set_masses(self, masses: Sequence[float], kept: Sequence[int]) -> None:
        """One wave for each mass; wave i goes on as wave ``kept[i]`` was, or at rest where that is -1."""
        self.waves.set_masses(masses, kept, self._source)

    def read_wave(self, wave: int, name: str, index: tuple[Any, ...] = (...,)) -> Array:
        """Copy of ``psi`` or ``pi`` of a wave, or of the cells that a NumPy index picks."""
        return np.array(self.waves.site(wave, name, self._source)[index])

    def write_wave(self, wave: int, name: str, value: npt.ArrayLike) -> None:
        """Set ``psi`` or ``pi`` of a wave, shape (ny, nx)."""
        self.waves.write(wave, name, value, self._source)

    def wave_energy(self, wave: int) -> float:
        """Energy of a wave, kept while the moving average stands still."""
        return self.waves.energy(wave, self._source, self._g, 0, 0)

    def wave_centre(self, wave: int, x: float, y: float) -> tuple[float, float]:
        """Column and row of a wave's centre in cells, on a periodic lattice that nearest to (x, y)."""
        return self.waves.centre(wave, self._source, x, y)

    # -- inside

    _per_link = ("traffic", "traffic_before", "waiting")

    def _array(self, name: str) -> Array:
        if name == "delivered" and self.rule == "strict":
            return inner(self._v[self._source], self.nx)
        found: dict[str, Array] = {
            "traffic": self._sent[self._source],
            "traffic_before": self._sent[1 - self._source],
            "waiting": self._q,
            "live": self._g,
            "emission": self._a,
            "realized": self._n,
        }
        return found[name]

    def _size_messages(self) -> None:
        size = self._number(self._message_size)
        if self.sizer == "message":
            np.multiply(self._a, size, out=self._b)
        else:
            self._b[...] = size  # the count of updates changes by 1, whose norm is 1
        self._largest = max(float(self._b.max()), float(self._q.max()))


def warm_up(dtype: npt.DTypeLike) -> float:
    """Compile or load every kernel of these rules for one number type; returns the seconds it took."""
    started = time.perf_counter()
    for rule, neighbourhood in (("literal", "von_neumann"), *(("strict", hood) for hood in LINKS)):
        lattice = MessageLattice(Form(4, 4, dtype, rule, "periodic", neighbourhood))
        lattice.advance(2, 1.0, 10.0)
        lattice.broken(1.0, 1.0, 2.0)
        lattice.totals()
        lattice.measure("counted")
        for before in (None, np.zeros((4, 4), np.int64)):
            lattice.least_count(before)
    return time.perf_counter() - started
