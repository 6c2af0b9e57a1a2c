"""Waves and geodesics of the gravity lattice in plain NumPy: the readable oracle of the kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class WaveReference:
    """A wave on the nodes, tick by tick, by the lattice's own moving average g of each tick.

    ::

        pi  = pi + h g (near - (4 + m^2) psi)
        psi = psi + h g pi

    with ``near = (up + down) + (west + east)``; with Moore neighbours ``(4 near + across) / 6`` and
    ``10 / 3 + m^2``. Beyond every edge but a periodic one psi is zero, and so it is on sinks.

    Parameters
    ----------
    psi, pi : array (ny, nx)
        Start; pi is half a tick earlier.
    mass, step : float
        m in 1/cells and h in cells per tick.
    periodic, moore : bool
        Edge and Laplacian.
    dtype : float32 or float64
        Of all numbers.
    sinks : bool array (ny, nx), optional
        Where psi stays zero.
    """

    def __init__(
        self,
        psi: npt.ArrayLike,
        pi: npt.ArrayLike,
        *,
        mass: float,
        step: float = 0.5,
        periodic: bool = False,
        moore: bool = False,
        dtype: npt.DTypeLike = np.float64,
        sinks: npt.ArrayLike | None = None,
    ) -> None:
        number: Any = np.dtype(dtype).type
        self.psi, self.pi = np.array(psi, dtype), np.array(pi, dtype)
        self.nodes = np.ones(self.psi.shape, np.bool_) if sinks is None else ~np.asarray(sinks, np.bool_)
        self._mode: Any = "wrap" if periodic else "constant"
        self._moore, self._step = moore, number(step)
        self._hold = number((10.0 / 3.0 if moore else 4.0) + mass * mass)
        self._four, self._sixth = number(4), number(1) / number(6)

    def tick(self, g: Array) -> None:
        """One tick."""
        padded = np.pad(self.psi, 1, mode=self._mode)
        pull = (padded[:-2, 1:-1] + padded[2:, 1:-1]) + (padded[1:-1, :-2] + padded[1:-1, 2:])
        if self._moore:
            above, below = padded[:-2, :-2] + padded[:-2, 2:], padded[2:, :-2] + padded[2:, 2:]
            pull = self._sixth * (self._four * pull + (above + below))
        rate = self._step * g
        pi = self.pi + rate * (pull - self._hold * self.psi)
        self.pi = np.where(self.nodes, pi, self.pi)
        self.psi = np.where(self.nodes, self.psi + rate * self.pi, self.psi)

    def energy(self, g: Array) -> float:
        """``1/2 sum pi^2 + 1/2 sum (psi - h g pi) (m^2 - lap) psi``, kept exactly while g stands still."""
        padded = np.pad(np.asarray(self.psi, np.float64), 1, mode=self._mode)
        pull = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
        if self._moore:
            pull = (4 * pull + padded[:-2, :-2] + padded[:-2, 2:] + padded[2:, :-2] + padded[2:, 2:]) / 6
        psi, pi = np.asarray(self.psi, np.float64), np.asarray(self.pi, np.float64)
        before = psi - float(self._step) * np.asarray(g, np.float64) * pi
        density = pi * pi + before * (float(self._hold) * psi - pull)
        return float(density[self.nodes].sum()) / 2


def geodesics(
    f: Callable[[Array, Array], tuple[Array, Array, Array]],
    place: npt.ArrayLike,
    momentum: npt.ArrayLike,
    *,
    mass: float,
    pace: float = 0.5,
    ticks: int,
    lattice: bool = False,
    stride: int = 1,
) -> tuple[Array, Array]:
    """Places and momenta of particles (or rays, mass 0) after some ticks, by Runge-Kutta steps.

    ``dx/dt = c0 f p / E`` and ``dp/dt = -c0 E grad f`` with ``E = sqrt(m^2 + p^2)``. With ``lattice`` the
    lattice's own dispersion: a packet on nodes that step by ``r = h f`` has sin(w / 2) = r K / 2 a tick with
    ``K^2 = m^2 + 4 sin^2(px / 2) + 4 sin^2(py / 2)``, and w is the Hamiltonian.

    Parameters
    ----------
    f : callable
        ``f(x, y) -> (f, df/dx, df/dy)`` at arrays of places.
    place, momentum : array (n, 2)
        Columns and rows in cells; 1/cells.
    mass, pace : float
        m in 1/cells; c0 = h in cells per tick.
    ticks, stride : int
        Ticks, and ticks of a step; what does not make a whole step is done tick by tick.
    """

    def slope(state: Array) -> Array:
        x, y, px, py = state
        here, fx, fy = f(x, y)
        if not lattice:
            energy = np.sqrt(mass * mass + px * px + py * py)
            back = -pace * energy
            return np.array([pace * here * px / energy, pace * here * py / energy, back * fx, back * fy])
        k2 = mass * mass + 4 * np.sin(px / 2) ** 2 + 4 * np.sin(py / 2) ** 2
        k = np.sqrt(k2)
        half = pace * here * k / 2
        root = np.sqrt(1 - half * half)
        speed = pace * here / (root * k)
        return np.array(
            [speed * np.sin(px), speed * np.sin(py), -pace * k / root * fx, -pace * k / root * fy]
        )

    state = np.concatenate([np.asarray(place, np.float64).T, np.asarray(momentum, np.float64).T])
    for step in (*[stride] * (ticks // stride), *[1] * (ticks % stride)):
        one = slope(state)
        two = slope(state + step * one / 2)
        three = slope(state + step * two / 2)
        four = slope(state + step * three)
        state = state + step * (one + 2 * two + 2 * three + four) / 6
    return state[:2].T, state[2:].T
