"""U(1) lattices on a CUDA device: the bits of the CPU kernels, link by link."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.gauge.cuda_sources import LINKS
from tauscope.gpu.gauge.layout import joined, layout_of, split
from tauscope.gpu.gauge.protocol import ALGORITHMS, Reals, Sweeps, Update
from tauscope.gpu.philox import address
from tauscope.gpu.streams import Stream


class CudaLinks:
    """Links of a lattice on a device; see `tauscope.gpu.gauge.protocol.Links`.

    Only the order in which plaquettes are summed up is another than on the processor.

    Parameters
    ----------
    shape : tuple of int
        Two to four even extents, slowest axis first; all links are 1 at first.
    device : CudaDevice, optional
        Where arrays lie and kernels run.

    Raises
    ------
    ValueError
        Another number of axes, or an extent that is not even.
    RuntimeError
        Without a device.
    """

    def __init__(self, shape: tuple[int, ...], device: CudaDevice | None = None) -> None:
        self._layout = layout_of(shape)
        self._device = device or CudaDevice()
        self.shape = self._layout.shape
        xp, lay = self._device.xp, self._layout
        self._run = {name: self._device.kernel(LINKS, "float64", name) for name in LINKS.launches}
        self._up, self._down, self._parity = (xp.asarray(part) for part in (lay.up, lay.down, lay.parity))
        self._site = lay.rows, lay.half
        self._ar, self._ai, self._sums = (xp.zeros(self._site) for _ in range(3))
        self._counts = xp.zeros(self._site, np.int32)
        whole = (len(shape), *shape)
        self.set_links(np.ones(whole), np.zeros(whole))

    def set_links(self, ur: npt.ArrayLike, ui: npt.ArrayLike) -> None:
        """Take links, shape (D, *shape), moduli 1."""
        self._ur, self._ui = (self._up_there(part) for part in (ur, ui))

    def links(self) -> tuple[Reals, Reals]:
        """Copies of ur and ui, shape (D, *shape)."""
        return self._down_here(self._ur), self._down_here(self._ui)

    def sweep(self, count: int, update: Update, step: int) -> Sweeps:
        """Do whole sweeps; see the protocol."""
        if update.algorithm not in ALGORITHMS or count < 0:
            raise ValueError(f"{count} sweeps by “{update.algorithm}” cannot be done.")
        xp, lay = self._device.xp, self._layout
        sums, counts = xp.zeros(count), xp.zeros(count, np.int64)
        for n in range(count):
            for mu, p in self._parts():
                self._draw(update, step + n, mu, p)
                counts[n] += self._counts.sum()
            for _ in range(update.relaxations):
                self.reflect()
            sums[n] = self._sum()
        self._device.wait()
        links = len(self.shape) * lay.sites
        seen = np.asarray(self._device.to_host(counts), np.float64)
        acceptance = links / seen if update.algorithm == "heatbath" else seen / links
        return Sweeps(self._device.to_host(sums) / (lay.sites * lay.planes), acceptance)

    def reflect(self) -> None:
        """Reflect every link at its staple once."""
        for mu, p in self._parts():
            self._staples(mu, p)
            self._launch("relax", self._ar, self._ai, self._ur, self._ui, np.int32(mu), np.int32(p))

    def plaquette(self) -> float:
        """Mean of the plaquettes' real parts."""
        lay = self._layout
        return float(self._device.to_host(self._sum())) / (lay.sites * lay.planes)

    def _parts(self) -> list[tuple[int, int]]:
        return [(mu, p) for mu in range(len(self.shape)) for p in range(2)]

    def _draw(self, update: Update, step: int, mu: int, p: int) -> None:
        self._staples(mu, p)
        words = address(update.seed, Stream.GAUGE_UPDATE, step)
        bath = update.algorithm == "heatbath"
        self._launch(
            "heat_bath" if bath else "metropolis",
            *(self._counts, self._ar, self._ai, self._ur, self._ui, self._parity),
            np.float64(update.beta),
            *(() if bath else (np.float64(update.delta),)),
            *(np.int32(mu), np.int32(p), *(word.view(np.int32) for word in words)),
        )

    def _staples(self, mu: int, p: int) -> None:
        links = (self._ur, self._ui, self._up, self._down, self._parity)
        numbers = (np.int32(mu), np.int32(p), np.int32(len(self.shape)))
        self._launch("staples", self._ar, self._ai, *links, *numbers)

    def _sum(self) -> Any:
        axes = np.int32(len(self.shape))
        self._launch("plaquettes", self._sums, self._ur, self._ui, self._up, self._parity, axes)
        return self._sums.sum()

    def _launch(self, name: str, *arguments: Any) -> None:
        ny, nx = self._site
        self._run[name](self._site, (*arguments, np.int32(ny), np.int32(nx)))

    def _up_there(self, whole: npt.ArrayLike) -> Any:
        return self._device.xp.asarray(np.ascontiguousarray(split(whole, self._layout)[..., 1:-1]))

    def _down_here(self, parts: Any) -> Reals:
        found = np.asarray(self._device.to_host(parts), np.float64)
        return joined(np.pad(found, [(0, 0)] * 3 + [(1, 1)], mode="wrap"), self._layout)
