"""The phase oscillators in plain NumPy: angles, sines, classical Runge-Kutta, straight from the equation.

It is the oracle of the kernels, which advance phasors by other methods, so it shares no code with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]


class KuramotoReference:
    """Phase oscillators in clusters, advanced as angles.

    Every oscillator i of cluster c follows::

        d theta_i / dt = omega_i + sum_d g(t) W_cd < sin(theta_j - theta_i - alpha) >_(j in d)
                         + m_c |F(t)| sin(arg F(t) - theta_i)

    and those of frozen clusters stand still.

    Parameters
    ----------
    theta : array, shape (N,)
        Phases at the start, rad.
    omega : array, shape (N,)
        Natural frequencies, rad per unit of time.
    offsets : int array, shape (C + 1,)
        First oscillator of each cluster, and N.
    weights : array, shape (C, C)
        Coupling W, rad per unit of time.
    alpha : float
        Phase lag, rad.
    field : callable, optional
        ``F(t)``, complex, rad per unit of time.
    field_mask : array, shape (C,), optional
        m, the share of F that acts on each cluster.
    gain : callable, optional
        ``g(t)``, a factor of all coupling.
    frozen : bool array, shape (C,), optional
        Clusters that stand still.
    """

    def __init__(
        self,
        theta: npt.ArrayLike,
        omega: npt.ArrayLike,
        offsets: npt.ArrayLike,
        weights: npt.ArrayLike,
        alpha: float = 0.0,
        *,
        field: Callable[[float], complex] | None = None,
        field_mask: npt.ArrayLike | None = None,
        gain: Callable[[float], float] | None = None,
        frozen: npt.ArrayLike | None = None,
    ) -> None:
        self.theta: Floats = np.array(theta, np.float64)
        self.omega: Floats = np.array(omega, np.float64)
        self.time = 0.0
        sizes = np.diff(np.asarray(offsets))
        clusters = sizes.size
        self.cluster: npt.NDArray[Any] = np.repeat(np.arange(clusters), sizes)
        self._mean = np.equal.outer(np.arange(clusters), self.cluster) / sizes[:, None]
        self.weights: Floats = np.array(weights, np.float64)
        self.alpha = alpha
        self.field = field
        mask = np.ones(clusters) if field_mask is None else field_mask
        self.field_mask: Floats = np.array(mask, np.float64)
        self.gain = gain
        self.moves: Floats = 1.0 - (np.zeros(clusters) if frozen is None else np.array(frozen, np.float64))

    def velocity(self, theta: Floats, time: float) -> Floats:
        """D theta / dt, rad per unit of time, shape (N,)."""
        sines, cosines = self._mean @ np.sin(theta), self._mean @ np.cos(theta)
        gain = 1.0 if self.gain is None else self.gain(time)
        pull_sines, pull_cosines = gain * (self.weights @ sines), gain * (self.weights @ cosines)
        lagged = theta + self.alpha
        # < sin(theta_j - x) > = < sin theta_j > cos x - < cos theta_j > sin x
        speed = self.omega + pull_sines[self.cluster] * np.cos(lagged)
        speed -= pull_cosines[self.cluster] * np.sin(lagged)
        if self.field is not None:
            force = complex(self.field(time))
            speed += self.field_mask[self.cluster] * abs(force) * np.sin(np.angle(force) - theta)
        found: Floats = self.moves[self.cluster] * speed
        return found

    def step(self, h: float, noise: Floats | None = None) -> None:
        """One step of the classical Runge-Kutta method, then turns by ``noise`` (rad, shape (N,))."""
        t, theta = self.time, self.theta
        k1 = self.velocity(theta, t)
        k2 = self.velocity(theta + 0.5 * h * k1, t + 0.5 * h)
        k3 = self.velocity(theta + 0.5 * h * k2, t + 0.5 * h)
        k4 = self.velocity(theta + h * k3, t + h)
        self.theta = theta + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        if noise is not None:
            self.theta = self.theta + self.moves[self.cluster] * noise
        self.time = t + h

    def order(self) -> Complexes:
        """Order parameters Z_c, shape (C,)."""
        found: Complexes = self._mean @ np.exp(1j * self.theta)
        return found
