"""The engine rule of the gravity lattice in plain NumPy: slow, readable, and exact to the last bit.

It is the oracle of the compiled kernels, so it shares no code with them. Every line does one step of the
rule, and the order of additions is part of it: floating-point sums depend on it.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_PAD_MODES: dict[str, Literal["constant", "edge", "wrap"]] = {
    "absorbing": "constant",
    "disc": "constant",
    "reflective": "edge",
    "periodic": "wrap",
}


class GravityReference:
    """The airtime rule and its fluid limit, tick by tick.

    One tick of the airtime rule at every node, from the bits E that its neighbours sent in the tick before::

        wait  = d >= C
        v     = q + (p / 4) (E_north + E_south + E_west + E_east) + (0 if wait else a)
        s     = min(v, C);   q = v - s;   E' = s
        d     = d + s - (C if wait else 0)
        n     = n + (0 if wait else 1)
        g     = g + alpha ((0 if wait else 1) - g)

    With Moore neighbours ``(p / 5) near + (p / 20) diagonal`` arrives, where the near sum is the same and the
    diagonal one is ``(E_nw + E_ne) + (E_sw + E_se)``.

    In the fluid rule a node realizes the share ``w = 1 - E / C`` of each update instead: it emits ``w a``,
    its clock advances by ``w``, and there is no debt.

    Parameters
    ----------
    emission : array (ny, nx)
        Emission a in bits per realized update, at least 0.
    debt : array (ny, nx)
        Airtime debt d at the start, in [0, C).
    capacity : float or array (ny, nx)
        C in bits per tick.
    survival : float
        Relay survival p.
    boundary : str
        ``absorbing``, ``disc``, ``reflective`` or ``periodic``.
    rule : str
        ``airtime`` or ``fluid``.
    neighbourhood : str
        ``von_neumann`` or ``moore``.
    dtype : float32 or float64
        Of all bits, debts and averages.
    window : float
        Ticks of the moving average g; ``alpha = 2 / (window + 1)``.
    sinks : bool array (ny, nx), optional
        Nodes that send and keep nothing: those outside the disc.

    Attributes
    ----------
    traffic, traffic_before, waiting, debt, live : array (ny, nx)
        E, E of the tick before, q, d and g.
    realized : array (ny, nx)
        Realized updates since the start: int64 (airtime) or float64 (fluid).
    """

    def __init__(
        self,
        emission: npt.ArrayLike,
        debt: npt.ArrayLike,
        *,
        capacity: npt.ArrayLike = 1.0,
        survival: float = 1.0,
        boundary: str = "absorbing",
        rule: str = "airtime",
        neighbourhood: str = "von_neumann",
        dtype: npt.DTypeLike = np.float32,
        window: float = 300.0,
        sinks: npt.ArrayLike | None = None,
    ) -> None:
        number: Any = np.dtype(dtype).type
        self.emission = np.array(emission, dtype)
        self.debt = np.array(debt, dtype)
        self.capacity = np.array(capacity, dtype)
        self.moore = neighbourhood == "moore"
        self.relay = number(survival / 5) if self.moore else number(survival / 4)
        self.diagonal = number(survival / 20)
        self.alpha, self.zero, self.one = number(2 / (window + 1)), number(0), number(1)
        self.rule, self._pad_mode = rule, _PAD_MODES[boundary]
        self.nodes = np.ones(self.emission.shape, np.bool_) if sinks is None else ~np.asarray(sinks, np.bool_)
        self.traffic, self.waiting = np.zeros_like(self.emission), np.zeros_like(self.emission)
        self.traffic_before = np.zeros_like(self.emission)
        self.live = np.ones_like(self.emission)
        self.realized: Array = np.zeros(self.emission.shape, np.int64 if rule == "airtime" else np.float64)

    def advance(self, ticks: int) -> None:
        """Do whole ticks."""
        for _ in range(ticks):
            self._tick()

    def f_traffic(self) -> Array:
        """Update fraction ``1 - (E_t + E_(t-1)) / 2 C`` that the traffic of the last two ticks leaves."""
        return np.asarray(self.one - (self.traffic + self.traffic_before) / (self.capacity + self.capacity))

    def _tick(self) -> None:
        if self.rule == "airtime":
            wait = self.debt >= self.capacity
            emitted = np.where(wait, self.zero, self.emission)
            share: Array = np.where(wait, self.zero, self.one)
            repaid: Array = np.where(wait, self.capacity, self.zero)
        else:
            share = self.one - self.traffic / self.capacity
            emitted = share * self.emission
        near, corners = self._neighbours()
        arrived = self.relay * near
        if self.moore:
            arrived = arrived + self.diagonal * corners
        value = (self.waiting + arrived) + emitted
        sent = np.minimum(value, self.capacity)
        if self.rule == "airtime":
            self.debt = self._at_nodes(self.debt + (sent - repaid), self.debt)
        self.waiting = self._at_nodes(value - sent, self.zero)
        self.traffic_before, self.traffic = self.traffic, self._at_nodes(sent, self.zero)
        self.realized = self._at_nodes(self.realized + share.astype(self.realized.dtype), self.realized)
        self.live = self._at_nodes(self.live + self.alpha * (share - self.live), self.live)

    def _neighbours(self) -> tuple[Array, Array]:
        """Sums of the four near and the four diagonal neighbours' bits, beyond the edge by its rule."""
        padded = np.pad(self.traffic, 1, mode=self._pad_mode)
        north, south = padded[:-2, 1:-1], padded[2:, 1:-1]
        west, east = padded[1:-1, :-2], padded[1:-1, 2:]
        above = padded[:-2, :-2] + padded[:-2, 2:]
        below = padded[2:, :-2] + padded[2:, 2:]
        return (north + south) + (west + east), above + below

    def _at_nodes(self, new: Array, elsewhere: Any) -> Array:
        return np.where(self.nodes, new, elsewhere)


def start_debt(seed: int, ny: int, nx: int, capacity: npt.ArrayLike, dtype: npt.DTypeLike) -> Array:
    """Airtime debt at the start: uniform in [0, C), from Philox4x32-10, shape (ny, nx).

    C is a number or an array of that shape.

    Node ``s = y nx + x`` takes the words of counter (s, 1, 0, 0) under the key (seed low, seed high): 24 bits
    of the first word for float32; 27 bits of the first and 26 of the second for float64. Without the
    randomness all nodes would wait in step.

    Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011).
    """
    low32 = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    site = np.arange(ny * nx, dtype=np.uint64)
    c = [site, np.ones_like(site), np.zeros_like(site), np.zeros_like(site)]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        first, second = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        k0, k1 = np.uint64(key[0]), np.uint64(key[1])
        c = [(second >> shift) ^ c[1] ^ k0, second & low32, (first >> shift) ^ c[3] ^ k1, first & low32]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    if np.dtype(dtype) == np.float32:
        uniform: Array = (c[0] >> np.uint64(8)).astype(np.float32) * np.float32(2.0**-24)
    else:
        high, low = (c[0] >> np.uint64(5)).astype(np.float64), (c[1] >> np.uint64(6)).astype(np.float64)
        uniform = (high * 2.0**26 + low) * 2.0**-53
    return np.asarray(uniform.reshape(ny, nx) * np.asarray(capacity, dtype))
