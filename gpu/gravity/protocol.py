"""What the engine asks of a lattice, whatever rule, number type or device carries it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Totals = tuple[float, float, float, float, float, float]

MEASURES = ("traffic", "top", "waiting", "emission", "realized", "live")
"""Totals, in their order: sum of E, largest (E_t + E_(t-1)) / C, largest q, sums of a, a g and g."""


class WaveLayers(Protocol):
    """Waves psi, pi on the nodes of a lattice, each with its mass."""

    @property
    def masses(self) -> tuple[float, ...]:
        """Mass of each wave."""

    def set_pace(self, pace: float) -> None:
        """Wave step h: cells that light goes in a tick where f is 1."""


class GravityLattice(Protocol):
    """State of ny x nx nodes that advances by whole ticks.

    Quantities have the names of the engine's fields: ``traffic`` and ``traffic_before`` (bits sent in the
    last tick and in the one before), ``waiting`` (bits that wait), ``debt`` (airtime debt in bits, where the
    rule has one), ``live`` (moving average of the realized share), ``emission`` (bits per realized update,
    background included) and ``realized`` (updates since `clear_realized`: int32 counts or float64 shares).
    """

    nx: int
    ny: int
    dtype: np.dtype[Any]
    """Of the state; int32 counts in units of 2^-22 bit."""

    @property
    def waves(self) -> WaveLayers:
        """What rides on the nodes: `set_masses` says how many there are."""

    def read(self, name: str) -> Array:
        """Copy of a quantity, shape (ny, nx), in bits (float64 for the dtype int32), shares or counts."""

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set a quantity from bits or shares, shape (ny, nx); whole units are rounded to the nearest."""

    def set_capacity(self, capacity: npt.ArrayLike) -> None:
        """C of every node in bits per tick: a number, or an array (ny, nx)."""

    def clear_realized(self) -> None:
        """Count realized updates from zero."""

    def advance(self, ticks: int, survival: float, window: float) -> None:
        """Do whole ticks with relay survival p and W ticks of moving average; releases the GIL."""

    def broken(self, traffic_limit: float, waiting_limit: float, debt_limit: float) -> int:
        """Nodes whose traffic / C, waiting bits or debt / C are not in [0, limit], NaN included.

        Traffic and debt are compared in units of each node's own capacity.
        """

    def measure(self, name: str) -> float:
        """One of `MEASURES`, or ``counted``, the sum of ``realized``; sinks left out.

        It takes no longer than about a tick, and the same state gives the same number, bit for bit.
        """

    def least_count(self, before: Array | None) -> float:
        """Least ``realized`` plus ``before``, an array (ny, nx), over all nodes; sinks left out.

        Without nodes it is a number larger than every count.
        """

    def totals(self) -> Totals:
        """All `MEASURES`, in their order."""

    def set_masses(self, masses: Sequence[float], kept: Sequence[int]) -> None:
        """One wave for each mass; wave i goes on as wave ``kept[i]`` was, or at rest where that is -1."""

    def read_wave(self, wave: int, name: str, index: tuple[Any, ...] = (...,)) -> Array:
        """Copy of ``psi`` or ``pi`` of a wave, or of the cells that a NumPy index picks."""

    def write_wave(self, wave: int, name: str, value: npt.ArrayLike) -> None:
        """Set ``psi`` or ``pi`` of a wave, shape (ny, nx); sinks stay at zero."""

    def wave_energy(self, wave: int) -> float:
        """Energy of a wave, kept while the moving average stands still."""

    def wave_centre(self, wave: int, x: float, y: float) -> tuple[float, float]:
        """Column and row of a wave's centre in cells, on a periodic lattice that nearest to (x, y)."""

    def state(self) -> Mapping[str, Array]:
        """Bit-exact copies of everything that advances but waves, in the state's own number type."""

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave; shapes and number types were checked."""
