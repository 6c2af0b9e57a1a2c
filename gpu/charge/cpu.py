"""Charges on the processor: two sets of arrays for the coupled equations, and a plasma in its own field."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import numpy.typing as npt
from scipy import fft

from tauscope.gpu.charge import drift, plasma
from tauscope.gpu.charge.protocol import DriftStep, Reals, bounded

NAMES = ("rho", "phi", "intent")


class CpuDrift:
    """`DriftLattice` on the processor.

    Parameters
    ----------
    size : int
        Cells a side.
    kernels : module
        Where the kernel is; tests put one with an error in its place.
    """

    def __init__(self, size: int, kernels: ModuleType = drift) -> None:
        self._kernels = kernels
        self._sets = [tuple(np.zeros((size, size)) for _ in NAMES) for _ in range(2)]
        self._held = np.zeros((size, size), np.uint8)

    def read(self, name: str) -> Reals:
        """Copy of a field."""
        return self._sets[0][NAMES.index(name)].copy()

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set a field."""
        self._sets[0][NAMES.index(name)][...] = value

    def set_held(self, held: npt.ArrayLike) -> None:
        """Cells that keep their rho."""
        self._held[...] = np.asarray(held, np.uint8)

    def advance(self, steps: int, step: DriftStep) -> int:
        """Good steps of those asked for."""
        now, other = self._sets
        done = int(
            self._kernels.advance(
                *now, *other, self._held, steps, step.scheme, step.rates, step.relaxes, step.limit
            )
        )
        if done % 2:
            self._sets.reverse()
        return done

    def last_change(self) -> Reals:
        """Change of rho in the last good step."""
        return np.asarray(self._sets[0][0] - self._sets[1][0])


class CpuPlasma:
    """`PlasmaLattice` on the processor, its Poisson equation by FFT.

    Parameters
    ----------
    size : int
        Cells a side.
    kernels : module
        As in `CpuDrift`.
    """

    def __init__(self, size: int, kernels: ModuleType = plasma) -> None:
        self._kernels = kernels
        self._species = {name: np.zeros((size, size)) for name in "pn"}
        self._fixed = np.zeros((size, size))
        self._inverse = np.zeros((size, size // 2 + 1))
        self._fluxes = [np.zeros((size, size)) for _ in range(4)]
        self._phi: Reals | None = None

    def read(self, name: str) -> Reals:
        """Copy of a field."""
        return self._potential().copy() if name == "phi" else self._species[name].copy()

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set a density."""
        self._species[name][...] = value
        self._phi = None

    def set_field(self, fixed: npt.ArrayLike, inverse: npt.ArrayLike) -> None:
        """Fixed charges and multipliers."""
        self._fixed, self._inverse = np.array(fixed, np.float64), np.array(inverse, np.float64)
        self._phi = None

    def advance(self, steps: int, longest: float, D: float, T: float, time: float) -> tuple[float, float]:
        """Time after the steps, and the length of the last one."""
        p, n = self._species["p"], self._species["n"]
        dt = longest
        for _ in range(steps):
            phi = self._potential()
            dt = bounded(longest, D, T, *self._kernels.extremes(p, n, phi))
            self._kernels.faces(p, n, phi, *self._fluxes, 1.0 / T)
            self._kernels.gather(p, n, *self._fluxes, D * dt)
            self._phi = None
            time += dt
        return time, dt

    def _potential(self) -> Reals:
        """Potential of the present densities."""
        if self._phi is None:
            density = self._species["p"] - self._species["n"]
            density += self._fixed
            spectrum = fft.rfft2(density)
            spectrum *= self._inverse
            self._phi = np.ascontiguousarray(fft.irfft2(spectrum, s=density.shape))
        return self._phi
