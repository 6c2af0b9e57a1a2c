"""The source document's own algorithms in plain NumPy, kept to show by numbers where they fail.

Source: the wave-interference document; the section of each is named. Nothing here is used by the dynamics.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie.reference_operator import Geometry

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

AXES = 9
COMPONENTS = 45


class SixSteps:
    """Section 4.5.1: the six steps of ``propagate_wave_ufie``.

    The cubic is added to Psi instead of the velocity (step 4), and the speed is ``(c0/(1 + s)^2)^2``, the
    inverse fourth power of ``1 + s`` where the equation has the second.

    Parameters
    ----------
    geometry : Geometry
        Torus and metric.
    dt : float
        Step, s.
    c0 : float
        Wave speed at s = 0, sites/s.
    damping, state_index : array_like
        gamma in 1/s, and s-hat; numbers or per site.
    beta : float
        Coefficient of the cubic.
    """

    def __init__(
        self,
        geometry: Geometry,
        dt: float,
        *,
        c0: float,
        damping: npt.ArrayLike = 0.0,
        state_index: npt.ArrayLike = 0.0,
        beta: float = 0.0,
    ) -> None:
        self.geometry, self.dt, self.beta = geometry, dt, beta
        self.speed_squared = speed_squared_of_six_steps(c0, state_index)
        self._decay = np.exp(-0.5 * np.asarray(damping, np.float64) * dt)
        self.psi: Array = np.zeros(geometry.shape, np.complex128)
        self.velocity: Array = np.zeros(geometry.shape, np.complex128)

    def step(self, drive: npt.ArrayLike = 0.0) -> None:
        """One step with emitters ``drive``, [*shape] or a number; both kicks use the same, as there."""
        E, half = np.asarray(drive), 0.5 * self.dt
        self.velocity = self.velocity * self._decay
        self.velocity = self.velocity + half * (self._pull() + E)
        self.psi = self.psi + self.dt * self.velocity
        self.psi = self.psi + self.dt * self.beta * np.abs(self.psi) ** 2 * self.psi
        self.velocity = self.velocity + half * (self._pull() + E)
        self.velocity = self.velocity * self._decay

    def _pull(self) -> Array:
        return np.asarray(self.speed_squared * self.geometry.laplacian(self.psi))


class StaleForce:
    """Section 4.6: ``propagate_wave_kernel_mixed``, whose second kick uses the Laplacian of the old Psi.

    Each mode of frequency w is multiplied by a matrix of determinant ``1 + (w dt)^2/2``, so that its energy
    grows by that factor a step, however small dt is. There are no emitters in it.

    Parameters
    ----------
    As those of `SixSteps`.
    """

    def __init__(
        self,
        geometry: Geometry,
        dt: float,
        *,
        c0: float,
        damping: npt.ArrayLike = 0.0,
        state_index: npt.ArrayLike = 0.0,
        beta: float = 0.01,
    ) -> None:
        self.geometry, self.dt, self.beta = geometry, dt, beta
        self.speed_squared = c0**2 / (1.0 + np.asarray(state_index, np.float64)) ** 2
        self._decay = np.exp(-0.5 * np.asarray(damping, np.float64) * dt)
        self.psi: Array = np.zeros(geometry.shape, np.complex128)
        self.velocity: Array = np.zeros(geometry.shape, np.complex128)

    def step(self) -> None:
        """One step."""
        pull = self.speed_squared * self.geometry.laplacian(self.psi)
        half = 0.5 * self.dt
        self.velocity = self.velocity * self._decay + half * (pull + self._cubic())
        self.psi = self.psi + self.dt * self.velocity
        self.velocity = (self.velocity + half * (pull + self._cubic())) * self._decay

    def _cubic(self) -> Array:
        return np.asarray(self.beta * np.abs(self.psi) ** 2 * self.psi)


class IsolatedSites:
    """Section 4.2.1: ``ufie_symplectic_step_kernel``, whose Laplacian of a site is ``-Psi`` of that site.

    It is second order and keeps its energy, but no site knows of another.

    Parameters
    ----------
    As those of `SixSteps`, with a shape instead of a geometry.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        dt: float,
        *,
        c0: float,
        damping: npt.ArrayLike = 0.0,
        state_index: npt.ArrayLike = 0.0,
        beta: float = 0.0,
    ) -> None:
        self.dt, self.beta = dt, beta
        self.speed_squared = c0**2 / (1.0 + np.asarray(state_index, np.float64)) ** 2
        self._decay = np.exp(-0.5 * np.asarray(damping, np.float64) * dt)
        self.psi: Array = np.zeros(shape, np.complex128)
        self.velocity: Array = np.zeros(shape, np.complex128)

    def step(self) -> None:
        """One step."""
        half = 0.5 * self.dt
        self.velocity = self.velocity * self._decay + half * self._force()
        self.psi = self.psi + self.dt * self.velocity
        self.velocity = (self.velocity + half * self._force()) * self._decay

    def _force(self) -> Array:
        return np.asarray((self.beta * np.abs(self.psi) ** 2 - self.speed_squared) * self.psi)


