"""The nine-dimensional wave in plain NumPy: the oracle of its kernels, straight from the equations.

It shares no code with the kernels and takes arrays of any number of axes, so that benches in one or two
dimensions use it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie.reference_operator import Geometry

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]

SERIES_BELOW = 0.02
"""Below this, ``x - log(1 + x)`` is summed as a series: the difference would cancel."""


@dataclass(frozen=True)
class Balance:
    """Energy sums at one step, weighted by ``mu = sqrt|g| (1 + s)^2``.

    Parameters
    ----------
    kinetic, inertia, gradient, focusing : float
        ``sum mu |v|^2/2``, ``sum mu m^2 |Psi|^2/2``, ``c0^2 Psi^+ K Psi/2``, ``sum mu U(|Psi|^2)`` where
        U = beta |Psi|^4/4 for the literal cubic.
    correction : float
        ``dt^2/8 sum mu |F|^2`` with F the acceleration without the drive.
    power_in, power_diss : float
        ``sum mu Re(E v*)`` and ``sum mu gamma |v|^2``.
    work_before, work_after : float
        Work of drive and friction in the last half of the step before, and in the first half of the next.
    """

    kinetic: float
    inertia: float
    gradient: float
    focusing: float
    correction: float
    power_in: float
    power_diss: float
    work_before: tuple[float, float]
    work_after: tuple[float, float]

    @property
    def H(self) -> float:
        """Energy."""
        return self.kinetic + self.inertia + self.gradient - self.focusing

    @property
    def H_hat(self) -> float:
        """What the step conserves exactly while it is linear: ``H - dt^2/8 sum mu |F|^2``."""
        return self.H - self.correction

    def residual(self, later: Balance) -> float:
        """``H_hat`` gained until the next step less the work done on the way (exact to the substep)."""
        return later.H_hat - self.H_hat - sum(self.work_after) - sum(later.work_before)

    def trapezoid(self, later: Balance, dt: float) -> float:
        """H gained until the next step less the mean of the powers at both ends."""
        power = self.power_in - self.power_diss + later.power_in - later.power_diss
        return later.H - self.H - 0.5 * dt * power


class WaveReference:
    """Damped, driven, focusing wave on a torus, advanced by a fused leapfrog.

    Equation (ufie.md, A)::

        Psi_tt + gamma Psi_t = c0^2/(1+s)^2 Lap_g Psi + beta |Psi|^2 Psi/(1 + |Psi|^2/A_s^2) - m^2 Psi + E

    Step (ufie.md, C), with u the velocity after the first half kick, d2 = exp(-gamma dt),
    g2 = (1 + d2) dt/2 and F the right side without E::

        u <- d2 u + g2 (F(Psi_n) + E_n),    Psi_(n+1) = Psi_n + dt u

    which is damping, kick, drift, kick, damping by halves.

    Parameters
    ----------
    geometry : Geometry
        Torus and metric.
    dt : float
        Step, s.
    c0 : float
        Wave speed at s = 0, sites/s.
    damping : array_like
        gamma, 1/s; a number or per site.
    state_index : array_like
        s-hat; a number or per site.
    beta : float
        Coefficient of the cubic, 1/s^2.
    mass : float
        m, rad/s.
    saturation : float or None
        A_s; None for the literal cubic.
    dtype : type
        ``np.complex128`` or ``np.complex64``.
    """

    def __init__(
        self,
        geometry: Geometry,
        dt: float,
        *,
        c0: float = 1.0,
        damping: npt.ArrayLike = 0.0,
        state_index: npt.ArrayLike = 0.0,
        beta: float = 0.0,
        mass: float = 0.0,
        saturation: float | None = None,
        dtype: type[np.complexfloating[Any, Any]] = np.complex128,
    ) -> None:
        shape = geometry.shape
        self.geometry, self.dt, self.c0 = geometry, dt, c0
        self.beta, self.mass, self.saturation = beta, mass, saturation
        self.dtype = np.dtype(dtype)
        self.damping: Floats = np.broadcast_to(np.asarray(damping, np.float64), shape)
        slowing = (1.0 + np.broadcast_to(np.asarray(state_index, np.float64), shape)) ** 2
        exists = 1.0 if geometry.present is None else geometry.present
        self.weight: Floats = geometry.volume * slowing * exists
        """mu of the energy sums, [*shape]."""
        real = self.dtype.type(0).real.dtype
        decay = np.exp(-self.damping * dt)
        self._speed_squared = (c0**2 / slowing).astype(real)
        self._decay = decay.astype(real)
        self._gain = ((1.0 + decay) * (dt / 2)).astype(real)
        self._half_decay = np.sqrt(decay)
        self.psi: Array = np.zeros(shape, self.dtype)
        self.u: Array = np.zeros(shape, self.dtype)
        self.step_count = 0

    def force(self, psi: Array | None = None) -> Array:
        """F: acceleration without the drive, [*shape]."""
        psi = self.psi if psi is None else psi
        real = psi.real.dtype.type
        square = np.abs(psi) ** 2
        if self.saturation is not None:
            square = square / (1 + square * real(self.saturation**-2))
        pull = real(self.beta) * square - real(self.mass**2)
        return np.asarray(self._speed_squared * self.geometry.laplacian(psi) + pull * psi)

    def start(self, psi: npt.ArrayLike, velocity: npt.ArrayLike = 0.0, drive: npt.ArrayLike = 0.0) -> None:
        """Set field and velocity at the present step; ``drive`` is E of this step, [*shape] or a number."""
        self.psi = np.array(np.broadcast_to(np.asarray(psi), self.psi.shape), self.dtype)
        acceleration = self.force(self.psi.astype(np.complex128)) + np.asarray(drive)
        self.u = np.asarray(np.asarray(velocity) / self._half_decay - 0.5 * self.dt * acceleration).astype(
            self.dtype
        )

    def velocity(self, drive: npt.ArrayLike = 0.0) -> Array:
        """Velocity v_n at the full step, complex128 [*shape]; ``drive`` is E of this step."""
        acceleration = self.force(self.psi.astype(np.complex128)) + np.asarray(drive)
        return np.asarray(self._half_decay * (self.u + 0.5 * self.dt * acceleration))

    def step(self, drive: npt.ArrayLike = 0.0) -> None:
        """One step with E_n = ``drive``, [*shape] or a number."""
        acceleration = self.force() + np.asarray(drive).astype(self.dtype)
        self.u = self._decay * self.u + self._gain * acceleration
        self.psi = self.psi + self.dtype.type(self.dt) * self.u
        self.step_count += 1

    def advance(self, steps: int, drive: npt.ArrayLike = 0.0) -> None:
        """Several steps with the same drive."""
        for _ in range(steps):
            self.step(drive)

    def balance(self, drive: npt.ArrayLike = 0.0) -> Balance:
        """Energy sums at the present step, in double precision; ``drive`` is E of this step."""
        psi = self.psi.astype(np.complex128)
        force = self.force(psi)
        E = np.broadcast_to(np.asarray(drive, np.complex128), psi.shape)
        half, d, mu = 0.5 * self.dt, self._half_decay, self.weight
        kicked = self.u + half * force
        v4 = kicked + half * E
        v = d * v4
        v1 = d * v
        lattice = 0.5 * self.c0**2 * float(np.vdot(psi, self.geometry.stiffness(psi)).real)
        return Balance(
            kinetic=_sum(mu, 0.5 * np.abs(v) ** 2),
            inertia=_sum(mu, 0.5 * self.mass**2 * np.abs(psi) ** 2),
            gradient=lattice,
            focusing=_sum(mu, self.potential(np.abs(psi) ** 2)),
            correction=_sum(mu, self.dt**2 / 8 * np.abs(force) ** 2),
            power_in=_sum(mu, (E * v.conj()).real),
            power_diss=_sum(mu, self.damping * np.abs(v) ** 2),
            work_before=(
                _sum(mu, half * (E.conj() * (kicked + 0.5 * half * E)).real),
                _sum(mu, 0.5 * (np.abs(v) ** 2 - np.abs(v4) ** 2)),
            ),
            work_after=(
                _sum(mu, half * (E.conj() * (v1 + 0.5 * half * E)).real),
                _sum(mu, 0.5 * (np.abs(v1) ** 2 - np.abs(v) ** 2)),
            ),
        )

    def potential(self, square: Floats) -> Floats:
        """U(|Psi|^2) of the focusing term: its force is ``2 U' Psi``."""
        if self.saturation is None:
            return np.asarray(0.25 * self.beta * square**2)
        top = self.saturation**2
        return np.asarray(0.5 * self.beta * top**2 * less_logarithm(square / top))


def less_logarithm(x: npt.ArrayLike) -> Floats:
    """``x - log(1 + x)`` for x >= 0 without cancellation, float64."""
    x = np.asarray(x, np.float64)
    small = np.minimum(x, SERIES_BELOW)
    series = np.zeros_like(small)
    for power in range(11, 1, -1):  # the next term is below 1e-18 of the first
        series = (1.0 if power % 2 == 0 else -1.0) / power + small * series
    return np.asarray(np.where(x < SERIES_BELOW, small * small * series, x - np.log1p(x)))


def _sum(weight: Floats, values: Array) -> float:
    return float((weight * values).sum())
