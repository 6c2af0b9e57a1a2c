"""Charges on a CUDA device: the numbers of the CPU kernels, Poisson's equation by the device's own FFT."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.charge.cuda_sources import CHARGE
from tauscope.gpu.charge.protocol import DriftStep, Reals, bounded
from tauscope.gpu.cuda import CudaDevice

NAMES = ("rho", "phi", "intent")


def _kernel(device: Any, name: str) -> Any:
    return device.kernel(CHARGE, "float64", name)


class CudaDrift:
    """`DriftLattice` on a device.

    Parameters
    ----------
    size : int
        Cells a side.
    device : CudaDevice, optional
        Where arrays lie and kernels run.
    """

    def __init__(self, size: int, device: Any = None) -> None:
        self._device = device or CudaDevice()
        xp = self._device.xp
        self._shape = (size, size)
        self._sets = [tuple(xp.zeros(self._shape) for _ in NAMES) for _ in range(2)]
        self._held = xp.zeros(self._shape, np.uint8)
        self._drift = _kernel(self._device, "drift")

    def read(self, name: str) -> Reals:
        """Copy of a field."""
        return np.asarray(self._device.to_host(self._sets[0][NAMES.index(name)]))

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set a field."""
        self._sets[0][NAMES.index(name)][...] = self._device.xp.asarray(np.asarray(value, np.float64))

    def set_held(self, held: npt.ArrayLike) -> None:
        """Cells that keep their rho."""
        self._held[...] = self._device.xp.asarray(np.asarray(held, np.uint8))

    def advance(self, steps: int, step: DriftStep) -> int:
        """Good steps of those asked for; flags are read once, after all of them."""
        if steps == 0:
            return 0
        flags = self._device.xp.zeros(steps + 1, np.int32)
        whole = np.int32(step.scheme), np.int32(step.relaxes)
        rates = tuple(np.float64(rate) for rate in (*step.rates, step.limit))
        shape = tuple(np.int32(side) for side in self._shape)
        for index in range(steps):
            now, other = self._sets if index % 2 == 0 else self._sets[::-1]
            arguments = (*now, *other, self._held, flags, np.int32(index), *whole, *rates, *shape)
            self._drift(self._shape, arguments)
        found = self._device.to_host(flags)[1:]
        done = int(np.argmax(found)) if found.any() else steps
        if done % 2:
            self._sets.reverse()
        return done

    def last_change(self) -> Reals:
        """Change of rho in the last good step."""
        return np.asarray(self._device.to_host(self._sets[0][0] - self._sets[1][0]))


class CudaPlasma:
    """`PlasmaLattice` on a device; the length of a step is worked out on the host, from two maxima.

    Parameters
    ----------
    size : int
        Cells a side.
    device : CudaDevice, optional
        As in `CudaDrift`.
    """

    def __init__(self, size: int, device: Any = None) -> None:
        self._device = device or CudaDevice()
        xp = self._device.xp
        self._shape = (size, size)
        self._species = {name: xp.zeros(self._shape) for name in "pn"}
        self._fixed = xp.zeros(self._shape)
        self._inverse = xp.zeros((size, size // 2 + 1))
        self._fluxes = [xp.zeros(self._shape) for _ in range(4)]
        self._phi: Any = None
        self._faces, self._gather = (_kernel(self._device, name) for name in ("faces", "gather"))

    def read(self, name: str) -> Reals:
        """Copy of a field."""
        found = self._potential() if name == "phi" else self._species[name]
        return np.asarray(self._device.to_host(found))

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set a density."""
        self._species[name][...] = self._device.xp.asarray(np.asarray(value, np.float64))
        self._phi = None

    def set_field(self, fixed: npt.ArrayLike, inverse: npt.ArrayLike) -> None:
        """Fixed charges and multipliers."""
        xp = self._device.xp
        self._fixed = xp.asarray(np.array(fixed, np.float64))
        self._inverse = xp.asarray(np.array(inverse, np.float64))
        self._phi = None

    def advance(self, steps: int, longest: float, D: float, T: float, time: float) -> tuple[float, float]:
        """Time after the steps, and the length of the last one."""
        xp, shape = self._device.xp, tuple(np.int32(side) for side in self._shape)
        p, n, dt = self._species["p"], self._species["n"], longest
        for _ in range(steps):
            phi = self._potential()
            rises = xp.stack([abs(xp.roll(phi, -1, axis) - phi).max() for axis in (0, 1)]).max()
            steepest, densest = self._device.to_host(xp.stack([rises, (p + n).max()]))
            dt = bounded(longest, D, T, float(steepest), float(densest))
            self._faces(self._shape, (p, n, phi, *self._fluxes, np.float64(1.0 / T), *shape))
            self._gather(self._shape, (p, n, *self._fluxes, np.float64(D * dt), *shape))
            self._phi = None
            time += dt
        self._device.wait()
        return time, dt

    def _potential(self) -> Any:
        """Potential of the present densities."""
        if self._phi is None:
            fft = self._device.xp.fft
            spectrum = fft.rfft2(self._species["p"] - self._species["n"] + self._fixed) * self._inverse
            self._phi = self._device.xp.ascontiguousarray(fft.irfft2(spectrum, s=self._shape))
        return self._phi
