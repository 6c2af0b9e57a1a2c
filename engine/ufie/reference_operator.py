"""Laplace-Beltrami stiffness on a torus in plain NumPy: what every metric mode means, by np.roll.

Part of the reference: it imports no kernel, and the kernels are compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Geometry:
    """Inverse metric of a torus, as the weights of its stiffness K; spacing 1.

    Parameters
    ----------
    shape : tuple of int
        Sites along each axis; an axis of one site has no links, on one of two both links join the same pair.
    volume : float64 array [*shape]
        ``sqrt|g|``.
    diagonal : tuple of float64 arrays [*shape]
        ``a_ii`` of each axis: weight of the links.
    mixed : mapping of (i, j) to float64 array [*shape]
        ``a_ij = sqrt|g| g^ij`` for i < j.
    direction : tuple of float64 arrays [*shape] or None
        u of a rank-one metric, whose part ``sqrt|g| u u^T`` acts on centred differences along all axes.
    present : bool array [*shape] or None
        Sites that exist; a link to a missing one is missing (reflecting); None: all.

    Notes
    -----
    ``K Psi = -div(flux)`` with, on the link from x to y = x + e_i::

        flux_i = (a_ii(x) + a_ii(y))/2 (Psi(y) - Psi(x)) + (p_i(x) + p_i(y))/2
        p_i    = sum_(j != i) a_ij D0_j Psi        (rank one: p_i = sqrt|g| u_i sum_j u_j D0_j Psi)

    D0 is the mean of the differences to both neighbours, 0 across a missing link. K is symmetric, and
    positive semidefinite for every positive metric, since |D0|^2 <= (|D+|^2 + |D-|^2)/2 (ufie.md, B).
    """

    shape: tuple[int, ...]
    volume: Floats
    diagonal: tuple[Floats, ...]
    mixed: dict[tuple[int, int], Floats] = field(default_factory=dict)
    direction: tuple[Floats, ...] | None = None
    present: Bools | None = None

    @classmethod
    def flat(cls, shape: tuple[int, ...], present: npt.ArrayLike | None = None) -> Geometry:
        """Euclidean metric."""
        one = np.ones(shape)
        return cls(shape, one, (one,) * len(shape), present=_mask(shape, present))

    @classmethod
    def of_diagonal(
        cls, shape: tuple[int, ...], inverse: npt.ArrayLike, present: npt.ArrayLike | None = None
    ) -> Geometry:
        """Diagonal metric from ``g^ii``, [axes, *shape] or what broadcasts to it (such as [axes])."""
        values = _spread(inverse, (len(shape),), shape)
        volume = 1.0 / np.sqrt(values.prod(axis=0))
        return cls(shape, volume, tuple(volume * value for value in values), present=_mask(shape, present))

    @classmethod
    def of_rank_one(
        cls, shape: tuple[int, ...], direction: npt.ArrayLike, present: npt.ArrayLike | None = None
    ) -> Geometry:
        """``g^-1 = 1 + u u^T`` from u, [axes, *shape] or what broadcasts to it.

        The same metric given in full differs from it by terms of second order in the spacing: here
        ``u_i^2`` acts on centred differences like the other products, so one scalar q a site is enough.
        """
        u = _spread(direction, (len(shape),), shape)
        volume = 1.0 / np.sqrt(1.0 + (u * u).sum(axis=0))
        edges = (volume,) * len(shape)
        return cls(shape, volume, edges, direction=tuple(u), present=_mask(shape, present))

    @classmethod
    def of_full(
        cls, shape: tuple[int, ...], inverse: npt.ArrayLike, present: npt.ArrayLike | None = None
    ) -> Geometry:
        """Full metric from ``g^ij``, [axes, axes, *shape] or what broadcasts to it; symmetric, positive."""
        axes = len(shape)
        values = _spread(inverse, (axes, axes), shape)
        volume = 1.0 / np.sqrt(np.linalg.det(np.moveaxis(values, (0, 1), (-2, -1))))
        mixed = {(i, j): volume * values[i, j] for i in range(axes) for j in range(i + 1, axes)}
        edges = tuple(volume * values[i, i] for i in range(axes))
        return cls(shape, volume, edges, mixed, present=_mask(shape, present))

    def links(self, axis: int) -> Bools | float:
        """Whether each site is joined to the next one along an axis."""
        if self.present is None:
            return 1.0
        return self.present & np.roll(self.present, -1, axis)

    def centred(self, psi: Array, axis: int) -> Array:
        """Mean of the differences to both neighbours along an axis; across a missing link it is 0."""
        forward = (np.roll(psi, -1, axis) - psi) * self.links(axis)
        return 0.5 * (forward + np.roll(forward, 1, axis))

    def stiffness(self, psi: Array) -> Array:
        """``K Psi``, in the dtype of psi; 0 at missing sites."""
        axes = [axis for axis, size in enumerate(self.shape) if size > 1]
        found = np.zeros_like(psi)
        pull = self._across(psi, axes)
        real = psi.real.dtype
        for i in axes:
            weight = 0.5 * (self.diagonal[i] + np.roll(self.diagonal[i], -1, i))
            flux = weight.astype(real) * (np.roll(psi, -1, i) - psi)
            if i in pull:
                flux = flux + 0.5 * (pull[i] + np.roll(pull[i], -1, i))
            flux = flux * self.links(i)
            found -= (flux - np.roll(flux, 1, i)).astype(psi.dtype)
        return found

    def laplacian(self, psi: Array) -> Array:
        """``Lap_g Psi = -K Psi / sqrt|g|``."""
        return np.asarray(-self.stiffness(psi) / self.volume.astype(psi.real.dtype))

    def _across(self, psi: Array, axes: list[int]) -> dict[int, Array]:
        """p_i of each axis; empty where the metric is diagonal."""
        real = psi.real.dtype
        if self.direction is not None:
            u = self.direction
            q = np.sum([u[j].astype(real) * self.centred(psi, j) for j in axes], axis=0)
            return {i: (self.volume * u[i]).astype(real) * q for i in axes}
        if not self.mixed:
            return {}
        slopes = {j: self.centred(psi, j) for j in axes}
        pull = {i: np.zeros_like(psi) for i in axes}
        for (i, j), weight in self.mixed.items():
            if i in pull and j in pull:
                pull[i] += weight.astype(real) * slopes[j]
                pull[j] += weight.astype(real) * slopes[i]
        return pull


def _spread(values: npt.ArrayLike, lead: tuple[int, ...], shape: tuple[int, ...]) -> Floats:
    """Values with leading axes ``lead`` on every site."""
    given = np.asarray(values, np.float64)
    if given.shape == lead:
        given = given.reshape(lead + (1,) * len(shape))
    return np.broadcast_to(given, lead + shape)


def _mask(shape: tuple[int, ...], present: npt.ArrayLike | None) -> Bools | None:
    return None if present is None else np.broadcast_to(np.asarray(present, bool), shape)
