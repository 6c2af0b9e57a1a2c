"""The airtime rule in whole units of 2^-22 bit, in plain NumPy, with every unit accounted for.

It is the oracle of the compiled kernel of the number type int32, so it shares no code with it; it calculates
in int64, where nothing can overflow.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

UNIT = 2.0**-22
"""Bits of a unit."""

_PAD_MODES: dict[str, Literal["constant", "edge", "wrap"]] = {
    "absorbing": "constant",
    "disc": "constant",
    "reflective": "edge",
    "periodic": "wrap",
}


class UnitsReference:
    """The airtime rule in whole units, tick by tick.

    A node shares out what it sends: one part to each of four neighbours, or four parts to each near and one
    to each diagonal neighbour of eight. So it sends a multiple of 4 or 20 units; what cannot be shared out
    stays in its outbox. Of the units that arrive the share 1 - p is lost, counted in 2^-20::

        wait  = d >= C
        lost  = floor((arrived k + d mod 2^20) / 2^20),    k = round((1 - p) 2^20), at most all that arrived
        v     = q + (arrived - lost) + (0 if wait else a)
        s     = the largest multiple of 4 or 20 up to min(v, C)
        q     = v - s;   E' = s;   d = d + s - (C if wait else 0)

    The low bits of the debt, as good as random, make the rounding of the loss even: rounded down it would be
    half a unit too small on average, and zero for all that is weaker than 1 / (1 - p) units. C is such a
    multiple too.

    Parameters
    ----------
    emission, debt : array (ny, nx)
        As in `tauscope.engine.gravity.reference.GravityReference`, in bits; rounded to units.
    capacity : float or array (ny, nx)
        C in bits per tick, rounded to parts.
    survival, boundary, neighbourhood, window, sinks
        As there.

    Attributes
    ----------
    emitted, lost, over_the_edge : int
        Units since the start: emitted, lost by relaying, and sent over the edge or into a sink.
    realized, live
        As there.
    """

    def __init__(
        self,
        emission: npt.ArrayLike,
        debt: npt.ArrayLike,
        *,
        capacity: npt.ArrayLike = 1.0,
        survival: float = 1.0,
        boundary: str = "absorbing",
        neighbourhood: str = "von_neumann",
        window: float = 300.0,
        sinks: npt.ArrayLike | None = None,
    ) -> None:
        self.near, self.far = (4, 1) if neighbourhood == "moore" else (1, 0)
        self.parts = 4 * (self.near + self.far)
        self.rule, self._pad_mode = "airtime", _PAD_MODES[boundary]
        self.a, self.d = _units(emission), _units(debt)
        part = self.parts * UNIT
        self.c = np.maximum(np.rint(np.asarray(capacity, np.float64) / part), 1).astype(np.int64) * self.parts
        self.k = round((1 - survival) * 2**20)
        self.alpha = np.float32(2 / (window + 1))
        self.nodes = np.ones(self.a.shape, np.bool_) if sinks is None else ~np.asarray(sinks, np.bool_)
        self.q, self.sent, self.sent_before = (np.zeros(self.a.shape, np.int64) for _ in range(3))
        self.live, self.realized = np.ones(self.a.shape, np.float32), np.zeros(self.a.shape, np.int64)
        self.emitted = self.lost = self.over_the_edge = 0

    @property
    def traffic(self) -> Array:
        """Bits sent in the last tick, E."""
        return self.sent * UNIT

    @property
    def traffic_before(self) -> Array:
        """Bits sent in the tick before."""
        return self.sent_before * UNIT

    @property
    def waiting(self) -> Array:
        """Outbox bits, q."""
        return self.q * UNIT

    @property
    def debt(self) -> Array:
        """Airtime debt in bits, d."""
        return self.d * UNIT

    def kept(self) -> int:
        """Units in outboxes and in flight."""
        return int(self.q.sum() + self.sent.sum())

    def advance(self, ticks: int) -> None:
        """Do whole ticks."""
        for _ in range(ticks):
            self._tick()

    def _tick(self) -> None:
        nodes = self.nodes
        arrived = np.where(nodes, self._arrived(), 0)
        lost = np.minimum((arrived * self.k + self.d % 2**20) // 2**20, arrived)
        wait = self.d >= self.c
        emitted = np.where(wait | ~nodes, 0, self.a)
        value = self.q + (arrived - lost) + emitted
        sent = np.minimum(value, self.c) // self.parts * self.parts
        self.over_the_edge += int(self.sent.sum() - arrived.sum())
        self.lost += int(lost.sum())
        self.emitted += int(emitted.sum())
        self.q = value - sent
        self.d = np.where(nodes, self.d + sent - np.where(wait, self.c, 0), self.d)
        self.sent_before, self.sent = self.sent, sent
        self.realized += np.where(wait | ~nodes, 0, 1)
        share = np.where(wait, np.float32(0), np.float32(1))
        self.live = np.where(nodes, self.live + self.alpha * (share - self.live), self.live)

    def _arrived(self) -> Array:
        """Units that reach each node, beyond the edge by the boundary's rule."""
        share = np.pad(self.sent // self.parts, 1, mode=self._pad_mode)
        near = share[:-2, 1:-1] + share[2:, 1:-1] + share[1:-1, :-2] + share[1:-1, 2:]
        far = share[:-2, :-2] + share[:-2, 2:] + share[2:, :-2] + share[2:, 2:]
        return np.asarray(self.near * near + self.far * far)


def _units(bits: npt.ArrayLike) -> Array:
    return np.rint(np.asarray(bits, np.float64) / UNIT).astype(np.int64)