class Oracle:
    """Section 4.5.2: the document's energy check, ``error > tolerance`` relative to the expected change.

    Its energy is ``sum |Psi|^2 + |grad Psi|^2``, which holds no kinetic part; a NaN compares as false and so
    never trips; the first call compares with 0; and at rest any rounding is divided by 1e-12.
    """

    def __init__(self, tolerance: float = 0.01) -> None:
        self.tolerance = tolerance
        self.previous = 0.0
        self.error = 0.0

    def holds(self, energy: float, power_in: float, power_diss: float, dt: float) -> bool:
        """Whether the document's check passes."""
        expected = (power_in - power_diss) * dt
        self.error = abs(energy - self.previous - expected) / (abs(expected) + 1e-12)
        self.previous = energy
        return not self.error > self.tolerance


def energy(psi: Array) -> float:
    """Section 4.5.2: ``sum |Psi|^2 + |grad Psi|^2``, with centred differences."""
    total = float((np.abs(psi) ** 2).sum())
    for axis, size in enumerate(psi.shape):
        if size > 1:
            slope = 0.5 * (np.roll(psi, -1, axis) - np.roll(psi, 1, axis))
            total += float((np.abs(slope) ** 2).sum())
    return total


def speed_squared_of_six_steps(c0: float, state_index: npt.ArrayLike) -> Floats:
    """Section 4.5.1: ``(c0/(1 + s)^2)^2``; the equation has ``c0^2/(1 + s)^2``."""
    return np.asarray((c0 / (1.0 + np.asarray(state_index, np.float64)) ** 2) ** 2)


def mixed_term(psi: Array, i: int, j: int) -> Array:
    """Section 4.6: its stand-in for ``d_i d_j Psi``: half the product of two forward differences.

    It is quadratic in Psi, so it is no differential operator.
    """
    first = np.roll(psi, -1, i) - psi
    second = np.roll(psi, -1, j) - psi
    return np.asarray(0.5 * first * second)


def metric_index(i: int, j: int) -> int:
    """Section 4.6: place of component (i, j) in its packed triangle."""
    i, j = min(i, j), max(i, j)
    return i * AXES - i * (i - 1) // 2 + (j - i)


def reset_metric(metric: npt.ArrayLike) -> Floats:
    """Section 4.5.2: ``reset_metric_to_euclidean`` on 45 packed components, index formulas as they stand.

    Its diagonal index is ``d (19 - d)/2``, right for this packing, but the loop that clears the rest counts
    pairs from 0 and so reaches other components than it means to.
    """
    found = np.array(metric, np.float64)
    for d in range(AXES):
        found[d * (2 * AXES - d + 1) // 2] = 1.0
    place = 0
    for i in range(AXES):
        for j in range(i + 1, AXES):
            if place < COMPONENTS and i * (2 * AXES - i + 1) // 2 + (j - i) != place:
                found[place] = 0.0
            place += 1
    return found
