"""Which theory a configuration has: one population, or equal clusters in step, as a function of K."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tauscope.engine.kuramoto.analysis.theory import KINDS, critical_coupling, order_curve
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.geometry import graph_of
from tauscope.engine.kuramoto.weights import link_shares

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Expectation:
    """Theory of the order parameter of a configuration in the limit of many oscillators.

    Parameters
    ----------
    kind, scale : str, float
        Distribution of the frequencies and its width.
    factor : float
        Coupling onto an oscillator over K: 1 for a single cluster, ``1 + pi s`` for clusters in step whose
        rows of B add up to s.
    alpha, noise : float
        Phase lag in rad, and diffusion D.
    name : str
        Whose theory it is.
    """

    kind: str
    scale: float
    factor: float
    alpha: float
    noise: float
    name: str

    @property
    def critical(self) -> float:
        """K above which order sets in."""
        return critical_coupling(self.kind, self.scale, self.alpha, self.noise) / self.factor

    def curve(self, couplings: npt.ArrayLike) -> Floats:
        """Steady order parameter at each K, float64 [n]."""
        K = self.factor * np.asarray(couplings, np.float64)
        return order_curve(K, self.kind, self.scale, self.alpha, self.noise)


def expectation_of(config: KuramotoConfig) -> Expectation | None:
    """Theory of a configuration, or None where there is none.

    There is one without drive, gate, detuning, frozen clusters and clocks of their own, in one layer,
    with one of the `KINDS` of frequencies, a lag below pi/2, and clusters that all receive the same coupling
    and are taken as in step.
    """
    wanted = config.frequencies
    if (
        config.layers > 1
        or config.drive.kind != "none"
        or config.gate.on
        or any(config.detuning)
        or config.frozen
        or config.clock_places is not None
        or wanted.kind not in KINDS
        or abs(config.phase_lag) >= math.pi / 2
    ):
        return None
    sums = _row_sums(config)
    if float(np.ptp(sums)) > 1e-9 * max(1.0, float(sums.max())):
        return None
    inside = (config.layer_K or (1.0,))[0]
    factor = inside * (1.0 + config.permeability * float(sums[0]))
    scale = 0.0 if wanted.kind == "identical" else wanted.scale * (config.layer_scale or (1.0,))[0]
    if factor <= 0:
        return None
    name = "Ott–Antonsen" if wanted.kind == "lorentzian" and config.noise == 0 else "Kuramoto"
    if config.phase_lag or config.noise:
        name = "Sakaguchi–Kuramoto" if name == "Kuramoto" else name
    return Expectation(wanted.kind, scale, factor, config.phase_lag, config.noise, name)


def _row_sums(config: KuramotoConfig) -> Floats:
    """What each cluster receives from the others, sum over d of B_cd, float64 [C]."""
    edges = graph_of(config.geometry, config.rows, config.cols).edges
    forth, back = link_shares(config)
    count = config.clusters
    if not len(edges):
        return np.zeros(count)
    return np.asarray(
        np.bincount(edges[:, 0], forth, count) + np.bincount(edges[:, 1], back, count), np.float64
    )
