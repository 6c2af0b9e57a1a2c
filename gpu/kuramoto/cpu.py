"""Ensembles of phase oscillators on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tauscope.gpu import philox
from tauscope.gpu.kuramoto import advance as drivers
from tauscope.gpu.kuramoto.angles import angles
from tauscope.gpu.kuramoto.checks import check_call, drive_of, offsets_of, shaped
from tauscope.gpu.kuramoto.layout import is_dense, order_of, sites_of
from tauscope.gpu.kuramoto.protocol import Array, Complexes, Noise, Reals
from tauscope.gpu.kuramoto.sums import LANES

WIDE_FROM = 16
"""Mean size of clusters from which on loops run within each cluster, not over all oscillators at once."""

REPEAT_FROM = 300_000
"""Oscillators from which on stages are found again rather than kept: 64 B each no longer fit the caches."""

_OFF_BY = 9 * 64
"""Bytes by which arrays begin apart, modulo a page, or their streams would share the ways of a cache set."""


def _aside(size: int, slot: int) -> Reals:
    """A float64 array of zeros, off the cache sets of the other slots."""
    raw = np.zeros(8 * size + 4096 + 16 * _OFF_BY, np.uint8)
    start = -raw.ctypes.data % 4096 + slot * _OFF_BY
    return raw[start : start + 8 * size].view(np.float64)


class CpuEnsemble:
    """N oscillators in C clusters on one thread; see `tauscope.gpu.kuramoto.protocol.Ensemble`.

    Parameters
    ----------
    offsets : int array (C + 1,)
        First oscillator of each cluster and the end.
    kernels : module
        Drivers as of `tauscope.gpu.kuramoto.advance`, which tests replace.
    repeat_from : int
        Oscillators from which on stages are found again rather than kept.
    """

    def __init__(
        self, offsets: npt.ArrayLike, kernels: Any = drivers, repeat_from: int = REPEAT_FROM
    ) -> None:
        self._kernels = kernels
        self.offsets = offsets_of(offsets)
        self._size, self._clusters = int(self.offsets[-1]), self.offsets.size - 1
        wide = self._size >= WIDE_FROM * self._clusters
        self._lawson = kernels.advance_narrow
        if wide:
            many = self._size >= repeat_from
            self._lawson = kernels.advance_repeating if many else kernels.advance_wide
        self._zr, self._zi, self._br, self._bi, *rest = (_aside(self._size, slot) for slot in range(8))
        self._rr, self._ri, self._sr, self._si = rest
        few = 0 if self._lawson is kernels.advance_repeating else self._size
        self._gr, self._gi = _aside(few, 8), _aside(few, 9)
        each = 0 if wide else self._size
        self._ar, self._ai = _aside(each, 10), _aside(each, 11)
        self._zr[:], self._br[:], self._rr[:] = 1.0, 1.0, 1.0
        each_cluster, lanes = np.empty((2, self._clusters)), np.empty((2, LANES))
        self._mean_field = (np.empty((self._clusters, 2)), *each_cluster, *lanes)
        self._omega, self._h = np.zeros(self._size), 0.0
        self._frozen = np.zeros(self._clusters, np.bool_)
        self._order: npt.NDArray[np.int64] | None = None
        self._sites = np.zeros(0, np.int64)
        self._places = self.offsets
        self._moving = np.ones(self._size)
        self._pattern: tuple[Array, Array] | None = None
        self._rows: tuple[Array, Array] = (np.zeros(1, np.int64), np.zeros(0, np.int32))
        self._slots = np.zeros(0, np.int64)
        self.set_weights(sparse.csr_array((self._clusters, self._clusters)))

    def set_phases(self, theta: npt.ArrayLike) -> None:
        """Set all phases, shape (N,), rad, now and one tick before."""
        phases = self._inside(shaped("Phases", theta, (self._size,)))
        np.cos(phases, out=self._zr)
        np.sin(phases, out=self._zi)
        self._br[:], self._bi[:] = self._zr, self._zi

    def phases(self) -> Reals:
        """Phases, shape (N,), rad."""
        return self._angles(self._zr, self._zi)

    def before(self) -> Reals:
        """Phases one tick earlier, shape (N,), rad."""
        return self._angles(self._br, self._bi)

    def phasors(self) -> Complexes:
        """Phasors z, shape (N,)."""
        z = np.empty(self._size, np.complex128)
        z.real, z.imag = self._outside(self._zr), self._outside(self._zi)
        return z

    def set_rates(self, omega: npt.ArrayLike, h: float) -> None:
        """Set angular frequencies, shape (N,) or a number, and the internal step h."""
        self._omega, self._h = shaped("Frequencies", omega, (self._size,)), float(h)
        self._turns()

    def set_weights(self, weights: Any) -> None:
        """Set W, shape (C, C), dense or of scipy.sparse."""
        shape = (self._clusters, self._clusters)
        if tuple(weights.shape) != shape:
            raise ValueError(f"Weights have the shape {tuple(weights.shape)} where {shape} is needed.")
        empty = np.zeros((0, 0))
        if is_dense(weights):
            self._lay(None)
            whole = sparse.coo_array(weights).toarray()
            dense = np.ascontiguousarray(whole.T, np.float64)
            rows: tuple[Array, ...] = (np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0))
            self._weights = (dense, *rows)
            return
        given = sparse.csr_array(weights, dtype=np.float64)
        if not given.has_canonical_format:
            given = given.copy()
            given.sum_duplicates()
        known = self._pattern
        if not (
            known is not None
            and np.array_equal(known[0], given.indptr)
            and np.array_equal(known[1], given.indices)
        ):
            self._lay(order_of(given))
            self._pattern = (given.indptr.copy(), given.indices.copy())
            self._rows, self._slots = _laid_rows(given, self._order)
        self._weights = (empty, *self._rows, given.data[self._slots])

    def set_frozen(self, frozen: npt.ArrayLike) -> None:
        """Say which clusters stand still, shape (C,), bool."""
        given = np.array(frozen, np.bool_)
        if given.shape != (self._clusters,):
            raise ValueError(f"Frozen has the shape {given.shape} where {(self._clusters,)} is needed.")
        self._frozen = given
        self._turns()

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
        """Do whole ticks; see the protocol."""
        check_call(ticks, substeps, method)
        factors, forces, mask = drive_of(ticks * substeps, self._clusters, field, field_mask, gain)
        if ticks == 0:
            return
        if self._order is not None:
            mask = mask[self._order]
        kicks = _kicks(noise)
        run = self._lawson if method == "lawson" else self._kernels.advance_strang
        run(
            (self._zr, self._zi, self._br, self._bi),
            (self._rr, self._ri),
            (self._sr, self._si, self._gr, self._gi, self._ar, self._ai),
            self._mean_field,
            (self._places, self._inner_frozen(), self._moving, self._sites),
            self._weights,
            (complex(np.exp(-1j * alpha)), factors, forces, mask),
            kicks,
            self._h,
            ticks,
            substeps,
        )

    def order(self) -> Complexes:
        """Order parameters Z_c, shape (C,)."""
        return self._mean(self._kernels.sums.means)

    def mean_square(self) -> Complexes:
        """Means of z^2 of each cluster, shape (C,)."""
        return self._mean(self._kernels.sums.mean_squares)

    def state(self) -> Mapping[str, Array]:
        """Bit-exact copies of zr, zi, br, bi, shape (N,)."""
        return {name: self._outside(array).copy() for name, array in self._advancing()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave."""
        for name, array in self._advancing():
            array[:] = self._inside(state[name])

    def _advancing(self) -> tuple[tuple[str, Reals], ...]:
        return ("zr", self._zr), ("zi", self._zi), ("br", self._br), ("bi", self._bi)

    def _angles(self, zr: Reals, zi: Reals) -> Reals:
        theta = np.empty(self._size)
        angles(zr, zi, theta)
        return self._outside(theta)

    def _mean(self, kernel: Any) -> Complexes:
        Z = np.empty((self._clusters, 2))
        kernel(self._zr, self._zi, self._places, Z, np.empty(LANES), np.empty(LANES))
        found = np.empty(self._clusters, np.complex128)
        found[slice(None) if self._order is None else self._order] = Z[:, 0] + 1j * Z[:, 1]
        return found

    def _inside(self, array: Array) -> Array:
        """An array (N,) in the order of memory."""
        return array if self._order is None else array[self._sites]

    def _outside(self, array: Reals) -> Reals:
        """An array (N,) in the public order."""
        if self._order is None:
            return array
        public = np.empty_like(array)
        public[self._sites] = array
        return public

    def _lay(self, order: npt.NDArray[np.int64] | None) -> None:
        """Lay the clusters in another order in memory."""
        self._pattern = None
        if order is None and self._order is None:
            return
        state = self.state()
        self._order = order
        self._sites = np.zeros(0, np.int64) if order is None else sites_of(self.offsets, order)
        sizes = np.diff(self.offsets)
        inner = sizes if order is None else sizes[order]
        self._places = np.concatenate((np.zeros(1, np.int64), np.cumsum(inner)))
        self.restore(state)
        self._turns()

    def _inner_frozen(self) -> npt.NDArray[np.bool_]:
        return self._frozen if self._order is None else np.ascontiguousarray(self._frozen[self._order])

    def _turns(self) -> None:
        """Half-step rotations, none where nothing moves."""
        moving = np.repeat(np.where(self._frozen, 0.0, 1.0), np.diff(self.offsets))
        self._moving = np.ascontiguousarray(self._inside(moving))
        half = self._inside(moving * self._omega) * (0.5 * self._h)
        np.cos(half, out=self._rr)
        np.sin(half, out=self._ri)


def _laid_rows(given: Any, order: npt.NDArray[np.int64] | None) -> tuple[tuple[Array, Array], Any]:
    """Compressed rows in the order of memory: starts and columns, and where each value was in those given."""
    numbers = np.arange(given.nnz)
    slots = sparse.csr_array((numbers, given.indices, given.indptr), shape=given.shape)
    if order is not None:
        slots = slots[order][:, order]
        slots.sort_indices()
    return (slots.indptr.astype(np.int64), slots.indices.astype(np.int32)), slots.data


def _kicks(noise: Noise | None) -> tuple[float, np.uint32, np.uint32, np.int64, np.uint64] | None:
    """Amplitude, key, stream and first tick of noise, for the drivers."""
    if noise is None or noise.amplitude == 0.0:
        return None
    k0, k1, stream, _, _ = philox.address(noise.seed, noise.stream, noise.tick)
    return float(noise.amplitude), k0, k1, np.int64(stream), np.uint64(noise.tick)
