"""The bounds that a gravity lattice keeps, as far as its rule has any, and the first node that breaks one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Array, BlowUp
from tauscope.engine.gravity.config import LARGEST_LOAD, GravityConfig
from tauscope.engine.gravity.support import INT32_LARGEST_LOAD, RELAYING, UNIT_BITS
from tauscope.gpu.gravity import form
from tauscope.gpu.gravity.form import PARTS
from tauscope.gpu.gravity.protocol import GravityLattice

Floats = npt.NDArray[np.float64]

LINKS = form.LINKS
"""Directed links of a node."""

_ROUNDING = 1e-4
"""Slack of the checked bounds: sums of four neighbours may exceed p C by rounding."""

_LEFT_OVER = max(PARTS.values()) * 2.0**-UNIT_BITS
"""Bits that cannot be shared out in whole units, and stay."""

_AGAIN = "Go back to the last good state; if it happens again, report it with the recording."
_BACKLOG = (
    "Go back to the last good state. A node that receives more than its capacity keeps the rest for ever: "
    "raise the capacity of narrow places, or lower the sources or the survival."
)


def capacity_array(config: GravityConfig) -> Floats:
    """C of every node in bits per tick, float64 [ny, nx], or of no dimension where it is the same everywhere.

    With whole units it is what the node can share out among its neighbours, one part at least.
    """
    found = np.asarray(config.capacity, np.float64)
    if config.capacity_map is not None:
        found = found * config.capacity_map.array
    if config.dtype == "int32":
        part = PARTS[config.neighbourhood] * 2.0**-UNIT_BITS
        found = np.maximum(np.floor(found / part), 1.0) * part
    return np.asarray(found)


class Bounds:
    """Limits of traffic / C, waiting bits and debt / C, that hold from the time they were set on.

    The airtime rule: E <= C, q at most the largest emission of an update, d < 2 C; what lies above at the
    start can only shrink. Where capacities differ, a node may receive more than it can send for ever; its
    outbox is then bounded by what the number type resolves. The rules literal and strict: E <= C of all
    links, q at most the longest message on all links.
    """

    def __init__(self) -> None:
        self.waiting, self.debt = 0.0, 2.0
        self.stride = 2**62
        """Ticks after which a broken bound might go unnoticed, because whole numbers have wrapped around."""

    def widen(
        self, config: GravityConfig, lattice: GravityLattice, capacity: Floats, emission: float
    ) -> None:
        """Set the limits from the present state.

        Parameters
        ----------
        config, lattice
            Present configuration and state.
        capacity : array
            C in bits per tick, [ny, nx] or of no dimension.
        emission : float
            Largest emission of a node in bits per update.
        """
        present, greatest = float(lattice.read("waiting").max()), float(capacity.max())
        if config.rule not in RELAYING:
            unit = emission if config.sizer == "message" else 1.0
            message = LINKS[config.neighbourhood] * config.message_size * unit
            self.waiting, self.debt = max(message, present) * (1.0 + 1e-6), 2.0
            return
        self.waiting = present + emission
        self.waiting += _ROUNDING * (self.waiting + greatest) + _LEFT_OVER * (config.dtype == "int32")
        self.stride = 2**62
        if config.capacity_map is not None:
            room = LARGEST_LOAD * float(capacity.min())
            if config.dtype == "int32":
                room = max(0.0, INT32_LARGEST_LOAD - self.waiting - 2.0 * greatest) / 2.0
                self.stride = max(1, int(room / greatest))
            self.waiting += room
        over = float((lattice.read("debt") / capacity).max())
        self.debt = max(2.0, over) * (1.0 + 1e-6)

    @staticmethod
    def settled(config: GravityConfig, lattice: GravityLattice, capacity: Floats, emission: float) -> bool:
        """Whether no outbox or debt is above what the rule itself can reach: what an edit left is worked off.

        Parameters as in `widen`.
        """
        waiting = emission + _ROUNDING * (emission + float(capacity.max()))
        waiting += _LEFT_OVER * (config.dtype == "int32")
        return lattice.broken(math.inf, waiting, 2.0 * (1.0 + 1e-6)) == 0

    def first_broken(
        self, config: GravityConfig, lattice: GravityLattice, capacity: Floats, nodes: Array, tick: int
    ) -> BlowUp | None:
        """First node that breaks a bound, or None if all hold; ``nodes`` [ny, nx] are all but sinks."""
        if lattice.broken(1.0, self.waiting, self.debt) == 0:
            return None
        number: Any = np.float64 if config.dtype == "int32" else lattice.dtype.type
        links = 1 if config.rule in RELAYING else LINKS[config.neighbourhood]
        backlog = config.capacity_map is not None and config.rule in RELAYING
        limits: tuple[tuple[str, Any, str, str], ...] = (
            ("traffic", links * capacity, "0 <= E <= C = {:g} bits per tick", _AGAIN),
            ("waiting", self.waiting, "0 <= q <= {:g} bits", _BACKLOG if backlog else _AGAIN),
            ("debt", number(self.debt) * capacity.astype(number), "0 <= d < {:g} bits", _AGAIN),
        )
        for name, limit, words, remedy in limits:
            field = lattice.read(name)
            most = np.broadcast_to(np.asarray(limit).astype(field.dtype), field.shape)
            bad = np.argwhere(~((field >= 0) & (field <= most)) & nodes)
            if bad.size:
                y, x = (int(i) for i in bad[0])
                said = words.format(float(most[y, x]))
                return BlowUp("gravity", name, (y, x), tick, float(tick), float(field[y, x]), said, remedy)
        y, x = (int(i) for i in np.argwhere(nodes)[0])
        return BlowUp(
            "gravity", "waiting", (y, x), tick, float(tick), math.nan, "a bound of the rule", _AGAIN
        )
