"""What the engine asks of an ensemble of phase oscillators, whatever device carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from tauscope.gpu.streams import Stream

Array = npt.NDArray[Any]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

METHODS = ("lawson", "strang")
"""Lawson's Runge-Kutta of order 4 and Strang's splitting with a Moebius map, of order 2."""


class Noise(NamedTuple):
    """White noise: after every internal step each phase turns by ``amplitude`` times a normal number."""

    seed: int
    """0 to 2^64 - 1."""
    tick: int
    """Number of the first tick; tick and internal step address the draw, so chunks do not change it."""
    amplitude: float
    """sqrt(2 D h) in rad, D in rad^2 per unit of time, h the internal step."""
    stream: Stream = Stream.KURAMOTO_NOISE
    """Stream of Philox."""


class Ensemble(Protocol):
    """Phases of N oscillators in C clusters, kept as phasors z = e^{i theta}, that advance by whole ticks.

    Oscillator i of cluster c (``offsets[c] <= i < offsets[c + 1]``) follows

        d theta_i / dt = omega_i + Im(H_c e^{-i theta_i}),
        H_c = e^{-i alpha} g(t) sum_d W_cd Z_d + m_c F(t),

    with Z_d the mean of the cluster's phasors. A tick is ``substeps`` internal steps of h. Clusters that are
    frozen keep their phases and still act upon the others. ``advance(a + b)`` equals ``advance(a)`` and
    ``advance(b)`` bit for bit. Source: kuramoto.md, "The model and its numerics, settled".
    """

    offsets: npt.NDArray[np.int64]
    """First oscillator of each cluster and the end, shape (C + 1,)."""

    def set_phases(self, theta: npt.ArrayLike) -> None:
        """Set all phases, shape (N,), rad; those of one tick before (`before`) become the same."""

    def phases(self) -> Reals:
        """Phases, shape (N,), rad in [-pi, pi]."""

    def before(self) -> Reals:
        """Phases one tick earlier, shape (N,), rad; those of now if there was no tick since they were set."""

    def phasors(self) -> Complexes:
        """Phasors z, shape (N,)."""

    def set_rates(self, omega: npt.ArrayLike, h: float) -> None:
        """Set angular frequencies, shape (N,) or a number, rad per unit of time, and the internal step h."""

    def set_weights(self, weights: Any) -> None:
        """Set W, shape (C, C): a dense array or any matrix or array of scipy.sparse, finite, float64."""

    def set_frozen(self, frozen: npt.ArrayLike) -> None:
        """Say which clusters stand still, shape (C,), bool."""

    def advance(
        self,
        ticks: int,
        alpha: float = 0.0,
        method: str = "lawson",
        *,
        field: npt.ArrayLike | None = None,
        field_mask: npt.ArrayLike | None = None,
        gain: npt.ArrayLike | None = None,
        noise: Noise | None = None,
        substeps: int = 1,
    ) -> None:
        """Do whole ticks; releases the GIL.

        Parameters
        ----------
        ticks : int
            How many; none changes nothing.
        alpha : float
            Phase lag in rad.
        method : {'lawson', 'strang'}
            Integrator.
        field : complex array (ticks * substeps, 3), optional
            F of each internal step at its start, middle and end. ``strang`` reads the middle.
        field_mask : array (C,), optional
            m, the share of F that acts on each cluster; 1 if not given.
        gain : array (ticks * substeps, 3), optional
            g at the same times; 1 if not given.
        noise : Noise, optional
            None for none.
        substeps : int
            Internal steps of a tick, at least 1.

        Raises
        ------
        ValueError
            For another method, or arrays of another shape.
        """

    def order(self) -> Complexes:
        """Order parameters Z_c, means of the phasors of each cluster, shape (C,)."""

    def mean_square(self) -> Complexes:
        """Means of z^2 of each cluster, shape (C,)."""

    def state(self) -> Mapping[str, Array]:
        """Bit-exact copies of the phasors now and one tick before: zr, zi, br, bi, float64 (N,)."""

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave; shapes and number types were checked."""
