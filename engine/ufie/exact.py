"""The wave by Fourier modes: damped linear motion exactly, the cubic and the drive by Strang's splitting.

It applies where the medium is the same everywhere: flat metric, constant r and s, the whole torus. There it
is the integrator ``etd`` of the engine and the truth that the leapfrog is measured against.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import fft

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]


class ExactBalance(NamedTuple):
    """What one exact step did to the energy: work of the drive, and loss to friction (negative)."""

    work: float
    loss: float


def lattice_eigenvalues(shape: Sequence[int]) -> Floats:
    """Eigenvalues of -Lap on a flat torus, ``sum_d 4 sin^2(pi k_d / N_d)``, float64 [*shape].

    In the order of ``scipy.fft.fftn``. An axis of two sites joins each pair twice, one of one has no links.
    """
    found = np.zeros(tuple(shape))
    for axis, size in enumerate(shape):
        wave = 4.0 * np.sin(np.pi * np.arange(size) / size) ** 2
        found += wave.reshape([-1 if other == axis else 1 for other in range(len(shape))])
    return found


class ExactWave:
    """Damped, focusing wave on a flat, uniform torus.

    Equation::

        Psi_tt + gamma Psi_t = c^2 Lap Psi + beta |Psi|^2 Psi/(1 + |Psi|^2/A_s^2) - m^2 Psi + E

    Each mode of the linear part moves exactly: ``exp(-gamma t/2)`` times a turn at
    ``sqrt(c^2 lam + m^2 - gamma^2/4)``, or a hyperbolic one where friction wins. The cubic and E kick the
    velocity by halves before and after (Strang; order 2 in dt, and no limit on dt from the linear part).

    Parameters
    ----------
    shape : sequence of int
        Sites along each axis.
    dt : float
        Step, s.
    c : float
        Wave speed ``c0 / (1 + s)``, sites/s.
    damping : float
        gamma, 1/s.
    beta : float
        Coefficient of the cubic, 1/s^2.
    mass : float
        m, rad/s.
    saturation : float or None
        A_s; None for the literal cubic.
    dtype : type
        ``np.complex128`` or ``np.complex64``.
    threads : int
        Threads of the Fourier transforms.
    """

    def __init__(
        self,
        shape: Sequence[int],
        dt: float,
        *,
        c: float,
        damping: float = 0.0,
        beta: float = 0.0,
        mass: float = 0.0,
        saturation: float | None = None,
        dtype: type[np.complexfloating[Any, Any]] = np.complex128,
        threads: int = 1,
    ) -> None:
        self.shape, self.dtype, self.threads = tuple(shape), np.dtype(dtype), threads
        self.psi: Array = np.zeros(self.shape, self.dtype)
        """Psi at the present step, public order."""
        self.velocity: Array = np.zeros(self.shape, self.dtype)
        """dPsi/dt at the present step, public order."""
        self.set_material(dt, c=c, damping=damping, beta=beta, mass=mass, saturation=saturation)

    def set_material(
        self,
        dt: float,
        *,
        c: float,
        damping: float = 0.0,
        beta: float = 0.0,
        mass: float = 0.0,
        saturation: float | None = None,
    ) -> None:
        """Change step or medium; field and velocity stay as they are."""
        self.dt, self.beta, self.saturation = dt, beta, saturation
        real = self.dtype.type(0).real.dtype
        self._stiffness = c**2 * lattice_eigenvalues(self.shape) + mass**2
        turn, slope = _modes(self._stiffness - 0.25 * damping**2, dt)
        decay = np.exp(-0.5 * damping * dt)
        self._table = tuple(
            (decay * part).astype(real)
            for part in (
                turn + 0.5 * damping * slope,
                slope,
                -self._stiffness * slope,
                turn - 0.5 * damping * slope,
            )
        )

    def step(
        self, drive: npt.ArrayLike = 0.0, drive_after: npt.ArrayLike = 0.0, *, balance: bool = False
    ) -> ExactBalance | None:
        """One step, with E at its start and at its end, [*shape] or a number.

        With ``balance`` the work and the loss of the step are summed: the energy less both is kept to the
        order of the splitting, and exactly where beta is 0.
        """
        if not balance:
            self._kick(drive)
            self._flow()
            self._kick(drive_after)
            return None
        work = self._worked(drive)
        before = self.linear_energy()
        self._flow()
        loss = self.linear_energy() - before
        return ExactBalance(work + self._worked(drive_after), loss)

    def energy(self) -> float:
        """H of the present field and velocity, in double precision."""
        square = np.abs(self.psi.astype(np.complex128)) ** 2
        if self.saturation is None:
            focusing = 0.25 * self.beta * square**2
        else:
            top = self.saturation**2
            focusing = 0.5 * self.beta * top * (square - top * np.log1p(square / top))
        return self.linear_energy() - float(focusing.sum())

    def linear_energy(self) -> float:
        """H without the cubic: ``sum |v|^2/2 + Psi^+ (c^2 K + m^2) Psi/2``, by Parseval's theorem."""
        modes = fft.fftn(self.psi.astype(np.complex128), workers=self.threads)
        held = float((self._stiffness * np.abs(modes) ** 2).sum()) / modes.size
        return 0.5 * (held + float((np.abs(self.velocity.astype(np.complex128)) ** 2).sum()))

    def _flow(self) -> None:
        psi, velocity = (fft.fftn(part, workers=self.threads) for part in (self.psi, self.velocity))
        a, b, c, d = self._table
        self.psi, self.velocity = (
            np.asarray(fft.ifftn(part, workers=self.threads))
            for part in (a * psi + b * velocity, c * psi + d * velocity)
        )

    def _kick(self, drive: npt.ArrayLike) -> None:
        real = self.dtype.type(0).real.dtype.type
        square = np.abs(self.psi) ** 2
        if self.saturation is not None:
            square = square / (1 + square * real(self.saturation**-2))
        push = real(self.beta) * square * self.psi + np.asarray(drive).astype(self.dtype)
        self.velocity = self.velocity + real(0.5 * self.dt) * push

    def _worked(self, drive: npt.ArrayLike) -> float:
        """Half kick; returns the work of the drive in it, the drive acting first."""
        E = np.broadcast_to(np.asarray(drive, np.complex128), self.shape)
        mean = self.velocity + 0.25 * self.dt * E
        self._kick(drive)
        return 0.5 * self.dt * float((E.conj() * mean).real.sum())


def _modes(square: Floats, t: float) -> tuple[Floats, Floats]:
    """``cos(w t)`` and ``sin(w t)/w`` for w^2 = square, hyperbolic where it is negative; ``1, t`` at 0."""
    size = np.sqrt(np.abs(square))
    angle = size * t
    # A series near 0, where sin(w t)/w would divide by nothing.
    safe = np.where(angle < 1e-4, 1.0, size)
    near = t * (1.0 - square * t * t / 6.0)
    turns = np.where(square >= 0, np.cos(angle), np.cosh(np.minimum(angle, 700.0)))
    slopes = np.where(square >= 0, np.sin(angle), np.sinh(np.minimum(angle, 700.0))) / safe
    return turns, np.where(angle < 1e-4, near, slopes)
