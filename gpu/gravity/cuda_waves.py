"""Waves that ride on a lattice of a CUDA device, with the numbers of the CPU kernels bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.gravity import cpu
from tauscope.gpu.gravity.cuda_sources import WAVE, wave_variant
from tauscope.gpu.gravity.form import Form
from tauscope.gpu.gravity.waves import HOLD, centred

Array = npt.NDArray[Any]


class CudaWaves:
    """Psi and pi of each wave on a device, shape (ny, nx); its sums go in another order.

    Parameters
    ----------
    device : CudaDevice
        Where arrays lie and kernels run.
    form : Form
        Size, edge and neighbours; waves have the number type of its moving average.
    sinks : device array (ny, nx) uint8
        Nodes where psi is zero.
    """

    def __init__(self, device: CudaDevice, form: Form, sinks: Any) -> None:
        self._device, self._form, self._sinks = device, form, sinks
        self._number: Any = form.average.type
        self._wraps = form.edge == cpu.PERIODIC
        self.masses: tuple[float, ...] = ()
        self._waves: list[dict[str, Any]] = []
        self._kernel: Any = None
        self.set_pace(0.5)

    def set_pace(self, pace: float) -> None:
        """Wave step h: cells that light goes in a tick where f is 1."""
        self._pace = self._number(pace)

    def set_masses(self, masses: Sequence[float], kept: Sequence[int]) -> None:
        """One wave for each mass; wave i goes on as wave ``kept[i]`` was, or at rest where that is -1."""
        before, shape, dtype = self._waves, self._form.shape, self._form.average
        zeros = self._device.xp.zeros
        self._waves = [
            before[one] if one >= 0 else {name: zeros(shape, dtype) for name in ("psi", "psi_next", "pi")}
            for one in kept
        ]
        self.masses = tuple(masses)
        if masses and self._kernel is None:
            variant = wave_variant(dtype.name, self._form.neighbourhood)
            self._kernel = self._device.kernel(WAVE, variant, "wave_step")

    def read(self, wave: int, name: str, index: tuple[Any, ...] = (...,)) -> Array:
        """Copy of ``psi`` or ``pi`` of a wave on the host, or of the cells that a NumPy index picks."""
        return self._device.to_host(self._waves[wave][name][index])

    def write(self, wave: int, name: str, value: npt.ArrayLike) -> None:
        """Set ``psi`` or ``pi`` of a wave, shape (ny, nx); sinks stay at zero."""
        xp = self._device.xp
        given = xp.asarray(np.broadcast_to(np.asarray(value, self._form.average), self._form.shape))
        self._waves[wave][name][...] = xp.where(self._sinks == 0, given, self._number(0))

    def step(self, g: Any) -> None:
        """One tick of all waves, by the moving average g of that tick."""
        size = (np.int32(self._form.ny), np.int32(self._form.nx), np.int32(self._wraps))
        for wave, mass in zip(self._waves, self.masses, strict=True):
            hold = self._number(HOLD[self._form.neighbourhood] + mass * mass)
            arrays = (wave["psi"], wave["psi_next"], wave["pi"], g, self._sinks)
            self._kernel(self._form.shape, (*arrays, *size, hold, self._pace))
            wave["psi"], wave["psi_next"] = wave["psi_next"], wave["psi"]

    def energy(self, wave: int, g: Any) -> float:
        """Energy of a wave, kept while g stands still."""
        psi, pi = self._wide(wave)
        hood = self._form.neighbourhood
        pull = self._near(psi)
        if hood == "moore":
            across = sum(self._beside(psi, dy, dx) for dy in (-1, 1) for dx in (-1, 1))
            pull = (4.0 * pull + across) / 6.0
        hold = HOLD[hood] + self.masses[wave] ** 2
        before = psi - float(self._pace) * g.astype(np.float64) * pi
        density = pi * pi + before * (hold * psi - pull)
        return float(self._device.xp.where(self._sinks == 0, density, 0.0).sum()) / 2

    def centre(self, wave: int, x: float, y: float) -> tuple[float, float]:
        """Column and row of the centre of a wave in cells, on a periodic lattice that nearest to (x, y)."""
        psi, pi = self._wide(wave)
        slope = sum((psi - self._beside(psi, *by)) ** 2 for by in ((1, 0), (-1, 0), (0, 1), (0, -1))) / 2
        density = pi * pi + self.masses[wave] ** 2 * psi * psi + slope
        density = self._device.to_host(self._device.xp.where(self._sinks == 0, density, 0.0))
        off = np.arange(self._form.ny) - y
        if self._wraps:
            off = off - self._form.ny * np.floor(off / self._form.ny + 0.5)
        columns = np.arange(self._form.nx)
        return centred(density.sum(axis=0), (off[:, None] * density).sum(axis=0), columns, x, y, self._form)

    def _wide(self, wave: int) -> tuple[Any, Any]:
        found = self._waves[wave]
        return found["psi"].astype(np.float64), found["pi"].astype(np.float64)

    def _near(self, psi: Any) -> Any:
        return (self._beside(psi, -1, 0) + self._beside(psi, 1, 0)) + (
            self._beside(psi, 0, -1) + self._beside(psi, 0, 1)
        )

    def _beside(self, psi: Any, dy: int, dx: int) -> Any:
        """Psi of the neighbour at (dy, dx) of each node."""
        found = self._device.xp.roll(psi, (-dy, -dx), (0, 1))
        if not self._wraps:
            if dy:
                found[-1 if dy > 0 else 0, :] = 0
            if dx:
                found[:, -1 if dx > 0 else 0] = 0
        return found
