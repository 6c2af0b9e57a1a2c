"""U(1) lattices on the processor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tauscope.gpu.gauge.layout import joined, layout_of, split
from tauscope.gpu.gauge.protocol import ALGORITHMS, Reals, Sweeps, Update
from tauscope.gpu.gauge.staples import plaquette_sum
from tauscope.gpu.gauge.sweep import fill_phasors, sweep
from tauscope.gpu.gauge.updates import relax
from tauscope.gpu.philox import address
from tauscope.gpu.streams import Stream


class CpuLinks:
    """Links of a lattice; see `tauscope.gpu.gauge.protocol.Links`.

    Parameters
    ----------
    shape : tuple of int
        Two to four even extents, slowest axis first; all links are 1 at first.

    Raises
    ------
    ValueError
        Another number of axes, or an extent that is not even.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._layout = layout_of(shape)
        self.shape = self._layout.shape
        whole = (len(shape), *shape)
        self._ur, self._ui = split(np.ones(whole), self._layout), split(np.zeros(whole), self._layout)

    def set_links(self, ur: npt.ArrayLike, ui: npt.ArrayLike) -> None:
        """Take links, shape (D, *shape), moduli 1."""
        self._ur, self._ui = split(ur, self._layout), split(ui, self._layout)

    def links(self) -> tuple[Reals, Reals]:
        """Copies of ur and ui, shape (D, *shape)."""
        return joined(self._ur, self._layout), joined(self._ui, self._layout)

    def sweep(self, count: int, update: Update, step: int) -> Sweeps:
        """Do whole sweeps; see the protocol."""
        if update.algorithm not in ALGORITHMS or count < 0:
            raise ValueError(f"{count} sweeps by “{update.algorithm}” cannot be done.")
        sums, taken, tried = np.empty(count), np.empty(count, np.int64), np.empty(count, np.int64)
        lay = self._layout
        k0, k1, c1, _, _ = address(update.seed, Stream.GAUGE_UPDATE)
        sweep(
            sums,
            taken,
            tried,
            *(self._ur, self._ui, lay.up, lay.down, lay.parity),
            update.algorithm == "heatbath",
            float(update.beta),
            float(update.delta),
            int(update.relaxations),
            *(k0, k1, c1, np.uint64(step)),
        )
        return Sweeps(sums / (lay.sites * lay.planes), taken / tried)

    def reflect(self) -> None:
        """Reflect every link at its staple once."""
        lay = self._layout
        for mu in range(len(self.shape)):
            for p in range(2):
                relax(self._ur, self._ui, lay.up, lay.down, lay.parity, mu, p, 0, lay.rows)

    def plaquette(self) -> float:
        """Mean of the plaquettes' real parts."""
        lay = self._layout
        return float(plaquette_sum(self._ur, self._ui, lay.up, lay.parity)) / (lay.sites * lay.planes)


def phasors(turns: npt.ArrayLike) -> tuple[Reals, Reals]:
    """Cosines and sines of 2 pi times numbers in [0, 1), of their shape; the same bits everywhere."""
    given = np.ascontiguousarray(turns, np.float64)
    flat, ur, ui = given.ravel(), np.empty(given.size), np.empty(given.size)
    fill_phasors(ur, ui, flat)
    return ur.reshape(given.shape), ui.reshape(given.shape)
