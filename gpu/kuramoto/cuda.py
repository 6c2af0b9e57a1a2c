"""Ensembles of phase oscillators on a CUDA device.

Every oscillator's arithmetic is that of the CPU kernels, fused products included; sums over a cluster have
another order, so results agree to rounding. One device gives the same bits each time: sums are folded in a
fixed order, without atomics. W is kept as compressed rows, dense or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tauscope.gpu import philox
from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.kuramoto.checks import check_call, drive_of, offsets_of, shaped
from tauscope.gpu.kuramoto.cuda_sources import ENSEMBLE
from tauscope.gpu.kuramoto.protocol import Array, Complexes, Noise, Reals

ROW = 1024
"""Oscillators of a row: kernels are launched on rows, so that whole blocks of threads have work."""

FOLD = 32
"""Lanes that a thread folds into one."""

MOST_LANES = 2**15
"""Lanes of one cluster at most; a lane has 32 oscillators or more where there are that many."""

_Pair = tuple[Any, Any]


class CudaEnsemble:
    """N oscillators in C clusters on a device; see `tauscope.gpu.kuramoto.protocol.Ensemble`.

    Parameters
    ----------
    offsets : int array (C + 1,)
        First oscillator of each cluster and the end.
    device : CudaDevice, optional
        Where arrays lie and kernels run.

    Raises
    ------
    RuntimeError
        Without a device.
    """

    def __init__(self, offsets: npt.ArrayLike, device: CudaDevice | None = None) -> None:
        self.offsets = offsets_of(offsets)
        self._device = device or CudaDevice()
        self._size, self._clusters = int(self.offsets[-1]), self.offsets.size - 1
        width = min(ROW, self._size)
        self._shape = (-(-self._size // width), width)
        xp, each = self._device.xp, np.diff(self.offsets)
        self._run = {name: self._device.kernel(ENSEMBLE, "float64", name) for name in ENSEMBLE.launches}
        self._z, self._b, self._r = self._pair(1.0), self._pair(1.0), self._pair(1.0)
        self._s, self._g = self._pair(), self._pair()
        whose = np.zeros(self._shape, np.int32)
        whose.ravel()[: self._size] = np.repeat(np.arange(self._clusters, dtype=np.int32), each)
        self._cluster, self._bounds = xp.asarray(whose), xp.asarray(self.offsets)
        self._lanes = self._lane_arrays(int(each.max()))
        self._lanes2 = self._lane_arrays(int(each.max()))
        self._h_arrays, self._middle = self._per_cluster(), self._per_cluster()
        self._omega, self._h = np.zeros(self._size), 0.0
        self.set_frozen(np.zeros(self._clusters, np.bool_))
        self.set_weights(sparse.csr_array((self._clusters, self._clusters)))

    def set_phases(self, theta: npt.ArrayLike) -> None:
        """Set all phases, shape (N,), rad, now and one tick before."""
        phases = shaped("Phases", theta, (self._size,))
        for part, value in enumerate((np.cos(phases), np.sin(phases))):
            self._put(self._z[part], value)
            self._put(self._b[part], value)

    def phases(self) -> Reals:
        """Phases, shape (N,), rad."""
        return np.arctan2(self._got(self._z[1]), self._got(self._z[0]))

    def before(self) -> Reals:
        """Phases one tick earlier, shape (N,), rad."""
        return np.arctan2(self._got(self._b[1]), self._got(self._b[0]))

    def phasors(self) -> Complexes:
        """Phasors z, shape (N,)."""
        return np.asarray(self._got(self._z[0]) + 1j * self._got(self._z[1]), np.complex128)

    def set_rates(self, omega: npt.ArrayLike, h: float) -> None:
        """Set angular frequencies, shape (N,) or a number, and the internal step h."""
        self._omega, self._h = shaped("Frequencies", omega, (self._size,)), float(h)
        self._turns()

    def set_weights(self, weights: Any) -> None:
        """Set W, shape (C, C), dense or of scipy.sparse."""
        shape = (self._clusters, self._clusters)
        if tuple(weights.shape) != shape:
            raise ValueError(f"Weights have the shape {tuple(weights.shape)} where {shape} is needed.")
        rows, asarray = sparse.csr_array(weights, dtype=np.float64), self._device.xp.asarray
        rows.sum_duplicates()
        kinds = (rows.indptr, np.int64), (rows.indices, np.int32), (rows.data, np.float64)
        # Memory of no bytes cannot be handed to a kernel.
        self._weights = tuple(asarray(np.append(part, 0).astype(kind)) for part, kind in kinds)

    def set_frozen(self, frozen: npt.ArrayLike) -> None:
        """Say which clusters stand still, shape (C,), bool."""
        given = np.array(frozen, np.bool_)
        if given.shape != (self._clusters,):
            raise ValueError(f"Frozen has the shape {given.shape} where {(self._clusters,)} is needed.")
        self._moves = self._device.xp.asarray(np.where(given, 0.0, 1.0).reshape(1, -1))
        moving = np.zeros(self._shape)
        moving.ravel()[: self._size] = np.repeat(np.where(given, 0.0, 1.0), np.diff(self.offsets))
        self._moving = self._device.xp.asarray(moving)
        self._still = given
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
        steps, scale = ticks * substeps, 0.25 * self._h
        lag = complex(np.exp(-1j * alpha))
        acting = (
            scale * lag.real * factors,
            scale * lag.imag * factors,
            scale * forces.real,
            scale * forces.imag,
        )
        self._mask = self._device.xp.asarray(mask.reshape(1, -1))
        if steps and method == "strang":
            self._ahead()
        for k in range(steps):
            if k == steps - substeps:
                for part in range(2):
                    self._b[part][...] = self._z[part]
            now = [tuple(part[k, time] for part in acting) for time in range(3)]
            if method == "lawson":
                self._step_lawson(now)
            else:
                self._step_strang(now[1])
            if noise is not None:
                self._kick(noise, k // substeps, k % substeps)
                if method == "strang":
                    self._ahead()
        self._device.wait()

    def order(self) -> Complexes:
        """Order parameters Z_c, shape (C,)."""
        return self._mean(0)

    def mean_square(self) -> Complexes:
        """Means of z^2 of each cluster, shape (C,)."""
        return self._mean(1)

    def state(self) -> Mapping[str, Array]:
        """Bit-exact copies of zr, zi, br, bi, shape (N,)."""
        pairs = {"z": self._z, "b": self._b}
        return {
            f"{name}{part}": self._got(pair[k]).copy()
            for name, pair in pairs.items()
            for k, part in enumerate("ri")
        }

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave."""
        for name, pair in (("z", self._z), ("b", self._b)):
            for k, part in enumerate("ri"):
                self._put(pair[k], state[f"{name}{part}"])

    def _step_lawson(self, now: list[tuple[Any, ...]]) -> None:
        z, r, s, g, h = self._z, self._r, self._s, self._g, self._h_arrays
        whose = (self._cluster,)
        self._act(self._sums(z), now[0])
        self._launch("stage2", (*z, *r, *s, *h, *whose))
        self._act(self._sums(s), now[1])
        self._launch("stage3", (*z, *s, *g, *h, *whose))
        self._act(self._sums(s), now[1])
        self._launch("stage4", (*z, *r, *s, *h, *whose))
        self._act(self._sums(s), now[2])
        self._launch("stage5", (*z, *r, *s, *g, *h, self._moving, *whose))

    def _ahead(self) -> None:
        self._launch("strang_ahead", (*self._z, *self._r, *self._s))

    def _step_strang(self, now: tuple[Any, ...]) -> None:
        h = self._h_arrays
        start, squares = self._sums(self._s), self._sums(self._s, 1)
        self._act(start, now)
        self._launch("strang_middle", (*self._middle, *start, *squares, *h, self._bounds))
        self._act(self._middle, now)
        self._launch("strang_pole", h)
        self._launch("strang_step", (*self._z, *self._r, *self._s, *h, self._moving, self._cluster))

    def _act(self, sums: _Pair, now: tuple[Any, ...]) -> None:
        numbers = tuple(np.float64(number) for number in now)
        rest = (self._bounds, *self._weights, self._mask, self._moves)
        self._launch("act", (*self._h_arrays, *sums, *rest, *numbers))

    def _kick(self, noise: Noise, tick: int, trial: int) -> None:
        words = philox.address(noise.seed, noise.stream, noise.tick + tick, trial)
        numbers = (np.float64(noise.amplitude), *(word.view(np.int32) for word in words))
        self._launch("jolt", (*self._z, self._moving, *numbers))

    def _sums(self, pair: _Pair, square: int = 0) -> _Pair:
        """Sums of every cluster's z or z^2, arrays (1, C)."""
        arrays = self._lanes2 if square else self._lanes
        self._launch("lanes", (*arrays[0], *pair, self._bounds, np.int32(square)))
        for before, after in pairwise(arrays):
            count = before[0].size // after[0].size
            self._launch("fold", (*after, *before, np.int32(count)))
        return arrays[-1]

    def _mean(self, square: int) -> Complexes:
        x, y = (self._device.to_host(part).ravel() for part in self._sums(self._z, square))
        return np.asarray((x + 1j * y) / np.diff(self.offsets), np.complex128)

    def _launch(self, name: str, arguments: tuple[Any, ...]) -> None:
        shape = arguments[0].shape
        self._run[name](shape, (*arguments, np.int32(shape[0]), np.int32(shape[1])))

    def _lane_arrays(self, most: int) -> list[_Pair]:
        """Arrays of lanes (C, L), then those that they are folded to, the last of shape (1, C)."""
        xp, lanes = self._device.xp, 1
        while lanes < MOST_LANES and lanes * FOLD < most:
            lanes *= 2
        arrays = [tuple(xp.zeros((self._clusters, lanes)) for _ in range(2))]
        while lanes > FOLD:
            lanes //= FOLD
            arrays.append(tuple(xp.zeros((1, self._clusters * lanes)) for _ in range(2)))
        arrays.append(tuple(xp.zeros((1, self._clusters)) for _ in range(2)))
        return [(pair[0], pair[1]) for pair in arrays]

    def _pair(self, real: float = 0.0) -> _Pair:
        xp = self._device.xp
        return xp.full(self._shape, real), xp.zeros(self._shape)

    def _per_cluster(self) -> _Pair:
        xp = self._device.xp
        return xp.zeros((1, self._clusters)), xp.zeros((1, self._clusters))

    def _put(self, array: Any, value: Array) -> None:
        array.reshape(-1)[: self._size] = self._device.xp.asarray(np.array(value, np.float64))

    def _got(self, array: Any) -> Reals:
        return np.asarray(self._device.to_host(array).ravel()[: self._size], np.float64)

    def _turns(self) -> None:
        """Half-step rotations, none where nothing moves."""
        moving = np.repeat(np.where(self._still, 0.0, 1.0), np.diff(self.offsets))
        half = moving * self._omega * (0.5 * self._h)
        self._put(self._r[0], np.cos(half))
        self._put(self._r[1], np.sin(half))
